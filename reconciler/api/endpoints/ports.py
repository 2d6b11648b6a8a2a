"""Network ports: bonding, layer 2 and layer 3, VLANs. Each action answers with the port.

All may be sent again: the API answers a second one that it is already so (422), which whoever sent it takes for done.
REF lost the path of `assign`; the native VLAN came in April 2019, and reading one port is in no chapter (packngo).
"""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.api.endpoints.build import Body, delete, given, put_into, read
from reconciler.wire import Call


def get_port(port_id: str) -> Call:
    return read("/ports/{id}", port_id)


def assign_port(port_id: str, vnid: str) -> Call:
    """Attach a VLAN, by its id."""
    return put_into("/ports/{id}/assign", port_id, body={"vnid": vnid})


def unassign_port(port_id: str, vnid: str) -> Call:
    return put_into("/ports/{id}/unassign", port_id, body={"vnid": vnid})


def bond_port(port_id: str, bulk: bool | None = None) -> Call:
    """`bulk`, on a bond, joins its ports too."""
    return put_into("/ports/{id}/bond", port_id, query=given({"bulk_enable": bulk}))


def disbond_port(port_id: str, bulk: bool | None = None) -> Call:
    """`bulk`, on a bond, parts all its ports."""
    return put_into("/ports/{id}/disbond", port_id, query=given({"bulk_disable": bulk}))


def convert_port_to_layer_2(port_id: str, vnid: str | None = None) -> Call:
    """Drops every address of the bond. `vnid` attaches a VLAN at once."""
    return put_into("/ports/{id}/convert/layer-2", port_id, body={} if vnid is None else {"vnid": vnid})


def convert_port_to_layer_3(port_id: str, request_ips: Iterable[Body] | None = None) -> Call:
    """The bond gets new addresses. `request_ips` are `{"address_family": 4, "public": true}` and the like."""
    body = {} if request_ips is None else {"request_ips": [dict(each) for each in request_ips]}
    return put_into("/ports/{id}/convert/layer-3", port_id, body=body)


def assign_native_vlan(port_id: str, vnid: str) -> Call:
    """The VLAN must be attached already."""
    return put_into("/ports/{id}/native-vlan", port_id, body={"vnid": vnid})


def remove_native_vlan(port_id: str) -> Call:
    return delete("/ports/{id}/native-vlan", port_id)
