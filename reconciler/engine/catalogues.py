"""The API's own catalogues (plans, facilities, operating systems), each read once at most while a plan is made.

Several checks need them, and none of them when nothing is created: so each asks for what it needs, and what has been
read is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from reconciler.model.catalog import Catalog
from reconciler.wire import Account, WireError

Items = Sequence[Mapping[str, Any]]


class Catalogues:
    """Lives for one plan, in one thread."""

    def __init__(self, account: Account, catalog: Catalog, parallelism: int) -> None:
        self._account = account
        self._names = catalog.names
        self._parallelism = parallelism
        self._read: dict[str, Items | WireError] = {}

    def read(self, wanted: Iterable[str]) -> dict[str, Items | WireError]:
        """The items of some catalogues, or why one could not be read."""
        names = list(wanted)
        missing = [each for each in names if each not in self._read]
        if missing:
            with ThreadPoolExecutor(min(self._parallelism, len(missing))) as pool:
                self._read |= zip(missing, pool.map(self._fetch, missing), strict=True)
        return {each: self._read[each] for each in names}

    def _fetch(self, name: str) -> Items | WireError:
        try:
            return self._account.fetch(self._names[name].listing)
        except WireError as problem:
            return problem
