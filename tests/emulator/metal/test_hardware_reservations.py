"""Hardware reservations: where they come from, how they are shown, found and moved."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.emulator.client import Client, public_key
from tests.emulator.metal.reserved import device_on, reserved


def test_they_have_the_documented_fields(api: Client, project: str) -> None:
    shown = api.get(reserved(api, project))
    assert set(shown) == {
        "id", "short_id", "facility", "plan", "project", "device", "provisionable", "spare", "need_of_service",
        "switch_uuid", "custom_rate", "created_at", "href",
    }  # fmt: skip
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", shown["id"])
    assert shown["short_id"] == shown["id"][:8]
    assert (shown["facility"]["code"], shown["plan"]["slug"]) == ("ewr1", "c2.medium.x86")
    assert (shown["provisionable"], shown["device"], shown["spare"]) == (True, None, False)
    assert shown["project"] == {"href": f"/projects/{project}"}


def test_what_they_belong_to_can_be_included(api: Client, project: str) -> None:
    path = reserved(api, project)
    device = device_on(api, project, path)
    opened = api.get(f"{path}?include=device,project")
    assert opened["device"]["hostname"] == device["hostname"]
    assert opened["project"]["name"] == "edge"
    closed = api.get(f"{path}?exclude=facility,plan")
    assert closed["facility"].keys() == closed["plan"].keys() == {"href"}


def test_every_new_project_has_those_of_the_setting(new_api: Callable[..., Client]) -> None:
    api = new_api(hardware_reservations={"ewr1/c2.medium.x86": 2, "ams1/baremetal_0": 1})
    listed = api.get(f"/projects/{api.project()}/hardware-reservations")["hardware_reservations"]
    places = [(each["facility"]["code"], each["plan"]["slug"]) for each in listed]
    assert places == [("ewr1", "c2.medium.x86")] * 2 + [("ams1", "t1.small.x86")]


@pytest.mark.parametrize(("setting", "error"), [
    ({"ewr1/c9": 1}, "c9 is not a valid plan"),
    ({"xxx1/c2.medium.x86": 1}, "xxx1 is not a valid facility"),
    ({"ewr1/c2.medium.x86": 10**12}, "the setting hardware_reservations gives at most 1000 of ewr1/c2.medium.x86"),
])  # fmt: skip
def test_a_setting_that_cannot_be_is_told_with_the_project(
    new_api: Callable[..., Client], setting: dict[str, int], error: str
) -> None:
    api = new_api(hardware_reservations=setting)
    assert api.refused("POST", "/projects", {"name": "a"}) == [error]
    assert api.get("/projects")["projects"] == []


def test_they_are_put_into_the_only_project_unless_one_is_named(api: Client) -> None:
    wish = {"facility": "ewr1", "plan": "c2.medium.x86", "count": 3}
    none_yet = api.call("POST", "/_emulator/hardware-reservations", wish)
    assert (none_yet.status, none_yet.errors) == (422, ["project_id is needed: there are 0 projects"])
    project = api.project()
    made = api.control("hardware-reservations", wish)["hardware_reservations"]
    assert [each["project_id"] for each in made] == [project] * 3
    assert len({each["id"] for each in made}) == 3
    listed = api.get(f"/projects/{project}/hardware-reservations")
    assert [each["id"] for each in listed["hardware_reservations"]] == [each["id"] for each in made]
    assert listed["meta"]["total"] == 3


@pytest.mark.parametrize(("wish", "error"), [
    ({}, "Facility can't be blank"),
    ({"facility": "xxx1", "plan": "c2.medium.x86"}, "xxx1 is not a valid facility"),
    ({"facility": "ewr1", "plan": "storage_1"}, "storage_1 is not a valid plan"),
    ({"facility": "ewr1", "plan": "c2.medium.x86", "count": 0}, "count must be from 1 to 1000"),
    ({"facility": "ewr1", "plan": "c2.medium.x86", "project_id": "x"}, "project_id x is no project's id"),
])  # fmt: skip
def test_what_cannot_be_put_into_the_world_is_told(
    api: Client, project: str, wish: dict[str, object], error: str
) -> None:
    assert api.refused("POST", "/_emulator/hardware-reservations", wish) == [error]
    assert api.get(f"/projects/{project}/hardware-reservations")["hardware_reservations"] == []


def test_they_are_found_by_what_the_query_may_look_into(api: Client, project: str) -> None:
    used, other = reserved(api, project), reserved(api, project, facility="ams1", plan="t1.small.x86")
    device_on(api, project, used, hostname="db-7")

    def found(query: str) -> list[str]:
        listed = api.get(f"/projects/{project}/hardware-reservations?{query}")["hardware_reservations"]
        return [each["href"] for each in listed]

    assert found("query=db-7") == found("query=ewr1") == found("query=c2.medium") == [used]
    assert found(f"query={other[23:31]}") == found("provisionable=only") == [other]
    assert found("query=edge") == [used, other]
    assert found("query=nothing") == []


def test_they_are_found_by_state(api: Client, project: str) -> None:
    active, spare = reserved(api, project), reserved(api, project, spare=True)
    broken = reserved(api, project, need_of_service=True)
    for state, path in (("active", active), ("spare", spare), ("need_of_service", broken)):
        listed = api.get(f"/projects/{project}/hardware-reservations?state={state}")["hardware_reservations"]
        assert [each["href"] for each in listed] == [path]
        assert listed[0]["provisionable"] is (state == "active")


def test_next_available_is_not_an_id(api: Client, project: str) -> None:
    reserved(api, project)
    assert api.call("GET", "/hardware-reservations/next-available").status == 404


@pytest.mark.parametrize("way", ["body", "query", "path"])
def test_one_moves_to_another_project_of_the_organization(api: Client, project: str, way: str) -> None:
    path, other = reserved(api, project), api.project("other", key=None)
    answer = {
        "body": lambda: api.call("POST", f"{path}/move", {"project_id": other}),
        "query": lambda: api.call("POST", f"{path}/move?project_id={other}"),
        "path": lambda: api.call("POST", f"{path}/move/{other}"),
    }[way]()
    assert answer.status == (200 if way == "path" else 201)
    assert answer.json["project"] == {"href": f"/projects/{other}"}
    assert api.get(f"/projects/{project}/hardware-reservations")["hardware_reservations"] == []
    assert api.get(f"/projects/{other}/hardware-reservations")["hardware_reservations"][0]["href"] == path


def test_one_does_not_leave_its_organization(api: Client, project: str) -> None:
    path = reserved(api, project)
    elsewhere = api.make("/organizations", {"name": "elsewhere"})["id"]
    other = api.make("/projects", {"name": "other", "organization_id": elsewhere})["id"]
    errors = api.refused("POST", f"{path}/move", {"project_id": other})
    assert errors == ["Project must be in the same organization"]
    assert api.refused("POST", f"{path}/move") == ["Project can't be blank"]
    assert api.call("POST", f"{path}/move", {"project_id": "x"}).status == 404


def test_one_in_use_does_not_move_until_its_device_is_gone(api: Client, project: str) -> None:
    path, other = reserved(api, project), api.project("other", key=None)
    device = device_on(api, project, path)
    text = ["Cannot move a hardware reservation while it is in use"]
    assert api.refused("POST", f"{path}/move", {"project_id": other}) == text
    api.wait(2)
    api.delete(device["href"])
    assert api.refused("POST", f"{path}/move", {"project_id": other}) == text
    api.wait(1)
    assert api.make(f"{path}/move", {"project_id": other})["project"] == {"href": f"/projects/{other}"}


def test_they_go_with_their_project(api: Client, project: str) -> None:
    path = reserved(api, project)
    api.delete(f"/projects/{project}")
    assert api.call("GET", path).status == 404


def test_a_list_may_lag_behind_the_reservation_itself(new_api: Callable[..., Client]) -> None:
    api = new_api(list_lag_seconds=10, require_ssh_key=False)
    project = api.project()
    path = reserved(api, project)
    api.wait(20)
    device_on(api, project, path)
    (listed,) = api.get(f"/projects/{project}/hardware-reservations")["hardware_reservations"]
    assert (listed["provisionable"], api.get(path)["provisionable"]) == (True, False)
    api.wait(10)
    (listed,) = api.get(f"/projects/{project}/hardware-reservations")["hardware_reservations"]
    assert listed["provisionable"] is False


def test_they_outlive_a_restart(new_api: Callable[..., Client], tmp_path: object) -> None:
    api = new_api(db=f"{tmp_path}/world.db")
    project = api.project()
    path = reserved(api, project, custom_rate=12.5)
    api.make(f"/projects/{project}/ssh-keys", {"label": "l", "key": public_key(3)})
    before = api.get(path)
    api.emulator.stop()
    assert new_api(db=f"{tmp_path}/world.db").get(path) == before
    assert before["custom_rate"] == 12.5
