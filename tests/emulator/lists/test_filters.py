"""What narrows lists: devices by their filters, SSH keys by a search."""

from __future__ import annotations

import pytest

from tests.emulator.client import Client, public_key


@pytest.fixture
def home(api: Client) -> str:
    """Where two projects with a device each are."""
    web, db = api.project("web"), api.project("db", key=2)
    api.active_device(web, hostname="web-1", tags=["blue"], description="Front of house")
    api.active_device(db, hostname="db-1", facility="ams1", plan="t1.small.x86", operating_system="centos_7")
    return f"/organizations/{api.get('/user')['default_organization_id']}"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("hostname=web", ["web-1"]), ("tag=blue", ["web-1"]), ("facility=ams1", ["db-1"]), ("search=db-1", ["db-1"]),
        ("reserved=true", []), ("type=on_demand", ["web-1", "db-1"]), ("has_termination_time=true", []),
        ("hostname=1&search=amsterdam", ["db-1"]),
    ],
)  # fmt: skip
def test_an_organizations_devices_are_narrowed_like_a_projects(
    api: Client, home: str, query: str, found: list[str]
) -> None:
    answer = api.get(f"{home}/devices?{query}")
    assert [device["hostname"] for device in answer["devices"]] == found
    assert answer["meta"]["total"] == len(found)


@pytest.mark.parametrize(
    "text",
    ["front+of", "blue", "c2.medium", "ewr1", "parsippany", "UBUNTU_18_04", "Ubuntu+18.04", "{short_id}", "{address}"],
)
def test_search_looks_into_more_than_hostnames(api: Client, home: str, text: str) -> None:
    web = api.get(f"{home}/devices?hostname=web")["devices"][0]
    sought = text.format(short_id=web["short_id"], address=web["ip_addresses"][0]["address"])
    devices = api.get(f"{home}/devices?search={sought}")["devices"]
    assert [device["hostname"] for device in devices] == ["web-1"]


@pytest.mark.parametrize("name", ["search", "Search+string"])
def test_ssh_keys_are_searched_by_label_key_and_fingerprint(api: Client, project: str, name: str) -> None:
    path = f"/projects/{project}/ssh-keys"
    other = api.make(path, {"label": "other", "key": public_key(5)})
    device = api.device(project)
    for sought in ("oth", public_key(5)[-40:-16], other["fingerprint"][:20]):
        query = f"?{name}={sought.replace('+', '%2B')}"
        for list_of_keys in (path, f"{device['href']}/ssh-keys"):
            assert [key["id"] for key in api.get(list_of_keys + query)["ssh_keys"]] == [other["id"]], sought
    assert api.get(f"{path}?{name}=nowhere") == {"ssh_keys": []}
    assert len(api.get(f"{path}?{name}=")["ssh_keys"]) == 2
