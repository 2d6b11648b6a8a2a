"""Each row of the retry table: what is sent again, what never is, and what the caller is told."""

from __future__ import annotations

import socket
import threading
import time
from random import Random

import pytest
from urllib3.connection import HTTPConnection

from reconciler.api import Client, RetryPolicy, Timeouts
from reconciler.api.answer import Answer
from reconciler.api.deadline import Deadline, watched
from reconciler.api.delivery import requested_wait
from reconciler.api.gate import RateGate
from reconciler.wire import Call, Gone, InDoubt, Rejected, Throttled, Unreachable, WireError

from .calls import CREATE, DELETE, PATCH, READ, UPDATE
from .conftest import MakeClient
from .scripted import Reply, Scripted, VirtualClock

LOGIN_PAGE = Reply(200, b"<html>Please log in</html>", {"Content-Type": "text/html"})
BALANCER_404 = Reply(404, b"<html>no such host</html>", {"Content-Type": "text/html"})

TROUBLES = {
    "closed without an answer": Reply(drop=True),
    "connection reset": Reply(reset=True),
    "half an answer": Reply(200, b'{"id": "d1"', missing=100),
    "half an answer with an error": Reply(503, b"<ht", missing=100),
    "500": Reply(500, {"errors": ["Oh snap, something went wrong!"]}),
    "502 in HTML": Reply(502, b"<html>Bad Gateway</html>", {"Content-Type": "text/html"}),
    "503": Reply(503, {"errors": []}),
    "504": Reply(504),
    "408": Reply(408),
    "425": Reply(425),
    "login page with 200": LOGIN_PAGE,
    "truncated JSON": Reply(200, b'{"id": "d1", "hostname"', {"Content-Type": "application/json"}),
    "404 of a balancer": BALANCER_404,
}
trouble = pytest.mark.parametrize("bad", list(TROUBLES.values()), ids=list(TROUBLES))
repeatable = pytest.mark.parametrize("call", [READ, UPDATE, PATCH, DELETE], ids=lambda call: call.method)


@trouble
@repeatable
def test_what_changes_nothing_more_is_sent_again(
    bad: Reply, call: Call, client: Client, server: Scripted, clock: VirtualClock
) -> None:
    server.replies(bad, bad, Reply(200, {"id": "d1"}))
    assert client.send(call) == {"id": "d1"}
    assert len(server.seen) == 3
    assert len({seen.body for seen in server.seen}) == 1
    assert len(clock.slept) == 2


@trouble
def test_a_read_that_stays_bad_is_unreachable(bad: Reply, client: Client, server: Scripted) -> None:
    server.replies(bad)
    with pytest.raises(Unreachable, match="GET /devices/d1: gave up after 3 attempts"):
        client.send(READ)
    assert len(server.seen) == 3


@trouble
@pytest.mark.parametrize("call", [UPDATE, PATCH, DELETE], ids=lambda call: call.method)
def test_a_mutation_that_stays_bad_is_in_doubt(bad: Reply, call: Call, client: Client, server: Scripted) -> None:
    server.replies(bad)
    with pytest.raises(InDoubt):
        client.send(call)
    assert len(server.seen) == 3


@trouble
def test_a_create_is_never_sent_twice(bad: Reply, client: Client, server: Scripted, clock: VirtualClock) -> None:
    server.replies(bad, Reply(201, {"id": "d1"}))
    with pytest.raises(InDoubt, match="POST /projects/p1/devices: sent, but it is not known whether it happened"):
        client.send(CREATE)
    assert len(server.seen) == 1
    assert clock.slept == []


@pytest.mark.parametrize("call", [READ, UPDATE, DELETE, CREATE], ids=lambda call: call.method)
def test_anything_is_sent_again_when_nothing_was_sent(call: Call, make_client: MakeClient, clock: VirtualClock) -> None:
    late = Scripted(listening=False)
    late.replies(Reply(201, {"id": "d1"}))
    clock.on_sleep = lambda: late.listen() if len(clock.slept) == 2 else None
    client = make_client(late.url)
    try:
        assert client.send(call) == {"id": "d1"}
    finally:
        client.close()
        late.stop()
    assert len(late.seen) == 1
    assert len(clock.slept) == 2


@pytest.mark.parametrize("call", [READ, UPDATE, DELETE, CREATE], ids=lambda call: call.method)
def test_no_connection_at_all_is_unreachable(call: Call, make_client: MakeClient, clock: VirtualClock) -> None:
    deaf = Scripted(listening=False)
    try:
        with pytest.raises(Unreachable, match="connection refused"):
            make_client(deaf.url).send(call)
    finally:
        deaf.stop()
    assert len(clock.slept) == 2


def test_a_name_that_does_not_resolve_means_nothing_was_sent(make_client: MakeClient) -> None:
    """F25: DNS."""
    with pytest.raises(Unreachable, match="does not resolve"):
        make_client("https://api.packet.invalid").send(CREATE)


def test_a_host_that_cannot_be_a_name_means_nothing_was_sent(make_client: MakeClient) -> None:
    with pytest.raises(Unreachable):
        make_client("https://api..packet").send(CREATE)


def test_no_answer_in_time_is_retried_for_reads_and_a_doubt_for_creates(
    make_client: MakeClient, server: Scripted
) -> None:
    client = make_client(timeouts=Timeouts(connect=2, read=0.05, total=1), retries=RetryPolicy(attempts=2))
    server.replies(Reply(200, b"{}", trickle=0.2))
    with pytest.raises(Unreachable, match="no whole answer in time"):
        client.send(READ)
    assert len(server.seen) == 2
    with pytest.raises(InDoubt, match="no whole answer in time"):
        client.send(CREATE)
    assert len(server.seen) == 3


@pytest.mark.parametrize("call", [READ, CREATE], ids=lambda call: call.method)
def test_a_trickled_answer_ends_at_the_total_deadline(call: Call, make_client: MakeClient, server: Scripted) -> None:
    """F20: a byte at a time, headers too."""
    # Every byte arrives in time, the answer as a whole would take 2 seconds.
    client = make_client(timeouts=Timeouts(connect=2, read=0.2, total=0.3), retries=RetryPolicy(attempts=1))
    server.replies(Reply(200, b'{"id": "d1", "hostname": "0123456789"}', trickle=0.02))
    started = time.monotonic()
    with pytest.raises(InDoubt if call is CREATE else Unreachable, match="no whole answer in time"):
        client.send(call)
    assert time.monotonic() - started < 1.0


def test_a_silent_server_gets_no_more_time_than_the_total(make_client: MakeClient, server: Scripted) -> None:
    """F20: not a byte."""
    client = make_client(timeouts=Timeouts(connect=2, read=5, total=0.1), retries=RetryPolicy(attempts=1))
    server.replies(Reply(200, b"{}", trickle=0.5))
    started = time.monotonic()
    with pytest.raises(Unreachable, match="no whole answer in time"):
        client.send(READ)
    assert time.monotonic() - started < 0.45


def test_the_connection_s_own_timeout_comes_back_after_a_hurried_read() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(30)
        deadline = Deadline()
        deadline.start(5)
        connection = HTTPConnection("127.0.0.1")
        connection.sock = ours
        answer = watched(connection, deadline).response_class(ours)
        theirs.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        answer.begin()
        assert answer.status == 204
        assert ours.gettimeout() == 30
        answer.close()


def test_a_trickled_body_ends_at_the_total_deadline_too(make_client: MakeClient, server: Scripted) -> None:
    client = make_client(timeouts=Timeouts(connect=2, read=0.2, total=0.4), retries=RetryPolicy(attempts=1))
    server.replies(Reply(200, b" " * 400 + b"{}", trickle=0.003))
    with pytest.raises(Unreachable, match="answered 200, but no whole answer in time"):
        client.send(READ)


class TestDelete:
    def test_the_first_404_says_that_the_object_is_gone(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(404, {"errors": ["Not found"]}))
        with pytest.raises(Gone):
            client.send(DELETE)

    @trouble
    def test_a_404_after_a_lost_answer_is_our_own_doing(self, bad: Reply, client: Client, server: Scripted) -> None:
        server.replies(bad, Reply(404, {"errors": ["Not found"]}))
        assert client.send(DELETE) is None

    def test_a_404_after_a_429_is_not(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(429), Reply(404, {"errors": ["Not found"]}))
        with pytest.raises(Gone):
            client.send(DELETE)

    def test_an_update_that_meets_a_404_after_a_lost_answer_is_not_done(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(drop=True), Reply(404, {"errors": ["Not found"]}))
        with pytest.raises(Gone):
            client.send(UPDATE)


class TestDoubtOutlivesLaterAnswers:
    def test_a_refused_token_does_not_settle_what_the_lost_attempt_did(self, client: Client, server: Scripted) -> None:
        for status in (401, 403):
            server.replies(Reply(drop=True), Reply(status, {"error": "Invalid authentication token"}))
            with pytest.raises(InDoubt):
                client.send(UPDATE)

    def test_neither_does_a_429_to_the_end(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(500), Reply(429))
        with pytest.raises(InDoubt):
            client.send(DELETE)

    def test_nor_a_server_that_is_switched_off(self, make_client: MakeClient, clock: VirtualClock) -> None:
        dying = Scripted()
        client = make_client(dying.url)
        dying.replies(Reply(drop=True))
        clock.on_sleep = lambda: dying.stop() if len(clock.slept) == 1 else None
        with pytest.raises(InDoubt, match="connection refused"):
            client.send(UPDATE)

    def test_a_422_does(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(drop=True), Reply(422, {"errors": ["Cannot delete a locked item"]}))
        with pytest.raises(Rejected, match="Cannot delete a locked item") as caught:
            client.send(DELETE)
        assert caught.value.status == 422

    def test_a_read_has_nothing_to_doubt(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(drop=True), Reply(403, {"errors": ["You are not authorized to view this device"]}))
        with pytest.raises(Rejected):
            client.send(READ)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 413, 422])
@pytest.mark.parametrize("call", [READ, UPDATE, DELETE, CREATE], ids=lambda call: call.method)
def test_a_refusal_is_final(status: int, call: Call, client: Client, server: Scripted, clock: VirtualClock) -> None:
    server.replies(Reply(status, {"errors": ["no"]}))
    with pytest.raises(Rejected) as caught:
        client.send(call)
    assert caught.value.status == status
    assert isinstance(caught.value, Gone) == (status == 404)
    assert len(server.seen) == 1
    assert clock.slept == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects(status: int, client: Client, server: Scripted, clock: VirtualClock) -> None:
    """F18: every status, for reads and creates."""
    elsewhere = Scripted()
    try:
        server.replies(Reply(status, headers={"Location": f"{elsewhere.url}/devices/d1"}))
        for call in (READ, UPDATE, DELETE):
            with pytest.raises(Rejected, match="redirect, which is never followed") as caught:
                client.send(call)
            assert caught.value.status == status
        with pytest.raises(InDoubt, match="redirect"):  # a 303 may well follow a create that was done
            client.send(CREATE)
        assert elsewhere.connections == 0
        assert len(server.seen) == 4
        assert clock.slept == []
    finally:
        elsewhere.stop()


@pytest.mark.parametrize("location", ["", "file:///etc/passwd", "//", "http://[", "/devices/d1"])
def test_odd_redirects_are_refused_like_others(location: str, client: Client, server: Scripted) -> None:
    """F18: to files, to nowhere, without a place."""
    server.replies(Reply(302, b"x" * 1000, {"Location": location}))
    with pytest.raises(Rejected, match="302 Found"):
        client.send(READ)
    assert len(server.seen) == 1


class TestBackoff:
    def test_it_is_full_jitter_under_a_doubling_cap(self, make_client: MakeClient, server: Scripted) -> None:
        server.replies(Reply(503))
        pauses: list[list[float]] = []
        for seed in range(40):
            clock = VirtualClock()
            with (
                Client(server.url, "t", clock=clock, rng=Random(seed), retries=RetryPolicy(attempts=8)) as client,
                pytest.raises(Unreachable),
            ):
                client.send(READ)
            pauses.append(clock.slept)
        for number, most in enumerate([1, 2, 4, 8, 16, 30, 30]):
            drawn = [slept[number] for slept in pauses]
            assert 0 <= min(drawn) < most / 10
            assert most * 9 / 10 < max(drawn) <= most

    def test_the_same_seed_waits_the_same(self, server: Scripted, clock: VirtualClock, make_client: MakeClient) -> None:
        server.replies(Reply(503))
        for _ in range(2):
            with pytest.raises(Unreachable):
                make_client(seed=7).send(READ)
        assert clock.slept[:2] == clock.slept[2:]

    def test_each_wait_is_told(self, client: Client, server: Scripted, notes: list[str]) -> None:
        server.replies(Reply(503, {"errors": ["maintenance"]}), Reply(200, {}))
        client.send(READ)
        assert len(notes) == 1
        assert notes[0].startswith(
            "GET /devices/d1: the API answered 503 Service Unavailable: maintenance (attempt 1 of 3); next in "
        )

    def test_a_503_that_names_a_time_is_given_it(self, client: Client, server: Scripted, clock: VirtualClock) -> None:
        server.replies(Reply(503, headers={"Retry-After": "17"}), Reply(200, {}))
        client.send(READ)
        assert clock.slept == [17.0]

    def test_the_rate_limit_s_own_clock_is_no_reason_to_wait(
        self, client: Client, server: Scripted, clock: VirtualClock
    ) -> None:
        # The API sends X-RateLimit-* with every answer.
        server.replies(Reply(503, headers={"X-RateLimit-Reset": "1577836860"}), Reply(200, {}))
        client.send(READ)
        assert sum(clock.slept) <= 1


class TestThrottling:
    @pytest.mark.parametrize("call", [READ, UPDATE, DELETE, CREATE], ids=lambda call: call.method)
    def test_a_429_waits_as_told_and_is_sent_again(
        self, call: Call, client: Client, server: Scripted, clock: VirtualClock
    ) -> None:
        server.replies(Reply(429, {"errors": ["slow down"]}, {"Retry-After": "7"}), Reply(201, {"id": "d1"}))
        assert client.send(call) == {"id": "d1"}
        assert len(server.seen) == 2
        assert 7 <= sum(clock.slept) <= 8

    @pytest.mark.parametrize(
        ("headers", "least"),
        [
            ({"Retry-After": "Wed, 01 Jan 2020 00:00:40 GMT"}, 40),
            ({"Retry-After": "Wed, 01 Jan 2020 00:00:40 GMT", "Date": "Wed, 01 Jan 2020 00:00:30 GMT"}, 10),
            ({"Retry-After": "Wed, 01 Jan 2020 00:00:40 -0000"}, 40),
            ({"Retry-After": "Mon, 01 Jan 2018 00:00:00 GMT"}, 0),
            ({"Retry-After": "2.5"}, 2.5),
            ({"Retry-After": "0"}, 0),
            ({"Retry-After": "86400"}, 300),
            ({"Retry-After": "9" * 400}, 300),
            ({"X-RateLimit-Reset": "1577836825"}, 25),
            ({"X-RateLimit-Reset": "1577836825", "Date": "Wed, 01 Jan 2020 00:00:20 GMT"}, 5),
            ({"X-RateLimit-Reset": "1577836825", "Retry-After": "3"}, 3),
        ],
    )
    def test_how_long_it_waits(
        self, headers: dict[str, str], least: float, client: Client, server: Scripted, clock: VirtualClock
    ) -> None:
        server.replies(Reply(429, headers=headers), Reply(200, {}))
        client.send(READ)
        assert least <= sum(clock.slept) <= least + 1  # up to a second more, so that threads do not start as one

    def test_a_date_without_a_zone_is_utc_wherever_this_machine_stands(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        try:
            asked = Answer(503, {"Retry-After": "Wed, 01 Jan 2020 00:00:40 -0000"}, b"")
            assert requested_wait(asked, wall=1_577_836_800.0) == 40
        finally:
            monkeypatch.undo()
            time.tzset()

    def test_a_shorter_wait_does_not_open_the_gate_early(self, clock: VirtualClock) -> None:
        gate = RateGate(clock, Random(1), spread=1.0)
        gate.shut(60)
        gate.shut(5)
        gate.wait()
        assert clock.now() >= 1060

    @pytest.mark.parametrize("text", ["", "soon", "-5", "nan", "inf", "1e9", "Thu, 99 Foo 2020", "٣"])
    def test_an_unclear_time_is_jitter(self, text: str, client: Client, server: Scripted, clock: VirtualClock) -> None:
        server.responds(
            lambda seen: (
                Reply(200, {})
                if len(server.seen) > 1
                else Reply(429, headers={"Retry-After": text.encode().decode("latin-1")})
            )
        )
        client.send(READ)
        assert 0 <= sum(clock.slept) <= 2

    @pytest.mark.parametrize("call", [READ, CREATE], ids=lambda call: call.method)
    def test_it_outlasts_more_of_them_than_of_failures(self, call: Call, client: Client, server: Scripted) -> None:
        server.replies(*[Reply(429)] * 7, Reply(200, {"id": "d1"}))
        assert client.send(call) == {"id": "d1"}

    @pytest.mark.parametrize("call", [READ, CREATE], ids=lambda call: call.method)
    def test_but_not_of_endless_ones(self, call: Call, client: Client, server: Scripted) -> None:
        server.replies(Reply(429, {"errors": ["slow down"]}))
        with pytest.raises(Throttled, match=r"gave up after 8 attempts: .* slow down") as caught:
            client.send(call)
        assert caught.value.status == 429
        assert len(server.seen) == 8

    def test_failures_and_429_are_counted_apart(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(500), Reply(429), Reply(429), Reply(429), Reply(500), Reply(200, {}))
        assert client.send(READ) == {}

    def test_the_other_threads_hold_back_as_well(
        self, client: Client, server: Scripted, clock: VirtualClock, notes: list[str]
    ) -> None:
        first_sleep = threading.Event()
        go_on = threading.Event()

        def hold() -> None:
            if not first_sleep.is_set():
                first_sleep.set()
                go_on.wait(5)

        times: list[float] = []

        def respond(_: object) -> Reply:
            times.append(clock.now())
            return Reply(429, headers={"Retry-After": "60"}) if len(times) == 1 else Reply(200, {})

        server.responds(respond)
        # The thread that was told to wait is held in its sleep before the clock has moved for the other one.
        original = clock.sleep

        def sleep(seconds: float) -> None:
            hold()
            original(seconds)

        clock.sleep = sleep  # type: ignore[method-assign] # the test's own clock
        told = threading.Thread(target=client.send, args=(READ,))
        told.start()
        assert first_sleep.wait(5)
        client.send(READ)
        go_on.set()
        told.join(5)
        assert times[0] == 1000.0
        assert all(moment >= 1060.0 for moment in times[1:])
        assert "all calls wait 60.0 s" in notes[0]


def test_every_error_is_a_wire_error(client: Client, server: Scripted) -> None:
    for status in range(100, 600, 7):
        if status == 100 or 200 <= status < 300:
            continue
        server.replies(Reply(status, b"what?"))
        for call in (READ, CREATE):
            with pytest.raises(WireError):
                client.send(call)
