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
    SOME_ID,
    TEXT,
    TIME,
    UUID,
    YES_OR_NO,
    closed,
    link,
    links,
    listed,
    one_of,
    or_null,
    ref,
    told,
)

CUSTOM_DATA = told(ANY, "Any JSON, or JSON in a string.")

DEVICE_FILTERS = {
    **dict.fromkeys(("search", "hostname", "facility", "tag"), TEXT),
    "type": one_of("on_demand", "reserved", "spot", "spot_market"),
    **dict.fromkeys(("reserved", "has_termination_time"), YES_OR_NO),
}
"""What narrows a list of devices."""

USER = closed(
    {
        "id": UUID,
        "short_id": SHORT_ID,
        "first_name": TEXT,
        "last_name": TEXT,
        "full_name": TEXT,
        "email": TEXT,
        "social_accounts": {"type": "object"},
        "customdata": ANY,
        "created_at": TIME,
        "updated_at": TIME,
        "default_organization_id": or_null(UUID),
        "avatar_url": TEXT,
        "avatar_thumb_url": TEXT,
        "timezone": TEXT,
        "verification_stage": TEXT,
        "two_factor_auth": one_of("", "app", "sms"),
        "max_projects": INTEGER,
        "vpn": FLAG,
        "last_login_at": TIME,
        "emails": links("Email"),
        "projects": links("Project"),
        "memberships": links("Membership"),
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
        "billing_address": or_null({"type": "object"}),
        "enforce_2fa_at": or_null(TEXT),
        "entitlement": ref("Entitlement"),
        "terms": INTEGER,
        "members": links("User"),
        "owners": links("User"),
        "memberships": links("Membership"),
        "primary_owner": link("User"),
        "invitations": links("Invitation"),
        "inbound_transfers": links("Transfer"),
        "payment_methods": links("PaymentMethod"),
        "default_payment_method": or_null(link("PaymentMethod")),
        "account_manager": NULL,
        "logo": or_null(TEXT),
        "logo_thumb": or_null(TEXT),
        "projects": links("Project"),
        "plan": TEXT,
        "monthly_spend": AMOUNT,
        "current_user_abilities": closed(dict.fromkeys(("admin", "billing", "collaborator", "owner"), FLAG)),
        "href": TEXT,
    }
)
ENTITLEMENT = closed(
    {
        "id": UUID,
        "description": NULL,
        "slug": TEXT,
        "name": TEXT,
        "weight": INTEGER,
        "instance_quota": EMPTY,
        "project_quota": INTEGER,
        "volume_quota": EMPTY,
        "ip_quota": EMPTY,
        "feature_access": EMPTY,
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
    "billing_address?": or_null({"type": "object"}),
    "logo?": or_null(told(TEXT, "A picture as base64.")),
    "enforce_2fa_at?": or_null(TEXT),
    "customdata?": CUSTOM_DATA,
}
_PROJECT_FIELDS = {"name": NAME, "payment_method_id?": or_null(SOME_ID), "customdata?": CUSTOM_DATA}

GROUP = Group(
    "Account",
    {
        "User": USER,
        "Organization": ORGANIZATION,
        "Entitlement": ENTITLEMENT,
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
                "social_accounts?": or_null({"type": "object"}),
                "password?": {"type": "string", "minLength": 8},
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
            dict.fromkeys(("personal", "without_projects"), one_of("include", "exclude", "only", "true", "false")),
        ),
        post("/organizations", "Create an organization", {"name": NAME, **_ORGANIZATION_FIELDS}, "Organization"),
        get("/organizations/{id}", "An organization", "Organization"),
        put("/organizations/{id}", "Change an organization", {"name?": NAME, **_ORGANIZATION_FIELDS}, "Organization"),
        delete("/organizations/{id}", "Delete an organization without projects"),
        get("/organizations/{id}/customdata", "An organization's custom data", ANY),
        listing("/organizations/{id}/devices", "Devices of an organization", "Device", DEVICE_FILTERS),
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
