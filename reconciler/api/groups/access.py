"""The account side: sessions, second factors, passwords, verification, VPN, support, and the userdata check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.api import endpoints
from reconciler.api.bodies import SupportRequest, body_of
from reconciler.api.groups.core import Group, Items
from reconciler.api.models import AccountSession, NewPassword, RecoveryCodes, VpnConfig
from reconciler.values import Json


class Access(Group):
    def list_sessions(self) -> Items[AccountSession]:
        return self._items(AccountSession, endpoints.list_sessions())

    def create_session(self, login: str, password: str) -> AccountSession:
        return self._one(AccountSession, endpoints.create_session(login, password))

    def delete_session(self, session_id: str) -> None:
        self._done(endpoints.delete_session(session_id))

    def enable_otp_app(self) -> Json:
        """One-time passwords from an app as the second factor. What comes back is in no source."""
        return self._json(endpoints.enable_otp_app())

    def disable_otp_app(self) -> None:
        self._done(endpoints.disable_otp_app())

    def seed_otp_app(self) -> Json:
        """A new seed for the app, as a URI."""
        return self._json(endpoints.seed_otp_app())

    def enable_otp_sms(self) -> Json:
        return self._json(endpoints.enable_otp_sms())

    def disable_otp_sms(self) -> None:
        self._done(endpoints.disable_otp_sms())

    def send_otp_sms(self) -> None:
        """Sends a code to the user's telephone."""
        self._done(endpoints.send_otp_sms())

    def verify_otp(self, otp: str) -> Json:
        return self._json(endpoints.verify_otp(otp))

    def recovery_codes(self) -> RecoveryCodes:
        return self._one(RecoveryCodes, endpoints.get_recovery_codes())

    def create_recovery_codes(self) -> RecoveryCodes:
        """New ones; those before stop working."""
        return self._one(RecoveryCodes, endpoints.create_recovery_codes())

    def request_email_verification(self, login: str) -> None:
        self._done(endpoints.request_email_verification(login))

    def verify_email(self, user_token: str) -> AccountSession:
        return self._one(AccountSession, endpoints.verify_email(user_token))

    def request_password_reset(self, email: str) -> None:
        self._done(endpoints.request_password_reset(email))

    def reset_password(self) -> NewPassword | None:
        return self._maybe(NewPassword, endpoints.reset_password())

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
