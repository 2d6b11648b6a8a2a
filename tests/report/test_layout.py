"""Where the steps of a plan stand in a drawing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.kind import Verb
from reconciler.model.plan import Step
from reconciler.report.layout import BRIDGED, LONGEST_LABEL, Node, Positions, layered
from reconciler.values import Address
from tests.report import samples

A, B, C, D = (f"projects.{each}:create" for each in "abcd")


def join(name: str, *requires: str) -> Step:
    return Step(f"join:{name}", Address(None, "join", name), Verb.JOIN, "", f"({name})", requires, implied=True)


def arrows(found: Positions) -> set[tuple[str, str]]:
    return {(each.earlier, each.later) for each in found.edges}


def columns(found: Positions) -> dict[str, int]:
    return {each.id: each.column for each in found.nodes}


@st.composite
def plans(draw: st.DrawFn) -> Sequence[Step]:
    count = draw(st.integers(0, 12))
    steps: list[Step] = []
    for number in range(count):
        requires = draw(st.lists(st.sampled_from([each.id for each in steps]), unique=True)) if steps else []
        made = join if draw(st.integers(0, 4)) == 0 else samples.step
        steps.append(made(f"projects.p{number}:create", *requires))
    return steps


@given(plans())
def test_time_runs_from_left_to_right_and_nothing_overlaps(steps: Sequence[Step]) -> None:
    found = layered(steps)
    at = {each.id: each for each in found.nodes}
    assert [each.id for each in found.nodes] == [each.id for each in steps if each.verb is not Verb.JOIN]
    for edge in found.edges:
        left, right = at[edge.earlier], at[edge.later]
        assert left.x + left.width < right.x
        assert edge.points[0] == (left.x + left.width, left.y + left.height // 2)
        assert edge.points[-1] == (right.x, right.y + right.height // 2)
    assert not [pair for pair in combinations(found.nodes, 2) if overlap(*pair)]
    assert all(
        0 <= each.x <= found.width - each.width and 0 <= each.y <= found.height - each.height for each in at.values()
    )
    assert set(zip(found.critical, found.critical[1:], strict=False)) <= arrows(found)
    assert len(found.critical) == max(columns(found).values(), default=-1) + 1


def overlap(one: Node, other: Node) -> bool:
    beside = one.x + one.width <= other.x or other.x + other.width <= one.x
    return not beside and one.y < other.y + other.height and other.y < one.y + one.height


def test_an_arrow_that_others_imply_is_left_out() -> None:
    found = layered([samples.step(A), samples.step(B, A), samples.step(C, A, B)])
    assert arrows(found) == {(A, B), (B, C)}
    assert columns(found) == {A: 0, B: 1, C: 2}
    assert found.critical == (A, B, C)


def test_a_join_is_bridged() -> None:
    steps = [samples.step(A), samples.step(B), join("x", A, B), join("y", "join:x"), samples.step(C, "join:y")]
    assert arrows(layered(steps)) == {(A, C), (B, C)}


def test_a_join_of_many_stays_as_a_point() -> None:
    many = [samples.step(f"projects.m[{number}]:create") for number in range(BRIDGED)]
    ends = [samples.step(C, "join:x"), samples.step(D, "join:x")]
    found = layered([*many, join("x", *(each.id for each in many)), *ends])
    assert [each.id for each in found.nodes if each.point] == ["join:x"]
    assert len(found.edges) == BRIDGED + 2
    assert found.critical == (many[0].id, "join:x", C)


def test_an_arrow_past_a_column_goes_between_what_stands_there() -> None:
    steps = [samples.step(A), samples.step(B, A), samples.step(C, B), samples.step("projects.z:create", A)]
    steps.append(samples.step(D, C, "projects.z:create"))
    found = layered(steps)
    (long,) = [each for each in found.edges if (each.earlier, each.later) == ("projects.z:create", D)]
    (passed,) = [each for each in found.nodes if each.id == C]
    assert len(long.points) == 4
    assert all(not passed.y <= y <= passed.y + passed.height for _, y in long.points[1:3])


def test_a_long_address_keeps_its_end() -> None:
    (node,) = layered([samples.step(f"projects.{'x' * 60}.devices.web[0]:create")]).nodes
    assert len(node.label) == LONGEST_LABEL
    assert node.label.startswith("create …xxx")
    assert node.label.endswith("xxx.devices.web[0]")


def test_what_is_required_and_not_there_is_passed_over() -> None:
    assert arrows(layered([samples.step(A, "projects.gone:create")])) == set()


def test_no_steps_are_an_empty_drawing() -> None:
    assert layered([]) == Positions((), (), (), 0, 0)


def test_the_drawing_is_the_same_whatever_the_hash_seed() -> None:
    code = (
        "from tests.report import samples\nfrom reconciler.report.layout import layered\n"
        "s = [samples.step(f'projects.p{n}:create', *(f'projects.p{m}:create' for m in range(n) if n % (m + 2) == 1))"
        " for n in range(40)]\nprint(layered(s))"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1
