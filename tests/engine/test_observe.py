"""Which lists are asked for and how often, what comes of them, and what is told when one cannot be used."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest

from reconciler.diagnostics import Place, error
from reconciler.engine.observe import at_home, explain, read_collection
from reconciler.model.live import LiveObject
from reconciler.model.mark import Mark
from reconciler.model.moves import Move, Moves
from reconciler.model.resource import Resource, Stack
from reconciler.values import parse_address
from reconciler.wire import Gone, Incomplete, Listing, Rejected, Unreachable, WireError

from .build import CATALOG, resource, stack
from .lists import TOP, Item, Lists, Shown, below, item, observed, ours, refused, told

EDGE = resource("projects.edge")
P1 = item("p1", ours("projects.edge"))


class TestWhatIsAskedFor:
    def test_each_list_once_however_many_objects_and_kinds_it_shows(self) -> None:
        account = Lists({"/projects": [P1], "/projects/p1/virtual-networks": [item("v1"), item("v2")]})
        found, existing = observed(account, stack(EDGE))
        assert account.asked == [*TOP, *below("p1")]
        assert told(found) == ["project p1", "vlan v1 in p1", "vlan v2 in p1"]
        assert (found.unread, found.elsewhere, existing) == ((), (), {})

    def test_nothing_in_what_is_neither_ours_nor_named(self) -> None:
        theirs = [item("p2"), item("p3", Mark("other", "projects.edge"))]
        account = Lists({"/projects": [*theirs, P1]})
        found, _ = observed(account, stack(EDGE))
        assert account.asked == [*TOP, *below("p1")]
        assert told(found) == ["project p2", "project p3", "project p1"]

    def test_what_is_named_is_looked_into_as_what_is_ours(self) -> None:
        account = Lists({"/projects": [item("p2", text="shared"), P1], "/projects/p2/ips": [item("i1")]})
        found, existing = observed(account, stack(EDGE, resource("projects.q", existing="shared")))
        assert [each for each in account.asked if each.endswith("/ips")] == ["/projects/p2/ips", "/projects/p1/ips"]
        assert told(found) == ["project p2", "project p1", "ip_reservation i1 in p2"]
        assert existing == {parse_address("projects.q"): "p2"}

    def test_what_projects_remember_of_the_account_is_asked_for_after_them(self) -> None:
        remembers = item("p1", ours("projects.edge", "/organizations"))
        account = Lists({"/projects": [remembers], "/organizations": [item("o1")]})
        found, _ = observed(account, stack(EDGE))
        assert account.asked == [*TOP, "/organizations", *below("p1")]
        assert told(found) == ["project p1", "organization o1"]

    def test_a_list_that_says_something_of_several_owners_is_asked_for_once(self) -> None:
        shown: Shown = {
            "/projects": [P1, item("p2", ours("projects.other"))],
            "/projects/p1/memberships": [membership("m1", "u1"), membership("m2", "u2")],
            "/projects/p2/memberships": [membership("m3", "u1")],
            "/user": [{"id": "u1"}],
        }
        account = Lists(shown)
        found, _ = observed(account, stack(EDGE, resource("projects.other"), jo("edge"), jo("other")))
        assert account.asked.count("/user") == 1
        assert told(found.of_kind("member")) == ["member m1 in p1", "member m2 in p1", "member m3 in p2"]
        assert [each.automatic for each in found.of_kind("member")] == [True, False, True]

    def test_one_kind_by_itself_in_all_lists_that_show_it(self) -> None:
        shown: Shown = {
            "/projects/p1/memberships": [membership("m1", "u1")],
            "/projects/p1/invitations": [{"id": "n1", "invitee": "jo@example.com"}],
            "/user": [{"id": "u1"}],
        }
        account = Lists(shown)
        found = read_collection(account, CATALOG["member"], "p1")
        assert told(found) == ["member m1 in p1", "member n1 in p1"]
        assert [each.automatic for each in found] == [True, False]
        assert account.asked == ["/projects/p1/memberships", "/projects/p1/invitations", "/user"]


def membership(identifier: str, user: str) -> Item:
    return {"id": identifier, "roles": ["admin"], "user": {"id": user, "email": f"{user}@example.com"}}


def jo(project: str) -> Resource:
    return resource(f"projects.{project}.members.jo", email="jo@example.com", roles=["admin"])


class TestWhatMadeAMachine:
    WEB = item("d1", ours("projects.edge.device_batches.web"), state="active")
    SHOWN: Shown = {
        "/projects": [P1],
        "/projects/p1/devices": [WEB],
        "/projects/p1/batches": [{"id": "b1", "state": "completed", "devices": [WEB]}],
    }

    def test_it_is_asked_for_when_its_machines_are_seen(self) -> None:
        account = Lists(self.SHOWN)
        found, _ = observed(account, stack(EDGE))
        assert account.asked == [*TOP, *below("p1"), "/projects/p1/batches"]
        assert told(found) == ["project p1", "device d1 in p1", "device_batch b1 in p1"]

    def test_but_not_again(self) -> None:
        account = Lists(self.SHOWN)
        machine: dict[str, Any] = {"facility": "ewr1", "plan": "t1.small.x86", "operating_system": "ubuntu_18_04"}
        found, _ = observed(account, stack(EDGE, resource("projects.edge.device_batches.web", quantity=1, **machine)))
        assert account.asked.count("/projects/p1/batches") == 1
        assert told(found) == ["project p1", "device d1 in p1", "device_batch b1 in p1"]


class Crowd(Lists):
    """Lists in front of which two meet, if a second one comes in time."""

    def __init__(self, patience: float) -> None:
        super().__init__({})
        self.patience = patience
        self.two = Barrier(2)
        self.met = False

    def fetch(self, listing: Listing) -> list[dict[str, Any]]:
        if not self.met:
            with suppress(BrokenBarrierError):
                self.two.wait(self.patience)
                self.met = True
        return super().fetch(listing)


@pytest.mark.parametrize(("parallelism", "patience"), [(2, 10.0), (1, 0.05), (0, 0.05)])
def test_as_many_are_asked_for_at_once_as_is_told_and_one_at_least(parallelism: int, patience: float) -> None:
    account = Crowd(patience)
    observed(account, stack(), parallelism)
    assert sorted(account.asked) == ["/organizations", "/projects", "/ssh-keys", "/user/api-keys"]
    assert account.met is (parallelism == 2)


class TestPortsOfAMachine:
    """It has several, and most are as they were born."""

    def seen(self, *resources: Resource, layer: str = "layer3", vlans: tuple[str, ...] = ()) -> list[str]:
        inside = [{"href": f"/virtual-networks/{each}"} for each in vlans]
        members = [
            {"id": f"e{number}", "name": f"eth{number}", "data": {"bonded": True}, "virtual_networks": inside * number}
            for number in (0, 1)
        ]
        bond = {"id": "b0", "name": "bond0", "type": "NetworkBondPort", "network_type": layer, "data": {"bonded": True}}
        web = item("d1", ours("projects.edge.devices.web"), state="active", network_ports=[bond, *members])
        found, _ = observed(Lists({"/projects": [P1], "/projects/p1/devices": [web]}), stack(EDGE, *resources))
        return told(found)[1:]

    def test_of_those_nothing_is_said(self) -> None:
        assert self.seen() == ["device d1 in p1"]
        assert self.seen(resource("projects.edge.devices.web")) == ["device d1 in p1"]

    def test_what_somebody_changed_is_shown(self) -> None:
        assert self.seen(vlans=("v1",)) == ["device d1 in p1", "port e1 in p1"]
        assert self.seen(layer="layer2-bonded") == ["device d1 in p1", "network_type d1/network_type in p1"]

    def test_all_are_when_the_stack_declares_one(self) -> None:
        port = resource("projects.edge.devices.web.ports.eth1")
        assert self.seen(port) == ["device d1 in p1", "port b0 in p1", "port e0 in p1", "port e1 in p1"]


class TestWhatMoved:
    OLD, NEW = "projects.old.vlans.v", "projects.edge.vlans.v"
    LIVE = LiveObject("vlan", "v1", "", {}, {}, Mark("shop", OLD, {"tags": "ab"}))

    def moved(self) -> Stack:
        entry = Move(parse_address("projects.old"), parse_address("projects.edge"), Place("stack.yaml"))
        return replace(stack(EDGE), moved=Moves((entry,)))

    def test_it_has_the_address_of_today_and_keeps_the_rest(self) -> None:
        mark = Mark("shop", self.NEW, {"tags": "ab"})
        assert at_home(self.LIVE, self.moved()) == replace(self.LIVE, mark=mark, moved_from=self.OLD)

    @pytest.mark.parametrize(
        "mark",
        [None, Mark("other", OLD), Mark("shop", NEW), Mark("shop", "projects.third"), Mark("shop", "no address")],
    )
    def test_what_did_not_move_stays_as_it_is(self, mark: Mark | None) -> None:
        live = replace(self.LIVE, mark=mark)
        assert at_home(live, self.moved()) is live

    def test_without_entries_nothing_moved(self) -> None:
        assert at_home(self.LIVE, stack(EDGE)) is self.LIVE

    def test_it_is_read_as_what_it_is_now(self) -> None:
        account = Lists({"/projects": [item("p1", ours("projects.old")), item("p2")]})
        found, _ = observed(account, self.moved())
        assert account.asked == [*TOP, *below("p1")]
        assert [each.id for each in found.marked("project", "shop", "projects.edge")] == ["p1"]


class TestWhatCannotBeRead:
    @pytest.mark.parametrize("refusal", [Rejected("no", status=403), Gone("no", status=404)])
    def test_what_can_be_done_without_may_be_hidden_and_is_named(self, refusal: WireError) -> None:
        hidden = {"/ssh-keys": refusal, "/organizations": refusal}
        found, _ = observed(Lists({**hidden, "/user/api-keys": [item("k1")]}), stack())
        assert found.unread == ("/organizations", "/ssh-keys")
        assert told(found) == ["api_key k1"]

    @pytest.mark.parametrize(
        "problem", [Rejected("no", status=401), Rejected("no", status=422), Incomplete("short"), Unreachable("down")]
    )
    def test_but_that_it_was_not_read_whole_stops_the_run(self, problem: WireError) -> None:
        assert refused({"/ssh-keys": problem}, stack()) == (explain(problem, "/ssh-keys"),)

    @pytest.mark.parametrize("problem", [Rejected("no", status=403), Gone("no", status=404)])
    def test_what_is_needed_must_not_be_hidden(self, problem: WireError) -> None:
        assert refused({"/projects": problem}, stack()) == (explain(problem, "/projects"),)

    @pytest.mark.parametrize(
        ("odd", "why"),
        [
            ({}, "KeyError 'id'"),
            ({"id": None}, "ValueError id is None"),
            ({"id": "p1", "transfers": 5}, "TypeError 'int' object is not iterable"),
            ("p1", "AttributeError 'str' object has no attribute 'get'"),
        ],
    )
    def test_an_item_that_is_not_as_the_kinds_know_items(self, odd: Any, why: str) -> None:
        summary = f"the answer to GET /projects is not understood: {why}"
        expected = error("answer-not-understood", summary, hint="nothing was changed")
        assert refused({"/projects": [P1, odd]}, stack(EDGE)) == (expected,)

    def test_all_that_is_wrong_is_told_at_once(self) -> None:
        short = Incomplete("short")
        found = refused({"/projects": short, "/ssh-keys": [{}]}, stack())
        assert [each.code for each in found] == ["answer-not-understood", "incomplete-read"]
        assert found[1] == explain(short, "/projects")


TOKEN = "set PACKET_AUTH_TOKEN to a token that is valid for this API"
NETWORK = "check --api-url (or PACKET_API_URL) and the network; nothing was changed"
WHOLE = "a plan needs a complete read, so that absent is never taken for deleted; nothing was changed"


@pytest.mark.parametrize(
    ("problem", "code", "summary", "hint"),
    [
        (Rejected("bad", status=401), "token-refused", "the API refused the token: bad", TOKEN),
        (Unreachable("down"), "api-unreachable", "the API could not be reached: down", NETWORK),
        (Unreachable("odd", answered=True), "incomplete-read", "GET /x could not be read whole: odd", WHOLE),
        (Rejected("no", status=403), "incomplete-read", "GET /x could not be read whole: no", WHOLE),
        (Incomplete("short"), "incomplete-read", "GET /x could not be read whole: short", WHOLE),
    ],
)
def test_each_way_to_fail_has_a_way_out(problem: WireError, code: str, summary: str, hint: str) -> None:
    assert explain(problem, "/x") == error(code, summary, hint=hint)
