"""Projects: what everything else of an account stands in.

The mark lives in customdata, the only free field that a project accepts at create. A project that the stack does not
own is named with `existing`, and is neither changed nor deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field

from reconciler.api import endpoints
from reconciler.kinds.common import id_of, known, last_segment, missing, reserved_key, same_customdata, same_flag
from reconciler.model.kind import FieldError, Kind, Spec, Verb, Verdict, Wish
from reconciler.model.live import LiveObject
from reconciler.model.mark import from_customdata
from reconciler.model.rules import Update, WriteOnce
from reconciler.wire import Call, Listing, Rejected


class ProjectSpec(Spec):
    name: Annotated[str, Update(), Field(min_length=1, max_length=80, description="The project's name.")]
    organization_id: Annotated[
        str | None,
        WriteOnce("a project moves to another organization by a transfer request, not by an update"),
        Field(description="The organization to create it in; the token's default one when left out."),
    ] = None
    payment_method_id: Annotated[
        str | None, Update(clears=False), Field(description="How the project is paid for.")
    ] = None
    backend_transfer_enabled: Annotated[
        bool | None, Update(same=same_flag), Field(description="Whether the facilities' private networks are joined.")
    ] = None
    customdata: Annotated[
        dict[str, Any] | None,
        Update(same=same_customdata),
        Field(description="Free data. A mapping, since the ownership mark is kept in it."),
    ] = None


class Project(Kind):
    name = "project"
    section = "projects"
    parents = ("",)
    spec = ProjectSpec
    listed_under = ("",)
    summary = "A project."
    key_field = "name"
    adoptable = True
    holds_others = True
    outputs = {"id": "the project's uuid"}
    delete_seconds = 300.0

    def listing(self, owner_id: str | None) -> Listing:
        return endpoints.list_projects()

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
            attributes={**values, "id": id_of(body)},
            mark=mark,
            none_inside=frozenset(name for name, links in body.items() if links == []),
            mark_missing=missing(body, "customdata"),
            created_at=str(body.get("created_at") or ""),
        )

    def check_meaning(self, values: Mapping[str, Any], partial: frozenset[str]) -> list[FieldError]:
        return reserved_key(values)

    def create(self, wish: Wish) -> Call:
        body = {key: value for key, value in wish.values.items() if key != "backend_transfer_enabled"}
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
        return endpoints.update_project(live.id, body)

    def delete(self, live: LiveObject) -> Call:
        return endpoints.delete_project(live.id)

    def verdict(self, verb: Verb, rejected: Rejected) -> Verdict:
        """A delete is refused while devices are still being taken down; that clears by itself."""
        return Verdict.LATER if verb is Verb.DELETE and rejected.status == 422 else Verdict.FAILED

    def advice(self, verb: Verb, rejected: Rejected) -> str:
        """Whoever may not make a project is told that it is not found (packngo#147)."""
        if verb is not Verb.CREATE or rejected.status != 404:
            return ""
        return "a project's own API key cannot make projects: use a user's key, or name a project with `existing`"
