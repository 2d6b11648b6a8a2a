"""Batches of devices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.api import endpoints
from reconciler.api.bodies import BatchEntry, body_of
from reconciler.api.groups.core import Group, Items, Names
from reconciler.api.models import Batch, CreatedBatches


class Batches(Group):
    def list(self, project_id: str, *, include: Names = ()) -> Items[Batch]:
        return self._items(Batch, endpoints.list_batches(project_id), include)

    def get(self, batch_id: str, *, include: Names = ()) -> Batch:
        return self._one(Batch, endpoints.get_batch(batch_id), include)

    def create(self, project_id: str, entries: Iterable[BatchEntry | Mapping[str, Any]]) -> tuple[Batch, ...]:
        """One batch for each entry; their devices come into being afterwards."""
        bodies = [body_of(each) for each in entries]
        return self._one(CreatedBatches, endpoints.create_batches(project_id, bodies)).batches

    def delete(self, batch_id: str, *, remove_associated_instances: bool | None = None) -> None:
        """The flag deletes the batch's devices too."""
        self._done(endpoints.delete_batch(batch_id, remove_associated_instances))
