"""Which steps a change is made of, and what a person reads of the calls in them."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.kind import Verb
from reconciler.model.live import Phase, Status
from reconciler.model.mark import Mark
from reconciler.model.plan import Action, Step
from reconciler.model.resource import Lifecycle
from reconciler.values import parse_address

from .changes import WORKING, Changes, port

P, WEB, V = "projects.p", ".devices.web", ".vlans.v"
SESSION, TYPE, ETH = f"{WEB}.bgp_sessions.ipv4", f"{WEB}.network_type", f"{WEB}.ports.eth1"
NOTHING = "(nothing, as far as is known now)"


def test_a_step_says_all_that_an_apply_needs() -> None:
    changes = Changes().keep(P).delete(WEB, SESSION)
    web, session = (parse_address(f"projects.p{each}") for each in (WEB, SESSION))
    found = changes.ordered()
    assert found.changes == tuple(changes.every)
    assert found.steps == (
        Step(f"{web}:delete", web, Verb.DELETE, "device", "DELETE /devices/web"),
        Step(
            f"{session}:delete",
            session,
            Verb.DELETE,
            "bgp_session",
            "(goes with projects.p.devices.web)",
            (f"{web}:delete",),
            implied=True,
        ),
    )


class TestACreate:
    def test_its_path_has_the_parent_as_far_as_that_is_known(self) -> None:
        for there in (Changes().keep(P), Changes().update(P)):
            assert there.create(WEB).calls()[f"{WEB}:create"] == "POST /projects/p/devices"
        for made in (Changes().create(P), Changes().replace(P)):
            assert made.create(WEB).calls()[f"{WEB}:create"] == "POST /projects/{projects.p}/devices"

    def test_at_the_top_there_is_none(self) -> None:
        assert Changes().create(P).create("ssh_keys.k").calls() == {
            f"{P}:create": "POST /projects",
            "ssh_keys.k:create": "POST /ssh-keys",
        }

    def test_what_is_not_known_yet_stands_as_a_name(self) -> None:
        data = f"{WEB}.volume_attachments.data"
        changes = Changes().keep(WEB).create(data, unknown=["volume"], volume="later")
        assert changes.calls() == {f"{data}:create": "POST /storage/{volume}/attachments"}

    def test_what_stands_with_its_parent_is_changed_from_what_it_is_born_as(self) -> None:
        changes = Changes().keep(P).create(WEB).create(TYPE, type="hybrid").create(ETH, vlans=["v"])
        assert changes.create(f"{WEB}.ports.eth0").calls() == {
            f"{WEB}:create": "POST /projects/p/devices",
            f"{TYPE}:create": "POST /ports/{eth1}/disbond",
            f"{ETH}:create": "POST /ports/{eth1}/assign",
            f"{WEB}.ports.eth0:create": NOTHING,
        }


class TestAnUpdate:
    def test_all_its_calls_are_shown_in_their_order(self) -> None:
        changes = Changes().update(
            WEB,
            changed=["hostname", "operating_system"],
            lifecycle=Lifecycle(on_change={"operating_system": "reinstall"}),
        )
        assert changes.calls() == {f"{WEB}:update": "PUT /devices/web, POST /devices/web/actions"}

    def test_what_lets_go_first_does_not_do_it_again(self) -> None:
        changes = Changes().update(ETH, live=port("eth1", "v", "w"), vlans=["x"])
        assert changes.calls() == {
            f"{ETH}:release": "POST /ports/eth1/unassign, POST /ports/eth1/unassign",
            f"{ETH}:update": "POST /ports/eth1/assign",
        }
        assert Changes().update(ETH, live=port("eth1", "v"), vlans=[]).calls()[f"{ETH}:update"] == NOTHING

    def test_nothing_is_let_go_for_what_is_not_known_yet(self) -> None:
        def calls(changes: Changes) -> dict[str, str]:
            return changes.update(ETH, live=port("eth1", "v", "w"), unknown=["vlans"], vlans=["v"]).calls()

        assert list(calls(Changes().keep(V))) == [f"{ETH}:update"]
        assert calls(Changes().replace(V))[f"{ETH}:release"] == "POST /ports/eth1/unassign", "what goes is"
        assert calls(Changes().create_first(V))[f"{ETH}:release"] == "POST /ports/eth1/unassign"
        assert list(calls(Changes().update(V))) == [f"{V}:update", f"{ETH}:update"]

    def test_an_unknown_value_counts_as_one(self) -> None:
        changes = Changes().update(ETH, live=port("eth1", "v", "w"), unknown=["native_vlan"], native_vlan="v")
        assert changes.calls() == {f"{ETH}:update": "POST /ports/eth1/native-vlan"}


class TestWhatIsBeingMade:
    def test_it_is_waited_for_where_its_list_shows_it(self) -> None:
        assert Changes().keep(WEB, live=WORKING).calls() == {f"{WEB}:await": "GET /projects/{id}/devices"}
        assert list(Changes().update(WEB, live=WORKING).calls()) == [f"{WEB}:await", f"{WEB}:update"]

    def test_not_when_it_goes(self) -> None:
        assert list(Changes().delete(WEB, live=WORKING).calls()) == [f"{WEB}:delete"]
        assert list(Changes().replace(WEB, live=WORKING).calls()) == [f"{WEB}:delete", f"{WEB}:create"]
        assert list(Changes().create_first(WEB, live=WORKING).calls()) == [f"{WEB}:create", f"{WEB}:delete"]

    def test_nor_when_it_is_ready_or_of_a_kind_that_is_there_at_once(self) -> None:
        assert Changes().keep(WEB).calls() == {}
        assert Changes().keep(WEB, live={"status": Status(Phase.FAILED)}).calls() == {}
        assert Changes().keep(V, live=WORKING).calls() == {}


class TestADelete:
    @pytest.mark.parametrize("above", [Action.DELETE, Action.DELETE_CREATE, Action.CREATE_DELETE])
    def test_what_the_api_removes_with_its_parent_needs_no_call(self, above: Action) -> None:
        changes = Changes().delete(SESSION).add(above, WEB)
        assert changes.calls()[f"{SESSION}:delete"] == "(goes with projects.p.devices.web)"

    @pytest.mark.parametrize("above", [Action.NOOP, Action.UPDATE])
    def test_it_needs_one_when_the_parent_stays(self, above: Action) -> None:
        changes = Changes().delete(SESSION).add(above, WEB)
        assert changes.calls()[f"{SESSION}:delete"] == "DELETE /bgp/sessions/ipv4"
        assert Changes().delete(SESSION).calls() == {f"{SESSION}:delete": "DELETE /bgp/sessions/ipv4"}

    def test_others_need_one_always(self) -> None:
        changes = Changes().delete(P, WEB)
        assert changes.calls() == {f"{WEB}:delete": "DELETE /devices/web", f"{P}:delete": "DELETE /projects/p"}


class TestAMove:
    FROM = "projects.p.devices.old"

    def test_it_writes_the_mark(self) -> None:
        assert Changes().keep(WEB, moved_from=self.FROM).calls() == {f"{WEB}:move": "PUT /devices/web"}

    def test_what_goes_before_a_new_one_comes_keeps_its_mark(self) -> None:
        found = Changes().replace(WEB, moved_from=self.FROM).calls()
        assert list(found) == [f"{WEB}:delete", f"{WEB}:create"]


class TestANote:
    KEY, Q = ".api_keys.k", "projects.q"

    def test_it_writes_the_mark(self) -> None:
        assert Changes().keep(P).create(self.KEY).calls() == {
            f"{P}:note": "PUT /projects/p",
            f"{self.KEY}:create": "POST /projects/p/api-keys",
        }

    def noted(self, changes: Changes) -> list[str]:
        return [each for each in changes.calls() if each.endswith(":note")]

    def test_one_that_is_made_is_born_with_it(self) -> None:
        assert self.noted(Changes().create(P).create(self.KEY)) == []
        assert self.noted(Changes().replace(P).create(self.KEY)) == []

    def test_what_is_remembered_already_is_not_noted_again(self) -> None:
        mark = Mark("shop", P, {"holds": "api_keys+licenses"})
        assert self.noted(Changes().keep(P, live={"mark": mark}).create(self.KEY)) == []
        assert self.noted(Changes().keep(P, live={"mark": mark}).create(self.KEY, "organizations.o")) == [f"{P}:note"]

    def test_what_is_not_to_be_made_needs_none(self) -> None:
        assert self.noted(Changes().keep(P, self.KEY)) == []
        assert self.noted(Changes().keep(P).replace(self.KEY)) == [f"{P}:note"]

    @pytest.mark.parametrize("other", [{"existing": "p"}, {"live": {"mark": None}}])
    def test_only_what_is_ours_is_written_to(self, other: dict[str, Any]) -> None:
        changes = Changes().keep(P, **other).create(self.KEY)
        assert self.noted(changes) == []
        assert self.noted(changes.keep(self.Q).create(f"{self.Q}.api_keys.l")) == [f"{self.Q}:note"]
