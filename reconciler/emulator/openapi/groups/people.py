"""Members, invitations, transfers, payment, addresses, notifications and API keys."""

from __future__ import annotations

from reconciler.emulator.openapi.operation import Group, Operation, delete, get, listing, post, put
from reconciler.emulator.openapi.schema import (
    FLAG,
    NAME,
    SOME_ID,
    TEXT,
    TIME,
    UUID,
    Schema,
    closed,
    either,
    link,
    links,
    listed,
    one_of,
    opened,
    or_null,
    ref,
    told,
    within,
)

_ROLE = one_of("admin", "billing", "collaborator", "limited_collaborator", "owner")
_ROLES = listed(_ROLE)
_SOME_ROLES = {**_ROLES, "minItems": 1}
_ADDRESS = {"type": "string", "format": "email", "maxLength": 254}
_DATES = {"created_at": TIME, "updated_at": TIME}

MEMBERSHIP = closed(
    {
        "id": UUID,
        "roles": _ROLES,
        **_DATES,
        "project": told(or_null(link("Project")), "Null for a membership of the organization."),
        "organization": link("Organization"),
        "user": link("User"),
        "href": TEXT,
    }
)
INVITATION = closed(
    {
        "id": UUID,
        "roles": _ROLES,
        "invitee": TEXT,
        "message": or_null(TEXT),
        "nonce": TEXT,
        **_DATES,
        "invited_by": link("User"),
        "organization": link("Organization"),
        "projects_ids": listed(UUID),
        "projects": links("Project"),
        "invitable": either(ref("Link"), ref("Project"), ref("Organization")),
        "invitation": link("Invitation"),
        "href": TEXT,
    }
)
TRANSFER = closed(
    {
        "id": UUID,
        **_DATES,
        "target_organization": link("Organization"),
        "project": link("Project"),
        "href": TEXT,
    }
)
_PAYMENT = {
    "id": UUID,
    "name": TEXT,
    "default": FLAG,
    **_DATES,
    "created_by_user": link("User"),
    "projects": links("Project"),
    "organization": link("Organization"),
    "href": TEXT,
}
_BILLING_ADDRESS = dict.fromkeys(("street_address", "postal_code", "country_code_alpha2"), or_null(TEXT))
PAYMENT_METHOD = either(
    closed({**_PAYMENT, "type": one_of("paypal"), "email": TEXT}),
    closed(
        {
            **_PAYMENT,
            "type": one_of("credit_card"),
            "card_type": TEXT,
            "expiration_month": {"type": "string", "pattern": r"^\d\d$"},
            "expiration_year": {"type": "string", "pattern": r"^\d{4}$"},
            "last_4": {"type": "string", "pattern": r"^\d{4}$"},
            "cardholder_name": or_null(TEXT),
            "billing_address": closed(_BILLING_ADDRESS),
        }
    ),
)
EMAIL = closed({"id": UUID, "address": TEXT, "default": FLAG, "verified": FLAG, "href": TEXT})
NOTIFICATION = closed(
    {
        "id": UUID,
        "type": TEXT,
        "body": TEXT,
        "severity": TEXT,
        "read": FLAG,
        "context": told(TEXT, "The path of what it is about."),
        **_DATES,
        "user": link("User"),
        "href": TEXT,
    }
)
_API_KEY = {"id": UUID, "token": TEXT, "description": or_null(TEXT), "read_only": FLAG, **_DATES}
API_KEY = either(closed({**_API_KEY, "project": link("Project")}), closed({**_API_KEY, "user": link("User")}))

_INVITE = {
    "invitee": _ADDRESS,
    "roles?": _SOME_ROLES,
    "message?": or_null(TEXT),
    "projects_ids?": listed(told(SOME_ID, "A project of the organization.")),
}
_NEW_KEY = {"description?": or_null(TEXT), "read_only?": FLAG}


def _invitations(template: str, of: str) -> tuple[Operation, Operation]:
    return (
        listing(template, f"Open invitations to {of}", "Invitation"),
        post(template, f"Invite somebody to {of}", _INVITE, "Invitation"),
    )


def _payment_methods(template: str) -> tuple[Operation, Operation]:
    """Of an organization; they have two paths."""
    body: dict[str, Schema] = {
        "name": NAME,
        "nonce": told(NAME, "From the payment provider's form, standing for a card."),
        "default?": FLAG,
    }
    return (
        listing(template, "Payment methods of an organization", "PaymentMethod"),
        post(template, "Add a payment method to an organization", body, "PaymentMethod"),
    )


GROUP = Group(
    "People",
    {
        "Membership": MEMBERSHIP,
        "Invitation": INVITATION,
        "Transfer": TRANSFER,
        "PaymentMethod": PAYMENT_METHOD,
        "Email": EMAIL,
        "Notification": NOTIFICATION,
        "ApiKey": API_KEY,
    },
    (
        listing("/projects/{id}/memberships", "Members of a project alone", "Membership"),
        get("/memberships/{id}", "A membership", "Membership"),
        put(
            "/memberships/{id}",
            "Change what a member may do",
            {"role?": _SOME_ROLES, "roles?": told(_SOME_ROLES, "The same as `role`.")},
            "Membership",
        ),
        delete("/memberships/{id}", "Remove a member"),
        listing("/invitations", "Invitations that wait for the user", "Invitation"),
        *_invitations("/projects/{id}/invitations", "a project"),
        *_invitations("/organizations/{id}/invitations", "an organization"),
        get("/invitations/{id}", "An invitation", "Invitation"),
        put(
            "/invitations/{id}",
            "Accept an invitation",
            {
                "nonce?": told(TEXT, "Of the invitation, from who is not its invitee."),
                "first_name?": or_null(TEXT),
                "last_name?": or_null(TEXT),
            },
            "Membership",
        ),
        delete("/invitations/{id}", "Decline an invitation, or take it back"),
        post(
            "/projects/{id}/transfers",
            "Ask another organization to take over a project",
            {"target_organization_id": SOME_ID},
            "Transfer",
        ),
        listing("/organizations/{id}/transfers", "Transfers from and to an organization", "Transfer"),
        get("/transfers/{id}", "A transfer", "Transfer"),
        Operation(("PUT", "PATCH"), "/transfers/{id}", "Accept a transfer", {204: None}, body=opened({})),
        delete("/transfers/{id}", "Decline a transfer, or take it back"),
        *_payment_methods("/organizations/{id}/payment-methods"),
        *_payment_methods("/organization/{id}/payment-methods"),
        get("/payment-methods/{id}", "A payment method", "PaymentMethod"),
        put(
            "/payment-methods/{id}",
            "Change a payment method",
            {
                "name?": NAME,
                "default?": FLAG,
                "cardholder_name?": or_null(TEXT),
                "expiration_month?": within(1, 12),
                "expiration_year?": within(2000, 2099),
                "billing_address?": opened({f"{name}?": schema for name, schema in _BILLING_ADDRESS.items()}),
            },
            "PaymentMethod",
        ),
        delete("/payment-methods/{id}", "Delete a payment method that no project names"),
        post("/emails", "Add an e-mail address", {"address": _ADDRESS, "default?": FLAG}, "Email"),
        get("/emails/{id}", "An e-mail address", "Email"),
        put("/emails/{id}", "Change an e-mail address", {"address?": _ADDRESS, "default?": FLAG}, "Email"),
        delete("/emails/{id}", "Delete an e-mail address that is not the default"),
        listing("/notifications", "Notifications of the user, newest first", "Notification"),
        get("/notifications/{id}", "A notification", "Notification"),
        put("/notifications/{id}", "Mark a notification as read", {}, "Notification"),
        listing("/user/api-keys", "API keys of the user", "ApiKey"),
        post("/user/api-keys", "Make an API key of the user", _NEW_KEY, "ApiKey"),
        delete("/user/api-keys/{id}", "Revoke an API key of the user"),
        listing("/projects/{id}/api-keys", "API keys of a project", "ApiKey"),
        post("/projects/{id}/api-keys", "Make an API key of a project", _NEW_KEY, "ApiKey"),
        delete("/api-keys/{id}", "Revoke an API key"),
    ),
    {
        "Membership": "/memberships/{id}",
        "Invitation": "/invitations/{id}",
        "Transfer": "/transfers/{id}",
        "PaymentMethod": "/payment-methods/{id}",
        "Email": "/emails/{id}",
        "Notification": "/notifications/{id}",
        "ApiKey": "/api-keys/{id}",
    },
)
