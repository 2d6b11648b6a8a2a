"""Which of two objects with one mark is provably what a lost create left, and what a person reads when none is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.engine.twins import objection
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.mark import Mark

from .build import CATALOG

MARK = Mark("shop", "projects.edge.devices.web")
KEPT = LiveObject("device", "d1", "web", {"hostname": "web", "plan": "p"}, {}, MARK, created_at="2019-07-01T00:00:00Z")
DECLARED = {"hostname": "web", "plan": "p"}


def double(**changes: Any) -> LiveObject:
    return replace(KEPT, **{"id": "d2", "created_at": "2019-07-01T00:01:00Z", **changes})


def why(twin: LiveObject, *others: LiveObject, kept: LiveObject = KEPT) -> str:
    return objection(twin, kept, DECLARED, Snapshot((kept, twin, *others)), CATALOG)


def test_one_that_is_alike_and_young_is_ours() -> None:
    assert why(double()) == ""


@pytest.mark.parametrize(
    ("kept", "twin", "expected"),
    [
        ("2019-07-01T00:00:00Z", "2019-07-01T01:00:00Z", ""),
        ("2019-07-01T00:00:00Z", "2019-07-01T01:00:01Z", "it was created 1 h after d1"),
        ("2019-07-01T00:00:00Z", "2019-07-02T10:40:00Z", "it was created 35 h after d1"),
        ("2019-07-01T00:00:00Z", "2021-06-30T16:00:00Z", "it was created 17536 h after d1"),
        ("2019-07-01T00:00:01Z", "2019-07-01T00:00:00Z", ""),  # what a replacement left
        ("", "", ""),  # a kind whose objects do not show it
        ("2019-07-01T00:00:00Z", "", "the API does not show when it was created"),
        ("", "2019-07-01T00:00:00Z", "the API does not show when it was created"),
        ("2019-07-01T00:00:00Z", "yesterday", "the API does not show when it was created"),
        ("2019-07-01T00:00:00Z", "2019-07-01T00:00:00", "the API does not show when it was created"),  # in which zone?
    ],
)
def test_one_that_is_much_younger_was_made_by_somebody(kept: str, twin: str, expected: str) -> None:
    assert why(double(created_at=twin), kept=replace(KEPT, created_at=kept)) == expected


def test_another_memo_says_that_another_call_made_it() -> None:
    twin = double(mark=Mark(MARK.stack, MARK.address, {"userdata": "abc"}))
    assert why(twin) == "its memo is another one"
    for second in ("00", "01"):
        assert why(replace(twin, created_at=f"2019-07-01T00:00:{second}Z")) == "its memo is another one"
    assert why(double(mark=None)) == "its memo is another one"
    assert why(twin, kept=replace(KEPT, mark=twin.mark)) == ""


def test_what_differs_in_it_is_named() -> None:
    assert why(double(values={"hostname": "clone", "plan": "q"})) == "it has another hostname, plan"
    assert why(double(values={"hostname": "web", "plan": "p", "description": "not declared"})) == ""


class TestOneThatIsOlder:
    """What a replacement left, that was cut off before it took it away."""

    LEFT = double(created_at="2019-06-01T00:00:00Z")

    def test_goes_whatever_else_is_in_it(self) -> None:
        assert why(self.LEFT) == ""
        assert why(replace(self.LEFT, values={"hostname": "old", "plan": "q"})) == ""
        assert why(replace(self.LEFT, mark=Mark(MARK.stack, MARK.address, {"userdata": "abc"}))) == ""

    def test_stays_while_something_hangs_on_it(self) -> None:
        clone = LiveObject("device", "d9", "gate", {}, {}, holds=frozenset({"d2"}))
        assert why(self.LEFT, clone) == "device gate hang on it"


class TestWhatHangsOnIt:
    def inside(self, number: int, **changes: Any) -> LiveObject:
        made = LiveObject("bgp_session", f"s{number}", f"session-{number}", {}, {}, parent_id="d2")
        return replace(made, **{"kind": "ip_assignment", **changes})

    def test_what_others_have_in_it_is_named(self) -> None:
        assert why(double(), self.inside(1)) == "ip_assignment session-1 hang on it"
        assert why(double(), self.inside(1, label="")) == "ip_assignment s1 hang on it"
        theirs = Mark("other", "projects.edge.devices.web.ip_assignments.a")
        assert why(double(), self.inside(1, mark=theirs)) == "ip_assignment session-1 hang on it"

    def test_what_is_ours_or_the_platforms_or_elsewhere_is_not(self) -> None:
        ours = Mark("shop", "projects.edge.devices.web.ip_assignments.a")
        assert why(double(), self.inside(1, mark=ours), self.inside(2, automatic=True)) == ""
        assert why(double(), self.inside(1, parent_id="d1"), self.inside(2, parent_id=None)) == ""

    def test_what_holds_it_is_named_also_when_nothing_else_is_known_of_it(self) -> None:
        port = LiveObject("device", "d9", "gate", {}, {}, holds=frozenset({"d2"}))
        assert why(double(), port) == "device gate hang on it"
        assert why(double(), replace(port, automatic=True)) == ""
        assert why(double(held_by=frozenset({"d9"})), replace(port, holds=frozenset())) == "device gate hang on it"
        assert why(double(held_by=frozenset({"d8"}))) == "what is d8 hang on it"

    def test_three_are_named(self) -> None:
        four = [self.inside(number) for number in (4, 2, 3, 1)]
        expected = "ip_assignment session-1, ip_assignment session-2, ip_assignment session-3 hang on it"
        assert why(double(), *four) == expected
