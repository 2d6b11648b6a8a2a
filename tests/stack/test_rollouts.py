"""How `rollout` is read: what each way of writing it means, and where a mistake is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.app import read_stack
from reconciler.diagnostics import Refused
from reconciler.model.rollout import HEALTH_SECONDS, STATE, Health, Proof, Rollout
from reconciler.stack import Inputs

STACK = """\
stack: edge
variables: {{port: {{type: integer, default: 8080}}}}
projects:
  edge:
    name: Edge
    devices:
      web:
        {many}
        hostname: web
        facility: ewr1
        plan: c1.small.x86
        operating_system: ubuntu_18_04
        rollout: {rollout}
"""
LINE = 13


def read(folder: Path, rollout: str, many: str = "count: 9") -> list[Rollout]:
    (folder / "stack.yaml").write_text(STACK.format(rollout=rollout, many=many))
    devices = [
        each for each in read_stack([folder / "stack.yaml"], Inputs()).resources if each.address.section == "devices"
    ]
    return [each.rollout for each in devices if each.rollout is not None]


def tcp(port: int, timeout: float = HEALTH_SECONDS, address: str = "public") -> Health:
    return Health(Proof.TCP, timeout, port, address)


def bgp(*families: str, timeout: float = HEALTH_SECONDS) -> Health:
    return Health(Proof.BGP, timeout, families=families)


@pytest.mark.parametrize(
    ("text", "most", "pause", "health"),
    [
        ("{}", 1, 0, [STATE]),
        ("{max_unavailable: 3, pause: 1h30m}", 3, 5400, [STATE]),
        ("{max_unavailable: 25%, pause: 0}", 2, 0, [STATE]),
        ("{max_unavailable: 1%}", 1, 0, [STATE]),
        ("{max_unavailable: 100%, pause: 90}", 9, 90, [STATE]),
        ("{health: state}", 1, 0, [STATE]),
        ("{health: {tcp: 22, timeout: 5m}}", 1, 0, [STATE, tcp(22, 300)]),
        ("{health: [state, {tcp: '${{ var.port }}', address: private}]}", 1, 0, [STATE, tcp(8080, address="private")]),
        (
            "{health: [{bgp: both, timeout: 10s}, {bgp: ipv6}]}",
            1,
            0,
            [STATE, bgp("ipv4", "ipv6", timeout=10), bgp("ipv6")],
        ),
        ("{max_unavailable: null, pause: null, health: null}", 1, 0, [STATE]),
    ],
)
def test_what_is_written_is_what_is_meant(
    tmp_path: Path, text: str, most: int, pause: float, health: list[Health]
) -> None:
    found = read(tmp_path, text)
    assert len(found) == 9
    assert {(each.max_unavailable, each.pause, each.health, each.size) for each in found} == {
        (most, pause, tuple(health), 9)
    }
    assert found[0].place.line == LINE


def test_null_is_as_if_it_were_not_written(tmp_path: Path) -> None:
    assert read(tmp_path, "null") == []
    assert read(tmp_path, "null", many="description: one") == []


def test_a_part_of_the_group_counts_what_is_declared(tmp_path: Path) -> None:
    keyed = read(tmp_path, "{max_unavailable: 50%}", many="for_each: [a, b, c, d, e]")
    assert [(each.size, each.max_unavailable) for each in keyed] == [(5, 2)] * 5


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("1", "wrong-type", "rollout"),
        ("{max_unavailable: 0}", "invalid-value", "from 1 on"),
        ("{max_unavailable: true}", "invalid-value", "from 1 on"),
        ("{max_unavailable: 101%}", "invalid-value", "1% to 100%"),
        ("{max_unavailable: half}", "invalid-value", "1% to 100%"),
        ("{pause: soon}", "invalid-value", "`pause` is a time"),
        ("{pause: -1}", "invalid-value", "`pause` is a time"),
        ("{pause: false}", "invalid-value", "`pause` is a time"),
        ("{health: stat}", "invalid-value", "did you mean `state`?"),
        ("{health: {}}", "invalid-value", "one of `tcp` and `bgp`"),
        ("{health: {tcp: 22, bgp: ipv4}}", "invalid-value", "one of `tcp` and `bgp`"),
        ("{health: {tcp: 0}}", "invalid-value", "a port from 1 to 65535"),
        ("{health: {tcp: 65536}}", "invalid-value", "a port from 1 to 65535"),
        ("{health: {tcp: ssh}}", "invalid-value", "a port from 1 to 65535"),
        ("{health: {tcp: 22, address: privat}}", "invalid-value", "did you mean `private`?"),
        ("{health: {tcp: 22, timeout: never}}", "invalid-value", "`timeout` is a time"),
        ("{health: {bgp: ipv5}}", "invalid-value", "`bgp` is ipv4, ipv6 or both"),
        ("{health: {bgp: ipv4, address: public}}", "unknown-key", "no `address`"),
        ("{health: {tcp: 22, timout: 5m}}", "unknown-key", "did you mean `timeout`?"),
        ("{health: [state, {tcp: 22, port: 22}]}", "unknown-key", "known here: tcp, bgp, address, timeout"),
        ("{health: '${{ index }}'}", "unknown-name", "index"),
    ],
)
def test_a_mistake_is_told_once_where_it_stands(tmp_path: Path, text: str, code: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        read(tmp_path, text)
    (problem,) = refused.value.diagnostics
    assert problem.code == code
    assert said in f"{problem.summary} {problem.hint}"
    assert problem.place is not None
    assert problem.place.line == LINE
    assert problem.address == ("" if code == "unknown-name" else "projects.edge.devices.web")
