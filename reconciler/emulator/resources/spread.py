"""In which facilities several machines are to be, when they are asked for at once.

Facilities are filled in the order of preference. "any" stands for all others that offer the plan, the
largest capacity first. `facility_diversity_level` N is the most facilities to be spread across: the first N
in order of preference that can hold them all together. (2019 API reference; documentation of September
2019, "Deployment: Batch": with 7, 24 and 50 machines left, 10 at level 1 go to the second facility, 25 at
level 2 as 7 and 18 to the first two.)
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from reconciler.emulator.call import Write
from reconciler.emulator.catalogue import Facility, Plan
from reconciler.emulator.errors import blank, invalid
from reconciler.emulator.resources.capacity import left
from reconciler.emulator.resources.device_place import ANYWHERE, has_features, refuse_lone_unknown

Room = tuple[Facility, int]
"""A facility, and how many machines it has left."""


def spread(call: Write, plan: Plan, quantity: int) -> list[Facility]:
    """A facility for each machine. Refused where there are too few machines of the plan."""
    level = call.params.integer("facility_diversity_level")
    if level is not None and level < 1:
        raise invalid("Facility diversity level is invalid")  # text unsure
    places = _preferred(call, plan)
    if not places:
        raise blank("Facility")
    fitting = has_features(call, plan)
    rooms = [(place, left(call, place.code, plan)) for place in places]
    chosen = _enough([room for room in rooms if room[1] and fitting], quantity, level)
    if chosen is None:
        raise invalid(f"The facility {places[0].code} has no provisionable {plan.slug} servers matching your criteria")
    return _filled(chosen, quantity)


def _preferred(call: Write, plan: Plan) -> list[Facility]:
    """The facilities asked for, best first. The reference's own example writes `facilities`."""
    wanted = call.params.texts("facility") or call.params.texts("facilities")
    refuse_lone_unknown(call, wanted)
    named = [facility for facility in map(call.catalogue.facility, wanted) if facility]
    if ANYWHERE in wanted:
        offering = [facility for facility in map(call.catalogue.facility, plan.facilities) if facility]
        named += sorted(offering, key=lambda facility: -left(call, facility.code, plan))
    return list(dict.fromkeys(named))


def _enough(rooms: Sequence[Room], quantity: int, level: int | None) -> Sequence[Room] | None:
    """The facilities to fill, in order: the best `level` of them that hold all."""
    if level is None or level >= len(rooms):
        return rooms if sum(room for _, room in rooms) >= quantity else None
    return next((some for some in combinations(rooms, level) if sum(room for _, room in some) >= quantity), None)


def _filled(rooms: Sequence[Room], quantity: int) -> list[Facility]:
    taken: list[Facility] = []
    for place, room in rooms:
        taken += [place] * min(room, quantity - len(taken))
    return taken
