"""Others' objects in the stack's projects: how old, at what price, by whom, and at how many calls that is known."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from reconciler.engine.makers import ASKED, LONGEST_NAME
from reconciler.model.look import Looked
from reconciler.model.plan import Stranger
from reconciler.report.drift import render_drift, render_total
from reconciler.report.drift_chat import drift_message
from reconciler.report.drift_json import drift_document, drift_documents
from reconciler.report.metrics import render_metrics
from reconciler.review.news import report_of
from tests.drift.looking import look
from tests.reliability.scene import MACHINE, Scene, small
from tests.report import samples
from tests.worlds.account import Account

T1 = "t1.small.x86"
EMPTY: dict[str, Any] = {"vlans": {}, "ip_reservations": {}, "devices": {}}


@pytest.fixture
def scene(account: Account) -> Scene:
    scene = Scene.of(account, small(**EMPTY))
    assert scene.apply().complete
    return scene


def theirs(scene: Scene, name: str = "miner") -> dict[str, Any]:
    body = {**MACHINE, "hostname": name, "tags": []}
    return scene.account.make(f"/projects/{scene.project()}/devices", body)


def volume(scene: Scene) -> dict[str, Any]:
    body = {"facility": "ewr1", "plan": "storage_1", "size": 500, "billing_cycle": "hourly"}
    return scene.account.make(f"/projects/{scene.project()}/storage", body)


def entries(scene: Scene) -> dict[str, dict[str, Any]]:
    return {each["kind"]: each for each in drift_document(look(scene), tool_version="1")["strangers"]}


def asked(scene: Scene, since: int) -> list[str]:
    """The lists of events that were read."""
    return [each.target for each in scene.account.transport.sent[since:] if "/events" in each.target]


def hourly(scene: Scene, plan: str) -> float:
    (price,) = [each["pricing"]["hour"] for each in scene.account.listed("/plans", "plans") if each["slug"] == plan]
    return float(price)


def test_age_price_and_maker_are_told_in_every_form(scene: Scene) -> None:
    theirs(scene)
    volume(scene)
    scene.account.clock.sleep(3 * 86_400)
    found = entries(scene)
    machine = hourly(scene, MACHINE["plan"])
    assert found["device"]["hourly"] == machine
    assert found["device"]["age_seconds"] == 3 * 86_400
    assert found["device"]["made_by"] == found["volume"]["made_by"] == "Emulator User"
    assert found["volume"]["hourly"] == pytest.approx(500 * hourly(scene, "storage_1"))
    looked = look(scene)
    text = render_drift(looked, colour=False)
    assert f" (3 days), made by Emulator User, ${machine:.2f}/h\n" in text
    total = machine + found["volume"]["hourly"]
    assert "2 strangers (not managed by this stack, not counted as drift), $0." in text
    assert drift_document(looked, tool_version="1")["strangers_cost"]["hourly"] == pytest.approx(total)
    values = {
        each.name: each.samples[0].value
        for each in text_string_to_metric_families(render_metrics([looked]))
        if each.samples
    }
    assert values["reconciler_strangers_cost_per_hour"] == pytest.approx(total)
    assert looked.at.timestamp() - values["reconciler_strangers_oldest_timestamp_seconds"] == 3 * 86_400


def test_an_event_long_after_its_birth_does_not_say_who_made_it(scene: Scene) -> None:
    theirs(scene)
    later = "2019-01-01T01:00:00Z"
    scene.fault("set_field", "GET", "/devices/{id}/events", field="events.*.created_at", value=later, times=None)
    assert entries(scene)["device"]["made_by"] is None
    assert "maker not known, $" in render_drift(look(scene), colour=False)


def test_an_event_whose_text_alone_names_a_person_tells_it(scene: Scene) -> None:
    theirs(scene)
    scene.fault("set_field", "GET", "/devices/{id}/events", field="events.*.modified_by", value=None, times=None)
    assert entries(scene)["device"]["made_by"] == "Emulator User"


def test_the_name_of_a_maker_is_as_long_as_names_are(scene: Scene) -> None:
    theirs(scene)
    long = "A" * 1_000_000
    scene.fault(
        "set_field", "GET", "/devices/{id}/events", field="events.*.modified_by.full_name", value=long, times=None
    )
    assert entries(scene)["device"]["made_by"] == "A" * LONGEST_NAME


@pytest.mark.parametrize("status", [403, 404, 500])
def test_events_that_cannot_be_read_are_no_reason_to_stop(scene: Scene, status: int) -> None:
    theirs(scene)
    scene.fault("status", "GET", "/devices/{id}/events", status=status, times=None)
    found = entries(scene)["device"]
    assert found["made_by"] is None
    assert found["hourly"]


def test_prices_that_cannot_be_read_are_unknown(scene: Scene) -> None:
    theirs(scene)
    scene.fault("status", "GET", "/plans", status=403, times=None)
    looked = look(scene)
    (note,) = looked.plan.diagnostics
    assert (note.code, str(note.severity)) == ("no-prices", "note")
    assert note.summary.startswith("what strangers cost is not known: ")
    text = render_drift(looked, colour=False)
    assert "price not known\n" in text
    assert "$0.00/h ($0.00/month) at list price, and 1 of unknown price.\n" in text
    document = drift_document(looked, tool_version="1")
    assert document["strangers"][0]["hourly"] is None
    assert document["strangers_cost"]["unpriced"] == 1
    assert 'reconciler_strangers_unpriced{stack="small"} 1.0\n' in render_metrics([looked])


def test_without_strangers_neither_prices_nor_events_are_read(scene: Scene) -> None:
    since = len(scene.account.transport.sent)
    look(scene)
    paths = {each.target.partition("?")[0] for each in scene.account.transport.sent[since:]}
    assert "/plans" not in paths
    assert asked(scene, since) == []


def test_what_costs_nothing_is_not_asked_about(scene: Scene) -> None:
    scene.account.make(f"/projects/{scene.project()}/virtual-networks", {"facility": "ewr1"})
    since = len(scene.account.transport.sent)
    (entry,) = drift_document(look(scene), tool_version="1")["strangers"]
    assert (entry["kind"], "hourly" in entry) == ("vlan", False)
    assert asked(scene, since) == []


def test_another_stacks_machine_is_not_asked_about(scene: Scene) -> None:
    made = theirs(scene)
    tag = "reconciler:other:projects.web.devices.x"
    scene.account.call("PUT", f"/devices/{made['id']}", {"tags": [tag]})
    since = len(scene.account.transport.sent)
    text = render_drift(look(scene), colour=False)
    assert "owned by stack other" in text
    assert "1 stranger (not managed by this stack, not counted as drift), 1 of them other stacks'.\n" in text
    assert drift_document(look(scene), tool_version="1")["strangers_cost"]["hourly"] == 0
    assert asked(scene, since) == []


def test_of_many_strangers_only_the_dearest_and_youngest_are_asked_about(scene: Scene) -> None:
    for number in range(ASKED + 2):
        theirs(scene, f"miner-{number:02}")
        scene.account.clock.sleep(60)
    dear = volume(scene)
    since = len(scene.account.transport.sent)
    found = drift_document(look(scene), tool_version="1")["strangers"]
    unknown = {each["label"] for each in found if each["made_by"] is None}
    assert unknown == {"miner-00", "miner-01", dear["name"]}
    assert len(asked(scene, since)) == ASKED
    assert all(each.method == "GET" for each in scene.account.transport.sent[since:])


def test_the_list_of_machines_is_still_read_once(scene: Scene) -> None:
    theirs(scene)
    since = len(scene.account.transport.sent)
    look(scene)
    targets = [each.target for each in scene.account.transport.sent[since:]]
    assert len([each for each in targets if each.partition("?")[0].endswith("/devices")]) == 1
    assert len(asked(scene, since)) == 1


def test_what_two_stacks_see_in_one_project_is_counted_once_and_what_one_of_them_owns_not_at_all() -> None:
    def stranger(identifier: str, owner: str = "") -> Stranger:
        return Stranger("device", identifier, identifier, owner=owner, hourly=Decimal("0.4"), billed=True)

    nobodys = stranger("s-1")
    ours = Looked(replace(samples.plan(strangers=(nobodys, stranger("d-2", "lab"))), stack="edge"), samples.AT, "a")
    theirs = Looked(replace(samples.plan(strangers=(nobodys, stranger("d-1", "edge"))), stack="lab"), samples.AT, "b")
    report = report_of([ours, theirs])
    assert render_total(report).endswith(" 1 stranger, $0.40/h ($292.00/month) at list price.\n")
    document = drift_documents(report, tool_version="1")
    assert (document["summary"]["strangers"], document["strangers_cost"]["hourly"]) == (1, 0.4)
    text = render_drift(ours, colour=False)
    assert (
        "2 strangers (not managed by this stack, not counted as drift), 1 of them other stacks'; the rest costs" in text
    )
    assert "- 2 strangers, 1 of them other stacks'; the rest costs `$0.40/h" in drift_message(report, str).body
