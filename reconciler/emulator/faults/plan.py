"""The rules in force, and how far each has got."""

from __future__ import annotations

import random
import threading

from reconciler.emulator.faults.rule import Rule
from reconciler.emulator.routing import Route


class _Armed:
    """A rule and how far it has got."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.matched = 0
        self.struck = 0
        self.answers: list[int] = []
        self._random = random.Random(rule.seed)

    def strikes(self) -> bool:
        """Count a matching request; whether the rule would strike it."""
        self.matched += 1
        chance = self.rule.probability
        drawn = chance is None or self._random.random() < chance
        due = self.rule.nth is None or self.matched >= self.rule.nth
        left = self.rule.times is None or self.struck < self.rule.times
        return drawn and due and left

    def as_json(self) -> dict[str, object]:
        """The rule, how often it matched and struck, and for `meanwhile` what its own calls were answered with."""
        done = {"answers": list(self.answers)} if self.rule.kind == "meanwhile" else {}
        return {**self.rule.as_json(), "matched": self.matched, "struck": self.struck, **done}


class FaultPlan:
    """The rules in force."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[_Armed] = []

    def replace(self, rules: list[Rule]) -> None:
        """Put these rules in the place of all others."""
        with self._lock:
            self._armed = [_Armed(rule) for rule in rules]

    def choose(self, route: Route) -> Rule | None:
        """The rule that strikes this request, if any."""
        chosen: _Armed | None = None
        with self._lock:
            for armed in self._armed:
                if armed.rule.matches(route) and armed.strikes() and chosen is None:
                    chosen = armed
            if chosen is not None:
                chosen.struck += 1
        return chosen.rule if chosen else None

    def answered(self, rule: Rule, status: int) -> None:
        """Note what a call that the rule itself made was answered with."""
        with self._lock:
            for armed in self._armed:
                if armed.rule is rule:
                    armed.answers.append(status)

    def as_json(self) -> list[dict[str, object]]:
        """The rules as posted, and how far each has got."""
        with self._lock:
            return [armed.as_json() for armed in self._armed]
