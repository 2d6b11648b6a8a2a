"""Licences."""

from __future__ import annotations

import pytest

from tests.emulator.client import Client


def test_a_license_has_the_documented_shape(api: Client, project: str) -> None:
    path = f"/projects/{project}/licenses"
    made = api.make(path, {"description": "vCenter", "size": 4, "licensee_product_id": "vcenter"})
    assert made == {
        "id": made["id"],
        "description": "vCenter",
        "license_key": made["license_key"],
        "licensee_product": {"href": "/licensee-products/vcenter"},
        "size": 4,
        "project": {"href": f"/projects/{project}"},
        "href": f"/licenses/{made['id']}",
    }
    assert [len(part) for part in made["license_key"].split("-")] == [5] * 5
    assert api.get(made["href"]) == made
    assert api.get(path) == {"licenses": [made]}
    assert api.get(f"{made['href']}?include=project")["project"]["name"] == "edge"
    assert api.make(f"{path}?licensee_product_id=esxi&size=1.5")["size"] == 1.5


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_description_and_size_can_be_changed_one_by_one(api: Client, project: str, method: str) -> None:
    body = {"description": "a", "size": 4, "licensee_product_id": "p"}
    made = api.make(f"/projects/{project}/licenses", body)
    assert api.call(method, made["href"], {"size": 5}).json == {**made, "size": 5}
    assert api.call(method, made["href"], {"description": "b"}).json == {**made, "size": 5, "description": "b"}
    assert api.call(method, made["href"], {"licensee_product_id": "q"}).json["licensee_product"] == {
        "href": "/licensee-products/p"
    }


@pytest.mark.parametrize(("body", "text"), [
    ({}, "Licensee product can't be blank"),
    ({"licensee_product_id": "a/b"}, "Licensee product is invalid"),
    ({"licensee_product_id": "p", "size": -1}, "Size must be greater than or equal to 0"),
    ({"licensee_product_id": "p", "size": "many"}, "Size is invalid"),
])  # fmt: skip
def test_a_wrong_request_is_refused(api: Client, project: str, body: dict[str, object], text: str) -> None:
    assert api.refused("POST", f"/projects/{project}/licenses", body) == [text]


def test_a_license_can_be_deleted_and_goes_with_its_project(api: Client, project: str) -> None:
    one, two = (api.make(f"/projects/{project}/licenses", {"licensee_product_id": "p"}) for _ in range(2))
    assert one["license_key"] != two["license_key"]
    api.delete(one["href"])
    assert api.call("GET", one["href"]).status == 404
    api.delete(f"/projects/{project}")
    assert api.call("GET", two["href"]).status == 404
