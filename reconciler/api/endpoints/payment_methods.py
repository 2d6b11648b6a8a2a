"""Payment methods of an organization. REF has the path a second time as `/organization/{id}/...`: an alias or slip."""

from __future__ import annotations

from reconciler.api.endpoints.build import Body, collection, create, delete, read, update
from reconciler.wire import Call, Listing


def list_payment_methods(organization_id: str) -> Listing:
    return collection("/organizations/{id}/payment-methods", organization_id, key="payment_methods")


def get_payment_method(method_id: str) -> Call:
    return read("/payment-methods/{id}", method_id)


def create_payment_method(organization_id: str, body: Body) -> Call:
    """`nonce` comes from the payment form of the portal and can be used once."""
    return create("/organizations/{id}/payment-methods", organization_id, body=body)


def update_payment_method(method_id: str, body: Body) -> Call:
    return update("/payment-methods/{id}", method_id, body=body)


def delete_payment_method(method_id: str) -> Call:
    return delete("/payment-methods/{id}", method_id)
