"""Blocks of addresses and their assignment, as users met them."""

from __future__ import annotations

import pytest

from reconciler.diagnostics import Refused
from tests.traces.answered import answered
from tests.traces.desk import KEYS, STACK, Desk

IPS = "/projects/{id}/ips"
BLOCK = """\
    ip_reservations:
      vip: {type: public_ipv4, quantity: 32, facility: ewr1}
"""

# ip-reservation-approval-500


def test_a_block_that_a_person_must_approve_is_refused_when_so_asked(desk: Desk) -> None:
    project = desk.api.project()
    asked = {"type": "public_ipv4", "quantity": 1024, "facility": "ewr1", "fail_on_approval_required": True,
             "customdata": {"custom1": "data", "custom2": {"nested": "data"}}}  # fmt: skip
    assert desk.api.call("POST", f"/projects/{project}/ips", asked).status == 422
    assert desk.api.refused("POST", f"/projects/{project}/ips", {**asked, "quantity": 32})
    assert desk.api.get(f"/projects/{project}/ips")["ip_addresses"] == []


def test_the_service_once_answered_it_with_500(desk: Desk) -> None:
    desk.fault("status", "POST", IPS, status=500)
    project = desk.api.project()
    asked = {"type": "public_ipv4", "quantity": 32, "facility": "ewr1", "fail_on_approval_required": True}
    answered(desk.api.call("POST", f"/projects/{project}/ips", asked), "ip-reservation-approval-500")


def test_without_the_flag_it_waits(desk: Desk) -> None:
    desk.api.control("settings", {"over_quota": "pending", "review_seconds": 3600})
    project = desk.api.project()
    block = desk.api.make(f"/projects/{project}/ips", {"type": "public_ipv4", "quantity": 32, "facility": "ewr1"})
    assert (block["state"], block["address"]) == ("pending", None)
    desk.api.wait(3600)
    assert desk.api.get(f"/ips/{block['id']}")["state"] == "created"


def test_the_reconciler_waits_for_the_person(desk: Desk) -> None:
    desk.api.control("settings", {"over_quota": "pending", "review_seconds": 1800})
    desk.apply(STACK + BLOCK)
    (project,) = desk.api.get("/projects")["projects"]
    (block,) = desk.api.get(f"/projects/{project['id']}/ips")["ip_addresses"]
    assert block["cidr"] == 27


def test_the_reconciler_says_that_a_block_may_need_a_review(desk: Desk) -> None:
    """In 2019 the answer was an acknowledgement, and no block showed until a person had made it."""
    assert "it may need a review first" in desk.failed(STACK + BLOCK)
    assert desk.sent("POST", IPS) == 1


def test_after_a_500_the_reconciler_looks_for_the_block_first(desk: Desk) -> None:
    desk.fault("commit_then_status", "POST", IPS, status=500)
    desk.apply(STACK + BLOCK.replace("32", "4"))
    assert desk.sent("POST", IPS) == 1


# ip-assign-bad-cidr


def test_an_address_that_is_none_is_told_as_a_blank_facility(desk: Desk) -> None:
    device = desk.api.active_device(desk.api.project())
    answer = desk.api.call("POST", f"/devices/{device['id']}/ips", {"address": "147.75.68.6/32}"})
    answered(answer, "ip-assign-bad-cidr")


def test_the_reconciler_finds_it_before_anything_is_sent(desk: Desk) -> None:
    stack = f"""{STACK}{KEYS}
    devices:
      web:
        hostname: web
        facility: ewr1
        plan: baremetal_0
        operating_system: ubuntu_16_04
        ip_assignments:
          vip: "147.75.68.6/32}}"
"""
    with pytest.raises(Refused, match=r"'147\.75\.68\.6/32}' is not an address"):
        desk.plan(stack)
    assert desk.api.control("stats")["total"] == 0
