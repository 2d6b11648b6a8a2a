"""Users, organizations, projects and SSH keys."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.emulator.records.keys import Keys


@dataclass(frozen=True, slots=True)
class User:
    """The one person behind the token."""

    id: str
    first_name: str
    last_name: str
    email: str
    default_organization_id: str
    timezone: str
    phone_number: str
    customdata: str
    created_at: float
    updated_at: float

    def keys(self) -> Keys:
        return ()


@dataclass(frozen=True, slots=True)
class Organization:
    id: str
    name: str
    description: str | None
    website: str | None
    twitter: str | None
    address: str
    customdata: str
    personal: bool
    created_at: float
    updated_at: float

    def keys(self) -> Keys:
        return ()


@dataclass(frozen=True, slots=True)
class Project:
    id: str
    organization_id: str
    name: str
    customdata: str
    payment_method_id: str | None
    backend_transfer_enabled: bool
    created_at: float
    updated_at: float

    def keys(self) -> Keys:
        return (("organization", self.organization_id),)


@dataclass(frozen=True, slots=True)
class SshKey:
    id: str
    owner_href: str
    """`/projects/<id>` or `/users/<id>`."""
    label: str
    key: str
    fingerprint: str
    created_at: float
    updated_at: float

    def keys(self) -> Keys:
        return (("owner", self.owner_href), ("material", f"{self.owner_href} {self.fingerprint}"))
