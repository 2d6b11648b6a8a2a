"""E-mail addresses of the current user; `GET /user?include=emails` lists them. REF lost the path of the create."""

from __future__ import annotations

from reconciler.api.endpoints.build import Body, create, delete, read, update
from reconciler.wire import Call


def get_email(email_id: str) -> Call:
    return read("/emails/{id}", email_id)


def create_email(body: Body) -> Call:
    return create("/emails", body=body)


def update_email(email_id: str, body: Body) -> Call:
    return update("/emails/{id}", email_id, body=body)


def delete_email(email_id: str) -> Call:
    return delete("/emails/{id}", email_id)
