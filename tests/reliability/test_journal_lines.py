"""What stands in the journal, line by line: an audit log for people, and what the next run reads of it."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from reconciler.app.journal import MOST_BYTES, FileJournal, Log, open_journal
from reconciler.clock import SystemClock
from reconciler.model.journal import Answered, Intent, JournalFailed

WEB = Intent("projects.web", "project", "12345678")
BOX = Intent("projects.web.devices.\u00fcber", "device", "abcdef01")


def journal(folder: Path, now: float = 1000.12345) -> FileJournal:
    return FileJournal(Log(folder / "web.jsonl"), lambda: now)


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "web.jsonl").read_text(encoding="ascii").splitlines()]


def write(folder: Path, *entries: object) -> None:
    text = "".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in entries)
    (folder / "web.jsonl").write_text(text)


def test_each_line_says_when_which_run_and_what(tmp_path: Path) -> None:
    first = journal(tmp_path)
    first.begin("web")
    first.intend(WEB)
    first.answered(WEB.address, Answered.OK, "id-1", "request-1")
    first.seen(WEB.address, "id-1")
    first.intend(BOX)
    first.answered(BOX.address, Answered.UNKNOWN)
    first.owns(3)
    first.end()
    found = lines(tmp_path)
    (run,) = {each.pop("run") for each in found}
    assert {each.pop("at") for each in found} == {1000.123}
    assert found == [
        {"do": "begin", "stack": "web", "pid": os.getpid()},
        {"do": "intend", "address": WEB.address, "kind": "project", "body": "12345678"},
        {"do": "answered", "address": WEB.address, "how": "ok", "id": "id-1", "request": "request-1"},
        {"do": "seen", "address": WEB.address, "id": "id-1"},
        {"do": "intend", "address": BOX.address, "kind": "device", "body": "abcdef01"},
        {"do": "answered", "address": BOX.address, "how": "unknown"},
        {"do": "owns", "count": 3},
        {"do": "end"},
    ]
    assert len(run) == 12
    journal(tmp_path).begin("web")
    assert lines(tmp_path)[-1]["run"] != run


def test_no_entry_is_later_than_who_reads_it_at_once(tmp_path: Path) -> None:
    for part in (0.0001, 0.0004, 0.0006, 0.0009):
        running = journal(tmp_path, 1000.0 + part)
        running.begin("web")
        running.end()
        assert not journal(tmp_path, 1000.0 + part).unsettled


def test_no_journal_is_begun_by_a_run_that_creates_nothing(tmp_path: Path) -> None:
    looking = journal(tmp_path)
    looking.owns(3)
    looking.end()
    assert not (tmp_path / "web.jsonl").exists()


def test_of_several_creates_each_has_to_be_settled(tmp_path: Path) -> None:
    for seen in ((WEB,), (BOX,), (WEB, BOX)):
        running = journal(tmp_path)
        running.begin("web")
        for each in (WEB, BOX):
            running.intend(each)
            running.answered(each.address, Answered.OK, "id")
        for each in seen:
            running.seen(each.address, "id")
        running.end()
        assert journal(tmp_path).unsettled is (len(seen) < 2)
        assert journal(tmp_path).pending is (len(seen) < 2)


def test_how_long_ago_something_was_made_is_known_whatever_lists_have_shown(tmp_path: Path) -> None:
    assert not journal(tmp_path, 1000.0).made_within(99.0)
    running = journal(tmp_path, 1000.0)
    running.begin("web")
    running.end()
    assert not journal(tmp_path, 1000.0).made_within(99.0)
    running.intend(WEB)
    running.answered(WEB.address, Answered.OK, "id")
    running.seen(WEB.address, "id")
    running.end()
    journal(tmp_path, 1005.0).begin("web")
    assert journal(tmp_path, 1010.0).made_within(10.0)
    assert not journal(tmp_path, 1010.1).made_within(10.0)
    assert journal(tmp_path, 900.0).made_within(10.0), "by a clock that was set back"


@pytest.mark.parametrize(
    "last",
    ["[1]", "7", "null", '"at"', '{"do": "end"}', '{"at": "1000", "do": "end"}', '{"at": 1000, "do": "e', "\x00\x00"],
)
def test_a_last_line_that_is_no_entry_settles_nothing(tmp_path: Path, last: str) -> None:
    begun = [{"at": 1000.0, "run": "a", "do": "begin"}, {"at": 1000.0, "run": "a", "do": "end"}]
    write(tmp_path, *begun)
    assert not journal(tmp_path).unsettled
    write(tmp_path, *begun, last)
    assert journal(tmp_path).unsettled
    assert journal(tmp_path).pending
    write(tmp_path, last, *begun)
    assert not journal(tmp_path).unsettled
    write(tmp_path, last)
    assert journal(tmp_path).pending


def test_the_next_run_mends_a_line_that_was_cut_off(tmp_path: Path) -> None:
    for cut in ('{"at": 1000, "do": "e', "{"):
        (tmp_path / "web.jsonl").write_text(cut)
        journal(tmp_path).begin("web")
        torn, begun = (tmp_path / "web.jsonl").read_text().splitlines()
        assert torn == cut
        assert json.loads(begun)["do"] == "begin"
        journal(tmp_path).begin("web")
        assert len((tmp_path / "web.jsonl").read_text().splitlines()) == 3


def test_what_is_not_utf_8_is_passed_over(tmp_path: Path) -> None:
    end = json.dumps({"at": 1000.0, "run": "a", "do": "end"}).encode()
    (tmp_path / "web.jsonl").write_bytes(b"\xff\xfe\n" + end + b"\n")
    assert not journal(tmp_path).unsettled


def test_a_part_of_a_line_is_no_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up within a line: the write is short, and no error."""
    running = journal(tmp_path)
    running.begin("web")
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, content: real(handle, content[:5]))
    with pytest.raises(JournalFailed, match=r"web\.jsonl: only a part of the line could be written"):
        running.intend(WEB)
    monkeypatch.undo()
    assert journal(tmp_path).unsettled


def test_what_cannot_be_written_says_which_file_and_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(handle: int, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "web.jsonl").mkdir()
    with pytest.raises(JournalFailed, match=r"web\.jsonl: .*is"):
        journal(tmp_path).begin("web")
    (tmp_path / "web.jsonl").rmdir()
    monkeypatch.setattr(os, "write", write)
    with pytest.raises(JournalFailed, match=r"web\.jsonl: No space left on device"):
        journal(tmp_path).begin("web")


@pytest.mark.parametrize(("size", "aside"), [(MOST_BYTES, False), (MOST_BYTES + 1, True)])
def test_one_that_grew_large_is_put_aside_and_is_read_till_then(tmp_path: Path, size: int, aside: bool) -> None:
    end = json.dumps({"at": 1000.0, "run": "a", "do": "end"}) + "\n"
    (tmp_path / "web.jsonl").write_text(" " * (size - len(end) - 1) + "\n" + end)
    running = journal(tmp_path)
    assert not running.unsettled
    running.begin("web")
    assert (tmp_path / "web.jsonl.1").exists() is aside
    assert ((tmp_path / "web.jsonl").stat().st_size < 1000) is aside


def test_each_stack_and_each_api_has_its_own(tmp_path: Path) -> None:
    for stack in ("web", "db"):
        for url in ("https://one.example", "https://two.example"):
            assert open_journal(tmp_path, stack, url, SystemClock()).unsettled
            running = open_journal(tmp_path, stack, url)
            running.begin(stack)
            running.end()
            assert not open_journal(tmp_path, stack, url).unsettled
    found = sorted(tmp_path.rglob("*.jsonl"))
    assert [each.name.split("-")[0] for each in found] == ["db", "db", "web", "web"]


def test_a_run_is_called_as_who_opened_the_journal_calls_it(tmp_path: Path) -> None:
    running = open_journal(tmp_path, "web", "https://one.example", run="the-audit-log-says-so")
    running.begin("web")
    (kept,) = tmp_path.rglob("*.jsonl")
    assert json.loads(kept.read_text(encoding="ascii"))["run"] == "the-audit-log-says-so"


def test_without_a_folder_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    running = open_journal(None, "web", "https://one.example")
    running.begin("web")
    running.intend(WEB)
    running.end()
    assert running.unsettled
    assert list(tmp_path.iterdir()) == []


class TestOwned:
    """How much the stack had when its last run ended."""

    def told(self, folder: Path, *counts: int | None, begun: bool = True) -> int | None:
        for count in counts:
            running = journal(folder)
            if begun:
                running.begin("web")
            running.owns(count)
            running.end()
        return journal(folder).owned

    def test_it_is_what_the_last_run_said(self, tmp_path: Path) -> None:
        assert self.told(tmp_path) is None
        assert self.told(tmp_path, 3, 5) == 5
        assert self.told(tmp_path, 0) == 0
        assert self.told(tmp_path, 4, begun=False) == 4

    def test_a_run_that_cannot_tell_makes_it_unknown(self, tmp_path: Path) -> None:
        assert self.told(tmp_path, 5, None) is None
        assert lines(tmp_path)[-2]["count"] == -1

    @pytest.mark.parametrize("count", ["5", None, -7, [5]])
    def test_what_is_no_count_is_unknown(self, tmp_path: Path, count: object) -> None:
        write(tmp_path, {"at": 1.0, "run": "a", "do": "owns", "count": count}, {"at": 1.0, "run": "a", "do": "end"})
        assert journal(tmp_path).owned is None

    def test_it_settles_nothing_by_itself(self, tmp_path: Path) -> None:
        """Only the line of a run that created nothing is left, of a file that was cut at its beginning."""
        write(tmp_path, {"at": 1000.0, "run": "a", "do": "owns", "count": 5})
        assert journal(tmp_path).owned == 5
        assert journal(tmp_path).unsettled
        assert journal(tmp_path).pending

    def test_a_run_after_one_that_ended_leaves_it_settled(self, tmp_path: Path) -> None:
        self.told(tmp_path, 3)
        looking = journal(tmp_path)
        looking.owns(2)
        assert journal(tmp_path).owned == 2
        assert not journal(tmp_path).unsettled
