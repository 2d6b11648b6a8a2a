"""What a plan says of a field that differs: from what to what, what that does, and what of it must not be shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.engine.fields import (
    NOT_CARRIED_THROUGH,
    NOT_SHOWN,
    differences,
    ignored_differences,
    parts,
    still_differing,
)
from reconciler.model.live import LiveObject
from reconciler.model.mark import Mark, memo_digest
from reconciler.model.plan import FieldChange
from reconciler.model.resource import Lifecycle
from reconciler.values import Unknown, parse_address

from .build import CATALOG, resource

AT = "projects.edge.devices.web"
DEVICE = CATALOG["device"]
SHOWN = {
    "hostname": "web",
    "facility": "ewr1",
    "plan": "t1.small.x86",
    "operating_system": "ubuntu_18_04",
    "userdata": "first",
    "description": "old",
    "customdata": {"rack": {"row": 1, "unit": 4}, "uses": ["a", "b"]},
    "tags": ["web"],
}
HOSTNAME_NOTE = "the machine's own name changes at its next install"
KEYS_NOTE = "keys are fixed when the device is provisioned"
USERDATA_NOTE = "stored now, run at the next install only"
REINSTALLED = "the machine is installed anew: its disks are wiped, its addresses and hardware stay"


def live(memo: Mapping[str, str] | None = None, *, marked: bool = True, ends_at: str = "", **shown: Any) -> LiveObject:
    mark = Mark("shop", AT, memo or {}) if marked else None
    return LiveObject("device", "d1", "web", {**SHOWN, **shown}, {}, mark, ends_at=ends_at)


def found(
    values: Mapping[str, Any],
    there: LiveObject,
    *,
    secrets: frozenset[str] = frozenset(),
    lifecycle: Lifecycle | None = None,
) -> tuple[FieldChange, ...]:
    return differences(resource(AT, lifecycle=lifecycle), DEVICE, values, secrets, there)


def chosen(**choices: str) -> Lifecycle:
    return Lifecycle(on_change=choices)


def test_each_rule_says_what_its_change_does() -> None:
    declared = {"hostname": "www", "plan": "c1.small.x86", "description": "old", "project_ssh_keys": ["k1"]}
    assert found(declared, live({"project_ssh_keys": memo_digest(["k0"])})) == (
        FieldChange(("hostname",), "web", "www", note=HOSTNAME_NOTE),
        FieldChange(("plan",), "t1.small.x86", "c1.small.x86", forces_replacement=True),
        FieldChange(("project_ssh_keys",), NOT_SHOWN, ["k1"], forces_replacement=True, note=KEYS_NOTE),
    )


def test_what_nobody_declared_and_what_the_answer_left_out_is_no_difference() -> None:
    assert found({}, live()) == ()
    assert found({"locked": True, "hostname": "www"}, live()) == (
        FieldChange(("hostname",), "web", "www", note=HOSTNAME_NOTE),
    )


def test_what_is_never_given_back_is_compared_by_its_digest_alone() -> None:
    values = {"project_ssh_keys": ["k2", "k1"], "features": None}
    assert found(values, live({"project_ssh_keys": memo_digest(["k1", "k2"])})) == ()
    (change,) = found(values, live())
    assert change == FieldChange(("project_ssh_keys",), None, ["k2", "k1"], forces_replacement=True, note=KEYS_NOTE)
    (gone,) = found({"project_ssh_keys": None}, live({"project_ssh_keys": memo_digest(["k1"])}))
    assert (gone.before, gone.after) == (NOT_SHOWN, None)
    assert found(values, live(marked=False)) == (), "without a mark nothing can be said"


def test_what_only_an_apply_can_tell_differs() -> None:
    later = Unknown(frozenset({parse_address("projects.edge.vlans.a")}))
    declared = {"description": later, "plan": later, "project_ssh_keys": later}
    assert found(declared, live({"project_ssh_keys": memo_digest(["k1"])})) == (
        FieldChange(("plan",), "t1.small.x86", later, forces_replacement=True),
        FieldChange(("description",), "old", later),
        FieldChange(("project_ssh_keys",), NOT_SHOWN, later, forces_replacement=True, note=KEYS_NOTE),
    )


def test_of_a_secret_value_every_difference_is_secret() -> None:
    declared = {"hostname": "www", "userdata": "second", "project_ssh_keys": ["k1"], "customdata": {"a": 1}}
    names = {"userdata", "project_ssh_keys", "customdata"}
    secret = {each.path[0] for each in found(declared, live(), secrets=frozenset(names)) if each.secret}
    assert secret == names
    due = live({"userdata@install": memo_digest("first")}, userdata="second")
    for hidden in (True, False):
        secrets = frozenset({"userdata"} if hidden else {"hostname"})
        (change,) = found({"userdata": "second"}, due, secrets=secrets, lifecycle=chosen(userdata="reinstall"))
        assert change.secret is hidden
    later = Unknown()
    (change,) = found({"hostname": later}, live(), secrets=frozenset({"hostname"}))
    assert change == FieldChange(("hostname",), "web", later, secret=True, note=HOSTNAME_NOTE)


class TestTheEnd:
    WHEN = "2019-12-31T23:00:00Z"

    def test_one_that_it_has_by_whoever_gave_it_is_no_difference(self) -> None:
        declared = {"termination_time": self.WHEN, "project_ssh_keys": ["k1"]}
        for same in (self.WHEN, "2019-12-31T23:00:00+00:00", "2020-01-01T00:00:00+01:00"):
            (change,) = found(declared, live(ends_at=same))
            assert change.path == ("project_ssh_keys",)

    @pytest.mark.parametrize("ends_at", ["", "2019-12-31T22:00:00Z", "soon"])
    def test_another_one_is(self, ends_at: str) -> None:
        (change,) = found({"termination_time": self.WHEN}, live(ends_at=ends_at))
        assert (change.path, change.after) == (("termination_time",), self.WHEN)


class TestWhatTheStackChose:
    NEW = {"operating_system": "debian_9", "userdata": "second", "hostname": "www"}

    @pytest.mark.parametrize(
        ("choice", "replaces", "wipes", "note"),
        [
            ("replace", True, False, "replaced as `on_change` says"),
            ("reinstall", False, True, REINSTALLED),
            ("update", False, False, USERDATA_NOTE),
        ],
    )
    def test_a_change_does_that(self, choice: str, replaces: bool, wipes: bool, note: str) -> None:
        changes = {each.path[0]: each for each in found(self.NEW, live(), lifecycle=chosen(userdata=choice))}
        assert changes["userdata"] == FieldChange(("userdata",), "first", "second", replaces, note=note, wipes=wipes)
        assert changes["operating_system"].forces_replacement, "of the other fields it says nothing"
        assert changes["hostname"].note == HOSTNAME_NOTE

    def test_or_nothing(self) -> None:
        for lifecycle in (chosen(userdata="ignore"), Lifecycle(ignore_changes=frozenset({"userdata"}))):
            assert [each.path for each in found(self.NEW, live(), lifecycle=lifecycle)] == [
                ("hostname",),
                ("operating_system",),
            ]

    def test_a_reinstall_that_is_due_is_a_difference_though_the_values_are_the_same(self) -> None:
        due = live({"userdata@install": memo_digest("first")}, userdata="second")
        assert found({"userdata": "second"}, due, lifecycle=chosen(userdata="reinstall")) == (
            FieldChange(("userdata",), NOT_CARRIED_THROUGH, "second", note=REINSTALLED, wipes=True),
        )
        assert found({"userdata": "second"}, due) == ()

    def test_and_is_told_once(self) -> None:
        due = live({"userdata@install": memo_digest("zeroth")}, userdata="first")
        (change,) = found({"userdata": "second"}, due, lifecycle=chosen(userdata="reinstall"))
        assert (change.before, change.after) == ("first", "second")


def test_of_some_fields_those_that_are_not_shown_as_wanted_are_left() -> None:
    values = {
        "hostname": "www",
        "plan": "t1.small.x86",
        "userdata": "second",
        "project_ssh_keys": ["k"],
        "locked": True,
    }
    every = frozenset({*values, "tags", "description"})
    assert still_differing(DEVICE, values, live(), every) == {"hostname", "userdata"}
    assert still_differing(DEVICE, values, live(), frozenset({"plan", "hostname"})) == {"hostname"}


class TestParts:
    def test_of_free_data_the_parts_that_differ_are_shown_in_order(self) -> None:
        declared = {"customdata": {"rack": {"row": 2, "unit": 4}, "uses": ["a", "c"], "new": {"a": 1}}}
        paths = {each.path: (each.before, each.after) for each in found(declared, live())}
        assert paths == {
            ("customdata", "new"): (None, {"a": 1}),
            ("customdata", "rack", "row"): (1, 2),
            ("customdata", "uses"): (["a", "b"], ["a", "c"]),
        }
        assert list(paths) == sorted(paths)

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ({"a": 1}, None),
            (None, {"a": 1}),
            ({}, {"a": 1}),
            ({"a": 1}, {}),
            ({"a": 1}, ["a"]),
            ("a", {"a": 1}),
            (1, 2),
        ],
    )
    def test_what_is_no_data_on_both_sides_differs_as_a_whole(self, before: Any, after: Any) -> None:
        assert parts(before, after) == [((), before, after)]

    def test_lists_and_what_is_in_them_differ_as_a_whole(self) -> None:
        before, after = {"l": [{"a": 1}, {"b": 1}], "x": {"l": [1]}}, {"l": [{"a": 2}, {"b": 1}], "x": {"l": [1, 2]}}
        assert parts(before, after) == [(("l",), before["l"], after["l"]), (("x", "l"), [1], [1, 2])]

    def test_what_became_another_thing_differs_there(self) -> None:
        assert parts({"a": {"b": 1}, "c": 1}, {"a": [1], "c": 1}) == [(("a",), {"b": 1}, [1])]
        assert parts({"a": 1, "b": 2}, {"a": 1}) == [(("b",), 2, None)]

    def test_data_that_has_hardly_anything_in_common_is_taken_apart_all_the_same(self) -> None:
        before = {"a": {f"{number:02}": number for number in range(9)}}
        after = {"a": {f"{number:02}": number for number in range(8, 20)}}
        expected = [("a", f"{number:02}") for number in range(20) if number != 8]
        assert [path for path, _, _ in parts(before, after)] == expected


def ignored(
    values: Mapping[str, Any], there: LiveObject, *names: str, secrets: frozenset[str] = frozenset()
) -> tuple[FieldChange, ...]:
    declared = resource(AT, lifecycle=Lifecycle(ignore_changes=frozenset(names)))
    return ignored_differences(declared, DEVICE, values, secrets, there)


def test_what_differs_in_ignored_fields_forces_nothing_and_has_no_note() -> None:
    declared = {"hostname": "www", "facility": "ams1", "plan": "c1.small.x86", "description": "old", "tags": ["db"]}
    assert ignored(declared, live(), "plan", "facility", "hostname", "description") == (
        FieldChange(("hostname",), "web", "www"),
        FieldChange(("facility",), "ewr1", "ams1"),
        FieldChange(("plan",), "t1.small.x86", "c1.small.x86"),
    )


def test_what_is_fixed_at_birth_stands_beside_what_is_compared() -> None:
    declared = {"description": "new", "project_ssh_keys": ["k1"]}
    there = live({"project_ssh_keys": memo_digest(["k0"])})
    assert ignored(declared, there, "description", "project_ssh_keys") == (
        FieldChange(("description",), "old", "new"),
        FieldChange(("project_ssh_keys",), NOT_SHOWN, ["k1"]),
    )


def test_the_end_of_a_machine_is_never_told_among_its_ignored_fields() -> None:
    end = {"termination_time": "2030-01-01T00:00:00Z"}
    assert ignored(end, live(termination_time="2031-01-01T00:00:00Z"), "termination_time") == ()


@pytest.mark.parametrize(("name", "value"), [("plan", "c1.small.x86"), ("project_ssh_keys", ["k1"])])
def test_an_ignored_field_whose_value_is_secret_is_told_as_that(name: str, value: Any) -> None:
    there = live({"project_ssh_keys": memo_digest(["k0"])})
    (change,) = ignored({name: value}, there, name, secrets=frozenset({name}))
    (plain,) = ignored({name: value}, there, name)
    assert (change.secret, plain.secret) == (True, False)
