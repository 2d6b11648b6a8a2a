"""From the tree of a file to blocks: which keys are fields, which are sections, which belong to every resource."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from reconciler.diagnostics import Place, did_you_mean, one
from reconciler.model.catalog import Catalog
from reconciler.model.kind import Form, Kind
from reconciler.model.rules import FromKey
from reconciler.stack.document import Document
from reconciler.stack.problems import Problems
from reconciler.stack.pseudo_kinds import within_groups
from reconciler.stack.shapes import Compiler
from reconciler.stack.tokens import OPEN
from reconciler.stack.tree import Block, Scope
from reconciler.stack.yaml_tree import Entry, Items, Node, Scalar, Table, type_word

META: Final = ("count", "for_each", "when", "after", "lifecycle", "timeouts", "rollout", "existing")
GROUP_KEYS: Final = ("from", "inputs", "count", "for_each", "when", "after")
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST_NAME = 100


class BlockReader:
    """Reads the sections of one file into blocks, noting what does not fit. `roots` are the names that all expressions
    of the file see, `scope` what is behind them.
    """

    def __init__(
        self, catalog: Catalog, compiler: Compiler, problems: Problems, roots: frozenset[str], scope: Scope
    ) -> None:
        self._catalog = catalog
        self._compiler = compiler
        self._problems = problems
        self._roots = roots
        self._scope = scope

    def read(self, document: Document, call: Block | None) -> dict[str, dict[str, Block]]:
        """The blocks of the file's sections; `call` is the block of the group whose file it is."""
        around = call.owner if call is not None else None
        kinds = within_groups(self._catalog, around.kind.name if around is not None else "")
        blocks: dict[str, dict[str, Block]] = {}
        for section, entry in document.sections:
            if around is not None:
                around.managed_sections.add(section)
            self._section(kinds[section], entry.value, entry.place, call, blocks.setdefault(section, {}))
        return blocks

    def _section(self, kind: Kind, node: Node, place: Place, parent: Block | None, into: dict[str, Block]) -> None:
        """Read one section; blocks go into `into`, which may hold those of another file already."""
        if kind.form is Form.SINGLETON:
            self._block(kind, "", Entry(place, node), parent, into)
        elif isinstance(node, Table):
            for name, entry in node.entries.items():
                self._block(kind, name, entry, parent, into)
        elif isinstance(node, Items) and kind.list_form:
            for item in node.items:
                self._listed(kind, item, parent, into)
        elif not (isinstance(node, Scalar) and node.value is None):
            wanted = "a list of names or a mapping" if kind.list_form else "a mapping from names to resources"
            hint = ""
            if isinstance(node, Items) and all(isinstance(each, Scalar) for each in node.items):
                names = ", ".join(f"{each.text}: {{...}}" for each in node.items[:3] if isinstance(each, Scalar))
                hint = f"give each a name and fields: {kind.section}: {{{names}}}"
            if isinstance(node, Scalar) and OPEN in node.text:
                hint = "a section cannot be computed; use count, for_each or when in its blocks"
            self._problems.add(
                "wrong-type", f"`{kind.section}` is {wanted}, not {type_word(node)}", node.place, hint=hint
            )
            if parent is not None:
                parent.has_unknown_keys = True

    def _listed(self, kind: Kind, item: Node, parent: Block | None, into: dict[str, Block]) -> None:
        if not isinstance(item, Scalar) or not isinstance(item.value, str):
            hint = f'put it in quotes: "{item.text}"' if isinstance(item, Scalar) else "write the section as a mapping"
            summary = f"`{kind.section}` lists names, not {type_word(item)}"
            self._problems.add("wrong-type", summary, item.place, hint=hint)
            return
        nothing = Table(item.place, {}, 1, 1)
        self._block(kind, item.value, Entry(item.place, nothing), parent, into)

    def _block(self, kind: Kind, name: str, entry: Entry, parent: Block | None, into: dict[str, Block]) -> None:
        block = Block(kind, self._scope, parent, kind.section, name, entry.place)
        if name in into:
            first = into[name].place
            self._problems.add(
                "duplicate-address",
                f"`{block.path}` is declared twice; first at {first}",
                entry.place,
                address=block.path,
                hint="give one of them another name",
            )
            return
        into[name] = block
        if kind.form is Form.MAP and (not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME):
            self._problems.add(
                "bad-name",
                f"`{name[:60]}` is no name for a resource",
                entry.place,
                hint="letters, digits, - and _; the object's own name is a field of its own",
            )
            block.broken = True
            return
        node = entry.value
        if block.group:
            self._group(block, node)
        elif isinstance(node, Table):
            self._body(block, node)
        elif isinstance(node, Scalar) and node.value is None:
            return
        elif kind.scalar_field is not None:
            self._field(block, kind.scalar_field, Entry(node.place, node), self._visible(block, own=True))
        else:
            self._problems.add(
                "wrong-type",
                f"`{block.path}` is a mapping with the fields of {one(kind.name)}, not {type_word(node)}",
                node.place,
                address=block.path,
            )
            block.broken = True

    def _body(self, block: Block, node: Table) -> None:
        entries = _set(node.entries, META)
        if self._excluding(block, entries):
            return
        self._meta(block, entries, META)
        visible = self._visible(block, own=True)
        sections = within_groups(self._catalog, block.kind.name)
        for key, entry in entries.items():
            if key in sections:
                block.managed_sections.add(key)
                self._section(sections[key], entry.value, entry.place, block, block.children.setdefault(key, {}))
            elif key in block.kind.fields:
                self._field(block, key, entry, visible)
            elif key not in META:
                self._unknown(block, key, entry, sections)
        if "existing" in block.meta_nodes:
            self._existing(block, entries)

    def _excluding(self, block: Block, entries: Mapping[str, Entry]) -> bool:
        if "count" not in entries or "for_each" not in entries:
            return False
        place = max(entries["count"].place, entries["for_each"].place)
        self._problems.add("conflicting-keys", "count and for_each exclude each other", place, address=block.path)
        block.broken = True
        return True

    def _meta(self, block: Block, entries: Mapping[str, Entry], keys: tuple[str, ...]) -> None:
        outside = self._visible(block, own=False)
        for key in keys:
            if key in entries:
                whole = key in ("count", "for_each", "rollout")  # what is said of all instances at once
                visible = outside if whole else outside | _instance_names(entries)
                block.meta_nodes[key] = entries[key].value
                shape = self._compiler.shape(entries[key].value, visible)
                if shape is not None:
                    block.meta[key] = shape
                elif key in ("count", "for_each", "when", "existing"):
                    block.broken = True

    def _group(self, block: Block, node: Node) -> None:
        """The call of a group. What its file says is read for each instance, since that decides what it sees."""
        if not isinstance(node, Table):
            message = f"`{block.path}` is a mapping with `from` and `inputs`, not {type_word(node)}"
            self._problems.add("wrong-type", message, node.place, address=block.path)
            block.broken = True
            return
        entries = _set(node.entries, GROUP_KEYS)
        self._excluding(block, entries)
        for key, entry in entries.items():
            if key not in GROUP_KEYS:
                hint = did_you_mean(key, GROUP_KEYS) or f"known here: {', '.join(sorted(GROUP_KEYS))}"
                self._problems.add("unknown-key", f"a group has no `{key}`", entry.place, address=block.path, hint=hint)
        self._meta(block, entries, ("count", "for_each", "when", "after"))
        source = entries.get("from")
        if source is None:
            hint = "from: groups/web.yaml, relative to this file"
            self._problems.add("missing-field", "a group needs `from`", block.place, address=block.path, hint=hint)
            block.broken = True
        else:
            block.meta_nodes["from"] = source.value
            if not isinstance(source.value, Scalar) or not isinstance(source.value.value, str):
                self._problems.add(
                    "wrong-type", f"`from` is the path of a file, not {type_word(source.value)}", source.value.place
                )
                block.broken = True
            elif OPEN in source.value.value:
                message, hint = "the file of a group cannot be computed", "use `when` on several groups"
                self._problems.add("known-too-late", message, source.value.place, address=block.path, hint=hint)
                block.broken = True
        inputs = entries.get("inputs")
        if inputs is None or (isinstance(inputs.value, Scalar) and inputs.value.value is None):
            return
        if not isinstance(inputs.value, Table):
            message = f"`inputs` is a mapping from the group's variables to values, not {type_word(inputs.value)}"
            self._problems.add("wrong-type", message, inputs.value.place, address=block.path)
            block.broken = True
            return
        visible = self._visible(block, own=True)
        for name, entry in inputs.value.entries.items():
            block.field_places[name] = entry.place
            shape = self._compiler.shape(entry.value, visible)
            if shape is None:
                block.unread.add(name)
            else:
                block.fields[name] = shape

    def _field(self, block: Block, name: str, entry: Entry, visible: frozenset[str]) -> None:
        field = block.kind.fields[name]
        block.field_places[name] = entry.value.place
        if isinstance(field.rule, FromKey):
            self._problems.add(
                "invalid-value",
                f"`{name}` is given by the key, `{block.name}`",
                entry.place,
                address=block.path,
                hint=f"take `{name}` away, or rename the key",
            )
            return
        refers = field.refers
        root = self._root_of(refers.kinds[0], block) if refers is not None and refers.by_key else ""
        if root:
            block.keyed_by[name] = root
        shape = self._compiler.shape(entry.value, visible, root)
        if shape is None:
            block.unread.add(name)
        else:
            block.fields[name] = shape

    def _root_of(self, name: str, block: Block) -> str:
        """The path of the nearest section of a kind, as an expression in this block writes it: `project.vlans`."""
        kind = self._catalog[name]
        here = block.parent
        while here is not None:
            if here.kind.name in kind.parents:
                return f"{here.kind.name}.{kind.section}"
            if here.group and kind.section in block.scope.sections:
                return kind.section  # the group's own
            here = here.parent
        return kind.section

    def _unknown(self, block: Block, key: str, entry: Entry, sections: Mapping[str, Kind]) -> None:
        known = [*block.kind.fields, *sections, *META]
        elsewhere = [kind.name for kind in self._catalog.kinds if key == kind.section]
        hint = did_you_mean(key, known) or (
            f"{one(elsewhere[0])} does not stand in {one(block.kind.name)}"
            if elsewhere
            else f"known here: {_listed(known)}"
        )
        self._problems.add(
            "unknown-key", f"{one(block.kind.name)} has no `{key}`", entry.place, address=block.path, hint=hint
        )
        block.has_unknown_keys = True

    def _existing(self, block: Block, entries: Mapping[str, Entry]) -> None:
        place = entries["existing"].place
        if not block.kind.adoptable:
            can = [kind.name for kind in self._catalog.kinds if kind.adoptable]
            self._problems.add(
                "not-adoptable",
                f"{one(block.kind.name)} cannot be `existing`",
                place,
                address=block.path,
                hint=f"it is possible for: {', '.join(can)}" if can else "",
            )
            return
        node = entries["existing"].value
        if isinstance(node, Scalar) and (node.value is None or OPEN in node.text):
            return  # where it comes to null, the stack makes one of these fields
        for name in list(block.fields):
            self._problems.add(
                "existing-fields",
                f"`{name}` cannot be set on an existing {block.kind.name}",
                entries[name].place if name in entries else place,
                address=block.path,
                hint="what exists is looked up and never changed; only sections inside of it may follow",
            )
            del block.fields[name]

    def _visible(self, block: Block, *, own: bool) -> frozenset[str]:
        names = set(self._roots)
        here = block.parent
        while here is not None:
            if not here.group:
                names.add(here.kind.name)
            if here.scope is block.scope:
                names |= _instance_names(here.meta_nodes)  # a group's file sees nothing of its call
            here = here.parent
        if own:
            names |= _instance_names(block.meta_nodes)
        return frozenset(names)


def _set(entries: Mapping[str, Entry], unsettable: Sequence[str]) -> Mapping[str, Entry]:
    """The entries without those that null unsets."""
    unset = {
        key
        for key in unsettable
        if key in entries and isinstance(value := entries[key].value, Scalar) and value.value is None
    }
    return {key: entry for key, entry in entries.items() if key not in unset} if unset else entries


def _instance_names(meta: Mapping[str, object]) -> frozenset[str]:
    names: set[str] = set()
    if "count" in meta:
        names.add("index")
    if "for_each" in meta:
        names |= {"key", "value"}
    return frozenset(names)


def _listed(known: list[str]) -> str:
    return ", ".join(sorted(set(known)))
