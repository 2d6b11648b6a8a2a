"""What is wanted of a project's reserved machines against those that it has.

Each create takes one that fits it, so it is a matching: two creates that name one machine, or three that take what is
next where two are free, cannot all succeed. A machine whose device this very plan ends counts as free, and so does one
that is still being wiped: an apply waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.engine.stock.demand import Claim, Want
from reconciler.model.stock import Machines, Reservation


@dataclass(frozen=True, slots=True)
class _Slot:
    """One machine that is wanted, with the uuids of those that would do, the ready ones first."""

    want: Want
    fitting: tuple[str, ...]


def check_reserved(claim: Claim, reservations: Sequence[Reservation]) -> list[Diagnostic]:
    """What stands in the way, and (a warning) what has to be waited for."""
    there = {each.id: each for each in sorted(reservations, key=lambda each: each.id)}
    free = [each for each in there.values() if each.device is None or each.device in claim.freed]
    free.sort(key=lambda each: each.provisionable is False)
    wants = [each for each in claim.wants if not each.machines.reservations & claim.brought]
    slots = [
        _Slot(want, tuple(each.id for each in free if _fits(want.machines, each)))
        for want in sorted(wants, key=lambda each: each.machines.next_available)
        for _ in range(want.machines.quantity)
    ]
    taken = _matched(slots)
    spare = len(claim.brought)
    found: list[Diagnostic] = []
    for at, slot in enumerate(slots):
        if at in taken:
            found += _waits(slot.want, there[taken[at]])
        elif slot.want.machines.next_available and spare:
            spare -= 1  # nobody has looked what those are that are moved here
        else:
            found.append(_missing(slot.want, there, free, wants))
    return found


def _fits(machines: Machines, reservation: Reservation) -> bool:
    named = reservation.id in machines.reservations or machines.next_available
    plan = not machines.names or not reservation.names or bool(machines.names & reservation.names)
    place = not machines.places or reservation.facility is None or reservation.facility in machines.places
    return named and plan and place


def _matched(slots: Sequence[_Slot]) -> Mapping[int, str]:
    """As many slots as can have one, each with its own: by augmenting paths, the first ones first."""
    holder: dict[str, int] = {}
    for start in range(len(slots)):
        came: dict[str, int] = {}
        frontier, end = [start], ""
        while frontier and not end:
            at = frontier.pop(0)
            for each in slots[at].fitting:
                if each in came:
                    continue
                came[each] = at
                if each not in holder:
                    end = each
                    break
                frontier.append(holder[each])
        given = {at: each for each, at in holder.items()}
        while end:
            at = came[end]
            holder[end] = at
            end = given.get(at, "")
    return {at: each for each, at in holder.items()}


def _waits(want: Want, reservation: Reservation) -> Iterator[Diagnostic]:
    if reservation.device is None and reservation.provisionable is False:
        summary = f"the reserved machine {reservation.id} cannot be provisioned yet"
        hint = "an apply waits for it, as long as `timeouts: {create: ...}` says: it is wiped after its last device"
        yield _told(want, Severity.WARNING, "reservation-not-ready", summary, hint)


def _missing(
    want: Want, there: Mapping[str, Reservation], free: Sequence[Reservation], wants: Sequence[Want]
) -> Diagnostic:
    machines = want.machines
    if machines.next_available:
        summary = _too_few(machines, free, wants)
    else:
        open_to_us = frozenset(each.id for each in free)
        summary = "; ".join(_why_not(each, machines, there, open_to_us) for each in sorted(machines.reservations))
    hint = _what_there_is(free, there)
    return _told(want, Severity.ERROR, "no-reservation", summary, hint)


def _too_few(machines: Machines, free: Sequence[Reservation], wants: Sequence[Want]) -> str:
    fitting = sum(_fits(machines, each) for each in free)
    what = " ".join(filter(None, (machines.plan, f"in {' or '.join(machines.places)}" if machines.places else "")))
    if not fitting:
        return f"the project has no reserved {what or 'machine'} that is free"
    wanted = sum(each.machines.quantity for each in wants if each.machines.next_available)
    return f"the project has {fitting} reserved {what or 'machines'} that are free, and {wanted} devices take the next"


def _why_not(identifier: str, machines: Machines, there: Mapping[str, Reservation], free: frozenset[str]) -> str:
    found = there.get(identifier)
    if found is None:
        return f"the project has no hardware reservation {identifier}"
    if machines.names and found.names and not machines.names & found.names:
        return f"the reserved machine {identifier} is a {found.plan}, not a {machines.plan}"
    if machines.places and found.facility is not None and found.facility not in machines.places:
        return f"the reserved machine {identifier} is in {found.facility}, not in {' or '.join(machines.places)}"
    if identifier not in free:
        return f"the reserved machine {identifier} is in use, by device {found.device}"
    return f"the reserved machine {identifier} is wanted by several"


def _what_there_is(free: Sequence[Reservation], there: Mapping[str, Reservation]) -> str:
    if not there:
        return "the project has no hardware reservations; `hardware_reservations` moves some into it"
    shown = [f"{each.id} ({each.plan} in {each.facility or '?'})" for each in free[:5]]
    more = f" and {len(free) - len(shown)} more" if len(free) > len(shown) else ""
    return f"free are: {', '.join(shown)}{more}" if shown else f"all {len(there)} that the project has are in use"


def _told(want: Want, severity: Severity, code: str, summary: str, hint: str) -> Diagnostic:
    resource = want.change.resource
    place = resource.place_of("hardware_reservation_id") if resource is not None else None
    address = str(want.change.address)
    return Diagnostic(severity, code, summary, address, place, hint)
