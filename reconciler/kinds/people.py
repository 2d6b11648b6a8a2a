"""What the members of projects and of organizations have in common: who was asked, who came, who may not be removed.

A person is declared by e-mail address and roles. Whoever has not accepted yet shows as an invitation, which cannot be
changed: other roles mean another one. Whoever has shows as a membership, whose roles are changed in place (the body's
key is `role`, and it is a list). Neither has a field for a mark, so they are known by their address, and in a section
that the stack names they are all its business: but never the first owner of an organization, nor the user whose token
it is (2019 reference; recorded invitations of fog-packet).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field

from reconciler.api import endpoints
from reconciler.kinds.common import id_of, known, last_segment, same_members
from reconciler.model.effect import Effect
from reconciler.model.kind import FieldError, Kind, Look, Spec, Verb, Verdict, Wish
from reconciler.model.live import LiveObject
from reconciler.model.rules import CreateOnly, Replace, Update
from reconciler.wire import Call, Listing, Rejected

Role = Literal["admin", "billing", "collaborator", "limited_collaborator", "owner"]
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_INVITED, _ACTIVE, _MYSELF = "invited", "active", "myself"


def same_address(declared: Any, live: Any) -> bool:
    """One mailbox, in whatever case it is written."""
    return str(declared).casefold() == str(live).casefold()


class PersonSpec(Spec):
    email: Annotated[
        str, Replace(same=same_address), Field(description="The person's e-mail address, as their account has it.")
    ]
    roles: Annotated[
        list[Role],
        Update(same=same_members, clears=False),
        Field(min_length=1, description="What they may do."),
    ]
    message: Annotated[
        str | None,
        CreateOnly("it is a part of the letter", replaces=False),
        Field(description="What the letter of invitation says besides."),
    ] = None


class Person(Kind):
    """A membership or an invitation. `attributes["state"]` says which."""

    looked_for = Look.NAMED
    marked = False
    replace_impact = "a new invitation is sent, and they are in only when they accept it"
    removed_with_parent = True
    gives_access = True
    replace_effect = Effect.IN_PLACE
    delete_effect = Effect.IN_PLACE
    outputs = {
        "id": "the membership's uuid, or the invitation's",
        "state": "`invited` until the person has accepted, then `active`",
        "user_id": "the uuid of the person's account, once they have accepted",
    }

    def listing(self, owner_id: str | None) -> Listing:
        raise NotImplementedError("memberships and invitations are listed apart")

    def places(self, owner_id: str) -> tuple[Listing, ...]:
        """The collections that show the memberships and the invitations in one project or organization."""
        raise NotImplementedError

    def listings(self, owner_id: str | None) -> tuple[Listing, ...]:
        return (*self.places(owner_id or ""), as_list(endpoints.get_current_user()))

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        if "invitee" in body:
            if not isinstance(body["invitee"], str):
                raise TypeError(f"the invitation {body.get('id')} does not show whom it is to")
            yield self._live(body, owner_id, str(body["invitee"]), _INVITED, None)
        elif "roles" in body:
            user = body.get("user") or {}
            yield self._live(body, owner_id, str(user["email"]), _ACTIVE, last_segment(user))
        else:  # the token's user, for `gathered`
            yield LiveObject(self.name, id_of(body), "", {}, {"state": _MYSELF}, owner_id=owner_id, automatic=True)

    def _live(
        self, body: Mapping[str, Any], owner_id: str | None, address: str, state: str, user_id: str | None
    ) -> LiveObject:
        values = {"email": address, **known(body, "roles")}
        roles = values.get("roles", [])
        if not isinstance(roles, list) or not all(isinstance(each, str) for each in roles):
            raise ValueError(f"the roles of {body.get('id')} are no list of words")
        return LiveObject(
            kind=self.name,
            id=id_of(body),
            label=f"{address} ({state})",
            values=values,
            attributes={**values, "id": id_of(body), "state": state, "user_id": user_id},
            owner_id=owner_id,
            parent_id=owner_id,
            key=address.casefold(),
            created_at=str(body.get("created_at") or ""),
        )

    def read_answer(self, body: Any, wish: Wish) -> LiveObject | None:
        """An updated membership shows its user as a link only, so its address is the one that was asked for."""
        if isinstance(body, Mapping) and "roles" in body and "invitee" not in body:
            body = {**body, "user": {"email": wish.values["email"], "id": last_segment(body.get("user"))}}
        return super().read_answer(body, wish)

    def gathered(self, objects: Sequence[LiveObject]) -> Sequence[LiveObject]:
        """Without the token's user, who is told apart now: whoever removes themselves cannot come back."""
        me = {each.id for each in objects if each.attributes["state"] == _MYSELF}
        return [
            replace(each, automatic=True) if each.attributes["user_id"] in me else each
            for each in objects
            if each.attributes["state"] != _MYSELF
        ]

    def natural_key(self, values: Mapping[str, Any]) -> str:
        return str(values.get("email") or "").casefold()

    def fixed(self, live: LiveObject) -> frozenset[str]:
        return frozenset({"roles"}) if live.attributes.get("state") == _INVITED else frozenset()

    def check_meaning(self, values: Mapping[str, Any], partial: frozenset[str]) -> list[FieldError]:
        address = values.get("email")
        if address is None or _ADDRESS.fullmatch(address):
            return []
        return [FieldError(("email",), f"{address!r} is not an e-mail address", "it looks like `jo@example.com`")]

    def invitation(self, wish: Wish) -> dict[str, Any]:
        """The body of an invitation."""
        body = {"invitee": wish.values["email"], "roles": wish.values["roles"]}
        return {**body, **({"message": wish.values["message"]} if wish.values.get("message") else {})}

    def update(self, wish: Wish, live: LiveObject, changed: frozenset[str]) -> Call:
        return endpoints.update_membership(live.id, wish.values["roles"])

    def delete(self, live: LiveObject) -> Call:
        if live.attributes.get("state") == _INVITED:
            return endpoints.decline_invitation(live.id)
        return endpoints.delete_membership(live.id)

    def verdict(self, verb: Verb, rejected: Rejected) -> Verdict:
        """A second invitation is refused, and so is one for a member: either is there already (texts unsure)."""
        there = any("already" in text for text in rejected.errors)
        return Verdict.DONE if verb is Verb.CREATE and rejected.status == 422 and there else Verdict.FAILED

    def advice(self, verb: Verb, rejected: Rejected) -> str:
        if verb is Verb.CREATE and rejected.status == 422:
            return "who is a member already is declared under the first address of their account"
        if rejected.status in (403, 404):
            return "members are for users who manage the place: a project's own API key cannot invite or remove any"
        return ""


def as_list(call: Call) -> Listing:
    """A single object, as a collection of one."""
    return Listing(call.route, call.path, "", paged=False, query=call.query, single=True)
