"""The blocks that the platform makes with the first machine of a facility, as a machine tells them."""

from __future__ import annotations

import ipaddress
from typing import Any

from tests.acceptance.conftest import World, applied
from tests.acceptance.stacks import WEB

CARVED = (
    WEB.replace("count: 3", "count: 1")
    + """\
        ip_assignments:
          private: ${{ cidrsubnet(device.private_block, 3, 1) }}
          public: ${{ cidrsubnet(device.ipv6_block, 8, 1) }}
outputs: {block: "${{ projects.web.devices.web[0].ipv6_block }}"}
"""
)


def network(item: dict[str, Any]) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(f"{item['network']}/{item['cidr']}", strict=False)


def test_a_network_out_of_each_automatic_block_is_put_on_the_machine(world: World) -> None:
    said = applied(world, world.stack(CARVED))
    (device,) = world.devices("Web")
    own = [each for each in device["ip_addresses"] if not each["management"]]
    carved = {each["address_family"]: network(each) for each in own}
    assert {family: each.prefixlen for family, each in carved.items()} == {4: 28, 6: 64}
    blocks = world.call("GET", f"/projects/{world.project_id('Web')}/ips")["ip_addresses"]
    whole = {each["address_family"]: network(each) for each in blocks}
    for family, part in carved.items():
        assert part.network_address in whole[family]
    told = next(line for line in said.splitlines() if line.startswith("block")).split('"')[1]
    assert ipaddress.ip_network(told) == whole[6]
