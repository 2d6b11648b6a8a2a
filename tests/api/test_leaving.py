"""A run that is to end: what is under way gets a few seconds, nothing begins after them, and no pause holds it up."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import FrameType

import pytest

from reconciler.api import Client, RetryPolicy
from reconciler.clock import SystemClock
from reconciler.wire import Call, InDoubt, Unreachable, WireError

from .calls import CREATE, DELETE, READ, UPDATE
from .conftest import MakeClient
from .scripted import Reply, Scripted, Seen, VirtualClock

LONG = 30.0


@contextmanager
def held(server: Scripted) -> Iterator[threading.Event]:
    """Answers are kept back to the end of the test; what is given is set when a request is there."""
    arrived, over = threading.Event(), threading.Event()

    def respond(seen: Seen) -> Reply:
        arrived.set()
        over.wait(LONG)
        return Reply(200, {"id": "d1"})

    server.responds(respond)
    yield arrived
    over.set()


@pytest.mark.parametrize(
    ("call", "told"), [(CREATE, InDoubt), (UPDATE, InDoubt), (DELETE, InDoubt), (READ, Unreachable)]
)
def test_an_answer_that_does_not_come_is_not_waited_for(
    call: Call, told: type[WireError], client: Client, server: Scripted
) -> None:
    with held(server) as arrived, ThreadPoolExecutor(1) as other:
        sent = other.submit(client.send, call)
        assert arrived.wait(LONG)
        client.leave(0.05)
        problem = sent.exception(timeout=LONG)
    assert isinstance(problem, told)
    assert "no whole answer in time" in problem.message
    assert len(server.seen) == 1


def test_an_answer_that_comes_in_time_is_taken(client: Client, server: Scripted) -> None:
    server.replies(Reply(200, {"id": "d1"}))
    client.leave(LONG)
    assert client.send(CREATE) == {"id": "d1"}


def test_afterwards_nothing_begins(client: Client, server: Scripted) -> None:
    client.leave(0.0)
    for call in (READ, UPDATE, DELETE, CREATE):
        with pytest.raises(Unreachable, match="the run was interrupted"):
            client.send(call)
    assert server.seen == []


def test_what_failed_is_not_tried_again(client: Client, server: Scripted, clock: VirtualClock) -> None:
    server.replies(Reply(503))
    client.leave(LONG)
    with pytest.raises(Unreachable, match="gave up after 1 attempt: the API answered 503"):
        client.send(READ)
    assert clock.slept == []


def test_a_pause_between_two_attempts_is_the_last_one(client: Client, server: Scripted, clock: VirtualClock) -> None:
    server.replies(Reply(503))
    clock.on_sleep = lambda: client.leave(LONG)
    with pytest.raises(Unreachable, match="gave up after 1 attempt"):
        client.send(READ)
    assert len(server.seen) == 1


def test_nobody_waits_for_a_429_any_more(
    client: Client, server: Scripted, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.replies(Reply(429, headers={"Retry-After": "200"}))
    monkeypatch.setattr(clock, "sleep", lambda _: client.leave(LONG))  # woken up, long before the time
    with pytest.raises(Unreachable, match="not sent, since the run was interrupted"):
        client.send(READ)
    with pytest.raises(Unreachable, match="not sent, since the run was interrupted"):
        client.send(CREATE)
    assert [seen.method for seen in server.seen] == ["GET"]


def test_nobody_waits_for_the_end_of_an_outage(make_client: MakeClient, server: Scripted, clock: VirtualClock) -> None:
    client = make_client(retries=RetryPolicy(attempts=1, outage_failures=1))
    server.replies(Reply(503))
    with pytest.raises(Unreachable):
        client.send(READ)
    client.leave(LONG)
    with pytest.raises(Unreachable, match="not sent, since the run was interrupted"):
        client.send(CREATE)
    assert clock.slept == []


def test_a_signal_handler_ends_the_sleep_that_it_interrupted_and_every_other() -> None:
    clock = SystemClock()

    def handle(number: int, frame: FrameType | None) -> None:
        clock.wake()
        clock.wake()  # a second one changes nothing

    before = signal.signal(signal.SIGUSR1, handle)
    main = threading.main_thread().ident
    assert main is not None
    began = time.monotonic()
    try:
        with ThreadPoolExecutor(2) as others:
            sleeper = others.submit(clock.sleep, LONG)
            others.submit(signal.pthread_kill, main, signal.SIGUSR1)
            clock.sleep(LONG)
            sleeper.result(LONG)
        clock.sleep(LONG)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert time.monotonic() - began < LONG


def test_the_clock_sleeps_when_nobody_wakes_it() -> None:
    clock = SystemClock()
    began = clock.now()
    clock.sleep(0.02)
    assert clock.now() - began >= 0.02
    clock.sleep(-1.0)
