"""What can be ordered, and how much of it is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.api import endpoints
from reconciler.api.groups.core import Group, Items, Names
from reconciler.api.models import Capacity, CapacityCheck, Facility, OperatingSystem, Plan


class Facilities(Group):
    def list(self, *, include: Names = ()) -> Items[Facility]:
        return self._items(Facility, endpoints.list_facilities(), include)

    def list_for_project(self, project_id: str, *, include: Names = ()) -> Items[Facility]:
        return self._items(Facility, endpoints.list_project_facilities(project_id), include)

    def list_for_organization(self, organization_id: str, *, include: Names = ()) -> Items[Facility]:
        return self._items(Facility, endpoints.list_organization_facilities(organization_id), include)


class Plans(Group):
    def list(self, *, include: Names = ()) -> Items[Plan]:
        """Not with a project's token: that may read its project's list only."""
        return self._items(Plan, endpoints.list_plans(), include)

    def list_for_project(self, project_id: str, *, include: Names = ()) -> Items[Plan]:
        return self._items(Plan, endpoints.list_project_plans(project_id), include)


class OperatingSystems(Group):
    def list(self) -> Items[OperatingSystem]:
        return self._items(OperatingSystem, endpoints.list_operating_systems())


class Capacities(Group):
    def get(self, *, legacy: str | None = None) -> Capacity:
        """`legacy` is `only`, `include` or `exclude`: which plan slugs to show."""
        return self._one(Capacity, endpoints.get_capacity(legacy))

    def check(self, servers: Iterable[Mapping[str, Any]]) -> CapacityCheck:
        """Whether each `{"facility": ..., "plan": ..., "quantity": ...}` could be had now."""
        checked = self._maybe(CapacityCheck, endpoints.check_capacity(servers))
        return CapacityCheck() if checked is None else checked
