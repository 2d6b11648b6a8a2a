"""The page of a run, judged by a parser that reads as browsers do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.diagnostics import error
from reconciler.model.event import Ended, Remains, Report, Result
from reconciler.model.kind import Verb
from reconciler.model.plan import Counts, Step
from reconciler.report.ending import Ending
from reconciler.report.html.run import render_run
from reconciler.report.html.timeline import DRAWN
from reconciler.report.markdown.run import render_ending
from reconciler.report.scrub import SENSITIVE, Scrubber
from reconciler.secret import Secret
from reconciler.values import parse_address
from tests.campaigns.payloads import PAYLOADS
from tests.report.test_html_page import facts, found, only, parsed, words
from tests.report.test_junit import BLAMED, ENDED


def step(address: str, *requires: str, verb: Verb = Verb.CREATE) -> Step:
    return Step(f"{address}:{verb}", parse_address(address), verb, "vlan", "POST /x", requires)


def done(address: str, began: float, at: float, **more: Any) -> Ended:
    return Ended(address, "vlan", Verb.CREATE, at, Result.DONE, at - began, **more)


def ending(*ended: Ended, steps: tuple[Step, ...] = (), **more: Any) -> Ending:
    return Ending("apply", "edge", Report("apply", Counts(len(ended)), ended, **more), steps=steps)


def page(of: Ending) -> Any:
    return parsed(render_run(of, lambda text: text))


def chain(of: Ending) -> list[str]:
    """The steps in bold, from top to bottom."""
    rows = [each for each in found(page(of), "g.critical") if "critical" in each.get("class", "")]
    return [words(found(each, "text")[0]) for each in rows]


A, B, C, JOIN = (f"projects.edge.vlans.{each}" for each in "abcj")


def test_of_a_good_run_it_says_how_long_it_took_and_for_what() -> None:
    tree = page(ending(done(A, 0, 2), done(B, 2, 92), steps=(step(A), step(B, f"{A}:create"))))
    assert words(only(tree, ".counts")) == "Apply complete! Resources: 2 added, 0 changed, 0 destroyed."
    assert facts(only(tree, "header")) == {
        "Took": "1m32s", "Steps": "2 done", "Waited for": f"1m30s of it for create {B}",
    }  # fmt: skip
    assert not found(tree, "#warnings")


def test_the_chain_that_the_end_waited_for_is_in_bold() -> None:
    steps = (step(A), step(B), step(C, f"{A}:create", f"{B}:create"))
    assert chain(ending(done(A, 0, 1), done(B, 0, 5), done(C, 5, 6), steps=steps)) == [f"create {B}", f"create {C}"]
    slow_beside = (step(A), step(B), step(C, f"{A}:create"))
    assert chain(ending(done(A, 0, 1), done(B, 0, 9), done(C, 1, 2), steps=slow_beside)) == [f"create {B}"]


def test_the_chain_goes_through_joins() -> None:
    joined = replace(step(JOIN, f"{A}:create", f"{B}:create", verb=Verb.JOIN), id="join")
    run = ending(done(A, 0, 4), done(B, 0, 3), done(C, 4, 5), steps=(step(A), step(B), joined, step(C, "join")))
    assert chain(run) == [f"create {A}", f"create {C}"]


def test_bars_stand_where_their_time_is() -> None:
    tree = page(ending(done(A, 0, 10), done(B, 10, 20)))
    first, second = ([int(found(each, "rect")[0].get(key, "")) for key in ("x", "width")] for each in found(tree, "g"))
    assert first[0] + first[1] == second[0]
    assert first[1] == second[1] > 100


@pytest.mark.parametrize("end", [0.0, 0.4, 7, 100, 5000, 1e5, 1e8])
def test_the_scale_has_a_handful_of_marks_whatever_a_run_takes(end: float) -> None:
    marks = [words(each) for each in found(page(ending(done(A, 0, end))), "text.mark")]
    assert 1 <= len(marks) <= 9
    assert len(set(marks)) == len(marks)


def test_what_failed_and_what_was_not_done_comes_first() -> None:
    tree = page(ending(*ENDED))
    assert [each.get("id") for each in found(tree, "section")] == [
        "warnings", "skipped", "interrupted", "times", "steps",
    ]  # fmt: skip
    assert "no more VLANs" in words(only(tree, "#warnings"))
    assert words(only(tree, "#skipped")).endswith("create projects.edge.devices.c")
    assert "remove the cause and run the same command again" in words(only(tree, ".risk"))
    assert facts(only(tree, "header"))["Steps"] == "1 done, 1 failed, 1 skipped, 1 interrupted"
    told = [words(found(each, ".took")[0]) for each in found(tree, "g")]
    assert told == ["1s", "failed, 2s", "interrupted, 0s"]


def test_what_a_destroy_left_is_named() -> None:
    tree = page(ending(remains=(Remains(A, "vlan", "v-1", "in use"),)))
    assert words(only(tree, "#remains")) == f"Still there after the destroy (1){A} (vlan v-1): in use"


@pytest.mark.parametrize(
    ("of", "says"),
    [
        (Ending("apply"), "Apply has not ended: it is under way, or was killed."),
        (Ending("destroy", "edge", findings=(BLAMED,)), "Destroy refused. Nothing was changed."),
    ],
)
def test_a_run_that_did_not_come_to_its_end_is_told_as_such(of: Ending, says: str) -> None:
    tree = page(of)
    assert words(only(tree, ".counts")) == says
    assert found(tree, "#warnings")
    assert not found(tree, "#times")


def test_of_very_many_steps_the_longest_are_drawn_and_all_are_listed() -> None:
    ended = [done(f"projects.edge.vlans.v{each}", 0, 1 + each % 7) for each in range(DRAWN + 100)]
    tree = page(ending(*ended))
    assert len(found(tree, "g")) == DRAWN
    assert "The 100 shortest are not drawn; the list has them." in words(only(tree, "#times"))
    assert len(found(only(tree, "#steps"), "tr")) == DRAWN + 101


def hostile(payload: str) -> Ending:
    problem = error("api", payload, address=payload, hint=payload, excerpt=payload)
    ended = (
        Ended(payload, payload, Verb.CREATE, 1.0, Result.FAILED, 1.0, payload, payload, problem),
        Ended(payload, payload, Verb.DELETE, 1.0, Result.SKIPPED, reason=payload),
    )
    report = Report(
        "apply", Counts(), ended, {payload: payload}, remains=(Remains(payload, payload, payload, payload),)
    )
    return Ending("apply", payload, report)


def shape(of: Ending) -> list[tuple[str, tuple[str, ...]]]:
    return [(str(each.tag), tuple(sorted(each.attrib))) for each in page(of).iter()]


def test_foreign_text_is_text_and_nothing_more() -> None:
    harmless = shape(hostile("harmless"))
    for payload in PAYLOADS[::5]:
        made = render_run(hostile(payload), lambda text: text)
        assert made.isascii()
        assert shape(hostile(payload)) == harmless, payload


def test_secrets_are_hidden_also_where_a_name_is_cut() -> None:
    secret = "canary-" * 12
    made = render_run(hostile(f"x{secret}y"), Scrubber([Secret(secret)]).text)
    assert "canary" not in made
    assert SENSITIVE in made


def test_a_secret_output_is_not_shown() -> None:
    tree = page(ending(done(A, 0, 1), outputs={"a": "open", "b": "canary"}, secret_outputs=frozenset({"b"})))
    assert facts(only(tree, "#outputs")) == {"a": '"open"', "b": SENSITIVE}


def test_checks_of_what_was_not_changed_are_in_no_list() -> None:
    unasked = Ended(A, "vlan", Verb.CHECK, 1.0, Result.SKIPPED, reason="it needs b")
    tree = page(ending(unasked))
    assert not found(tree, "#skipped")
    assert A not in render_ending(ending(unasked), lambda text: text).partition("<details>")[0]
