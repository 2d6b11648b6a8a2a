"""Large worlds: cost per device does not grow with their number."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from tests.emulator.client import DEVICE, TOKEN, Client


def create(api: Client, project: str, count: int) -> float:
    """Seconds of processor time for some creates."""
    body, headers = json.dumps(DEVICE).encode(), {"X-Auth-Token": TOKEN}
    start = time.process_time()
    for _ in range(count):
        assert api.emulator.handle("POST", f"/projects/{project}/devices", headers, body).status == 201
    return time.process_time() - start


def test_a_thousand_devices_are_listed_whole_and_in_order(api: Client, project: str) -> None:
    create(api, project, 1000)
    api.wait(10)
    page = api.get(f"/projects/{project}/devices?per_page=1000")
    assert page["meta"]["total"] == len({d["id"] for d in page["devices"]}) == 1000
    assert {d["state"] for d in page["devices"]} == {"active"}
    assert len({a["address"] for d in page["devices"] for a in d["ip_addresses"]}) == 3000
    first = time.process_time()
    api.emulator.handle("GET", f"/projects/{project}/devices?per_page=1000", {"X-Auth-Token": TOKEN})
    assert time.process_time() - first < 0.2


def test_the_two_thousandth_device_costs_what_the_first_did(new_api: Callable[..., Client]) -> None:
    api = new_api()
    project = api.project()
    early = create(api, project, 200)
    create(api, project, 1600)
    late = create(api, project, 200)
    assert late < 3 * early + 0.1
