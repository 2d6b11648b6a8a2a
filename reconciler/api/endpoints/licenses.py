"""Licenses for software on devices."""

from __future__ import annotations

from reconciler.api.endpoints.build import Body, collection, create, delete, read, update
from reconciler.wire import Call, Listing


def list_licenses(project_id: str) -> Listing:
    return collection("/projects/{id}/licenses", project_id, key="licenses")


def get_license(license_id: str) -> Call:
    return read("/licenses/{id}", license_id)


def create_license(project_id: str, body: Body) -> Call:
    return create("/projects/{id}/licenses", project_id, body=body)


def update_license(license_id: str, body: Body) -> Call:
    return update("/licenses/{id}", license_id, body=body)


def delete_license(license_id: str) -> Call:
    return delete("/licenses/{id}", license_id)
