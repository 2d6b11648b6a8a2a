"""API keys of the current user or of a project. REF has no such chapter; packngo shows the calls."""

from __future__ import annotations

from reconciler.api.endpoints.build import Body, collection, create, delete
from reconciler.wire import Call, Listing


def list_user_api_keys() -> Listing:
    return collection("/user/api-keys", key="api_keys")


def list_project_api_keys(project_id: str) -> Listing:
    return collection("/projects/{id}/api-keys", project_id, key="api_keys")


def create_user_api_key(body: Body) -> Call:
    return create("/user/api-keys", body=body)


def create_project_api_key(project_id: str, body: Body) -> Call:
    return create("/projects/{id}/api-keys", project_id, body=body)


def delete_user_api_key(key_id: str) -> Call:
    return delete("/user/api-keys/{id}", key_id)


def delete_project_api_key(key_id: str) -> Call:
    return delete("/api-keys/{id}", key_id)
