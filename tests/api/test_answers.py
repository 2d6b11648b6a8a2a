"""What a body may hold, what is refused, and what the API's own words become."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from reconciler.api import Client
from reconciler.api.answer import Unreadable, decode
from reconciler.wire import InDoubt, Rejected, Unreachable

from .calls import CREATE, DELETE, READ
from .conftest import TOKEN, MakeClient
from .scripted import JSON_TYPE, Reply, Scripted


class TestBodies:
    @pytest.mark.parametrize("status", [200, 201, 202, 204])
    def test_an_empty_one_is_none(self, status: int, client: Client, server: Scripted) -> None:
        server.replies(Reply(status))
        assert client.send(DELETE) is None

    @pytest.mark.parametrize("value", [{}, [], "text", 0, None, {"id": "x", "é": ["\N{SNOWMAN}", 1.5, True]}])
    def test_any_json_value_is_given_back(self, value: Any, client: Client, server: Scripted) -> None:
        server.replies(Reply(200, json.dumps(value).encode(), {"Content-Type": JSON_TYPE}))
        assert client.send(READ) == value

    def test_a_byte_order_mark_and_a_missing_content_type_do_no_harm(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(200, b'\xef\xbb\xbf{"id": "x"}'))
        assert client.send(READ) == {"id": "x"}

    def test_compressed_answers_are_read(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(200, gzip.compress(b'{"id": "x"}'), {"Content-Encoding": "gzip"}))
        assert client.send(READ) == {"id": "x"}

    def test_chunked_answers_are_read(self, client: Client, server: Scripted) -> None:
        body = b'5\r\n{"id"\r\n6\r\n: "x"}\r\n0\r\n\r\n'
        headers = {"Transfer-Encoding": "chunked", "Content-Length": ""}
        reply = Reply(200, body, headers)
        server.replies(reply)
        assert client.send(READ) == {"id": "x"}


BAD_BODIES = {
    "HTML": b"<html>",
    "cut": b'{"id": ',
    "not UTF-8": b'{"id": "\xff\xfe\xfa"}',
    "NaN": b'{"id": NaN}',
    "infinite": b'{"id": -Infinity}',
    "out of range": b'{"id": 1e999}',
    "a key twice": b'{"id": "a", "id": "b"}',
    "a number of 5,000 digits": b"1" * 5000,
    "65 levels": b"[" * 65 + b"1" + b"]" * 65,
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "deep and closed": b"[" * 100_000 + b"]" * 100_000,
    "two values": b"{} {}",
}


@pytest.mark.parametrize("body", list(BAD_BODIES.values()), ids=list(BAD_BODIES))
def test_unreadable_bodies(body: bytes, client: Client, server: Scripted) -> None:
    server.replies(Reply(200, body, {"Content-Type": JSON_TYPE}))
    with pytest.raises(Unreachable, match="the API answered 200, but the body"):
        client.send(READ)
    with pytest.raises(InDoubt, match="the API answered 200, but the body"):
        client.send(CREATE)


def test_nesting_is_allowed_up_to_the_limit() -> None:
    assert decode(b"[" * 64 + b"]" * 64)
    with pytest.raises(Unreadable):
        decode(b"[" * 65 + b"]" * 65)


class TestLength:
    def test_a_long_body_is_not_read_to_its_end(self, make_client: MakeClient, server: Scripted) -> None:
        client = make_client(body_limit=100_000)
        server.replies(Reply(200, b'"' + b"x" * 99_998 + b'"'))
        assert len(client.send(READ)) == 99_998
        server.replies(Reply(200, b'"' + b"x" * 100_000 + b'"'))
        with pytest.raises(Unreachable, match="the body is longer than 100000 bytes"):
            client.send(READ)
        with pytest.raises(InDoubt):
            client.send(CREATE)

    def test_neither_is_one_that_grows_when_unpacked(self, make_client: MakeClient, server: Scripted) -> None:
        client = make_client(body_limit=100_000)
        server.replies(Reply(200, gzip.compress(b" " * 10_000_000 + b"{}"), {"Content-Encoding": "gzip"}))
        with pytest.raises(Unreachable, match="longer than"):
            client.send(READ)

    def test_a_long_refusal_is_a_refusal(self, make_client: MakeClient, server: Scripted) -> None:
        server.replies(Reply(422, b"x" * 200_000))
        with pytest.raises(Rejected):
            make_client(body_limit=100_000).send(CREATE)

    def test_so_is_one_that_breaks_off(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(422, b'{"errors": ["no', {"Content-Type": JSON_TYPE}, missing=10))
        with pytest.raises(Rejected, match="422") as caught:
            client.send(CREATE)
        assert caught.value.errors == ()

    def test_garbage_in_place_of_compression_is_unreadable(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(200, b"not gzip at all", {"Content-Encoding": "gzip"}))
        with pytest.raises(Unreachable):
            client.send(READ)


class TestErrors:
    @pytest.mark.parametrize(
        ("body", "errors"),
        [
            (
                {"errors": ["Facility can't be blank", "Plan is invalid"]},
                ("Facility can't be blank", "Plan is invalid"),
            ),
            ({"error": "Invalid authentication token"}, ("Invalid authentication token",)),
            ({"errors": [], "error": "x"}, ("x",)),
            ({"errors": "one"}, ("one",)),
            ({"errors": [{"field": "plan"}, None, 5, ""]}, ('{"field":"plan"}', "5")),
            ({"errors": {"plan": ["bad"]}}, ('{"plan":["bad"]}',)),
            ({"errors": []}, ()),
            ({"errors": None}, ()),
            ({}, ()),
            ([], ()),
            ("text", ()),
            (None, ()),
            (b"<html><h1>Forbidden</h1></html>", ()),
            (b"\xff\xfe", ()),
            (b"[" * 5000, ()),
        ],
    )
    def test_the_api_s_words(self, body: Any, errors: tuple[str, ...], client: Client, server: Scripted) -> None:
        server.replies(Reply(422, body))
        with pytest.raises(Rejected) as caught:
            client.send(CREATE)
        assert caught.value.errors == errors
        assert caught.value.message.startswith("the API answered 422 Unprocessable")
        assert all(text in caught.value.message for text in errors)
        assert "\n" not in str(caught.value)

    def test_the_request_id_is_kept_for_a_support_ticket(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(422, {"errors": []}, {"X-Request-Id": "abc-123"}))
        with pytest.raises(Rejected) as caught:
            client.send(READ)
        assert caught.value.request_id == "abc-123"

    def test_a_refused_token_names_the_variable(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(401, {"error": "Invalid authentication token"}))
        with pytest.raises(
            Rejected, match="Invalid authentication token; the token was refused, set PACKET_AUTH_TOKEN"
        ):
            client.send(READ)

    def test_an_error_that_is_no_json_says_so(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(403, b"<html>Forbidden</html>", {"Content-Type": "text/html"}))
        with pytest.raises(Rejected, match="403 Forbidden, not in JSON: a server before the API"):
            client.send(READ)

    def test_foreign_text_cannot_reach_the_terminal_raw(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(422, {"errors": ["red \x1b[31m\r\n::set-env \u202e back \x9b1m"]}))
        with pytest.raises(Rejected) as caught:
            client.send(READ)
        for text in (str(caught.value), caught.value.message, *caught.value.errors):
            assert text.isprintable()
        assert "\\x1b[31m" in caught.value.errors[0]

    def test_a_flood_of_text_is_cut(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(422, {"errors": ["x" * 10_000] * 50}, {"X-Request-Id": "r" * 9000}))
        with pytest.raises(Rejected) as caught:
            client.send(READ)
        assert caught.value.errors == ("x" * 500,) * 20
        assert caught.value.request_id == "r" * 500

    def test_a_404_is_the_api_s_own_by_its_type_or_its_request_id(self, client: Client, server: Scripted) -> None:
        for own in (Reply(404, {"errors": ["Not found"]}), Reply(404, headers={"X-Request-Id": "r"})):
            server.seen.clear()
            server.replies(own)
            with pytest.raises(Rejected):
                client.send(READ)
            assert len(server.seen) == 1


def test_an_echoed_token_is_struck_out(client: Client, server: Scripted) -> None:
    server.replies(Reply(422, {"errors": [f"bad token {TOKEN}"]}, {"X-Request-Id": TOKEN}))
    with pytest.raises(Rejected) as caught:
        client.send(READ)
    assert caught.value.errors == ("bad token ***",)
    assert TOKEN not in str(caught.value) + caught.value.request_id
