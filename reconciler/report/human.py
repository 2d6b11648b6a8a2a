"""A plan for people, in Terraform's words and layout, since people and scripts look for them.

Strangers come first and destroys last, right above the summary, so that what hurts most never scrolls away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from reconciler.model.lifetime import moment
from reconciler.model.live import LiveObject
from reconciler.model.plan import Action, Change, FieldChange, Plan, Stranger
from reconciler.report.diagnostics_text import diagnostics_page
from reconciler.report.fields import (
    Slot,
    is_unknown,
    key_text,
    scalar,
    secret_fields,
    symbol_spans,
    write_difference,
    write_hidden,
    write_sensitive,
    write_whole,
)
from reconciler.report.money import an_hour, bill_words, cost_words
from reconciler.report.page import Page, Span, Style
from reconciler.report.risk import impact_words, risk_words, some
from reconciler.report.rollouts import rollouts_page
from reconciler.report.words import age_words, expiry_words, pacing_words, plan_summary
from reconciler.values import Unknown

STRANGERS_SHOWN = 20
"""More strangers than this are only counted; the JSON form has them all."""
_ALWAYS_SHOWN = ("hostname", "name")
"""Fields that tell a person which object it is: shown though unchanged."""

_EMPTY: tuple[Any, ...] = ("", [], {}, ())
"""What a destroy need not list as lost."""

_SYMBOL: Mapping[Action, str] = MappingProxyType(
    {
        Action.CREATE: "+",
        Action.UPDATE: "~",
        Action.DELETE: "-",
        Action.DELETE_CREATE: "-/+",
        Action.CREATE_DELETE: "+/-",
        Action.NOOP: "",
    }
)
_LEGEND: Mapping[Action, str] = MappingProxyType(
    {
        Action.CREATE: "create",
        Action.UPDATE: "update in-place",
        Action.DELETE: "destroy",
        Action.DELETE_CREATE: "destroy and then create replacement",
        Action.CREATE_DELETE: "create replacement and then destroy",
    }
)


def render_plan(plan: Plan, *, colour: bool, approval: str = "", whole: bool = False) -> str:
    """The plan as text; with the digest that `apply --digest` takes, where one is given. Of what changes, a `whole` one
    shows what stays as it is too.
    """
    page = Page(whole=whole)
    page.extend(strangers_page(plan.strangers))
    pending = in_reading_order(plan.pending)
    if pending:
        _legend(page, pending)
        for each in pending:
            _change(page, each)
        page.explain(known_objects(plan))
    page.blank()
    page.extend(diagnostics_page(plan.diagnostics))
    if pending:
        text = plan_summary(plan.count())
        page.line(("Plan:", Style.BOLD), text.removeprefix("Plan:"))
        for line in risk_words(plan.changes):
            page.line((line, Style.YELLOW))
        for line in bill_words(plan.bill, plan.strangers) if plan.bill is not None else ():
            page.line(line)
        if plan.pacing is not None:
            page.line(pacing_words(plan.pacing))
        page.extend(rollouts_page(plan.rollouts))
        _expiries(page, plan)
        late_outputs(page, plan)
        if plan.files:
            page.blank()
            page.line(f"Files to write after the apply: {', '.join(path for path, _ in plan.files)}")
        if approval:
            page.blank()
            page.line(f"Approval digest: {approval}")
    elif plan.options.destroy:
        page.line(("No changes.", Style.BOLD_GREEN), (" No objects need to be destroyed.", Style.BOLD))
    else:
        what = (" Your infrastructure matches the configuration.", Style.BOLD)
        page.line(("No changes.", Style.BOLD_GREEN), what)
        _expiries(page, plan)
    return page.text(colour=colour)


def change_page(change: Change) -> Page:
    """One change, as it stands in the plan."""
    page = Page()
    _change(page, change)
    return page


def known_objects(plan: Plan) -> dict[str, str]:
    """What a person knows an object by, by its id."""
    return {each.live.id: _known_as(each, each.live) for each in plan.changes if each.live is not None}


def _known_as(change: Change, live: LiveObject) -> str:
    """What a person knows an object by: where it stands in the file, and what the portal shows of it."""
    return f"{change.address} ({live.label})" if live.label else str(change.address)


def in_reading_order(changes: Sequence[Change]) -> list[Change]:
    """Address order, but replacements after what is harmless, and destroys after those."""
    rank = {Action.DELETE: 2, Action.DELETE_CREATE: 1, Action.CREATE_DELETE: 1}
    return sorted(changes, key=lambda each: rank.get(each.action, 0))


def _legend(page: Page, pending: Sequence[Change]) -> None:
    present = {each.action for each in pending}
    if present.intersection(_LEGEND):
        page.blank()
        page.line("Resource actions are indicated with the following symbols:")
    for action, text in _LEGEND.items():
        if action in present:
            page.line(*symbol_spans(_SYMBOL[action]), text)
    page.blank()
    page.line("reconciler will perform the following actions:")


def strangers_page(
    strangers: Sequence[Stranger], at: datetime | None = None, said: Callable[[Stranger], str] = lambda _each: ""
) -> Page:
    """What is there but not ours; with its age `at` a moment, and who made it, where it was asked for that, and with
    what is `said` of each besides.
    """
    page = Page()
    if not strangers:
        return page
    page.line(("Strangers (not managed by this stack, left alone):", Style.BOLD))
    for each in strangers[:STRANGERS_SHOWN]:
        name = ("  ", each.kind, f" {each.label or each.id}", (f" [id={each.id}]", Style.DIM))
        page.line(*name, *_about(each, at), said(each))
    if len(strangers) > STRANGERS_SHOWN:
        page.line(f"  ... and {len(strangers) - STRANGERS_SHOWN} more (--format json lists them all)")
    page.blank()
    return page


def _about(stranger: Stranger, at: datetime | None) -> tuple[Span, ...]:
    price = an_hour(stranger.hourly) if stranger.hourly is not None else "price not known" if stranger.billed else ""
    born = moment(stranger.created_at) if at is not None else None
    whose = stranger.owner or stranger.left_by
    age = f" ({age_words(at - born)})" if at is not None and born is not None else ""
    unknown = "maker not known" if at is not None and stranger.billed and not whose else ""
    known = (
        f"in {stranger.inside}" if stranger.inside else "",
        f"owned by stack {stranger.owner}" if stranger.owner else "",
        f"left by {stranger.left_by}" if stranger.left_by else "",
        f"since {stranger.created_at}{age}" if stranger.created_at else "",
        f"made by {stranger.made_by}" if stranger.made_by else unknown,
        price,
    )
    text = ", ".join(each for each in known if each)
    return ((f" {text}", Style.DIM),) if text else ()


def _change(page: Page, change: Change) -> None:
    page.blank()
    page.line(("  # ", Style.BOLD), *_headline(change))
    if change.moved_from and change.action is not Action.NOOP:
        page.line(f"  # (moved from {change.moved_from})")
    if change.because:
        page.line(f"  # (because {change.because.removeprefix('because ')})")
    for each in impact_words(change):
        page.line("  # ", ("Impact:", Style.BOLD_YELLOW if change.action.deletes else Style.YELLOW), f" {each}")
    if change.dependants:
        page.line(f"  # Rests on it: {some(change.dependants)}")
    if change.cost is not None and (change.cost.moves or change.action.creates or change.action.deletes):
        page.line(f"  # Cost: {cost_words(change.cost)}")
    symbol = _SYMBOL[change.action]
    name = change.address.name or change.address.section
    page.line(*symbol_spans(symbol), f"resource {scalar(change.kind)} {scalar(name)} {{")
    match change.action:
        case Action.CREATE:
            _whole(page, change, "+", _wanted(change))
        case Action.DELETE:
            _whole(page, change, "-", {name: value for name, value in change.before.items() if value not in _EMPTY})
        case _:
            _differences(page, change)
    page.line("    }")


def _headline(change: Change) -> tuple[Span, ...]:
    if change.action is Action.NOOP:
        return ((f"{change.moved_from} has moved to {change.address}", Style.BOLD),)
    return ((str(change.address), Style.BOLD), *_fate(change))


def _fate(change: Change) -> tuple[Span, ...]:
    match change.action:
        case Action.CREATE:
            return ((" will be created", Style.BOLD),)
        case Action.UPDATE:
            return ((" will be updated in-place", Style.BOLD),)
        case Action.DELETE:
            return ((" will be ", Style.BOLD), ("destroyed", Style.BOLD_RED))
        case _ if change.reason == "requested":
            return ((" will be ", Style.BOLD), ("replaced", Style.BOLD_RED), (", as requested", Style.BOLD))
        case _:
            return ((" must be ", Style.BOLD), ("replaced", Style.BOLD_RED))


def _wanted(change: Change) -> dict[str, Any]:
    wanted = {name: value for name, value in change.after.items() if value is not None}
    for name in change.unknown:
        if not is_unknown(wanted.get(name)):
            wanted[name] = Unknown()
    return wanted


def _whole(page: Page, change: Change, symbol: str, values: Mapping[str, Any]) -> None:
    values = {name: value for name, value in values.items() if value is not None}
    identifier = Unknown() if symbol == "+" else change.live.id if change.live is not None else None
    if identifier is not None and "id" not in values:
        values["id"] = identifier
    width = max(map(len, values), default=0)
    for name in sorted(values):
        slot = Slot(1, f"{name:<{width}} = ")
        if name in secret_fields(change):
            write_sensitive(page, slot, symbol)
        else:
            write_whole(page, slot, symbol, values[name])


Tree = dict[str | int, "FieldChange | Tree"]
"""The changed fields by their paths: a leaf where a path ends."""


def _tree(fields: Sequence[FieldChange]) -> Tree:
    root: Tree = {}
    for each in sorted(fields, key=lambda field: len(field.path)):
        here = root
        for part in each.path[:-1]:
            below = here.setdefault(part, {})
            if isinstance(below, FieldChange):  # a change of the whole says it already
                break
            here = below
        else:
            here.setdefault(each.path[-1], each)
    return root


def _differences(page: Page, change: Change) -> None:
    tree = _tree(change.fields)
    shown = {name: change.before[name] for name in _ALWAYS_SHOWN if name in change.before and name not in tree}
    shown = {name: value for name, value in shown.items() if name not in secret_fields(change)}
    names = {*map(str, tree), *shown, *(("id",) if change.live is not None else ())}
    same = {*change.before, *change.after}
    listed = names | same if page.whole else names
    width = max(map(len, listed), default=0)
    for name in sorted(listed):
        slot = Slot(1, f"{name:<{width}} = ")
        if name in tree:
            _node(page, slot, tree[name], change, (name,))
        elif name in shown:
            write_whole(page, slot, "", shown[name])
        elif name == "id" and change.live is not None and change.action.replaces:
            write_difference(page, slot, change.live.id, Unknown())
        elif name == "id" and change.live is not None:
            write_whole(page, slot, "", change.live.id)
        elif page.whole:
            _unchanged_field(page, slot, change, name)
    write_hidden(page, 1, len(same - names), "attribute")


def _unchanged_field(page: Page, slot: Slot, change: Change, name: str) -> None:
    if name in secret_fields(change):
        write_sensitive(page, slot, "")
    else:
        write_whole(page, slot, "", change.before[name] if name in change.before else change.after[name])


def _node(page: Page, slot: Slot, node: FieldChange | Tree, change: Change, path: tuple[str | int, ...]) -> None:
    if isinstance(node, FieldChange):
        slot = slot.with_tail(*_remark(node, change.impact))
        if node.secret or str(path[0]) in change.secrets:
            write_sensitive(page, slot, "+" if node.before is None else "-" if node.after is None else "~")
        else:
            write_difference(page, slot, node.before, node.after)
        return
    in_list = all(isinstance(each, int) for each in node)
    page.line(*slot.head("~"), "[" if in_list else "{")
    rest = _unchanged(change, path, node)
    listed = {*node, *rest} if page.whole and path[0] not in secret_fields(change) else {*node}
    width = max((len(key_text(each)) for each in listed), default=0)
    for name in sorted(listed, key=lambda part: (isinstance(part, str), part)):
        inner = Slot(slot.depth + 1, element=True) if in_list else Slot(slot.depth + 1, f"{key_text(name):<{width}} = ")
        if name in node:
            _node(page, inner, node[name], change, (*path, name))
        else:
            write_whole(page, inner, "", rest[name])
    write_hidden(page, slot.depth + 1, len(rest), "element")
    page.line(*slot.closing("]" if in_list else "}"), *slot.comma, *slot.tail)


def _remark(field: FieldChange, impact: Sequence[str]) -> tuple[Span, ...]:
    """What stands behind a changed field; a note that the impact lines tell already is not repeated."""
    note = "" if any(field.note in each for each in impact) else field.note
    if field.forces_replacement:
        forces: Span = ("# forces replacement", Style.RED)
        return (" ", forces, *(((f" ({note})", Style.DIM),) if note else ()))
    return ((f" # {note}", Style.DIM),) if note else ()


def _unchanged(change: Change, path: tuple[str | int, ...], node: Tree) -> dict[str | int, Any]:
    found: dict[str | int, Any] = {}
    for side in (change.before, change.after):
        here: Any = side
        for part in path:
            if isinstance(here, Mapping):
                here = here.get(part)
            elif isinstance(here, list | tuple) and isinstance(part, int) and part < len(here):
                here = here[part]
            else:
                here = None
        if isinstance(here, Mapping):
            found.update(here)
        elif isinstance(here, list | tuple):
            found.update(enumerate(here))
    return {name: value for name, value in found.items() if name not in node}


def _expiries(page: Page, plan: Plan) -> None:
    for each in () if plan.options.destroy else plan.expiries:
        page.line(expiry_words(each))


def late_outputs(page: Page, plan: Plan) -> None:
    """The outputs that only an apply can tell."""
    late = sorted(name for name, value in plan.outputs.items() if is_unknown(value))
    if not late:
        return
    page.blank()
    page.line("Changes to Outputs:")
    width = max(map(len, late))
    for name in late:
        slot = Slot(0, f"{name:<{width}} = ")
        if name in plan.secret_outputs:
            write_sensitive(page, slot, "+")
        else:
            write_whole(page, slot, "+", plan.outputs[name])
