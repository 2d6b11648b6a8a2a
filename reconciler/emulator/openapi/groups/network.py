"""Addresses, VLANs and BGP."""

from __future__ import annotations

from reconciler.emulator.openapi.groups.account import CUSTOM_DATA
from reconciler.emulator.openapi.operation import Group, Operation, act, delete, get, listing, post, put
from reconciler.emulator.openapi.schema import (
    ADDRESS,
    ANY,
    COUNT,
    EMPTY,
    FLAG,
    INTEGER,
    NETWORK,
    NULL,
    TEXT,
    TEXTS,
    TIME,
    UUID,
    YES_OR_NO,
    closed,
    either,
    link,
    links,
    listed,
    one_of,
    opened,
    or_null,
    ref,
    told,
    within,
)

_NUMBERS = {"netmask": ADDRESS, "cidr": within(0, 128), "network": ADDRESS, "address": ADDRESS, "gateway": ADDRESS}
_BLOCK = {
    "id": UUID,
    "address_family": one_of(4, 6),
    "created_at": TIME,
    "details": or_null(TEXT),
    "tags": TEXTS,
    "public": FLAG,
    "management": FLAG,
    "manageable": FLAG,
    "enabled": FLAG,
    "global_ip": or_null(FLAG),
    "customdata": ANY,
    "facility": or_null(link("Facility")),
    "href": TEXT,
}
IP_RESERVATION = closed(
    {
        **_BLOCK,
        **{name: or_null(schema) for name, schema in _NUMBERS.items()},
        "addon": FLAG,
        "bill": FLAG,
        "project": link("Project"),
        "project_lite": link("Project"),
        "assignments": links("IpAssignment"),
        "available": TEXT,
        "state?": told(one_of("pending", "created", "denied"), "Of a block that needed approval."),
    }
)
IP_ASSIGNMENT = closed(
    {
        **_BLOCK,
        **_NUMBERS,
        "project": EMPTY,
        "project_lite": EMPTY,
        "assigned_to": link("Device"),
        "interface": link("Port"),
        "parent_block": closed({"network": ADDRESS, "netmask": ADDRESS, "cidr": within(0, 128), "href": TEXT}),
    }
)
SUBMITTED = told(
    closed({"message": closed({"reasons": TEXTS, "address": TEXT})}),
    "The request waits for a person; there is no block yet.",
)
VIRTUAL_NETWORK = closed(
    {
        "id": UUID,
        "description": or_null(TEXT),
        "vxlan": within(1, 4094),
        "created_at": TIME,
        "internet_gateway": NULL,
        "facility": link("Facility"),
        "instances": links("Device"),
        "assigned_to": link("Project"),
        "facility_code": TEXT,
        "href": TEXT,
    }
)
BGP_CONFIG = closed(
    {
        "id": UUID,
        "status": one_of("requested", "enabled", "disabled"),
        "deployment_type": one_of("local", "global"),
        "asn": within(1, 4_294_967_295),
        "md5": or_null(TEXT),
        "route_object": NULL,
        "max_prefix": COUNT,
        "created_at": TIME,
        "requested_at": TIME,
        "project": link("Project"),
        "sessions": links("BgpSession"),
        "ranges": listed(EMPTY),
        "href": TEXT,
    }
)
BGP_SESSION = closed(
    {
        "id": UUID,
        "status": one_of("unknown", "up", "down"),
        "learned_routes": TEXTS,
        "switch_name": TEXT,
        "default_route": or_null(FLAG),
        "created_at": TIME,
        "updated_at": TIME,
        "device": link("Device"),
        "address_family": one_of("ipv4", "ipv6"),
        "href": TEXT,
    }
)
BGP_ROUTE = closed({"route": NETWORK, "exact": FLAG})
BGP_NEIGHBOR = closed(
    {
        "address_family": one_of(4, 6),
        "customer_as": INTEGER,
        "customer_ip": or_null(ADDRESS),
        "md5_enabled": FLAG,
        "md5_password": TEXT,
        "multihop": FLAG,
        "peer_as": INTEGER,
        "peer_ips": listed(ADDRESS),
        "routes_in": listed(ref("BgpRoute")),
        "routes_out": listed(ref("BgpRoute")),
    }
)
_IP = either(ref("IpReservation"), ref("IpAssignment"))

GROUP = Group(
    "Network",
    {
        "IpReservation": IP_RESERVATION,
        "IpAssignment": IP_ASSIGNMENT,
        "IpRequest": SUBMITTED,
        "VirtualNetwork": VIRTUAL_NETWORK,
        "BgpConfig": BGP_CONFIG,
        "BgpSession": BGP_SESSION,
        "BgpRoute": BGP_ROUTE,
        "BgpNeighbor": BGP_NEIGHBOR,
    },
    (
        listing(
            "/projects/{id}/ips",
            "Address blocks of a project",
            "IpReservation",
            {
                "ipv4": YES_OR_NO,
                "ipv6": YES_OR_NO,
                "public": YES_OR_NO,
                "types": told(TEXT, "One or more, with commas."),
            },
        ),
        Operation(
            ("POST",),
            "/projects/{id}/ips",
            "Reserve a block of addresses",
            {201: either(ref("IpReservation"), ref("IpRequest"))},
            body=opened(
                {
                    "type": one_of("public_ipv4", "global_ipv4"),
                    "quantity": told(one_of(1, 2, 4, 8, 16, 32, 64, 128, 256), "A power of two."),
                    "facility?": told(ref("FacilityName"), "For a public block; a global one has none."),
                    "details?": or_null(TEXT),
                    "comments?": or_null(TEXT),
                    "tags?": TEXTS,
                    "customdata?": CUSTOM_DATA,
                    "fail_on_approval_required?": FLAG,
                }
            ),
        ),
        get("/projects/{project_id}/ips/{id}/customdata", "Custom data of a project's block", ANY),
        listing("/devices/{id}/ips", "Addresses of a device", "IpAssignment"),
        post(
            "/devices/{id}/ips",
            "Assign an address or a block to a device",
            {
                "address": told(TEXT, "With the length of its mask, or one address."),
                "manageable?": FLAG,
                "customdata?": CUSTOM_DATA,
            },
            "IpAssignment",
        ),
        get("/devices/{instance_id}/ips/{id}/customdata", "Custom data of a device's addresses", ANY),
        get("/ips/{id}", "A block of a project, or the addresses of a device", _IP),
        put(
            "/ips/{id}",
            "Change a block or an assignment",
            {"tags?": TEXTS, "details?": or_null(TEXT), "customdata?": CUSTOM_DATA, "manageable?": FLAG},
            _IP,
        ),
        delete("/ips/{id}", "Release a block, or take addresses off a device"),
        get(
            "/ips/{id}/available",
            "What is free in a block",
            closed({"available": listed(NETWORK)}),
            {"cidr": told(within(0, 128), "How large the parts are to be; default one address.")},
        ),
        get("/ips/{id}/customdata", "Custom data of a block or an assignment", ANY),
        listing("/projects/{id}/virtual-networks", "VLANs of a project", "VirtualNetwork"),
        post(
            "/projects/{id}/virtual-networks",
            "Create a VLAN",
            {"facility": ref("FacilityName"), "description?": or_null(TEXT)},
            "VirtualNetwork",
        ),
        get("/virtual-networks/{id}", "A VLAN", "VirtualNetwork"),
        delete("/virtual-networks/{id}", "Delete a VLAN that no port is in"),
        act(
            "/projects/{id}/bgp-configs",
            "Request BGP for a project",
            {
                "deployment_type": one_of("local", "global"),
                "asn?": within(1, 4_294_967_295),
                "md5?": {"type": ["string", "null"], "pattern": "^([A-Za-z0-9]{10,20})?$"},
                "use_case?": or_null(TEXT),
            },
        ),
        get(
            "/projects/{id}/bgp-config",
            "A project's BGP config; empty when BGP was never requested",
            either(EMPTY, ref("BgpConfig")),
        ),
        listing("/projects/{id}/bgp/sessions", "BGP sessions of a project", "BgpSession"),
        listing("/devices/{id}/bgp/sessions", "BGP sessions of a device", "BgpSession"),
        post(
            "/devices/{id}/bgp/sessions",
            "Create a BGP session",
            {"address_family": one_of("ipv4", "ipv6"), "default_route?": or_null(FLAG)},
            "BgpSession",
        ),
        get(
            "/devices/{id}/bgp/neighbors",
            "What to put into a device's BGP daemon",
            closed({"bgp_neighbors": listed(ref("BgpNeighbor"))}),
        ),
        get("/bgp/sessions/{id}", "A BGP session", "BgpSession"),
        put("/bgp/sessions/{id}", "Change a BGP session", {"default_route?": or_null(FLAG)}, "BgpSession"),
        delete("/bgp/sessions/{id}", "Delete a BGP session"),
    ),
    {
        "IpReservation": "/ips/{id}",
        "IpAssignment": "/ips/{id}",
        "VirtualNetwork": "/virtual-networks/{id}",
        "BgpSession": "/bgp/sessions/{id}",
    },
)
