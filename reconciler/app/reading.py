"""Reading a stack: all that `validate` needs, so that it starts without the client and the engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reconciler.kinds import catalog
from reconciler.model.resource import Stack
from reconciler.stack import Inputs
from reconciler.stack import read_stack as load_and_resolve


def read_stack(paths: Sequence[Path], inputs: Inputs) -> Stack:
    """Load and resolve a stack. Raises `diagnostics.Refused` with everything that is wrong in it."""
    return load_and_resolve(paths, catalog(), inputs)
