"""A plan as one HTML page, for the reviewer of a change: to be attached to a pipeline's run and opened anywhere.

It can be read without its script, which filters, jumps and zooms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from reconciler.model.effect import Effect
from reconciler.model.plan import Action, Change, Plan, Step
from reconciler.model.rollout import Waves
from reconciler.report.fields import is_unknown, scalar
from reconciler.report.html.changes import DEEDS, Context, anchor, change_list, facts
from reconciler.report.html.drawing import Drawing, draw
from reconciler.report.html.markup import Html, Markup, lines
from reconciler.report.html.money import bill_words, monthly
from reconciler.report.html.shell import diagnostics_section, document, section, section_title, top
from reconciler.report.human import in_reading_order
from reconciler.report.risk import risk_words
from reconciler.report.rollouts import extent_words, health_words
from reconciler.report.scrub import SENSITIVE
from reconciler.report.words import pacing_words, plan_summary, plural
from reconciler.values import Address

PINNED = 6
"""So many of what is destroyed or replaced are named in the strip on top; the strip counts all of it."""
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
    title = f"{plan.stack}: {_summary_text(plan)}"
    return document(html, title, _header(html, plan, approval), _main(html, plan, drawing), _KEYS)


def _summary_text(plan: Plan) -> str:
    if plan.empty and plan.options.destroy:
        return "No changes. No objects need to be destroyed."
    if plan.empty:
        return "No changes. Your infrastructure matches the configuration."
    return plan_summary(plan.count())


def _header(html: Html, plan: Plan, approval: str) -> Markup:
    what = "destroy plan" if plan.options.destroy else "plan"
    return html.tag(
        "header",
        {},
        top(html, what, plan.stack),
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
        *(("Rollout", _rollout(html, each)) for each in plan.rollouts),
        ("Approval digest", html.tag("code", {"class": "digest"}, approval) if approval and not plan.empty else None),
    ]


def _rollout(html: Html, waves: Waves) -> Markup:
    what = f": {extent_words(waves)}. Healthy when {health_words(waves.rollout)}."
    return html.join([html.tag("code", {}, str(waves.group)), what])


def _bill(plan: Plan) -> str | None:
    if plan.bill is None:
        return None
    count = len(plan.bill.unpriced)
    return bill_words(plan.bill) + (f", {plural(count, 'object')} without a known price" if count else "")


def _main(html: Html, plan: Plan, drawing: Drawing) -> list[Markup | None]:
    changes = sorted(in_reading_order(plan.pending), key=lambda each: each.action is not Action.NOOP)
    parts = [_strip(html, changes), diagnostics_section(html, "Warnings", plan.diagnostics)]
    if changes:
        parts += [_graph(html, plan, drawing), _changes(html, plan, changes, drawing)]
    return [*parts, _outputs(html, plan), _files(html, plan), _strangers(html, plan)]


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
    title = html.tag("summary", {}, section_title(html, "graph", "Order of the steps"), note)
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
    return section(html, "changes", "Changes", _filter(html, changes), change_list(html, changes, context), none)


def _outputs(html: Html, plan: Plan) -> Markup | None:
    late = sorted(name for name, value in plan.outputs.items() if is_unknown(value))
    if not late:
        return None
    told = [(each, SENSITIVE if each in plan.secret_outputs else scalar(plan.outputs[each])) for each in late]
    return section(html, "outputs", "Changes to outputs", facts(html, told))


def _files(html: Html, plan: Plan) -> Markup | None:
    if not plan.files:
        return None
    items = [html.tag("li", {}, html.tag("code", {}, path)) for path, _ in plan.files]
    return section(html, "files", "Files to write after the apply", html.tag("ul", {}, *items))


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
    return section(html, "strangers", f"Strangers ({len(plan.strangers)})", note, table)
