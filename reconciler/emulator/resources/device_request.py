"""What a device is asked to be: the parameters of a create (and some of an update) checked and turned into values.

Rules and texts: 2019 API reference, libcloud's recordings, the 2020 documentation, and the issue threads
that the texts are quoted from (packngo#120 and #112, packet-rb#6, metal-cli#222,
cluster-api-provider-packet#788). Texts marked unsure follow their style.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass

from reconciler.emulator import market
from reconciler.emulator.access import members_of_project
from reconciler.emulator.call import Write
from reconciler.emulator.catalogue import OperatingSystem, Plan
from reconciler.emulator.errors import NO_SSH_KEY, blank, invalid
from reconciler.emulator.ids import derived_id
from reconciler.emulator.params import Params
from reconciler.emulator.records import Project, SshKey
from reconciler.emulator.resources.device_place import Place
from reconciler.emulator.resources.spot_prices import spot_price

_HOSTNAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")
_IPXE_SCRIPT = re.compile(r"\A#!i?pxe", re.IGNORECASE)
IPXE_PART = 0.4
"""A custom iPXE device is active once its script is served, before any system runs (2020 documentation)."""

_LONGEST_HOSTNAME = 253
_LAYOUT = ("disks", "raid", "filesystems")


@dataclass(frozen=True, slots=True)
class WantedAddress:
    """One of the addresses that a device is to be born with."""

    family: int
    public: bool
    cidr: int
    reservation_ids: tuple[str, ...]


def hostname_of(params: Params) -> str | None:
    """The hostname, or None where none is given. Underscores are refused (2020 documentation)."""
    hostname = params.text("hostname")
    if not hostname:
        return None
    if len(hostname) > _LONGEST_HOSTNAME or not _HOSTNAME.fullmatch(hostname):
        raise invalid("Hostname is invalid")  # text unsure
    return hostname


def tags_of(params: Params) -> tuple[str, ...]:
    """The whole list of tags."""
    return params.texts("tags")


def operating_system_of(call: Write, plan: Plan) -> OperatingSystem:
    """The operating system that is asked for, if it runs on the plan."""
    return operating_system_named(call, call.params.required("operating_system"), plan)


def operating_system_named(call: Write, name: str, plan: Plan) -> OperatingSystem:
    """An operating system by slug or id, if it runs on the plan."""
    system = call.catalogue.operating_system(name)
    if system is None:
        raise invalid(f"{name} is not a valid operating system")  # text unsure
    if not system.runs_on(plan):
        raise invalid(f"Operating system {system.slug} is not provisionable on {plan.slug}")  # text unsure
    return system


def is_ipxe(system: OperatingSystem) -> bool:
    """Whether it is the one that boots what its owner's script says."""
    return system.slug == "custom_ipxe"


def check_ipxe(system: OperatingSystem, url: str | None, userdata: str | None) -> None:
    """Custom iPXE needs a script, from a URL or in the user data, not both (Terraform's provider; API texts unsure)."""
    in_userdata = bool(_IPXE_SCRIPT.match(userdata or ""))
    if not is_ipxe(system):
        if url:
            raise invalid("Ipxe script url can only be used with custom_ipxe")
    elif url and in_userdata:
        raise invalid("Ipxe script url and an iPXE script in userdata cannot be used together")
    elif not url and not in_userdata:
        raise invalid("Ipxe script url can't be blank")


def new_password(call: Write) -> str:
    """A root password for an installation."""
    source = derived_id("root password", call.change.new_id())
    return base64.b32encode(source.encode()).decode()[:10].lower()


def storage_of(call: Write, place: Place) -> str:
    """Custom partitioning and RAID as JSON text; only reserved machines can have it (2020 documentation; text unsure).

    An object (or JSON in a string) with lists of objects under `disks`, `raid` and `filesystems`, as packngo
    sends it.
    """
    layout = call.params.parsed("storage")
    if layout is None or layout == {}:
        return "{}"
    if place.reservation is None:
        raise invalid("Storage can only be customized on reserved hardware")
    if not isinstance(layout, dict) or not all(
        name in _LAYOUT and isinstance(items, list) and all(isinstance(item, dict) for item in items)
        for name, items in layout.items()
    ):
        raise invalid("Storage is invalid")  # text unsure
    return json.dumps(layout)


def spot_terms(call: Write, place: Place) -> tuple[bool, float | None]:
    """Whether it is a spot instance, and at which price a hour at most. Too low a bid is refused (text unsure)."""
    spot, price = call.params.flag("spot_instance"), call.params.number("spot_price_max")
    if not spot:
        return False, None
    if place.reservation is not None:
        raise invalid("Spot instance cannot be on reserved hardware")  # text unsure
    if price is None:
        raise blank("Spot price max")
    if (call.params.text("billing_cycle") or "hourly") != "hourly":
        raise invalid("Spot instances can only be billed hourly")  # text unsure
    if not market.is_traded(place.plan):
        raise invalid(f"{place.plan.slug} is not available on the spot market")  # text unsure
    if price < spot_price(call, place.facility.code, place.plan):
        raise invalid("Spot price max is lower than the current market price")
    return True, price


def ssh_keys_of(call: Write, project: Project) -> tuple[str, ...]:
    """The keys it is installed with: those named, else all of the project and its members.

    `project_ssh_keys` names keys, `user_ssh_keys` names users. Without any key anywhere the create is
    refused, unless the setting `require_ssh_key` is off or the caller says `no_ssh_keys` (later than 2019).
    """
    named = call.params.texts("project_ssh_keys")
    users = call.params.texts("user_ssh_keys")
    of_project = call.tables.where(SshKey, "owner", f"/projects/{project.id}")
    members = [user.id for user in members_of_project(call.tables, project)]
    of_members = {user: call.tables.where(SshKey, "owner", f"/users/{user}") for user in members}
    if call.params.flag("no_ssh_keys"):
        return ()
    if not of_project and not any(of_members.values()) and call.settings.require_ssh_key:
        raise invalid(NO_SSH_KEY)
    if not named and not users:
        return tuple(key.id for keys in (of_project, *of_members.values()) for key in keys)
    known = {key.id for key in of_project}
    unknown = [identifier for identifier in named if identifier not in known]
    if unknown or any(user not in of_members for user in users):
        raise invalid("Project SSH keys are invalid" if unknown else "User SSH keys are invalid")  # texts unsure
    return (*dict.fromkeys(named), *(key.id for user in dict.fromkeys(users) for key in of_members[user]))


def addresses_of(params: Params, system: OperatingSystem) -> tuple[WantedAddress, ...]:
    """The addresses it is to have: by default public IPv4, public IPv6, private IPv4, in that order."""
    cidr = params.integer("public_ipv4_subnet_size")
    if cidr is not None and not 28 <= cidr <= 31:
        raise invalid("Public ipv4 subnet size is invalid")  # text unsure
    entries = params.objects("ip_addresses")
    if not entries:
        public = WantedAddress(4, True, cidr or system.default_public_cidr, ())
        return public, WantedAddress(6, True, 127, ()), WantedAddress(4, False, 31, ())
    wanted = [_wanted(entry, system) for entry in entries]
    if not any(a.family == 4 and not a.public for a in wanted):
        raise invalid("Private IPv4 is required")  # text unsure
    public_count = sum(a.family == 4 and a.public for a in wanted)
    if public_count > 1:
        raise invalid("Only one public IPv4 entry is allowed")  # text unsure
    if not public_count and system.public_ipv4_required:
        raise invalid("Public IPv4 is required")
    return tuple(sorted(wanted, key=lambda a: (not a.public, a.family)))


def _wanted(entry: Params, system: OperatingSystem) -> WantedAddress:
    """One entry of `ip_addresses`: IPv4 is /28 to /32, IPv6 /124 to /127 and always public."""
    family, cidr = entry.integer("address_family"), entry.integer("cidr")
    public = entry.flag("public", True)
    if family not in (4, 6) or (family == 6 and not public):
        raise invalid("Ip addresses is invalid")  # text unsure
    usual = 127 if family == 6 else system.default_public_cidr if public else 31
    smallest, largest = (28, 32) if family == 4 else (124, 127)
    if cidr is not None and not smallest <= cidr <= largest:
        raise invalid("Ip addresses cidr is invalid")  # text unsure
    return WantedAddress(family, public, cidr or usual, entry.texts("ip_reservations"))
