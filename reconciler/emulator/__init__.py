"""An emulator of the Packet bare-metal API as it was in 2019, for this machine only.

It is a second implementation of the API's documented behaviour, sharing no code with the rest of the
package, so that no mistake can hide in both. It was written from the 2019 API reference, recorded answers
and client code (packngo, packet-python, fog-packet, libcloud, the Terraform providers) and issue threads;
it was never compared with the real service, which ended on 30 June 2026.

    from reconciler.emulator import Emulator, Settings

    with Emulator(token="secret", settings=Settings(provision_seconds=0.5)) as emulator:
        ...  # any Packet client, pointed at emulator.url

How a request travels, and which module has each concern:

    server      socket, HTTP/1.1                     wire        Request, Response
    engine      token, rate limit, faults, latency   faults      which rule strikes what
    routes      the table of endpoints               control     /_emulator/
    performer   one request against the world        answers     replies to bytes and headers
    resources/  the handlers and the JSON shapes     rendering   include, exclude, kept bytes
    world       records, transactions, time          journal     SQLite
    market      what the spot market asks
    lifecycle   a device's state at a moment         settling    what time changes for good
    tables, records, codec, history, agenda          addressbook, space: who has which address
    openapi/    the same endpoints told a second time, as an OpenAPI document
    catalogue/  facilities, plans, operating systems settings, clock, ids, errors, params, lists, limits

The names below are loaded when first used, so that importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.emulator.app import Emulator
    from reconciler.emulator.clock import Clock, RealClock, ScaledClock, VirtualClock
    from reconciler.emulator.journal import UnusableFile
    from reconciler.emulator.settings import Settings
    from reconciler.emulator.wire import Response

__all__ = [
    "Clock",
    "Emulator",
    "RealClock",
    "Response",
    "ScaledClock",
    "Settings",
    "UnusableFile",
    "VirtualClock",
]

_HOMES = {
    "Clock": "clock",
    "Emulator": "app",
    "RealClock": "clock",
    "Response": "wire",
    "ScaledClock": "clock",
    "Settings": "settings",
    "UnusableFile": "journal",
    "VirtualClock": "clock",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
