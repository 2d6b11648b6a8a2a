"""Stacks around one field: each kind's block in a base, with the field at one of its values.

A base is the situation in which a field changes: what else the block has, what stands around it, how many there are,
and what happens while the change is applied.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from reconciler.kinds import catalog
from reconciler.model.catalog import Catalog
from reconciler.model.kind import Form, Kind
from reconciler.model.rules import FromKey, Update
from tests.campaigns.field_values import AROUND, BASES, INSIDE, KEYS, VALUES, Block, Values, With
from tests.worlds.stacks import SPOT_PRICES, STACK, public_key

KINDS: Catalog = catalog()
ABSENT: Literal["-"] = "-"
NULL: Literal["null"] = "null"
_THIS = "this"
_POOLED = ("vlan", "ip_reservation", "volume", "license", "device", "api_key", "device_batch", "spot_market_request")
_CREATE_FIRST = ("vlan", "volume", "license", "api_key", "device_batch", "ip_reservation")
_AT_BOTH = ("ssh_key", "api_key")

SETTINGS: Mapping[str, Any] = {
    "provision_seconds": 2.0,
    "deprovision_seconds": 1.0,
    "volume_seconds": 0.5,
    "reservation_seconds": 3.0,
    "machine_features": ["tpm"],
    "spot_prices": SPOT_PRICES,
}


@dataclass(frozen=True)
class Base:
    """`shape` changes the block or the stack in place; `settings` are the emulator's; `during` says what disturbs the
    apply of the change; `fits` says to what it applies.
    """

    what: str
    shape: Callable[[Case, Block, Block], None] = lambda case, block, stack: None
    settings: Mapping[str, Any] | None = None
    during: str = ""
    fits: Callable[[Case], bool] = lambda case: True


@dataclass(frozen=True)
class Case:
    """One field of one kind."""

    kind: Kind
    field: str
    values: Values

    @property
    def top(self) -> str:
        """The field of the block that it is, or is a part of."""
        return self.field.partition(".")[0]

    @property
    def rule(self) -> Any:
        return self.kind.fields[self.top].rule

    @property
    def keyed(self) -> bool:
        return isinstance(self.rule, FromKey)

    @property
    def key(self) -> str:
        """The key of its block, where no value gives it."""
        return "lab" if self.kind.name == "project" else self.values.key or KEYS.get(self.kind.name, _THIS)

    @property
    def name(self) -> str:
        return f"{self.kind.name}.{self.field}"

    def may_be(self, state: str) -> bool:
        """Whether the field can be in a state: required ones are always there."""
        if state in (ABSENT, NULL):
            key = state == ABSENT and self.kind.key_field == self.top
            required = self.values.needed or (self.kind.fields[self.top].required and not key)
            given = self.top in self.values.beside and self.values.beside[self.top] is not None
            return not required and not given and not self.keyed
        return True

    def value(self, state: str) -> tuple[Any, Mapping[str, Any]]:
        """The value in a state that is neither absent nor null, and what it needs beside it."""
        found = self.values.bad[int(state[1:])] if state.startswith("!") else self.values.good[int(state)]
        return (found.value, found.beside) if isinstance(found, With) else (found, {})


def cases() -> Iterator[Case]:
    for kind, fields in VALUES.items():
        for name, values in fields.items():
            yield Case(KINDS[kind], name, values)


def case_of(name: str) -> Case:
    kind, _, field = name.partition(".")
    return Case(KINDS[kind], field, VALUES[kind][field])


# what a base makes of the stack


def _full(case: Case, block: Block, stack: Block) -> None:
    """All other fields too, as far as they go together."""
    for name, values in VALUES[case.kind.name].items():
        plain = "." not in name and name != case.top and name not in block and name not in case.values.beside
        free = not values.alone and not values.around and not values.above and not values.inside and not values.key
        if plain and free and not isinstance(case.kind.fields[name].rule, FromKey):
            value = values.good[0]
            block[name] = value.value if isinstance(value, With) else value


def _crowd(case: Case, block: Block, stack: Block) -> None:
    """Others of the stack around it."""
    lab = stack["projects"]["lab"]
    others: Mapping[str, Block] = {
        "vlans": {"near": {"facility": "ewr1", "description": "near"}},
        "ip_reservations": {"near": {"type": "public_ipv4", "quantity": 1, "facility": "ewr1"}},
        "devices": {"near": {"hostname": "near", **_MACHINE, "tags": ["near"]}},
        "licenses": {"near": {"licensee_product_id": "db-standard"}},
    }
    for section, more in others.items():
        lab[section] = {**lab.get(section, {}), **more}


def _pool(case: Case, block: Block, stack: Block) -> None:
    block["count"] = 2


def _each(case: Case, block: Block, stack: Block) -> None:
    block["for_each"] = ["p", "q"]


def _existing(case: Case, block: Block, stack: Block) -> None:
    lab = stack["projects"]["lab"]
    del lab["name"]
    lab["existing"] = "Theirs"


def _lifecycle(**what: Any) -> Callable[[Case, Block, Block], None]:
    def shape(case: Case, block: Block, stack: Block) -> None:
        block["lifecycle"] = {name: value(case) if callable(value) else value for name, value in what.items()}

    return shape


def _variable(case: Case, block: Block, stack: Block) -> None:
    """The value comes by way of a local."""
    value = block.get(case.top)
    if value is not None and "${{" not in str(value):
        stack["locals"] = {"given": value}
        block[case.top] = "${{ local.given }}"


def _second(case: Case, block: Block, stack: Block) -> None:
    """Another project has the same."""
    stack["projects"]["twin"] = {**copy.deepcopy(stack["projects"]["lab"]), "name": "Twin"}


def _renamed(case: Case, block: Block, stack: Block) -> None:
    """The project has another address when the field changes (`transitions` adds the change of the key)."""


def _output(case: Case, block: Block, stack: Block) -> None:
    where = "projects.lab." + ("devices.box." if case.kind.parents == ("device",) else "")
    if not _standard(case) or case.kind.form is not Form.MAP:
        return
    key = next(iter(_section(case, stack)))
    stack["outputs"] = {"id": f"${{{{ {where}{case.kind.section}['{key}'].id }}}}"}


def _at_the_top(case: Case, block: Block, stack: Block) -> None:
    """The block stands at the top of the stack."""
    stack[case.kind.section] = stack["projects"]["lab"].pop(case.kind.section)


_MACHINE: Block = {"facility": "ewr1", "plan": "c2.medium.x86", "operating_system": "ubuntu_18_04"}


def _standard(case: Case) -> bool:
    return case.kind.name not in ("project", "organization", "organization_member")


def _mapped(case: Case) -> bool:
    return case.kind.form is Form.MAP and not case.keyed and case.kind.name not in ("port", "bgp_session")


BASES_OF_STACKS: Mapping[str, Base] = {
    "bare": Base("what it has to have, and no more"),
    "full": Base("all other fields too", _full),
    "crowd": Base("others around it", _crowd, fits=lambda case: not case.values.one),
    "pool": Base("two of them by `count`", _pool, fits=lambda case: case.kind.name in _POOLED and not case.values.one),
    "each": Base(
        "two of them by `for_each`", _each, fits=lambda case: case.kind.name in _POOLED and not case.values.one
    ),
    "existing": Base(
        "in a project of somebody else's",
        _existing,
        fits=lambda case: (
            _standard(case) and not case.values.above and case.kind.name != "bgp_config" and not case.values.one
        ),
    ),
    "create-first": Base(
        "the new one comes before the old one goes",
        _lifecycle(create_before_destroy=True),
        fits=lambda case: case.kind.name in _CREATE_FIRST and not case.values.one,
    ),
    "ignored": Base(
        "its changes are ignored",
        _lifecycle(ignore_changes=lambda case: [case.top]),
        fits=lambda case: "ignore" in case.kind.ways(case.top) and _mapped(case),
    ),
    "replaced": Base(
        "its changes replace the object",
        _lifecycle(on_change=lambda case: {case.top: "replace"}),
        fits=lambda case: (
            isinstance(case.rule, Update)
            and "replace" in case.kind.ways(case.top)
            and case.top != "locked"
            and not case.kind.standing
        ),
    ),
    "reinstalled": Base(
        "its changes install the machine anew",
        _lifecycle(on_change=lambda case: {case.top: "reinstall"}),
        fits=lambda case: "reinstall" in case.kind.ways(case.top),
    ),
    "local": Base("the value comes by way of a local", _variable, fits=lambda case: not case.keyed),
    "twin": Base(
        "another project has the same",
        _second,
        fits=lambda case: (
            _standard(case)
            and case.kind.name not in ("ssh_key", "hardware_reservation")
            and not case.values.around.keys() & {"hardware_reservations", "ssh_keys"}
            and not case.values.one
        ),
    ),
    "moved": Base(
        "the project's key changes too",
        _renamed,
        fits=lambda case: _standard(case) and not case.kind.mark_stays and case.kind.name != "port",
    ),
    "output": Base("an output reads it", _output),
    "top": Base("at the top of the stack", _at_the_top, fits=lambda case: case.kind.name in _AT_BOTH),
    "lag": Base("lists lag behind", settings={"list_lag_seconds": 3.0}),
    "slow": Base("everything takes its time", settings={"provision_seconds": 90.0, "deprovision_seconds": 20.0}),
    "pages": Base("lists come one item a page", _crowd, {"per_page_most": 1}, fits=lambda case: not case.values.one),
    "ports": Base("ports change late", settings={"port_action_seconds": 2.0}),
    "lost": Base("the second change is made and its answer lost", during="lost"),
    "crash": Base("the run dies after its first change", during="crash"),
    "refused": Base("the API is down for a while", during="down"),
    "by-hand": Base("somebody changes it meanwhile", during="hand"),
}


def section_of(case: Case, stack: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping that the case's block stands in, by its key."""
    return _section(case, stack)


def _section(case: Case, stack: Mapping[str, Any]) -> dict[str, Any]:
    kind, lab = case.kind, stack["projects"]["lab"]
    if kind.name == "project":
        return stack["projects"]  # type: ignore[no-any-return]
    if kind.name == "organization":
        return stack.setdefault("organizations", {})  # type: ignore[attr-defined, no-any-return]
    if kind.name == "organization_member":
        return stack["organizations"]["acme"].setdefault("members", {})  # type: ignore[no-any-return]
    holder = lab["devices"]["box"] if kind.parents == ("device",) else lab
    return holder if kind.form is Form.SINGLETON else holder.setdefault(kind.section, {})  # type: ignore[no-any-return]


def stack_of(case: Case, base: str, state: str, second: bool = False) -> Block:
    """The stack in which the field is in a state: the number of a good value, `!` and that of a bad one, or `-` or
    `null`. `second` says that it is the one that the field changes to.
    """
    kind = case.kind
    lab: Block = {"name": "Lab", "ssh_keys": {"always": {"key": public_key(70), "label": "always"}}}
    stack: Block = {"stack": STACK, "projects": {"lab": lab}}
    merge(stack, copy.deepcopy(dict(case.values.above)))
    merge(lab, copy.deepcopy(dict(AROUND.get(kind.name, {}))))
    merge(lab, copy.deepcopy(dict(case.values.around)))
    if kind.name == "organization_member":
        stack["organizations"] = {"acme": {"name": "Acme"}}
    if kind.parents == ("device",):
        device = {"hostname": "box", **_MACHINE, **INSIDE.get(kind.name, {}), **copy.deepcopy(dict(case.values.inside))}
        lab["devices"] = {"box": {name: value for name, value in device.items() if value is not None}}
    block = copy.deepcopy({**BASES[kind.name], **case.values.beside})
    key = case.key
    beside: Mapping[str, Any] = {}
    if case.keyed:
        key = str(case.value(state)[0])
    elif state == ABSENT:
        block.pop(case.top, None)
    elif state == NULL:
        block[case.top] = None
    else:
        value, beside = case.value(state)
        block |= {case.top: copy.deepcopy(value), **copy.deepcopy(dict(beside))}
    unsaid = [name for name, each in {**case.values.beside, **beside}.items() if each is None and name != case.top]
    for name in unsaid:
        block.pop(name, None)
    _put(case, stack, key, block)
    BASES_OF_STACKS[base].shape(case, block, stack)
    for name in unsaid:
        block.pop(name, None)
    if base == "moved" and second:
        stack["projects"]["lab2"] = stack["projects"].pop("lab")
        stack["moved"] = {"projects.lab": "projects.lab2"}
        stack = _texts(stack, "projects.lab.", "projects.lab2.")
    return stack


def _put(case: Case, stack: Block, key: str, block: Block) -> None:
    kind = case.kind
    if kind.name == "project":
        stack["projects"]["lab"] = {**stack["projects"]["lab"], **block}
        for name in {*stack["projects"]["lab"]} - {*block} - {"ssh_keys"}:
            del stack["projects"]["lab"][name]
        block_in_place(stack, block)
    elif kind.form is Form.SINGLETON:
        _section(case, stack)[kind.section] = block
    else:
        _section(case, stack)[key] = block


def block_in_place(stack: Block, block: Block) -> None:
    """The project's own block, with what stands in it."""
    whole = stack["projects"]["lab"]
    block.update({name: value for name, value in whole.items() if name not in block})
    stack["projects"]["lab"] = block


def merge(into: Block, more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            merge(into[name], value)
        else:
            into[name] = value


def _texts(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        return {name: _texts(each, old, new) for name, each in value.items()}
    if isinstance(value, list):
        return [_texts(each, old, new) for each in value]
    return value.replace(old, new) if isinstance(value, str) else value
