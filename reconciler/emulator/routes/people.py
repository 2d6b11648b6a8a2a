"""Members, invitations, transfers, payment, addresses, keys and logins."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.emulator.records import (
    ApiKey,
    Email,
    Invitation,
    Membership,
    Notification,
    PaymentMethod,
    Session,
    Transfer,
)
from reconciler.emulator.rendering import Views
from reconciler.emulator.resources import (
    api_keys,
    emails,
    invitations,
    memberships,
    notifications,
    payment_methods,
    security,
    support,
    transfers,
)
from reconciler.emulator.routing import Lists, Route, check, delete, get, listing, post, put

LISTED: Lists = {
    "api_keys": (ApiKey,),
    "invitations": (Invitation,),
    "memberships": (Membership,),
    "notifications": (Notification,),
    "payment_methods": (PaymentMethod,),
    "sessions": (Session,),
    "transfers": (Transfer,),
}

VIEWS: Views = {
    ApiKey: api_keys.show_api_key,
    Email: emails.show_email,
    Invitation: invitations.show_invitation,
    Membership: memberships.show_membership,
    Notification: notifications.show_notification,
    PaymentMethod: payment_methods.show_payment_method,
    Session: security.show_session,
    Transfer: transfers.show_transfer,
}


def routes() -> Iterator[Route]:
    yield from _members()
    yield from _owned()
    yield from _security()


def _members() -> Iterator[Route]:
    yield listing("/projects/{id}/memberships", "memberships", memberships.of_project, paged=True)
    yield get("/memberships/{id}", memberships.one)
    yield from put("/memberships/{id}", memberships.update)
    yield delete("/memberships/{id}", memberships.delete)
    yield listing("/invitations", "invitations", invitations.of_user, paged=True)
    yield listing("/projects/{id}/invitations", "invitations", invitations.in_project, paged=True)
    yield post("/projects/{id}/invitations", invitations.invite_to_project)
    yield listing("/organizations/{id}/invitations", "invitations", invitations.in_organization, paged=True)
    yield post("/organizations/{id}/invitations", invitations.invite_to_organization)
    yield get("/invitations/{id}", invitations.one)
    yield from put("/invitations/{id}", invitations.accept)
    yield delete("/invitations/{id}", invitations.decline)
    yield post("/projects/{id}/transfers", transfers.create)
    yield listing("/organizations/{id}/transfers", "transfers", transfers.in_organization, paged=True)
    yield get("/transfers/{id}", transfers.one)
    yield from put("/transfers/{id}", transfers.accept)
    yield delete("/transfers/{id}", transfers.decline)


def _owned() -> Iterator[Route]:
    for template in ("/organizations/{id}/payment-methods", "/organization/{id}/payment-methods"):  # reference: both
        yield listing(template, "payment_methods", payment_methods.of_organization)
        yield post(template, payment_methods.create)
    yield get("/payment-methods/{id}", payment_methods.one)
    yield from put("/payment-methods/{id}", payment_methods.update)
    yield delete("/payment-methods/{id}", payment_methods.delete)
    yield post("/emails", emails.create)
    yield get("/emails/{id}", emails.one)
    yield from put("/emails/{id}", emails.update)
    yield delete("/emails/{id}", emails.delete)
    yield listing("/notifications", "notifications", notifications.of_user, paged=True)
    yield get("/notifications/{id}", notifications.one)
    yield from put("/notifications/{id}", notifications.mark_as_read)
    yield listing("/user/api-keys", "api_keys", api_keys.of_user)
    yield post("/user/api-keys", api_keys.create_for_user)
    yield delete("/user/api-keys/{id}", api_keys.delete_of_user)
    yield listing("/projects/{id}/api-keys", "api_keys", api_keys.of_project)
    yield post("/projects/{id}/api-keys", api_keys.create_for_project)
    yield delete("/api-keys/{id}", api_keys.delete)


def _security() -> Iterator[Route]:
    yield listing("/sessions", "sessions", security.sessions)
    yield post("/sessions", security.log_in)
    yield post("/user/otp/app", security.turn_on_second_factor)
    yield delete("/user/otp/app", security.turn_off_second_factor)
    yield post("/user/otp/app/receive", security.renew_seed)
    yield post("/user/otp/sms", security.turn_on_text_messages)
    yield delete("/user/otp/sms", security.turn_off_second_factor)
    yield post("/user/otp/sms/receive", security.send_code)
    yield post("/user/otp/verify/{otp}", security.verify_code)
    yield get("/user/otp/recovery-codes", security.recovery_codes)
    yield post("/user/otp/recovery-codes", security.renew_recovery_codes)
    yield get("/user/vpn", security.vpn_config)
    yield post("/user/vpn", security.turn_on_vpn)
    yield delete("/user/vpn", security.turn_off_vpn)
    yield post("/verify-email", security.ask_for_verification)
    yield from put("/verify-email", security.verify_email)
    yield post("/reset-password", security.ask_for_reset)
    yield delete("/reset-password", security.reset_password)
    yield post("/support-requests", support.ask)
    yield check("/userdata/validate", support.validate_userdata)
