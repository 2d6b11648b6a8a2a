"""The list of defects fits the code, and the command does what it says."""

from __future__ import annotations

import pytest

from tests.campaigns.__main__ import campaigns
from tests.defects.all import DEFECTS
from tests.defects.defect import ROOT, Defect, suite
from tests.defects.trial import Copy

AT_LEAST = 40
PLAYED = (
    "only the first token in an echo is taken out",
    "a mark is compared by the beginning of its stack's name",
    "a shorter wait opens the gate for those who were told to wait longer",
)


def test_each_text_that_a_defect_changes_stands_in_its_file_once() -> None:
    assert [each.rotten() for each in DEFECTS if each.rotten()] == []


def test_there_are_enough_of_them_and_no_two_are_alike() -> None:
    assert len(DEFECTS) >= AT_LEAST
    assert len({each.what for each in DEFECTS}) == len(DEFECTS)
    assert len({(each.file, each.old, each.new) for each in DEFECTS}) == len(DEFECTS)


def test_what_has_to_catch_them_is_there() -> None:
    every = [each.caught_by for each in DEFECTS]
    assert {each.campaign for each in every} <= {"", *campaigns()}
    files = {each.partition("::")[0] for catcher in every for each in catcher.tests}
    assert [each for each in sorted(files) if not (ROOT / each).exists()] == []


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("defects"))


@pytest.mark.parametrize("what", PLAYED)
def test_a_defect_is_caught(copy: Copy, what: str) -> None:
    (defect,) = [each for each in DEFECTS if each.what == what]
    sound = (copy.root / defect.file).read_bytes()

    verdict = copy.catches(defect)

    assert verdict.failed, verdict.broke
    assert (copy.root / defect.file).read_bytes() == sound, "the next defect is tried by itself"


def test_what_changes_nothing_survives_and_what_cannot_run_catches_nothing(copy: Copy) -> None:
    mark = "reconciler/model/mark.py"
    one = suite("model/test_marks.py::test_the_last_mark_of_a_text_counts")
    same = Defect("none", mark, "return self.stack == stack", "return stack == self.stack", one)
    broken = Defect("none", mark, "return self.stack == stack", "return (", one)

    assert not copy.catches(same).failed
    verdict = copy.catches(broken)

    assert not verdict.failed
    assert "ended with" in verdict.broke
