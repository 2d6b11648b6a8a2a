"""A stack and an account with a hostile text in them, and the commands that meet it."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import requests

from reconciler.emulator import Emulator, Settings
from tests.campaigns.commands import Ran, call, run

TOKEN: Final = "injection-token"
KEY: Final = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFjY2VwdGFuY2VhY2NlcHRhbmNlYWNjZXB0YW5jZWFj ops"
_AT_ONCE = dict.fromkeys(("provision_seconds", "deprovision_seconds", "volume_seconds"), 0.0)


@dataclass
class Scene:
    """A folder with a stack, an account, and a payload in both."""

    folder: Path
    emulator: Emulator
    payload: str
    ran: list[Ran] = field(default_factory=list)
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def word(self) -> str:
        """The payload as a command line, an environment and the name of a file can hold it."""
        return self.payload.replace("\0", "0").encode("utf-8", "replace").decode()

    @property
    def name(self) -> str:
        """The payload as a file may be called."""
        return self.word.replace("/", "-").encode()[:120].decode("utf-8", "ignore").strip(".") or "x"

    def run(self, *arguments: str, terminal: bool = False, debug: bool = False) -> Ran:
        given = {"PACKET_API_URL": self.emulator.url, "PACKET_AUTH_TOKEN": TOKEN, "TERM": "xterm"}
        given |= {"RECONCILER_DEBUG": "1"} if debug else {}
        given |= self.environment
        self.ran.append(run(self.folder, given, *arguments, terminal=terminal))
        return self.ran[-1]

    def call(self, method: str, path: str, body: Any = None) -> requests.Response:
        return call(self.emulator.url, TOKEN, method, path, body)

    def write(self, payload: str | None) -> None:
        """The stack, with the payload where a stack may hold a text."""
        vlan: dict[str, Any] = {"facility": "ewr1", "description": "lan" if payload is None else payload}
        web: dict[str, Any] = {"name": "Web", "ssh_keys": {"ops": {"key": KEY}}, "vlans": {"lan": vlan}}
        if payload is not None:
            web["volumes"] = {"v": {"facility": "ewr1", "plan": "storage_1", "size": 100, "description": payload}}
        stack: dict[str, Any] = {"stack": "web", "projects": {"web": web}}
        if payload is not None:
            stack["outputs"] = {"said": payload}
        # JSON is YAML; its escapes carry what YAML itself refuses to hold
        (self.folder / "stack.yaml").write_text(json.dumps(stack), encoding="utf-8")

    def wrong(self) -> None:
        """A stack with the payload where there must be another word."""
        vlan = {"facility": self.payload, "description": "lan", self.payload: 1}
        stack = {"stack": "web", "projects": {"web": {"name": "Web", "vlans": {"lan": vlan}}}}
        (self.folder / "wrong.yaml").write_text(json.dumps(stack), encoding="utf-8")

    def inside(self) -> str:
        """The path of the project."""
        (project,) = self.call("GET", "/projects").json()["projects"]
        return f"/projects/{project['id']}"

    def stranger(self) -> None:
        """A volume of somebody who is called so too: it costs money, so it is asked who made it."""
        self.call("PATCH", "/user", {"first_name": self.payload, "last_name": self.payload})
        body = {"facility": "ewr1", "plan": "storage_1", "size": 100, "billing_cycle": "hourly"}
        self.call("POST", f"{self.inside()}/storage", {**body, "description": self.payload})

    def fails(self) -> None:
        """Calls that make volumes are refused with the payload as the reason."""
        rule = {"kind": "status", "method": "POST", "route": "/projects/{id}/storage", "status": 422, "times": None}
        self.call("POST", "/_emulator/faults", {"rules": [{**rule, "errors": [self.payload]}]})


@contextlib.contextmanager
def scene(payload: str) -> Iterator[Scene]:
    """The stack is applied once without the payload; then it comes into the project by others' hands, and the stack."""
    with (
        tempfile.TemporaryDirectory(prefix="injection-") as folder,
        Emulator(token=TOKEN, settings=Settings().changed(_AT_ONCE)) as emulator,
    ):
        made = Scene(Path(folder), emulator, payload)
        made.write(None)
        applied = made.run("apply", "stack.yaml", "--yes", "--settle", "0")
        if applied.code != 0:
            raise RuntimeError(applied.err)
        made.ran.clear()
        inside = made.inside()
        made.call("POST", f"{inside}/virtual-networks", {"facility": "ewr1", "description": payload})
        made.call("POST", f"{inside}/ssh-keys", {"label": payload, "key": KEY.replace("ops", "theirs")})
        made.call("POST", f"{inside}/licenses", {"description": payload, "licensee_product_id": "x", "size": 1})
        made.write(payload)
        yield made
