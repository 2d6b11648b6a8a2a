"""Real answers of the API, cut down to what a kind reads. Each names where its data comes from."""

from __future__ import annotations

from typing import Any

Body = dict[str, Any]

AMS1: Body = {"id": "8e6470b3-b75e-47d1-bb93-45b225750975", "name": "Amsterdam, NL", "code": "ams1"}

# apache/libcloud fixture projects.json, Apache-2.0
PROJECT_2019: Body = {
    "id": "3d27fd13-0466-4878-be22-9a4b5595a3df",
    "name": "Packet Integration Testing [Sponsored]",
    "created_at": "2019-02-07T17:33:22Z",
    "updated_at": "2019-02-07T17:33:51Z",
    "backend_transfer_enabled": False,
    "customdata": {},
    "memberships": [],
    "members": [{"href": "/users/446476b8-a835-414a-8e9c-84925cc72705"}],
    "organization": {"href": "/organizations/1432653f-f993-47c5-949e-af3c0de48d70"},
    "href": "/projects/3d27fd13-0466-4878-be22-9a4b5595a3df",
}

# fog-packet mock get_organization, MIT (2018)
ORGANIZATION_2018: Body = {
    "id": "6c17df6c-8769-4d98-b01f-f2848b6489a1",
    "name": "Packet Integration Testing",
    "description": None,
    "website": None,
    "twitter": None,
    "created_at": "2018-02-20T03:56:01Z",
    "updated_at": "2018-04-24T10:46:37Z",
    "personal": True,
    "customdata": {},
    "address": None,
    "logo": "/organizations/6c17df6c-8769-4d98-b01f-f2848b6489a1/logos/original?1519098961",
    "projects": [{"href": "/projects/93125c2a-8b78-4d4f-a3c4-7367d6b7cca8"}],
    "plan": "Staff",
    "href": "/organizations/6c17df6c-8769-4d98-b01f-f2848b6489a1",
}

# packngo apikeys.go, MIT: the fields of APIKey, with made-up values
API_KEY_2019: Body = {
    "id": "acdc5d4e-7d4f-4f1f-9b1c-1c9d2ef0b3f3",
    "description": "ci",
    "read_only": False,
    "token": "made-up-token-of-a-project",
    "created_at": "2019-07-01T00:00:00Z",
    "updated_at": "2019-07-01T00:00:00Z",
    "project": {"href": "/projects/3d27fd13-0466-4878-be22-9a4b5595a3df"},
}

# packngo hardwarereservations.go, MIT: the fields of HardwareReservation, with made-up values
HARDWARE_RESERVATION_2019: Body = {
    "id": "3e6d1b3a-1f55-4c09-9e3b-0b1a1f2c3d4e",
    "short_id": "3e6d1b3a",
    "facility": {"id": "2b70eb8f-fa18-47c0-aba7-222a842362fd", "code": "sjc1"},
    "plan": {"id": "e69c0169-4726-46ea-98f1-939c9e8a3607", "slug": "c1.small.x86"},
    "provisionable": True,
    "spare": False,
    "switch_uuid": "9b4f3a2c",
    "device": None,
    "project": {"href": "/projects/3d27fd13-0466-4878-be22-9a4b5595a3df"},
    "created_at": "2019-07-01T00:00:00Z",
    "href": "/hardware-reservations/3e6d1b3a-1f55-4c09-9e3b-0b1a1f2c3d4e",
}

# fog-packet mock get_invitation, MIT (2018)
INVITATION_2018: Body = {
    "id": "02797cf6-c36c-474b-9558-37463f2aee26",
    "roles": ["owner"],
    "invitee": "user@example.com",
    "nonce": "NjxZAa3VYc3qvGhPejakYy4nKkt6S7Ay",
    "created_at": "2018-04-10T21:13:24Z",
    "updated_at": "2018-04-10T21:16:10Z",
    "invited_by": {"href": "/users/2dce124f-3220-495c-907e-5bbbd4dda77c"},
    "invitable": {"href": "/organizations/6c17df6c-8769-4d98-b01f-f2848b6489a1"},
    "href": "/invitations/02797cf6-c36c-474b-9558-37463f2aee26",
}

# apache/jclouds resource projects.json, Apache-2.0 (January 2017: no customdata yet)
PROJECT_2017: Body = {
    "id": "93907f48-adfe-43ed-ad89-0e6e83721a54",
    "name": "Cloudsoft CCS Testing",
    "created_at": "2016-09-15T08:50:58Z",
    "max_devices": {"baremetal_0": 1},
    "payment_method": {"href": "/payment-methods/b2bb4ee0-506b-4c01-b17d-ba41d5c430c5"},
    "href": "/projects/93907f48-adfe-43ed-ad89-0e6e83721a54",
}

# apache/libcloud fixture sshkey_create.json, Apache-2.0 (key shortened): a trailing newline, the owner under `user`
SSH_KEY_2015: Body = {
    "id": "2c1a7f23-1dc6-4a37-948e-d9857d9f607c",
    "label": "ubuntu1404-201505221415a4c7757e-5198-4f49-82d4-35eb2d06eb27",
    "key": "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDI4pIqzpb5 user@example.com\n",
    "fingerprint": "aa:49:46:57:2a:07:64:56:33:07:ef:76:1d:54:a3:41",
    "created_at": "2015-05-22T18:15:04Z",
    "user": {"href": "/users/userid"},
    "href": "/ssh-keys/2c1a7f23-1dc6-4a37-948e-d9857d9f607c",
}

# apache/jclouds resource ssh-key-create-res.json, Apache-2.0 (key shortened)
SSH_KEY_2017: Body = {
    "id": "da5d6c21-2e8c-43ac-820f-ff41bd4e6ebc",
    "label": "andrea-device-livetest",
    "key": "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCdgcoNzH4h",
    "fingerprint": "60:b0:5a:23:42:b8:53:19:d0:32:f1:4d:a8:7c:9b:71",
    "created_at": "2017-01-20T14:15:26Z",
    "owner": {"href": "/users/ad711bc3-6333-449a-a405-23ca81f38c00"},
    "href": "/ssh-keys/da5d6c21-2e8c-43ac-820f-ff41bd4e6ebc",
}

# fog/fog-packet mock list_virtual_networks, MIT: the facility as an href beside its code
VLAN_2018: Body = {
    "id": "699c3c36-0cf6-4552-ad43-a1845c04a838",
    "description": "test",
    "vxlan": 1022,
    "created_at": "2018-03-12T22:16:39Z",
    "internet_gateway": None,
    "facility": {"href": "/facilities/e1e9c52e-a0bc-4117-b996-0fc94843ea09"},
    "instances": [],
    "assigned_to": {"href": "/projects/93125c2a-8b78-4d4f-a3c4-7367d6b7cca8"},
    "facility_code": "ewr1",
    "href": "/virtual-networks/699c3c36-0cf6-4552-ad43-a1845c04a838",
}

# apache/libcloud fixture project_ips.json, Apache-2.0: a public block without a `tags` field
BLOCK_2017: Body = {
    "id": "01c184f5-1413-4b0b-9f6d-ac993f6c9241",
    "address_family": 4,
    "management": False,
    "manageable": True,
    "addon": True,
    "public": True,
    "global_ip": False,
    "details": None,
    "customdata": {},
    "network": "147.75.33.32",
    "address": "147.75.33.34",
    "gateway": "147.75.33.33",
    "netmask": "255.255.255.240",
    "cidr": 28,
    "facility": AMS1,
    "assignments": [],
    "created_at": "2017-12-29T10:59:59Z",
}

# apache/libcloud fixture reserve_ip.json, Apache-2.0: a global address
GLOBAL_2019: Body = {
    "id": "31ae66fe-ee00-4f50-be25-60eeca8718ff",
    "address_family": 4,
    "netmask": "255.255.255.255",
    "created_at": "2019-04-06T23:05:17Z",
    "details": None,
    "public": True,
    "cidr": 32,
    "management": False,
    "manageable": True,
    "global_ip": True,
    "customdata": {},
    "addon": True,
    "facility": None,
    "network": "147.75.40.2",
    "address": "147.75.40.2",
    "gateway": "147.75.40.2",
}

# equinixmetal-archive/docs-packet-legacy, ip-allocation.md, MIT: with tags
BLOCK_2020: Body = {
    "id": "18c40668-f9b6-4cdc-b50e-0f8729d4f2f6",
    "address_family": 4,
    "netmask": "255.255.255.252",
    "created_at": "2020-02-20T18:53:52Z",
    "details": "my test /30 in AMS1",
    "tags": [],
    "public": True,
    "cidr": 30,
    "management": False,
    "manageable": True,
    "global_ip": False,
    "customdata": {},
    "addon": True,
    "facility": AMS1,
    "network": "147.75.80.220",
    "address": "147.75.80.222",
    "gateway": "147.75.80.221",
}

# apache/libcloud fixture bgp_config_project_1.json, Apache-2.0
BGP_CONFIG_2019: Body = {
    "id": "02dde1ca-a360-4bc5-9c08-897bbd22536a",
    "status": "enabled",
    "deployment_type": "local",
    "asn": 65000,
    "md5": None,
    "route_object": None,
    "max_prefix": 10,
    "created_at": "2019-03-08T12:03:01Z",
    "project": {"href": "/projects/4b653fce-6405-4300-9f7d-c587b7888fe5"},
    "sessions": [],
}

# apache/libcloud fixture bgp_session_get.json, Apache-2.0
BGP_SESSION_2019: Body = {
    "id": "08f6b756-758b-4f1f-bfaf-b9b5479822d7",
    "status": "down",
    "learned_routes": [],
    "switch_name": "esr1.r04b01.ams1.packet.net",
    "default_route": None,
    "created_at": "2019-03-21T17:24:59Z",
    "device": {"href": "/devices/905037a4-967c-4e81-b364-3a0603aa071b"},
    "address_family": "ipv4",
}

# apache/libcloud fixture associate_ip.json, Apache-2.0
ASSIGNMENT_2019: Body = {
    "id": "aea4ee0c-675f-4b77-8337-8e13b868dd9c",
    "address_family": 4,
    "created_at": "2019-04-09T15:58:58Z",
    "public": True,
    "cidr": 32,
    "management": False,
    "manageable": True,
    "global_ip": True,
    "customdata": {},
    "assigned_to": {"href": "/devices/756db520-fa13-4a8c-858c-b3ceb60ce95f"},
    "network": "147.75.40.2",
    "address": "147.75.40.2",
    "gateway": "147.75.40.2",
}

# apache/libcloud fixture devices_for_project.json, Apache-2.0
DEVICE_2018: Body = {
    "id": "905037a4-967c-4e81-b364-3a0603aa071b",
    "short_id": "905037a4",
    "hostname": "mistopenstack",
    "description": None,
    "state": "active",
    "tags": [],
    "billing_cycle": "hourly",
    "user": "root",
    "locked": False,
    "created_at": "2018-04-02T18:02:39Z",
    "ipxe_script_url": None,
    "always_pxe": False,
    "customdata": {},
    "userdata": "",
    "operating_system": {"id": "68bad60d-f5a7-45c2-ad09-573edaad3a3c", "slug": "centos_7", "name": "CentOS 7"},
    "facility": AMS1,
    "plan": {"slug": "baremetal_0", "name": "t1.small.x86", "class": "t1.small.x86"},
    "ip_addresses": [
        {
            "id": "f73172c4-4955-4376-8089-aad2daaf16eb",
            "address_family": 4,
            "public": True,
            "cidr": 31,
            "management": True,
            "customdata": {},
            "network": "147.75.102.192",
            "address": "147.75.102.193",
            "gateway": "147.75.102.192",
        },
        {
            "id": "366abb1f-3f79-42d7-8b0b-fab4950eca57",
            "address_family": 6,
            "public": True,
            "cidr": 127,
            "management": True,
            "network": "2604:1380:2000:c100::2",
            "address": "2604:1380:2000:c100::3",
        },
        {
            "id": "a3d00b4e-d74f-4ac2-8bc9-91065d815b41",
            "address_family": 4,
            "public": False,
            "cidr": 31,
            "management": True,
            "network": "10.99.214.0",
            "address": "10.99.214.1",
        },
    ],
}

# apache/jclouds resource device.json, Apache-2.0: half provisioned, without customdata or always_pxe
DEVICE_2017: Body = {
    "id": "98e22032-579e-4c04-bb12-05cc6a3864c8",
    "short_id": "98e22032",
    "hostname": "test",
    "description": None,
    "state": "provisioning",
    "tags": [],
    "billing_cycle": "hourly",
    "locked": False,
    "created_at": "2017-01-03T09:47:59Z",
    "provisioning_percentage": 50,
    "provisioning_events": [
        {"type": "provisioning.101", "body": "Provisioning started", "created_at": "2017-01-03T09:48:01Z"},
        {
            "type": "provisioning.102",
            "body": "Network configured",
            "interpolated": "Network configured with addresses 147.75.106.81",
            "created_at": "2017-01-03T09:48:10Z",
        },
        {"type": "provisioning.110", "body": "Device phoned home and is ready to go", "created_at": None},
    ],
    "operating_system": {"slug": "centos_7"},
    "facility": {"id": "e1e9c52e-a0bc-4117-b996-0fc94843ea09", "name": "Parsippany, NJ", "code": "ewr1"},
    "plan": {"slug": "baremetal_0", "name": "Type 0"},
    "userdata": "",
    "root_password": "scrubbed",
    "ip_addresses": [],
}

# apache/libcloud fixture device_create.json, Apache-2.0: the answer to a create, its facility without a code
DEVICE_CREATED_2015: Body = {
    "id": "9f7eafab-6f6b-4ae4-988d-c2a686367791",
    "userdata": None,
    "operating_system": {"distro": "coreos", "slug": "coreos_stable"},
    "locked": False,
    "tags": [],
    "created_at": "2015-05-22T17:59:43Z",
    "hostname": "9f7eafab.packethost.net",
    "provisioning_percentage": 0.0,
    "state": "queued",
    "billing_cycle": "hourly",
    "user": "core",
    "ip_addresses": [],
    "facility": {"id": "e1e9c52e-a0bc-4117-b996-0fc94843ea09"},
    "provisioning_events": [{"body": "Provisioning started", "created_at": None, "type": "provisioning.101"}],
    "plan": {"slug": "baremetal_1", "name": "Type 1"},
}

# kubernetes/autoscaler test data of its packet provider, Apache-2.0: a list cut down to the least
DEVICE_TRIMMED: Body = {
    "id": "0f5609af-1c27-451b-8edd-a1283f2c9440",
    "short_id": "0f5609af",
    "hostname": "k8s-cluster2-pool2-jssxcyzz",
    "description": None,
    "state": "active",
    "tags": ["k8s-cluster-cluster2", "k8s-nodepool-pool2"],
}

PORTS_2019: list[Body] = [
    {
        "id": "115bb6c2-325d-4a70-ad07-c81f4d094000",
        "type": "NetworkBondPort",
        "name": "bond0",
        "data": {"bonded": True},
        "network_type": "layer3",
        "native_virtual_network": None,
        "virtual_networks": [],
        "href": "/ports/115bb6c2-325d-4a70-ad07-c81f4d094000",
    },
    {
        "id": "458e6773-408e-4697-a289-11c19bd7e4cb",
        "type": "NetworkPort",
        "name": "eth0",
        "data": {"mac": "0c:c4:7a:b2:11:78", "bonded": True},
        "bond": {"id": "115bb6c2-325d-4a70-ad07-c81f4d094000", "name": "bond0"},
        "native_virtual_network": None,
        "virtual_networks": [],
        "href": "/ports/458e6773-408e-4697-a289-11c19bd7e4cb",
    },
    {
        "id": "ed4090dc-a08c-4f3d-8d4b-03c46cf84ef0",
        "type": "NetworkPort",
        "name": "eth1",
        "data": {"mac": "0c:c4:7a:b2:11:79", "bonded": True},
        "bond": {"id": "115bb6c2-325d-4a70-ad07-c81f4d094000", "name": "bond0"},
        "native_virtual_network": None,
        "virtual_networks": [],
        "href": "/ports/ed4090dc-a08c-4f3d-8d4b-03c46cf84ef0",
    },
]
"""The ports of a machine in layer 3 (libcloud's recorded devices_for_project)."""

# apache/libcloud fixture volumes.json, Apache-2.0, with the links opened that `include` opens
VOLUME_2019: Body = {
    "id": "74f11291-fde8-4abf-8150-e51cda7308c3",
    "name": "volume-74f11291",
    "description": None,
    "size": 10,
    "locked": False,
    "billing_cycle": "hourly",
    "state": "active",
    "customdata": {},
    "access": {
        "ips": ["10.144.136.49", "10.144.140.22"],
        "iqn": "iqn.2013-05.com.daterainc:tc:01:sn:aeb3ffc6a28aa5a8",
    },
    "created_at": "2019-04-12T16:11:49Z",
    "project": {"href": "/projects/3d27fd13-0466-4878-be22-9a4b5595a3df"},
    "facility": AMS1,
    "snapshot_policies": [],
    "attachments": [
        {
            "id": "2c16a96f-bb4f-471b-8e2e-b5820b9e1603",
            "created_at": "2019-04-20T16:53:59Z",
            "volume": {"href": "/storage/74f11291-fde8-4abf-8150-e51cda7308c3"},
            "device": {"href": "/devices/756db520-fa13-4a8c-858c-b3ceb60ce95f"},
            "href": "/storage/attachments/2c16a96f-bb4f-471b-8e2e-b5820b9e1603",
        }
    ],
    "plan": {"id": "87728148-3155-4992-a730-8d1e6aca8a32", "slug": "storage_1", "name": "Standard"},
    "href": "/storage/74f11291-fde8-4abf-8150-e51cda7308c3",
}

# fog/fog-packet mock create_volume, MIT: everything but the plan is a link
VOLUME_2018: Body = {
    "id": "870f9650-19ea-48bd-84c5-ddf97471c1c1",
    "name": "volume-870f9650",
    "description": "test description",
    "size": 20,
    "locked": False,
    "billing_cycle": "hourly",
    "state": "queued",
    "created_at": "2018-03-08T12:49:30Z",
    "access": {},
    "facility": {"href": "/facilities/e1e9c52e-a0bc-4117-b996-0fc94843ea09"},
    "snapshot_policies": [{"href": "/storage/snapshot-policies/1"}],
    "attachments": [],
    "plan": {"id": "87728148-3155-4992-a730-8d1e6aca8a32", "slug": "storage_1", "name": "Standard"},
}

# apache/libcloud fixture attach_volume.json, Apache-2.0
ATTACHMENT_2019: Body = {
    "id": "f2909129-6445-4f7f-8fdf-65c9a1c342e9",
    "created_at": "2019-04-20T16:53:59Z",
    "volume": {"href": "/storage/a08aaf76-e0ce-43aa-b9cd-cce0d4ae4f4c"},
    "device": {"href": "/devices/756db520-fa13-4a8c-858c-b3ceb60ce95f"},
}

# fog/fog-packet mocks create_license and list_licenses, MIT: the key scrubbed, the product's path cut
LICENSE_2018: Body = {
    "id": "fd8c403f-c81d-4de7-ba5e-91362fc2d71c",
    "description": "thVsYD9FceLTdJdsrfjtLZGZPckx9Enh",
    "license_key": "scrubbed",
    "licensee_product": {"href": "/"},
    "size": 4,
    "project": {"href": "/"},
}

# fields of packngo's SpotMarketRequest and packet-python's tests, MIT, with devices and facilities opened
SPOT_REQUEST_2019: Body = {
    "id": "cd5cfb67-4e5f-4d8d-a7fe-0a1a3fe8ae3c",
    "devices_min": 1,
    "devices_max": 2,
    "max_bid_price": 0.2,
    "end_at": "2019-12-31T23:59:59Z",
    "created_at": "2019-06-01T10:00:00Z",
    "instance_parameters": {
        "hostname": "w-{{index}}",
        "plan": "baremetal_0",
        "operating_system": "ubuntu_18_04",
        "tags": ["w"],
    },
    "facilities": [AMS1],
    "plan": {"href": "#1"},
    "project": {"href": "/projects/3d27fd13-0466-4878-be22-9a4b5595a3df"},
    "devices": [DEVICE_2018],
    "href": "/spot-market-requests/cd5cfb67-4e5f-4d8d-a7fe-0a1a3fe8ae3c",
}

# fog/fog-packet mock get_batch, MIT, with packngo's href and the devices opened
BATCH_2018: Body = {
    "id": "54f09319-ce00-4715-8916-77faa64d4574",
    "error_messages": [],
    "quantity": 1,
    "state": "completed",
    "created_at": "2018-04-03T11:47:52Z",
    "updated_at": "2018-04-03T11:47:55Z",
    "devices": [{**DEVICE_2018, "tags": ["w", "reconciler:shop:projects.p.device_batches.w"]}],
    "project": {"href": "/projects/93125c2a-8b78-4d4f-a3c4-7367d6b7cca8"},
    "href": "/batches/54f09319-ce00-4715-8916-77faa64d4574",
}
