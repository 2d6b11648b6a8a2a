"""Every hostile stack ends in findings: never accepted, never a traceback, and without all of it being looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.diagnostics import Refused
from reconciler.kinds import catalog
from reconciler.stack import Inputs, read_stack
from tests.hostile.cases import Case, cases

CASES = [each for each in cases() if not each.name.startswith("file: 1 GiB")]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_stack_ends_in_findings(tmp_path: Path, case: Case) -> None:
    with pytest.raises(Refused) as refused:
        read_stack([case.write(tmp_path)], catalog(), Inputs())

    found = refused.value.diagnostics
    assert case.code is None or case.code in {each.code for each in found}
    assert len(found) <= 101
    for each in found:
        assert len(each.summary) < 1_100
        assert len(each.excerpt) <= 400
        assert "root:" not in each.summary + each.hint + each.excerpt


def test_a_file_of_a_gibibyte_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "sparse.yaml"
    with path.open("wb") as file:
        file.truncate(1 << 30)

    with pytest.raises(Refused, match=r"8,388,608 are allowed"):
        read_stack([path], catalog(), Inputs())
