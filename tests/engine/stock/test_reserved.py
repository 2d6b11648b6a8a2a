"""What a plan makes of a project's reserved machines, when it creates something that names some."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.changes import Changes
from tests.engine.stock.market import Market, found, refused, reservation, told, uuid

C1 = "c1.small.x86"
ONE, TWO, THREE = uuid(1), uuid(2), uuid(3)
LIST = "GET /projects/{id}/hardware-reservations"


def project() -> Changes:
    return Changes().keep("projects.p")


def device(name: str, wish: Any, changes: Changes | None = None, **values: Any) -> Changes:
    given = {"plan": C1, "hardware_reservation_id": wish, **values}
    return (changes or project()).create(f".devices.{name}", **given)


def market(*bodies: dict[str, Any]) -> Market:
    return Market(usual=0, reserved={"p": list(bodies)})


def test_a_machine_that_is_free_is_no_matter_and_the_stock_is_not_asked() -> None:
    there = market(reservation(1))
    assert told(there, device("web", ONE.upper()).every) == []
    assert there.asked == [LIST]


@pytest.mark.parametrize(
    "changes",
    [
        project(),
        project().create(".vlans.v"),
        project().keep(".devices.web", hardware_reservation_id=ONE),
        Changes().create("projects.p").create(".devices.web", hardware_reservation_id="next-available"),
        Changes().replace("projects.p").create(".devices.web", hardware_reservation_id="next-available"),
    ],
    ids=["nothing", "another kind", "one that is there", "a new project", "a project that is made anew"],
)
def test_reservations_are_read_only_when_a_create_in_a_project_that_is_there_names_one(changes: Changes) -> None:
    there = market()
    assert told(there, changes.every) == []
    assert there.asked == []


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (reservation(2), f"the project has no hardware reservation {ONE}"),
        (
            reservation(1, device={"href": "/devices/theirs"}, provisionable=False),
            f"the reserved machine {ONE} is in use, by device theirs",
        ),
        (
            reservation(1, plan={"slug": "m2.xlarge.x86"}),
            f"the reserved machine {ONE} is a m2.xlarge.x86, not a c1.small.x86",
        ),
        (reservation(1, facility={"code": "ams1"}), f"the reserved machine {ONE} is in ams1, not in ewr1"),
    ],
)
def test_a_machine_that_cannot_be_had_is_refused_with_the_reason(body: dict[str, Any], why: str) -> None:
    assert told(market(body), device("web", ONE).every) == [f"error[no-reservation] {why}"]


def test_the_hint_has_those_that_are_free() -> None:
    there = market(reservation(2), reservation(3, device={"href": "/devices/d"}))
    (problem,) = found(there, device("web", ONE, line=10).every)
    assert problem.hint == f"free are: {TWO} (c1.small.x86 in ewr1)"
    assert problem.place is not None
    assert problem.place.line == 15
    (problem,) = found(market(reservation(3, device={"href": "/devices/d"})), device("web", ONE).every)
    assert problem.hint == "all 1 that the project has are in use"
    (problem,) = found(market(), device("web", ONE).every)
    assert problem.hint.startswith("the project has no hardware reservations")


def test_a_plan_by_its_old_slug_is_the_same_plan() -> None:
    assert told(market(reservation(1, plan={"slug": "baremetal_1"})), device("web", ONE).every) == []


def test_a_place_and_a_plan_that_are_left_out_are_those_of_the_machine() -> None:
    changes = project().create(".devices.web", hardware_reservation_id=ONE, facility="any")
    there = market(reservation(1, plan={"slug": "t1.small.x86"}, facility={"code": "sjc1"}))
    assert told(there, changes.every) == []


def test_two_devices_cannot_have_one_machine() -> None:
    changes = device("b", ONE, device("a", ONE, line=10), line=30)
    assert told(market(reservation(1), reservation(2)), changes.every) == [
        f"error[no-reservation] the reserved machine {ONE} is wanted by several"
    ]


def test_a_machine_that_is_being_wiped_is_a_warning_since_an_apply_waits() -> None:
    there = market(reservation(1, provisionable=False))
    assert told(there, device("web", ONE).every) == [
        f"warning[reservation-not-ready] the reserved machine {ONE} cannot be provisioned yet"
    ]


def test_the_machine_of_a_device_that_is_replaced_is_its_own() -> None:
    changes = project().replace(".devices.web", plan=C1, hardware_reservation_id=ONE)
    there = market(reservation(1, device={"href": "/devices/web"}, provisionable=False))
    assert told(there, changes.every) == []


def test_the_machine_of_a_device_that_goes_is_free() -> None:
    changes = device("web", ONE, project().delete(".devices.old"))
    assert told(market(reservation(1, device={"href": "/devices/old"})), changes.every) == []


def test_the_machines_of_a_batch_that_goes_are_free() -> None:
    live = {"attributes": {"devices": [{"id": "w-0"}, {"id": "w-1"}]}}
    changes = device("web", ONE, project().delete(".device_batches.w", live=live))
    assert told(market(reservation(1, device={"href": "/devices/w-1"})), changes.every) == []


# lists, next-available


def test_any_of_a_list_will_do() -> None:
    there = market(reservation(1, device={"href": "/devices/d"}), reservation(2))
    assert told(there, device("web", [ONE, TWO]).every) == []


def test_machines_are_given_so_that_all_can_have_one() -> None:
    """The first device could take either of two, and the others need those."""
    changes = device("c", [TWO], device("b", [ONE], device("a", [ONE, TWO, THREE])))
    assert told(market(reservation(1), reservation(2), reservation(3)), changes.every) == []
    assert [each.code for each in found(market(reservation(1), reservation(2)), changes.every)] == ["no-reservation"]


def several(count: int) -> Changes:
    names = [f".devices.w[{at}]" for at in range(count)]
    return project().create(*names, plan=C1, hardware_reservation_id="next-available")


@pytest.mark.parametrize(("count", "fits"), [(2, True), (3, False)])
def test_next_available_counts_against_those_that_are_free_and_fit(count: int, fits: bool) -> None:
    others = (reservation(3, facility={"code": "ams1"}), reservation(4, plan={"slug": "m2.xlarge.x86"}))
    said = told(market(reservation(1), reservation(2), *others), several(count).every)
    assert (said == []) is fits
    if not fits:
        assert said == [
            "error[no-reservation] the project has 2 reserved c1.small.x86 in ewr1 that are free, "
            "and 3 devices take the next"
        ]


def test_next_available_does_not_count_what_another_device_names() -> None:
    changes = device("named", ONE, several(1))
    assert told(market(reservation(1), reservation(2)), changes.every) == []
    assert [each.code for each in found(market(reservation(1)), changes.every)] == ["no-reservation"]


def test_an_empty_list_is_whatever_is_next() -> None:
    """A lookup found none that is free."""
    assert told(market(reservation(1)), device("web", []).every) == []
    assert len(told(market(), device("web", []).every)) == 1


def test_a_batch_takes_as_many_as_it_has_machines() -> None:
    changes = project().create(
        ".device_batches.w",
        quantity=2,
        hostname="w",
        plan=C1,
        facility="ewr1",
        operating_system="ubuntu_18_04",
        hardware_reservation_id="next-available",
    )
    assert told(market(reservation(1), reservation(2)), changes.every) == []
    assert len(told(market(reservation(1)), changes.every)) == 1


def test_what_is_moved_into_the_project_is_not_missed() -> None:
    moved = project().create(".hardware_reservations.r", id=ONE)
    assert told(market(), device("web", ONE, moved).every) == []
    assert told(market(reservation(2)), several(2).create(".hardware_reservations.r", id=ONE).every) == []
    assert len(told(market(), several(2).create(".hardware_reservations.r", id=ONE).every)) == 1


# what cannot be learned


@pytest.mark.parametrize("status", [403, 404])
def test_a_list_that_cannot_be_read_is_a_note(status: int) -> None:
    there = Market(fails={LIST: refused(status)})
    (said,) = told(there, device("web", ONE).every)
    assert said.startswith("note[stock-not-known] whether the reserved machines that this plan takes are free")


def test_a_list_that_is_none_is_a_note() -> None:
    (said,) = told(market({"id": None}), device("web", ONE).every)
    assert said.startswith("note[stock-not-known]")


def test_what_a_machine_does_not_show_is_not_held_against_it() -> None:
    assert told(market({"id": ONE}), device("web", ONE).every) == []
