"""From request to response, without a socket: who may ask, how often, which route, which fault, how slowly.

Request -> route -> Host, token -> rate limit -> fault -> half the latency -> performer -> other half
"""

from __future__ import annotations

import hmac
import ipaddress
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from reconciler.emulator import answers, lifecycle
from reconciler.emulator.access import Caller, holder
from reconciler.emulator.call import Write
from reconciler.emulator.clock import Clock
from reconciler.emulator.control import DOCUMENT, PREFIX, Control
from reconciler.emulator.errors import INVALID_TOKEN, RATE_LIMITED, VOLUME_IN_USE, ApiError, invalid, not_found
from reconciler.emulator.faults import FaultPlan, Rule
from reconciler.emulator.ids import random_id
from reconciler.emulator.limits import RateLimit
from reconciler.emulator.openapi.document import document
from reconciler.emulator.params import Params
from reconciler.emulator.performer import Job, Performer
from reconciler.emulator.records import User
from reconciler.emulator.rendering import KeepingRenderer
from reconciler.emulator.resources.account import found_world
from reconciler.emulator.routes import all_routes, all_settlings, all_views, router
from reconciler.emulator.routing import Match
from reconciler.emulator.settings import Settings
from reconciler.emulator.settling import due_of
from reconciler.emulator.wire import JSON_TYPE, Request, Response, encode_json
from reconciler.emulator.world import World, WorldClosed

_NO_ROUTE = "(no route)"


class Engine:
    """The emulated API of one world."""

    def __init__(self, *, path: Path | None, token: str, settings: Settings, clock: Clock, seed: int | None) -> None:
        self.settings = settings
        self.faults = FaultPlan()
        self._token, self._clock, self._started_with = token, clock, settings
        self._router = router()
        self.templates = frozenset(self._router.templates)
        renderer = KeepingRenderer(all_views(), lifecycle.changes_at)
        settlings = all_settlings()
        self.world = World(path, clock, seed, due_of(settlings), (renderer.observe,))
        self._performer = Performer(self.world, self._router, renderer, settlings)
        self._limit = RateLimit()
        self._control = Control(self)
        self._found()

    def handle(self, request: Request) -> Response:
        """Answer one request. Never raises: what goes wrong inside is a 500, and told on stderr."""
        request_id, allowance = random_id(), None
        try:
            if request.path == DOCUMENT and request.method == "GET":
                self._admit_host(request)
                response = Response(200, body=encode_json(document(all_routes())))
            elif request.path == PREFIX or request.path.startswith(PREFIX + "/"):
                self._admit_operator(request)
                self._performer.settle(self.settings)
                response = Response(200, body=encode_json(self._control.answer(request)))
            else:
                match = self._router.match(request.method, request.segments())
                self.world.count_request(request.method, match.route.template if match else _NO_ROUTE)
                caller = self._admit(request)
                allowance = self._limit.count(self.world.now(), self.settings.rate_limit_per_minute)
                if allowance.exceeded:
                    raise ApiError(429, RATE_LIMITED)
                response = self._served(request, match, request_id, caller)
        except ApiError as error:
            response = answers.of_error(error)
        except WorldClosed:
            return answers.DROPPED
        except Exception:  # noqa: BLE001  # the one place where a bug becomes an answer, as in the real service
            traceback.print_exc(file=sys.stderr)
            response = answers.of_crash()
        return answers.with_headers(response, request_id, allowance, self.world.now())

    def reset(self) -> None:
        """Back to how it was started: an empty world, no faults, the first settings."""
        with self.world.lock:
            self.world.reset()
            self.settings = self._started_with
            self.faults.replace([])
            self._limit.reset()
            self._found()

    def change(self, body: Mapping[str, object], do: Callable[[Write], object]) -> object:
        """Change the world beside the API, with `body` for parameters; the ledger does not hear of it."""
        return self._performer.by_hand(self.settings, Params(body), do)

    def close(self) -> None:
        """Let go of the world's file."""
        self.world.close()

    def _found(self) -> None:
        with self.world.transaction() as change:
            if not self.world.tables.all(User):
                found_world(change)

    def _admit_host(self, request: Request) -> None:
        """Refuse a caller that was lured here under another host's name (DNS rebinding)."""
        if not _is_local(request.header("host")):
            raise ApiError(403, "This emulator answers to loopback names only")

    def _admit(self, request: Request) -> Caller:
        """Who asks: the first user by the emulator's own token, others by an API key or a login that was made here."""
        self._admit_host(request)
        with self.world.reading() as tables:
            if self._is_own_token(request):
                return Caller(tables.all(User)[0].id)
            caller = holder(tables, request.header("x-auth-token"), self.world.now())
        if caller is None:
            raise ApiError(401, INVALID_TOKEN)
        return caller

    def _admit_operator(self, request: Request) -> None:
        """The emulator's own endpoints want its own token."""
        self._admit_host(request)
        if not self._is_own_token(request):
            raise ApiError(401, INVALID_TOKEN)

    def _is_own_token(self, request: Request) -> bool:
        return hmac.compare_digest(request.header("x-auth-token").encode(), self._token.encode())

    def _served(self, request: Request, match: Match | None, request_id: str, caller: Caller) -> Response:
        """Do an admitted request as far as a fault lets it, half the latency before and half after."""
        if match is None:
            raise not_found()
        job = Job(request, match, request_id, self.settings, caller, self.faults.choose(match.route))
        half = job.settings.latency_seconds / 2
        if half:
            self._clock.sleep(half)
        response = self._struck(job)
        if half:
            self._clock.sleep(half)
        return response

    def _struck(self, job: Job) -> Response:
        rule = job.rule
        if rule is None:
            return self._performer.perform(job)
        if rule.kind == "drop_before":
            return answers.DROPPED
        if rule.kind == "timeout_before":
            self._clock.sleep(rule.seconds or 0.0)
            return answers.DROPPED
        if rule.kind in ("status", "token_expires"):
            return answers.of_status(rule.status, rule.retry_after, rule.errors)
        if rule.kind == "volume_in_use":
            return answers.of_error(invalid(VOLUME_IN_USE))
        if rule.kind == "redirect":
            return answers.redirected(rule, job.request.target)
        if rule.kind == "late_commit":
            self._performer.postpone(job, rule.seconds or 0.0)
            return answers.DROPPED
        if rule.kind == "delay":
            self._clock.sleep(rule.seconds or 0.0)
        if rule.kind == "meanwhile":
            return self._with_others(job, rule)
        response = self._performer.perform(job.altered())
        if rule.kind == "twice":
            self._performer.perform(replace(job, request_id=random_id()))
        if rule.kind == "commit_then_timeout":
            self._clock.sleep(rule.seconds or 0.0)
        return answers.damaged(response, rule)

    def _with_others(self, job: Job, rule: Rule) -> Response:
        """A request, and what somebody else does just before it or just after."""
        if not rule.after:
            self._do(job, rule)
        response = self._performer.perform(replace(job, settings=self.settings))  # which `do` may have changed
        if rule.after:
            self._do(job, rule)
        return response

    def _do(self, job: Job, rule: Rule) -> None:
        for deed in rule.do:
            headers, body = {"content-type": JSON_TYPE}, encode_json(deed.body)
            request = Request.of(deed.method, deed.target(job.match.arguments), headers, body)
            self.faults.answered(rule, self._done_by_another(request))

    def _done_by_another(self, request: Request) -> int:
        """The status of a call that nobody sent; no fault strikes it."""
        if request.path.startswith(PREFIX + "/"):
            try:
                self._control.answer(request)
            except ApiError as error:
                return error.status
            return 200
        match = self._router.match(request.method, request.segments())
        if match is None:
            return 404
        with self.world.reading() as tables:
            caller = Caller(tables.all(User)[0].id)
        return self._performer.perform(Job(request, match, random_id(), self.settings, caller)).status


def _is_local(host: str) -> bool:
    """Whether a Host header names this machine. None at all is fine: every browser sends one."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    name = name.strip("[]")
    if name in ("", "localhost", "127.0.0.1"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
