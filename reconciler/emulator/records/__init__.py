"""What the world consists of: one frozen record per stored object, nothing computed.

A record holds what was decided when a request was accepted. All that depends on the time of day (a device's
state, a session's status, an event's being there yet) is computed from it on reading; see `lifecycle.py`.
Free JSON (`customdata`, an address) is kept as JSON text, so that a record is a true value. Times are
seconds since 1970 UTC; networks are integers.

`keys()` names the questions that are asked of a kind ("the devices of project P"): `tables.py` keeps an
index for each.
"""

from __future__ import annotations

from reconciler.emulator.records.account import Organization, Project, SshKey, User
from reconciler.emulator.records.batches import Batch
from reconciler.emulator.records.devices import Device, Port, Vanished
from reconciler.emulator.records.happenings import Event, LateRequest
from reconciler.emulator.records.keys import Keys
from reconciler.emulator.records.market import SpotMarketRequest
from reconciler.emulator.records.network import Assignment, BgpConfig, BgpSession, Reservation, Vlan
from reconciler.emulator.records.people import (
    ApiKey,
    Email,
    Invitation,
    Letter,
    Membership,
    Notification,
    PaymentMethod,
    Session,
    Transfer,
)
from reconciler.emulator.records.reserved import HardwareReservation
from reconciler.emulator.records.storage import License, Snapshot, SnapshotPolicy, Volume, VolumeAttachment

Record = (
    User
    | Organization
    | Project
    | SshKey
    | Vlan
    | Reservation
    | Assignment
    | HardwareReservation
    | Batch
    | Device
    | Vanished
    | BgpConfig
    | BgpSession
    | SpotMarketRequest
    | Event
    | LateRequest
    | Volume
    | VolumeAttachment
    | Snapshot
    | SnapshotPolicy
    | License
    | ApiKey
    | Email
    | Invitation
    | Letter
    | Membership
    | Notification
    | PaymentMethod
    | Session
    | Transfer
)

KINDS: tuple[type[Record], ...] = (
    User,
    Organization,
    Project,
    SshKey,
    Vlan,
    Reservation,
    Assignment,
    HardwareReservation,
    Batch,
    Device,
    Vanished,
    BgpConfig,
    BgpSession,
    SpotMarketRequest,
    Event,
    LateRequest,
    Volume,
    VolumeAttachment,
    Snapshot,
    SnapshotPolicy,
    License,
    ApiKey,
    Email,
    Invitation,
    Letter,
    Membership,
    Notification,
    PaymentMethod,
    Session,
    Transfer,
)
"""Every kind of stored record, one a line."""

__all__ = [
    "KINDS",
    "ApiKey",
    "Assignment",
    "Batch",
    "BgpConfig",
    "BgpSession",
    "Device",
    "Email",
    "Event",
    "HardwareReservation",
    "Invitation",
    "Keys",
    "LateRequest",
    "Letter",
    "License",
    "Membership",
    "Notification",
    "Organization",
    "PaymentMethod",
    "Port",
    "Project",
    "Record",
    "Reservation",
    "Session",
    "Snapshot",
    "SnapshotPolicy",
    "SpotMarketRequest",
    "SshKey",
    "Transfer",
    "User",
    "Vanished",
    "Vlan",
    "Volume",
    "VolumeAttachment",
]
