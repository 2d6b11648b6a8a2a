"""The account side: sessions, second factors, passwords, verification, VPN, support, and the userdata check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.api import endpoints
from reconciler.api.bodies import SupportRequest, body_of
from reconciler.api.groups.core import Group, Items
from reconciler.api.models import AccountSession, OtpApp, RecoveryCodes, VpnConfig


class Access(Group):
    def list_sessions(self) -> Items[AccountSession]:
        return self._items(AccountSession, endpoints.list_sessions())

    def create_session(self, login: str, password: str, *, otp: str | None = None) -> AccountSession:
        """Log in, with a code of the second factor where that is on."""
        return self._one(AccountSession, endpoints.create_session(login, password, otp))

    def enable_otp_app(self) -> OtpApp | None:
        """One-time passwords from an app as the second factor."""
        return self._maybe(OtpApp, endpoints.enable_otp_app())

    def disable_otp_app(self) -> None:
        self._done(endpoints.disable_otp_app())

    def seed_otp_app(self) -> OtpApp | None:
        """A new seed for the app; the one before stops working."""
        return self._maybe(OtpApp, endpoints.seed_otp_app())

    def enable_otp_sms(self) -> None:
        """One-time passwords by text message as the second factor."""
        self._done(endpoints.enable_otp_sms())

    def disable_otp_sms(self) -> None:
        self._done(endpoints.disable_otp_sms())

    def send_otp_sms(self) -> None:
        """Sends a code to the user's telephone."""
        self._done(endpoints.send_otp_sms())

    def verify_otp(self, otp: str) -> AccountSession | None:
        """A right code logs the user in."""
        return self._maybe(AccountSession, endpoints.verify_otp(otp))

    def recovery_codes(self) -> RecoveryCodes:
        return self._one(RecoveryCodes, endpoints.get_recovery_codes())

    def create_recovery_codes(self) -> RecoveryCodes:
        """New ones; those before stop working."""
        return self._one(RecoveryCodes, endpoints.create_recovery_codes())

    def request_email_verification(self, login: str) -> None:
        self._done(endpoints.request_email_verification(login))

    def verify_email(self, user_token: str) -> AccountSession | None:
        return self._maybe(AccountSession, endpoints.verify_email(user_token))

    def request_password_reset(self, email: str) -> None:
        self._done(endpoints.request_password_reset(email))

    def reset_password(self, token: str, password: str) -> AccountSession | None:
        """A new password, with the token of that message. Every login ends."""
        return self._maybe(AccountSession, endpoints.reset_password(token, password))

    def vpn_config(self, code: str) -> VpnConfig:
        """`code` is the facility of the VPN server."""
        return self._one(VpnConfig, endpoints.get_vpn_config(code))

    def enable_vpn(self) -> None:
        self._done(endpoints.enable_vpn())

    def disable_vpn(self) -> None:
        self._done(endpoints.disable_vpn())

    def request_support(self, request: SupportRequest | Mapping[str, Any]) -> None:
        self._done(endpoints.request_support(body_of(request)))

    def validate_userdata(self, userdata: str) -> None:
        """Raises Rejected, with the reasons, when a machine could not read it."""
        self._done(endpoints.validate_userdata(userdata))
