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
    html        the page of a plan, as browsers read it (html5lib, strict): no element or attribute of somebody else's
    others      raw answers of `api`, the console, names of files and folders, tracebacks: as a runner's log
"""

from __future__ import annotations

import contextlib
import json
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import html5lib
import pyte
import requests
from junitparser import JUnitXml
from markdown_it import MarkdownIt

from reconciler.emulator import Emulator, Settings
from tests.campaigns.campaign import Campaign, Violation
from tests.campaigns.commands import Ran, call, run
from tests.campaigns.payloads import PAYLOADS

TOKEN: Final = "injection-token"
_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFjY2VwdGFuY2VhY2NlcHRhbmNlYWNjZXB0YW5jZWFj ops"
_AT_ONCE = dict.fromkeys(("provision_seconds", "deprovision_seconds", "volume_seconds"), 0.0)
_ACTS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
"""What does something to a terminal or to a reader's eye, and is no character that one sees."""
_SGR = re.compile(r"\x1b\[[0-9;]*m")
_RUNNER = (
    re.compile(r"^\s*::\s*[a-z-]", re.IGNORECASE),  # GitHub, at the start of a line
    re.compile(r"##\[", re.IGNORECASE),  # GitHub's old form, anywhere in a line
    re.compile(r"##vso\[", re.IGNORECASE),  # Azure
    re.compile(r"##teamcity\[", re.IGNORECASE),
)
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
_MARKDOWN_TAGS = {"DOCUMENT_FRAGMENT", "h3", "p", "strong", "code", "pre", "ul", "li", "br", "details", "summary"}

_ELEMENTS = frozenset(
    (
        *("html", "head", "meta", "title", "link", "style", "script", "body", "header", "main", "nav", "section"),
        *("h1", "h2", "h3", "p", "div", "span", "b", "em", "code", "pre", "kbd", "a", "ul", "ol", "li", "dl", "dt"),
        *("dd", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "form", "input", "select"),
        *("option", "button", "output", "dialog", "ins", "del"),
        *("svg", "defs", "marker", "path", "rect", "circle", "text"),
    )
)
_ATTRIBUTES = frozenset(
    (
        *("lang", "charset", "http-equiv", "content", "name", "rel", "href", "class", "id", "type", "title", "hidden"),
        *("open", "for", "role", "scope", "value", "placeholder", "autocomplete", "spellcheck"),
        *("aria-label", "aria-labelledby", "aria-pressed", "tabindex"),
        *("viewBox", "width", "height", "refX", "refY", "orient", "markerWidth", "markerHeight", "marker-end"),
        *("d", "x", "y", "rx", "cx", "cy", "r"),
    )
)


@dataclass
class Scene:
    """A folder with a stack, an account, and a payload in both."""

    folder: Path
    emulator: Emulator
    payload: str
    ran: list[Ran] = field(default_factory=list)

    def run(self, *arguments: str, terminal: bool = False, debug: bool = False) -> Ran:
        given = {"PACKET_API_URL": self.emulator.url, "PACKET_AUTH_TOKEN": TOKEN, "TERM": "xterm"}
        given |= {"RECONCILER_DEBUG": "1"} if debug else {}
        self.ran.append(run(self.folder, given, *arguments, terminal=terminal))
        return self.ran[-1]

    def call(self, method: str, path: str, body: Any = None) -> requests.Response:
        return call(self.emulator.url, TOKEN, method, path, body)

    def write(self, payload: str | None) -> None:
        """The stack, with the payload where a stack may hold a text."""
        vlan: dict[str, Any] = {"facility": "ewr1", "description": "lan" if payload is None else payload}
        web: dict[str, Any] = {"name": "Web", "ssh_keys": {"ops": {"key": _KEY}}, "vlans": {"lan": vlan}}
        if payload is not None:
            web["volumes"] = {"v": {"facility": "ewr1", "plan": "storage_1", "size": 100, "description": payload}}
        stack: dict[str, Any] = {"stack": "web", "projects": {"web": web}}
        if payload is not None:
            stack["outputs"] = {"said": payload}
        # JSON is YAML; its escapes carry what YAML itself refuses to hold
        (self.folder / "stack.yaml").write_text(json.dumps(stack), encoding="utf-8")

    def wrong(self) -> None:
        """A stack with the payload where there must be another word."""
        vlan = {"facility": self.payload, "description": "lan", self.payload: 1}
        stack = {"stack": "web", "projects": {"web": {"name": "Web", "vlans": {"lan": vlan}}}}
        (self.folder / "wrong.yaml").write_text(json.dumps(stack), encoding="utf-8")

    def fails(self) -> None:
        """Calls that make volumes are refused with the payload as the reason."""
        rule = {"kind": "status", "method": "POST", "route": "/projects/{id}/storage", "status": 422, "times": None}
        self.call("POST", "/_emulator/faults", {"rules": [{**rule, "errors": [self.payload]}]})


@contextlib.contextmanager
def scene(payload: str) -> Iterator[Scene]:
    """The stack is applied once without the payload; then it comes into the project by others' hands, and the stack."""
    with (
        tempfile.TemporaryDirectory(prefix="injection-") as folder,
        Emulator(token=TOKEN, settings=Settings().changed(_AT_ONCE)) as emulator,
    ):
        made = Scene(Path(folder), emulator, payload)
        made.write(None)
        applied = made.run("apply", "stack.yaml", "--yes", "--settle", "0")
        if applied.code != 0:
            raise RuntimeError(applied.err)
        made.ran.clear()
        (project,) = made.call("GET", "/projects").json()["projects"]
        inside = f"/projects/{project['id']}"
        made.call("POST", f"{inside}/virtual-networks", {"facility": "ewr1", "description": payload})
        made.call("POST", f"{inside}/ssh-keys", {"label": payload, "key": _KEY.replace("ops", "theirs")})
        made.call("POST", f"{inside}/licenses", {"description": payload, "licensee_product_id": "x", "size": 1})
        made.write(payload)
        yield made


# sinks: the commands, and who judges what they print


def _terminal(at: Scene) -> Iterable[Violation]:
    at.run("plan", "stack.yaml", terminal=True)
    at.fails()
    at.run("apply", "stack.yaml", "--yes", "--settle", "0", terminal=True)
    at.run("drift", "stack.yaml", terminal=True)
    at.wrong()
    at.run("validate", "wrong.yaml", terminal=True)
    for each in at.ran:
        yield from _shown(each, each.out)
        if each.command.startswith(("plan", "validate", "drift")):  # an apply draws a live table on stderr
            yield from _shown(each, each.err)


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
    return [found for each in at.ran for text in (each.out, each.err) for found in _logged(each, text)]


def _json(at: Scene) -> Iterable[Violation]:
    planned = at.run("plan", "stack.yaml", "--format", "json")
    at.run("drift", "stack.yaml", "--format", "json")
    if planned.code == 0 and at.run("plan", "stack.yaml", "-o", "saved.plan").code == 0:
        at.ran.pop()
        at.run("show", "saved.plan", "--format", "json")
    for each in at.ran:
        yield from _logged(each, each.out)
        if each.code not in (0, 2):
            yield from _logged(each, each.err)
            continue
        texts = _texts(each)
        if texts is None:
            yield Violation("JSON stays JSON", f"{each.command}: {each.out[:300]!r}")
        elif each is planned and not any(at.payload in text for text in texts):
            yield Violation("the text is whole in it", f"{each.command}: {at.payload!r} is nowhere")


def _events(at: Scene) -> Iterable[Violation]:
    at.fails()
    ran = at.run("apply", "stack.yaml", "--yes", "--json", "--settle", "0")
    yield from _logged(ran, ran.out)
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
    yield from _logged(ran, ran.out)
    texts = _texts(ran)
    if texts is None:
        yield Violation("JSON stays JSON", repr(ran.out[:300]))
    elif not any("2.1.0" in text for text in texts):
        yield Violation("SARIF says its version", repr(ran.out[:300]))


def _graph(at: Scene) -> Iterable[Violation]:
    for form, grammar in (("dot", _DOT), ("mermaid", _MERMAID)):
        ran = at.run("graph", "stack.yaml", "--format", form)
        yield from _logged(ran, ran.out)
        for line in ran.out.split("\n")[:-1]:
            if not any(each.fullmatch(line) for each in grammar):
                yield Violation("a graph is nodes, arrows and styles", f"{form}: {line[:300]!r}")
    ran = at.run("graph", "stack.yaml", "--format", "svg")
    yield from _logged(ran, ran.out)
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
    yield from _logged(planned, planned.out)
    at.fails()
    at.run("apply", "stack.yaml", "--yes", "--settle", "0", "--report", "done.md")
    for text in (planned.out, (at.folder / "done.md").read_text(encoding="utf-8")):
        if len(text) >= 65_536 or len(text.encode()) >= 65_536:
            yield Violation("a comment can be posted", f"{len(text)} characters")
        if text.count("<!--") != (1 if text else 0):
            yield Violation("there is one marker", repr(text[:300]))
        tags, outside = _rendered(text)
        if tags - _MARKDOWN_TAGS:
            yield Violation("nothing but our own elements", f"{at.payload!r}: {tags - _MARKDOWN_TAGS}")
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
        yield from _logged(ran, ran.out)
    for text in (planned.out, drifted.out, (at.folder / "done.xml").read_text(encoding="utf-8")):
        try:
            suites = list(JUnitXml.fromstring(text.encode()))
        except ElementTree.ParseError as problem:
            yield Violation("JUnit is XML", f"{problem}: {text[:300]!r}")
            continue
        if [each.tests for each in suites] != [len(list(each)) for each in suites] or not suites[0].tests:
            yield Violation("a suite says how many tests it has", repr(text[:300]))


def _rendered(text: str) -> tuple[set[str], str]:
    """The elements that a code host makes of Markdown, and the text that stands outside code."""
    page = html5lib.parseFragment(MarkdownIt("commonmark").enable("table").render(text), namespaceHTMLElements=False)
    tags = {each.tag for each in page.iter() if isinstance(each.tag, str)}
    for parent in list(page.iter()):
        for child in list(parent):
            if child.tag in ("code", "pre"):
                child.text, child[:] = "", []
    return tags, "".join(page.itertext())


def _html(at: Scene) -> Iterable[Violation]:
    at.run("plan", "stack.yaml", "--format", "html")
    if at.run("plan", "stack.yaml", "-o", "saved.plan").code == 0:
        at.ran.pop()
        at.run("show", "saved.plan", "--format", "html")
    for each in at.ran:
        yield from _logged(each, each.out)
        if each.code == 0:
            yield from (Violation("a page is ours alone", f"{each.command}: {found}") for found in _foreign(each.out))


def _foreign(page: str) -> Iterator[str]:
    """What is in a page and not of the kind that we put there."""
    try:
        tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    except html5lib.html5parser.ParseError as problem:
        yield f"it is not well formed: {problem}"
        return
    for each in tree.iter():
        name = str(each.tag).rpartition("}")[2]
        if name not in _ELEMENTS:
            yield f"<{name}>"
        for attribute, value in each.attrib.items():
            if str(attribute) not in _ATTRIBUTES and not str(attribute).startswith("data-"):
                yield f"<{name} {attribute}={value[:100]!r}>"
            if attribute == "href" and not value.startswith(("#", "data:image/svg+xml,")):
                yield f"a way to {value[:100]!r}"
    for name in ("script", "style"):
        if len(tree.findall(f".//{name}")) != 1:
            yield f"not one <{name}>"


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
    return [found for each in at.ran for text in (each.out, each.err) for found in _logged(each, text)]


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
}


# judges


def _logged(ran: Ran, text: str) -> Iterator[Violation]:
    """What a runner's log and its reader get."""
    found = _ACTS.search(text)
    if found is not None:
        yield Violation("nothing that acts is printed", f"{ran.command}: {text[max(0, found.start() - 60) :][:160]!r}")
    for line in text.split("\n"):
        for pattern in _RUNNER:
            if pattern.search(line):
                yield Violation("no line is a runner's command", f"{ran.command}: {line[:200]!r}")


class _Terminal(pyte.Screen):
    """A terminal that remembers whether it was made to answer."""

    answered = ""

    def write_process_input(self, data: str) -> None:
        self.answered += data


def _shown(ran: Ran, text: str) -> Iterator[Violation]:
    """What a terminal shows is the text without its colours, line by line, and nothing else has happened to it."""
    plain = _SGR.sub("", text)
    found = _ACTS.search(plain)
    if found is not None:
        yield Violation("nothing that acts is printed", f"{ran.command}: {plain[max(0, found.start() - 60) :][:160]!r}")
        return
    lines = plain.split("\n")
    screen = _Terminal(2 * max(map(len, lines)) + 2, len(lines) + 1)
    modes = set(screen.mode)
    pyte.Stream(screen).feed(text.replace("\n", "\r\n"))
    if (screen.title, screen.icon_name, screen.answered, set(screen.mode)) != ("", "", "", modes):
        yield Violation("the terminal is as before", f"{ran.command}: {screen.title!r} {screen.answered!r}")
    if (screen.cursor.x, screen.cursor.y) != (_width(lines[-1]), len(lines) - 1):
        yield Violation("the cursor is where the text ends", f"{ran.command}: {screen.cursor.x}, {screen.cursor.y}")
    for number, (line, row) in enumerate(zip(lines, screen.display, strict=False)):
        if row.rstrip() != unicodedata.normalize("NFC", line).expandtabs(8).rstrip():
            yield Violation(
                "each line is shown", f"{ran.command}, line {number}: {line[:120]!r} as {row.rstrip()[:120]!r}"
            )
            return


def _width(line: str) -> int:
    return sum(2 if pyte.screens.wcwidth(each) == 2 else max(0, pyte.screens.wcwidth(each)) for each in line)


def _texts(ran: Ran) -> list[str] | None:
    """Every text in a JSON document, None when it is none."""
    try:
        document = json.loads(ran.out)
    except ValueError:
        return None
    return list(_in(document))


def _in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _in(each)


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
    short=6,
    schedules=schedules,
    play=play,
)
