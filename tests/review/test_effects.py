"""What each change does to what runs, and what rests on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.effect import Effect, worst
from reconciler.model.plan import Change, FieldChange
from reconciler.review.effects import with_effects
from tests.engine.build import CATALOG
from tests.engine.changes import VOLUME, Changes, short

WEB, V, VIP = ".devices.web", ".vlans.v", ".ip_reservations.vip"
ON = {"address": "10.0.0.1/32"}


def effects(changes: Changes) -> Mapping[str, str]:
    return {short(str(each.address)): str(each.effect) for each in with_effects(changes.every, CATALOG)}


def one(changes: Changes) -> Change:
    (found,) = with_effects(changes.every, CATALOG)
    return found


class TestAnUpdate:
    @pytest.mark.parametrize(
        ("address", "field", "expected"),
        [
            (WEB, "description", Effect.IN_PLACE),
            (WEB, "userdata", Effect.IN_PLACE),
            (WEB, "power_state", Effect.REBOOT),
            (f"{WEB}.ports.eth1", "vlans", Effect.NETWORK),
            (f"{WEB}.network_type", "type", Effect.NETWORK),
            (f"{WEB}.bgp_sessions.ipv4", "default_route", Effect.NETWORK),
            ("projects.p", "backend_transfer_enabled", Effect.NETWORK),
            ("projects.p", "name", Effect.IN_PLACE),
            (".ssh_keys.k", "key", Effect.IN_PLACE),
        ],
    )
    def test_it_does_what_its_field_does(self, address: str, field: str, expected: Effect) -> None:
        assert one(Changes().update(address, changed=[field])).effect is expected

    def test_the_worst_of_its_fields_counts(self) -> None:
        assert one(Changes().update(WEB, changed=["tags", "power_state", "description"])).effect is Effect.REBOOT

    def test_what_wipes_the_disks_is_a_reinstall(self) -> None:
        (change,) = Changes().update(WEB, changed=["power_state"]).every
        wiping = FieldChange(("operating_system",), "a", "b", wipes=True)
        (found,) = with_effects([replace(change, fields=(*change.fields, wiping))], CATALOG)
        assert found.effect is Effect.REINSTALL

    def test_one_of_which_nothing_differs_by_itself_is_in_place(self) -> None:
        assert one(Changes().update(WEB)).effect is Effect.IN_PLACE


class TestOtherChanges:
    @pytest.mark.parametrize(
        ("address", "more", "replaced", "gone"),
        [
            (WEB, {}, Effect.REPLACE, Effect.DESTROY),
            (".volumes.data", VOLUME, Effect.REPLACE, Effect.DESTROY),
            ("projects.p", {}, Effect.REPLACE, Effect.DESTROY),
            (V, {}, Effect.NETWORK, Effect.NETWORK),
            (VIP, {}, Effect.NETWORK, Effect.NETWORK),
            (f"{WEB}.ip_assignments.vip", ON, Effect.NETWORK, Effect.NETWORK),
            (f"{WEB}.bgp_sessions.ipv4", {}, Effect.NETWORK, Effect.NETWORK),
            (".ssh_keys.k", {}, Effect.IN_PLACE, Effect.IN_PLACE),
            (".api_keys.k", {}, Effect.IN_PLACE, Effect.IN_PLACE),
        ],
    )
    def test_what_is_lost_with_it_tells_its_class(
        self, address: str, more: Mapping[str, Any], replaced: Effect, gone: Effect
    ) -> None:
        for changes in (Changes().replace(address, **more), Changes().create_first(address, **more)):
            assert one(changes).effect is replaced
        assert one(Changes().delete(address)).effect is gone

    def test_what_is_new_touches_nothing_but_the_network_of_a_machine_that_runs(self) -> None:
        assert effects(Changes().create(WEB, f"{WEB}.network_type", V)) == {
            WEB: "none",
            f"{WEB}.network_type": "none",
            V: "none",
        }
        assert effects(Changes().keep(WEB).create(f"{WEB}.network_type", f"{WEB}.bgp_sessions.ipv4")) == {
            WEB: "none",
            f"{WEB}.network_type": "network-disruptive",
            f"{WEB}.bgp_sessions.ipv4": "none",
        }

    def test_what_goes_along_with_what_it_stands_in_is_not_told_by_itself_unless_it_is_final(self) -> None:
        session = f"{WEB}.bgp_sessions.ipv4"
        assert effects(Changes().delete("projects.p", WEB, session, V)) == {
            "projects.p": "destroy",
            WEB: "destroy",
            session: "none",
            V: "none",
        }
        assert effects(Changes().replace(WEB, session)) == {WEB: "replace", session: "none"}

    def test_what_stays_has_none(self) -> None:
        assert one(Changes().keep(WEB)).effect is Effect.NONE


class TestWhatRestsOnIt:
    def resting(self, changes: Changes) -> Mapping[str, list[str]]:
        found = with_effects(changes.every, CATALOG)
        return {short(str(each.address)): [short(str(one)) for one in each.dependants] for each in found}

    def test_what_refers_to_it_or_stands_in_it_near_and_far(self) -> None:
        changes = Changes().replace(V).keep(WEB).keep(f"{WEB}.ports.eth1", after=[V]).keep(".devices.far", after=[WEB])
        assert self.resting(changes)[V] == [f"{WEB}.ports.eth1"]
        changes = Changes().replace(WEB).keep(f"{WEB}.ports.eth1").keep(".devices.far", after=[WEB])
        assert self.resting(changes)[WEB] == [".devices.far", f"{WEB}.ports.eth1"]

    def test_not_what_goes_as_well(self) -> None:
        changes = Changes().delete(WEB).delete(f"{WEB}.bgp_sessions.ipv4").keep(".devices.far", after=[WEB])
        assert self.resting(changes)[WEB] == [".devices.far"]

    def test_nothing_is_told_of_what_disrupts_nothing(self) -> None:
        changes = Changes().update(".ssh_keys.k", changed=["label"]).keep(WEB, after=[".ssh_keys.k"])
        assert self.resting(changes) == {".ssh_keys.k": [], WEB: []}


def test_the_worst_is_the_last_in_the_order() -> None:
    assert worst([]) is Effect.NONE
    assert worst([Effect.NETWORK, Effect.DESTROY, Effect.REBOOT]) is Effect.DESTROY
    assert [each.disrupts for each in Effect] == [False, False, True, True, True, True, True]
