"""The limits of a stack: which of them a plan meets, what satisfies them, and until when a waiver holds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from reconciler.diagnostics import Diagnostic, Place, Refused
from reconciler.engine.rails import check_limits, is_large, needed_waivers
from reconciler.model.rails import Loss, Rail, Rails, Toll, Waiver
from reconciler.values import parse_address

TODAY = date(2019, 6, 30)
WEB = parse_address("projects.edge.devices.web")
EDGE = parse_address("projects.edge")


def machines(count: int) -> tuple[Loss, ...]:
    return tuple(Loss(WEB.at_index(number)) for number in range(count))


def toll(deletes: int = 0, owned: int = 0, creates: int = 0, projects: int = 0) -> Toll:
    made = tuple(WEB.at_index(number) for number in range(creates))
    return Toll(machines(deletes), made, (EDGE,) * projects, owned)


def waiver(rail: Rail, until: date = TODAY, *targets: str) -> Waiver:
    return Waiver(rail, "the move to ewr1", until, Place("stack.yaml", 4, 5), tuple(map(parse_address, targets)))


def outcome(rails: Rails, what: Toll, allowed: int | None = None, *, destroy: bool = False) -> list[str]:
    """The codes of the refusal; none when the plan may go on."""
    found: tuple[Diagnostic, ...] = ()
    code = 3
    try:
        check_limits(rails, what, TODAY, allowed, destroy=destroy)
    except Refused as refused:
        found, code = tuple(refused.diagnostics), refused.exit_code
    assert code == 3
    assert all(each.hint for each in found)
    return sorted(each.code for each in found)


MANY, CREATES, PROJECT, EXPIRED = "too-many-deletes", "too-many-creates", "project-delete", "waiver-expired"
YESTERDAY = TODAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("rails", "what", "allowed", "applied", "destroyed"),
    [
        # the share of every stack: only of more than five, only in an apply
        (Rails(), toll(5, owned=5), None, [], []),
        (Rails(), toll(6, owned=6), None, [MANY], []),
        (Rails(), toll(6, owned=20), None, [], []),
        (Rails(), toll(7, owned=20), None, [MANY], []),
        (Rails(), toll(7, owned=20), 7, [], []),
        (Rails(), toll(7, owned=20), 6, [MANY], [MANY]),
        # one that the stack sets counts in a destroy too
        (Rails(max_delete_share=0.3), toll(7, owned=20), None, [MANY], [MANY]),
        (Rails(max_delete_share=0.3), toll(7, owned=20), 7, [], []),
        (Rails(max_delete_share=0.1), toll(5, owned=20), None, [], []),
        (Rails(max_delete_share=0.0), toll(6, owned=900), None, [MANY], [MANY]),
        (Rails(max_delete_share=1.0), toll(20, owned=20), None, [], []),
        # how many
        (Rails(max_deletes=0), toll(0, owned=3), None, [], []),
        (Rails(max_deletes=0), toll(1, owned=3), None, [MANY], [MANY]),
        (Rails(max_deletes=2), toll(2, owned=3), None, [], []),
        (Rails(max_deletes=2), toll(3, owned=3), None, [MANY], [MANY]),
        (Rails(max_deletes=2), toll(3, owned=3), 3, [], []),
        (Rails(max_deletes=2), toll(3, owned=3), 2, [MANY], [MANY]),
        (Rails(max_deletes=9), toll(3, owned=3), 2, [MANY], [MANY]),
        (Rails(max_deletes=9), toll(7, owned=20), None, [MANY], []),
        # creates, which --allow-deletes says nothing of
        (Rails(max_creates=2), toll(creates=2), None, [], []),
        (Rails(max_creates=2), toll(creates=3), None, [CREATES], [CREATES]),
        (Rails(max_creates=0), toll(creates=1), 99, [CREATES], [CREATES]),
        # projects
        (Rails(delete_projects=False), toll(1, owned=3, projects=1), None, [PROJECT], [PROJECT]),
        (Rails(delete_projects=False), toll(1, owned=3, projects=1), 9, [PROJECT], [PROJECT]),
        (Rails(delete_projects=False), toll(1, owned=3), None, [], []),
        (Rails(delete_projects=True), toll(1, owned=3, projects=1), None, [], []),
        # all that is wrong at once
        (
            Rails(max_deletes=1, max_creates=0, delete_projects=False),
            toll(2, owned=3, creates=1, projects=1),
            None,
            [MANY, CREATES, PROJECT],
            [MANY, CREATES, PROJECT],
        ),
        # waivers: of that rail, until the end of that day, for these addresses
        (Rails(max_deletes=1, waivers=(waiver(Rail.MAX_DELETES),)), toll(3, owned=9), None, [], []),
        (
            Rails(max_deletes=1, waivers=(waiver(Rail.MAX_DELETES, YESTERDAY),)),
            toll(3, owned=9),
            None,
            [MANY, EXPIRED],
            [MANY, EXPIRED],
        ),
        (Rails(max_deletes=1, waivers=(waiver(Rail.MAX_CREATES),)), toll(3, owned=9), None, [MANY], [MANY]),
        (Rails(max_deletes=1, waivers=(waiver(Rail.MAX_DELETES),)), toll(7, owned=9), None, [MANY], []),
        (Rails(waivers=(waiver(Rail.MAX_DELETE_SHARE),)), toll(7, owned=9), None, [], []),
        (
            Rails(max_deletes=1, waivers=(waiver(Rail.MAX_DELETES, TODAY, "projects.edge.devices.web[0]"),)),
            toll(2, owned=9),
            None,
            [],
            [],
        ),
        (
            Rails(max_deletes=1, waivers=(waiver(Rail.MAX_DELETES, TODAY, "projects.edge.devices.web[0]"),)),
            toll(3, owned=9),
            None,
            [MANY],
            [MANY],
        ),
        (Rails(max_deletes=0, waivers=(waiver(Rail.MAX_DELETES, TODAY, "projects.edge"),)), toll(3), None, [], []),
        (Rails(max_deletes=0, waivers=(waiver(Rail.MAX_DELETES),)), toll(3, owned=9), 2, [MANY], [MANY]),
        (Rails(max_creates=0, waivers=(waiver(Rail.MAX_CREATES),)), toll(creates=4), None, [], []),
        (
            Rails(delete_projects=False, waivers=(waiver(Rail.DELETE_PROJECTS, TODAY, "projects.edge"),)),
            toll(1, owned=3, projects=1),
            None,
            [],
            [],
        ),
        (
            Rails(delete_projects=False, waivers=(waiver(Rail.DELETE_PROJECTS, TODAY, "projects.core"),)),
            toll(1, owned=3, projects=1),
            None,
            [PROJECT],
            [PROJECT],
        ),
    ],
)
def test_what_a_limit_refuses(
    rails: Rails, what: Toll, allowed: int | None, applied: list[str], destroyed: list[str]
) -> None:
    assert outcome(rails, what, allowed) == sorted(applied)
    assert outcome(rails, what, allowed, destroy=True) == sorted(destroyed)


def test_a_refusal_names_the_rail_the_figures_what_would_go_and_the_way_out() -> None:
    with pytest.raises(Refused) as refused:
        check_limits(Rails(), toll(30, owned=40), TODAY, None, destroy=False)
    (problem,) = refused.value.diagnostics
    first, *listed = problem.summary.splitlines()
    assert first == (
        "the plan destroys 30 of the 40 objects that the stack owns, 75%, and the rail `max_delete_share` allows 30% "
        "where more than 5 go:"
    )
    assert len(listed) == 21
    assert listed[0] == "projects.edge.devices.web[0]"
    assert listed[-1] == "... and 10 more"
    assert "--allow-deletes 30" in problem.hint


def test_an_expired_waiver_is_told_also_when_nothing_is_refused() -> None:
    rails = Rails(waivers=(waiver(Rail.MAX_CREATES, YESTERDAY), waiver(Rail.MAX_CREATES)))
    (told,) = check_limits(rails, toll(creates=1), TODAY, None, destroy=False)
    assert (told.code, told.place) == (EXPIRED, Place("stack.yaml", 4, 5))
    assert "held until 2019-06-29, and counts no more: the move to ewr1" in told.summary


@pytest.mark.parametrize(
    ("what", "large"),
    [
        (toll(5, owned=5), False),
        (toll(6, owned=6), True),
        (toll(6, owned=20), False),
        (toll(1, owned=20, projects=1), True),
        (toll(creates=500), False),
    ],
)
def test_what_is_worth_more_than_a_yes(what: Toll, large: bool) -> None:
    assert is_large(what) is large


def needed(waivers: tuple[Waiver, ...], what: Toll) -> list[int]:
    """Which of the waivers a plan needs, by their numbers."""
    rails = Rails(max_deletes=0, max_creates=0, waivers=waivers)

    def check(fewer: Rails) -> None:
        check_limits(fewer, what, TODAY, None, destroy=False)

    return [number for number, each in enumerate(waivers) if each in needed_waivers(rails, TODAY, check)]


@pytest.mark.parametrize(
    ("waivers", "what", "expected"),
    [
        ((), toll(0), []),
        ((waiver(Rail.MAX_DELETES),), toll(1, owned=3), [0]),
        ((waiver(Rail.MAX_DELETES),), toll(0, owned=3), []),
        ((waiver(Rail.MAX_DELETES), waiver(Rail.MAX_CREATES)), toll(1, owned=3), [0]),
        ((waiver(Rail.MAX_CREATES), waiver(Rail.MAX_DELETES)), toll(1, owned=3, creates=1), [0, 1]),
        ((waiver(Rail.MAX_DELETES, YESTERDAY), waiver(Rail.MAX_DELETES)), toll(1, owned=3), [1]),
        # two that lift a part each, beside one for something else
        (
            (
                waiver(Rail.MAX_DELETES, TODAY, "projects.edge.devices.web[0]"),
                waiver(Rail.MAX_DELETES, TODAY, "projects.other"),
                waiver(Rail.MAX_DELETES, TODAY, "projects.edge.devices.web[1]"),
            ),
            toll(2, owned=9),
            [0, 2],
        ),
        # of two that lift the same, one
        ((waiver(Rail.MAX_DELETES), waiver(Rail.MAX_DELETES, TODAY + timedelta(days=1))), toll(1, owned=3), [1]),
    ],
)
def test_the_waivers_that_a_plan_needs(waivers: tuple[Waiver, ...], what: Toll, expected: list[int]) -> None:
    assert needed(waivers, what) == expected
