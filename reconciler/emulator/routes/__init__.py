"""Every endpoint, one line each, a module for each group: the shape of the API in one place.

A group's module has `routes()`, `LISTED` (what a list is made of, by its key; a list that is in none of them never
changes) and `VIEWS` (how each kind of object is shown), and may have `SETTLED` (what time does to its records, see
`settling.py`) and `FOLLOWS` (what other settings do to the world). Which lists are paged: 2019 API reference and
packngo. Success codes are the handlers' own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from reconciler.emulator.call import Write
from reconciler.emulator.rendering import Views
from reconciler.emulator.routes import account, devices, market, metal, network, offers, people, projects, storage
from reconciler.emulator.routing import Lists, Route, Router
from reconciler.emulator.settling import Settlings

_GROUPS = (
    account,
    people,
    projects,
    devices,
    metal,
    network,
    offers,
    market,
    storage,
)


def all_routes() -> Iterator[Route]:
    """The whole table."""
    for group in _GROUPS:
        yield from group.routes()


@cache
def router() -> Router:
    """What finds an endpoint; made once in a process, for it never changes."""
    return Router(all_routes())


LISTED: Lists = {key: kinds for group in _GROUPS for key, kinds in group.LISTED.items()}
"""What a list is made of, by its key."""


def all_views() -> Views:
    """How each kind of object is shown."""
    return {kind: view for group in _GROUPS for kind, view in group.VIEWS.items()}


def all_settlings() -> Settlings:
    """What time does to each kind of record that it does anything to."""
    return {kind: settling for group in _GROUPS for kind, settling in getattr(group, "SETTLED", {}).items()}


def all_followers() -> tuple[Callable[[Write], None], ...]:
    """What is to be done once when the settings are others than before."""
    return tuple(group.FOLLOWS for group in _GROUPS if hasattr(group, "FOLLOWS"))
