"""Lists that do not add up: cut short, miscounted, or changed by others while somebody reads page after page."""

from __future__ import annotations

from dataclasses import replace

from reconciler.emulator.faults.rule import Rule
from reconciler.emulator.lists import Listing, Window


def shown(rule: Rule | None, window: Window | None, count: int) -> slice:
    """Which of a list's records are on the page."""
    if window is None:
        return slice(0, count)
    start, stop = window.start, window.stop
    later = window.page > 1
    if rule is not None and later and rule.kind == "shrinking_page":
        start, stop = start + 1, stop + 1  # an object of an earlier page has gone: all behind it moved up
    if rule is not None and later and rule.kind == "growing_page":
        start, stop = start - 1, stop - 1  # a new one came in front: the last object of the page before comes again
    if rule is not None and later and rule.kind == "repeated_page":
        start, stop = start - window.per_page, stop - window.per_page
    if rule is not None and rule.kind == "endless_next" and start >= count:
        start = max(0, count - window.per_page)
        stop = count
    return slice(start, stop)


def damaged(listing: Listing, rule: Rule | None) -> Listing:
    """A list as the fault shows it."""
    kind = None if rule is None else rule.kind
    later = listing.window is not None and listing.window.page > 1
    if kind == "truncate_page":
        return replace(listing, items=listing.items[: len(listing.items) // 2])
    if kind == "empty_list":
        return replace(listing, items=(), total=0)
    if kind == "wrong_total" or (kind == "growing_page" and later):
        return replace(listing, total=listing.total + 1)
    if kind == "shrinking_page" and later:
        return replace(listing, total=listing.total - 1)
    if kind == "no_next":
        return replace(listing, ends=True)
    if kind == "endless_next":
        return replace(listing, ends=False)
    if kind == "without_meta":
        return replace(listing, window=None)
    return listing
