"""The list of defects fits the code, and the command does what it says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.campaigns.__main__ import campaigns
from tests.campaigns.sweep import UNDISTURBED
from tests.defects.all import DEFECTS
from tests.defects.defect import ROOT, Defect, suite
from tests.defects.sightings import holds, law_in, proof, sees, sightings
from tests.defects.trial import Copy

AT_LEAST = 40
PLAYED = (
    "only the first token in an echo is taken out",
    "a mark is compared by the beginning of its stack's name",
    "a shorter wait opens the gate for those who were told to wait longer",
)
SEEN = (
    "a double in another project is taken for the wanted one",
    "a create whose answer was lost is sent again without a look",
)


def test_each_text_that_a_defect_changes_stands_in_its_file_once() -> None:
    assert [each.rotten() for each in DEFECTS if each.rotten()] == []


def test_there_are_enough_of_them_and_no_two_are_alike() -> None:
    assert len(DEFECTS) >= AT_LEAST
    assert len({each.what for each in DEFECTS}) == len(DEFECTS)
    assert len({(each.file, each.old, each.new) for each in DEFECTS}) == len(DEFECTS)


def test_what_has_to_catch_them_is_there() -> None:
    known = sightings()
    files = {each.partition("::")[0] for defect in DEFECTS for each in defect.caught_by.tests}
    assert [each for each in sorted(files) if not (ROOT / each).exists()] == []
    assert {each.campaign for each in known.values()} <= campaigns().keys()
    assert [each.what for each in DEFECTS if not each.caught_by.tests and each.what not in known] == []


def test_campaigns_see_enough_of_them() -> None:
    known = sightings()

    assert known.keys() <= {each.what for each in DEFECTS}, "one that was renamed is looked for again"
    assert len(known) >= AT_LEAST


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


@pytest.mark.parametrize("what", SEEN)
def test_a_campaign_sees_a_defect_in_one_schedule_and_nothing_without_it(copy: Copy, what: str) -> None:
    (defect,) = [each for each in DEFECTS if each.what == what]
    sighting = sightings()[what]

    before, after = holds(copy, sighting), sees(copy, defect, sighting)

    assert (before.failed, before.broke) == (False, "")
    assert after.failed, after.broke


def test_a_schedule_in_which_a_defect_does_not_show_any_more_is_looked_for_anew(copy: Copy) -> None:
    (defect,) = [each for each in DEFECTS if each.what == SEEN[1]]
    known = sightings()[SEEN[1]]
    outdated = replace(known, schedule=f"{known.schedule.rpartition('/')[0]}/{UNDISTURBED}")

    proven = proof(copy, defect, outdated)

    assert (proven.anew, proven.before.failed, proven.after.failed) == (True, False, True)
    assert proven.sighting.law == known.law
    assert proven.sighting.schedule != outdated.schedule


@pytest.mark.parametrize(
    ("told", "law"),
    [
        ("I3 one object a mark: 2 of device lab:web", "I3 one object a mark"),
        ("no traceback: retyped at devices.0.id in GET /devices: Traceback (most recent call last)", "no traceback"),
        ("no traceback: Traceback (most recent call last):\nKeyError: 'id'", ""),
        ("I10 no traceback, no hang: Traceback:\nNameError: name 'live' is not defined", ""),
    ],
)
def test_a_law_is_broken_by_code_that_runs_and_not_by_a_campaign_that_broke(told: str, law: str) -> None:
    assert law_in(told) == law


def test_what_changes_nothing_survives_and_what_cannot_run_catches_nothing(copy: Copy) -> None:
    mark = "reconciler/model/mark.py"
    one = suite("model/test_marks.py::test_the_last_mark_of_a_text_counts")
    same = Defect("none", mark, "return self.stack == stack", "return stack == self.stack", one)
    broken = Defect("none", mark, "return self.stack == stack", "return (", one)

    assert not copy.catches(same).failed
    verdict = copy.catches(broken)

    assert not verdict.failed
    assert "ended with" in verdict.broke
