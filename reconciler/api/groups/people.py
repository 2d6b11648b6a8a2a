"""Memberships, invitations and transfers of projects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.api import endpoints
from reconciler.api.bodies import InvitationCreate, body_of
from reconciler.api.groups.core import Group, Items, Names
from reconciler.api.models import Invitation, Membership, Transfer


class Memberships(Group):
    def list(self, project_id: str, *, include: Names = ()) -> Items[Membership]:
        return self._items(Membership, endpoints.list_memberships(project_id), include)

    def get(self, membership_id: str, *, include: Names = ()) -> Membership:
        return self._one(Membership, endpoints.get_membership(membership_id), include)

    def update(self, membership_id: str, roles: Iterable[str]) -> Membership:
        """`roles` are all roles that the member shall have from now on."""
        return self._one(Membership, endpoints.update_membership(membership_id, roles))

    def delete(self, membership_id: str) -> None:
        self._done(endpoints.delete_membership(membership_id))


class Invitations(Group):
    def list(self, *, include: Names = ()) -> Items[Invitation]:
        """Those of the current user."""
        return self._items(Invitation, endpoints.list_invitations(), include)

    def list_of_project(self, project_id: str, *, include: Names = ()) -> Items[Invitation]:
        return self._items(Invitation, endpoints.list_project_invitations(project_id), include)

    def list_of_organization(self, organization_id: str, *, include: Names = ()) -> Items[Invitation]:
        return self._items(Invitation, endpoints.list_organization_invitations(organization_id), include)

    def get(self, invitation_id: str, *, include: Names = ()) -> Invitation:
        return self._one(Invitation, endpoints.get_invitation(invitation_id), include)

    def invite_to_project(self, project_id: str, invitation: InvitationCreate | Mapping[str, Any]) -> Invitation:
        return self._one(Invitation, endpoints.invite_to_project(project_id, body_of(invitation)))

    def invite_to_organization(
        self, organization_id: str, invitation: InvitationCreate | Mapping[str, Any]
    ) -> Invitation:
        return self._one(Invitation, endpoints.invite_to_organization(organization_id, body_of(invitation)))

    def accept(self, invitation_id: str, *, nonce: str | None = None) -> Membership:
        """As the invited user; the emulator takes the letter's `nonce` for being that user."""
        return self._one(Membership, endpoints.accept_invitation(invitation_id, nonce))

    def decline(self, invitation_id: str) -> None:
        self._done(endpoints.decline_invitation(invitation_id))


class Transfers(Group):
    def list(self, organization_id: str, *, include: Names = ()) -> Items[Transfer]:
        """From and to the organization."""
        return self._items(Transfer, endpoints.list_transfers(organization_id), include)

    def get(self, transfer_id: str, *, include: Names = ()) -> Transfer:
        return self._one(Transfer, endpoints.get_transfer(transfer_id), include)

    def request(self, project_id: str, target_organization_id: str) -> Transfer:
        return self._one(Transfer, endpoints.request_transfer(project_id, target_organization_id))

    def accept(self, transfer_id: str) -> None:
        self._done(endpoints.accept_transfer(transfer_id))

    def decline(self, transfer_id: str) -> None:
        self._done(endpoints.decline_transfer(transfer_id))
