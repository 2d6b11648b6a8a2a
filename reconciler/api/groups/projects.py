"""Projects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.api import endpoints
from reconciler.api.bodies import ProjectCreate, ProjectUpdate, body_of
from reconciler.api.groups.core import Group, Items, Names
from reconciler.api.models import Project
from reconciler.values import Json


class Projects(Group):
    def list(self, *, include: Names = (), exclude: Names = ()) -> Items[Project]:
        return self._items(Project, endpoints.list_projects(), include, exclude)

    def list_in_organization(self, organization_id: str, *, include: Names = (), exclude: Names = ()) -> Items[Project]:
        return self._items(Project, endpoints.list_organization_projects(organization_id), include, exclude)

    def get(self, project_id: str, *, include: Names = (), exclude: Names = ()) -> Project:
        return self._one(Project, endpoints.get_project(project_id), include, exclude)

    def create(self, project: ProjectCreate | Mapping[str, Any]) -> Project:
        return self._one(Project, endpoints.create_project(body_of(project)))

    def create_in_organization(self, organization_id: str, project: ProjectCreate | Mapping[str, Any]) -> Project:
        return self._one(Project, endpoints.create_organization_project(organization_id, body_of(project)))

    def update(self, project_id: str, changes: ProjectUpdate | Mapping[str, Any]) -> Project:
        return self._one(Project, endpoints.update_project(project_id, body_of(changes)))

    def delete(self, project_id: str) -> None:
        self._done(endpoints.delete_project(project_id))

    def customdata(self, project_id: str) -> Json:
        return self._json(endpoints.get_project_customdata(project_id))
