"""What differs and what that does: a table of declared values, answers and outcomes, with a case for every field."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.diagnostics import Place
from reconciler.engine.fields import differences
from reconciler.kinds import catalog
from reconciler.model.kind import Kind
from reconciler.model.live import LiveObject
from reconciler.model.mark import Mark
from reconciler.model.resource import Resource
from reconciler.model.rules import CreateOnly, FromKey, Ours, Replace, Update, WriteOnce, any_change
from reconciler.values import Unknown, parse_address

from . import answers
from .answers import Body

CATALOG = catalog()
BASES: dict[str, Body] = {
    "organization": answers.ORGANIZATION_2018,
    "organization_member": answers.INVITATION_2018,
    "member": answers.INVITATION_2018,
    "api_key": answers.API_KEY_2019,
    "hardware_reservation": answers.HARDWARE_RESERVATION_2019,
    "project": answers.PROJECT_2019,
    "ssh_key": answers.SSH_KEY_2015,
    "vlan": answers.VLAN_2018,
    "ip_reservation": answers.BLOCK_2020,
    "bgp_config": answers.BGP_CONFIG_2019,
    "bgp_session": answers.BGP_SESSION_2019,
    "ip_assignment": answers.ASSIGNMENT_2019,
    "volume": answers.VOLUME_2019,
    "volume_attachment": answers.VOLUME_2019,
    "license": answers.LICENSE_2018,
    "device_batch": {**answers.BATCH_2018, "devices": [answers.DEVICE_2018]},
    "spot_market_request": answers.SPOT_REQUEST_2019,
    "device": answers.DEVICE_2018,
    "network_type": answers.PORTS_2019[0],
    "port": answers.PORTS_2019[0],
}
KEY = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDI4pIqzpb5 user@example.com"
SAME, UPDATE, REPLACE, REFUSED = "same", "update", "replace", "refused"
DAILY = {"snapshot_frequency": "1day", "snapshot_count": 7}
HOURLY = {"snapshot_frequency": "1hour", "snapshot_count": 7}
TWO = [answers.DEVICE_2018, {**answers.DEVICE_2018, "id": "2", "locked": True}]
LEFT_OUT = object()
"""In an answer: the field is not there at all."""

MEMBERSHIP = {"invitee": LEFT_OUT, "user": {"email": "user@example.com", "id": "u"}}
"""What tells a membership from an invitation."""

# kind, field, declared, what the answer shows instead of the real one, outcome
CASES: list[tuple[str, str, Any, dict[str, Any], str]] = [
    ("organization", "name", "Packet Integration Testing", {}, SAME),
    ("organization", "name", "Other", {}, UPDATE),
    ("organization", "description", "", {}, SAME),
    ("organization", "description", "d", {}, UPDATE),
    ("organization", "website", None, {"website": ""}, SAME),
    ("organization", "website", "https://example.com", {}, UPDATE),
    ("organization", "twitter", "acme", {"twitter": "acme"}, SAME),
    ("organization", "twitter", None, {"twitter": "acme"}, UPDATE),
    (
        "organization",
        "address",
        {"city": "Rome"},
        {"address": {"city": "Rome", "state": None, "coordinates": {}}},
        SAME,
    ),
    ("organization", "address", {"city": "Rome", "state": ""}, {"address": {"city": "Rome", "state": None}}, SAME),
    ("organization", "address", {"city": "Rome"}, {"address": {"city": "Oslo"}}, UPDATE),
    ("organization", "address", {"city": "Rome"}, {}, UPDATE),
    ("organization", "billing_address", {"country": "IT"}, {}, SAME),
    ("organization", "billing_address", {"country": "IT"}, {"billing_address": None}, UPDATE),
    ("organization", "customdata", {}, {"customdata": None}, SAME),
    ("organization", "customdata", {"a": 1}, {"customdata": '{"a": 1}'}, SAME),
    ("organization", "customdata", {"a": 1}, {}, UPDATE),
    ("hardware_reservation", "id", "3E6D1B3A-1f55-4c09-9e3b-0b1a1f2c3d4e", {}, SAME),
    ("hardware_reservation", "id", "00000000-0000-4000-8000-000000000000", {}, REPLACE),
    ("api_key", "description", "ci", {}, SAME),
    ("api_key", "description", "cd", {}, REPLACE),
    ("api_key", "description", "cd", {"description": "cd [reconciler:shop:api_keys.cd]"}, SAME),
    ("api_key", "read_only", False, {"read_only": None}, SAME),
    ("api_key", "read_only", True, {}, REPLACE),
    ("member", "email", "User@example.com", {}, SAME),
    ("member", "email", "jo@example.com", {}, REPLACE),
    ("member", "roles", ["owner"], {}, SAME),
    ("member", "roles", ["admin", "billing"], {"roles": ["billing", "admin"]}, SAME),
    ("member", "roles", ["admin"], {"roles": LEFT_OUT}, SAME),
    ("member", "message", "Welcome", {}, SAME),
    ("organization_member", "email", "User@example.com", {}, SAME),
    ("organization_member", "email", "jo@example.com", {}, REPLACE),
    ("organization_member", "roles", ["owner"], {}, SAME),
    ("organization_member", "message", "Welcome", {}, SAME),
    ("member", "roles", ["admin"], MEMBERSHIP, UPDATE),
    ("organization_member", "roles", ["admin"], MEMBERSHIP, UPDATE),
    ("project", "name", "Packet Integration Testing [Sponsored]", {}, SAME),
    ("project", "name", "Other", {}, UPDATE),
    ("project", "name", "Other", {"name": LEFT_OUT}, SAME),
    ("project", "organization_id", "1432653f-f993-47c5-949e-af3c0de48d70", {}, SAME),
    ("project", "organization_id", "another", {}, UPDATE),
    ("project", "organization_id", "another", {"organization": LEFT_OUT}, SAME),
    ("project", "organization_id", "x", {"organization": {"id": "x", "name": "expanded"}}, SAME),
    ("project", "payment_method_id", "p", {"payment_method": {"href": "/payment-methods/p"}}, SAME),
    ("project", "payment_method_id", "q", {"payment_method": {"href": "/payment-methods/p"}}, UPDATE),
    ("project", "payment_method_id", "q", {}, SAME),
    ("project", "backend_transfer_enabled", False, {}, SAME),
    ("project", "backend_transfer_enabled", True, {}, UPDATE),
    ("project", "backend_transfer_enabled", False, {"backend_transfer_enabled": None}, SAME),
    ("project", "customdata", {}, {}, SAME),
    ("project", "customdata", {}, {"customdata": None}, SAME),
    ("project", "customdata", {"a": 1}, {"customdata": {"a": 1}}, SAME),
    ("project", "customdata", {"a": 1}, {"customdata": {"a": 2}}, UPDATE),
    ("project", "customdata", {"a": 1}, {"customdata": LEFT_OUT}, SAME),
    ("project", "customdata", {"b": {"c": [1, 2]}, "a": 1}, {"customdata": {"a": 1, "b": {"c": [1, 2]}}}, SAME),
    ("ssh_key", "label", "ubuntu1404-201505221415a4c7757e-5198-4f49-82d4-35eb2d06eb27", {}, SAME),
    ("ssh_key", "label", "mine", {}, UPDATE),
    ("ssh_key", "label", "mine", {"label": "mine [reconciler:shop:ssh_keys.mine]"}, SAME),
    ("ssh_key", "label", "", {"label": "[reconciler:shop:ssh_keys.mine]"}, SAME),
    ("ssh_key", "label", "mine", {"label": LEFT_OUT}, SAME),
    ("ssh_key", "key", KEY, {}, SAME),
    ("ssh_key", "key", f"  {KEY}\r\n", {}, SAME),
    ("ssh_key", "key", KEY.replace(" ", "  "), {}, SAME),
    ("ssh_key", "key", KEY.replace("user@", "root@"), {}, UPDATE),
    ("ssh_key", "key", "ssh-rsa AAAAB3other", {}, UPDATE),
    ("ssh_key", "key", "ssh-rsa AAAAB3other", {"key": LEFT_OUT}, SAME),
    ("vlan", "facility", "ewr1", {}, SAME),
    ("vlan", "facility", "ams1", {}, REPLACE),
    ("vlan", "facility", "ams1", {"facility_code": LEFT_OUT}, SAME),
    ("vlan", "facility", "ams1", {"facility": answers.AMS1}, SAME),
    ("vlan", "description", "test", {}, SAME),
    ("vlan", "description", "other", {}, REPLACE),
    ("vlan", "description", "", {"description": None}, SAME),
    ("vlan", "description", None, {"description": ""}, SAME),
    ("vlan", "description", "test", {"description": "test [reconciler:shop:projects.e.vlans.v]"}, SAME),
    ("vlan", "description", "", {"description": "[reconciler:shop:projects.e.vlans.v]"}, SAME),
    ("vlan", "description", "  x", {"description": "  x [reconciler:shop:projects.e.vlans.v]"}, SAME),
    ("vlan", "description", "test", {"description": LEFT_OUT}, SAME),
    ("vlan", "vxlan", 1022, {}, SAME),
    ("vlan", "vxlan", 1023, {}, REPLACE),
    ("vlan", "vxlan", 1023, {"vxlan": LEFT_OUT}, SAME),
    ("vlan", "vxlan", 1023, {"vxlan": None}, SAME),
    ("ip_reservation", "type", "public_ipv4", {}, SAME),
    ("ip_reservation", "type", "global_ipv4", {}, REPLACE),
    ("ip_reservation", "type", "global_ipv4", {"global_ip": True}, SAME),
    ("ip_reservation", "type", "global_ipv4", {"global_ip": None}, SAME),
    ("ip_reservation", "quantity", 4, {}, SAME),
    ("ip_reservation", "quantity", 8, {}, REPLACE),
    ("ip_reservation", "quantity", 1, {"cidr": 32}, SAME),
    ("ip_reservation", "quantity", 256, {"cidr": 24}, SAME),
    ("ip_reservation", "quantity", 8, {"cidr": LEFT_OUT}, SAME),
    ("ip_reservation", "facility", "ams1", {}, SAME),
    ("ip_reservation", "facility", "ewr1", {}, REPLACE),
    ("ip_reservation", "facility", "ewr1", {"facility": LEFT_OUT}, SAME),
    ("ip_reservation", "facility", None, {"facility": None}, SAME),
    ("ip_reservation", "details", "my test /30 in AMS1", {}, SAME),
    ("ip_reservation", "details", "other", {}, UPDATE),
    ("ip_reservation", "details", "", {"details": None}, SAME),
    ("ip_reservation", "details", "other", {"details": LEFT_OUT}, SAME),
    ("ip_reservation", "comments", "whatever", {}, SAME),
    ("ip_reservation", "customdata", {}, {}, SAME),
    ("ip_reservation", "customdata", "{}", {"customdata": None}, SAME),
    ("ip_reservation", "customdata", '{"a": [1]}', {"customdata": {"a": [1]}}, SAME),
    ("ip_reservation", "customdata", {"a": 1}, {}, UPDATE),
    ("ip_reservation", "customdata", {"a": 1}, {"customdata": LEFT_OUT}, SAME),
    ("ip_reservation", "tags", [], {}, SAME),
    ("ip_reservation", "tags", ["b", "a"], {"tags": ["a", "b"]}, SAME),
    ("ip_reservation", "tags", ["a"], {}, UPDATE),
    ("ip_reservation", "tags", ["a"], {"tags": LEFT_OUT}, SAME),
    ("bgp_config", "deployment_type", "local", {}, SAME),
    ("bgp_config", "deployment_type", "global", {}, REFUSED),
    ("bgp_config", "deployment_type", "global", {"deployment_type": LEFT_OUT}, SAME),
    ("bgp_config", "asn", 65000, {}, SAME),
    ("bgp_config", "asn", 65001, {}, REFUSED),
    ("bgp_config", "asn", 65001, {"asn": LEFT_OUT}, SAME),
    ("bgp_config", "md5", "Secret12345", {"md5": "Secret12345"}, SAME),
    ("bgp_config", "md5", "Secret12345", {}, REFUSED),
    ("bgp_config", "md5", None, {}, SAME),
    ("bgp_config", "md5", "Secret12345", {"md5": LEFT_OUT}, SAME),
    ("bgp_config", "use_case", "other", {}, SAME),
    ("bgp_session", "address_family", "ipv4", {}, SAME),
    ("bgp_session", "address_family", "ipv6", {}, SAME),
    ("bgp_session", "default_route", True, {}, UPDATE),
    ("bgp_session", "default_route", False, {}, SAME),
    ("bgp_session", "default_route", True, {"default_route": True}, SAME),
    ("bgp_session", "default_route", True, {"default_route": LEFT_OUT}, SAME),
    ("ip_assignment", "address", "147.75.40.2/32", {}, SAME),
    ("ip_assignment", "address", "147.75.40.2", {}, SAME),
    ("ip_assignment", "address", "147.75.40.3/32", {}, REPLACE),
    ("ip_assignment", "address", "147.75.40.3/30", {"network": "147.75.40.0", "cidr": 30}, SAME),
    ("ip_assignment", "address", "2604:1380:0:0::1/64", {"network": "2604:1380::", "cidr": 64}, SAME),
    ("ip_assignment", "address", "147.75.40.3/32", {"network": LEFT_OUT}, SAME),
    ("ip_assignment", "manageable", True, {}, SAME),
    ("ip_assignment", "manageable", False, {}, REPLACE),
    ("ip_assignment", "manageable", False, {"manageable": LEFT_OUT}, SAME),
    ("ip_assignment", "customdata", {"a": 1}, {"customdata": {"a": 1}}, SAME),
    ("ip_assignment", "customdata", {"a": 1}, {}, REPLACE),
    ("ip_assignment", "customdata", {}, {"customdata": None}, SAME),
    ("ip_assignment", "customdata", {"a": 1}, {"customdata": LEFT_OUT}, SAME),
    ("device", "hostname", "mistopenstack", {}, SAME),
    ("device", "hostname", "other", {}, UPDATE),
    ("device", "hostname", "other", {"hostname": LEFT_OUT}, SAME),
    ("device", "facility", "ams1", {}, SAME),
    ("device", "facility", "ewr1", {}, REPLACE),
    ("device", "facility", ["ewr1", "ams1"], {}, SAME),
    ("device", "facility", ["ewr1", "sjc1"], {}, REPLACE),
    ("device", "facility", "any", {}, SAME),
    ("device", "facility", ["ewr1", "any"], {}, SAME),
    ("device", "facility", None, {}, SAME),
    ("device", "facility", "ewr1", {"facility": {"href": "/facilities/1"}}, SAME),
    ("device", "facility", "ewr1", {"facility": LEFT_OUT}, SAME),
    ("device", "plan", "baremetal_0", {}, SAME),
    ("device", "plan", "t1.small.x86", {}, SAME),
    ("device", "plan", "baremetal_0", {"plan": {"slug": "t1.small.x86"}}, SAME),
    ("device", "plan", "baremetal_1", {}, REPLACE),
    ("device", "plan", "c1.small.x86", {}, REPLACE),
    ("device", "plan", "c2.medium.x86", {"plan": {"href": "/plans/1"}}, SAME),
    ("device", "plan", "c2.medium.x86", {"plan": LEFT_OUT}, SAME),
    ("device", "operating_system", "centos_7", {}, SAME),
    ("device", "operating_system", "ubuntu_18_04", {}, REPLACE),
    ("device", "operating_system", "ubuntu_18_04", {"operating_system": LEFT_OUT}, SAME),
    ("device", "description", "", {}, SAME),
    ("device", "description", "x", {}, UPDATE),
    ("device", "description", None, {"description": "x"}, UPDATE),
    ("device", "description", "x", {"description": LEFT_OUT}, SAME),
    ("device", "billing_cycle", "hourly", {}, SAME),
    ("device", "billing_cycle", "monthly", {}, UPDATE),
    ("device", "billing_cycle", "monthly", {"billing_cycle": LEFT_OUT}, SAME),
    ("device", "userdata", "", {"userdata": None}, SAME),
    ("device", "userdata", "#!/bin/sh\n", {"userdata": "#!/bin/sh\n"}, SAME),
    ("device", "userdata", "#!/bin/sh\n", {}, UPDATE),
    ("device", "userdata", "#!/bin/sh\n", {"userdata": LEFT_OUT}, SAME),
    ("device", "always_pxe", False, {}, SAME),
    ("device", "always_pxe", True, {}, UPDATE),
    ("device", "always_pxe", False, {"always_pxe": None}, SAME),
    ("device", "always_pxe", True, {"always_pxe": LEFT_OUT}, SAME),
    ("device", "ipxe_script_url", "", {}, SAME),
    ("device", "ipxe_script_url", "https://x", {}, UPDATE),
    ("device", "ipxe_script_url", "https://x", {"ipxe_script_url": LEFT_OUT}, SAME),
    ("device", "locked", False, {}, SAME),
    ("device", "locked", True, {}, UPDATE),
    ("device", "locked", False, {"locked": None}, SAME),
    ("device", "locked", True, {"locked": LEFT_OUT}, SAME),
    ("device", "customdata", {}, {}, SAME),
    ("device", "customdata", "", {}, SAME),
    ("device", "customdata", '{"a": {"b": null}}', {"customdata": {"a": {"b": None}}}, SAME),
    ("device", "customdata", {"a": 1}, {"customdata": '{"a":1}'}, SAME),
    ("device", "customdata", [1, 2], {"customdata": [1, 2]}, SAME),
    ("device", "customdata", [1, 2], {"customdata": [2, 1]}, UPDATE),
    ("device", "customdata", "not json", {"customdata": "not json"}, SAME),
    ("device", "customdata", {"a": 1}, {}, UPDATE),
    ("device", "customdata", {"a": True}, {"customdata": {"a": 1}}, UPDATE),
    ("device", "customdata", {"a": 1}, {"customdata": LEFT_OUT}, SAME),
    ("device", "tags", [], {}, SAME),
    ("device", "tags", ["a", "a", "b"], {"tags": ["b", "a"]}, SAME),
    ("device", "tags", ["a"], {"tags": ["a", "b"]}, UPDATE),
    ("device", "tags", None, {}, SAME),
    ("device", "tags", ["a"], {"tags": LEFT_OUT}, SAME),
    ("device", "hardware_reservation_id", "r", {"hardware_reservation": {"href": "/hardware-reservations/r"}}, SAME),
    ("device", "hardware_reservation_id", "s", {"hardware_reservation": {"href": "/hardware-reservations/r"}}, REPLACE),
    ("device", "hardware_reservation_id", "next-available", {"hardware_reservation": {"id": "r"}}, SAME),
    ("device", "hardware_reservation_id", "next-available", {"hardware_reservation": None}, REPLACE),
    ("device", "hardware_reservation_id", "s", {}, SAME),
    ("device", "hardware_reservation_id", None, {"hardware_reservation": None}, SAME),
    ("device", "spot_instance", True, {"spot_instance": True}, SAME),
    ("device", "spot_instance", False, {"spot_instance": None}, SAME),
    ("device", "spot_instance", True, {"spot_instance": False}, REPLACE),
    ("device", "spot_instance", True, {}, SAME),
    ("device", "spot_price_max", 0.1, {"spot_price_max": "0.10"}, SAME),
    ("device", "spot_price_max", 1, {"spot_price_max": 1.0}, SAME),
    ("device", "spot_price_max", 0.2, {"spot_price_max": 0.1}, REPLACE),
    ("device", "spot_price_max", 0.2, {}, SAME),
    ("device", "termination_time", "2019-12-01T00:00:00Z", {"termination_time": "other"}, SAME),
    ("device", "project_ssh_keys", ["a"], {}, SAME),
    ("device", "user_ssh_keys", ["a"], {}, SAME),
    ("device", "features", ["tpm"], {}, SAME),
    ("device", "public_ipv4_subnet_size", 29, {}, SAME),
    ("device", "ip_addresses", [{"address_family": 4, "public": False}], {}, SAME),
    ("device", "power_state", "active", {}, SAME),
    ("device", "power_state", "inactive", {}, UPDATE),
    ("device", "power_state", "inactive", {"state": "powering_off"}, SAME),
    ("device", "hardware_reservation_id", ["r", "s"], {"hardware_reservation": {"id": "s"}}, SAME),
    ("device", "hardware_reservation_id", ["r", "s"], {"hardware_reservation": {"id": "t"}}, REPLACE),
    ("volume", "plan", "storage_1", {}, SAME),
    ("volume", "plan", "storage_2", {}, UPDATE),
    ("volume", "plan", "storage_2", {"plan": {"href": "/plans/1"}}, SAME),
    ("volume", "size", 10, {}, SAME),
    ("volume", "size", 20, {}, UPDATE),
    ("volume", "size", 20, {"size": 30}, REPLACE),
    ("volume", "size", 20, {"size": LEFT_OUT}, SAME),
    ("volume", "facility", "ams1", {}, SAME),
    ("volume", "facility", "ewr1", {}, REPLACE),
    ("volume", "facility", "ewr1", {"facility": {"href": "/facilities/1"}}, SAME),
    ("volume", "description", "", {}, SAME),
    ("volume", "description", "d", {}, UPDATE),
    ("volume", "description", "d", {"description": "d [reconciler:shop:projects.e.volumes.v]"}, SAME),
    ("volume", "description", "d", {"description": LEFT_OUT}, SAME),
    ("volume", "billing_cycle", "hourly", {}, SAME),
    ("volume", "billing_cycle", "monthly", {}, UPDATE),
    ("volume", "locked", False, {"locked": None}, SAME),
    ("volume", "locked", True, {}, UPDATE),
    ("volume", "snapshot_policies", [], {}, SAME),
    ("volume", "snapshot_policies", None, {}, SAME),
    ("volume", "snapshot_policies", [DAILY], {}, UPDATE),
    ("volume", "snapshot_policies", [DAILY], {"snapshot_policies": [{"id": "1", **DAILY}]}, SAME),
    ("volume", "snapshot_policies", [DAILY], {"snapshot_policies": [{"id": "1", **HOURLY}]}, UPDATE),
    ("volume", "snapshot_policies", [DAILY], {"snapshot_policies": [{"href": "/storage/snapshot-policies/1"}]}, SAME),
    ("volume_attachment", "volume", "74f11291-fde8-4abf-8150-e51cda7308c3", {}, SAME),
    ("volume_attachment", "volume", "another", {}, REPLACE),
    ("license", "licensee_product_id", "p", {}, SAME),
    ("license", "licensee_product_id", "p", {"licensee_product": {"href": "/licensee-products/p"}}, SAME),
    ("license", "licensee_product_id", "q", {"licensee_product": {"href": "/licensee-products/p"}}, REPLACE),
    ("license", "size", 4.0, {}, SAME),
    ("license", "size", 4, {"size": "4"}, SAME),
    ("license", "size", 5, {}, UPDATE),
    ("license", "size", 5, {"size": LEFT_OUT}, SAME),
    ("license", "description", "d", {"description": "d [reconciler:shop:projects.e.licenses.l]"}, SAME),
    ("license", "description", "d", {}, UPDATE),
    ("license", "description", "d", {"description": LEFT_OUT}, SAME),
    ("spot_market_request", "devices_min", 1, {}, SAME),
    ("spot_market_request", "devices_min", 2, {}, REPLACE),
    ("spot_market_request", "devices_max", 2, {}, SAME),
    ("spot_market_request", "devices_max", 3, {}, REPLACE),
    ("spot_market_request", "max_bid_price", 0.2, {"max_bid_price": "0.20"}, SAME),
    ("spot_market_request", "max_bid_price", 0.3, {}, REPLACE),
    ("spot_market_request", "facilities", ["ams1"], {}, SAME),
    ("spot_market_request", "facilities", ["ewr1"], {}, REPLACE),
    ("spot_market_request", "facilities", ["ewr1"], {"facilities": [{"href": "/facilities/1"}]}, SAME),
    ("spot_market_request", "end_at", "2020-01-01T00:59:59+01:00", {}, SAME),
    ("spot_market_request", "end_at", "2019-12-31T00:00:00Z", {}, REPLACE),
    ("spot_market_request", "end_at", None, {"end_at": None}, SAME),
    ("spot_market_request", "instance_parameters", {"plan": "t1.small.x86", "tags": ["w"], "locked": False}, {}, SAME),
    ("spot_market_request", "instance_parameters", {"plan": "t1.small.x86", "tags": None}, {}, SAME),
    ("spot_market_request", "instance_parameters", {"plan": "c1.small.x86"}, {}, REPLACE),
    ("spot_market_request", "instance_parameters", {"plan": "t1.small.x86", "features": ["tpm"]}, {}, REPLACE),
    ("spot_market_request", "instance_parameters", {"plan": "p"}, {"instance_parameters": LEFT_OUT}, SAME),
    ("spot_market_request", "force_termination", True, {}, SAME),
    ("spot_market_request", "force_termination", False, {}, REFUSED),
    ("spot_market_request", "wait_for_devices", True, {}, SAME),
    ("device_batch", "quantity", 1, {}, SAME),
    ("device_batch", "quantity", 2, {}, REPLACE),
    ("device_batch", "quantity", 2, {"state": "in_progress"}, SAME),
    ("device_batch", "hostname", "w-{{index}}", {}, SAME),
    ("device_batch", "hostnames", ["a"], {}, SAME),
    ("device_batch", "facility", "ams1", {}, SAME),
    ("device_batch", "facility", ["ewr1", "any"], {}, SAME),
    ("device_batch", "facility", ["ewr1"], {}, REPLACE),
    ("device_batch", "facility_diversity_level", 1, {}, SAME),
    ("device_batch", "plan", "t1.small.x86", {}, SAME),
    ("device_batch", "plan", "c2.medium.x86", {}, REPLACE),
    ("device_batch", "operating_system", "centos_7", {}, SAME),
    ("device_batch", "operating_system", "debian_9", {}, REPLACE),
    ("device_batch", "description", "", {}, SAME),
    ("device_batch", "description", "d", {}, UPDATE),
    ("device_batch", "billing_cycle", "hourly", {}, SAME),
    ("device_batch", "billing_cycle", "monthly", {}, UPDATE),
    ("device_batch", "userdata", None, {}, SAME),
    ("device_batch", "userdata", "#!/bin/sh", {}, UPDATE),
    ("device_batch", "always_pxe", False, {}, SAME),
    ("device_batch", "always_pxe", True, {}, UPDATE),
    ("device_batch", "ipxe_script_url", "", {}, SAME),
    ("device_batch", "ipxe_script_url", "https://x", {}, UPDATE),
    ("device_batch", "locked", False, {}, SAME),
    ("device_batch", "locked", True, {}, UPDATE),
    ("device_batch", "locked", True, {"devices": TWO}, UPDATE),
    ("device_batch", "customdata", "{}", {}, SAME),
    ("device_batch", "customdata", {"a": 1}, {}, UPDATE),
    ("device_batch", "tags", ["w"], {"devices": [{**answers.DEVICE_2018, "tags": ["w"]}]}, SAME),
    ("device_batch", "tags", ["v"], {}, UPDATE),
    ("device_batch", "tags", [], {"devices": TWO}, SAME),
    ("device_batch", "hardware_reservation_id", "next-available", {}, SAME),
    ("device_batch", "spot_instance", False, {"devices": [{**answers.DEVICE_2018, "spot_instance": None}]}, SAME),
    ("device_batch", "spot_instance", True, {"devices": [{**answers.DEVICE_2018, "spot_instance": False}]}, REPLACE),
    ("device_batch", "spot_price_max", 1, {"devices": [{**answers.DEVICE_2018, "spot_price_max": "1.0"}]}, SAME),
    ("device_batch", "spot_price_max", 2, {"devices": [{**answers.DEVICE_2018, "spot_price_max": 1}]}, REPLACE),
    ("device_batch", "termination_time", "2019-12-01T00:00:00Z", {}, SAME),
    ("device_batch", "project_ssh_keys", ["a"], {}, SAME),
    ("device_batch", "user_ssh_keys", ["a"], {}, SAME),
    ("device_batch", "features", ["tpm"], {}, SAME),
    ("device_batch", "public_ipv4_subnet_size", 29, {}, SAME),
    ("device_batch", "ip_addresses", [{"address_family": 4, "public": False}], {}, SAME),
    ("network_type", "type", "layer3", {}, SAME),
    ("network_type", "type", "hybrid", {}, UPDATE),
    ("port", "name", "bond0", {}, SAME),
    ("port", "vlans", ["b", "a"], {"virtual_networks": [{"href": "/v/a"}, {"id": "b"}]}, SAME),
    ("port", "vlans", ["b"], {}, UPDATE),
    ("port", "native_vlan", "a", {"native_virtual_network": {"href": "/v/a"}}, SAME),
    ("port", "native_vlan", "b", {}, UPDATE),
    ("port", "native_vlan", None, {}, SAME),
    ("port", "bonded", True, {}, SAME),
    ("port", "bonded", False, {}, UPDATE),
    ("port", "layer2", False, {}, SAME),
    ("port", "layer2", True, {}, UPDATE),
]


def live_of(kind: Kind, edits: dict[str, Any], mark: Mark | None = None) -> LiveObject:
    body = {name: value for name, value in {**BASES[kind.name], **edits}.items() if value is not LEFT_OUT}
    if mark is not None:
        body["tags"] = mark.to_tags()
        if kind.name == "device_batch":
            marked = Mark(mark.stack, "projects.p.device_batches.w", mark.memo)
            body["devices"] = [{**each, "tags": marked.to_tags()} for each in body["devices"]]
    if kind.name == "ip_assignment":
        body = {**answers.DEVICE_2018, "ip_addresses": [body]}
    if kind.standing:
        body = {**answers.DEVICE_2018, "network_ports": [body, *answers.PORTS_2019[1:]]}
    return next(iter(kind.read(body, "p")))


def resource_of(kind: Kind, values: dict[str, Any]) -> Resource:
    return Resource(parse_address("projects.p"), kind.name, values, Place("stack.yaml"))


def outcome(kind: Kind, values: dict[str, Any], live: LiveObject) -> dict[str, str]:
    changes = differences(resource_of(kind, values), kind, values, frozenset(), live)
    found: dict[str, str] = {}
    for each in changes:
        rule = kind.fields[str(each.path[0])].rule
        fixed = str(each.path[0]) in kind.fixed(live)
        if not fixed and not (isinstance(rule, Update) and rule.possible is not any_change):
            assert each.forces_replacement is isinstance(rule, (Replace, CreateOnly))
        in_place = REFUSED if isinstance(rule, WriteOnce) else UPDATE
        found[str(each.path[0])] = REPLACE if each.forces_replacement else in_place
    return found


@pytest.mark.parametrize(("kind", "field", "declared", "edits", "expected"), CASES)
def test_a_field(kind: str, field: str, declared: Any, edits: dict[str, Any], expected: str) -> None:
    of = CATALOG[kind]
    assert outcome(of, {field: declared}, live_of(of, edits)) == ({} if expected == SAME else {field: expected})


def test_an_invitation_cannot_be_changed() -> None:
    for name in ("member", "organization_member"):
        kind = CATALOG[name]
        (change,) = differences(
            resource_of(kind, {"roles": ["admin"]}), kind, {"roles": ["admin"]}, frozenset(), live_of(kind, {})
        )
        assert change.forces_replacement


def test_every_field_of_every_kind_has_cases() -> None:
    for kind in CATALOG.kinds:
        covered = {field for name, field, *_ in CASES if name == kind.name}
        assert covered == set(kind.fields), kind.name
        for name, field in kind.fields.items():
            words = {case[-1] for case in CASES if case[:2] == (kind.name, name)}
            silent = isinstance(field.rule, (CreateOnly, FromKey, Ours))
            assert silent or len(words) >= 2, f"{kind.name}.{name}: a case that differs and one that does not"


MEMO_FIELDS = [
    (kind.name, name)
    for kind in CATALOG.kinds
    for name, f in kind.fields.items()
    if isinstance(f.rule, CreateOnly) and f.rule.replaces
]
EXAMPLES: dict[str, tuple[Any, Any]] = {
    "hostname": ("w-{{index}}", "v-{{index}}"),
    "hostnames": (["a", "b"], ["b", "a"]),
    "facility_diversity_level": (1, 2),
    "hardware_reservation_id": ("next-available", "other"),
    "termination_time": ("2019-12-01T00:00:00Z", "2020-12-01T00:00:00Z"),
    "project_ssh_keys": (["a", "b"], ["a"]),
    "user_ssh_keys": (["a"], ["b"]),
    "features": ({"tpm": "required"}, {"tpm": "preferred"}),
    "public_ipv4_subnet_size": (29, 31),
    "ip_addresses": ([{"address_family": 4, "public": False}], [{"address_family": 6, "public": True}]),
}


@pytest.mark.parametrize(("kind", "field"), MEMO_FIELDS)
def test_what_the_api_never_shows_is_compared_by_the_memo(kind: str, field: str) -> None:
    of = CATALOG[kind]
    used, other = EXAMPLES[field]
    live = live_of(of, {}, Mark("shop", "projects.p.devices.d", of.memo({field: used})))
    assert outcome(of, {field: used}, live) == {}
    assert outcome(of, {field: other}, live) == {field: REPLACE}
    assert outcome(of, {field: Unknown()}, live) == {field: REPLACE}
    assert outcome(of, {}, live) == {}
    without = live_of(of, {}, Mark("shop", "projects.p.devices.d"))
    assert outcome(of, {field: used}, without) == {field: REPLACE}
    unset = live_of(of, {}, Mark("shop", "projects.p.devices.d", of.memo({field: None})))
    assert outcome(of, {field: None}, unset) == {}


@pytest.mark.parametrize(("kind", "field"), MEMO_FIELDS)
def test_an_update_keeps_the_memo_of_the_create(kind: str, field: str) -> None:
    of = CATALOG[kind]
    used, other = EXAMPLES[field]
    born = Mark("shop", "a", of.memo({field: used, "tags": ["x"]}))
    again = of.memo({field: other, "tags": ["y"]}, born)
    assert again[field] == born.memo[field]
    assert again["tags"] != born.memo["tags"]


def test_the_order_of_keys_on_a_device_is_no_reason_to_wipe_it() -> None:
    device = CATALOG["device"]
    for field, one, two in (
        ("project_ssh_keys", ["a", "b"], ["b", "a"]),
        ("user_ssh_keys", ["a", "b"], ["b", "a"]),
        ("features", ["tpm", "txt"], ["txt", "tpm"]),
    ):
        live = live_of(device, {}, Mark("shop", "a", device.memo({field: one})))
        assert outcome(device, {field: two}, live) == {}


@pytest.mark.parametrize("kind", [each.name for each in CATALOG.kinds])
def test_an_unknown_value_differs_only_where_the_answer_shows_the_field(kind: str) -> None:
    of = CATALOG[kind]
    live = live_of(of, {})
    unknown = {name: Unknown() for name in of.fields}
    shown = {name for name in live.values if not isinstance(of.fields[name].rule, (CreateOnly, FromKey, Ours))}
    assert set(outcome(of, unknown, live)) == shown


def test_a_change_inside_customdata_is_told_with_its_path() -> None:
    device = CATALOG["device"]
    live = live_of(device, {"customdata": {"rack": {"row": 1, "list": [1, 2]}, "old": True}})
    values = {"customdata": {"rack": {"row": 2, "list": [1, 3]}, "new": "x"}}
    changes = differences(resource_of(device, values), device, values, frozenset(), live)
    assert {(each.path, each.before, each.after) for each in changes if each.path[-1] != "list"} == {
        (("customdata", "rack", "row"), 1, 2),
        (("customdata", "old"), True, None),
        (("customdata", "new"), None, "x"),
    }
    (listed,) = (each for each in changes if each.path[-1] == "list")
    assert (listed.path, listed.before, listed.after) == (("customdata", "rack", "list"), [1, 2], [1, 3])
