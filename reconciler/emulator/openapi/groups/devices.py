"""Devices and their ports."""

from __future__ import annotations

from reconciler.emulator.openapi.groups.account import CUSTOM_DATA, DEVICE_FILTERS
from reconciler.emulator.openapi.groups.projects import SEARCHED_KEYS
from reconciler.emulator.openapi.operation import Group, Operation, act, delete, get, listing, post, put
from reconciler.emulator.openapi.schema import (
    AMOUNT,
    ANY,
    FLAG,
    INTEGER,
    MOMENT,
    NULL,
    NUMBER,
    SHORT_ID,
    SOME_ID,
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
    mapped,
    one_of,
    opened,
    or_null,
    ref,
    told,
    within,
)

BILLING_CYCLE = one_of("hourly", "daily", "monthly", "yearly")
DEVICE = closed(
    {
        "id": UUID,
        "short_id": SHORT_ID,
        "hostname": TEXT,
        "description": or_null(TEXT),
        "state": one_of(
            "queued",
            "provisioning",
            "active",
            "failed",
            "inactive",
            "powering_on",
            "powering_off",
            "rebooting",
            "reinstalling",
            "deprovisioning",
        ),
        "tags": TEXTS,
        "image_url": NULL,
        "billing_cycle": BILLING_CYCLE,
        "user": TEXT,
        "iqn": {"type": "string", "pattern": r"^iqn\.\d{4}-\d\d\.net\.packet:device\.[0-9a-f]{8}$"},
        "locked": FLAG,
        "bonding_mode": one_of(4, 5),
        "created_at": TIME,
        "updated_at": TIME,
        "ipxe_script_url": or_null(TEXT),
        "always_pxe": FLAG,
        "storage": told({"type": "object"}, "How disks are laid out; reserved machines only."),
        "customdata": ANY,
        "spot_instance": FLAG,
        "spot_price_max": or_null(NUMBER),
        "termination_time": or_null(TIME),
        "operating_system": link("OperatingSystem"),
        "facility": link("Facility"),
        "project": link("Project"),
        "ssh_keys": links("SshKey"),
        "project_lite": link("Project"),
        "volumes": links("Volume"),
        "ip_addresses": links("IpAssignment"),
        "plan": link("Plan"),
        "userdata": TEXT,
        "switch_uuid": SHORT_ID,
        "network_ports": links("Port"),
        "provisioning_percentage?": told({"type": "number", "minimum": 0, "maximum": 100}, "While it is provisioned."),
        "provisioning_events?": told(listed(ref("ProvisioningEvent")), "While it is provisioned."),
        "hardware_reservation?": link("HardwareReservation"),
        "root_password?": told(TEXT, "For 24 hours."),
        "href": TEXT,
    }
)
_PORT = {
    "id": UUID,
    "name": TEXT,
    "native_virtual_network": or_null(link("VirtualNetwork")),
    "hardware": ref("Link"),
    "virtual_networks": links("VirtualNetwork"),
    "connected_port": or_null(ref("Link")),
    "href": TEXT,
}
PORT = either(
    closed(
        {
            **_PORT,
            "type": one_of("NetworkBondPort"),
            "data": closed({"bonded": FLAG}),
            "network_type": one_of("layer3", "hybrid", "layer2-bonded", "layer2-individual"),
        }
    ),
    closed(
        {
            **_PORT,
            "type": one_of("NetworkPort"),
            "data": closed({"mac": {"type": "string", "pattern": "^[0-9a-f]{2}(:[0-9a-f]{2}){5}$"}, "bonded": FLAG}),
            "bond": closed({"id": UUID, "name": TEXT}),
        }
    ),
)
SERIES = closed(
    {
        "target": one_of("inbound", "outbound"),
        "tags": closed({"aggregatedBy": TEXT, "name": TEXT}),
        "datapoints": listed(
            {"type": "array", "prefixItems": [or_null(AMOUNT), INTEGER], "items": False, "minItems": 2}
        ),
    }
)
USAGE = closed({"quantity": TEXT, "total": TEXT, "unit": one_of("hour"), "unit_price": TEXT})
_VLAN = told(either(SOME_ID, within(1, 4094)), "A VLAN of the device's project and facility: id or number.")
_VNID = {"vnid": _VLAN}
_SOME_FIELDS = {
    "description?": or_null(TEXT),
    "billing_cycle?": BILLING_CYCLE,
    "tags?": TEXTS,
    "userdata?": or_null(TEXT),
    "customdata?": CUSTOM_DATA,
    "locked?": FLAG,
    "always_pxe?": FLAG,
    "ipxe_script_url?": or_null(TEXT),
}
HOSTNAME = {"type": "string", "maxLength": 253, "pattern": r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$"}
_PLACE = either(ref("FacilityName"), one_of("any"))
PLACES = told(
    either(_PLACE, {**listed(_PLACE), "minItems": 1}),
    "The first of them that has such a machine left.",
)
WANTED_ADDRESS = opened(
    {
        "address_family": one_of(4, 6),
        "public?": FLAG,
        "cidr?": told(within(28, 127), "28 to 32, or 124 to 127."),
        "ip_reservations?": listed(SOME_ID),
    }
)
DEVICE_FIELDS = {
    "plan": ref("PlanName"),
    "operating_system": ref("OperatingSystemName"),
    "facility": PLACES,
    "hostname?": HOSTNAME,
    **_SOME_FIELDS,
    "project_ssh_keys?": listed(told(SOME_ID, "An SSH key of the project.")),
    "user_ssh_keys?": listed(told(SOME_ID, "A user, for all of their keys.")),
    "no_ssh_keys?": FLAG,
    "hardware_reservation_id?": told(either(SOME_ID, one_of("next-available")), "A machine of the project's own."),
    "features?": told(
        either(TEXTS, mapped(one_of("required", "preferred"))), "What the machine must have; in a list all is required."
    ),
    "storage?": {"type": "object"},
    "spot_instance?": FLAG,
    "spot_price_max?": AMOUNT,
    "termination_time?": MOMENT,
    "public_ipv4_subnet_size?": within(28, 31),
    "ip_addresses?": listed(WANTED_ADDRESS),
}
"""What a device may be created with."""

GROUP = Group(
    "Devices",
    {"Device": DEVICE, "Port": PORT, "Series": SERIES, "Usage": USAGE},
    (
        listing(
            "/projects/{id}/devices",
            "Devices of a project",
            "Device",
            DEVICE_FILTERS,
        ),
        post("/projects/{id}/devices", "Create a device", DEVICE_FIELDS, "Device"),
        get("/devices/{id}", "A device", "Device"),
        put(
            "/devices/{id}",
            "Change a device",
            {"hostname?": HOSTNAME, **_SOME_FIELDS, "spot_instance?": FLAG},
            "Device",
        ),
        delete(
            "/devices/{id}",
            "Delete a device",
            {"force_delete": told(YES_OR_NO, "Even while volumes are attached.")},
        ),
        act(
            "/devices/{id}/actions",
            "Turn a device on or off, reboot or reinstall it",
            {
                "type": one_of("power_on", "power_off", "reboot", "rescue", "reinstall"),
                "operating_system?": told(ref("OperatingSystemName"), "For a reinstall, as are the following."),
                "ipxe_script_url?": or_null(TEXT),
                "preserve_data?": FLAG,
                "deprovision_fast?": FLAG,
            },
            202,
        ),
        listing("/devices/{id}/events", "Events of a device, newest first", "Event"),
        listing("/devices/{id}/ssh-keys", "SSH keys that a device was installed with", "SshKey", SEARCHED_KEYS),
        get("/devices/{id}/customdata", "A device's custom data", ANY),
        get(
            "/devices/{id}/bandwidth",
            "How many bytes a second went in and out",
            closed({"bandwidth": listed(ref("Series"))}),
            {"from": told(INTEGER, "Unix seconds."), "until": told(INTEGER, "Unix seconds.")},
        ),
        get(
            "/devices/{id}/traffic",
            "How many bytes went in and out in each interval",
            closed({"traffic": listed(ref("Series"))}),
            {
                "direction": one_of("inbound", "outbound"),
                "interval": one_of("minutes", "hours", "days", "weeks", "months", "years"),
                "bucket": one_of("internal", "external"),
                "timeframe[started_at]": MOMENT,
                "timeframe[ended_at]": MOMENT,
            },
        ),
        get(
            "/devices/{id}/usages",
            "What a device is billed",
            closed({"usages": listed(ref("Usage"))}),
            {"created[after]": MOMENT, "created[before]": MOMENT},
        ),
        get("/ports/{id}", "A port", "Port"),
        post("/ports/{id}/assign", "Put a VLAN on a port", _VNID, "Port", 200),
        post("/ports/{id}/unassign", "Take a VLAN off a port", _VNID, "Port", 200),
        post("/ports/{id}/native-vlan", "Make a VLAN of a port its native one", _VNID, "Port", 200),
        Operation(("DELETE",), "/ports/{id}/native-vlan", "Have no native VLAN on a port", {200: ref("Port")}),
        post("/ports/{id}/bond", "Bring a port back into its bond", {"bulk_enable?": FLAG}, "Port", 200),
        post("/ports/{id}/disbond", "Take a port out of its bond", {"bulk_disable?": FLAG}, "Port", 200),
        post("/ports/{id}/convert/layer-2", "Convert a bond to layer 2", {"vnid?": _VLAN}, "Port", 200),
        post(
            "/ports/{id}/convert/layer-3",
            "Convert a bond back to layer 3, with new addresses",
            {"request_ips?": listed(opened({"address_family": one_of(4, 6), "public?": FLAG}))},
            "Port",
            200,
        ),
    ),
    {"Device": "/devices/{id}", "Port": "/ports/{id}"},
    {"Device": {"Port": "network_ports/0", "IpAssignment": "ip_addresses/0"}},
)
