"""The spot market. Sources: REF, recordings of fog-packet, packngo."""

from __future__ import annotations

from typing import Any

from reconciler.api.models.base import Link, Many, Model, Number, Resource
from reconciler.api.models.devices import Series


class SpotPrice(Model):
    """US dollars an hour."""

    price: Number | None = None


class SpotPrices(Model):
    """By facility code and plan slug."""

    spot_market_prices: dict[str, dict[str, SpotPrice]] = {}


class SpotPriceHistory(Model):
    """Each point is a price and its Unix seconds."""

    prices_history: Many[Series] = ()


class SpotMarketRequest(Resource):
    """A bid for machines. Everything that is a link opens with `include`."""

    devices_min: int | None = None
    devices_max: int | None = None
    max_bid_price: Number | str | None = None
    end_at: str | None = None
    instance_parameters: dict[str, Any] | None = None
    facilities: Any = None
    plan: Link | None = None
    project: Link | None = None
    devices: Many[Link] = ()
    instances: Any = None
    created_at: str | None = None
