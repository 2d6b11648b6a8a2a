"""SSH keys of a user or a project, which share one table. REF lost all but two calls; packngo shows the rest."""

from __future__ import annotations

from reconciler.api.endpoints.build import Body, collection, create, delete, given, read, update
from reconciler.wire import Call, Listing


def list_user_ssh_keys() -> Listing:
    return collection("/ssh-keys", key="ssh_keys")


def list_project_ssh_keys(project_id: str, search: str | None = None) -> Listing:
    """`search` looks in the keys. REF calls the parameter `Search string`; `search` is the name in later documents."""
    return collection("/projects/{id}/ssh-keys", project_id, key="ssh_keys", query=given({"search": search}))


def list_device_ssh_keys(device_id: str) -> Listing:
    """The keys that the machine was given when it was provisioned."""
    return collection("/devices/{id}/ssh-keys", device_id, key="ssh_keys")


def get_ssh_key(key_id: str) -> Call:
    return read("/ssh-keys/{id}", key_id)


def create_user_ssh_key(body: Body) -> Call:
    return create("/ssh-keys", body=body)


def create_project_ssh_key(project_id: str, body: Body) -> Call:
    return create("/projects/{id}/ssh-keys", project_id, body=body)


def update_ssh_key(key_id: str, body: Body) -> Call:
    return update("/ssh-keys/{id}", key_id, body=body)


def delete_ssh_key(key_id: str) -> Call:
    return delete("/ssh-keys/{id}", key_id)
