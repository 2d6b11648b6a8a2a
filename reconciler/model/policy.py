"""What a team does not want in a plan, whoever asks for it: rules that are kept beside the stacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reconciler.diagnostics import Diagnostic, Place, Severity

DENIED: Final = "policy-denied"


def denied(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Those findings for which a plan is not applied."""
    return [each for each in found if each.code == DENIED]


@dataclass(frozen=True, slots=True)
class Policy:
    """One rule. `denies` says that a plan which breaks it is not applied; else it is only told. `each` says that it is
    asked of every change, and not once of the plan. `holds` is given what the rule may read, and says whether the rule
    applies; it raises `diagnostics.Refused` for an expression that fails.
    """

    name: str
    denies: bool
    message: str
    place: Place
    each: bool
    applies: Callable[[Mapping[str, Any]], bool]

    @property
    def severity(self) -> Severity:
        return Severity.ERROR if self.denies else Severity.WARNING

    def finding(self, address: str = "") -> Diagnostic:
        """What is told where the rule applies."""
        code = DENIED if self.denies else "policy-warned"
        hint = f"the policy `{self.name}` is at {self.place}"
        summary = f"{address}: {self.message}" if address else self.message
        return Diagnostic(self.severity, code, summary, address, None, hint)
