"""The real command line in its own process, against a real emulator on loopback: what a user does and sees."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from reconciler.emulator import Emulator, Settings
from tests.forks.client import Ran as Ran
from tests.forks.client import run

EXAMPLES = Path(__file__).parents[2] / "examples" / "stacks"
TOKEN = "acceptance-token"
DERIVE_KEY = "a key that the secrets of the examples are derived from"


@dataclass
class World:
    """An emulator and a folder to work in. `run` is the command line, in a process of its own that is forked when all
    is imported; `command` starts it from nothing. `call` is a client that nobody here wrote.
    """

    emulator: Emulator
    folder: Path

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PACKET", "METAL"))}
        return {
            **kept,
            "PACKET_API_URL": self.emulator.url,
            "PACKET_AUTH_TOKEN": TOKEN,
            "NO_COLOR": "1",
            "RECONCILER_DERIVE_KEY": DERIVE_KEY,
            "RECONCILER_SETTLE_SECONDS": "0",  # this emulator shows at once what it did
        }

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "reconciler", *arguments]

    def run(self, *arguments: str, environment: dict[str, str] | None = None, answer: str | None = None) -> Ran:
        return run(arguments, self.folder, {**self.environment(), **(environment or {})}, answer)

    def stack(self, text: str, name: str = "stack.yaml") -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    def example(self, name: str) -> str:
        """A copy of the examples to work in; returns the path of one of them."""
        shutil.copytree(EXAMPLES, self.folder / "stacks", dirs_exist_ok=True)
        return f"stacks/{name}.yaml"

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {path}"
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(
            method, f"{self.emulator.url}{path}", json=body, headers={"X-Auth-Token": TOKEN}, timeout=10
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def ledger(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("GET", "/_emulator/ledger")["ledger"]
        return found

    def created(self, route: str) -> list[dict[str, Any]]:
        return [each for each in self.ledger() if each["method"] == "POST" and each["route"] == route]

    def requests_by_method(self) -> dict[str, int]:
        stats = self.call("GET", "/_emulator/stats")["requests"]
        return {method: sum(routes.values()) for method, routes in stats.items()}

    def faults(self, *rules: dict[str, Any]) -> None:
        self.call("POST", "/_emulator/faults", {"rules": list(rules)})

    def project_id(self, name: str) -> str:
        projects = self.call("GET", "/projects?per_page=1000")["projects"]
        return str(next(each["id"] for each in projects if each["name"] == name))

    def devices(self, project: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("GET", f"/projects/{self.project_id(project)}/devices?per_page=1000")[
            "devices"
        ]
        return [each for each in found if each["state"] != "deprovisioning"]

    def whole(self) -> str:
        """Everything that the account holds, as text to compare."""
        projects = self.call("GET", "/projects?per_page=1000")["projects"]
        keys = self.call("GET", "/ssh-keys")["ssh_keys"]
        return json.dumps([projects, keys], sort_keys=True)


def applied(world: World, path: str = "stack.yaml", *arguments: str) -> str:
    """Apply and see that the next plan is empty; returns what the apply said."""
    done = world.run("apply", path, "--yes", *arguments)
    assert done.code == 0, done.out + done.err
    again = world.run("plan", path, "--detailed-exitcode")
    assert again.code == 0, again.out + again.err
    return done.out


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    settings = Settings(provision_seconds=0.3, deprovision_seconds=0.1)
    with Emulator(token=TOKEN, settings=settings) as emulator:
        yield World(emulator, tmp_path)
