"""Projects and SSH keys."""

from __future__ import annotations

from reconciler.emulator.openapi.groups.account import CUSTOM_DATA
from reconciler.emulator.openapi.operation import Group, delete, get, listing, post, put
from reconciler.emulator.openapi.schema import (
    ANY,
    FLAG,
    INTEGER,
    NAME,
    NULL,
    SOME_ID,
    TEXT,
    TIME,
    UUID,
    closed,
    either,
    link,
    links,
    mapped,
    or_null,
    ref,
    told,
)

PROJECT = closed(
    {
        "id": UUID,
        "name": TEXT,
        "created_at": TIME,
        "updated_at": TIME,
        "backend_transfer_enabled": FLAG,
        "customdata": ANY,
        "event_alert_configuration": NULL,
        "max_devices": told(mapped(INTEGER), "By plan."),
        "network_status": told(mapped(TEXT), "By facility."),
        "memberships": links("Membership"),
        "invitations": links("Invitation"),
        "payment_method": or_null(link("PaymentMethod")),
        "devices": links("Device"),
        "ssh_keys": links("SshKey"),
        "volumes": links("Volume"),
        "members": links("User"),
        "transfers": links("Transfer"),
        "organization": link("Organization"),
        "bgp_config": or_null(link("BgpConfig")),
        "href": TEXT,
    }
)
SSH_KEY = closed(
    {
        "id": UUID,
        "label": TEXT,
        "key": TEXT,
        "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{2}(:[0-9a-f]{2}){15}$"},
        "created_at": TIME,
        "updated_at": TIME,
        "owner": either(ref("Link"), ref("Project"), ref("User")),
        "href": TEXT,
    }
)

_PUBLIC_KEY = {"type": "string", "format": "public-key"}
_KEY = {"label": NAME, "key": _PUBLIC_KEY}
SEARCHED_KEYS = dict.fromkeys(("search", "Search string"), told(TEXT, "Looked for in key, label and fingerprint."))
_NAMES = {"name": TEXT, "search": TEXT}

GROUP = Group(
    "Projects",
    {"Project": PROJECT, "SshKey": SSH_KEY},
    (
        listing("/projects", "All projects", "Project", _NAMES),
        post(
            "/projects",
            "Create a project",
            {
                "name": NAME,
                "organization_id?": SOME_ID,
                "payment_method_id?": or_null(SOME_ID),
                "customdata?": CUSTOM_DATA,
            },
            "Project",
        ),
        get("/projects/{id}", "A project", "Project"),
        put(
            "/projects/{id}",
            "Change a project",
            {
                "name?": NAME,
                "payment_method_id?": or_null(SOME_ID),
                "backend_transfer_enabled?": FLAG,
                "customdata?": CUSTOM_DATA,
            },
            "Project",
        ),
        delete("/projects/{id}", "Delete a project without devices"),
        get("/projects/{id}/customdata", "A project's custom data", ANY),
        listing("/projects/{id}/events", "Events of a project, newest first", "Event"),
        listing("/projects/{id}/facilities", "Facilities for a project", "Facility"),
        listing("/projects/{id}/plans", "Plans for a project", "Plan"),
        listing("/projects/{id}/ssh-keys", "SSH keys of a project", "SshKey", SEARCHED_KEYS),
        post("/projects/{id}/ssh-keys", "Add an SSH key to a project", _KEY, "SshKey"),
        listing("/ssh-keys", "SSH keys of the user", "SshKey"),
        post("/ssh-keys", "Add an SSH key to the user", _KEY, "SshKey"),
        get("/ssh-keys/{id}", "An SSH key", "SshKey"),
        put("/ssh-keys/{id}", "Change an SSH key", {"label?": NAME, "key?": _PUBLIC_KEY}, "SshKey"),
        delete("/ssh-keys/{id}", "Delete an SSH key"),
    ),
    {"Project": "/projects/{id}", "SshKey": "/ssh-keys/{id}"},
)
