"""Lookups: what expressions may ask of the API while a plan is made (`cheapest_plan(cores=8)`).

The names, what they take and the shape of what they give stand here, so that the language can check a call without an
account. `kinds.lookups` knows how each is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from reconciler.wire import Call, Listing

Arguments = Mapping[str, Any]
"""What a lookup was asked with: plain data, by parameter."""


class LookupFailed(Exception):
    """There is no answer. `hint` is the way out."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a lookup gives. `accepted` are texts that do as well as the value, or as any item of it: an object that has
    one of them is as wanted. `momentary` says that the value is true for a moment only, so that an object that was made
    with another one is left as it is.
    """

    value: Any
    accepted: frozenset[str] = frozenset()
    momentary: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a lookup takes. `types` are those of plain data; lists are lists of texts."""

    name: str
    types: tuple[type, ...]
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """How a lookup is called. `sample` has the shape of its value."""

    parameters: tuple[Parameter, ...]
    sample: Any
    summary: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """How a lookup is answered: what has to be read, all with GET, and what follows from that."""

    reads: Callable[[Arguments], Sequence[Call | Listing]]
    answer: Callable[[Arguments, Sequence[Any]], Answer]
    """Raises LookupFailed."""


_NUMBER: Final = (int, float)
_PLACE: Final = Parameter("facility", (str, list))

SIGNATURES: Final[Mapping[str, Signature]] = MappingProxyType(
    {
        "cheapest_plan": Signature(
            (
                _PLACE,
                Parameter("cores", _NUMBER),
                Parameter("memory_gb", _NUMBER),
                Parameter("storage_gb", _NUMBER),
                Parameter("architecture", (str,), choices=("x86", "arm")),
                Parameter("max_hourly", _NUMBER),
                Parameter("deployment", (str,), choices=("on_demand", "spot_market")),
            ),
            "plan",
            "the slug of the cheapest plan that is for sale and has at least this much",
        ),
        "spot_price": Signature(
            (Parameter("facility", (str,), required=True), Parameter("plan", (str,), required=True)),
            1.0,
            "what the spot market asks for a machine now, in dollars an hour",
        ),
        "reserved_hardware": Signature(
            (Parameter("project", (str,), required=True), Parameter("plan", (str,)), _PLACE),
            ["00000000-0000-4000-8000-000000000000"],
            "the uuids of the project's reserved machines that are free",
        ),
    }
)
