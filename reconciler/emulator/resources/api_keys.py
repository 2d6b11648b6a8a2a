"""API keys of users and projects: made here, they are tokens of this emulator from then on.

Fields, paths and list keys follow packngo (apikeys) and OAS AuthToken. The list shows the tokens, as the API did.
"""

from __future__ import annotations

from reconciler.emulator.call import Empty, Listed, Read, Reply, Shown, Write
from reconciler.emulator.clock import rfc3339
from reconciler.emulator.credentials import token
from reconciler.emulator.errors import not_found
from reconciler.emulator.records import ApiKey, Project
from reconciler.emulator.rendering import Link, Scene, View
from reconciler.emulator.world import Transaction


def show_api_key(key: ApiKey, _scene: Scene) -> View:
    """A key's JSON: it has a `user` or a `project`."""
    view: View = {
        "id": key.id,
        "token": key.token,
        "description": key.description,
        "read_only": key.read_only,
        "created_at": rfc3339(key.created_at),
        "updated_at": rfc3339(key.updated_at),
    }
    if key.project_id is not None:
        return {**view, "project": Link(f"/projects/{key.project_id}")}
    return {**view, "user": Link(f"/users/{key.user_id}")}


def of_user(call: Read) -> Listed:
    """GET /user/api-keys"""
    return Listed(call.tables.where(ApiKey, "user", call.user.id))


def of_project(call: Read) -> Listed:
    """GET /projects/{id}/api-keys"""
    return Listed(call.tables.where(ApiKey, "project", call.get(Project).id))


def create_for_user(call: Write) -> Reply:
    """POST /user/api-keys: description, read_only."""
    return _create(call, None)


def create_for_project(call: Write) -> Reply:
    """POST /projects/{id}/api-keys: description, read_only."""
    return _create(call, call.get(Project).id)


def delete_of_user(call: Write) -> Reply:
    """DELETE /user/api-keys/{id}"""
    key = call.get(ApiKey)
    if key.project_id is not None:
        raise not_found()
    call.drop(key)
    return Empty()


def delete(call: Write) -> Reply:
    """DELETE /api-keys/{id}: a project's key, or a user's."""
    call.drop(call.get(ApiKey))
    return Empty()


def new_key(
    change: Transaction,
    user_id: str,
    project_id: str | None = None,
    description: str | None = None,
    read_only: bool = False,
) -> ApiKey:
    """A key with a token that nobody has."""
    return ApiKey(
        id=change.new_id(),
        user_id=user_id,
        project_id=project_id,
        token=token(change.new_id()),
        description=description,
        read_only=read_only,
        created_at=change.now,
        updated_at=change.now,
    )


def _create(call: Write, project_id: str | None) -> Reply:
    params = call.params
    made = new_key(call.change, call.user.id, project_id, params.text("description"), params.flag("read_only"))
    call.add(made)
    return Shown(made, 201)
