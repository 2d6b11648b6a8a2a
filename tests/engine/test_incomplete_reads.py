"""What could not be read whole stops the plan, and what an answer left out is unknown: never absent, never changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.diagnostics import Refused
from reconciler.wire import Gone, Incomplete, Rejected, Unreachable, WireError

from .account import Body
from .bench import Bench
from .build import resource, shop, stack

EDGE = resource("projects.edge")
LISTS = {
    "/projects": "projects",
    "/ssh-keys": "ssh_keys",
    "/projects/{id}/ssh-keys": "ssh_keys",
    "/projects/{id}/virtual-networks": "vlans",
    "/projects/{id}/ips": "blocks",
    "/projects/{id}/bgp-config": "configs",
    "/projects/{id}/bgp/sessions": "sessions",
    "/projects/{id}/devices": "devices",
}


@pytest.mark.parametrize("route", LISTS)
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Incomplete("meta.total says 12, the pages hold 10"), "incomplete-read"),
        (Rejected("You are not authorized", status=403), "incomplete-read"),
        (Gone("Not found", status=404), "incomplete-read"),
        (Rejected("Invalid authentication token", status=401), "token-refused"),
        (Unreachable("connection refused"), "api-unreachable"),
    ],
)
def test_a_list_that_cannot_be_read_stops_every_plan_with_nothing_sent(
    bench: Bench, route: str, error: WireError, code: str
) -> None:
    bench.settled(shop(1))
    bench.account.ledger.clear()
    for destroy in (False, True):
        bench.account.end("broken", "LIST", route, error=error)
        with pytest.raises(Refused) as refused:
            bench.plan(shop(1), destroy=destroy)
        assert [each.code for each in refused.value.diagnostics] == [code]
        assert refused.value.diagnostics[0].hint
    assert bench.account.ledger == []


def test_all_lists_that_cannot_be_read_are_told_at_once(bench: Bench) -> None:
    bench.settled(shop(1))
    for route in ("/projects/{id}/ips", "/projects/{id}/devices"):
        bench.account.end("broken", "LIST", route, error=Incomplete("short"))
    with pytest.raises(Refused) as refused:
        bench.plan(shop(1))
    assert len(refused.value.diagnostics) == 2


@pytest.mark.parametrize(
    "rows",
    [[7], ["x"], [None], [{}], [{"id": None, "tags": 3}], [{"name": "no id"}], [[]]],
    ids=str,
)
@pytest.mark.parametrize("route", LISTS)
def test_items_that_are_not_understood_stop_the_plan(bench: Bench, route: str, rows: list[Any]) -> None:
    bench.settled(shop(1))
    bench.account.end("odd", "LIST", route, edit=lambda _: rows)
    with pytest.raises(Refused, match="not understood") as refused:
        bench.plan(shop(1))
    assert {each.code for each in refused.value.diagnostics} == {"answer-not-understood"}


def without(*names: str) -> Callable[[list[Body]], list[Body]]:
    return lambda rows: [{key: value for key, value in each.items() if key not in names} for each in rows]


@pytest.mark.parametrize(
    ("route", "names"),
    [
        ("/projects", ("name", "backend_transfer_enabled")),
        ("/ssh-keys", ("key",)),
        ("/projects/{id}/virtual-networks", ("vxlan", "facility_code")),
        ("/projects/{id}/ips", ("details", "customdata", "facility", "global_ip")),
        ("/projects/{id}/bgp-config", ("md5", "asn", "deployment_type", "status")),
        ("/projects/{id}/bgp/sessions", ("default_route", "status")),
        (
            "/projects/{id}/devices",
            ("hostname", "plan", "facility", "operating_system", "userdata", "locked", "customdata", "billing_cycle"),
        ),
    ],
)
def test_a_field_that_the_answer_leaves_out_is_not_changed(bench: Bench, route: str, names: tuple[str, ...]) -> None:
    bench.settled(shop(1))
    bench.account.end("short", "LIST", route, times=99, edit=without(*names))
    actions = bench.plan(shop(1)).actions()
    assert {key: value for key, value in actions.items() if value != "update"} == {}


@pytest.mark.parametrize(
    ("route", "name"),
    [
        ("/projects", "customdata"),
        ("/ssh-keys", "label"),
        ("/projects/{id}/ssh-keys", "label"),
        ("/projects/{id}/virtual-networks", "description"),
        ("/projects/{id}/ips", "tags"),
        ("/projects/{id}/devices", "tags"),
    ],
)
def test_where_marks_are_not_shown_nothing_is_created_beside_what_may_be_ours(
    bench: Bench, route: str, name: str
) -> None:
    bench.settled(shop(1))
    bench.account.end("short", "LIST", route, times=99, edit=without(name))
    with pytest.raises(Refused) as refused:
        bench.plan(shop(1))
    assert {each.code for each in refused.value.diagnostics} == {"mark-not-shown"}
    assert name in refused.value.diagnostics[0].summary


def test_objects_without_the_field_of_the_mark_are_no_trouble_when_nothing_is_created_beside_them(
    bench: Bench,
) -> None:
    """Real answers of 2019 show no tags on the automatic blocks of a project."""
    bench.settled(stack(EDGE, resource("projects.edge.devices.web")))
    project = bench.account.one("projects")["id"]
    bench.account.add("blocks", project, type="public_ipv4", quantity=1, addon=False)
    bench.account.end("short", "LIST", "/projects/{id}/ips", times=99, edit=without("tags"))
    assert bench.plan(stack(EDGE, resource("projects.edge.devices.web"))).actions() == {}
    wanted = stack(EDGE, resource("projects.edge.devices.web"), resource("projects.edge.ip_reservations.b"))
    assert bench.plan(wanted).actions() == {"projects.edge.ip_reservations.b": "create"}


def test_a_vlan_list_without_descriptions_never_replaces(bench: Bench) -> None:
    wanted = stack(EDGE, resource("projects.edge.vlans.v", description="storage"))
    bench.settled(wanted)
    bench.account.end("short", "LIST", "/projects/{id}/virtual-networks", times=99, edit=without("description"))
    with pytest.raises(Refused):
        bench.plan(wanted)


def test_the_number_of_reads_depends_on_collections_and_not_on_objects(bench: Bench) -> None:
    bench.settled(shop(1))
    counts = []
    for count in (1, 30):
        bench.settled(shop(count))
        since = len(bench.account.reads)
        bench.plan(shop(count))
        counts.append(len(bench.account.reads) - since)
    assert counts[0] == counts[1] == 8
