"""Batches: many devices in one call."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.api.endpoints.build import Body, collection, create, delete, given, read
from reconciler.wire import Call, Listing


def list_batches(project_id: str) -> Listing:
    return collection("/projects/{id}/batches", project_id, key="batches")


def get_batch(batch_id: str) -> Call:
    return read("/batches/{id}", batch_id)


def create_batches(project_id: str, batches: Iterable[Body]) -> Call:
    """Each entry is a device's body with `quantity` and, if wanted, `facility_diversity_level`."""
    return create("/projects/{id}/devices/batch", project_id, body={"batches": [dict(each) for each in batches]})


def delete_batch(batch_id: str, remove_associated_instances: bool | None = None) -> Call:
    """The flag deletes the batch's devices too. It goes in the query, though REF says `in path`."""
    query = given({"remove_associated_instances": remove_associated_instances})
    return delete("/batches/{id}", batch_id, query=query)
