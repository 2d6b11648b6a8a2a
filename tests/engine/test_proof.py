"""After a run: lists that lag, contradict, show two or cannot be read, and what is said when the window is over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from reconciler.diagnostics import Diagnostic
from reconciler.engine.claims import Claims
from reconciler.engine.proof import Unfinished, confirm, prove
from reconciler.engine.stop import Stop
from reconciler.model.journal import Journal
from reconciler.model.live import LiveObject
from reconciler.model.mark import Mark
from reconciler.wire import Account, Gone, Listing, Unreachable

from .account import VirtualClock
from .build import CATALOG

A, B = "projects.p.vlans.a", "projects.q.vlans.b"
SETTLE = 10.0
Show = Callable[[float], Sequence[dict[str, Any]]]


def vlan(identifier: str, address: str, **more: Any) -> dict[str, Any]:
    return {
        "id": identifier,
        "description": f"[reconciler:shop:{address}]",
        "vxlan": 7,
        "facility_code": "ewr1",
        **more,
    }


def live(identifier: str, address: str, project: str) -> LiveObject:
    return LiveObject("vlan", identifier, "", {}, {}, Mark("shop", address), owner_id=project, parent_id=project)


class Lists(Account):
    """Shows of each project what a function of the time says; nothing else is asked of it."""

    def __init__(self, clock: VirtualClock, **shows: Show) -> None:
        self._clock = clock
        self._shows = shows
        self.asked: dict[str, list[float]] = defaultdict(list)

    def fetch(self, listing: Listing) -> list[dict[str, Any]]:
        project = listing.path.split("/")[2]
        self.asked[project].append(self._clock.now())
        return list(self._shows[project](self._clock.now()))


def always(*bodies: dict[str, Any]) -> Show:
    return lambda _: bodies


def since(moment: float, *bodies: dict[str, Any]) -> Show:
    return lambda now: bodies if now >= moment else ()


def fails(until: float = float("inf"), *bodies: dict[str, Any], error: Exception | None = None) -> Show:
    def show(now: float) -> Sequence[dict[str, Any]]:
        if now < until:
            raise error or Unreachable("no answer")
        return bodies

    return show


class Run:
    """What a run claims, and its end."""

    def __init__(self, *known: str, **shows: Show) -> None:
        self.clock, self.stop = VirtualClock(), Stop()
        self.account = Lists(self.clock, **shows)
        self.claims = Claims(frozenset(known), Journal())

    def made(self, identifier: str, address: str, project: str, *, doubted: bool = False) -> Run:
        self.claims.created(address, live(identifier, address, project), doubted=doubted, listed=False)
        return self

    def told(self, identifier: str, address: str, project: str, number: int) -> Run:
        """It was to get this number."""

        def wrong(there: LiveObject | None) -> str:
            shown = there.values.get("vxlan") if there is not None else None
            return "" if shown == number else f"its number is {shown}"

        self.claims.changed(address, live(identifier, address, project), wrong)
        return self

    def confirmed(self) -> list[tuple[str, str, str]]:
        return told(confirm(self.claims, self.account, CATALOG, self.clock, SETTLE, self.stop))

    def proved(self) -> list[tuple[str, str, str]]:
        return told(prove(self.claims.told, self.account, CATALOG, self.clock, SETTLE, self.stop))


def told(found: Sequence[Diagnostic]) -> list[tuple[str, str, str]]:
    assert all(each.hint.startswith("run the same command again") for each in found)
    return [(each.code, each.address, each.summary) for each in found]


NOT_LISTED = ("not-listed", A, f"the API said that it made {A} (a1), and no list shows it")
TWICE = ("twin", A, f"{A} was created twice: a1, a2 carry its mark")


class TestWhatWasMade:
    def test_where_a_list_has_shown_it_nothing_is_asked(self) -> None:
        run = Run(p=fails())
        run.claims.created(A, live("a1", A, "p"), doubted=False, listed=True)
        assert run.confirmed() == []
        assert run.account.asked == {}

    def test_one_list_of_each_collection_is_enough_where_it_shows(self) -> None:
        run = Run(p=always(vlan("a1", A), vlan("c1", "projects.p.vlans.c")), q=always(vlan("b1", B)))
        run.made("a1", A, "p").made("c1", "projects.p.vlans.c", "p").made("b1", B, "q")
        assert run.confirmed() == []
        assert run.account.asked == {"p": [0.0], "q": [0.0]}
        assert run.clock.now() == 0.0

    def test_a_list_that_lags_is_asked_again_and_the_others_are_not(self) -> None:
        run = Run(p=since(2.5, vlan("a1", A)), q=always(vlan("b1", B)))
        assert run.made("a1", A, "p").made("b1", B, "q").confirmed() == []
        assert run.account.asked == {"p": [0.0, 1.0, 2.0, 3.0], "q": [0.0]}

    @pytest.mark.parametrize(("shows_at", "found"), [(10.0, []), (10.5, [NOT_LISTED])])
    def test_what_does_not_show_within_the_window_is_told(self, shows_at: float, found: list[Any]) -> None:
        run = Run(p=since(shows_at, vlan("a1", A)), q=always(vlan("b1", B)))
        assert run.made("a1", A, "p").made("b1", B, "q").confirmed() == found
        assert run.account.asked["p"][-1] == SETTLE

    def test_what_cannot_be_read_is_no_finding(self) -> None:
        run = Run(p=fails(), q=always(vlan("b1", B)))
        assert run.made("a1", A, "p").made("b1", B, "q").confirmed() == []
        assert run.account.asked == {"p": [float(second) for second in range(11)], "q": [0.0]}
        assert not run.claims.made["a1"].seen
        assert run.claims.made["b1"].seen

    def test_what_can_be_read_in_the_end_is_judged(self) -> None:
        assert Run(p=fails(3.0, vlan("a1", A))).made("a1", A, "p").confirmed() == []
        assert Run(p=fails(3.0)).made("a1", A, "p").confirmed() == [NOT_LISTED]

    @pytest.mark.parametrize("error", [Gone("gone", status=404), KeyError("id"), Unreachable("no answer")])
    def test_whatever_the_reason(self, error: Exception) -> None:
        assert Run(p=fails(error=error)).made("a1", A, "p").confirmed() == []

    @pytest.mark.parametrize("order", [("a1", "a2"), ("a2", "a1")])
    def test_two_of_one_mark_are_told(self, order: tuple[str, str]) -> None:
        run = Run(p=always(*(vlan(each, A) for each in order)))
        assert run.made("a1", A, "p").confirmed() == [TWICE]
        assert run.clock.now() == 0.0

    def test_twins_in_two_collections_are_both_told(self) -> None:
        run = Run(p=always(vlan("a1", A), vlan("a2", A)), q=always(vlan("b2", B), vlan("b1", B)))
        second = ("twin", B, f"{B} was created twice: b1, b2 carry its mark")
        assert run.made("a1", A, "p").made("b1", B, "q").confirmed() == [TWICE, second]

    def test_twins_that_were_seen_stay_told_though_a_later_list_shows_one(self) -> None:
        def show(now: float) -> Sequence[dict[str, Any]]:
            return [vlan("a2", A)] if now < 2 else [vlan("a1", A)]

        assert Run(p=show).made("a1", A, "p").confirmed() == [TWICE]

    def test_where_an_answer_was_lost_a_list_is_asked_though_it_was_seen(self) -> None:
        run = Run(p=always(vlan("a1", A), vlan("a2", A)))
        run.claims.created(A, live("a1", A, "p"), doubted=True, listed=True)
        assert run.confirmed() == [TWICE]

    def test_what_was_there_before_or_is_of_another_mark_is_no_twin(self) -> None:
        others = [vlan("a2", A), vlan("x1", B), {"id": "x2", "description": None, "facility_code": "ewr1"}]
        assert Run("a2", p=always(vlan("a1", A), *others)).made("a1", A, "p").confirmed() == []

    def test_two_that_this_run_made_are_no_twins(self) -> None:
        run = Run(p=always(vlan("a1", A), vlan("a2", A)))
        assert run.made("a1", A, "p").made("a2", A, "p").confirmed() == []

    def test_what_was_made_without_a_mark_has_no_twin(self) -> None:
        run = Run(p=always(vlan("a1", A), vlan("a2", A)))
        run.claims.created(A, replace(live("a1", A, "p"), mark=None), doubted=False, listed=False)
        assert run.confirmed() == []

    def test_an_interrupt_ends_the_wait_with_what_is_certain(self) -> None:
        run = Run(p=since(99, vlan("a1", A)), q=always(vlan("b1", B), vlan("b2", B)))
        run.made("a1", A, "p").made("b1", B, "q").stop.request()
        with pytest.raises(Unfinished, match=r"^interrupted before all of it was listed$") as caught:
            run.confirmed()
        assert [each.code for each in caught.value.found] == ["twin"]
        assert run.account.asked == {"p": [0.0], "q": [0.0]}

    def test_an_interrupt_that_comes_while_nothing_is_left_to_wait_for_ends_nothing(self) -> None:
        run = Run(p=always(vlan("a1", A))).made("a1", A, "p")
        run.stop.request()
        assert run.confirmed() == []


class TestWhatWasTold:
    def wrong(self, shown: object) -> list[tuple[str, str, str]]:
        return [("not-as-told", A, f"{A}: the API said that it was done, but its number is {shown}")]

    def test_a_list_that_says_the_same_is_asked_once(self) -> None:
        run = Run(p=always(vlan("a1", A, vxlan=9), vlan("a3", A, vxlan=9)), q=always(vlan("b1", B, vxlan=9)))
        run.told("a1", A, "p", 9).told("a3", A, "p", 9).told("b1", B, "q", 9)
        assert run.proved() == []
        assert run.account.asked == {"p": [0.0], "q": [0.0]}

    def test_nothing_told_nothing_asked(self) -> None:
        run = Run()
        assert run.proved() == []
        assert run.account.asked == {}

    @pytest.mark.parametrize(("right_at", "right"), [(2.5, True), (10.0, True), (10.5, False)])
    def test_one_that_lags_has_the_window(self, right_at: float, right: bool) -> None:
        def show(now: float) -> Sequence[dict[str, Any]]:
            return [vlan("a0", A, vxlan=9), vlan("a1", A, vxlan=9 if now >= right_at else 7)]

        run = Run(p=show, q=always(vlan("b1", B, vxlan=9)))
        run.told("a1", A, "p", 9).told("b1", B, "q", 9)
        assert run.proved() == ([] if right else self.wrong(7))
        assert run.account.asked["q"] == [0.0]

    def test_all_that_is_contradicted_is_told(self) -> None:
        run = Run(p=always(vlan("a1", A), vlan("a2", A)), q=always(vlan("b1", B)))
        run.told("a1", A, "p", 9).told("a2", A, "p", 8).told("b1", B, "q", 9)
        assert [address for _, address, _ in run.proved()] == [A, A, B]

    def test_what_is_not_in_the_list_is_judged_as_gone(self) -> None:
        assert Run(p=always()).told("a1", A, "p", 9).proved() == self.wrong(None)

    def test_what_it_is_of_may_be_gone_and_all_that_is_in_it(self) -> None:
        gone = Gone("gone", status=404)
        assert Run(p=fails(error=gone)).told("a1", A, "p", 9).proved() == self.wrong(None)

    @pytest.mark.parametrize("error", [KeyError("id"), Unreachable("no answer")])
    def test_what_cannot_be_read_proves_nothing(self, error: Exception) -> None:
        run = Run(p=fails(error=error), q=always(vlan("b1", B)))
        run.told("a1", A, "p", 9).told("b1", B, "q", 9)
        assert [address for _, address, _ in run.proved()] == [B]
        assert run.account.asked["p"] == [0.0]

    def test_an_interrupt_ends_the_wait(self) -> None:
        run = Run(p=always(vlan("a1", A))).told("a1", A, "p", 9)
        run.stop.request()
        with pytest.raises(Unfinished) as caught:
            run.proved()
        assert caught.value.found == ()
