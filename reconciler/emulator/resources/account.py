"""Users: one at birth, more by invitation or by the emulator's operator.

Fields follow recorded answers of 2018 (fog-packet get_user). Who one shares an organization or a project with can be
seen, others not (text of the 403 as for devices, packngo#112).
"""

from __future__ import annotations

import json
from dataclasses import replace

from reconciler.emulator.access import ROLES, Caller, visible_projects, visible_users
from reconciler.emulator.call import Listed, Plain, Read, Reply, Shown, Write
from reconciler.emulator.clock import rfc3339
from reconciler.emulator.credentials import hashed, token
from reconciler.emulator.errors import invalid
from reconciler.emulator.records import Email, Membership, Organization, User
from reconciler.emulator.rendering import Link, Scene, View
from reconciler.emulator.resources.api_keys import new_key
from reconciler.emulator.resources.emails import address_of
from reconciler.emulator.world import Transaction

_SHORTEST_PASSWORD = 8


def found_world(change: Transaction) -> None:
    """What a new world holds: one person and their organization; no projects, no keys."""
    user_id, organization_id = change.new_id(), change.new_id()
    add_user(change, user_id, "emulator@example.com", "Emulator", "User", organization_id)
    add_organization(change, organization_id, "Emulator Organization", user_id)


def add_user(
    change: Transaction,
    identifier: str,
    address: str,
    first_name: str,
    last_name: str,
    organization_id: str | None = None,
) -> User:
    """A new person with one, verified, e-mail address."""
    made = User(
        id=identifier,
        first_name=first_name,
        last_name=last_name,
        email=address,
        default_organization_id=organization_id,
        timezone="Etc/UTC",
        phone_number="",
        social_accounts="{}",
        customdata="{}",
        password=None,
        two_factor_auth="",
        otp_secret="",
        recovery_codes=(),
        vpn=False,
        created_at=change.now,
        updated_at=change.now,
    )
    change.put(made)
    change.put(Email(change.new_id(), made.id, address, True, change.now))
    return made


def add_organization(change: Transaction, identifier: str, name: str, owner_id: str) -> Organization:
    """A new personal organization, owned by somebody."""
    made = Organization(
        id=identifier,
        name=name,
        description=None,
        website=None,
        twitter=None,
        address="null",
        billing_address="null",
        logo_at=None,
        enforce_2fa_at=None,
        customdata="{}",
        personal=True,
        primary_owner_id=owner_id,
        created_at=change.now,
        updated_at=change.now,
    )
    change.put(made)
    change.put(ownership(change, made.id, owner_id))
    return made


def add_person(call: Write) -> object:
    """For the emulator's operator: who has the address `email`, or a new person, and a new API key of theirs."""
    address = address_of(call, "email")
    user = user_with(call, address)
    if user is None:
        first_name = call.params.text("first_name") or address.partition("@")[0]
        user = add_user(call.change, call.change.new_id(), address, first_name, call.params.text("last_name") or "")
    key = new_key(call.change, user.id)
    call.change.put(key)
    return {"id": user.id, "email": user.email, "token": key.token}


def user_with(call: Read, address: str) -> User | None:
    """Whose address this is, in whatever case it is written."""
    for email in call.tables.where(Email, "address", address.lower()):
        return call.tables.get(User, email.user_id)
    return None


def ownership(change: Transaction, organization_id: str, user_id: str) -> Membership:
    """The membership of an organization's primary owner."""
    return Membership(change.new_id(), user_id, organization_id, None, ("owner",), change.now, change.now)


def show_user(user: User, scene: Scene) -> View:
    """A user's JSON."""
    tables = scene.tables
    return {
        "id": user.id,
        "short_id": user.id[:8],
        "first_name": user.first_name,
        "last_name": user.last_name,
        "full_name": full_name(user),
        "email": user.email,
        "social_accounts": json.loads(user.social_accounts),
        "customdata": json.loads(user.customdata),
        "created_at": rfc3339(user.created_at),
        "updated_at": rfc3339(user.updated_at),
        "default_organization_id": user.default_organization_id,
        "avatar_url": "",
        "avatar_thumb_url": "",
        "timezone": user.timezone,
        "verification_stage": "verified",
        "two_factor_auth": user.two_factor_auth,
        "max_projects": 10_000,
        "vpn": user.vpn,
        "last_login_at": rfc3339(user.created_at),
        "emails": [Link(f"/emails/{email.id}") for email in tables.where(Email, "user", user.id)],
        "projects": [Link(f"/projects/{project.id}") for project in visible_projects(tables, Caller(user.id))],
        "memberships": [Link(f"/memberships/{each.id}") for each in tables.where(Membership, "user", user.id)],
        "phone_number": user.phone_number,
        "restricted": False,
        "href": f"/users/{user.id}",
    }


def full_name(user: User) -> str:
    """First and last name."""
    return f"{user.first_name} {user.last_name}".strip()


def me(call: Read) -> Reply:
    """GET /user"""
    return Shown(call.user)


def update_me(call: Write) -> Reply:
    """PUT or PATCH /user: names, phone number, timezone, social_accounts, customdata, password."""
    user, params = call.user, call.params
    updated = replace(
        user,
        first_name=params.text("first_name") or user.first_name,
        last_name=params.text("last_name") or user.last_name,
        timezone=params.text("timezone") or user.timezone,
        phone_number=(params.text("phone_number") or "") if "phone_number" in params else user.phone_number,
        social_accounts=_social_accounts(call, user.social_accounts),
        customdata=params.custom_data() if "customdata" in params else user.customdata,
        password=new_password(call) if params.text("password") else user.password,
        updated_at=call.now,
    )
    call.change.put(updated)
    return Shown(updated)


def new_password(call: Write) -> str:
    """The parameter `password` as it is kept."""
    password = call.params.required("password")
    if len(password) < _SHORTEST_PASSWORD:
        raise invalid(f"Password is too short (minimum is {_SHORTEST_PASSWORD} characters)")  # text unsure
    return hashed(password, token(call.change.new_id(), 16))


def users(call: Read) -> Listed:
    """GET /users: the caller, and who shares an organization or a project with them."""
    return Listed(visible_users(call.tables, call.caller))


def user(call: Read) -> Reply:
    """GET /users/{id}"""
    return Shown(call.get(User))


def user_custom_data(call: Read) -> Reply:
    """GET /users/{id}/customdata"""
    return Plain(json.loads(call.get(User).customdata))


def roles_of(call: Read, name: str, *, default: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The roles in a parameter, each once; at least one, and all known (texts unsure)."""
    roles = tuple(dict.fromkeys(call.params.texts(name))) or default
    if not roles:
        raise invalid("Roles can't be blank")
    if any(role not in ROLES for role in roles):
        raise invalid("Roles is invalid")
    return roles


def _social_accounts(call: Write, default: str) -> str:
    if "social_accounts" not in call.params:
        return default
    value = call.params.raw("social_accounts")
    if value is not None and not isinstance(value, dict):
        raise invalid("Social accounts is invalid")  # text unsure
    return json.dumps(value or {})
