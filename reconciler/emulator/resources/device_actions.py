"""POST /devices/{id}/actions: power_on, power_off, reboot, rescue, reinstall. 202 at once, the work goes on.

Events and their texts are those of a recorded device of March 2019 (power.200 to power.204). What an action
that does not fit the device's state is told is unsure.
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.emulator.call import Empty, Reply, Write
from reconciler.emulator.errors import blank, invalid
from reconciler.emulator.lifecycle import state
from reconciler.emulator.records import Device, Project
from reconciler.emulator.resources.events import note
from reconciler.emulator.resources.finding import find_device

_FITTING = {
    "power_on": ("inactive",),
    "power_off": ("active",),
    "reboot": ("active",),
    "rescue": ("active", "inactive"),
    "reinstall": ("active", "inactive"),
}
_DONE = {
    "power_on": ("power.204", "Device powered on"),
    "power_off": ("power.202", "Device powered off"),
    "reboot": ("power.203", "Device rebooted"),
    "rescue": ("power.203", "Device rebooted"),
    "reinstall": ("power.204", "Device powered on"),
}


def perform(call: Write) -> Reply:
    """Begin an action."""
    device, action = find_device(call), call.params.text("type")
    if not action:
        raise blank("Type")
    if action not in _FITTING:
        raise invalid(f"{action} is not a valid action")
    current = state(device, call.now)
    if current not in _FITTING[action]:
        raise invalid(f"Cannot {action.replace('_', ' ')} a device while it is {current}")
    if action == "reinstall":
        device = _reinstalled(call, device)
    seconds = device.provision_seconds if action == "reinstall" else call.settings.action_seconds
    call.change.put(
        replace(device, operation=action, operation_at=call.now, operation_seconds=seconds, updated_at=call.now)
    )
    _note(call, device, action, seconds)
    return Empty(202)


def _reinstalled(call: Write, device: Device) -> Device:
    """Reinstalling keeps id, machine, addresses and user data; another operating system may be named (after 2019)."""
    if device.locked:
        raise invalid("Cannot reinstall a locked item")
    name = call.params.text("operating_system")
    if not name:
        return device
    system, plan = call.catalogue.operating_system(name), call.catalogue.plan(device.plan)
    if system is None:
        raise invalid(f"{name} is not a valid operating system")
    if plan is None or not system.runs_on(plan):
        raise invalid(f"Operating system {system.slug} is not provisionable on {device.plan}")
    return replace(device, operating_system=system.slug)


def _note(call: Write, device: Device, action: str, seconds: float) -> None:
    project = call.tables.get(Project, device.project_id)
    if project is None:
        return
    name = action.replace("_", " ").capitalize()
    note(call, "power.200", f"{name} operation queued", project, device)
    note(call, "power.201", "Power operation started", project, device, by_user=False)
    kind, text = _DONE[action]
    note(call, kind, text, project, device, after=seconds, by_user=False)
