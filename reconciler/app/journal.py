"""The journal as a file: one line for each thing that happened, appended and synced.

It lies beside where the command runs, one file for each stack and API. Bodies, tokens and values are never written:
addresses, kinds, ids and digests are. A line that was cut off by a crash is passed over, and then nothing is taken for
settled.
"""

from __future__ import annotations

import json
import os
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reconciler.app.private_files import make_private_folder, open_private, private_path
from reconciler.app.text_files import sync_folder
from reconciler.clock import Clock, SystemClock
from reconciler.model.journal import Answered, Intent, Journal, JournalFailed

FRESH_SECONDS: Final = 3600.0
"""How long a journal that ended in order speaks for the account: later, somebody else may have begun something."""
MOST_BYTES: Final = 4 << 20
"""A journal that grew larger is put aside as `.1` when the next run begins."""
_OWNS: Final = "owns"
_APPEND: Final = os.O_WRONLY | os.O_APPEND | os.O_CREAT


def open_journal(
    folder: Path | None, stack: str, api_url: str, clock: Clock | None = None, run: str | None = None
) -> Journal:
    """The journal of a stack in the account behind an API, in a folder; without a folder one that keeps nothing. `run`
    is what its lines call this run, where something else calls it so too.
    """
    if folder is None:
        return Journal()
    return FileJournal(Log(private_path(folder, stack, api_url, "jsonl")), (clock or SystemClock()).wall, run)


def new_run() -> str:
    """What a run is called in what is written down of it."""
    return uuid.uuid4().hex[:12]


class Log:
    """A file that only grows, line by line, from any number of threads. Raises OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writing = threading.Lock()

    def text(self) -> str:
        """All that is in it, empty when there is no file yet. Raises OSError for what is no regular file."""
        try:
            handle = open_private(self.path, os.O_RDONLY)
        except FileNotFoundError:
            return ""
        with os.fdopen(handle, "rb") as stream:
            return stream.read(MOST_BYTES * 4).decode("utf-8", "replace")

    def append(self, line: str, *, sync: bool) -> None:
        """Write a line; with `sync` it is on the disk when this returns. Syncs of several threads are one for the
        disk, so they wait outside of the lock.
        """
        new = not self.path.exists()
        if new:
            make_private_folder(self.path.parent)
        handle = open_private(self.path, _APPEND)
        try:
            with self._writing:
                torn = "\n" if _is_torn(self.path, handle) else ""
                content = f"{torn}{line}\n".encode()
                if os.write(handle, content) != len(content):
                    raise OSError(0, "only a part of the line could be written")
            if sync:
                os.fsync(handle)
            if new:
                sync_folder(self.path.parent)
        finally:
            os.close(handle)

    def put_aside(self) -> None:
        self.path.replace(self.path.with_name(f"{self.path.name}.1"))


class FileJournal(Journal):
    """The journal of one stack in one account. `wall` is seconds since the epoch."""

    def __init__(self, log: Log, wall: Callable[[], float], run: str | None = None) -> None:
        self._log = log
        self._wall = wall
        self._run = run or new_run()
        self._begun = False
        self._last = _read(log)

    @property
    def unsettled(self) -> bool:
        last = self._last
        if last is None or not last.ended or last.open:
            return True
        return not 0 <= self._wall() - last.at <= FRESH_SECONDS

    def made_within(self, seconds: float) -> bool:
        born = self._last.born if self._last is not None else None
        return born is not None and self._wall() - born <= seconds

    @property
    def pending(self) -> bool:
        return self._last is not None and (not self._last.ended or bool(self._last.open))

    @property
    def owned(self) -> int | None:
        return self._last.owned if self._last is not None else None

    def owns(self, count: int | None) -> None:
        if self._begun or self._last is not None:  # no journal is begun only to say this
            self._write({"do": _OWNS, "count": -1 if count is None else count})

    def begin(self, stack: str) -> None:
        try:
            if len(self._log.text()) > MOST_BYTES:
                self._log.put_aside()
        except OSError as problem:
            raise JournalFailed(self._why(problem)) from None
        self._must_write({"do": "begin", "stack": stack, "pid": os.getpid()}, sync=False)
        self._begun = True

    def intend(self, intent: Intent) -> None:
        entry = {"do": "intend", "address": intent.address, "kind": intent.kind, "body": intent.body}
        self._must_write(entry, sync=True)

    def answered(self, address: str, how: Answered, identifier: str = "", request_id: str = "") -> None:
        self._write({"do": "answered", "address": address, "how": how.value, "id": identifier, "request": request_id})

    def seen(self, address: str, identifier: str) -> None:
        self._write({"do": "seen", "address": address, "id": identifier})

    def end(self) -> None:
        if self._begun:
            self._write({"do": "end"})

    def _write(self, entry: Mapping[str, str | int]) -> None:
        """What is lost here costs the next run a settle wait, and nothing else."""
        try:
            self._must_write(entry, sync=False)
        except JournalFailed:
            return

    def _must_write(self, entry: Mapping[str, str | int], *, sync: bool) -> None:
        kept = {name: value for name, value in entry.items() if value != ""}
        at = int(self._wall() * 1000) / 1000  # rounded down, so that no entry is later than who reads it next
        line = json.dumps({"at": at, "run": self._run, **kept}, ensure_ascii=True)
        try:
            self._log.append(line, sync=sync)
        except OSError as problem:
            raise JournalFailed(self._why(problem)) from None

    def _why(self, problem: OSError) -> str:
        return f"{self._log.path}: {problem.strerror or problem}"


@dataclass(frozen=True, slots=True)
class _Run:
    """The last run in a journal that created something: when its last line was written, whether it ended in order, and
    what it left open. `owned` is of the last run that said so, whatever it did, and `born` is when any run last sent a
    create.
    """

    at: float
    ended: bool
    open: frozenset[str]
    owned: int | None = None
    born: float | None = None


def _read(log: Log) -> _Run | None:
    """None when there is none, or the journal cannot be opened; one that was cut off when its last line is no entry."""
    try:
        lines = log.text().splitlines()
    except OSError:
        return None
    entries = [entry for line in lines if (entry := _entry(line)) is not None]
    if not lines:
        return None
    if not entries or _entry(lines[-1]) is None:
        return _Run(0.0, ended=False, open=frozenset())
    counts = [each.get("count") for each in entries if each.get("do") == _OWNS]
    owned = counts[-1] if counts and isinstance(counts[-1], int) and counts[-1] >= 0 else None
    entries = [each for each in entries if each.get("do") != _OWNS]
    if not entries:
        return _Run(0.0, ended=False, open=frozenset(), owned=owned)
    born = max((float(each["at"]) for each in entries if each.get("do") == "intend"), default=None)
    run = entries[-1].get("run")
    own = [each for each in entries if each.get("run") == run]
    waiting: set[str] = set()
    for each in own:
        address = str(each.get("address", ""))
        settled = each.get("do") == "seen" or each.get("how") == Answered.REJECTED
        if each.get("do") == "intend":
            waiting.add(address)
        elif settled:
            waiting.discard(address)
    return _Run(float(own[-1]["at"]), own[-1].get("do") == "end", frozenset(waiting), owned, born)


def _entry(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) and isinstance(found.get("at"), int | float) else None


def _is_torn(path: Path, handle: int) -> bool:
    size = os.fstat(handle).st_size
    if size == 0:
        return False
    reader = open_private(path, os.O_RDONLY)
    try:
        return os.pread(reader, 1, size - 1) != b"\n"
    finally:
        os.close(reader)
