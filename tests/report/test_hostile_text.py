"""Foreign text on a terminal and in a CI log: shown, never obeyed."""

from __future__ import annotations

import json
import re

import pytest

from reconciler.diagnostics import Place, error
from reconciler.model.event import Noted, Remains, Report
from reconciler.model.plan import Action, Counts, Stranger
from reconciler.report.diagnostics_text import render_diagnostics
from reconciler.report.drift import render_drift
from reconciler.report.drift_chat import drift_message
from reconciler.report.events import EventLines, dump
from reconciler.report.graph import render_dot, render_mermaid
from reconciler.report.human import render_plan
from reconciler.report.outcome import render_outcome, render_trouble
from reconciler.report.page import Page, Style, harmless
from reconciler.report.progress import PlainProgress
from reconciler.review.news import report_of
from tests.report import samples

PAYLOADS = {
    "escape sequence": "\x1b[2J\x1b]0;owned\x07",
    "carriage return": "safe\rPlan: 0 to add",
    "c1 control": "\x9b31m",
    "delete": "a\x7fb",
    "bidi override": "\u202etxt.exe",
    "isolate": "\u2066x\u2069",
    "zero width": "ad\u200bmin",
    "tag characters": "x\U000e0041",
    "a code point that is to be ignored": "ad\u2065min",
    "a filler": "ad\u3164min",
    "line separator": "a\u2028b",
    "next line": "a\x85::error::x",
    "workflow command": "x\n::set-env name=A::b",
    "indented workflow command": "\n   ::add-mask::x",
    "old workflow command": "##[set-env name=A]b",
    "azure command": "##vso[task.setvariable variable=A]b",
    "teamcity message": "##teamcity[buildStatus status='SUCCESS']",
    "rich markup": "[bold red]x[/]",
}
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2065-\u2069\u3164\U000e0000-\U000e007f]"
)


def check(text: str) -> None:
    assert not FORBIDDEN.search(text), repr(text)
    for line in text.split("\n"):
        assert not line.lstrip().startswith("::"), line
        assert "##[" not in line
        assert "##vso[" not in line
        assert "##teamcity[" not in line


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_no_renderer_lets_it_through(payload: str) -> None:
    change = samples.change(
        "projects.a.devices.b",
        "device",
        Action.CREATE,
        because=payload,
        impact=(payload,),
        after={"hostname": payload, "customdata": {payload: [payload]}, "userdata": f"{payload}\n{payload}\nend"},
    )
    found = error("code", payload, address=payload, place=Place(payload, 1, 2, 3), hint=payload, excerpt=payload)
    plan = samples.plan(
        change, strangers=(Stranger("device", payload, payload, payload, payload, payload),), diagnostics=(found,)
    )
    report = Report(
        "destroy", Counts(), (), {"out": payload}, diagnostics=(found,), remains=(Remains("a", "b", payload),)
    )
    lines: list[str] = []
    PlainProgress(lines.append)(Noted(payload, 0.0))
    check(render_plan(plan, colour=False))
    check(render_drift(samples.looked(plan), colour=False))
    message = drift_message(report_of([samples.looked(plan)]), str)
    check(f"{message.title}\n{message.body}")
    check(render_diagnostics([found], colour=False))
    check(render_outcome(report, colour=False) + render_trouble(report, colour=False))
    check("".join(lines))


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_json_lines_carry_it_escaped_and_whole(payload: str) -> None:
    line = dump(EventLines(lambda: "now").event(Noted(payload, 0.0)))
    check(line)
    assert json.loads(line)["@message"] == payload


def test_graphs_quote_what_they_are_given() -> None:
    plan = samples.plan(steps=(samples.step('projects.a.devices.b["x\\"];##[y]"]:create'),))
    check(render_dot(plan))
    check(render_mermaid(plan))
    assert '"];' not in render_mermaid(plan).replace('"]:::create', "")


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
@pytest.mark.parametrize("colour", [False, True])
def test_lines_past_the_renderers_are_made_harmless(payload: str, colour: bool) -> None:
    shown = harmless(f"one\n{payload}\n  {payload}\n", colour=colour)
    check(shown)
    assert shown.startswith("one\n")
    assert harmless(shown, colour=colour) == shown


def test_colours_of_a_page_stay_where_they_are_wanted() -> None:
    page = Page()
    page.line(("new ", Style.BOLD_GREEN), "machine\x1b[31m\t", ("::x", Style.DIM))
    text = page.text(colour=True)
    assert harmless(text, colour=True) == text
    assert harmless("\x1b[31m::error::x\x1b[0m", colour=True) == "\\::error::x"
    assert "\x1b" not in harmless(text, colour=False)
    check(harmless("\x1b[5mx\x1b[8my", colour=True))
