"""What a change does to what runs: the classes that a person sorts a plan by."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from types import MappingProxyType


class Effect(StrEnum):
    """From harmless to final, in this order."""

    NONE = "none"
    IN_PLACE = "in-place"
    REBOOT = "reboot"
    NETWORK = "network-disruptive"
    REINSTALL = "reinstall"
    REPLACE = "replace"
    DESTROY = "destroy"

    @property
    def rank(self) -> int:
        return _ORDER[self]

    @property
    def means(self) -> str:
        """For a person, in a few words."""
        return _MEANS[self]

    @property
    def disrupts(self) -> bool:
        """Whether what runs notices it."""
        return self.rank >= Effect.REBOOT.rank


_ORDER = MappingProxyType({each: rank for rank, each in enumerate(Effect)})
_MEANS = MappingProxyType(
    {
        Effect.NONE: "nothing that runs is touched",
        Effect.IN_PLACE: "changed while it runs",
        Effect.REBOOT: "a machine is turned off or on",
        Effect.NETWORK: "connections break, addresses may be lost",
        Effect.REINSTALL: "disks are wiped, the hardware stays",
        Effect.REPLACE: "new hardware, new addresses, the data is gone",
        Effect.DESTROY: "gone for good",
    }
)


def worst(effects: Iterable[Effect]) -> Effect:
    """The last of them in the order; NONE of none."""
    return max(effects, key=lambda each: each.rank, default=Effect.NONE)
