"""The spot market: its prices, and requests on it."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.emulator.records import SpotMarketRequest
from reconciler.emulator.rendering import Views
from reconciler.emulator.resources import spot_devices, spot_market, spot_prices
from reconciler.emulator.routing import Lists, Route, delete, get, listing, post
from reconciler.emulator.settling import Settling, Settlings

LISTED: Lists = {"spot_market_requests": (SpotMarketRequest,)}

SETTLED: Settlings = {SpotMarketRequest: Settling(spot_market.due, spot_market.try_again)}

FOLLOWS = spot_devices.follow_settings

VIEWS: Views = {SpotMarketRequest: spot_market.show_request}


def routes() -> Iterator[Route]:
    yield get("/market/spot/prices", spot_prices.current)
    yield get("/market/spot/prices/history", spot_prices.history)
    for path in ("/projects/{id}/spot-market-requests", "/projects/{id}/spot-market-request"):  # the 2019 reference
        yield listing(path, "spot_market_requests", spot_market.of_project)  # has the second, clients use the first
        yield post(path, spot_market.create)
    yield get("/spot-market-requests/{id}", spot_market.one)
    yield delete("/spot-market-requests/{id}", spot_market.delete)
