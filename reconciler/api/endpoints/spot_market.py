"""The spot market: prices, and requests for machines at a price.

REF lost the path of the history and breaks off in the chapter of requests; packngo and fog-packet show the rest. The
plural path of requests is the right one, REF's singular twin is stale.
"""

from __future__ import annotations

from reconciler.api.endpoints.build import Body, collection, create, delete, given, read
from reconciler.wire import Call, Listing


def get_spot_prices(facility: str | None = None, plan: str | None = None) -> Call:
    return read("/market/spot/prices", query=given({"facility": facility, "plan": plan}))


def get_spot_price_history(facility: str, plan: str, since: int, until: int) -> Call:
    """Both times in Unix seconds."""
    query = given({"facility": facility, "plan": plan, "from": since, "until": until})
    return read("/market/spot/prices/history", query=query)


def list_spot_market_requests(project_id: str) -> Listing:
    return collection("/projects/{id}/spot-market-requests", project_id, key="spot_market_requests")


def get_spot_market_request(request_id: str) -> Call:
    return read("/spot-market-requests/{id}", request_id)


def create_spot_market_request(project_id: str, body: Body) -> Call:
    return create("/projects/{id}/spot-market-requests", project_id, body=body)


def delete_spot_market_request(request_id: str, force_termination: bool | None = None) -> Call:
    """The flag ends the request's devices too."""
    return delete("/spot-market-requests/{id}", request_id, query=given({"force_termination": force_termination}))
