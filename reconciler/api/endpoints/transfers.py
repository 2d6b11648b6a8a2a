"""Transfers of a project to another organization. REF lost all but the request; see packngo and fog-packet."""

from __future__ import annotations

from reconciler.api.endpoints.build import collection, create, delete, read, update
from reconciler.wire import Call, Listing


def list_transfers(organization_id: str) -> Listing:
    """From or to the organization."""
    return collection("/organizations/{id}/transfers", organization_id, key="transfers", paged=True)


def request_transfer(project_id: str, target_organization_id: str) -> Call:
    body = {"target_organization_id": target_organization_id}
    return create("/projects/{id}/transfers", project_id, body=body)


def get_transfer(transfer_id: str) -> Call:
    return read("/transfers/{id}", transfer_id)


def accept_transfer(transfer_id: str) -> Call:
    """By an owner of the target organization; no body comes back."""
    return update("/transfers/{id}", transfer_id)


def decline_transfer(transfer_id: str) -> Call:
    return delete("/transfers/{id}", transfer_id)
