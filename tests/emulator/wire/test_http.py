"""What goes over a real socket."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from email.utils import parsedate_to_datetime

import pytest
import requests

from reconciler.emulator import Emulator, Settings
from reconciler.emulator.performer import Performer
from tests.emulator.client import TOKEN


def raw(server: Emulator, request: bytes) -> bytes:
    """Everything the server sends back for some bytes, until it closes."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(request)
        received = b""
        while piece := connection.recv(65536):
            received += piece
        return received


def head(method: str = "GET", path: str = "/projects", *more: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"X-Auth-Token: {TOKEN}", "Connection: close", *more]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_an_answer_has_the_headers_of_the_real_one(http: requests.Session, server: Emulator) -> None:
    got = http.get(server.url + "/projects")
    assert got.headers["Content-Type"] == "application/json; charset=utf-8"
    assert re.fullmatch(r"[0-9a-f-]{36}", got.headers["X-Request-Id"])
    assert got.headers["ETag"].startswith('W/"')
    assert got.headers["Cache-Control"] == "max-age=0, private, must-revalidate"
    assert abs(parsedate_to_datetime(got.headers["Date"]).timestamp() - time.time()) < 5
    for name in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"):
        assert got.headers[name].isdigit()


def test_every_answer_has_its_own_request_id_and_the_same_body_the_same_etag(
    http: requests.Session, server: Emulator
) -> None:
    one, two = http.get(server.url + "/facilities"), http.get(server.url + "/facilities")
    assert one.headers["X-Request-Id"] != two.headers["X-Request-Id"]
    assert one.headers["ETag"] == two.headers["ETag"]


def test_one_connection_serves_many_requests(server: Emulator) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    one = f"GET /projects HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Auth-Token: {TOKEN}\r\n\r\n".encode()
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        for _ in range(3):
            connection.sendall(one)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")


def test_204_has_neither_body_nor_length(http: requests.Session, server: Emulator) -> None:
    made = http.post(server.url + "/projects", json={"name": "a"}).json()
    received = raw(server, head("DELETE", f"/projects/{made['id']}"))
    assert received.startswith(b"HTTP/1.1 204 No Content\r\n")
    assert received.endswith(b"\r\n\r\n")
    assert b"content-length" not in received.lower()


def test_head_is_a_get_without_its_body(server: Emulator) -> None:
    received = raw(server, head("HEAD"))
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert received.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "FROB"])
def test_a_method_that_nobody_has_is_an_unknown_path(server: Emulator, method: str) -> None:
    received = raw(server, head(method))
    assert received.startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert received.endswith(b'{"errors":["Not found"]}')
    assert b"X-Request-Id: " in received


@pytest.mark.parametrize(
    "request_line",
    [b"GET", b"GET /projects HTTP/9.9", b"GET /projects HTTP/x", b"GET /" + b"a" * 70_000 + b" HTTP/1.1"],
)
def test_what_cannot_be_read_is_the_callers_fault(server: Emulator, request_line: bytes) -> None:
    received = raw(server, request_line + b"\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    status, _, rest = received.removeprefix(b"HTTP/1.1 ").partition(b" ")
    assert 400 <= int(status) < 500
    assert json.loads(rest.partition(b"\r\n\r\n")[2])["errors"]


def test_a_body_that_is_too_large_or_of_unknown_length_is_refused(server: Emulator) -> None:
    assert raw(server, head("POST", "/projects", "Content-Length: 99999999")).startswith(b"HTTP/1.1 413")
    assert raw(server, head("POST", "/projects", "Transfer-Encoding: chunked")).startswith(b"HTTP/1.1 411")
    assert raw(server, head("POST", "/projects", "Content-Length: nonsense")).startswith(b"HTTP/1.1 400")


def test_an_unknown_path_or_method_is_404_with_json(http: requests.Session, server: Emulator) -> None:
    for got in (http.get(server.url + "/nowhere"), http.put(server.url + "/projects"), http.options(server.url + "/")):
        assert (got.status_code, got.json()) == (404, {"errors": ["Not found"]})


def test_a_bug_is_500_in_the_apis_words_and_told_on_stderr(
    server: Emulator, http: requests.Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(self: object, job: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(Performer, "perform", broken)
    got = http.get(server.url + "/projects")
    assert got.status_code == 500
    assert got.json()["errors"][0].startswith("Oh snap, something went wrong!")
    assert "ZeroDivisionError: a bug" in capsys.readouterr().err


def test_latency_is_added_to_every_call() -> None:
    with Emulator(token=TOKEN, settings=Settings(latency_seconds=0.06)) as emulator:
        start = time.monotonic()
        requests.get(emulator.url + "/projects", headers={"X-Auth-Token": TOKEN}, timeout=5)
        assert time.monotonic() - start >= 0.06


def test_stop_ends_open_connections_and_frees_the_port() -> None:
    emulator = Emulator(token=TOKEN)
    emulator.start()
    url = emulator.url
    port = int(url.rpartition(":")[2])
    with requests.Session() as session:
        assert session.get(url + "/projects", headers={"X-Auth-Token": TOKEN}).status_code == 200
        emulator.stop()
        with pytest.raises(requests.ConnectionError):
            session.get(url + "/projects", headers={"X-Auth-Token": TOKEN})
    with Emulator(token=TOKEN, port=port) as again:
        assert again.url == url


def test_stop_cuts_off_a_request_that_is_under_way_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    emulator = Emulator(token=TOKEN, settings=Settings(latency_seconds=0.5))
    emulator.start()
    errors: list[Exception] = []

    def call(url: str) -> None:
        try:
            requests.post(url + "/projects", headers={"X-Auth-Token": TOKEN}, json={"name": "a"}, timeout=5)
        except requests.RequestException as error:
            errors.append(error)

    thread = threading.Thread(target=call, args=(emulator.url,))
    thread.start()
    time.sleep(0.03)
    emulator.stop()
    thread.join()
    time.sleep(0.3)  # until the request wakes from the first half of its latency and finds the world closed
    assert len(errors) == 1
    assert capsys.readouterr().err == ""


def test_a_signal_before_the_first_answer_ends_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("reconciler.emulator.server.Server.run", interrupted)
    emulator = Emulator(token="t")
    emulator.listen()
    ended: list[type[BaseException]] = []

    def serve() -> None:
        try:
            emulator.serve_forever()
        except KeyboardInterrupt as interrupt:
            ended.append(type(interrupt))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    thread.join(10)
    assert ended == [KeyboardInterrupt]


def test_serve_forever_ends_when_another_thread_stops_it() -> None:
    emulator = Emulator(token=TOKEN)
    url = emulator.listen()
    thread = threading.Thread(target=emulator.serve_forever)
    thread.start()
    assert requests.get(url + "/projects", headers={"X-Auth-Token": TOKEN}, timeout=5).status_code == 200
    emulator.stop()
    thread.join(timeout=5)
    assert not thread.is_alive()


def test_the_url_is_known_only_while_it_runs() -> None:
    emulator = Emulator(token=TOKEN)
    with pytest.raises(RuntimeError, match="not running"):
        _ = emulator.url
    emulator.stop()


def test_json_goes_out_as_it_came_in_whatever_the_characters(http: requests.Session, server: Emulator) -> None:
    name = 'quote " backslash \\ é 漢 \u2028'
    made = http.post(server.url + "/projects", data=json.dumps({"name": name}))
    assert made.json()["name"] == name
