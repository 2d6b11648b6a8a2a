"""An error names the call, what the API said in its own words, and the id to give to its support."""

from __future__ import annotations

import json

import pytest

from reconciler.api import RetryPolicy
from reconciler.wire import Gone, InDoubt, Rejected, Throttled, Unreachable

from .calls import CREATE, DELETE, READ, UPDATE
from .conftest import MakeClient
from .scripted import JSON_TYPE, Reply, Scripted, VirtualClock

ONCE = RetryPolicy(attempts=1, throttled_attempts=1)
TWO = {"errors": ["Facility is full", "try another"]}


def answered(status: int) -> Reply:
    return Reply(status, TWO, {"X-Request-Id": "r-7"})


@pytest.mark.parametrize(
    ("status", "shape", "why"),
    [
        (422, Rejected, "the API answered 422 Unprocessable Entity: Facility is full; try another"),
        (403, Rejected, "the API answered 403 Forbidden: Facility is full; try another"),
        (404, Gone, "the API answered 404 Not Found: Facility is full; try another"),
        (
            401,
            Rejected,
            "the API answered 401 Unauthorized: Facility is full; try another; the token was refused, "
            "set PACKET_AUTH_TOKEN to a valid one",
        ),
        (
            429,
            Throttled,
            "gave up after 1 attempt: the API answered 429 Too Many Requests: Facility is full; try another",
        ),
    ],
)
def test_a_refusal(make_client: MakeClient, server: Scripted, status: int, shape: type[Rejected], why: str) -> None:
    server.replies(answered(status))
    with pytest.raises(Rejected) as caught:
        make_client(retries=ONCE).send(READ)
    error = caught.value
    assert type(error) is shape
    assert error.message == why
    assert str(error) == f"GET /devices/d1: {why}"
    assert (error.call, error.status, error.request_id) == ("GET /devices/d1", status, "r-7")
    assert error.errors == ("Facility is full", "try another")


@pytest.mark.parametrize(
    ("reply", "usable", "why"),
    [
        (answered(503), True, "gave up after 1 attempt: the API answered 503 Service Unavailable: Facility is full"),
        (Reply(drop=True), False, "gave up after 1 attempt: "),
        (Reply(200, b"{", {"Content-Type": JSON_TYPE}), True, "gave up after 1 attempt: the API answered 200, but "),
    ],
)
def test_a_read_without_a_usable_answer_says_whether_there_was_one(
    make_client: MakeClient, server: Scripted, reply: Reply, usable: bool, why: str
) -> None:
    server.replies(reply)
    with pytest.raises(Unreachable) as caught:
        make_client(retries=ONCE).send(READ)
    assert caught.value.call == "GET /devices/d1"
    assert caught.value.message.startswith(why)
    assert caught.value.answered is usable


@pytest.mark.parametrize("body", [TWO, None])
@pytest.mark.parametrize("status", [300, 302, 399])
def test_a_redirect_of_a_read_is_not_tried_again(
    make_client: MakeClient, server: Scripted, status: int, body: object
) -> None:
    server.replies(Reply(status, body, {"Location": "http://x/"}))
    with pytest.raises(Rejected, match="a redirect, which is never followed; check the API URL") as caught:
        make_client(retries=RetryPolicy(attempts=3, base=0.0)).send(READ)
    assert caught.value.call == "GET /devices/d1"
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [300, 302, 399])
def test_a_redirect_of_a_create_leaves_it_in_doubt(make_client: MakeClient, server: Scripted, status: int) -> None:
    server.replies(Reply(status, TWO, {"Location": "http://x/"}))
    with pytest.raises(InDoubt, match="a redirect, which is never followed; check the API URL") as caught:
        make_client(retries=ONCE).send(CREATE)
    assert caught.value.call == "POST /projects/p1/devices"
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(400, {}), "the API answered 400 Bad Request"),
        (
            Reply(400, b"<html>no</html>", {"Content-Type": "text/html"}),
            "the API answered 400 Bad Request, not in JSON: a server before the API may have answered",
        ),
    ],
)
def test_an_answer_without_words_is_told_as_that(
    make_client: MakeClient, server: Scripted, reply: Reply, said: str
) -> None:
    server.replies(reply)
    with pytest.raises(Rejected) as caught:
        make_client(retries=ONCE).send(READ)
    assert caught.value.message == said
    assert (caught.value.errors, caught.value.request_id) == ((), "")


def test_what_is_held_back_in_an_outage_names_its_call(
    make_client: MakeClient, server: Scripted, clock: VirtualClock
) -> None:
    client = make_client(retries=RetryPolicy(attempts=1, outage_failures=2, outage_seconds=30.0))
    server.replies(answered(503))
    for _ in range(2):
        with pytest.raises(Unreachable):
            client.send(READ)
    with pytest.raises(InDoubt):
        client.send(CREATE)
    with pytest.raises(Unreachable) as caught:
        client.send(CREATE)
    assert caught.value.call == "POST /projects/p1/devices"
    assert caught.value.message == "not sent, since the API has given no usable answer 3 times in a row"
    assert not caught.value.answered


def test_attempts_are_counted_whatever_they_ended_with(make_client: MakeClient, server: Scripted) -> None:
    server.replies(answered(503), answered(429), answered(503), answered(503))
    with pytest.raises(Unreachable, match="gave up after 4 attempts: the API answered 503"):
        make_client(retries=RetryPolicy(attempts=3, base=0.0)).send(READ)


def test_the_body_arrives_as_it_was_given(make_client: MakeClient, server: Scripted) -> None:
    server.replies(Reply(200, {"id": "d1"}))
    for each in (CREATE, UPDATE):
        make_client().send(each)
        assert json.loads(server.seen[-1].body) == each.body
    make_client().send(DELETE)
    assert server.seen[-1].body == b""
