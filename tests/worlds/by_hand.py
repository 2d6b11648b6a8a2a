"""What somebody else does to the account between two runs. Each deed is chosen by a number, so that it can be played
again.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from tests.worlds.account import Account, Refusal
from tests.worlds.live import MACHINE, Held, everything, ours
from tests.worlds.stacks import STACK, public_key

_THEIRS = "reconciler:fuzz-2"
"""How the marks of a stack begin whose name begins as ours does."""


def by_hand(account: Account, deed: Mapping[str, Any]) -> None:
    """Do one deed; what the API refuses, or what there is nothing for, changes nothing."""
    try:
        DEEDS[deed["do"]](account, random.Random(deed["pick"]))
    except (Refusal, IndexError):
        return


def _one(account: Account, rng: random.Random, *kinds: str) -> Held:
    """One of our objects. Raises IndexError where there is none."""
    found = sorted((each for each in ours(account, STACK) if each.kind in kinds), key=lambda each: each.mark)
    return rng.choice(found)


_PATHS = {
    "device": "/devices/{}",
    "vlan": "/virtual-networks/{}",
    "ip_reservation": "/ips/{}",
    "ip_assignment": "/ips/{}",
    "volume": "/storage/{}",
    "ssh_key": "/ssh-keys/{}",
    "license": "/licenses/{}",
    "project": "/projects/{}",
    "spot_market_request": "/spot-market-requests/{}?force_termination=true",
    "invitation": "/invitations/{}",
    MACHINE: "/devices/{}",
    "organization": "/organizations/{}",
}


def _path(held: Held) -> str:
    if held.kind == "api_key":
        return f"/api-keys/{held.id}" if held.project else f"/user/api-keys/{held.id}"
    return _PATHS[held.kind].format(held.id)


_DELETED = (
    "device",
    "vlan",
    "ip_reservation",
    "ip_assignment",
    "volume",
    "ssh_key",
    "license",
    "api_key",
    MACHINE,
    "spot_market_request",
)


def delete(account: Account, rng: random.Random) -> None:
    """Anything but a project, with what holds it."""
    chosen = _one(account, rng, *_DELETED)
    if chosen.kind == "vlan":
        for port in _ports(account, chosen.project):
            if any(each["href"].endswith(chosen.id) for each in port["virtual_networks"]):
                _try(account, "DELETE", f"/ports/{port['id']}/native-vlan")
                account.call("POST", f"/ports/{port['id']}/unassign", {"vnid": chosen.id})
    if chosen.kind in ("volume", "device"):
        for attachment in _attachments(account, chosen):
            account.call("DELETE", f"/storage/attachments/{attachment}")
        account.call("PUT", _path(chosen), {"locked": False})
    if chosen.kind == "ip_reservation":
        for each in ours(account, STACK):
            if each.kind == "ip_assignment" and each.body["parent_block"]["href"].endswith(chosen.id):
                account.call("DELETE", _path(each))
    account.call("DELETE", _path(chosen))


def uninvite(account: Account, rng: random.Random) -> None:
    """An invitation into one of our projects is declined, or somebody else is invited."""
    project = _one(account, rng, "project").id
    there = account.listed(f"/projects/{project}/invitations", "invitations")
    if there and rng.random() < 0.5:
        account.call("DELETE", f"/invitations/{rng.choice(there)['id']}")
        return
    account.call("POST", f"/projects/{project}/invitations", {"invitee": "other@example.com", "roles": ["admin"]})


def one_of_many(account: Account, rng: random.Random) -> None:
    """A machine of a batch or of a spot market request is changed by itself."""
    machine = _one(account, rng, MACHINE)
    tags = [each for each in machine.body["tags"] if each.startswith("reconciler")]
    bodies = ({"description": "by hand"}, {"tags": [*tags, "by-hand"]}, {"userdata": "#!/bin/sh\nby hand"})
    account.call("PUT", _path(machine), rng.choice(bodies))


def detach(account: Account, rng: random.Random) -> None:
    attachments = _attachments(account, _one(account, rng, "volume"))
    account.call("DELETE", f"/storage/attachments/{rng.choice(attachments)}")


def drop_session(account: Account, rng: random.Random) -> None:
    device = _one(account, rng, "device")
    sessions = account.call("GET", f"/devices/{device.id}/bgp/sessions")["bgp_sessions"]
    account.call("DELETE", f"/bgp/sessions/{rng.choice(sessions)['id']}")


def wire(account: Account, rng: random.Random) -> None:
    """Some calls to a port, as they come: conversions that are left half done."""
    device = _one(account, rng, "device")
    for _ in range(rng.randint(1, 4)):
        port = rng.choice(account.call("GET", f"/devices/{device.id}")["network_ports"])
        vlans = account.listed(f"/projects/{device.project}/virtual-networks", "virtual_networks")
        action = rng.choice(("bond", "disbond", "convert/layer-2", "convert/layer-3", "assign", "unassign", "native"))
        body = {"vnid": rng.choice(vlans)["id"]} if vlans else None
        if action == "native":
            method = rng.choice(("POST", "DELETE"))
            _try(account, method, f"/ports/{port['id']}/native-vlan", body if method == "POST" else None)
        else:
            _try(account, "POST", f"/ports/{port['id']}/{action}", body if "assign" in action else None)


def power(account: Account, rng: random.Random) -> None:
    device = _one(account, rng, "device")
    account.call("POST", f"/devices/{device.id}/actions", {"type": rng.choice(("power_off", "power_on", "reboot"))})
    account.clock.sleep(30)


def reinstall(account: Account, rng: random.Random) -> None:
    device = _one(account, rng, "device")
    system = rng.choice(({}, {"operating_system": "debian_9"}))
    account.call("POST", f"/devices/{device.id}/actions", {"type": "reinstall", **system})


def edit(account: Account, rng: random.Random) -> None:
    """Fields that are changed in the portal; the mark stays."""
    chosen = _one(account, rng, "device", "ip_reservation", "volume", "ssh_key", "license", "project", "organization")
    mark = f"[reconciler:{chosen.mark}]"
    own = (chosen.body.get("customdata") or {}) if isinstance(chosen.body.get("customdata"), dict) else {}
    kept = {name: each for name, each in own.items() if name == "reconciler"}
    tags = [each for each in chosen.body.get("tags") or () if each.startswith("reconciler")]
    bodies: Mapping[str, tuple[Mapping[str, Any], ...]] = {
        "device": (
            {"hostname": "by-hand"},
            {"description": "by hand", "userdata": "#!/bin/sh\nby hand"},
            {"tags": [*tags, "by-hand"]},
            {"customdata": {"by": "hand"}, "always_pxe": True},
            {"billing_cycle": "monthly"},
            {"tags": tags[::-1]},
        ),
        "ip_reservation": ({"details": "by hand"}, {"tags": [*tags, "by-hand"]}, {"customdata": {"by": "hand"}}),
        "volume": (
            {"size": (chosen.body.get("size") or 0) + 5},
            {"plan": "storage_2"},
            {"description": f"by hand {mark}"},
            {"billing_cycle": "monthly"},
        ),
        "ssh_key": ({"label": f"by hand {mark}"}, {"key": public_key(77)}),
        "license": ({"size": 99}, {"description": f"by hand {mark}"}),
        "project": ({"name": "By hand"}, {"customdata": {"by": "hand", **kept}}, {"backend_transfer_enabled": True}),
        "organization": ({"name": "By hand"}, {"website": "https://hand.example"}),
    }
    account.call("PUT", _path(chosen), rng.choice(bodies[chosen.kind]))


def policies(account: Account, rng: random.Random) -> None:
    volume = _one(account, rng, "volume")
    there = volume.body["snapshot_policies"]
    if there and rng.random() < 0.5:
        account.call("DELETE", f"/storage/snapshot-policies/{rng.choice(there)['id']}")
        return
    account.call("POST", f"/storage/{volume.id}/snapshot-policies?snapshot_frequency=1week&snapshot_count=2")


def double(account: Account, rng: random.Random) -> None:
    """A second object with the same mark, as a run from another machine would leave behind."""
    chosen = _one(account, rng, "device", "vlan", "license")
    body = chosen.body
    if chosen.kind == "vlan":
        wanted = {"facility": body["facility_code"], "description": body["description"]}
        account.call("POST", f"/projects/{chosen.project}/virtual-networks", wanted)
    elif chosen.kind == "license":
        wanted = {"licensee_product_id": "db-standard", "description": body["description"], "size": 1}
        account.call("POST", f"/projects/{chosen.project}/licenses", wanted)
    else:
        names = ("hostname", "tags", "userdata", "description")
        wanted = {name: body[name] for name in names if body.get(name)}
        wanted |= {"plan": body["plan"]["slug"], "operating_system": body["operating_system"]["slug"]}
        wanted |= {"facility": body["facility"]["code"]}
        account.call("POST", f"/projects/{chosen.project}/devices", wanted)


def unmark(account: Account, rng: random.Random) -> None:
    """Somebody overwrites the mark: nobody can tell any more that it is ours, so it is theirs from now on."""
    chosen = _one(account, rng, "license", "volume", "ip_reservation")
    body = {"tags": ["mine"]} if chosen.kind == "ip_reservation" else {"description": "mine"}
    account.call("PUT", _path(chosen), body)
    account.theirs.add(chosen.id)


def delete_project(account: Account, rng: random.Random) -> None:
    """A whole project goes, as far as the API lets it."""
    project = _one(account, rng, "project")
    for each in everything(account):
        if each.project == project.id and each.kind in ("device", MACHINE, "volume", "spot_market_request"):
            for attachment in _attachments(account, each):
                _try(account, "DELETE", f"/storage/attachments/{attachment}")
            _try(account, "PUT", _path(each), {"locked": False})
            _try(account, "DELETE", _path(each))
    account.call("DELETE", _path(project))


def foreign_in_ours(account: Account, rng: random.Random) -> None:
    """Somebody puts something into one of our projects, and goes on using it; machines and VLANs by a stack of theirs,
    whose name begins as ours does.
    """
    project = _one(account, rng, "project").id
    kind = rng.choice(("vlan", "device", "reservation", "volume"))
    if kind == "vlan":
        account.make(
            f"/projects/{project}/virtual-networks",
            {"facility": "ewr1", "description": f"theirs [{_THEIRS}:projects.lab.vlans.a]"},
        )
    elif kind == "device":
        wanted = {"plan": "c2.medium.x86", "facility": "ewr1", "operating_system": "ubuntu_18_04"}
        account.make(
            f"/projects/{project}/devices",
            {**wanted, "hostname": "theirs", "tags": [f"{_THEIRS}:projects.lab.devices.a"]},
        )
    elif kind == "volume":
        account.make(f"/projects/{project}/storage", {"plan": "storage_1", "size": 10, "facility": "ewr1"})
    else:
        account.make(f"/projects/{project}/ips", {"type": "public_ipv4", "quantity": 1, "facility": "ams1"})


def _try(account: Account, method: str, path: str, body: Any = None) -> None:
    try:
        account.call(method, path, body)
    except Refusal:
        return


def _ports(account: Account, project: str) -> list[dict[str, Any]]:
    devices = account.listed(f"/projects/{project}/devices", "devices")
    return [port for device in devices for port in device["network_ports"]]


def _attachments(account: Account, held: Held) -> list[str]:
    """The ids of a volume's attachments, or of a device's."""
    volumes = [each for each in everything(account) if each.kind == "volume" and each.project == held.project]
    return [
        attachment["id"]
        for each in volumes
        for attachment in each.body["attachments"]
        if held.id == each.id or attachment["device"]["href"].endswith(held.id)
    ]


DEEDS: Mapping[str, Callable[[Account, random.Random], None]] = {
    "delete": delete,
    "uninvite": uninvite,
    "one_of_many": one_of_many,
    "detach": detach,
    "drop_session": drop_session,
    "wire": wire,
    "power": power,
    "reinstall": reinstall,
    "edit": edit,
    "policies": policies,
    "double": double,
    "unmark": unmark,
    "delete_project": delete_project,
    "foreign_in_ours": foreign_in_ours,
}
