"""Users."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.api import endpoints
from reconciler.api.bodies import UserUpdate, body_of
from reconciler.api.groups.core import Group, Items, Names
from reconciler.api.models import User
from reconciler.values import Json


class Users(Group):
    def me(self, *, include: Names = (), exclude: Names = ()) -> User:
        """The user whose token this is."""
        return self._one(User, endpoints.get_current_user(), include, exclude)

    def update_me(self, changes: UserUpdate | Mapping[str, Any]) -> User:
        return self._one(User, endpoints.update_current_user(body_of(changes)))

    def list(self, *, include: Names = (), exclude: Names = ()) -> Items[User]:
        return self._items(User, endpoints.list_users(), include, exclude)

    def get(self, user_id: str, *, include: Names = (), exclude: Names = ()) -> User:
        return self._one(User, endpoints.get_user(user_id), include, exclude)

    def customdata(self, user_id: str) -> Json:
        return self._json(endpoints.get_user_customdata(user_id))
