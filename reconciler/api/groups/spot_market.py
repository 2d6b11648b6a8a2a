"""The spot market."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.api import endpoints
from reconciler.api.bodies import SpotMarketRequestCreate, body_of
from reconciler.api.groups.core import Group, Items, Names
from reconciler.api.models import SpotMarketRequest, SpotPriceHistory, SpotPrices


class SpotMarket(Group):
    def prices(self, *, facility: str | None = None, plan: str | None = None) -> SpotPrices:
        return self._one(SpotPrices, endpoints.get_spot_prices(facility, plan))

    def price_history(self, *, facility: str, plan: str, since: int, until: int) -> SpotPriceHistory:
        """Both times in Unix seconds."""
        return self._one(SpotPriceHistory, endpoints.get_spot_price_history(facility, plan, since, until))

    def list_requests(self, project_id: str, *, include: Names = ()) -> Items[SpotMarketRequest]:
        return self._items(SpotMarketRequest, endpoints.list_spot_market_requests(project_id), include)

    def get_request(self, request_id: str, *, include: Names = ()) -> SpotMarketRequest:
        return self._one(SpotMarketRequest, endpoints.get_spot_market_request(request_id), include)

    def create_request(
        self, project_id: str, request: SpotMarketRequestCreate | Mapping[str, Any], *, include: Names = ()
    ) -> SpotMarketRequest:
        call = endpoints.create_spot_market_request(project_id, body_of(request))
        return self._one(SpotMarketRequest, call, include)

    def delete_request(self, request_id: str, *, force_termination: bool | None = None) -> None:
        """The flag ends the request's devices too."""
        self._done(endpoints.delete_spot_market_request(request_id, force_termination))
