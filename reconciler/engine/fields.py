"""Comparing one resource's declared fields with its live object, by the rules on the fields.

Only fields that the stack declares are compared, only fields that the API shows can differ, and `same` rules decide
by meaning. deepdiff then tells which parts of a field differ; it is slow on equal values, so it sees only the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reconciler.engine.ending import same_moment
from reconciler.lazy import lazy_module
from reconciler.model.kind import Kind
from reconciler.model.live import LiveObject
from reconciler.model.mark import memo_digest
from reconciler.model.plan import FieldChange
from reconciler.model.resource import Resource
from reconciler.model.rules import CreateOnly, FromKey, Ours, Replace, Update, WriteOnce
from reconciler.values import Unknown

if TYPE_CHECKING:
    import deepdiff
else:
    deepdiff = lazy_module("deepdiff")

NOT_SHOWN = "(set at create; the API does not show it)"
NOT_CARRIED_THROUGH = "(set, but the change was not carried through)"


def differences(
    resource: Resource, kind: Kind, values: Mapping[str, Any], secrets: frozenset[str], live: LiveObject
) -> tuple[FieldChange, ...]:
    """The fields in which a live object is not as declared, in the order of the spec."""
    found: list[FieldChange] = []
    chosen = resource.lifecycle.on_change
    ignored = ignored_fields(resource)
    for name, field in kind.fields.items():
        if name not in values or name in ignored or isinstance(field.rule, FromKey | Ours):
            continue
        secret = field.secret or name in secrets
        if isinstance(field.rule, CreateOnly):
            if name == kind.ends and same_moment(values[name], live.ends_at):
                continue  # it has what is wanted, whoever gave it that
            found += _create_only(name, field.rule, values[name], secret, live)
        else:
            each = _compared(name, field.rule, values[name], secret, live, name in kind.fixed(live))
            found += [_as_chosen(change, chosen[name]) for change in each] if name in chosen else each
    differing = {each.path[0] for each in found}
    for name in sorted(kind.unfinished(values, live, chosen)):
        if name not in differing:
            hidden = kind.fields[name].secret or name in secrets
            change = FieldChange((name,), NOT_CARRIED_THROUGH, values[name], secret=hidden)
            found.append(_as_chosen(change, chosen[name]))
    return tuple(found)


def ignored_fields(resource: Resource) -> frozenset[str]:
    """The fields that the stack says are somebody else's business."""
    choices = resource.lifecycle.on_change.items()
    return resource.lifecycle.ignore_changes | {name for name, choice in choices if choice == "ignore"}


def ignored_differences(
    resource: Resource, kind: Kind, values: Mapping[str, Any], secrets: frozenset[str], live: LiveObject
) -> tuple[FieldChange, ...]:
    """What differs in the fields that are ignored, in the order of the spec. `values` are those that are known: one
    that is not may come to be the live one. When the object ends is told elsewhere (`engine.unasked`).
    """
    ignored = ignored_fields(resource)
    found: list[FieldChange] = []
    for name, field in kind.fields.items():
        if name not in ignored or name not in values or name == kind.ends or isinstance(field.rule, FromKey | Ours):
            continue
        secret = field.secret or name in secrets
        if isinstance(field.rule, CreateOnly):
            found += _create_only(name, field.rule, values[name], secret, live)
        else:
            found += _compared(name, field.rule, values[name], secret, live, fixed=False)
    return tuple(replace(each, forces_replacement=False, note="") for each in found)


_CHOICES = {
    "reinstall": "the machine is installed anew: its disks are wiped, its addresses and hardware stay",
    "replace": "replaced as `on_change` says",
}


def _as_chosen(change: FieldChange, choice: str) -> FieldChange:
    """The change as `lifecycle.on_change` wants it, instead of as the field's rule has it."""
    wipes = choice == "reinstall"
    return replace(change, forces_replacement=choice == "replace", note=_CHOICES.get(choice, change.note), wipes=wipes)


def still_differing(kind: Kind, values: Mapping[str, Any], live: LiveObject, names: frozenset[str]) -> frozenset[str]:
    """Of some fields, those that the live object does not show as wanted."""
    found = set()
    for name in names:
        rule = kind.fields[name].rule
        if isinstance(rule, CreateOnly | FromKey | Ours) or name not in values or name not in live.values:
            continue
        if not rule.same(values[name], live.values[name]):
            found.add(name)
    return frozenset(found)


def _create_only(name: str, rule: CreateOnly, wanted: Any, secret: bool, live: LiveObject) -> list[FieldChange]:
    """Compared by the digest that the mark keeps; without a mark nothing can be said."""
    if not rule.replaces or live.mark is None:
        return []
    recorded = live.mark.memo.get(name)
    if wanted is None and recorded is None:
        return []
    if not isinstance(wanted, Unknown) and recorded == memo_digest(rule.remembered(wanted)):
        return []
    before = NOT_SHOWN if recorded else None
    return [FieldChange((name,), before, wanted, forces_replacement=True, secret=secret, note=rule.note)]


def _compared(
    name: str, rule: Update | Replace | WriteOnce, wanted: Any, secret: bool, live: LiveObject, fixed: bool
) -> list[FieldChange]:
    if name not in live.values:
        return []  # the answer left it out: unknown is not changed
    before = live.values[name]
    forces = isinstance(rule, Replace) or fixed
    note = rule.reason if isinstance(rule, WriteOnce) else rule.note
    if isinstance(wanted, Unknown):
        return [FieldChange((name,), before, wanted, forces, secret, note)]
    if rule.same(wanted, before):
        return []
    forces = forces or (isinstance(rule, Update) and not rule.possible(wanted, before))
    return [FieldChange((name, *path), old, new, forces, secret, note) for path, old, new in parts(before, wanted)]


def parts(before: Any, after: Any) -> list[tuple[tuple[str | int, ...], Any, Any]]:
    """Where two values differ: (path, before, after) with an empty path when they differ as a whole.

    Lists are compared as a whole, since one insertion would otherwise show as a change of all that follow.
    """
    if not (isinstance(before, Mapping) and isinstance(after, Mapping) and before and after):
        return [((), before, after)]
    tree = deepdiff.DeepDiff(dict(before), dict(after), view="tree", threshold_to_diff_deeper=0)
    found: dict[tuple[str | int, ...], tuple[Any, Any]] = {}
    for kind in sorted(tree):
        for level in tree[kind]:
            path = tuple(level.path(output_format="list"))
            first_list = next((at for at, part in enumerate(path) if isinstance(part, int)), len(path))
            if first_list < len(path):
                path = path[:first_list]
                found[path] = (_at(before, path), _at(after, path))
            else:
                found[path] = (_plain(level.t1), _plain(level.t2))
    return [(path, old, new) for path, (old, new) in sorted(found.items(), key=lambda each: tuple(map(str, each[0])))]


def _plain(value: Any) -> Any:
    """deepdiff's mark for a missing side becomes None."""
    return None if type(value).__module__.startswith("deepdiff") else value


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    """What is there; the way to it is one of mappings that both sides have."""
    for part in path:
        value = value[part]
    return value
