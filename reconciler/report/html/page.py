"""A plan as one HTML page, for the reviewer of a change: to be attached to a pipeline's run and opened anywhere.

The page fetches nothing and can be read without its script, which filters, jumps and zooms. Its security policy lets
only this style and this script be used, by their hashes: even markup that came in from outside could do nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from types import MappingProxyType

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.model.effect import Effect
from reconciler.model.plan import Action, Change, Plan, Step
from reconciler.report.fields import is_unknown, scalar
from reconciler.report.html.changes import DEEDS, Context, anchor, change_list, facts
from reconciler.report.html.drawing import Drawing, draw
from reconciler.report.html.markup import Html, Markup, lines
from reconciler.report.html.money import bill_words, monthly
from reconciler.report.human import in_reading_order
from reconciler.report.risk import risk_words
from reconciler.report.scrub import SENSITIVE
from reconciler.report.words import pacing_words, plan_summary, plural
from reconciler.values import Address

PINNED = 6
"""So many of what is destroyed or replaced are named in the strip on top; the strip counts all of it."""
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' "
    "rx='3' fill='%233451b2'/%3E%3Cpath d='M4 5h8M4 11h8M8 2.5v5' stroke='white' stroke-width='2'/%3E%3C/svg%3E"
)
_KEYS = (
    ("/", "filter"),
    ("j k ↓ ↑", "next, previous change"),
    ("Enter", "open, close"),
    ("e", "open or close all that are shown"),
    ("d", "first destroy or replacement"),
    ("g", "graph; there, arrows move and + − 0 zoom"),
    ("t", "light, dark"),
    ("Esc", "clear the filter"),
    ("?", "these keys"),
)


def _nothing_hidden(text: str) -> str:
    return text


def render_page(plan: Plan, *, approval: str = "", hide: Callable[[str], str] = _nothing_hidden) -> str:
    """The whole page, in ASCII. `approval` is the digest that `apply --digest` takes; `hide` takes secrets out of a
    text, which can't be done any more when the page is written: there they are spelt otherwise.
    """
    html = Html(hide)
    drawing = draw(html, plan.steps)
    style, script = _asset("style.css"), _asset("app.js")
    head = lines(
        [
            html.tag("meta", {"charset": "utf-8"}),
            html.tag("meta", {"http-equiv": "Content-Security-Policy", "content": _policy(style, script)}),
            html.tag("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
            html.tag("meta", {"name": "referrer", "content": "no-referrer"}),
            html.tag("meta", {"name": "color-scheme", "content": "light dark"}),
            html.tag("title", {}, f"{plan.stack}: {_summary_text(plan)}"),
            html.tag("link", {"rel": "icon", "href": _ICON}),
            html.tag("style", {}, style),
        ]
    )
    parts = [each for each in (_header(html, plan, approval), *_main(html, plan, drawing), _keys(html)) if each]
    body = lines([*parts, html.tag("script", {}, script)])
    page = html.tag("html", {"lang": "en"}, html.tag("head", {}, head), html.tag("body", {}, body))
    return f"<!doctype html>\n{page}\n"


def _asset(name: str) -> Markup:
    return Markup(resources.files(__package__).joinpath(name).read_text(encoding="ascii"))


def _policy(style: str, script: str) -> str:
    """Nothing may be loaded, sent or run but what the page brings."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _summary_text(plan: Plan) -> str:
    if plan.empty and plan.options.destroy:
        return "No changes. No objects need to be destroyed."
    if plan.empty:
        return "No changes. Your infrastructure matches the configuration."
    return plan_summary(plan.count())


def _header(html: Html, plan: Plan, approval: str) -> Markup:
    what = "destroy plan" if plan.options.destroy else "plan"
    theme = html.tag("button", {"type": "button", "id": "theme", "title": "Light or dark (t)"}, "Theme")
    keys = html.tag("button", {"type": "button", "id": "help", "title": "Keys (?)"}, "Keys")
    title = html.tag("h1", {}, html.tag("span", {}, f"reconciler {what} "), plan.stack)
    return html.tag(
        "header",
        {},
        html.tag("div", {"class": "top"}, title, html.tag("div", {"class": "buttons", "hidden": True}, keys, theme)),
        _counts(html, plan),
        *(html.tag("p", {"class": "risk"}, each) for each in risk_words(plan.changes)),
        facts(html, _about(html, plan, approval)),
    )


def _counts(html: Html, plan: Plan) -> Markup:
    """Terraform's line, its figures in the colours of what they count."""
    if plan.empty:
        return html.tag("p", {"class": "counts"}, _summary_text(plan))
    counts = plan.count()
    figures = (("create", counts.added), ("update", counts.changed), ("destroy", counts.destroyed))
    told = [html.tag("b", {"class": word if count else "zero"}, str(count)) for word, count in figures]
    add, change, destroy = told
    return html.tag(
        "p", {"class": "counts"}, "Plan: ", add, " to add, ", change, " to change, ", destroy, " to destroy."
    )


def _about(html: Html, plan: Plan, approval: str) -> list[tuple[str, str | None]]:
    unchanged = len(plan.changes) - len(plan.pending)
    targets = html.join([html.tag("code", {}, each) for each in plan.options.targets], ", ")
    return [
        ("Cost at list price", _bill(plan)),
        ("Strangers cost", f"{monthly(plan.bill.strangers)} a month" if plan.bill and plan.bill.strangers else None),
        ("Unchanged", plural(unchanged, "object") if unchanged else None),
        ("Only", targets if plan.options.targets else None),
        ("Pace", pacing_words(plan.pacing) if plan.pacing is not None else None),
        ("Approval digest", html.tag("code", {"class": "digest"}, approval) if approval and not plan.empty else None),
    ]


def _bill(plan: Plan) -> str | None:
    if plan.bill is None:
        return None
    count = len(plan.bill.unpriced)
    return bill_words(plan.bill) + (f", {plural(count, 'object')} without a known price" if count else "")


def _main(html: Html, plan: Plan, drawing: Drawing) -> list[Markup]:
    changes = sorted(in_reading_order(plan.pending), key=lambda each: each.action is not Action.NOOP)
    parts = [_strip(html, changes), _diagnostics(html, plan.diagnostics)]
    if changes:
        parts += [_graph(html, plan, drawing), _changes(html, plan, changes, drawing)]
    parts += [_outputs(html, plan), _files(html, plan), _strangers(html, plan)]
    return [html.tag("main", {}, lines([each for each in parts if each is not None]))]


def _section(html: Html, name: str, title: str, *children: str | None) -> Markup:
    return html.tag("section", {"id": name, "aria-labelledby": f"{name}-title"}, _title(html, name, title), *children)


def _title(html: Html, name: str, title: str, *more: str) -> Markup:
    return html.tag("h2", {"id": f"{name}-title"}, title, *more)


def _diagnostics(html: Html, found: Sequence[Diagnostic]) -> Markup | None:
    if not found:
        return None
    words = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.NOTE: "Note"}
    items = [
        html.tag(
            "li",
            {"class": str(each.severity)},
            html.tag("p", {}, html.tag("b", {}, words[each.severity]), " ", each.summary),
            html.tag("p", {"class": "dim"}, _origin(each)),
            html.tag("pre", {}, each.excerpt.strip()) if each.excerpt else None,
            html.tag("p", {}, each.hint) if each.hint else None,
        )
        for each in found
    ]
    return _section(html, "warnings", "Warnings", html.tag("ul", {}, *items))


def _origin(found: Diagnostic) -> str:
    return ", ".join(str(each) for each in (found.address, found.place, found.code) if each)


def _strip(html: Html, changes: Sequence[Change]) -> Markup | None:
    """What is lost, which stays on top however far one scrolls and whatever is filtered."""
    lost = [each for each in changes if each.action.deletes]
    if not lost:
        return None
    parts = [_lost(html, [each for each in lost if DEEDS[each.action].word == word], word) for word in _LOST]
    return html.tag("nav", {"id": "strip", "aria-label": "What is destroyed or replaced"}, *parts)


_LOST = ("destroy", "replace")


def _lost(html: Html, changes: Sequence[Change], word: str) -> Markup | None:
    if not changes:
        return None
    names = [
        html.tag("a", {"href": f"#{anchor(each.address)}", "title": str(each.address)}, _short(each.address))
        for each in changes[:PINNED]
    ]
    more = f" and {len(changes) - PINNED} more" if len(changes) > PINNED else None
    count = html.tag("b", {}, f"{len(changes)} to {word}")
    return html.tag("span", {"class": word}, count, " ", html.join(names, ", "), more)


def _short(address: Address) -> str:
    """The end of an address: an object's own section, name and index, with the machine that it stands in."""
    parent = address.owner
    own = str(address).removeprefix(f"{address.parent}.") if address.parent is not None else str(address)
    return f"{_short(parent)}.{own}" if parent is not None and parent.parent is not None else own


def _filter(html: Html, changes: Sequence[Change]) -> Markup:
    words = list(dict.fromkeys(each.word for each in DEEDS.values()))
    effects = [each for each in Effect if any(change.effect is each for change in changes)]
    kinds = sorted({each.kind for each in changes})
    search = {
        "type": "search",
        "id": "search",
        "placeholder": "Filter: address, field, value …  ( / )",
        "aria-label": "Filter the changes by text",
        "autocomplete": "off",
        "spellcheck": "false",
    }
    options = [html.tag("option", {"value": ""}, "all kinds")]
    options += [html.tag("option", {"value": each}, f"{each} ({_times(changes, kind=each)})") for each in kinds]
    actions = [_choice(html, "action", each, each, _times(changes, word=each)) for each in words]
    impacts = [_choice(html, "effect", each, _IMPACT.get(each, each), _times(changes, effect=each)) for each in effects]
    return html.tag(
        "form",
        {"id": "filter", "role": "search", "hidden": True},
        html.tag(
            "div",
            {"class": "row"},
            html.tag("input", search),
            html.tag("select", {"id": "kind", "aria-label": "Kind"}, *options),
            html.tag(
                "button", {"type": "button", "id": "group", "hidden": True, "title": "Show the other changes too"}
            ),
            html.tag("output", {"id": "shown", "for": "search kind"}),
            html.tag("button", {"type": "button", "id": "all"}, "Open all"),
        ),
        _facet(html, "Action", actions),
        _facet(html, "Impact", impacts) if len(impacts) > 1 else None,
    )


def _times(changes: Sequence[Change], *, word: str = "", kind: str = "", effect: Effect | None = None) -> int:
    return sum(
        (not word or DEEDS[each.action].word == word)
        and (not kind or each.kind == kind)
        and (effect is None or each.effect is effect)
        for each in changes
    )


_IMPACT: Mapping[str, str] = MappingProxyType({Effect.NONE: "no impact"})


def _facet(html: Html, title: str, choices: Sequence[Markup | None]) -> Markup:
    return html.tag("div", {"role": "group", "aria-label": title}, html.tag("em", {}, title), *choices)


def _choice(html: Html, facet: str, value: str, name: str, count: int) -> Markup | None:
    if not count:
        return None
    attributes = {"type": "button", "data-facet": facet, "data-value": value, "class": value, "aria-pressed": "true"}
    return html.tag("button", attributes, name, " ", html.tag("span", {}, str(count)))


def _graph(html: Html, plan: Plan, drawing: Drawing) -> Markup | None:
    if not plan.steps:
        return None
    zoom = [
        html.tag("button", {"type": "button", "data-zoom": way, "aria-label": name}, sign)
        for way, name, sign in (("out", "Smaller", "−"), ("in", "Larger", "+"), ("fit", "Whole drawing", "Fit"))
    ]
    buttons = html.tag("div", {"class": "zoom", "role": "group", "aria-label": "Zoom", "hidden": True}, *zoom)
    note = html.tag("span", {"class": "dim"}, drawing.note)
    title = html.tag("summary", {}, _title(html, "graph", "Order of the steps"), note)
    view = html.tag("div", {"class": "view"}, drawing.svg)
    inside = html.tag("details", {"open": True, "class": "graph"}, title, buttons, view)
    return html.tag("section", {"id": "graph", "aria-labelledby": "graph-title"}, inside)


def _changes(html: Html, plan: Plan, changes: Sequence[Change], drawing: Drawing) -> Markup:
    steps: dict[Address, list[Step]] = {}
    for each in plan.steps:
        steps.setdefault(each.address, []).append(each)
    ids = {each.live.id: str(each.address) for each in plan.changes if each.live is not None}
    context = Context(steps, drawing.groups, ids, frozenset(each.address for each in changes))
    none = html.tag("p", {"id": "none", "hidden": True}, "No change matches the filter.")
    return _section(html, "changes", "Changes", _filter(html, changes), change_list(html, changes, context), none)


def _outputs(html: Html, plan: Plan) -> Markup | None:
    late = sorted(name for name, value in plan.outputs.items() if is_unknown(value))
    if not late:
        return None
    told = [(each, SENSITIVE if each in plan.secret_outputs else scalar(plan.outputs[each])) for each in late]
    return _section(html, "outputs", "Changes to outputs", facts(html, told))


def _files(html: Html, plan: Plan) -> Markup | None:
    if not plan.files:
        return None
    items = [html.tag("li", {}, html.tag("code", {}, path)) for path, _ in plan.files]
    return _section(html, "files", "Files to write after the apply", html.tag("ul", {}, *items))


def _strangers(html: Html, plan: Plan) -> Markup | None:
    if not plan.strangers:
        return None
    names = ("Kind", "Name", "In", "Owner", "Since", "Cost a month", "Id")
    rows = [
        (
            each.kind,
            each.label,
            each.inside,
            each.owner or each.left_by,
            each.created_at,
            monthly(each.hourly) if each.hourly is not None else "",
            each.id,
        )
        for each in plan.strangers
    ]
    shown = [number for number, _ in enumerate(names) if any(row[number] for row in rows)]
    head = html.tag("tr", {}, *(html.tag("th", {"scope": "col"}, names[each]) for each in shown))
    body = [html.tag("tr", {}, *(html.tag("td", {}, row[each]) for each in shown)) for row in rows]
    table = html.tag("table", {}, html.tag("thead", {}, head), html.tag("tbody", {}, lines(body)))
    note = html.tag("p", {"class": "dim"}, "Not managed by this stack, left alone.")
    return _section(html, "strangers", f"Strangers ({len(plan.strangers)})", note, table)


def _keys(html: Html) -> Markup:
    rows = [
        html.tag("div", {}, html.tag("dt", {}, *_keycaps(html, keys)), html.tag("dd", {}, what)) for keys, what in _KEYS
    ]
    close = html.tag("button", {"type": "button", "id": "close"}, "Close")
    title = html.tag("h2", {"id": "keys-title"}, "Keys")
    return html.tag("dialog", {"id": "keys", "aria-labelledby": "keys-title"}, title, html.tag("dl", {}, *rows), close)


def _keycaps(html: Html, keys: str) -> list[Markup]:
    return [html.tag("kbd", {}, each) for each in keys.split()]
