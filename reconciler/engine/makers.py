"""Who made the strangers that cost money or hold data, by the API's events: whom to ask before one is deleted."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Final

from reconciler.engine.observe import NOT_UNDERSTOOD
from reconciler.model.catalog import Catalog
from reconciler.model.kind import Kind
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.plan import Stranger
from reconciler.wire import Account, Listing, WireError

ASKED: Final = 20
"""Of so many it is asked at most, one list each: the dearest first, then the youngest."""
LONGEST_NAME: Final = 200
"""Characters. A longer name is none that a person has, and is cut."""


def with_makers(
    strangers: Sequence[Stranger], snapshot: Snapshot, catalog: Catalog, account: Account, parallelism: int
) -> tuple[Stranger, ...]:
    """The strangers, each that the API keeps events of with who made it. Other stacks' objects need no asking. What
    cannot be read is not known, and no reason to stop.
    """
    asked = [
        (each, live, listing)
        for each in strangers
        if not each.owner and not each.left_by and (live := snapshot.get(each.kind, each.id)) is not None
        if (listing := catalog[each.kind].history(live)) is not None
    ]
    asked.sort(key=lambda found: found[0].created_at, reverse=True)
    asked.sort(key=lambda found: found[0].hourly or Decimal(0), reverse=True)
    if not asked:
        return tuple(strangers)

    def name(found: tuple[Stranger, LiveObject, Listing]) -> str:
        stranger, live, listing = found
        return _maker(account, catalog[stranger.kind], live, listing)

    with ThreadPoolExecutor(max(1, min(parallelism, ASKED))) as pool:
        names = list(pool.map(name, asked[:ASKED]))
    made_by = {(each[0].kind, each[0].id): who for each, who in zip(asked, names, strict=False)}
    return tuple(replace(each, made_by=made_by.get((each.kind, each.id), "")) for each in strangers)


def _maker(account: Account, kind: Kind, live: LiveObject, listing: Listing) -> str:
    try:
        return kind.maker(live, account.fetch(listing))[:LONGEST_NAME]
    except (WireError, *NOT_UNDERSTOOD):
        return ""
