"""BGP, as users met it."""

from __future__ import annotations

import pytest

from reconciler.diagnostics import Refused
from tests.traces.answered import answered
from tests.traces.desk import KEYS, STACK, Desk

SESSIONS = "/devices/{id}/bgp/sessions"
CONFIG = """\
    bgp_config: {deployment_type: local, asn: 65000, md5: C179c28c41a85b}
"""
WEB = """\
    devices:
      web:
        hostname: web
        facility: ewr1
        plan: baremetal_0
        operating_system: ubuntu_16_04
        bgp_sessions: [ipv4]
"""
EVERYTHING = STACK + KEYS + CONFIG + WEB
CONFIG_BODY = {"deployment_type": "local", "asn": 65000, "md5": "C179c28c41a85b"}


def sessions(desk: Desk) -> list[str]:
    (project,) = desk.api.get("/projects")["projects"]
    found = desk.api.get(f"/projects/{project['id']}/bgp/sessions")["bgp_sessions"]
    return [each["address_family"] for each in found]


# bgp-not-enabled


def test_a_session_needs_a_project_with_bgp(desk: Desk) -> None:
    device = desk.api.active_device(desk.api.project())
    answer = desk.api.call("POST", f"/devices/{device['id']}/bgp/sessions", {"address_family": "ipv4"})
    answered(answer, "bgp-not-enabled")


def test_the_reconciler_says_where_bgp_is_declared(desk: Desk) -> None:
    said = desk.failed(STACK + KEYS + WEB)
    assert "BGP is not enabled" in said
    assert "`bgp_config`" in said
    desk.apply(EVERYTHING)


# bgp-session-duplicate


def test_a_second_session_of_a_family_is_refused(desk: Desk) -> None:
    project = desk.api.project()
    desk.api.call("POST", f"/projects/{project}/bgp-configs", CONFIG_BODY)
    device = desk.api.active_device(project)
    desk.fault("commit_then_status", "POST", SESSIONS, status=500)
    path = f"/devices/{device['id']}/bgp/sessions"
    assert desk.api.call("POST", path, {"address_family": "ipv4"}).status == 500
    answered(desk.api.call("POST", path, {"address_family": "ipv4"}), "bgp-session-duplicate")


def test_the_reconciler_finds_the_session_that_a_500_hid(desk: Desk) -> None:
    desk.fault("commit_then_status", "POST", SESSIONS, status=500)
    desk.apply(EVERYTHING)
    assert (desk.sent("POST", SESSIONS), sessions(desk)) == (1, ["ipv4"])


def test_the_reconciler_takes_a_session_that_somebody_else_has_just_made_for_its_own(desk: Desk) -> None:
    """The plan did not see it; the refusal of the create says that it is there."""
    desk.apply(EVERYTHING.replace("        bgp_sessions: [ipv4]\n", ""))
    planned = desk.plan(EVERYTHING)
    (device,) = _devices(desk)
    desk.api.make(f"/devices/{device['id']}/bgp/sessions", {"address_family": "ipv4"})
    assert desk.carry_out(planned).complete
    assert desk.plan(EVERYTHING).plan.empty


def _devices(desk: Desk) -> list[dict[str, str]]:
    (project,) = desk.api.get("/projects")["projects"]
    found: list[dict[str, str]] = desk.api.get(f"/projects/{project['id']}/devices")["devices"]
    return found


# bgp-config-get


def test_a_config_lists_no_sessions_although_there_is_one(desk: Desk) -> None:
    project = desk.api.project()
    desk.api.call("POST", f"/projects/{project}/bgp-configs", CONFIG_BODY)
    device = desk.api.active_device(project)
    desk.api.make(f"/devices/{device['id']}/bgp/sessions", {"address_family": "ipv4"})
    desk.api.wait(60)
    config = desk.api.get(f"/projects/{project}/bgp-config")
    expected = {
        "asn": 65000, "deployment_type": "local", "href": f"/bgp-configs/{config['id']}", "max_prefix": 10,
        "md5": "C179c28c41a85b", "project": {"href": f"/projects/{project}"}, "ranges": [], "route_object": None,
        "sessions": [], "status": "enabled",
    }  # fmt: skip
    assert config == {**expected, **{name: config[name] for name in ("id", "created_at", "requested_at")}}
    (session,) = desk.api.get(f"/devices/{device['id']}/bgp/sessions")["bgp_sessions"]
    assert session["status"] == "down"


def test_the_reconciler_does_not_go_by_the_configs_own_sessions(desk: Desk) -> None:
    desk.apply(EVERYTHING)
    desk.api.wait(60)
    assert desk.plan(EVERYTHING).plan.empty
    assert sessions(desk) == ["ipv4"]


# bgp-config-immutable


@pytest.mark.parametrize("again", [CONFIG_BODY, {**CONFIG_BODY, "asn": 65001}])
def test_a_config_can_be_asked_for_once_only(desk: Desk, again: dict[str, object]) -> None:
    project = desk.api.project()
    assert desk.api.call("POST", f"/projects/{project}/bgp-configs", CONFIG_BODY).status == 204
    assert desk.api.refused("POST", f"/projects/{project}/bgp-configs", again)
    assert desk.api.get(f"/projects/{project}/bgp-config")["asn"] == 65000


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("asn: 65000", "asn: 65001"),
        ("C179c28c41a85b", "D279d39d52b96c"),
        ("deployment_type: local", "deployment_type: global"),
    ],
)
def test_the_reconciler_refuses_to_change_a_config(desk: Desk, old: str, new: str) -> None:
    desk.apply(EVERYTHING)
    with pytest.raises(Refused, match="cannot change a BGP config once it is set"):
        desk.plan(EVERYTHING.replace(old, new))


def test_the_reconciler_asks_for_a_config_once(desk: Desk) -> None:
    desk.apply(EVERYTHING)
    desk.apply(EVERYTHING)
    assert desk.sent("POST", "/projects/{id}/bgp-configs") == 1
