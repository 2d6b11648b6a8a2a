"""An API that answers nothing, or hardly: what is held back, what goes on, and what all retries take together."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from reconciler.api import Client, RetryPolicy
from reconciler.wire import InDoubt, Throttled, Unreachable

from .calls import CREATE, DELETE, READ, UPDATE
from .conftest import MakeClient
from .scripted import Reply, Scripted, Seen, VirtualClock

BAD = Reply(503, {"errors": ["maintenance"]})
GOOD = Reply(200, {"id": "d1"})
STORM = RetryPolicy(attempts=1, outage_failures=5, outage_seconds=30.0)


def outage(client: Client, server: Scripted) -> None:
    """Five reads in a row that bring nothing."""
    server.replies(BAD)
    unanswered(client, 5)


def unanswered(client: Client, times: int) -> None:
    """Reads that bring nothing, as the server is set."""
    for _ in range(times):
        with pytest.raises(Unreachable):
            client.send(READ)


class TestCreatesInAnOutage:
    """F4: nothing new is made while the API answers nothing."""

    def test_a_create_waits_and_goes_when_the_pause_is_over(
        self, make_client: MakeClient, server: Scripted, clock: VirtualClock, notes: list[str]
    ) -> None:
        client = make_client(retries=STORM)
        outage(client, server)
        server.replies(GOOD)
        began = clock.now()
        assert client.send(CREATE) == {"id": "d1"}
        assert clock.now() - began == pytest.approx(30.0)
        told = "the API has given no usable answer 5 times in a row; nothing is created for 30 s"
        assert notes[-1] == f"POST /projects/p1/devices: {told}"

    def test_reads_updates_and_deletes_go_on(
        self, make_client: MakeClient, server: Scripted, clock: VirtualClock
    ) -> None:
        client = make_client(retries=STORM)
        for call in (READ, UPDATE, DELETE):
            outage(client, server)
            server.replies(GOOD)
            assert client.send(call) == {"id": "d1"}
        assert clock.slept == []

    def test_any_answer_ends_it(self, make_client: MakeClient, server: Scripted, clock: VirtualClock) -> None:
        client = make_client(retries=STORM)
        outage(client, server)
        server.replies(GOOD)
        client.send(READ)
        client.send(CREATE)
        assert clock.slept == []

    def test_when_the_first_create_after_the_pause_fails_the_others_are_not_sent(
        self, make_client: MakeClient, server: Scripted, clock: VirtualClock
    ) -> None:
        client = make_client(retries=STORM)
        outage(client, server)
        with pytest.raises(InDoubt):
            client.send(CREATE)
        before = len(server.seen)
        for _ in range(3):
            with pytest.raises(
                Unreachable, match="not sent, since the API has given no usable answer 6 times in a row"
            ):
                client.send(CREATE)
        assert len(server.seen) == before
        assert sum(clock.slept) == pytest.approx(30.0)
        server.replies(GOOD)
        client.send(READ)
        assert client.send(CREATE) == {"id": "d1"}

    def test_only_one_create_tries_at_a_time(
        self, make_client: MakeClient, server: Scripted, clock: VirtualClock
    ) -> None:
        client = make_client(retries=STORM)
        outage(client, server)
        clock.sleep(30.0)
        arrived, waited = threading.Event(), threading.Event()

        def respond(seen: Seen) -> Reply:
            arrived.set()
            waited.wait(5)
            return BAD

        server.responds(respond)
        clock.on_sleep = waited.set
        with ThreadPoolExecutor(1) as other:
            first = other.submit(client.send, CREATE)
            arrived.wait(5)
            with pytest.raises(Unreachable, match="not sent"):
                client.send(CREATE)
            assert isinstance(first.exception(), InDoubt)
        assert [seen.method for seen in server.seen].count("POST") == 1

    def test_four_failures_in_a_row_are_no_outage(
        self, make_client: MakeClient, server: Scripted, clock: VirtualClock
    ) -> None:
        client = make_client(retries=STORM)
        server.replies(BAD, BAD, BAD, BAD, GOOD)
        unanswered(client, 4)
        client.send(CREATE)
        assert clock.slept == []

    def test_an_answer_makes_the_count_begin_anew(
        self, make_client: MakeClient, server: Scripted, clock: VirtualClock
    ) -> None:
        client = make_client(retries=STORM)
        server.replies(BAD, BAD, BAD, BAD, GOOD, BAD, BAD, BAD, BAD, GOOD)
        unanswered(client, 4)
        client.send(READ)
        unanswered(client, 4)
        client.send(CREATE)
        assert clock.slept == []

    @pytest.mark.parametrize("lasted", [False, True])
    def test_a_second_outage_is_as_the_first(
        self, make_client: MakeClient, server: Scripted, clock: VirtualClock, lasted: bool
    ) -> None:
        client = make_client(retries=STORM)
        outage(client, server)
        if lasted:
            with pytest.raises(InDoubt):
                client.send(CREATE)
            server.replies(GOOD)
            client.send(READ)
        else:
            server.replies(GOOD)
            client.send(CREATE)
        clock.slept.clear()
        outage(client, server)
        server.replies(GOOD)
        client.send(CREATE)
        assert sum(clock.slept) == pytest.approx(30.0)

    def test_the_pause_is_waited_for_to_its_end(
        self, make_client: MakeClient, server: Scripted, clock: VirtualClock
    ) -> None:
        client = make_client(retries=STORM)
        outage(client, server)
        clock.sleep(29.5)
        server.replies(GOOD)
        began = clock.now()
        client.send(CREATE)
        assert clock.now() - began == pytest.approx(0.5)


class TestBudget:
    def test_a_server_that_stays_down_gets_a_hundred_retries_and_no_more(
        self, make_client: MakeClient, server: Scripted
    ) -> None:
        client = make_client(retries=RetryPolicy(attempts=3, base=0.0))
        server.replies(BAD)
        for _ in range(60):
            with pytest.raises(Unreachable, match="gave up after"):
                client.send(READ)
        assert len(server.seen) == 60 + 100

    def test_lost_answers_cost_twice_as_much(self, make_client: MakeClient, server: Scripted) -> None:
        client = make_client(retries=RetryPolicy(attempts=3, base=0.0))
        server.replies(Reply(drop=True))
        for _ in range(60):
            with pytest.raises(Unreachable):
                client.send(READ)
        assert len(server.seen) == 60 + 50

    def test_retries_that_helped_are_free(self, make_client: MakeClient, server: Scripted) -> None:
        client = make_client(retries=RetryPolicy(attempts=3, base=0.0))
        for _ in range(200):
            server.replies(BAD, Reply(429), GOOD)
            client.send(READ)
        assert len(server.seen) == 600

    def test_what_is_asked_for_once_is_told_so(self, make_client: MakeClient, server: Scripted) -> None:
        client = make_client(retries=RetryPolicy(attempts=3, base=0.0, budget=0))
        server.replies(BAD)
        with pytest.raises(Unreachable, match="gave up after 1 attempt: "):
            client.send(READ)
        server.replies(Reply(429))
        with pytest.raises(Throttled, match="gave up after 1 attempt: "):
            client.send(READ)
