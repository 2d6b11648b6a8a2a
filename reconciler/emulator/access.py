"""Whose token it is, and what it lets them see and do.

Roles are admin, billing, collaborator and limited_collaborator, besides owner (recorded invitations and abilities of
2018, fog-packet); what each may do is known from their names only, so `_POWERS` is unsure. A role in an organization
holds in all its projects. A project's key sees that project and nothing else: what belongs to a user is 404 to it
(packngo#147), another project's things are 403 as other people's are (packngo#112). A read-only key changes nothing
(Terraform's provider).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from reconciler.emulator.errors import ApiError, not_found, not_yours
from reconciler.emulator.records import (
    ApiKey,
    Assignment,
    BgpConfig,
    BgpSession,
    Device,
    Email,
    Invitation,
    Membership,
    Notification,
    Organization,
    PaymentMethod,
    Project,
    Record,
    Reservation,
    Session,
    SshKey,
    Transfer,
    User,
    Vlan,
)
from reconciler.emulator.tables import Tables

ROLES = ("admin", "billing", "collaborator", "limited_collaborator", "owner")


class Power(Enum):
    """What a role lets somebody do."""

    VIEW = "view"
    ACT = "act on"
    """Actions on devices."""
    USE = "change"
    """Make, change and delete what a project holds."""
    BILL = "bill"
    MANAGE = "manage"
    """Members, projects, the organization's data."""
    OWN = "own"
    """Give a project away, end the organization."""


_POWERS: Mapping[str, frozenset[Power]] = {
    "owner": frozenset(Power),
    "admin": frozenset(Power) - {Power.OWN},
    "billing": frozenset({Power.VIEW, Power.BILL}),
    "collaborator": frozenset({Power.VIEW, Power.ACT, Power.USE}),
    "limited_collaborator": frozenset({Power.VIEW, Power.ACT}),
}
_OF_A_PROJECT_KEY = frozenset({Power.VIEW, Power.ACT, Power.USE})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and how far their token reaches."""

    user_id: str
    project_id: str | None = None
    """The one project that a project's key is for."""
    read_only: bool = False

    def is_user(self, identifier: str) -> bool:
        """Whether it is this very user who asks, and not a project in their name."""
        return self.project_id is None and self.user_id == identifier


def holder(tables: Tables, token: str, now: float) -> Caller | None:
    """Whose token this is, among those made by calls: API keys, and logins that have not expired."""
    for key in tables.where(ApiKey, "token", token):
        return Caller(key.user_id, key.project_id, key.read_only)
    for session in tables.where(Session, "token", token):
        return Caller(session.user_id) if now < session.expires_at else None
    return None


@dataclass(frozen=True, slots=True)
class Place:
    """Where something belongs: to a project, an organization or a person; nowhere in particular when all are None."""

    project: Project | None = None
    organization_ids: tuple[str, ...] = ()
    user_id: str | None = None


_NOWHERE = Place()


def powers(tables: Tables, caller: Caller, place: Place) -> frozenset[Power]:
    """What a caller may do with what belongs to a place."""
    if caller.project_id is not None:
        mine = place.project is not None and place.project.id == caller.project_id
        return _OF_A_PROJECT_KEY if mine else frozenset()
    if place.user_id == caller.user_id:
        return frozenset(Power)
    found: set[Power] = set()
    for membership in tables.where(Membership, "user", caller.user_id):
        if _covers(membership, place):
            for role in membership.roles:
                found |= _POWERS.get(role, frozenset())
    return frozenset(found)


def _covers(membership: Membership, place: Place) -> bool:
    if membership.organization_id is not None and membership.organization_id in place.organization_ids:
        return True
    return place.project is not None and membership.project_id == place.project.id


def of_project(project: Project) -> Place:
    """What a project holds."""
    return Place(project=project, organization_ids=(project.organization_id,))


def of_organization(identifier: str) -> Place:
    """What an organization has of its own."""
    return Place(organization_ids=(identifier,))


def visible_projects(tables: Tables, caller: Caller) -> list[Project]:
    """All projects that a caller may see, oldest first."""
    if caller.project_id is not None:
        only = tables.get(Project, caller.project_id)
        return [] if only is None else [only]
    mine = tables.where(Membership, "user", caller.user_id)
    organizations = {membership.organization_id for membership in mine}
    projects = {membership.project_id for membership in mine}
    return [p for p in tables.all(Project) if p.organization_id in organizations or p.id in projects]


def visible_organizations(tables: Tables, caller: Caller) -> list[Organization]:
    """All organizations that a caller belongs to, or in which they have a project; oldest first."""
    identifiers = {m.organization_id for m in tables.where(Membership, "user", caller.user_id)}
    identifiers |= {project.organization_id for project in visible_projects(tables, caller)}
    return [organization for organization in tables.all(Organization) if organization.id in identifiers]


def members_of_project(tables: Tables, project: Project) -> list[User]:
    """Who may see a project: its own members after the organization's."""
    return _users(tables, [*_of_organization(tables, project.organization_id), *_of_project(tables, project.id)])


def members_of_organization(tables: Tables, organization_id: str) -> list[User]:
    """Who belongs to an organization, or to one of its projects."""
    found = _of_organization(tables, organization_id)
    for project in tables.where(Project, "organization", organization_id):
        found += _of_project(tables, project.id)
    return _users(tables, found)


def visible_users(tables: Tables, caller: Caller) -> list[User]:
    """The caller, and all who share an organization or a project with them."""
    return [user for user in tables.all(User) if user.id == caller.user_id or _share_a_place(tables, caller, user)]


def _share_a_place(tables: Tables, caller: Caller, user: User) -> bool:
    """Whether the caller sees an organization or a project that the user is a member of."""
    for membership in tables.where(Membership, "user", user.id):
        if membership.organization_id is not None and _belongs(tables, caller, membership.organization_id):
            return True
        project = tables.get(Project, membership.project_id or "")
        if project is not None and powers(tables, caller, of_project(project)):
            return True
    return False


def _belongs(tables: Tables, caller: Caller, organization_id: str) -> bool:
    """Whether the caller is a member of an organization, or of one of its projects."""
    for membership in tables.where(Membership, "user", caller.user_id):
        if membership.organization_id == organization_id:
            return True
        project = tables.get(Project, membership.project_id or "")
        if project is not None and project.organization_id == organization_id:
            return True
    return False


def _of_organization(tables: Tables, identifier: str) -> list[Membership]:
    return tables.where(Membership, "organization", identifier)


def _of_project(tables: Tables, identifier: str) -> list[Membership]:
    return tables.where(Membership, "project", identifier)


def _users(tables: Tables, memberships: list[Membership]) -> list[User]:
    found = (tables.get(User, identifier) for identifier in dict.fromkeys(m.user_id for m in memberships))
    return [user for user in found if user is not None]


_NEEDS: Mapping[tuple[str, str], Power | None] = {
    ("POST", "/devices/{id}/actions"): Power.ACT,
    ("DELETE", "/projects/{id}"): Power.MANAGE,
    ("POST", "/projects/{id}/invitations"): Power.MANAGE,
    ("POST", "/projects/{id}/transfers"): Power.OWN,
    ("GET", "/projects/{id}/api-keys"): Power.USE,
    ("GET", "/projects/{id}/invitations"): Power.MANAGE,
    ("GET", "/organizations/{id}/invitations"): Power.MANAGE,
    ("GET", "/organizations/{id}/transfers"): Power.MANAGE,
    ("PUT", "/organizations/{id}"): Power.MANAGE,
    ("PATCH", "/organizations/{id}"): Power.MANAGE,
    ("DELETE", "/organizations/{id}"): Power.OWN,
    ("POST", "/organizations/{id}/projects"): Power.MANAGE,
    ("POST", "/organizations/{id}/invitations"): Power.MANAGE,
    ("PUT", "/memberships/{id}"): Power.MANAGE,
    ("PATCH", "/memberships/{id}"): Power.MANAGE,
    ("DELETE", "/memberships/{id}"): None,
    ("GET", "/invitations/{id}"): None,
    ("PUT", "/invitations/{id}"): None,
    ("PATCH", "/invitations/{id}"): None,
    ("DELETE", "/invitations/{id}"): None,
    ("PUT", "/transfers/{id}"): None,
    ("PATCH", "/transfers/{id}"): None,
    ("DELETE", "/transfers/{id}"): None,
}
"""What a call needs where it isn't as usual (VIEW to look, USE to change); None where its handler knows better."""

_PAYING = ("/organizations/{id}/payment-methods", "/organization/{id}/payment-methods", "/payment-methods/{id}")
_PERSONAL = (
    "/user",
    "/users",
    "/organizations",
    "/plans",
    "/emails",
    "/invitations",
    "/notifications",
    "/sessions",
    "/verify-email",
    "/reset-password",
    "/projects/{id}/api-keys",
    "/api-keys/{id}",
)
"""What only a user's token reaches; what is below /user too."""

_MADE_BY_USERS = ("/projects", "/ssh-keys")
"""What only a user's token makes. To a project's key these lists are those of its project (packet-python#80)."""

_WORDS: Mapping[type[Record], str] = {
    ApiKey: "API key",
    Assignment: "IP address",
    BgpConfig: "BGP config",
    BgpSession: "BGP session",
    Reservation: "IP address",
    SshKey: "SSH key",
    Transfer: "transfer request",
    Vlan: "virtual network",
}
"""What a refusal calls a thing, where it isn't the words of its class."""
_GUARDED = (Organization, Project, User, Email, Membership, Invitation, Transfer, PaymentMethod, ApiKey, Session)
_TO_OPEN: Mapping[type[Record], Power] = {Invitation: Power.MANAGE, PaymentMethod: Power.BILL}
_VERBS = {"GET": "view", "POST": "change", "PUT": "update", "PATCH": "update", "DELETE": "delete"}
_PARENTS = ("device_id", "volume_id", "reservation_id", "batch_id", "request_id")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call asks for, as far as the right to it goes."""

    method: str
    template: str
    identifiers: tuple[str, ...]
    """Ids in the path."""
    changes: bool


def check(tables: Tables, caller: Caller, asked: Asked, *, may_change_ports: bool) -> None:
    """Refuse a call that the caller may not make: 403, or 404 for a project's key on what belongs to users.

    `may_change_ports` is whether a project's key may; it is said of such keys only.
    """
    of_project = caller.project_id is not None
    if of_project and _is_personal(asked):
        raise not_found()
    if caller.read_only and asked.changes:
        raise ApiError(403, "You are not authorized to make changes with a read-only API key")  # text unsure
    if of_project and asked.changes and asked.template.startswith("/ports/") and not may_change_ports:
        raise ApiError(403, "You are not authorized to change this port")  # text unsure
    need = _need(asked)
    if need is None:
        return
    for identifier in asked.identifiers:
        record = _record(tables, identifier)
        if record is None:
            continue
        if not sees(tables, caller, record):
            raise not_yours(_word(record))
        if need not in (Power.VIEW, *powers(tables, caller, place_of(tables, record))):
            raise ApiError(403, f"You are not authorized to {_VERBS[asked.method]} this {_word(record)}")  # text unsure


def sees(tables: Tables, caller: Caller, record: Record) -> bool:
    """Whether a record may be shown to the caller."""
    if isinstance(record, User) and caller.project_id is None:
        return caller.user_id == record.id or _share_a_place(tables, caller, record)
    if isinstance(record, Organization) and caller.project_id is None:
        return _belongs(tables, caller, record.id)
    place = place_of(tables, record)
    return place == _NOWHERE or Power.VIEW in powers(tables, caller, place)


def opens(tables: Tables, caller: Caller, record: object) -> bool:
    """Whether `include` may open a link to something: what people and organizations have needs a right of its own."""
    if not isinstance(record, _GUARDED):
        return True
    need = _TO_OPEN.get(type(record))
    return sees(tables, caller, record) if need is None else need in powers(tables, caller, place_of(tables, record))


def place_of(tables: Tables, record: Record) -> Place:
    """Where a record belongs."""
    if isinstance(record, Project):
        return of_project(record)
    if isinstance(record, Organization):
        return of_organization(record.id)
    if isinstance(record, User):
        return Place(user_id=record.id)
    if isinstance(record, SshKey):
        return _place_of_id(tables, record.owner_href.rpartition("/")[2])
    if isinstance(record, Transfer):
        project = tables.get(Project, record.project_id)
        left = (project.organization_id,) if project else ()
        return Place(project, (*left, record.target_organization_id))
    if isinstance(record, Email | Notification | Session):
        return Place(user_id=record.user_id)
    if isinstance(record, Membership | Invitation):
        return _place_of_id(tables, record.project_id or record.organization_id)
    if isinstance(record, ApiKey):
        return _place_of_id(tables, record.project_id or record.user_id)
    if isinstance(record, PaymentMethod):
        return of_organization(record.organization_id)
    for name in ("project_id", *_PARENTS):
        identifier = getattr(record, name, None)
        if isinstance(identifier, str):
            return _place_of_id(tables, identifier)
    return _NOWHERE


def _place_of_id(tables: Tables, identifier: str | None) -> Place:
    record = tables.find(identifier) if identifier else None
    return _NOWHERE if record is None else place_of(tables, record)


def _record(tables: Tables, identifier: str) -> Record | None:
    """The record of an id; of a port's, the device that it is part of."""
    found = tables.find(identifier)
    return found or next(iter(tables.where(Device, "port", identifier)), None)


def _need(asked: Asked) -> Power | None:
    if asked.template in _PAYING:
        return Power.BILL
    usual = Power.USE if asked.changes else Power.VIEW
    return _NEEDS.get((asked.method, asked.template), usual)


def _is_personal(asked: Asked) -> bool:
    if asked.method == "POST" and asked.template in _MADE_BY_USERS:
        return True
    return asked.template in _PERSONAL or asked.template.startswith("/user/")


def _word(record: Record) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(record).__name__).lower()
    return _WORDS.get(type(record), words)
