"""Memberships: who may do what in a project. REF shows the list with page parameters but without `meta`."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.api.endpoints.build import collection, delete, read, update
from reconciler.wire import Call, Listing


def list_memberships(project_id: str) -> Listing:
    return collection("/projects/{id}/memberships", project_id, key="memberships", paged=True, counted=False)


def get_membership(membership_id: str) -> Call:
    return read("/memberships/{id}", membership_id)


def update_membership(membership_id: str, roles: Iterable[str]) -> Call:
    """The body's key is `role`, and it is a list."""
    return update("/memberships/{id}", membership_id, body={"role": list(roles)})


def delete_membership(membership_id: str) -> Call:
    return delete("/memberships/{id}", membership_id)
