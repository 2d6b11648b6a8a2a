"""Sinks of the campaign `injection`: what was done, what is watched, and what is told to others.

chat        what a webhook gets of `drift --notify`, and what apprise makes of it for others: foreign text stands in
            code between two single backticks, which is all of Markdown that every chat knows
metrics     of several stacks, printed and as `watch` writes them: Prometheus' own parser, and nothing that acts
history     runs of a CI system whose variables hold the text, and a log into which others wrote it; in each form
news        a last report in which the text is the name of stacks and of findings
watch       one round, with a repair: as a runner's log, on a terminal, as events
destroy     with what is left: printed, as events, and its report in each form
rollout     the plan of a rolling change in each form, and the apply, of machines with hostile states
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final
from unittest import mock
from xml.etree import ElementTree

import requests
from apprise.common import NotifyFormat
from apprise.conversion import convert_between
from junitparser import JUnitXml
from prometheus_client.parser import text_string_to_metric_families

from reconciler.app.notify import open_services
from reconciler.model.message import Message, Tone
from reconciler.secret import Secret
from tests.campaigns.campaign import Violation
from tests.campaigns.commands import Ran
from tests.campaigns.hostile_scene import KEY, Scene
from tests.campaigns.judges import MARKDOWN_TAGS, foreign, logged, rendered, shown, texts_of
from tests.drift.receiver import receiver

LONGEST_MESSAGE: Final = 1_900
"""Bytes, with the title."""
_SPAN: Final = re.compile(r"`[^`]*`")
_ACTED_UPON: Final = re.compile(r"@|://|www\.|<|>|\]\(|\]\[|`|\x1b", re.IGNORECASE)
_CHAT_TAGS: Final = MARKDOWN_TAGS - {"details", "summary", "pre", "h3"}
_SERVICES: Final = (
    "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#ops",
    "tgram://123456789:abcdefg_hijklmnop/12315544/",
    "gchat://workspace/key/token",
    "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
)
_NAMELESS: Final = "projects: {web: {name: Web}}\n"


def _chat(at: Scene) -> Iterable[Violation]:
    at.stranger()
    (at.folder / "below" / at.name).mkdir(parents=True)
    (at.folder / "below" / at.name / "broken.yaml").write_text(f"stack: web\n{json.dumps(at.payload)}: 1\n", "utf-8")
    (at.folder / "below" / at.name / "nameless.yml").write_text(_NAMELESS, "utf-8")
    with receiver() as hook:
        at.environment = {"RECONCILER_NOTIFY_URLS": hook.url}
        at.run("drift", "stack.yaml", "--notify", "--since", "seen.json")
        at.run("drift", "below", "--recursive", "--notify", "--since", "all.json")
        at.run("drift", f"below/{at.name}/nameless.yml", "--notify")
        told = [(each["title"], each["message"]) for each in hook.got]
    if len(told) != 3:
        yield Violation("each look is told", f"{len(told)} messages: {at.ran[-1].err[-300:]}")
    for title, body in told:
        yield from _in_a_chat(at.payload, title, body)
    yield from _in_logs(at.ran)


def _in_a_chat(payload: str, title: str, body: str) -> Iterator[Violation]:
    if len(f"{title}\n{body}".encode()) > LONGEST_MESSAGE:
        yield Violation("no service cuts it", f"{len(body.encode())} bytes")
    for text in (title, body):
        tags, outside = rendered(text)
        if tags - _CHAT_TAGS:
            yield Violation("nothing but our own elements", f"{payload!r}: {tags - _CHAT_TAGS}")
        yield from _outside(payload, outside)
        yield from _outside(payload, _SPAN.sub("", text))
        if text.count("`") % 2:
            yield Violation("each code has an end", repr(text[-200:]))
        page = convert_between(NotifyFormat.MARKDOWN, NotifyFormat.HTML, text)  # type: ignore[no-untyped-call]
        links = re.findall(r"<(?:a|img|script|h[1-6])\b", page)
        if links:
            yield Violation("no mail has a link", f"{payload!r}: {links}")
    for sent in _as_sent(Message(title, body, Tone.WARNING)):
        yield from _outside(payload, re.sub(r"^<!--.*-->", "", _SPAN.sub("", sent)))


def _outside(payload: str, text: str) -> Iterator[Violation]:
    if len(payload) > 3 and payload in text:
        yield Violation("foreign text stands in code only", f"{payload!r}: {text[:300]!r}")
    found = _ACTED_UPON.search(text)
    if found is not None:
        yield Violation("nothing is mentioned or linked", f"{payload!r}: {text[max(0, found.start() - 80) :][:160]!r}")


def _as_sent(message: Message) -> list[str]:
    """What apprise would send to some services, each with a Markdown of its own."""
    sent: list[str] = []

    def keep(*_: Any, **more: Any) -> requests.Response:
        document = json.loads(more["data"])
        sent.extend(each for each in _texts_in(document) if "Drift" not in each or "\n" in each)
        answer = requests.Response()
        answer.status_code, answer._content = 200, b'{"ok": true}'
        return answer

    with mock.patch("requests.post", keep), mock.patch("requests.request", keep):
        open_services([Secret(each) for each in _SERVICES]).send(message)
    return sent


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (each for name, inner in value.items() if name != "channel" for each in _texts_in(inner))
    elif isinstance(value, list):
        yield from (each for inner in value for each in _texts_in(inner))


def _metrics(at: Scene) -> Iterable[Violation]:
    at.stranger()
    (at.folder / "below" / at.name).mkdir(parents=True)
    (at.folder / "below" / at.name / "nameless.yml").write_text(_NAMELESS, "utf-8")
    text = (at.folder / "stack.yaml").read_text("utf-8")
    (at.folder / "below" / at.name / "web.yaml").write_text("stack: web\n" + _rest(text), "utf-8")
    (at.folder / "below" / "broken.yaml").write_text(f"stack: broken\nx: {json.dumps(at.payload)}\n", "utf-8")
    printed = [
        at.run("drift", "below", "--recursive", "--format", "prometheus"),
        at.run("drift", f"below/{at.name}/nameless.yml", "--format", "prometheus"),
    ]
    at.run("watch", "below", "--recursive", "--rounds", "1", "--metrics", "stacks.prom")
    at.run("watch", f"below/{at.name}/nameless.yml", "--rounds", "1", "--metrics", "one.prom")
    files = [(at.folder / each).read_text("utf-8") for each in ("stacks.prom", "one.prom")]
    counts = []
    for text in (*(each.out for each in printed), *files):
        yield from logged(at.ran[-1], text)
        try:
            found = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
        except ValueError as problem:
            yield Violation("Prometheus reads it", f"{problem}: {text[:300]!r}")
            continue
        counts.append(len({each.labels["stack"] for each in found}))
        strange = [each.name for each in found if not each.name.startswith("reconciler_")]
        if strange:
            yield Violation("series are ours alone", f"{strange}")
    if counts != [2, 1, 2, 1]:
        yield Violation("each stack has its series", f"{counts}")
    yield from _in_logs(at.ran)


def _rest(stack: str) -> str:
    """A stack without its first key, with each of the others on a line of its own."""
    return "".join(f"{key}: {json.dumps(each)}\n" for key, each in json.loads(stack).items() if key != "stack")


def _history(at: Scene) -> Iterable[Violation]:
    at.environment = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_TRIGGERING_ACTOR": at.word,
        "GITHUB_RUN_ID": at.word,
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": at.word,
        "GITHUB_RUN_ATTEMPT": at.word,
        "GITHUB_SHA": at.word,
    }
    at.fails()
    at.run("apply", "stack.yaml", "--yes", "--settle", "0")
    (path,) = (at.folder / ".reconciler" / "audit").iterdir()
    lines = path.read_text("utf-8").splitlines()
    for line in lines:
        if not isinstance(json.loads(line), dict):
            yield Violation("each line is an entry", repr(line[:200]))
    begun = json.loads(lines[0])
    other = {**begun, **dict.fromkeys(("command", "api", "tool", "digest", "approved"), at.payload)}
    other |= {"run": f"ffff{at.payload}", "targets": [at.payload], "replace": [at.payload], "plan": {}}
    other["origin"] = dict.fromkeys(("actor", "login", "host", "ci", "ci_run", "ci_url", "commit"), at.payload)
    other["waivers"] = [{"rail": at.payload, "reason": at.payload, "until": at.payload, "targets": [at.payload]}]
    step = {"at": begun["at"], "run": other["run"], **dict.fromkeys(("kind", "verb", "id", "code"), at.payload)}
    step |= {"address": f"x.{at.payload}", **dict.fromkeys(("method", "route", "ending", "request"), at.payload)}
    more = [other, *({**step, "do": do, "result": at.payload} for do in ("start", "call", "step")), at.payload]
    with path.open("a", encoding="utf-8") as log:
        log.writelines(f"{json.dumps(each)}\n" for each in more)
    (at.folder / ".reconciler" / "audit" / f"{at.name}.jsonl").write_text("{", "utf-8")
    at.ran.clear()
    for ask in ((), ("--run", "ffff"), ("--address", "x"), ("--address", "projects"), ("--name", at.word)):
        for terminal in (False, True):
            ran = at.run("history", *ask, terminal=terminal)
            yield from shown(ran, ran.out) if terminal else logged(ran, ran.out)
            yield from shown(ran, ran.err) if terminal else logged(ran, ran.err)
    for each in (at.run("history", "--format", "json"), at.run("history", "--run", "ffff", "--format", "json")):
        yield from logged(each, each.out)
        found = texts_of(each)
        if found is None:
            yield Violation("JSON stays JSON", repr(each.out[:300]))
        elif at.payload[:4096] not in found:
            yield Violation("the text is whole in it", f"{at.payload!r} is nowhere")


def _news(at: Scene) -> Iterable[Violation]:
    at.stranger()
    told = {"reported_at": "2019-01-01T00:00:00Z", "findings": {at.payload: at.payload, f"{at.payload} is gone": ""}}
    stacks = {"stack.yaml": told, "below/web.yaml": told, at.payload: told}
    (at.folder / "below").mkdir()
    (at.folder / "below" / "web.yaml").write_text("stack: web\n" + _rest((at.folder / "stack.yaml").read_text()))
    for form in ("text", "json"):
        for terminal in (False, True):
            for what in (("stack.yaml",), ("below", "--recursive")):
                (at.folder / "seen.json").write_text(json.dumps({"format": 1, "stacks": stacks}), "utf-8")
                ran = at.run("drift", *what, "--since", "seen.json", "--format", form, terminal=terminal)
                if form == "json":
                    yield from logged(ran, ran.out)
                    if ran.code in (0, 2) and at.payload not in (texts_of(ran) or ()):
                        yield Violation("the text is whole in it", f"{at.payload!r} is nowhere in {ran.out[:200]!r}")
                else:
                    yield from shown(ran, ran.out) if terminal else logged(ran, ran.out)
                yield from shown(ran, ran.err) if terminal else logged(ran, ran.err)


def _watch(at: Scene) -> Iterable[Violation]:
    at.stranger()
    at.call("PATCH", at.inside(), {"name": at.payload})
    repair = ("--repair", "cosmetic", "--settle", "0")
    plain = at.run("watch", "stack.yaml", "--rounds", "1", *repair)
    at.call("PATCH", at.inside(), {"name": at.payload})
    terminal = at.run("watch", "stack.yaml", "--rounds", "1", terminal=True)
    at.call("PATCH", at.inside(), {"name": f"{at.payload} again"})
    at.fails()
    events = at.run("watch", "stack.yaml", "--rounds", "1", "--json", *repair)
    yield from _in_logs([plain, events])
    yield from shown(terminal, terminal.out)
    yield from _events(events)
    yield from _in_logs([at.run("history", "--address", "projects")])


def _destroy(at: Scene) -> Iterable[Violation]:
    at.stranger()
    at.run("plan", "stack.yaml", "--destroy")
    at.run("destroy", "stack.yaml", "--yes", "--settle", "0", "--digest", at.word, "--report", "refused.html")
    for form in ("html", "md", "xml", "json", "sarif"):
        events = ("--json",) if form == "json" else ()
        at.run("destroy", "stack.yaml", "--yes", "--settle", "0", "--report", f"gone.{form}", *events)
    terminal = at.run("destroy", "stack.yaml", "--yes", "--settle", "0", terminal=True)
    yield from shown(terminal, terminal.out)
    yield from _in_logs(at.ran[:-1])
    yield from _events(next(each for each in at.ran if "--json" in each.command))
    for name in ("refused.html", "gone.html"):
        yield from (
            Violation("a page is ours alone", f"{name}: {each}")
            for each in foreign((at.folder / name).read_text("utf-8"))
        )
    yield from _in_a_comment(at.payload, (at.folder / "gone.md").read_text("utf-8"))
    yield from _junit((at.folder / "gone.xml").read_text("utf-8"))
    for name in ("gone.json", "gone.sarif"):
        json.loads((at.folder / name).read_text("utf-8"))


def _rollout(at: Scene) -> Iterable[Violation]:
    machines = {"facility": "ewr1", "plan": "baremetal_0", "operating_system": "ubuntu_18_04", "count": 2}
    machines |= {"hostname": "web${{ index }}", "rollout": {"health": "state"}}
    web: dict[str, Any] = {"name": "Web", "ssh_keys": {"ops": {"key": KEY}}, "devices": {"web": machines}}
    stack = {"stack": "rolling", "projects": {"web": web}}
    path = at.folder / "rolling.yaml"
    path.write_text(json.dumps(stack), "utf-8")
    made = at.run("apply", "rolling.yaml", "--yes", "--settle", "0")
    if made.code:
        yield Violation("the machines are made", made.err[-400:])
    machines |= {"operating_system": "ubuntu_16_04", "description": at.payload, "tags": ["a"]}
    path.write_text(json.dumps(stack), "utf-8")
    if at.run("validate", "rolling.yaml").code:  # a text that no stack can hold: only the states of machines are it
        machines["description"] = "changed"
        path.write_text(json.dumps(stack), "utf-8")
    ill = {"kind": "set_field", "method": "GET", "route": "/projects/{id}/devices", "times": None}
    at.call("POST", "/_emulator/faults", {"rules": [{**ill, "field": "devices.*.state", "value": at.payload}]})
    at.ran.clear()
    plain = at.run("plan", "rolling.yaml", "-o", "rolling.plan")
    yield from _in_logs([plain, at.run("why", "projects.web.devices.web[1]", "rolling.yaml")])
    terminal = at.run("plan", "rolling.yaml", terminal=True)
    yield from shown(terminal, terminal.out)
    for form in ("json", "markdown", "html", "junit"):
        ran = at.run("plan", "rolling.yaml", "--format", form)
        yield from logged(ran, ran.out)
        if ran.code not in (0, 2):
            yield Violation("the plan is made", f"{form}: {ran.err[-300:]}")
        elif form == "json" and texts_of(ran) is None:
            yield Violation("JSON stays JSON", repr(ran.out[:300]))
        elif form == "markdown":
            yield from _in_a_comment(at.payload, ran.out)
        elif form == "html":
            yield from (Violation("a page is ours alone", each) for each in foreign(ran.out))
        elif form == "junit":
            yield from _junit(ran.out)
    fails = {"kind": "status", "method": "POST", "route": "/projects/{id}/devices", "status": 422, "times": None}
    at.call("POST", "/_emulator/faults", {"rules": [{**fails, "errors": [at.payload]}]})
    options = ("--yes", "--json", "--settle", "0", "--allow-deletes", "2", "--report", "rolled.html")
    events = at.run("apply", "rolling.yaml", *options)
    yield from _in_logs([events])
    yield from _events(events)
    page = (at.folder / "rolled.html").read_text("utf-8")
    yield from (Violation("a page is ours alone", f"rolled.html: {each}") for each in foreign(page))


LATER_SINKS: Final[Mapping[str, Callable[[Scene], Iterable[Violation]]]] = {
    "chat": _chat,
    "metrics": _metrics,
    "history": _history,
    "news": _news,
    "watch": _watch,
    "destroy": _destroy,
    "rollout": _rollout,
}


def _in_logs(ran: Iterable[Ran]) -> Iterator[Violation]:
    for each in ran:
        yield from logged(each, each.out)
        yield from logged(each, each.err)


def _events(ran: Ran) -> Iterator[Violation]:
    for line in ran.out.split("\n")[:-1]:
        try:
            event = json.loads(line)
        except ValueError:
            yield Violation("each event is a line", f"{ran.command}: {line[:300]!r}")
            return
        if not isinstance(event, dict) or "type" not in event:
            yield Violation("each event has a type", f"{ran.command}: {line[:300]!r}")


def _in_a_comment(payload: str, text: str) -> Iterator[Violation]:
    tags, outside = rendered(text)
    if tags - MARKDOWN_TAGS:
        yield Violation("nothing but our own elements", f"{payload!r}: {tags - MARKDOWN_TAGS}")
    if len(payload) > 3 and payload in outside:
        yield Violation("foreign text stands in code only", repr(payload))
    found = re.search(r"@|https?:|www\.|<|\x1b", outside)
    if found is not None:
        yield Violation("nothing is mentioned or linked", f"{payload!r}: {outside[: found.end() + 60][-160:]!r}")


def _junit(text: str) -> Iterator[Violation]:
    try:
        suites = list(JUnitXml.fromstring(text.encode()))
    except ElementTree.ParseError as problem:
        yield Violation("JUnit is XML", f"{problem}: {text[:300]!r}")
        return
    if [each.tests for each in suites] != [len(list(each)) for each in suites] or not suites[0].tests:
        yield Violation("a suite says how many tests it has", repr(text[:300]))
