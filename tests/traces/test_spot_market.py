"""The spot market, as users met it."""

from __future__ import annotations

from tests.traces.answered import answered
from tests.traces.desk import Desk

PLAN, FACILITY = "c2.medium.x86", "ewr1"
ASKED = {
    "devices_min": 1,
    "devices_max": 1,
    "max_bid_price": 10,
    "facilities": [FACILITY],
    "instance_parameters": {"hostname": "spot", "plan": PLAN, "operating_system": "ubuntu_18_04"},
}

# spot-no-capacity


def test_a_request_that_no_machine_is_left_for_is_refused(desk: Desk) -> None:
    project = desk.api.project()
    path = f"/projects/{project}/spot-market-requests?include=devices,project,plan"
    desk.api.control("settings", {"stock": {f"{FACILITY}/{PLAN}": 0}})
    answered(desk.api.call("POST", path, ASKED), "spot-no-capacity", plan=PLAN, facility=FACILITY)
    desk.api.control("settings", {"stock": {}})
    assert desk.api.make(path, ASKED)["devices_max"] == 1
