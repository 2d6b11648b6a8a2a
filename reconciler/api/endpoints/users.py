"""Users: oneself, and whoever one can see. REF lost the chapter; packngo and fog-packet show the paths."""

from __future__ import annotations

from reconciler.api.endpoints.build import Body, collection, read, update
from reconciler.wire import Call, Listing


def get_current_user() -> Call:
    return read("/user")


def update_current_user(body: Body) -> Call:
    return update("/user", body=body)


def list_users() -> Listing:
    return collection("/users", key="users")


def get_user(user_id: str) -> Call:
    return read("/users/{id}", user_id)


def get_user_customdata(user_id: str) -> Call:
    return read("/users/{id}/customdata", user_id)
