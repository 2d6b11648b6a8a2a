"""Stacks broken at random: whatever is wrong is refused with findings, and nothing else is ever raised."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.diagnostics import Diagnostic, Refused, error
from reconciler.model.catalog import Catalog
from reconciler.model.resource import deferred
from reconciler.stack import Inputs, read_stack
from tests.stack.conftest import FakeWorld
from tests.stack.test_mistakes import TABLES

PIECES = """
${{ }} { } [ ] : , & * !!str " ' | > # ~ true no 22:22 1e3 count: when: index key var. local. site. nets. .id [0] ['x']
|list |length for_each: existing: after: lifecycle: 99999999999999999999 é 🙂 $ null range(3) template( file( ) ( + * -
""".split()  # noqa: SIM905 - a word list is read more easily than fifty quoted words
TEXTS: list[str] = [
    case["stack"] for table in TABLES for case in yaml.safe_load(table.read_text()) if "too many" not in case["name"]
]


def broken(chance: random.Random) -> str:
    text = chance.choice(TEXTS)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text) + 1)
        other = chance.choice(TEXTS)
        start = chance.randrange(len(other))
        piece = chance.choice([*PIECES, "\n", "  ", other[start : start + chance.randint(1, 30)]])
        text = text[:at] + piece + text[at + chance.choice([0, 0, 1, 3, 10]) :]
    return text


def values(found: Any) -> list[Any]:
    every = [value for each in found.resources for value in each.values.values()]
    return [value for value in [*every, *(each.value for each in found.outputs)] if deferred(value)]


@pytest.mark.parametrize("seed", range(10))
def test_nothing_but_findings_comes_out(
    seed: int, tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    chance = random.Random(seed)
    file = Path("stack.yaml")
    for _ in range(60):
        text = broken(chance)
        file.write_text(text)
        findings: tuple[Diagnostic, ...] = ()
        try:
            for value in values(read_stack([file], catalog, Inputs())):
                value.evaluate(FakeWorld())
        except Refused as refused:
            findings = refused.diagnostics or (error("none", "refused without a finding"),)
        assert not any("\n" in each.summary + each.hint or each.code == "none" for each in findings), text
