"""The audit log as a file: what it takes to begin a run, what is synced, and what is read of what others wrote."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.app import journal
from reconciler.app.audit import Audit, AuditFailed, audit_path
from reconciler.app.history import History, Machine, Wanted, read_history, this_machine
from reconciler.app.journal import Log
from reconciler.app.processes import was_there
from reconciler.diagnostics import error
from reconciler.model.audit import CommitFrom, Head, Lifted, Origin, Run, State
from reconciler.model.event import Ended, Noted, Result, Started
from reconciler.model.kind import Verb
from reconciler.model.plan import Counts
from reconciler.report.history import history_document, render_deeds, render_run, render_runs
from reconciler.wire import Attempt, Call
from tests.reliability.test_journal import FullLog

ORIGIN = Origin("alice", "ci", "build-3")
HEAD = Head(
    run="0123456789ab",
    command="apply",
    stack="web",
    api="https://api.example.com",
    emulated=False,
    tool="1.0",
    pid=4,
    origin=ORIGIN,
    digest="d" * 64,
    planned=Counts(1, 0, 0),
    approved="question",
    allow_deletes=0,
    waivers=(Lifted("max_deletes", "the move", "2026-12-01", ("projects.web",)),),
)
CREATE = Call("POST", "/projects", "/projects", {"secret": "canary"}, {"name": "canary"}, step="projects.web:create")
NOBODY = Machine("build-3", lambda _pid, _at: False)


def audit_in(folder: Path, run: str = HEAD.run, at: float = 1000.0, log: Log | None = None) -> Audit:
    return Audit(log or Log(audit_path(folder, "web", HEAD.api)), run, lambda: at, lambda value: value)


def a_run(folder: Path, run: str = HEAD.run, at: float = 1000.0, *, ended: bool = True) -> None:
    audit = audit_in(folder, run, at)
    audit.begin(replace(HEAD, run=run))
    audit.heard(Started("projects.web", "project", Verb.CREATE, 0.0))
    audit.sent(Attempt(CREATE, "doubtful", 502, "r-1"))
    audit.sent(Attempt(CREATE, "done", 201, "r-2"))
    audit.heard(Noted("a note with a canary", 0.0))
    audit.heard(Ended("projects.web", "project", Verb.CREATE, 1.0, Result.DONE, id="p-1", reason="canary"))
    if ended:
        audit.end(0)
    assert not audit.problem


def read(folder: Path, wanted: Wanted | None = None, machine: Machine = NOBODY) -> tuple[Run, ...]:
    return read_history(folder, wanted or Wanted(), machine).runs


def path_of(folder: Path) -> Path:
    return audit_path(folder, "web", HEAD.api)


FULL = replace(
    HEAD,
    emulated=True,
    origin=Origin("alice", "ci", "build-3", "CI", "7", "https://ci.example.com/7", "a" * 40, CommitFrom.CI, "b" * 40),
    planned=Counts(1, 2, 3),
    bound=True,
    targets=("projects.web",),
    replace=("projects.web.vlans.a",),
    accept_vanished=True,
)


def test_the_lines_are_what_programs_rely_on(tmp_path: Path) -> None:
    audit = audit_in(tmp_path, at=1000.0625)
    audit.begin(FULL)
    audit.heard(Started("projects.web", "project", Verb.DELETE, 0.0, "p-1"))
    audit.sent(Attempt(replace(CREATE, step="projects.web:delete"), "not sent"))
    audit.heard(Ended("projects.web", "project", Verb.DELETE, 1.0, Result.FAILED, diagnostic=error("step-failed", "x")))
    audit.heard(Ended("projects.web.a", "vlan", Verb.DELETE, 1.0, Result.DONE, id="p-2", implied=True))
    audit.end(0)
    begin, *lines = map(json.loads, path_of(tmp_path).read_text().splitlines())
    common = {"at": 1000.062, "run": HEAD.run}
    assert begin == {
        **common,
        "do": "begin",
        "format": 1,
        "command": "apply",
        "stack": "web",
        "api": HEAD.api,
        "emulated": True,
        "tool": "1.0",
        "pid": 4,
        "digest": "d" * 64,
        "approved": "question",
        "bound": True,
        "allow_deletes": 0,
        "targets": ["projects.web"],
        "replace": ["projects.web.vlans.a"],
        "accept_vanished": True,
        "plan": {"add": 1, "change": 2, "destroy": 3},
        "origin": {
            "actor": "alice",
            "login": "ci",
            "host": "build-3",
            "ci": "CI",
            "ci_run": "7",
            "ci_url": "https://ci.example.com/7",
            "commit": "a" * 40,
            "commit_from": "ci",
            "ci_commit": "b" * 40,
        },
        "waivers": [{"rail": "max_deletes", "reason": "the move", "until": "2026-12-01", "targets": ["projects.web"]}],
    }
    step = {"address": "projects.web", "kind": "project", "verb": "delete"}
    call = {"address": "projects.web", "verb": "delete", "method": "POST", "route": "/projects", "ending": "not sent"}
    implied = {"address": "projects.web.a", "kind": "vlan", "verb": "delete", "id": "p-2", "implied": True}
    assert lines == [
        {**common, "do": "start", **step, "id": "p-1"},
        {**common, "do": "call", **call, "status": 0},
        {**common, "do": "step", **step, "result": "failed", "code": "step-failed"},
        {**common, "do": "step", **implied, "result": "done"},
        {**common, "do": "end", "exit": 0},
    ]
    (run,) = read(tmp_path)
    assert run.head == FULL


def test_the_first_problem_of_a_log_is_the_one_that_is_told(tmp_path: Path) -> None:
    class Odd(FullLog):
        def append(self, line: str, *, sync: bool) -> None:
            if self._left == 0:
                self._left -= 1
                raise OSError("a reason without a number")
            super().append(line, sync=sync)

    audit = audit_in(tmp_path, log=Odd(path_of(tmp_path), 1))
    audit.begin(HEAD)
    audit.end(0)
    assert audit.problem == f"{path_of(tmp_path)}: a reason without a number"


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    a_run(tmp_path)
    (run,) = read(tmp_path, Wanted(run="0123"))
    assert (run.head, run.begun, run.ended, run.exit_code) == (HEAD, 1000.0, 1000.0, 0)
    assert (run.state, run.done, run.failed, run.left) == (State.COMPLETE, Counts(1, 0, 0), 0, 0)
    (deed,) = run.deeds
    assert (deed.address, deed.kind, deed.verb, deed.result, deed.id) == (
        ("projects.web", "project", "create", "done", "p-1")
    )
    assert [(each.ending, each.status, each.request_id) for each in deed.requests] == [
        ("doubtful", 502, "r-1"),
        ("done", 201, "r-2"),
    ]
    assert {(each.method, each.route) for each in deed.requests} == {("POST", "/projects")}


def test_bodies_queries_reasons_and_notes_are_not_written(tmp_path: Path) -> None:
    a_run(tmp_path)
    assert "canary" not in path_of(tmp_path).read_text()


def test_texts_that_others_wrote_are_cut_when_written_and_when_read(tmp_path: Path) -> None:
    audit = audit_in(tmp_path)
    audit.begin(replace(HEAD, origin=replace(ORIGIN, actor="a" * 1_000_000)))
    audit.sent(Attempt(CREATE, "done", 201, "r" * 1_000_000))
    audit.heard(Ended("projects.web", "project", Verb.CREATE, 1.0, Result.DONE, id="p" * 1_000_000))
    audit.end(0)
    _, *later = path_of(tmp_path).read_text().splitlines()
    assert all(len(each) < 1_500 for each in later)
    (run,) = read(tmp_path, Wanted(run=HEAD.run))
    assert len(run.head.origin.actor) == 4096
    assert len(render_run(run, colour=False)) < 10_000


def test_a_step_with_calls_without_end_takes_no_time_without_end(tmp_path: Path) -> None:
    """Each call copied those before it: 40,000 lines took 11 s."""
    audit = audit_in(tmp_path)
    audit.begin(HEAD)
    audit.sent(Attempt(CREATE, "done", 201, "r-1"))
    begin, call = path_of(tmp_path).read_text().splitlines()
    path_of(tmp_path).write_text(f"{begin}\n" + f"{call}\n" * 2_000)
    (run,) = read(tmp_path, Wanted(run=HEAD.run))
    assert len(run.deeds[0].requests) == 1_000


def test_what_is_secret_is_taken_out_of_what_others_wrote(tmp_path: Path) -> None:
    def hide(value: Any) -> Any:
        return json.loads(json.dumps(value).replace("the move", "(hidden)"))

    Audit(Log(path_of(tmp_path)), HEAD.run, lambda: 1.0, hide).begin(HEAD)
    (run,) = read(tmp_path)
    assert run.head.waivers[0].reason == "(hidden)"


def test_the_first_and_the_last_line_are_synced_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []

    def fsync(handle: int) -> None:
        if stat.S_ISREG(os.fstat(handle).st_mode):
            synced.append(json.loads(path_of(tmp_path).read_text().splitlines()[-1])["do"])

    monkeypatch.setattr(os, "fsync", fsync)
    a_run(tmp_path)
    assert synced == ["begin", "end"]


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "audit"
    a_run(folder)
    assert stat.S_IMODE(path_of(folder).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("what", ["link", "pipe", "folder", "second name"])
def test_what_is_no_file_of_its_own_is_neither_written_nor_read(tmp_path: Path, what: str) -> None:
    folder, other = tmp_path / "audit", tmp_path / "other"
    folder.mkdir()
    other.write_text("untouched")
    path = path_of(folder)
    if what == "link":
        path.symlink_to(other)
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    else:
        path.hardlink_to(other)
    with pytest.raises(AuditFailed, match=path.name):
        audit_in(folder).begin(HEAD)
    assert other.read_text() == "untouched"
    found = read_history(folder, Wanted(), NOBODY)
    assert found.runs == ()
    assert "cannot be read" in found.wrong[path.name]


def test_a_folder_that_is_not_there_holds_no_runs_and_one_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    assert read_history(tmp_path / "nowhere", Wanted(), NOBODY) == History((), {})
    (tmp_path / "file").touch()
    assert read_history(tmp_path / "file", Wanted(), NOBODY).wrong == {"": "it cannot be read: Not a directory"}


def test_a_disk_that_is_full_stops_the_beginning_and_nothing_later(tmp_path: Path) -> None:
    with pytest.raises(AuditFailed, match="No space left"):
        audit_in(tmp_path, log=FullLog(path_of(tmp_path), 0)).begin(HEAD)
    audit = audit_in(tmp_path, log=FullLog(path_of(tmp_path), 2))
    audit.begin(HEAD)
    audit.sent(Attempt(CREATE, "done", 201, "r-1"))
    assert not audit.problem
    audit.heard(Ended("projects.web", "project", Verb.CREATE, 1.0, Result.DONE))
    audit.end(0)
    assert "No space left" in audit.problem
    (run,) = read(tmp_path)
    assert (run.state, run.left) == (State.CUT_OFF, 1)


def test_calls_of_no_step_are_nobodys_deed_and_reads_are_no_deed(tmp_path: Path) -> None:
    audit = audit_in(tmp_path)
    audit.begin(HEAD)
    audit.sent(Attempt(Call("POST", "/projects", "/projects"), "done", 201))
    audit.sent(Attempt(Call("GET", "/projects", "/projects", step="projects.web:create"), "done", 200))
    audit.end(0)
    assert len(path_of(tmp_path).read_text().splitlines()) == 2


def test_a_log_is_read_whole_however_long_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST_BYTES", 10)
    for number in range(5):
        a_run(tmp_path, f"{number:012}", 1000.0 + number)
    assert [each.head.run for each in read(tmp_path)] == [f"{number:012}" for number in (4, 3, 2, 1, 0)]


def test_a_run_without_an_end_is_cut_off_or_under_way(tmp_path: Path) -> None:
    a_run(tmp_path, ended=False)
    assert read(tmp_path)[0].state is State.CUT_OFF
    there = Machine("build-3", lambda pid, at: (pid, at) == (4, 1000.0))
    assert read(tmp_path, machine=there)[0].state is State.UNDER_WAY
    assert read(tmp_path, machine=Machine("elsewhere", lambda _pid, _at: True))[0].state is State.UNKNOWN
    assert this_machine() == Machine(os.uname().nodename, was_there)


@pytest.mark.parametrize(
    ("code", "state"),
    [(0, "complete"), (4, "incomplete"), (130, "interrupted"), (143, "interrupted"), (1, "failed"), (3, "failed")],
)
def test_the_exit_code_says_how_a_run_ended(tmp_path: Path, code: int, state: str) -> None:
    audit = audit_in(tmp_path)
    audit.begin(HEAD)
    audit.end(code)
    assert read(tmp_path)[0].state == state


BEGIN = {"at": 1.0, "run": "f" * 12, "do": "begin", "format": 1, "stack": "web"}


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "null",
        "[" * 100_000,
        json.dumps({**BEGIN, "do": "dance"}),
        json.dumps({**BEGIN, "at": "soon"}),
        json.dumps({**BEGIN, "at": float("nan")}),
        json.dumps({**BEGIN, "at": float("inf")}),
        json.dumps({**BEGIN, "at": 1e300}),
        json.dumps({**BEGIN, "at": -1}),
        json.dumps({**BEGIN, "run": 7}),
        json.dumps({**BEGIN, "run": HEAD.run}),  # would take the place of one that is there
        json.dumps({**BEGIN, "stack": ["web"]}),
        json.dumps({**BEGIN, "format": 2}),
        json.dumps({**BEGIN, "origin": "me"}),
        json.dumps({**BEGIN, "origin": {"commit_from": "a friend"}}),
        json.dumps({**BEGIN, "plan": {"add": "many"}}),
        json.dumps({**BEGIN, "pid": float("inf")}),
        json.dumps({**BEGIN, "targets": "all"}),
        json.dumps({**BEGIN, "waivers": [7]}),
        json.dumps({"at": 1.0, "run": "a stranger", "do": "end", "exit": 0}),
        json.dumps({"at": 1.0, "run": HEAD.run, "do": "end"}),
        json.dumps({"at": 1.0, "run": HEAD.run, "do": "step", "address": 7}),
        json.dumps({"at": 1.0, "run": HEAD.run, "do": "call", "address": "a", "status": "x"}),
    ],
)
def test_lines_that_no_run_writes_are_passed_over_and_told(tmp_path: Path, line: str) -> None:
    a_run(tmp_path)
    with path_of(tmp_path).open("a") as file:
        file.write(f"{line}\n")
    found = read_history(tmp_path, Wanted(run=HEAD.run), NOBODY)
    assert found.wrong == {path_of(tmp_path).name: "1 of its lines are none that a run of this version writes"}
    (run,) = found.runs
    assert (run.head, run.state, len(run.deeds)) == (HEAD, State.COMPLETE, 1)


def test_a_line_that_was_cut_off_costs_no_other(tmp_path: Path) -> None:
    a_run(tmp_path, "0" * 12)
    path_of(tmp_path).write_bytes(path_of(tmp_path).read_bytes()[:-7])
    a_run(tmp_path, "1" * 12, 2000.0)
    assert [each.state for each in read(tmp_path)] == [State.COMPLETE, State.CUT_OFF]


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("projects.web", 3),
        ("projects.web.devices.a", 2),
        ("projects.web.devices.a[1]", 1),
        ("projects.we", 0),
        ("projects.web.devices.a[", 0),
        ("id-1", 1),
        ("id-", 0),
    ],
)
def test_an_address_is_asked_for_with_what_is_in_it_and_an_object_by_its_id(
    tmp_path: Path, what: str, found: int
) -> None:
    audit = audit_in(tmp_path)
    audit.begin(HEAD)
    for number, address in enumerate(("projects.web", "projects.web.devices.a[0]", "projects.web.devices.a[1]")):
        audit.heard(Ended(address, "thing", Verb.CREATE, 0.0, Result.DONE, id=f"id-{number}"))
    assert sum(len(each.deeds) for each in read(tmp_path, Wanted(what=what))) == found


HOSTILE = "\x1b[2J::set-env name=a::b\n##[error]x\u202e\r<b>`"


def test_foreign_texts_do_nothing_in_any_form(tmp_path: Path) -> None:
    origin = Origin(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, None, HOSTILE)
    lifted = Lifted(HOSTILE, HOSTILE, HOSTILE, (HOSTILE,))
    head = replace(HEAD, origin=origin, waivers=(lifted,), targets=(HOSTILE,), replace=(HOSTILE,), api=HOSTILE)
    audit = audit_in(tmp_path)
    audit.begin(head)
    audit.sent(Attempt(replace(CREATE, step=f"{HOSTILE}:create"), HOSTILE, 200, HOSTILE))
    audit.heard(Ended(HOSTILE, HOSTILE, Verb.CREATE, 0.0, Result.FAILED, id=HOSTILE))
    audit.end(4)
    lines = path_of(tmp_path).read_text().splitlines()
    assert len(lines) == 4
    assert all(each.isascii() for each in lines)
    runs = read(tmp_path, Wanted(run=HEAD.run))
    assert runs[0].head == head
    for text in (
        render_runs(runs, 0, colour=False),
        render_run(runs[0], colour=False),
        render_deeds(runs, 0, colour=False),
    ):
        assert not any(each in text for each in ("\x1b", "\r", "\u202e", "##["))
        assert not any(each.lstrip().startswith("::") for each in text.splitlines())
    assert history_document(runs, 1, steps=True, tool_version="1")["runs"][0]["who"]["actor"] == HOSTILE
