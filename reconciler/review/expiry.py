"""Until when what a stack makes is to stand, and what is over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reconciler.diagnostics import Diagnostic, error, warning
from reconciler.model.lifetime import Lifetime, moment, moment_text
from reconciler.model.live import LiveObject
from reconciler.model.plan import Change, Expiry, Plan
from reconciler.model.resource import Stack
from reconciler.values import Address


@dataclass(frozen=True, slots=True)
class Over:
    """What of a stack has stood for its time: all of it, or some of its projects. `ends` is when the first of what is
    not over will be, where that is known.
    """

    whole: bool
    projects: tuple[Address, ...]
    ends: datetime | None = None

    @property
    def any(self) -> bool:
        return self.whole or bool(self.projects)


def expiries(stack: Stack, changes: Iterable[Change]) -> tuple[Expiry, ...]:
    """When each project with a lifetime ends."""
    live = {each.address: each.live for each in changes if each.live is not None}
    return tuple(
        Expiry(address, lasts.ends(_born(live.get(address))), lasts.ttl, lasts.place)
        for address, lasts in stack.lifetimes.items()
    )


def over(stack: Stack, changes: Sequence[Change], now: datetime) -> Over:
    """What is over now. The rest of a stack goes when its own time is over and no project of it is to stand longer; a
    project that is not there stands no longer.
    """
    live = {each.address: each.live for each in changes if each.live is not None}
    ends = {address: lasts.ends(_born(live[address])) for address, lasts in stack.lifetimes.items() if address in live}
    gone = tuple(address for address, end in ends.items() if end is not None and end <= now)
    later = [end for end in ends.values() if end is not None and end > now]
    own = _own_end(stack.lifetime, live)
    whole = own is not None and own <= now and len(gone) == len(ends) and bool(live)
    return Over(whole, () if whole else gone, min(later, default=own if live and not whole else None))


def told(plan: Plan, now: datetime) -> list[Diagnostic]:
    """A warning for each project whose time is over, and which the plan keeps or makes."""
    if plan.options.destroy:
        return []
    hint = "`reconciler reap` destroys what is over; to keep it, say a later time"
    return [
        warning("expired", f"{each.address} {_since(each)}", address=str(each.address), place=each.place, hint=hint)
        for each in _ended(plan, now)
    ]


def refused(plan: Plan, now: datetime) -> list[Diagnostic]:
    """An error for each project whose time is over, and in which the plan would make something."""
    made = [each.address for each in plan.changes if each.action.creates]
    found = []
    for each in _ended(plan, now):
        if any(address.within(each.address) for address in made):
            summary = f"nothing is made in {each.address} any more: it {_since(each)}"
            hint = "say a later time, or destroy it: `reconciler reap`"
            found.append(error("expired", summary, address=str(each.address), place=each.place, hint=hint))
    return found


def _ended(plan: Plan, now: datetime) -> list[Expiry]:
    return [each for each in plan.expiries if each.ends is not None and each.ends <= now]


def _since(expiry: Expiry) -> str:
    return f"expired at {moment_text(expiry.ends)}" if expiry.ends is not None else "does not expire"


def _own_end(own: Lifetime | None, live: Mapping[Address, LiveObject]) -> datetime | None:
    """When the time of the whole stack is over: a `ttl` counts from the birth of the oldest that it owns."""
    if own is None:
        return None
    births = [born for each in live.values() if each.mark is not None and (born := _born(each)) is not None]
    return own.ends(min(births, default=None))


def _born(live: LiveObject | None) -> datetime | None:
    return moment(live.created_at) if live is not None else None
