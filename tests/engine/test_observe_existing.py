"""Which objects `existing` means: in what they are looked for, when one is missed, and what is told of that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.diagnostics import Diagnostic, Place, error
from reconciler.model.mark import Mark
from reconciler.model.resource import Resource

from .build import resource, stack
from .lists import Item, Lists, Shown, item, observed, ours, refused

EDGE = resource("projects.edge")
SHARED = resource("projects.shared", existing="shared")
P1, P2 = item("p1", ours("projects.edge")), item("p2", text="shared")
NOTED = Place("stack.yaml", 4)


def existing(address: str, name: str = "x") -> Resource:
    return replace(resource(address, existing=name), field_places={"existing": NOTED})


def found(shown: Shown, *resources: Resource) -> dict[str, str]:
    _, ids = observed(Lists(shown), stack(*resources))
    return {str(address): identifier for address, identifier in ids.items()}


def account(vlans: tuple[Item, ...] = (), shared: tuple[Item, ...] = ()) -> Shown:
    """A project of the stack and one that it shares, with VLANs in them."""
    inside = {"/projects/p1/virtual-networks": list(vlans), "/projects/p2/virtual-networks": list(shared)}
    return {"/projects": [P1, P2, item("p3", text="theirs")], **inside}


class TestWhatIsMeant:
    def test_at_the_top_and_in_what_is_ours_and_in_what_is_there_already(self) -> None:
        shown = {
            **account((item("v1", text="x"),), (item("v2", text="x"),)),
            "/ssh-keys": [item("k1", text="x")],
            "/projects/p2/ssh-keys": [item("k2", text="x")],
        }
        wanted = ("ssh_keys.me", "projects.edge.vlans.v", "projects.shared.vlans.v", "projects.shared.ssh_keys.k")
        assert found(shown, EDGE, SHARED, *map(existing, wanted)) == {
            "projects.shared": "p2",
            "ssh_keys.me": "k1",
            "projects.edge.vlans.v": "v1",
            "projects.shared.vlans.v": "v2",
            "projects.shared.ssh_keys.k": "k2",
        }

    def test_one_with_that_uuid_before_all_that_are_known_by_it_otherwise(self) -> None:
        shown = account((item("v1", text="v2"), item("v2", text="v3"), item("v3", text="v3")))
        assert found(shown, EDGE, existing("projects.edge.vlans.v", "v2")) == {"projects.edge.vlans.v": "v2"}

    def test_in_each_of_the_projects_that_carry_the_mark_of_what_it_stands_in(self) -> None:
        twins = [P1, item("p2", ours("projects.edge"))]
        shown: Shown = {"/projects": twins, "/projects/p2/virtual-networks": [item("v2", text="x")]}
        assert found(shown, EDGE, existing("projects.edge.vlans.v")) == {"projects.edge.vlans.v": "v2"}


class TestWhatIsNotMissed:
    def test_what_stands_in_something_when_all_that_the_stack_manages_is_to_go(self) -> None:
        gone = (existing("projects.shared.vlans.v"), existing("ssh_keys.me"))
        assert found(account(), SHARED, *gone) == {"projects.shared": "p2"}

    def test_what_stands_in_something_that_this_run_is_not_about(self) -> None:
        assert found(account(), resource("ssh_keys.me"), existing("projects.edge.vlans.v")) == {}

    def test_but_a_project_always_is(self) -> None:
        assert [each.code for each in refused({}, stack(existing("projects.shared")))] == ["existing-not-found"]


def missed(summary: str, shown: str, address: str, code: str = "existing-not-found") -> Diagnostic:
    hint = f"use one's uuid: {shown}" if code == "ambiguous-existing" else f"the token can see: {shown}"
    return error(code, summary, address=address, place=NOTED, hint=hint)


class TestWhatIsTold:
    def test_none_at_the_top(self) -> None:
        shown = {"/projects": [item("q2", text="a"), item("q1", text="a")], "/ssh-keys": [item("k1", text="me")]}
        keys, projects = existing("ssh_keys.me"), existing("projects.p")
        assert refused(shown, stack(EDGE, keys, projects)) == (
            missed("no project has the uuid or the name 'x'", "a (q1), a (q2)", "projects.p"),
            missed("no ssh_key has the uuid or the label 'x'", "me (k1)", "ssh_keys.me"),
        )

    @pytest.mark.parametrize("project", ["edge", "shared"])
    def test_none_where_it_should_stand(self, project: str) -> None:
        vlans = (item("v3", text="b"), item("v2", text="a"), item("v1", text="a"))
        others = (item("v9", text="x"),)
        shown = account(vlans, others) if project == "edge" else account(others, vlans)
        summary = f"no vlan in projects.{project} has the uuid or the number or the description 'x'"
        address = f"projects.{project}.vlans.v"
        assert refused(shown, stack(EDGE, SHARED, existing(address))) == (
            missed(summary, "a (v1), a (v2), b (v3)", address),
        )

    def test_none_in_what_is_not_made_yet(self) -> None:
        """Another stack has one at that very address."""
        projects = [P2, item("p3", Mark("other", "projects.edge"))]
        shown: Shown = {"/projects": projects, "/projects/p2/virtual-networks": [item("v2", text="x")]}
        summary = "no vlan in projects.edge has the uuid or the number or the description 'x'"
        assert refused(shown, stack(EDGE, SHARED, existing("projects.edge.vlans.v"))) == (
            missed(summary, "none at all", "projects.edge.vlans.v"),
        )

    def test_several(self) -> None:
        vlans = (item("v2", text="x"), item("v1", text="x", vxlan=7), item("v3", text="y"))
        assert refused(account(vlans), stack(EDGE, existing("projects.edge.vlans.v"))) == (
            missed(
                "2 vlans in projects.edge are named 'x'",
                "7 x (v1), x (v2)",
                "projects.edge.vlans.v",
                "ambiguous-existing",
            ),
        )
        assert refused({"/projects": [item("q", text="x")] * 3}, stack(existing("projects.p"))) == (
            missed("3 projects are named 'x'", "x (q), x (q), x (q)", "projects.p", "ambiguous-existing"),
        )

    def test_twenty_of_what_there_is(self) -> None:
        many = [item(f"q{number}", text=f"{number:02}") for number in range(21)]
        listed = ", ".join(f"{number:02} (q{number})" for number in range(20))
        assert refused({"/projects": many}, stack(existing("projects.p"))) == (
            missed("no project has the uuid or the name 'x'", listed, "projects.p"),
        )
