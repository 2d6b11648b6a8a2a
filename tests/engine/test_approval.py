"""What the digest that people approve is of: all that is done, and how."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.approval import approval, signature
from reconciler.model.plan import Plan
from reconciler.model.resource import Lifecycle, Resource

from .bench import Bench
from .build import resource, stack

EDGE = resource("projects.edge")


def web(*, lifecycle: Lifecycle | None = None, secrets: tuple[str, ...] = (), **values: Any) -> Resource:
    return resource("projects.edge.devices.web", lifecycle=lifecycle, secrets=secrets, **values)


def planned(bench: Bench, machine: Resource) -> Plan:
    return bench.plan(stack(EDGE, machine)).plan


@pytest.mark.parametrize("way", ["reinstall", "replace"])
def test_an_update_that_was_approved_allows_no_wiping_of_disks(bench: Bench, way: str) -> None:
    bench.settled(stack(EDGE, web(userdata="a")))
    harmless = planned(bench, web(userdata="b"))
    harmful = planned(bench, web(userdata="b", lifecycle=Lifecycle(on_change={"userdata": way})))
    assert approval(harmless) != approval(harmful)
    assert signature(harmless) != signature(harmful)


def test_a_secret_that_is_added_needs_another_approval(bench: Bench) -> None:
    """Of its value the digest says nothing, since digests can be guessed from."""
    without, one, other = (
        approval(planned(bench, each))
        for each in (web(), web(userdata="canary-1", secrets=("userdata",)), web(userdata="c-2", secrets=("userdata",)))
    )
    assert without != one
    assert one == other


def test_files_that_an_apply_writes_are_approved_with_it(bench: Bench) -> None:
    plan = planned(bench, web())
    seen = {approval(replace(plan, files=files)) for files in ((), (("a", 0o600),), (("a", 0o755),), (("b", 0o600),))}
    assert len(seen) == 4


def test_what_is_only_told_needs_no_other_approval(bench: Bench) -> None:
    plan = planned(bench, web())
    told = replace(plan, diagnostics=(), strangers=(), outputs={"a": 1}, longest_path=99)
    assert approval(told) == approval(plan)
