"""Rolling changes for people: which machines of a group are changed when, and what shows that they are healthy."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model.rollout import Proof, Rollout, Waves, lasting
from reconciler.report.page import Page, Style
from reconciler.values import Address

_SHOWN = 8
"""So many waves, and machines of one, are shown; the others are counted."""


def rollouts_page(rollouts: Sequence[Waves]) -> Page:
    """All rollouts of a plan."""
    page = Page()
    for each in rollouts:
        page.line(("Rollout:", Style.BOLD), f" {each.group}, {extent_words(each)}")
        for number, wave in enumerate(each.waves[:_SHOWN], 1):
            page.line(f"  wave {number}: {_named(wave, each.group)}")
        if len(each.waves) > _SHOWN:
            page.line(f"  ... and {len(each.waves) - _SHOWN} more waves")
        page.line(f"  healthy when {health_words(each.rollout)}")
        if each.down:
            page.line(f"  out of work already, so first: {_named(each.down, each.group)}")
        if each.others:
            page.line(f"  not changed, and out of work where not healthy: {_named(each.others, each.group)}")
    return page


def extent_words(waves: Waves) -> str:
    """How many machines, how many at a time, and what is between; without a name."""
    rollout = waves.rollout
    count = sum(map(len, waves.waves))
    pause = f", {lasting(rollout.pause)} after each wave" if rollout.pause and len(waves.waves) > 1 else ""
    return f"{count} of {rollout.size} machines, {rollout.max_unavailable} at a time{pause}; the first failure stops it"


def health_words(rollout: Rollout) -> str:
    """What has to hold of a machine before the next ones are changed."""
    parts = [
        each.words if each.proof is Proof.STATE else f"{each.words} within {lasting(each.timeout)}"
        for each in rollout.health
    ]
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]


def wave_words(waves: Waves, address: Address) -> str:
    """When a machine's turn is; empty for one that is not changed."""
    number = waves.wave_of(address)
    if number is None:
        return ""
    after = f", once {_named(waves.waves[number - 1], waves.group)} proved healthy" if number else ""
    return f"in wave {number + 1} of {len(waves.waves)} of {waves.group}{after}"


def _named(addresses: Sequence[Address], group: Address) -> str:
    shown = ", ".join(str(each).removeprefix(str(group)) for each in addresses[:_SHOWN])
    return shown if len(addresses) <= _SHOWN else f"{shown} and {len(addresses) - _SHOWN} more"
