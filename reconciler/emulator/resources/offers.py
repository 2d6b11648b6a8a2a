"""What can be ordered: facilities, plans and operating systems, as recorded answers of 2018 and 2019 show them.

Not paged (2019 API reference). What a project or an organization can see is all there is. The lists of an organization
besides its facilities are those of the later OpenAPI document.
"""

from __future__ import annotations

import json

from reconciler.emulator.call import Listed, Read
from reconciler.emulator.catalogue import Address, Facility, OperatingSystem, Plan
from reconciler.emulator.ids import derived_id
from reconciler.emulator.records import Organization, Project
from reconciler.emulator.rendering import Link, Scene, View


def show_facility(facility: Facility, _scene: Scene) -> View:
    """A facility's JSON; its address has no path, but can be opened."""
    address = Address(derived_id("facility address", facility.code), facility.city)
    return {
        "id": facility.id,
        "name": facility.name,
        "code": facility.code,
        "features": list(facility.features),
        "address": Link(f"#{address.id}", target=address),
        "ip_ranges": list(facility.ip_ranges),
        "href": f"/facilities/{facility.id}",
    }


def show_address(address: Address, _scene: Scene) -> View:
    """The JSON of where a facility is, with the fields of the 2019 reference."""
    unknown = dict.fromkeys(("address", "address2", "state", "zip_code", "country", "coordinates"))
    return {**unknown, "city": address.city, "href": f"#{address.id}"}


def show_plan(plan: Plan, scene: Scene) -> View:
    """A plan's JSON. Its slug is the class, as devices of mid-2019 show even where the old slug was asked for."""
    places = [scene.catalogue.facility(code) for code in plan.facilities]
    return {
        "id": plan.id,
        "slug": plan.slug,
        "name": plan.name,
        "description": plan.description,
        "line": plan.line,
        "specs": json.loads(plan.specs),
        "legacy": plan.line == "storage",  # recorded: true for storage_1, false for the others
        "deployment_types": list(plan.deployment_types),
        "available_in": [Link(f"/facilities/{place.id}") for place in places if place],
        "class": plan.slug,
        "pricing": json.loads(plan.pricing),
        "href": f"/plans/{plan.id}",
    }


def show_operating_system(system: OperatingSystem, _scene: Scene) -> View:
    """An operating system's JSON."""
    return {
        "id": system.id,
        "slug": system.slug,
        "name": system.name,
        "distro": system.distro,
        "version": system.version,
        "provisionable_on": list(system.provisionable_on),
        "preinstallable": system.preinstallable,
        "pricing": json.loads(system.pricing),
        "licensed": system.licensed,
        "href": f"/operating-systems/{system.id}",
    }


def facilities(call: Read) -> Listed:
    """GET /facilities"""
    return Listed(call.catalogue.facilities)


def plans(call: Read) -> Listed:
    """GET /plans"""
    return Listed(call.catalogue.plans)


def operating_systems(call: Read) -> Listed:
    """GET /operating-systems"""
    return Listed(call.catalogue.operating_systems)


def project_facilities(call: Read) -> Listed:
    """GET /projects/{id}/facilities"""
    call.get(Project)
    return facilities(call)


def project_plans(call: Read) -> Listed:
    """GET /projects/{id}/plans"""
    call.get(Project)
    return plans(call)


def organization_facilities(call: Read) -> Listed:
    """GET /organizations/{id}/facilities"""
    call.get(Organization)
    return facilities(call)


def organization_plans(call: Read) -> Listed:
    """GET /organizations/{id}/plans"""
    call.get(Organization)
    return plans(call)


def organization_operating_systems(call: Read) -> Listed:
    """GET /organizations/{id}/operating-systems"""
    call.get(Organization)
    return operating_systems(call)
