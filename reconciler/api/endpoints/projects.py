"""Projects. REF lost the paths of the list and of the create; packngo shows them."""

from __future__ import annotations

from reconciler.api.endpoints.build import Body, collection, create, delete, read, update
from reconciler.wire import Call, Listing


def list_projects() -> Listing:
    return collection("/projects", key="projects", paged=True)


def list_organization_projects(organization_id: str) -> Listing:
    return collection("/organizations/{id}/projects", organization_id, key="projects", paged=True)


def get_project(project_id: str) -> Call:
    return read("/projects/{id}", project_id)


def create_project(body: Body) -> Call:
    """Without `organization_id` the project goes to the user's default organization."""
    return create("/projects", body=body)


def create_organization_project(organization_id: str, body: Body) -> Call:
    return create("/organizations/{id}/projects", organization_id, body=body)


def update_project(project_id: str, body: Body) -> Call:
    return update("/projects/{id}", project_id, body=body)


def delete_project(project_id: str) -> Call:
    return delete("/projects/{id}", project_id)


def get_project_customdata(project_id: str) -> Call:
    return read("/projects/{id}/customdata", project_id)
