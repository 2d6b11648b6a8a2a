"""An apply, event by event: what starts when, what is waited for, and when the run is over."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.event import Ended, Event, Progressed, Started
from reconciler.model.kind import Kind, Verb, Wish
from reconciler.model.live import LiveObject, Phase
from reconciler.model.plan import Action, Counts, Step
from reconciler.model.rails import Pacing
from reconciler.model.resource import Timeouts
from reconciler.values import parse_address
from reconciler.wire import Call, Incomplete, Rejected, Unreachable

from .build import resource
from .play import Patient, Play, Quick, Slow, Stepwise, described, there, told, vlan
from .scripted import refused

WORKING = vlan("a", "working")
A_CREATE = "projects.p.vlans.a:create"
JOIN = Step("join:p/devices", parse_address("projects.p.devices.all"), Verb.JOIN, "", "", (A_CREATE,), implied=True)


class Unprobed(Slow):
    def probe(self, identifier: str) -> Call | None:
        return None


class OneByOne(Stepwise):
    """Each field is set by a call of its own."""

    def calls(self, wish: Wish, live: LiveObject, changed: frozenset[str]) -> tuple[Call, ...]:
        made = (self.update(wish, live, frozenset({name})) for name in sorted(changed))
        return tuple(each for each in made if each not in wish.sent)


class Precious(Quick):
    precious = True


class PreciousSlow(Slow):
    precious = True


def late(play: Play, seconds: float, answer: Any) -> Callable[[], Any]:
    def answered() -> Any:
        play.clock.sleep(seconds)
        return answer

    return answered


class TestOneStep:
    def test_what_is_made_at_once_is_done_with_its_answer(self) -> None:
        play = Play(vlan("a")).add("a", Verb.CREATE)
        assert play.told() == ["0 a:create starts", "0 a:create done after 0 s a1"]
        assert [(each.kind, each.address) for each in play.events if isinstance(each, Started)] == [
            ("vlan", "projects.p.vlans.a")
        ]

    def test_what_is_there_is_named_from_the_start(self) -> None:
        play = Play(described("a", "d")).shows((0, [described("a", "old")]))
        play.add("a", Verb.UPDATE, action=Action.UPDATE, live=there("a", description="old"), differs=["description"])
        assert play.told() == ["0 a:update starts a1", "0 a:update done after 0 s a1"]
        assert play.api.bodies == [{"description": "d"}]

    def test_an_update_of_which_nothing_is_left_is_done_without_a_call(self) -> None:
        play = Play().add("a", Verb.UPDATE, action=Action.UPDATE, live=there("a"), differs=["description"])
        assert play.told() == ["0 a:update done after 0 s a1"]

    def test_what_goes_with_its_parent_is_done_without_a_call(self) -> None:
        play = Play().add("a", Verb.DELETE, action=Action.DELETE, live=there("a"), implied=True)
        assert play.told() == ["0 a:delete done after 0 s (implied)"]

    def test_a_join_lets_what_waits_for_it_go_and_is_not_told(self) -> None:
        play = Play(vlan("a"), vlan("b")).add("a", Verb.CREATE)
        play.steps.append(JOIN)
        play.add("b", Verb.CREATE)
        play.steps[-1] = replace(play.steps[-1], requires=(JOIN.id,))
        assert play.told() == [
            "0 a:create starts",
            "0 a:create done after 0 s a1",
            "0 b:create starts",
            "0 b:create done after 0 s b1",
        ]

    def test_the_time_a_step_took_is_that_of_its_calls(self) -> None:
        play = Play(kind=Quick())
        play.api.answers = [late(play, 7.0, vlan("a")), vlan("b")]
        play.add("a", Verb.CREATE).add("b", Verb.CREATE)
        assert play.told()[1:] == ["7 a:create done after 7 s a1", "7 b:create starts", "7 b:create done after 0 s b1"]


class TestWaiting:
    def test_what_is_on_its_way_is_told_when_something_about_it_changes(self) -> None:
        play = Play(WORKING).add("a", Verb.CREATE)
        half = vlan("a", "working", percentage=50.0, message="booting")
        play.shows((0, [WORKING]), (3, [half]), (5, [vlan("a")]))
        assert play.told() == [
            "0 a:create starts",
            "1 a:create after 1 s working",
            "3 a:create after 3 s 50 % booting",
            "5 a:create done after 5 s a1",
        ]
        assert [each.kind for each in play.events if isinstance(each, Progressed)] == ["vlan", "vlan"]
        assert [each - 1000.0 for each in play.api.listed] == [1, 2, 3, 4, 5]

    def test_one_list_asks_for_all(self) -> None:
        play = Play(WORKING, vlan("b", "working")).add("a", Verb.CREATE).add("b", Verb.CREATE)
        play.shows((0, [WORKING, vlan("b", "working")]), (2, [vlan("a"), vlan("b")]))
        assert play.told()[-2:] == ["2 a:create done after 2 s a1", "2 b:create done after 2 s b1"]
        assert len(play.api.listed) == 2

    def test_a_list_that_takes_long_is_asked_for_less_often(self) -> None:
        play = Play(WORKING).add("a", Verb.CREATE).shows((0, [WORKING]), (8, [vlan("a")]))
        shown = play.api.shows
        play.api.shows = lambda now: late(play, 2.0, shown(now))()
        play.told()
        assert [each - 1000.0 for each in play.api.listed] == [1, 7, 13]

    def test_what_an_earlier_run_made_is_waited_for_without_a_call(self) -> None:
        play = Play().add("a", Verb.AWAIT, action=Action.NOOP, live=there("a", Phase.WORKING))
        play.shows((0, [WORKING]), (2, [vlan("a")]))
        assert play.told() == [
            "0 a:await starts a1",
            "1 a:await after 1 s working",
            "2 a:await done after 2 s a1",
        ]
        assert [each.kind for each in play.events if isinstance(each, Started)] == ["vlan"]

    def test_a_delete_is_over_when_the_list_shows_it_no_more(self) -> None:
        play = Play(None).add("a", Verb.DELETE, action=Action.DELETE, live=there("a"))
        play.shows((0, [vlan("a")]), (1, [vlan("a", "leaving")]), (3, []))
        assert play.told() == [
            "0 a:delete starts a1",
            "1 a:delete after 1 s leaving",
            "3 a:delete done after 3 s a1",
        ]

    def test_it_ends_at_the_users_limit(self) -> None:
        given = resource("projects.p.vlans.a", description="d", timeouts=Timeouts(create=9.0, delete=4.0))
        again = "run the same command again to go on waiting"
        play = Play(WORKING).shows((0, [WORKING])).add("a", Verb.CREATE, declared=given)
        assert play.told()[-1] == f"9 a:create failed after 9 s a1 not ready after 9 s; {again}"
        play = Play(None).shows((0, [WORKING]))
        play.add("a", Verb.DELETE, action=Action.DELETE_CREATE, live=there("a"), declared=given)
        assert play.told()[-1] == f"4 a:delete failed after 4 s a1 not gone after 4 s; {again}"

    @pytest.mark.parametrize(
        ("problem", "words"),
        [
            (Incomplete("a page is missing"), "a page is missing"),
            (Rejected("x", status=500, errors=("oh",), request_id="r-1"), "oh (HTTP 500, request r-1)"),
            ([{}], "the answer is not understood: KeyError 'id'"),
        ],
    )
    def test_a_read_that_fails_is_told_and_tried_again(self, problem: Any, words: str) -> None:
        play = Play(WORKING).add("a", Verb.CREATE).shows((0, problem), (3, [vlan("a")]))
        assert play.told() == [
            "0 a:create starts",
            f"1 note: waiting goes on: {words}",
            f"2 note: waiting goes on: {words}",
            "3 a:create done after 3 s a1",
        ]

    def test_reads_that_never_work_again_end_at_the_limit(self) -> None:
        play = Play(WORKING).add("a", Verb.CREATE).shows((0, Unreachable("no route")))
        assert "a1 not ready after 6" in play.told()[-1]

    def test_one_that_fails_fails_its_step(self) -> None:
        play = Play(WORKING).add("a", Verb.CREATE).shows((0, [vlan("a", "failed")]))
        assert play.told() == ["0 a:create starts", "1 a:create failed after 1 s a1 its state became failed"]


class TestWhatNoListShows:
    """A new object that three whole lists have not shown is asked for by itself."""

    def test_it_is_gone_when_the_settle_time_is_over(self) -> None:
        play = Play(WORKING, refused(404), refused(404)).add("a", Verb.CREATE)
        assert play.told() == ["0 a:create starts", "6 a:create failed after 6 s a1 it is gone"]
        assert play.api.sent[1:] == [(1003.0, "GET", "/vlans/a1"), (1006.0, "GET", "/vlans/a1")]

    def test_not_before_and_not_after(self) -> None:
        assert Play(WORKING, refused(404), settle=3.0).add("a", Verb.CREATE).told()[-1].startswith("3 a:create failed")
        play = Play(WORKING, refused(404), refused(404), settle=3.5).add("a", Verb.CREATE)
        assert play.told()[-1].startswith("6 a:create failed")

    def test_an_answer_that_took_long_may_be_as_old_as_its_question(self) -> None:
        def slow() -> Exception:
            play.clock.sleep(10)
            return refused(404)

        play = Play(WORKING, slow, refused(404), settle=5.0).add("a", Verb.CREATE)
        assert play.told()[-1] == "15 a:create failed after 15 s a1 it is gone"
        assert play.api.sent[1:] == [(1003.0, "GET", "/vlans/a1"), (1015.0, "GET", "/vlans/a1")]

    def test_one_that_a_list_has_shown_is_gone_at_once(self) -> None:
        play = Play(WORKING, refused(404), settle=50.0).add("a", Verb.CREATE).shows((0, [WORKING]), (2, []))
        assert play.told()[-1] == "4 a:create failed after 4 s a1 it is gone"

    def test_several_are_asked_for_at_once(self) -> None:
        play = Play(WORKING, vlan("b", "working"), refused(404), refused(404), settle=3.0)
        play.add("a", Verb.CREATE).add("b", Verb.CREATE)
        assert sorted(play.told()[2:]) == [f"3 {each}:create failed after 3 s {each}1 it is gone" for each in "ab"]
        (first, _) = [each.diagnostic for each in play.events if isinstance(each, Ended)]
        assert first is not None
        assert first.hint == ""

    def test_a_machine_that_may_not_be_looked_at_failed_to_provision(self) -> None:
        play = Play(WORKING, refused(403)).add("a", Verb.CREATE)
        reason = "it failed to provision and was taken away: no (HTTP 403, request r-1)"
        assert play.told()[-1] == f"3 a:create failed after 3 s a1 {reason}"

    @pytest.mark.parametrize("answer", [WORKING, refused(500), Unreachable("no route")])
    def test_any_other_answer_is_no_news(self, answer: Any) -> None:
        play = Play(WORKING, answer).add("a", Verb.CREATE).shows((0, []), (5, [vlan("a")]))
        assert play.told() == ["0 a:create starts", "5 a:create done after 5 s a1"]
        assert len(play.api.sent) == 2

    def test_where_the_api_has_no_such_call_lists_are_all_there_is(self) -> None:
        play = Play(WORKING, kind=Unprobed()).add("a", Verb.CREATE).shows((0, []), (9, [vlan("a")]))
        assert play.told() == ["0 a:create starts", "9 a:create done after 9 s a1"]


class TestWhatIsLeftToDo:
    """A machine that is to be off can be turned off only when it is on."""

    def test_it_is_done_when_the_object_is_ready(self) -> None:
        play = Play(WORKING, described("a", "d"), kind=Stepwise()).add("a", Verb.CREATE)
        play.shows((0, [WORKING]), (2, [described("a", "old")]))
        assert play.told() == [
            "0 a:create starts",
            "1 a:create after 1 s working",
            "2 a:create done after 2 s a1",
        ]
        assert play.api.sent[1] == (1002.0, "PUT", "/vlans/a1")
        live = play.world.live(parse_address("projects.p.vlans.a"))
        assert live is not None
        assert live.values["description"] == "d"

    def test_once(self) -> None:
        """The list may lag behind the answer: what was sent is not sent again, but looked at."""
        play = Play(WORKING, described("a", "d", phase="working"), described("a", "d"), kind=Stepwise())
        play.add("a", Verb.CREATE).shows((0, [WORKING]), (2, [described("a", "old")]))
        assert play.told()[-1] == "3 a:create done after 3 s a1"
        assert [method for _, method, _ in play.api.sent] == ["POST", "PUT", "GET"]

    def test_also_of_what_an_earlier_run_had_begun(self) -> None:
        live = replace(there("a", Phase.WORKING), values={})
        play = Play(described("a", "d"), kind=Stepwise()).add("a", Verb.AWAIT, action=Action.NOOP, live=live)
        play.shows((0, [described("a", "old")]))
        assert play.told()[-1] == "1 a:await done after 1 s a1"
        assert [method for _, method, _ in play.api.sent] == ["PUT"]

    def test_none_of_several_calls_is_sent_again(self) -> None:
        """Each of them takes its time, and the list shows what the first one did only at the end."""
        given = resource("projects.p.vlans.a", facility="ewr1", description="d", vxlan=9)
        working = described("a", "old", phase="working", vxlan=7)
        first, second = described("a", "old", vxlan=7), described("a", "old", vxlan=9)
        play = Play(working, working, first, working, second, kind=OneByOne()).add("a", Verb.CREATE, declared=given)
        play.shows((0, [first]), (3, [second]))
        play.told()
        assert [method for _, method, _ in play.api.sent if method == "PUT"] == ["PUT", "PUT"]

    def test_not_of_a_delete(self) -> None:
        play = Play(None, kind=Stepwise()).add("a", Verb.DELETE, action=Action.DELETE_CREATE, live=there("a"))
        play.shows((0, [vlan("a")]), (2, []))
        assert play.told()[-1] == "2 a:delete done after 2 s a1"


class TestWhichGoesFirst:
    def first(self, *steps: tuple[str, Verb], kind: Kind | None = None, implied: str = "") -> str:
        play = Play(*[vlan("a")] * 4, kind=kind)
        for name, verb in steps:
            action = Action.CREATE if verb is Verb.CREATE else Action.UPDATE
            live = there(name, description="old") if verb is not Verb.CREATE else None
            play.add(name, verb, action=action, live=live, differs=["description"], implied=name == implied)
        play.hears = lambda event: play.stop.request()
        return play.told()[0].split()[1][0]

    @pytest.mark.parametrize("slow", [Verb.CREATE, Verb.DELETE, Verb.AWAIT])
    @pytest.mark.parametrize("quick", [Verb.UPDATE, Verb.MOVE])
    def test_what_takes_long(self, slow: Verb, quick: Verb) -> None:
        assert self.first(("a", quick), ("b", slow)) == "b"
        assert self.first(("a", slow), ("b", quick)) == "a"

    def test_where_nothing_takes_long_the_plans_own_order_holds(self) -> None:
        assert self.first(("a", Verb.UPDATE), ("b", Verb.CREATE), kind=Quick()) == "a"
        assert self.first(("a", Verb.CREATE), ("b", Verb.UPDATE), kind=Quick()) == "a"

    def test_what_needs_no_call_is_no_work(self) -> None:
        assert self.first(("a", Verb.DELETE), ("b", Verb.UPDATE), implied="a") == "b"


class TestHowMuchAtOnce:
    def test_as_many_calls_as_are_allowed(self) -> None:
        both = threading.Barrier(2, timeout=20.0)
        play = Play(kind=Quick())
        play.api.answers = [lambda: (both.wait() and None) or vlan("a"), lambda: (both.wait() and None) or vlan("b")]
        play.add("a", Verb.CREATE).add("b", Verb.CREATE).add("c", Verb.CREATE)
        play.api.answers.append(vlan("c"))
        lines = play.told(parallelism=2)
        assert lines[:2] == ["0 a:create starts", "0 b:create starts"]
        assert "done" in lines[2]
        assert len(lines) == 6

    def test_and_no_more(self) -> None:
        play = Play(vlan("a"), vlan("b"), vlan("c"), kind=Quick())
        play.add("a", Verb.CREATE).add("b", Verb.CREATE).add("c", Verb.CREATE)
        assert [line.split()[1:3] for line in play.told()] == [
            [f"{name}:create", word] for name in "abc" for word in ("starts", "done")
        ]
        assert [path for _, _, path in play.api.sent] == ["/projects/p/virtual-networks"] * 3

    def test_what_takes_long_is_waited_for_when_the_rest_is_done(self) -> None:
        over = threading.Event()
        play = Play(kind=Quick())
        play.api.answers = [vlan("a"), lambda: over.wait(20.0) and vlan("b")]
        play.add("a", Verb.CREATE).add("b", Verb.CREATE)
        play.hears = lambda event: over.set() if isinstance(event, Ended) else None
        assert [line for line in play.told(parallelism=2) if "done" in line] == [
            "0 a:create done after 0 s a1",
            "0 b:create done after 0 s b1",
        ]

    def test_what_is_waited_for_is_asked_for_while_a_call_takes_long(self) -> None:
        over = threading.Event()
        play = Play().add("a", Verb.AWAIT, action=Action.NOOP, live=there("a", Phase.WORKING)).add("b", Verb.CREATE)

        def answered() -> Any:
            play.clock.sleep(0.01)
            return over.wait(20.0) and vlan("b")

        def hear(event: Event) -> None:
            if isinstance(event, Started) and event.address.endswith("b"):
                play.clock.sleep(0.99)
            if isinstance(event, Ended):
                over.set()

        play.api.answers, play.hears = [answered], hear
        play.shows((0, [vlan("a")]))
        assert play.told() == [
            "0 a:await starts a1",
            "0 b:create starts",
            "1 a:await done after 1 s a1",
            "1 b:create done after 1 s b1",
        ]

    def test_nothing_is_asked_for_later_than_it_is_due(self) -> None:
        play = Play().add("a", Verb.AWAIT, action=Action.NOOP, live=there("a", Phase.WORKING)).add("b", Verb.CREATE)
        play.api.answers = [late(play, 0.6, vlan("b"))]
        play.shows((0, [vlan("a")]))
        assert play.told()[-1] == "1 a:await done after 1 s a1"

    def test_what_is_waited_for_holds_no_place(self) -> None:
        play = Play(WORKING, vlan("b", "working")).add("a", Verb.CREATE).add("b", Verb.CREATE)
        play.shows((0, [WORKING, vlan("b", "working")]), (4, [vlan("a"), vlan("b")]))
        assert play.told()[:2] == ["0 a:create starts", "0 b:create starts"]


class TestPacedDeletes:
    def play(self, kind: Kind, *answers: Any) -> Play:
        play = Play(*answers, kind=kind)
        for name in "abc":
            play.add(name, Verb.DELETE, action=Action.DELETE, live=there(name))
        return play

    def test_so_many_go_within_a_minute(self) -> None:
        told = self.play(Precious(), None, None, None).told(pacing=Pacing(3, False, 1))
        assert [each for each in told if "starts" in each] == [
            "0 a:delete starts a1",
            "60 b:delete starts b1",
            "120 c:delete starts c1",
        ]
        assert told[-1] == "120 c:delete done after 0 s c1"

    def test_the_first_is_gone_before_another_goes(self) -> None:
        play = self.play(PreciousSlow(), None, None, None)
        every = [vlan("a"), vlan("b"), vlan("c")]
        play.shows((0, every), (4, every[1:]), (6, []))
        assert [each for each in play.told(pacing=Pacing(3, True, 60)) if "after 0 s" not in each] == [
            "0 a:delete starts a1",
            "1 a:delete after 1 s ready",
            "4 a:delete done after 4 s a1",
            "4 b:delete starts b1",
            "4 c:delete starts c1",
            "5 b:delete after 1 s ready",
            "5 c:delete after 1 s ready",
            "6 b:delete done after 2 s b1",
            "6 c:delete done after 2 s c1",
        ]

    def test_a_first_one_that_fails_is_the_last_that_was_sent(self) -> None:
        play = self.play(Precious(), refused(422))
        play.add("d", Verb.CREATE, requires=["a:delete"]).add("e", Verb.CREATE, requires=["b:delete"])
        play.api.answers.append(vlan("x"))
        play.add("x", Verb.CREATE)
        why = "because the first delete, projects.p.vlans.a, did not succeed"
        assert play.told(pacing=Pacing(3, True, 60)) == [
            "0 a:delete starts a1",
            "0 a:delete failed after 0 s a1 no (HTTP 422, request r-1)",
            "0 d:create skipped after 0 s because projects.p.vlans.a failed",
            f"0 b:delete skipped after 0 s {why}",
            "0 e:create skipped after 0 s because projects.p.vlans.b was not sent",
            f"0 c:delete skipped after 0 s {why}",
            "0 x:create starts",
            "0 x:create done after 0 s x1",
        ]


class TestTheEnd:
    def test_what_was_done_is_counted(self) -> None:
        play = Play(vlan("a"), described("b", "d"), None, refused(422), kind=Quick()).shows(
            (0, [described("b", "old")])
        )
        play.add("a", Verb.CREATE)
        play.add("b", Verb.UPDATE, action=Action.UPDATE, live=there("b", description="old"), differs=["description"])
        play.add("c", Verb.DELETE, action=Action.DELETE, live=there("c"))
        play.add("d", Verb.CREATE)
        applied = play.run()
        assert (applied.counts, applied.interrupted) == (Counts(1, 1, 1), False)

    def stopped(self, play: Play, when: Callable[[Event], bool]) -> list[str]:
        play.hears = lambda event: play.stop.request() if when(event) else None
        applied = play.run()
        assert applied.interrupted
        return [told(each) for each in applied.ended]

    def test_a_stop_leaves_what_is_on_its_way_to_the_next_run_and_begins_nothing_more(self) -> None:
        play = Play(WORKING).add("a", Verb.CREATE).add("b", Verb.CREATE, requires=["a:create"])
        play.shows((0, [WORKING]))
        assert self.stopped(play, lambda event: isinstance(event, Progressed)) == [
            "1 a:create abandoned after 1 s a1 interrupted while waiting; the next run goes on waiting",
            "1 b:create skipped after 0 s interrupted",
        ]

    def test_what_was_cut_short_is_named(self) -> None:
        play = Play(refused(423), kind=Patient()).shows((0, [vlan("a")]))
        play.add("a", Verb.DELETE, action=Action.DELETE, live=there("a"))
        (line,) = self.stopped(play, lambda event: isinstance(event, Started))
        assert line.endswith("a1 interrupted")

    def test_a_stop_with_something_left_is_an_interruption_though_nothing_was_cut_short(self) -> None:
        play = Play(vlan("a")).add("a", Verb.CREATE).add("b", Verb.CREATE)
        assert self.stopped(play, lambda event: isinstance(event, Started)) == [
            "0 a:create done after 0 s a1",
            "0 b:create skipped after 0 s interrupted",
        ]

    def test_a_stop_when_all_is_done_is_none(self) -> None:
        play = Play(vlan("a")).add("a", Verb.CREATE)
        play.hears = lambda event: play.stop.request()
        applied = play.run()
        assert (applied.interrupted, applied.counts) == (False, Counts(1, 0, 0))

    def test_a_step_that_was_cut_short_is_an_interruption_though_nothing_is_left(self) -> None:
        play = Play(refused(423), kind=Patient()).add("a", Verb.CREATE)
        assert self.stopped(play, lambda event: isinstance(event, Started)) == [
            "0.516796 a:create abandoned after 0.516796 s interrupted",
        ]

    def test_a_token_that_is_refused_ends_it_without_a_stop(self) -> None:
        play = Play(WORKING, refused(401)).add("a", Verb.CREATE).add("b", Verb.CREATE)
        play.add("c", Verb.CREATE, requires=["a:create"])
        applied = play.run()
        assert [told(each) for each in applied.ended] == [
            "0 b:create failed after 0 s no (HTTP 401, request r-1)",
            "0 a:create abandoned after 0 s a1 the API refuses the token; the next run goes on waiting",
            "0 c:create skipped after 0 s not begun, since the API refuses the token",
        ]
        assert not applied.interrupted

    def test_what_nobody_foresaw_is_raised(self) -> None:
        def broken(*_: Any) -> Any:
            raise ZeroDivisionError("nobody foresaw this")

        with pytest.raises(ZeroDivisionError):
            Play(broken).add("a", Verb.CREATE).run()
        play = Play(WORKING).add("a", Verb.CREATE)
        play.api.shows = broken
        with pytest.raises(ZeroDivisionError):
            play.run()
