"""Notifications of the current user. REF lost the path of the list; fog-packet shows it."""

from __future__ import annotations

from reconciler.api.endpoints.build import collection, read, update
from reconciler.wire import Call, Listing


def list_notifications() -> Listing:
    return collection("/notifications", key="notifications", paged=True)


def get_notification(notification_id: str) -> Call:
    return read("/notifications/{id}", notification_id)


def mark_notification_read(notification_id: str) -> Call:
    """The only update that there is; it has no body."""
    return update("/notifications/{id}", notification_id)
