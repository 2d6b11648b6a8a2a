"""Organizations: what projects belong to, and who is asked to pay.

Fields are those of the 2019 reference's create and update bodies, less the logo, which comes back as a path only, and
two-factor enforcement, which locks people out. The mark lives in customdata. One that the stack does not own (the
token's default one, most often) is named with `existing`.

The API deletes an organization only when no project is left in it, and never a user's default one (both unsure).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field

from reconciler.api import endpoints
from reconciler.kinds.common import (
    id_of,
    known,
    last_segment,
    missing,
    parsed,
    reserved_key,
    same_customdata,
    same_text,
)
from reconciler.model.kind import FieldError, Kind, Look, Spec, Verb, Verdict, Wish
from reconciler.model.live import LiveObject
from reconciler.model.mark import from_customdata
from reconciler.model.rules import Update
from reconciler.wire import Call, Listing, Rejected


class AddressSpec(Spec):
    """A postal address. What is left out is not compared."""

    address: str | None = None
    address2: str | None = None
    city: str | None = None
    state: str | None = None
    zip_code: str | None = None
    country: str | None = None


def same_address(declared: Any, live: Any) -> bool:
    """The same in all that is declared; the API adds coordinates, and shows what is empty as null."""
    there = live if isinstance(live, Mapping) else {}
    return all(same_text(value, there.get(name)) for name, value in (declared or {}).items())


class OrganizationSpec(Spec):
    name: Annotated[str, Update(), Field(min_length=1, max_length=80, description="The organization's name.")]
    description: Annotated[str | None, Update(same=same_text), Field(description="What it is for.")] = None
    website: Annotated[str | None, Update(same=same_text), Field(description="Its web site.")] = None
    twitter: Annotated[str | None, Update(same=same_text), Field(description="Its name on Twitter.")] = None
    address: Annotated[
        AddressSpec | None, Update(same=same_address, clears=False), Field(description="Where it is.")
    ] = None
    billing_address: Annotated[
        AddressSpec | None, Update(same=same_address, clears=False), Field(description="Where invoices go.")
    ] = None
    customdata: Annotated[
        dict[str, Any] | None,
        Update(same=same_customdata),
        Field(description="Free data. A mapping, since the ownership mark is kept in it."),
    ] = None


class Organization(Kind):
    name = "organization"
    section = "organizations"
    parents = ("",)
    spec = OrganizationSpec
    listed_under = ("",)
    summary = "An organization, which projects belong to."
    mark_field = "customdata"
    key_field = "name"
    looked_for = Look.USED
    personal = True
    adoptable = True
    holds_others = True
    outputs = {"id": "the organization's uuid", "primary_owner_id": "the uuid of the user who owns it first of all"}
    delete_seconds = 60.0

    def listing(self, owner_id: str | None) -> Listing:
        return endpoints.list_organizations()

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        mark, customdata = from_customdata(parsed(body.get("customdata")))
        values = known(body, "name", "description", "website", "twitter", "address", "billing_address")
        if "customdata" in body:
            values["customdata"] = customdata
        yield LiveObject(
            kind=self.name,
            id=id_of(body),
            label=str(body.get("name", "")),
            values=values,
            attributes={**values, "id": id_of(body), "primary_owner_id": last_segment(body.get("primary_owner"))},
            mark=mark,
            mark_missing=missing(body, "customdata"),
            created_at=str(body.get("created_at") or ""),
        )

    def check_meaning(self, values: Mapping[str, Any], partial: frozenset[str]) -> list[FieldError]:
        return reserved_key(values)

    def create(self, wish: Wish) -> Call:
        body = dict(wish.values)
        return endpoints.create_organization(
            {**body, "customdata": wish.mark.to_customdata(body.get("customdata") or {})}
        )

    def update(self, wish: Wish, live: LiveObject, changed: frozenset[str]) -> Call:
        body = {name: wish.values[name] for name in sorted(changed)}
        if "customdata" in body:
            body["customdata"] = wish.mark.to_customdata(body["customdata"] or {})
        for name in changed & {"address", "billing_address"}:  # the whole of it is replaced, the rest is kept
            there = live.values.get(name)
            body[name] = {**(there if isinstance(there, Mapping) else {}), **body[name]}
        return endpoints.update_organization(live.id, body)

    def delete(self, live: LiveObject) -> Call:
        return endpoints.delete_organization(live.id)

    def verdict(self, verb: Verb, rejected: Rejected) -> Verdict:
        """The API may still count a project whose delete it has just taken."""
        counted = any("project" in text.lower() for text in rejected.errors)
        return Verdict.LATER if verb is Verb.DELETE and rejected.status == 422 and counted else Verdict.FAILED

    def advice(self, verb: Verb, rejected: Rejected) -> str:
        if verb is Verb.DELETE and rejected.status == 422:
            return "delete its projects or transfer them; the default organization of a user cannot be deleted"
        if verb is Verb.CREATE and rejected.status == 404:
            return "a project's own API key cannot make organizations: use a user's key"
        return ""
