"""The builders: paths with the ids in place, queries without what was not given, and what may be sent twice."""

from __future__ import annotations

import pytest

from reconciler.api import endpoints
from reconciler.wire import Call, Listing, Repeat

MAY_BE_LOST = [
    endpoints.assign_port("p", "v"),
    endpoints.unassign_port("p", "v"),
    endpoints.bond_port("p"),
    endpoints.disbond_port("p", bulk=True),
    endpoints.convert_port_to_layer_2("p"),
    endpoints.convert_port_to_layer_3("p"),
    endpoints.assign_native_vlan("p", "v"),
    endpoints.move_hardware_reservation("r", "p"),
    endpoints.check_capacity([]),
    endpoints.validate_userdata("#!"),
    endpoints.accept_transfer("t"),
]
HAPPENS_EACH_TIME = [
    endpoints.create_device("p", {}),
    endpoints.create_batches("p", []),
    endpoints.act_on_device("d", "reboot"),
    endpoints.create_volume_snapshot("v"),
    endpoints.clone_volume("v"),
    endpoints.restore_volume("v", "2019-05-01T00:00:00Z"),
    endpoints.request_bgp_config("p", {}),
    endpoints.invite_to_project("p", {}),
    endpoints.request_transfer("p", "o"),
    endpoints.send_otp_sms(),
    endpoints.reset_password("t", "p"),
]


@pytest.mark.parametrize("call", MAY_BE_LOST, ids=lambda call: call.route)
def test_what_brings_an_object_into_a_state_may_be_sent_again(call: Call) -> None:
    assert call.repeat is Repeat.SAFE


@pytest.mark.parametrize("call", HAPPENS_EACH_TIME, ids=lambda call: call.route)
def test_what_happens_each_time_is_never_sent_again(call: Call) -> None:
    assert call.repeat is Repeat.NEVER


@pytest.mark.parametrize(
    ("asking", "path"),
    [
        (endpoints.delete_volume_snapshot("V", "S"), "/storage/V/snapshots/S"),
        (endpoints.get_project_ip_customdata("P", "I"), "/projects/P/ips/I/customdata"),
        (endpoints.get_device_ip_customdata("D", "I"), "/devices/D/ips/I/customdata"),
        (endpoints.list_volume_events("V"), "/volumes/V/events"),
        (endpoints.get_bgp_config("P"), "/projects/P/bgp-config"),
    ],
)
def test_ids_fill_the_route_in_order(asking: Call | Listing, path: str) -> None:
    assert asking.path == path


@pytest.mark.parametrize(
    ("asking", "query"),
    [
        (endpoints.delete_device("d"), {}),
        (endpoints.delete_device("d", force=True), {"force_delete": "true"}),
        (endpoints.delete_batch("b", remove_associated_instances=False), {"remove_associated_instances": "false"}),
        (endpoints.get_device_bandwidth("d", 1, 2), {"from": "1", "until": "2"}),
        (endpoints.list_organizations(personal="exclude"), {"personal": "exclude"}),
        (endpoints.create_snapshot_policy("v", "1day", 7), {"snapshot_frequency": "1day", "snapshot_count": "7"}),
        (
            endpoints.get_device_traffic("d", "inbound", "2019-05-01T00:00:00Z", "2019-05-02T00:00:00Z"),
            {
                "direction": "inbound",
                "timeframe[started_at]": "2019-05-01T00:00:00Z",
                "timeframe[ended_at]": "2019-05-02T00:00:00Z",
            },
        ),
    ],
)
def test_the_query_holds_what_was_given(asking: Call | Listing, query: dict[str, str]) -> None:
    assert asking.query == query


def test_options_never_change_which_action_is_meant() -> None:
    call = endpoints.act_on_device("d", "reinstall", {"type": "reboot", "preserve_data": True})
    assert call.body == {"type": "reinstall", "preserve_data": True}


def test_include_and_exclude_join_what_is_asked_already() -> None:
    listing = endpoints.shaped(endpoints.list_organizations("only"), include=["projects", "members.emails"])
    assert listing.query == {"personal": "only", "include": "projects,members.emails"}
    call = endpoints.shaped(endpoints.get_device("d"), include="plan", exclude=("volumes",))
    assert call.query == {"include": "plan", "exclude": "volumes"}
    assert endpoints.shaped(endpoints.get_device("d")).query == {}
