"""Overlays: what an environment says otherwise, laid over a stack.

Mappings go into each other key by key, everything else takes the place of what was there, and null takes it away.
Every value keeps the place at which it was written.
"""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.stack.yaml_tree import Entry, Scalar, Table


def overlaid(files: Sequence[Table], layer: Table) -> list[Table]:
    """The files of a stack with a layer over them. What several files have a part of is changed where it stands."""
    if not files:
        return [layer]
    merged = list(files)
    for key, entry in layer.entries.items():
        for place, part in _parts(merged, key, entry):
            merged[place] = laid_over(merged[place], Table(layer.place, {key: part}, 1, 1))
    return merged


def _parts(files: Sequence[Table], key: str, entry: Entry) -> list[tuple[int, Entry]]:
    """Which file each part of an entry goes into: the one that has it, else the first that has the key."""
    holders = [place for place, each in enumerate(files) if key in each.entries]
    if len(holders) < 2 or not isinstance(entry.value, Table):
        return [(place, entry) for place in (holders or [0])]
    parts: dict[int, dict[str, Entry]] = {}
    for name, part in entry.value.entries.items():
        having = [place for place in holders if _has(files[place].entries[key], name)]
        parts.setdefault((having or holders)[0], {})[name] = part
    return [
        (place, Entry(entry.place, Table(entry.value.place, entries, 1, 1))) for place, entries in sorted(parts.items())
    ]


def _has(entry: Entry, name: str) -> bool:
    return isinstance(entry.value, Table) and name in entry.value.entries


def laid_over(below: Table, above: Table) -> Table:
    """One mapping with another over it."""
    entries = dict(below.entries)
    for key, entry in above.entries.items():
        there = entries.get(key)
        if isinstance(entry.value, Scalar) and entry.value.value is None:
            entries.pop(key, None)
        elif there is not None and isinstance(there.value, Table) and isinstance(entry.value, Table):
            entries[key] = Entry(there.place, laid_over(there.value, entry.value))
        else:
            entries[key] = entry
    size = below.size + above.size
    return Table(below.place, entries, size, max(below.height, above.height))
