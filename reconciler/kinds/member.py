"""Members of a project alone. Members of its organization are members of the project without being listed there."""

from __future__ import annotations

from reconciler.api import endpoints
from reconciler.kinds.people import Person, PersonSpec
from reconciler.model.kind import Wish
from reconciler.wire import Call, Listing


class Member(Person):
    name = "member"
    section = "members"
    parents = ("project",)
    spec = PersonSpec
    listed_under = ("project",)
    summary = "A person who is invited to a project, or is in it."

    def places(self, owner_id: str) -> tuple[Listing, ...]:
        memberships = endpoints.shaped(endpoints.list_memberships(owner_id), include="user")
        return (memberships, endpoints.list_project_invitations(owner_id))

    def create(self, wish: Wish) -> Call:
        return endpoints.invite_to_project(wish.parent_id or "", self.invitation(wish))
