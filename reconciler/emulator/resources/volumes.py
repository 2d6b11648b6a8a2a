"""Block storage volumes.

Fields follow libcloud's recordings of April 2019 (create_volume, volumes), parameters packngo, packet-python and
libcloud. A volume needs a facility with the feature `storage`, has 10 GB at least (libcloud, csi-packet), grows only,
and that detached (2020 documentation, "Elastic Block Storage"). Texts of refusals are unsure but for the locked item
(terraform-provider-metal#35). Snapshots and attachments have modules of their own.

`clone` answers with the new volume, as packet-python and the swagger file of 2016 have it; libcloud expected 204.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from reconciler.emulator.call import Empty, Listed, Read, Reply, Shown, Write
from reconciler.emulator.catalogue import Facility, Plan
from reconciler.emulator.clock import rfc3339
from reconciler.emulator.errors import DELETE_LOCKED, blank, invalid
from reconciler.emulator.params import Params
from reconciler.emulator.records import Project, SnapshotPolicy, Volume, VolumeAttachment
from reconciler.emulator.rendering import Link, Scene, View
from reconciler.emulator.resources import snapshots
from reconciler.emulator.resources.devices import BILLING_CYCLES
from reconciler.emulator.resources.events import note

_SMALLEST = 10
_LARGEST = 12_000
"""The emulator's own limit."""
_QUEUED_PART = 0.1
_BEFORE = 1e-3
"""The answer to a create shows the volume this long before it, so that it is queued even where it takes no time."""


def show_volume(volume: Volume, scene: Scene) -> View:
    """A volume's JSON at the scene's moment."""
    tables, now = scene.tables, scene.now
    plan, facility = scene.catalogue.storage_plan(volume.plan), scene.catalogue.facility(volume.facility)
    active_at = volume.created_at + volume.provision_seconds
    changed_at = max(volume.updated_at, active_at) if now >= active_at else volume.updated_at
    return {
        "id": volume.id,
        "name": _name(volume),
        "description": volume.description,
        "size": volume.size,
        "locked": volume.locked,
        "billing_cycle": volume.billing_cycle,
        "state": state(volume, now),
        "customdata": json.loads(volume.customdata),
        "access": _access(volume) if now >= active_at else {},
        "created_at": rfc3339(volume.created_at),
        "updated_at": rfc3339(changed_at),
        "project": Link(f"/projects/{volume.project_id}"),
        "facility": Link(f"/facilities/{facility.id}", target=facility) if facility else None,
        "snapshot_policies": [
            Link(f"/storage/snapshot-policies/{policy.id}", target=policy)
            for policy in tables.where(SnapshotPolicy, "volume", volume.id)
        ],
        "attachments": [
            Link(f"/storage/attachments/{attachment.id}", target=attachment)
            for attachment in tables.where(VolumeAttachment, "volume", volume.id)
        ],
        "snapshots": [
            Link(f"#{snapshot.id}", target=snapshot) for snapshot in snapshots.of_volume(tables, volume, now)
        ],
        "plan": Link(f"/plans/{plan.id}", shown=True, target=plan) if plan else None,
        "href": f"/storage/{volume.id}",
    }


def state(volume: Volume, now: float) -> str:
    """The volume's state at a moment: queued, provisioning, active."""
    if now >= volume.created_at + volume.provision_seconds:
        return "active"
    return "queued" if now < volume.created_at + volume.provision_seconds * _QUEUED_PART else "provisioning"


def of_project(call: Read) -> Listed:
    """GET /projects/{id}/storage"""
    return Listed(call.tables.where(Volume, "project", call.get(Project).id))


def one(call: Read) -> Reply:
    """GET /storage/{id}"""
    return Shown(call.get(Volume))


def create(call: Write) -> Reply:
    """POST /projects/{id}/storage"""
    project, params = call.get(Project), call.params
    plan, facility = _plan(call), _facility(call)
    size = params.integer("size")
    if size is None:
        raise blank("Size")
    made = Volume(
        id=call.change.new_id(),
        project_id=project.id,
        facility=facility.code,
        plan=plan.slug,
        size=_checked_size(size),
        description=params.text("description"),
        billing_cycle=_billing_cycle(params, "hourly"),
        locked=params.flag("locked"),
        customdata=params.custom_data(),
        created_at=call.now,
        updated_at=call.now,
        provision_seconds=call.settings.volume_seconds,
    )
    policies = [
        snapshots.new_policy(call, made, policy_params) for policy_params in snapshots.policies_asked_for(params)
    ]
    return _added(call, project, made, policies)


def update(call: Write) -> Reply:
    """PUT or PATCH /storage/{id}: what is absent stays."""
    old, params = call.get(Volume), call.params
    size = params.integer("size")
    updated = replace(
        old,
        description=params.text("description") if "description" in params else old.description,
        size=old.size if size is None else _grown(call, old, size),
        plan=_plan(call).slug if "plan" in params or "plan_id" in params else old.plan,
        billing_cycle=_billing_cycle(params, old.billing_cycle),
        locked=params.flag("locked", old.locked),
        customdata=params.custom_data() if "customdata" in params else old.customdata,
        updated_at=call.now,
    )
    call.change.put(updated)
    return Shown(updated)


def delete(call: Write) -> Reply:
    """DELETE /storage/{id}; its snapshots and policies go with it."""
    volume = call.get(Volume)
    if volume.locked:
        raise invalid(DELETE_LOCKED)
    if call.tables.count(VolumeAttachment, "volume", volume.id):
        raise invalid("Cannot delete a volume while it is attached")
    held = list(snapshots.held_by(call.tables, volume))
    call.drop(volume)
    for record in held:
        call.drop(record)
    _note(call, volume, "volume.deleted", "%volume% was deleted")
    return Empty()


def clone(call: Write) -> Reply:
    """POST /storage/{id}/clone: a new volume out of this one, or out of the snapshot that `snapshot_timestamp` names.

    It begins unlocked and without policies.
    """
    volume, point = call.get(Volume), call.params.text("snapshot_timestamp")
    _refuse_unless_active(call, volume)
    size = snapshots.by_timestamp(call, volume, point).size if point else volume.size
    project = call.tables.get(Project, volume.project_id)
    assert project is not None  # a project is not deleted while it has volumes
    made = replace(
        volume,
        id=call.change.new_id(),
        size=size,
        locked=False,
        created_at=call.now,
        updated_at=call.now,
        provision_seconds=call.settings.volume_seconds,
    )
    return _added(call, project, made, [])


def restore(call: Write) -> Reply:
    """POST /storage/{id}/restore: back to the snapshot that `restore_point` names; detached only.

    Nothing of that is to be seen but the time of the change, and the size of a volume that has grown since stays.
    """
    volume = call.get(Volume)
    _refuse_unless_active(call, volume)
    snapshots.by_timestamp(call, volume, call.params.required("restore_point"))
    if call.tables.count(VolumeAttachment, "volume", volume.id):
        raise invalid("Cannot restore a volume while it is attached")
    call.change.put(replace(volume, updated_at=call.now))
    _note(call, volume, "volume.restored", "%volume% was restored from a snapshot")
    return Empty()


def _added(call: Write, project: Project, volume: Volume, policies: list[SnapshotPolicy]) -> Reply:
    call.add(volume)
    for policy in policies:
        call.add(policy)
    note(call, "volume.created", "%volume% was created", project, volume=volume)  # type unsure
    return Shown(volume, 201, as_of=call.now - _BEFORE)


def _note(call: Write, volume: Volume, kind: str, body: str) -> None:
    """An event of the volume; no source shows their types."""
    project = call.tables.get(Project, volume.project_id)
    if project is not None:
        note(call, kind, body, project, volume=volume)


def _name(volume: Volume) -> str:
    return f"volume-{volume.id[:8]}"


def _access(volume: Volume) -> View:
    """Where the volume is to be found by iSCSI, in the form of the recordings; computed from its id."""
    digest = hashlib.sha256(volume.id.encode()).digest()
    ips = [f"10.144.{net + digest[0] % 4}.{1 + digest[at] % 254}" for net, at in ((136, 1), (140, 2))]
    return {"ips": ips, "iqn": f"iqn.2013-05.com.daterainc:tc:01:sn:{digest[8:16].hex()}"}


def _plan(call: Write) -> Plan:
    """The plan that `plan` or `plan_id` names, by slug or id."""
    name = call.params.text("plan") or call.params.text("plan_id")
    if not name:
        raise blank("Plan")
    plan = call.catalogue.storage_plan(name)
    if plan is None:
        raise invalid(f"{name} is not a valid plan")
    return plan


def _facility(call: Write) -> Facility:
    """The facility that `facility` or `facility_id` names, by code or id, if it has block storage."""
    name = call.params.text("facility") or call.params.text("facility_id")
    if not name:
        raise blank("Facility")
    facility = call.catalogue.facility(name)
    if facility is None:
        raise invalid(f"{name} is not a valid facility")
    if "storage" not in facility.features:
        raise invalid(f"{facility.code} does not support block storage")
    return facility


def _checked_size(size: int) -> int:
    if size < _SMALLEST:
        raise invalid(f"Size must be greater than or equal to {_SMALLEST}")
    if size > _LARGEST:
        raise invalid(f"Size must be less than or equal to {_LARGEST}")
    return size


def _grown(call: Write, volume: Volume, size: int) -> int:
    """The size asked for: the same, or a larger one for a volume that no device uses."""
    if size < volume.size:
        raise invalid("Size cannot be decreased")
    if size > volume.size and call.tables.count(VolumeAttachment, "volume", volume.id):
        raise invalid("Size cannot be changed while the volume is attached")
    snapshots.store_taken(call, volume)  # those of before have the old size
    return _checked_size(size)


def _billing_cycle(params: Params, default: str) -> str:
    cycle = params.text("billing_cycle") or default
    if cycle not in BILLING_CYCLES:
        raise invalid(f"{cycle} is not a valid billing cycle")
    return cycle


def _refuse_unless_active(call: Write, volume: Volume) -> None:
    current = state(volume, call.now)
    if current != "active":
        raise invalid(f"Cannot use a volume while it is {current}")
