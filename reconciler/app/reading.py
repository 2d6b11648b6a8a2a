"""Reading a stack: all that `validate` needs, so that it starts without the client and the engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reconciler.catalogue import shipped_offers
from reconciler.kinds import catalog
from reconciler.model.offers import Offers
from reconciler.model.resource import Stack
from reconciler.stack import Inputs
from reconciler.stack import read_stack as load_and_resolve


def read_stack(paths: Sequence[Path], inputs: Inputs, offers: Offers | None = None) -> Stack:
    """Load and resolve a stack. Raises `diagnostics.Refused` with everything that is wrong in it.

    `offers` is what can be ordered, for who makes no plan: a plan checks that with the API.
    """
    return load_and_resolve(paths, catalog(), inputs, offers)


__all__ = ["read_stack", "shipped_offers"]
