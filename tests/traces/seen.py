"""Requests and answers of the API that users or maintainers pasted into public issue threads.

What is quoted are statuses and the API's own words, which clients match on. Where a thread shows the text only, the
status is inferred from the API's other refusals, and `inferred` says so. Nothing here was compared with the service.
"""

from __future__ import annotations

from dataclasses import dataclass

OH_SNAP = (
    "Oh snap, something went wrong! We've logged the error and will take a look - please reach out to us "
    "if you continue having trouble."
)


@dataclass(frozen=True)
class Seen:
    """An answer: where it was seen (issue or pull request, and day), its status, and its error texts."""

    source: str
    status: int = 0
    errors: tuple[str, ...] = ()
    inferred: str = ""


SEEN = {
    "device-facility-blank": Seen("packngo#121, 2018-12-18", 422, ("Facility can't be blank",)),
    "device-facility-list-500": Seen("packngo#162, 2019-12-19", 500, (OH_SNAP,)),
    "device-vanishes-403": Seen("packngo#112, 2018-10-05", 403, ("You are not authorized to view this device",)),
    "device-needs-ssh-key": Seen("cluster-api-provider-packet#788", 422, ("must have at least one SSH key",)),
    "device-invalid-plan": Seen("packet-rb#6, 2016", 422, ("{value} is not a valid plan",), "status"),
    "device-subnet-too-big": Seen(
        "metal-cli#222, 2022-09-30",
        422,
        (
            "The specified project contains insufficient public IPv4 space to complete the request. Please e-mail "
            "support@equinixmetal.com.",
        ),
    ),
    "device-delete-while-provisioning": Seen(
        "agnosticd#4307, 2021-12-10", 422, ("Cannot delete a device while it is provisioning",)
    ),
    "device-404-empty-id": Seen("terraform-provider-equinix#163, 2021-11-10", 404, ("Not found",)),
    "spot-no-capacity": Seen(
        "terraform-harvester-equinix#54, 2024-01-11",
        422,
        ("No available servers with plan {plan} in facility {facility}",),
    ),
    "ip-reservation-approval-500": Seen("packngo#181, 2020-06-29", 500, (OH_SNAP,)),
    "ip-assign-bad-cidr": Seen("terraform-provider-packet#33, 2017-10-17", 422, ("Facility can't be blank",)),
    "bgp-not-enabled": Seen("pharos-cluster#1518, 2019-12-15", 422, ("BGP is not enabled",), "status"),
    "bgp-session-duplicate": Seen(
        "terraform-provider-packet#206, 2019-12-03", 422, ("Address family already has session with ipv4",), "status"
    ),
    "bgp-config-get": Seen("packngo#123, 2019-01-08", 200),
    "bgp-config-immutable": Seen("terraform-provider-metal#210, 2022-01-24; cloud-provider-equinix-metal#71"),
    "vlan-delete-assigned": Seen(
        "terraform-provider-equinix#902, 2025-05-30", 422, ("Cannot delete Virtual Network when port is assigned",)
    ),
    "vlan-unassign-twice": Seen(
        "terraform-metal-vsphere#19, 2021-03-29", 422, ("Virtual network {vxlan} not assigned",)
    ),
    "vlan-assign-twice": Seen(
        "crossplane-contrib/provider-equinix-metal#62",
        422,
        ("Virtual network {vxlan} already assigned",),
        "wording cut",
    ),
    "port-already-layer2": Seen(
        "terraform-provider-equinix#143, 2022-05-18", 422, ("bond0 is already configured for Layer 2",)
    ),
    "vlan-native-first": Seen("terraform-provider-metal#90"),
    "gateway-delete-async": Seen("terraform-provider-equinix#135"),
    "reservation-provisionable-stale": Seen("packngo#139, 2019-03-21"),
    "reservation-lifecycle": Seen("terraform-provider-metal#208, 2022-01-10"),
    "reservation-failed-device-stays": Seen("terraform-provider-equinix#188"),
    "next-available-is-not-an-id": Seen("terraform-provider-metal#199", 404),
    "ssh-key-project-token-404": Seen("packet-python#78 and #80, 2020", 404, ("Not found",)),
    "project-create-404": Seen("packngo#147, 2019-05-28", 404, ("Not found",)),
    "device-create-events": Seen("github.com/ebsarr/packet, readme, 2016-05-29"),
    "port-convert-network-type": Seen("metal-cli#355 and #386, 2023-11"),
}
