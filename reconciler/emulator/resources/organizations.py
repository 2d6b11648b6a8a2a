"""Organizations: who is in them, what they own, how they are told apart.

Fields follow recorded answers of 2018 (fog-packet get_organization, create_organization), with those that the 2019
reference adds (billing_address, entitlement, terms, enforce_2fa_at; the values of `entitlement`, `terms` are unsure).
"""

from __future__ import annotations

import json
from dataclasses import replace

from reconciler.emulator.access import (
    Caller,
    Power,
    members_of_organization,
    of_organization,
    powers,
    visible_organizations,
    visible_projects,
)
from reconciler.emulator.call import Empty, Listed, Plain, Read, Reply, Shown, Write
from reconciler.emulator.clock import rfc3339
from reconciler.emulator.errors import invalid, not_found
from reconciler.emulator.ids import derived_id
from reconciler.emulator.records import (
    Device,
    Invitation,
    Membership,
    Organization,
    PaymentMethod,
    Project,
    Record,
    Transfer,
    User,
)
from reconciler.emulator.rendering import Link, Scene, View
from reconciler.emulator.resources.account import ownership
from reconciler.emulator.resources.devices import narrowed

_PLAN = "Developer"
_CHOICES = {"include": None, "exclude": False, "only": True, "true": True, "false": False, "1": True, "0": False}


def show_organization(organization: Organization, scene: Scene) -> View:
    """An organization's JSON; `current_user_abilities` are those of whoever looks."""
    tables, path = scene.tables, f"/organizations/{organization.id}"
    memberships = tables.where(Membership, "organization", organization.id)
    methods = tables.where(PaymentMethod, "organization", organization.id)
    default = next((f"/payment-methods/{method.id}" for method in methods if method.default), None)
    projects = tables.where(Project, "organization", organization.id)
    inbound = tables.where(Transfer, "target", organization.id)
    able = powers(tables, scene.viewer or Caller(organization.primary_owner_id), of_organization(organization.id))
    logo = None if organization.logo_at is None else int(organization.logo_at)
    return {
        "id": organization.id,
        "name": organization.name,
        "description": organization.description,
        "website": organization.website,
        "twitter": organization.twitter,
        "created_at": rfc3339(organization.created_at),
        "updated_at": rfc3339(organization.updated_at),
        "tax_id": None,
        "main_phone": None,
        "billing_phone": None,
        "credit_amount": 0.0,
        "personal": organization.personal,
        "customdata": json.loads(organization.customdata),
        "address": json.loads(organization.address),
        "billing_address": json.loads(organization.billing_address),
        "enforce_2fa_at": organization.enforce_2fa_at,
        "entitlement": {
            "id": derived_id("entitlement", _PLAN),
            "description": None,
            "slug": _PLAN.lower(),
            "name": _PLAN,
            "weight": 0,
            "instance_quota": {},
            "project_quota": 10_000,
            "volume_quota": {},
            "ip_quota": {},
            "feature_access": {},
            "href": f"#{derived_id('entitlement', _PLAN)}",
        },
        "terms": 1,
        "members": [Link(f"/users/{user.id}") for user in members_of_organization(tables, organization.id)],
        "owners": [Link(f"/users/{each.user_id}") for each in memberships if "owner" in each.roles],
        "memberships": [Link(f"/memberships/{each.id}") for each in memberships],
        "primary_owner": Link(f"/users/{organization.primary_owner_id}"),
        "invitations": [
            Link(f"/invitations/{each.id}") for each in tables.where(Invitation, "organization", organization.id)
        ],
        "inbound_transfers": [Link(f"/transfers/{each.id}") for each in inbound],
        "payment_methods": [Link(f"/payment-methods/{each.id}") for each in methods],
        "default_payment_method": Link(default) if default else None,
        "account_manager": None,
        "logo": None if logo is None else f"{path}/logos/original?{logo}",
        "logo_thumb": None if logo is None else f"{path}/logos/thumb?{logo}",
        "projects": [Link(f"/projects/{project.id}") for project in projects],
        "plan": _PLAN,
        "monthly_spend": 0.0,
        "current_user_abilities": {
            "admin": Power.MANAGE in able,
            "billing": Power.BILL in able,
            "collaborator": Power.USE in able,
            "owner": Power.OWN in able,
        },
        "href": path,
    }


def organizations(call: Read) -> Listed:
    """GET /organizations; `without_projects` and `personal` include, exclude or show only such."""
    found = visible_organizations(call.tables, call.caller)
    personal, without = _choice(call, "personal"), _choice(call, "without_projects")
    if personal is not None:
        found = [o for o in found if o.personal is personal]
    if without is not None:
        found = [o for o in found if (not call.tables.count(Project, "organization", o.id)) is without]
    return Listed(found)


def organization(call: Read) -> Reply:
    """GET /organizations/{id}"""
    return Shown(call.get(Organization))


def custom_data(call: Read) -> Reply:
    """GET /organizations/{id}/customdata"""
    return Plain(json.loads(call.get(Organization).customdata))


def devices(call: Read) -> Listed:
    """GET /organizations/{id}/devices, narrowed as a project's are (OAS)."""
    identifier = call.get(Organization).id
    projects = [p for p in visible_projects(call.tables, call.caller) if p.organization_id == identifier]
    found = [device for project in projects for device in call.tables.where(Device, "project", project.id)]
    return Listed(narrowed(call, found))


def create(call: Write) -> Reply:
    """POST /organizations: the caller owns it; it is the default one of somebody who had none."""
    params = call.params
    made = Organization(
        id=call.change.new_id(),
        name=params.required("name"),
        description=params.text("description"),
        website=params.text("website"),
        twitter=params.text("twitter"),
        address=_address(call, "address", "null"),
        billing_address=_address(call, "billing_address", "null"),
        logo_at=call.now if params.text("logo") else None,
        enforce_2fa_at=params.text("enforce_2fa_at"),
        customdata=params.custom_data(),
        personal=False,
        primary_owner_id=call.user.id,
        created_at=call.now,
        updated_at=call.now,
    )
    call.add(made)
    call.change.put(ownership(call.change, made.id, made.primary_owner_id))
    if call.user.default_organization_id is None:
        call.change.put(replace(call.user, default_organization_id=made.id))
    return Shown(made, 201)


def update(call: Write) -> Reply:
    """PUT or PATCH /organizations/{id}"""
    old, params = call.get(Organization), call.params
    updated = replace(
        old,
        name=params.required("name") if "name" in params else old.name,
        description=params.text("description") if "description" in params else old.description,
        website=params.text("website") if "website" in params else old.website,
        twitter=params.text("twitter") if "twitter" in params else old.twitter,
        address=_address(call, "address", old.address),
        billing_address=_address(call, "billing_address", old.billing_address),
        logo_at=_logo_at(call, old),
        enforce_2fa_at=params.text("enforce_2fa_at") if "enforce_2fa_at" in params else old.enforce_2fa_at,
        customdata=params.custom_data() if "customdata" in params else old.customdata,
        updated_at=call.now,
    )
    call.change.put(updated)
    return Shown(updated)


def delete(call: Write) -> Reply:
    """DELETE /organizations/{id}; refused while it has projects, or while it is a user's default (both unsure)."""
    old, tables = call.get(Organization), call.tables
    if tables.count(Project, "organization", old.id):
        raise invalid("Cannot delete an organization that has projects")
    if any(user.default_organization_id == old.id for user in tables.all(User)):
        raise invalid("Cannot delete the default organization")
    call.drop(old)
    held: list[Record] = [
        *tables.where(Membership, "organization", old.id),
        *tables.where(Invitation, "organization", old.id),
        *tables.where(Transfer, "target", old.id),
        *tables.where(PaymentMethod, "organization", old.id),
    ]
    for record in held:
        call.drop(record)
    return Empty()


def organization_of(call: Read, identifier: str) -> Organization:
    """The organization of an id given in a body, in which the caller may make projects; 404 when there is none."""
    found = call.tables.get(Organization, identifier)
    if found is None or Power.MANAGE not in powers(call.tables, call.caller, of_organization(identifier)):
        raise not_found()
    return found


def _choice(call: Read, name: str) -> bool | None:
    """Whether to show only such (True), none such (False) or both (None)."""
    value = call.params.raw(name)
    if value in (None, ""):
        return None
    word = str(value).lower()
    if word not in _CHOICES:
        raise invalid(f"{name.replace('_', ' ').capitalize()} is invalid")  # text unsure
    return _CHOICES[word]


def _logo_at(call: Write, old: Organization) -> float | None:
    if "logo" not in call.params:
        return old.logo_at
    return call.now if call.params.text("logo") else None


def _address(call: Write, name: str, default: str) -> str:
    """An address as JSON text."""
    value = call.params.raw(name)
    if name not in call.params:
        return default
    if value is not None and not isinstance(value, dict):
        raise invalid(f"{name.replace('_', ' ').capitalize()} is invalid")  # text unsure
    return json.dumps(value)
