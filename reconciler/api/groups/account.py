"""Licenses, payment methods, e-mail addresses, notifications and API keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.api import endpoints
from reconciler.api.bodies import PaymentMethodUpdate, body_of
from reconciler.api.groups.core import Group, Items, Names
from reconciler.api.models import ApiKey, Email, License, Notification, PaymentMethod


class Licenses(Group):
    def list(self, project_id: str, *, include: Names = ()) -> Items[License]:
        return self._items(License, endpoints.list_licenses(project_id), include)

    def get(self, license_id: str, *, include: Names = ()) -> License:
        return self._one(License, endpoints.get_license(license_id), include)

    def create(
        self, project_id: str, licensee_product_id: str, *, size: float, description: str | None = None
    ) -> License:
        given = {} if description is None else {"description": description}
        body = {"licensee_product_id": licensee_product_id, "size": size, **given}
        return self._one(License, endpoints.create_license(project_id, body))

    def update(self, license_id: str, *, description: str | None = None, size: float | None = None) -> License:
        """What is None stays as it is."""
        wishes = {"description": description, "size": size}
        changes = {name: value for name, value in wishes.items() if value is not None}
        return self._one(License, endpoints.update_license(license_id, changes))

    def delete(self, license_id: str) -> None:
        self._done(endpoints.delete_license(license_id))


class PaymentMethods(Group):
    def list(self, organization_id: str, *, include: Names = ()) -> Items[PaymentMethod]:
        return self._items(PaymentMethod, endpoints.list_payment_methods(organization_id), include)

    def get(self, method_id: str, *, include: Names = ()) -> PaymentMethod:
        return self._one(PaymentMethod, endpoints.get_payment_method(method_id), include)

    def create(self, organization_id: str, name: str, nonce: str, *, default: bool | None = None) -> PaymentMethod:
        """`nonce` comes from the payment form of the portal and can be used once."""
        given = {} if default is None else {"default": default}
        body = {"name": name, "nonce": nonce, **given}
        return self._one(PaymentMethod, endpoints.create_payment_method(organization_id, body))

    def update(self, method_id: str, changes: PaymentMethodUpdate | Mapping[str, Any]) -> PaymentMethod:
        return self._one(PaymentMethod, endpoints.update_payment_method(method_id, body_of(changes)))

    def delete(self, method_id: str) -> None:
        self._done(endpoints.delete_payment_method(method_id))


class Emails(Group):
    """E-mail addresses of the current user; `users.me(include="emails")` lists them."""

    def get(self, email_id: str, *, include: Names = ()) -> Email:
        return self._one(Email, endpoints.get_email(email_id), include)

    def create(self, address: str, *, default: bool | None = None) -> Email:
        given = {} if default is None else {"default": default}
        return self._one(Email, endpoints.create_email({"address": address, **given}))

    def update(self, email_id: str, *, address: str | None = None, default: bool | None = None) -> Email:
        """What is None stays as it is."""
        wishes = {"address": address, "default": default}
        changes = {name: value for name, value in wishes.items() if value is not None}
        return self._one(Email, endpoints.update_email(email_id, changes))

    def delete(self, email_id: str) -> None:
        self._done(endpoints.delete_email(email_id))


class Notifications(Group):
    def list(self, *, include: Names = ()) -> Items[Notification]:
        return self._items(Notification, endpoints.list_notifications(), include)

    def get(self, notification_id: str, *, include: Names = ()) -> Notification:
        return self._one(Notification, endpoints.get_notification(notification_id), include)

    def mark_read(self, notification_id: str) -> Notification:
        return self._one(Notification, endpoints.mark_notification_read(notification_id))


class ApiKeys(Group):
    """The token is in the answers of creates and lists."""

    def list(self, *, include: Names = ()) -> Items[ApiKey]:
        """Those of the current user."""
        return self._items(ApiKey, endpoints.list_user_api_keys(), include)

    def list_in_project(self, project_id: str, *, include: Names = ()) -> Items[ApiKey]:
        return self._items(ApiKey, endpoints.list_project_api_keys(project_id), include)

    def create(self, description: str, *, read_only: bool = False) -> ApiKey:
        return self._one(ApiKey, endpoints.create_user_api_key({"description": description, "read_only": read_only}))

    def create_in_project(self, project_id: str, description: str, *, read_only: bool = False) -> ApiKey:
        body = {"description": description, "read_only": read_only}
        return self._one(ApiKey, endpoints.create_project_api_key(project_id, body))

    def delete(self, key_id: str) -> None:
        """One of the current user's keys."""
        self._done(endpoints.delete_user_api_key(key_id))

    def delete_in_project(self, key_id: str) -> None:
        self._done(endpoints.delete_project_api_key(key_id))
