"""From a step to a task: what is wished, with which mark, of which object, under which parent, and for how long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from reconciler.diagnostics import Refused
from reconciler.engine.elsewhere import Elsewhere
from reconciler.engine.lookups import Lookups
from reconciler.engine.prepare import Preparation, patience
from reconciler.engine.task import Task
from reconciler.engine.world import PlannedWorld, Standing
from reconciler.model.kind import Verb
from reconciler.model.live import LiveObject, Phase, Snapshot, Status
from reconciler.model.mark import Mark, held, memo_digest
from reconciler.model.plan import Action, Change, FieldChange, Step, step_id
from reconciler.model.resource import Lifecycle, Resource, Timeouts
from reconciler.values import Unknown, parse_address
from reconciler.wire import Account, Call

from .build import CATALOG, ref, resource

AT = "projects.p.devices.web"
PROJECT = LiveObject("project", "p1", "p", {"name": "p"}, {"id": "p1"}, Mark("shop", "projects.p"))
OLD_KEYS = {"project_ssh_keys": memo_digest(["k0"])}
SHOWN = {"hostname": "web", "facility": "ewr1", "plan": "t1.small.x86", "operating_system": "ubuntu_18_04"}
WEB = LiveObject("device", "d1", "web", SHOWN, {"id": "d1"}, Mark("shop", AT, OLD_KEYS), "p1", "p1")
TIMEOUTS = Timeouts(create=77.0, delete=33.0)


class Bench:
    """A world in which the project stands, and what else the test places there."""

    def __init__(self, **standing: tuple[str, LiveObject | None]) -> None:
        self.world = PlannedWorld(Lookups(Account(), CATALOG.lookups), Elsewhere(Snapshot(()), CATALOG))
        self.place("projects.p", PROJECT)
        for address, live in standing.values():
            self.place(address, live)
        self.preparation = Preparation(
            "shop",
            CATALOG,
            self.world,
            known=frozenset({"d8"}),
            going=frozenset({"d9"}),
            holds={parse_address("projects.p"): frozenset({"api_keys"})},
        )

    def place(self, address: str, live: LiveObject | None, kind: str = "") -> None:
        name = kind or (live.kind if live is not None else "device")
        self.world.place(parse_address(address), Standing(CATALOG[name], live.values if live else {}, live))

    def task(self, verb: Verb, each: Change) -> Task | None:
        return self.preparation.task(step(verb, each), each)

    def made(self, verb: Verb, each: Change) -> Task:
        found = self.task(verb, each)
        assert found is not None
        assert (found.step, found.kind) == (step(verb, each), CATALOG[each.kind])
        return found

    def further(self, verb: Verb, each: Change, live: LiveObject, *sent: Call) -> Task | None:
        return self.preparation.further(step(verb, each), each, live, sent)

    def wrong(self, verb: Verb, each: Change, live: LiveObject) -> str:
        return self.preparation.not_as_wanted(step(verb, each), each, live)


def step(verb: Verb, each: Change) -> Step:
    return Step(step_id(each.address, verb), each.address, verb, each.kind, "")


def change(
    declared: Resource | None,
    action: Action = Action.CREATE,
    live: LiveObject | None = None,
    differing: Iterable[str] = (),
    at: str = AT,
) -> Change:
    fields = tuple(FieldChange((name,), None, None) for name in differing)
    address, kind = (declared.address, declared.kind) if declared is not None else (parse_address(at), "device")
    return Change(address, kind, action, declared, live, fields=fields)


def web(**more: Any) -> Resource:
    return resource(AT, timeouts=TIMEOUTS, **more)


class TestPatience:
    def test_it_is_the_users_or_else_the_kinds(self) -> None:
        kind, each = CATALOG["device"], change(web())
        for verb in (Verb.CREATE, Verb.UPDATE, Verb.AWAIT, Verb.MOVE):
            assert patience(step(verb, each), kind, web()) == 77.0
            for nobody in (None, resource(AT)):
                assert patience(step(verb, each), kind, nobody) == kind.create_seconds
        assert patience(step(Verb.DELETE, each), kind, web()) == 33.0
        assert patience(step(Verb.DELETE, each), kind, resource(AT)) == kind.delete_seconds
        assert patience(step(Verb.DELETE, each), kind, resource(AT, timeouts=Timeouts(delete=0.0))) == 0.0
        assert patience(step(Verb.CREATE, each), kind, resource(AT, timeouts=Timeouts(create=0.0))) == 0.0


class TestWhatIsThere:
    @pytest.mark.parametrize("verb", [Verb.DELETE, Verb.MOVE])
    def test_nothing_is_wished_of_it_but_its_mark(self, verb: Verb) -> None:
        found = Bench().made(verb, change(web(), Action.DELETE, WEB))
        assert (found.live, found.wish.values, found.wish.mark) == (WEB, {}, Mark("shop", AT))
        assert (found.wish.parent_id, found.wish.owner_id) == ("p1", "p1")
        assert found.patience == (33.0 if verb is Verb.DELETE else 77.0)

    def test_it_is_what_the_plan_saw_and_not_what_was_made_in_its_place(self) -> None:
        bench = Bench(device=(AT, replace(WEB, id="d2")))
        assert bench.made(Verb.DELETE, change(web(), Action.CREATE_DELETE, WEB)).live == WEB

    def test_what_nobody_declares_is_deleted_or_waited_for_as_it_is(self) -> None:
        for verb in (Verb.DELETE, Verb.AWAIT):
            found = Bench().made(verb, change(None, Action.DELETE, WEB))
            assert (found.live, found.wish.values) == (WEB, {})

    def test_of_a_note_it_is_the_object_as_this_run_knows_it(self) -> None:
        project = resource("projects.p", timeouts=TIMEOUTS)
        before = replace(PROJECT, label="before")
        found = Bench().made(Verb.NOTE, change(project, Action.UPDATE, before))
        assert (found.live, found.holds, found.patience) == (PROJECT, frozenset({"api_keys"}), 77.0)
        bench = Bench()
        bench.place("projects.p", None, "project")
        assert bench.made(Verb.NOTE, change(project, Action.UPDATE, before)).live == before


class TestACreate:
    def test_all_that_is_declared_is_wished_under_its_parent(self) -> None:
        declared = web(project_ssh_keys=["k1"], lifecycle=Lifecycle(on_change={"userdata": "reinstall"}))
        bench = Bench()
        found = bench.made(Verb.CREATE, change(declared))
        assert found.wish.values["project_ssh_keys"] == ["k1"]
        assert found.changed == frozenset(found.wish.values)
        assert (found.wish.mark.stack, found.wish.mark.address) == ("shop", AT)
        assert found.wish.mark.memo["project_ssh_keys"] == memo_digest(["k1"])
        assert (found.wish.parent_id, found.wish.owner_id) == ("p1", "p1")
        assert found.wish.on_change == {"userdata": "reinstall"}
        assert (found.avoid, found.live, found.patience, found.parent) == (frozenset({"d8"}), None, 77.0, None)
        assert bench.world.values(declared.address)["project_ssh_keys"] == ["k1"]
        assert bench.world.live(declared.address) is None
        assert isinstance(bench.world.attribute(declared.address, "id"), Unknown)

    def test_a_replaced_one_is_born_with_a_memo_of_its_own(self) -> None:
        found = Bench().made(Verb.CREATE, change(web(project_ssh_keys=["k1"]), Action.DELETE_CREATE, WEB))
        assert found.wish.mark.memo["project_ssh_keys"] == memo_digest(["k1"])
        assert found.live is None

    def test_a_project_is_born_with_what_it_will_hold(self) -> None:
        found = Bench().made(Verb.CREATE, change(resource("projects.p", name="p")))
        assert held(found.wish.mark) == {"api_keys"}
        assert (found.wish.parent_id, found.wish.owner_id) == (None, None)

    def test_what_it_refers_to_has_to_be_known_by_now(self) -> None:
        block = "projects.p.ip_reservations.vip"
        declared = resource(f"{AT}.ip_assignments.vip", line=7, address=ref(block, "block"))
        bench = Bench(device=(AT, WEB))
        with pytest.raises(Refused) as caught:
            bench.task(Verb.CREATE, change(declared))
        (told,) = caught.value.diagnostics
        assert (told.code, told.address) == ("still-unknown", str(declared.address))
        assert told.summary == f"address is still not known, although {block} is done"
        assert told.place == declared.place_of("address")
        there = LiveObject("ip_reservation", "i1", "", {}, {"block": "10.0.0.1/32"}, owner_id="p1")
        bench.place(block, there)
        found = bench.made(Verb.CREATE, change(declared))
        assert found.wish.values["address"] == "10.0.0.1/32"

    def test_all_that_is_not_known_is_named_and_all_that_it_waits_for(self) -> None:
        declared = web(description=ref("projects.p.vlans.b", "id"), userdata=ref("projects.p.vlans.a", "id"))
        with pytest.raises(Refused) as caught:
            Bench().task(Verb.CREATE, change(declared))
        waits = "although projects.p.vlans.a, projects.p.vlans.b is done"
        assert caught.value.diagnostics[0].summary == f"description, userdata is still not known, {waits}"

    def test_a_machine_that_is_to_be_reinstalled_remembers_what_it_was_installed_with(self) -> None:
        declared = web(userdata="#!a", lifecycle=Lifecycle(on_change={"userdata": "reinstall"}))
        assert memo_digest("#!a") in Bench().made(Verb.CREATE, change(declared)).wish.mark.memo.values()

    def test_the_parent_is_the_nearest_and_the_owner_where_it_is_listed(self) -> None:
        session = resource(f"{AT}.bgp_sessions.ipv4")
        found = Bench(device=(AT, WEB)).made(Verb.CREATE, change(session))
        assert (found.wish.parent_id, found.wish.owner_id) == ("d1", "p1")
        found = Bench(device=(AT, None)).made(Verb.CREATE, change(session))
        assert (found.wish.parent_id, found.wish.owner_id) == (None, None)

    def test_one_that_stands_in_another_is_read_with_it(self) -> None:
        port = resource(f"{AT}.ports.eth1")
        found = Bench(device=(AT, WEB)).made(Verb.CREATE, change(port))
        assert found.parent is CATALOG["device"]
        assert Bench(device=(AT, None)).made(Verb.CREATE, change(port)).parent is None


class TestAnUpdate:
    def declared(self, **more: Any) -> Resource:
        return web(**{"hostname": "www", "description": "new", "project_ssh_keys": ["k1"], **more})

    def test_only_what_the_plan_showed_and_still_differs_is_changed(self) -> None:
        shown = replace(WEB, values={**SHOWN, "description": "old"})
        bench = Bench(device=(AT, shown))
        found = bench.made(Verb.UPDATE, change(self.declared(), Action.UPDATE, WEB, ["hostname", "plan"]))
        assert found.changed == {"hostname"}
        assert (found.live, found.patience, found.avoid) == (shown, 77.0, frozenset())
        assert found.wish.values["description"] == "new"

    def test_its_memo_stays_as_it_was_born(self) -> None:
        found = Bench().made(Verb.UPDATE, change(self.declared(), Action.UPDATE, WEB, ["hostname"]))
        assert found.wish.mark.memo["project_ssh_keys"] == OLD_KEYS["project_ssh_keys"]
        assert found.live == WEB

    def test_when_nothing_differs_any_more_nothing_is_left_to_do(self) -> None:
        done = replace(WEB, values={**SHOWN, "hostname": "www"})
        bench = Bench(device=(AT, done))
        assert bench.task(Verb.UPDATE, change(self.declared(), Action.UPDATE, WEB, ["hostname"])) is None

    def test_one_that_stands_in_another_is_wished_whole(self) -> None:
        port = resource(f"{AT}.ports.eth1", timeouts=TIMEOUTS)
        live = LiveObject("port", "e1", "eth1", {}, {}, owner_id="d1", parent_id="d1", key="eth1")
        bench = Bench(device=(AT, WEB), port=(f"{AT}.ports.eth1", live))
        found = bench.made(Verb.UPDATE, change(port, Action.UPDATE, live))
        assert found.changed == frozenset(found.wish.values)
        assert (found.live, found.parent, found.patience) == (live, CATALOG["device"], 77.0)

    def test_letting_go_leaves_out_what_is_not_known_yet(self) -> None:
        declared = self.declared(description=ref("projects.p.vlans.a", "id"))
        found = Bench().made(Verb.RELEASE, change(declared, Action.UPDATE, WEB, ["hostname"]))
        assert "description" not in found.wish.values
        assert found.wish.values["hostname"] == "www"
        assert (found.live, found.going, found.patience) == (WEB, frozenset({"d9"}), 77.0)
        assert (found.wish.mark.address, found.wish.owner_id) == (AT, "p1")
        plain = Bench().made(Verb.RELEASE, change(resource(AT), Action.UPDATE, WEB))
        assert plain.patience == CATALOG["device"].create_seconds


SENT = Call("POST", "/x", "/x")


class TestWhatIsLeft:
    """When an object has become ready."""

    def test_of_a_create_what_differs_yet(self) -> None:
        declared = web(hostname="www", description="new", lifecycle=Lifecycle(on_change={"userdata": "reinstall"}))
        ready = replace(WEB, values={**SHOWN, "description": "new"})
        found = Bench().further(Verb.CREATE, change(declared), ready, SENT)
        assert found is not None
        assert (found.changed, found.live, found.patience) == (frozenset({"hostname"}), ready, 77.0)
        assert found.wish.sent == (SENT,)
        assert found.wish.mark.memo["project_ssh_keys"] == OLD_KEYS["project_ssh_keys"]
        assert (found.wish.parent_id, found.wish.on_change) == ("p1", {"userdata": "reinstall"})
        assert (found.step.verb, found.kind) == (Verb.CREATE, CATALOG["device"])

    def test_also_of_what_refers_to_another(self) -> None:
        declared = resource(AT, description=ref("projects.p", "id"))
        ready = replace(WEB, values={**SHOWN, "description": "old"})
        found = Bench().further(Verb.CREATE, change(declared), ready)
        assert found is not None
        assert found.wish.values["description"] == "p1"
        assert found.patience == CATALOG["device"].create_seconds

    def test_nothing_where_nothing_does(self) -> None:
        assert Bench().further(Verb.CREATE, change(web()), WEB) is None

    @pytest.mark.parametrize("verb", [Verb.DELETE, Verb.RELEASE, Verb.MOVE, Verb.NOTE])
    def test_nothing_of_another_step(self, verb: Verb) -> None:
        assert Bench().further(verb, change(web(hostname="www"), Action.UPDATE, WEB), WEB) is None

    def test_nothing_of_what_nobody_declares_or_what_one_call_changes(self) -> None:
        assert Bench().further(Verb.AWAIT, change(None, live=WEB), WEB) is None
        block = resource("projects.p.ip_reservations.vip", details="new")
        live = LiveObject("ip_reservation", "i1", "", {"details": "old"}, {}, owner_id="p1")
        assert Bench().further(Verb.CREATE, change(block), live) is None

    def test_of_an_update_what_the_plan_showed(self) -> None:
        declared = web(hostname="www", description="new")
        ready = replace(WEB, values={**SHOWN, "description": "old"})
        found = Bench().further(Verb.UPDATE, change(declared, Action.UPDATE, WEB, ["description"]), ready)
        assert found is not None
        assert found.changed == {"description"}
        every = Bench().further(Verb.UPDATE, change(declared, Action.UPDATE, WEB), ready)
        assert every is not None
        assert every.changed == {"description", "hostname"}

    def test_and_what_that_set_back(self) -> None:
        """A machine that was off is on after its reinstall."""
        declared = web(power_state="inactive", lifecycle=Lifecycle(on_change={"operating_system": "reinstall"}))
        ready = replace(WEB, values={**SHOWN, "power_state": "active"})
        each = change(declared, Action.UPDATE, WEB, ["operating_system"])
        found = Bench().further(Verb.UPDATE, each, ready)
        assert found is not None
        assert found.changed == {"power_state"}

    def test_of_what_was_waited_for_what_it_did_not_show_before(self) -> None:
        """A create was interrupted: what it had not got to yet is left, what the plan compared is not."""
        declared = web(hostname="www", description="new")
        before = replace(WEB, values=dict(SHOWN))
        ready = replace(WEB, values={**SHOWN, "description": ""})
        found = Bench().further(Verb.AWAIT, change(declared, Action.NOOP, before), ready)
        assert found is not None
        assert found.changed == {"description"}
        anew = Bench().further(Verb.AWAIT, change(declared, Action.NOOP), ready)
        assert anew is not None
        assert anew.changed == {"description", "hostname"}


class TestWhatCameBack:
    def wrong(self, live: LiveObject, verb: Verb = Verb.CREATE, fields: Iterable[str] = (), **more: Any) -> str:
        declared = web(**{"hostname": "www", "description": "new", **more})
        return Bench().wrong(verb, change(declared, Action.UPDATE, WEB, fields), live)

    def test_all_is_well(self) -> None:
        assert self.wrong(replace(WEB, values={**SHOWN, "hostname": "www", "description": "new"})) == ""

    def test_what_differs_is_named_with_what_is_there(self) -> None:
        shown = replace(WEB, values={**SHOWN, "description": "old", "customdata": {"a": {"b": 1}}})
        told = self.wrong(shown, customdata={"a": {"b": 2}})
        assert told == ("the API accepted it, but hostname is 'web'; description is 'old'; customdata.a.b is 1")

    def test_what_refers_to_another_is_compared_with_that(self) -> None:
        shown = replace(WEB, values={**SHOWN, "hostname": "www", "description": "old"})
        referring = ref("projects.p", "id")
        assert self.wrong(shown, description=referring) == "the API accepted it, but description is 'old'"
        assert self.wrong(replace(shown, values={**shown.values, "description": "p1"}), description=referring) == ""

    def test_a_value_that_fits_no_more_is_told(self) -> None:
        told = self.wrong(WEB, description=ref("projects.p", "id", lambda value: 5))
        assert told == "the API accepted it, but its description: wants a string, not an integer"

    def test_but_no_secret(self) -> None:
        shown = replace(WEB, values={**SHOWN, "hostname": "www", "description": "old"})
        assert self.wrong(shown, secrets=("description",)) == ("the API accepted it, but description is another value")

    def test_of_an_update_what_the_plan_showed(self) -> None:
        shown = replace(WEB, values={**SHOWN, "description": "old"})
        assert self.wrong(shown, Verb.UPDATE, ["description"]) == "the API accepted it, but description is 'old'"
        assert self.wrong(shown, Verb.UPDATE, ["locked"]) == ""
        assert "hostname" in self.wrong(shown, Verb.UPDATE)
        assert "hostname" in self.wrong(shown, Verb.CREATE, ["locked"])

    @pytest.mark.parametrize("verb", [Verb.DELETE, Verb.AWAIT, Verb.MOVE, Verb.NOTE, Verb.RELEASE])
    def test_of_other_steps_nothing(self, verb: Verb) -> None:
        assert self.wrong(WEB, verb) == ""

    def test_of_what_nobody_declares_nothing(self) -> None:
        assert Bench().wrong(Verb.UPDATE, change(None, live=WEB), WEB) == ""

    def test_one_that_is_going_again_is_told(self) -> None:
        leaving = replace(WEB, status=Status(Phase.LEAVING, "deprovisioning"))
        assert self.wrong(leaving) == "the API accepted it, but its state became deprovisioning"

    def test_one_without_its_mark_is_told_unless_the_answer_left_it_out(self) -> None:
        shown = replace(WEB, values={**SHOWN, "hostname": "www", "description": "new"}, mark=None)
        told = "the API accepted it, but the device (d1) has no mark, so no run will know it as ours"
        assert self.wrong(shown) == told
        assert self.wrong(replace(shown, mark_missing="tags")) == ""
