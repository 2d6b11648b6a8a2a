"""What an object of ours has that the stack did not ask for, where that costs, binds or ends it.

Fields that the stack does not declare are otherwise nobody's business: they are not compared, and nothing is done about
these either. But a lock, a bid or another billing cycle that somebody chose elsewhere has to be seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reconciler.diagnostics import Diagnostic, warning
from reconciler.engine.ending import unasked_end
from reconciler.model.catalog import Catalog
from reconciler.model.kind import Kind
from reconciler.model.live import LiveObject
from reconciler.model.plan import Change, FieldChange
from reconciler.model.rules import Replace, Update
from reconciler.values import canonical_json


def with_unasked(changes: Iterable[Change], catalog: Catalog) -> list[Change]:
    """The changes, with what is not asked for in each that stays and is ours; where the field is one that the stack
    ignores, it is with what is accepted.
    """
    return [_with_unasked(each, catalog[each.kind]) for each in changes]


def not_asked_for(changes: Iterable[Change], catalog: Catalog) -> list[Diagnostic]:
    """A warning for each such value; what ends an object has a warning of its own."""
    return [
        _told(change, each, usual.meaning)
        for change in changes
        for each in change.unasked
        if (usual := catalog[change.kind].fields[str(each.path[0])].usual) is not None
    ]


def _with_unasked(change: Change, kind: Kind) -> Change:
    resource, live = change.resource, change.live
    if live is None or resource is None or not resource.managed or change.action.deletes or not live.present:
        return change
    found = [*_unusual(kind, change, live), *unasked_end(change, kind)]
    if not found:
        return change
    ignored = resource.lifecycle.ignore_changes
    unasked = tuple(each for each in found if each.path[0] not in ignored)
    accepted = tuple(each for each in found if each.path[0] in ignored)
    return replace(change, unasked=unasked, ignored=(*change.ignored, *accepted))


def _unusual(kind: Kind, change: Change, live: LiveObject) -> Iterator[FieldChange]:
    for name, field in kind.fields.items():
        if field.usual is None or not isinstance(field.rule, Update | Replace):
            continue
        if name in change.after:
            continue
        shown = live.values.get(name)
        if shown is not None and not field.rule.same(field.usual.value, shown):
            yield FieldChange((name,), shown, field.usual.value)


def _told(change: Change, found: FieldChange, meaning: str) -> Diagnostic:
    assert change.live is not None, "what has a value is live"
    name, value = found.path[0], canonical_json(found.before)
    summary = f"{change.address} ({change.live.id}) has {name}: {value}, which the stack does not ask for: {meaning}"
    hint = f"set `{name}` in the stack, to that or to what it should be, or add it to `lifecycle: {{ignore_changes}}`"
    return warning("not-asked-for", summary, address=str(change.address), place=change.place, hint=hint)
