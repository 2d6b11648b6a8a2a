"""Memberships: who has which roles in a project or an organization.

Fields, and the update's parameter `role` (a list), follow the 2019 API reference. A project's list holds those who are
members of that project alone: recorded projects of 2018 and 2019 name their organization's people under `members` while
their `memberships` are empty (fog-packet, libcloud).
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.emulator.access import Power, place_of, powers
from reconciler.emulator.call import Empty, Listed, Read, Reply, Shown, Write
from reconciler.emulator.clock import rfc3339
from reconciler.emulator.errors import ApiError, invalid
from reconciler.emulator.records import Membership, Organization, Project
from reconciler.emulator.rendering import Link, Scene, View
from reconciler.emulator.resources.account import roles_of
from reconciler.emulator.resources.notifications import notify


def show_membership(membership: Membership, scene: Scene) -> View:
    """A membership's JSON; `project` is null for one of an organization."""
    project = scene.tables.get(Project, membership.project_id) if membership.project_id else None
    organization_id = project.organization_id if project else membership.organization_id
    return {
        "id": membership.id,
        "roles": list(membership.roles),
        "created_at": rfc3339(membership.created_at),
        "updated_at": rfc3339(membership.updated_at),
        "project": Link(f"/projects/{membership.project_id}") if membership.project_id else None,
        "organization": Link(f"/organizations/{organization_id}"),
        "user": Link(f"/users/{membership.user_id}"),
        "href": f"/memberships/{membership.id}",
    }


def of_project(call: Read) -> Listed:
    """GET /projects/{id}/memberships"""
    return Listed(call.tables.where(Membership, "project", call.get(Project).id))


def one(call: Read) -> Reply:
    """GET /memberships/{id}"""
    return Shown(call.get(Membership))


def update(call: Write) -> Reply:
    """PUT or PATCH /memberships/{id}: `role`, a list; `roles` is understood too."""
    old = call.get(Membership)
    roles = roles_of(call, "role" if "role" in call.params else "roles")
    if "owner" in roles and "owner" not in old.roles and not _is_owner(call, old):
        raise ApiError(403, "You are not authorized to update this membership")  # text unsure
    if "owner" in old.roles and "owner" not in roles:
        _refuse_all_but_owners(call, old)
    if _is_primary_owners(call, old) and "owner" not in roles:
        raise invalid("Cannot change the roles of the primary owner")  # text unsure
    updated = replace(old, roles=roles, updated_at=call.now)
    call.change.put(updated)
    return Shown(updated)


def delete(call: Write) -> Reply:
    """DELETE /memberships/{id}: by who manages the place, or by the member; never the primary owner's."""
    old = call.get(Membership)
    may = powers(call.tables, call.caller, place_of(call.tables, old))
    if Power.MANAGE not in may and not call.caller.is_user(old.user_id):
        raise ApiError(403, "You are not authorized to delete this membership")  # text unsure
    if "owner" in old.roles:
        _refuse_all_but_owners(call, old)
    if _is_primary_owners(call, old):
        raise invalid("Cannot remove the primary owner")  # text unsure
    call.drop(old)
    if old.user_id != call.user.id:
        notify(call, old.user_id, "membership.removed", "You are no longer a member", _place_path(old))
    return Empty()


def _refuse_all_but_owners(call: Write, membership: Membership) -> None:
    """Owners are unmade by owners, if they don't give it up themselves."""
    if not _is_owner(call, membership) and not call.caller.is_user(membership.user_id):
        raise ApiError(403, "You are not authorized to update this membership")  # text unsure


def _is_owner(call: Write, membership: Membership) -> bool:
    """Whether the caller owns the place that a membership is for."""
    return Power.OWN in powers(call.tables, call.caller, place_of(call.tables, membership))


def _is_primary_owners(call: Write, membership: Membership) -> bool:
    organization = call.tables.get(Organization, membership.organization_id or "")
    return organization is not None and organization.primary_owner_id == membership.user_id


def _place_path(membership: Membership) -> str:
    if membership.project_id:
        return f"/projects/{membership.project_id}"
    return f"/organizations/{membership.organization_id}"
