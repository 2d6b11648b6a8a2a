"""`python -m tests.cli.patched_apply ARGUMENTS`: the real command line with an apply that waits to be interrupted."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from reconciler import app
from reconciler.cli.main import main
from reconciler.model.event import Event, Report, Started
from reconciler.model.kind import Verb
from reconciler.model.plan import Counts

STUBBORN = "--stubborn"
"""With this argument the apply goes on after the first interrupt, so that a second one is needed."""


def apply_plan(
    planned: object, account: object, *, listen: Callable[[Event], None], stop: app.Stop, **more: Any
) -> Report:
    listen(Started("projects.web", "project", Verb.CREATE, 0.0))
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and (stubborn or not stop.requested):
        time.sleep(0.01)
    return Report("apply", Counts(), (), interrupted=True)


if __name__ == "__main__":
    stubborn = STUBBORN in sys.argv
    sys.argv = [each for each in sys.argv if each != STUBBORN]
    app.apply_plan = apply_plan
    main()
