"""The stacks of real users, as examples: each names its source and plans to the objects that its author's own makes."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.acceptance.conftest import EXAMPLES, World

FACTS: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "real_stacks.yaml").read_text(encoding="utf-8")
)
OWN = ("quickstart",)
"""Examples that are nobody's but ours."""


def test_every_example_but_our_own_is_the_stack_of_a_real_user() -> None:
    assert sorted(FACTS) == sorted({each.stem for each in EXAMPLES.glob("*.yaml")} - set(OWN))


@pytest.mark.parametrize("name", sorted(FACTS))
def test_a_real_stack_names_its_source_and_what_is_left_out(name: str) -> None:
    comment = "".join(
        line.removeprefix("#").rstrip("\n")
        for line in (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
        if line.startswith("#")
    )
    assert FACTS[name]["source"] in comment
    if FACTS[name].get("left_out"):
        assert "of a later API" in comment


@pytest.mark.parametrize("name", sorted(FACTS))
def test_a_real_stack_plans_to_the_objects_of_its_author(world: World, name: str) -> None:
    facts = FACTS[name]
    arguments: list[str] = []
    if "project" not in facts["counts"]:
        project = world.call("POST", "/projects", {"name": "Of the author"})
        world.call("POST", f"/projects/{project['id']}/bgp-configs", {"deployment_type": "local", "asn": 65000})
        arguments = ["--var", "project=Of the author"]
    planned = world.run("plan", world.example(name), "--format", "json", *arguments)
    assert planned.code == 0, planned.out + planned.err
    made = Counter(
        each["type"] for each in json.loads(planned.out)["resource_changes"] if each["change"]["actions"] == ["create"]
    )
    assert dict(made) == {**facts["counts"], **facts.get("beside", {})}
