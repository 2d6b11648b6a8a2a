"""Transfer requests: giving a project to another organization.

"Organization owners can transfer their projects to other organizations" (2019 API reference). An owner of the target
accepts (PUT) or declines (DELETE), both 204; the project and all that is in it keep their ids. One request at a time
for a project, and the texts of the refusals, are unsure.
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.emulator.access import Power, of_organization, powers
from reconciler.emulator.call import Empty, Listed, Read, Reply, Shown, Write
from reconciler.emulator.clock import rfc3339
from reconciler.emulator.errors import ApiError, invalid
from reconciler.emulator.records import Membership, Organization, Project, Transfer
from reconciler.emulator.rendering import Link, Scene, View
from reconciler.emulator.resources.account import full_name
from reconciler.emulator.resources.invitations import forget_in_invitations
from reconciler.emulator.resources.notifications import notify


def show_transfer(transfer: Transfer, _scene: Scene) -> View:
    """A transfer request's JSON."""
    return {
        "id": transfer.id,
        "created_at": rfc3339(transfer.created_at),
        "updated_at": rfc3339(transfer.updated_at),
        "target_organization": Link(f"/organizations/{transfer.target_organization_id}"),
        "project": Link(f"/projects/{transfer.project_id}"),
        "href": f"/transfers/{transfer.id}",
    }


def in_organization(call: Read) -> Listed:
    """GET /organizations/{id}/transfers: from it or to it, oldest first."""
    organization, tables = call.get(Organization), call.tables
    found = tables.where(Transfer, "target", organization.id)
    for project in tables.where(Project, "organization", organization.id):
        found += tables.where(Transfer, "project", project.id)
    found.sort(key=lambda transfer: transfer.created_at)
    return Listed(found)


def one(call: Read) -> Reply:
    """GET /transfers/{id}"""
    return Shown(call.get(Transfer))


def create(call: Write) -> Reply:
    """POST /projects/{id}/transfers: target_organization_id."""
    project = call.get(Project)
    identifier = call.params.required("target_organization_id", "Target organization")
    target = call.tables.get(Organization, identifier)
    if target is None:
        raise invalid("Target organization is invalid")
    if target.id == project.organization_id:
        raise invalid("Project already belongs to the target organization")
    if call.tables.count(Transfer, "project", project.id):
        raise invalid("Project already has a transfer request")
    made = Transfer(call.change.new_id(), project.id, target.id, call.now, call.now)
    call.add(made)
    text = f"{full_name(call.user)} asks {target.name} to take over the project {project.name}"
    for owner_id in _owners(call, target.id):
        notify(call, owner_id, "transfer_request.created", text, f"/transfers/{made.id}")
    return Shown(made, 201)


def accept(call: Write) -> Reply:
    """PUT or PATCH /transfers/{id}: by an owner of the target; the target pays for the project from then on."""
    transfer = call.get(Transfer)
    if not _owns(call, transfer.target_organization_id):
        raise ApiError(403, "You are not authorized to update this transfer")  # text unsure
    project = call.tables.get(Project, transfer.project_id)
    assert project is not None  # a transfer goes with its project
    moved = replace(
        project, organization_id=transfer.target_organization_id, payment_method_id=None, updated_at=call.now
    )
    call.change.put(moved)
    call.change.remove(transfer)
    forget_in_invitations(call, project)
    for owner_id in _owners(call, project.organization_id):
        notify(call, owner_id, "transfer_request.accepted", f"{project.name} was transferred", f"/projects/{moved.id}")
    return Empty()


def decline(call: Write) -> Reply:
    """DELETE /transfers/{id}: declined by an owner of the target, or taken back by an owner of the project."""
    transfer = call.get(Transfer)
    project = call.tables.get(Project, transfer.project_id)
    ours = project is not None and _owns(call, project.organization_id)
    if not ours and not _owns(call, transfer.target_organization_id):
        raise ApiError(403, "You are not authorized to delete this transfer")  # text unsure
    call.drop(transfer)
    return Empty()


def _owns(call: Read, organization_id: str) -> bool:
    return Power.OWN in powers(call.tables, call.caller, of_organization(organization_id))


def _owners(call: Read, organization_id: str) -> list[str]:
    """The users who own an organization, but for the caller, who knows already."""
    memberships = call.tables.where(Membership, "organization", organization_id)
    return [m.user_id for m in memberships if "owner" in m.roles and m.user_id != call.caller.user_id]
