"""What is known of a block's fields before any instance of it is made, worked out once for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from reconciler.diagnostics import Place
from reconciler.model.rules import FromKey
from reconciler.stack.shapes import Constant, Shape, expressions, shape_place
from reconciler.stack.tree import Block

_FIXED_NAMES: Final = frozenset({"var", "local"})


@dataclass(slots=True)
class FieldPlan:
    """A field with expressions in it. `late` says that it waits, `shared` that all instances have one value, `keyed_by`
    is the section that texts which it comes to are keys of. `value` is what a shared one came to, once it is `done`.
    `branches` is None until it is asked for.
    """

    name: str
    shape: Shape
    place: Place
    late: bool
    shared: bool
    refers_to_files: bool
    keyed_by: str = ""
    tried: bool = False
    value: Any = None
    done: bool = False
    branches: bool | None = None
    broken: bool = False

    def referring(self, shape: Shape) -> FieldPlan:
        """The plan of the references that the keys of one instance come to."""
        return FieldPlan(self.name, shape, self.place, late=True, shared=False, refers_to_files=self.refers_to_files)


@dataclass(slots=True)
class BlockPlan:
    """A block's fields: the constants, and those with expressions. `varying` are those that differ by instance, as far
    as they are known while the stack is read. `checked` and `settled` are of the first instance that was in order,
    where nothing varies: then they are those of all.
    """

    constants: Mapping[str, Any]
    fields: tuple[FieldPlan, ...]
    varying: frozenset[str]
    waiting: frozenset[str]
    places: Mapping[str, Place]
    checked: Mapping[str, Any] | None = None
    settled: Mapping[str, Any] | None = None


def planned(block: Block) -> BlockPlan:
    """The plan of a block whose fields are all read."""
    key = block.kind.key_field
    constants: dict[str, Any] = {}
    fields: list[FieldPlan] = []
    for name, shape in block.fields.items():
        if not isinstance(shape, Constant):
            fields.append(_planned(block, name, shape))
        elif shape.value is not None or name != key:  # a name is never emptied: it is the key's then
            constants[name] = shape.value
    varying = {each.name for each in fields if not each.shared and (each.keyed_by or not each.late)}
    places = block.field_places
    if key is not None and key not in constants:
        places = {**places, key: places.get(key, block.place)}
        if (block.counted or block.keyed) and not isinstance(block.kind.fields[key].rule, FromKey):
            varying.add(key)
    waiting = frozenset(each.name for each in fields if each.late)
    return BlockPlan(constants, tuple(fields), frozenset(varying), waiting, MappingProxyType(places))


def _planned(block: Block, name: str, shape: Shape) -> FieldPlan:
    every = list(expressions(shape))
    touching = [block.scope.touches(each) for each in every]
    late = any(touching)
    return FieldPlan(
        name,
        shape,
        shape_place(shape),
        late=late,
        shared=not late and all(each.roots <= _FIXED_NAMES for each in every),
        refers_to_files=any(each.parsed.calls_files for each in every),
        keyed_by=block.keyed_by.get(name, "") if not all(touching) else "",
    )
