"""Comparing the stack with the snapshot: one change for each object that is wanted or owned, each with its reason.

Resources are walked in dependency order, so that an expression which reads another resource sees what that one will
be: its live attributes when it stays, `Unknown` when it is created or replaced. That is how a replacement cascades: an
unknown value in a field that cannot be updated replaces what holds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.diagnostics import Diagnostic, Refused, Severity, error
from reconciler.engine.elsewhere import Elsewhere
from reconciler.engine.ending import ends_by_itself
from reconciler.engine.fields import differences, ignored_differences
from reconciler.engine.lookups import Lookups
from reconciler.engine.moved import check_clashes, marks_that_stay
from reconciler.engine.scope import Scope
from reconciler.engine.standing import after_reshaping, made_right_again, reshaped, standing_changes, with_losses
from reconciler.engine.unasked import not_asked_for, with_unasked
from reconciler.engine.unclaimed import Unclaimed
from reconciler.engine.world import PlannedWorld, Settled, Standing, settle
from reconciler.graph import Cycle, ordered
from reconciler.model.catalog import Catalog
from reconciler.model.kind import Kind
from reconciler.model.live import LiveObject, Phase, Snapshot
from reconciler.model.plan import Action, Change, FieldChange, Options, Stranger
from reconciler.model.resource import Resource, Stack
from reconciler.model.rules import WriteOnce
from reconciler.values import Address, Unknown


@dataclass(frozen=True)
class Compared:
    """The outcome of a diff: changes in address order (unchanged ones included), strangers, findings, and the world
    that outputs are evaluated in.
    """

    changes: tuple[Change, ...]
    strangers: tuple[Stranger, ...]
    diagnostics: tuple[Diagnostic, ...]
    world: PlannedWorld


@dataclass
class _Walk:
    """What builds up while the resources are walked; lives for one diff. `world` is what will be, `present` what is."""

    catalog: Catalog
    stack: Stack
    snapshot: Snapshot
    existing: Mapping[Address, str]
    forced: frozenset[str]
    world: PlannedWorld
    present: PlannedWorld
    changes: dict[Address, Change] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)


def diff(
    stack: Stack,
    snapshot: Snapshot,
    existing: Mapping[Address, str],
    catalog: Catalog,
    options: Options,
    scope: Scope,
    lookups: Lookups,
) -> Compared:
    """Compare what is in scope. Raises `Refused` with all that stands in the way: cycles, values that do not fit,
    write-once changes.
    """
    if not options.destroy:
        check_clashes(stack, snapshot, catalog)
    elsewhere = Elsewhere(snapshot, catalog)
    world, present = (PlannedWorld(lookups, elsewhere) for _ in range(2))
    walk = _Walk(catalog, stack, snapshot, existing, frozenset(options.replace), world, present)
    for resource in in_dependency_order(after_reshaping(stack.resources, catalog)):
        try:
            _resource(walk, resource)
        except Refused as refused:
            walk.problems += refused.diagnostics
    if walk.problems:
        raise Refused(_once_for_a_line(walk.problems))
    rest = Unclaimed(stack.name, snapshot, catalog, walk.changes, scope)
    unwanted = rest.unwanted()
    if options.destroy:
        unwanted = [replace(each, because="") for each in unwanted]  # the command itself is the reason
    hidden = rest.marks_not_shown(options.destroy)
    if hidden:
        raise Refused(hidden)
    declared = made_right_again(catalog, walk.changes)
    standing = standing_changes(snapshot, catalog, declared, unwanted)
    changes = {each.address: each for each in (*declared.values(), *unwanted, *standing)}
    changes = with_losses(snapshot, catalog, changes)
    for each in standing:
        walk.world.place(each.address, Standing(catalog[each.kind], each.after, each.live, each.changed))
    strangers = rest.strangers(changes)
    kept, findings = rest.keep_what_holds_strangers(changes, strangers)
    findings = [*findings, *rest.twins(), *rest.lookalikes(), *rest.left_behind(), *_not_seen(snapshot)]
    findings += marks_that_stay(changes.values(), catalog)
    in_order = with_unasked(sorted(kept.values(), key=lambda each: each.address.sort_key), catalog)
    findings += [*ends_by_itself(in_order, catalog), *not_asked_for(in_order, catalog)]
    return Compared(tuple(in_order), strangers, tuple(findings), walk.world)


def _once_for_a_line(problems: Sequence[Diagnostic]) -> list[Diagnostic]:
    """The findings, each of a line once: the instances of a block fail alike."""
    found: dict[object, Diagnostic] = {}
    for each in problems:
        key = (each.code, each.place, each.summary) if each.place is not None else (len(found),)
        found.setdefault(key, each)
    return list(found.values())


def _not_seen(snapshot: Snapshot) -> list[Diagnostic]:
    """What this token may not read and the stack does not use: if an earlier version of it did, that is not found."""
    if not snapshot.unread:
        return []
    summary = f"the API does not show this token {', '.join(snapshot.unread)}, which the stack does not use"
    hint = "what an earlier version of the stack made there, if it did, is left alone"
    return [Diagnostic(Severity.NOTE, "not-seen", summary, hint=hint)]


def in_dependency_order(resources: Sequence[Resource]) -> list[Resource]:
    """Each resource after its parent and after what it refers to. Raises `Refused` for a cycle, with its lines."""
    by_address = {each.address: each for each in resources}
    before = [
        (earlier, each.address)
        for each in resources
        for earlier in sorted(each.references | ({each.parent} if each.parent else set()), key=lambda a: a.sort_key)
        if earlier in by_address
    ]
    try:
        return [by_address[address] for address in ordered(list(by_address), before)]
    except Cycle as cycle:
        members = [by_address[address] for address in cycle.members if isinstance(address, Address)]
        chain = " -> ".join(f"{each.address} ({each.place})" for each in members)
        hint = "take one of these references out, or use `after` for order only"
        first = members[0]
        problem = error(
            "cycle", f"resources wait for each other: {chain}", address=str(first.address), place=first.place, hint=hint
        )
        raise Refused([problem]) from None


# one declared resource


def _resource(walk: _Walk, resource: Resource) -> None:
    kind = walk.catalog[resource.kind]
    settled = settle(resource, kind, walk.world)
    parent = walk.changes.get(resource.parent) if resource.parent else None
    parent_replaced = parent is not None and parent.action.creates
    live = _match(walk, resource, kind, settled, parent)
    settled = settled.beside(kind, live) if live is not None else settled
    live = kind.regard(_known(settled), live) if live is not None else None
    change = _change(walk, resource, kind, settled, live, parent)
    stays = live is not None and not change.action.creates and not parent_replaced
    walk.changes[resource.address] = change
    walk.world.place(resource.address, Standing(kind, settled.values, live if stays else None, change.changed))
    walk.present.place(resource.address, Standing(kind, settled.values, live))
    if resource.parent is not None and (names := reshaped(kind, change)):
        walk.world.unsettle(resource.parent, names)


def _match(walk: _Walk, resource: Resource, kind: Kind, settled: Settled, parent: Change | None) -> LiveObject | None:
    """The live object that this resource is: by `existing`, else by mark, else by parent and natural key.

    It has to stand in the live parent: what carries the mark somewhere else is a double, or was left behind.
    """
    if resource.existing is not None:
        return walk.snapshot.get(resource.kind, walk.existing.get(resource.address, ""))
    parent_id = parent.live.id if parent is not None and parent.live is not None else None
    if resource.parent is not None and parent_id is None:
        return None
    if kind.marked:
        marked = walk.snapshot.marked(kind.name, walk.stack.name, str(resource.address))
        found = [each for each in marked if each.parent_id == parent_id]
        if found:
            return found[0] if len(found) == 1 else _best(resource, kind, settled, _full_first(found, walk))
    key = kind.natural_key(_known(settled))
    if not key and settled.unknown:  # what it refers to is to be replaced: it is known by what that is now
        key = kind.natural_key(_known(settle(resource, kind, walk.present)))
    if not key:
        return None
    candidate = walk.snapshot.keyed(kind.name, parent_id, key)
    return candidate if candidate is None or candidate.mark is None else None  # another's mark: not ours to take


def _known(settled: Settled) -> dict[str, Any]:
    return {name: value for name, value in settled.values.items() if not isinstance(value, Unknown)}


def _full_first(doubles: Sequence[LiveObject], walk: _Walk) -> list[LiveObject]:
    """Those in which something of ours stands before empty ones: a project that goes takes its machines with it."""
    full = {each.parent_id for each in walk.snapshot if each.owned_by(walk.stack.name)}
    return sorted(doubles, key=lambda each: each.id not in full)


def _best(resource: Resource, kind: Kind, settled: Settled, doubles: Sequence[LiveObject]) -> LiveObject:
    """Of several with one mark (in the order of preference), the first that may stay as it is or be updated.

    An interrupted create-first leaves the old and the new machine behind; taking the old one would buy a third.
    """
    for each in doubles:
        fields = differences(resource, kind, settled.values, settled.secrets, each)
        if each.status.phase is not Phase.FAILED and not any(field.forces_replacement for field in fields):
            return each
    return doubles[0]


def _change(
    walk: _Walk, resource: Resource, kind: Kind, settled: Settled, live: LiveObject | None, parent: Change | None
) -> Change:
    blank = Change(
        address=resource.address,
        kind=resource.kind,
        action=Action.NOOP,
        resource=resource,
        live=live,
        parent_id=parent.live.id if parent is not None and parent.live is not None else None,
        after=_known(settled),
        unknown=settled.unknown,
        secrets=settled.secrets | frozenset(name for name, each in kind.fields.items() if each.secret),
        moved_from=live.moved_from if live is not None and kind.mark_field else "",
    )
    if not resource.managed:
        return blank
    if live is None:
        return replace(blank, action=Action.CREATE, impact=(kind.create_impact,) if kind.create_impact else ())
    fields = differences(resource, kind, settled.values, settled.secrets, live)
    before = {name: live.values[name] for name in settled.values if name in live.values}
    ignored = _ignored(resource, kind, settled, live)
    compared = replace(blank, fields=fields, before=before, ignored=ignored)
    instead = Action.CREATE_DELETE if resource.lifecycle.create_before_destroy else Action.DELETE_CREATE
    impact = tuple(each for each in (kind.replace_impact, kind.delete_impact(live)) if each)
    if parent is not None and parent.action.creates:
        because = f"because {parent.address} is replaced"
        with_parent = parent.action is Action.DELETE_CREATE or kind.removed_with_parent
        return replace(
            compared,
            action=parent.action if with_parent else instead,
            reason="parent_replaced",
            because=because,
            impact=impact,
        )
    if live.status.phase is Phase.FAILED:
        because = f"because its state is {live.status.word}"
        return replace(compared, action=Action.DELETE_CREATE, reason="failed", because=because, impact=impact)
    if str(resource.address) in walk.forced and not kind.deletable:
        walk.problems.append(
            error(
                "cannot-replace",
                f"--replace {resource.address}: the API cannot remove a {kind.name}, so there is no new one",
                address=str(resource.address),
                place=resource.place,
                hint=f"replace {resource.parent} instead" if resource.parent is not None else "",
            )
        )
    elif str(resource.address) in walk.forced:
        return replace(compared, action=instead, reason="requested", because="because of --replace", impact=impact)
    freed = _to_be_free(walk, resource, kind)
    if freed is not None:
        because = f"because {freed} can be changed only while nothing holds it"
        return replace(compared, action=Action.DELETE_CREATE, reason="let_go", because=because, impact=impact)
    if not fields:
        return compared
    walk.problems += _write_once_problems(resource, kind, fields)
    if any(each.forces_replacement for each in fields):
        names = sorted({str(each.path[0]) for each in fields if each.forces_replacement})
        because = f"because {', '.join(names)} cannot be changed in place"
        return replace(compared, action=instead, reason="cannot_update", because=because, impact=impact)
    notes = tuple(dict.fromkeys(f"{each.path[0]}: {each.note}" for each in fields if each.note))
    return replace(compared, action=Action.UPDATE, impact=notes)


def _ignored(resource: Resource, kind: Kind, settled: Settled, live: LiveObject) -> tuple[FieldChange, ...]:
    certain = {name: value for name, value in settled.values.items() if name not in settled.unknown}
    return ignored_differences(resource, kind, certain, settled.secrets, live)


def _to_be_free(walk: _Walk, resource: Resource, kind: Kind) -> Address | None:
    """What this resource refers to and has to let go of while that is updated."""
    for address in sorted(resource.references, key=lambda each: each.sort_key):
        change = walk.changes.get(address)
        if change is None or change.action is not Action.UPDATE:
            continue
        if kind.name in walk.catalog[change.kind].let_go_for(change.changed):
            return address
    return None


def _write_once_problems(resource: Resource, kind: Kind, fields: Sequence[FieldChange]) -> list[Diagnostic]:
    problems = []
    for each in fields:
        name = str(each.path[0])
        rule = kind.fields[name].rule
        if isinstance(rule, WriteOnce):
            wanted = str(each.after) if isinstance(each.after, Unknown) else repr(each.after)
            values = "" if each.secret else f" (live: {each.before!r}, wanted: {wanted})"
            problems.append(
                error(
                    "write-once",
                    f"{name} cannot be changed{values}: {rule.reason}",
                    address=str(resource.address),
                    place=resource.place_of(name),
                    hint=f"put the live value back, or add `{name}` to `lifecycle: {{ignore_changes: [...]}}`",
                )
            )
    return problems
