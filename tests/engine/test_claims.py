"""What answers claimed, and what lists have shown of it: which entries of the journal are closed, what is doubted."""

from __future__ import annotations

from dataclasses import replace

from reconciler.engine.claims import Claims
from reconciler.model.journal import Journal
from reconciler.model.live import LiveObject, Phase, Status
from reconciler.model.mark import Mark

AT = "projects.edge.devices.web"
WEB = LiveObject("device", "d1", "web", {}, {}, Mark("shop", AT))
TWIN = replace(WEB, id="d2")


class Kept(Journal):
    """A journal that remembers what was closed."""

    def __init__(self) -> None:
        self.closed: list[tuple[str, str]] = []

    def seen(self, address: str, identifier: str) -> None:
        self.closed.append((address, identifier))


def claims(*known: str) -> tuple[Claims, Kept]:
    journal = Kept()
    return Claims(frozenset(known), journal), journal


def test_what_an_answer_says_was_made_is_closed_when_a_list_shows_it() -> None:
    made, journal = claims()
    made.created(AT, WEB, doubted=False, listed=False)
    assert journal.closed == []
    assert [(each.address, each.live, each.doubted, each.seen) for each in made.made.values()] == [
        (AT, WEB, False, False)
    ]
    made.shown([replace(WEB, id="d9", mark=None), WEB])
    made.shown([WEB])
    assert journal.closed == [(AT, "d1")]
    assert made.made["d1"].seen
    assert not made.made["d1"].doubted


def test_what_a_list_shows_first_is_closed_at_once() -> None:
    made, journal = claims()
    made.created(AT, WEB, doubted=True, listed=True)
    assert journal.closed == [(AT, "d1")]
    assert (made.made["d1"].doubted, made.made["d1"].seen) == (True, True)


def test_what_was_claimed_before_stays_as_it_was() -> None:
    made, journal = claims()
    made.created(AT, WEB, doubted=True, listed=True)
    made.created("projects.edge.devices.other", replace(WEB, label="later"), doubted=False, listed=False)
    assert made.made["d1"].live == WEB
    assert made.made["d1"].address == AT
    assert (made.made["d1"].doubted, made.made["d1"].seen) == (True, True)
    assert journal.closed == [(AT, "d1")]


class TestATwin:
    """Another object with the mark of what was made."""

    def doubted(self, *shown: LiveObject, known: tuple[str, ...] = (), made: LiveObject = WEB) -> bool:
        every, _ = claims(*known)
        every.created(AT, made, doubted=False, listed=False)
        every.created("projects.edge.devices.b", replace(WEB, id="d7", mark=None), doubted=False, listed=False)
        every.shown(shown)
        assert not every.made["d7"].doubted
        return every.made["d1"].doubted

    def test_it_makes_doubtful_what_was_made(self) -> None:
        assert self.doubted(TWIN)
        assert self.doubted(WEB, TWIN)

    def test_one_that_was_there_before_does_not(self) -> None:
        assert not self.doubted(TWIN, known=("d2",))

    def test_one_that_is_going_does_not(self) -> None:
        assert not self.doubted(replace(TWIN, status=Status(Phase.LEAVING)))

    def test_one_with_another_mark_or_none_or_of_another_kind_does_not(self) -> None:
        for mark in (None, Mark("other", AT), Mark("shop", "projects.edge.devices.b")):
            assert not self.doubted(replace(TWIN, mark=mark))
        assert not self.doubted(replace(TWIN, kind="vlan"))

    def test_what_was_made_without_a_mark_has_none(self) -> None:
        assert not self.doubted(TWIN, made=replace(WEB, mark=None))

    def test_several_are_one_doubt(self) -> None:
        assert self.doubted(TWIN, replace(TWIN, id="d3"), WEB)


def test_what_is_told_of_a_delete_is_wrong_while_a_list_shows_it() -> None:
    made, _ = claims()
    made.deleted(AT, WEB)
    (told,) = made.told
    assert (told.address, told.live) == (AT, WEB)
    assert told.wrong(WEB) == "a list still shows it"
    assert told.wrong(replace(WEB, status=Status(Phase.LEAVING))) == ""
    assert told.wrong(None) == ""


def test_what_is_told_of_a_change_is_as_wrong_as_who_told_it_says() -> None:
    made, _ = claims()
    made.changed(AT, WEB, lambda live: "" if live is not None else "it is gone")
    (told,) = made.told
    assert (told.address, told.live) == (AT, WEB)
    assert (told.wrong(WEB), told.wrong(None)) == ("", "it is gone")
