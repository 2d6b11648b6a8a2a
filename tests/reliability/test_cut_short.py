"""Runs that end before their end, disks that fill up, and clocks that are wrong: F12, F13, F14, F15."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from reconciler.api.answer import Answer
from reconciler.app import Options, Stop, apply_plan
from reconciler.app.journal import FileJournal, Log
from reconciler.diagnostics import Refused
from reconciler.model.event import Ended, Event, Report
from reconciler.model.kind import Verb
from tests.campaigns.disturbances import Crash
from tests.reliability.scene import DEVICE, DEVICES, MACHINE, Scene, failed, machines, small
from tests.reliability.test_journal import FullLog
from tests.worlds.account import Account
from tests.worlds.running import carry_out, plan

DAY = 86_400.0
Attempt = Callable[[str, str, bytes | None], Answer]


class Death:
    """Ends the process at one of its calls: before it is sent, or when it was carried out and no answer has come."""

    def __init__(self, attempt: Attempt, at: int, *, after: bool) -> None:
        self._attempt, self._at, self._after = attempt, at, after
        self.calls = 0

    def __call__(self, method: str, target: str, body: bytes | None) -> Answer:
        self.calls += 1
        if self.calls == self._at and not self._after:
            raise Crash(f"before {method} {target}")
        answer = self._attempt(method, target, body)
        if self.calls == self._at:
            raise Crash(f"after {method} {target}")
        return answer


def dies(account: Account, monkeypatch: pytest.MonkeyPatch, scene: Scene, at: int, *, after: bool) -> bool:
    """Apply up to such a death. False when the run ended before it."""
    with monkeypatch.context() as patched:
        patched.setattr(account.transport, "attempt", Death(account.transport.attempt, at, after=after))
        try:
            scene.apply()
        except Crash:
            return True
    return False


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_run_that_dies_at_any_of_its_calls_is_taken_up_by_the_next_one(
    account: Account, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    """F12: at the first call, and after that recovery at the second, and so on until the run gets to its end."""
    scene = Scene.of(account)
    at = 1
    while dies(account, monkeypatch, scene, at, after=after):
        account.clock.sleep(15)
        at += 1
        assert at < 60
    assert at > 5
    scene.converges(runs=1)
    for route in ("/projects", "/projects/{id}/ips", DEVICES):
        assert scene.committed("POST", route) == 1


@pytest.mark.parametrize("at", [1, 3, 5, 6, 8])
def test_a_destroy_that_dies_is_taken_up_by_the_next_one(
    account: Account, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """F12: nothing of ours is left in the end, and nothing of others is gone."""
    theirs = account.make("/projects", {"name": "Theirs"})
    scene = Scene.of(account)
    assert scene.apply().complete
    planned = plan(account, scene.stack, Options(destroy=True))
    with monkeypatch.context() as patched:
        patched.setattr(account.transport, "attempt", Death(account.transport.attempt, at, after=True))
        with pytest.raises(Crash):
            carry_out(account, planned)
    account.clock.sleep(15)
    assert scene.apply(destroy=True).complete
    assert [each["id"] for each in account.listed("/projects", "projects")] == [theirs["id"]]


@pytest.mark.parametrize("point", range(0, 24, 4))
def test_a_run_that_is_asked_to_stop_ends_in_order_and_the_next_one_goes_on(account: Account, point: int) -> None:
    """F13: Ctrl-C or SIGTERM at any of its events."""
    scene = Scene.of(account, machines(2))
    stop, seen = Stop(), 0

    def listen(_: Event) -> None:
        nonlocal seen
        seen += 1
        if seen > point:
            stop.request()

    report = carry_out(account, plan(account, scene.stack), listen=listen, stop=stop)
    assert report.interrupted or report.complete
    assert failed(report) == []
    scene.converges(runs=1)
    assert scene.committed("POST", DEVICES) == 2


def test_a_run_that_is_asked_to_stop_while_it_waits_for_the_lists_claims_nothing(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F13: all steps are done, and what shows it is late."""
    scene = Scene.of(account, small(devices={}))
    planned = plan(account, scene.stack)
    scene.set(list_lag_seconds=30.0)
    stop, sleep = Stop(), account.clock.sleep
    left = sum(each.verb is not Verb.JOIN for each in planned.plan.steps)

    def listen(event: Event) -> None:
        nonlocal left
        left -= isinstance(event, Ended)

    def pause(seconds: float) -> None:
        if left == 0:
            stop.request()
        sleep(seconds)

    with monkeypatch.context() as patched:
        patched.setattr(account.clock, "sleep", pause)
        report = carry_out(account, planned, listen=listen, stop=stop)
    assert stop.requested
    assert {each.result.value for each in report.ended} == {"done"}
    assert report.interrupted
    assert not report.complete
    before = len(account.ledger())
    account.clock.sleep(30)
    assert scene.apply().complete
    assert account.ledger()[before:] == []


@pytest.mark.parametrize("lines", range(1, 14, 2))
def test_a_disk_that_is_full_from_any_line_of_the_journal_on_never_loses_and_never_doubles(
    account: Account, lines: int
) -> None:
    """F14: what cannot be written down before is not sent; what cannot be written down after is still ours."""
    scene = Scene.of(account)
    journal = FileJournal(FullLog(account.folder / "small.jsonl", lines), account.clock.wall)
    report = _applied_with(scene, journal)
    intended = sum(each["method"] == "POST" for each in account.ledger())
    assert intended <= lines, "each create had a line of its own before it was sent"
    if intended < 5:
        assert not report.complete
        assert any("nothing was sent" in each.reason for each in failed(report))
    scene.converges(runs=1)


def test_a_journal_that_cannot_even_be_begun_stops_the_apply(account: Account) -> None:
    """F14: a read-only folder."""
    scene = Scene.of(account)
    with pytest.raises(Refused) as refused:
        _applied_with(scene, FileJournal(FullLog(account.folder / "small.jsonl", 0), account.clock.wall))
    assert [each.code for each in refused.value.diagnostics] == ["no-journal"]
    assert account.ledger() == []


def _applied_with(scene: Scene, journal: FileJournal) -> Report:
    return apply_plan(
        plan(scene.account, scene.stack),
        scene.account.client,
        parallelism=1,
        listen=lambda _: None,
        stop=Stop(),
        clock=scene.account.clock,
        rng=random.Random(1),
        journal=journal,
    )


SKEWS = (-400 * DAY, -3600.0, DAY)


@pytest.mark.parametrize("skew", SKEWS)
def test_a_wall_clock_that_is_wrong_changes_nothing(
    account: Account, monkeypatch: pytest.MonkeyPatch, skew: float
) -> None:
    """F15: create, lost answer, update and destroy, by a day or a year too early or too late."""
    monkeypatch.setattr(account.clock, "wall", lambda: account.clock.time() + skew)
    scene = Scene.of(account)
    scene.fault("commit_then_drop", "POST", DEVICES)
    began = account.clock.time()
    journal = FileJournal(Log(account.folder / "small.jsonl"), account.clock.wall)
    assert _applied_with(scene, journal).complete
    assert scene.committed("POST", DEVICES) == 1
    scene.settles()
    renamed = Scene.of(account, small(devices={"web": {**MACHINE, "hostname": "other"}}))
    assert renamed.apply().complete
    assert renamed.apply(destroy=True).complete
    assert account.clock.time() - began < 300


@pytest.mark.parametrize("skew", SKEWS)
def test_a_rate_limit_is_waited_for_by_the_servers_clock(
    account: Account, monkeypatch: pytest.MonkeyPatch, skew: float
) -> None:
    """F15, F4: `X-RateLimit-Reset` is a moment; it is held against the answer's own `Date`."""
    monkeypatch.setattr(account.clock, "wall", lambda: account.clock.time() + skew)
    account.call("POST", "/_emulator/settings", {"rate_limit_per_minute": 15})
    scene = Scene.of(account)
    began = account.clock.time()
    assert scene.apply().complete
    assert account.clock.time() - began < 300


@pytest.mark.parametrize("jump", [-DAY, -3600.0, 3600.0, DAY])
def test_a_wall_clock_that_jumps_in_mid_run_lengthens_no_wait(
    account: Account, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    """F15: waits are counted by a clock that only goes forward."""
    calls = 0

    def wall() -> float:
        nonlocal calls
        calls += 1
        return account.clock.time() + (jump if calls > 2 else 0.0)

    monkeypatch.setattr(account.clock, "wall", wall)
    scene = Scene.of(account, machines(2))
    scene.fault("status", "GET", DEVICES, status=429, nth=2)
    began = account.clock.time()
    journal = FileJournal(Log(account.folder / "small.jsonl"), account.clock.wall)
    assert _applied_with(scene, journal).complete
    assert account.clock.time() - began < 150


@pytest.mark.parametrize("skew", SKEWS)
def test_times_that_the_api_says_are_no_reason_to_change_anything(account: Account, skew: float) -> None:
    """F15: the server's clock is the wrong one; its `created_at` lies in the future or long ago."""
    scene = Scene.of(account)
    assert scene.apply().complete
    made = account.listed(f"/projects/{scene.project()}/devices", "devices")[0]["created_at"]
    other = f"{int(made[:4]) + (1 if skew > 0 else -1)}{made[4:]}"
    scene.fault("set_field", "GET", DEVICES, field="devices.*.created_at", value=other, times=None)
    assert plan(account, scene.stack).plan.empty
    assert scene.committed("DELETE", DEVICE) == 0
