"""What is new since the last report, and what the file that remembers it holds."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.app.last_report import read_record, write_record
from reconciler.diagnostics import Place, error, warning
from reconciler.model.look import Look, Looked, NotLooked
from reconciler.model.plan import Action, Change, FieldChange, Stranger
from reconciler.report.drift import render_drift, render_total
from reconciler.report.drift_json import drift_document, drift_documents
from reconciler.review.news import Report, news_of, record_of, report_of
from tests.report import samples

LATER = datetime(2019, 11, 18, tzinfo=UTC)
UNREADABLE = NotLooked("edge", "stack.yaml", (error("api", "a list could not be read"),), 1)


def looked(*changes: Change, **more: object) -> Looked:
    return samples.looked(samples.plan(*changes, **more))


def after(first: Look, second: Look) -> Report:
    """The report of a second look, where the first one was reported."""
    return report_of([second], record_of([first], samples.AT, None))


def secret(live: str) -> Change:
    field = FieldChange(("md5",), live, "canary-wanted", secret=True)
    return samples.change("projects.edge.bgp_config", "bgp_config", Action.UPDATE, fields=(field,))


def renamed(live: str) -> Change:
    field = FieldChange(("hostname",), live, "web")
    return samples.change("projects.edge.devices.web", "device", Action.UPDATE, fields=(field,))


def test_the_same_findings_repeat_the_last_report() -> None:
    plan = samples.everything()
    assert after(samples.looked(plan), Looked(plan, LATER, "stack.yaml")).repeats


def test_the_first_report_repeats_nothing_even_where_there_is_nothing_to_tell() -> None:
    assert not report_of([looked()], None).repeats
    assert not report_of([looked()], {}).repeats
    assert after(looked(), looked()).repeats


def test_new_still_there_and_gone_are_told_apart_in_text_and_json() -> None:
    report = after(looked(samples.delete(), samples.create()), looked(samples.create(), renamed("by-hand")))
    (news,) = report.news
    assert not report.repeats
    text = render_drift(report.looks[0], colour=False, news=news)  # type: ignore[arg-type]
    assert "  # projects.edge.devices.web has changed (new)\n" in text
    assert "is missing (device)\n" in text
    assert "Since the last report: 1 new, 1 still there, 1 gone.\n" in text
    assert "  no longer: projects.edge.vlans.old is unexpected\n" in text
    document = drift_document(report.looks[0], tool_version="1", news=news)
    assert {each["address"]: each["since"] for each in document["resources"]} == {
        "projects.edge.devices.web": "new",
        "projects.edge.devices.web[0]": "still",
    }
    assert document["since"] == {
        "reported_at": "2019-11-17T14:13:20Z",
        "new": 1,
        "still": 1,
        "gone": ["projects.edge.vlans.old is unexpected"],
    }


def test_another_value_of_the_same_field_is_new() -> None:
    assert not after(looked(renamed("a")), looked(renamed("b"))).repeats
    assert after(looked(renamed("a")), looked(renamed("a"))).repeats


def test_a_secret_is_in_no_digest() -> None:
    assert record_of([looked(secret("a"))], LATER, None) == record_of([looked(secret("b"))], LATER, None)


def test_a_stranger_and_a_warning_are_findings_and_a_price_an_age_and_a_note_are_not() -> None:
    here = Stranger("device", "s-1", "x")
    assert not after(looked(), looked(strangers=(here,))).repeats
    dear = Stranger("device", "s-1", "x", billed=True, made_by="Ada")
    assert after(looked(strangers=(here,)), looked(strangers=(dear,))).repeats
    assert not after(looked(), looked(diagnostics=(warning("ends-by-itself", "soon"),))).repeats


def test_a_line_that_has_moved_is_no_news_and_a_second_warning_is() -> None:
    def told(*lines: int) -> Look:
        places = [Place("stack.yaml", each) for each in lines]
        found = [warning("waiver-expired", "it is over", place=each) for each in places]
        return looked(diagnostics=tuple(found))

    assert after(told(7), told(8)).repeats
    report = after(told(7), told(7, 9))
    assert report.news[0] is not None
    assert report.news[0].new == {"stack.yaml: waiver-expired"}


def test_of_what_could_not_be_looked_at_nothing_has_gone_and_what_was_known_is_kept() -> None:
    known = record_of([looked(renamed("a"))], samples.AT, None)
    report = report_of([UNREADABLE], known)
    (news,) = report.news
    assert news is not None
    assert (len(news.new), news.gone) == (1, ())
    failed = record_of([UNREADABLE], LATER, known)
    assert report_of([UNREADABLE], failed).repeats
    back = news_of(looked(renamed("a")), failed)
    assert back is not None
    assert (back.new, back.still, back.gone) == (frozenset(), 1, ("it could not be looked at (api)",))


def test_a_stack_that_is_gone_from_the_repository_is_told_once() -> None:
    both = record_of([looked(), Looked(samples.plan(), samples.AT, "old.yaml")], samples.AT, None)
    report = report_of([looked()], both, whole=True)
    assert not report.repeats
    assert render_total(report).endswith("\nNo longer there: old.yaml\n")
    assert drift_documents(report, tool_version="1")["dropped"] == ["old.yaml"]
    assert report_of([looked()], record_of(report.looks, LATER, both), whole=True).repeats


def test_the_file_is_read_by_its_owner_only_and_holds_no_value(tmp_path: Path) -> None:
    path = tmp_path / "drift.json"
    record = record_of([looked(renamed("canary-live"), secret("canary-secret")), UNREADABLE], samples.AT, None)
    write_record(path, record)
    assert read_record(path) == record
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "canary" not in path.read_text()


def test_a_link_in_its_place_is_replaced_and_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("kept")
    path = tmp_path / "drift.json"
    path.symlink_to(other)
    write_record(path, {})
    assert (other.read_text(), path.is_symlink()) == ("kept", False)


def test_a_damaged_file_is_either_understood_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "drift.json"
    write_record(path, record_of([looked(renamed("a"))], samples.AT, None))
    text = path.read_text()
    refusals = 0
    for cut in range(0, len(text), 11):
        for put in ("", "{", "[]", "null", '"', "\x00", "9" * 5000):
            path.write_text(text[:cut] + put + text[cut:] if put else text[:cut])
            try:
                assert read_record(path) is not None
            except ValueError:
                refusals += 1
    assert refusals > len(text) // 4


def test_half_a_pair_of_surrogates_in_a_warning_is_a_text_as_any() -> None:
    """JSON can hold one, and it was told as a bug of the tool."""
    found = looked(diagnostics=(warning("lookalike", "volume a\ud83d looks like another one"),))
    before = record_of([found], samples.AT, None)
    assert report_of([found], before).repeats
    other = looked(diagnostics=(warning("lookalike", "volume a\ud83c looks like another one"),))
    assert not report_of([other], before).repeats


def test_what_is_no_record_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "drift.json"
    for text in (
        "",
        "[]",
        "[" * 100_000,
        json.dumps({"format": 2, "stacks": {}}),
        json.dumps({"format": 1, "stacks": []}),
    ):
        path.write_text(text)
        with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, all is reported
            read_record(path)


def test_no_file_is_no_last_report(tmp_path: Path) -> None:
    assert read_record(tmp_path / "none.json") is None
