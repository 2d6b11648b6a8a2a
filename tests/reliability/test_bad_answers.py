"""Answers of other shapes than the API's, redirects, and connections that come to nothing: F16, F17, F18, F20, F25."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.api import Client, RetryPolicy, Timeouts
from reconciler.clock import SystemClock
from reconciler.diagnostics import Refused
from reconciler.emulator import Emulator, Settings
from reconciler.emulator.faults.bodies import SHAPES
from reconciler.wire import Call, InDoubt, Listing, Rejected, Repeat, Unreachable, WireError
from tests.api.scripted import Reply, Scripted
from tests.reliability.scene import DEVICES, VLANS, Scene, failed, machines, nothing_was_sent
from tests.worlds.account import TOKEN, Account
from tests.worlds.running import plan

PROJECTS = Listing("/projects", "/projects", "projects", paged=True)
CREATE = Call("POST", "/projects", "/projects", body={"name": "a"}, repeat=Repeat.NEVER)
READABLE = ("wrong_type", "huge")  # the first is the right JSON; for the second see the limit below
NO_LISTS = [shape for shape in SHAPES if shape not in READABLE]


def test_fields_that_nobody_has_heard_of_change_nothing(account: Account) -> None:
    """F16: every object of every answer has two more."""
    scene = Scene.of(account)
    scene.fault("unknown_fields", "*", "*", times=None)
    assert scene.apply().complete
    assert plan(account, scene.stack).plan.empty
    scene.no_more_faults()
    scene.settles()


ODD: tuple[tuple[str, Any], ...] = (
    ("state", "hibernating"),
    ("state", None),
    ("state", 7),
    ("plan", None),
    ("plan", "c1.small.x86"),
    ("plan.slug", None),
    ("operating_system", None),
    ("facility", None),
    ("facility.code", 3),
    ("ip_addresses", None),
    ("ip_addresses", {}),
    ("network_ports", None),
    ("provisioning_events", "none"),
    ("provisioning_percentage", "57%"),
    ("created_at", None),
    ("created_at", "yesterday"),
    ("hostname", None),
    ("locked", None),
    ("description", []),
    ("billing_cycle", "fortnightly"),
    ("tags", None),
    ("tags", {}),
    ("tags", [1, None]),
    ("href", None),
)


@pytest.mark.parametrize(("field", "value"), ODD, ids=lambda given: repr(given))
def test_a_value_of_another_kind_is_no_reason_to_destroy_or_to_buy_anything(
    account: Account, field: str, value: Any
) -> None:
    """F16: nulls, other types and words that are not in the books, in each machine of a list."""
    scene = Scene.of(account, machines(2))
    assert scene.apply().complete
    scene.fault("set_field", "GET", DEVICES, field=f"devices.*.{field}", value=value, times=None)
    since = len(account.transport.sent)
    try:
        report = scene.apply()
    except Refused:
        assert nothing_was_sent(scene, since)
    else:
        assert scene.committed("POST", DEVICES) == 2
        assert scene.committed("DELETE", "/devices/{id}") == 0
        assert not report.complete or report.counts.added == report.counts.destroyed == 0
    scene.no_more_faults()
    scene.converges()
    assert scene.committed("POST", DEVICES) == 2


@pytest.mark.parametrize("value", [None, {}, "web"])
@pytest.mark.parametrize("key", ["devices", "ip_addresses"])
def test_tags_that_are_no_list_do_not_make_strangers_of_what_is_ours(account: Account, key: str, value: Any) -> None:
    """F16: the mark is a tag; where no tags can be read, nobody can tell whose it is."""
    scene = Scene.of(account)
    assert scene.apply().complete
    route = DEVICES if key == "devices" else "/projects/{id}/ips"
    scene.fault("set_field", "GET", route, field=f"{key}.*.tags", value=value, times=None)
    since = len(account.transport.sent)
    for destroy in (False, True):
        with pytest.raises(Refused) as refused:
            scene.apply(destroy=destroy)
        assert {each.code for each in refused.value.diagnostics} == {"mark-not-shown"}
    assert nothing_was_sent(scene, since)


@pytest.mark.parametrize("shape", NO_LISTS)
def test_a_list_that_is_no_json_of_the_right_shape_stops_the_plan(account: Account, shape: str) -> None:
    """F17: truncated, NaN, keys twice, 100,000 levels, HTML with 200: the message names the call."""
    scene = Scene.of(account, machines(1))
    assert scene.apply().complete
    scene.fault("bad_body", "GET", DEVICES, shape=shape, times=None)
    since = len(account.transport.sent)
    with pytest.raises(Refused) as refused:
        scene.apply()
    assert any("/devices" in each.summary for each in refused.value.diagnostics)
    assert nothing_was_sent(scene, since)


@pytest.mark.parametrize(("route", "shape"), [*((DEVICES, each) for each in SHAPES), (VLANS, "html"), (VLANS, "null")])
def test_a_create_whose_answer_cannot_be_read_is_found_by_its_mark(account: Account, route: str, shape: str) -> None:
    """F17: the call was carried out; what came back is no use."""
    scene = Scene.of(account)
    scene.fault("bad_body", "POST", route, shape=shape, status=201, size=10_000)
    scene.apply()
    assert scene.struck() == 1
    scene.converges(runs=1)
    assert scene.committed("POST", route) == 1


@pytest.mark.parametrize("field", ["id", "href", "state", "tags", "plan", "hostname", "project"])
def test_a_create_whose_answer_lacks_a_field_makes_no_second_one(account: Account, field: str) -> None:
    """F16, F17: 201 with an object that is not whole."""
    scene = Scene.of(account)
    scene.fault("drop_field", "POST", DEVICES, field=field)
    scene.apply()
    assert scene.struck() == 1
    scene.converges()
    assert scene.committed("POST", DEVICES) == 1


@pytest.mark.parametrize(("status", "to"), [(301, "host"), (302, "http"), (303, "file"), (307, "loop"), (308, "host")])
def test_a_redirected_read_stops_the_plan_and_is_not_followed(account: Account, status: int, to: str) -> None:
    """F18: to another host, to plain HTTP, to a file, in a circle."""
    scene = Scene.of(account, machines(1))
    scene.fault("redirect", "GET", "/projects", to=to, status=status, times=None)
    with pytest.raises(Refused) as refused:
        scene.apply()
    assert any("redirect" in each.summary for each in refused.value.diagnostics)
    assert {each.target.partition("?")[0] for each in account.transport.sent if each.status == status} == {"/projects"}


def test_a_redirected_create_is_looked_for_before_it_is_sent_again(account: Account) -> None:
    """F18: nobody knows what the server before the API did with it."""
    scene = Scene.of(account, machines(1))
    scene.fault("redirect", "POST", DEVICES)
    report = scene.apply()
    assert report.complete, [each.reason for each in failed(report)]
    assert scene.committed("POST", DEVICES) == 1


def test_the_host_of_a_redirect_never_hears_of_the_token() -> None:
    """F18: two real servers; the second one sees nothing at all."""
    first, second = Scripted(), Scripted()
    try:
        first.replies(Reply(302, headers={"Location": f"{second.url}/projects"}))
        with _client(first.url) as client:
            with pytest.raises(WireError, match="redirect"):
                client.fetch(PROJECTS)
            with pytest.raises(InDoubt):
                client.send(CREATE)
        assert second.seen == []
        assert second.connections == 0
    finally:
        first.stop()
        second.stop()


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """One behind a real socket."""
    with Emulator(token=TOKEN, settings=Settings()) as running:
        yield running


def _client(url: str, **given: Any) -> Client:
    retries = RetryPolicy(attempts=2, base=0.001, relistings=1)
    return Client(url, TOKEN, clock=SystemClock(), rng=random.Random(1), retries=retries, **given)


def _order(emulator: Emulator, **rule: Any) -> None:
    with _client(emulator.url) as client:
        call = Call("POST", "/_emulator/faults", "/_emulator/faults", body={"rules": [rule]})
        client.send(call)


def _names(emulator: Emulator) -> list[str]:
    with _client(emulator.url) as client:
        return [each["name"] for each in client.fetch(PROJECTS)]


@pytest.mark.parametrize("kind", ["slow_head", "slow_body"])
def test_an_answer_that_trickles_ends_at_the_deadline_of_the_call(emulator: Emulator, kind: str) -> None:
    """F20: bytes keep coming, the answer never ends; a create is in doubt, and it happened."""
    _order(emulator, kind=kind, method="POST", route="/projects", seconds=20, times=None)
    with _client(emulator.url, timeouts=Timeouts(connect=1, read=10, total=0.25)) as client, pytest.raises(InDoubt):
        client.send(CREATE)
    assert _names(emulator) == ["a"]


@pytest.mark.parametrize(("kind", "names"), [("timeout_before", []), ("commit_then_timeout", ["a"])])
def test_a_server_that_says_nothing_leaves_a_create_in_doubt(emulator: Emulator, kind: str, names: list[str]) -> None:
    """F20, F1: half-open."""
    _order(emulator, kind=kind, method="POST", route="/projects", seconds=1)
    with _client(emulator.url, timeouts=Timeouts(connect=1, read=0.2, total=5)) as client, pytest.raises(InDoubt):
        client.send(CREATE)
    assert _names(emulator) == names


def test_a_body_that_ends_early_leaves_a_create_in_doubt(emulator: Emulator) -> None:
    """F17: the connection closes in the middle of the JSON."""
    _order(emulator, kind="cut_body", method="POST", route="/projects")
    with _client(emulator.url) as client, pytest.raises(InDoubt):
        client.send(CREATE)
    assert _names(emulator) == ["a"]


def test_a_body_without_end_is_not_read_to_its_end(emulator: Emulator) -> None:
    """F17: more bytes than any answer of the API has."""
    _order(emulator, kind="bad_body", shape="huge", size=3_000_000, method="GET", route="/projects", times=None)
    with (
        _client(emulator.url, body_limit=1_000_000) as client,
        pytest.raises(Unreachable, match="longer than 1000000 bytes"),
    ):
        client.fetch(PROJECTS)


def test_a_host_without_a_name_means_that_nothing_was_sent() -> None:
    """F25: DNS. A create that was never sent is no doubt."""
    with _client("https://api.packet.invalid") as client, pytest.raises(Unreachable, match="does not resolve"):
        client.send(CREATE)


def test_a_port_that_speaks_no_tls_is_named_and_no_plan_is_made() -> None:
    """F25: TLS. The token is not sent in the clear."""
    server = Scripted()
    try:
        url = server.url.replace("http://", "https://")
        with _client(url) as client, pytest.raises(Unreachable, match="TLS connection failed"):
            client.fetch(PROJECTS)
        assert server.seen == []
    finally:
        server.stop()


def test_a_proxy_that_wants_a_password_refuses_and_nothing_happens(account: Account) -> None:
    """F25: 407, by a server before the API. The tool itself reads no proxy settings."""
    scene = Scene.of(account, machines(1))
    scene.fault("status", "POST", DEVICES, status=407)
    report = scene.apply()
    (step,) = failed(report)
    assert "407" in step.reason
    assert scene.committed("POST", DEVICES) == 0
    assert [each.status for each in account.transport.sent if each.method == "POST"][-1] == 407
    scene.converges(runs=1)


def test_a_proxy_of_the_environment_gets_neither_calls_nor_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """F25: HTTP_PROXY and its like."""
    proxy, server = Scripted(), Scripted()
    try:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        server.replies(Reply(407, headers={"Proxy-Authenticate": "Basic"}))
        with _client(server.url) as client, pytest.raises(Rejected, match="407"):
            client.send(CREATE)
        assert proxy.connections == 0
        assert len(server.seen) == 1
    finally:
        proxy.stop()
        server.stop()
