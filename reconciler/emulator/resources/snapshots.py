"""Snapshots of volumes, and the policies that have them taken.

Fields of a snapshot follow fog-packet's recording of 2018, its `timestamp` with nanoseconds included; those of a
policy the swagger file of 2016 (in the generated client packswgo). Frequencies are packet-python's. A month is 30 days
and a year 365 here, and a snapshot keeps the size of its volume; both are the emulator's own.

What a policy takes is not stored when it is due: `of_volume` computes it on reading, so that a year may pass at
once. Whatever changes a policy or its snapshots stores them first (`_catch_up`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reconciler.emulator.call import Empty, Listed, Read, Reply, Shown, Write
from reconciler.emulator.clock import rfc3339, rfc3339_milliseconds
from reconciler.emulator.errors import invalid, not_found
from reconciler.emulator.ids import near
from reconciler.emulator.params import Params, parse_json
from reconciler.emulator.records import Project, Snapshot, SnapshotPolicy, Volume
from reconciler.emulator.rendering import Link, Scene, View
from reconciler.emulator.resources.events import note
from reconciler.emulator.tables import Tables

_HOUR = 3600.0
_PERIODS = {
    "1hour": _HOUR,
    "1day": 24 * _HOUR,
    "1week": 7 * 24 * _HOUR,
    "1month": 30 * 24 * _HOUR,
    "1year": 365 * 24 * _HOUR,
}
_MOST_KEPT = 1000
"""The emulator's own limit."""


def show_snapshot(snapshot: Snapshot, scene: Scene) -> View:
    """A snapshot's JSON. It has no path of its own, so no `href`."""
    return {
        "id": snapshot.id,
        "status": "available" if scene.now >= snapshot.available_at else "pending",  # the word before is unsure
        "timestamp": timestamp(snapshot),
        "created_at": rfc3339_milliseconds(snapshot.created_at),
        "volume": Link(f"/storage/{snapshot.volume_id}"),
    }


def show_policy(policy: SnapshotPolicy, _scene: Scene) -> View:
    """A policy's JSON."""
    return {
        "id": policy.id,
        "snapshot_frequency": policy.frequency,
        "snapshot_count": policy.count,
        "created_at": rfc3339(policy.created_at),
        "updated_at": rfc3339(policy.updated_at),
        "volume": Link(f"/storage/{policy.volume_id}"),
        "href": f"/storage/snapshot-policies/{policy.id}",
    }


def timestamp(snapshot: Snapshot) -> str:
    """What names a snapshot to `restore` and `clone`: seconds since 1970 with nanoseconds, the last six made up."""
    milliseconds = round(snapshot.created_at * 1_000_000) // 1000  # cut, as in `created_at`
    return f"{milliseconds // 1000}.{milliseconds % 1000:03d}{int(snapshot.id[:8], 16) % 1_000_000:06d}"


def of_volume(tables: Tables, volume: Volume, now: float) -> list[Snapshot]:
    """A volume's snapshots at a moment, oldest first."""
    stored = tables.where(Snapshot, "volume", volume.id)
    policies = tables.where(SnapshotPolicy, "volume", volume.id)
    living = {policy.id for policy in policies}
    found = [snapshot for snapshot in stored if snapshot.policy_id not in living]
    for policy in policies:
        found += _kept(policy, stored, volume, now)
    return sorted(found, key=lambda snapshot: snapshot.created_at)


def by_timestamp(call: Read, volume: Volume, text: str) -> Snapshot:
    """The available snapshot that a timestamp names."""
    for snapshot in of_volume(call.tables, volume, call.now):
        if timestamp(snapshot) == text and snapshot.available_at <= call.now:
            return snapshot
    raise invalid("Snapshot is invalid")  # text unsure


def listed(call: Read) -> Listed:
    """GET /storage/{id}/snapshots"""
    return Listed(of_volume(call.tables, call.get(Volume), call.now))


def create(call: Write) -> Reply:
    """POST /storage/{id}/snapshots: 202 without a body, the snapshot is available a little later."""
    volume = call.get(Volume)
    if call.now < volume.created_at + volume.provision_seconds:
        raise invalid("Cannot take a snapshot of a volume that is not active")  # text unsure
    taken = Snapshot(
        id=call.change.new_id(),
        volume_id=volume.id,
        policy_id=None,
        size=volume.size,
        created_at=call.now,
        available_at=call.now + call.settings.snapshot_seconds,
    )
    call.add(taken)
    project = call.tables.get(Project, volume.project_id)
    if project is not None:
        note(call, "snapshot.created", "Snapshot of %volume% taken", project, volume=volume)  # type unsure
    return Empty(202)


def delete(call: Write) -> Reply:
    """DELETE /storage/{id}/snapshots/{snapshot_id}"""
    volume = call.get(Volume)
    store_taken(call, volume)
    snapshot = call.get(Snapshot, "snapshot_id")
    if snapshot.volume_id != volume.id:
        raise not_found()
    call.drop(snapshot)
    return Empty()


def create_policy(call: Write) -> Reply:
    """POST /storage/{id}/snapshot-policies"""
    made = new_policy(call, call.get(Volume), call.params)
    call.add(made)
    return Shown(made, 201)


def update_policy(call: Write) -> Reply:
    """PUT or PATCH /storage/snapshot-policies/{id}: a new frequency counts from now."""
    old, params = call.get(SnapshotPolicy), call.params
    frequency = _frequency(params) if "snapshot_frequency" in params else old.frequency
    count = _count(params) if "snapshot_count" in params else old.count
    caught_up = _catch_up(call, old)
    updated = replace(
        caught_up,
        frequency=frequency,
        count=count,
        counted_from=caught_up.counted_from if frequency == old.frequency else call.now,
        updated_at=call.now,
    )
    call.change.put(updated)
    _catch_up(call, updated)  # with fewer to keep, the oldest go
    return Shown(updated)


def delete_policy(call: Write) -> Reply:
    """DELETE /storage/snapshot-policies/{id}; what it had taken stays."""
    call.drop(_catch_up(call, call.get(SnapshotPolicy)))
    return Empty()


def new_policy(call: Write, volume: Volume, params: Params) -> SnapshotPolicy:
    """A policy for a volume, out of its parameters."""
    return SnapshotPolicy(
        id=call.change.new_id(),
        volume_id=volume.id,
        frequency=_frequency(params),
        count=_count(params),
        created_at=call.now,
        updated_at=call.now,
        taken=0,
        counted_from=call.now,
    )


def policies_asked_for(params: Params) -> tuple[Params, ...]:
    """The `snapshot_policies` of a create: a list (packngo), or one policy alone (packet-python), also as JSON text."""
    value = params.raw("snapshot_policies")
    if isinstance(value, str):
        try:
            value = parse_json(value) if value else None
        except ValueError:
            raise invalid("Snapshot policies is invalid") from None  # text unsure
    items = [value] if isinstance(value, dict) and value else value or None
    return Params({"snapshot_policies": items}).objects("snapshot_policies")


def store_taken(call: Write, volume: Volume) -> None:
    """Store what the volume's policies have taken until now: the volume or one of its snapshots is about to change."""
    for policy in call.tables.where(SnapshotPolicy, "volume", volume.id):
        _catch_up(call, policy)


def held_by(tables: Tables, volume: Volume) -> Iterator[Snapshot | SnapshotPolicy]:
    """What is stored of a volume's snapshots, and goes with it."""
    yield from tables.where(Snapshot, "volume", volume.id)
    yield from tables.where(SnapshotPolicy, "volume", volume.id)


def _kept(policy: SnapshotPolicy, stored: list[Snapshot], volume: Volume, now: float) -> list[Snapshot]:
    """A policy's snapshots at a moment: of those stored and those of the turns since, the newest."""
    period = _PERIODS[policy.frequency]
    turns = _turns(policy, now)
    made = [
        Snapshot(
            id=near(policy.id, policy.taken + turn),
            volume_id=policy.volume_id,
            policy_id=policy.id,
            size=volume.size,
            created_at=policy.counted_from + turn * period,
            available_at=policy.counted_from + turn * period,
        )
        for turn in range(max(0, turns - policy.count) + 1, turns + 1)
    ]
    return [*(snapshot for snapshot in stored if snapshot.policy_id == policy.id), *made][-policy.count :]


def _turns(policy: SnapshotPolicy, now: float) -> int:
    """How often it was its turn since those that are stored."""
    return max(0, int((now - policy.counted_from) // _PERIODS[policy.frequency]))


def _catch_up(call: Write, policy: SnapshotPolicy) -> SnapshotPolicy:
    """Store what the policy has taken until now, remove what it no longer keeps."""
    volume = call.tables.get(Volume, policy.volume_id)
    if volume is None:
        raise not_found()
    stored = call.tables.where(Snapshot, "volume", policy.volume_id)
    kept = _kept(policy, stored, volume, call.now)
    known, wanted = {snapshot.id for snapshot in stored}, {snapshot.id for snapshot in kept}
    for snapshot in stored:
        if snapshot.policy_id == policy.id and snapshot.id not in wanted:
            call.change.remove(snapshot)
    for snapshot in kept:
        if snapshot.id not in known:
            call.change.put(snapshot)
    turns = _turns(policy, call.now)
    since = policy.counted_from + turns * _PERIODS[policy.frequency]
    caught_up = replace(policy, taken=policy.taken + turns, counted_from=since)
    call.change.put(caught_up)
    return caught_up


def _frequency(params: Params) -> str:
    frequency = params.required("snapshot_frequency")
    if frequency not in _PERIODS:
        raise invalid("Snapshot frequency is not included in the list")  # text unsure
    return frequency


def _count(params: Params) -> int:
    """How many are kept; one unless said otherwise (the default is unsure)."""
    count = params.integer("snapshot_count")
    if count is not None and not 1 <= count <= _MOST_KEPT:
        raise invalid("Snapshot count is invalid")  # text unsure
    return 1 if count is None else count
