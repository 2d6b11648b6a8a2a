"""What is ours and nothing declares any more: which objects are deleted, under which address, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from reconciler.engine.scope import Scope
from reconciler.model.live import LiveObject, Phase, Status
from reconciler.model.plan import Action, Change
from reconciler.values import parse_address

from .build import ref
from .leftovers import BATCH, OUTLIVED, PROJECT, WEB, P, declared, rest, thing

Deletes = list[tuple[str, str, str, str]]
FREE = frozenset({"userdata", "customdata"})
LEAVING = Status(Phase.LEAVING)
NOT_DECLARED = "not_declared"


def deletes(*everything: Change | LiveObject, only: str = "", former: Sequence[Change] = ()) -> Deletes:
    """Of each delete the object, its address, and the reason as code and for people."""
    targets = (parse_address(only),) if only else ()
    scope = Scope(targets, tuple(each.resource for each in former if each.resource is not None))
    found = rest(*everything, scope=scope).unwanted()
    assert all(each.action is Action.DELETE for each in found)
    return [(each.live.id, str(each.address), each.reason, each.because) for each in found if each.live is not None]


def undeclared(identifier: str, address: str) -> tuple[str, str, str, str]:
    return (identifier, address, NOT_DECLARED, f"because {address} is not in configuration")


class TestNotDeclared:
    def test_what_carries_our_mark_is_deleted_as_it_is(self) -> None:
        live = thing("device", "d1", WEB, values={"hostname": "web"})
        assert rest(PROJECT, live).unwanted() == [
            Change(
                parse_address(WEB),
                "device",
                Action.DELETE,
                live=live,
                parent_id="p1",
                reason=NOT_DECLARED,
                because=f"because {WEB} is not in configuration",
                before={"hostname": "web"},
                secrets=FREE,
            )
        ]

    def test_what_its_delete_does_besides_is_told(self) -> None:
        at, machines = "projects.p.spot_market_requests.r", [{"hostname": "a"}]
        values, attributes = {"force_termination": True}, {"devices": machines}
        live = thing("spot_market_request", "r1", at, values=values, attributes=attributes)
        (found,) = rest(PROJECT, live).unwanted()
        assert found.impact == ("its 1 machine (a) ends with it",)
        assert found.secrets == {"instance_parameters"}

    def test_all_in_the_order_of_their_addresses(self) -> None:
        vlan = thing("vlan", "v1", "projects.p.vlans.v")
        late, early = (thing("device", f"d{number}", f"{WEB}[{number}]") for number in (10, 2))
        assert deletes(PROJECT, vlan, late, early) == [
            undeclared("d2", f"{WEB}[2]"),
            undeclared("d10", f"{WEB}[10]"),
            undeclared("v1", "projects.p.vlans.v"),
        ]

    @pytest.mark.parametrize(
        "live",
        [
            thing("device", "d1", WEB, by="other"),
            thing("device", "d1"),
            thing("device", "d1", "no address"),
            thing("device", "d1", "projects.p.vlans.web"),
            thing("vlan", "v1", "projects.p.device_batches.b"),
            thing("device", "d1", WEB, status=LEAVING),
            thing("ip_reservation", "i1", "projects.p.ip_reservations.i", automatic=True),
        ],
        ids=["another stack's", "no mark", "no address", "another section's", "not made", "leaving", "automatic"],
    )
    def test_what_is_not_ours_or_does_not_count_is_left_alone(self, live: LiveObject) -> None:
        other = thing("device", "d9", "projects.p.devices.z")
        assert deletes(PROJECT, live, other) == [undeclared("d9", "projects.p.devices.z")]

    def test_what_is_declared_is_kept_and_an_object_of_another_kind_with_its_id_is_another(self) -> None:
        web, same = thing("device", "x1", WEB), thing("vlan", "x1", "projects.p.vlans.v")
        assert deletes(PROJECT, declared(WEB, web)) == []
        assert deletes(PROJECT, declared(WEB, web), same) == [undeclared("x1", "projects.p.vlans.v")]

    def test_only_what_is_targeted(self) -> None:
        web, vlan = thing("device", "d1", f"{WEB}[0]"), thing("vlan", "v1", "projects.p.vlans.v")
        assert deletes(PROJECT, web, vlan, only=WEB) == [undeclared("d1", f"{WEB}[0]")]
        assert deletes(PROJECT, web, vlan, only="projects.q") == []


class TestTwoWithOneMark:
    def machine(self, identifier: str, second: int, mark: str = WEB, name: str = "web", **more: Any) -> LiveObject:
        created = f"2019-07-01T00:00:{second:02}Z"
        return thing("device", identifier, mark, values={"hostname": name}, created_at=created, **more)

    def duplicate(self, identifier: str, kept: str, is_kept: str = "", at: str = "") -> tuple[str, str, str, str]:
        address = at or f"{WEB}__{identifier[:8]}"
        return (identifier, address, "duplicate", f"because {kept} carries the same mark{is_kept}")

    def test_the_oldest_has_the_address_and_the_others_are_its_doubles(self) -> None:
        others = [self.machine(each, second) for each, second in (("d123456789", 3), ("d2", 2))]
        assert deletes(PROJECT, *others, self.machine("d3", 1)) == [
            undeclared("d3", WEB),
            self.duplicate("d2", "d3"),
            self.duplicate("d123456789", "d3"),
        ]

    def test_of_the_same_age_the_id_decides(self) -> None:
        both = [self.machine(each, 1) for each in ("d2", "d1")]
        assert deletes(PROJECT, *both) == [undeclared("d1", WEB), self.duplicate("d2", "d1")]

    def test_beside_one_that_is_declared_it_is_a_double(self) -> None:
        web = declared(WEB, self.machine("d1", 2))
        found = deletes(PROJECT, web, self.machine("d3", 3), self.machine("d2", 1))
        assert found == [self.duplicate("d2", "d1", " and is kept"), self.duplicate("d3", "d1", " and is kept")]

    def test_a_double_of_an_instance_is_one_of_its_block(self) -> None:
        web = declared(f"{WEB}[1]", self.machine("d1", 1, mark=f"{WEB}[1]"))
        double = self.machine("d2", 2, mark=f"{WEB}[1]")
        assert deletes(PROJECT, web, double) == [
            self.duplicate("d2", "d1", " and is kept", at="projects.p.devices.web__d2[1]")
        ]

    def test_one_that_may_be_somebodys_copy_is_left_alone_and_the_next_is_not(self) -> None:
        copy, vlan = self.machine("d2", 2, name="copy"), thing("vlan", "v1", "projects.p.vlans.v")
        assert deletes(PROJECT, declared(WEB, self.machine("d1", 1)), copy, vlan) == [
            undeclared("v1", "projects.p.vlans.v")
        ]
        assert deletes(PROJECT, self.machine("d1", 1), copy, vlan) == [
            undeclared("d1", WEB),
            self.duplicate("d2", "d1"),
            undeclared("v1", "projects.p.vlans.v"),
        ], "what nobody declares is not compared"
        noted = self.machine("d2", 2, memo={"userdata": "abc"})
        assert deletes(PROJECT, self.machine("d1", 1), noted) == [undeclared("d1", WEB)]

    def test_one_that_hangs_on_to_others_is_left_alone(self) -> None:
        hanging = thing("ip_assignment", "a1", parent="d2")
        assert deletes(PROJECT, self.machine("d1", 1), self.machine("d2", 2), hanging) == [undeclared("d1", WEB)]

    def test_what_stands_elsewhere_than_it_is_to_has_moved(self) -> None:
        both = [self.machine(each, second, parent="p2") for each, second in (("d1", 1), ("d2", 2))]
        because = f"because {WEB} is to stand elsewhere now"
        assert deletes(PROJECT, declared(WEB), *both) == [
            (each.id, f"{WEB}__{each.id}", "moved", because) for each in both
        ]

    def test_it_is_targeted_with_what_its_mark_says(self) -> None:
        web, other = declared(WEB, self.machine("d1", 1)), self.machine("d2", 2)
        assert deletes(PROJECT, web, other, only=WEB) == [self.duplicate("d2", "d1", " and is kept")]
        assert [each for each, *_ in deletes(PROJECT, declared(WEB), other, only=WEB)] == ["d2"]
        assert deletes(PROJECT, declared(WEB), other, only=f"{WEB}__d2") == []


class TestWhatAnObjectMade:
    """The machines of a batch carry its mark."""

    AT = "projects.p.device_batches.b"

    def batch(self, **more: Any) -> LiveObject:
        return thing("device_batch", "b1", **{"mark": self.AT, "attributes": {"devices": []}, **more})

    def machine(self, identifier: str = "d1", at: str = AT, **more: Any) -> LiveObject:
        return thing("device", identifier, at, **more)

    def left_behind(self, address: str = "projects.p.devices.b__d1", by: str = AT) -> tuple[str, str, str, str]:
        return ("d1", address, "left_behind", f"because {by}, which made it, is gone")

    def test_while_that_is_there_they_stand_and_fall_with_it(self) -> None:
        assert deletes(PROJECT, declared(self.AT, self.batch(), **BATCH), self.machine()) == []
        assert deletes(PROJECT, self.batch(), self.machine()) == [undeclared("b1", self.AT)]

    def test_without_it_they_are_as_unwanted_as_it(self) -> None:
        plain = thing("device", "d9", WEB)
        assert deletes(PROJECT, self.machine(), plain) == [undeclared("d9", WEB), self.left_behind()]
        numbered = self.machine(at=f"{self.AT}[7]")
        assert deletes(PROJECT, numbered) == [self.left_behind("projects.p.devices.b__d1[7]", f"{self.AT}[7]")]

    def test_one_that_leaves_or_stands_elsewhere_is_another(self) -> None:
        assert deletes(PROJECT, self.batch(status=LEAVING), self.machine()) == [self.left_behind()]
        elsewhere = self.batch(parent="p2")
        assert deletes(PROJECT, elsewhere, self.machine()) == [undeclared("b1", self.AT), self.left_behind()]

    def test_where_it_is_to_be_made_again_nothing_is_deleted_for_it(self) -> None:
        other = self.machine("d2", "projects.p.device_batches.c")
        because = "because projects.p.device_batches.c, which made it, is gone"
        assert deletes(PROJECT, declared(self.AT, **BATCH), self.machine(), other) == [
            ("d2", "projects.p.devices.c__d2", "left_behind", because)
        ]

    def test_what_was_to_outlive_it_stays(self) -> None:
        request = "projects.p.spot_market_requests.r"
        assert deletes(PROJECT, self.machine(at=request, memo=OUTLIVED)) == []
        assert deletes(PROJECT, self.machine(at=request)) == [self.left_behind("projects.p.devices.r__d1", request)]

    def test_they_are_targeted_with_what_made_them(self) -> None:
        assert deletes(PROJECT, self.machine(), only=self.AT) == [self.left_behind()]
        assert deletes(PROJECT, self.machine(), only="projects.p.devices.b") == []


class TestWhatGoesWithItsParent:
    def session(self, parent: str = "d1", identifier: str = "s1") -> LiveObject:
        return thing("bgp_session", identifier, parent=parent, key="ipv4")

    def attachment(self, parent: str = "d1", volume: str = "v1") -> LiveObject:
        return thing("volume_attachment", "a1", parent=parent, key=volume, holds={volume})

    def with_parent(self, identifier: str, address: str, above: str = WEB) -> tuple[str, str, str, str]:
        return (identifier, address, "parent_deleted", f"because {above} is destroyed")

    def test_what_carries_no_mark_goes_with_what_it_stands_in(self) -> None:
        project = thing("project", "p1", P, None)
        config = thing("bgp_config", "c1", key="bgp_config", values={"asn": 65000})
        assert rest(project, config).unwanted()[1:] == [
            Change(
                parse_address("projects.p.bgp_config"),
                "bgp_config",
                Action.DELETE,
                live=config,
                parent_id="p1",
                reason="parent_deleted",
                because="because projects.p is destroyed",
                before={"asn": 65000},
                secrets=FREE | {"md5"},
            )
        ]

    def test_under_the_address_of_that_also_of_a_double(self) -> None:
        web, double = (thing("device", each, WEB) for each in ("d1", "d2"))
        assert deletes(PROJECT, declared(WEB, web), double, self.session("d2"))[1:] == [
            self.with_parent("s1", f"{WEB}__d2.bgp_sessions.ipv4", f"{WEB}__d2")
        ]

    def test_what_stands_by_itself_does_not(self) -> None:
        web = thing("device", "d1", WEB)
        theirs = thing("ip_assignment", "i1", parent="d1")
        top = thing("bgp_session", "s0", parent=None, key="ipv4")
        found = deletes(PROJECT, theirs, top, self.session("d9", "s9"), self.session(), web)
        assert found == [undeclared("d1", WEB), self.with_parent("s1", f"{WEB}.bgp_sessions.ipv4")]

    def test_what_the_api_never_ends_stays(self) -> None:
        project = thing("project", "p1", P, None)
        reserved = thing("hardware_reservation", "h1", key="h1")
        config = thing("bgp_config", "c1", key="bgp_config")
        assert deletes(project, reserved, config) == [
            undeclared("p1", P),
            self.with_parent("c1", "projects.p.bgp_config", P),
        ]

    def test_nothing_goes_for_what_is_not_targeted(self) -> None:
        web, other = thing("device", "d1", WEB), thing("device", "d2", "projects.p.devices.b")
        found = deletes(PROJECT, web, other, self.session("d2"), self.session("d1", "s2"), only=WEB)
        assert found == [undeclared("d1", WEB), self.with_parent("s2", f"{WEB}.bgp_sessions.ipv4")]

    @pytest.mark.parametrize("action", [Action.DELETE_CREATE, Action.CREATE_DELETE])
    def test_for_a_replacement_only_what_the_api_does_not_take_away(self, action: Action) -> None:
        web = declared(WEB, thing("device", "d1", WEB), action)
        expected = [self.with_parent("a1", f"{WEB}.volume_attachments.v1")]
        assert deletes(PROJECT, web, self.session(), self.attachment()) == expected
        for stays in (Action.NOOP, Action.UPDATE):
            assert deletes(PROJECT, replace(web, action=stays), self.session(), self.attachment()) == []

    def test_what_holds_one_that_goes_lets_go_of_it(self) -> None:
        at, volume = "projects.p.volumes.data", thing("volume", "v1", "projects.p.volumes.data")
        web = declared(WEB, thing("device", "d1", WEB))
        expected = [self.with_parent("a1", f"{WEB}.volume_attachments.v1", at)]
        assert deletes(PROJECT, web, volume, self.attachment())[1:] == expected
        wanted = declared(at, volume, Action.DELETE_CREATE, facility="ewr1", plan="storage_1", size=10)
        assert deletes(PROJECT, web, wanted, self.attachment()) == expected
        assert deletes(PROJECT, web, replace(wanted, action=Action.NOOP), self.attachment()) == []
        assert deletes(PROJECT, web, volume, self.attachment(), only="projects.q") == []

    def test_of_several_that_go_the_first_by_id_is_told(self) -> None:
        web = declared(WEB, thing("device", "d1", WEB))
        volumes = [thing("volume", f"v{number}", f"projects.p.volumes.v{number}") for number in (3, 1, 2)]
        attachment = replace(self.attachment(volume="v3"), holds=frozenset({"v0", "v1", "v2", "v3"}))
        assert deletes(PROJECT, web, *volumes, attachment)[3:] == [
            self.with_parent("a1", f"{WEB}.volume_attachments.v3", "projects.p.volumes.v1")
        ]

    def test_but_only_in_a_machine_of_ours(self) -> None:
        volume = thing("volume", "v1", "projects.p.volumes.data")
        used = declared(WEB, thing("device", "d1"), existing="theirs")
        for there in (used, thing("device", "d1"), thing("device", "d9", WEB, by="other")):
            found = deletes(PROJECT, volume, there, self.attachment())
            assert found == [undeclared("v1", "projects.p.volumes.data")]


class TestWhatASectionNames:
    """In a section that the stack names, all that carries no mark is the stack's."""

    AT = "projects.p.members"

    def person(self, identifier: str, address: str) -> LiveObject:
        return thing("member", identifier, key=address)

    def project(self, *sections: str) -> Change:
        return declared(P, thing("project", "p1", P, None), parent=None, sections=sections)

    def shared(self) -> Change:
        return declared(P, thing("project", "p1", "", None), parent=None, existing="shared", sections=("members",))

    def wanted(self, address: Any = "jo@example.com") -> Change:
        return declared(f"{self.AT}.jo", email=address, roles=["admin"])

    def test_what_is_not_declared_in_it_is_deleted(self) -> None:
        jo = self.person("m1", "jo@example.com")
        assert rest(self.project("members"), jo).unwanted() == [
            Change(
                parse_address(f"{self.AT}.jo-example-com"),
                "member",
                Action.DELETE,
                live=jo,
                parent_id="p1",
                reason=NOT_DECLARED,
                because=f"because {self.AT}.jo-example-com is not in configuration",
                secrets=FREE,
            )
        ]
        assert deletes(self.project("vlans"), jo) == []

    def test_what_the_api_cannot_delete_stays(self) -> None:
        config, jo = thing("bgp_config", "c1", key="bgp_config"), self.person("m1", "jo@example.com")
        found = deletes(self.project("bgp_config", "members"), config, jo)
        assert found == [undeclared("m1", f"{self.AT}.jo-example-com")]

    def test_two_whose_keys_read_alike_have_an_address_each(self) -> None:
        people = [self.person(f"m{number}", key) for number, key in enumerate(("jo@a.b", "jo@a-b", "jo_a@b"))]
        assert deletes(self.project("members"), *people) == [
            undeclared("m0", f"{self.AT}.jo-a-b"),
            undeclared("m1", f"{self.AT}.jo-a-b__m1"),
            undeclared("m2", f"{self.AT}.jo_a-b"),
        ]

    def test_beside_one_that_is_declared_it_has_another_address(self) -> None:
        web = declared(WEB, thing("device", "d1", WEB), sections=("bgp_sessions",))
        at = f"{WEB}.bgp_sessions.ipv4"
        mine, twin = (thing("bgp_session", each, parent="d1", key="ipv4") for each in ("s1", "s2"))
        found = deletes(PROJECT, web, declared(at, mine, parent="d1"), twin)
        assert found == [undeclared("s2", f"{at}__s2")]

    def test_only_what_is_targeted(self) -> None:
        people = [self.person("m1", "al@example.com"), self.person("m2", "jo@example.com")]
        only = f"{self.AT}.jo-example-com"
        assert deletes(self.project("members"), *people, only=only) == [undeclared("m2", only)]

    def test_in_what_is_not_ours_only_what_a_destroyed_stack_declared(self) -> None:
        people = [self.person("m1", "al@example.com"), self.person("m2", "jo@example.com")]
        expected = [undeclared("m2", f"{self.AT}.jo")]
        assert deletes(self.shared(), *people, former=[self.wanted()]) == expected
        assert deletes(self.shared(), *people) == []

    @pytest.mark.parametrize(
        "former",
        [
            declared("projects.q.members.jo", email="jo@example.com", roles=["admin"]),
            declared("projects.p.vlans.jo"),
        ],
        ids=["another project's", "another kind"],
    )
    def test_what_it_declared_elsewhere_or_of_another_kind_is_another(self, former: Change) -> None:
        assert deletes(self.shared(), self.person("m1", "jo@example.com"), former=[former]) == []

    def test_what_has_no_key_yet_is_nobody(self) -> None:
        unknown = self.wanted(ref("projects.p.vlans.a", "description"))
        assert deletes(self.shared(), self.person("m1", ""), former=[unknown]) == []
