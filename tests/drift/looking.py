"""A look at an account, as `drift` takes it, without the command line."""

from __future__ import annotations

from datetime import datetime

from reconciler.app import Options, make_plan
from reconciler.clock import instant
from reconciler.model.look import Looked
from tests.reliability.scene import Scene


def look(scene: Scene, *, at: datetime | None = None) -> Looked:
    """Compare the stack of a scene with its account."""
    account = scene.account
    planned = make_plan(
        scene.stack, account.client, Options(), parallelism=1, guarded=False, preflight=False, strangers=True
    )
    return Looked(planned.plan, at or instant(account.clock), "stack.yaml")
