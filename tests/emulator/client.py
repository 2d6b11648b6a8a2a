"""A small Packet client that knows nothing of the emulator's code: method, path, JSON in, status and JSON
out.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from reconciler.emulator import Emulator, VirtualClock

TOKEN = "a-token-for-tests"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes
    dropped: bool = False

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def errors(self) -> list[str]:
        found: list[str] = self.json["errors"]
        return found


@dataclass
class Client:
    """Calls an emulator in this process, without a socket; time passes only when a test says so."""

    emulator: Emulator
    clock: VirtualClock
    headers: dict[str, str] = field(default_factory=lambda: {"X-Auth-Token": TOKEN, "Host": "127.0.0.1"})

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """One call; `headers` with underscores for dashes."""
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        got = self.emulator.handle(method, path, sent, raw)
        return Answer(got.status, dict(got.headers), got.body, got.dropped)

    def get(self, path: str) -> Any:
        """The JSON of a GET that must succeed."""
        answer = self.call("GET", path)
        assert answer.status == 200, answer
        return answer.json

    def make(self, path: str, body: object = None) -> Any:
        """The JSON of a POST that must create something."""
        answer = self.call("POST", path, body)
        assert answer.status == 201, answer
        return answer.json

    def refused(self, method: str, path: str, body: object = None) -> list[str]:
        """The errors of a call that must be 422."""
        answer = self.call(method, path, body)
        assert answer.status == 422, answer
        return answer.errors

    def delete(self, path: str) -> None:
        """A DELETE that must succeed."""
        answer = self.call("DELETE", path)
        assert (answer.status, answer.body) == (204, b""), answer

    def control(self, path: str, body: object = None) -> Any:
        """One of the emulator's own calls, which must succeed: POST with a body, else GET."""
        answer = self.call("GET" if body is None else "POST", f"/_emulator/{path}", body)
        assert answer.status == 200, answer
        return answer.json

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.advance(seconds)

    def project(self, name: str = "edge", key: int | None = 1) -> str:
        """A new project's id; it has an SSH key unless `key` is None."""
        made = self.make("/projects", {"name": name})
        if key is not None:
            self.make(f"/projects/{made['id']}/ssh-keys", {"label": "ops", "key": public_key(key)})
        return str(made["id"])

    def device(self, project: str, **fields: object) -> Any:
        """A new device, as the create answered it."""
        return self.make(f"/projects/{project}/devices", {**DEVICE, **fields})

    def active_device(self, project: str, **fields: object) -> Any:
        """A new device that has become active."""
        made = self.device(project, **fields)
        self.wait(self.emulator.settings.provision_seconds)
        device = self.get(f"/devices/{made['id']}")
        assert device["state"] == "active", device
        return device


DEVICE = {
    "hostname": "edge-01",
    "facility": "ewr1",
    "plan": "c2.medium.x86",
    "operating_system": "ubuntu_18_04",
}


def public_key(number: int) -> str:
    """A well-formed public key that belongs to nobody; different for each number."""
    kind = b"ssh-ed25519"
    blob = len(kind).to_bytes(4, "big") + kind + (32).to_bytes(4, "big") + number.to_bytes(32, "big")
    return f"ssh-ed25519 {base64.b64encode(blob).decode()} ops@example.com"
