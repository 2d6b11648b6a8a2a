"""Messages that leave the machine: to whom, how, and what becomes of those that are not taken."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from reconciler.app.notify import open_services
from reconciler.diagnostics import Refused
from reconciler.model.message import Message, Tone
from reconciler.secret import Secret
from tests.drift.receiver import Receiver, receiver

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # apprise's mail service

MESSAGE = Message("Drift: edge", "**`edge`**: 1 changed\n\n- `projects.edge.a_b_c` has *changed*\n", Tone.WARNING)


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def refused(url: str) -> str:
    with pytest.raises(Refused) as caught:
        open_services([Secret("json://127.0.0.1/fine"), Secret(url)])
    (found,) = caught.value.diagnostics
    assert found.code == "notification-url"
    return found.summary


def test_each_service_gets_the_message(hook: Receiver) -> None:
    assert open_services([Secret(hook.url), Secret(f"{hook.url}/b")]).send(MESSAGE) == []
    assert [each["path"] for each in hook.got] == ["/hook/canary-path-4711", "/hook/canary-path-4711/b"]
    (first, _) = hook.got
    assert (first["title"], first["type"]) == ("Drift: edge", "warning")
    assert "projects.edge.a_b_c has changed" in re.sub("[`*]", "", first["message"])


def test_one_that_fails_is_named_by_its_number_and_the_others_get_theirs(hook: Receiver) -> None:
    hook.status = 401
    dead = f"json://ada:canary-password@127.0.0.1:{hook.port}/canary-path"
    with receiver() as other:
        missed = open_services([Secret(dead), Secret(other.url)]).send(MESSAGE)
        assert len(other.got) == 1
    (found,) = missed
    assert found.service == "1 of 2 (JSON)"
    assert "401" in found.why
    assert "canary" not in found.why


def test_what_a_service_quotes_of_its_url_is_taken_out(hook: Receiver) -> None:
    hook.status, hook.said = 500, "no room canary-path-4711 for canary word"
    (found,) = open_services([Secret(f"{hook.url}?+X-Key=canary%20word")]).send(MESSAGE)
    assert "no room (sensitive value) for (sensitive value)" in found.why


def test_a_service_that_moved_is_not_followed(hook: Receiver) -> None:
    with receiver() as other:
        hook.status, hook.location = 307, f"http://127.0.0.1:{other.port}/stolen"
        (found,) = open_services([Secret(f"{hook.url}?redirect=yes")]).send(MESSAGE)
        assert other.got == []
    assert "307" in found.why


@pytest.mark.parametrize("part", [b"x", b"x" * 1_000_000])
def test_one_that_answers_without_end_is_given_up_and_let_go(part: bytes) -> None:
    """A byte now and then would keep it for ever, and what it sends for ever would fill the memory."""
    let_go = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with suppress(ConnectionError), listening.accept()[0] as line:
            line.recv(65_536)
            line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            for _ in range(500):
                line.sendall(part)
                let_go.wait(0.02)
        let_go.set()

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    with listening:
        services = open_services([Secret(f"json://127.0.0.1:{listening.getsockname()[1]}/canary-path")], patience=0.3)
        (found,) = services.send(MESSAGE)
        assert found.why == "it took more than 0.3 s"
        assert let_go.wait(10)
    thread.join(10)


def test_nobody_there_is_told(hook: Receiver) -> None:
    (found,) = open_services([Secret("json://127.0.0.1:1/canary-path")]).send(MESSAGE)
    assert "onnection" in found.why
    assert "canary" not in found.why


@pytest.mark.parametrize(
    "url",
    [
        "json://hooks.example.com/canary-path",
        "json://localhost.example.com/canary-path",
        "ntfy://canary-topic",
        "mailtos://ada:canary-password@example.com?mode=insecure",
        "dapnet://ada:canary-password@DF1ABC",
        "syslog://",
    ],
)
def test_what_could_be_read_on_the_way_is_not_sent(url: str) -> None:
    told = refused(url)
    assert "notification URL 2 of 2" in told
    assert "in the clear" in told
    assert "canary" not in told


def test_a_certificate_has_to_hold() -> None:
    assert "verify=no" in refused("jsons://hooks.example.com/canary-path?verify=no")


@pytest.mark.parametrize(
    "url", ["nonsense://canary-path", "canary-path", "slack://canary-path", "https://example.com/canary"]
)
def test_what_is_of_no_service_is_refused_unquoted(
    url: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert "no service that apprise knows" in refused(url)
    assert "canary" not in refused(url)
    assert "canary" not in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    "url",
    [
        "jsons://hooks.example.com/path",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#ops",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
        "ntfys://topic",
        "mailtos://ada:word@example.com",
    ],
)
def test_what_goes_over_tls_is_taken(url: str) -> None:
    open_services([Secret(url)])
