"""One step against an API that says what the test tells it: what is sent and when, how it ends, what is written."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from reconciler.engine.task import Ending, Interrupted
from reconciler.model.kind import Kind, Verb
from reconciler.model.live import Phase
from reconciler.values import digest
from reconciler.wire import Call, Rejected, Unreachable, WireError

from .scripted import AT, GET, LOST, MARK, Bench, Thing, body, refused, task, there, thing


class TestSending:
    def send(self, bench: Bench, *calls: Call, patience: float = 60.0, kind: Kind | None = None) -> object:
        return bench.sender.send(task(kind or thing(), patience=patience), *calls)

    def test_what_is_taken_is_sent_once(self) -> None:
        bench = Bench({"id": 1})
        assert self.send(bench, GET, GET) == {"id": 1}
        assert bench.methods == ["GET"]
        assert bench.clock.now() == 0.0

    def test_a_call_names_the_step_that_it_is_sent_for(self) -> None:
        bench = Bench(refused(404), {"id": 1})
        self.send(bench, GET, GET)
        assert bench.api.steps == [f"{AT}:create"] * 2

    def test_a_refusal_that_does_not_clear_is_raised_at_once(self) -> None:
        bench = Bench(refused(422))
        with pytest.raises(Rejected, match="HTTP 422"):
            self.send(bench, GET, GET)
        assert bench.methods == ["GET"]

    def test_one_that_clears_is_waited_out_with_longer_and_longer_pauses(self) -> None:
        bench, chance = Bench(*[refused(423)] * 12, {"id": 1}), random.Random(1)
        bench.clock.sleep(1000.0)
        assert self.send(bench, GET, patience=600.0) == {"id": 1}
        pauses = [later - earlier for earlier, later in zip(bench.moments, bench.moments[1:], strict=False)]
        expected = [min(10.0, 0.5 * 1.6**number) * (1 + chance.random() / 4) for number in range(12)]
        assert pauses == pytest.approx(expected), "up to a quarter more, so that several do not come at once"

    def test_patience_has_an_end(self) -> None:
        bench = Bench(*[refused(423)] * 99)
        with pytest.raises(Rejected, match="HTTP 423"):
            self.send(bench, GET, patience=30.0)
        assert 30.0 <= bench.moments[-1] < 45.0
        assert bench.moments[-2] < 30.0
        with pytest.raises(Rejected):
            self.send(Bench(refused(423)), GET, patience=0.0)

    def test_a_long_wait_is_told_once_with_its_reason_and_its_end(self) -> None:
        bench = Bench(*[refused(423, "port is assigned")] * 9, {"id": 1})
        self.send(bench, GET, patience=3000.0)
        assert bench.notes == [
            f"{AT}: still waiting (given up 50 min after the first try), since the API says: "
            "port is assigned (HTTP 423, request r-1)"
        ]
        short = Bench(*[refused(423)] * 4, {"id": 1})
        self.send(short, GET, patience=20.0)
        assert short.clock.now() < 10.0
        assert short.notes == []
        hasty = Bench(*[refused(423)] * 7, {"id": 1})
        self.send(hasty, GET, patience=25.0)
        assert "given up 1 min after" in hasty.notes[0]

    def test_of_several_the_next_is_tried_and_later_all_of_them_again(self) -> None:
        bench = Bench(refused(404), refused(404), refused(404), {"id": 2})
        other = replace(GET, path="/vlans/a2")
        assert self.send(bench, GET, other) == {"id": 2}
        assert [path for _, _, path in bench.api.sent] == ["/vlans/a1", "/vlans/a2"] * 2
        assert bench.moments[0] == bench.moments[1] < bench.moments[2]

    def test_a_refusal_of_one_for_good_ends_the_tries(self) -> None:
        bench = Bench(refused(404), refused(422))
        with pytest.raises(Rejected, match="HTTP 422"):
            self.send(bench, GET, GET, GET)

    def test_an_interrupt_ends_the_wait(self) -> None:
        bench = Bench(refused(423), {"id": 1})
        bench.stop.request()
        with pytest.raises(Interrupted, match="interrupted"):
            self.send(bench, GET)
        assert bench.methods == ["GET"]


class TestCreating:
    INTENT = ("intend", str(AT), "vlan", digest([{"facility": "ewr1", "description": MARK.to_text("d")}], 8))

    def test_it_is_written_down_sent_once_and_answered(self) -> None:
        bench = Bench(body("a1"))
        found = bench.create(task(thing()))
        assert (found.ending, found.live and found.live.id, found.reason) == (Ending.DONE, "a1", "")
        assert (found.doubted, found.listed) == (False, False)
        assert bench.journal.lines == [self.INTENT, ("ok", str(AT), "a1", "")]
        assert bench.api.listed == []

    @pytest.mark.parametrize(
        ("phase", "waits", "ending"),
        [
            ("ready", True, Ending.DONE),
            ("working", True, Ending.WAITING),
            ("working", False, Ending.DONE),
            ("failed", True, Ending.FAILED),
        ],
    )
    def test_how_it_is_born_says_what_comes_of_it(self, phase: str, waits: bool, ending: Ending) -> None:
        found = Bench(body("a1", phase=phase)).create(task(thing(waits=waits)))
        assert found.ending is ending
        assert found.live is not None
        assert found.live.id == "a1"
        assert found.reason == ("its state became failed" if phase == "failed" else "")

    def test_a_lost_answer_is_looked_for_by_the_mark_until_it_shows(self) -> None:
        bench = Bench(LOST).shows(body("a1"), since=3.0)
        found = bench.create(task(thing()))
        assert found.live is not None
        assert (found.ending, found.live.id, found.doubted, found.listed) == (Ending.DONE, "a1", True, True)
        assert bench.journal.lines == [self.INTENT, ("unknown", str(AT), "", "")]
        assert bench.notes == [f"{AT}: the answer was lost (the line died); looking for it by its mark"]
        assert bench.methods == ["POST"]
        assert bench.api.listed == [0.0, 1.0, 2.0, 3.0]

    def test_what_does_not_show_within_the_window_is_sent_again(self) -> None:
        bench = Bench(LOST, body("a2"))
        found = bench.create(task(thing()))
        assert found.live is not None
        assert (found.live.id, found.doubted, found.listed) == ("a2", True, False)
        assert bench.moments == [0.0, 5.0]
        assert bench.api.listed == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
        first, second = bench.journal.lines[:2], bench.journal.lines[2:]
        assert first == [self.INTENT, ("unknown", str(AT), "", "")]
        assert second == [self.INTENT, ("ok", str(AT), "a2", "")]

    def test_three_times_are_enough(self) -> None:
        bench = Bench(LOST, LOST, LOST)
        found = bench.create(task(thing()))
        told = "no answer came and the object is not there; nothing is known to have been created"
        assert (found.ending, found.live, found.reason) == (Ending.FAILED, None, told)
        assert bench.methods == ["POST"] * 3

    def test_a_look_that_cannot_be_read_is_no_look_that_found_nothing(self) -> None:
        bench = Bench(LOST)

        def shows(now: float) -> list[dict[str, Any]]:
            raise Unreachable("no list")

        bench.api.shows = shows
        with pytest.raises(Unreachable, match="no list"):
            bench.create(task(thing()))
        assert bench.methods == ["POST"]
        assert bench.api.listed[-1] == 5.0

    def test_what_has_no_mark_yet_may_be_it_and_is_waited_for(self) -> None:
        """A batch shows its mark with its machines."""
        unmarked = {"id": "a1", "facility_code": "ewr1", "phase": "working"}
        bench = Bench(LOST)
        bench.api.shows = lambda now: [body("a1", phase="working")] if now >= 20.0 else [unmarked]
        found = bench.create(task(thing()))
        assert found.live is not None
        assert (found.live.id, bench.methods, bench.clock.now()) == ("a1", ["POST"], 20.0)
        never = Bench(LOST).shows(unmarked)
        with pytest.raises(WireError, match=r"^the answer was lost, and what was made does not show yet whose it is$"):
            never.create(task(thing(), patience=30.0))
        assert never.clock.now() == 30.0
        for other in ({**unmarked, "phase": "ready"}, {**unmarked, "phase": "leaving"}):
            with pytest.raises(IndexError):  # sent again
                Bench(LOST).shows(other).create(task(thing()))
        with pytest.raises(IndexError):
            Bench(LOST).shows(unmarked).create(task(thing(), avoid=frozenset({"a1"})))

    @pytest.mark.parametrize(
        "other",
        [
            body("a1", "projects.p.vlans.b"),
            body("a1", stack="other"),
            body("a1", phase="leaving"),
            {"id": "a1", "description": "d", "facility_code": "ewr1"},
        ],
    )
    def test_what_is_not_it_is_not_taken_for_it(self, other: dict[str, Any]) -> None:
        bench = Bench(LOST, body("a2")).shows(other)
        found = bench.create(task(thing()))
        assert found.live is not None
        assert found.live.id == "a2"

    def test_what_carries_no_mark_is_known_by_its_key(self) -> None:
        class Keyed(Thing):
            marked = False

            def natural_key(self, values: Mapping[str, Any]) -> str:
                return str(values.get("key", ""))

            def read(self, body: Mapping[str, Any], owner_id: str | None) -> Any:
                for live in super().read(body, owner_id):
                    yield replace(live, mark=None, key=str(body.get("key", "")))

        one = task(Keyed())
        one = replace(one, wish=replace(one.wish, values={**one.wish.values, "key": "k"}))
        bench = Bench(LOST).shows(body("a0", key="other"), body("a9"), body("a1", key="k"))
        found = bench.create(one)
        assert found.live is not None
        assert found.live.id == "a1"
        nameless = replace(one, wish=replace(one.wish, values={"description": "d"}))
        assert Bench(LOST, body("a2")).shows(body("a0")).create(nameless).listed is False

    def test_what_was_there_before_is_not_taken_for_it(self) -> None:
        bench = Bench(LOST, body("a2")).shows(body("a1"))
        found = bench.create(task(thing(), avoid=frozenset({"a1"})))
        assert found.live is not None
        assert found.live.id == "a2"

    def test_an_interrupt_while_it_is_looked_for_says_what_is_not_known(self) -> None:
        for shows in ((), (body("a1"),)):
            bench = Bench(LOST).shows(*shows)
            bench.stop.request()
            if shows:
                assert bench.create(task(thing())).live is not None
                continue
            with pytest.raises(Interrupted, match="interrupted before it was known whether it was created"):
                bench.create(task(thing()))
            assert bench.journal.lines[-1][0] == "unknown"

    def test_an_interrupt_before_it_is_sent_again_ends_it(self) -> None:
        bench = Bench(LOST)

        def shows(now: float) -> list[dict[str, Any]]:
            if now >= 5.0:
                bench.stop.request()
            return []

        bench.api.shows = shows
        with pytest.raises(Interrupted, match=r"^interrupted$"):
            bench.create(task(thing()))
        assert len(bench.journal.lines) == 2

    def test_a_refusal_is_written_down_and_raised(self) -> None:
        bench = Bench(refused(422, request="r-9"))
        with pytest.raises(Rejected, match="HTTP 422"):
            bench.create(task(thing()))
        assert bench.journal.lines == [self.INTENT, ("rejected", str(AT), "", "r-9")]

    def test_one_that_says_it_is_there_already_is_looked_for(self) -> None:
        bench = Bench(refused(409)).shows(body("a1"), since=2.0)
        found = bench.create(task(thing()))
        assert found.live is not None
        assert (found.live.id, found.listed, found.doubted) == ("a1", True, False)
        with pytest.raises(Rejected, match="HTTP 409"):
            Bench(refused(409)).create(task(thing()))

    def test_an_interrupt_while_a_refusal_clears_closes_it(self) -> None:
        bench = Bench(refused(423))
        bench.stop.request()
        with pytest.raises(Interrupted):
            bench.create(task(thing()))
        assert bench.journal.lines == [self.INTENT, ("rejected", str(AT), "", "")]

    def test_an_answer_that_does_not_show_it_is_looked_for(self) -> None:
        bench = Bench({"message": "in review"}).shows(body("a1"), since=2.0)
        found = bench.create(task(thing()))
        assert found.live is not None
        assert (found.live.id, found.listed, found.doubted) == ("a1", True, False)
        assert bench.journal.lines[-1] == ("ok", str(AT), "", "")
        found = Bench({"message": "in review"}).create(task(thing()))
        told = "the API took the request but shows no vlan; it may need a review first"
        assert (found.ending, found.live, found.reason) == (Ending.FAILED, None, told)

    @pytest.mark.parametrize("full_after", [0, 2])
    def test_nothing_is_sent_that_cannot_be_written_down(self, full_after: int) -> None:
        bench = Bench(LOST)
        bench.journal.full_after = full_after
        found = bench.create(task(thing()))
        told = "nothing was sent, since the journal cannot be written: no space"
        assert (found.ending, found.live, found.reason) == (Ending.FAILED, None, told)
        assert found.hint == "free the place and run the same command again"
        assert len(bench.methods) == full_after / 2

    def test_what_it_may_take_from_others_is_looked_at_first(self) -> None:
        bench = Bench({"by": "somebody"})
        found = bench.create(task(thing(first=GET)))
        assert (found.ending, found.live, found.reason) == (Ending.FAILED, None, "taken by somebody and not by p")
        assert (bench.api.sent, bench.journal.lines) == ([(0.0, "GET", "/first/p")], [])
        nothing: list[Any] = [{}, None, []]
        for free in nothing:
            bench = Bench(free, body("a1"))
            assert bench.create(task(thing(first=GET))).ending is Ending.DONE
            assert bench.methods == ["GET", "POST"]

    def test_what_only_an_update_can_set_is_set_after_it(self) -> None:
        second = Call("PUT", "/vlans/{id}", "", body={"x": 1})
        bench = Bench(body("a1"), body("a1", phase="working"))
        found = bench.create(task(thing(second=second)))
        assert (found.ending, found.live and found.live.label) == (Ending.WAITING, "d")
        assert [each[1:] for each in bench.api.sent][1:] == [("PUT", "/vlans/a1")]
        assert Bench(body("a1"), None).create(task(thing(second=second))).ending is Ending.DONE

    def test_the_digest_is_of_all_that_may_be_sent(self) -> None:
        bench = Bench(refused(404), body("a1"))
        assert bench.create(task(thing(alternatives=2))).ending is Ending.DONE
        text = {"facility": "ewr1", "description": MARK.to_text("d")}
        assert bench.journal.lines[0][3] == digest([text, text], 8)


class TestPerforming:
    def test_an_update_is_what_its_answer_says(self) -> None:
        bench = Bench(body("a1", phase="working")).shows(body("a1"))
        found = bench.perform(task(thing(), Verb.UPDATE, there(), changed=frozenset({"description"})))
        assert found.live is not None
        assert (found.ending, found.live.status.phase) == (Ending.DONE, Phase.WORKING)
        assert bench.api.bodies == [{"description": "d"}]

    def test_or_what_the_list_shows_where_the_answer_says_nothing(self) -> None:
        bench = Bench(None).shows(body("a0"), body("a1", phase="working"))
        found = bench.perform(task(thing(), Verb.UPDATE, there(), changed=frozenset({"description"})))
        assert found.live is not None
        assert (found.live.id, found.live.status.phase) == ("a1", Phase.WORKING)
        before = there()
        bench = Bench(None).shows(body("a1", description=before.mark and before.mark.to_text("d")))
        assert (
            bench.perform(task(thing(), Verb.UPDATE, before, changed=frozenset({"description"}))).ending is Ending.DONE
        )

    @pytest.mark.parametrize(
        ("waits", "at_once", "ending"),
        [(True, False, Ending.WAITING), (True, True, Ending.DONE), (False, False, Ending.DONE)],
    )
    def test_a_delete_is_over_where_nothing_lingers(self, waits: bool, at_once: bool, ending: Ending) -> None:
        bench = Bench(None).shows(body("a1"))
        found = bench.perform(task(thing(waits=waits, gone_at_once=at_once), Verb.DELETE, there()))
        assert (found.ending, found.live) == (ending, there())
        assert bench.api.sent[0][1:] == ("DELETE", "/virtual-networks/a1")

    def test_what_is_gone_already_is_deleted(self) -> None:
        bench = Bench(refused(404)).shows(body("a1"))
        found = bench.perform(task(thing(verdicts={}), Verb.DELETE, there()))
        assert (found.ending, found.live, found.reason) == (Ending.DONE, there(), "")

    def test_what_somebody_changed_since_the_plan_is_left_alone(self) -> None:
        bench = Bench().shows(body("a1", facility_code="ams1", description=MARK.to_text("d")))
        changing = task(thing(), Verb.UPDATE, there(), changed=frozenset({"facility"}))
        found = bench.perform(replace(changing, wish=replace(changing.wish, values={"facility": "nrt1"})))
        assert (found.ending, found.live, bench.methods) == (Ending.FAILED, there(), [])
        assert found.reason == "somebody changed its facility since the plan was made"
        assert found.hint == "run the same command again: its plan rests on what is there now"
        bench = Bench().shows(body("a1", stack="other"))
        found = bench.perform(task(thing(), Verb.DELETE, there()))
        assert (found.ending, bench.methods) == (Ending.FAILED, [])
        assert found.reason == "it carries the mark of other since the plan was made"

    def test_a_delete_looks_at_the_lock_and_an_update_at_its_fields_alone(self) -> None:
        class Lockable(Thing):
            def read(self, body: Mapping[str, Any], owner_id: str | None) -> Any:
                for live in super().read(body, owner_id):
                    yield replace(live, locked=True)

        now = body("a1", description=MARK.to_text("d"))
        found = Bench().shows(now).perform(task(Lockable(), Verb.DELETE, there()))
        assert (found.ending, found.reason) == (Ending.FAILED, "it was locked since the plan was made")
        changing = task(Lockable(), Verb.UPDATE, there(), changed=frozenset({"description"}))
        assert Bench(now).shows(now).perform(changing).ending is Ending.DONE
        wished = Bench(now).shows(body("a1", description=MARK.to_text("new")))
        new = replace(changing, wish=replace(changing.wish, values={"description": "new"}))
        assert wished.perform(new).ending is Ending.DONE, "somebody did what was wanted"

    def test_an_update_that_no_list_shows_leaves_what_was_there(self) -> None:
        bench = Bench(None)
        bench.api.only = "/projects/p/virtual-networks"
        found = bench.perform(task(thing(), Verb.UPDATE, there(), changed=frozenset({"description"})))
        assert (found.ending, found.live) == (Ending.DONE, there())

    def test_what_is_about_to_be_made_or_was_sent_already_is_not_compared(self) -> None:
        bench = Bench(body("a1")).shows(body("a1", stack="other"))
        waiting = task(thing(), Verb.UPDATE, there(), changed=frozenset({"description"}))
        sent = replace(waiting, wish=replace(waiting.wish, sent=(GET,)))
        assert bench.perform(sent).ending is Ending.DONE
        assert bench.api.listed == []

    @pytest.mark.parametrize(
        ("problem", "stopped", "ending", "reason"),
        [
            (refused(422, "full"), False, Ending.FAILED, "full (HTTP 422, request r-1)"),
            (refused(422, "full", ""), False, Ending.FAILED, "full (HTTP 422)"),
            (refused(422, "full"), True, Ending.FAILED, "full (HTTP 422, request r-1)"),
            (LOST, False, Ending.FAILED, "the line died"),
            (LOST, True, Ending.ABANDONED, "interrupted: the line died"),
            (Unreachable("no way"), True, Ending.ABANDONED, "interrupted: no way"),
            (KeyError("id"), False, Ending.FAILED, "the answer is not understood: KeyError 'id'"),
            (refused(423), True, Ending.ABANDONED, "interrupted"),
        ],
    )
    def test_whatever_happens_is_an_outcome(
        self, problem: Exception, stopped: bool, ending: Ending, reason: str
    ) -> None:
        bench = Bench(problem).shows(body("a1"))
        if stopped:
            bench.stop.request()
        found = bench.perform(task(thing(), Verb.DELETE, there()))
        assert (found.ending, found.live, found.reason) == (ending, there(), reason)

    def test_the_way_out_is_the_kinds(self) -> None:
        class Advising(Thing):
            def advice(self, verb: Verb, rejected: Rejected) -> str:
                return f"{verb} {rejected.status}"

        found = Bench(refused(422)).shows(body("a1")).perform(task(Advising(), Verb.DELETE, there()))
        assert found.hint == "delete 422"
        assert Bench(LOST).shows(body("a1")).perform(task(Advising(), Verb.DELETE, there())).hint == ""

    def test_a_create_is_a_create(self) -> None:
        assert Bench(body("a1")).perform(task(thing())).ending is Ending.DONE
        bench = Bench(body("a1"))
        assert bench.perform(task(thing(stepwise=True))).ending is Ending.DONE
        assert bench.methods == ["POST"]
