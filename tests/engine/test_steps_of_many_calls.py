"""A change by several calls against an API that says what the test tells it: each after a look at what the ones before
have done, none twice in a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from reconciler.engine.changing import Changer
from reconciler.engine.task import Ending, Interrupted, Outcome, Task
from reconciler.model.kind import Kind, Verb, Wish
from reconciler.model.live import LiveObject, Phase, Status
from reconciler.model.mark import Mark, held
from reconciler.wire import Call, InDoubt, Rejected, Repeat, WireError

from .scripted import AT, LOST, MARK, Answer, Bench, Thing, body, refused, task, thing

NEW: Mapping[str, Any] = {"description": "new", "vxlan": 9}


class Stepwise(Thing):
    """Each field is set by a call of its own; those in `actions` by one that must not be repeated."""

    stepwise = True
    actions: tuple[str, ...] = ()

    def reread(self, wish: Wish, live: LiveObject | None) -> Call:
        return Call("GET", "/vlans/{id}", f"/vlans/{live.id if live is not None else wish.parent_id}")

    def natural_key(self, values: Mapping[str, Any]) -> str:
        return str(values.get("facility", ""))

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Any:
        for each in body.get("several", [body]):
            for live in super().read(each, owner_id):
                yield replace(live, key=str(each.get("key", "")))

    def calls(self, wish: Wish, live: LiveObject, changed: frozenset[str]) -> tuple[Call, ...]:
        return tuple(each for each in self.every(wish, live, changed) if each not in wish.sent)

    def every(self, wish: Wish, live: LiveObject, changed: frozenset[str]) -> tuple[Call, ...]:
        return tuple(self._set(live, name, wish.values[name]) for name in sorted(changed))

    def _set(self, live: LiveObject, name: str, value: object) -> Call:
        acts = name in self.actions
        method, repeat = ("POST", Repeat.NEVER) if acts else ("PUT", Repeat.SAFE)
        return Call(method, f"/vlans/{{id}}/{name}", f"/vlans/{live.id}/{name}", body={name: value}, repeat=repeat)

    def release(self, wish: Wish, live: LiveObject, going: frozenset[str]) -> tuple[Call, ...]:
        return tuple(Call("PUT", "/let-go", f"/let-go/{each}") for each in sorted(going & live.holds))

    def remark(self, live: LiveObject, mark: Mark) -> Call:
        return Call("PUT", "/mark", f"/mark/{live.id}", body=mark)


def stepwise(**settings: Any) -> Kind:
    return type("Made", (Stepwise,), settings)()  # type: ignore[no-any-return]


def shown(description: str = "d", vxlan: int = 7, **more: Any) -> dict[str, Any]:
    return body("a1", **{"description": MARK.to_text(description), "vxlan": vxlan, **more})


OLD = LiveObject("vlan", "a1", "7 d", {"facility": "ewr1", "description": "d", "vxlan": 7}, {}, MARK, "p", "p")


def wanted(kind: Kind, verb: Verb = Verb.UPDATE, live: LiveObject | None = OLD, **more: Any) -> Task:
    made = task(kind, verb, live, changed=frozenset(NEW), **more)
    return replace(made, wish=replace(made.wish, values={**made.wish.values, **NEW}))


def change(bench: Bench, each: Task) -> Outcome:
    return Changer(bench.sender).change(each)


def stopping(bench: Bench, answer: dict[str, Any]) -> dict[str, Any]:
    bench.stop.request()
    return answer


def made_of(outcome: Outcome) -> tuple[object, object]:
    assert outcome.live is not None
    return outcome.live.values.get("description"), outcome.live.values.get("vxlan")


class TestAChange:
    def run(self, *answers: Answer, actions: tuple[str, ...] = (), **more: Any) -> tuple[Bench, Outcome]:
        bench = Bench(*answers)
        return bench, change(bench, wanted(stepwise(actions=actions), **more))

    def test_each_field_is_set_by_its_call_and_the_answers_are_believed(self) -> None:
        bench, found = self.run(shown("new"), shown("new", 9))
        assert [path for _, _, path in bench.api.sent] == ["/vlans/a1/description", "/vlans/a1/vxlan"]
        assert (found.ending, made_of(found), found.parent) == (Ending.DONE, ("new", 9), None)
        assert [each.body for each in found.sent] == [{"description": "new"}, {"vxlan": 9}]

    def test_where_an_answer_says_nothing_the_object_is_read(self) -> None:
        bench, found = self.run(None, shown("new"), None, shown("new", 9))
        assert bench.methods == ["PUT", "GET", "PUT", "GET"]
        assert made_of(found) == ("new", 9)
        assert bench.clock.now() == 0.0

    def test_only_what_is_left_is_sent(self) -> None:
        bench, found = self.run(shown("new", 9))
        assert bench.methods == ["PUT"]
        assert len(found.sent) == 1
        bench, found = self.run(live=replace(OLD, values={**OLD.values, **NEW}))
        assert (bench.methods, found.ending, found.sent) == ([], Ending.DONE, ())

    def test_what_was_accepted_and_shows_no_effect_is_not_sent_again(self) -> None:
        bench, found = self.run(shown(), shown(vxlan=9))
        assert [path for _, _, path in bench.api.sent] == ["/vlans/a1/description", "/vlans/a1/vxlan"]
        assert (found.ending, made_of(found)) == (Ending.DONE, ("d", 9))
        assert bench.clock.now() == 0.0

    def test_the_effect_of_an_action_is_waited_for(self) -> None:
        answers = [None, shown("new"), None, shown("new"), shown("new"), shown("new", 9)]
        bench, found = self.run(*answers, actions=("vxlan",))
        assert bench.methods == ["PUT", "GET", "POST", "GET", "GET", "GET"]
        assert bench.moments == [0.0, 0.0, 0.0, 0.0, 1.0, 2.0]
        assert made_of(found) == ("new", 9)

    def test_also_where_its_answer_shows_the_object_without_it(self) -> None:
        bench, found = self.run(shown("new"), shown("new"), shown("new", 9), actions=("vxlan",))
        assert bench.methods == ["PUT", "POST", "GET"]
        assert bench.moments == [0.0, 0.0, 1.0]
        assert made_of(found) == ("new", 9)

    def test_so_is_that_of_any_call_whose_answer_did_not_show_it(self) -> None:
        bench, found = self.run(None, shown(), None, shown(vxlan=9), shown(vxlan=9), shown("new", 9))
        assert bench.methods == ["PUT", "GET", "PUT", "GET", "GET", "GET"]
        assert bench.moments == [0.0, 0.0, 0.0, 0.0, 1.0, 2.0]
        assert made_of(found) == ("new", 9)

    def test_and_what_comes_next_waits_for_it_where_only_the_object_tells_what_that_is(self) -> None:
        """The machines of a batch are changed one by one, and each answer shows one machine."""
        bench = Bench(None, shown(), shown(), shown("new"), None, shown("new", 9))
        found = change(bench, wanted(stepwise(calls=Stepwise.every)))
        assert bench.methods == ["PUT", "GET", "GET", "GET", "PUT", "GET"]
        assert bench.moments == [0.0, 0.0, 1.0, 2.0, 2.0, 2.0]
        assert made_of(found) == ("new", 9)

    def test_but_not_for_ever(self) -> None:
        bench, found = self.run(shown("new"), None, *[shown("new")] * 99, actions=("vxlan",))
        assert bench.methods[:3] == ["PUT", "POST", "GET"]
        assert set(bench.methods[3:]) == {"GET"}
        assert bench.moments[-1] == 5.0
        assert (found.ending, made_of(found)) == (Ending.DONE, ("new", 7))

    def test_a_lost_answer_is_looked_into_and_what_did_not_happen_is_sent_again(self) -> None:
        bench, found = self.run(LOST, shown(), shown("new"), LOST, shown("new", 9))
        assert bench.methods == ["PUT", "GET", "PUT", "PUT", "GET"]
        assert bench.notes == [f"{AT}: the answer was lost (the line died); looking at what is there"] * 2
        assert made_of(found) == ("new", 9)
        assert [each.body for each in found.sent] == [{"description": "new"}]

    def test_three_lost_answers_end_it(self) -> None:
        bench = Bench(LOST, shown(), LOST, shown(), LOST)
        with pytest.raises(InDoubt):
            change(bench, wanted(stepwise()))
        assert bench.methods == ["PUT", "GET"] * 2 + ["PUT"]

    def test_an_action_whose_answer_was_lost_is_not_sent_again(self) -> None:
        bench, found = self.run(LOST, *[shown()] * 99, actions=("description",))
        assert bench.methods.count("POST") == 1
        assert bench.moments[-1] == 5.0
        assert (found.ending, found.sent) == (Ending.DONE, ())
        bench, found = self.run(LOST, shown(), shown("new", 9), actions=("description",))
        assert bench.methods == ["POST", "GET", "GET"]

    def test_a_refusal_that_says_it_is_done_is_no_failure(self) -> None:
        bench, found = self.run(refused(409), shown("new"), shown("new", 9))
        assert bench.methods == ["PUT", "GET", "PUT"]
        assert len(found.sent) == 2
        with pytest.raises(Rejected, match="HTTP 422"):
            self.run(refused(422))

    @pytest.mark.parametrize(("waits", "ending"), [(True, Ending.WAITING), (False, Ending.DONE)])
    def test_what_is_on_its_way_is_left_alone(self, waits: bool, ending: Ending) -> None:
        bench = Bench(shown("new", phase="working"))
        found = change(bench, wanted(stepwise(waits=waits)))
        assert (found.ending, bench.methods, len(found.sent)) == (ending, ["PUT"], 1)
        bench = Bench()
        working = replace(OLD, status=Status(Phase.WORKING))
        assert change(bench, wanted(stepwise(waits=waits), live=working)).ending is ending
        assert bench.methods == []

    def test_one_that_was_waited_for_is_read_first(self) -> None:
        bench = Bench(shown("new"), shown("new", 9))
        each = wanted(stepwise())
        sent = Call("PUT", "/x", "/x")
        found = change(bench, replace(each, wish=replace(each.wish, sent=(sent,))))
        assert bench.methods == ["GET", "PUT"]
        assert [call.body for call in found.sent] == [{"vxlan": 9}]
        each = wanted(stepwise())
        before = Stepwise()._set(OLD, "description", "new")
        bench = Bench(shown(), shown("d", 9))
        change(bench, replace(each, wish=replace(each.wish, sent=(before,))))
        assert bench.methods == ["GET", "PUT"], "what an earlier step has sent is not sent again"

    def test_what_is_due_though_it_is_shown_is_sent(self) -> None:
        class Due(Stepwise):
            def unfinished(self, values: Mapping[str, Any], live: LiveObject, on_change: Mapping[str, str]) -> Any:
                return frozenset({"vxlan"} if values["vxlan"] == live.values["vxlan"] == 9 and on_change else ())

        as_shown = wanted(Due(), live=replace(OLD, values={**OLD.values, **NEW}))
        bench = Bench(shown("new", 10))
        change(bench, replace(as_shown, wish=replace(as_shown.wish, on_change={"vxlan": "reinstall"})))
        assert bench.methods == ["PUT"]
        assert change(Bench(), as_shown).sent == ()

    def test_one_that_stands_by_itself_is_read_whatever_an_answer_says(self) -> None:
        bench = Bench(shown(), shown("lie"), shown("new"), shown("lie"), shown("new", 9))
        assert made_of(change(bench, wanted(stepwise(standing=True)))) == ("new", 9)
        assert bench.methods == ["GET", "PUT", "GET", "PUT", "GET"]

    def test_what_it_stands_in_is_read_with_it(self) -> None:
        around = thing()
        bench = Bench(None, shown("new"), None, shown("new", 9))
        found = change(bench, replace(wanted(stepwise()), parent=around))
        assert found.parent is not None
        assert (found.parent.id, found.parent.owner_id, found.parent.values["vxlan"]) == ("a1", "p", 9)

    def test_an_interrupt_ends_it_between_two_calls_with_what_is_known(self) -> None:
        bench = Bench(lambda: stopping(bench, shown("new")))
        with pytest.raises(Interrupted) as caught:
            change(bench, wanted(stepwise()))
        assert bench.methods == ["PUT"]
        assert caught.value.live is not None
        assert caught.value.live.values["description"] == "new"

    def test_an_interrupt_when_all_is_done_ends_nothing(self) -> None:
        bench = Bench(lambda: stopping(bench, shown("new", 9)))
        assert change(bench, wanted(stepwise())).ending is Ending.DONE


class TestReading:
    """Of several objects in an answer, the one that is meant."""

    def read(self, answer: object, live: LiveObject | None = OLD) -> LiveObject:
        each = wanted(stepwise(), live=live)
        bench = Bench(answer)
        found = change(bench, replace(each, wish=replace(each.wish, sent=(Call("PUT", "/x", "/x"),), values={})))
        assert bench.methods == ["GET"]
        assert found.live is not None
        return found.live

    def test_one_that_is_known_is_known_by_its_id(self) -> None:
        both = {"several": [body("a0", key="ewr1"), body("a1", key="other")]}
        assert self.read(both).id == "a1"

    def test_one_that_is_not_is_known_by_its_key_and_its_parent(self) -> None:
        each = wanted(stepwise(), live=None)
        each = replace(each, wish=replace(each.wish, values={"facility": "ewr1"}), changed=frozenset())
        bench = Bench({"several": [body("a0", key="ams1"), body("a1", key="ewr1"), body("a2", key="ewr1")]})
        found = change(bench, each)
        assert found.live is not None
        assert found.live.id == "a1"
        elsewhere = replace(each, wish=replace(each.wish, parent_id="q"))
        with pytest.raises(WireError, match=r"there is no vlan ewr1; there is: ewr1$"):
            change(Bench({"several": [body("a1", key="ewr1")]}), elsewhere)

    @pytest.mark.parametrize(
        ("answer", "there"),
        [
            (None, "none"),
            ([], "none"),
            ([{"id": "a1"}], "none"),
            ({}, "none"),
            ({"several": []}, "none"),
            ({"several": [body("a3", key="b"), body("a2", key="a"), body("a4")]}, "a, b"),
        ],
    )
    def test_what_is_not_there_is_told_with_what_is(self, answer: object, there: str) -> None:
        with pytest.raises(WireError, match=f"there is no vlan k7; there is: {there}$"):
            self.read(answer, replace(OLD, key="k7"))


def test_letting_go_is_done_when_nothing_is_held() -> None:
    class Holding(Stepwise):
        def read(self, body: Mapping[str, Any], owner_id: str | None) -> Any:
            for live in super().read(body, owner_id):
                yield replace(live, holds=frozenset(body["holds"]))

        def release(self, wish: Wish, live: LiveObject, going: frozenset[str]) -> tuple[Call, ...]:
            assert wish.values["description"] == "new"
            return super().release(wish, live, going)

    bench = Bench(shown(holds=["x", "y", "z"]), None, shown(holds=["y", "z"]), shown(holds=["z"]))
    found = Changer(bench.sender).release(wanted(Holding(), Verb.RELEASE, going=frozenset("xy")))
    assert [path for _, _, path in bench.api.sent] == ["/vlans/a1", "/let-go/x", "/vlans/a1", "/let-go/y"]
    assert (found.ending, len(found.sent)) == (Ending.DONE, 2)


class TestByTheirVerbs:
    """Each verb comes to its own way of doing it, and waits where the kind says that a refusal clears."""

    def test_letting_go(self) -> None:
        bench = Bench(shown())
        assert bench.perform(wanted(stepwise(), Verb.RELEASE)).ending is Ending.DONE
        assert bench.methods == ["GET"]

    @pytest.mark.parametrize("verb", [Verb.NOTE, Verb.MOVE])
    def test_marks(self, verb: Verb) -> None:
        bench = Bench(shown(), refused(423), shown())
        found = bench.perform(wanted(stepwise(), verb, holds=frozenset({"members"})))
        assert (found.ending, found.reason) == (Ending.DONE, "")
        assert bench.methods == ["GET", "PUT", "PUT"]
        assert bench.moments[2] > 0.0

    def test_one_that_stands_by_itself_is_not_compared_with_the_plan(self) -> None:
        bench = Bench(shown("new", 9))
        assert bench.perform(wanted(stepwise(standing=True))).ending is Ending.DONE
        assert bench.api.listed == []


class TestMarks:
    def test_what_will_be_made_is_noted_in_the_mark_as_it_is_now(self) -> None:
        now = Mark("shop", "projects.old", {"tags": "abc"})
        each = wanted(stepwise(), Verb.NOTE, holds=frozenset({"api_keys", "/members"}))
        for answer, more in ((shown("noted"), ()), (None, (shown("noted"),))):
            bench = Bench({**shown(), "description": now.to_text("d")}, answer, *more)
            found = Changer(bench.sender).note_held(each)
            assert bench.methods == ["GET", "PUT", *["GET" for _ in more]]
            sent = bench.api.bodies[1]
            assert (sent.stack, sent.address) == ("shop", str(AT))
            assert held(sent) == {"api_keys", "/members"}
            assert found.live is not None
            assert (found.ending, found.live.values["description"]) == (Ending.DONE, "noted")

    def test_one_that_has_lost_its_mark_is_not_marked_anew(self) -> None:
        unmarked = {**shown(), "description": "d"}
        told = r"vlan 7 d \(a1\) has lost its ownership mark"
        bench = Bench(unmarked)
        with pytest.raises(WireError, match=told):
            Changer(bench.sender).note_held(wanted(stepwise(), Verb.NOTE))
        bench = Bench(unmarked)
        with pytest.raises(WireError, match=told):
            Changer(bench.sender).move(wanted(stepwise(), Verb.MOVE))
        bench = Bench({**shown(), "description": Mark("other", str(AT)).to_text("d")})
        with pytest.raises(WireError, match=told):
            Changer(bench.sender).move(wanted(stepwise(), Verb.MOVE))
        assert bench.methods == ["GET"]

    @pytest.mark.parametrize("several", [True, False])
    def test_a_move_writes_the_new_address_and_nothing_else(self, several: bool) -> None:
        class Many(Stepwise):
            stepwise = several

            def remarks(self, live: LiveObject, mark: Mark) -> tuple[Call, ...]:
                return (self.remark(live, mark), self.remark(replace(live, id="a2"), mark))

        old = Mark("shop", "projects.p.vlans.old", {"x": "1"})
        before = replace(OLD, mark=old)
        answers = [{**shown(), "description": old.to_text("now")}] if several else []
        bench = Bench(*answers, None, shown("moved"))
        found = Changer(bench.sender).move(wanted(Many(), Verb.MOVE, before))
        assert bench.methods == [*["GET" for _ in answers], "PUT", "PUT"]
        assert [path for _, _, path in bench.api.sent][-2:] == ["/mark/a1", "/mark/a2"]
        assert {(each.stack, each.address) for each in bench.api.bodies[-2:]} == {("shop", str(AT))}
        if not several:
            assert bench.api.bodies[-1].memo == {"x": "1"}
        assert found.live is not None
        assert (found.ending, found.live.values["description"]) == (Ending.DONE, "moved")

    def test_where_the_answer_says_nothing_the_list_does(self) -> None:
        at = "/projects/p/virtual-networks"
        before = replace(OLD, mark=Mark("shop", "projects.p.vlans.old"))
        each = wanted(stepwise(stepwise=False), Verb.MOVE, before)
        bench = Bench(None).shows(body("a0"), shown("listed"))
        bench.api.only = at
        found = Changer(bench.sender).move(each)
        assert found.live is not None
        assert (found.ending, found.live.values["description"], found.reason) == (Ending.DONE, "listed", "")
        for shows in ((), (body("a1", "projects.p.vlans.old"),), ({"id": "a1", "description": "d"},)):
            found = Changer(Bench(None).shows(*shows).sender).move(each)
            told = "the API accepted it, but its mark is still that of projects.p.vlans.old"
            assert (found.ending, found.reason) == (Ending.FAILED, told)
            assert found.live is not None
            assert found.live.id == "a1"
