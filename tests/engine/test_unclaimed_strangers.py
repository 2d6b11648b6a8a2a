"""What stands in our objects and is not ours: what is told of it, and what is kept since it holds some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from reconciler.diagnostics import Diagnostic, Refused, error, warning
from reconciler.model.live import LiveObject
from reconciler.model.plan import Action, Change, Stranger

from .leftovers import BATCH, OUTLIVED, PROJECT, REQUEST, WEB, P, declared, gone, rest, thing

HINT = "move or delete them, then run this again"


def strangers(*everything: Change | LiveObject, going: Sequence[Change] = ()) -> list[Stranger]:
    changes = {each.address: each for each in (*everything, *going) if isinstance(each, Change)}
    return list(rest(*everything).strangers(changes))


def ids(*everything: Change | LiveObject, going: Sequence[Change] = ()) -> list[str]:
    return [each.id for each in strangers(*everything, going=going)]


class TestStrangers:
    def test_each_is_told_with_where_it_is_and_whose(self) -> None:
        web = declared(WEB, thing("device", "d1", WEB))
        assert strangers(
            PROJECT,
            web,
            thing("vlan", "v1", label="7 backup"),
            thing("device", "d2", "projects.x.devices.web", by="other", label="web", created_at="2019-07-01T00:00:00Z"),
            thing("ip_assignment", "i1", parent="d1", label="10.0.0.1/32"),
        ) == [
            Stranger("device", "d2", "web", P, "other", "2019-07-01T00:00:00Z"),
            Stranger("vlan", "v1", "7 backup", P),
            Stranger("ip_assignment", "i1", "10.0.0.1/32", WEB),
        ]

    def test_in_the_order_of_place_kind_label_and_id(self) -> None:
        web, other = declared(WEB, thing("device", "d1", WEB)), declared("projects.a", thing("project", "p0", "", None))
        there = [
            thing("volume", "v0", parent="p0", label="z"),
            thing("device", "v9", label="z"),
            thing("vlan", "v4", label="a"),
            thing("vlan", "v3", label="b"),
            thing("vlan", "v5", label="b"),
            thing("ip_assignment", "i1", parent="d1"),
        ]
        assert ids(PROJECT, web, other, *reversed(there)) == [each.id for each in there]

    def test_what_stands_nowhere_or_in_a_stranger_is_not_listed_by_itself(self) -> None:
        theirs = thing("device", "d9")
        there = (thing("project", "p9", parent=None), theirs, thing("ip_assignment", "i1", parent="d9"))
        assert ids(PROJECT, *there, thing("vlan", "v1")) == ["d9", "v1"]

    def test_what_the_platform_made_is_none(self) -> None:
        assert ids(PROJECT, thing("ip_reservation", "i1", automatic=True)) == []

    def test_what_is_ours_is_none_and_what_stands_in_it_is(self) -> None:
        web, old = declared(WEB, thing("device", "d1", WEB)), thing("device", "d2", f"{P}.devices.old")
        inside = [thing("ip_assignment", f"i{number}", parent=f"d{number}") for number in (1, 2)]
        assert strangers(PROJECT, web, old, *inside) == [
            Stranger("ip_assignment", "i2", "", f"{P}.devices.old"),
            Stranger("ip_assignment", "i1", "", WEB),
        ]

    def test_a_twin_that_is_left_alone_is_one(self) -> None:
        web, clone = declared(WEB, thing("device", "d1", WEB)), thing("device", "d2", WEB, memo={"userdata": "abc"})
        assert strangers(PROJECT, web, clone) == [Stranger("device", "d2", "", P)]

    def test_a_mark_that_is_not_its_own_makes_it_one_that_nobody_owns(self) -> None:
        wrong = thing("device", "d1", "projects.p.vlans.v")
        assert strangers(PROJECT, wrong) == [Stranger("device", "d1", "", P)]

    def test_what_is_deleted_with_its_parent_or_by_its_section_is_none(self) -> None:
        live, session = thing("device", "d1", WEB), thing("bgp_session", "s1", parent="d1", key="ipv4")
        assert ids(PROJECT, live, session) == []
        assert ids(PROJECT, declared(WEB, live), session) == ["s1"]
        assert ids(PROJECT, declared(WEB, live, sections=("bgp_sessions",)), session) == []
        assert ids(PROJECT, declared(WEB, live, sections=("ip_assignments",)), session) == ["s1"]

    @pytest.mark.parametrize("sections", [(), ("hardware_reservations", "bgp_config")])
    def test_what_the_api_cannot_delete_is_one(self, sections: tuple[str, ...]) -> None:
        project = declared(P, PROJECT.live, parent=None, sections=sections)
        there = (thing("bgp_config", "c1", key="bgp_config"), thing("hardware_reservation", "h1", key="h1"))
        assert ids(project, *there) == ["c1", "h1"]

    def test_a_reserved_machine_in_a_project_that_goes_is_one(self) -> None:
        there = (thing("bgp_config", "c1", key="bgp_config"), thing("hardware_reservation", "h1", key="h1"))
        assert ids(thing("project", "p1", P, None), *there) == ["h1"]


class TestWhatAnObjectLeaves:
    """A request for machines that is to leave them where they are when it goes, or is gone."""

    AT = "projects.p.spot_market_requests.r"

    def request(self, identifier: str = "r1", **more: Any) -> LiveObject:
        values: dict[str, Any] = {"values": {"force_termination": False}, "attributes": {"devices": []}}
        return thing("spot_market_request", identifier, self.AT, **{**values, **more})

    def machine(self, identifier: str = "d1", **more: Any) -> LiveObject:
        return thing("device", identifier, **{"mark": self.AT, "memo": OUTLIVED, "label": "one", **more})

    def left(self, by: str = AT, inside: str = P) -> Stranger:
        return Stranger("device", "d1", "one", inside, "", "2019-07-01T00:00:00Z", by)

    def test_its_machines_are_no_strangers_while_it_stays(self) -> None:
        assert ids(PROJECT, self.request(), self.machine()) == []
        assert ids(PROJECT, declared(self.AT, self.request(), **REQUEST), self.machine()) == []

    def test_they_are_as_soon_as_it_goes(self) -> None:
        machine, request = self.machine(created_at="2019-07-01T00:00:00Z"), self.request()
        plain = thing("vlan", "v1")
        assert strangers(PROJECT, request, machine, plain, going=[gone(self.AT, request)]) == [
            self.left(),
            Stranger("vlan", "v1", "", P),
        ]

    def test_but_not_those_that_end_with_it(self) -> None:
        request = self.request()
        machines = [self.machine("d1", memo={}), self.machine("d2")]
        assert ids(PROJECT, request, *machines, going=[gone(self.AT, request)]) == ["d2"]
        batch = thing("device_batch", "b1", "projects.p.device_batches.b", attributes={"devices": []})
        made = thing("device", "d1", "projects.p.device_batches.b")
        assert ids(PROJECT, batch, made, going=[gone("projects.p.device_batches.b", batch)]) == []

    def test_nor_while_another_request_with_its_mark_stays(self) -> None:
        first, second = self.request(), self.request("r2")
        assert ids(PROJECT, first, second, self.machine(), going=[gone(self.AT, first)]) == []
        both = [gone(self.AT, first), gone(f"{self.AT}__r2", second)]
        assert ids(PROJECT, first, second, self.machine(), going=both) == ["d1"]

    def test_nor_for_one_that_stands_elsewhere(self) -> None:
        here, there = self.request(), self.request("r2", parent="p2")
        other = declared("projects.q", thing("project", "p2", "projects.q", None), parent=None)
        machines = (self.machine(), self.machine("d2", parent="p2"))
        assert ids(PROJECT, other, here, there, *machines, going=[gone(self.AT, here)]) == ["d1"]

    def test_when_it_is_gone_already_they_are_told_with_its_address(self) -> None:
        machine = self.machine(created_at="2019-07-01T00:00:00Z")
        assert strangers(PROJECT, machine) == [self.left()]
        again = thing("device", "d1", "projects.p.device_batches.b", label="one", created_at="2019-07-01T00:00:00Z")
        batch = declared("projects.p.device_batches.b", **BATCH)
        assert strangers(PROJECT, batch, again) == [self.left("projects.p.device_batches.b")]

    def test_those_that_are_deleted_are_none(self) -> None:
        assert ids(PROJECT, thing("device", "d1", "projects.p.device_batches.b")) == []


def kept(
    *changes: Change, besides: Sequence[LiveObject] = (), inside: Sequence[Stranger] = ()
) -> tuple[dict[str, Change], list[Diagnostic]]:
    """What becomes of the changes, by address, and what is told: `besides` belongs to others, `inside` is listed."""
    undeclared = [each.live for each in changes if each.resource is None and each.live is not None]
    sorted_out = rest(*(each for each in changes if each.resource is not None), *undeclared, *besides)
    found, diagnostics = sorted_out.keep_what_holds_strangers({each.address: each for each in changes}, inside)
    return {str(address): each for address, each in found.items()}, diagnostics


def told(*changes: Change, besides: Sequence[LiveObject] = (), inside: Sequence[Stranger] = ()) -> list[str]:
    return [each.summary for each in kept(*changes, besides=besides, inside=inside)[1]]


def stranger(number: int = 1, inside: str = P, kind: str = "vlan", label: str = "") -> Stranger:
    return Stranger(kind, f"v{number}", label, inside)


def project(action: Action = Action.DELETE, address: str = P, **more: Any) -> Change:
    identifier = f"{address[-1]}1"
    return declared(address, thing("project", identifier, address, None, **more), action, parent=None, line=7)


class TestWhatHoldsThem:
    """A project that goes though somebody has something in it."""

    def test_it_is_kept_with_what_would_only_go_with_it(self) -> None:
        edge = replace(gone(P, thing("project", "p1", P, None)), because="because")
        config = gone(f"{P}.bgp_config", thing("bgp_config", "c1"), "parent_deleted")
        vlan = gone(f"{P}.vlans.v", thing("vlan", "v2", f"{P}.vlans.v"))
        session = gone(f"{WEB}.bgp_sessions.ipv4", thing("bgp_session", "s1", parent="d1"), "parent_deleted")
        changes, found = kept(edge, config, vlan, session, inside=[stranger(label="7 backup")])
        assert changes == {
            P: replace(edge, action=Action.NOOP, reason="holds_strangers", because=""),
            f"{P}.vlans.v": vlan,
            f"{WEB}.bgp_sessions.ipv4": session,
        }
        summary = f"{P} is kept: it holds 1 of others' objects (vlan 7 backup)"
        assert found == [warning("holds-strangers", summary, address=P, hint=HINT)]

    def test_what_nobody_else_is_in_goes(self) -> None:
        inside = [stranger(inside="projects.q"), stranger(kind="bgp_session", inside=WEB)]
        changes = project(), gone(f"{P}.bgp_config", thing("bgp_config", "c1"), "parent_deleted")
        after, found = kept(*changes, inside=inside)
        assert (list(after.values()), found) == (list(changes), [])

    def test_one_that_stays_or_is_no_place_for_others_is_not_asked(self) -> None:
        web = declared(WEB, thing("device", "d1", WEB), Action.DELETE)
        inside = [stranger(), stranger(kind="ip_assignment", inside=WEB)]
        for stays in (Action.NOOP, Action.UPDATE):
            assert told(project(stays), web, inside=inside) == []

    def test_five_are_named_of_all_that_stand_in_it_or_below(self) -> None:
        inside = [stranger(number, inside=WEB if number % 2 else P) for number in range(7)]
        names = "vlan v0, vlan v1, vlan v2, vlan v3, vlan v4"
        assert told(project(), inside=inside) == [f"{P} is kept: it holds 7 of others' objects ({names})"]

    def test_a_warning_shows_the_line_where_there_is_one(self) -> None:
        (found,) = kept(project(), inside=[stranger()])[1]
        assert str(found.place) == "stack.yaml:7:1"

    @pytest.mark.parametrize("action", [Action.DELETE_CREATE, Action.CREATE_DELETE])
    def test_replacing_it_is_refused_and_all_such_are_told_at_once(self, action: Action) -> None:
        projects = [project(action, f"projects.{name}") for name in "ab"]
        inside = [stranger(1, "projects.a"), stranger(2, "projects.b"), stranger(3)]
        with pytest.raises(Refused) as caught:
            kept(*projects, project(), inside=inside)
        assert caught.value.exit_code == 3
        assert caught.value.diagnostics == tuple(
            error(
                "holds-strangers",
                f"{each.address} cannot be replaced: it holds 1 of others' objects (vlan v{number})",
                address=str(each.address),
                place=each.place,
                hint=HINT,
            )
            for number, each in enumerate(projects, 1)
        )

    def test_the_next_is_looked_at_after_one_that_nobody_is_in(self) -> None:
        other = project(address="projects.q")
        summary = "projects.q is kept: it holds 1 of others' objects (vlan v1)"
        assert told(project(), other, inside=[stranger(inside="projects.q")]) == [summary]


class TestWhatBelongsToIt:
    """What does not go with it, wherever it stands: an organization's projects, a project's reserved machines."""

    AT = "organizations.o"

    def organization(self) -> Change:
        return declared(self.AT, thing("organization", "o1", self.AT, None), Action.DELETE, parent=None)

    def holds(self, *names: str, at: str = AT) -> str:
        return f"{at} is kept: it holds {len(names)} of others' objects ({', '.join(names)})"

    def test_projects_of_others_are_named(self) -> None:
        theirs = [thing("project", f"x{n}", parent=None, holds={"o1"}, label=text) for n, text in enumerate(("X", ""))]
        elsewhere = thing("project", "x9", parent=None, holds={"o9"})
        expected = [self.holds("project X", "project x1")]
        assert told(self.organization(), besides=[*theirs, elsewhere]) == expected
        assert told(self.organization(), besides=[elsewhere]) == []

    def test_one_of_ours_that_stays_is_named_and_one_that_goes_is_not(self) -> None:
        stays, leaves = (project(action, holds={"o1"}) for action in (Action.NOOP, Action.DELETE))
        assert told(self.organization(), stays) == [self.holds(P)]
        assert told(self.organization(), leaves) == []
        assert told(self.organization(), project(Action.NOOP, holds={"o9"})) == []
        undeclared = thing("project", "p1", P, None, holds={"o1"})
        assert told(self.organization(), gone(P, undeclared)) == []

    def test_a_project_that_is_kept_keeps_its_organization(self) -> None:
        changes = [self.organization(), project(holds={"o1"})]
        expected = [self.holds("vlan v1", at=P), self.holds(P)]
        assert told(*changes, inside=[stranger()]) == expected
        assert told(*reversed(changes), inside=[stranger()]) == expected

    def test_what_the_stack_uses_in_its_project_without_owning_it(self) -> None:
        used = declared(f"{P}.vlans.v", thing("vlan", "v1"), existing="backup")
        assert told(project(), used) == [self.holds(f"{P}.vlans.v", at=P)]
        assert told(project(), replace(used, live=thing("vlan", "v1", parent="p9"))) == []

    def test_reserved_machines_also_those_that_the_stack_declares(self) -> None:
        at, identifier = f"{P}.hardware_reservations.r", "12345678-1234-1234-1234-123456789abc"
        reserved = declared(at, thing("hardware_reservation", identifier, key=identifier), id=identifier)
        assert told(project(), reserved) == [self.holds(at, at=P)]

    def test_but_not_what_is_its_own(self) -> None:
        own = declared(f"{P}.vlans.v", thing("vlan", "v1", f"{P}.vlans.v"))
        config = declared(f"{P}.bgp_config", thing("bgp_config", "c1", key="bgp_config"))
        going = gone(f"{P}.vlans.w", thing("vlan", "v2", f"{P}.vlans.w"))
        assert told(project(), own, config, going, declared(WEB)) == []
