"""A create whose answer was lost: looked for by its mark, adopted when it happened, sent again only when it did not."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.engine.stop import Stop
from reconciler.model.event import Noted
from reconciler.wire import Incomplete, Throttled, Unreachable

from .bench import Bench
from .build import ref, resource, stack

EDGE = resource("projects.edge")
VIP = resource("projects.edge.ip_reservations.vip")
WEB = resource("projects.edge.devices.web")
CONFIG = resource("projects.edge.bgp_config")

CREATES: dict[str, tuple[str, list[Any]]] = {
    "project": ("/projects", [EDGE]),
    "user_key": ("/ssh-keys", [resource("ssh_keys.me")]),
    "project_key": ("/projects/{id}/ssh-keys", [EDGE, resource("projects.edge.ssh_keys.ops")]),
    "vlan": ("/projects/{id}/virtual-networks", [EDGE, resource("projects.edge.vlans.v", description="d")]),
    "block": ("/projects/{id}/ips", [EDGE, VIP]),
    "bgp_config": ("/projects/{id}/bgp-configs", [EDGE, CONFIG]),
    "device": ("/projects/{id}/devices", [EDGE, WEB]),
    "assignment": (
        "/devices/{id}/ips",
        [
            EDGE,
            VIP,
            WEB,
            resource(
                "projects.edge.devices.web.ip_assignments.vip",
                address=ref("projects.edge.ip_reservations.vip", "block"),
            ),
        ],
    ),
    "session": (
        "/devices/{id}/bgp/sessions",
        [EDGE, CONFIG, WEB, resource("projects.edge.devices.web.bgp_sessions.ipv4")],
    ),
}


@pytest.mark.parametrize("name", CREATES)
def test_committed_then_lost_is_adopted_with_one_post(bench: Bench, name: str) -> None:
    route, resources = CREATES[name]
    bench.account.end("lost_after", "POST", route)
    bench.settled(stack(*resources))
    assert len(bench.account.posts(route)) == 1


@pytest.mark.parametrize(
    "mark", ["reconciler:other:projects.edge.devices.web", "reconciler:shop:projects.edge.devices.b"]
)
def test_what_others_made_meanwhile_is_not_taken_for_it(bench: Bench, mark: str) -> None:
    """Another stack's machine, or one of this stack under another address, that came after the plan."""
    bench.settled(stack(EDGE))
    planned = bench.plan(stack(EDGE, WEB))
    project = bench.account.one("projects")["id"]
    values = {"plan": "c1.small.x86", "operating_system": "ubuntu_18_04", "facility": "ewr1"}
    theirs = bench.account.add("devices", project=project, tags=[mark], **values)
    bench.account.end("lost_before", "POST", "/projects/{id}/devices")
    run = bench.execute(planned)
    assert run.ended("projects.edge.devices.web:create").id not in ("", theirs["id"])
    assert len(bench.account.all("devices")) == 2


@pytest.mark.parametrize("name", CREATES)
def test_lost_before_the_commit_is_looked_for_and_then_sent_again(bench: Bench, name: str) -> None:
    route, resources = CREATES[name]
    bench.account.end("lost_before", "POST", route)
    run = bench.settled(stack(*resources))
    first, second = bench.account.posts(route)
    assert second.at - first.at >= bench.settle_seconds
    assert any("looking for it by its mark" in note for note in run.notes())


@pytest.mark.parametrize("name", CREATES)
@pytest.mark.parametrize("seconds", [0.5, 3, 9.5])
def test_a_commit_within_the_window_makes_one_object(bench: Bench, name: str, seconds: float) -> None:
    route, resources = CREATES[name]
    bench.account.end("late", "POST", route, seconds=seconds)
    bench.settled(stack(*resources))
    assert len(bench.account.posts(route)) == 1


def test_a_commit_after_the_window_is_healed_by_the_next_run(bench: Bench) -> None:
    bench.account.end("late", "POST", "/projects/{id}/devices", seconds=60)
    wanted = stack(EDGE, WEB)
    assert bench.apply(wanted).ok
    bench.clock.sleep(60)
    assert len(bench.account.all("devices")) == 2
    run = bench.settled(wanted)
    assert run.applied.counts.destroyed == 1
    assert len(bench.account.all("devices")) == 1


def test_three_losses_are_enough(bench: Bench) -> None:
    bench.account.end("lost_before", "POST", "/projects/{id}/devices", times=9)
    run = bench.apply(stack(EDGE, WEB))
    assert run.results["projects.edge.devices.web:create"] == "failed"
    assert len(bench.account.posts("/projects/{id}/devices")) == 3
    assert "nothing is known to have been created" in run.ended("projects.edge.devices.web:create").reason


def test_it_is_not_sent_again_while_the_list_cannot_be_read(bench: Bench) -> None:
    planned = bench.plan(stack(EDGE, WEB))
    bench.account.end("lost_after", "POST", "/projects/{id}/devices")
    bench.account.end("broken", "LIST", "/projects/{id}/devices", times=99, error=Incomplete("a page is missing"))
    run = bench.execute(planned)
    assert "a page is missing" in run.ended("projects.edge.devices.web:create").reason
    assert len(bench.account.posts("/projects/{id}/devices")) == 1
    bench.account.endings.clear()
    bench.settled(stack(EDGE, WEB))
    assert len(bench.account.posts("/projects/{id}/devices")) == 1


def test_a_list_that_is_stale_for_a_while_is_looked_at_again(bench: Bench) -> None:
    bench.settled(stack(EDGE))
    bench.account.end("lost_after", "POST", "/projects/{id}/devices")
    planned = bench.plan(stack(EDGE, WEB))
    bench.account.end("stale", "LIST", "/projects/{id}/devices", times=5)
    assert bench.execute(planned).ok
    assert len(bench.account.posts("/projects/{id}/devices")) == 1


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (Unreachable("no route to host"), "no route to host"),
        (Throttled("slow down", status=429), "slow down (HTTP 429)"),
    ],
)
def test_what_never_arrived_fails_and_is_neither_looked_for_nor_sent_again(
    bench: Bench, error: Exception, shown: str
) -> None:
    planned = bench.plan(stack(EDGE, WEB))
    bench.account.end("broken", "POST", "/projects/{id}/devices", error=error)
    reads = len(bench.account.reads)
    run = bench.execute(planned)
    assert run.ended("projects.edge.devices.web:create").reason == shown
    assert len(bench.account.posts("/projects/{id}/devices")) == 1
    assert not [each for each in bench.account.reads[reads:] if each.endswith("/devices")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("The facility ewr1 has no provisionable c1.small.x86 servers matching your criteria", 12),
        ("Hostname is invalid", 11),
        ("Operating system is not supported by this plan", 14),
        ("explanation: quota of 10 reached", 10),
        ("Something else", 10),
    ],
)
def test_a_rejection_fails_with_the_text_and_the_line_that_it_is_about(bench: Bench, text: str, line: int) -> None:
    bench.account.end("reject", "POST", "/projects/{id}/devices", texts=(text, "second text"))
    run = bench.apply(stack(EDGE, resource("projects.edge.devices.web", line=10)))
    ended = run.ended("projects.edge.devices.web:create")
    assert ended.reason == f"{text}; second text (HTTP 422, request req-1)"
    assert ended.diagnostic is not None
    assert ended.diagnostic.place is not None
    assert ended.diagnostic.place.line == line
    assert len(bench.account.posts("/projects/{id}/devices")) == 1


def test_a_session_that_a_controller_opened_meanwhile_is_taken_as_it_is(bench: Bench) -> None:
    wanted = stack(EDGE, CONFIG, WEB, resource("projects.edge.devices.web.bgp_sessions.ipv4"))
    bench.apply(stack(EDGE, CONFIG, WEB))
    planned = bench.plan(wanted)
    bench.account.add("sessions", device=bench.account.one("devices")["id"], address_family="ipv4")
    assert bench.execute(planned).ok
    assert len(bench.account.all("sessions")) == 1


def test_stopped_while_looking_nothing_is_sent_again(bench: Bench) -> None:
    stop = Stop()
    planned = bench.plan(stack(EDGE, WEB))
    bench.account.end("lost_before", "POST", "/projects/{id}/devices")

    def listen(event: object) -> None:
        if isinstance(event, Noted):
            stop.request()

    # the note is heard by the coordinator while the worker looks, so the stop is there before the window is over
    bench.account.pause = 0.001
    original = bench.account.fetch

    def slowly(listing: Any) -> list[dict[str, Any]]:
        import time

        time.sleep(0.002)
        return original(listing)

    bench.account.fetch = slowly  # type: ignore[method-assign]
    run = bench.execute(planned, stop=stop, listen=listen)
    assert run.results["projects.edge.devices.web:create"] == "abandoned"
    assert run.applied.interrupted
    assert len(bench.account.posts("/projects/{id}/devices")) == 1
    bench.account.fetch = original  # type: ignore[method-assign]
    bench.settled(stack(EDGE, WEB))


def test_an_object_found_after_a_lost_answer_that_has_failed_is_no_success(bench: Bench) -> None:
    planned = bench.plan(stack(EDGE, WEB))
    bench.account.end("lost_after", "POST", "/projects/{id}/devices")
    bench.account.end(
        "edited",
        "LIST",
        "/projects/{id}/devices",
        times=99,
        edit=lambda rows: [{**each, "state": "failed"} for each in rows],
    )
    run = bench.execute(planned)
    assert run.results["projects.edge.devices.web:create"] == "failed"
    assert "failed" in run.ended("projects.edge.devices.web:create").reason


@pytest.mark.parametrize("answer", [None, {}, [], "ok", {"message": "submitted for review"}, {"id": None}])
def test_an_answer_that_does_not_show_the_object_sends_us_looking(bench: Bench, answer: Any) -> None:
    bench.account.end("garbage", "POST", "/projects/{id}/devices", edit=lambda body: answer)
    bench.settled(stack(EDGE, WEB))
    assert len(bench.account.posts("/projects/{id}/devices")) == 1


@pytest.mark.parametrize(
    "answer", [{"id": "x", "tags": 7}, {"id": "x", "ip_addresses": 3}, {"id": "x", "state": {"a": 1}, "tags": [{}]}]
)
def test_an_answer_of_another_shape_fails_the_step_and_nothing_else(bench: Bench, answer: Any) -> None:
    bench.account.end("garbage", "POST", "/projects/{id}/devices", edit=lambda body: answer)
    run = bench.apply(stack(EDGE, WEB, resource("projects.edge.vlans.v")))
    assert run.results["projects.edge.devices.web:create"] == "failed"
    assert run.results["projects.edge.vlans.v:create"] == "done"
    bench.settled(stack(EDGE, WEB, resource("projects.edge.vlans.v")))
    assert len(bench.account.posts("/projects/{id}/devices")) == 1


def test_a_mistake_in_a_kind_ends_the_run_and_does_not_hang_it(bench: Bench) -> None:
    planned = bench.plan(stack(EDGE, WEB))

    def broken(body: Any) -> Any:
        raise RecursionError("too deep")

    bench.account.end("garbage", "POST", "/projects/{id}/devices", edit=broken)
    with pytest.raises(RecursionError):
        bench.execute(planned)


def test_a_slow_list_is_as_old_as_its_question(bench: Bench) -> None:
    """It was asked for before the late commit and came after the window: it is no proof of absence."""
    route = "/projects/{id}/virtual-networks"

    def slowly(found: Any) -> Any:
        bench.clock.sleep(12)
        return found

    bench.account.end("late", "POST", route, seconds=5)
    bench.account.end("slow", "LIST", route, edit=slowly)
    bench.settled(stack(EDGE, resource("projects.edge.vlans.v")))
    assert len(bench.account.posts(route)) == 1
