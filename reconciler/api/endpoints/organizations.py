"""Organizations. REF lost the paths of two reads; packngo shows them. Capacity, plans and operating systems of an
organization came later than REF (OpenAPI document of metal-python).
"""

from __future__ import annotations

from reconciler.api.endpoints.build import Body, collection, create, delete, given, read, update
from reconciler.wire import Call, Listing


def list_organizations(personal: str | None = None, without_projects: str | None = None) -> Listing:
    """Each filter is `include`, `exclude` or `only`."""
    query = given({"personal": personal, "without_projects": without_projects})
    return collection("/organizations", key="organizations", paged=True, query=query)


def get_organization(organization_id: str) -> Call:
    return read("/organizations/{id}", organization_id)


def create_organization(body: Body) -> Call:
    return create("/organizations", body=body)


def update_organization(organization_id: str, body: Body) -> Call:
    return update("/organizations/{id}", organization_id, body=body)


def delete_organization(organization_id: str) -> Call:
    return delete("/organizations/{id}", organization_id)


def get_organization_customdata(organization_id: str) -> Call:
    return read("/organizations/{id}/customdata", organization_id)


def get_organization_capacity(organization_id: str) -> Call:
    return read("/organizations/{id}/capacity", organization_id)


def list_organization_plans(organization_id: str) -> Listing:
    return collection("/organizations/{id}/plans", organization_id, key="plans")


def list_organization_operating_systems(organization_id: str) -> Listing:
    return collection("/organizations/{id}/operating-systems", organization_id, key="operating_systems")
