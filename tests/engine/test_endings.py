"""How the steps of an apply end: what a failure says and skips, what is kept of what the answers said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reconciler.diagnostics import Diagnostic, Place, Severity
from reconciler.engine.world import Standing
from reconciler.model.kind import Verb, Wish
from reconciler.model.live import LiveObject, Phase, Status
from reconciler.model.mark import Mark
from reconciler.model.plan import Action, Change, Step, step_id
from reconciler.model.resource import Resource
from reconciler.values import parse_address
from reconciler.wire import Call, Rejected

from .build import CATALOG, ref, resource
from .play import LIMITS, Patient, Play, Quick, Stepwise, described, there, told, vlan
from .scripted import LOST, refused

A = "projects.p.vlans.a"
WEB = "projects.p.devices.web"
MACHINE = LiveObject("device", "d1", "web", {"description": "old"}, {}, Mark("shop", WEB), "p", "p")
HOLDS = {"holds": "api_keys"}
PORT = LiveObject("port", "e1", "eth1", {}, {}, owner_id="p", parent_id="d1", key="eth1", automatic=True)


class Advising(Quick):
    def advice(self, verb: Verb, rejected: Rejected) -> str:
        return f"what to do about a {verb} with {rejected.status}"


class Releasing(Stepwise):
    waits = False
    mark_field = "description"

    def release(self, wish: Wish, live: LiveObject, going: frozenset[str]) -> tuple[Call, ...]:
        if live.values["description"] == "d":
            return ()
        sent = {"going": sorted(going), "wishes": wish.values.get("description")}
        return (Call("PUT", "/vlans/{id}", f"/vlans/{live.id}", body=sent),)


class Moving(Quick):
    mark_field = "description"


def declared(**more: Any) -> Resource:
    return resource(A, timeouts=LIMITS, **{"description": "d", "facility": "ewr1", **more})


def diagnostics(play: Play) -> list[Diagnostic]:
    return [each.diagnostic for each in play.run().ended if each.diagnostic is not None]


class TestAFailure:
    def test_it_skips_what_waits_for_it_and_nothing_else(self) -> None:
        play = (
            Play(refused(422), vlan("d"), kind=Quick())
            .add("a", Verb.CREATE)
            .add("b", Verb.CREATE, requires=["a:create"])
        )
        play.add("c", Verb.CREATE, requires=["b:create"]).add("d", Verb.CREATE)
        assert play.told() == [
            "0 a:create starts",
            "0 a:create failed after 0 s no (HTTP 422, request r-1)",
            "0 b:create skipped after 0 s because projects.p.vlans.a failed",
            "0 c:create skipped after 0 s because projects.p.vlans.a failed",
            "0 d:create starts",
            "0 d:create done after 0 s d1",
        ]

    def test_it_leads_to_the_line_that_the_api_complains_about(self) -> None:
        given = declared(line=7)
        play = Play(refused(422, "Facility is full"), kind=Advising()).add("a", Verb.CREATE, declared=given)
        assert diagnostics(play) == [
            Diagnostic(
                Severity.ERROR,
                "step-failed",
                f"{A}: Facility is full (HTTP 422, request r-1)",
                address=A,
                place=given.place_of("facility"),
                hint="what to do about a create with 422",
            )
        ]

    def test_where_it_names_no_field_to_the_resource(self) -> None:
        given = declared(line=7)
        (found,) = diagnostics(Play(refused(422), kind=Quick()).add("a", Verb.CREATE, declared=given))
        assert (found.place, found.hint, found.hidden) == (Place("stack.yaml", 7), "", False)

    def test_the_line_of_a_secret_is_not_quoted(self) -> None:
        given = declared(secrets=("description",))
        (found,) = diagnostics(
            Play(refused(422, "Description is odd"), kind=Quick()).add("a", Verb.CREATE, declared=given)
        )
        assert (found.place, found.hidden) == (given.place_of("description"), True)
        (found,) = diagnostics(
            Play(refused(422, "Facility is odd"), kind=Quick()).add("a", Verb.CREATE, declared=given)
        )
        assert not found.hidden

    def test_of_what_nobody_declares_it_has_no_line(self) -> None:
        play = Play(refused(422), kind=Quick()).add("a", Verb.DELETE, action=Action.DELETE, live=there("a"))
        assert diagnostics(play) == [
            Diagnostic(Severity.ERROR, "step-failed", f"{A}: no (HTTP 422, request r-1)", address=A)
        ]
        assert told(play.events[-1]) == "0 a:delete failed after 0 s a1 no (HTTP 422, request r-1)"

    def test_a_value_that_does_not_fit_after_all_is_never_sent(self) -> None:
        given = declared(line=7, description=ref("projects.p", "id", lambda value: 5))
        play = Play(kind=Quick()).add("a", Verb.CREATE, declared=given).add("b", Verb.CREATE, requires=["a:create"])
        (found,) = diagnostics(play)
        assert (found.address, found.place) == (A, given.place_of("description"))
        assert [told(each) for each in play.events] == [
            f"0 a:create failed after 0 s {found.summary}",
            "0 b:create skipped after 0 s because projects.p.vlans.a failed",
        ]
        assert play.api.sent == []

    def test_one_that_was_cut_short_says_so_to_what_waits_for_it(self) -> None:
        play = Play(refused(423), kind=Patient()).add("a", Verb.CREATE).add("b", Verb.CREATE, requires=["a:create"])
        play.hears = lambda event: play.stop.request()
        assert [line.partition(" ")[2] for line in play.told()[1:]] == [
            "a:create abandoned after 0.516796 s interrupted",
            "b:create skipped after 0 s because projects.p.vlans.a was interrupted",
        ]


class TestNotes:
    def test_what_a_worker_has_to_say_is_told_when_it_says_it(self) -> None:
        play = Play(LOST, kind=Quick()).add("a", Verb.CREATE).shows((0, []), (2, [vlan("a")]))
        lost = "the answer was lost (the line died); looking for it by its mark"
        assert play.told() == ["0 a:create starts", f"0 note: {A}: {lost}", "2 a:create done after 2 s a1"]


class TestWhatIsSent:
    def test_what_lets_go_lets_go_of_all_that_is_to_be_deleted(self) -> None:
        play = Play(described("a", "d"), described("a", "d"), None, kind=Releasing())
        play.shows((0, [described("a", "old"), vlan("b")]))
        play.add("a", Verb.RELEASE, action=Action.UPDATE, live=there("a", description="old"))
        play.add("b", Verb.DELETE, action=Action.DELETE, live=there("b"), requires=["a:release"])
        play.api.answers = [described("a", "old"), described("a", "d"), None]
        assert play.run().ended[0].result.value == "done"
        assert play.api.bodies[1] == {"going": ["b1"], "wishes": "d"}

    def test_what_is_to_be_replaced_is_not_known_yet_though_its_mark_was_moved(self) -> None:
        play = Play(vlan("b"), vlan("b"), described("a", "old"), described("a", "d"), kind=Releasing())
        play.shows((0, [described("a", "old"), vlan("b")]))
        was = replace(there("b"), mark=Mark("shop", "projects.p.vlans.z"))
        play.add("b", Verb.MOVE, action=Action.DELETE_CREATE, live=was)
        given = declared(description=ref("projects.p.vlans.b", "id"))
        live = there("a", description="old")
        play.add("a", Verb.RELEASE, action=Action.UPDATE, live=live, declared=given, requires=["b:move"])
        play.world.place(parse_address("projects.p.vlans.b"), Standing(play.catalog["vlan"], {}))
        play.run()
        assert play.api.bodies[-1] == {"going": ["b1"], "wishes": None}

    def test_a_project_that_stands_is_told_what_it_will_hold(self) -> None:
        shown = {"id": "p", "name": "p", "customdata": Mark("shop", "projects.p").to_customdata({})}
        play = Play(shown, shown)
        key = resource("projects.p.api_keys.k", description="k")
        play.changes.append(Change(key.address, "api_key", Action.CREATE, key))
        at = parse_address("projects.p")
        play.steps.append(Step(step_id(at, Verb.NOTE), at, Verb.NOTE, "project", ""))
        assert play.told() == ["0 p:note starts p", "0 p:note done after 0 s p"]
        assert play.api.bodies == [None, {"customdata": Mark("shop", "projects.p", HOLDS).to_customdata({})}]

    def test_a_project_is_marked_with_what_it_will_hold(self) -> None:
        play = Play({"id": "q", "name": "q"}, kind=Quick())
        key = parse_address("projects.q.api_keys.k")
        project = resource("projects.q", name="q")
        play.changes += [
            Change(project.address, "project", Action.CREATE, project),
            Change(key, "api_key", Action.CREATE, resource(str(key), description="k")),
        ]
        play.world.place(project.address, Standing(CATALOG["project"], project.values))
        play.steps.append(Step(step_id(project.address, Verb.CREATE), project.address, Verb.CREATE, "project", ""))
        play.run()
        assert "api_keys" in str(play.api.bodies[0])


class TestAValueThatStopsFitting:
    """What it is computed from has changed while the object was made."""

    def play(self, fitting: int) -> tuple[Play, Diagnostic]:
        left = ["d"] * fitting
        given = declared(line=7, description=ref("projects.p", "id", lambda value: left.pop() if left else 5))
        play = Play(vlan("a", "working"), kind=Stepwise()).add("a", Verb.CREATE, declared=given)
        play.add("b", Verb.CREATE, requires=["a:create"]).shows((0, [vlan("a")]))
        (found,) = diagnostics(play)
        assert (found.address, found.place) == (A, given.place_of("description"))
        assert told(play.events[-1]) == "1 b:create skipped after 0 s because projects.p.vlans.a failed"
        return play, found

    def test_is_not_sent_in_what_is_left_to_do(self) -> None:
        play, found = self.play(fitting=1)
        assert told(play.events[-2]) == f"1 a:create failed after 1 s {found.summary}"
        assert found.summary == "description: wants a string, not an integer"

    def test_fails_its_step_at_the_end(self) -> None:
        play, found = self.play(fitting=2)
        why = "the API accepted it, but its description: wants a string, not an integer"
        assert told(play.events[-2]) == f"1 a:create failed after 1 s a1 {why}"
        assert found.summary == f"{A}: {why}"


class TestWhatCameBack:
    def test_what_is_otherwise_than_planned_fails_its_step(self) -> None:
        play = Play(described("a", "other"), kind=Quick()).add("a", Verb.CREATE)
        play.add("b", Verb.CREATE, requires=["a:create"])
        assert play.told()[1:] == [
            "0 a:create failed after 0 s a1 the API accepted it, but description is 'other'",
            "0 b:create skipped after 0 s because projects.p.vlans.a failed",
        ]

    def test_when_it_is_ready_too(self) -> None:
        play = Play(vlan("a", "working")).add("a", Verb.CREATE).shows((0, [described("a", "other")]))
        assert play.told()[-1] == "1 a:create failed after 1 s a1 the API accepted it, but description is 'other'"

    def test_what_refers_to_it_sees_it_as_it_is(self) -> None:
        second = resource(
            "projects.p.vlans.b", facility="ewr1", description=ref(A, "vxlan", lambda value: f"n {value}")
        )
        play = Play(vlan("a", "working", vxlan=1000), described("b", "n 1001"))
        play.add("a", Verb.CREATE).add("b", Verb.CREATE, declared=second, requires=["a:create"])
        play.shows((0, [vlan("a", vxlan=1001)]))
        assert play.told()[-1] == "1 b:create done after 0 s b1"
        assert play.api.bodies[1]["description"] == "n 1001 [reconciler:shop:projects.p.vlans.b]"


class TestAPort:
    """It stands in its machine, and is looked at with it."""

    def play(self) -> Play:
        port = {"id": "e1", "name": "eth1", "type": "NetworkPort", "data": {"bonded": False}, "virtual_networks": []}
        tags = ["reconciler:shop:projects.p.devices.web"]
        shown = {"id": "d1", "hostname": "web", "tags": tags, "network_ports": [port], "description": "as it is now"}
        play = Play(shown)
        for kind, live in (("device", MACHINE), ("port", PORT)):
            given = resource(WEB if kind == "device" else f"{WEB}.ports.eth1")
            play.world.place(given.address, Standing(CATALOG[kind], given.values, live))
            action = Action.NOOP if kind == "device" else Action.UPDATE
            play.changes.append(Change(given.address, kind, action, given, live, live.parent_id))
        at = given.address
        play.steps.append(Step(step_id(at, Verb.UPDATE), at, Verb.UPDATE, "port", ""))
        return play

    def test_the_machine_is_known_as_it_is_now(self) -> None:
        play = self.play()
        assert play.told() == ["0 eth1:update starts e1", "0 eth1:update done after 0 s e1"]
        live = play.world.live(parse_address(WEB))
        assert live is not None
        assert live.values["description"] == "as it is now"

    def test_no_list_is_to_prove_it(self) -> None:
        assert self.play().run().claims.told == []


class TestClaims:
    """What is to be proved by lists when all is done."""

    def play(self, *answers: Any) -> Play:
        return Play(*answers, kind=Moving()).shows((0, [described("a", "old"), described("z", "d")]))

    def test_of_what_was_made(self) -> None:
        applied = self.play(vlan("a")).add("a", Verb.CREATE).run()
        (made,) = applied.claims.made.values()
        assert (made.address, made.live.id, made.doubted, made.seen) == (A, "a1", False, False)

    def test_of_what_was_made_though_no_answer_came(self) -> None:
        play = Play(LOST, kind=Quick()).add("a", Verb.CREATE).shows((0, [vlan("a")]))
        (made,) = play.run().claims.made.values()
        assert (made.doubted, made.seen) == (True, True)
        assert play.journal.lines[-1] == ("seen", A, "a1")

    def test_what_the_list_of_the_waiting_shows_is_seen(self) -> None:
        play = Play(vlan("a", "working")).add("a", Verb.CREATE).shows((0, [vlan("a")]))
        (made,) = play.run().claims.made.values()
        assert (made.doubted, made.seen) == (False, True)
        assert [line[0] for line in play.journal.lines] == ["intend", "ok", "seen"]

    def test_what_stood_before_is_no_twin_of_it(self) -> None:
        play = Play(vlan("a", "working")).shows((0, [vlan("a"), {**vlan("a"), "id": "a0"}]))
        old = replace(there("a"), id="a0")
        play.add("a", Verb.CREATE, action=Action.CREATE_DELETE, live=old)
        (made,) = play.run().claims.made.values()
        assert not made.doubted

    def test_nor_taken_for_it(self) -> None:
        old = {**vlan("a"), "id": "a0"}
        play = Play(LOST, kind=Quick()).shows((0, [old]), (2, [old, vlan("a")]))
        play.add("a", Verb.CREATE, action=Action.CREATE_DELETE, live=replace(there("a"), id="a0"))
        assert play.told()[-1] == "2 a:create done after 2 s a1"

    def test_a_failed_step_claims_what_it_made(self) -> None:
        applied = Play(described("a", "other"), kind=Quick()).add("a", Verb.CREATE).run()
        assert list(applied.claims.made) == ["a1"]

    def test_of_a_delete(self) -> None:
        play = Play(None, kind=Quick()).add("a", Verb.DELETE, action=Action.DELETE, live=there("a"))
        (claim,) = play.run().claims.told
        assert (claim.address, claim.live) == (A, there("a"))
        assert claim.wrong(there("a")) == "a list still shows it"

    def test_of_a_change(self) -> None:
        play = self.play(described("a", "d"))
        play.add("a", Verb.UPDATE, action=Action.UPDATE, live=there("a", description="old"), differs=["description"])
        (claim,) = play.run().claims.told
        assert (claim.address, claim.live.id) == (A, "a1")
        assert claim.wrong(there("a", description="old")) == "the API accepted it, but description is 'old'"
        assert claim.wrong(there("a")) == ""
        assert claim.wrong(None) == ""
        assert claim.wrong(there("a", Phase.LEAVING, description="old")) == ""

    def test_of_a_move(self) -> None:
        was = replace(there("a"), mark=Mark("shop", "projects.p.vlans.z"))
        play = self.play(vlan("a")).add("a", Verb.MOVE, action=Action.NOOP, live=was)
        assert play.told() == ["0 a:move starts a1", "0 a:move done after 0 s a1"]
        play = self.play(vlan("a")).add("a", Verb.MOVE, action=Action.NOOP, live=was)
        (claim,) = play.run().claims.told
        assert (claim.address, claim.live.id) == (A, "a1")
        assert claim.wrong(was) == "its mark says projects.p.vlans.z"
        assert claim.wrong(replace(was, mark=None)) == "it has no mark"
        assert claim.wrong(there("a")) == ""
        assert claim.wrong(None) == ""
        assert claim.wrong(replace(was, status=Status(Phase.LEAVING))) == ""

    def test_not_of_what_goes_with_its_parent_nor_of_what_was_only_waited_for(self) -> None:
        play = Play().shows((0, [vlan("b")]))
        play.add("a", Verb.DELETE, action=Action.DELETE, live=there("a"), implied=True)
        play.add("b", Verb.AWAIT, action=Action.NOOP, live=there("b", Phase.WORKING))
        assert play.run().claims.told == []
