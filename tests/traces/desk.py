"""One person's work with the reconciler against one emulator: the whole tool in this process, in virtual time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.api import Client as Account
from reconciler.app import Options, Planned, Stop, apply_plan, make_plan, read_stack
from reconciler.emulator import Emulator, Settings, VirtualClock
from reconciler.model.event import Event, Noted, Progressed, Report
from reconciler.report.outcome import render_trouble
from reconciler.stack import Inputs
from tests.cassettes.recording import SteppingClock
from tests.emulator.client import TOKEN, Client

STACK = """\
stack: traces
projects:
  edge:
    name: Edge
"""
KEYS = """\
    ssh_keys:
      ops: {key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFjY2VwdGFuY2VhY2NlcHRhbmNlYWNjZXB0YW5jZWFj ops@example.com"}
"""


@dataclass
class Desk:
    """`api` is a plain client of the same emulator; every method that runs the tool takes a stack as text."""

    api: Client
    account: Account
    clock: SteppingClock
    folder: Path
    events: list[Event] = field(default_factory=list)

    def use(self, token: str) -> None:
        """Run the tool with another token from now on."""
        url = self.api.emulator.url
        self.account.close()
        self.account = Account(url, token, parallelism=1, clock=self.clock, rng=random.Random(1), single_session=True)

    def plan(self, text: str, *, destroy: bool = False, replace: tuple[str, ...] = ()) -> Planned:
        """Raises `diagnostics.Refused`."""
        file = self.folder / "stack.yaml"
        file.write_text(text, encoding="utf-8")
        stack = read_stack([file], Inputs())
        return make_plan(stack, self.account, Options(destroy=destroy, replace=replace), parallelism=1)

    def run(self, text: str, *, destroy: bool = False, replace: tuple[str, ...] = ()) -> Report:
        """Apply, or destroy, whatever comes of it. Raises `diagnostics.Refused`."""
        return self.carry_out(self.plan(text, destroy=destroy, replace=replace))

    def carry_out(self, planned: Planned) -> Report:
        """Do what was planned, as the world is now."""
        return apply_plan(
            planned,
            self.account,
            parallelism=1,
            listen=self.events.append,
            stop=Stop(),
            clock=self.clock,
            rng=random.Random(1),
        )

    def apply(self, text: str) -> Report:
        """An apply that must go well, after which there is nothing left to do."""
        report = self.run(text)
        assert report.complete, render_trouble(report, colour=False)
        assert self.plan(text).plan.empty
        return report

    def destroy(self, text: str) -> Report:
        """A destroy that must leave nothing."""
        report = self.run(text, destroy=True)
        assert report.complete, render_trouble(report, colour=False)
        return report

    def failed(self, text: str) -> str:
        """What an apply that must not be complete says on stderr."""
        report = self.run(text)
        assert not report.complete
        return render_trouble(report, colour=False)

    def fault(self, kind: str, method: str, route: str, **fields: object) -> None:
        self.api.control("faults", {"rules": [{"kind": kind, "method": method, "route": route, **fields}]})

    def sent(self, method: str, route: str) -> int:
        """How often such a call was sent, by anyone."""
        count: int = self.api.control("stats")["requests"].get(method, {}).get(route, 0)
        return count

    def notes(self) -> list[str]:
        return [each.message for each in self.events if isinstance(each, Noted)]

    def progress(self) -> list[str]:
        return [each.message for each in self.events if isinstance(each, Progressed)]


@contextmanager
def a_desk(folder: Path, settings: Settings) -> Iterator[Desk]:
    clock = VirtualClock()
    with Emulator(token=TOKEN, clock=clock, settings=settings) as emulator:
        stepping = SteppingClock(clock.sleep)
        account = Account(emulator.url, TOKEN, parallelism=1, clock=stepping, rng=random.Random(1), single_session=True)
        desk = Desk(Client(emulator, clock), account, stepping, folder)
        yield desk
        desk.account.close()
