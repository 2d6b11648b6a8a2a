"""Users and organizations: one of each at birth, more organizations on request.

Fields follow recorded answers of 2018 (fog-packet get_user, get_organization, create_organization).
"""

from __future__ import annotations

import json
from dataclasses import replace

from reconciler.emulator.call import Empty, Listed, Plain, Read, Reply, Shown, Write
from reconciler.emulator.clock import rfc3339
from reconciler.emulator.errors import invalid, not_found
from reconciler.emulator.records import Device, Organization, Project, User
from reconciler.emulator.rendering import Link, Scene, View
from reconciler.emulator.world import Transaction


def found_world(change: Transaction) -> None:
    """What a new world holds: one person and their organization; no projects, no keys."""
    user_id, organization_id = change.new_id(), change.new_id()
    change.put(
        User(
            id=user_id,
            first_name="Emulator",
            last_name="User",
            email="emulator@example.com",
            default_organization_id=organization_id,
            timezone="Etc/UTC",
            phone_number="",
            customdata="{}",
            created_at=change.now,
            updated_at=change.now,
        )
    )
    change.put(
        Organization(
            id=organization_id,
            name="Emulator Organization",
            description=None,
            website=None,
            twitter=None,
            address="null",
            customdata="{}",
            personal=True,
            created_at=change.now,
            updated_at=change.now,
        )
    )


def show_user(user: User, scene: Scene) -> View:
    """A user's JSON."""
    return {
        "id": user.id,
        "short_id": user.id[:8],
        "first_name": user.first_name,
        "last_name": user.last_name,
        "full_name": f"{user.first_name} {user.last_name}",
        "email": user.email,
        "social_accounts": {},
        "customdata": json.loads(user.customdata),
        "created_at": rfc3339(user.created_at),
        "updated_at": rfc3339(user.updated_at),
        "default_organization_id": user.default_organization_id,
        "avatar_url": "",
        "avatar_thumb_url": "",
        "timezone": user.timezone,
        "verification_stage": "verified",
        "two_factor_auth": "",
        "max_projects": 10_000,
        "vpn": False,
        "last_login_at": rfc3339(user.created_at),
        "emails": [],
        "projects": [Link(f"/projects/{project.id}") for project in scene.tables.all(Project)],
        "memberships": [],
        "phone_number": user.phone_number,
        "restricted": False,
        "href": f"/users/{user.id}",
    }


def show_organization(organization: Organization, scene: Scene) -> View:
    """An organization's JSON."""
    owner = Link(f"/users/{scene.tables.all(User)[0].id}")
    projects = scene.tables.where(Project, "organization", organization.id)
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
        "members": [owner],
        "owners": [owner],
        "memberships": [],
        "primary_owner": owner,
        "inbound_transfers": [],
        "payment_methods": [],
        "default_payment_method": None,
        "account_manager": None,
        "logo": None,
        "logo_thumb": None,
        "projects": [Link(f"/projects/{project.id}") for project in projects],
        "plan": "Developer",
        "monthly_spend": 0.0,
        "current_user_abilities": {"admin": True, "billing": True, "collaborator": True, "owner": True},
        "href": f"/organizations/{organization.id}",
    }


def me(call: Read) -> Reply:
    """GET /user"""
    return Shown(call.user)


def update_me(call: Write) -> Reply:
    """PUT /user"""
    user, params = call.user, call.params
    updated = replace(
        user,
        first_name=params.text("first_name") or user.first_name,
        last_name=params.text("last_name") or user.last_name,
        timezone=params.text("timezone") or user.timezone,
        phone_number=params.text("phone_number") or user.phone_number,
        customdata=params.custom_data() if "customdata" in params else user.customdata,
        updated_at=call.now,
    )
    call.change.put(updated)
    return Shown(updated)


def users(call: Read) -> Listed:
    """GET /users"""
    return Listed(call.tables.all(User))


def user(call: Read) -> Reply:
    """GET /users/{id}"""
    return Shown(call.get(User))


def user_custom_data(call: Read) -> Reply:
    """GET /users/{id}/customdata"""
    return Plain(json.loads(call.get(User).customdata))


def organizations(call: Read) -> Listed:
    """GET /organizations; `without_projects` and `personal` choose among them."""
    found = call.tables.all(Organization)
    if call.params.flag("without_projects"):
        found = [o for o in found if not call.tables.count(Project, "organization", o.id)]
    if "personal" in call.params:
        found = [o for o in found if o.personal is call.params.flag("personal")]
    return Listed(found)


def organization(call: Read) -> Reply:
    """GET /organizations/{id}"""
    return Shown(call.get(Organization))


def organization_custom_data(call: Read) -> Reply:
    """GET /organizations/{id}/customdata"""
    return Plain(json.loads(call.get(Organization).customdata))


def organization_devices(call: Read) -> Listed:
    """GET /organizations/{id}/devices"""
    projects = call.tables.where(Project, "organization", call.get(Organization).id)
    return Listed([device for project in projects for device in call.tables.where(Device, "project", project.id)])


def create_organization(call: Write) -> Reply:
    """POST /organizations"""
    params = call.params
    made = Organization(
        id=call.change.new_id(),
        name=params.required("name"),
        description=params.text("description"),
        website=params.text("website"),
        twitter=params.text("twitter"),
        address=_address(call, "null"),
        customdata=params.custom_data(),
        personal=False,
        created_at=call.now,
        updated_at=call.now,
    )
    call.add(made)
    return Shown(made, 201)


def update_organization(call: Write) -> Reply:
    """PUT or PATCH /organizations/{id}"""
    old, params = call.get(Organization), call.params
    updated = replace(
        old,
        name=params.required("name") if "name" in params else old.name,
        description=params.text("description") if "description" in params else old.description,
        website=params.text("website") if "website" in params else old.website,
        twitter=params.text("twitter") if "twitter" in params else old.twitter,
        address=_address(call, old.address),
        customdata=params.custom_data() if "customdata" in params else old.customdata,
        updated_at=call.now,
    )
    call.change.put(updated)
    return Shown(updated)


def delete_organization(call: Write) -> Reply:
    """DELETE /organizations/{id}; refused while it has projects, or while it is the user's default (both unsure)."""
    old = call.get(Organization)
    if call.tables.count(Project, "organization", old.id):
        raise invalid("Cannot delete an organization that has projects")
    if old.id == call.user.default_organization_id:
        raise invalid("Cannot delete the default organization")
    call.drop(old)
    return Empty()


def organization_of(call: Read, identifier: str) -> Organization:
    """The organization of an id given in a body; 404 when there is none."""
    found = call.tables.get(Organization, identifier)
    if found is None:
        raise not_found()
    return found


def _address(call: Write, default: str) -> str:
    value = call.params.raw("address")
    if "address" not in call.params:
        return default
    if value is not None and not isinstance(value, dict):
        raise invalid("Address is invalid")
    return json.dumps(value)
