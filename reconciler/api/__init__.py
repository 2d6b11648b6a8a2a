"""The API client: an SDK for the 2019 Packet API that could ship alone.

    Client(base_url, token, clock=..., rng=...)
        .send(call)      one call from `endpoints`, retried as the call allows  -> decoded body
        .fetch(listing)  one collection, whole or not at all                   -> list of objects
        .iterate(listing) one collection, page by page as it is wanted         -> iterator of objects
        .raw(...)        any method and path, for people                        -> status, headers, body
    Packet(client)       typed methods for all of it                            -> models

It raises nothing but the `WireError` tree of `reconciler.wire`. `client` puts the parts together; `transport` (with
`deadline`) is the only module that knows `requests`; `delivery` holds the retry table, `paging` the proof that a list
is whole.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from reconciler.api.policy import RetryPolicy, Timeouts
from reconciler.api.token import Token

if TYPE_CHECKING:
    from reconciler.api.client import Client
    from reconciler.api.packet import Packet

__all__ = ["Client", "Packet", "RetryPolicy", "Timeouts", "Token"]


def __getattr__(name: str) -> Any:
    # `Client` needs `requests`, 140 ms of import that `validate`, `show` and other offline users of `endpoints` save.
    if name == "Client":
        return import_module("reconciler.api.client").Client
    if name == "Packet":
        return import_module("reconciler.api.packet").Packet
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
