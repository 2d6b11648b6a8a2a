"""`stacks.NAME...`: one stack reads what another one owns, found by its mark, and never changes it."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import World, applied
from tests.acceptance.stacks import KEY

NETWORK = f"""\
stack: network
projects:
  core:
    name: Core
    ssh_keys:
      ops: {{key: "{KEY}"}}
    bgp_config: {{deployment_type: local, asn: 65010, md5: Md5secretText1}}
    vlans:
      storage: {{facility: ewr1, description: storage}}
      pool: {{for_each: [a, b], facility: ewr1}}
    ip_reservations:
      vip: {{type: public_ipv4, quantity: 1, facility: ewr1}}
    devices:
      gate:
        count: 2
        hostname: gate-${{{{ index }}}}
        facility: ewr1
        plan: c1.small.x86
        operating_system: ubuntu_18_04
"""
APP = """\
stack: app
projects:
  shop:
    name: Shop
    ssh_keys:
      ops: {key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHNob3BzaG9wc2hvcHNob3BzaG9wc2hvcHNob3BzaG9w shop@example.com"}
    devices:
      web:
        facility: ewr1
        plan: c1.small.x86
        operating_system: ubuntu_18_04
        customdata:
          vlan: ${{ stacks.network.projects.core.vlans.storage.vxlan }}
          key: ${{ stacks.network.projects.core.vlans.pool['b'].id }}
          gate: ${{ stacks.network.projects.core.devices.gate[1].private_ipv4 }}
          block: ${{ stacks.network.projects.core.ip_reservations.vip.address }}
          asn: ${{ stacks.network.projects.core.bgp_config.asn }}
"""


def the_one(world: World, path: str, key: str, **wanted: str) -> dict[str, object]:
    found = [each for each in world.call("GET", path)[key] if all(each[name] == wanted[name] for name in wanted)]
    assert len(found) == 1
    result: dict[str, object] = found[0]
    return result


def test_values_of_another_stack_are_known_when_the_plan_is_made(world: World) -> None:
    applied(world, world.stack(NETWORK, "network.yaml"))
    before = world.call("GET", f"/projects/{world.project_id('Core')}/devices")["devices"]
    planned = world.run("plan", world.stack(APP, "app.yaml"))
    assert planned.code == 0, planned.err
    applied(world, "app.yaml")
    project = world.project_id("Core")
    (web,) = world.devices("Shop")
    vlans = {
        each["description"]: each
        for each in world.call("GET", f"/projects/{project}/virtual-networks")["virtual_networks"]
    }
    storage = next(each for text, each in vlans.items() if "vlans.storage]" in text)
    second = next(each for text, each in vlans.items() if 'vlans.pool["b"]' in text)
    data = web["customdata"]
    assert (data["vlan"], data["key"], data["asn"]) == (storage["vxlan"], second["id"], 65010)
    gate = next(each for each in world.devices("Core") if each["hostname"] == "gate-1")
    private = next(each for each in gate["ip_addresses"] if each["address_family"] == 4 and not each["public"])
    assert data["gate"] == private["address"]
    assert str(storage["vxlan"]) in planned.out
    assert "(known after apply)" not in planned.out.split("customdata")[1].split("}")[0]
    after = world.call("GET", f"/projects/{project}/devices")["devices"]
    assert [each["updated_at"] for each in after] == [each["updated_at"] for each in before]


def test_it_is_read_with_as_many_calls_however_many_machines_there_are(world: World) -> None:
    counts = []
    for size in ("count: 2", "count: 6"):
        applied(world, world.stack(NETWORK.replace("count: 2", size), "network.yaml"))
        before = world.requests_by_method()["GET"]
        assert world.run("plan", world.stack(APP, "app.yaml")).code == 0
        counts.append(world.requests_by_method()["GET"] - before)
    assert counts[0] == counts[1] < 20


def test_an_object_that_is_not_there_is_told_with_what_there_is(world: World) -> None:
    applied(world, world.stack(NETWORK, "network.yaml"))
    ran = world.run("plan", world.stack(APP.replace("vlans.storage.vxlan", "vlans.storge.vxlan"), "app.yaml"))
    assert ran.code == 1
    assert "error[stack-reference]: there is no stacks.network.projects.core.vlans.storge" in ran.err
    assert "app.yaml:13:" in ran.err
    assert "did you mean `projects.core.vlans.storage`?" in ran.err


@pytest.mark.parametrize("present", [False, True])
def test_a_stack_that_is_not_there_is_told(world: World, present: bool) -> None:
    if present:
        applied(world, world.stack(NETWORK.replace("stack: network", "stack: networks"), "network.yaml"))
    ran = world.run("plan", world.stack(APP, "app.yaml"))
    assert ran.code == 1
    assert "nothing of a stack `network` was found" in ran.err
    assert ("did you mean `networks`?" in ran.err) is present


def test_a_destroy_does_not_need_the_other_stack(world: World) -> None:
    applied(world, world.stack(NETWORK, "network.yaml"))
    applied(world, world.stack(APP, "app.yaml"))
    assert world.run("destroy", "network.yaml", "--yes").code == 0
    assert world.run("plan", "app.yaml").code == 1
    ran = world.run("destroy", "app.yaml", "--yes")
    assert ran.code == 0, ran.err
    assert world.call("GET", "/projects")["projects"] == []


def test_what_is_secret_there_is_secret_here(world: World) -> None:
    applied(world, world.stack(NETWORK, "network.yaml"))
    text = APP + "outputs:\n  md5: ${{ stacks.network.projects.core.bgp_config.md5 }}\n"
    ran = world.run("validate", world.stack(text, "app.yaml"))
    assert "error[secret-output]" in ran.err
    told = world.run("plan", world.stack(text.replace("md5: $", 'md5: {secret: true, value: "$') + "", "app.yaml"))
    assert "Md5secretText1" not in told.out + told.err


def test_a_whole_object_is_what_the_field_wants_of_it(world: World) -> None:
    """A VLAN by its uuid, as a reference within the stack would be."""
    world.call("POST", "/projects", {"name": "Shared"})
    shared = "projects:\n  both:\n    existing: Shared\n"
    network = f"stack: network\n{shared}    vlans:\n      storage: {{facility: ewr1}}\n"
    applied(world, world.stack(network, "network.yaml"))
    app = f"""\
stack: app
{shared}    ssh_keys:
      ops: {{key: "{KEY}"}}
    devices:
      web:
        facility: ewr1
        plan: c2.medium.x86
        operating_system: ubuntu_18_04
        network_type: hybrid
        ports: {{eth1: {{vlans: ["${{{{ stacks.network.projects.both.vlans.storage }}}}"]}}}}
"""
    applied(world, world.stack(app, "app.yaml"))
    (port,) = (each for each in world.devices("Shared")[0]["network_ports"] if each["name"] == "eth1")
    assert len(port["virtual_networks"]) == 1


def test_a_change_there_is_a_change_here(world: World) -> None:
    applied(world, world.stack(NETWORK, "network.yaml"))
    app = APP.split("        customdata:")[0] + "        description: asn ${{ stacks.network.projects.core.name }}\n"
    applied(world, world.stack(app, "app.yaml"))
    applied(world, world.stack(NETWORK.replace("name: Core", "name: Centre"), "network.yaml"))
    planned = world.run("plan", "app.yaml")
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in planned.out
    assert "asn Centre" in planned.out


def test_an_unreadable_collection_of_the_other_stack_stops_the_plan(world: World) -> None:
    applied(world, world.stack(NETWORK, "network.yaml"))
    world.faults(
        {"method": "GET", "route": "/projects/{id}/virtual-networks", "kind": "status", "status": 403, "times": 99}
    )
    ran = world.run("plan", world.stack(APP, "app.yaml"))
    assert ran.code == 1
    assert "error[incomplete-read]" in ran.err


MISTAKES = {
    "stacks.network.projects.core.vlans.storage.vxln": "unknown-attribute",
    "stacks.network.projects.core.vlns.storage.vxlan": "unknown-attribute",
    "stacks.network.project.core.id": "stack-reference",
    "stacks.network.projects[var.x].id": "stack-reference",
    "stacks.network.projects.core.groups.a.size": "stack-reference",
    "stacks.network.projects.core.groups.a": "stack-reference",
    "stacks.network.projects": "stack-reference",
    "stacks.network": "stack-reference",
    "stacks.app.projects.shop.id": "stack-reference",
    "stacks.Network.projects.core.id": "stack-reference",
    "stacks.network.projects.core.members.jo.id": "stack-reference",
}


@pytest.mark.parametrize("path", MISTAKES)
def test_a_path_that_no_stack_can_have_is_found_offline(world: World, path: str) -> None:
    text = "stack: app\nvariables: {x: {type: string, default: a}}\nprojects:\n  shop:\n    name: Shop\n"
    text += f"    payment_method_id: ${{{{ {path} }}}}\n"
    ran = world.run("validate", world.stack(text))
    assert ran.code == 1
    assert f"error[{MISTAKES[path]}]" in ran.err, ran.err
    assert "stack.yaml:6:" in ran.err


def test_what_has_to_be_known_early_cannot_read_it(world: World) -> None:
    text = "stack: app\nprojects:\n  shop: {count: '${{ stacks.network.projects.core.id }}', name: S}\n"
    ran = world.run("validate", world.stack(text))
    assert "error[known-too-late]" in ran.err or "error[unknown-name]" in ran.err
