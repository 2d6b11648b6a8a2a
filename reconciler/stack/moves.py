"""`moved`: reading the entries, and finding offline what would go wrong with them.

The new address has to be one that the stack has a block for, the old one must be in use no more, and what moves stays
in the object that it is in: the API moves nothing from one project or device to another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reconciler.diagnostics import Diagnostic, did_you_mean, error
from reconciler.model.catalog import Catalog
from reconciler.model.moves import Move, Moves
from reconciler.stack.addresses import read_address
from reconciler.stack.problems import Problem, Problems
from reconciler.stack.tree import Block, Tree
from reconciler.stack.yaml_tree import Entry, Scalar, type_word
from reconciler.values import Address

_CODE = "bad-move"


class MoveReader:
    """Reads `moved` when it is known which resources there are. `blocks` are all blocks, those in groups included."""

    def __init__(self, catalog: Catalog, tree: Tree, blocks: Iterable[Block], problems: Problems) -> None:
        self._catalog = catalog
        self._tree = tree
        self._problems = problems
        every = list(_every(blocks))
        self._paths = {block.path for block in every}
        self._groups = {block.path for block in every if block.group}

    def read(self, entries: Mapping[str, Entry]) -> Moves:
        """The entries that are sound; what is wrong with the others is noted."""
        found = [move for text, entry in entries.items() if (move := self._entry(text, entry)) is not None]
        by_new: dict[Address, Move] = {}
        kept: list[Move] = []
        for move in found:
            first = by_new.setdefault(move.new, move)
            if first is move:
                kept.append(move)
            else:
                summary = f"both {first.old} ({first.place}) and {move.old} move to {move.new}"
                self._note(move, summary, "one address is one object")
        moves = Moves(tuple(kept))
        if moves and not self._loops(moves):
            self._check(moves)
        return moves

    def _entry(self, text: str, entry: Entry) -> Move | None:
        node = entry.value
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            summary = f"`moved` leads from one address to another, not to {type_word(node)}"
            self._problems.add("wrong-type", summary, node.place)
            return None
        try:
            old = read_address(text, self._catalog)
        except Problem as problem:
            self._problems.note(problem.diagnostic.at(entry.place))
            return None
        try:
            new = read_address(node.value, self._catalog)
        except Problem as problem:
            self._problems.note(problem.diagnostic.at(node.place))
            return None
        move = Move(old, new, entry.place)
        if old.section != new.section:
            self._note(move, f"{old} cannot become {new}: one is of `{old.section}`, the other of `{new.section}`")
            return None
        if old in new.outwards():
            self._note(move, f"{old} cannot move to {new}, which is the same place")
            return None
        return move

    def _loops(self, moves: Moves) -> bool:
        """Whether entries lead back to where they came from."""
        indices = {here.index for each in moves.entries for end in (each.old, each.new) for here in end.outwards()}
        found = False
        for each in moves.entries:
            samples = [each.old]
            if each.old.index is None and each.new.index is None:
                samples += [each.old.at_index(index) for index in sorted(indices - {None}, key=str)]
            for sample in samples:
                trail = [sample]
                while len(trail) <= len(moves.entries) + 1 and (led := moves.step(trail[-1])) is not None:
                    trail.append(led[1])
                if len(trail) > len(moves.entries) + 1:
                    self._note(each, f"entries lead in a circle: {' -> '.join(map(str, trail[:6]))}")
                    found = True
                    break
        return found

    def _check(self, moves: Moves) -> None:
        used: dict[Move, Address] = {}
        for address in self._tree.instances:
            led = moves.step(address)
            if led is not None:
                used.setdefault(led[0], address)
        for move in moves.entries:
            here = used.get(move)
            if here is not None:
                summary = f"{here} is still declared, and `moved` says that it is {move.applied(here) or move.new} now"
                self._note(move, summary, "take the block at the old address away, or the entry")
            elif not self._declared(moves.now(move.new)):
                path = _path(move.new)
                near = did_you_mean(
                    path, [each for each in self._paths if each.rpartition(".")[0].endswith(move.new.section)]
                )
                hint = near or "the new address is one that the stack has a block for"
                self._note(move, f"nothing is declared at {path}, where {move.old} is to move", hint)
            else:
                self._check_owner(move, moves)

    def _check_owner(self, move: Move, moves: Moves) -> None:
        """What stands in a resource stays in it, be it under another name."""
        before, after = move.old.owner, move.new.owner
        if before == after or before is None or after is None:
            return
        if before != after and moves.now(before) != moves.now(after):
            summary = f"{move.old} cannot move into {after}: the API moves nothing out of what it is in"
            hint = f"if {before} itself is {after} now, say so: `{before}: {after}`"
            self._note(move, summary, hint)

    def _declared(self, address: Address) -> bool:
        """Whether there is a block for it; what is in a group that has no instances, nobody can tell."""
        path = _path(address)
        if path in self._paths:
            return True
        around = [each for each in self._groups if path.startswith(f"{each}.")]
        return any(not any(known.startswith(f"{each}.") for known in self._paths) for each in around)

    def _note(self, move: Move, summary: str, hint: str = "") -> None:
        found: Diagnostic = error(_CODE, summary, address=str(move.new), place=move.place, hint=hint)
        self._problems.note(found)


def _every(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        for section in block.children.values():
            yield from _every(section.values())


def _path(address: Address) -> str:
    """The address without its indices: that of the block."""
    above = f"{_path(address.parent)}." if address.parent is not None else ""
    return f"{above}{address.section}.{address.name}" if address.name else f"{above}{address.section}"
