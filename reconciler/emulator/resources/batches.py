"""Batches: several devices by one call.

A batch is queued until it has been validated, in progress until its devices are made, then completed; what
stands in the way makes it failed and is told in `error_messages` (documentation of September 2019,
"Deployment: Batch"). `completed` says that the devices exist, not that they are active (packngo's test
waits for both). So POST refuses only what is no batch at all. A failed batch leaves no device behind, a
deleted one that had none makes none; sources are silent on both.

Fields follow fog-packet's recordings of 2018, with packngo's `href`. A batch is validated after half of
`batch_seconds`, its devices are made after the whole.
"""

from __future__ import annotations

import json
from dataclasses import replace

from reconciler.emulator.call import Empty, Fate, Listed, Read, Reply, Several, Shown, Write
from reconciler.emulator.clock import rfc3339
from reconciler.emulator.errors import ApiError, blank, invalid
from reconciler.emulator.params import Params
from reconciler.emulator.records import Batch, Device, Project
from reconciler.emulator.rendering import Link, Scene, View
from reconciler.emulator.resources import device_create, devices
from reconciler.emulator.resources.device_place import plan_of
from reconciler.emulator.resources.series import hostnames_of, quantity_of
from reconciler.emulator.resources.spread import spread

_MOST_DEVICES = 1000
"""The largest quantity of a batch; the emulator's own limit."""
_VALIDATED = 0.5
"""Which part of its time a batch is queued."""


def show_batch(batch: Batch, scene: Scene) -> View:
    """A batch's JSON, with those of its devices that are still there."""
    there = [identifier for identifier in batch.device_ids if scene.tables.get(Device, identifier)]
    return {
        "id": batch.id,
        "quantity": batch.quantity,
        "state": batch.state,
        "error_messages": list(batch.error_messages),
        "created_at": rfc3339(batch.created_at),
        "updated_at": rfc3339(batch.updated_at),
        "devices": [Link(f"/devices/{identifier}") for identifier in there],
        "project": Link(f"/projects/{batch.project_id}"),
        "href": f"/batches/{batch.id}",
    }


def of_project(call: Read) -> Listed:
    """GET /projects/{id}/batches"""
    return Listed(call.tables.where(Batch, "project", call.get(Project).id))


def one(call: Read) -> Reply:
    """GET /batches/{id}"""
    return Shown(call.get(Batch))


def create(call: Write) -> Reply:
    """POST /projects/{id}/devices/batch"""
    project = call.get(Project)
    entries = call.params.objects("batches")
    if not entries:
        raise blank("Batches")  # text unsure
    made = [_new(call, project, entry) for entry in entries]
    for batch in made:
        call.add(batch)
    return Several("batches", made)


def delete(call: Write) -> Reply:
    """DELETE /batches/{id}; with `remove_associated_instances` its devices are deleted too, or nothing is."""
    batch = call.get(Batch)
    call.drop(batch)
    if call.params.flag("remove_associated_instances"):
        for identifier in batch.device_ids:
            device = call.tables.get(Device, identifier)
            if device is not None and device.deleted_at is None:
                devices.end_by_owner(call, device)
    return Empty()


def due(batch: Batch) -> float | None:
    """When the next step of a batch is to be done."""
    return batch.next_at


def settle(call: Write, batch: Batch) -> None:
    """Do the step of a batch that fell due."""
    project = call.tables.get(Project, batch.project_id)
    if project is None:
        call.change.remove(batch)
    elif batch.state == "queued":
        _validate(call, batch, project)
    else:
        _fulfil(call, batch, project)


def _new(call: Write, project: Project, entry: Params) -> Batch:
    quantity = quantity_of(entry)
    if not 1 <= quantity <= _MOST_DEVICES:
        raise invalid("Quantity is invalid")  # text unsure
    return Batch(
        id=call.change.new_id(),
        project_id=project.id,
        quantity=quantity,
        wish=entry.as_json(),
        state="queued",
        next_at=call.now + call.settings.batch_seconds * _VALIDATED,
        device_ids=(),
        error_messages=(),
        fate=call.fate.end,
        fate_seconds=call.fate.provision_seconds,
        created_at=call.now,
        updated_at=call.now,
    )


def _validate(call: Write, batch: Batch, project: Project) -> None:
    """See whether the devices can be made, by making the first of them and taking it back."""
    kept = len(call.change.changes)
    try:
        device_create.make(_calls(call, batch)[0], project)
    except ApiError as error:
        call.change.undo(keep=kept)
        _failed(call, batch, error)
        return
    call.change.undo(keep=kept)
    ends = batch.created_at + call.settings.batch_seconds
    call.change.put(replace(batch, state="in_progress", next_at=max(ends, call.now), updated_at=call.now))


def _fulfil(call: Write, batch: Batch, project: Project) -> None:
    """Make the devices, all or none."""
    kept = len(call.change.changes)
    try:
        made = [device_create.make(each, project).id for each in _calls(call, batch)]
    except ApiError as error:
        call.change.undo(keep=kept)
        _failed(call, batch, error)
        return
    call.change.put(replace(batch, state="completed", next_at=None, device_ids=tuple(made), updated_at=call.now))


def _failed(call: Write, batch: Batch, error: ApiError) -> None:
    call.change.put(
        replace(batch, state="failed", next_at=None, error_messages=tuple(error.errors), updated_at=call.now)
    )


def _calls(call: Write, batch: Batch) -> list[Write]:
    """The create call of each device. Reserved machines are where they are; others are spread over facilities."""
    wish = json.loads(batch.wish)
    asked = replace(call, params=Params(wish))
    hostnames = hostnames_of(asked.params, batch.quantity)
    places: list[object] = [wish.get("facility")] * batch.quantity
    if not asked.params.text("hardware_reservation_id"):
        places = [facility.code for facility in spread(asked, plan_of(asked), batch.quantity)]
    fate = Fate(batch.fate, batch.fate_seconds)
    return [
        replace(call, params=Params({**wish, "hostname": hostname, "facility": place}), fate=fate)
        for hostname, place in zip(hostnames, places, strict=True)
    ]
