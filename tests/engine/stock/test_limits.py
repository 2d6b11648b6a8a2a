"""How many machines of a plan a project may have, by what it says itself."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.live import LiveObject, Phase, Status
from tests.engine.changes import Changes
from tests.engine.stock.market import Market, found, told

OLD = "baremetal_1"
SMALL: dict[str, Any] = {"plan": "c1.small.x86", "facility": ["ewr1"]}


def project(limits: dict[str, int]) -> Changes:
    return Changes().keep("projects.p", live={"limits": limits})


def machines(changes: Changes, count: int, **more: Any) -> Changes:
    return changes.create(*(f".devices.d{at}" for at in range(count)), **{**SMALL, **more})


def there(count: int, **more: Any) -> list[LiveObject]:
    about = {"parent_id": "p", "owner_id": "p", **more}
    values = about.pop("values", SMALL)
    return [LiveObject("device", f"live{at}", "", values, {}, **about) for at in range(count)]


def test_what_a_project_may_have_is_held_against_what_there_would_be() -> None:
    assert told(Market(), machines(project({OLD: 3}), 3).every) == []
    changes = machines(project({OLD: 3}), 4).every
    assert told(Market(), changes) == [
        "error[over-quota] projects.p may have 3 c1.small.x86, by its `max_devices`, and this plan comes to 4"
    ]
    (problem,) = found(Market(), changes)
    assert problem.address == "projects.p.devices.d3"
    assert "`--no-preflight` leaves this check out" in problem.hint


def test_those_that_others_made_count_and_those_that_go_do_not() -> None:
    changes = machines(project({"c1.small.x86": 3}), 2)
    assert told(Market(), changes.every, there(1)) == []
    assert told(Market(), changes.every, there(2)) == [
        "error[over-quota] projects.p may have 3 c1.small.x86, by its `max_devices`, and this plan comes to 4, "
        "2 of them there already"
    ]
    assert told(Market(), changes.every, there(2, status=Status(Phase.LEAVING))) == []
    gone = machines(project({OLD: 2}), 2).delete(".devices.old", live={"values": SMALL, "owner_id": "p"})
    live = [each.live for each in gone.every if each.live is not None and each.kind == "device"]
    assert told(Market(), gone.every, live) == []


@pytest.mark.parametrize(
    "values",
    [
        {**SMALL, "plan": "c2.medium.x86"},
        {**SMALL, "spot_instance": True},
        {**SMALL, "hardware_reservation_id": "4f9d8bfa-0000-4000-8000-000000000000"},
    ],
    ids=["another plan", "a bid", "reserved"],
)
def test_other_machines_do_not_count(values: dict[str, Any]) -> None:
    assert told(Market(), machines(project({OLD: 1}), 1).every, there(3, values=values)) == []


def test_machines_of_another_project_do_not_count() -> None:
    assert told(Market(), machines(project({OLD: 1}), 1).every, there(3, parent_id="q", owner_id="q")) == []


def test_a_batch_counts_with_its_machines() -> None:
    changes = project({OLD: 3}).create(".device_batches.b", **SMALL, operating_system="debian_9", quantity=4)
    assert [each.split("]")[0] for each in told(Market(), changes.every)] == ["error[over-quota"]


@pytest.mark.parametrize("limits", [{}, {"c2.medium.x86": 0}])
def test_a_project_that_does_not_say_has_no_limit(limits: dict[str, int]) -> None:
    assert told(Market(), machines(project(limits), 9).every) == []


def test_nothing_is_asked_for_it() -> None:
    market = Market()
    assert told(market, machines(project({OLD: 0}), 1).every) != []
    assert market.asked == ["POST /capacity"]
