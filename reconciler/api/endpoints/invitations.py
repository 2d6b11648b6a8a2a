"""Invitations to a project or an organization. REF shows the lists with page parameters but without `meta`.

REF lost the path of the user's own list; fog-packet shows it.
"""

from __future__ import annotations

from reconciler.api.endpoints.build import Body, collection, create, delete, given, read, update
from reconciler.wire import Call, Listing


def list_invitations() -> Listing:
    """Those of the current user."""
    return collection("/invitations", key="invitations", paged=True, counted=False)


def list_project_invitations(project_id: str) -> Listing:
    return collection("/projects/{id}/invitations", project_id, key="invitations", paged=True, counted=False)


def list_organization_invitations(organization_id: str) -> Listing:
    return collection("/organizations/{id}/invitations", organization_id, key="invitations", paged=True, counted=False)


def get_invitation(invitation_id: str) -> Call:
    return read("/invitations/{id}", invitation_id)


def invite_to_project(project_id: str, body: Body) -> Call:
    return create("/projects/{id}/invitations", project_id, body=body)


def invite_to_organization(organization_id: str, body: Body) -> Call:
    return create("/organizations/{id}/invitations", organization_id, body=body)


def accept_invitation(invitation_id: str, nonce: str | None = None) -> Call:
    """Answers with the membership. `nonce` stands in the letter; the emulator takes it for being the invitee."""
    return update("/invitations/{id}", invitation_id, body=given({"nonce": nonce}) or None)


def decline_invitation(invitation_id: str) -> Call:
    return delete("/invitations/{id}", invitation_id)
