"""A device's life, computed from the times in its record: state at a moment, provisioning events, what falls due.

    queued -> provisioning -> active <-> (powering_off -> inactive -> powering_on | rebooting | reinstalling)
                  |                \\
                  failed, then taken away (403)     deprovisioning -> gone (404)

States and their order are OAS Device.state and libcloud's NODE_STATE_MAP; the ten provisioning events and
the percentage (done of all) are those of recorded devices of 2017 to 2019. The first tenth of provisioning
is spent `queued`, and the events follow at even distances; that, and all lengths, are the emulator's own.
A reinstall goes through the same events again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from reconciler.emulator.ids import near
from reconciler.emulator.records import Device

PROVISIONING = ("queued", "provisioning")
REINSTALLING = "reinstalling"
ROOT_PASSWORD_SECONDS = 24 * 3600.0
"""`root_password` is shown for 24 hours after provisioning (2020 documentation, SSH access)."""

_TEXTS = (
    "Provisioning started",
    "Network configured",
    "Configuration written, restarting device",
    "Connected to magic install system",
    "Server partitions created",
    "Operating system packages installed",
    "Server networking interfaces configured",
    "Cloud-init packages installed and configured",
    "Installation finished, rebooting server",
    "Device phoned home and is ready to go",
)
_LONG = tuple(range(101, 111))
DEPLOYED = 100
"""How far the id of the event that tells of a new device lies from the device's own; its first ones follow it."""
_SHORT = (101, 102, 103, 110)
"""What a short run shows: libcloud's recorded device_create."""

_NETWORK = 102
"""The event that tells the addresses."""

_QUEUED_PART = 0.1
_STUCK_AFTER = 4
"""How many events a stuck device gets to."""

_WHILE = {
    "power_on": "powering_on",
    "power_off": "powering_off",
    "reboot": "rebooting",
    "rescue": "rebooting",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One provisioning event of a device: planned, or, once `at` is past, happened."""

    id: str
    type: str
    text: str
    """What it says until it has happened."""
    told: str
    """What it says from then on."""
    at: float


INSTALLED = ("active", "inactive", "powering_on", "powering_off", "rebooting")
"""States of a device whose installation is over, whether it runs or not: its ports and volumes can be changed."""


def steps(device: Device) -> list[Step]:
    """The provisioning events of the device's last installation, in order; they need no storing."""
    codes = _SHORT if device.short_install else _LONG
    gap = device.install_seconds * (1 - _QUEUED_PART) / (len(codes) - 1)
    first = device.installed_from + device.install_seconds * _QUEUED_PART
    return [
        Step(
            near(device.install_id, code),
            f"provisioning.{code}",
            _TEXTS[code - 101],
            _told(device, code),
            _at(device, place, first + place * gap),
        )
        for place, code in enumerate(codes)
    ]


def _told(device: Device, code: int) -> str:
    text = _TEXTS[code - 101]
    return f"{text} with {device.network_text}" if code == _NETWORK and device.network_text else text


def _at(device: Device, place: int, planned: float) -> float:
    if device.fate == "stuck" and place >= _STUCK_AFTER:
        return math.inf
    if device.fate == "failed" and place == (3 if device.short_install else 9):
        return math.inf  # it never phones home
    return planned


def addresses_at(created_at: float, provision_seconds: float) -> float:
    """When a new device's addresses appear: before its "Network configured", as recorded devices show."""
    return created_at + provision_seconds * _QUEUED_PART * 1.5


def ready_at(device: Device) -> float:
    """When provisioning ends, well or badly; never for a stuck device."""
    return math.inf if device.fate == "stuck" else device.created_at + device.provision_seconds


def state(device: Device, now: float) -> str:
    """The device's state at a moment. A moment before its creation counts as queued (the answer to the create)."""
    if device.deleted_at is not None and now >= device.deleted_at:
        return "deprovisioning"
    if now < ready_at(device):
        queued_until = device.created_at + device.provision_seconds * _QUEUED_PART
        return "queued" if now < queued_until else "provisioning"
    if device.fate == "failed":
        return "failed"
    return _operating_state(device, now)


def _operating_state(device: Device, now: float) -> str:
    if device.operation is None:
        return "active"
    if now < device.operation_at + device.operation_seconds:
        return _WHILE.get(device.operation, REINSTALLING)
    return "inactive" if device.operation == "power_off" else "active"


def is_installing(device: Device, now: float) -> bool:
    """Whether its provisioning events are under way: it is new, or being reinstalled."""
    return state(device, now) in (*PROVISIONING, REINSTALLING)


def percentage(device: Device, now: float) -> float:
    """How much of provisioning is done, as the API rounds it: 4 of 7 events is 57.14."""
    events = steps(device)
    return round(100.0 * sum(step.at <= now for step in events) / len(events), 2)


def shows_root_password(device: Device, now: float) -> bool:
    """Whether the password is still shown."""
    return now < device.installed_from + device.install_seconds + ROOT_PASSWORD_SECONDS


def changes_at(device: Device, now: float) -> float:
    """The next moment at which the device's JSON is different by time alone."""
    moments = [
        device.created_at + device.provision_seconds * _QUEUED_PART,
        addresses_at(device.created_at, device.provision_seconds),
        ready_at(device),
        device.installed_from + device.install_seconds + ROOT_PASSWORD_SECONDS,
        device.operation_at + device.operation_seconds,
        device.deleted_at or math.inf,
        *(port.past_until for port in device.ports),
    ]
    if is_installing(device, now):
        moments += [step.at for step in steps(device)]
    return min((moment for moment in moments if moment > now), default=math.inf)


def due(device: Device) -> float | None:
    """When time will change what is stored of a device; see `settling.py`."""
    if device.gone_at is not None:
        return device.gone_at
    if device.fades_at is not None:
        return device.fades_at
    moments = []
    if device.reclaim_at is not None:
        moments.append(device.reclaim_at)
    elif device.outbid_at is not None:
        moments.append(device.outbid_at)
    if device.termination_time is not None and not device.locked and device.fate == "active":
        moments.append(max(device.termination_time, ready_at(device), device.updated_at))  # the last: just unlocked
    return min(moments, default=None)
