"""The account side: sessions, second factors, passwords, e-mail verification, VPN, support, and the userdata check.

None of it is in REF; fog-packet, packet-python and the OpenAPI document of metal-python show the calls.
"""

from __future__ import annotations

from reconciler.api.endpoints.build import Body, collection, create, delete, given, put_into, read, update
from reconciler.wire import Call, Listing, Repeat


def list_sessions() -> Listing:
    return collection("/sessions", key="sessions")


def create_session(login: str, password: str, otp: str | None = None) -> Call:
    """Log in; the answer holds a token. `otp` is a code of the second factor, where that is on."""
    return create("/sessions", body={"login": login, "password": password, **given({"otp": otp})})


def enable_otp_app() -> Call:
    """One-time passwords from an app as the second factor."""
    return put_into("/user/otp/app")


def disable_otp_app() -> Call:
    return delete("/user/otp/app")


def seed_otp_app() -> Call:
    """A new seed for the app; the one before stops working, so this is never sent again."""
    return create("/user/otp/app/receive")


def enable_otp_sms() -> Call:
    """One-time passwords by text message as the second factor."""
    return put_into("/user/otp/sms")


def disable_otp_sms() -> Call:
    return delete("/user/otp/sms")


def send_otp_sms() -> Call:
    """Sends a code to the user's telephone."""
    return create("/user/otp/sms/receive")


def verify_otp(otp: str) -> Call:
    """A code can be used once."""
    return create("/user/otp/verify/{otp}", otp)


def get_recovery_codes() -> Call:
    return read("/user/otp/recovery-codes")


def create_recovery_codes() -> Call:
    """New ones; those before stop working."""
    return create("/user/otp/recovery-codes")


def request_email_verification(login: str) -> Call:
    """Sends a message to that address."""
    return create("/verify-email", body={"login": login})


def verify_email(user_token: str) -> Call:
    """With the token of that message; answers with a session."""
    return update("/verify-email", body={"user_token": user_token})


def request_password_reset(email: str) -> Call:
    """Sends a message to that address."""
    return create("/reset-password", body={"email": email})


def reset_password(token: str, password: str) -> Call:
    """A new password, with the token of that message, which is good once. Names unsure: only the path is documented."""
    query = {"token": token, "password": password}
    return Call("DELETE", "/reset-password", "/reset-password", body=query, repeat=Repeat.NEVER)


def get_vpn_config(code: str) -> Call:
    """`code` is the facility of the VPN server."""
    return read("/user/vpn", query=given({"code": code}))


def enable_vpn() -> Call:
    return put_into("/user/vpn")


def disable_vpn() -> Call:
    return delete("/user/vpn")


def request_support(body: Body) -> Call:
    """`subject` and `message`, with `device_id`, `project_id` and `priority` where they help."""
    return create("/support-requests", body=body)


def validate_userdata(userdata: str) -> Call:
    """Whether a machine could read it: no content if so, 422 with the reasons if not. Changes nothing."""
    return put_into("/userdata/validate", body={"userdata": userdata})
