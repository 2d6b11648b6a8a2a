"""The journal: written before a create is sent, believed only where it says that all is settled, and never needed."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from reconciler.app import Options, Stop, apply_plan, must_settle
from reconciler.app.journal import FRESH_SECONDS, FileJournal, Log
from reconciler.model.event import Report, Result
from reconciler.model.journal import Answered, Intent, Journal, JournalFailed
from tests.acceptance.stacks import WEB
from tests.worlds.account import TOKEN, Account
from tests.worlds.running import carry_out, plan, read

INTENT = Intent("projects.web", "project", "12345678")


class FullLog(Log):
    """A disk with room for so many lines."""

    def __init__(self, path: Path, lines: int) -> None:
        super().__init__(path)
        self._left = lines

    def append(self, line: str, *, sync: bool) -> None:
        if self._left == 0:
            raise OSError(28, "No space left on device")
        self._left -= 1
        super().append(line, sync=sync)


def opened(folder: Path, now: float = 1000.0) -> FileJournal:
    return FileJournal(Log(folder / "journal" / "web.jsonl"), lambda: now)


def run_with(account: Account, journal: Journal) -> Report:
    stack = read(account, WEB)
    return apply_plan(
        plan(account, stack),
        account.client,
        parallelism=1,
        listen=lambda _: None,
        stop=Stop(),
        clock=account.clock,
        rng=account.rng,
        journal=journal,
    )


def ended_in_order(folder: Path, now: float = 1000.0) -> None:
    journal = opened(folder, now)
    journal.begin("web")
    journal.intend(INTENT)
    journal.answered(INTENT.address, Answered.OK, "id-1")
    journal.seen(INTENT.address, "id-1")
    journal.end()


def test_without_a_journal_nothing_is_settled(tmp_path: Path) -> None:
    assert opened(tmp_path).unsettled
    assert Journal().unsettled


def test_after_a_run_that_ended_in_order_all_is_settled_for_an_hour(tmp_path: Path) -> None:
    ended_in_order(tmp_path)
    assert not opened(tmp_path).unsettled
    assert not opened(tmp_path, 1000.0 + FRESH_SECONDS).unsettled
    assert opened(tmp_path, 1001.0 + FRESH_SECONDS).unsettled


def test_a_clock_that_went_back_settles_nothing(tmp_path: Path) -> None:
    ended_in_order(tmp_path)
    assert opened(tmp_path, 999.0).unsettled


@pytest.mark.parametrize("steps", range(4))
def test_a_run_that_was_killed_leaves_it_unsettled(tmp_path: Path, steps: int) -> None:
    ended_in_order(tmp_path)
    journal = opened(tmp_path)
    journal.begin("web")
    if steps > 0:
        journal.intend(INTENT)
    if steps > 1:
        journal.answered(INTENT.address, Answered.OK, "id-2")
    if steps > 2:
        journal.seen(INTENT.address, "id-2")
    assert opened(tmp_path).unsettled


def test_what_no_list_has_shown_stays_open_though_the_run_ended(tmp_path: Path) -> None:
    for how, settled in ((Answered.OK, False), (Answered.UNKNOWN, False), (Answered.REJECTED, True)):
        journal = opened(tmp_path)
        journal.begin("web")
        journal.intend(INTENT)
        journal.answered(INTENT.address, how, "id")
        journal.end()
        assert opened(tmp_path).unsettled is not settled


def test_a_line_that_was_cut_off_settles_nothing_and_is_mended(tmp_path: Path) -> None:
    ended_in_order(tmp_path)
    path = tmp_path / "journal" / "web.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    assert opened(tmp_path).unsettled
    ended_in_order(tmp_path)
    assert not opened(tmp_path).unsettled
    assert all(line.endswith("}") for line in path.read_text().splitlines()[-5:])


def test_a_create_is_on_the_disk_before_it_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal" / "web.jsonl"
    synced: list[str] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        synced.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else path.read_text().splitlines()[-1])
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    journal = opened(tmp_path)
    journal.begin("web")
    journal.intend(INTENT)
    assert synced[0] == "folder"
    assert [json.loads(each)["do"] for each in synced[1:]] == ["intend"]


def test_a_create_in_doubt_that_never_showed_leaves_the_journal_open(account: Account) -> None:
    """It may come through after the run: the next one has to wait for it."""
    rule = {"method": "POST", "route": "/projects", "times": None, "kind": "late_commit", "seconds": 120}
    account.faults([rule])
    log = Log(account.folder / "web.jsonl")
    assert not run_with(account, FileJournal(log, account.clock.wall)).complete
    lines = [json.loads(line) for line in log.text().splitlines()]
    assert [each["how"] for each in lines if each["do"] == "answered"] == ["unknown"] * 3
    assert lines[-1]["do"] == "end"
    assert FileJournal(log, account.clock.wall).unsettled


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    ended_in_order(tmp_path)
    path = tmp_path / "journal" / "web.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("what", ["link", "pipe", "folder", "second name"])
def test_what_is_no_file_of_its_own_is_not_written_to(tmp_path: Path, what: str) -> None:
    path = tmp_path / "journal" / "web.jsonl"
    path.parent.mkdir()
    other = tmp_path / "other"
    other.write_text("untouched")
    if what == "link":
        path.symlink_to(other)
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    else:
        path.hardlink_to(other)
    journal = opened(tmp_path)
    assert journal.unsettled
    with pytest.raises(JournalFailed):
        journal.begin("web")
    assert other.read_text() == "untouched"


def test_an_apply_writes_down_each_create_before_and_after(account: Account) -> None:
    log = Log(account.folder / "web.jsonl")
    report = run_with(account, FileJournal(log, account.clock.wall))
    assert report.complete
    lines = [json.loads(line) for line in log.text().splitlines()]
    created = [each.address for each in report.ended if each.result is Result.DONE and each.verb == "create"]
    for address in created:
        assert [each["do"] for each in lines if each.get("address") == address] == ["intend", "answered", "seen"]
    assert (lines[0]["do"], lines[-1]["do"]) == ("begin", "end")
    assert not FileJournal(log, account.clock.wall).unsettled


def test_nothing_is_sent_when_the_journal_cannot_be_written(account: Account) -> None:
    """F14: a full disk before the POST."""
    report = run_with(account, FileJournal(FullLog(account.folder / "web.jsonl", 2), account.clock.wall))
    assert [each for each in account.ledger() if each["method"] == "POST"] == []
    (failed,) = [each for each in report.ended if each.result is Result.FAILED]
    assert "nothing was sent" in failed.reason
    assert "No space left" in failed.reason


def test_a_disk_that_fills_up_after_the_answer_loses_nothing(account: Account) -> None:
    report = run_with(account, FileJournal(FullLog(account.folder / "web.jsonl", 3), account.clock.wall))
    posts = [each["route"] for each in account.ledger() if each["method"] == "POST"]
    assert posts == ["/projects"]
    assert not report.complete
    stack = read(account, WEB)
    assert carry_out(account, plan(account, stack)).complete
    assert plan(account, stack).plan.empty


def test_a_plan_that_creates_waits_only_where_something_may_be_under_way(account: Account) -> None:
    stack = read(account, WEB)
    first = plan(account, stack).plan
    settled = FileJournal(Log(account.folder / "web.jsonl"), account.clock.wall)
    assert must_settle(first, Journal(), 10)
    assert not must_settle(first, Journal(), 0)
    assert run_with(account, settled).complete

    def later() -> FileJournal:
        return FileJournal(Log(account.folder / "web.jsonl"), account.clock.wall)

    assert must_settle(first, later(), 10), "lists of another server may not show yet what was made"
    account.clock.sleep(10.1)
    assert not must_settle(first, later(), 10)
    assert not must_settle(plan(account, stack).plan, Journal(), 10), "nothing is created"


def test_a_destroy_waits_for_what_a_run_that_was_cut_off_may_have_made(account: Account) -> None:
    stack = read(account, WEB)
    assert carry_out(account, plan(account, stack)).complete
    destroying = plan(account, stack, Options(destroy=True)).plan
    log = Log(account.folder / "web.jsonl")
    assert not must_settle(destroying, FileJournal(log, account.clock.wall), 10), "nothing is known of another run"
    FileJournal(log, account.clock.wall).begin("web")
    assert must_settle(destroying, FileJournal(log, account.clock.wall), 10)


def test_the_last_look_of_a_destroy_finds_what_came_through_late(account: Account) -> None:
    """F3: an apply was killed with a create under way, and its journal is lost."""
    stack = read(account, WEB.replace("count: 3", "count: 0"))
    assert carry_out(account, plan(account, stack)).complete
    planned = plan(account, stack, Options(destroy=True))
    account.faults([{"method": "POST", "route": "/projects", "kind": "late_commit", "seconds": 8}])
    mark = {"stack": "web", "address": "projects.web"}
    body = json.dumps({"name": "Web", "customdata": {"reconciler": mark}}).encode()
    headers = {"X-Auth-Token": TOKEN, "Content-Type": "application/json"}
    assert account.emulator.handle("POST", "/projects", headers, body).dropped
    report = apply_plan(
        planned,
        account.client,
        listen=lambda _: None,
        stop=Stop(),
        clock=account.clock,
        rng=account.rng,
        quiet_seconds=10,
    )
    assert not report.complete
    assert [each.kind for each in report.remains] == ["project"]


def test_an_object_that_no_list_shows_is_no_success(account: Account) -> None:
    """F6: lists that lag behind for longer than the window."""
    account.call("POST", "/_emulator/settings", {"list_lag_seconds": 60.0})
    stack = read(account, WEB.replace("count: 3", "count: 0"))
    report = carry_out(account, plan(account, stack))
    assert not report.complete
    assert {each.code for each in report.diagnostics} >= {"not-listed"}
    account.clock.sleep(100)
    assert carry_out(account, plan(account, stack)).complete
    posts = [each["route"] for each in account.ledger() if each["method"] == "POST"]
    assert posts.count("/projects") == 1


def test_a_create_that_came_through_late_is_told_and_healed_by_the_next_run(account: Account) -> None:
    """F3: the first POST is committed when the second has long been sent."""
    stack = read(account, WEB.replace("count: 3", "count: 1"))
    account.faults(
        [{"method": "POST", "route": "/projects/{id}/devices", "nth": 1, "kind": "late_commit", "seconds": 11}]
    )
    report = carry_out(account, plan(account, stack))
    account.clock.sleep(30)
    again = plan(account, stack)
    doubles = [each for each in again.plan.pending if each.reason == "duplicate"]
    told = {each.code for each in report.diagnostics} & {"twin"}
    assert doubles or told
    assert carry_out(account, again).complete
    account.clock.sleep(30)
    assert plan(account, stack).plan.empty
    (project,) = account.listed("/projects", "projects")
    assert len(account.listed(f"/projects/{project['id']}/devices", "devices")) == 1
