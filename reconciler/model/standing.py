"""Kinds of objects that stand with their parent: a device's ports come and go with the device and never by themselves.

Nobody can create or delete one, so a create finds the object and changes it, and an object that the stack does not
declare is changed at the most. Their changes go call by call (`Kind.calls`), after a fresh look at the object.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from reconciler.model.kind import Kind, Wish
from reconciler.model.live import LiveObject
from reconciler.wire import Call


class StandingKind(Kind):
    """One kind of object that stands with its parent. Its objects are read as `automatic`, and known by natural key."""

    marked: ClassVar[bool] = False
    standing: ClassVar[bool] = True
    stepwise: ClassVar[bool] = True
    removed_with_parent: ClassVar[bool] = True
    deletable: ClassVar[bool] = False

    def create(self, wish: Wish) -> Call:
        raise NotImplementedError(f"a {self.name} stands with its parent")

    @abstractmethod
    def at_birth(self, wish: Wish) -> LiveObject:
        """What the object looks like when its parent has just been made; for the preview of its calls."""

    @abstractmethod
    def configured(self, live: LiveObject) -> bool:
        """Whether the object is otherwise than at its birth: then a plan shows it to go with its parent."""

    def without(self, live: LiveObject, going: frozenset[str]) -> Mapping[str, Any]:
        """The values of an object that nobody declares, once it has let go of the objects that go."""
        return {}

    def unset(self, live: LiveObject) -> Mapping[str, Any]:
        """The values of an object that the stack no longer declares, in a section that it does."""
        return {}

    def upset(self, live: LiveObject, sibling: str, values: Mapping[str, Any]) -> bool:
        """Whether a change of a sibling (of that kind, to those values) may undo what this object is."""
        return False

    def reshaped(self, values: Mapping[str, Any], live: LiveObject | None) -> frozenset[str]:
        """The attributes of what it stands in that a change to these values may change: a device's addresses. Of None,
        those that any change to them may. Whoever reads one of these waits for the change.
        """
        return frozenset()

    def turn(self, key: str) -> int:
        """Among the siblings of this kind in one parent, lower numbers are changed first."""
        return 0

    def losses(self, live: LiveObject, siblings: Sequence[LiveObject], values: Mapping[str, Any]) -> tuple[str, ...]:
        """What an update to these values costs the user, for the plan: addresses that are dropped."""
        return ()
