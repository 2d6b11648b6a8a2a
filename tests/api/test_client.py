"""The client as a whole: what is sent, raw calls, threads, recording, and the price of an import."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import vcr

import reconciler
from reconciler import api
from reconciler.api import Client
from reconciler.wire import Call, InDoubt, Unreachable, WireError

from .calls import CREATE, DELETE, DEVICES, READ, UPDATE
from .conftest import TOKEN, MakeClient
from .scripted import Reply, Scripted, Seen, VirtualClock, page, things


class TestRequests:
    def test_a_read(self, client: Client, server: Scripted) -> None:
        client.send(Call("GET", "/devices/{id}", "/devices/d1", query={"include": "ip_addresses,plan"}))
        seen = server.seen[0]
        assert (seen.method, seen.target, seen.body) == ("GET", "/devices/d1?include=ip_addresses,plan", b"")
        assert seen.headers["Accept"] == "application/json"
        assert seen.headers["User-Agent"] == f"reconciler/{reconciler.__version__}"
        assert "Content-Type" not in seen.headers

    def test_a_create(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(201, {"id": "d1"}))
        assert client.send(CREATE) == {"id": "d1"}
        seen = server.seen[0]
        assert (seen.method, seen.target, json.loads(seen.body)) == ("POST", "/projects/p1/devices", CREATE.body)
        assert seen.headers["Content-Type"] == "application/json"

    def test_an_action_without_a_body(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(202))
        assert client.send(Call("POST", "/ports/{id}/bond", "/ports/p/bond")) is None
        assert server.seen[0].body == b""
        assert server.seen[0].headers["Content-Length"] == "0"

    @pytest.mark.parametrize("body", [{"a": float("nan")}, {"a": object()}, {"a": {1, 2}}])
    def test_what_is_no_json_is_not_sent_and_not_shown(self, body: Any, client: Client, server: Scripted) -> None:
        with pytest.raises(WireError, match="refused to send: the body is not JSON"):
            client.send(Call("PUT", "/x", "/x", body=body))
        assert server.connections == 0

    def test_connections_are_used_again(self, client: Client, server: Scripted) -> None:
        for call in (READ, UPDATE, DELETE, CREATE, READ):
            client.send(call)
        assert server.connections == 1

    def test_a_closed_client_opens_new_ones(self, client: Client, server: Scripted) -> None:
        client.send(READ)
        client.close()
        assert client.send(READ) == {}
        assert server.connections == 2

    def test_a_connection_that_the_server_closed_while_idle_is_no_doubt(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(201, {"id": "d1"}, hang_up=True))
        for number in range(1, 4):
            assert client.send(CREATE) == {"id": "d1"}
            assert server.connections == number
            time.sleep(0.03)  # for the close to arrive

    def test_a_bad_answer_does_not_spoil_the_next_call(self, client: Client, server: Scripted) -> None:
        for bad in (Reply(200, b"{", missing=9), Reply(drop=True), Reply(reset=True)):
            server.replies(bad, Reply(201, {"id": "d1"}))
            with pytest.raises(InDoubt):
                client.send(CREATE)
            assert client.send(CREATE) == {"id": "d1"}


class TestRaw:
    def test_a_json_answer(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(200, {"devices": []}, {"X-Request-Id": "r1"}))
        status, headers, body = client.raw("get", "/projects/p1/devices?per_page=2&include=plan")
        assert (status, headers["x-request-id"], body) == (200, "r1", {"devices": []})
        assert server.seen[0].target == "/projects/p1/devices?per_page=2&include=plan"

    def test_a_body_is_sent(self, client: Client, server: Scripted) -> None:
        client.raw("POST", "/projects", {"name": "x"})
        assert json.loads(server.seen[0].body) == {"name": "x"}

    @pytest.mark.parametrize("status", [301, 401, 403, 404, 422])
    def test_any_status_is_an_answer(self, status: int, client: Client, server: Scripted) -> None:
        server.replies(Reply(status, {"errors": ["no"]}))
        assert client.raw("GET", "/x")[::2] == (status, {"errors": ["no"]})
        assert len(server.seen) == 1

    def test_after_the_usual_retries(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(503, b"<html>busy</html>"))
        assert client.raw("GET", "/x")[::2] == (503, "<html>busy</html>")
        assert len(server.seen) == 3

    def test_a_post_is_not_sent_twice(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(500, {"errors": ["Oh snap"]}))
        assert client.raw("POST", "/projects", {}).status == 500
        assert len(server.seen) == 1

    def test_an_empty_body_is_none(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(204))
        assert client.raw("DELETE", "/devices/d1").body is None

    def test_no_answer_is_an_error(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(drop=True))
        with pytest.raises(Unreachable):
            client.raw("GET", "/x")
        with pytest.raises(InDoubt):
            client.raw("POST", "/x")
        server.replies(Reply(200, b"{", missing=3))
        with pytest.raises(Unreachable):
            client.raw("GET", "/x")


class TestThreads:
    def test_many_at_once_get_their_own_answers(self, client: Client, server: Scripted) -> None:
        server.responds(lambda seen: Reply(200, {"path": seen.path, "body": seen.body.decode()}))

        def one(number: int) -> bool:
            path = f"/devices/{number}"
            got = client.send(Call("PUT", "/devices/{id}", path, body=number))
            return bool(got == {"path": path, "body": str(number)})

        with ThreadPoolExecutor(32) as pool:
            assert all(pool.map(one, range(400)))
        assert server.connections <= 16

    @pytest.mark.parametrize(("parallelism", "single", "most"), [(4, False, 4), (16, True, 1)])
    def test_no_more_calls_are_under_way_than_allowed(
        self, parallelism: int, single: bool, most: int, make_client: MakeClient, server: Scripted
    ) -> None:
        client = make_client(parallelism=parallelism, single_session=single)

        def slow(_: Seen) -> Reply:
            time.sleep(0.005)
            return Reply(200, {})

        server.responds(slow)
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(client.send, [READ] * 32))
        assert server.busiest == most
        assert server.connections == most

    def test_a_waiting_call_keeps_no_other_from_going(
        self, make_client: MakeClient, server: Scripted, clock: VirtualClock
    ) -> None:
        client = make_client(single_session=True)
        asleep, go_on = threading.Event(), threading.Event()

        def hold() -> None:
            asleep.set()
            assert go_on.wait(5)

        clock.on_sleep = hold
        server.replies(Reply(503), Reply(200, {}))
        waiting = threading.Thread(target=client.send, args=(Call("GET", "/bad", "/bad"),))
        waiting.start()
        assert asleep.wait(5)
        assert client.send(READ) == {}
        go_on.set()
        waiting.join(5)
        assert not waiting.is_alive()

    def test_lists_can_be_read_side_by_side(self, client: Client, server: Scripted) -> None:
        server.replies(Reply(200, page(things(1, 500))))
        with ThreadPoolExecutor(8) as pool:
            assert all(got == things(1, 500) for got in pool.map(client.fetch, [DEVICES] * 16))


class TestRecording:
    def test_vcrpy_records_and_plays_back(self, make_client: MakeClient, server: Scripted, tmp_path: Path) -> None:
        cassette = tmp_path / "cassette.yaml"
        server.responds(
            lambda seen: Reply(201, {"id": "d1"}) if seen.method == "POST" else Reply(200, page(things(1, 3)))
        )
        recorder = vcr.VCR(filter_headers=["X-Auth-Token"], decode_compressed_response=True)
        with recorder.use_cassette(str(cassette), record_mode="once"):
            client = make_client(single_session=True)
            assert client.fetch(DEVICES) == things(1, 3)
            assert client.send(CREATE) == {"id": "d1"}
            client.close()
        assert TOKEN not in cassette.read_text()
        before = len(server.seen)
        with recorder.use_cassette(str(cassette), record_mode="none") as played:
            client = make_client(single_session=True)
            assert client.fetch(DEVICES) == things(1, 3)
            assert client.send(CREATE) == {"id": "d1"}
            assert played.all_played
            client.close()
        assert len(server.seen) == before == 2


class TestSurface:
    def test_it_is_small(self) -> None:
        assert api.__all__ == ["Client", "Packet", "RetryPolicy", "Timeouts", "Token"]
        assert all(getattr(api, name) for name in api.__all__)
        with pytest.raises(AttributeError):
            api.nothing  # noqa: B018 # the access is the test

    def test_endpoints_alone_cost_neither_requests_nor_pydantic(self) -> None:
        program = (
            "import sys; from reconciler.api import endpoints; assert not {'requests', 'pydantic'} & {*sys.modules}"
        )
        subprocess.run([sys.executable, "-c", program], check=True)
