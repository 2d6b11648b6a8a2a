"""Lists and mappings: put together, taken apart, and given keys."""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from reconciler.stack.functions.arguments import absent, bounded, entries_of, items_of, text_of, word
from reconciler.stack.problems import KeyClash
from reconciler.stack.run import ListView, MapView
from reconciler.stack.views import PoolView, ResourceView

MAX_NESTING: Final = 16
_NO_SLUG = re.compile(r"[^a-z0-9]+")


def product(*lists: Any, **named: Any) -> list[Any]:
    """Every combination of the items of several lists. With names the combinations are mappings, else lists.

    >>> product(site=['ewr1', 'ams1'], vlan=[10]) | map(attribute='site') | list
    ['ewr1', 'ams1']
    """
    if lists and named:
        raise TypeError("product takes lists, or lists with names, not both")
    columns = [items_of(each, "product wants lists") for each in lists or named.values()]
    if not columns:
        raise TypeError("product wants lists: product(site=var.sites, vlan=var.vlans)")
    bounded(math.prod(map(len, columns)) * (len(columns) + 1), "product")
    made = itertools.product(*columns)
    return [dict(zip(named, each, strict=True)) for each in made] if named else [list(each) for each in made]


def pairs(mapping: Any = None) -> list[Any]:
    """The entries of a mapping, each as a mapping with `key` and `value`.

    >>> pairs({'b': 2, 'a': 1}) | map(attribute='key') | list
    ['b', 'a']
    """
    return [{"key": key, "value": value} for key, value in entries_of(mapping, "pairs wants a mapping")]


def keys(mapping: Any = None) -> list[str]:
    """The keys of a mapping, or of a pool with for_each. Only behind a bar.

    >>> {'b': 2, 'a': 1} | keys
    ['b', 'a']
    """
    if isinstance(mapping, PoolView):
        return list(mapping.keys())
    return [key for key, _ in entries_of(mapping, "keys wants a mapping")]


def values(mapping: Any = None) -> list[Any]:
    """The values of a mapping. Only behind a bar.

    >>> {'b': 2, 'a': 1} | values
    [2, 1]
    """
    return [value for _, value in entries_of(mapping, "values wants a mapping")]


def flatten(nested: Any = None, deep: Any = False) -> list[Any]:
    """Lists inside of a list, and whole pools, taken apart: one level, or with `deep=true` all.

    >>> flatten([[1, 2], [], 3])
    [1, 2, 3]
    >>> flatten([1, [2, [3]]], deep=true)
    [1, 2, 3]
    """
    found = _apart(items_of(nested, "flatten wants a list"))
    for _ in range(MAX_NESTING):
        if deep is not True or not any(isinstance(each, ListView | PoolView | list | tuple) for each in found):
            return found
        found = _apart(found)
    raise TypeError(f"flatten: lists stand in each other more than {MAX_NESTING} deep")


def _apart(nested: list[Any]) -> list[Any]:
    parts = [list(each) if isinstance(each, ListView | PoolView | list | tuple) else [each] for each in nested]
    bounded(sum(map(len, parts)), "flatten")
    return list(itertools.chain.from_iterable(parts))


def merge(*mappings: Any, unique: Any = False) -> dict[str, Any]:
    """Mappings put together; of two entries with one key the later wins, or with `unique=true` it is an error.

    >>> merge({'a': 1, 'b': 1}, {'b': 2})
    {'a': 1, 'b': 2}
    """
    made: dict[str, Any] = {}
    holders: dict[str, int] = {}
    for number, each in enumerate(mappings, 1):
        for key, value in entries_of(each, "merge wants mappings"):
            if unique is True and key in holders:
                raise KeyClash(f"merge: mappings {holders[key]} and {number} both have the key {key!r}")
            holders[key] = number
            made[key] = value
        bounded(len(made), "merge")
    return made


def keyed(items: Any = None, *names: Any) -> dict[str, Any]:
    """A list of mappings as a mapping, by a field of each, or by several joined with `-`. Equal keys are an error.

    >>> keyed([{'name': 'a', 'size': 1}, {'name': 'b', 'size': 2}], 'name')['b'].size
    2
    >>> keyed(product(site=['ewr1'], vlan=[10, 20]), 'site', 'vlan') | list
    ['ewr1-10', 'ewr1-20']
    """
    if not names:
        raise TypeError("keyed wants the name of a field: var.machines | keyed('name')")
    made: dict[str, Any] = {}
    places: dict[str, int] = {}
    for place, item in enumerate(items_of(items, "keyed wants a list")):
        key = "-".join(_part(item, name, place) for name in names)
        if key in places:
            raise KeyClash(f"keyed: items [{places[key]}] and [{place}] both have the key {key!r}")
        places[key] = place
        made[key] = item
    return made


def _part(item: Any, name: Any, place: int) -> str:
    if isinstance(item, MapView | ResourceView | dict) and isinstance(name, str):
        try:
            value = item[name]
        except KeyError:
            raise TypeError(f"keyed: item [{place}] has no `{name}`") from None
    elif isinstance(item, ListView | list | tuple) and isinstance(name, int) and -len(item) <= name < len(item):
        value = item[name]
    else:
        raise TypeError(f"keyed: item [{place}] is {word(item)} and has no {name!r}")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"keyed: `{name}` of item [{place}] is {word(value)}; a key is text or a whole number")
    return str(value)


_REQUIRED: Final = object()


def first_of(*candidates: Any, default: Any = _REQUIRED) -> Any:
    """The first that is there: not null, not a resource that `when` switched off, not a pool without instances. When
    there is none it is an error, or the `default`, which may be null.

    >>> first_of(none, 'spare')
    'spare'
    >>> first_of(none, none, default=3)
    3
    """
    for each in candidates:
        if not absent(each):
            return each
    if default is _REQUIRED:
        raise TypeError("first_of: none of them is there, and there is no `default=...`")
    return default


def slug(text: Any = None) -> str:
    """Text as a part of a hostname: lower case letters and digits, with dashes between. Letters lose their accents.

    >>> slug('My K3s Cluster in Zürich!')
    'my-k3s-cluster-in-zurich'
    """
    bare = unicodedata.normalize("NFKD", text_of(text, "slug wants text")).encode("ascii", "ignore").decode()
    return _NO_SLUG.sub("-", bare.lower()).strip("-")


LISTS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {each.__name__: each for each in (product, pairs, keys, values, flatten, merge, keyed, first_of, slug)}
)
