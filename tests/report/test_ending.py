"""How a run ended, as a comment, as JSON and as SARIF."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.diagnostics import error
from reconciler.model.event import Ended, Remains, Report, Result
from reconciler.model.kind import Verb
from reconciler.model.plan import Counts
from reconciler.report.ending import Ending, State, ending_document
from reconciler.report.markdown.run import render_ending
from reconciler.report.markdown.text import LIMIT
from tests.report.test_junit import BLAMED, ENDED
from tests.report.test_markdown import MARKUP, SAMPLE, seen_by_a_code_host, shown


def comment(ending: Ending) -> str:
    text = render_ending(ending, lambda text: text)
    assert len(text.encode()) + text.count("\n") < LIMIT
    return text


def report(**more: Any) -> Report:
    return Report(**{"operation": "apply", "counts": Counts(1), "ended": ENDED, **more})


@pytest.mark.parametrize(
    ("ending", "state"),
    [
        (Ending("apply"), State.UNFINISHED),
        (Ending("apply", findings=(BLAMED,)), State.REFUSED),
        (Ending("apply", report=report(ended=())), State.COMPLETE),
        (Ending("apply", report=report()), State.INCOMPLETE),
        (Ending("apply", report=report(interrupted=True)), State.INTERRUPTED),
        (Ending("apply", report=report(ended=()), findings=(BLAMED,)), State.INCOMPLETE),
    ],
)
def test_a_run_is_in_one_state(ending: Ending, state: State) -> None:
    assert ending.state is state
    assert ending_document(ending, tool_version="1")["state"] == state.value


def test_the_comment_says_what_failed_and_how_to_go_on_before_any_fold() -> None:
    text = shown(comment(Ending("apply", "edge", report())))
    assert text.startswith(
        "<!-- reconciler:apply:edge -->\n### Apply of stack `edge`\n\n**Apply incomplete. Resources:"
    )
    assert "error[api]: no more VLANs" in text
    assert "**Skipped, because something they need failed: 1**\n\n- `create projects.edge.devices.c`\n" in text
    assert "**Interrupted; the next run finds out how they ended: 1**" in text
    assert "remove the cause and run the same command again" in text


def test_a_run_that_has_begun_says_what_it_is_called_in_its_history() -> None:
    assert comment(Ending("apply", "edge", report(), run="f00")).endswith("\n\nRun `f00` in `reconciler history`.\n")
    assert "history" not in comment(Ending("apply", "edge", findings=(BLAMED,)))
    assert ending_document(Ending("apply", run="f00"), tool_version="1")["run"] == "f00"
    assert ending_document(Ending("apply"), tool_version="1")["run"] is None


def test_the_comment_of_a_good_run_has_steps_and_outputs_in_folds() -> None:
    outputs = {"address": "192.0.2.1", "md5": "canary-1"}
    text = comment(Ending("apply", "edge", report(ended=ENDED[:1], outputs=outputs, secret_outputs=frozenset({"md5"}))))
    assert "**Apply complete! Resources: 1 added, 0 changed, 0 destroyed.**" in text
    assert "address = " in text
    assert "projects.edge.vlans.a: Creation complete after 1s [id=v-1]" in text
    assert "canary-1" not in text


def test_a_run_that_was_killed_is_told_as_such() -> None:
    text = comment(Ending("destroy"))
    assert "**Destroy has not ended: it is under way, or was killed.**" in text
    assert "error[unfinished]" in text
    assert "run the same command again" in text


def test_a_refusal_says_that_nothing_was_changed() -> None:
    text = comment(Ending("apply", "edge", findings=(error("deletes-rail", "too many"),)))
    assert "**Apply refused. Nothing was changed.**" in text
    assert "error[deletes-rail]: too many" in text


def test_the_document_has_every_step() -> None:
    remains = (Remains("projects.edge.vlans.a", "vlan", "v-1", "in use"),)
    document = ending_document(Ending("apply", "edge", report(remains=remains)), tool_version="1.0")
    assert [(each["address"], each["result"]) for each in document["steps"]] == [
        (each.address, each.result.value) for each in ENDED
    ]
    assert document["steps"][1]["reason"] == "422"
    assert document["remains"] == [
        {"address": "projects.edge.vlans.a", "type": "vlan", "id": "v-1", "reason": "in use"}
    ]
    assert [each["code"] for each in document["diagnostics"]] == ["api"]
    assert document["summary"] == {"add": 1, "change": 0, "destroy": 0}
    json.dumps(document)


@pytest.mark.parametrize("word", ["x", "日", "🙂", "`"])
def test_the_limit_holds_whatever_a_run_has_met(word: str) -> None:
    found = [error("x", word * 5000, hint=f"{word * 9000}\n" * 30) for _ in range(40)]
    ended = [
        Ended(word * 300, "vlan", Verb.CREATE, 1.0, result, reason=word * 900, diagnostic=each)
        for each in found
        for result in Result
    ]
    remains = tuple(Remains(word * 400, "vlan", "v-1", word * 400) for _ in range(900))
    text = comment(
        Ending("apply", "edge", report(ended=tuple(ended * 9), remains=remains, outputs={"x": word * 90_000}))
    )
    assert "**Apply incomplete." in text
    assert "What is done stays done." in text


@pytest.mark.parametrize("payload", [*MARKUP[::2], *SAMPLE[::4]], ids=lambda text: ascii(text)[:40])
def test_foreign_text_stays_inside_the_code_that_shows_it(payload: str) -> None:
    def hostile(word: str) -> str:
        found = error(word, word, address=word, hint=word)
        ended = tuple(
            Ended(word, word, Verb.CREATE, 1.0, each, id=word, reason=word, diagnostic=found) for each in Result
        )
        remains = (Remains(word, word, word, word),)
        return comment(Ending("apply", "edge", report(ended=ended, remains=remains, outputs={word: word})))

    text = hostile(payload)
    assert seen_by_a_code_host(text) == seen_by_a_code_host(hostile("plain"))
    assert text.count("<!--") == 1
