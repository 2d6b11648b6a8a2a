"""The emulator and the client in one process: virtual time, no socket, and a record of what was sent."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from requests.structures import CaseInsensitiveDict

from reconciler.api import Client
from reconciler.api.answer import Answer
from reconciler.api.delivery import Courier
from reconciler.api.policy import DEFAULT_RETRIES
from reconciler.api.token import Token
from reconciler.api.transport import AnswerLost, Transport
from reconciler.emulator import Emulator, Settings, VirtualClock
from reconciler.emulator.faults import FaultPlan
from reconciler.emulator.records import Record
from reconciler.emulator.wire import Delivery

TOKEN = "worlds-token"
_START = 1_546_300_800.0  # 2019-01-01T00:00:00Z
_HEADERS = {"X-Auth-Token": TOKEN, "Content-Type": "application/json"}
_CHECKS_ONLY = ("/capacity",)
_CONTROL = "/_emulator/"
_UNTROUBLED = {"list_lag_seconds": 0.0, "per_page_most": 1000}


class Refusal(Exception):
    """The API refused what was done by hand."""


class WorldClock(VirtualClock):
    """One time for the engine and the emulator; whoever sleeps moves it on for everybody."""

    def __init__(self) -> None:
        super().__init__(_START)

    def now(self) -> float:
        return self.time()

    def wall(self) -> float:
        return self.time()


@dataclass(frozen=True)
class Sent:
    """One attempt of the client. `status` is 0 where the connection broke."""

    method: str
    target: str
    status: int


class DirectTransport(Transport):
    """Attempts that go to the emulator by a function call."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._recording = threading.Lock()
        self.sent: list[Sent] = []
        self.crashes: list[str] = []

    def attempt(self, method: str, target: str, body: bytes | None) -> Answer:
        response = self._emulator.handle(method, target, _HEADERS, body or b"")
        with self._recording:
            self.sent.append(Sent(method, target, response.status))
            if response.status == 500:
                self.crashes.append(f"{method} {target}")
        if response.delivery in (Delivery.DROP, Delivery.CUT):
            raise AnswerLost("the connection broke off")
        return Answer(response.status, CaseInsensitiveDict(response.headers), response.body)

    def close(self) -> None:
        """There is nothing to close."""


class DirectClient(Client):
    """The real client over that transport."""

    def __init__(self, transport: DirectTransport, clock: WorldClock, rng: random.Random) -> None:
        super().__init__("http://127.0.0.1", TOKEN, clock=clock, rng=rng)
        self._transport = transport
        self._courier = Courier(
            transport, Token(TOKEN), retries=DEFAULT_RETRIES, clock=clock, rng=rng, note=lambda _: None
        )


@dataclass
class Account:
    """A fresh world. `theirs` are the ids of what was made by hand."""

    emulator: Emulator
    clock: WorldClock
    transport: DirectTransport
    client: DirectClient
    rng: random.Random
    folder: Path
    theirs: set[str] = field(default_factory=set)

    @classmethod
    def found(cls, folder: Path, settings: Mapping[str, Any], seed: int) -> Account:
        clock = WorldClock()
        emulator = Emulator(token=TOKEN, seed=seed, clock=clock, settings=Settings().changed(settings))
        transport = DirectTransport(emulator)
        rng = random.Random(seed)
        return cls(emulator, clock, transport, DirectClient(transport, clock, rng), rng, folder)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One call of somebody else, whom no faults, lag or small pages trouble. Raises `Refusal`."""
        content = b"" if body is None else json.dumps(body).encode()
        engine = self.emulator._engine
        faults, settings = engine.faults, engine.settings
        if not path.startswith(_CONTROL):
            engine.faults, engine.settings = FaultPlan(), settings.changed(_UNTROUBLED)
        try:
            response = self.emulator.handle(method, path, _HEADERS, content)
        finally:
            if not path.startswith(_CONTROL):
                engine.faults, engine.settings = faults, settings
        if response.dropped or response.status >= 400:
            raise Refusal(f"{method} {path}: {response.status} {response.body.decode()}")
        return json.loads(response.body) if response.body else None

    def make(self, path: str, body: Any) -> dict[str, Any]:
        """Something of somebody else's."""
        made: dict[str, Any] = self.call("POST", path, body)
        self.theirs.add(made["id"])
        return made

    def listed(self, path: str, key: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("GET", f"{path}{'&' if '?' in path else '?'}per_page=1000")[key]
        return found

    def may_hold(self, kind: type[Record]) -> bool:
        return bool(self.emulator._engine.world.tables.count(kind, "", ""))

    def ledger(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("GET", "/_emulator/ledger")["ledger"]
        return found

    def faults(self, rules: list[dict[str, Any]]) -> None:
        self.call("POST", "/_emulator/faults", {"rules": rules})

    def mutations_sent(self, since: int) -> list[Sent]:
        """What the client sent that could change something."""
        sent = self.transport.sent[since:]
        return [each for each in sent if each.method != "GET" and each.target.partition("?")[0] not in _CHECKS_ONLY]
