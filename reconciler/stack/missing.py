"""What a step from one resource to the next leads to, or why it leads nowhere: told alike by those who walk the paths
of an expression without running it, and by those who run it.
"""

from __future__ import annotations

from typing import Any

from reconciler.diagnostics import did_you_mean, error, one
from reconciler.model.rules import Refers
from reconciler.stack.problems import Broken, Problem
from reconciler.stack.tree import Instance, Pool, Tree, readable


def missing_resource(tree: Tree, owner: Instance | None, section: str, name: str) -> Problem | Broken:
    """Why there is no such resource; nothing to say where a misspelt section was reported already."""
    named = tree.pools_of(owner).get(section)
    unread = tree.unknown_sections if owner is None else owner.block.has_unknown_keys
    if named is None and unread:
        return Broken()
    where = f"{owner.address}.{section}" if owner is not None else section
    known = list(named or ())
    dashed = next((each for each in known if each.startswith(f"{name}-")), None)
    hint = f"a name with a dash is written in brackets: {section}['{dashed}']" if dashed else did_you_mean(name, known)
    return Problem(
        error(
            "unknown-reference",
            f"there is no `{name}` in `{where}`",
            hint=hint or (f"declared there: {', '.join(sorted(known)[:8])}" if known else "nothing is declared there"),
        )
    )


def no_such_attribute(tree: Tree, instance: Instance, name: str) -> Problem:
    own = readable(instance)
    what = f"`{instance.address}`" if instance.block.group else one(instance.kind.name)
    there = f"it has: {', '.join(sorted(own))}" if own else "its file has no outputs"
    hint = did_you_mean(name, own | set(tree.sections_of(instance))) or there
    return Problem(error("unknown-attribute", f"{what} has no `{name}`", hint=hint), certain=True)


def whole_group(group: Instance) -> Problem:
    own = readable(group)
    hint = f"name an output of it: {', '.join(sorted(own))}" if own else "give its file an output, and name that"
    return Problem(error("reference-kind", f"`{group.address}` is a group, not a value", hint=hint), certain=True)


def wrong_kind(shown: object, kind: str, refers: Refers) -> Problem:
    message = f"`{shown}` is {one(kind)}, not {one(' or '.join(refers.kinds))}"
    return Problem(error("reference-kind", message), certain=True)


def instance_of(pool: Pool, key: object) -> Instance | Problem:
    """The instance with this index or key, or why there is none."""
    slot: Instance | None
    if pool.block.keyed and isinstance(key, str) and key in pool.positions:
        slot = pool.slots[pool.positions[key]]
    elif pool.block.counted and type(key) is int and -len(pool.slots) <= key < len(pool.slots):
        slot = pool.slots[key]
    else:
        return no_such_instance(pool, key)
    return slot if slot is not None else switched_off(pool, key)


def switched_off(pool: Pool, key: int | str | None = None) -> Problem:
    path = pool.block.path if key is None else f"{pool.block.path}[{key!r}]"
    return Problem(
        error(
            "reference-off",
            f"`{path}` is switched off by its `when`",
            hint="read it only where the same condition holds: `${{ x if condition else y }}`",
        )
    )


def no_such_instance(pool: Pool, key: Any) -> Problem:
    path = pool.block.path
    if pool.block.keyed:
        near = did_you_mean(str(key), pool.keys)
        there = f"its keys are: {', '.join(sorted(pool.keys)[:8])}" if pool.keys else "it has no instances"
        return Problem(error("reference-index", f"`{path}` has no key {key!r}", hint=near or there))
    if isinstance(key, int):
        count = len(pool.slots)
        there = f"it has [0] to [{count - 1}]" if count else "its count is 0"
        return Problem(error("reference-index", f"`{path}` has no [{key}]", hint=there))
    return Problem(
        error(
            "pool-reference",
            f"`{path}` is a pool of {len(pool.slots)}, so it has no `{key}` itself",
            hint=f"say which one, `{pool.block.name}[0].{key}`, or take all, `| map(attribute='{key}') | list`",
        )
    )
