"""What the campaign of transitions found, reduced. Each was played again by the command in its docstring before it was
put right.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds.account import Account
from tests.worlds.live import ours
from tests.worlds.running import applied, plan, read

_MACHINE = {"facility": "ewr1", "plan": "c2.medium.x86", "operating_system": "ubuntu_18_04"}
_KEYS = {"ops": {"key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFjY2VwdGFuY2VhY2NlcHRhbmNlYWNjZXB0YW5jZWFj ops"}}


def _stack(**sections: Any) -> dict[str, Any]:
    return {"stack": "found", "projects": {"lab": {"name": "Lab", "ssh_keys": _KEYS, **sections}}}


def _flags(value: bool | None) -> dict[str, dict[str, Any]]:
    """A stack for each flag that null is to take off, by the replay that found it."""
    session = {"ipv4": {"default_route": value}}
    return {
        "device.locked bare 1>null": _stack(devices={"web": {**_MACHINE, "locked": value}}),
        "device.always_pxe bare 0>null": _stack(devices={"web": {**_MACHINE, "always_pxe": value}}),
        "device_batch.always_pxe bare 0>null": _stack(
            device_batches={"web": {**_MACHINE, "quantity": 1, "always_pxe": value}}
        ),
        "project.backend_transfer_enabled bare 0>null": _stack(backend_transfer_enabled=value),
        "bgp_session.default_route bare 0>null": _stack(
            bgp_config={"deployment_type": "local", "asn": 65000},
            devices={"web": {**_MACHINE, "bgp_sessions": session}},
        ),
    }


@pytest.mark.parametrize("replay", list(_flags(None)))
def test_a_flag_that_is_on_goes_off_by_null(account: Account, replay: str) -> None:
    """The plan said `true -> null`, null was sent, which the API takes for nothing, and the step failed, each time.

    python -m tests.campaigns transitions --replay 'device.locked bare 1>null'
    """
    assert applied(account, read(account, _flags(True)[replay])).complete
    account.clock.sleep(30)
    emptied = read(account, _flags(None)[replay])

    report = applied(account, emptied)

    assert report.complete, [each.reason for each in report.ended]
    account.clock.sleep(30)
    assert plan(account, emptied).plan.empty


def test_null_takes_a_port_out_of_its_vlans(account: Account) -> None:
    """The plan said that the VLANs go, nothing was sent, and the step failed, each time.

    python -m tests.campaigns transitions --replay 'port.vlans bare 1>null'
    """

    def stack(vlans: list[str] | None) -> dict[str, Any]:
        web = {**_MACHINE, "network_type": "hybrid", "ports": {"eth1": {"vlans": vlans}}}
        return _stack(vlans={"a": {"facility": "ewr1"}, "b": {"facility": "ewr1"}}, devices={"web": web})

    assert applied(account, read(account, stack(["a", "b"]))).complete
    emptied = read(account, stack(None))

    report = applied(account, emptied)

    assert report.complete, [each.reason for each in report.ended]
    (device,) = [each for each in ours(account, "found") if each.kind == "device"]
    assert all(not each["virtual_networks"] for each in device.body["network_ports"])
    assert plan(account, emptied).plan.empty
