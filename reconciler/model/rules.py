"""What a change to a field does: the rules that a kind writes on its fields.

    plan: Annotated[str, Replace(same=same_plan)]

A field without a rule is refused when the kind is defined, so nobody can add a field and forget what it means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from types import MappingProxyType
from typing import Any

from reconciler.model.effect import Effect

Same = Callable[[Any, Any], bool]
"""Whether a declared value (first) and a live one (second) mean the same, though they may be written differently."""


def equal(declared: Any, live: Any) -> bool:
    """Equal and of one type: `1` is not `True`."""
    return type(declared) is type(live) and bool(declared == live)


def any_change(_declared: Any, _live: Any) -> bool:
    """Every change can be made in place."""
    return True


@dataclass(frozen=True, slots=True)
class Update:
    """Changed in place by an update call. `note` says what the user should know (such as when it takes effect)."""

    same: Same = equal
    note: str = ""
    clears: bool = True
    """Whether null empties the field; else it means the same as leaving the field out."""
    effect: Effect = Effect.IN_PLACE
    """What a change of it does to what runs."""
    possible: Same = any_change
    """Whether this change, from a live value (second) to a declared one (first), can be made in place; the others
    replace the object (a volume that is to shrink).
    """


@dataclass(frozen=True, slots=True)
class Replace:
    """Cannot be changed: the object is destroyed and created again."""

    same: Same = equal
    note: str = ""


@dataclass(frozen=True, slots=True)
class CreateOnly:
    """Used at create and never given back by the API: compared by a digest in the mark's memo; a change replaces the
    object, or (`replaces=False`) only matters for the next create.
    """

    note: str = ""
    replaces: bool = True
    unordered: bool = False
    """Whether a list means the same in any order, doubles ignored."""

    def remembered(self, value: Any) -> Any:
        """The value as its digest sees it."""
        if not (self.unordered and isinstance(value, list)):
            return value
        return sorted({str(each): each for each in value}.values(), key=str)


@dataclass(frozen=True, slots=True)
class WriteOnce:
    """Set once for ever: a change is refused in the plan, with the reason."""

    reason: str
    same: Same = equal


@dataclass(frozen=True, slots=True)
class FromKey:
    """Given by the key in the YAML (`bgp_sessions: [ipv4]`), never written by the user; a part of the identity."""


@dataclass(frozen=True, slots=True)
class Ours:
    """Not the API's: it says how a run treats the object, so it is neither sent nor compared, and a change counts at
    once.
    """


Rule = Update | Replace | CreateOnly | WriteOnce | FromKey | Ours


@dataclass(frozen=True, slots=True)
class Secret:
    """Beside a rule: the value never reaches an output, a plan file, a log or a cassette."""


@dataclass(frozen=True, slots=True)
class Refers:
    """Beside a rule: a whole-resource reference is allowed here (`${{ project.vlans.storage }}`).

    `kinds` are the kinds that fit, `attribute` is the attribute that the API wants of them.
    """

    kinds: tuple[str, ...]
    attribute: str = "id"
    by_key: bool = False
    """Whether a plain text that is no uuid names one of them by its key in the nearest section (`vlans: [storage]`)."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Beside a rule: the value (or each of a list of values) must be in one of the API's own catalogues.

    `catalogue` is its name in the catalog of kinds, `besides` are further words that the API understands there.
    """

    catalogue: str
    besides: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Usual:
    """Beside an `Update` or a `Replace`: what the API gives an object of which nothing is asked. Another live value in
    a field that the stack does not declare was somebody else's wish: nothing is done about it, and it is told as drift.

    `meaning` says what comes of such a value.
    """

    value: Any
    meaning: str


_NOTHING_LISTED: Mapping[str, Listed] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind, read from the annotations of its spec."""

    name: str
    rule: Rule
    secret: bool
    refers: Refers | None
    required: bool
    listed: Listed | None = None
    listed_inside: Mapping[str, Listed] = dataclass_field(default_factory=lambda: _NOTHING_LISTED)
    """The same of the parts of a field that is a mapping."""
    usual: Usual | None = None


def listed_values(field: Field, value: Any) -> Iterator[tuple[tuple[str, ...], Any, Listed]]:
    """The names that a field's value holds: where, which, and what catalogue each is to be in."""
    if value is None:
        return
    if field.listed is not None:
        yield (field.name,), value, field.listed
    for part, listed in field.listed_inside.items():
        if isinstance(value, Mapping) and value.get(part) is not None:
            yield (field.name, part), value[part], listed
