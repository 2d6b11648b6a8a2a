"""Resources that wait for each other are reported with their addresses and lines, before anything is sent."""

from __future__ import annotations

import pytest

from reconciler.diagnostics import Refused

from .bench import Bench
from .build import ref, resource, stack


def test_a_cycle_names_its_members_and_their_lines(bench: Bench) -> None:
    wanted = stack(
        resource("projects.edge"),
        resource("projects.edge.devices.a", description=ref("projects.edge.devices.b", "id"), line=10),
        resource("projects.edge.devices.b", description=ref("projects.edge.vlans.c", "id"), line=20),
        resource("projects.edge.vlans.c", description=ref("projects.edge.devices.a", "id"), line=30),
    )
    with pytest.raises(Refused) as refused:
        bench.plan(wanted)
    (problem,) = refused.value.diagnostics
    assert problem.code == "cycle"
    for address, line in (("devices.a", 10), ("devices.b", 20), ("vlans.c", 30)):
        assert f"projects.edge.{address} (stack.yaml:{line}:1)" in problem.summary
    assert problem.place is not None
    assert problem.place.line in (10, 20, 30)
    assert bench.account.ledger == []


def test_a_resource_that_waits_for_itself(bench: Bench) -> None:
    own = resource("projects.edge.devices.a", description=ref("projects.edge.devices.a", "id"))
    with pytest.raises(Refused, match="wait for each other"):
        bench.plan(stack(resource("projects.edge"), own))


def test_a_parent_that_waits_for_its_child(bench: Bench) -> None:
    parent = resource("projects.edge", name=ref("projects.edge.vlans.v", "id"))
    with pytest.raises(Refused, match="wait for each other"):
        bench.plan(stack(parent, resource("projects.edge.vlans.v")))
