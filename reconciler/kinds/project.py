"""Projects: what everything else of an account stands in.

The mark lives in customdata, the only free field that a project accepts at create. A project that the stack does not
own is named with `existing`, and is neither changed nor deleted.

A project goes to another organization by a transfer request, which an owner of that organization accepts (2019
reference, packngo): both are asked for, and where the token may not accept, the rest is left to whoever may. It keeps
its ids; how it is paid for does not move with it, so that is set last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import Field

from reconciler.api import endpoints
from reconciler.kinds.common import (
    flags_off,
    id_of,
    known,
    last_segment,
    missing,
    reserved_key,
    same_customdata,
    same_flag,
)
from reconciler.model.effect import Effect
from reconciler.model.kind import FieldError, Kind, Spec, Verb, Verdict, Wish
from reconciler.model.lifetime import moment, span
from reconciler.model.live import LiveObject
from reconciler.model.mark import from_customdata
from reconciler.model.rules import Ours, Refers, Update
from reconciler.wire import Call, Listing, Rejected


class ProjectSpec(Spec):
    name: Annotated[str, Update(), Field(min_length=1, max_length=80, description="The project's name.")]
    organization_id: Annotated[
        str | None,
        Update(clears=False, note="the project is transferred, which an owner of the other organization has to accept"),
        Refers(("organization",), by_key=True),
        Field(description="The organization that it belongs to; the token's default one when left out."),
    ] = None
    payment_method_id: Annotated[
        str | None, Update(clears=False), Field(description="How the project is paid for.")
    ] = None
    backend_transfer_enabled: Annotated[
        bool | None,
        Update(same=same_flag, effect=Effect.NETWORK),
        Field(description="Whether the facilities' private networks are joined."),
    ] = None
    customdata: Annotated[
        dict[str, Any] | None,
        Update(same=same_customdata),
        Field(description="Free data. A mapping, since the ownership mark is kept in it."),
    ] = None
    expires: Annotated[
        str | None, Ours(), Field(description="Until when it is to stand (RFC 3339); `reap` destroys it then.")
    ] = None
    ttl: Annotated[
        str | None, Ours(), Field(description="For how long after its birth it is to stand: `8h`, `2d`, `1w`.")
    ] = None


class Project(Kind):
    name = "project"
    section = "projects"
    parents = ("",)
    spec = ProjectSpec
    listed_under = ("",)
    summary = "A project."
    mark_field = "customdata"
    key_field = "name"
    uses = ("organization",)
    stepwise = True
    remembers = True
    adoptable = True
    holds_others = True
    outputs = {"id": "the project's uuid", "created_at": "when it was made"}
    delete_seconds = 300.0

    def listing(self, owner_id: str | None) -> Listing:
        return endpoints.shaped(endpoints.list_projects(), include="transfers")

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        mark, customdata = from_customdata(body.get("customdata"))
        values = known(body, "name", "backend_transfer_enabled")
        if "customdata" in body:
            values["customdata"] = customdata
        for field, key in (("organization_id", "organization"), ("payment_method_id", "payment_method")):
            identifier = last_segment(body.get(key))
            if identifier is not None:
                values[field] = identifier
        yield LiveObject(
            kind=self.name,
            id=id_of(body),
            label=str(body.get("name", "")),
            values=values,
            attributes={
                **values,
                **known(body, "created_at"),
                "id": id_of(body),
                "transfers": tuple(_transfers(body)),
            },
            mark=mark,
            none_inside=frozenset(name for name, links in body.items() if links == []),
            holds=frozenset({values["organization_id"]}) if "organization_id" in values else frozenset(),
            mark_missing=missing(body, "customdata"),
            created_at=str(body.get("created_at") or ""),
            limits=_limits(body.get("max_devices")),
        )

    def read_answer(self, body: Any, wish: Wish) -> LiveObject | None:
        """A transfer request has an id too, and is no project."""
        if isinstance(body, Mapping) and "target_organization" in body:
            return None
        return super().read_answer(body, wish)

    def reread(self, wish: Wish, live: LiveObject | None) -> Call:
        return endpoints.shaped(endpoints.get_project(live.id if live is not None else ""), include="transfers")

    def check_meaning(self, values: Mapping[str, Any], partial: frozenset[str]) -> list[FieldError]:
        return [*reserved_key(values), *lifetime_errors(values)]

    def create(self, wish: Wish) -> Call:
        ours = {name for name, each in self.fields.items() if isinstance(each.rule, Ours)}
        body = {key: value for key, value in wish.values.items() if key not in {"backend_transfer_enabled", *ours}}
        return endpoints.create_project({**body, "customdata": wish.mark.to_customdata(body.get("customdata") or {})})

    def finish(self, wish: Wish, live: LiveObject) -> Call | None:
        """`backend_transfer_enabled` is in the reference's update body only."""
        wanted = wish.values.get("backend_transfer_enabled")
        if wanted is None:
            return None
        return endpoints.update_project(live.id, {"backend_transfer_enabled": wanted})

    def update(self, wish: Wish, live: LiveObject, changed: frozenset[str]) -> Call:
        body = {name: wish.values[name] for name in sorted(changed)}
        if "customdata" in body:
            body["customdata"] = wish.mark.to_customdata(body["customdata"] or {})
        return endpoints.update_project(live.id, flags_off(body, "backend_transfer_enabled"))

    def calls(self, wish: Wish, live: LiveObject, changed: frozenset[str]) -> tuple[Call, ...]:
        """What any member may do comes before the transfer, what belongs to the other organization after it."""
        if "organization_id" not in changed:
            return super().calls(wish, live, changed)
        plain, paying = changed - {"organization_id", "payment_method_id"}, changed & {"payment_method_id"}
        calls = [endpoints.shaped(self.update(wish, live, plain), include="transfers")] if plain else []
        target = str(wish.values["organization_id"])
        pending = next((each.id for each in live.attributes["transfers"] if each.target == target), None)
        if pending is None:
            calls.append(endpoints.request_transfer(live.id, target))
        calls.append(endpoints.accept_transfer(pending or "{transfer}"))
        if paying:
            calls.append(self.update(wish, live, paying))
        return tuple(calls)

    def delete(self, live: LiveObject) -> Call:
        return endpoints.delete_project(live.id)

    def verdict(self, verb: Verb, rejected: Rejected) -> Verdict:
        """A delete is refused while devices are still being taken down; that clears by itself. A transfer request is
        gone when it was accepted, by a call whose answer was lost or by somebody else.
        """
        if verb is Verb.DELETE and rejected.status == 422:
            return Verdict.LATER
        accepted = verb is Verb.UPDATE and rejected.status == 404 and "/transfers/" in rejected.call
        return Verdict.DONE if accepted else Verdict.FAILED

    def advice(self, verb: Verb, rejected: Rejected) -> str:
        """Whoever may not make a project is told that it is not found (packngo#147)."""
        if verb is Verb.CREATE and rejected.status == 404:
            return "a project's own API key cannot make projects: use a user's key, or name a project with `existing`"
        if "/transfers/" in rejected.call:
            return "an owner of the other organization has to accept the transfer; then run this as a member of it"
        if rejected.call.endswith("/transfers"):
            return "only an owner may ask for a transfer, and for one at a time: withdraw it with DELETE /transfers/ID"
        return ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer request that waits to be accepted; `target` is the other organization's uuid."""

    id: str
    target: str | None


def _limits(shown: Any) -> Mapping[str, int]:
    """How many devices of each plan, by the names of 2016 (`baremetal_0`); the reference calls it an object, recordings
    have numbers in it.
    """
    told = shown.items() if isinstance(shown, Mapping) else ()
    return MappingProxyType({plan: most for plan, most in told if type(most) is int and most >= 0})


def _transfers(body: Mapping[str, Any]) -> Iterable[Transfer]:
    for each in body.get("transfers") or ():
        identifier = last_segment(each)
        if identifier is not None:
            yield Transfer(identifier, last_segment(each.get("target_organization")))


def lifetime_errors(values: Mapping[str, Any]) -> list[FieldError]:
    """How long a project is to stand: until a moment that nobody could take for another one, or for a while."""
    found = []
    if values.get("expires") is not None and moment(values["expires"]) is None:
        message = f"{values['expires']!r} is not a moment with its zone"
        found.append(FieldError(("expires",), message, "write it as `2019-12-31T23:59:59Z`"))
    if values.get("ttl") is not None and span(values["ttl"]) is None:
        found.append(FieldError(("ttl",), f"{values['ttl']!r} is not a while", "write it as `8h`, `2d` or `1w`"))
    if values.get("expires") is not None and values.get("ttl") is not None:
        found.append(FieldError(("ttl",), "expires and ttl exclude each other", "", "conflicting-keys"))
    return found
