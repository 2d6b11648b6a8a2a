"""The command in a process of its own, struck by a signal at an exact request, sync or moment, or by a disk that is
full, small or read-only; then run again as a person would, and judged by what the account and the folder hold.

A schedule is `STACK COMMAND TROUBLE POINT START`, such as `net apply kill after:0.25 fork`:

    COMMAND   apply, change (apply over an older version), saved (apply of a plan file), plan (-o FILE), destroy
    TROUBLE   kill, term, int, int2 (twice): signals. disk
    POINT     before, after, answered, late : a share of the requests of a run that nothing strikes
              sync:N the N-th fsync, time:SECONDS after the start, prompt while the question waits, stuck while a stdout
              that nobody reads takes no more
              for disk: small:BYTES, small:0 (read-only), size:BYTES (the most a file may have), out, err (/dev/full),
              pipe (nobody reads stdout for a while)
    START     fork (after the imports), fresh (the whole interpreter)
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from reconciler.app import open_plan, read_stack
from reconciler.diagnostics import Refused
from reconciler.stack import Inputs
from tests.acceptance.stacks import KEY, WEB
from tests.campaigns.campaign import Campaign, Violation
from tests.campaigns.gate import POINTS, Trap
from tests.campaigns.processes import Station, complaints, station, unborn
from tests.forks.client import Process
from tests.worlds.live import doubles, ours, unlike

_CONTENT = "a line of a file " * 300
_NET = f"""\
stack: net
projects:
  net:
    name: Net
    ssh_keys:
      ops: {{key: "{KEY}"}}
    vlans:
      storage: {{facility: ewr1, description: storage}}
      backup: {{facility: ewr1, description: backup}}
    ip_reservations:
      edge: {{type: public_ipv4, facility: ewr1, quantity: 1, details: edge}}
files:
  hosts: {{content: "{_CONTENT}"}}
outputs:
  vlan: ${{{{ projects.net.vlans.storage.vxlan }}}}
"""
_WEB = f"""\
{WEB.replace("count: 3", "count: 2")}outputs:
  addresses: ${{{{ projects.web.devices.web | map(attribute='public_ipv4') | list }}}}
"""
_OTHER_VLAN = ("description: storage}", "description: fast}")
_EDITS = {
    "net": (("name: Net", "name: Network"), _OTHER_VLAN, ("      backup:", "      more:")),
    "web": (("tags: [web]", "tags: [web, blue]"), ("count: 2", "count: 1"), _OTHER_VLAN),
}
STACKS = {"net": _NET, "web": _WEB}
COMMANDS = ("apply", "change", "saved", "plan", "destroy")
SIGNALS = {"kill": signal.SIGKILL, "term": signal.SIGTERM, "int": signal.SIGINT, "int2": signal.SIGINT}
_ENDS = {
    "kill": {0, -9},
    "term": {0, 143, -15},
    "int": {0, 130, -2},
    "int2": {0, 130, -2},
    "disk": {0, 1, 4},
}
"""What a process may end with; 0 only with all done, which is looked at."""
_SHARES = {"kill": 1000, "term": 500, "int": 100, "int2": 100, "disk": 200}
_AGAIN_SECONDS = 0.04


@dataclass(frozen=True)
class Schedule:
    """What is run, what strikes it, and where."""

    stack: str
    command: str
    trouble: str
    point: str
    figure: float
    fresh: bool

    @classmethod
    def parse(cls, text: str) -> Schedule:
        stack, command, trouble, at, start = text.split()
        point, _, figure = at.partition(":")
        return cls(stack, command, trouble, point, float(figure or 0), start == "fresh")


def changed(stack: str) -> str:
    """The newer version of one of the stacks: something to update, to replace, to make and to destroy."""
    text = STACKS[stack]
    for old, new in _EDITS[stack]:
        assert old in text
        text = text.replace(old, new)
    return text


def schedules(count: int, seed: int) -> Iterator[str]:
    rng = random.Random(seed)
    troubles = [name for name, share in _SHARES.items() for _ in range(share)]
    for number in range(count):
        trouble = troubles[(number * 787) % len(troubles)]  # 787 is coprime to their number: every count is a fair mix
        stack = "web" if number % 9 == 4 else "net"
        command = rng.choices(COMMANDS, (6, 4, 2, 2, 4))[0]
        point, fresh = _point(trouble, command, rng), number % 10 == 7
        yield f"{stack} {command} {trouble} {point} {'fresh' if fresh and 'sync' not in point else 'fork'}"


def _point(trouble: str, command: str, rng: random.Random) -> str:
    if trouble == "disk":
        what = rng.choice(("small:0", "small:4096", "small:8192", "size", "size", "out", "err", "pipe"))
        return f"size:{rng.choice((0, 10, 150, 400, 900, 2000, 4096, 9000))}" if what == "size" else what
    choices = ["before", "after", "answered", "time", "sync"]
    if trouble == "kill" and command != "plan":
        choices.append("late")
    if command in ("apply", "destroy"):
        choices.append("prompt")
    if trouble != "kill":
        choices.append("stuck")
    what = rng.choices(choices, [4, 4, 2, 1, 2, *([1] * (len(choices) - 5))])[0]
    if what == "sync":
        return f"sync:{rng.randint(1, 8)}"
    if what == "time":
        return f"time:{rng.uniform(0, 0.8):.3f}"
    return what if what == "prompt" else f"{what}:{rng.random():.3f}"


def play(text: str) -> list[Violation]:
    schedule = Schedule.parse(text)
    alone = _undisturbed(schedule.stack, schedule.command)
    return _Play(schedule, station(), alone).violations()


@dataclass(frozen=True)
class _Undisturbed:
    """What a run takes that nothing strikes: its requests, and the accepted creates before and after it."""

    requests: int = 0
    before: Counter[str] = field(default_factory=Counter)
    creates: Counter[str] = field(default_factory=Counter)


@cache
def _undisturbed(stack: str, command: str) -> _Undisturbed:
    return _Play(Schedule(stack, command, "kill", "before", 0, fresh=False), station(), _Undisturbed()).undisturbed()


class _Play:
    """One schedule under way."""

    def __init__(self, schedule: Schedule, at: Station, alone: _Undisturbed) -> None:
        self.schedule = schedule
        self.alone = alone
        self.at = at
        self.folder = at.fresh()
        self.stranger = _stranger(at)
        self.found: list[Violation] = []
        self._prepare()

    def violations(self) -> list[Violation]:
        struck = self._struck(max(1, round(self.alone.requests * self.schedule.figure)))
        self._judge_struck(struck)
        self.at.gate.quiet()
        self._again()
        self._judge_account()
        return self.found

    def undisturbed(self) -> _Undisturbed:
        """The command without any trouble."""
        before = self.at.account.creates()
        self.at.gate.arm(None)
        done = self.at.run(self.folder, "alone", *self._arguments(ask=False))
        if done.code != 0:
            raise RuntimeError(f"it ended with {done.code}: {done.text()}")
        return _Undisturbed(self.at.gate.count, before, self.at.account.creates())

    def _prepare(self) -> None:
        stack = STACKS[self.schedule.stack]
        self._write(stack)
        (self.folder / ".reconciler").mkdir()
        if self.schedule.command in ("change", "destroy"):
            self._must("apply", "stack.yaml", "--yes")
        if self.schedule.command in ("saved", "plan"):
            self._must("plan", "stack.yaml", "-o", "plan.json")
        if self.schedule.command in ("change", "plan"):
            self._write(changed(self.schedule.stack))

    def _write(self, stack: str) -> None:
        (self.folder / "stack.yaml").write_text(stack, encoding="utf-8")

    def _must(self, *arguments: str) -> None:
        done = self.at.run(self.folder, "before", *arguments, direct=False)
        if done.code != 0:
            raise RuntimeError(f"{arguments} ended with {done.code}: {done.text()}")

    def _arguments(self, *, ask: bool) -> tuple[str, ...]:
        yes = () if ask else ("--yes",)
        match self.schedule.command:
            case "plan":
                return ("plan", "stack.yaml", "-o", "plan.json")
            case "saved":
                return ("apply", "plan.json")
            case "destroy":
                return ("destroy", "stack.yaml", *yes)
            case _:
                return ("apply", "stack.yaml", *yes)

    def _struck(self, number: int) -> Process:
        each, at = self.schedule, self.at
        arguments = self._arguments(ask=each.point == "prompt")
        process: list[Process] = []

        def strike() -> bool:
            while not process:  # its first request may come before its start is told
                time.sleep(0.001)
            self._signal(process[0])
            return each.trouble == "kill"

        at.gate.arm(next((Trap(point, number, strike) for point in POINTS if point == each.point), None))
        if each.point == "prompt":
            return self._at_the_prompt(arguments)
        if each.point in ("pipe", "stuck"):
            return self._into_a_full_pipe(arguments)
        file_bytes = int(each.figure) if each.point == "size" else None
        small = (str(self.folder / ".reconciler"), int(each.figure)) if each.point == "small" else None
        out, err = ("/dev/full" if each.point == name else None for name in ("out", "err"))
        hit = (int(each.figure), int(SIGNALS[each.trouble])) if each.point == "sync" else None
        process.append(
            at.start(
                self.folder,
                "struck",
                *arguments,
                fresh=each.fresh,
                file_bytes=file_bytes,
                small=small,
                out=out,
                err=err,
                strike=hit,
            )
        )
        if each.point == "time":
            at.forks.wait(process[0], each.figure, kill=False)
            self._signal(process[0])
        at.forks.wait(process[0])
        return process[0]

    def _signal(self, process: Process) -> None:
        process.signal(SIGNALS[self.schedule.trouble])
        if self.schedule.trouble == "int2":
            time.sleep(_AGAIN_SECONDS)
            process.signal(signal.SIGINT)

    def _at_the_prompt(self, arguments: tuple[str, ...]) -> Process:
        master, slave = os.openpty()
        try:
            process = self.at.start(
                self.folder, "struck", *arguments, stdin=os.ttyname(slave), fresh=self.schedule.fresh
            )
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline and "Enter a value" not in process.text():
                self.at.forks.wait(process, 0.02, kill=False)
            if self.at.account.creates() != self.alone.before:
                self.found.append(Violation("nothing is done before the answer", process.text()))
            self._signal(process)
            self.at.forks.wait(process)
        finally:
            os.close(master)
            os.close(slave)
        return process

    def _into_a_full_pipe(self, arguments: tuple[str, ...]) -> Process:
        each = self.schedule
        path = self.folder / "pipe"
        os.mkfifo(path)
        handle = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        try:
            while True:
                try:
                    os.write(handle, b"x" * 4096)
                except BlockingIOError:
                    break
            process = self.at.start(self.folder, "struck", *arguments, out=str(path), fresh=each.fresh)
            self.at.forks.wait(process, 0.5, kill=False)
            if each.point == "stuck":
                self._signal(process)
                self.at.forks.wait(process, 5)
                return process
            deadline = time.monotonic() + 20
            while process.code is None and time.monotonic() < deadline:
                try:
                    os.read(handle, 1 << 16)
                except BlockingIOError:
                    self.at.forks.wait(process, 0.02, kill=False)
            self.at.forks.wait(process, 1)
        finally:
            os.close(handle)
            path.unlink()
        return process

    def _judge_struck(self, process: Process) -> None:
        each = self.schedule
        if unborn(process):
            return
        self.found += complaints(process)
        if process.code is not None and process.code not in _ENDS[each.trouble]:
            self.found.append(Violation("exit codes are truthful", f"{process.code}: {process.text()[-1000:]}"))
        if process.code == 0 and each.point != "prompt":
            self._judge_done("an exit of 0 says that all is done")
        if process.code == 0 and each.point == "prompt":
            self.found.append(Violation("exit codes are truthful", "0, and nobody has answered"))
        if each.trouble not in ("kill", "int2") and (left := _temporary(self.folder)):
            self.found.append(Violation("no temporary files are left", ", ".join(left)))
        silenced = each.point in ("err", "size")
        if process.code not in (0, -9, -2, -15, None) and not silenced and not process.err.read_text():
            self.found.append(Violation("a failure is told", f"nothing on stderr, exit {process.code}"))
        self._judge_files()

    def _judge_files(self) -> None:
        """No file is half of anything: the plan is the old or the new one, a generated file has what it shall have."""
        plan = self.folder / "plan.json"
        if plan.exists():
            try:
                open_plan(plan)
            except Refused as problem:
                self.found.append(Violation("no torn file", f"plan.json: {problem}"))
        for file in (self.folder / ".reconciler" / "files").rglob("*"):
            if file.name == "hosts" and file.read_text() != _CONTENT:
                self.found.append(Violation("no torn file", f"{file}: {file.stat().st_size} bytes"))

    def _again(self) -> None:
        """As a person would: the same command, at most twice, without another word."""
        settle = 1.5 if self.schedule.point == "late" else 0.0
        goal = "destroy" if self.schedule.command == "destroy" else "apply"
        told = ""
        for _ in range(2):
            done = self.at.run(self.folder, "again", goal, "stack.yaml", "--yes", settle=settle)
            self.found += complaints(done)
            told += done.text()
            if "another run of this stack is under way" in told:
                self.found.append(Violation("nothing is locked", told[-800:]))
            if done.code == 0:
                break
        else:
            self.found.append(Violation("two more runs converge", told[-2000:]))
        looked = ("plan", "stack.yaml", *(("--destroy",) if goal == "destroy" else ()), "--detailed-exitcode")
        last = self.at.run(self.folder, "last", *looked)
        if last.code != 0:
            self.found.append(Violation("then the plan is empty", f"exit {last.code}: {last.text()[-1500:]}"))

    def _judge_done(self, law: str) -> None:
        name = self.schedule.stack
        if self.schedule.command == "plan":
            return
        if self.schedule.command == "destroy":
            left = [each.address for each in ours(self.at.account, name)]
        else:
            left = unlike(self.at.account, read_stack([self.folder / "stack.yaml"], Inputs((), (), {}, ())))
        if left:
            self.found.append(Violation(law, "; ".join(left)[:1500]))

    def _judge_account(self) -> None:
        if self.schedule.command != "plan":
            self._judge_done("the account is as declared")
        if twice := doubles(self.at.account, self.schedule.stack):
            self.found.append(Violation("one object for each mark", ", ".join(twice)))
        made, creates = self.at.account.creates(), self.alone.creates
        if self.schedule.command != "plan" and made != creates:
            self.found.append(Violation("nothing is made twice", f"more {made - creates}, less {creates - made}"))
        if _stranger_now(self.at, self.stranger["id"]) != self.stranger:
            self.found.append(Violation("strangers are left alone", json.dumps(self.stranger)))


def _stranger(at: Station) -> dict[str, Any]:
    project = at.account.call("POST", "/projects", {"name": "Theirs"})["id"]
    at.account.call("POST", f"/projects/{project}/virtual-networks", {"facility": "ewr1", "description": "theirs"})
    return _stranger_now(at, project)


def _stranger_now(at: Station, project: str) -> dict[str, Any]:
    try:
        found = at.account.call("GET", f"/projects/{project}")
        vlans = at.account.listed(f"/projects/{project}/virtual-networks", "virtual_networks")
    except OSError as problem:
        return {"id": project, "gone": str(problem)}
    return {**{name: found[name] for name in ("id", "name", "customdata", "created_at")}, "vlans": vlans}


def _temporary(folder: Path) -> list[str]:
    every = (each for each in folder.rglob(".*") if each.name != ".reconciler")
    return [str(each.relative_to(folder)) for each in every]


CAMPAIGN = Campaign(
    "signals",
    "the command in its own process: signals, full disks, and a run after it",
    full=sum(_SHARES.values()),
    short=3,
    schedules=schedules,
    play=play,
)
