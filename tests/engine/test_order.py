"""What is done before what: whatever is needed comes first, and goes last."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.mark import Mark
from reconciler.model.plan import Action

from .changes import VOLUME, WORKING, Changes, Edges, port, wired

P, WEB, V, VIP = "projects.p", ".devices.web", ".vlans.v", ".ip_reservations.vip"
SESSION, TYPE = f"{WEB}.bgp_sessions.ipv4", f"{WEB}.network_type"
BOND, ETH = f"{WEB}.ports.bond0", f"{WEB}.ports.eth1"
ADDRESS, DATA = f"{WEB}.ip_assignments.vip", f"{WEB}.volume_attachments.data"
ON = {"address": "10.0.0.1/32"}


class TestWhatIsMade:
    def test_what_stands_in_another_comes_after_it(self) -> None:
        assert Changes().create(SESSION, WEB, P).edges() == {
            (f"{P}:create", f"{WEB}:create"),
            (f"{WEB}:create", f"{SESSION}:create"),
        }

    @pytest.mark.parametrize(
        ("action", "live", "ready"),
        [
            (Action.CREATE, None, ["create"]),
            (Action.UPDATE, None, ["update"]),
            (Action.NOOP, WORKING, ["await"]),
            (Action.UPDATE, WORKING, ["await", "update"]),
            (Action.DELETE_CREATE, None, ["create"]),
            (Action.NOOP, None, []),
        ],
    )
    @pytest.mark.parametrize("mine", [Action.CREATE, Action.UPDATE])
    def test_what_refers_to_another_waits_until_that_can_be_relied_on(
        self, mine: Action, action: Action, live: Any, ready: list[str]
    ) -> None:
        changes = Changes().add(action, VIP, live=live).add(mine, WEB, after=[VIP])
        found = {edge for edge in changes.edges() if edge[1].startswith(WEB)}
        assert found == {(f"{VIP}:{verb}", f"{WEB}:{mine.value}") for verb in ready}

    def test_it_waits_for_each_and_once(self) -> None:
        changes = Changes().create(P, V, VIP).create(WEB, after=[VIP, V, P])
        assert changes.edges() == {
            *((f"{P}:create", f"{each}:create") for each in (V, VIP, WEB)),
            (f"{V}:create", f"{WEB}:create"),
            (f"{VIP}:create", f"{WEB}:create"),
        }
        assert [len(each.requires) for each in changes.ordered().steps] == [0, 1, 1, 3]

    def test_what_is_still_being_made_is_changed_when_it_is_there(self) -> None:
        assert Changes().update(WEB, live=WORKING).edges() == {(f"{WEB}:await", f"{WEB}:update")}

    def test_the_rest_stays_in_the_order_given(self) -> None:
        steps = list(Changes().create(V, "projects.q", P, "projects.a").calls())
        assert steps == ["projects.q:create", f"{P}:create", "projects.a:create", f"{V}:create"]

    def test_joins_are_steps_too(self) -> None:
        found = Changes().create(WEB, ".ssh_keys.k").ordered().steps
        assert [(each.id, each.requires) for each in found] == [
            ("projects.p.ssh_keys.k:create", ()),
            ("join:projects.p/before-devices", ("projects.p.ssh_keys.k:create",)),
            ("projects.p.devices.web:create", ("join:projects.p/before-devices",)),
        ]


class TestWhatGoes:
    def test_what_stands_in_another_goes_before_it(self) -> None:
        assert Changes().delete(P, WEB, ADDRESS).edges() == {
            (f"{WEB}:delete", f"{P}:delete"),
            (f"{ADDRESS}:delete", f"{WEB}:delete"),
        }

    def test_what_the_api_removes_along_goes_with_it(self) -> None:
        assert Changes().delete(SESSION, WEB).edges() == {(f"{WEB}:delete", f"{SESSION}:delete")}
        assert Changes().delete(SESSION).keep(WEB).edges() == set()

    def test_what_stands_elsewhere_than_it_is_marked_goes_before_what_it_stands_in(self) -> None:
        changes = Changes().delete(P).delete("projects.q.devices.web", live={"parent_id": "p"})
        assert changes.edges() == {("projects.q.devices.web:delete", f"{P}:delete")}

    def test_a_double_goes_when_what_is_kept_is_there(self) -> None:
        def edges(kept: Any, reason: str = "duplicate") -> Edges:
            same = {"mark": Mark("shop", "projects.p.devices.web")}
            return Changes().keep(WEB, live=kept).delete(f"{WEB}__2", reason=reason, live=same).edges()

        assert edges(WORKING) == {(f"{WEB}:await", f"{WEB}__2:delete")}
        assert edges(None) == set()
        assert edges(WORKING, "not_declared") == set()


class TestWhatIsReplaced:
    def test_the_old_one_goes_first(self) -> None:
        assert Changes().replace(WEB).edges() == {(f"{WEB}:delete", f"{WEB}:create")}

    def test_what_refers_to_another_goes_before_it(self) -> None:
        changes = Changes().keep(WEB).replace(V).replace(ADDRESS, after=[V], **ON)
        assert changes.edges() == {
            (f"{V}:delete", f"{V}:create"),
            (f"{ADDRESS}:delete", f"{ADDRESS}:create"),
            (f"{V}:create", f"{ADDRESS}:create"),
            (f"{ADDRESS}:delete", f"{V}:delete"),
        }

    def test_but_not_what_the_api_removes_along(self) -> None:
        assert Changes().replace(WEB, V).replace(SESSION, after=[V]).edges() == {
            *((f"{each}:delete", f"{each}:create") for each in (WEB, V, SESSION)),
            (f"{WEB}:create", f"{SESSION}:create"),
            (f"{V}:create", f"{SESSION}:create"),
            (f"{WEB}:delete", f"{SESSION}:delete"),
        }

    def test_where_the_new_one_comes_first_the_old_one_stays_until_its_users_know(self) -> None:
        changes = Changes().create_first(WEB, ".devices.db").update(".devices.lb", after=[".devices.db", WEB])
        changes.create(".devices.new", after=[WEB]).update(".devices.other")
        assert changes.edges() == {
            *((f"{each}:create", f"{each}:delete") for each in (WEB, ".devices.db")),
            *((f"{each}:create", ".devices.lb:update") for each in (WEB, ".devices.db")),
            *((".devices.lb:update", f"{each}:delete") for each in (WEB, ".devices.db")),
            (f"{WEB}:create", ".devices.new:create"),
        }


class TestWhatIsHeld:
    """VLANs by ports, an organization by its projects, a volume by its attachments."""

    def test_it_goes_when_it_was_let_go(self) -> None:
        changes = Changes().delete(V, ".vlans.w").update(ETH, live=port("eth1", "v", "w", "x"), vlans=["x"])
        assert changes.edges() == {
            (f"{ETH}:release", f"{ETH}:update"),
            (f"{ETH}:release", f"{V}:delete"),
            (f"{ETH}:release", ".vlans.w:delete"),
        }

    def test_or_when_what_holds_it_goes(self) -> None:
        changes = Changes().delete(V, WEB).delete(ETH, live=port("eth1", "v"))
        assert changes.edges() == {(f"{WEB}:delete", f"{ETH}:delete"), (f"{ETH}:delete", f"{V}:delete")}

    def test_or_when_that_was_changed(self) -> None:
        changes = Changes().delete("organizations.o").update(P, live={"holds": frozenset({"o"})})
        assert changes.edges() == {(f"{P}:update", "organizations.o:delete")}

    def test_what_holds_it_and_stays_as_it_is_is_not_waited_for(self) -> None:
        assert Changes().delete("organizations.o").keep(P, live={"holds": frozenset({"o"})}).edges() == set()

    def test_what_stays_is_held_by_whom_it_may(self) -> None:
        assert Changes().keep(V).update(ETH, live=port("eth1", "v", "x"), vlans=["v", "x"]).edges() == set()

    def test_a_volume_grows_while_nothing_holds_it(self) -> None:
        changes = Changes().keep(V).replace(DATA, live={"holds": frozenset({"elsewhere", "vol"})}, volume="vol")
        changes.update(".volumes.vol", changed=["size"], **VOLUME)
        assert changes.edges() == {(f"{DATA}:delete", f"{DATA}:create"), (f"{DATA}:delete", ".volumes.vol:update")}

    def test_and_is_described_while_something_does(self) -> None:
        changes = Changes().delete(DATA, live={"holds": frozenset({"vol"})})
        described = changes.update(".volumes.vol", changed=["description"], description="new", **VOLUME)
        assert described.edges() == set()


class TestWhatStandsInOneMachine:
    """Its network type is changed before the rest of what stands in it, and what goes or lets go does so before."""

    def converted(self, changes: Changes, at: str = WEB) -> Edges:
        return changes.update(f"{at}.network_type", live=wired(), changed=["type"], type="hybrid").edges()

    def test_what_is_made_or_changed_comes_after_its_network_type(self) -> None:
        changes = Changes().create(ADDRESS, **ON).create(SESSION).update(ETH, live=port("e"))
        assert self.converted(changes) == {
            (f"{TYPE}:update", each) for each in (f"{ADDRESS}:create", f"{SESSION}:create", f"{ETH}:update")
        }

    def test_that_of_another_machine_has_nothing_to_do_with_it(self) -> None:
        changes = Changes().create(SESSION)
        assert self.converted(changes, ".devices.db") == set()

    def test_what_goes_or_lets_go_comes_before(self) -> None:
        changes = Changes().delete(ADDRESS, SESSION)
        changes.update(ETH, live=port("eth1", "v"), vlans=[])
        assert self.converted(changes) == {
            *((f"{each}:delete", f"{TYPE}:update") for each in (ADDRESS, SESSION)),
            (f"{ETH}:release", f"{TYPE}:update"),
            (f"{ETH}:release", f"{ETH}:update"),
            (f"{TYPE}:update", f"{ETH}:update"),
        }

    def test_but_not_what_is_only_replaced(self) -> None:
        assert self.converted(Changes().replace(ADDRESS, **ON)) == {
            (f"{ADDRESS}:delete", f"{ADDRESS}:create"),
            (f"{TYPE}:update", f"{ADDRESS}:create"),
        }

    def test_nor_what_goes_with_the_machine(self) -> None:
        changes = Changes().replace(WEB).delete(SESSION).replace(TYPE, live=wired())
        assert changes.edges() == {
            *((f"{each}:delete", f"{each}:create") for each in (WEB, TYPE)),
            *((f"{WEB}:delete", f"{each}:delete") for each in (TYPE, SESSION)),
            (f"{WEB}:create", f"{TYPE}:create"),
        }

    def test_bonds_come_before_their_members(self) -> None:
        changes = Changes().create(SESSION).update(f"{WEB}.ports.eth0", live=port("eth0"))
        changes.update(ETH, live=port("eth1", "v"), vlans=[]).update(BOND, live=port("bond0"))
        assert changes.edges() == {
            (f"{BOND}:update", f"{ETH}:update"),
            (f"{BOND}:update", f"{WEB}.ports.eth0:update"),
            (f"{ETH}:release", f"{BOND}:update"),
            (f"{ETH}:release", f"{ETH}:update"),
        }


class TestWhatHasMoved:
    def test_its_mark_is_written_before_anything_else(self) -> None:
        changes = Changes().update(WEB, live=WORKING, moved_from="projects.p.devices.old")
        assert changes.edges() == {
            (f"{WEB}:move", f"{WEB}:await"),
            (f"{WEB}:move", f"{WEB}:update"),
            (f"{WEB}:await", f"{WEB}:update"),
        }

    def test_also_where_a_new_one_is_made_first(self) -> None:
        assert Changes().create_first(WEB, moved_from="projects.p.devices.old").edges() == {
            (f"{WEB}:move", f"{WEB}:create"),
            (f"{WEB}:move", f"{WEB}:delete"),
            (f"{WEB}:create", f"{WEB}:delete"),
        }


class TestNotes:
    """An owner's mark remembers what is made under it, from before it is made."""

    KEY, Q = ".api_keys.k", "projects.q"

    def test_what_is_made_waits_for_the_note_of_its_own_owner(self) -> None:
        changes = Changes().keep(P, self.Q).create(self.KEY, V, f"{self.Q}.api_keys.l")
        assert changes.edges() == {
            (f"{P}:note", f"{self.KEY}:create"),
            (f"{self.Q}:note", f"{self.Q}.api_keys.l:create"),
        }

    def test_what_is_made_at_the_top_waits_for_that_of_each_project(self) -> None:
        changes = Changes().keep(P, self.Q).create("organizations.o")
        assert changes.edges() == {(f"{each}:note", "organizations.o:create") for each in (P, self.Q)}

    def test_it_comes_before_the_owners_update_and_after_its_mark_was_moved(self) -> None:
        changes = Changes().update(P, moved_from="projects.old").create(self.KEY)
        assert changes.edges() == {
            (f"{P}:move", f"{P}:update"),
            (f"{P}:move", f"{P}:note"),
            (f"{P}:note", f"{P}:update"),
            (f"{P}:note", f"{self.KEY}:create"),
            (f"{P}:update", f"{self.KEY}:create"),
        }
