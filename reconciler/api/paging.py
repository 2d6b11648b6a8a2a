"""Reading a collection whole, with proof, or not at all.

The proof is the API's own count: as many distinct ids as `meta.total` says, the same total on every page. A collection
that is not known to be counted ends with a page that is not full. What can't be proved is read again and then refused,
since an object that a list left out would look as if it were gone. One gap remains that no reader can see: an object
deleted and another created between two pages of one reading.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.api.policy import PER_PAGE
from reconciler.values import Json, visible
from reconciler.wire import Gone, Incomplete, Listing

Ask = Callable[[Mapping[str, str]], Json]
"""Sends the collection's GET with a query and returns the decoded body; raises WireError."""


class _Doubt(Exception):
    """This reading does not add up; the text says why."""


@dataclass(frozen=True, slots=True)
class _Page:
    items: dict[str, dict[str, Any]]
    total: int | None
    current: int | None
    last: int | None
    has_next: bool

    def more_after(self, number: int) -> bool:
        return self.has_next if self.last is None else number < self.last


def read_whole(
    listing: Listing, ask: Ask, *, relistings: int, before_relisting: Callable[[int, str], None]
) -> list[dict[str, Any]]:
    """All items, in the API's order. `before_relisting` is told how many readings failed, and why, and may wait.

    Raises Incomplete after `relistings` further readings, Gone when the collection itself is not there, and whatever
    `ask` raises.
    """
    doubt = ""
    for reading in range(relistings + 1):
        if reading:
            before_relisting(reading, doubt)
        try:
            return _singleton(ask(listing.query)) if listing.single else list(_reading(listing, ask).values())
        except _Doubt as found:
            doubt = str(found)
    raise Incomplete(
        f"could not be read whole in {relistings + 1} readings: {doubt}", call=f"GET {visible(listing.path)}"
    )


def read_lazily(listing: Listing, ask: Ask, *, per_page: int) -> Iterator[dict[str, Any]]:
    """The items in the API's order, each page read when its first item is wanted.

    Items that were given out cannot be taken back, so nothing is read again: raises Incomplete when the pages do not
    add up, at the end at the latest; Gone when the collection is not there, and whatever `ask` raises.
    """
    try:
        if listing.single:
            yield from _singleton(ask(listing.query))
            return
        for page in _pages(listing, ask, per_page):
            yield from page.items.values()
    except _Doubt as doubt:
        raise Incomplete(f"the list does not add up: {doubt}", call=f"GET {visible(listing.path)}") from None


def _singleton(body: Json) -> list[dict[str, Any]]:
    if not isinstance(body, dict):
        raise _Doubt(f"expected an object, got {_name(body)}")
    return [body] if body else []


def _reading(listing: Listing, ask: Ask) -> dict[str, dict[str, Any]]:
    items: dict[str, dict[str, Any]] = {}
    for page in _pages(listing, ask, PER_PAGE):
        items.update(page.items)
    return items


def _pages(listing: Listing, ask: Ask, per_page: int) -> Iterator[_Page]:
    """The pages of one reading, proved as they come; the last one ends only when all of them add up."""
    if not listing.paged:
        page = _page(ask(listing.query), listing.key)
        if not page.more_after(1):
            _check_count(page.items.keys(), page.total)
            yield page
            return
        # The API has begun to page this one, as later versions did with addresses: then it is read in pages.
    # Sequential: 5,000 devices are five pages. The links in `meta` are not followed, since they carry `page=` only and
    # would lose our page size and filters.
    seen: set[str] = set()
    total: int | None = None
    number = 0
    more = True
    while more:
        number += 1
        try:
            body = ask({**listing.query, "per_page": str(per_page), "page": str(number)})
        except Gone as gone:
            if number == 1:
                raise
            raise _Doubt(f"page {number}: {gone.message}") from gone
        page = _page(body, listing.key)
        if page.total is None and listing.counted:
            raise _Doubt("the answer has no `meta.total`, which this collection always has")
        if number > 1 and page.total != total:
            raise _Doubt(f"`meta.total` went from {total} to {page.total} between two pages")
        total = page.total
        if page.current is not None and page.current != number:
            raise _Doubt(f"asked for page {number}, got page {page.current}")
        repeated = seen & page.items.keys()
        if repeated:
            raise _Doubt(f"page {number} repeats {len(repeated)} objects of earlier pages")
        seen |= page.items.keys()
        more = page.more_after(number) or (total is None and len(page.items) >= per_page)
        if more and (not page.items or len(seen) >= (total or math.inf)):
            # else a `next` without end would be followed for ever
            raise _Doubt(f"page {number} points to a further page, with {len(seen)} objects read of {total}")
        if not more:
            _check_count(seen, total)
        yield page


def _check_count(seen: Collection[str], total: int | None) -> None:
    if total is not None and len(seen) != total:
        raise _Doubt(f"`meta.total` is {total}, but {len(seen)} objects came")


def _page(body: Json, key: str) -> _Page:
    found = body.get(key) if isinstance(body, dict) else None
    if not isinstance(found, list):
        raise _Doubt(f"expected a list under `{key}`, got {_name(found if isinstance(body, dict) else body)}")
    items: dict[str, dict[str, Any]] = {}
    for item in found:
        identifier = item.get("id") if isinstance(item, dict) else None
        if not isinstance(identifier, str) or not identifier:
            raise _Doubt(f"an item under `{key}` has no id")
        if identifier in items:
            raise _Doubt(f"the object {visible(identifier)} is listed twice")
        items[identifier] = item
    meta = body.get("meta")
    if meta is None:
        meta = {}
    if not isinstance(meta, dict):
        raise _Doubt(f"expected an object under `meta`, got {_name(meta)}")
    return _Page(
        items, _count(meta, "total"), _count(meta, "current_page"), _count(meta, "last_page"), bool(meta.get("next"))
    )


def _count(meta: Mapping[str, Any], key: str) -> int | None:
    value = meta.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _Doubt(f"`meta.{key}` is not a count but {_name(value)}")
    return value


def _name(value: Json) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"
