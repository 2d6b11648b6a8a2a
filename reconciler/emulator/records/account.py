"""Users, organizations, projects and SSH keys."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.emulator.records.keys import Keys


@dataclass(frozen=True, slots=True)
class User:
    """A person. The first one is whose token the emulator was started with."""

    id: str
    first_name: str
    last_name: str
    email: str
    """The default one of their addresses."""
    default_organization_id: str | None
    """None for an invited person who has not made an organization or a project yet."""
    timezone: str
    phone_number: str
    social_accounts: str
    """JSON."""
    customdata: str
    password: str | None
    """A salted hash; None for somebody who can't log in."""
    two_factor_auth: str
    """`app`, `sms`, or empty when it is off."""
    otp_secret: str
    recovery_codes: tuple[str, ...]
    vpn: bool
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
    """JSON."""
    billing_address: str
    """JSON."""
    logo_at: float | None
    """When the logo was last changed; None where there is none."""
    enforce_2fa_at: str | None
    customdata: str
    personal: bool
    primary_owner_id: str
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
