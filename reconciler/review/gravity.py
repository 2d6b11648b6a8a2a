"""The gravity of what has drifted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reconciler.model.catalog import Catalog
from reconciler.model.gravity import Gravity
from reconciler.model.plan import Action, Change


def with_gravity(changes: Sequence[Change], catalog: Catalog) -> tuple[Change, ...]:
    """The changes, each that differs with its gravity. Effects have to be in them already."""
    return tuple(
        replace(each, gravity=_gravity(each, catalog)) if each.action is not Action.NOOP or each.unasked else each
        for each in changes
    )


def _gravity(change: Change, catalog: Catalog) -> Gravity:
    """What is missing is disruptive at the least: the stack relies on it."""
    kind = catalog[change.kind]
    names = {*change.changed, *(str(each.path[0]) for each in change.unasked)}
    if kind.gives_access or names & kind.guarded:
        return Gravity.SECURITY
    missing = change.action is Action.CREATE
    return Gravity.DISRUPTIVE if missing or change.effect.disrupts else Gravity.COSMETIC
