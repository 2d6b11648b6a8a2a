"""Who may do what, who was asked to, and what belongs to one person or one organization alone."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.emulator.records.keys import Keys


@dataclass(frozen=True, slots=True)
class Membership:
    """A user's roles in an organization (and so in all its projects), or in one project: one of the two ids is set."""

    id: str
    user_id: str
    organization_id: str | None
    project_id: str | None
    roles: tuple[str, ...]
    created_at: float
    updated_at: float

    def keys(self) -> Keys:
        keys: Keys = (("user", self.user_id),)
        if self.organization_id:
            keys += (("organization", self.organization_id),)
        return (*keys, ("project", self.project_id)) if self.project_id else keys


@dataclass(frozen=True, slots=True)
class Invitation:
    id: str
    invitee: str
    """E-mail address, as it was given."""
    roles: tuple[str, ...]
    message: str | None
    nonce: str
    """What the invitee's letter contains: whoever has it may accept."""
    invited_by: str
    organization_id: str
    project_id: str | None
    """The project that it was made for; None for one made for the organization."""
    projects_ids: tuple[str, ...]
    """The projects that it is confined to; none for the whole organization."""
    created_at: float
    updated_at: float

    def keys(self) -> Keys:
        projects = tuple(("project", identifier) for identifier in self.projects_ids)
        return (("invitee", self.invitee.lower()), ("organization", self.organization_id), *projects)


@dataclass(frozen=True, slots=True)
class Transfer:
    """A request that an organization takes a project over."""

    id: str
    project_id: str
    target_organization_id: str
    created_at: float
    updated_at: float

    def keys(self) -> Keys:
        return (("project", self.project_id), ("target", self.target_organization_id))


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """A card, or a PayPal account; of a card only what may be shown is kept, of its nonce nothing."""

    id: str
    organization_id: str
    name: str
    type: str
    """`credit_card` or `paypal`."""
    default: bool
    created_by: str
    card_type: str | None
    last_4: str | None
    cardholder_name: str | None
    expiration_month: str | None
    expiration_year: str | None
    billing_address: str
    """JSON."""
    email: str | None
    created_at: float
    updated_at: float

    def keys(self) -> Keys:
        return (("organization", self.organization_id),)


@dataclass(frozen=True, slots=True)
class Email:
    """One of a user's addresses; `User.email` says which of them is the default."""

    id: str
    user_id: str
    address: str
    verified: bool
    created_at: float

    def keys(self) -> Keys:
        return (("user", self.user_id), ("address", self.address.lower()))


@dataclass(frozen=True, slots=True)
class Notification:
    id: str
    user_id: str
    type: str
    body: str
    severity: str
    """`info`, `warning` or `error`."""
    context: str
    """The path of what it is about."""
    read: bool
    created_at: float
    updated_at: float

    def keys(self) -> Keys:
        return (("user", self.user_id),)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A token for `X-Auth-Token`: a user's, with that user's rights, or a project's, which sees that project only."""

    id: str
    user_id: str
    """Whose it is, or who made it for the project."""
    project_id: str | None
    token: str
    description: str | None
    read_only: bool
    created_at: float
    updated_at: float

    def keys(self) -> Keys:
        owner = ("project", self.project_id) if self.project_id else ("user", self.user_id)
        return (owner, ("token", self.token))


@dataclass(frozen=True, slots=True)
class Session:
    """A login's token, good until `expires_at`."""

    id: str
    user_id: str
    token: str
    created_at: float
    updated_at: float
    expires_at: float

    def keys(self) -> Keys:
        return (("user", self.user_id), ("token", self.token))


@dataclass(frozen=True, slots=True)
class Letter:
    """What the service would have sent by e-mail or text message; the emulator shows it instead."""

    id: str
    to: str
    subject: str
    secret: str | None
    """The token, code or nonce that the letter is sent for."""
    created_at: float

    def keys(self) -> Keys:
        return (("to", self.to.lower()),)
