"""Where many steps come before many others: what meets in which join, and what a user's own word takes out of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reconciler.engine.joins import join_steps, joined
from reconciler.model.kind import Verb
from reconciler.model.live import LiveObject
from reconciler.model.plan import Action, Change, Step, step_id
from reconciler.values import Address, parse_address

from .build import CATALOG, resource

Edges = list[tuple[str, str]]
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFjY2VwdGFuY2VhY2NlcHRhbmNlYWNjZXB0YW5jZWFj"


class Plan:
    """Changes and their steps, as briefly as they can be said."""

    def __init__(self) -> None:
        self.changes: dict[Address, Change] = {}
        self.steps: dict[str, Step] = {}

    def add(
        self,
        address: str,
        action: Action,
        *verbs: Verb,
        owner: str | None = "p1",
        live: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
        parent: str | None = None,
    ) -> Plan:
        at = parse_address(address)
        kind = next(each for each in CATALOG.kinds if each.section == at.section).name
        there = None
        if action is not Action.CREATE:
            there = LiveObject(kind, f"id-{address}", "", live or {}, {}, owner_id=owner, parent_id=parent or owner)
        declared = resource(address, **after) if after is not None else None
        self.changes[at] = Change(at, kind, action, declared, there, parent or owner, after=after or {})
        for verb in verbs:
            self.steps[step_id(at, verb)] = Step(step_id(at, verb), at, verb, kind, "")
        return self

    def creates(self, *addresses: str) -> Plan:
        for each in addresses:
            self.add(each, Action.CREATE, Verb.CREATE)
        return self

    def deletes(self, *addresses: str, owner: str | None = "p1") -> Plan:
        for each in addresses:
            self.add(each, Action.DELETE, Verb.DELETE, owner=owner)
        return self

    def edges(self, *firm: tuple[str, str]) -> Edges:
        return joined(firm, self.changes, CATALOG, self.steps)


def pairs(found: Edges) -> set[tuple[str, str]]:
    """Which step comes before which, by way of the joins."""
    direct = {each for each in found if not any(end.startswith("join:") for end in each)}
    into = [(a, b) for a, b in found if b.startswith("join:")]
    return direct | {(a, d) for a, b in into for c, d in found if c == b}


def both(earlier: Sequence[str], later: Sequence[str]) -> set[tuple[str, str]]:
    return {(one, other) for one in earlier for other in later}


D1, D2 = "projects.p.devices.a:delete", "projects.p.devices.b:delete"
V1, K1 = "projects.p.vlans.v:delete", "projects.p.ssh_keys.k:delete"


class TestUsersGoFirst:
    def plan(self) -> Plan:
        return Plan().deletes(
            "projects.p.devices.a", "projects.p.devices.b", "projects.p.vlans.v", "projects.p.ssh_keys.k"
        )

    def test_all_users_before_all_that_they_use(self) -> None:
        found = self.plan().edges()
        assert pairs(found) == both([D1, D2], [V1, K1])
        assert {end for edge in found for end in edge if end.startswith("join:")} == {"join:p1/devices"}
        assert len(found) == 4

    def test_project_by_project(self) -> None:
        plan = Plan().deletes("projects.p.devices.a", "projects.p.vlans.v")
        plan.deletes("projects.q.devices.a", "projects.q.vlans.v", owner="q1")
        assert pairs(plan.edges()) == {(D1, V1), ("projects.q.devices.a:delete", "projects.q.vlans.v:delete")}

    def test_what_nobody_owns_meets_nobody(self) -> None:
        plan = Plan().deletes("projects.p.devices.a", "projects.p.vlans.v", owner=None)
        assert plan.edges() == []

    def test_alone_they_need_no_join(self) -> None:
        assert Plan().deletes("projects.p.devices.a", "projects.p.devices.b").edges() == []
        assert Plan().deletes("projects.p.vlans.v").edges() == []

    def test_only_steps_that_are_in_the_plan(self) -> None:
        plan = self.plan().add("projects.p.devices.c", Action.UPDATE, Verb.UPDATE)
        plan.add("projects.p.devices.d", Action.NOOP)
        assert pairs(plan.edges()) == both([D1, D2], [V1, K1])

    def test_one_that_refers_to_a_user_itself_is_left_out(self) -> None:
        assert pairs(self.plan().edges((V1, D1))) == both([D1, D2], [K1])
        assert pairs(self.plan().edges((V1, "x"), ("x", D1))) == both([D1, D2], [K1])
        assert pairs(self.plan().edges((D1, V1))) == both([D1, D2], [V1, K1])

    def test_what_an_earlier_join_says_counts_for_a_later_one(self) -> None:
        """Sessions use the configuration, and so do devices: no circle comes of both."""
        plan = self.plan().deletes("projects.p.bgp_config", "projects.p.devices.a.bgp_sessions.ipv4")
        found = pairs(plan.edges((D1, "projects.p.devices.a.bgp_sessions.ipv4:delete")))
        assert ("projects.p.devices.a.bgp_sessions.ipv4:delete", "projects.p.bgp_config:delete") in found
        assert (D1, "projects.p.bgp_config:delete") in found


C1, C2 = "projects.p.devices.a:create", "projects.p.devices.b:create"
OPS, ME = "projects.p.ssh_keys.ops:create", "ssh_keys.me:create"


class TestWhatIsFollowedComesFirst:
    def plan(self) -> Plan:
        return Plan().creates("projects.p.devices.a", "projects.p.devices.b", "projects.p.ssh_keys.ops", "ssh_keys.me")

    def test_the_projects_and_the_accounts_keys_before_the_machines(self) -> None:
        found = self.plan().edges()
        assert pairs(found) == both([OPS, ME], [C1, C2])
        joins = {end for edge in found for end in edge if end.startswith("join:")}
        assert joins == {"join:projects.p/before-devices"}

    def test_not_those_of_another_project(self) -> None:
        plan = Plan().creates("projects.p.devices.a", "projects.q.ssh_keys.ops")
        assert plan.edges() == []

    def test_one_that_refers_to_a_machine_itself_is_left_out(self) -> None:
        assert pairs(self.plan().edges((C1, OPS))) == both([ME], [C1, C2])
        assert pairs(self.plan().edges((OPS, C1))) == both([OPS, ME], [C1, C2])

    def test_what_is_there_already_is_not_waited_for(self) -> None:
        plan = Plan().creates("projects.p.devices.a").add("projects.p.ssh_keys.ops", Action.UPDATE, Verb.UPDATE)
        assert plan.edges() == []


class TestOneAtATime:
    """An address is on one machine, a key with an owner once."""

    A, B = "projects.p.devices.a.ip_assignments.vip", "projects.p.devices.b.ip_assignments.vip"

    def moved(self, address: str = "10.0.0.1/32") -> Plan:
        plan = Plan().add(self.A, Action.DELETE, Verb.DELETE, live={"address": "10.0.0.1/32"}, parent="d1")
        return plan.add(self.B, Action.CREATE, Verb.CREATE, after={"address": address}, parent="d2")

    def test_what_gives_it_up_comes_before_what_takes_it(self) -> None:
        assert self.moved().edges() == [(f"{self.A}:delete", f"{self.B}:create")]
        assert self.moved("10.0.0.2/32").edges() == []

    def test_two_that_swap_cannot_both_be_first(self) -> None:
        plan = Plan()
        for mine, had, wanted, parent in ((self.A, 1, 2, "d1"), (self.B, 2, 1, "d2")):
            live, after = ({"address": f"10.0.0.{number}/32"} for number in (had, wanted))
            plan.add(mine, Action.DELETE_CREATE, Verb.DELETE, Verb.CREATE, live=live, after=after, parent=parent)
        assert plan.edges() == [(f"{self.A}:delete", f"{self.B}:create"), (f"{self.B}:delete", f"{self.A}:create")]
        firm = ((f"{self.A}:create", f"{self.B}:delete"),)
        assert plan.edges(*firm) == [(f"{self.A}:delete", f"{self.B}:create")]

    def key(self, plan: Plan, name: str, action: Action, verb: Verb, had: str, wanted: str, parent: str = "p1") -> Plan:
        live = {"key": f"{KEY}{had} old"} if had else None
        after = {"key": f"{KEY}{wanted} new"} if wanted else None
        return plan.add(f"projects.p.ssh_keys.{name}", action, verb, live=live, after=after, parent=parent)

    def test_a_key_under_another_name(self) -> None:
        plan = self.key(Plan(), "a", Action.DELETE, Verb.DELETE, "1", "")
        self.key(plan, "b", Action.CREATE, Verb.CREATE, "", "1")
        assert plan.edges() == [("projects.p.ssh_keys.a:delete", "projects.p.ssh_keys.b:create")]
        plan = self.key(Plan(), "a", Action.DELETE, Verb.DELETE, "1", "", parent="q1")
        assert self.key(plan, "b", Action.CREATE, Verb.CREATE, "", "1").edges() == []

    def test_two_keys_that_swap_by_updates_do_not_wait_for_each_other(self) -> None:
        plan = self.key(Plan(), "a", Action.UPDATE, Verb.UPDATE, "1", "2")
        self.key(plan, "b", Action.UPDATE, Verb.UPDATE, "2", "1")
        assert plan.edges() == [("projects.p.ssh_keys.a:update", "projects.p.ssh_keys.b:update")]

    def test_an_update_gives_and_takes_too(self) -> None:
        plan = self.key(Plan(), "a", Action.UPDATE, Verb.UPDATE, "1", "2")
        self.key(plan, "b", Action.UPDATE, Verb.UPDATE, "3", "1")
        assert plan.edges() == [("projects.p.ssh_keys.a:update", "projects.p.ssh_keys.b:update")]

    def test_what_is_kept_is_not_given_up(self) -> None:
        plan = self.key(Plan(), "a", Action.UPDATE, Verb.UPDATE, "1", "1")
        assert self.key(plan, "b", Action.CREATE, Verb.CREATE, "", "1").edges() == []
        plan = self.key(Plan(), "a", Action.DELETE_CREATE, Verb.DELETE, "1", "1")
        self.key(plan, "b", Action.UPDATE, Verb.UPDATE, "2", "1")
        assert plan.edges() == [("projects.p.ssh_keys.a:delete", "projects.p.ssh_keys.b:update")]

    def test_what_is_not_in_the_plan_neither_gives_nor_takes(self) -> None:
        plan = self.key(Plan(), "a", Action.UPDATE, Verb.CREATE, "1", "2")
        assert self.key(plan, "b", Action.CREATE, Verb.CREATE, "", "1").edges() == []
        plan = self.key(Plan(), "a", Action.DELETE, Verb.DELETE, "1", "")
        assert self.key(plan, "b", Action.CREATE, Verb.UPDATE, "", "1").edges() == []

    def test_of_several_each_is_waited_for_by_each(self) -> None:
        plan = Plan()
        for name in ("a", "b"):
            self.key(plan, name, Action.DELETE, Verb.DELETE, "1", "")
        for name in ("c", "d"):
            self.key(plan, name, Action.CREATE, Verb.CREATE, "", "1")
        one, two = ([f"projects.p.ssh_keys.{each}" for each in names] for names in ("ab", "cd"))
        assert set(plan.edges()) == both([f"{each}:delete" for each in one], [f"{each}:create" for each in two])
        assert len(plan.edges()) == 4


def test_joins_are_steps_that_do_nothing() -> None:
    plan = Plan().creates("projects.p.devices.a", "projects.p.ssh_keys.ops", "ssh_keys.me")
    plan.deletes("projects.p.devices.b", "projects.p.vlans.v")
    found = join_steps([*plan.edges(), ("x", "no-join")], plan.steps)
    assert [(each.id, str(each.address), each.verb, each.call) for each in found] == [
        ("join:p1/devices", "join.p1-devices", Verb.JOIN, "(devices of p1)"),
        (
            "join:projects.p/before-devices",
            "join.projects-p-before-devices",
            Verb.JOIN,
            "(before-devices of projects.p)",
        ),
    ]
    assert all(each.implied and each.kind == "" for each in found)
    (account,) = join_steps([("a", "join:/before-devices")], {})
    assert (str(account.address), account.call) == ("join.-before-devices", "(before-devices of the account)")
    assert join_steps(plan.edges(), {each.id: each for each in found}) == []


def test_a_join_has_a_name_that_an_address_may_have() -> None:
    edges = [("a:create", "join:projects.Web/before-devices"), ("join:projects.Web/before-devices", "b:create")]
    (found,) = join_steps(edges, {})
    assert str(found.address) == "join.projects-Web-before-devices"
    assert found.call == "(before-devices of projects.Web)"
