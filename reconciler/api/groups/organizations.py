"""Organizations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.api import endpoints
from reconciler.api.bodies import OrganizationCreate, OrganizationUpdate, body_of
from reconciler.api.groups.core import Group, Items, Names
from reconciler.api.models import Capacity, OperatingSystem, Organization, Plan
from reconciler.values import Json


class Organizations(Group):
    def list(
        self,
        *,
        personal: str | None = None,
        without_projects: str | None = None,
        include: Names = (),
        exclude: Names = (),
    ) -> Items[Organization]:
        """Each filter is `include`, `exclude` or `only`."""
        return self._items(Organization, endpoints.list_organizations(personal, without_projects), include, exclude)

    def get(self, organization_id: str, *, include: Names = (), exclude: Names = ()) -> Organization:
        return self._one(Organization, endpoints.get_organization(organization_id), include, exclude)

    def create(self, organization: OrganizationCreate | Mapping[str, Any]) -> Organization:
        return self._one(Organization, endpoints.create_organization(body_of(organization)))

    def update(self, organization_id: str, changes: OrganizationUpdate | Mapping[str, Any]) -> Organization:
        return self._one(Organization, endpoints.update_organization(organization_id, body_of(changes)))

    def delete(self, organization_id: str) -> None:
        self._done(endpoints.delete_organization(organization_id))

    def customdata(self, organization_id: str) -> Json:
        return self._json(endpoints.get_organization_customdata(organization_id))

    def capacity(self, organization_id: str) -> Capacity:
        return self._one(Capacity, endpoints.get_organization_capacity(organization_id))

    def plans(self, organization_id: str) -> Items[Plan]:
        return self._items(Plan, endpoints.list_organization_plans(organization_id))

    def operating_systems(self, organization_id: str) -> Items[OperatingSystem]:
        return self._items(OperatingSystem, endpoints.list_organization_operating_systems(organization_id))
