"""The audit log as a file: who changed what in an account, of which commit, and what each call was answered.

One file for each stack and API, that only grows: a line when a run begins, when a step begins, for each attempt to send
what may change something, when a step ends, and when the run does. The first and the last are synced to the disk.
Bodies, values, tokens and the texts of API errors are never written: addresses, kinds, ids, routes and request ids are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from reconciler.app.journal import Log
from reconciler.app.private_files import private_path
from reconciler.model.audit import FORMAT, Entry, Head, Origin
from reconciler.model.event import Ended, Event, Started
from reconciler.wire import Attempt

_LONGEST: Final = 1000
"""Longer texts of others are cut: a line is to stay a line that a person can read."""


class AuditFailed(Exception):
    """The log cannot be written. The text is for a person."""


def audit_path(folder: Path, stack: str, api: str) -> Path:
    """The file of a stack in the account behind an API."""
    return private_path(folder, stack, api, "jsonl")


class Audit:
    """The lines of one run. All but `begin` may be called from any thread, and never raise; `problem` says what could
    not be written. `wall` is seconds since the epoch; `hide` takes secrets out of what others wrote.
    """

    def __init__(self, log: Log, run: str, wall: Callable[[], float], hide: Callable[[Any], Any]) -> None:
        self._log = log
        self._run = run
        self._wall = wall
        self._hide = hide
        self.problem = ""

    def begin(self, head: Head) -> None:
        """Written and synced before anything is sent. Raises `AuditFailed`."""
        self._write(Entry.BEGIN, self._hide(head_entry(head)), sync=True)
        if self.problem:
            raise AuditFailed(self.problem)

    def heard(self, event: Event) -> None:
        """A step begins or ends."""
        if isinstance(event, Started):
            self._write(Entry.START, _step(event))
        elif isinstance(event, Ended):
            code = event.diagnostic.code if event.diagnostic is not None else ""
            self._write(
                Entry.STEP, {**_step(event), "result": event.result.value, "code": code, "implied": event.implied}
            )

    def sent(self, attempt: Attempt) -> None:
        """A call of a step that may change something was sent, or an attempt to do so has failed."""
        address, _, verb = attempt.call.step.rpartition(":")
        if address and not attempt.reads:
            what = {"address": address, "verb": verb, "method": attempt.call.method, "route": attempt.call.route}
            how = {"ending": attempt.ending, "status": attempt.status, "request": attempt.request_id[:_LONGEST]}
            self._write(Entry.CALL, {**what, **how})

    def end(self, exit_code: int) -> None:
        """The run is over, and ended with this exit code."""
        self._write(Entry.END, {"exit": exit_code}, sync=True)

    def _write(self, entry: Entry, more: Mapping[str, Any], *, sync: bool = False) -> None:
        at = int(self._wall() * 1000) / 1000
        kept = {
            name: value for name, value in more.items() if not (value is None or value is False or value in ("", []))
        }
        try:
            line = json.dumps({"at": at, "run": self._run, "do": entry.value, **kept}, ensure_ascii=True)
            self._log.append(line, sync=sync)
        except OSError as problem:
            self.problem = self.problem or f"{self._log.path}: {problem.strerror or problem}"


def head_entry(head: Head) -> dict[str, Any]:
    """What a run's first line says of it."""
    return {
        "format": FORMAT,
        "command": head.command,
        "stack": head.stack,
        "api": head.api,
        "emulated": head.emulated,
        "tool": head.tool,
        "pid": head.pid,
        "origin": _origin(head.origin),
        "digest": head.digest,
        "plan": {"add": head.planned.added, "change": head.planned.changed, "destroy": head.planned.destroyed},
        "approved": head.approved,
        "bound": head.bound,
        "targets": list(head.targets),
        "replace": list(head.replace),
        "allow_deletes": head.allow_deletes,
        "accept_vanished": head.accept_vanished,
        "waivers": [
            {"rail": each.rail, "reason": each.reason[:_LONGEST], "until": each.until, "targets": list(each.targets)}
            for each in head.waivers
        ],
    }


def _origin(origin: Origin) -> dict[str, Any]:
    texts = {
        "actor": origin.actor,
        "login": origin.login,
        "host": origin.host,
        "ci": origin.ci,
        "ci_run": origin.ci_run,
        "ci_url": origin.ci_url,
        "commit": origin.commit,
        "commit_from": origin.commit_from.value if origin.commit_from is not None else "",
        "ci_commit": origin.ci_commit,
    }
    return {name: text for name, text in texts.items() if text}


def _step(event: Started | Ended) -> dict[str, Any]:
    return {"address": event.address, "kind": event.kind, "verb": event.verb.value, "id": event.id[:_LONGEST]}
