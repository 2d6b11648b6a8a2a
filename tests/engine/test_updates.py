"""Updates: what is sent, what is checked afterwards, and answers that say less or other than was asked."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.wire import InDoubt

from .bench import Bench
from .build import ref, resource, stack

EDGE = resource("projects.edge")


def test_only_what_differs_is_sent(bench: Bench) -> None:
    bench.settled(stack(EDGE, resource("projects.edge.devices.web", description="a", userdata="u", locked=False)))
    bench.settled(stack(EDGE, resource("projects.edge.devices.web", description="b", userdata="u", locked=False)))
    (update,) = bench.account.mutations("PUT")
    assert update.body == {"description": "b"}


@pytest.mark.parametrize(
    ("address", "before", "after", "route", "method"),
    [
        ("projects.edge.devices.web", {"description": "a"}, {"description": "b"}, "/devices/{id}", "PUT"),
        ("projects.edge.ip_reservations.b", {"details": "a"}, {"details": "b"}, "/ips/{id}", "PATCH"),
        ("projects.edge.ssh_keys.k", {"key": "ssh-rsa AAAA a"}, {"key": "ssh-rsa AAAA b"}, "/ssh-keys/{id}", "PUT"),
    ],
)
def test_an_update_that_the_api_takes_and_does_not_do_fails_with_what_it_is(
    bench: Bench, address: str, before: dict[str, Any], after: dict[str, Any], route: str, method: str
) -> None:
    bench.settled(stack(EDGE, resource(address, **before)))
    old = dict(before)
    if "key" in old:
        old["label"] = "k [reconciler:shop:projects.edge.ssh_keys.k]"
    bench.account.end("keeps", method, route, edit=lambda body: {**body, **old})
    run = bench.apply(stack(EDGE, resource(address, line=30, **after)))
    ended = run.ended(f"{address}:update")
    assert ended.result.value == "failed"
    assert "the API accepted it, but" in ended.reason
    assert next(iter(before.values())) in ended.reason
    assert ended.diagnostic is not None
    assert ended.diagnostic.place is not None
    assert ended.diagnostic.place.line > 30


def test_tags_are_emptied_by_null(bench: Bench) -> None:
    bench.settled(stack(EDGE, resource("projects.edge.devices.web", tags=["web"])))
    bench.settled(stack(EDGE, resource("projects.edge.devices.web", tags=None)))
    (device,) = bench.account.all("devices")
    assert [each for each in device["tags"] if not each.startswith("reconciler")] == []


def test_a_secret_is_not_shown_when_it_was_not_taken(bench: Bench) -> None:
    hidden = resource("projects.edge.devices.web", userdata="hunter2", secrets=("userdata",))
    bench.account.end("keeps", "POST", "/projects/{id}/devices", edit=lambda body: {**body, "userdata": "older-secret"})
    run = bench.apply(stack(EDGE, hidden))
    reason = run.ended("projects.edge.devices.web:create").reason
    assert "userdata is another value" in reason
    assert "hunter2" not in reason
    assert "older-secret" not in reason
    found = run.ended("projects.edge.devices.web:create").diagnostic
    assert found is not None
    assert found.hidden  # the line that is to blame holds the secret
    planned = bench.plan(stack(EDGE, resource("projects.edge.devices.web", userdata="new", secrets=("userdata",))))
    assert planned.change("projects.edge.devices.web").secrets == {"userdata"}
    assert all(each.secret for each in planned.change("projects.edge.devices.web").fields)


def test_a_value_made_of_a_secret_is_secret_too(bench: Bench) -> None:
    text = ref("projects.edge.vlans.v", "id", secret=True)
    planned = bench.plan(
        stack(EDGE, resource("projects.edge.vlans.v"), resource("projects.edge.devices.d", userdata=text))
    )
    assert bench.execute(planned).ok
    planned = bench.plan(
        stack(EDGE, resource("projects.edge.vlans.v"), resource("projects.edge.devices.d", userdata=text))
    )
    assert planned.change("projects.edge.devices.d").secrets == {"userdata"}


@pytest.mark.parametrize("answer", [None, {}, "", {"message": "ok"}])
def test_an_update_without_an_answer_is_read_back(bench: Bench, answer: Any) -> None:
    bench.settled(stack(EDGE, resource("projects.edge.ip_reservations.b", details="a")))
    bench.account.end("quiet", "PATCH", "/ips/{id}", edit=lambda body: answer)
    bench.settled(stack(EDGE, resource("projects.edge.ip_reservations.b", details="b")))
    assert len(bench.account.mutations("PATCH")) == 1


def test_an_answer_that_leaves_the_field_out_is_no_failure(bench: Bench) -> None:
    bench.settled(stack(EDGE, resource("projects.edge.devices.web", description="a")))
    bench.account.end("short", "PUT", edit=lambda body: {k: v for k, v in body.items() if k != "description"})
    bench.settled(stack(EDGE, resource("projects.edge.devices.web", description="b")))


def test_a_create_that_is_given_other_values_than_asked_for_fails(bench: Bench) -> None:
    bench.account.end(
        "other", "POST", "/projects/{id}/devices", edit=lambda body: {**body, "plan": {"slug": "c1.small.x86"}}
    )
    run = bench.apply(stack(EDGE, resource("projects.edge.devices.web")))
    assert "plan is 'c1.small.x86'" in run.ended("projects.edge.devices.web:create").reason


def test_an_update_in_doubt_is_looked_at_and_sent_again_where_it_did_not_happen(bench: Bench) -> None:
    bench.settled(stack(EDGE, resource("projects.edge.devices.web", description="a")))
    bench.account.end("lost", "PUT", error=InDoubt("no answer came"))
    bench.settled(stack(EDGE, resource("projects.edge.devices.web", description="b")))


def test_an_update_that_is_in_doubt_each_time_fails_and_the_next_run_goes_on(bench: Bench) -> None:
    bench.settled(stack(EDGE, resource("projects.edge.devices.web", description="a")))
    for number in range(3):
        bench.account.end(f"lost {number}", "PUT", error=InDoubt("no answer came"))
    changed = stack(EDGE, resource("projects.edge.devices.web", description="b"))
    run = bench.apply(changed)
    assert run.ended("projects.edge.devices.web:update").reason == "no answer came"
    bench.settled(changed)


def test_an_object_that_went_away_between_plan_and_apply(bench: Bench) -> None:
    bench.settled(stack(EDGE, resource("projects.edge.devices.web", description="a")))
    changed = stack(EDGE, resource("projects.edge.devices.web", description="b"))
    planned = bench.plan(changed)
    bench.account.rows["devices"].clear()
    run = bench.execute(planned)
    assert run.ended("projects.edge.devices.web:update").reason == "Not found (HTTP 404, request req-1)"
    bench.settled(changed)


def test_an_update_that_turns_out_to_change_nothing_sends_nothing(bench: Bench) -> None:
    """A device that is replaced may come out with the value that is there already."""

    def wanted(system: str) -> list[Any]:
        return [
            EDGE,
            resource("projects.edge.devices.web", operating_system=system),
            resource("projects.edge.devices.lb", description=ref("projects.edge.devices.web", "state")),
        ]

    bench.settled(stack(*wanted("ubuntu_18_04")))
    planned = bench.plan(stack(*wanted("debian_9")))
    assert planned.actions()["projects.edge.devices.lb"] == "update"
    assert bench.execute(planned).ok
    assert bench.account.mutations("PUT") == []


def test_an_update_waits_for_a_device_that_an_earlier_run_began(bench: Bench) -> None:
    bench.account.provision_seconds = 60
    bench.settled(stack(EDGE, resource("projects.edge.devices.web", description="a")))
    row = bench.account.rows["devices"][bench.account.one("devices")["id"]]
    row |= {"state": "provisioning", "_ready": bench.clock.now() + 30}
    planned = bench.plan(stack(EDGE, resource("projects.edge.devices.web", description="b")))
    assert planned.steps() == ["projects.edge.devices.web:await", "projects.edge.devices.web:update"]
    assert bench.execute(planned).ok


def test_a_value_that_nobody_can_tell_fails_its_step_with_nothing_sent(bench: Bench) -> None:
    nobody = ref("projects.edge.devices.nobody", "hostname")
    run = bench.apply(stack(EDGE, resource("projects.edge.devices.web", description=nobody)))
    failed = next(each for each in run.applied.ended if each.diagnostic is not None)
    assert failed.diagnostic is not None
    assert failed.diagnostic.code == "still-unknown"
    assert bench.account.mutations("POST", "/projects/{id}/devices") == []
