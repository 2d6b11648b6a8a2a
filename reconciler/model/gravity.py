"""How grave it is that the account differs from the stack: what a person on call sorts drift by."""

from __future__ import annotations

from enum import StrEnum


class Gravity(StrEnum):
    """From the gravest: who gets in; what runs, or would be disturbed when it is set right; and the rest."""

    SECURITY = "security"
    DISRUPTIVE = "disruptive"
    COSMETIC = "cosmetic"
