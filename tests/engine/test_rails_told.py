"""What a person reads of a refusal: what would happen to which object, where it is declared, and the way out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from reconciler.diagnostics import Diagnostic, Place, Refused, Severity, warning
from reconciler.engine.rails import check_limits, check_lookalikes, check_rails, check_vanished
from reconciler.model.live import LiveObject
from reconciler.model.plan import Action, Change, FieldChange
from reconciler.model.rails import Loss, Rail, Rails, Toll, Waiver
from reconciler.values import parse_address

from .build import resource

TODAY = date(2019, 6, 30)
WEB = parse_address("projects.edge.devices.web")
EDGE = parse_address("projects.edge")
WIPES = (FieldChange(("operating_system",), "debian_9", "ubuntu_18_04", wipes=True),)
KEEPS = (FieldChange(("hostname",), "a", "b"),)
UNPROTECT = "take `lifecycle: {protect: true}` off it first, and apply or commit that by itself"
UNLOCK = "apply `locked: false` first; what is locked refuses to be deleted, and to be reinstalled"
STAYS = "it stays as long as that does; put back what its declaration said, or take it out of the stack"


def change(action: Action, at: str = "projects.edge.devices.web", *fields: FieldChange, **live: Any) -> Change:
    found = (
        LiveObject(**{"kind": "device", "id": "d1", "label": "web", "attributes": {}, "values": {}, **live})
        if live
        else None
    )
    return Change(parse_address(at), "device", action, resource(at, line=5), found, fields=fields)


def refusal(*changes: Change, protected: bool = False) -> Refused | None:
    try:
        check_rails(changes, {WEB} if protected else set())
    except Refused as refused:
        return refused
    return None


def one(refused: Refused | None) -> Diagnostic:
    assert refused is not None
    assert refused.exit_code == 3
    (found,) = refused.diagnostics
    assert found.severity is Severity.ERROR
    return found


@pytest.mark.parametrize(
    ("action", "fields", "done"),
    [
        (Action.DELETE, (), "destroyed"),
        (Action.DELETE, WIPES, "destroyed"),
        (Action.DELETE_CREATE, WIPES, "replaced"),
        (Action.CREATE_DELETE, KEEPS, "replaced"),
        (Action.UPDATE, WIPES, "wiped"),
        (Action.UPDATE, KEEPS + WIPES, "wiped"),
    ],
)
def test_what_would_be_done_is_named_with_its_place_and_the_way_out(
    action: Action, fields: tuple[FieldChange, ...], done: str
) -> None:
    place = Place("stack.yaml", 5)
    told = one(refusal(change(action, str(WEB), *fields), protected=True))
    summary = f"projects.edge.devices.web is protected and would be {done}"
    assert (told.code, told.summary, told.hint) == ("protected", summary, UNPROTECT)
    assert (told.address, told.place) == (str(WEB), place)
    told = one(refusal(change(action, str(WEB), *fields, locked=True)))
    summary = f"projects.edge.devices.web is locked and would be {done}"
    assert (told.code, told.summary, told.hint) == ("locked", summary, UNLOCK)
    assert (told.address, told.place) == (str(WEB), place)
    told = one(refusal(change(action, str(WEB), *fields, automatic=True)))
    summary = f"projects.edge.devices.web came with projects.edge and would be {done}"
    assert (told.code, told.summary, told.hint) == ("not-ours", summary, STAYS)
    assert (told.address, told.place) == (str(WEB), place)


@pytest.mark.parametrize("action", [Action.CREATE, Action.NOOP, Action.UPDATE])
def test_what_takes_nothing_away_is_not_refused(action: Action) -> None:
    for live in ({"locked": True}, {"automatic": True}):
        assert refusal(change(action, str(WEB), *KEEPS, **live), protected=True) is None


def test_what_came_with_a_thing_goes_with_it() -> None:
    owner = change(Action.DELETE, str(EDGE))
    assert refusal(owner, change(Action.DELETE, str(WEB), automatic=True)) is None


def test_a_stranger_that_looks_like_what_is_to_be_made_is_an_error_as_it_was_a_warning() -> None:
    place = Place("stack.yaml", 7)
    for code in ("lookalike", "left-behind"):
        with pytest.raises(Refused) as refused:
            check_lookalikes(
                [
                    warning("twin", "another thing"),
                    warning(code, "there is one", address=str(WEB), place=place, hint="take it away"),
                ]
            )
        told = one(refused.value)
        assert (told.code, told.summary, told.hint) == (code, "there is one", "take it away")
        assert (told.address, told.place) == (str(WEB), place)
    check_lookalikes([warning("twin", "another thing")])


def limited(rails: Rails, toll: Toll, allowed: int | None = None) -> Diagnostic:
    with pytest.raises(Refused) as refused:
        check_limits(rails, toll, TODAY, allowed, destroy=False)
    return one(refused.value)


def test_each_limit_says_what_it_allows_and_how_to_raise_it() -> None:
    gone = tuple(Loss(WEB.at_index(number), "its disks are wiped" if number else "") for number in range(2))
    listed = "\nprojects.edge.devices.web[0]\nprojects.edge.devices.web[1]: its disks are wiped"
    taken, made = Toll(gone, (), (), 9), Toll((), (WEB,), (), 9)

    told = limited(Rails(), taken, 1)
    assert told.summary == f"the plan destroys 2 objects, and --allow-deletes allows 1:{listed}"
    assert told.hint == "if that is what you want, say --allow-deletes 2"
    told = limited(Rails(max_deletes=1), taken)
    assert told.summary == f"the plan destroys 2 objects, and the rail `max_deletes` allows 1:{listed}"
    assert told.hint == "if that is what you want, say --allow-deletes 2; `rails` in the stack sets the limit"
    told = limited(Rails(max_creates=0), made)
    assert told.summary == "the plan creates 1 object, and the rail `max_creates` allows 0:\nprojects.edge.devices.web"
    assert told.hint == "raise the limit under `rails` in the stack, or add a waiver there"
    told = limited(Rails(delete_projects=False), Toll((), (), (EDGE,), 9))
    assert told.summary == "the plan destroys what the rail `delete_projects` keeps:\nprojects.edge"
    assert told.hint == "set `delete_projects: true` under `rails` in the stack, or add a waiver there"
    assert told.address == "projects.edge"


def test_twenty_are_listed_and_of_more_the_number() -> None:
    for count, last in ((20, "projects.edge.devices.web[19]"), (21, "... and 1 more")):
        made = tuple(WEB.at_index(number) for number in range(count))
        lines = limited(Rails(max_creates=1), Toll((), made, (), 0)).summary.splitlines()
        assert lines[-1] == last
        assert len(lines) == 1 + min(count, 21)


def test_a_waiver_for_one_address_lets_that_one_be_made_and_no_other() -> None:
    waiver = Waiver(Rail.MAX_CREATES, "the move", TODAY, Place("stack.yaml", 4), (WEB.at_index(0),))
    rails = Rails(max_creates=1, waivers=(waiver,))
    made = tuple(WEB.at_index(number) for number in range(3))
    assert limited(rails, Toll((), made, (), 0)).summary.splitlines()[1:] == [str(each) for each in made[1:]]
    assert check_limits(rails, Toll((), made[:2], (), 0), TODAY, None, destroy=False) == ()


def test_a_waiver_that_has_expired_says_what_to_do_about_it() -> None:
    waiver = Waiver(Rail.MAX_CREATES, "the move", date(2019, 6, 29), Place("stack.yaml", 4), ())
    (told,) = check_limits(Rails(waivers=(waiver,)), Toll((), (), (), 0), TODAY, None, destroy=False)
    assert (told.place, told.hint) == (Place("stack.yaml", 4), "take it away, or give it a later day")


@pytest.mark.parametrize(
    ("owned", "now", "refused"),
    [
        (None, 0, False),  # nobody knows
        (2, 0, False),  # few
        (3, 0, True),
        (8, 4, False),  # a half
        (9, 4, True),
        (7, 4, False),
    ],
)
def test_more_than_two_gone_and_more_than_half_is_not_bought_again(owned: int | None, now: int, refused: bool) -> None:
    if not refused:
        check_vanished(Rails(), owned, now, TODAY, accepted=False)
        return
    check_vanished(Rails(), owned, now, TODAY, accepted=True)
    with pytest.raises(Refused) as caught:
        check_vanished(Rails(), owned, now, TODAY, accepted=False)
    told = one(caught.value)
    assert told.summary.startswith(f"{(owned or 0) - now} of the {owned} objects that the stack owned when the last")
    assert told.hint == (
        "check the token, its organization and the API's URL; if they are gone for good, say --accept-vanished"
    )
