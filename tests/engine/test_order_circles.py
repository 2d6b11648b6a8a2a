"""What gives way where steps would wait for each other: creating first, or else deleting first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from reconciler.engine.order import CREATE_FIRST_IMPOSSIBLE
from reconciler.graph import Cycle
from reconciler.model.mark import Mark
from reconciler.model.plan import Action

from .changes import Changes, short

P, WEB, VIP, ACME = "projects.p", ".devices.web", ".ip_reservations.vip", "organizations.acme"
HELD = {"holds": frozenset({"acme"}), "mark": Mark("shop", P, {"holds": "/organizations"})}
KEY: Mapping[str, Any] = {"key": "ssh-ed25519 AAAA k", "live": {"values": {"key": "ssh-ed25519 AAAA k"}}}


def actions(changes: Changes) -> dict[str, tuple[Action, tuple[str, ...]]]:
    """What became of each change, with what is said of it."""
    return {short(str(each.address)): (each.action, each.impact) for each in changes.ordered().changes}


class TestCreatingFirst:
    def test_it_gives_way_to_what_is_needed_and_is_itself_replaced(self) -> None:
        changes = Changes().replace(VIP).create_first(WEB, ".devices.db", after=[VIP]).create_first(".devices.free")
        assert actions(changes) == {
            VIP: (Action.DELETE_CREATE, ()),
            WEB: (Action.DELETE_CREATE, (CREATE_FIRST_IMPOSSIBLE,)),
            ".devices.db": (Action.DELETE_CREATE, (CREATE_FIRST_IMPOSSIBLE,)),
            ".devices.free": (Action.CREATE_DELETE, ()),
        }
        assert changes.edges() == {
            *((f"{each}:delete", f"{each}:create") for each in (VIP, WEB, ".devices.db")),
            *((f"{VIP}:create", f"{each}:create") for each in (WEB, ".devices.db")),
            *((f"{each}:delete", f"{VIP}:delete") for each in (WEB, ".devices.db")),
            (".devices.free:create", ".devices.free:delete"),
        }

    def test_it_gives_way_to_what_only_one_can_have(self) -> None:
        changes = Changes().create_first(".ssh_keys.ops", **KEY)
        assert actions(changes) == {".ssh_keys.ops": (Action.DELETE_CREATE, (CREATE_FIRST_IMPOSSIBLE,))}
        assert changes.edges() == {(".ssh_keys.ops:delete", ".ssh_keys.ops:create")}

    def test_what_is_said_of_it_besides_stays(self) -> None:
        changes = Changes().create_first(".ssh_keys.ops", **KEY)
        (one,) = changes.every
        changes.every = [replace(one, impact=("who uses it is locked out",))]
        assert actions(changes)[".ssh_keys.ops"][1] == ("who uses it is locked out", CREATE_FIRST_IMPOSSIBLE)


class TestDeletingFirst:
    """A project goes from the old organization to the new one: it holds the old one until then."""

    def moved(self, changes: Changes) -> Changes:
        return changes.update(P, live=HELD, after=[ACME])

    def test_it_gives_way_to_an_update_from_the_old_one_to_the_new_one(self) -> None:
        changes = self.moved(Changes().replace(ACME))
        assert actions(changes) == {ACME: (Action.CREATE_DELETE, ()), P: (Action.UPDATE, ())}
        assert changes.edges() == {
            (f"{ACME}:create", f"{P}:update"),
            (f"{P}:update", f"{ACME}:delete"),
            (f"{ACME}:create", f"{ACME}:delete"),
        }

    def test_and_so_does_that_of_all_that_the_new_one_needs(self) -> None:
        changes = self.moved(Changes().replace("organizations.a").replace(ACME, after=["organizations.a"]))
        changes.replace("organizations.b")
        assert {name: action for name, (action, _) in actions(changes).items()} == {
            "organizations.a": Action.CREATE_DELETE,
            ACME: Action.CREATE_DELETE,
            P: Action.UPDATE,
            "organizations.b": Action.DELETE_CREATE,
        }


class TestACircleThatNothingOpens:
    """The comparison refuses those of the user's own before."""

    def test_it_is_told(self) -> None:
        with pytest.raises(Cycle) as told:
            Changes().replace(VIP, after=[WEB]).replace(WEB, after=[VIP]).ordered()
        assert {short(str(each)) for each in told.value.members} == {f"{VIP}:create", f"{WEB}:create"}

    def test_also_where_what_is_turned_one_way_has_to_be_turned_back(self) -> None:
        changes = Changes().replace("organizations.a").replace(ACME, after=[P, "organizations.a"])
        with pytest.raises(Cycle):
            changes.update(P, after=[ACME]).ordered()
