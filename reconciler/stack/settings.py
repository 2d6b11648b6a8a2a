"""The keys that every resource has and that say how to treat it: after, lifecycle, timeouts, rollout, existing."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final

from reconciler.diagnostics import Place, did_you_mean, one
from reconciler.model.resource import Lifecycle, Timeouts
from reconciler.model.rollout import Rollout
from reconciler.stack.after import Named
from reconciler.stack.durations import AS_WRITTEN, seconds
from reconciler.stack.expand import Expander
from reconciler.stack.problems import Broken, Problem, Problems
from reconciler.stack.references import Referrer
from reconciler.stack.rollouts import KEYS, misplaced, read_rollout
from reconciler.stack.shapes import ListShape, MapShape, Shape, Whole
from reconciler.stack.tree import Block, Instance
from reconciler.stack.yaml_tree import Items, Node, Scalar, Table, plain_value, type_word
from reconciler.values import Address

_LIFECYCLE: Final = ("protect", "ignore_changes", "create_before_destroy", "on_change")
_TIMEOUTS: Final = ("create", "delete")
_USUAL: Final = Lifecycle()
_WAITS: Final = Timeouts()


class SettingsReader:
    """Reads one instance's settings; what does not fit is noted once for its block."""

    def __init__(self, expander: Expander, referrer: Referrer, named: Named, problems: Problems) -> None:
        self._expander = expander
        self._referrer = referrer
        self._by_text = named
        self._problems = problems
        self._groups: dict[Address, frozenset[Address]] = {}

    def lifecycle(self, instance: Instance) -> Lifecycle:
        block = instance.block
        if "lifecycle" not in block.meta_nodes:
            return _USUAL
        protect = create_first = False
        ignored: list[str] = []
        chosen: dict[str, str] = {}
        for key, shape, node in self._parts(block, "lifecycle", _LIFECYCLE):
            value = self._value(shape, f"`{key}`", instance)
            if value is None:
                continue
            if key == "ignore_changes":
                ignored = self._ignored(block, value, node)
            elif key == "on_change":
                chosen = self._chosen(block, value, node)
            elif not isinstance(value, bool):
                self._wrong(block, f"`{key}` is true or false, not {type_word(node)}", node)
            elif key == "protect":
                protect = value
            else:
                create_first = value
        return Lifecycle(protect, create_first, frozenset(ignored), MappingProxyType(chosen))

    def timeouts(self, instance: Instance) -> Timeouts:
        if "timeouts" not in instance.block.meta_nodes:
            return _WAITS
        found: dict[str, float] = {}
        for key, shape, node in self._parts(instance.block, "timeouts", _TIMEOUTS):
            value = self._value(shape, f"`{key}`", instance)
            if value is None:
                continue
            length = seconds(value)
            if length is None:
                self._problems.add(
                    "invalid-value",
                    f"`{key}` is {AS_WRITTEN}",
                    node.place,
                    address=instance.block.path,
                )
            else:
                found[key] = length
        return Timeouts(found.get("create"), found.get("delete"))

    def rollout(self, instance: Instance) -> Rollout | None:
        """How the group that the instance is of is changed; the same for all of the group."""
        block = instance.block
        node = block.meta_nodes.get("rollout")
        if node is None:
            return None
        against, way_out = misplaced(block)
        if against:
            self._problems.add("not-a-group", against, node.place, address=block.path, hint=way_out)
            return None
        given = {
            key: (value, spot)
            for key, shape, spot in self._parts(block, "rollout", KEYS)
            if (value := self._value(shape, f"`{key}`", instance)) is not None
        }

        def wrong(code: str, summary: str, place: Place, hint: str) -> None:
            self._problems.add(code, summary, place, address=block.path, hint=hint)

        return read_rollout(given, node.place, wrong)

    def after(self, instance: Instance) -> frozenset[Address]:
        """The resources that have to be there first, those included that a group around it waits for."""
        found = [self._after(instance)]
        if instance.parent is None or not instance.parent.block.group:
            return found[0] - {instance.address} if instance.address in found[0] else found[0]
        for around in instance.enclosing():
            if not around.block.group:
                break
            if around.address not in self._groups:
                self._groups[around.address] = self._after(around)
            found.append(self._groups[around.address])
        every = frozenset().union(*found) if any(found[1:]) else found[0]
        return every - {instance.address}

    def _after(self, instance: Instance) -> frozenset[Address]:
        shape = instance.block.meta.get("after")
        node = instance.block.meta_nodes.get("after")
        if shape is None or node is None:
            return frozenset()
        items: list[tuple[Shape | str, Node]] = []
        if isinstance(shape, ListShape):
            items = [(each, each.node) for each in shape.items]
        elif isinstance(node, Items):
            items = [(str(each.value), each) if isinstance(each, Scalar) else ("", each) for each in node.items]
        else:
            self._wrong(instance.block, f"`after` is a list of addresses, not {type_word(node)}", node)
        found: set[Address] = set()
        for item, spot in items:
            found.update(*self._named(item, spot, instance))
        if instance.address in found:
            if len(items) == 1 and len(found) == 1:
                message = f"`{instance.address}` cannot come after itself"
                self._problems.add("self-reference", message, node.place, address=str(instance.address))
            found.discard(instance.address)
        return frozenset(found)

    def _named(self, item: Shape | str, node: Node, instance: Instance) -> list[frozenset[Address]]:
        try:
            if isinstance(item, Whole):
                found = self._referrer.find(item, instance)
                for problem in found.problems:
                    self._problems.note(problem, address=instance.block.path)
                if not found.addresses and not found.pools and not found.problems and not found.broken:
                    message = "an expression in `after` refers to a resource"
                    self._problems.add("unknown-reference", message, node.place, address=instance.block.path)
                return [frozenset(found.addresses), *found.pools]
            text = item if isinstance(item, str) else getattr(item, "value", None)
            if not isinstance(text, str) or not isinstance(node, Scalar) or not isinstance(node.value, str):
                self._wrong(instance.block, f"`after` lists addresses, not {type_word(node)}", node)
                return []
            return self._by_text.find(text, instance)
        except Broken:
            return []
        except Problem as problem:
            self._problems.note(problem.diagnostic.at(node.place), address=instance.block.path)
            return []

    def _ignored(self, block: Block, value: Any, node: Node) -> list[str]:
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self._wrong(block, "`ignore_changes` is a list of field names", node)
            return []
        for position, name in enumerate(value):
            if name not in block.kind.fields:
                item = node.items[position] if isinstance(node, Items) else node
                self._problems.add(
                    "unknown-key",
                    f"{one(block.kind.name)} has no field `{name}`",
                    item.place,
                    address=block.path,
                    hint=did_you_mean(name, block.kind.fields) or f"fields: {', '.join(sorted(block.kind.fields))}",
                )
        return value

    def _chosen(self, block: Block, value: Any, node: Node) -> dict[str, str]:
        """What a change of each named field does: only what its rule, or its kind, can do."""
        if not isinstance(value, dict):
            self._wrong(block, "`on_change` is a mapping from field names to what a change does", node)
            return {}
        found: dict[str, str] = {}
        for name, choice in value.items():
            entry = node.entries.get(name) if isinstance(node, Table) else None
            spot = entry.value.place if entry is not None else node.place
            fields = block.kind.fields
            if name not in fields:
                message = f"{one(block.kind.name)} has no field `{name}`"
                hint = did_you_mean(name, fields) or f"fields: {', '.join(sorted(fields))}"
                self._problems.add("unknown-key", message, spot, address=block.path, hint=hint)
                continue
            ways = sorted(block.kind.ways(name))
            if choice in ways:
                found[name] = choice
                continue
            message = f"a change of `{name}` cannot be answered with {choice!r}"
            hint = f"possible: {', '.join(ways)}" if ways else "its key in the YAML gives it"
            self._problems.add("invalid-value", message, spot, address=block.path, hint=hint)
        return found

    def _parts(self, block: Block, key: str, known: tuple[str, ...]) -> Iterator[tuple[str, Shape | Any, Node]]:
        """The parts of a settings mapping, with their nodes."""
        shape, node = block.meta.get(key), block.meta_nodes.get(key)
        if shape is None or node is None:
            return
        if not isinstance(node, Table):
            if not (isinstance(node, Scalar) and node.value is None):
                self._wrong(block, f"`{key}` is a mapping, not {type_word(node)}", node)
            return
        for name, entry in node.entries.items():
            if name not in known:
                hint = did_you_mean(name, known) or f"known here: {', '.join(known)}"
                self._problems.add(
                    "unknown-key", f"`{key}` has no `{name}`", entry.place, address=block.path, hint=hint
                )
                continue
            # without expressions a mapping is one constant
            yield name, shape.entries[name] if isinstance(shape, MapShape) else plain_value(entry.value), entry.value

    def _value(self, shape: Shape | Any, what: str, instance: Instance) -> Any:
        if not isinstance(shape, Shape):
            return shape
        try:
            return self._expander.settled(shape, what, instance, instance.block.scope)
        except Broken:
            return None
        except Problem as problem:
            self._problems.note(problem.diagnostic, address=instance.block.path)
            return None

    def _wrong(self, block: Block, summary: str, node: Node, hint: str = "") -> None:
        if not hint and isinstance(node, Scalar) and node.text.lower() in ("yes", "no", "on", "off"):
            hint = "YAML 1.2 has true and false only"
        self._problems.add("wrong-type", summary, node.place, address=block.path, hint=hint)
