"""What a client tells of its attempts, for who keeps a record: each one, the lost and refused ones too."""

from __future__ import annotations

import pytest

from reconciler.api import Client, RetryPolicy
from reconciler.wire import Attempt, Call, WireError

from .calls import CREATE, READ
from .conftest import TOKEN, MakeClient
from .scripted import Reply, Scripted, Seen, VirtualClock

DONE = Reply(200, {"id": "d1"}, {"X-Request-Id": "r-9"})


def test_each_attempt_of_a_call_is_told_with_its_number_failures_and_throttles_alike(
    client: Client, server: Scripted, attempts: list[Attempt]
) -> None:
    server.replies(
        Reply(503, headers={"X-Request-Id": "r-1"}), Reply(429, {"errors": []}, {"X-Request-Id": "r-2"}), DONE
    )
    client.send(READ)
    assert attempts == [
        Attempt(READ, "doubtful", 503, "r-1", 1),
        Attempt(READ, "throttled", 429, "r-2", 2),
        Attempt(READ, "done", 200, "r-9", 3),
    ]


@pytest.mark.parametrize(
    ("reply", "ending", "status"),
    [
        (Reply(422, {"errors": ["no"]}), "refused", 422),
        (Reply(301, headers={"Location": "/x"}), "redirected", 301),
        (Reply(500, {"errors": ["no"]}), "doubtful", 500),
        (Reply(201, b"{", {"Content-Type": "application/json"}), "doubtful", 201),
        (Reply(drop=True), "doubtful", 0),
    ],
    ids=["refused", "redirected", "an error", "unreadable", "lost"],
)
def test_an_attempt_that_was_not_done_is_told_with_its_ending(
    reply: Reply, ending: str, status: int, client: Client, server: Scripted, attempts: list[Attempt]
) -> None:
    server.replies(reply)
    with pytest.raises(WireError):
        client.send(CREATE)
    assert attempts == [Attempt(CREATE, ending, status)]


def test_an_attempt_that_could_not_be_sent_is_told(make_client: MakeClient, attempts: list[Attempt]) -> None:
    closed = Scripted(listening=False)
    client = make_client(closed.url, retries=RetryPolicy(attempts=2))
    with pytest.raises(WireError):
        client.send(CREATE)
    closed.stop()
    assert attempts == [Attempt(CREATE, "not sent", number=number) for number in (1, 2)]


def test_raw_calls_are_told_as_well(client: Client, attempts: list[Attempt]) -> None:
    client.raw("DELETE", "/devices/d1?force=1")
    client.raw("GET", "/devices/d1")
    assert [(each.call.method, each.call.route, each.call.path) for each in attempts] == [
        ("DELETE", "", "/devices/d1"),
        ("GET", "", "/devices/d1"),
    ]
    assert [each.reads for each in attempts] == [False, True]


def test_an_attempt_is_told_for_the_step_that_its_call_names(client: Client, attempts: list[Attempt]) -> None:
    client.send(Call("GET", "/devices/{id}", "/devices/d1", step="projects.web:create"))
    assert attempts[0].call.step == "projects.web:create"


def test_a_request_id_that_repeats_the_token_is_told_without_it(
    client: Client, server: Scripted, attempts: list[Attempt]
) -> None:
    server.replies(Reply(200, {}, {"X-Request-Id": f"r-{TOKEN}"}))
    client.send(READ)
    assert attempts[0].request_id.startswith("r-")
    assert TOKEN not in attempts[0].request_id


def test_an_attempt_is_told_with_its_time_and_without_the_pause_before_it(
    client: Client, server: Scripted, clock: VirtualClock, attempts: list[Attempt]
) -> None:
    def slow(_seen: Seen) -> Reply:
        clock.sleep(3.0)
        return Reply(503 if len(attempts) == 0 else 200, {})

    server.responds(slow)
    client.send(READ)
    assert [each.seconds for each in attempts] == [3.0, 3.0]
    assert clock.slept[0] == clock.slept[2] == 3.0
    assert clock.now() > 1006.0
