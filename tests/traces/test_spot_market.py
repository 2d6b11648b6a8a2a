"""The spot market, as users met it."""

from __future__ import annotations

from tests.traces.answered import answered
from tests.traces.desk import KEYS, STACK, Desk

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


SPOT = f"""{STACK}{KEYS}
    spot_market_requests:
      cheap:
        devices_min: 1
        devices_max: 1
        max_bid_price: 10
        facilities: [{FACILITY}]
        instance_parameters: {{hostname: spot, plan: {PLAN}, operating_system: ubuntu_18_04}}
"""


def test_the_reconciler_passes_on_what_the_market_says_and_goes_on_when_there_are_machines(desk: Desk) -> None:
    desk.api.control("settings", {"stock": {f"{FACILITY}/{PLAN}": 0}})
    said = desk.failed(SPOT)
    assert f"No available servers with plan {PLAN} in facility {FACILITY}" in said
    assert "spot_market_requests.cheap" in said
    desk.api.control("settings", {"stock": {}})
    desk.apply(SPOT)
    (project,) = desk.api.get("/projects")["projects"]
    (request,) = desk.api.get(f"/projects/{project['id']}/spot-market-requests")["spot_market_requests"]
    assert request["devices_max"] == 1
    desk.destroy(SPOT)
