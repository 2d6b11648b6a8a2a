"""Facilities, plans, operating systems, and what is left of them. Sources: REF, recordings of libcloud and jclouds."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from reconciler.api.models.base import Link, Many, Model, Number, Resource, Words


class Coordinates(Model):
    latitude: str | Number | None = None
    longitude: str | Number | None = None


class Address(Resource):
    """A postal address; in lists often a link that nothing opens."""

    address: str | None = None
    address2: str | None = None
    city: str | None = None
    state: str | None = None
    zip_code: str | None = None
    country: str | None = None
    coordinates: Coordinates | None = None


class Facility(Resource):
    """A data center. `code` is what calls take."""

    name: str | None = None
    code: str | None = None
    features: Many[Annotated[str, Words(("baremetal", "storage", "layer_2", "backend_transfer", "global_ipv4"))]] = ()
    ip_ranges: Many[str] = ()
    address: Address | None = None


class Plan(Resource):
    """A kind of machine or volume. `specs` and `pricing` differ by line; prices are in US dollars."""

    slug: str | None = None
    name: str | None = None
    description: str | None = None
    line: Annotated[str, Words(("baremetal", "storage", "network", "bandwidth", "storage_snapshot"))] | None = None
    legacy: bool | None = None
    class_: str | None = Field(None, alias="class")
    specs: dict[str, Any] | None = None
    pricing: dict[str, Any] | None = None
    deployment_types: Many[str] = ()
    available_in: Many[Link] = ()


class OperatingSystem(Resource):
    slug: str | None = None
    name: str | None = None
    distro: str | None = None
    version: str | None = None
    provisionable_on: Many[str] = ()
    preinstallable: bool | None = None
    licensed: bool | None = None
    pricing: dict[str, Any] | None = None
    default_cidr_size: int | None = None


class CapacityLevel(Model):
    level: Annotated[str, Words(("normal", "limited", "critical", "unavailable"))] | None = None


class Capacity(Model):
    """How much is left, by facility code and plan slug."""

    capacity: dict[str, dict[str, CapacityLevel]] = {}


class CheckedServer(Model):
    """One line of a capacity check, with the verdict."""

    facility: str | None = None
    plan: str | None = None
    quantity: str | int | None = None
    available: bool | None = None


class CapacityCheck(Model):
    """Empty where the API of 2018 answered without a body."""

    servers: Many[CheckedServer] = ()
