"""`rails`: the limits of a stack on what one run may do, and the waivers that lift one until a day.

They are plain values: a limit that an expression works out is one that nobody has read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from reconciler.diagnostics import did_you_mean
from reconciler.model.catalog import Catalog
from reconciler.model.price import dollars
from reconciler.model.rails import Rail, Rails, Waiver
from reconciler.stack.addresses import read_address
from reconciler.stack.declarations import has_expression
from reconciler.stack.problems import Problem, Problems
from reconciler.stack.yaml_tree import Entry, Items, Node, Scalar, Table, plain_value, type_word
from reconciler.values import Address

_COUNTS: Final = {"max_deletes": 0, "max_creates": 0, "deletes_per_minute": 1}
"""Whole numbers, and the least that each may be."""
_FLAGS: Final = ("delete_projects", "canary")
_ALL_KEYS: Final = (
    "max_deletes", "max_delete_share", "max_creates", "max_vanished_share", "max_cost_per_hour", "delete_projects",
    "canary", "deletes_per_minute", "waivers",
)  # fmt: skip
_WAIVER_KEYS: Final = ("rail", "reason", "until", "targets")
_WAIVER: Final = 'waivers: [{rail: max_deletes, reason: "why", until: 2019-12-31}]'


class RailReader:
    """Reads the entries under `rails`; what does not fit is noted, and says nothing then."""

    def __init__(self, catalog: Catalog, problems: Problems) -> None:
        self._catalog = catalog
        self._problems = problems

    def read(self, entries: Mapping[str, Entry]) -> Rails:
        found: dict[str, Any] = {}
        for key, entry in entries.items():
            node = entry.value
            if key not in _ALL_KEYS:
                hint = did_you_mean(key, _ALL_KEYS) or f"known here: {', '.join(_ALL_KEYS)}"
                self._problems.add("unknown-key", f"`rails` has no `{key}`", entry.place, hint=hint)
            elif has_expression(node):
                self._problems.add("known-too-late", f"`{key}` is a plain value, without expressions", node.place)
            elif key == "waivers":
                found[key] = self._waivers(node)
            elif not (isinstance(node, Scalar) and node.value is None):
                value = self._limit(key, node)
                if value is not None:
                    found[key] = value
        return Rails(**found)

    def _limit(self, key: str, node: Node) -> int | float | bool | Decimal | None:
        value = plain_value(node)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if key in _FLAGS:
            if not isinstance(value, bool):
                self._wrong(f"`{key}` is true or false, not {type_word(node)}", node)
                return None
            return value
        if key in _COUNTS:
            if not number or isinstance(value, float):
                self._wrong(f"`{key}` is a whole number, not {type_word(node)}", node)
                return None
            if value < _COUNTS[key]:
                self._problems.add("invalid-value", f"`{key}` is at least {_COUNTS[key]}", node.place)
                return None
            return int(value)
        if key == "max_cost_per_hour":
            return self._money(key, node)
        if not number:
            hint = "30 % is 0.3" if isinstance(value, str) and value.endswith("%") else ""
            self._wrong(f"`{key}` is a number from 0 to 1, not {type_word(node)}", node, hint)
            return None
        if not 0 <= value <= 1:
            hint = f"{value:g} % is {value / 100:g}" if 1 < value <= 100 else ""
            self._problems.add("invalid-value", f"`{key}` is a part, from 0 to 1", node.place, hint=hint)
            return None
        return float(value)

    def _money(self, key: str, node: Node) -> Decimal | None:
        value = plain_value(node)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._wrong(f"`{key}` is a number of dollars, not {type_word(node)}", node, "write 12.5")
            return None
        amount = dollars(value)
        if amount is None:
            self._problems.add("invalid-value", f"`{key}` is a number of dollars, 0 or more", node.place)
        return amount

    def _waivers(self, node: Node) -> tuple[Waiver, ...]:
        if isinstance(node, Scalar) and node.value is None:
            return ()
        if not isinstance(node, Items):
            self._wrong(f"`waivers` is a list, not {type_word(node)}", node, _WAIVER)
            return ()
        return tuple(waiver for each in node.items if (waiver := self._waiver(each)) is not None)

    def _waiver(self, node: Node) -> Waiver | None:
        if not isinstance(node, Table):
            self._wrong(f"a waiver is a mapping, not {type_word(node)}", node, _WAIVER)
            return None
        for key, entry in node.entries.items():
            if key not in _WAIVER_KEYS:
                hint = did_you_mean(key, _WAIVER_KEYS) or f"it has: {', '.join(_WAIVER_KEYS)}"
                self._problems.add("unknown-key", f"a waiver has no `{key}`", entry.place, hint=hint)
        missing = [key for key in ("rail", "reason", "until") if key not in node.entries]
        if missing:
            summary = f"a waiver says its rail, the reason, and until when it holds; `{missing[0]}` is not there"
            self._problems.add("missing-field", summary, node.place, hint=_WAIVER)
            return None
        rail = self._rail(node.entries["rail"].value)
        reason = self._reason(node.entries["reason"].value)
        until = self._until(node.entries["until"].value)
        targets = self._targets(node.entries["targets"].value) if "targets" in node.entries else ()
        if rail is Rail.MAX_VANISHED_SHARE and targets:
            summary = f"`{rail}` counts objects and knows no addresses, so its waiver has no `targets`"
            self._problems.add("invalid-value", summary, node.entries["targets"].place, hint="leave `targets` out")
            return None
        if rail is None or reason is None or until is None or targets is None:
            return None
        return Waiver(rail, reason, until, node.place, targets)

    def _rail(self, node: Node) -> Rail | None:
        value = plain_value(node)
        names = [each.value for each in Rail]
        if isinstance(value, str) and value in names:
            return Rail(value)
        hint = did_you_mean(str(value), names) or f"one of {', '.join(names)}"
        self._problems.add("invalid-value", f"{value!r} is no rail that can be waived", node.place, hint=hint)
        return None

    def _reason(self, node: Node) -> str | None:
        value = plain_value(node)
        if isinstance(value, str) and value.strip():
            return value
        self._wrong("`reason` is a text, for those who come across the waiver", node)
        return None

    def _until(self, node: Node) -> date | None:
        """A day; the whole of it counts."""
        value = plain_value(node)
        try:
            if isinstance(value, str) and len(value) == len("2019-12-31"):
                return date.fromisoformat(value)
        except ValueError:
            pass
        self._problems.add("invalid-value", f"`until` is a day, not {value!r}", node.place, hint="write 2019-12-31")
        return None

    def _targets(self, node: Node) -> tuple[Address, ...] | None:
        if not isinstance(node, Items) or not node.items:
            hint = "leave it out, and the waiver holds for all"
            self._wrong(f"`targets` is a list of addresses, not {type_word(node)}", node, hint)
            return None
        found: list[Address] = []
        for each in node.items:
            value = plain_value(each)
            try:
                if not isinstance(value, str):
                    self._wrong(f"`targets` lists addresses, not {type_word(each)}", each)
                else:
                    found.append(read_address(value, self._catalog))
            except Problem as problem:
                self._problems.note(problem.diagnostic.at(each.place))
        return tuple(found) if len(found) == len(node.items) else None

    def _wrong(self, summary: str, node: Node, hint: str = "") -> None:
        if not hint and isinstance(node, Scalar) and node.text.lower() in ("yes", "no", "on", "off"):
            hint = "YAML 1.2 has true and false only"
        self._problems.add("wrong-type", summary, node.place, hint=hint)
