"""Groups on the command line: what one file says is made as often as it is called, changed and taken away by calls."""

from __future__ import annotations

import base64
import json

import pytest

from tests.acceptance.conftest import World, applied
from tests.acceptance.stacks import KEY

STACK = f"""\
stack: clusters
variables:
  clusters:
    type: map
    items:
      type: object
      fields:
        plan: {{type: string, default: c1.small.x86}}
        nodes: {{type: integer, default: 1}}
    default:
      a: {{nodes: 2}}
      b: {{}}
projects:
  lab:
    name: Lab
    ssh_keys:
      ops: {{key: "{KEY}"}}
    vlans:
      storage: {{facility: ewr1, description: storage}}
    groups:
      clusters:
        from: groups/cluster.yaml
        for_each: ${{{{ var.clusters }}}}
        inputs:
          name: ${{{{ key }}}}
          nodes: ${{{{ value.nodes }}}}
          plan: ${{{{ value.plan }}}}
          storage: ${{{{ project.vlans.storage.vxlan }}}}
outputs:
  joins: ${{{{ projects.lab.groups.clusters | map(attribute='join') | list }}}}
  first: ${{{{ projects.lab.groups.clusters['a'].devices.node[0].private_ipv4 }}}}
"""
CLUSTER = """\
variables:
  name: {type: string}
  nodes: {type: integer, minimum: 1}
  plan: {type: string}
  storage: {type: integer, description: the number of the VLAN}
locals:
  prefix: ${{ var.name }}-node
ip_reservations:
  vip: {type: public_ipv4, quantity: 1, facility: ewr1, tags: ["${{ var.name }}"]}
devices:
  node:
    count: ${{ var.nodes }}
    hostname: ${{ local.prefix }}-${{ index }}
    facility: ewr1
    plan: ${{ var.plan }}
    operating_system: ubuntu_18_04
    after: [project.ssh_keys]
    userdata: ${{ template('join.j2', vip=ip_reservations.vip.address, vlan=var.storage) }}
outputs:
  join: ${{ var.name }} at ${{ ip_reservations.vip.address }}
"""
JOIN = "join {{ vip }} over {{ vlan }}\n"
MACHINE = "facility: ewr1, plan: c1.small.x86, operating_system: ubuntu_18_04"


@pytest.fixture
def clusters(world: World) -> World:
    (world.folder / "groups").mkdir()
    world.stack(CLUSTER, "groups/cluster.yaml")
    world.stack(JOIN, "groups/join.j2")
    world.stack(STACK)
    return world


def hostnames(world: World) -> set[str]:
    return {str(each["hostname"]) for each in world.devices("Lab")}


def marks(world: World) -> set[str]:
    tags = [tag for each in world.devices("Lab") for tag in each["tags"] if tag.startswith("reconciler:")]
    return {tag.split(":", 2)[2] for tag in tags}


def output(world: World, name: str, stack: str = "stack.yaml") -> object:
    ran = world.run("output", stack, name, "--json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def destroyed(world: World, stack: str = "stack.yaml") -> None:
    ran = world.run("destroy", stack, "--yes")
    assert ran.code == 0, ran.out + ran.err
    assert world.call("GET", "/projects")["projects"] == []
    assert world.call("GET", "/ssh-keys")["ssh_keys"] == []


def test_a_group_is_made_for_each_key_and_nothing_is_left_to_do(clusters: World) -> None:
    applied(clusters)
    assert hostnames(clusters) == {"a-node-0", "a-node-1", "b-node-0"}
    assert marks(clusters) == {
        'projects.lab.groups.clusters["a"].devices.node[0]',
        'projects.lab.groups.clusters["a"].devices.node[1]',
        'projects.lab.groups.clusters["b"].devices.node[0]',
    }
    destroyed(clusters)


def test_a_number_that_the_api_chose_goes_through_an_input_into_userdata(clusters: World) -> None:
    applied(clusters)
    (vlan,) = clusters.call("GET", f"/projects/{clusters.project_id('Lab')}/virtual-networks")["virtual_networks"]
    blocks = clusters.call("GET", f"/projects/{clusters.project_id('Lab')}/ips")["ip_addresses"]
    for name in ("a", "b"):
        vip = next(each["network"] for each in blocks if name in each.get("tags", []))
        machine = next(each for each in clusters.devices("Lab") if each["hostname"] == f"{name}-node-0")
        assert machine["userdata"] == f"join {vip} over {vlan['vxlan']}\n"


def test_outputs_of_all_groups_and_a_path_into_one_of_them_are_read(clusters: World) -> None:
    applied(clusters)
    joins = output(clusters, "joins")
    assert isinstance(joins, list)
    assert [each.split(" at ")[0] for each in joins] == ["a", "b"]
    assert len(set(joins)) == 2
    first = next(each for each in clusters.devices("Lab") if each["hostname"] == "a-node-0")
    assert output(clusters, "first") in [each["address"] for each in first["ip_addresses"]]


def test_a_key_that_is_taken_out_takes_just_its_objects_with_it(clusters: World) -> None:
    applied(clusters)
    kept = {each["id"] for each in clusters.devices("Lab") if each["hostname"].startswith("a-")}
    clusters.edit("stack.yaml", "      b: {}\n", "")
    planned = clusters.run("plan", "stack.yaml")
    assert "Plan: 0 to add, 0 to change, 2 to destroy." in planned.out
    applied(clusters)
    assert {each["id"] for each in clusters.devices("Lab")} == kept


def test_a_key_that_is_added_adds_just_its_objects(clusters: World) -> None:
    applied(clusters)
    before = {each["id"] for each in clusters.devices("Lab")}
    clusters.edit("stack.yaml", "      b: {}\n", "      b: {}\n      c: {plan: c2.medium.x86}\n")
    assert "Plan: 2 to add, 0 to change, 0 to destroy." in clusters.run("plan", "stack.yaml").out
    applied(clusters)
    assert before < {each["id"] for each in clusters.devices("Lab")}
    assert {each["plan"]["slug"] for each in clusters.devices("Lab") if each["id"] not in before} == {"c2.medium.x86"}


def test_a_target_takes_a_group_and_what_it_needs(clusters: World) -> None:
    ran = clusters.run("apply", "stack.yaml", "--yes", "--target", 'projects.lab.groups.clusters["b"]')
    assert ran.code == 0, ran.out + ran.err
    assert hostnames(clusters) == {"b-node-0"}
    ran = clusters.run("destroy", "stack.yaml", "--yes", "--target", "projects.lab.groups.clusters")
    assert ran.code == 0, ran.out + ran.err
    assert hostnames(clusters) == set()
    assert clusters.call("GET", f"/projects/{clusters.project_id('Lab')}/virtual-networks")["virtual_networks"]
    destroyed(clusters)


def test_the_json_plan_names_the_groups_file_as_the_source(clusters: World) -> None:
    document = json.loads(clusters.run("plan", "stack.yaml", "--format", "json").out)
    nodes = [each for each in document["resource_changes"] if each["type"] == "device"]
    assert {each["x_reconciler"]["source"]["file"] for each in nodes} == {"groups/cluster.yaml"}
    assert {(each["name"], each["index"]) for each in nodes} == {("node", 0), ("node", 1)}


def test_a_saved_plan_is_carried_out_and_is_stale_when_the_groups_file_changed(clusters: World) -> None:
    assert clusters.run("plan", "stack.yaml", "-o", "plan.json").code == 0
    clusters.edit("groups/cluster.yaml", "-node\n", "-machine\n")
    assert clusters.run("apply", "plan.json", "--yes").code == 5
    assert clusters.run("plan", "stack.yaml", "-o", "plan.json").code == 0
    ran = clusters.run("apply", "plan.json", "--yes")
    assert ran.code == 0, ran.out + ran.err
    assert hostnames(clusters) == {"a-machine-0", "a-machine-1", "b-machine-0"}


def test_a_change_by_hand_in_a_group_is_drift(clusters: World) -> None:
    applied(clusters)
    machine = clusters.devices("Lab")[0]
    clusters.call("PUT", f"/devices/{machine['id']}", {"hostname": "by-hand"})
    ran = clusters.run("drift", "stack.yaml")
    assert ran.code == 2
    assert 'projects.lab.groups.clusters["' in ran.out
    applied(clusters)
    assert "by-hand" not in hostnames(clusters)


def test_a_key_in_a_group_means_the_groups_own_vlan_where_its_file_has_some(world: World) -> None:
    port = "network_type: hybrid, ports: {eth1: {vlans: [net]}}"
    machine = f"{{hostname: HOST, {MACHINE.replace('c1.small', 'c2.medium')}, {port}}}"
    world.stack(f"devices: {{box: {machine.replace('HOST', 'outer')}}}\n", "outer.yaml")
    world.stack(
        "vlans: {net: {facility: ewr1, description: inner}}\n"
        f"devices: {{box: {machine.replace('HOST', 'inner')}}}\n",
        "inner.yaml",
    )
    world.stack(f"""\
stack: wiring
projects:
  lab:
    name: Lab
    ssh_keys: {{ops: {{key: "{KEY}"}}}}
    vlans: {{net: {{facility: ewr1, description: outer}}}}
    groups: {{a: {{from: outer.yaml}}, b: {{from: inner.yaml}}}}
""")
    applied(world)
    found = {}
    for each in world.devices("Lab"):
        eth1 = next(port for port in each["network_ports"] if port["name"] == "eth1")
        networks = [world.call("GET", net["href"].removeprefix("/packet")) for net in eth1["virtual_networks"]]
        found[each["hostname"]] = [net["description"].split(" ")[0] for net in networks]
    assert found == {"outer": ["outer"], "inner": ["inner"]}
    destroyed(world)


def test_groups_stand_in_groups_and_wait_for_each_other(world: World) -> None:
    (world.folder / "parts").mkdir()
    world.stack(
        f'devices: {{box: {{hostname: "${{{{ var.name }}}}", {MACHINE}}}}}\n'
        'variables: {name: {}}\noutputs: {ip: "${{ devices.box.private_ipv4 }}"}\n',
        "parts/box.yaml",
    )
    world.stack(
        """\
variables: {site: {type: string}}
groups:
  head: {from: box.yaml, inputs: {name: "${{ var.site }}-head"}}
  workers:
    from: box.yaml
    count: 2
    after: [groups.head]
    inputs: {name: "${{ var.site }}-${{ index }}"}
outputs:
  all: ${{ [groups.head.ip] + (groups.workers | map(attribute='ip') | list) }}
""",
        "parts/site.yaml",
    )
    world.stack(f"""\
stack: nested
projects:
  lab:
    name: Lab
    ssh_keys: {{ops: {{key: "{KEY}"}}}}
    groups:
      site: {{from: parts/site.yaml, inputs: {{site: east}}, after: [project.ssh_keys]}}
outputs: {{all: "${{{{ projects.lab.groups.site.all }}}}"}}
""")
    applied(world)
    assert hostnames(world) == {"east-head", "east-0", "east-1"}
    names = {each["id"]: each["hostname"] for each in world.devices("Lab")}
    assert next(names[each["created"][0]] for each in world.created("/projects/{id}/devices")) == "east-head"
    ips = output(world, "all")
    assert isinstance(ips, list)
    assert len(set(ips)) == 3
    destroyed(world)


def test_a_group_at_the_top_holds_whole_projects(world: World) -> None:
    world.stack(
        f"""\
variables: {{customer: {{type: string}}}}
projects:
  site:
    name: Site ${{{{ var.customer }}}}
    ssh_keys: {{ops: {{key: "{KEY}"}}}}
    devices: {{web: {{hostname: web, {MACHINE}}}}}
outputs: {{id: "${{{{ projects.site.id }}}}"}}
""",
        "customer.yaml",
    )
    world.stack("""\
stack: customers
groups:
  customer: {from: customer.yaml, for_each: [acme, initech], inputs: {customer: "${{ key }}"}}
outputs: {ids: "${{ groups.customer | map(attribute='id') | list }}"}
""")
    applied(world)
    assert {each["name"] for each in world.call("GET", "/projects")["projects"]} == {"Site acme", "Site initech"}
    assert output(world, "ids") == [world.project_id("Site acme"), world.project_id("Site initech")]
    world.edit("stack.yaml", "[acme, initech]", "[initech]")
    applied(world)
    assert {each["name"] for each in world.call("GET", "/projects")["projects"]} == {"Site initech"}
    destroyed(world)


def test_a_secret_that_is_handed_to_a_group_is_not_shown(world: World) -> None:
    world.stack(
        "variables: {word: {}}\n"
        f'devices: {{box: {{hostname: box, {MACHINE}, userdata: "join ${{{{ var.word }}}}"}}}}\n'
        'outputs: {word: {value: "${{ var.word }}", secret: true}}\n',
        "box.yaml",
    )
    world.stack(f"""\
stack: secrets
projects:
  lab:
    name: Lab
    ssh_keys: {{ops: {{key: "{KEY}"}}}}
    groups: {{box: {{from: box.yaml, inputs: {{word: "${{{{ derive('join', 24) }}}}"}}}}}}
outputs: {{word: {{value: "${{{{ projects.lab.groups.box.word }}}}", secret: true}}}}
""")
    planned = world.run("plan", "stack.yaml", "-o", "plan.json")
    said = applied(world)
    word = world.run("output", "stack.yaml", "word", "--raw").out.strip()
    assert len(word) == 24
    assert world.devices("Lab")[0]["userdata"] == f"join {word}"
    saved = (world.folder / "plan.json").read_text(encoding="utf-8")
    for text in (planned.out, planned.err, said, saved):
        assert word not in text
        assert base64.b64encode(word.encode()).decode() not in text


def test_an_input_that_does_not_fit_when_it_is_there_ends_the_run_at_the_call(world: World) -> None:
    world.stack(
        f"variables: {{word: {{type: integer}}}}\ndevices: {{box: {{hostname: box, {MACHINE}, "
        'userdata: "${{ var.word }}"}}\n',
        "box.yaml",
    )
    world.stack(f"""\
stack: misfit
projects:
  lab:
    name: Lab
    ssh_keys: {{ops: {{key: "{KEY}"}}}}
    groups: {{box: {{from: box.yaml, inputs: {{word: "${{{{ project.ssh_keys.ops.fingerprint }}}}"}}}}}}
""")
    ran = world.run("apply", "stack.yaml", "--yes")
    assert ran.code in (1, 4)
    assert "the variable `word` wants an integer, not text" in ran.err
    assert "stack.yaml:6:51" in ran.err
    assert "box.yaml:2" in ran.err
    assert hostnames(world) == set()
