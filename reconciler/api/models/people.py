"""Organizations, projects, users and what belongs to them.

Sources: REF, recordings of libcloud, jclouds and fog-packet, packngo (API keys), fog-packet's and metal-python's
account calls.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from reconciler.api.models.base import Link, Many, Model, Number, Resource, Words
from reconciler.api.models.catalogue import Address

Role = Annotated[str, Words(("admin", "billing", "collaborator", "limited_collaborator", "owner"))]


class Entitlement(Resource):
    """How much an organization may have."""

    slug: str | None = None
    name: str | None = None
    description: str | None = None
    weight: int | None = None
    project_quota: int | None = None
    instance_quota: dict[str, Any] | None = None
    volume_quota: dict[str, Any] | None = None
    ip_quota: dict[str, Any] | None = None
    feature_access: dict[str, Any] | None = None


class Organization(Resource):
    name: str | None = None
    description: str | None = None
    website: str | None = None
    twitter: str | None = None
    logo: str | None = None
    logo_thumb: str | None = None
    tax_id: str | None = None
    main_phone: str | None = None
    billing_phone: str | None = None
    personal: bool | None = None
    customdata: Any = None
    address: Address | None = None
    billing_address: Address | None = None
    plan: str | None = None
    terms: int | None = None
    credit_amount: Number | None = None
    monthly_spend: Number | None = None
    enforce_2fa_at: str | None = None
    entitlement: Entitlement | None = None
    current_user_abilities: dict[str, Any] | None = None
    account_manager: Link | None = None
    primary_owner: Link | None = None
    owners: Many[Link] = ()
    members: Many[Link] = ()
    memberships: Many[Link] = ()
    invitations: Many[Link] = ()
    projects: Many[Link] = ()
    inbound_transfers: Many[Link] = ()
    payment_methods: Many[Link] = ()
    default_payment_method: Link | None = None
    created_at: str | None = None
    updated_at: str | None = None


class Project(Resource):
    name: str | None = None
    backend_transfer_enabled: bool | None = None
    customdata: Any = None
    max_devices: dict[str, int | None] | None = None
    network_status: dict[str, Any] | None = None
    event_alert_configuration: Link | None = None
    organization: Link | None = None
    payment_method: Link | None = None
    bgp_config: Link | None = None
    members: Many[Link] = ()
    memberships: Many[Link] = ()
    invitations: Many[Link] = ()
    transfers: Many[Link] = ()
    devices: Many[Link] = ()
    ssh_keys: Many[Link] = ()
    volumes: Many[Link] = ()
    created_at: str | None = None
    updated_at: str | None = None


class SshKey(Resource):
    """`owner` is the user or the project; older answers and the reference have `user` or `entity` in its place."""

    label: str | None = None
    key: str | None = None
    fingerprint: str | None = None
    owner: Link | None = None
    user: Link | None = None
    entity: Link | None = None
    created_at: str | None = None
    updated_at: str | None = None


class User(Resource):
    short_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    full_name: str | None = None
    email: str | None = None
    emails: Many[Link] = ()
    phone_number: str | None = None
    timezone: str | None = None
    customdata: Any = None
    avatar_url: str | None = None
    avatar_thumb_url: str | None = None
    social_accounts: dict[str, Any] | None = None
    two_factor_auth: str | None = None
    verification_stage: str | None = None
    default_organization_id: str | None = None
    max_projects: int | None = None
    vpn: bool | None = None
    restricted: bool | None = None
    last_login_at: str | None = None
    projects: Many[Link] = ()
    memberships: Many[Link] = ()
    created_at: str | None = None
    updated_at: str | None = None


class Membership(Resource):
    roles: Many[Role] = ()
    user: Link | None = None
    project: Link | None = None
    organization: Link | None = None
    created_at: str | None = None
    updated_at: str | None = None


class Invitation(Resource):
    """`nonce` is what the invited person's message holds. `project` and `user` are in REF only."""

    roles: Many[Role] = ()
    invitee: str | None = None
    nonce: str | None = Field(None, repr=False)
    invited_by: Link | None = None
    invitation: Link | None = None
    invitable: Link | None = None
    organization: Link | None = None
    project: Link | None = None
    user: Link | None = None
    projects_ids: Many[str] = ()
    projects: Many[Link] = ()
    message: str | None = None
    created_at: str | None = None
    updated_at: str | None = None


class Transfer(Resource):
    """A project on offer to another organization."""

    target_organization: Link | None = None
    project: Link | None = None
    created_at: str | None = None
    updated_at: str | None = None


class BillingAddress(Model):
    street_address: str | None = None
    postal_code: str | None = None
    country_code_alpha2: str | None = None


class PaymentMethod(Resource):
    name: str | None = None
    type: str | None = None
    default: bool | None = None
    card_type: str | None = None
    last_4: str | None = None
    cardholder_name: str | None = None
    expiration_month: str | int | None = None
    expiration_year: str | int | None = None
    email: str | None = None
    billing_address: BillingAddress | None = None
    created_by_user: Link | None = None
    organization: Link | None = None
    projects: Many[Link] = ()
    created_at: str | None = None
    updated_at: str | None = None


class Email(Resource):
    address: str | None = None
    default: bool | None = None
    verified: bool | None = None


class Notification(Resource):
    type: str | None = None
    body: str | None = None
    severity: str | None = None
    read: bool | None = None
    context: Any = None
    user: Link | None = None
    created_at: str | None = None
    updated_at: str | None = None


class ApiKey(Resource):
    token: str | None = Field(None, repr=False)
    description: str | None = None
    read_only: bool | None = None
    user: Link | None = None
    project: Link | None = None
    created_at: str | None = None
    updated_at: str | None = None


class AccountSession(Resource):
    """A login; `token` is good until `expires_at`."""

    token: str | None = Field(None, repr=False)
    read_only: bool | None = None
    expires_at: str | None = None
    user: Link | None = None
    created_at: str | None = None
    updated_at: str | None = None


class RecoveryCodes(Model):
    recovery_codes: Many[str] = Field((), repr=False)


class VpnConfig(Model):
    """The text of an OpenVPN configuration file."""

    config: str | None = Field(None, repr=False)


class OtpApp(Model):
    """What an authenticator app is set up with. Shape unsure."""

    otp_uri: str | None = Field(None, repr=False)
    recovery_codes: Many[str] = Field((), repr=False)
