"""From changes to steps: what is done, and what has to be done before it.

                 creates and updates                       deletes
                 parent  ->  child                         child  ->  parent
                 referred to  ->  referring                referring  ->  referred to
                 followed kind  ->  (join)  ->  follower   users of a kind  ->  (join)  ->  that kind
                 release  ->  siblings  ->  own update     release  ->  what was held
                 owner's note  ->  what it notes
                 move (of the mark)  ->  everything else about the object
                 giver  ->  taker  of what only one can have

A replacement is a delete and a create with an edge between them. The join is there because the API lets go of what a
device used some time after the device: what devices may use goes when all devices of the project that go are gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.engine.joins import join_steps, joined
from reconciler.engine.reach import noted_for, to_hold
from reconciler.graph import Cycle, ordered, tangles
from reconciler.model.catalog import Catalog
from reconciler.model.kind import Kind, Verb, Wish
from reconciler.model.live import Phase
from reconciler.model.mark import Mark, held, holding
from reconciler.model.plan import Action, Change, Step, step_id
from reconciler.model.standing import StandingKind
from reconciler.values import Address
from reconciler.wire import Call

CREATE_FIRST_IMPOSSIBLE = "create_before_destroy does not hold here, since it needs something that is itself replaced"


@dataclass(frozen=True)
class Ordered:
    """Steps in an order that can be executed, and the changes, since a create-first may have become a delete-first."""

    changes: tuple[Change, ...]
    steps: tuple[Step, ...]


def order(changes: Sequence[Change], catalog: Catalog, stack: str) -> Ordered:
    """Turn changes into ordered steps.

    References and parents always hold. The joins give way to them, and creating first gives way to both; what holds
    the old one until it has the new one makes a replacement create first. So no cycle is left (`graph.Cycle` would be a
    mistake in these rules).
    """
    current = {each.address: each for each in changes}
    turned: set[Address] = set()
    while True:
        going = _going(current)
        steps = {
            step.id: step for change in current.values() for step in _steps(change, current, catalog, stack, going)
        }
        notes = list(_notes(current, catalog))
        steps |= {each.step.id: each.step for each in notes}
        edges = [*_edges(current, catalog, steps), *_note_edges(notes, steps)]
        steps |= {each.id: each for each in join_steps(edges, steps)}
        try:
            in_order = ordered(list(steps), edges)
        except Cycle:
            if not _give_up_create_first(current, steps, edges) and not _create_first(current, steps, edges, turned):
                raise
            continue
        before: dict[str, list[str]] = {each: [] for each in in_order}
        for earlier, later in edges:
            before[later].append(earlier)
        done = tuple(replace(steps[each], requires=tuple(dict.fromkeys(before[each]))) for each in in_order)
        return Ordered(tuple(current.values()), done)


def _steps(
    change: Change, changes: Mapping[Address, Change], catalog: Catalog, stack: str, going: frozenset[str]
) -> Iterable[Step]:
    kind = catalog[change.kind]
    working = change.live is not None and change.live.status.phase is Phase.WORKING
    if working and kind.waits and change.resource is not None and not change.action.deletes:
        yield _step(change, Verb.AWAIT, f"GET {kind.listing('{id}').route}")
    wish = _preview(change, changes, stack)
    if change.moved_from and change.live is not None and change.action is not Action.DELETE_CREATE:
        yield _step(change, Verb.MOVE, _shown(kind.remarks(change.live, change.live.mark or wish.mark)))
    if change.action.creates:
        yield _step(change, Verb.CREATE, _shown(_creating(kind, wish)))
    if change.action is Action.UPDATE and change.live is not None:
        letting_go = kind.release(_known_part(wish, change), change.live, going) if kind.releases else ()
        if letting_go:
            yield _step(change, Verb.RELEASE, _shown(letting_go))
        yield _step(change, Verb.UPDATE, _shown(kind.calls(wish, change.live, change.changed), letting_go))
    if change.action.deletes and change.live is not None:
        above = changes.get(change.address.owner) if change.address.owner is not None else None
        implied = kind.removed_with_parent and above is not None and above.action.deletes
        if implied:
            yield _step(change, Verb.DELETE, f"(goes with {change.address.owner})", implied=True)
        else:
            call = kind.delete(change.live)
            yield _step(change, Verb.DELETE, f"{call.method} {call.path}")


@dataclass(frozen=True, slots=True)
class _Note:
    """The step in which the mark of an owner that stays learns what is going to be made, and the steps that make it."""

    step: Step
    before: tuple[str, ...]


def _notes(changes: Mapping[Address, Change], catalog: Catalog) -> Iterable[_Note]:
    for address, sections in to_hold(changes.values(), catalog).items():
        owner = changes[address]
        if owner.action.creates or owner.live is None or owner.live.mark is None or owner.resource is None:
            continue
        new = sections - held(owner.live.mark) if owner.resource.managed else frozenset()
        made = [each.address for each in changes.values() if each.action.creates]
        waiting = tuple(step_id(each, Verb.CREATE) for each in made if noted_for(each, address) in new)
        if waiting:
            call = catalog[owner.kind].remark(owner.live, holding(owner.live.mark, sections))
            yield _Note(_step(owner, Verb.NOTE, _shown((call,))), waiting)


def _note_edges(notes: Iterable[_Note], steps: Mapping[str, Step]) -> Iterable[tuple[str, str]]:
    """Before what is noted, and before the update of the owner: it may write the mark too, or wait for what is made."""
    for note in notes:
        update = step_id(note.step.address, Verb.UPDATE)
        yield from ((note.step.id, each) for each in (*note.before, update) if each in steps)
        move = step_id(note.step.address, Verb.MOVE)
        if move in steps:
            yield move, note.step.id


def _creating(kind: Kind, wish: Wish) -> tuple[Call, ...]:
    if isinstance(kind, StandingKind):
        return kind.calls(wish, kind.at_birth(wish), frozenset(wish.values))
    return (kind.create(wish),)


def _shown(calls: Sequence[Call], done: Sequence[Call] = ()) -> str:
    """Calls for people, less those that an earlier step has done."""
    left = [each for each in calls if each not in done]
    return ", ".join(f"{each.method} {each.path}" for each in left) or "(nothing, as far as is known now)"


def _known_part(wish: Wish, change: Change) -> Wish:
    return replace(wish, values={name: wish.values[name] for name in wish.values if name not in change.unknown})


def _going(changes: Mapping[Address, Change]) -> frozenset[str]:
    """The ids of everything that is to be deleted."""
    return frozenset(each.live.id for each in changes.values() if each.live is not None and each.action.deletes)


def _step(change: Change, verb: Verb, call: str, implied: bool = False) -> Step:
    return Step(step_id(change.address, verb), change.address, verb, change.kind, call, implied=implied)


def _preview(change: Change, changes: Mapping[Address, Change], stack: str) -> Wish:
    """A wish for show: ids that are not known yet appear as `{address}`, values as empty texts."""
    parent = changes.get(change.address.owner) if change.address.owner is not None else None
    parent_id = None
    if parent is not None:
        parent_id = parent.live.id if parent.live is not None and not parent.action.creates else f"{{{parent.address}}}"
    values = {**change.after, **dict.fromkeys(change.unknown, "")}
    on_change = change.resource.lifecycle.on_change if change.resource is not None else {}
    return Wish(values, Mark(stack, str(change.address)), parent_id, parent_id, on_change)


def _edges(changes: Mapping[Address, Change], catalog: Catalog, steps: Mapping[str, Step]) -> list[tuple[str, str]]:
    """All pairs (earlier, later)."""
    firm = [
        *_firm_edges(changes, steps),
        *_let_go_edges(changes, catalog, steps),
        *_sibling_edges(changes, catalog, steps),
    ]
    return [*firm, *joined(firm, changes, catalog, steps), *_create_first_edges(changes, steps)]


def _firm_edges(changes: Mapping[Address, Change], steps: Mapping[str, Step]) -> Iterable[tuple[str, str]]:
    holders = {each.live.id: address for address, each in changes.items() if each.live is not None}
    for address, change in changes.items():
        create, update, delete, wait = (
            step_id(address, verb) for verb in (Verb.CREATE, Verb.UPDATE, Verb.DELETE, Verb.AWAIT)
        )
        if wait in steps and update in steps:
            yield wait, update
        move = step_id(address, Verb.MOVE)
        if move in steps:  # all the rest relies on the object being known by its address
            release = step_id(address, Verb.RELEASE)
            yield from ((move, each) for each in (wait, release, update, create, delete) if each in steps)
        yield from _release_edges(change, holders, steps)
        if change.action is Action.DELETE_CREATE:
            yield delete, create
        needs = sorted(_needs(change), key=lambda each: each.sort_key)
        for mine in (create, update):
            if mine in steps:
                yield from ((theirs, mine) for each in needs for theirs in _readying(each, steps))
        if change.reason == "duplicate" and change.live is not None and change.live.mark is not None:
            kept = f"{change.live.mark.address}:{Verb.AWAIT}"
            if kept in steps:
                yield kept, delete  # the double may be the old machine of a create-first that was interrupted
        if delete in steps:
            holder = holders.get(change.live.parent_id or "") if change.live is not None else None
            yield from _delete_edges(change, {*needs, *([holder] if holder is not None else [])}, delete, steps)


def _release_edges(
    change: Change, holders: Mapping[str, Address], steps: Mapping[str, Step]
) -> Iterable[tuple[str, str]]:
    """Letting go comes before the rest of the update, and before the deletes of what was held. Where nothing is let go
    by itself, the update does it, or the delete of what holds.
    """
    release, update, delete = (step_id(change.address, verb) for verb in (Verb.RELEASE, Verb.UPDATE, Verb.DELETE))
    if change.live is None:
        return
    if release in steps:
        yield release, update
    for each in sorted(change.live.holds):
        holder = holders.get(each)
        theirs = step_id(holder, Verb.DELETE) if holder is not None else ""
        if theirs in steps and theirs != delete:
            mine = [release] if release in steps else [update, delete]
            yield from ((each, theirs) for each in mine if each in steps)


def _let_go_edges(
    changes: Mapping[Address, Change], catalog: Catalog, steps: Mapping[str, Step]
) -> Iterable[tuple[str, str]]:
    """What holds an object goes before an update of it that is possible only while nothing does."""
    updates = [each for each in changes.values() if each.action is Action.UPDATE]
    updated = {each.live.id: each for each in updates if each.live is not None}
    for change in changes.values():
        delete = step_id(change.address, Verb.DELETE)
        if delete not in steps or steps[delete].implied or change.live is None:
            continue
        for each in sorted(change.live.holds):
            other = updated.get(each)
            if other is not None and change.kind in catalog[other.kind].let_go_for(other.changed):
                yield delete, step_id(other.address, Verb.UPDATE)


def _sibling_edges(
    changes: Mapping[Address, Change], catalog: Catalog, steps: Mapping[str, Step]
) -> Iterable[tuple[str, str]]:
    """Within one parent: what another kind's change comes before, and the turns that one kind's objects take."""
    below: dict[Address, list[Change]] = {}
    for address, change in changes.items():
        if address.owner is not None and (catalog[change.kind].after_siblings or catalog[change.kind].standing):
            below.setdefault(address.owner, []).append(change)
    for siblings in below.values():
        for later in siblings:
            kind = catalog[later.kind]
            for earlier in siblings:
                in_turn = later.kind == earlier.kind and _turn(kind, earlier) < _turn(kind, later)
                if not in_turn and earlier.kind not in kind.after_siblings:
                    continue
                for theirs in _readying(earlier.address, steps):
                    yield from (
                        (theirs, mine)
                        for mine in (step_id(later.address, Verb.CREATE), step_id(later.address, Verb.UPDATE))
                        if mine in steps
                    )
                    gone = (step_id(later.address, Verb.RELEASE), step_id(later.address, Verb.DELETE))
                    yield from ((mine, theirs) for mine in gone if mine in steps and _by_itself(steps[mine], later))


def _by_itself(step: Step, change: Change) -> bool:
    """Whether a step is there for its own sake: not a delete that goes with its parent, nor half of a replacement."""
    return not step.implied and not change.action.replaces


def _turn(kind: Kind, change: Change) -> int:
    return kind.turn(change.address.name) if isinstance(kind, StandingKind) else 0


def _create_first_edges(changes: Mapping[Address, Change], steps: Mapping[str, Step]) -> Iterable[tuple[str, str]]:
    """What is created first is deleted last: after the updates of what refers to it, too."""
    first = [address for address, each in changes.items() if each.action is Action.CREATE_DELETE]
    yield from ((step_id(each, Verb.CREATE), step_id(each, Verb.DELETE)) for each in first)
    updates = [each for each in changes.values() if first and step_id(each.address, Verb.UPDATE) in steps]
    for change in updates:
        found = sorted(_needs(change).intersection(first), key=lambda each: each.sort_key)
        yield from ((step_id(change.address, Verb.UPDATE), step_id(each, Verb.DELETE)) for each in found)


def _needs(change: Change) -> set[Address]:
    found = set(change.resource.references) if change.resource is not None else set()
    if change.address.owner is not None:
        found.add(change.address.owner)
    return found


def _readying(address: Address, steps: Mapping[str, Step]) -> Iterable[str]:
    """The steps after which a resource can be relied on."""
    for verb in (Verb.CREATE, Verb.UPDATE, Verb.AWAIT):
        if step_id(address, verb) in steps:
            yield step_id(address, verb)


def _delete_edges(
    change: Change, needs: Iterable[Address], delete: str, steps: Mapping[str, Step]
) -> Iterable[tuple[str, str]]:
    """What the API removes with its parent goes when the parent goes, and nothing else of it is in our hands."""
    implied = steps[delete].implied
    for each in sorted(needs, key=lambda each: each.sort_key):
        theirs = step_id(each, Verb.DELETE)
        if theirs not in steps:
            continue
        if not implied:
            yield delete, theirs
        elif each == change.address.owner:
            yield theirs, delete


def _give_up_create_first(
    changes: dict[Address, Change], steps: Mapping[str, Step], edges: Sequence[tuple[str, str]]
) -> bool:
    """Turn create-first into delete-first where it lies on a cycle; False when there is none to turn."""
    group_of = {each: number for number, group in enumerate(tangles(steps, edges)) for each in group}
    found = {
        steps[later].address
        for earlier, later in _create_first_edges(changes, steps)
        if earlier in group_of and group_of[earlier] == group_of.get(later)
    }
    for address in found:
        impact = (*changes[address].impact, CREATE_FIRST_IMPOSSIBLE)
        changes[address] = replace(changes[address], action=Action.DELETE_CREATE, impact=impact)
    return bool(found)


def _create_first(
    changes: dict[Address, Change], steps: Mapping[str, Step], edges: Sequence[tuple[str, str]], turned: set[Address]
) -> bool:
    """Turn delete-first into create-first where an update is to go from the old one to the new one (a project from one
    organization to another); False when there is none to turn. `turned` are those that were, once each.
    """
    found = set()
    for group in tangles(steps, edges):
        moves = any(steps[each].verb is Verb.UPDATE for each in group)
        for each in group:
            change = changes.get(steps[each].address)
            if moves and change is not None and change.action is Action.DELETE_CREATE:
                found.add(change.address)
    for address in found - turned:
        changes[address] = replace(changes[address], action=Action.CREATE_DELETE)
    new = bool(found - turned)
    turned |= found
    return new
