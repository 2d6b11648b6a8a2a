"""The changes of a plan as a list of rows that open: a line for each, and inside it all that is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote

from reconciler.model.plan import Action, Change, Step
from reconciler.report.html.markup import Html, Markup, lines
from reconciler.report.html.money import cost_words, monthly
from reconciler.report.html.values import Row, cells, changed_rows, unchanged_rows
from reconciler.report.risk import impact_words, some
from reconciler.report.words import plural
from reconciler.values import Address

_NAMED_FIELDS = 4
_MOST = 12
_TELLING = ("hostname", "name", "label", "description")
"""Fields by which a person knows an object, the first one that it has."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done to an object: the word for it in filters and styles, its symbol, and the whole of it in words."""

    word: str
    symbol: str
    means: str


DEEDS: Mapping[Action, Deed] = MappingProxyType(
    {
        Action.NOOP: Deed("move", "→", "moves to another address"),
        Action.CREATE: Deed("create", "+", "will be created"),
        Action.UPDATE: Deed("update", "~", "will be updated in-place"),
        Action.DELETE_CREATE: Deed("replace", "-/+", "must be replaced: destroyed, then created"),
        Action.CREATE_DELETE: Deed("replace", "+/-", "must be replaced: created, then destroyed"),
        Action.DELETE: Deed("destroy", "-", "will be destroyed"),
    }
)
"""In the order of the list, the worst last."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the rows have in common: the steps by address, the numbers of the drawing's groups by step, what each id
    belongs to, and the addresses that have a row.
    """

    steps: Mapping[Address, Sequence[Step]]
    groups: Mapping[str, int]
    ids: Mapping[str, str]
    listed: frozenset[Address]


def anchor(address: Address | str) -> str:
    """The id of a change's row, which is its address wherever an id can hold it."""
    return quote(str(address), safe="[]._~-\"'")


def link(html: Html, address: Address, listed: frozenset[Address]) -> Markup:
    """An address, and the way to its row when it has one."""
    if address not in listed:
        return html.tag("code", {}, str(address))
    return html.tag("a", {"href": f"#{anchor(address)}"}, html.tag("code", {}, str(address)))


def change_row(html: Html, change: Change, context: Context) -> Markup:
    """One change, closed."""
    deed = DEEDS[change.action]
    steps = context.steps.get(change.address, ())
    groups = sorted({context.groups[each.id] for each in steps if each.id in context.groups})
    attributes = {
        "class": f"change {deed.word}",
        "id": anchor(change.address),
        "data-action": deed.word,
        "data-kind": change.kind,
        "data-effect": str(change.effect),
        "data-groups": " ".join(map(str, groups)) or None,
    }
    rows = changed_rows(html, change)
    return html.tag("details", attributes, _summary(html, change, deed), _inside(html, change, deed, rows, context))


def _summary(html: Html, change: Change, deed: Deed) -> Markup:
    path, own = _path_and_own(change.address)
    where = html.tag("span", {"class": "address"}, html.tag("span", {"class": "path"}, path), html.tag("b", {}, own))
    effect = html.tag("span", {"class": f"effect {change.effect}"}, str(change.effect)) if change.effect.rank else None
    cost = change.cost.delta if change.cost is not None else None
    return html.tag(
        "summary",
        {},
        html.tag("span", {"class": "symbol", "title": deed.means, "aria-label": deed.word}, deed.symbol),
        where,
        html.tag("span", {"class": "gist"}, _gist(change)),
        html.tag("span", {"class": "kind"}, change.kind),
        effect or html.tag("span", {"class": "effect"}),
        html.tag("span", {"class": "cost"}, monthly(cost, signed=True) if cost else ""),
    )


def _path_and_own(address: Address) -> tuple[str, str]:
    """An address cut in two: what it stands in, and its own name with its index."""
    above = f"{address.parent}." if address.parent is not None else ""
    path = f"{above}{address.section}." if address.name else above
    return path, str(address)[len(path) :]


def _gist(change: Change) -> str:
    if change.action is Action.NOOP:
        return f"was {change.moved_from}"
    if change.action in (Action.CREATE, Action.DELETE):
        values = change.after if change.action is Action.CREATE else change.before
        told = [values[name] for name in _TELLING if name in values and name not in change.secrets]
        names = [each for each in told if isinstance(each, str) and each]
        return names[0] if names else change.live.label if change.live is not None else ""
    forced = [str(each.path[0]) for each in change.fields if each.forces_replacement]
    return some(list(dict.fromkeys([*forced, *(str(each.path[0]) for each in change.fields)])), _NAMED_FIELDS)


def _inside(html: Html, change: Change, deed: Deed, rows: Sequence[Row], context: Context) -> Markup:
    return html.tag(
        "div",
        {"class": "inside"},
        _facts(html, change, deed, context.listed),
        _table(html, rows, change, context.ids),
        _unchanged(html, change, context.ids),
        _steps(html, context.steps.get(change.address, ())),
    )


def _facts(html: Html, change: Change, deed: Deed, listed: frozenset[Address]) -> Markup:
    told: list[tuple[str, str | None]] = [
        ("What", f"{change.kind} {deed.means}"),
        ("Why", change.because.removeprefix("because ") or change.reason.replace("_", " ")),
        *(("Impact", each) for each in impact_words(change)),
        ("Rests on it", _addresses(html, change.dependants, listed) if change.dependants else None),
        ("Cost", cost_words(change.cost) if change.cost is not None else None),
        ("Source", html.tag("code", {}, f"{change.place.file}:{change.place.line}") if change.place else None),
        ("Moved from", html.tag("code", {}, change.moved_from) if change.moved_from else None),
        ("Id", html.tag("code", {}, change.live.id) if change.live is not None else None),
    ]
    return facts(html, told)


def facts(html: Html, told: Iterable[tuple[str, str | None]]) -> Markup:
    """A list of names and what is known under each; what is empty is left out."""
    parts = [html.tag("div", {}, html.tag("dt", {}, name), html.tag("dd", {}, what)) for name, what in told if what]
    return html.tag("dl", {"class": "facts"}, *parts)


def _addresses(html: Html, addresses: Sequence[Address], listed: frozenset[Address]) -> Markup:
    shown = html.join([link(html, each, listed) for each in addresses[:_MOST]], ", ")
    more = f" and {len(addresses) - _MOST} more" if len(addresses) > _MOST else ""
    return html.join([shown, more])


def _table(html: Html, rows: Sequence[Row], change: Change, ids: Mapping[str, str]) -> Markup | None:
    if not rows:
        return None
    sides = [("Before", change.action is not Action.CREATE), ("After", change.action is not Action.DELETE)]
    shown = [number for number, (_, present) in enumerate(sides) if present]
    heads = [html.tag("th", {"scope": "col"}, name) for name in ("Field", *(sides[each][0] for each in shown))]
    return html.tag(
        "table",
        {"class": "fields"},
        html.tag("thead", {}, html.tag("tr", {}, *heads)),
        html.tag("tbody", {}, *(_field(html, each, shown, ids) for each in rows)),
    )


def _field(html: Html, row: Row, shown: Sequence[int], ids: Mapping[str, str]) -> Markup:
    sides = cells(html, row)
    remark = html.tag("em", {"class": "forces"}, "forces replacement") if row.forces else None
    note = html.tag("em", {}, row.remark) if row.remark else None
    values = [html.tag("td", {}, sides[each], _named(html, (row.before, row.after)[each], ids)) for each in shown]
    return html.tag("tr", {}, html.tag("th", {"scope": "row"}, html.tag("code", {}, row.name), remark, note), *values)


def _named(html: Html, side: Sequence[str] | None, ids: Mapping[str, str]) -> Markup | None:
    """What a value that is an id belongs to."""
    name = ids.get(side[0].strip('"')) if side is not None and len(side) == 1 else None
    return html.tag("em", {}, name) if name is not None else None


def _unchanged(html: Html, change: Change, ids: Mapping[str, str]) -> Markup | None:
    rows = unchanged_rows(html, change)
    if not rows:
        return None
    title = html.tag("summary", {}, plural(len(rows), "unchanged field"))
    body = html.tag("tbody", {}, *(_field(html, each, [1], ids) for each in rows))
    return html.tag("details", {"class": "unchanged"}, title, html.tag("table", {"class": "fields"}, body))


def _steps(html: Html, steps: Sequence[Step]) -> Markup | None:
    if not steps:
        return None
    items = [
        html.tag(
            "li",
            {},
            html.tag("span", {"class": f"verb {each.verb}"}, str(each.verb)),
            html.tag("code", {}, each.call),
            html.tag("em", {}, _order(each)),
        )
        for each in steps
    ]
    return html.tag("div", {"class": "steps"}, html.tag("h3", {}, "Steps"), html.tag("ol", {}, *items))


def _order(step: Step) -> str:
    earlier = [each for each in step.requires if not each.startswith("join:")]
    implied = ["done by the API along with its parent, no call is sent"] if step.implied else []
    return "; ".join([*implied, *([f"after {some(earlier)}"] if earlier else [])])


def change_list(html: Html, changes: Sequence[Change], context: Context) -> Markup:
    """All the rows."""
    return html.tag("div", {"id": "list"}, lines([Markup(""), *(change_row(html, each, context) for each in changes)]))
