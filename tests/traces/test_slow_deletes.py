"""What goes slowly, and what may not be given back before it is gone.

The gateways of gateway-delete-async came after 2019. What goes slowly here is a machine: until it is gone, the block
that an address of it was cut from is held, and so are its VLANs (see test_vlans_and_ports).
"""

from __future__ import annotations

from tests.traces.desk import KEYS, STACK, Desk

EVERYTHING = f"""{STACK}{KEYS}
    ip_reservations:
      vip: {{type: public_ipv4, quantity: 1, facility: ewr1}}
    devices:
      web:
        hostname: web
        facility: ewr1
        plan: baremetal_0
        operating_system: ubuntu_16_04
        ip_assignments:
          vip: ${{{{ project.ip_reservations.vip }}}}
"""


def test_a_block_is_held_until_the_machine_that_has_an_address_of_it_is_gone(desk: Desk) -> None:
    project = desk.api.project()
    block = desk.api.make(f"/projects/{project}/ips", {"type": "public_ipv4", "quantity": 1, "facility": "ewr1"})
    device = desk.api.active_device(project)
    desk.api.make(f"{device['href']}/ips", {"address": f"{block['address']}/32"})
    desk.api.delete(device["href"])
    assert desk.api.get(device["href"])["state"] == "deprovisioning"
    assert desk.api.refused("DELETE", block["href"])
    desk.api.wait(60)
    desk.api.delete(block["href"])
    assert desk.api.call("GET", device["href"]).status == 404


def test_the_reconciler_gives_back_what_is_held_once_it_is_free(desk: Desk) -> None:
    desk.apply(EVERYTHING)
    desk.destroy(EVERYTHING)
    assert desk.api.get("/projects")["projects"] == []


def test_gateways_are_not_of_this_api(desk: Desk) -> None:
    project = desk.api.project()
    assert desk.api.call("GET", f"/projects/{project}/metal-gateways").status == 404
