"""A stack compared as a whole: the order, what one resource sees of another, what nobody declares, what is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.diagnostics import Diagnostic, Place, Refused, Severity, error
from reconciler.engine.diff import in_dependency_order
from reconciler.kinds.wiring import Port
from reconciler.model.live import LiveObject, Phase, Status
from reconciler.model.lookups import Answer
from reconciler.model.mark import Mark
from reconciler.model.moves import Move, Moves
from reconciler.model.plan import Stranger
from reconciler.model.resource import Evaluated, Foreign, Resource, World
from reconciler.values import Unknown, parse_address

from .build import ref, resource
from .comparing import EDGE, EDGE_LIVE, PROJECT, STORAGE, WEB, asking, compare, live, refused

A, B, C = (f"projects.edge.devices.{name}" for name in "abc")
SESSION = f"{WEB}.bgp_sessions.ipv4"
WIRING = f"{WEB}.network_type"
ETH1 = f"{WEB}.ports.eth1"


def names(resources: list[Resource]) -> list[str]:
    return [str(each.address) for each in resources]


class TestOrder:
    def test_each_comes_after_its_parent_and_after_what_it_refers_to(self) -> None:
        wanted = [
            resource(SESSION),
            resource(A, description=ref(WEB), after=(B,)),
            resource(B),
            resource(WEB),
            EDGE,
        ]
        assert names(in_dependency_order(wanted)) == [PROJECT, B, WEB, SESSION, A]

    def test_otherwise_they_stay_as_they_stood_and_what_is_not_there_is_passed_over(self) -> None:
        wanted = [resource(each, after=("projects.gone", STORAGE)) for each in (C, A, B)]
        assert names(in_dependency_order(wanted)) == [C, A, B]

    def test_a_circle_is_told_with_its_lines(self) -> None:
        circle = [
            resource(one, description=ref(other), line=line)
            for one, other, line in ((A, C, 10), (B, A, 20), (C, B, 30))
        ]
        with pytest.raises(Refused) as caught:
            in_dependency_order([EDGE, *circle])
        assert caught.value.diagnostics == (
            error(
                "cycle",
                f"resources wait for each other: {A} (stack.yaml:10:1) -> {B} (stack.yaml:20:1) -> "
                f"{C} (stack.yaml:30:1) -> {A} (stack.yaml:10:1)",
                address=A,
                place=Place("stack.yaml", 10),
                hint="take one of these references out, or use `after` for order only",
            ),
        )

    def test_changes_are_in_address_order(self) -> None:
        wanted = (EDGE, *(resource(f"{A}[{number}]") for number in (10, 2)), resource(STORAGE))
        gone = "projects.edge.devices.gone"
        found = compare(*wanted, there=[EDGE_LIVE, live(gone)]).compared.changes
        assert [str(each.address) for each in found] == [
            PROJECT,
            f"{A}[2]",
            f"{A}[10]",
            gone,
            STORAGE,
        ]


class TestWhatIsSeenOfAnother:
    def test_of_what_is_to_be_made_only_what_is_certain(self) -> None:
        found = compare(EDGE, resource(WEB))
        assert found.read(WEB, "hostname") == "web"
        assert found.read(WEB, "id") == Unknown(frozenset({parse_address(WEB)}))

    def test_of_what_stays_what_is_live_or_will_be(self) -> None:
        there = live(WEB, description="old", userdata="old")
        found = compare(EDGE, resource(WEB, description="new"), there=[EDGE_LIVE, there])
        assert [found.read(WEB, each) for each in ("id", "userdata", "description")] == ["web-1", "old", "new"]

    @pytest.mark.parametrize(
        ("wanted", "changes"), [({"plan": "c1.small.x86"}, {}), ({}, {"status": Status(Phase.FAILED, "failed")})]
    )
    def test_of_what_is_replaced_nothing_that_is_live(self, wanted: dict[str, Any], changes: dict[str, Any]) -> None:
        there = [EDGE_LIVE, replace(live(WEB), **changes), live(SESSION), live(A, description="web-1, ipv4-1")]
        first = resource(A, description=ref(SESSION))
        found = compare(EDGE, resource(WEB, **wanted), resource(SESSION), first, there=there)
        assert found.read(WEB, "id") == Unknown(frozenset({parse_address(WEB)}))
        assert found[A].after.get("description") is None
        assert found.actions() == {A: "update", WEB: "delete-create", SESSION: "delete-create"}

    def test_of_a_child_what_stays_while_its_parent_does(self) -> None:
        there = [EDGE_LIVE, live(WEB), live(SESSION), live(A, description="ipv4-1")]
        found = compare(EDGE, resource(WEB), resource(SESSION), resource(A, description=ref(SESSION)), there=there)
        assert found.actions() == {}

    def test_a_device_that_is_wired_anew_has_addresses_that_nobody_knows(self) -> None:
        def wired(kind: str) -> Resource:
            return resource(WIRING, type=kind)

        there = [EDGE_LIVE, with_attributes(live(WEB), public_ipv4="10.0.0.2"), wiring("layer3")]
        there.append(live(A, description="10.0.0.2"))
        reader = resource(A, description=ref(WEB, "public_ipv4"))
        assert compare(EDGE, resource(WEB), wired("layer3"), reader, there=there).actions() == {}
        found = compare(EDGE, resource(WEB), wired("layer2-bonded"), reader, there=there)
        assert found.actions() == {A: "update", WIRING: "update"}
        assert found.read(WEB, "public_ipv4") == Unknown(frozenset({parse_address(WEB)}))
        assert found.read(WEB, "id") == "web-1"

    def test_a_lookup_is_answered(self) -> None:
        def looked_up(world: World) -> Evaluated:
            return Evaluated(world.look_up("it", {}).value)

        found = compare(EDGE, asking(resource(WEB), description=looked_up), answer=Answer("cheap"))
        assert found[WEB].after["description"] == "cheap"

    def test_another_stacks_object_is_read_and_is_nothing_of_ours(self) -> None:
        foreign = Foreign("net", parse_address("projects.core.vlans.storage"), "vlan")

        def read(world: World) -> Evaluated:
            return Evaluated(f"vlan {world.foreign(foreign, 'vxlan')}")

        theirs = replace(live("projects.core.vlans.storage", vxlan=1042), mark=Mark("net", str(foreign.address)))
        found = compare(EDGE, asking(resource(WEB), description=read), elsewhere=(theirs,))
        assert found[WEB].after["description"] == "vlan 1042"
        assert [str(each.address) for each in found.compared.changes] == [PROJECT, WEB]


def with_attributes(there: LiveObject, **attributes: Any) -> LiveObject:
    return replace(there, attributes={**there.attributes, **attributes})


def wiring(kind: str) -> LiveObject:
    ports = (Port("p0", "bond0", bond=True, bonded=True, layer2=kind != "layer3"),)
    return with_attributes(replace(live(WIRING, type=kind), label=kind), ports=ports, addresses=["10.0.0.2"])


class TestRefusals:
    def test_all_that_stands_in_the_way_is_told_at_once(self) -> None:
        config = "projects.edge.bgp_config"
        told = refused(
            EDGE,
            resource(WEB, hostname=ref(STORAGE, shape=lambda value: 7), line=10),
            resource(STORAGE, line=20),
            resource(config, asn=65001, line=30),
            there=[EDGE_LIVE, live(STORAGE), live(config)],
        )
        assert [(each.code, each.address) for each in told] == [("wrong-type", WEB), ("write-once", config)]

    def test_what_the_instances_of_a_block_share_is_told_once(self) -> None:
        def wrong(description: object) -> list[Resource]:
            return [
                resource(f"{A}[{number}]", description=ref(STORAGE, shape=lambda value: description), line=10)
                for number in range(3)
            ]

        there = [EDGE_LIVE, live(STORAGE)]
        (told,) = refused(EDGE, resource(STORAGE), *wrong(7), there=there)
        assert told.address == f"{A}[0]"
        both = refused(
            EDGE, resource(STORAGE), *wrong(7), resource(B, hostname=ref(STORAGE, shape=lambda value: 7)), there=there
        )
        assert [each.address for each in both] == [B, f"{A}[0]"]

    def test_what_has_no_line_is_told_of_each(self) -> None:
        def failing(address: str) -> Resource:
            def fails(world: World) -> Evaluated:
                raise Refused([error("broken", "it does not work", address=address)])

            return asking(resource(address), description=fails)

        told = refused(EDGE, *(failing(each) for each in (A, B, C)))
        assert [each.address for each in told] == [A, B, C]

    def test_two_objects_that_come_to_one_address(self) -> None:
        old = parse_address("projects.edge.vlans.before")
        moved = Moves((Move(old, parse_address(STORAGE), Place("stack.yaml", 40)),))
        there = [EDGE_LIVE, live(STORAGE, "v1"), replace(live(STORAGE, "v2"), moved_from=str(old))]
        (told,) = refused(EDGE, resource(STORAGE), there=there, moved=moved)
        assert (told.code, told.address, told.place) == ("moved-clash", STORAGE, Place("stack.yaml", 40))
        wanted = (EDGE, resource(STORAGE, existing="it"))
        found = compare(*wanted, there=there, moved=moved, destroy=True)
        assert set(found.actions().values()) == {"delete"}, "all of them go"

    def test_an_object_that_may_be_ours_since_its_mark_is_not_shown(self) -> None:
        hidden = replace(live(WEB), mark=None, mark_missing="tags")
        there = [EDGE_LIVE, hidden]
        assert [each.code for each in refused(EDGE, resource(WEB), there=there)] == ["mark-not-shown"]
        assert [each.code for each in refused(EDGE, there=there, destroy=True)] == ["mark-not-shown"]
        assert compare(EDGE, there=there).actions() == {}


class TestWhatNobodyDeclares:
    GONE = "projects.edge.devices.gone"

    def test_it_is_destroyed_where_it_is_ours(self) -> None:
        there = [EDGE_LIVE, live(self.GONE), replace(live(A), mark=Mark("other", A))]
        found = compare(EDGE, there=there)
        assert found.actions() == {self.GONE: "delete"}
        assert found[self.GONE].because == f"because {self.GONE} is not in configuration"
        assert found.compared.strangers == (Stranger("device", "a-1", "a", PROJECT, "other"),)

    def test_only_where_the_run_is_about_it(self) -> None:
        there = [EDGE_LIVE, live(self.GONE), live(A)]
        assert compare(EDGE, there=there, targets=(A,)).actions() == {A: "delete"}

    def test_a_destroy_is_reason_enough(self) -> None:
        found = compare(EDGE, there=[EDGE_LIVE, live(WEB)], destroy=True)
        assert [(str(each.address), each.action.value, each.because) for each in found.compared.changes] == [
            (PROJECT, "delete", ""),
            (WEB, "delete", ""),
        ]

    @pytest.mark.parametrize(("facility", "reason"), [(None, "delete"), ("ams1", "delete-create")])
    def test_a_port_lets_go_of_what_goes(self, facility: str | None, reason: str) -> None:
        storage = [resource(STORAGE, facility=facility)] if facility else []
        port = replace(live(ETH1, vlans=["v0", "storage-1"]), holds=frozenset({"v0", "storage-1"}))
        found = compare(EDGE, resource(WEB), *storage, there=[EDGE_LIVE, live(WEB), live(STORAGE), port])
        assert found.actions() == {ETH1: "update", STORAGE: reason}
        assert (found[ETH1].reason, found[ETH1].because) == ("lets_go", f"because {STORAGE} is destroyed")
        world, at = found.compared.world, parse_address(ETH1)
        assert (world.live(at), world.values(at), found.read(ETH1, "vlans")) == (port, {"vlans": ["v0"]}, ["v0"])
        assert found.read(ETH1, "id") == "eth1-1"

    def test_what_a_rewired_device_loses_is_told_and_its_other_ports_are_made_right_again(self) -> None:
        port = replace(live(ETH1, vlans=["storage-1"]), holds=frozenset({"storage-1"}))
        there = [EDGE_LIVE, live(WEB), live(STORAGE), port, wiring("layer2-individual")]
        found = compare(
            EDGE,
            resource(STORAGE),
            resource(WEB),
            resource(WIRING, type="hybrid"),
            resource(ETH1, vlans=["storage-1"]),
            there=there,
        )
        assert found.actions() == {WIRING: "update", ETH1: "update"}
        assert found[WIRING].impact == ("the device gets new addresses: the ones it had in layer 3 are gone",)
        assert found[ETH1].because == f"because the change of {WIRING} may undo it"


class TestFindings:
    def test_what_the_token_may_not_read_and_the_stack_does_not_use(self) -> None:
        assert compare(EDGE, there=[EDGE_LIVE]).compared.diagnostics == ()
        assert compare(EDGE, there=[EDGE_LIVE], unread=("/ssh-keys", "/organizations")).compared.diagnostics == (
            Diagnostic(
                Severity.NOTE,
                "not-seen",
                "the API does not show this token /ssh-keys, /organizations, which the stack does not use",
                hint="what an earlier version of the stack made there, if it did, is left alone",
            ),
        )

    def test_all_that_a_person_should_know(self) -> None:
        """One of each, by the object that it is about."""
        pool = "projects.edge.device_batches.pool"
        web = replace(live(WEB, billing_cycle="monthly"), ends_at="2019-08-01T00:00:00Z")
        left_behind = replace(live(C), mark=Mark("shop", pool))
        there = [
            EDGE_LIVE,
            web,
            replace(live(WEB, "twin", hostname="other"), created_at="2019-08-01T00:00:00Z"),
            replace(live(A, "lookalike"), mark=None),
            live("projects.old"),
            replace(live("projects.old.devices.theirs"), mark=None),
            left_behind,
            replace(live(STORAGE), moved_from="projects.edge.vlans.before"),
        ]
        batch = resource(
            pool, quantity=1, hostname="c", facility="ewr1", plan="t1.small.x86", operating_system="ubuntu_18_04"
        )
        found = compare(EDGE, resource(WEB), resource(A), resource(STORAGE), batch, there=there, unread=("/ssh-keys",))
        assert [(each.code, each.address) for each in found.compared.diagnostics] == [
            ("holds-strangers", "projects.old"),
            ("twin", WEB),
            ("lookalike", A),
            ("left-behind", pool),
            ("not-seen", ""),
            ("mark-stays", STORAGE),
            ("ends-by-itself", WEB),
            ("not-asked-for", WEB),
        ]
        assert found["projects.old"].reason == "holds_strangers"
        assert [each.path for each in found[WEB].unasked] == [("billing_cycle",), ("termination_time",)]
