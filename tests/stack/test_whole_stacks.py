"""Whole stacks with the real kinds, and the promise that a stack reads the same in every process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.kinds import catalog
from reconciler.model.resource import deferred
from reconciler.secret import Secret
from reconciler.stack import Inputs, read_stack
from tests.stack.conftest import FakeWorld, by_address, references

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples" / "stacks").glob("*.yaml"))

CONTRACT = """
stack: anycast-edge
variables:
  facility: {default: ewr1}
  size: {type: integer, default: 2, minimum: 1, maximum: 16}
  bgp_md5: {type: string, secret: true}
locals:
  prefix: ${{ var.facility }}-edge
projects:
  edge:
    name: Anycast edge
    bgp_config:
      deployment_type: local
      asn: 65000
      md5: ${{ var.bgp_md5 }}
    ssh_keys:
      ops:
        key: ${{ file('keys/ops.pub') }}
    vlans:
      storage: {facility: ewr1, description: storage}
    ip_reservations:
      vip: {type: global_ipv4, quantity: 1}
    devices:
      edge:
        count: ${{ var.size }}
        hostname: ${{ local.prefix }}-${{ '%02d' | format(index + 1) }}
        facility: ${{ var.facility }}
        plan: c2.medium.x86
        operating_system: ubuntu_18_04
        userdata: ${{ template('files/edge.yaml.j2', vip=project.ip_reservations.vip.address) }}
        ip_assignments:
          vip: ${{ project.ip_reservations.vip }}
        bgp_sessions: [ipv4, ipv6]
        lifecycle: {protect: true, ignore_changes: [userdata]}
outputs:
  addresses: ${{ projects.edge.devices.edge | map(attribute='public_ipv4') | list }}
  md5: {value: "${{ var.bgp_md5 }}", secret: true}
"""


@pytest.mark.parametrize("path", EXAMPLES, ids=[each.stem for each in EXAMPLES])
def test_the_examples_resolve(path: Path) -> None:
    stack = read_stack([path], catalog(), Inputs(environment={"RECONCILER_DERIVE_KEY": "a key for the examples"}))

    assert stack.resources
    named = re.findall(r"(?:file|template)\('([^']+)'[,)]|from: (\S+)", path.read_text(encoding="utf-8"))
    assert {each.path for each in stack.sources} >= {str(path), *(str(path.parent / "".join(each)) for each in named)}


def test_the_stack_of_the_contract(tmp_path: Path) -> None:
    for name, text in {
        "stack.yaml": CONTRACT,
        "keys/ops.pub": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA ops\n",
        "files/edge.yaml.j2": "#cloud-config\nvip: {{ vip }} ${HOME}\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    stack = read_stack([tmp_path / "stack.yaml"], catalog(), Inputs(("bgp_md5=Abcdefgh12",)))

    found = by_address(stack)
    edge = found["projects.edge.devices.edge[1]"]
    assert edge.values["hostname"] == "ewr1-edge-02"
    assert references(edge) == ["projects.edge.ip_reservations.vip"]
    assert edge.lifecycle.protect
    assert edge.managed_sections == {"ip_assignments", "bgp_sessions"}
    world = FakeWorld(
        {
            ("projects.edge.ip_reservations.vip", "address"): "147.75.1.1",
            ("projects.edge.ip_reservations.vip", "block"): "147.75.1.1/32",
        }
    )
    assert edge.values["userdata"].evaluate(world).value == "#cloud-config\nvip: 147.75.1.1 ${HOME}\n"
    assert found[f"{edge.address}.ip_assignments.vip"].values["address"].evaluate(world).value == "147.75.1.1/32"
    assert found[f"{edge.address}.bgp_sessions.ipv6"].values == {"address_family": "ipv6"}
    assert found["projects.edge.bgp_config"].secrets == {"md5"}
    assert stack.secrets == {Secret("Abcdefgh12")}
    assert stack.inputs == {"facility": "ewr1", "size": 2}
    addresses, md5 = stack.outputs
    assert deferred(addresses.value)
    assert (md5.value, md5.secret) == ("Abcdefgh12", True)


SHOW = """
import sys
from pathlib import Path
from reconciler.diagnostics import Refused
from reconciler.kinds import catalog
from reconciler.stack import Inputs, read_stack
try:
    for each in read_stack([Path(sys.argv[1])], catalog(), Inputs()).resources:
        print(each.address, dict(each.values), sorted(map(str, each.references)), sorted(each.secrets))
except Refused as refused:
    print(*refused.diagnostics, sep="\\n")
"""


def test_nothing_depends_on_the_order_of_sets(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(CONTRACT.replace("facility: {default", "facilty: {default").replace("vip.address", "vip.adress"))

    for path in (EXAMPLES[0], wrong):
        shown = {
            subprocess.run(
                [sys.executable, "-c", SHOW, str(path)],
                env={**os.environ, "PYTHONHASHSEED": seed},
                cwd=ROOT,
                check=True,
                capture_output=True,
                text=True,
            ).stdout
            for seed in ("1", "2", "3")
        }
        assert len(shown) == 1
