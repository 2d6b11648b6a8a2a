"""Answers as the API gave them, and what a kind reads in each."""

from __future__ import annotations

from typing import Any

from reconciler.model.live import Phase
from reconciler.model.mark import Mark

from . import answers
from .answers import Body

PROJECT = "4b653fce-6405-4300-9f7d-c587b7888fe5"
SSH_KEY = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDI4pIqzpb5 user@example.com"

READ: dict[str, tuple[str, Body, dict[str, Any]]] = {
    "organization of 2018": (
        "organization",
        answers.ORGANIZATION_2018,
        {
            "label": "Packet Integration Testing",
            "values": {
                "name": "Packet Integration Testing",
                "description": None,
                "website": None,
                "twitter": None,
                "address": None,
                "customdata": {},
            },
            "parent_id": None,
            "mark_missing": "",
        },
    ),
    "reserved machine of 2019": (
        "hardware_reservation",
        answers.HARDWARE_RESERVATION_2019,
        {
            "label": "3e6d1b3a c1.small.x86 sjc1",
            "attributes.plan": "c1.small.x86",
            "attributes.facility": "sjc1",
            "attributes.device_id": None,
            "attributes.provisionable": True,
            "parent_id": "3d27fd13-0466-4878-be22-9a4b5595a3df",
        },
    ),
    "API key of 2019": (
        "api_key",
        answers.API_KEY_2019,
        {"values": {"description": "ci", "read_only": False}, "attributes.token": "made-up-token-of-a-project"},
    ),
    "invitation of 2018": (
        "organization_member",
        answers.INVITATION_2018,
        {
            "label": "user@example.com (invited)",
            "values": {"email": "user@example.com", "roles": ["owner"]},
            "key": "user@example.com",
            "mark": None,
        },
    ),
    "project of 2019": (
        "project",
        answers.PROJECT_2019,
        {
            "label": "Packet Integration Testing [Sponsored]",
            "values": {
                "name": "Packet Integration Testing [Sponsored]",
                "backend_transfer_enabled": False,
                "customdata": {},
                "organization_id": "1432653f-f993-47c5-949e-af3c0de48d70",
            },
            "parent_id": None,
            "mark_missing": "",
        },
    ),
    "project of 2017": (
        "project",
        answers.PROJECT_2017,
        {
            "values": {
                "name": "Cloudsoft CCS Testing",
                "payment_method_id": "b2bb4ee0-506b-4c01-b17d-ba41d5c430c5",
            },
            "mark_missing": "customdata",
        },
    ),
    "key of 2015": (
        "ssh_key",
        answers.SSH_KEY_2015,
        {
            "values": {"label": "ubuntu1404-201505221415a4c7757e-5198-4f49-82d4-35eb2d06eb27", "key": SSH_KEY},
            "attributes.owner_id": "userid",
        },
    ),
    "key of 2017": (
        "ssh_key",
        answers.SSH_KEY_2017,
        {"attributes.owner_id": "ad711bc3-6333-449a-a405-23ca81f38c00", "mark": None},
    ),
    "vlan of 2018": (
        "vlan",
        answers.VLAN_2018,
        {
            "values": {"description": "test", "facility": "ewr1", "vxlan": 1022},
            "label": "1022 test",
            "parent_id": PROJECT,
        },
    ),
    "block of 2017": (
        "ip_reservation",
        answers.BLOCK_2017,
        {
            "values": {
                "details": None,
                "customdata": {},
                "facility": "ams1",
                "type": "public_ipv4",
                "quantity": 16,
            },
            "attributes.block": "147.75.33.32/28",
            "attributes.address": "147.75.33.34",
            "automatic": False,
            "mark_missing": "tags",
        },
    ),
    "global address": (
        "ip_reservation",
        answers.GLOBAL_2019,
        {
            "values": {"details": None, "customdata": {}, "type": "global_ipv4", "quantity": 1},
            "attributes.block": "147.75.40.2/32",
        },
    ),
    "block of 2020": (
        "ip_reservation",
        answers.BLOCK_2020,
        {
            "values": {
                "details": "my test /30 in AMS1",
                "customdata": {},
                "tags": [],
                "facility": "ams1",
                "type": "public_ipv4",
                "quantity": 4,
            },
            "label": "147.75.80.220/30",
            "mark_missing": "",
        },
    ),
    "automatic block": (
        "ip_reservation",
        {**answers.BLOCK_2017, "addon": False, "global_ip": None},
        {"automatic": True},
    ),
    "block under review": (
        "ip_reservation",
        {"id": "x", "state": "pending", "details": "big", "tags": []},
        {"values": {"details": "big", "tags": []}, "status.phase": Phase.WORKING, "label": "big"},
    ),
    "block that was denied": (
        "ip_reservation",
        {"id": "x", "state": "denied", "tags": []},
        {"status.phase": Phase.FAILED, "status.word": "denied"},
    ),
    "bgp config": (
        "bgp_config",
        answers.BGP_CONFIG_2019,
        {
            "values": {"deployment_type": "local", "asn": 65000, "md5": None},
            "parent_id": PROJECT,
            "key": "bgp_config",
            "attributes.max_prefix": 10,
        },
    ),
    "bgp session": (
        "bgp_session",
        answers.BGP_SESSION_2019,
        {
            "values": {"address_family": "ipv4", "default_route": None},
            "parent_id": "905037a4-967c-4e81-b364-3a0603aa071b",
            "key": "ipv4",
            "attributes.status": "down",
        },
    ),
    "volume of 2019": (
        "volume",
        answers.VOLUME_2019,
        {
            "label": "volume-74f11291",
            "values": {
                "plan": "storage_1",
                "size": 10,
                "facility": "ams1",
                "description": None,
                "billing_cycle": "hourly",
                "locked": False,
                "snapshot_policies": [],
            },
            "attributes.iqn": "iqn.2013-05.com.daterainc:tc:01:sn:aeb3ffc6a28aa5a8",
            "attributes.ips": ["10.144.136.49", "10.144.140.22"],
            "status.phase": Phase.READY,
        },
    ),
    "volume of 2018, with links": (
        "volume",
        answers.VOLUME_2018,
        {
            "label": "volume-870f9650 test description",
            "values": {
                "plan": "storage_1",
                "size": 20,
                "description": "test description",
                "billing_cycle": "hourly",
                "locked": False,
            },
            "attributes.iqn": None,
            "status.phase": Phase.WORKING,
        },
    ),
    "license of 2018": (
        "license",
        answers.LICENSE_2018,
        {
            "label": "thVsYD9FceLTdJdsrfjtLZGZPckx9Enh",
            "values": {"description": "thVsYD9FceLTdJdsrfjtLZGZPckx9Enh", "size": 4},
            "attributes.license_key": "scrubbed",
            "mark_missing": "",
        },
    ),
    "request on the spot market": (
        "spot_market_request",
        answers.SPOT_REQUEST_2019,
        {
            "label": "up to 2 baremetal_0",
            "values": {
                "devices_min": 1,
                "devices_max": 2,
                "max_bid_price": 0.2,
                "end_at": "2019-12-31T23:59:59Z",
                "facilities": ["ams1"],
                "instance_parameters": answers.SPOT_REQUEST_2019["instance_parameters"],
                "force_termination": True,
            },
            "attributes.devices": [
                {
                    "id": answers.DEVICE_2018["id"],
                    "hostname": "mistopenstack",
                    "state": "active",
                    "public_ipv4": "147.75.102.193",
                    "private_ipv4": "10.99.214.1",
                    "public_ipv6": "2604:1380:2000:c100::3",
                }
            ],
            "mark_missing": "",
        },
    ),
    "batch of 2018": (
        "device_batch",
        answers.BATCH_2018,
        {
            "label": "1 machine (mistopenstack)",
            "values.quantity": 1,
            "values.facility": ["ams1"],
            "values.plan": "baremetal_0",
            "values.operating_system": "centos_7",
            "values.locked": False,
            "mark": Mark("shop", "projects.p.device_batches.w"),
            "status.phase": Phase.READY,
            "automatic": False,
        },
    ),
    "batch that is being made": (
        "device_batch",
        {**answers.BATCH_2018, "state": "queued", "devices": []},
        {"values": {}, "mark": None, "mark_missing": "devices", "status.phase": Phase.WORKING, "automatic": False},
    ),
    "batch of others": (
        "device_batch",
        {**answers.BATCH_2018, "devices": [answers.DEVICE_2018]},
        {"mark": None, "mark_missing": "", "automatic": True},
    ),
    "batch that failed": (
        "device_batch",
        {**answers.BATCH_2018, "state": "failed", "devices": [], "error_messages": ["no servers", "at all"]},
        {"status.phase": Phase.FAILED, "status.message": "no servers; at all", "automatic": True, "mark_missing": ""},
    ),
    "batch whose machines are on their way": (
        "device_batch",
        {**answers.BATCH_2018, "devices": [answers.DEVICE_2018, {**answers.DEVICE_2017, "id": "2"}]},
        {"status.phase": Phase.WORKING, "status.message": "1 of 2 machines are active", "values.quantity": 2},
    ),
    "batch of which a machine failed": (
        "device_batch",
        {**answers.BATCH_2018, "devices": [{**answers.DEVICE_2018, "state": "failed"}]},
        {"status.phase": Phase.FAILED, "status.message": "1 machine (mistopenstack) failed to provision"},
    ),
    "batch without its machines": (
        "device_batch",
        {**answers.BATCH_2018, "devices": [{**answers.DEVICE_2018, "state": "deprovisioning"}]},
        {"status.phase": Phase.FAILED, "status.unsure": True, "automatic": True},
    ),
    "device of 2018": (
        "device",
        answers.DEVICE_2018,
        {
            "label": "mistopenstack",
            "values": {
                "hostname": "mistopenstack",
                "description": None,
                "billing_cycle": "hourly",
                "userdata": "",
                "always_pxe": False,
                "ipxe_script_url": None,
                "locked": False,
                "customdata": {},
                "facility": "ams1",
                "plan": "baremetal_0",
                "operating_system": "centos_7",
                "tags": [],
                "power_state": "active",
            },
            "attributes.public_ipv4": "147.75.102.193",
            "attributes.private_ipv4": "10.99.214.1",
            "attributes.public_ipv6": "2604:1380:2000:c100::3",
            "attributes.user": "root",
            "status.phase": Phase.READY,
        },
    ),
    "device of 2017, half made": (
        "device",
        answers.DEVICE_2017,
        {
            "status.phase": Phase.WORKING,
            "status.percentage": 50.0,
            "status.message": "Network configured with addresses 147.75.106.81",
            "attributes.public_ipv4": None,
        },
    ),
    "answer to a create": (
        "device",
        answers.DEVICE_CREATED_2015,
        {"status.word": "queued", "status.message": "", "attributes.user": "core"},
    ),
    "device of a short list": (
        "device",
        answers.DEVICE_TRIMMED,
        {
            "values": {
                "hostname": "k8s-cluster2-pool2-jssxcyzz",
                "description": None,
                "tags": ["k8s-cluster-cluster2", "k8s-nodepool-pool2"],
                "power_state": "active",
            }
        },
    ),
    "reserved hardware": (
        "device",
        {
            **answers.DEVICE_TRIMMED,
            "hardware_reservation": {"href": "/hardware-reservations/11111111-1111-4111-8111-111111111111"},
        },
        {"values.hardware_reservation_id": "11111111-1111-4111-8111-111111111111"},
    ),
    "reserved hardware, expanded": (
        "device",
        {**answers.DEVICE_TRIMMED, "hardware_reservation": {"id": "22", "href": "/hardware-reservations/33"}},
        {"values.hardware_reservation_id": "22"},
    ),
    "no reserved hardware": (
        "device",
        {**answers.DEVICE_TRIMMED, "hardware_reservation": None},
        {"values.hardware_reservation_id": None},
    ),
}
