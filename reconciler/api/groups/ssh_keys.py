"""SSH keys of the user, of projects, and those that a machine was given."""

from __future__ import annotations

from reconciler.api import endpoints
from reconciler.api.groups.core import Group, Items, Names
from reconciler.api.models import SshKey


class SshKeys(Group):
    def list(self, *, include: Names = ()) -> Items[SshKey]:
        return self._items(SshKey, endpoints.list_user_ssh_keys(), include)

    def list_in_project(self, project_id: str, *, search: str | None = None, include: Names = ()) -> Items[SshKey]:
        return self._items(SshKey, endpoints.list_project_ssh_keys(project_id, search), include)

    def list_on_device(self, device_id: str, *, include: Names = ()) -> Items[SshKey]:
        return self._items(SshKey, endpoints.list_device_ssh_keys(device_id), include)

    def get(self, key_id: str, *, include: Names = ()) -> SshKey:
        return self._one(SshKey, endpoints.get_ssh_key(key_id), include)

    def create(self, label: str, key: str) -> SshKey:
        return self._one(SshKey, endpoints.create_user_ssh_key({"label": label, "key": key}))

    def create_in_project(self, project_id: str, label: str, key: str) -> SshKey:
        return self._one(SshKey, endpoints.create_project_ssh_key(project_id, {"label": label, "key": key}))

    def update(self, key_id: str, *, label: str | None = None, key: str | None = None) -> SshKey:
        """What is None stays as it is."""
        changes = {name: value for name, value in (("label", label), ("key", key)) if value is not None}
        return self._one(SshKey, endpoints.update_ssh_key(key_id, changes))

    def delete(self, key_id: str) -> None:
        self._done(endpoints.delete_ssh_key(key_id))
