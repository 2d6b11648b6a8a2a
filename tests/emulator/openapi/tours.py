"""A walk through each group of endpoints, so that each is answered in every way that is not a refusal."""

from __future__ import annotations

from tests.emulator.client import DEVICE, public_key
from tests.emulator.openapi.described import Describing

ALL_LINKS = "facility,plan,operating_system,project,project_lite,ssh_keys,ip_addresses,network_ports,devices"


def account(api: Describing) -> None:
    user = api.get("/user")
    for method in ("PUT", "PATCH"):
        assert api.call(method, "/user", {"first_name": "Ada", "customdata": {"a": [1]}}).status == 200
    api.get("/users")
    api.get(f"{user['href']}?include=projects")
    assert api.get(f"{user['href']}/customdata") == {"a": [1]}
    organization = api.make("/organizations", {"name": "Other", "address": {"city": "x"}})["href"]
    for method in ("PUT", "PATCH"):
        assert api.call(method, organization, {"website": "https://example.com", "address": None}).status == 200
    api.get(f"{organization}/customdata")
    project = api.make(f"{organization}/projects", {"name": "one"})
    api.make(f"{project['href']}/ssh-keys", {"label": "a", "key": public_key(1)})
    api.device(project["id"])
    api.wait(10)
    api.get(f"{organization}/projects?include=organization.members")
    api.get("/organizations?personal=false&include=members,owners,projects.devices")
    api.get(f"{organization}/facilities")
    api.get(f"{organization}/devices?include={ALL_LINKS}")
    api.make(f"{project['href']}/virtual-networks", {"facility": "ewr1"})
    assert api.get(f"{organization}/events")["events"]
    event = api.get("/events")["events"][0]
    assert api.get(event["href"]) == event
    api.get(f"{organization}?include=members,owners,primary_owner,projects")
    assert api.refused("DELETE", organization)
    api.delete(api.make("/organizations", {"name": "Third"})["href"])


def projects(api: Describing) -> None:
    for number in range(11):
        made = api.make("/projects", {"name": f"p{number}", "customdata": '{"a": 1}'})
    href = made["href"]
    api.get("/projects?page=2")
    api.get("/projects?per_page=1&page=12")
    for method in ("PUT", "PATCH"):
        assert api.call(method, href, {"name": "renamed", "backend_transfer_enabled": True}).status == 200
    assert api.get(f"{href}/customdata") == {"a": 1}
    key = api.make(f"{href}/ssh-keys", {"label": "a", "key": public_key(2)})
    api.device(made["id"])
    api.call("POST", f"{href}/bgp-configs", {"deployment_type": "local"})
    api.wait(10)
    api.get(f"{href}?include=devices.ip_addresses,ssh_keys.owner,members,organization,bgp_config")
    api.get(f"{href}/events")
    api.get(f"{href}/facilities")
    api.get(f"{href}/plans")
    api.get(f"{href}/ssh-keys?include=owner")
    api.make("/ssh-keys", {"label": "mine", "key": public_key(3)})
    api.get("/ssh-keys?include=owner")
    api.get(key["href"])
    for method in ("PUT", "PATCH"):
        assert api.call(method, key["href"], {"label": "renamed"}).status == 200
    api.delete(key["href"])
    api.delete(api.make("/projects", {"name": "gone"})["href"])


def devices(api: Describing) -> None:
    project = api.project()
    device = api.device(project, tags=["a"], customdata={"b": 1}, description="x", termination_time="2100-01-01")
    href = device["href"]
    for _ in range(12):
        api.wait(0.2)
        api.get(href)
    api.get(f"/projects/{project}/devices?include={ALL_LINKS},ip_addresses.assigned_to")
    api.get(f"{href}?exclude={ALL_LINKS}")
    for method in ("PUT", "PATCH"):
        assert api.call(method, href, {"tags": [], "description": None}).status == 200
    assert api.call("POST", f"{href}/actions", {"type": "reboot"}).status == 202
    api.wait(10)
    for part in ("events", "ssh-keys", "customdata", "bandwidth", "traffic", "usages"):
        api.get(f"{href}/{part}")
    _ports(api, project, href)
    spot = api.device(project, plan="n2.xlarge.x86", spot_instance=True, spot_price_max=100.5, facility="any")
    api.wait(10)
    for port in spot["network_ports"]:
        api.get(port["href"])
    api.delete(spot["href"])
    api.get(spot["href"])
    api.wait(10)
    assert api.call("GET", spot["href"]).status == 404


def _ports(api: Describing, project: str, device: str) -> None:
    def act(port: str, action: str, body: object = None) -> None:
        assert api.call("POST", f"{ports[port]}/{action}", body).status == 200

    vlans = [api.make(f"/projects/{project}/virtual-networks", {"facility": "ewr1"}) for _ in range(2)]
    ports = {port["name"]: port["href"] for port in api.get(device)["network_ports"]}
    act("eth1", "disbond")
    for vlan in vlans:
        act("eth1", "assign", {"vnid": vlan["id"]})
    act("eth1", "native-vlan", {"vnid": vlans[0]["vxlan"]})
    api.get(f"{ports['eth1']}?include=virtual_networks,native_virtual_network.instances")
    api.get(f"{device}?include=virtual_networks,native_virtual_network")
    assert api.call("DELETE", f"{ports['eth1']}/native-vlan").status == 200
    for vlan in vlans:
        act("eth1", "unassign", {"vnid": vlan["id"]})
    act("bond0", "convert/layer-2")
    api.get(device)
    act("eth1", "bond")
    act("bond0", "convert/layer-3")
    for port in ports.values():
        api.get(port)


def metal(api: Describing) -> None:
    here, there = api.project("here", 4), api.project("there", 5)
    api.control("hardware-reservations", {"project_id": here, "facility": "ewr1", "plan": "c2.medium.x86", "count": 2})
    listed = api.get(f"/projects/{here}/hardware-reservations")["hardware_reservations"]
    href = listed[0]["href"]
    device = api.active_device(here, hardware_reservation_id="next-available", storage={"disks": []})
    api.get(f"{device['href']}?include=hardware_reservation")
    api.get(f"{href}?include=device,project")
    idle = listed[1]["href"]
    assert api.make(f"{idle}/move", {"project_id": there})["project"]["href"] == f"/projects/{there}"
    assert api.call("POST", f"{idle}/move/{here}").status == 200
    wish = {**DEVICE, "hostname": "web-{{index}}", "quantity": 2}
    good, bad = api.make(f"/projects/{here}/devices/batch", {"batches": [wish, {**wish, "plan": "c9"}]})["batches"]
    api.wait(5)
    assert api.get(f"{good['href']}?include=devices,project")["state"] == "completed"
    assert api.get(bad["href"])["state"] == "failed"
    api.get(f"/projects/{here}/batches?include=devices")
    api.delete(f"{good['href']}?remove_associated_instances=true")


def network(api: Describing) -> None:
    project = api.project()
    root = f"/projects/{project}"
    device = api.active_device(project)
    api.get(f"{root}/bgp-config")
    assert api.call("POST", f"{root}/bgp-configs", {"deployment_type": "local", "md5": "Abcdefghi1"}).status == 204
    api.get(f"{root}/bgp-config?include=project,sessions")
    for family in ("ipv4", "ipv6"):
        session = api.make(f"{device['href']}/bgp/sessions", {"address_family": family, "default_route": True})
    api.get(f"{root}/bgp/sessions?include=device")
    api.wait(10)
    api.get(f"{device['href']}/bgp/sessions")
    api.get(f"{device['href']}/bgp/neighbors")
    for method in ("PUT", "PATCH"):
        assert api.call(method, session["href"], {"default_route": False}).status == 200
    api.get(session["href"])
    api.delete(session["href"])
    _addresses(api, root, device["href"])
    vlan = api.make(f"{root}/virtual-networks", {"facility": "ewr1", "description": "x"})
    api.get(f"{root}/virtual-networks?include=facility,assigned_to,instances")
    api.get(vlan["href"])
    api.delete(vlan["href"])


def _addresses(api: Describing, root: str, device: str) -> None:
    block = api.make(f"{root}/ips", {"type": "public_ipv4", "quantity": 4, "facility": "ewr1", "tags": ["a"]})
    api.make(f"{root}/ips", {"type": "public_ipv4", "quantity": 64, "facility": "ewr1"})
    api.control("settings", {"over_quota": "pending", "review_seconds": 5})
    pending = api.make(f"{root}/ips", {"type": "global_ipv4", "quantity": 8})
    assert pending["state"] == "pending"
    api.wait(10)
    made = api.make(f"{device}/ips", {"address": f"{block['address']}/32", "customdata": {"a": 1}})
    api.get(f"{root}/ips?include=facility,assignments.assigned_to,project")
    api.get(f"{device}/ips?include=assigned_to,interface,facility")
    for one in (block, made, pending):
        api.get(one["href"])
        api.get(f"{one['href']}/customdata")
        for method in ("PUT", "PATCH"):
            assert api.call(method, one["href"], {"customdata": {"b": 2}, "tags": ["b"]}).status == 200
    api.get(f"{root}/ips/{block['id']}/customdata")
    api.get(f"{device}/ips/{made['id']}/customdata")
    api.get(f"{block['href']}/available?cidr=31")
    api.delete(made["href"])
    api.delete(block["href"])


def offers(api: Describing) -> None:
    api.get("/facilities?include=address")
    api.get("/plans?include=available_in")
    api.get("/operating-systems")
    api.control("settings", {"stock": {"ewr1/c2.medium.x86": 0, "ewr1/t1.small.x86": 1, "sjc1/t1.small.x86": 5}})
    api.get("/capacity?legacy=include")
    servers = [{**DEVICE, "quantity": 1}, {**DEVICE, "quantity": "2"}, {"facility": "sjc1", "plan": "t1.small.x86"}]
    assert api.call("POST", "/capacity", {"servers": servers}).status == 200
    organization = f"/organizations/{api.get('/user')['default_organization_id']}"
    for part in ("plans", "operating-systems", "capacity?legacy=exclude"):
        api.get(f"{organization}/{part}")


def market(api: Describing) -> None:
    api.get("/market/spot/prices?facility=ewr1")
    api.wait(86_400)
    history = api.get("/market/spot/prices/history?facility=ewr1&plan=c2.medium.x86&from=0")
    assert history["prices_history"][0]["datapoints"]
    project = api.project()
    instance = {"plan": "c2.medium.x86", "operating_system": "ubuntu_18_04", "hostname": "spot-{{index}}"}
    bid = {"devices_min": 1, "devices_max": 2, "max_bid_price": 9.5, "facilities": ["ewr1"]}
    for path in ("spot-market-requests", "spot-market-request"):
        made = api.make(f"/projects/{project}/{path}", {**bid, "instance_parameters": instance})
        api.get(f"/projects/{project}/{path}?include=devices,plan,project,facilities")
    api.wait(10)
    request = api.get(f"{made['href']}?include=devices")
    assert len(request["devices"]) == 2
    api.get(f"/projects/{project}/devices?type=spot&has_termination_time=false")
    api.delete(f"{made['href']}?force_termination=true")


def storage(api: Describing) -> None:
    project = api.project()
    device = api.active_device(project)
    policy = {"snapshot_frequency": "1hour", "snapshot_count": 2}
    volume = api.make(
        f"/projects/{project}/storage",
        {"plan": "storage_1", "size": 100, "facility": "ewr1", "snapshot_policies": [policy]},
    )
    href = volume["href"]
    for _ in range(12):
        api.wait(0.1)
        api.get(href)
    for method in ("PUT", "PATCH"):
        assert api.call(method, href, {"description": "x", "size": 200}).status == 200
    attachment = api.make(f"{href}/attachments", {"device_id": device["id"]})
    api.get(f"{href}/attachments?include=device,volume.plan")
    api.get(f"{attachment['href']}?include=device,volume")
    assert api.call("POST", f"{href}/snapshots").status == 202
    api.get(f"{href}/snapshots")
    api.wait(3 * 3600)
    snapshots = api.get(f"{href}/snapshots?include=volume")["snapshots"]
    api.get(f"/projects/{project}/storage?include=attachments.device,snapshot_policies,snapshots,facility,project")
    made = api.make(f"{href}/snapshot-policies", {"snapshot_frequency": "1day"})
    for method in ("PUT", "PATCH"):
        assert api.call(method, made["href"], {"snapshot_count": 3}).status == 200
    api.delete(made["href"])
    api.delete(attachment["href"])
    copy = api.make(f"{href}/clone", {"snapshot_timestamp": snapshots[0]["timestamp"]})
    assert api.call("POST", f"{href}/restore", {"restore_point": snapshots[0]["timestamp"]}).status == 204
    api.delete(f"{href}/snapshots/{snapshots[0]['id']}")
    api.get(f"/volumes/{volume['id']}/events")
    api.get(f"/projects/{project}?include=volumes")
    api.delete(copy["href"])
    _licenses(api, project)


def _licenses(api: Describing, project: str) -> None:
    made = api.make(f"/projects/{project}/licenses", {"licensee_product_id": "windows_2016", "size": 2.5})
    api.get(f"/projects/{project}/licenses?include=project,licensee_product")
    api.get(made["href"])
    for method in ("PUT", "PATCH"):
        assert api.call(method, made["href"], {"description": "x", "size": 2}).status == 200
    api.delete(made["href"])
