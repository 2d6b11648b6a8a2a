"""Logins, second factors, VPN, passwords and support: what `routes/people.py` calls security."""

from __future__ import annotations

from reconciler.emulator.openapi.operation import Group, Operation, act, delete, get, listing, post
from reconciler.emulator.openapi.schema import (
    FLAG,
    NAME,
    SOME_ID,
    TEXT,
    TEXTS,
    TIME,
    UUID,
    closed,
    link,
    listed,
    opened,
    ref,
    told,
)

SESSION = closed(
    {
        "id": UUID,
        "token": TEXT,
        "read_only": FLAG,
        "expires_at": TIME,
        "created_at": TIME,
        "updated_at": TIME,
        "user": link("User"),
    }
)
_CODES = closed({"recovery_codes": TEXTS})
_OTP = told(TEXT, "A code of the second factor, or a recovery code.")

GROUP = Group(
    "Security",
    {"Session": SESSION},
    (
        listing("/sessions", "Logins of the user", "Session"),
        post("/sessions", "Log in", {"login": NAME, "password": NAME, "otp?": _OTP}, "Session"),
        post(
            "/user/otp/app",
            "Want a code from an app at login",
            {},
            closed({"otp_uri": TEXT, "recovery_codes": TEXTS}),
            200,
        ),
        delete("/user/otp/app", "Want no codes at login"),
        post("/user/otp/app/receive", "Have a new secret for the app", {}, closed({"otp_uri": TEXT}), 200),
        act("/user/otp/sms", "Want a code from a text message at login", {}, 200),
        delete("/user/otp/sms", "Want no codes at login"),
        act("/user/otp/sms/receive", "Have a code sent", {}),
        post("/user/otp/verify/{otp}", "Log in by a code", {}, "Session", 200),
        get("/user/otp/recovery-codes", "Codes for when the phone is lost", _CODES),
        post("/user/otp/recovery-codes", "Make new recovery codes", {}, _CODES, 200),
        get(
            "/user/vpn",
            "The VPN client's configuration for a facility",
            closed({"config": TEXT}),
            {"code": ref("FacilityName")},
        ),
        act("/user/vpn", "Turn the VPN on", {}),
        delete("/user/vpn", "Turn the VPN off"),
        act("/verify-email", "Have a token sent to an e-mail address", {"login": NAME}, 201),
        Operation(
            ("PUT", "PATCH"),
            "/verify-email",
            "Say that an e-mail address is one's own, by its token",
            {200: ref("Session")},
            body=opened({"user_token": NAME}),
        ),
        act("/reset-password", "Have a token sent to who forgot their password", {"email": NAME}, 201),
        Operation(
            ("DELETE",),
            "/reset-password",
            "Set a new password, by a token",
            {201: ref("Session")},
            query={"token": NAME, "password": {"type": "string", "minLength": 8}},
        ),
        act(
            "/support-requests",
            "Ask for support",
            {
                "subject": NAME,
                "message": NAME,
                "project_id?": SOME_ID,
                "device_ids?": listed(SOME_ID),
                "priority?": TEXT,
            },
        ),
        act("/userdata/validate", "Whether userdata can be used", {"userdata?": TEXT}),
    ),
)
