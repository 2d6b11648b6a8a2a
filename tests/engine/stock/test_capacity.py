"""What a plan asks the API's stock, and what it makes of the answers."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.diagnostics import Refused
from reconciler.engine.stock import check_stock
from reconciler.model.live import Snapshot
from reconciler.wire import InDoubt, WireError
from tests.engine.build import CATALOG
from tests.engine.changes import Changes
from tests.engine.stock.market import Market, found, refused, told

C1 = "c1.small.x86"


def fleet(count: int, name: str = "web", **values: Any) -> Changes:
    return project().create(*(f".devices.{name}[{at}]" for at in range(count)), **{"plan": C1, **values})


def project() -> Changes:
    return Changes().keep("projects.p")


def test_what_is_there_is_asked_for_once_with_all_that_is_wanted() -> None:
    changes = fleet(3).create(".devices.db", plan="baremetal_1").create(".devices.far", plan=C1, facility="ams1")
    market = Market()
    assert told(market, changes.every) == []
    assert market.servers == [[("ams1", C1, 1), ("ewr1", C1, 4)]]
    assert market.asked == ["POST /capacity"]


@pytest.mark.parametrize(
    "changes",
    [
        project(),
        project().keep(".devices.web"),
        project().update(".devices.web", changed=["hostname"]),
        project().delete(".devices.web"),
        project().create(".vlans.v", ".ssh_keys.k"),
        fleet(1, spot_instance=True, spot_price_max=0.1),
        fleet(1, unknown=["facility"]),
        fleet(1, unknown=["hardware_reservation_id"]),
        project().create(
            ".spot_market_requests.s",
            devices_min=1,
            devices_max=2,
            max_bid_price=0.1,
            facilities=["ewr1"],
            instance_parameters={"hostname": "s", "plan": C1, "operating_system": "ubuntu_18_04"},
        ),
    ],
    ids=["nothing", "kept", "updated", "deleted", "no machine", "spot", "place not known", "perhaps reserved", "bids"],
)
def test_a_plan_that_takes_nothing_asks_nothing(changes: Changes) -> None:
    market = Market(usual=0)
    assert told(market, changes.every) == []
    assert market.asked == []


def test_machines_that_are_not_there_are_refused_at_the_line_of_their_facility() -> None:
    (problem,) = found(Market({"ewr1/c1.small.x86": 2}), fleet(3, line=10).every)
    assert problem.summary == "this plan creates 3 c1.small.x86 in ewr1, and fewer are left"
    assert problem.code == "no-capacity"
    assert problem.address == "projects.p.devices.web[0]"
    assert problem.place is not None
    assert (problem.place.file, problem.place.line) == ("stack.yaml", 12)


def test_each_block_that_wants_some_is_told_its_share() -> None:
    changes = fleet(3, line=10).create(".devices.db", plan="baremetal_1", line=30)
    assert told(Market({"ewr1/c1.small.x86": 3}), changes.every) == [
        "error[no-capacity] this plan creates 4 c1.small.x86 in ewr1, 3 of them here, and fewer are left",
        "error[no-capacity] this plan creates 4 baremetal_1 in ewr1, 1 of them here, and fewer are left",
    ]


def test_all_that_is_missing_is_told_at_once() -> None:
    changes = fleet(1, line=10).create(".devices.big", plan="g2.large.x86", facility="nrt1", line=30)
    changes.create(".devices.lone", hardware_reservation_id="next-available", line=50)
    assert told(Market(usual=0), changes.every) == [
        "error[no-capacity] no c1.small.x86 is left in ewr1",
        "error[no-capacity] no g2.large.x86 is left in nrt1",
        "error[no-reservation] the project has no reserved t1.small.x86 in ewr1 that is free",
    ]


# alternatives


def hint(market: Market, changes: Changes) -> str:
    return "\n".join(each.hint for each in found(market, changes.every))


def test_the_hint_says_where_as_many_are_and_what_else_is_there() -> None:
    left = {"ewr1/c1.small.x86": 2, "ams1/c1.small.x86": 2, "ewr1/c2.medium.x86": 1}
    assert hint(Market(left), fleet(3)) == (
        "nrt1 and sjc1 have 3 now; ewr1 has m1.xlarge.x86 ($1.70 an hour), m2.xlarge.x86 ($2.00 an hour) and "
        "g2.large.x86 ($5.00 an hour); `--no-preflight` leaves this check out"
    )


def test_only_plans_are_told_of_that_the_operating_system_runs_on() -> None:
    said = hint(Market({"ewr1/c1.small.x86": 0}), fleet(1, operating_system="debian_9"))
    assert "ewr1 has m2.xlarge.x86 ($2.00 an hour);" in said


def test_cheaper_plans_and_other_architectures_are_no_alternative() -> None:
    said = hint(Market({"ewr1/c2.medium.x86": 0}), fleet(1, plan="c2.medium.x86"))
    assert "arm" not in said
    assert "small" not in said


def test_where_nothing_would_do_the_hint_says_so() -> None:
    assert hint(Market(usual=0), fleet(1)) == "nothing like it is there now; `--no-preflight` leaves this check out"


def test_what_others_of_the_plan_take_there_is_not_offered_twice() -> None:
    """ams1 has three, and this very plan takes two of them."""
    left = {"ewr1/c1.small.x86": 0, "ams1/c1.small.x86": 3, "nrt1/c1.small.x86": 0}
    changes = fleet(2).create(".devices.far[0]", ".devices.far[1]", plan=C1, facility="ams1")
    assert hint(Market(left), changes).startswith("sjc1 has 2 now; ")


def test_what_the_plan_destroys_at_no_certain_time_is_named() -> None:
    changes = fleet(1).delete(".devices.old", live={"values": {"plan": "baremetal_1", "facility": "ewr1"}})
    assert "; 1 that this plan destroys may come free too late; " in hint(Market({"ewr1/c1.small.x86": 0}), changes)


def test_without_the_lists_it_is_refused_all_the_same() -> None:
    market = Market(usual=0, fails={"GET /plans": WireError("gone")})
    (problem,) = found(market, fleet(1).every)
    assert (problem.code, problem.hint) == ("no-capacity", "`--no-preflight` leaves this check out")


def test_many_machines_for_several_places_are_refused_where_they_surely_do_not_fit() -> None:
    left = {"ewr1/c1.small.x86": 9, "ams1/c1.small.x86": 9}
    market = Market(left)
    assert told(market, fleet(18, facility=["ewr1", "ams1"]).every) == []
    assert len(told(market, fleet(40, facility=["ewr1", "ams1"]).every)) == 1
    assert max(map(len, market.servers)) <= 24


# several places


@pytest.mark.parametrize("wish", [["ewr1", "ams1"], "any", ["ewr1", "any"]])
def test_one_place_with_room_is_enough(wish: Any) -> None:
    assert told(Market({"ams1/c1.small.x86": 5}, usual=0), fleet(5, facility=wish).every) == []


@pytest.mark.parametrize(
    ("wish", "where"), [(["ewr1", "ams1"], "in ewr1 or ams1"), ("any", "anywhere"), (["ewr1", "any"], "anywhere")]
)
def test_where_no_place_has_room_it_is_refused(wish: Any, where: str) -> None:
    assert told(Market(usual=0), fleet(1, facility=wish).every) == [
        f"error[no-capacity] no c1.small.x86 is left {where}"
    ]


def test_machines_may_be_spread_over_their_places() -> None:
    left = {"ewr1/c1.small.x86": 2, "ams1/c1.small.x86": 1}
    assert told(Market(left, usual=0), fleet(3, facility=["ewr1", "ams1"]).every) == []
    assert told(Market(left, usual=0), fleet(4, facility=["ewr1", "ams1"]).every) == [
        "error[no-capacity] this plan creates 4 c1.small.x86 in ewr1 or ams1, and fewer are left"
    ]


def test_what_is_bound_to_a_place_comes_first_there() -> None:
    left = {"ewr1/c1.small.x86": 2, "ams1/c1.small.x86": 0}
    changes = fleet(2).create(".devices.loose", plan=C1, facility=["ewr1", "ams1"])
    assert told(Market(left), changes.every) == ["error[no-capacity] no c1.small.x86 is left in ewr1 or ams1"]


def test_only_a_plan_for_anywhere_reads_the_levels_of_all_places() -> None:
    market = Market({"ewr1/c1.small.x86": 0})
    assert told(market, fleet(1, facility="any").every) == []
    assert market.asked == ["GET /capacity", "POST /capacity"]
    assert market.servers == [[("ams1", C1, 1), ("nrt1", C1, 1), ("sjc1", C1, 1)]]


def batch(**values: Any) -> Changes:
    given = {"quantity": 4, "hostname": "w-{{index}}", "plan": C1, "operating_system": "ubuntu_18_04"}
    return project().create(".device_batches.w", **{**given, **values})


def test_a_batch_counts_with_its_quantity() -> None:
    changes = batch(facility="ewr1").create(".devices.web", plan=C1)
    market = Market()
    assert told(market, changes.every) == []
    assert market.servers == [[("ewr1", C1, 5)]]


@pytest.mark.parametrize(("level", "fits"), [(1, False), (2, True), (None, True)])
def test_a_batch_is_spread_over_as_many_places_as_it_may_be(level: int | None, fits: bool) -> None:
    spread = {} if level is None else {"facility_diversity_level": level}
    left = {"ewr1/c1.small.x86": 2, "ams1/c1.small.x86": 2}
    assert (told(Market(left), batch(facility=["ewr1", "ams1"], **spread).every) == []) is fits


# replacements

LIVE = {"values": {"plan": "baremetal_1", "facility": "ewr1", "hardware_reservation_id": None}}


def test_a_machine_that_is_replaced_takes_the_one_that_it_frees() -> None:
    market = Market(usual=0)
    assert told(market, project().replace(".devices.web", plan=C1, live=LIVE).every) == []
    assert market.asked == []


@pytest.mark.parametrize(
    "changes",
    [
        project().create_first(".devices.web", plan=C1, live=LIVE),
        project().replace(".devices.web", plan="m1.xlarge.x86", live=LIVE),
        project().replace(".devices.web", plan=C1, facility="ams1", live=LIVE),
    ],
    ids=["create first", "another plan", "another place"],
)
def test_a_replacement_that_frees_nothing_of_use_is_asked_for(changes: Changes) -> None:
    assert [each.code for each in found(Market(usual=0), changes.every)] == ["no-capacity"]


def test_a_batch_that_grows_is_asked_for_what_it_gets_more() -> None:
    live = {"values": {"plan": C1, "facility": ["ewr1"], "quantity": 3}, "attributes": {"devices": []}}
    changes = project().replace(
        ".device_batches.w", quantity=5, hostname="w", facility="ewr1", plan=C1, operating_system="x", live=live
    )
    market = Market()
    assert told(market, changes.every) == []
    assert market.servers == [[("ewr1", C1, 2)]]


# what cannot be learned


@pytest.mark.parametrize(
    "problem", [refused(403), refused(404), refused(405), refused(422), InDoubt("503"), WireError("x")]
)
def test_a_question_that_is_not_answered_is_a_note(problem: WireError) -> None:
    market = Market(usual=0, fails={"POST /capacity": problem})
    why = f"whether there is stock for the 2 machines that this plan creates is not known: {problem}"
    assert told(market, fleet(2).every) == [f"note[stock-not-known] {why}"]


def test_without_levels_what_may_be_anywhere_is_not_known_and_the_rest_is_asked() -> None:
    market = Market({"ewr1/c1.small.x86": 0}, fails={"GET /capacity": refused(403)})
    changes = fleet(1).create(".devices.loose", plan=C1, facility="any")
    assert [each.code for each in found(market, changes.every)] == ["no-capacity"]
    market.left = {}
    assert [each.code for each in found(market, changes.every)] == ["stock-not-known"]


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        [],
        "fine",
        {"servers": None},
        {"servers": []},
        {"servers": [{"available": False}, {"available": False}]},
        {"servers": [{"facility": "ams1", "plan": C1, "available": False}]},
        {"servers": [{"facility": "ewr1", "plan": C1, "available": "no"}]},
        {"servers": ["none"]},
    ],
)
def test_an_answer_that_does_not_plainly_say_no_refuses_nothing(body: Any) -> None:
    assert told(Market(bodies={"POST /capacity": body}), fleet(1).every) == []


@pytest.mark.parametrize(
    "body", [None, [], {"capacity": []}, {"capacity": {"ewr1": [], "ams1": {"c1.small.x86": "x"}}}]
)
def test_levels_that_are_none_refuse_nothing(body: Any) -> None:
    market = Market(usual=0, bodies={"GET /capacity": body})
    assert told(market, fleet(1, facility="any").every) == []
    assert market.servers == []


def test_it_is_an_error_that_ends_the_run_with_1() -> None:
    with pytest.raises(Refused) as caught:
        check_stock(fleet(1).every, Snapshot(()), Market(usual=0), CATALOG, 1)
    assert caught.value.exit_code == 1
