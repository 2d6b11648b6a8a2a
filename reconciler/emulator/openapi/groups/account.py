"""Users, organizations and the events of both."""

from __future__ import annotations

from reconciler.emulator.openapi.operation import Group, delete, get, listing, post, put
from reconciler.emulator.openapi.schema import (
    AMOUNT,
    ANY,
    EMPTY,
    FLAG,
    INTEGER,
    NAME,
    NULL,
    SHORT_ID,
    TEXT,
    TIME,
    UUID,
    YES_OR_NO,
    closed,
    link,
    links,
    listed,
    or_null,
    ref,
    told,
)

CUSTOM_DATA = told(ANY, "Any JSON, or JSON in a string.")

USER = closed(
    {
        "id": UUID,
        "short_id": SHORT_ID,
        "first_name": TEXT,
        "last_name": TEXT,
        "full_name": TEXT,
        "email": TEXT,
        "social_accounts": EMPTY,
        "customdata": ANY,
        "created_at": TIME,
        "updated_at": TIME,
        "default_organization_id": UUID,
        "avatar_url": TEXT,
        "avatar_thumb_url": TEXT,
        "timezone": TEXT,
        "verification_stage": TEXT,
        "two_factor_auth": TEXT,
        "max_projects": INTEGER,
        "vpn": FLAG,
        "last_login_at": TIME,
        "emails": listed(EMPTY),
        "projects": links("Project"),
        "memberships": listed(EMPTY),
        "phone_number": TEXT,
        "restricted": FLAG,
        "href": TEXT,
    }
)
ORGANIZATION = closed(
    {
        "id": UUID,
        "name": TEXT,
        "description": or_null(TEXT),
        "website": or_null(TEXT),
        "twitter": or_null(TEXT),
        "created_at": TIME,
        "updated_at": TIME,
        "tax_id": NULL,
        "main_phone": NULL,
        "billing_phone": NULL,
        "credit_amount": AMOUNT,
        "personal": FLAG,
        "customdata": ANY,
        "address": or_null({"type": "object"}),
        "members": links("User"),
        "owners": links("User"),
        "memberships": listed(EMPTY),
        "primary_owner": link("User"),
        "inbound_transfers": listed(EMPTY),
        "payment_methods": listed(EMPTY),
        "default_payment_method": NULL,
        "account_manager": NULL,
        "logo": NULL,
        "logo_thumb": NULL,
        "projects": links("Project"),
        "plan": TEXT,
        "monthly_spend": AMOUNT,
        "current_user_abilities": closed(dict.fromkeys(("admin", "billing", "collaborator", "owner"), FLAG)),
        "href": TEXT,
    }
)
_HAPPENED = {
    "type": TEXT,
    "body": TEXT,
    "state": NULL,
    "relationships": listed(ref("Link")),
    "ip": or_null(TEXT),
    "modified_by": or_null(ref("Author")),
    "interpolated": TEXT,
}
EVENT = closed({"id": UUID, "created_at": TIME, "href": TEXT, **_HAPPENED})
PROVISIONING_EVENT = told(
    closed({"id": or_null(UUID), "created_at": or_null(TIME), "href?": TEXT, **_HAPPENED}),
    "A step of provisioning, past or to come; one to come has neither id nor time.",
)
AUTHOR = closed({"id": UUID, "full_name": TEXT, "avatar_url": TEXT, "avatar_thumb_url": TEXT})

_ORGANIZATION_FIELDS = {
    "description?": or_null(TEXT),
    "website?": or_null(TEXT),
    "twitter?": or_null(TEXT),
    "address?": or_null({"type": "object"}),
    "customdata?": CUSTOM_DATA,
}
_PROJECT_FIELDS = {"name": NAME, "payment_method_id?": or_null(TEXT), "customdata?": CUSTOM_DATA}

GROUP = Group(
    "Account",
    {
        "User": USER,
        "Organization": ORGANIZATION,
        "Event": EVENT,
        "ProvisioningEvent": PROVISIONING_EVENT,
        "Author": AUTHOR,
    },
    (
        get("/user", "The user whose token it is", "User"),
        put(
            "/user",
            "Change the user",
            {
                "first_name?": TEXT,
                "last_name?": TEXT,
                "timezone?": TEXT,
                "phone_number?": TEXT,
                "customdata?": CUSTOM_DATA,
            },
            "User",
        ),
        listing("/users", "All users", "User"),
        get("/users/{id}", "A user", "User"),
        get("/users/{id}/customdata", "A user's custom data", ANY),
        listing(
            "/organizations",
            "Organizations of the user",
            "Organization",
            {"personal": YES_OR_NO, "without_projects": YES_OR_NO},
        ),
        post("/organizations", "Create an organization", {"name": NAME, **_ORGANIZATION_FIELDS}, "Organization"),
        get("/organizations/{id}", "An organization", "Organization"),
        put("/organizations/{id}", "Change an organization", {"name?": NAME, **_ORGANIZATION_FIELDS}, "Organization"),
        delete("/organizations/{id}", "Delete an organization without projects"),
        get("/organizations/{id}/customdata", "An organization's custom data", ANY),
        listing("/organizations/{id}/devices", "Devices of an organization", "Device"),
        listing("/organizations/{id}/events", "Events of an organization, newest first", "Event"),
        listing("/organizations/{id}/facilities", "Facilities for an organization", "Facility"),
        listing(
            "/organizations/{id}/projects", "Projects of an organization", "Project", {"name": TEXT, "search": TEXT}
        ),
        post("/organizations/{id}/projects", "Create a project in an organization", _PROJECT_FIELDS, "Project"),
        listing("/events", "Events of the user, newest first", "Event"),
        get("/events/{id}", "An event", "Event"),
    ),
    {"User": "/users/{id}", "Organization": "/organizations/{id}", "Event": "/events/{id}"},
)
