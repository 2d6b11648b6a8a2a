"""What differs and what that does: a table of declared values, answers and outcomes, with a case for every field."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.diagnostics import Place
from reconciler.engine.fields import differences
from reconciler.kinds import catalog
from reconciler.model.kind import Kind
from reconciler.model.live import LiveObject
from reconciler.model.mark import Mark
from reconciler.model.resource import Resource
from reconciler.model.rules import CreateOnly, FromKey, Ours, Replace, Update, WriteOnce, any_change
from reconciler.values import Unknown, parse_address

from . import answers
from .field_cases import BASES, CASES, LEFT_OUT, REFUSED, REPLACE, SAME, UPDATE

CATALOG = catalog()


def live_of(kind: Kind, edits: dict[str, Any], mark: Mark | None = None) -> LiveObject:
    body = {name: value for name, value in {**BASES[kind.name], **edits}.items() if value is not LEFT_OUT}
    if mark is not None:
        body["tags"] = mark.to_tags()
        if kind.name == "device_batch":
            marked = Mark(mark.stack, "projects.p.device_batches.w", mark.memo)
            body["devices"] = [{**each, "tags": marked.to_tags()} for each in body["devices"]]
    if kind.name == "ip_assignment":
        body = {**answers.DEVICE_2018, "ip_addresses": [body]}
    if kind.standing:
        body = {**answers.DEVICE_2018, "network_ports": [body, *answers.PORTS_2019[1:]]}
    return next(iter(kind.read(body, "p")))


def resource_of(kind: Kind, values: dict[str, Any]) -> Resource:
    return Resource(parse_address("projects.p"), kind.name, values, Place("stack.yaml"))


def outcome(kind: Kind, values: dict[str, Any], live: LiveObject) -> dict[str, str]:
    changes = differences(resource_of(kind, values), kind, values, frozenset(), live)
    found: dict[str, str] = {}
    for each in changes:
        rule = kind.fields[str(each.path[0])].rule
        fixed = str(each.path[0]) in kind.fixed(live)
        if not fixed and not (isinstance(rule, Update) and rule.possible is not any_change):
            assert each.forces_replacement is isinstance(rule, (Replace, CreateOnly))
        in_place = REFUSED if isinstance(rule, WriteOnce) else UPDATE
        found[str(each.path[0])] = REPLACE if each.forces_replacement else in_place
    return found


@pytest.mark.parametrize(("kind", "field", "declared", "edits", "expected"), CASES)
def test_a_field(kind: str, field: str, declared: Any, edits: dict[str, Any], expected: str) -> None:
    of = CATALOG[kind]
    assert outcome(of, {field: declared}, live_of(of, edits)) == ({} if expected == SAME else {field: expected})


def test_an_invitation_cannot_be_changed() -> None:
    for name in ("member", "organization_member"):
        kind = CATALOG[name]
        (change,) = differences(
            resource_of(kind, {"roles": ["admin"]}), kind, {"roles": ["admin"]}, frozenset(), live_of(kind, {})
        )
        assert change.forces_replacement


def test_every_field_of_every_kind_has_cases() -> None:
    for kind in CATALOG.kinds:
        covered = {field for name, field, *_ in CASES if name == kind.name}
        assert covered == set(kind.fields), kind.name
        for name, field in kind.fields.items():
            words = {case[-1] for case in CASES if case[:2] == (kind.name, name)}
            silent = isinstance(field.rule, (CreateOnly, FromKey, Ours))
            assert silent or len(words) >= 2, f"{kind.name}.{name}: a case that differs and one that does not"


MEMO_FIELDS = [
    (kind.name, name)
    for kind in CATALOG.kinds
    for name, f in kind.fields.items()
    if isinstance(f.rule, CreateOnly) and f.rule.replaces
]
EXAMPLES: dict[str, tuple[Any, Any]] = {
    "hostname": ("w-{{index}}", "v-{{index}}"),
    "hostnames": (["a", "b"], ["b", "a"]),
    "facility_diversity_level": (1, 2),
    "hardware_reservation_id": ("next-available", "other"),
    "termination_time": ("2019-12-01T00:00:00Z", "2020-12-01T00:00:00Z"),
    "project_ssh_keys": (["a", "b"], ["a"]),
    "user_ssh_keys": (["a"], ["b"]),
    "features": ({"tpm": "required"}, {"tpm": "preferred"}),
    "public_ipv4_subnet_size": (29, 31),
    "ip_addresses": ([{"address_family": 4, "public": False}], [{"address_family": 6, "public": True}]),
}


@pytest.mark.parametrize(("kind", "field"), MEMO_FIELDS)
def test_what_the_api_never_shows_is_compared_by_the_memo(kind: str, field: str) -> None:
    of = CATALOG[kind]
    used, other = EXAMPLES[field]
    live = live_of(of, {}, Mark("shop", "projects.p.devices.d", of.memo({field: used})))
    assert outcome(of, {field: used}, live) == {}
    assert outcome(of, {field: other}, live) == {field: REPLACE}
    assert outcome(of, {field: Unknown()}, live) == {field: REPLACE}
    assert outcome(of, {}, live) == {}
    without = live_of(of, {}, Mark("shop", "projects.p.devices.d"))
    assert outcome(of, {field: used}, without) == {field: REPLACE}
    unset = live_of(of, {}, Mark("shop", "projects.p.devices.d", of.memo({field: None})))
    assert outcome(of, {field: None}, unset) == {}


@pytest.mark.parametrize(("kind", "field"), MEMO_FIELDS)
def test_an_update_keeps_the_memo_of_the_create(kind: str, field: str) -> None:
    of = CATALOG[kind]
    used, other = EXAMPLES[field]
    born = Mark("shop", "a", of.memo({field: used, "tags": ["x"]}))
    again = of.memo({field: other, "tags": ["y"]}, born)
    assert again[field] == born.memo[field]
    assert again["tags"] != born.memo["tags"]


def test_the_order_of_keys_on_a_device_is_no_reason_to_wipe_it() -> None:
    device = CATALOG["device"]
    for field, one, two in (
        ("project_ssh_keys", ["a", "b"], ["b", "a"]),
        ("user_ssh_keys", ["a", "b"], ["b", "a"]),
        ("features", ["tpm", "txt"], ["txt", "tpm"]),
    ):
        live = live_of(device, {}, Mark("shop", "a", device.memo({field: one})))
        assert outcome(device, {field: two}, live) == {}


@pytest.mark.parametrize("kind", [each.name for each in CATALOG.kinds])
def test_an_unknown_value_differs_only_where_the_answer_shows_the_field(kind: str) -> None:
    of = CATALOG[kind]
    live = live_of(of, {})
    unknown = {name: Unknown() for name in of.fields}
    shown = {name for name in live.values if not isinstance(of.fields[name].rule, (CreateOnly, FromKey, Ours))}
    assert set(outcome(of, unknown, live)) == shown


def test_a_change_inside_customdata_is_told_with_its_path() -> None:
    device = CATALOG["device"]
    live = live_of(device, {"customdata": {"rack": {"row": 1, "list": [1, 2]}, "old": True}})
    values = {"customdata": {"rack": {"row": 2, "list": [1, 3]}, "new": "x"}}
    changes = differences(resource_of(device, values), device, values, frozenset(), live)
    assert {(each.path, each.before, each.after) for each in changes if each.path[-1] != "list"} == {
        (("customdata", "rack", "row"), 1, 2),
        (("customdata", "old"), True, None),
        (("customdata", "new"), None, "x"),
    }
    (listed,) = (each for each in changes if each.path[-1] == "list")
    assert (listed.path, listed.before, listed.after) == (("customdata", "rack", "list"), [1, 2], [1, 3])
