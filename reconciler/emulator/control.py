"""The emulator's own endpoints, under /_emulator/: what happened, what is set, what shall go wrong.

They want the same token, are counted nowhere and no fault strikes them. JSON in, JSON out:

    GET        ledger      every accepted mutation, in order
    GET        stats       requests by method and route template
    POST       reset       as it was started
    POST       hardware-reservations   reserved machines for a project, see `resources/hardware_reservations.py`
    GET, POST  settings    see `settings.py`
    GET, POST  faults      {"rules": [...]}, see `faults.py`
    GET, POST  clock       {"advance_seconds": n}
    POST       bgp-sessions   {"status": "up" or "down"}, and "device_id" for those of one machine
    POST       users       {"email", "first_name", "last_name"}: a person, and an API key of theirs
    GET        letters     what the service would have sent by mail or text message
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from reconciler.emulator.clock import rfc3339
from reconciler.emulator.errors import ApiError, invalid, not_found
from reconciler.emulator.faults import Rule
from reconciler.emulator.params import parse_json
from reconciler.emulator.records import Letter
from reconciler.emulator.resources.account import add_person
from reconciler.emulator.resources.bgp import turn
from reconciler.emulator.resources.hardware_reservations import put_into_the_world
from reconciler.emulator.wire import Request

if TYPE_CHECKING:
    from reconciler.emulator.engine import Engine

PREFIX = "/_emulator"
DOCUMENT = PREFIX + "/openapi.json"
"""What the API is, for anybody who asks on this machine: `GET`, without a token. See `openapi/`."""
_FURTHEST = 10 * 365 * 86_400.0
"""How far one call may advance the clock: ten years of seconds."""


class Control:
    """Answers the emulator's own endpoints."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._calls: Mapping[tuple[str, str], Callable[[Mapping[str, object]], object]] = {
            ("GET", "ledger"): self._ledger,
            ("GET", "stats"): self._stats,
            ("GET", "settings"): self._settings,
            ("POST", "settings"): self._change_settings,
            ("GET", "clock"): self._clock,
            ("POST", "clock"): self._advance,
            ("GET", "faults"): self._faults,
            ("POST", "faults"): self._replace_faults,
            ("POST", "reset"): self._reset,
            ("POST", "hardware-reservations"): self._reserve_hardware,
            ("POST", "bgp-sessions"): self._turn_sessions,
            ("POST", "users"): self._add_user,
            ("GET", "letters"): self._letters,
        }

    def answer(self, request: Request) -> object:
        """The JSON of the answer. Raises `ApiError` for an unknown endpoint or a body it cannot use."""
        call = self._calls.get((request.method, request.path[len(PREFIX) + 1 :]))
        if call is None:
            raise not_found()
        return call(_body(request))

    def _ledger(self, _body: Mapping[str, object]) -> object:
        return {"ledger": self._engine.world.ledger()}

    def _stats(self, _body: Mapping[str, object]) -> object:
        methods: dict[str, dict[str, int]] = {}
        for (method, route), count in sorted(self._engine.world.requests().items()):
            methods.setdefault(method, {})[route] = count
        totals = {method: sum(routes.values()) for method, routes in methods.items()}
        return {"requests": methods, "totals": totals, "total": sum(totals.values())}

    def _settings(self, _body: Mapping[str, object]) -> object:
        return {"settings": self._engine.settings.as_json()}

    def _change_settings(self, body: Mapping[str, object]) -> object:
        try:
            self._engine.settings = self._engine.settings.changed(body)
        except ValueError as error:
            raise ApiError(422, *str(error).split("\n")) from None
        return self._settings(body)

    def _clock(self, _body: Mapping[str, object]) -> object:
        now = self._engine.world.now()
        return {"now": rfc3339(now), "unix_seconds": now}

    def _advance(self, body: Mapping[str, object]) -> object:
        seconds = body.get("advance_seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= _FURTHEST:
            raise invalid(f"advance_seconds must be a number from 0 to {_FURTHEST:.0f}")
        self._engine.world.advance(float(seconds))
        return self._clock(body)

    def _faults(self, _body: Mapping[str, object]) -> object:
        return {"rules": self._engine.faults.as_json()}

    def _replace_faults(self, body: Mapping[str, object]) -> object:
        rules = body.get("rules")
        if not isinstance(rules, list) or set(body) != {"rules"}:
            raise invalid('the body must be {"rules": [...]}')
        parsed: list[Rule] = []
        problems: list[str] = []
        for number, raw in enumerate(rules, 1):
            try:
                parsed.append(Rule.parse(raw, self._engine.templates))
            except ValueError as error:
                problems.append(f"rule {number}: {error}")
        if problems:
            raise ApiError(422, *problems)
        self._engine.faults.replace(parsed)
        return self._faults(body)

    def _reserve_hardware(self, body: Mapping[str, object]) -> object:
        return self._engine.change(body, put_into_the_world)

    def _turn_sessions(self, body: Mapping[str, object]) -> object:
        return self._engine.change(body, turn)

    def _add_user(self, body: Mapping[str, object]) -> object:
        return self._engine.change(body, add_person)

    def _letters(self, _body: Mapping[str, object]) -> object:
        with self._engine.world.reading() as tables:
            letters = tables.all(Letter)
        return {
            "letters": [
                {"to": each.to, "subject": each.subject, "secret": each.secret, "created_at": rfc3339(each.created_at)}
                for each in letters
            ]
        }

    def _reset(self, _body: Mapping[str, object]) -> object:
        self._engine.reset()
        return {}


def _body(request: Request) -> Mapping[str, object]:
    if not request.body.strip():
        return {}
    try:
        parsed = parse_json(request.body.decode("utf-8"))
    except ValueError as error:
        raise invalid(f"the body is not JSON: {error}") from None
    if not isinstance(parsed, dict):
        raise invalid("the body must be a JSON object")
    return parsed
