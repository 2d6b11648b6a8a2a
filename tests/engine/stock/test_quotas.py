"""What a project may have, with what others made in it counted."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.live import LiveObject, Phase, Status
from tests.engine.changes import Changes
from tests.engine.stock.market import Market, found, told


def project() -> Changes:
    return Changes().keep("projects.p")


def there(kind: str, count: int, parent: str = "p", **more: Any) -> list[LiveObject]:
    values = more.pop("values", {})
    return [LiveObject(kind, f"{kind}{at}", "", values, {}, parent_id=parent, **more) for at in range(count)]


def vlans(count: int, changes: Changes | None = None) -> Changes:
    return (changes or project()).create(*(f".vlans.v{at:02}" for at in range(count)))


def test_vlans_of_others_count_and_too_many_are_a_warning() -> None:
    assert told(Market(), vlans(2).every, there("vlan", 10)) == []
    assert told(Market(), vlans(3).every, there("vlan", 10)) == [
        "warning[over-quota] with the 10 that stay there the project comes to 13 VLANs, and its quota is 12 unless it "
        "was raised"
    ]
    (problem,) = found(Market(), vlans(3).every, there("vlan", 10))
    assert problem.address == "projects.p.vlans.v02"


@pytest.mark.parametrize(
    "live",
    [
        there("vlan", 12, parent="another"),
        there("vlan", 12, status=Status(Phase.LEAVING)),
        there("ip_reservation", 12),
    ],
    ids=["another project", "going", "another kind"],
)
def test_what_is_not_in_the_project_or_is_going_does_not_count(live: list[LiveObject]) -> None:
    assert told(Market(), vlans(2).every, live) == []


def test_what_the_plan_destroys_does_not_count() -> None:
    changes = project().delete(*(f".vlans.old{at}" for at in range(5)))
    live = [each.live for each in changes.every if each.live is not None and each.kind == "vlan"]
    assert told(Market(), vlans(12, changes).every, live) == []


@pytest.mark.parametrize("changes", [Changes().create("projects.p"), Changes().replace("projects.p")])
def test_a_new_project_has_none(changes: Changes) -> None:
    assert told(Market(), vlans(12, changes).every, there("vlan", 10)) == []


GLOBAL = {"type": "global_ipv4", "quantity": 2}


def addresses(*quantities: int, kind: str = "global_ipv4") -> Changes:
    changes = project()
    for at, quantity in enumerate(quantities):
        place = {"facility": None} if kind == "global_ipv4" else {"facility": "ewr1"}
        changes.create(f".ip_reservations.r{at}", type=kind, quantity=quantity, **place)
    return changes


def test_global_addresses_of_others_count() -> None:
    live = there("ip_reservation", 1, values=GLOBAL)
    assert told(Market(), addresses(2).every, live) == []
    why = "a project can have 4 global addresses at most, and with the 2 that stay there this comes to 5"
    assert told(Market(), addresses(2, 1).every, live) == [f"error[over-quota] quantity: {why}"]


def test_blocks_that_are_the_platforms_own_or_public_do_not_count() -> None:
    live = there("ip_reservation", 1, values=GLOBAL, automatic=True)
    live += there("ip_reservation", 1, values={"type": "public_ipv4", "quantity": 16})
    assert told(Market(), addresses(4).every, live) == []


def test_a_large_block_is_a_warning_since_it_waits_for_a_review() -> None:
    assert told(Market(), addresses(16, kind="public_ipv4").every) == []
    assert told(Market(), addresses(32, kind="public_ipv4").every) == [
        "warning[needs-review] quantity: a block of 32 addresses waits for a review, and an apply waits with it"
    ]


def test_quotas_are_counted_without_a_call() -> None:
    market = Market()
    assert told(market, vlans(13).every, there("vlan", 1)) != []
    assert market.asked == []
