"""What the answers of a run said was created, changed and deleted, and what lists have shown of it meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from reconciler.model.journal import Journal
from reconciler.model.live import LiveObject


@dataclass(frozen=True, slots=True)
class Made:
    """An object that this run created. `doubted` says that an answer to its create was lost, or that a list has shown
    another one with its mark; `seen` that a whole list has shown it.
    """

    address: str
    live: LiveObject
    doubted: bool = False
    seen: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A change or a delete that the API said was done. `wrong` says what is otherwise in the object as a list shows it,
    given None when none does; empty when it is as the API said.
    """

    address: str
    live: LiveObject
    wrong: Callable[[LiveObject | None], str]


@dataclass(slots=True)
class Claims:
    """Kept by one thread. `known` are the ids of all objects that were there before; `made` are by id. What a list
    shows closes its entry in the journal.
    """

    known: frozenset[str]
    journal: Journal
    made: dict[str, Made] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    _by_mark: dict[tuple[str, str], str] = field(default_factory=dict)

    def created(self, address: str, live: LiveObject, *, doubted: bool, listed: bool) -> None:
        """An answer said so, or a list, when it is `listed`. What was claimed before stays as it was."""
        if live.id in self.made:
            return
        self.made[live.id] = Made(address, live, doubted)
        if live.mark is not None:
            self._by_mark[live.mark.stack, live.mark.address] = live.id
        if listed:
            self.shown([live])

    def deleted(self, address: str, live: LiveObject) -> None:
        self.told.append(Told(address, live, _still_there))

    def changed(self, address: str, live: LiveObject, wrong: Callable[[LiveObject | None], str]) -> None:
        self.told.append(Told(address, live, wrong))

    def shown(self, objects: Iterable[LiveObject]) -> None:
        """A whole list showed these. Of one that carries the mark of another that was made, that other is doubted."""
        for each in objects:
            made = self.made.get(each.id)
            if made is not None:
                if not made.seen:
                    self.made[each.id] = replace(made, seen=True)
                    self.journal.seen(made.address, each.id)
            elif each.mark is not None and each.present and each.id not in self.known:
                twin = self._by_mark.get((each.mark.stack, each.mark.address))
                if twin is not None and self.made[twin].live.kind == each.kind:
                    self.made[twin] = replace(self.made[twin], doubted=True)


def _still_there(live: LiveObject | None) -> str:
    return "a list still shows it" if live is not None and live.present else ""
