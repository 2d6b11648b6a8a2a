"""Carrying out one routed request against the world: settle what time has done, run the handler, make the answer.

Reading happens under the world's lock, changing inside one transaction that also writes the ledger's row.
Lists and single objects may be shown as they were some seconds ago (`list_lag_seconds`, `get_lag_seconds`, the faults
`stale_list` and `stale_get`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass, replace

from reconciler.emulator import answers
from reconciler.emulator.access import Asked, Caller, check
from reconciler.emulator.call import Fate, Listed, Read, Write
from reconciler.emulator.catalogue import catalogue
from reconciler.emulator.clock import rfc3339_milliseconds
from reconciler.emulator.errors import ApiError
from reconciler.emulator.faults import Rule, pages
from reconciler.emulator.faults.bodies import with_field
from reconciler.emulator.history import Past
from reconciler.emulator.lists import Listing, Window
from reconciler.emulator.params import Params
from reconciler.emulator.records import LateRequest, User
from reconciler.emulator.rendering import Fields, KeepingRenderer, Renderer, Scene
from reconciler.emulator.routes import LISTED, all_followers, all_views
from reconciler.emulator.routing import Match, Reader, Router
from reconciler.emulator.settings import Settings
from reconciler.emulator.settling import Settlings, due_of
from reconciler.emulator.wire import JSON_TYPE, Request, Response
from reconciler.emulator.world import Transaction, World


@dataclass(frozen=True, slots=True)
class Job:
    """One request that is to be carried out, and under which circumstances."""

    request: Request
    match: Match
    request_id: str
    settings: Settings
    caller: Caller
    rule: Rule | None = None

    def altered(self) -> Job:
        """The job as a fault makes it before it is carried out."""
        rule = self.rule
        if rule is not None and rule.kind == "alter_request":
            body = with_field(self.request.body or b"{}", rule.field, rule.value)
            headers = {"content-type": JSON_TYPE, **self.request.headers}
            return replace(self, request=replace(self.request, body=body, headers=headers))
        if rule is not None and rule.kind == "slow_delete":
            return replace(self, settings=self.settings.changed({"deprovision_seconds": rule.seconds}))
        return self


class _NotDone(Exception):
    """A change was made only to see how it would be answered."""

    def __init__(self, response: Response) -> None:
        self.response = response


class Performer:
    """Does what handlers say to the world, and shows what they return."""

    def __init__(self, world: World, router: Router, renderer: KeepingRenderer, settlings: Settlings) -> None:
        self._world, self._router, self._renderer = world, router, renderer
        self._settlings, self._due_of = settlings, due_of(settlings)
        self._followed: Settings | None = None
        self._past_renderer = Renderer(all_views())
        self._catalogue = catalogue()

    def perform(self, job: Job) -> Response:
        """Carry out a request. A refusal by a handler is a response like others, and has changed nothing."""
        try:
            params = Params.of(job.request)
            with self._world.reading():
                self.settle(job.settings)
                if job.match.route.read is not None:
                    return self._look(job, params, job.match.route.read)
                with self._world.transaction() as change:
                    if job.rule is None or job.rule.kind != "pretend":
                        return self._change(change, job, params)
                    change.forget_ids()
                    raise _NotDone(self._change(change, job, params))
        except _NotDone as pretended:
            return pretended.response
        except ApiError as error:
            return answers.of_error(error)

    def postpone(self, job: Job, seconds: float) -> None:
        """Have a change carried out later, though its caller has been cut off; a look is not worth it."""
        if job.match.route.write is None:
            return
        request = job.request
        with self._world.transaction() as change:
            due, kind = change.now + seconds, request.header("content-type")
            body = request.body.decode("latin-1")
            late = LateRequest(job.request_id, due, request.method, request.target, kind, body, *astuple(job.caller))
            change.put(late)

    def by_hand(self, settings: Settings, params: Params, do: Callable[[Write], object]) -> object:
        """Change the world as no request can, whole or not at all."""
        with self._world.transaction() as change:
            return do(self._call_of_nobody(change, settings, params))

    def settle(self, settings: Settings) -> None:
        """Do all that has fallen due, in the order of its time, each in a transaction of its own."""
        with self._world.reading() as tables:
            if settings is not self._followed:
                self._follow(settings)
            while (first := self._world.agenda.first(self._world.now())) is not None:
                due, identifier = first
                with self._world.transaction(now=due) as change:
                    record = tables.find(identifier)
                    if isinstance(record, LateRequest):
                        self._carry_out(change, record, settings)
                    elif record is not None and self._due_of(record) == due:
                        self._settlings[type(record)].settle(self._call_of_nobody(change, settings, Params({})), record)

    def _follow(self, settings: Settings) -> None:
        """Let the world follow settings that are other ones than before."""
        self._followed = settings
        for follow in all_followers():
            self.by_hand(settings, Params({}), follow)

    def _carry_out(self, change: Transaction, late: LateRequest, settings: Settings) -> None:
        """Do a postponed request now; nobody hears if it is refused."""
        change.remove(late)
        headers = {"content-type": late.content_type}
        request = Request.of(late.method, late.target, headers, late.body.encode("latin-1"))
        match = self._router.match(request.method, request.segments())
        if match is None:
            return
        kept = len(change.changes)
        try:
            caller = Caller(late.user_id, late.project_id, late.read_only)
            self._change(change, Job(request, match, late.id, settings, caller), Params.of(request))
        except ApiError:
            change.undo(keep=kept)

    def _call_of_nobody(self, change: Transaction, settings: Settings, params: Params) -> Write:
        """A call that came by no route: what falls due, or is done by hand, may do all that a request may."""
        return Write(
            path={},
            params=params,
            tables=self._world.tables,
            addresses=self._world.addresses,
            catalogue=self._catalogue,
            settings=settings,
            now=change.now,
            caller=Caller(self._world.tables.all(User)[0].id),
            change=change,
        )

    def _look(self, job: Job, params: Params, read: Reader) -> Response:
        call = Read(
            path=job.match.arguments,
            params=params,
            tables=self._world.tables,
            addresses=self._world.addresses,
            catalogue=self._catalogue,
            settings=job.settings,
            now=self._world.now(),
            caller=job.caller,
        )
        self._check(job)
        past = self._past(job, call)
        if job.match.route.list_key is None:
            then = call if past is None else replace(call, tables=past.tables, now=past.now)
            renderer = self._renderer if past is None else self._past_renderer
            reply = read(then)
            assert not isinstance(reply, Listed)
            return answers.of_object(reply, renderer, self._scene(then), _fields(params))
        reply = read(call)
        assert isinstance(reply, Listed)
        if past is None:
            return self._list(job, call, reply, self._renderer)
        then = replace(call, tables=past.tables, now=past.now)
        return self._list(job, then, _as_it_was(read, then), self._past_renderer)

    def _list(self, job: Job, call: Read, reply: Listed, renderer: Renderer) -> Response:
        route, scene, fields = job.match.route, self._scene(call), _fields(call.params)
        window = Window.of(call.params, job.settings.per_page_most) if route.paged else None
        page = reply.records[pages.shown(job.rule, window, len(reply.records))]
        items = tuple(renderer.encode(record, scene, fields) for record in page)
        listing = Listing(route.list_key or "", items, job.request.path, len(reply.records), window)
        return answers.of_list(pages.damaged(listing, job.rule))

    def _change(self, change: Transaction, job: Job, params: Params) -> Response:
        route = job.match.route
        assert route.write is not None
        call = Write(
            path=job.match.arguments,
            params=params,
            tables=self._world.tables,
            addresses=self._world.addresses,
            catalogue=self._catalogue,
            settings=job.settings,
            now=change.now,
            caller=job.caller,
            change=change,
            fate=_fate(job.rule),
        )
        self._check(job)
        reply = route.write(call)
        scene = self._scene(call)
        self._renderer.prepare(change.changes, scene)
        response = answers.of_object(reply, self._renderer, scene, _fields(params))
        change.entry = {
            "request_id": job.request_id,
            "method": job.request.method,
            "path": job.request.path,
            "route": route.template,
            "time": rfc3339_milliseconds(change.now),
            "created": call.created,
            "deleted": call.deleted,
            "status": response.status,
        }
        return response

    def _past(self, job: Job, call: Read) -> Past | None:
        """How a list or an object is to be seen, if not as it is."""
        history, rule = self._world.history, job.rule
        if job.match.route.list_key is None:
            if rule is not None and rule.kind == "stale_get":
                if rule.seconds is None:
                    return history.before_change_of(call.tables, frozenset(call.path.values()), call.now)
                return history.at(call.tables, call.now - rule.seconds)
            lag = job.settings.get_lag_seconds if job.match.route.method == "GET" else 0.0
            return history.at(call.tables, call.now - lag) if lag else None
        kinds = LISTED.get(job.match.route.list_key)
        if kinds is None:
            return None
        if rule is not None and rule.kind == "stale_list":
            if rule.seconds is None:
                return history.before_last(call.tables, kinds, call.now)
            return history.at(call.tables, call.now - rule.seconds)
        if job.settings.list_lag_seconds:
            return history.at(call.tables, call.now - job.settings.list_lag_seconds)
        return None

    def _scene(self, call: Read) -> Scene:
        return Scene(call.tables, self._catalogue, call.now, call.settings, call.caller)

    def _check(self, job: Job) -> None:
        route = job.match.route
        asked = Asked(route.method, route.template, tuple(job.match.arguments.values()), route.write is not None)
        may_change_ports = job.settings.project_key_changes_ports
        check(self._world.tables, job.caller, asked, may_change_ports=may_change_ports)


def _as_it_was(read: Reader, then: Read) -> Listed:
    """A list in the past; empty where its parent was not there yet."""
    try:
        reply = read(then)
    except ApiError:
        return Listed(())
    assert isinstance(reply, Listed)
    return reply


def _fields(params: Params) -> Fields:
    return Fields.parse(",".join(params.texts("include")), ",".join(params.texts("exclude")))


def _fate(rule: Rule | None) -> Fate:
    """What a rule holds ready for a device that is being created."""
    if rule is not None and rule.kind == "fail_provisioning":
        return Fate("failed", rule.seconds)
    if rule is not None and rule.kind == "stuck":
        return Fate("stuck") if rule.seconds is None else Fate("active", rule.seconds)
    return Fate()
