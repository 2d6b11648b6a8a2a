from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from reconciler.emulator import Emulator, Settings
from tests.cli.conftest import Hurrying as Hurrying
from tests.cli.conftest import Ran, Shell
from tests.cli.conftest import shell as shell
from tests.tracing.collector import Collector, collector

TOKEN = "CanaryTokenOfTheApi7f3a"
HEADER = "CanaryKeyOfTheCollector99"


@dataclass(frozen=True)
class House:
    """A shell whose commands go to an emulator with a ledger, and their spans to a collector."""

    shell: Shell
    emulator: Emulator
    collector: Collector

    @property
    def port(self) -> int:
        return int(self.emulator.url.rpartition(":")[2])

    def run(self, *arguments: str, **more: Any) -> Ran:
        """Run a command; the collector has its spans alone then."""
        self.collector.spans.clear()
        return self.shell.run(*arguments, **more)

    def applied(self, *arguments: str) -> Ran:
        done = self.run("apply", "stack.yaml", "--yes", *arguments)
        assert done.code == 0, done.err
        return done

    def call(self, method: str, path: str, body: Any = None) -> Any:
        url, headers = f"{self.emulator.url}{path}", {"X-Auth-Token": TOKEN}
        return requests.request(method, url, json=body, headers=headers, timeout=10).json()

    def ledger(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("GET", "/_emulator/ledger")["ledger"]
        return found

    def fault(self, **rule: Any) -> None:
        self.call("POST", "/_emulator/faults", {"rules": [rule]})


@pytest.fixture
def house(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    for name in list(os.environ):
        if name.startswith(("GITHUB", "GITLAB", "CI", "BUILDKITE", "TF_", "BITBUCKET", "DRONE", "JENKINS", "ATLANTIS")):
            monkeypatch.delenv(name)
    settings = Settings(provision_seconds=0.0, deprovision_seconds=0.0)
    with Emulator(token=TOKEN, settings=settings) as emulator, collector() as found:
        monkeypatch.setenv("PACKET_API_URL", emulator.url)
        monkeypatch.setenv("PACKET_AUTH_TOKEN", TOKEN)
        monkeypatch.setenv("RECONCILER_SETTLE_SECONDS", "0")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", found.url)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", f"x-honeycomb-team={HEADER}")
        monkeypatch.setattr("reconciler.cli.session.SystemClock", Hurrying)
        yield House(shell, emulator, found)
