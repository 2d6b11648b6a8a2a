"""What can be ordered: facilities, plans, operating systems, and how much of it is left.

REF lost the paths of the first two; packngo and libcloud show them. A project token may not read `/plans` but its
project's own list (libcloud).
"""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.api.endpoints.build import Body, collection, given, put_into, read
from reconciler.wire import Call, Listing


def list_facilities() -> Listing:
    return collection("/facilities", key="facilities")


def list_project_facilities(project_id: str) -> Listing:
    return collection("/projects/{id}/facilities", project_id, key="facilities")


def list_organization_facilities(organization_id: str) -> Listing:
    return collection("/organizations/{id}/facilities", organization_id, key="facilities")


def list_plans() -> Listing:
    return collection("/plans", key="plans")


def list_project_plans(project_id: str) -> Listing:
    return collection("/projects/{id}/plans", project_id, key="plans")


def list_operating_systems() -> Listing:
    return collection("/operating-systems", key="operating_systems")


def get_capacity(legacy: str | None = None) -> Call:
    """`capacity`: a level by facility and plan. `legacy` (only, include, exclude) chose the slugs (packet-python)."""
    return read("/capacity", query=given({"legacy": legacy}))


def check_capacity(servers: Iterable[Body]) -> Call:
    """Whether each of `{"facility", "plan", "quantity"}` could be had now. Changes nothing."""
    return put_into("/capacity", body={"servers": [dict(each) for each in servers]})
