"""PUT and PATCH /devices/{id}."""

from __future__ import annotations

import pytest

from tests.emulator.client import Client

CHANGES = {
    "hostname": "renamed",
    "description": "new",
    "userdata": "new",
    "customdata": {"new": True},
    "tags": ["new"],
    "locked": True,
    "always_pxe": True,
    "ipxe_script_url": "https://boot.example/",
    "billing_cycle": "monthly",
}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("name", CHANGES)
def test_one_field_changes_and_the_others_stay(api: Client, project: str, method: str, name: str) -> None:
    before = api.active_device(project, tags=["old"], description="old")
    api.wait(5)
    answer = api.call(method, before["href"], {name: CHANGES[name]})
    assert answer.status == 200
    after = api.get(before["href"])
    assert answer.json == after
    changed = {key for key in after if after[key] != before.get(key)}
    assert changed == {name, "updated_at"}
    assert after[name] == CHANGES[name]


def test_what_cannot_change_is_ignored(api: Client, project: str) -> None:
    before = api.active_device(project)
    api.call("PUT", before["href"], {"plan": "t1.small.x86", "facility": "ams1", "operating_system": "centos_7"})
    after = api.get(before["href"])
    assert {**after, "updated_at": None} == {**before, "updated_at": None}


def test_null_clears_and_an_empty_list_empties(api: Client, project: str) -> None:
    device = api.active_device(project, tags=["a"], description="d", userdata="u", customdata={"a": 1})
    api.call("PUT", device["href"], {"tags": [], "description": None, "userdata": None, "customdata": None})
    after = api.get(device["href"])
    assert (after["tags"], after["description"], after["userdata"], after["customdata"]) == ([], None, "", {})


def test_a_spot_instance_can_become_an_on_demand_one_but_not_the_other_way(api: Client, project: str) -> None:
    spot = api.active_device(project, spot_instance=True, spot_price_max=5)
    assert api.call("PUT", spot["href"], {"spot_instance": False}).json["spot_instance"] is False
    assert api.refused("PUT", spot["href"], {"spot_instance": True})


@pytest.mark.parametrize("wrong", [{"hostname": "a_b"}, {"billing_cycle": "weekly"}, {"tags": [1]}])
def test_a_wrong_value_changes_nothing(api: Client, project: str, wrong: dict[str, object]) -> None:
    device = api.active_device(project)
    assert api.refused("PUT", device["href"], {"description": "new", **wrong})
    assert api.get(device["href"])["description"] is None
