"""An account in memory for the engine's tests: a world of plain dicts, time from a virtual clock, and endings that a
test writes down beforehand (an answer lost before or after the commit, a rejection, a list that is stale or cut short).

It knows nothing of the package's emulator, so that no mistake can hide in shared code.
"""

from __future__ import annotations

import copy
import ipaddress
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from reconciler.wire import Account, Call, Gone, InDoubt, Listing, Rejected, WireError

Body = dict[str, Any]


class VirtualClock:
    """Sleeping moves the time on and takes none; sleeps that begin together overlap."""

    def __init__(self) -> None:
        self._now = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        with self._lock:
            return self._now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._now += max(0.0, seconds)

    def wall(self) -> float:
        return 1_500_000_000.0 + self.now()


@dataclass
class Entry:
    """One mutation that the account was sent: `status` is 0 when it never arrived."""

    method: str
    route: str
    path: str
    body: Any
    at: float
    status: int = 200
    id: str = ""


@dataclass
class Ending:
    """How the next calls that fit end. `route` is a route template, `fits` looks at the body."""

    kind: str
    method: str = ""
    route: str = ""
    times: int = 1
    status: int = 422
    texts: tuple[str, ...] = ()
    seconds: float = 0.0
    error: WireError | None = None
    edit: Callable[[Any], Any] | None = None
    fits: Callable[[Call], bool] = field(default=lambda call: True)


CATALOGUES: Mapping[str, list[Body]] = {
    "/plans": [{"slug": "t1.small.x86"}, {"slug": "c1.small.x86"}, {"slug": "baremetal_0"}],
    "/facilities": [{"code": "ewr1"}, {"code": "ams1"}],
    "/operating-systems": [{"slug": "ubuntu_18_04"}, {"slug": "debian_9"}, {"slug": "custom_ipxe"}],
}


TABLES: Mapping[str, str] = {
    "organizations": "organizations",
    "projects": "projects",
    "api-keys": "api_keys",
    "ssh-keys": "ssh_keys",
    "virtual-networks": "vlans",
    "ips": "blocks",
    "bgp-config": "configs",
    "devices": "devices",
    "sessions": "sessions",
}
"""Where the objects of a list are, by the last part of its path."""


class FakeAccount(Account):
    """Projects and what stands in them. `provision_seconds` and the like are the world's slowness."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.ledger: list[Entry] = []
        self.endings: list[Ending] = []
        self.reads: list[str] = []
        self.rows: dict[str, dict[str, Body]] = {name: {} for name in (*TABLES.values(), "assignments")}
        self.provision_seconds = 0.0
        self.deprovision_seconds = 0.0
        self.vlan_lag_seconds = 0.0
        self.failing_hosts: set[str] = set()
        self.pause = 0.0
        self.busy = 0
        self.most_busy = 0
        self.later: list[tuple[float, Callable[[], object]]] = []
        self._lock = threading.RLock()
        self._count = 0
        self._old_lists: dict[str, list[Body]] = {}
        self._network = int(ipaddress.ip_address("147.75.0.0"))

    # what tests look at

    def mutations(self, method: str = "", route: str = "") -> list[Entry]:
        return [each for each in self.ledger if method in ("", each.method) and route in ("", each.route)]

    def posts(self, route: str = "") -> list[Entry]:
        return self.mutations("POST", route)

    def all(self, table: str) -> list[Body]:
        with self._lock:
            self._tick()
            return [copy.deepcopy(each) for each in self.rows[table].values()]

    def one(self, table: str) -> Body:
        (found,) = self.all(table)
        return found

    def frozen(self) -> dict[str, Any]:
        """The whole world as data, to see that nothing of it has changed."""
        with self._lock:
            self._tick()
            return copy.deepcopy(self.rows)

    def end(self, kind: str, method: str = "", route: str = "", **more: Any) -> None:
        """Write down how a coming call ends."""
        self.endings.append(Ending(kind, method, route, **more))

    # the wire

    def send(self, call: Call) -> Any:
        with self._one_more(), self._lock:
            self._tick()
            ending = self._ending(call.method, call.route, call)
            if call.method == "GET":
                return self._finish(ending, lambda: self._get(call))
            entry = Entry(call.method, call.route, call.path, copy.deepcopy(call.body), self.clock.now())
            self.ledger.append(entry)
            return self._mutate(call, entry, ending)

    def fetch(self, listing: Listing) -> list[Body]:
        with self._lock:
            self._tick()
            self.reads.append(listing.path)
            if listing.path in CATALOGUES:
                return [dict(each) for each in CATALOGUES[listing.path]]
            ending = self._ending("LIST", listing.route, None)
            if ending is not None and ending.error is not None:
                raise ending.error
            if ending is not None and ending.kind == "stale":
                return copy.deepcopy(self._old_lists.get(listing.path, []))
            found = self._list(listing)
            self._old_lists[listing.path] = copy.deepcopy(found)
            return ending.edit(found) if ending is not None and ending.edit else found

    @contextmanager
    def _one_more(self) -> Iterator[None]:
        with self._lock:
            self.busy += 1
            self.most_busy = max(self.most_busy, self.busy)
        time.sleep(self.pause)
        try:
            yield
        finally:
            with self._lock:
                self.busy -= 1

    def _ending(self, method: str, route: str, call: Call | None) -> Ending | None:
        for each in self.endings:
            fitting = each.method in ("", method) and each.route in ("", route) and (call is None or each.fits(call))
            if fitting and (each.method or method not in ("LIST", "GET")):
                each.times -= 1
                if each.times <= 0:
                    self.endings.remove(each)
                return each
        return None

    def _finish(self, ending: Ending | None, work: Callable[[], Any]) -> Any:
        if ending is None:
            return work()
        if ending.error is not None:
            raise ending.error
        if ending.kind == "reject":
            raise _rejected(ending.status, *ending.texts)
        return work()

    def _mutate(self, call: Call, entry: Entry, ending: Ending | None) -> Any:
        if ending is not None and ending.kind in ("lost_before", "late"):
            if ending.kind == "late":
                self.later.append((self.clock.now() + ending.seconds, lambda: self._do(call, entry)))
            entry.status = 0
            raise InDoubt("the connection was closed before an answer came", call=f"{call.method} {call.path}")
        try:
            answer = self._finish(ending, lambda: self._do(call, entry))
        except Rejected as rejected:
            entry.status = rejected.status
            raise
        except WireError:
            entry.status = 0
            raise
        if ending is not None and ending.kind == "lost_after":
            raise InDoubt("the connection was closed before an answer came", call=f"{call.method} {call.path}")
        return ending.edit(answer) if ending is not None and ending.edit else answer

    # time

    def _tick(self) -> None:
        now = self.clock.now()
        for due, work in [each for each in self.later if each[0] <= now]:
            self.later.remove((due, work))
            work()
        for identifier, device in list(self.rows["devices"].items()):
            if device["_leaves"] is not None and device["_leaves"] <= now:
                del self.rows["devices"][identifier]
                for table in ("assignments", "sessions"):
                    for other in [k for k, row in self.rows[table].items() if row["_device"] == identifier]:
                        del self.rows[table][other]
            elif device["_leaves"] is not None:
                device["state"] = "deprovisioning"
            elif device["state"] in ("queued", "provisioning") and device["_ready"] <= now:
                if device["hostname"] in self.failing_hosts:
                    self.rows["devices"].pop(identifier)
                else:
                    self._activate(device)

    def _activate(self, device: Body) -> None:
        device["state"] = "active"
        device["ip_addresses"] = [
            {
                "id": self._id(),
                "address": str(ipaddress.ip_address(self._take(2) + 1)),
                "address_family": 4,
                "public": True,
                "management": True,
                "cidr": 31,
            }
        ]

    # reading

    def _list(self, listing: Listing) -> list[Body]:
        parts = listing.path.strip("/").split("/")
        owner = parts[1] if len(parts) > 1 and parts[0] != "user" else None
        if owner is not None and owner not in self.rows["projects"]:
            raise _rejected(404, "Not found")
        if parts[-1] in ("storage", "hardware-reservations", "licenses", "spot-market-requests", "batches"):
            return []  # nobody has any here
        table = TABLES[parts[-1]]
        rows = [each for each in self.rows[table].values() if each.get("_project") == owner]
        return [self._show(table, each) for each in rows]

    def _show(self, table: str, row: Body) -> Body:
        shown = {key: copy.deepcopy(value) for key, value in row.items() if not key.startswith("_")}
        if table == "devices":
            bound = [each for each in self.rows["assignments"].values() if each["_device"] == row["id"]]
            shown["ip_addresses"] = [*shown["ip_addresses"], *(self._show("assignments", each) for each in bound)]
        return shown

    def _get(self, call: Call) -> Body:
        identifier = call.path.rsplit("/", 1)[-1]
        return self._show(*self._find(identifier))

    # writing

    def _do(self, call: Call, entry: Entry) -> Any:
        parts = call.path.strip("/").split("/")
        body = dict(call.body or {})
        if call.method == "POST":
            table, row = self._create(call.route, parts, body)
            entry.id = row["id"]
            self.rows[table][row["id"]] = row
            if table == "devices" and self.provision_seconds <= 0:
                self._activate(row)
            return None if table == "configs" else self._show(table, row)
        table, row = self._find(parts[-1])
        entry.id = row["id"]
        if call.method == "DELETE":
            self._delete(table, row)
            return None
        row.update({key: copy.deepcopy(value) for key, value in body.items()})
        return self._show(table, row)

    def _find(self, identifier: str) -> tuple[str, Body]:
        for table, rows in self.rows.items():
            if identifier in rows:
                return table, rows[identifier]
        raise _rejected(404, "Not found")

    def add(self, table: str, project: str | None = None, device: str | None = None, **values: Any) -> Body:
        """Put an object into the world by another hand than the reconciler's."""
        with self._lock:
            routes = {
                "organizations": "/organizations",
                "projects": "/projects",
                "ssh_keys": "/ssh-keys" if project is None else "/projects/{id}/ssh-keys",
                "api_keys": "/projects/{id}/api-keys",
                "vlans": "/projects/{id}/virtual-networks",
                "blocks": "/projects/{id}/ips",
                "configs": "/projects/{id}/bgp-configs",
                "devices": "/projects/{id}/devices",
                "assignments": "/devices/{id}/ips",
                "sessions": "/devices/{id}/bgp/sessions",
            }
            parts = ["", device or project or ""]
            _, row = self._create(routes[table], parts, dict(values))
            row.update({key: value for key, value in values.items() if key in ("id", "created_at", "state", "locked")})
            self.rows[table][row["id"]] = row
            if table == "devices" and row["state"] == "queued" and self.provision_seconds <= 0:
                self._activate(row)
            return row

    def _create(self, route: str, parts: list[str], body: Body) -> tuple[str, Body]:
        row: Body = {"id": self._id(), "created_at": f"2019-07-01T00:{self._count // 60:02}:{self._count % 60:02}Z"}
        if route == "/projects":
            organization = (
                {"href": f"/organizations/{body.get('organization_id')}"} if "organization_id" in body else None
            )
            more = {"backend_transfer_enabled": False, "customdata": {}, "volumes": [], "organization": organization}
            return "projects", {**row, **more, **body, "_project": None}
        if route in ("/ssh-keys", "/organizations"):
            return TABLES[route.strip("/")], {"customdata": {}, **row, **body, "_project": None}
        if route == "/user/api-keys":
            return "api_keys", {**row, **body, "token": f"token-{row['id']}", "_project": None}
        if route in ("/devices/{id}/ips", "/devices/{id}/bgp/sessions"):
            return self._on_device(route, parts[1], row, body)
        project = parts[1]
        if project not in self.rows["projects"]:
            raise _rejected(404, "Not found")
        row["_project"] = project
        if route == "/projects/{id}/ssh-keys":
            return "ssh_keys", {**row, **body}
        if route == "/projects/{id}/api-keys":
            return "api_keys", {**row, **body, "token": f"token-{row['id']}"}
        if route == "/projects/{id}/virtual-networks":
            shown = {"facility_code": body["facility"], "vxlan": body.get("vxlan") or 1000 + self._count}
            return "vlans", {**row, "description": body.get("description"), **shown}
        if route == "/projects/{id}/ips":
            return "blocks", self._block(row, body)
        if route == "/projects/{id}/bgp-configs":
            if any(each["_project"] == project for each in self.rows["configs"].values()):
                raise _rejected(422, "BGP is already configured")
            owner = {"href": f"/projects/{project}"}
            return "configs", {**row, "status": "enabled", "md5": None, **body, "project": owner}
        return "devices", self._device(row, body)

    def _device(self, row: Body, body: Body) -> Body:
        facility = body.get("facility")
        first = facility[0] if isinstance(facility, list) else facility
        return {
            **row,
            "hostname": row["id"][:8],
            "description": None,
            "locked": False,
            "customdata": {},
            "userdata": None,
            "billing_cycle": "hourly",
            **{key: value for key, value in body.items() if key not in ("facility", "plan", "operating_system")},
            "tags": list(body.get("tags") or ()),
            "facility": {"code": "ewr1" if first in (None, "any") else first},
            "plan": {"slug": body["plan"]},
            "operating_system": {"slug": body["operating_system"]},
            "state": "queued",
            "ip_addresses": [],
            "_ready": self.clock.now() + self.provision_seconds,
            "_leaves": None,
        }

    def _block(self, row: Body, body: Body) -> Body:
        quantity = body["quantity"]
        network = ipaddress.ip_address(self._take(quantity))
        facility = {"code": body["facility"]} if body.get("facility") else None
        return {
            **row,
            "network": str(network),
            "address": str(network + min(1, quantity - 1)),
            "cidr": 32 - (quantity - 1).bit_length(),
            "address_family": 4,
            "public": True,
            "management": False,
            "addon": body.get("addon", True),
            "global_ip": body["type"] == "global_ipv4",
            "facility": facility,
            "details": body.get("details"),
            "customdata": body.get("customdata") or {},
            "tags": list(body.get("tags") or ()),
        }

    def _on_device(self, route: str, device: str, row: Body, body: Body) -> tuple[str, Body]:
        if device not in self.rows["devices"]:
            raise _rejected(404, "Not found")
        project = self.rows["devices"][device]["_project"]
        row |= {"_device": device, "_project": project}
        if route == "/devices/{id}/ips":
            network = ipaddress.ip_interface(body["address"]).network
            shown = {"address": str(network[0]), "network": str(network[0]), "cidr": network.prefixlen}
            bound = [each["network"] for each in self.rows["assignments"].values()]
            if shown["network"] in bound:
                raise _rejected(422, "The address is already assigned")
            more = {"management": False, "manageable": True, "customdata": body.get("customdata") or {}}
            return "assignments", {**row, **shown, **more, "assigned_to": {"href": f"/devices/{device}"}}
        if not any(each["_project"] == project for each in self.rows["configs"].values()):
            raise _rejected(422, "BGP is not enabled")
        family = body["address_family"]
        if any(e["_device"] == device and e["address_family"] == family for e in self.rows["sessions"].values()):
            raise _rejected(422, f"{device} already has session")
        shown = {"address_family": family, "default_route": body.get("default_route"), "status": "unknown"}
        return "sessions", {**row, **shown, "device": {"href": f"/devices/{device}"}}

    def _delete(self, table: str, row: Body) -> None:
        now = self.clock.now()
        if table == "devices":
            if row["state"] in ("queued", "provisioning"):
                raise _rejected(422, "Cannot delete a device while it is provisioning")
            if row["locked"]:
                raise _rejected(422, "Cannot delete a locked item")
            if row["_leaves"] is None:
                row["_leaves"] = now + self.deprovision_seconds
                self._let_go(row["id"])
                self._tick()
            return
        if table == "vlans" and row.get("_held", 0.0) > now:
            raise _rejected(422, "Cannot delete Virtual Network when port is assigned")
        if table == "blocks" and any(each["network"] == row["network"] for each in self.rows["assignments"].values()):
            raise _rejected(422, "Cannot release a block that is in use")
        if table == "projects":
            if any(each["_project"] == row["id"] for each in self.rows["devices"].values()):
                raise _rejected(422, "Cannot delete a project with active resources")
            for other in self.rows:
                gone = [key for key, each in self.rows[other].items() if each.get("_project") == row["id"]]
                for key in gone:
                    del self.rows[other][key]
        del self.rows[table][row["id"]]

    def _let_go(self, device: str) -> None:
        """Ports let go of their VLANs a while after their device."""
        for vlan in self.rows["vlans"].values():
            if vlan.get("_user") == device:
                vlan["_held"] = self.clock.now() + self.vlan_lag_seconds

    def _id(self) -> str:
        self._count += 1
        return f"{self._count:08x}-0000-4000-8000-000000000000"

    def _take(self, quantity: int) -> int:
        self._network += -self._network % max(quantity, 1)
        start = self._network
        self._network += quantity
        return start


def _rejected(status: int, *texts: str) -> Rejected:
    kind = Gone if status == 404 else Rejected
    return kind("; ".join(texts), status=status, errors=texts, request_id="req-1")
