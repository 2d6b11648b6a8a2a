"""Where the rooms meet: reads a stack, makes a plan, applies it, and keeps saved plans honest.

The command line calls these functions and nothing below them; a program that embeds the reconciler can do the same.
What is named here is imported when it is first used, so that `validate` starts without the client and the engine.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reconciler.app.journal import new_run, open_journal
    from reconciler.app.reading import read_stack, shipped_offers
    from reconciler.app.run import (
        SETTLE_SECONDS,
        Planned,
        apply_plan,
        connect,
        make_plan,
        must_settle,
        nothing_done,
        read_offers,
        read_outputs,
    )
    from reconciler.app.saved import SavedPlan, check_age, check_approved, open_plan, replan, save_plan
    from reconciler.engine.stop import Stop
    from reconciler.model.plan import Options

_HOMES = {
    "Options": "reconciler.model.plan",
    "Planned": "reconciler.app.run",
    "SETTLE_SECONDS": "reconciler.app.run",
    "SavedPlan": "reconciler.app.saved",
    "Stop": "reconciler.engine.stop",
    "apply_plan": "reconciler.app.run",
    "check_age": "reconciler.app.saved",
    "check_approved": "reconciler.app.saved",
    "connect": "reconciler.app.run",
    "make_plan": "reconciler.app.run",
    "must_settle": "reconciler.app.run",
    "new_run": "reconciler.app.journal",
    "nothing_done": "reconciler.app.run",
    "open_journal": "reconciler.app.journal",
    "open_plan": "reconciler.app.saved",
    "read_offers": "reconciler.app.run",
    "read_outputs": "reconciler.app.run",
    "read_stack": "reconciler.app.reading",
    "replan": "reconciler.app.saved",
    "save_plan": "reconciler.app.saved",
    "shipped_offers": "reconciler.app.reading",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


__all__ = [
    "SETTLE_SECONDS",
    "Options",
    "Planned",
    "SavedPlan",
    "Stop",
    "apply_plan",
    "check_age",
    "check_approved",
    "connect",
    "make_plan",
    "must_settle",
    "new_run",
    "nothing_done",
    "open_journal",
    "open_plan",
    "read_offers",
    "read_outputs",
    "read_stack",
    "replan",
    "save_plan",
    "shipped_offers",
]
