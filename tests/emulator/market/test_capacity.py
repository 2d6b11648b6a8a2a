"""Capacity: what it says, how it falls, and the check of a deploy."""

from __future__ import annotations

from collections.abc import Callable

from tests.emulator.client import Client

CORE = {
    "baremetal_0", "baremetal_1", "baremetal_2", "baremetal_2a", "baremetal_2a2", "baremetal_3", "baremetal_s",
    "c2.medium.x86", "m2.xlarge.x86",
}  # fmt: skip
EDGE = ("atl1", "dfw1", "fra1", "iad1", "lax1", "ord1", "sea1", "sin1", "syd1", "yyz1")
REFERENCE = {  # what the sample of the 2019 API reference lists
    **dict.fromkeys(("ams1", "ewr1", "nrt1", "sjc1"), CORE),
    **{facility: {"baremetal_1e"} for facility in EDGE},
}


def test_capacity_has_the_facilities_and_plans_of_the_reference(api: Client) -> None:
    capacity = api.get("/capacity")["capacity"]
    for facility, plans in REFERENCE.items():
        assert plans <= set(capacity[facility]), facility
    levels = {level["level"] for plans in capacity.values() for level in plans.values()}
    assert levels == {"normal"}


def test_capacity_falls_as_machines_are_taken(new_api: Callable[..., Client]) -> None:
    api = new_api(stock={"ewr1/c2.medium.x86": 11})
    project = api.project()
    levels = []
    for _ in range(12):
        levels.append(api.get("/capacity")["capacity"]["ewr1"]["c2.medium.x86"]["level"])
        if len(levels) < 12:
            api.device(project)
    assert levels == ["normal"] * 2 + ["limited"] * 7 + ["critical"] * 2 + ["unavailable"]


def test_capacity_is_told_by_old_or_new_slugs(api: Client) -> None:
    def slugs(query: str) -> set[str]:
        return set(api.get(f"/capacity{query}")["capacity"]["ewr1"])

    assert "baremetal_0" in slugs("")
    assert "t1.small.x86" not in slugs("?legacy=only")
    assert "baremetal_0" not in slugs("?legacy=exclude")
    assert {"baremetal_0", "t1.small.x86"} <= slugs("?legacy=include")


def test_a_deploy_can_be_checked_without_changing_anything(new_api: Callable[..., Client]) -> None:
    api = new_api(stock={"ewr1/c2.medium.x86": 3})
    servers: list[dict[str, object]] = [
        {"facility": "ewr1", "plan": "c2.medium.x86", "quantity": 3},
        {"facility": "ewr1", "plan": "c2.medium.x86", "quantity": "4"},
        {"facility": "sin1", "plan": "c2.medium.x86", "quantity": 1},
    ]
    rows = api.control("ledger")
    answer = api.call("POST", "/capacity", {"servers": servers})
    assert answer.status == 200
    assert answer.json == {
        "servers": [{**s, "available": ok} for s, ok in zip(servers, (True, False, False), strict=True)]
    }
    assert api.control("ledger") == rows
    assert api.refused("POST", "/capacity", {"servers": [{"facility": "x", "plan": "y"}]}) == [
        "x is not a valid facility"
    ]
    unknown = {"servers": [{"facility": "ewr1", "plan": "y"}]}
    assert api.refused("POST", "/capacity", unknown) == ["y is not a valid plan"]
