"""Foreign text in every place that shows it, judged by the parsers of those who read it.

An attacker may write into a stack (a pull request), into the account (a name, a description), or answer in the API's
place. A schedule is `NUMBER SINK`: the payload of that number is put into the stack, into what others have in the
project, and into an error of the API, and the commands of that sink are run:

    terminal    what a terminal shows (pyte), with colours: nothing moved, hidden, titled or answered
    log         stdout and stderr as a runner's log: no line is a command for GitHub, Azure or TeamCity
    json        `--format json` of plan, show and drift: JSON, and the text is whole in it
    events      `apply --json`: a JSON object on each line
    sarif       `validate --format sarif`: JSON, with the text in a message
    graph       DOT and Mermaid: nothing but nodes, arrows and styles, by a grammar of what we write; SVG as XML
    markdown    the comment of a plan and the report of an apply: foreign text in code only (markdown-it, html5lib)
    junit       plan, drift and the report of an apply as JUnit: a parser that nobody here wrote reads each test
    html        the pages of a plan and of an apply, as browsers read them (html5lib, strict): no element or attribute
                of somebody else's
    others      raw answers of `api`, the console, names of files and folders, tracebacks: as a runner's log

and those of `later_sinks`, about what was done, is watched, and is told to others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final
from xml.etree import ElementTree

from junitparser import JUnitXml

from tests.campaigns.campaign import Campaign, Violation
from tests.campaigns.hostile_scene import Scene, scene
from tests.campaigns.judges import MARKDOWN_TAGS, foreign, logged, rendered, shown, texts_of
from tests.campaigns.later_sinks import LATER_SINKS
from tests.campaigns.payloads import PAYLOADS

_DOT = (
    re.compile(r"digraph \{"),
    re.compile(r"  rankdir = RL"),
    re.compile(r"  node \[shape = box, style = rounded\]"),
    re.compile(
        r'  "(?:[^"\\]|\\.)*" \[label = "(?:[^"\\]|\\.)*", color = "#[0-9a-f]{6}"(?:, style = "rounded,dashed")?\]'
    ),
    re.compile(r'  "(?:[^"\\]|\\.)*" -> "(?:[^"\\]|\\.)*"'),
    re.compile(r"\}"),
)
_MERMAID = (
    re.compile(r"flowchart TD"),
    re.compile(r'  s\d+\["(?:[\w ./-]|#\d+;)*"\]:::[a-z]+'),
    re.compile(r"  s\d+ --> s\d+"),
    re.compile(r"  classDef [a-z]+ stroke:#[0-9a-f]{6}"),
)
_SVG_TAGS = {"svg", "title", "style", "path", "g", "rect", "text", "circle"}
# sinks: the commands, and who judges what they print


def _terminal(at: Scene) -> Iterable[Violation]:
    at.run("plan", "stack.yaml", terminal=True)
    at.fails()
    at.run("apply", "stack.yaml", "--yes", "--settle", "0", terminal=True)
    at.run("drift", "stack.yaml", terminal=True)
    at.wrong()
    at.run("validate", "wrong.yaml", terminal=True)
    for each in at.ran:
        yield from shown(each, each.out)
        if each.command.startswith(("plan", "validate", "drift")):  # an apply draws a live table on stderr
            yield from shown(each, each.err)


def _log(at: Scene) -> Iterable[Violation]:
    at.run("plan", "stack.yaml", "-o", "saved.plan")
    at.run("show", "saved.plan")
    at.fails()
    at.run("apply", "stack.yaml", "--yes", "--settle", "0")
    at.run("drift", "stack.yaml")
    at.wrong()
    at.run("validate", "wrong.yaml")
    name = at.payload.replace("\0", "0").encode("utf-8", "replace").decode()  # what a command line can hold
    at.run("plan", f"missing-{name}.yaml")
    return [found for each in at.ran for text in (each.out, each.err) for found in logged(each, text)]


def _json(at: Scene) -> Iterable[Violation]:
    planned = at.run("plan", "stack.yaml", "--format", "json")
    at.run("drift", "stack.yaml", "--format", "json")
    if planned.code == 0 and at.run("plan", "stack.yaml", "-o", "saved.plan").code == 0:
        at.ran.pop()
        at.run("show", "saved.plan", "--format", "json")
    for each in at.ran:
        yield from logged(each, each.out)
        if each.code not in (0, 2):
            yield from logged(each, each.err)
            continue
        texts = texts_of(each)
        if texts is None:
            yield Violation("JSON stays JSON", f"{each.command}: {each.out[:300]!r}")
        elif each is planned and not any(at.payload in text for text in texts):
            yield Violation("the text is whole in it", f"{each.command}: {at.payload!r} is nowhere")


def _events(at: Scene) -> Iterable[Violation]:
    at.fails()
    ran = at.run("apply", "stack.yaml", "--yes", "--json", "--settle", "0")
    yield from logged(ran, ran.out)
    lines = ran.out.split("\n")
    if lines.pop() != "":
        yield Violation("each event is a line", repr(lines[-1][:200]))
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            yield Violation("each event is a line", repr(line[:300]))
            return
        if not isinstance(event, dict) or "type" not in event:
            yield Violation("each event has a type", repr(line[:300]))


def _sarif(at: Scene) -> Iterable[Violation]:
    at.wrong()
    ran = at.run("validate", "wrong.yaml", "--format", "sarif")
    yield from logged(ran, ran.out)
    texts = texts_of(ran)
    if texts is None:
        yield Violation("JSON stays JSON", repr(ran.out[:300]))
    elif not any("2.1.0" in text for text in texts):
        yield Violation("SARIF says its version", repr(ran.out[:300]))


def _graph(at: Scene) -> Iterable[Violation]:
    for form, grammar in (("dot", _DOT), ("mermaid", _MERMAID)):
        ran = at.run("graph", "stack.yaml", "--format", form)
        yield from logged(ran, ran.out)
        for line in ran.out.split("\n")[:-1]:
            if not any(each.fullmatch(line) for each in grammar):
                yield Violation("a graph is nodes, arrows and styles", f"{form}: {line[:300]!r}")
    ran = at.run("graph", "stack.yaml", "--format", "svg")
    yield from logged(ran, ran.out)
    if ran.code != 0:  # the stack is refused, and there is no graph of it
        return
    try:
        tags = {each.tag.rpartition("}")[2] for each in ElementTree.fromstring(ran.out).iter()}
    except ElementTree.ParseError as problem:
        yield Violation("SVG is XML", f"{problem}: {ran.out[:300]!r}")
        return
    if tags - _SVG_TAGS:
        yield Violation("an image is boxes, texts and arrows", f"{tags - _SVG_TAGS}")


def _markdown(at: Scene) -> Iterable[Violation]:
    planned = at.run("plan", "stack.yaml", "--format", "markdown")
    yield from logged(planned, planned.out)
    at.fails()
    at.run("apply", "stack.yaml", "--yes", "--settle", "0", "--report", "done.md")
    for text in (planned.out, (at.folder / "done.md").read_text(encoding="utf-8")):
        if len(text) >= 65_536 or len(text.encode()) >= 65_536:
            yield Violation("a comment can be posted", f"{len(text)} characters")
        if text.count("<!--") != (1 if text else 0):
            yield Violation("there is one marker", repr(text[:300]))
        tags, outside = rendered(text)
        if tags - MARKDOWN_TAGS:
            yield Violation("nothing but our own elements", f"{at.payload!r}: {tags - MARKDOWN_TAGS}")
        if len(at.payload) > 3 and at.payload in outside:
            yield Violation("foreign text stands in code only", repr(at.payload))
        for found in re.finditer(r"@|https?:|www\.|<|\x1b", outside):
            yield Violation("nothing is mentioned or linked", f"{at.payload!r}: {outside[: found.end() + 60][-160:]!r}")


def _junit(at: Scene) -> Iterable[Violation]:
    planned = at.run("plan", "stack.yaml", "--format", "junit")
    drifted = at.run("drift", "stack.yaml", "--format", "junit")
    at.fails()
    at.run("apply", "stack.yaml", "--yes", "--settle", "0", "--report", "done.xml")
    for ran in (planned, drifted):
        yield from logged(ran, ran.out)
    for text in (planned.out, drifted.out, (at.folder / "done.xml").read_text(encoding="utf-8")):
        try:
            suites = list(JUnitXml.fromstring(text.encode()))
        except ElementTree.ParseError as problem:
            yield Violation("JUnit is XML", f"{problem}: {text[:300]!r}")
            continue
        if [each.tests for each in suites] != [len(list(each)) for each in suites] or not suites[0].tests:
            yield Violation("a suite says how many tests it has", repr(text[:300]))


def _html(at: Scene) -> Iterable[Violation]:
    at.run("plan", "stack.yaml", "--format", "html")
    if at.run("plan", "stack.yaml", "-o", "saved.plan").code == 0:
        at.ran.pop()
        at.run("show", "saved.plan", "--format", "html")
    for each in at.ran:
        yield from logged(each, each.out)
        if each.code == 0:
            yield from (Violation("a page is ours alone", f"{each.command}: {found}") for found in foreign(each.out))
    at.fails()
    at.run("apply", "stack.yaml", "--yes", "--settle", "0", "--report", "done.html")
    page = (at.folder / "done.html").read_text(encoding="utf-8")
    yield from (Violation("a page is ours alone", f"done.html: {found}") for found in foreign(page))


def _others(at: Scene) -> Iterable[Violation]:
    name = re.sub("[/\0]", "-", at.payload).encode("utf-8", "replace").decode()[:60] or "x"
    (at.folder / "below" / name).mkdir(parents=True)
    parts = json.loads((at.folder / "stack.yaml").read_text(encoding="utf-8"))
    lines = "".join(f"{key}: {json.dumps(each)}\n" for key, each in parts.items())
    (at.folder / "below" / name / "stack.yaml").write_text(lines, encoding="utf-8")
    (project,) = at.call("GET", "/projects").json()["projects"]
    at.run("api", "GET", f"/projects/{project['id']}/virtual-networks")
    for form in ("json", "yaml"):
        at.run("console", "stack.yaml", "-e", "projects.web.vlans.lan.description", "--format", form)
    at.run("fmt", "--check", f"below/{name}/stack.yaml")
    at.run("validate", "below", "--recursive")
    (at.folder / "below" / name / "stack.yaml").write_text("stack: [", encoding="utf-8")
    at.run("fmt", "--check", f"below/{name}/stack.yaml", debug=True)
    at.run("plan", "below", "--recursive", debug=True)
    return [found for each in at.ran for text in (each.out, each.err) for found in logged(each, text)]


SINKS: Final[Mapping[str, Callable[[Scene], Iterable[Violation]]]] = {
    "terminal": _terminal,
    "log": _log,
    "json": _json,
    "events": _events,
    "sarif": _sarif,
    "graph": _graph,
    "markdown": _markdown,
    "junit": _junit,
    "html": _html,
    "others": _others,
    **LATER_SINKS,
}


def play(schedule: str) -> list[Violation]:
    number, sink = schedule.split()
    with scene(PAYLOADS[int(number) % len(PAYLOADS)]) as at:
        found = list(SINKS[sink](at))
        wrong = [
            each for each in at.ran if "this is a bug" in each.err or ("Traceback" in each.err and sink != "others")
        ]
        found += [Violation("no traceback", f"{each.command}: {each.err[-600:]}") for each in wrong]
    return found


def schedules(count: int, seed: int) -> Iterable[str]:
    """Each payload in each sink; a part of them is spread over both, and another seed begins elsewhere."""
    every = [f"{number} {sink}" for sink in SINKS for number in range(len(PAYLOADS))]
    step = max(1, len(every) // count)
    while len(every) % step == 0 and step > 1:
        step -= 1
    return (every[(seed * 101 + number * step) % len(every)] for number in range(min(count, len(every))))


CAMPAIGN = Campaign(
    name="injection",
    what="hostile texts in the stack, the account and the API's errors, judged by those who read what we print",
    full=len(PAYLOADS) * len(SINKS),
    short=9,
    schedules=schedules,
    play=play,
)
