"""POST /devices/{id}/actions: power_on, power_off, reboot, rescue, reinstall. 202 at once, the work goes on.

Events and their texts are those of a recorded device of March 2019 (power.200 to power.204). What an action
that does not fit the device's state is told is unsure.

A reinstall keeps id, machine, addresses and user data, and goes through provisioning again, for longer than
the first time, since the disks are wiped (documentation of reinstalling, 2020). In mid-2019 it was the bare
action; `operating_system`, `ipxe_script_url`, `preserve_data` and `deprovision_fast` are those of packngo and
of the later OpenAPI description. That it makes a new root password is unsure.
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.emulator.call import Empty, Reply, Write
from reconciler.emulator.catalogue import OperatingSystem
from reconciler.emulator.errors import blank, invalid
from reconciler.emulator.lifecycle import state
from reconciler.emulator.records import Assignment, Device, Project
from reconciler.emulator.resources import device_request as wanted
from reconciler.emulator.resources.device_addresses import told
from reconciler.emulator.resources.events import keep_steps, note
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
}
"""What is told at the end; a reinstall has its provisioning events instead."""
_AT_ONCE = ("reboot", "rescue")
"""Those whose end is told in the second they are asked for, without a beginning (recorded of reboots)."""


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
    begun = replace(device, operation=action, operation_at=call.now, updated_at=call.now)
    if action == "reinstall":
        begun = _reinstalled(call, begun)
    else:
        begun = replace(begun, operation_seconds=call.settings.action_seconds)
    call.change.put(begun)
    _note(call, begun, action)
    return Empty(202)


def _reinstalled(call: Write, device: Device) -> Device:
    """The device with its reinstall begun: wiped first, then installed."""
    if device.locked:
        raise invalid("Cannot reinstall a locked item")
    system, url = _system(call, device), call.params.text("ipxe_script_url")
    url_then = url or (device.ipxe_script_url if wanted.is_ipxe(system) else None)
    wanted.check_ipxe(system, url_then, device.userdata)
    wiping, installing = _lengths(call, device)
    keep_steps(call, device)
    return replace(
        device,
        operating_system=system.slug,
        ipxe_script_url=url or device.ipxe_script_url,
        root_password=wanted.new_password(call),
        operation_seconds=wiping + installing,
        install_id=call.change.new_id(),
        network_text=told(call.tables.where(Assignment, "device", device.id)),
        installed_from=call.now + wiping,
        install_seconds=installing,
        short_install=wanted.is_ipxe(system),
    )


def _system(call: Write, device: Device) -> OperatingSystem:
    """What is to be installed: the system that is named, or the one that is there."""
    name, plan = call.params.text("operating_system") or device.operating_system, call.catalogue.plan(device.plan)
    if plan is None:
        raise invalid(f"{device.plan} is not a valid plan")
    system = wanted.operating_system_named(call, name, plan)
    held = call.tables.where(Assignment, "device", device.id)
    if system.public_ipv4_required and not any(each.management and each.public and each.family == 4 for each in held):
        raise invalid("Public IPv4 is required")
    return system


def _lengths(call: Write, device: Device) -> tuple[float, float]:
    """Seconds of wiping and of installing. Neither `deprovision_fast` nor `preserve_data` has all disks wiped."""
    spared = call.params.flag("deprovision_fast") or call.params.flag("preserve_data")
    set_length = call.settings.reinstall_seconds
    if set_length is not None:
        return 0.0, set_length
    return 0.0 if spared else call.settings.deprovision_seconds, device.provision_seconds


def _note(call: Write, device: Device, action: str) -> None:
    project = call.tables.get(Project, device.project_id)
    if project is None:
        return
    name = action.replace("_", " ").capitalize()
    note(call, "power.200", f"{name} operation queued", project, device)
    after = device.operation_seconds
    if action in _AT_ONCE:
        after = 0.0
    else:
        note(call, "power.201", "Power operation started", project, device, by_user=False)
    if action in _DONE:
        kind, text = _DONE[action]
        note(call, kind, text, project, device, after=after, by_user=False)
