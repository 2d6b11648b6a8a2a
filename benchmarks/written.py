"""Stacks of many devices as people write them: each device by itself in block style, or all by `count`."""

from __future__ import annotations

FACILITIES = ("ewr1", "ams1", "sjc1", "nrt1")
PLANS = ("c1.small.x86", "c2.medium.x86", "m1.xlarge.x86", "t1.small.x86")
_HEAD = """\
stack: {name}
variables:
  system: {{default: ubuntu_18_04}}
projects:
  fleet:
    name: Fleet
    ssh_keys:
      ops: {{key: "{key}"}}
    vlans:
      storage: {{facility: ewr1, description: storage}}
      backup: {{facility: ewr1, description: backup}}
    devices:
"""
_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJlbmNobWFya2JlbmNobWFya2JlbmNobWFya2Jl bench@example.com"
_USERDATA = """\
        userdata: |
          #cloud-config
          # the {number}th machine of the fleet
          package_update: true
          packages: [chrony, lldpd, jq, mdadm]
          write_files:
            - path: /etc/fleet/number
              content: "{number}"
          runcmd:
            - systemctl enable --now chrony
            - echo "ready ${{HOSTNAME}}" > /etc/motd
"""
_CUSTOMDATA = """\
        customdata:
          rack: r{rack}
          role: worker
          services: [node-exporter, kubelet]
          limits: {{memory: 16, cores: 4}}
"""
_WIRED = """\
        network_type: hybrid
        ports:
          eth1: {vlans: [storage, backup], native_vlan: storage}
"""


def written_out(count: int) -> str:
    """A stack of `count` devices, each a block of its own with userdata or customdata; one in four has VLANs."""
    parts = [_HEAD.format(name="written-out", key=_KEY)]
    for number in range(count):
        wired = number % 4 == 0
        parts.append(
            f"      worker-{number:05}:\n"
            f"        hostname: worker-{number:05}.fleet.example.com\n"
            f"        description: worker {number} of the fleet\n"
            f"        facility: {'ewr1' if wired else FACILITIES[number % 4]}\n"
            f"        plan: {'c2.medium.x86' if wired else PLANS[number % 4]}\n"
            "        operating_system: ${{ var.system }}\n"
            "        billing_cycle: hourly\n"
            f'        tags: [fleet, worker, "rack:{number // 40}", "number:{number}"]\n'
        )
        parts.append(_CUSTOMDATA.format(rack=number // 40) if number % 2 else _USERDATA.format(number=number))
        if wired:
            parts.append(_WIRED)
    return "".join(parts)


def by_count(count: int) -> str:
    """The same fleet as one block."""
    userdata = _USERDATA.replace("{number}th", "${{ index }}th").replace('"{number}"', '"${{ index }}"')
    return (
        _HEAD.format(name="by-count", key=_KEY)
        + f"      worker:\n        count: {count}\n"
        + "        hostname: worker-${{ '%05d' | format(index) }}.fleet.example.com\n"
        + "        description: worker ${{ index }} of the fleet\n"
        + "        facility: ewr1\n        plan: c2.medium.x86\n"
        + "        operating_system: ${{ var.system }}\n        billing_cycle: hourly\n"
        + '        tags: [fleet, worker, "rack:${{ index // 40 }}"]\n'
        + userdata.replace("${{HOSTNAME}}", "${HOSTNAME}")
        + _WIRED
    )
