"""A create from the journal to the lists: what is written down at each turn, how often it is sent, and what a person
reads when it did not end well.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.app import Stop
from reconciler.app.journal import FileJournal, Log
from reconciler.model.event import Ended, Event, Noted, Report, Result
from tests.reliability.scene import DEVICES, MACHINE, Scene, failed, small
from tests.reliability.test_journal import FullLog
from tests.worlds.account import Account
from tests.worlds.running import carry_out, plan

AT = "projects.web.devices.web"
BIG = small(ip_reservations={"vip": {"type": "public_ipv4", "quantity": 64, "facility": "ewr1"}}, devices={})


def run(scene: Scene, *, stop: Stop | None = None, said: list[str] | None = None) -> Report:
    def listen(event: Event) -> None:
        if isinstance(event, Noted) and said is not None:
            said.append(event.message)

    journal = FileJournal(log(scene), scene.account.clock.wall)
    return carry_out(scene.account, plan(scene.account, scene.stack), journal=journal, stop=stop, listen=listen)


def log(scene: Scene) -> Log:
    return Log(scene.account.folder / "small.jsonl")


def written(scene: Scene, address: str = AT) -> list[dict[str, Any]]:
    """What the journal says of one address, without times and the run."""
    every = [json.loads(line) for line in log(scene).text().splitlines()]
    return [
        {name: value for name, value in each.items() if name not in ("at", "run", "address")}
        for each in every
        if each.get("address") == address
    ]


def ended(report: Report, address: str = AT) -> Ended:
    return next(each for each in report.ended if each.address == address)


def intent(scene: Scene) -> dict[str, Any]:
    first = written(scene)[0]
    assert (first["do"], first["kind"]) == ("intend", "device")
    assert len(first["body"]) == 8
    int(first["body"], 16)
    return first


def test_one_that_is_answered_is_closed_by_the_list_that_shows_it(account: Account) -> None:
    scene = Scene.of(account)
    report = run(scene)
    assert report.complete
    (machine,) = scene.devices()
    assert ended(report).id == machine["id"]
    assert written(scene) == [
        intent(scene),
        {"do": "answered", "how": "ok", "id": machine["id"]},
        {"do": "seen", "id": machine["id"]},
    ]


def test_one_whose_answer_was_lost_is_found_by_its_mark_and_closed_by_that(account: Account) -> None:
    scene = Scene.of(account)
    scene.fault("commit_then_drop", "POST", DEVICES)
    said: list[str] = []
    report = run(scene, said=said)
    assert report.complete
    (machine,) = scene.devices()
    assert written(scene) == [intent(scene), {"do": "answered", "how": "unknown"}, {"do": "seen", "id": machine["id"]}]
    assert scene.committed("POST", DEVICES) == 1
    assert said[0].startswith(f"{AT}: the answer was lost (")
    assert said[0].endswith("); looking for it by its mark")


def test_one_that_did_not_happen_is_written_down_again_before_it_is_sent_again(account: Account) -> None:
    scene = Scene.of(account)
    scene.fault("drop_before", "POST", DEVICES)
    assert run(scene).complete
    (machine,) = scene.devices()
    first = intent(scene)
    assert written(scene) == [
        first,
        {"do": "answered", "how": "unknown"},
        first,
        {"do": "answered", "how": "ok", "id": machine["id"]},
        {"do": "seen", "id": machine["id"]},
    ]


def test_three_times_are_enough(account: Account) -> None:
    scene = Scene.of(account)
    scene.fault("drop_before", "POST", DEVICES, times=None)
    report = run(scene)
    assert ended(report).result is Result.FAILED
    assert ended(report).reason == "no answer came and the object is not there; nothing is known to have been created"
    assert written(scene) == [intent(scene), {"do": "answered", "how": "unknown"}] * 3
    scene.converges(runs=1)


def test_a_refusal_is_written_down_with_the_id_of_its_request(account: Account) -> None:
    scene = Scene.of(account)
    scene.fault("status", "POST", DEVICES, status=422, times=None)
    report = run(scene)
    (_, answered) = written(scene)
    request = answered.pop("request")
    assert answered == {"do": "answered", "how": "rejected"}
    assert f"(HTTP 422, request {request})" in ended(report).reason
    assert not FileJournal(log(scene), account.clock.wall).pending


def test_the_digest_is_of_what_is_sent(account: Account) -> None:
    bodies = set()
    for hostname in ("web", "www", "web"):
        scene = Scene.of(account, small(devices={"web": {**MACHINE, "hostname": hostname}}))
        scene.fault("status", "POST", DEVICES, status=422)
        run(scene)
        bodies.add(written(scene)[-2]["body"])
    assert len(bodies) == 2


def test_nothing_is_sent_while_it_cannot_be_written_down(account: Account) -> None:
    scene = Scene.of(account)
    full = FileJournal(FullLog(log(scene).path, 2), account.clock.wall)
    report = carry_out(account, plan(account, scene.stack), journal=full)
    (wrong,) = failed(report)
    assert wrong.reason.startswith("nothing was sent, since the journal cannot be written: ")
    assert wrong.reason.endswith("small.jsonl: No space left on device")
    assert wrong.diagnostic is not None
    assert wrong.diagnostic.hint == "free the place and run the same command again"
    assert account.ledger() == []


def test_what_is_taken_and_not_made_is_no_success(account: Account) -> None:
    """More addresses than are given without a review: 2xx, and a message instead of a block."""
    scene = Scene.of(account, BIG)
    report = run(scene)
    at = "projects.web.ip_reservations.vip"
    assert ended(report, at).result is Result.FAILED
    assert ended(report, at).reason == (
        "the API took the request but shows no ip_reservation; it may need a review first"
    )
    assert [each["how"] for each in written(scene, at) if each["do"] == "answered"] == ["ok"]
    assert FileJournal(log(scene), account.clock.wall).pending


@pytest.mark.parametrize("fault", ["drop_before", "commit_then_drop"])
def test_an_interrupt_while_it_is_looked_for_leaves_it_open(
    account: Account, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    scene = Scene.of(account)
    scene.set(list_lag_seconds=3.0)
    scene.fault(fault, "POST", DEVICES)
    stop, sleep = Stop(), account.clock.sleep

    def interrupted(seconds: float) -> None:
        if scene.struck():
            stop.request()
        sleep(seconds)

    with monkeypatch.context() as patched:
        patched.setattr(account.clock, "sleep", interrupted)
        report = run(scene, stop=stop)
    assert report.interrupted
    assert ended(report).result is Result.ABANDONED
    assert ended(report).reason == "interrupted before it was known whether it was created"
    assert written(scene) == [intent(scene), {"do": "answered", "how": "unknown"}]
    assert FileJournal(log(scene), account.clock.wall).pending
    account.clock.sleep(30)
    scene.converges(runs=1)
    assert len(scene.devices()) == 1


def test_a_batch_whose_answer_was_lost_is_waited_for_until_its_machines_say_whose_they_are(account: Account) -> None:
    """The list of batches shows no mark of its own: only the machines carry it, and they come later."""
    batch = {"quantity": 2, **MACHINE, "hostname": "w"}
    scene = Scene.of(account, small(devices={}, device_batches={"w": batch}))
    scene.set(batch_seconds=40.0)
    route = "/projects/{id}/devices/batch"
    scene.fault("commit_then_drop", "POST", route)
    report = run(scene)
    assert scene.struck() == 1
    assert report.complete, [each.reason for each in failed(report)]
    assert scene.committed("POST", route) == 1
    assert len(scene.devices()) == 2
