"""Where the rooms meet: reads a stack, makes a plan, applies it, and keeps saved plans honest.

The command line calls these functions and nothing below them; a program that embeds the reconciler can do the same.
"""

from __future__ import annotations

from reconciler.app.run import Planned, apply_plan, connect, make_plan, read_outputs, read_stack
from reconciler.app.saved import SavedPlan, open_plan, replan, save_plan
from reconciler.engine.stop import Stop
from reconciler.model.plan import Options

__all__ = [
    "Options",
    "Planned",
    "SavedPlan",
    "Stop",
    "apply_plan",
    "connect",
    "make_plan",
    "open_plan",
    "read_outputs",
    "read_stack",
    "replan",
    "save_plan",
]
