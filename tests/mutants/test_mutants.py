"""The data of the mutation tests fits the code."""

from __future__ import annotations

import pytest
import yaml

from tests.mutants.modules import MODULES
from tests.mutants.trial import ROOT, explained


def on_one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("module", list(MODULES))
def test_what_is_told_of_a_module_is_still_so(module: str) -> None:
    source = on_one_line((ROOT / module).read_text(encoding="utf-8"))
    for survivor, why in explained(module).items():
        assert why
        assert survivor.was != survivor.now
        assert on_one_line(survivor.was) in source, f"{survivor.function}: {survivor.was}"
    tests = [each.partition("::")[0] for each in MODULES[module] if not each.startswith("-")]
    assert [each for each in tests if not (ROOT / each).exists()] == []


def test_survivors_are_told_of_modules_that_are_tried() -> None:
    every = yaml.safe_load((ROOT / "tests/mutants/survivors.yaml").read_text(encoding="utf-8"))
    assert set(every) <= set(MODULES)
