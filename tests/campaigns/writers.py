"""Two to eight processes of the command at once on one account, from one folder or from several, with the same stack,
two versions of it, or stacks that share a project; then each runs once more by itself.

A schedule is `STACKS WHERE SEED`, such as `same apart apply,apply,destroy 7`:

    STACKS    same (one text), versions (old and new of one stack), shared (stacks of their own, in one project)
    WHERE     one (one folder: a lock keeps the second out), apart (a folder each: marks and healing are all there is)
    COMMANDS  what each process does
    SEED      when each starts, and whether the whole interpreter is started for it

Two versions of a stack that were applied at once from two folders may leave two unlike objects of one mark. Neither is
destroyed, since nothing says which one is wanted: the law is then that every run tells. Where twins are so many that
the rail `max_delete_share` asks, the number that it says is given to it.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reconciler.app import read_stack
from reconciler.stack import Inputs
from tests.campaigns.campaign import Campaign, Violation
from tests.campaigns.processes import Station, complaints, station
from tests.campaigns.signals import STACKS, changed
from tests.forks.client import Process
from tests.worlds.live import doubles, ours, unlike

_TOGETHER_SECONDS = 0.25
"""Within which all of them start: a run of the small stack takes about as long."""
_FRESH_EVERY = 12
_SETTLE_SECONDS = 0.3
_SHARED = """\
stack: part{number}
projects:
  pool:
    existing: Pool
    vlans:
      first: {{facility: ewr1, description: first of {number}}}
    ip_reservations:
      edge: {{type: public_ipv4, facility: ewr1, quantity: 1, details: edge of {number}}}
"""
_ENDS = {0, 1, 3, 4}
_MANY = re.compile(r"error\[too-many-deletes\].*?say --allow-deletes (\d+)", re.DOTALL)


@dataclass(frozen=True)
class Schedule:
    """Who writes what from where."""

    stacks: str
    where: str
    commands: tuple[str, ...]
    seed: int

    @classmethod
    def parse(cls, text: str) -> Schedule:
        stacks, where, commands, seed = text.split()
        return cls(stacks, where, tuple(commands.split(",")), int(seed))


def schedules(count: int, seed: int) -> Iterator[str]:
    rng = random.Random(seed)
    for number in range(count):
        stacks = ("same", "versions", "same", "shared")[number % 4]
        where = "apart" if stacks != "shared" and number % 3 else "one"
        writers = rng.choice((2, 2, 3, 3, 4, 5, 8))
        commands = ["apply"] + [rng.choice(("apply", "apply", "apply", "destroy")) for _ in range(writers - 1)]
        yield f"{stacks} {where} {','.join(commands)} {rng.randrange(10**6)}"


def play(text: str) -> list[Violation]:
    return _Play(Schedule.parse(text), station()).violations()


@dataclass(frozen=True)
class _Writer:
    """One process's stack: its folder and file, and what it is told to do."""

    folder: Path
    file: str
    command: str

    def arguments(self, command: str) -> tuple[str, ...]:
        # what another's destroy took away is to be made again
        accepted = ("--accept-vanished",) if command == "apply" else ()
        return (command, self.file, "--yes", *accepted)


class _Play:
    def __init__(self, schedule: Schedule, at: Station) -> None:
        self.schedule = schedule
        self.at = at
        self.top = at.fresh()
        project = at.account.call("POST", "/projects", {"name": "Pool"})["id"]
        self.vlans = f"/projects/{project}/virtual-networks"
        self.theirs = at.account.call("POST", self.vlans, {"facility": "ewr1", "description": "theirs"})
        self.writers = [self._writer(*each) for each in enumerate(schedule.commands)]

    def violations(self) -> list[Violation]:
        found: list[Violation] = []
        for process in self._together():
            found += complaints(process)
            if process.code is not None and process.code not in _ENDS:
                found.append(Violation("exit codes are truthful", f"{process.code}: {process.text()[-1000:]}"))
            if process.code and not process.err.read_text():
                found.append(Violation("a failure is told", f"nothing on stderr, exit {process.code}"))
        if self.schedule.where == "one" and self.schedule.stacks != "shared" and (twice := self._doubles("net")):
            found.append(Violation("a lock keeps the second out", ", ".join(twice)))
        for each in self.writers:
            found += self._once_more(each, "apply")
        names = {read_stack([each.folder / each.file], _NOTHING).name for each in self.writers}
        if self.schedule.stacks != "versions":
            found += [Violation("one object for each mark", each) for name in names for each in self._doubles(name)]
        if self.theirs not in self.at.account.listed(self.vlans, "virtual_networks"):
            found.append(Violation("strangers are left alone", str(self.theirs)))
        for each in self.writers:
            found += self._once_more(each, "destroy")
        left = [held.mark for name in names for held in ours(self.at.account, name)]
        if left:
            found.append(Violation("a destroy leaves nothing", ", ".join(left)))
        return found

    def _writer(self, number: int, command: str) -> _Writer:
        each = self.schedule
        folder = self.top / ("all" if each.where == "one" else str(number))
        folder.mkdir(exist_ok=True)
        text = STACKS["net"]
        if each.stacks == "versions" and number % 2:
            text = changed("net")
        if each.stacks == "shared":
            text = _SHARED.format(number=number)
        file = f"stack{number}.yaml"
        (folder / file).write_text(text, encoding="utf-8")
        return _Writer(folder, file, command)

    def _together(self) -> list[Process]:
        rng = random.Random(self.schedule.seed)
        order = sorted((rng.uniform(0, _TOGETHER_SECONDS), number) for number in range(len(self.writers)))
        began = time.monotonic()
        processes = []
        for moment, number in order:
            time.sleep(max(0.0, began + moment - time.monotonic()))
            each = self.writers[number]
            processes.append(
                self.at.start(
                    each.folder,
                    f"{each.command}{number}",
                    *each.arguments(each.command),
                    settle=_SETTLE_SECONDS,
                    direct=True,
                    fresh=rng.randrange(_FRESH_EVERY) == 0,
                )
            )
        for process in processes:
            self.at.forks.wait(process)
        return processes

    def _once_more(self, writer: _Writer, command: str) -> list[Violation]:
        """By itself: it has to succeed, and an apply has to leave the account as its stack says."""
        done = self.at.run(
            writer.folder, f"once-{command}", *writer.arguments(command), settle=_SETTLE_SECONDS, direct=True
        )
        found = complaints(done)
        if done.code == 3 and (many := _MANY.search(done.text())):  # twins of much of a stack: a person has to say so
            allowed = ("--allow-deletes", many[1])
            arguments = (*writer.arguments(command), *allowed)
            done = self.at.run(writer.folder, f"told-{command}", *arguments, settle=_SETTLE_SECONDS, direct=True)
            found += complaints(done)
        if done.code != 0:
            found.append(Violation("one more run of each converges", f"{command} {done.code}: {done.text()[-1500:]}"))
        elif command == "apply":
            stack = read_stack([writer.folder / writer.file], _NOTHING)
            if twins := self._doubles(stack.name):  # of two versions: no run can know which of them is to stay
                told = ["twin" in done.text() and each.partition(":")[2] in done.text() for each in twins]
                return found if all(told) else [*found, Violation("twins are told", f"{twins}: {done.text()[-1500:]}")]
            different = unlike(self.at.account, stack)
            found += [Violation("the account is as declared", "; ".join(different)[:1000])] if different else []
        return found

    def _doubles(self, stack: str) -> list[str]:
        return doubles(self.at.account, stack)


_NOTHING = Inputs((), (), {}, ())

CAMPAIGN = Campaign(
    "writers",
    "two to eight processes at once on one account",
    full=2000,
    short=2,
    schedules=schedules,
    play=play,
)
