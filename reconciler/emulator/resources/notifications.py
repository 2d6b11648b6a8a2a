"""Notifications, and the letters that go with them.

Fields follow the 2019 API reference. Which types there were and what they said is not known: those below are the
emulator's own, made for what others do to a user and for what the platform does to their devices. The service sent
letters; the emulator keeps them for its operator (`GET /_emulator/letters`), since nothing leaves this machine.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from reconciler.emulator.call import Listed, Read, Reply, Shown, Write
from reconciler.emulator.clock import rfc3339
from reconciler.emulator.records import Letter, Notification
from reconciler.emulator.rendering import Link, Scene, View

Severity = Literal["info", "warning", "error"]


def notify(call: Write, user_id: str, kind: str, body: str, context: str, severity: Severity = "info") -> None:
    """Tell a user that something happened to what is found under the path `context`."""
    made = Notification(call.change.new_id(), user_id, kind, body, severity, context, False, call.now, call.now)
    call.change.put(made)


def send(call: Write, to: str, subject: str, secret: str | None = None) -> None:
    """Write the letter that the service would have sent."""
    call.change.put(Letter(call.change.new_id(), to, subject, secret, call.now))


def show_notification(notification: Notification, _scene: Scene) -> View:
    """A notification's JSON."""
    return {
        "id": notification.id,
        "type": notification.type,
        "body": notification.body,
        "severity": notification.severity,
        "read": notification.read,
        "context": notification.context,
        "created_at": rfc3339(notification.created_at),
        "updated_at": rfc3339(notification.updated_at),
        "user": Link(f"/users/{notification.user_id}"),
        "href": f"/notifications/{notification.id}",
    }


def of_user(call: Read) -> Listed:
    """GET /notifications: the caller's, newest first."""
    return Listed(call.tables.where(Notification, "user", call.user.id)[::-1])


def one(call: Read) -> Reply:
    """GET /notifications/{id}"""
    return Shown(call.get(Notification))


def mark_as_read(call: Write) -> Reply:
    """PUT /notifications/{id}: marks it as read, whatever the body says (2019 API reference)."""
    old = call.get(Notification)
    updated = old if old.read else replace(old, read=True, updated_at=call.now)
    call.change.put(updated)
    return Shown(updated)
