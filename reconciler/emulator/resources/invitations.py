"""Invitations: asking an e-mail address to become a member of a project or of an organization.

Fields are those of recorded answers of 2018 (fog-packet: `nonce`, `invitable`) and of the 2019 reference, which says
that it keeps `invitable` for compatibility. Accepting answers with a membership. Whoever presents the nonce accepts for
the invitee, who becomes a user then if there is none with that address: that is the emulator's own way (unsure), as
the real invitee followed a link in a letter and signed up.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import replace

from reconciler.emulator import access
from reconciler.emulator.access import Power, place_of, powers
from reconciler.emulator.call import Empty, Listed, Read, Reply, Shown, Write
from reconciler.emulator.clock import rfc3339
from reconciler.emulator.credentials import token
from reconciler.emulator.errors import ApiError, invalid, not_yours
from reconciler.emulator.records import Email, Invitation, Membership, Organization, Project, User
from reconciler.emulator.rendering import Link, Scene, View
from reconciler.emulator.resources.account import add_user, full_name, roles_of, user_with
from reconciler.emulator.resources.emails import address_of
from reconciler.emulator.resources.notifications import notify, send


def show_invitation(invitation: Invitation, _scene: Scene) -> View:
    """An invitation's JSON."""
    organization, project = f"/organizations/{invitation.organization_id}", invitation.project_id
    href = f"/invitations/{invitation.id}"
    return {
        "id": invitation.id,
        "roles": list(invitation.roles),
        "invitee": invitation.invitee,
        "message": invitation.message,
        "nonce": invitation.nonce,
        "created_at": rfc3339(invitation.created_at),
        "updated_at": rfc3339(invitation.updated_at),
        "invited_by": Link(f"/users/{invitation.invited_by}"),
        "organization": Link(organization),
        "projects_ids": list(invitation.projects_ids),
        "projects": [Link(f"/projects/{identifier}") for identifier in invitation.projects_ids],
        "invitable": Link(f"/projects/{project}" if project else organization),
        "invitation": Link(href),
        "href": href,
    }


def of_user(call: Read) -> Listed:
    """GET /invitations: those that wait for the caller, under any of their addresses."""
    addresses = [email.address.lower() for email in call.tables.where(Email, "user", call.user.id)]
    return Listed([each for address in addresses for each in call.tables.where(Invitation, "invitee", address)])


def in_project(call: Read) -> Listed:
    """GET /projects/{id}/invitations"""
    return Listed(call.tables.where(Invitation, "project", call.get(Project).id))


def in_organization(call: Read) -> Listed:
    """GET /organizations/{id}/invitations, those for its projects included."""
    return Listed(call.tables.where(Invitation, "organization", call.get(Organization).id))


def one(call: Read) -> Reply:
    """GET /invitations/{id}: for the invitee, and for who manages the place."""
    invitation = call.get(Invitation)
    if not _is_for_caller(call, invitation) and Power.MANAGE not in _powers(call, invitation):
        raise not_yours("invitation")
    return Shown(invitation)


def invite_to_project(call: Write) -> Reply:
    """POST /projects/{id}/invitations; `projects_ids` names more projects of the same organization."""
    project = call.get(Project)
    also = _projects(call, project.organization_id)
    return _invite(call, project.organization_id, project, tuple(dict.fromkeys((project.id, *also))))


def invite_to_organization(call: Write) -> Reply:
    """POST /organizations/{id}/invitations; with `projects_ids`, to those of its projects only."""
    organization = call.get(Organization)
    return _invite(call, organization.id, None, _projects(call, organization.id))


def accept(call: Write) -> Reply:
    """PUT or PATCH /invitations/{id}: by the invitee, or by who presents the nonce; answers with the membership."""
    invitation = call.get(Invitation)
    user = _accepting(call, invitation)
    call.change.remove(invitation)
    if not invitation.projects_ids:
        membership = _join(call, user, invitation, None)
    else:
        membership, *_ = [_join(call, user, invitation, identifier) for identifier in invitation.projects_ids]
    notify(
        call,
        invitation.invited_by,
        "invitation.accepted",
        f"{invitation.invitee} accepted your invitation",
        f"/memberships/{membership.id}",
    )
    return Shown(membership)


def decline(call: Write) -> Reply:
    """DELETE /invitations/{id}: by the invitee, or taken back by who manages the place."""
    invitation = call.get(Invitation)
    if not _is_for_caller(call, invitation) and Power.MANAGE not in _powers(call, invitation):
        raise not_yours("invitation")
    call.drop(invitation)
    return Empty()


def forget_in_invitations(call: Write, project: Project) -> None:
    """No open invitation is for a project any more that is gone, or another organization's."""
    for invitation in call.tables.where(Invitation, "project", project.id):
        left = tuple(identifier for identifier in invitation.projects_ids if identifier != project.id)
        if left and invitation.project_id != project.id:
            call.change.put(replace(invitation, projects_ids=left, updated_at=call.now))
        else:
            call.drop(invitation)


def _invite(call: Write, organization_id: str, project: Project | None, projects_ids: tuple[str, ...]) -> Reply:
    address = address_of(call, "invitee")
    roles = roles_of(call, "roles", default=("collaborator",))
    if "owner" in roles and Power.OWN not in powers(call.tables, call.caller, access.of_organization(organization_id)):
        raise ApiError(403, "You are not authorized to invite an owner")  # text unsure
    _refuse_second(call, address, organization_id, projects_ids)
    made = Invitation(
        id=call.change.new_id(),
        invitee=address,
        roles=roles,
        message=call.params.text("message"),
        nonce=token(call.change.new_id()),
        invited_by=call.user.id,
        organization_id=organization_id,
        project_id=project.id if project else None,
        projects_ids=projects_ids,
        created_at=call.now,
        updated_at=call.now,
    )
    call.add(made)
    where = project.name if project else _name(call, organization_id)
    text = f"{full_name(call.user)} invited you to {where}"
    send(call, address, text, made.nonce)
    if (user := user_with(call, address)) is not None:
        notify(call, user.id, "invitation.created", text, f"/invitations/{made.id}")
    return Shown(made, 201)


def _refuse_second(call: Write, address: str, organization_id: str, projects_ids: tuple[str, ...]) -> None:
    """One open invitation for an address and a place, and none for a member of it (texts unsure)."""
    for other in call.tables.where(Invitation, "invitee", address.lower()):
        if (other.organization_id, other.projects_ids) == (organization_id, projects_ids):
            raise invalid("Invitee has already been invited")
    places = [("project", identifier) for identifier in projects_ids] or [("organization", organization_id)]
    if (user := user_with(call, address)) is not None and all(_membership(call, user, *place) for place in places):
        raise invalid("Invitee is already a member")


def _projects(call: Write, organization_id: str) -> tuple[str, ...]:
    """`projects_ids`: projects of the organization, which the caller manages too."""
    for identifier in (identifiers := call.params.texts("projects_ids")):
        project = call.tables.get(Project, identifier)
        if project is None or project.organization_id != organization_id:
            raise invalid("Projects ids is invalid")  # text unsure
        if Power.MANAGE not in powers(call.tables, call.caller, access.of_project(project)):
            raise not_yours("project")
    return tuple(dict.fromkeys(identifiers))


def _accepting(call: Write, invitation: Invitation) -> User:
    """Who becomes a member; a new user, if the invitee is none yet."""
    if _is_for_caller(call, invitation):
        return call.user
    nonce = call.params.text("nonce") or ""
    if not hmac.compare_digest(nonce.encode(errors="surrogatepass"), invitation.nonce.encode()):
        raise not_yours("invitation")
    known = user_with(call, invitation.invitee)
    if known is not None:
        return known
    first_name = call.params.text("first_name") or invitation.invitee.partition("@")[0]
    last_name = call.params.text("last_name") or ""
    return add_user(call.change, call.change.new_id(), invitation.invitee, first_name, last_name)


def _join(call: Write, user: User, invitation: Invitation, project_id: str | None) -> Membership:
    """The user's membership of a project, or of the organization; one that is there already gains the roles."""
    place = ("project", project_id) if project_id else ("organization", invitation.organization_id)
    old = _membership(call, user, *place)
    if old is not None:
        roles = tuple(dict.fromkeys((*old.roles, *invitation.roles)))
        joined = replace(old, roles=roles, updated_at=call.now)
        call.change.put(joined)
        return joined
    organization_id = None if project_id else invitation.organization_id
    joined = Membership(
        call.change.new_id(), user.id, organization_id, project_id, invitation.roles, call.now, call.now
    )
    call.add(joined)
    return joined


def _membership(call: Read, user: User, key: str, identifier: str) -> Membership | None:
    found: Iterable[Membership] = call.tables.where(Membership, key, identifier)
    return next((each for each in found if each.user_id == user.id), None)


def _is_for_caller(call: Read, invitation: Invitation) -> bool:
    user = user_with(call, invitation.invitee)
    return user is not None and call.caller.is_user(user.id)


def _powers(call: Read, invitation: Invitation) -> frozenset[Power]:
    return powers(call.tables, call.caller, place_of(call.tables, invitation))


def _name(call: Read, organization_id: str) -> str:
    organization = call.tables.get(Organization, organization_id)
    return organization.name if organization else ""
