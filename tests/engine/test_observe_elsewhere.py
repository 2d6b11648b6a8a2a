"""Where objects of other stacks that expressions name are looked for, beside what is read for the stack itself."""

from __future__ import annotations

from dataclasses import replace

from reconciler.engine.observe import explain
from reconciler.model.mark import Mark
from reconciler.model.resource import Foreign, Resource, Stack
from reconciler.values import parse_address
from reconciler.wire import Gone

from .build import resource, stack
from .lists import TOP, Lists, Shown, below, item, observed, ours, refused, told

EDGE = resource("projects.edge")
P1 = item("p1", ours("projects.edge"))
CORE = item("p2", Mark("net", "projects.core"))
VLAN = Foreign("net", parse_address("projects.core.vlans.v"), "vlan")
ACME = Foreign("net", parse_address("organizations.acme"), "organization")


def naming(*foreign: Foreign, also: tuple[Resource, ...] = ()) -> Stack:
    return replace(stack(EDGE, *also), foreign=foreign)


def test_in_the_project_that_carries_their_mark_and_in_no_other_list_of_it() -> None:
    shown: Shown = {
        "/projects": [P1, CORE, item("p3")],
        "/projects/p1/virtual-networks": [item("v1")],
        "/projects/p2/virtual-networks": [item("v2"), item("v3")],
    }
    account = Lists(shown)
    found, _ = observed(account, naming(VLAN))
    assert account.asked == [*TOP, *below("p1"), "/projects/p2/virtual-networks"]
    assert told(found) == ["project p1", "project p2", "project p3", "vlan v1 in p1"]
    assert told(found.elsewhere) == ["vlan v2 in p2", "vlan v3 in p2"]


def test_in_every_project_when_none_carries_it_and_what_the_stack_reads_itself_is_not_told_twice() -> None:
    shown: Shown = {
        "/projects": [P1, item("p3")],
        "/projects/p1/virtual-networks": [item("v1")],
        "/projects/p3/virtual-networks": [item("v3")],
    }
    account = Lists(shown)
    found, _ = observed(account, naming(VLAN))
    inside = ["/projects/p1/virtual-networks", "/projects/p3/virtual-networks"]
    assert account.asked == [*TOP, *below("p1"), *inside]
    assert told(found.elsewhere) == ["vlan v3 in p3"]


def test_at_the_top_too_where_the_stack_did_not_look() -> None:
    shown: Shown = {
        "/projects": [P1, CORE],
        "/organizations": [item("o1")],
        "/projects/p2/virtual-networks": [item("v2")],
    }
    account = Lists(shown)
    found, _ = observed(account, naming(VLAN, ACME))
    assert account.asked == [*TOP, *below("p1"), "/organizations", "/projects/p2/virtual-networks"]
    assert told(found.elsewhere) == ["organization o1", "vlan v2 in p2"]


def test_that_it_looked_into_its_own_projects_does_not_count_as_the_top() -> None:
    shown: Shown = {"/projects": [P1], "/projects/p1/api-keys": [item("k1")], "/user/api-keys": [item("k2")]}
    key = Foreign("net", parse_address("api_keys.ci"), "api_key")
    found, _ = observed(Lists(shown), naming(key, also=(resource("projects.edge.api_keys.ci"),)))
    assert told(found) == ["project p1", "api_key k1 in p1"]
    assert told(found.elsewhere) == ["api_key k2"]


def test_of_their_machines_the_ports_as_they_were_born() -> None:
    ports = [{"id": "e0", "name": "eth0", "data": {"bonded": True}}]
    shown: Shown = {
        "/projects": [P1, CORE],
        "/projects/p2/devices": [item("d2", Mark("net", "projects.core.devices.web"), network_ports=ports)],
    }
    port = Foreign("net", parse_address("projects.core.devices.web.ports.eth0"), "port")
    found, _ = observed(Lists(shown), naming(port))
    assert told(found.elsewhere) == ["device d2 in p2", "port e0 in p2"]


def test_what_the_token_may_not_see_there_stops_the_run() -> None:
    hidden = Gone("no", status=404)
    assert refused({"/projects": [P1], "/organizations": hidden}, naming(ACME)) == (explain(hidden, "/organizations"),)
    shown: Shown = {"/projects": [P1, CORE], "/projects/p2/virtual-networks": hidden}
    assert refused(shown, naming(VLAN)) == (explain(hidden, "/projects/p2/virtual-networks"),)
