"""One active device, with its ports by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.emulator.client import Client

USUAL_ADDRESSES = [(4, True), (6, True), (4, False)]


@dataclass(frozen=True)
class Machine:
    """A device of a project, and the calls on its ports."""

    api: Client
    project: str
    href: str

    @classmethod
    def of(cls, api: Client, project: str, **fields: object) -> Machine:
        """A new one."""
        return cls(api, project, str(api.active_device(project, **fields)["href"]))

    def get(self, include: str = "") -> Any:
        """The device."""
        return self.api.get(f"{self.href}?include={include}")

    def ports(self, include: str = "") -> dict[str, Any]:
        """Its ports by name."""
        return {port["name"]: port for port in self.get(include)["network_ports"]}

    def path(self, port: str, call: str) -> str:
        """The path of a call on a port."""
        return f"{self.ports()[port]['href']}/{call}"

    def act(self, port: str, call: str, body: object = None) -> Any:
        """A POST that must succeed: the port that it answers, which is also what a GET then shows."""
        answer = self.api.call("POST", self.path(port, call), body)
        assert answer.status == 200, (call, answer)
        assert self.api.get(self.ports()[port]["href"]) == answer.json
        return answer.json

    def refused(self, port: str, call: str, body: object = None, method: str = "POST") -> str:
        """The text of a call that must be refused, and must change nothing."""
        before = self.ports()
        (text,) = self.api.refused(method, self.path(port, call), body)
        assert self.ports() == before
        return text

    def state(self) -> tuple[list[str], list[str]]:
        """The network types of the bonds, and the names of all ports that are bonded."""
        ports = self.ports()
        types = [port["network_type"] for port in ports.values() if port["type"] == "NetworkBondPort"]
        return types, [name for name, port in ports.items() if port["data"]["bonded"]]

    def addresses(self) -> list[tuple[int, bool]]:
        """Family and publicity of its addresses."""
        return [(a["address_family"], a["public"]) for a in self.get()["ip_addresses"]]

    def vlan(self, facility: str = "ewr1") -> Any:
        """A new VLAN of its project."""
        return self.api.make(f"/projects/{self.project}/virtual-networks", {"facility": facility})
