"""Members of an organization, and so of all its projects.

The API has no list of their memberships: the organization shows them itself. Its list of invitations has those to
single projects of it, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from reconciler.api import endpoints
from reconciler.kinds.common import last_segment
from reconciler.kinds.people import Person, PersonSpec, as_list
from reconciler.model.kind import Wish
from reconciler.model.live import LiveObject
from reconciler.wire import Call, Listing


class OrganizationMember(Person):
    name = "organization_member"
    section = "members"
    parents = ("organization",)
    spec = PersonSpec
    listed_under = ("organization",)
    summary = "A person who is invited to an organization, or is in it."

    def places(self, owner_id: str) -> tuple[Listing, ...]:
        organization = endpoints.shaped(
            endpoints.get_organization(owner_id), include=("memberships", "memberships.user")
        )
        return (as_list(organization), endpoints.list_organization_invitations(owner_id))

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        """Invitations to single projects are those projects' own."""
        if "memberships" in body and "invitee" not in body and body.get("id") == owner_id:
            yield from self._memberships(body, owner_id)
        elif "invitee" not in body or not (body.get("projects_ids") or _to_a_project(body)):
            yield from super().read(body, owner_id)

    def _memberships(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        """The first owner stays; where the organization does not say who that is, all owners do."""
        first = last_segment(body.get("primary_owner"))
        for each in body["memberships"]:
            for live in super().read(each, owner_id):
                owns = "owner" in live.values["roles"] if first is None else live.attributes["user_id"] == first
                yield replace(live, automatic=True) if owns else live

    def create(self, wish: Wish) -> Call:
        return endpoints.invite_to_organization(wish.parent_id or "", self.invitation(wish))


def _to_a_project(invitation: Mapping[str, Any]) -> bool:
    """Whether the place that a recorded invitation shows is a project."""
    place = invitation.get("invitable")
    return isinstance(place, Mapping) and str(place.get("href")).startswith("/projects/")
