"""Reading the audit log: what was done to a stack, by whom, and how it ended. Files are read, and nothing else.

The log is taken as something that others may have written into: what has another shape than ours is passed over and
counted, and no text in it is believed to be harmless.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from reconciler.app.private_files import open_private
from reconciler.app.processes import was_there
from reconciler.model.audit import FORMAT, CommitFrom, Deed, Entry, Head, Lifted, Origin, Request, Run, State
from reconciler.model.event import Result
from reconciler.model.kind import Verb
from reconciler.model.plan import Counts

_LONGEST_LINE: Final = 8 << 20
_MOST_REQUESTS: Final = 1000
"""Of a step, which a run would give up long before; of more only the first are kept."""
_LONGEST_TEXT: Final = 4096
"""Of a longer text than any run writes only the beginning is kept."""
_LAST: Final = 253_402_300_800.0
"""The end of the year 9999, after which no calendar of ours goes."""
_STATES: Final[Mapping[int, State]] = {
    0: State.COMPLETE,
    4: State.INCOMPLETE,
    130: State.INTERRUPTED,
    143: State.INTERRUPTED,
}
"""What the exit code of a run says; every other one: that it failed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to read: the runs of `stacks` (None: of all), and the deeds of one `run` (the beginning of its id) or those
    that concern `what`, an address or an id; none of them where neither is said.
    """

    stacks: frozenset[str] | None = None
    run: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """Where this is asked: its name, and whether the process of a number is there that was at a moment."""

    host: str
    alive: Callable[[int, float], bool]


@dataclass(frozen=True)
class History:
    """The runs, the newest first, and what is wrong with files of the log, by their names; of the folder, by none."""

    runs: tuple[Run, ...]
    wrong: Mapping[str, str]


def this_machine() -> Machine:
    return Machine(os.uname().nodename, was_there)


def read_history(folder: Path, wanted: Wanted, machine: Machine) -> History:
    """All that the logs of a folder say of what is wanted. A folder that is not there holds none."""
    runs: list[Run] = []
    wrong: dict[str, str] = {}
    try:
        paths = sorted(each for each in folder.iterdir() if each.suffix == ".jsonl")
    except FileNotFoundError:
        paths = []
    except OSError as problem:
        return History((), {"": f"it cannot be read: {problem.strerror or problem}"})
    for path in paths:
        reading, strange = _Reading(wanted), 0
        try:
            for line in _lines(path):
                strange += not reading.take(line)
        except OSError as problem:
            wrong[path.name] = f"it cannot be read: {problem.strerror or problem}"
        if strange:
            wrong[path.name] = f"{strange} of its lines are none that a run of this version writes"
        runs += reading.runs(machine)
    if wanted.run:
        runs = [each for each in runs if each.head.run.startswith(wanted.run)]
    if wanted.what:
        runs = [each for each in runs if each.deeds]
    runs.sort(key=lambda each: (each.begun, each.head.run), reverse=True)
    return History(tuple(runs), wrong)


def _lines(path: Path) -> Iterator[str]:
    """The lines of a log, however long it is; of a line that is too long to be one of ours only the beginning."""
    with os.fdopen(open_private(path, os.O_RDONLY), "rb") as stream:
        while line := stream.readline(_LONGEST_LINE):
            text = line.decode("utf-8", "replace").strip()
            if text:
                yield text


@dataclass(slots=True)
class _Under:
    """A run that is being read."""

    head: Head
    begun: float
    ended: float | None = None
    exit_code: int | None = None
    done: list[int] = field(default_factory=lambda: [0, 0, 0])
    failed: int = 0
    left: int = 0
    open: dict[tuple[str, str], Deed] = field(default_factory=dict)
    deeds: list[Deed] = field(default_factory=list)


_COUNTED: Final = (Verb.CREATE.value, Verb.UPDATE.value, Verb.DELETE.value)


class _Reading:
    """Takes the lines of one log, and keeps of them what is wanted."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._runs: dict[str, _Under] = {}
        self._passed: set[str] = set()

    def take(self, line: str) -> bool:
        """Whether it is a line of ours."""
        try:
            found = json.loads(line)
            entry, at, run = Entry(found["do"]), float(found["at"]), _text(found, "run")
            if not 0 <= at < _LAST or (entry is Entry.BEGIN and (run in self._runs or run in self._passed)):
                return False
            if entry is Entry.BEGIN:
                self._begin(run, at, found)
            elif run not in self._passed:
                self._go_on(self._runs[run], entry, at, found)
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError):
            return False
        return True

    def runs(self, machine: Machine) -> Iterator[Run]:
        for each in self._runs.values():
            deeds = [*each.deeds, *(deed for deed in each.open.values() if self._is_wanted(each, deed))]
            yield Run(
                head=each.head,
                begun=each.begun,
                ended=each.ended,
                exit_code=each.exit_code,
                state=_state(each, machine),
                done=Counts(*each.done),
                failed=each.failed,
                left=each.left + len(each.open),
                deeds=tuple(deeds),
            )

    def _begin(self, run: str, at: float, found: Mapping[str, Any]) -> None:
        if found["format"] != FORMAT:
            raise ValueError("of another version")
        head = _head(run, found)
        if self._wanted.stacks is None or head.stack in self._wanted.stacks:
            self._runs[run] = _Under(head, at)
        else:
            self._passed.add(run)

    def _go_on(self, run: _Under, entry: Entry, at: float, found: Mapping[str, Any]) -> None:
        if entry is Entry.END:
            run.ended, run.exit_code = at, int(found["exit"])
            return
        key = (_text(found, "address"), _text(found, "verb"))
        known = run.open.get(key)
        if entry is Entry.START:
            run.open[key] = Deed(key[0], _text(found, "kind"), key[1], at, id=_text(found, "id"))
        elif entry is Entry.CALL:
            known = known or Deed(key[0], "", key[1], at)
            request = _request(at, found)
            run.open[key] = _with_request(known, request) if len(known.requests) < _MOST_REQUESTS else known
        else:
            run.open.pop(key, None)
            self._ended(run, _over(known, key, at, found))

    def _ended(self, run: _Under, deed: Deed) -> None:
        if deed.result == Result.DONE:
            if deed.verb in _COUNTED:
                run.done[_COUNTED.index(deed.verb)] += 1
        elif deed.result == Result.FAILED:
            run.failed += 1
        else:
            run.left += 1
        if self._is_wanted(run, deed):
            run.deeds.append(deed)

    def _is_wanted(self, run: _Under, deed: Deed) -> bool:
        if self._wanted.what:
            return deed.concerns(self._wanted.what)
        return bool(self._wanted.run) and run.head.run.startswith(self._wanted.run)


def _state(run: _Under, machine: Machine) -> State:
    if run.exit_code is not None:
        return _STATES.get(run.exit_code, State.FAILED)
    if run.head.origin.host != machine.host:
        return State.UNKNOWN
    return State.UNDER_WAY if machine.alive(run.head.pid, run.begun) else State.CUT_OFF


def _head(run: str, found: Mapping[str, Any]) -> Head:
    plan = found.get("plan") or {}
    allowed = found.get("allow_deletes")
    return Head(
        run=run,
        command=_text(found, "command"),
        stack=_text(found, "stack"),
        api=_text(found, "api"),
        emulated=found.get("emulated") is True,
        tool=_text(found, "tool"),
        pid=int(found.get("pid", 0)),
        origin=_origin(found.get("origin") or {}),
        digest=_text(found, "digest"),
        planned=Counts(*(int(plan.get(each, 0)) for each in ("add", "change", "destroy"))),
        approved=_text(found, "approved"),
        bound=found.get("bound") is True,
        targets=_texts(found, "targets"),
        replace=_texts(found, "replace"),
        allow_deletes=int(allowed) if allowed is not None else None,
        accept_vanished=found.get("accept_vanished") is True,
        waivers=tuple(
            Lifted(_text(each, "rail"), _text(each, "reason"), _text(each, "until"), _texts(each, "targets"))
            for each in found.get("waivers", ())
        ),
    )


def _origin(found: Mapping[str, Any]) -> Origin:
    known = _text(found, "commit_from")
    return Origin(
        actor=_text(found, "actor"),
        login=_text(found, "login"),
        host=_text(found, "host"),
        ci=_text(found, "ci"),
        ci_run=_text(found, "ci_run"),
        ci_url=_text(found, "ci_url"),
        commit=_text(found, "commit"),
        commit_from=CommitFrom(known) if known else None,
        ci_commit=_text(found, "ci_commit"),
    )


def _request(at: float, found: Mapping[str, Any]) -> Request:
    return Request(
        at=at,
        method=_text(found, "method"),
        route=_text(found, "route"),
        ending=_text(found, "ending"),
        status=int(found.get("status", 0)),
        request_id=_text(found, "request"),
    )


def _with_request(deed: Deed, request: Request) -> Deed:
    return Deed(deed.address, deed.kind, deed.verb, deed.begun, id=deed.id, requests=(*deed.requests, request))


def _over(known: Deed | None, key: tuple[str, str], at: float, found: Mapping[str, Any]) -> Deed:
    return Deed(
        address=key[0],
        kind=_text(found, "kind"),
        verb=key[1],
        begun=known.begun if known is not None else None,
        ended=at,
        result=_text(found, "result"),
        id=_text(found, "id") or (known.id if known is not None else ""),
        code=_text(found, "code"),
        implied=found.get("implied") is True,
        requests=known.requests if known is not None else (),
    )


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name, "")
    if not isinstance(value, str):
        raise TypeError(f"`{name}` is no text")
    return value[:_LONGEST_TEXT]


def _texts(found: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = found.get(name, ())
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        raise TypeError(f"`{name}` is no list of texts")
    return tuple(each[:_LONGEST_TEXT] for each in value)
