"""Sequences of calls along the links of the document, each in a world of its own: schemathesis's state machine.

Everything is a function of what is generated (ids come from a seed, time passes a second with each call), so that a
sequence that fails can be shortened and run again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck
from schemathesis import Case
from schemathesis.core.transport import Response

from reconciler.emulator import Emulator, Settings, VirtualClock
from tests.emulator.openapi.formats import register_formats
from tests.emulator.openapi.furnishing import CONFIG, SETTINGS, TOKEN, furnished
from tests.emulator.openapi.pool import Pool

SLOWLY = {"deprovision_seconds": 0, "provision_seconds": 3, "action_seconds": 2, "volume_seconds": 2}


class World:
    """An emulator as a WSGI application, and anew whenever asked."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.answers: dict[str, dict[int, int]] = {}
        self.pool = Pool()
        self._emulator = self._new()

    def renew(self) -> None:
        """A fresh world, the same each time."""
        self.close()
        self.clock = VirtualClock()
        self._emulator = self._new()
        self.pool = Pool()
        self.pool.furnish(furnished(self._emulator))

    def close(self) -> None:
        """Let go of it, and add up what was answered."""
        self._emulator.stop()
        for name, counts in self.pool.answers.items():
            for status, count in counts.items():
                sums = self.answers.setdefault(name, {})
                sums[status] = sums.get(status, 0) + count

    def _new(self) -> Emulator:
        return Emulator(token=TOKEN, clock=self.clock, settings=Settings().changed({**SETTINGS, **SLOWLY}), seed=1)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        headers = {
            name.removeprefix("HTTP_").replace("_", "-"): str(value)
            for name, value in environ.items()
            if name.startswith("HTTP_") or name == "CONTENT_TYPE"
        }
        target = environ["REQUEST_URI"]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        answer = self._emulator.handle(environ["REQUEST_METHOD"], target, headers, body)
        start_response(f"{answer.status} -", [(name, value) for name, value in answer.headers.items()])
        return [answer.body]


def run_sequences(count: int, steps: int, seed: int) -> dict[str, dict[int, int]]:
    """Run so many sequences of so many calls at most, and tell how often each operation was answered how.

    Fails in schemathesis's words.
    """
    register_formats()
    world = World()
    config = schemathesis.Config.from_path(CONFIG)
    schema = schemathesis.openapi.from_wsgi("/_emulator/openapi.json", world, config=config)
    base: Any = schema.as_state_machine()

    class Sequences(base):  # type: ignore[misc]
        def setup(self) -> None:
            world.renew()

        def before_call(self, case: Case[Any]) -> None:
            world.pool.before(case)

        def after_call(self, response: Response, case: Case[Any]) -> None:
            answer = json.loads(response.content) if response.content else None
            world.pool.after(case, case.formatted_path, response.status_code, answer)
            world.clock.advance(1)

    settings = hypothesis.settings(
        max_examples=count,
        stateful_step_count=steps,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
    )
    hypothesis.seed(seed)(Sequences)
    try:
        Sequences.run(settings=settings)
    finally:
        world.close()
    return world.answers
