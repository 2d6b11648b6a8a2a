"""Logins, passwords, second factors, VPN.

Paths and codes follow fog-packet (sessions, /user/otp/{app,sms}, /verify-email?login=), packet-python (/user/vpn, whose
`code` is a facility's) and OAS (recovery codes, /user/otp/verify, .../receive, /reset-password); the shapes of most
answers are unsure. What the service sent by mail or text message is a letter that the emulator's operator can read
(`notifications.py`). A login's token is good for three days, as the recorded session's.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from urllib.parse import quote

from reconciler.emulator.call import Empty, Listed, Plain, Read, Reply, Shown, Write
from reconciler.emulator.clock import rfc3339
from reconciler.emulator.credentials import is_one_time_code, is_password, one_time_code, otp_secret, token
from reconciler.emulator.errors import ApiError, invalid, not_found
from reconciler.emulator.records import Email, Letter, Session, User
from reconciler.emulator.rendering import Link, Scene, View
from reconciler.emulator.resources.account import new_password, user_with
from reconciler.emulator.resources.notifications import send

_SESSION_SECONDS = 3 * 86_400.0
_RECOVERY_CODES = 16
_VERIFY, _RESET = "Verify your e-mail address", "Reset your password"
_BAD_LOGIN = "Invalid login or password"  # text unsure
_BAD_CODE = "Invalid OTP"  # text unsure
_VPN_CONFIG = "client\ndev tun\nproto udp\nremote {code}.vpn.invalid 1194\nauth-user-pass\n"


def show_session(session: Session, _scene: Scene) -> View:
    """A session's JSON."""
    return {
        "id": session.id,
        "token": session.token,
        "read_only": False,
        "expires_at": rfc3339(session.expires_at),
        "created_at": rfc3339(session.created_at),
        "updated_at": rfc3339(session.updated_at),
        "user": Link(f"/users/{session.user_id}"),
    }


def sessions(call: Read) -> Listed:
    """GET /sessions: the caller's logins that have not expired."""
    return Listed([s for s in call.tables.where(Session, "user", call.user.id) if call.now < s.expires_at])


def log_in(call: Write) -> Reply:
    """POST /sessions: login (an e-mail address) and password; `otp` too where two-factor login is on."""
    user = user_with(call, call.params.required("login"))
    password = call.params.required("password")
    if user is None or user.password is None or not is_password(password, user.password):
        raise ApiError(401, _BAD_LOGIN)
    if user.two_factor_auth:
        _spend(call, user, call.params.text("otp") or "")
    return Shown(_open_session(call, user), 201)


def turn_on_second_factor(call: Write) -> Reply:
    """POST /user/otp/app: a login wants a code from now on, which an app makes from the secret in the answer."""
    return _turn_on(call, "app")


def turn_on_text_messages(call: Write) -> Reply:
    """POST /user/otp/sms: the codes come by text message, so there must be a phone number (text unsure)."""
    if not call.user.phone_number:
        raise invalid("Phone number can't be blank")
    return _turn_on(call, "sms")


def turn_off_second_factor(call: Write) -> Reply:
    """DELETE /user/otp/app, /user/otp/sms"""
    off = replace(call.user, two_factor_auth="", otp_secret="", recovery_codes=(), vpn=False, updated_at=call.now)
    call.change.put(off)
    return Empty()


def renew_seed(call: Write) -> Reply:
    """POST /user/otp/app/receive: a new secret for the app, the old one is void."""
    user = _with_second_factor(call)
    if user.two_factor_auth != "app":
        raise invalid("Two factor authentication by app is not enabled")  # text unsure
    renewed = replace(user, otp_secret=otp_secret(call.change.new_id()), updated_at=call.now)
    call.change.put(renewed)
    return Plain({"otp_uri": _otp_uri(renewed)})


def send_code(call: Write) -> Reply:
    """POST /user/otp/sms/receive: the code of now, to the phone."""
    user = _with_second_factor(call)
    if user.two_factor_auth != "sms":
        raise invalid("Two factor authentication by SMS is not enabled")  # text unsure
    send(call, user.phone_number, "Your code", one_time_code(user.otp_secret, call.now))
    return Empty()


def verify_code(call: Write) -> Reply:
    """POST /user/otp/verify/{otp}: a right code logs the user in."""
    user = _with_second_factor(call)
    _spend(call, user, call.path["otp"])
    return Shown(_open_session(call, user))


def recovery_codes(call: Read) -> Reply:
    """GET /user/otp/recovery-codes"""
    return Plain({"recovery_codes": list(_with_second_factor(call).recovery_codes)})


def renew_recovery_codes(call: Write) -> Reply:
    """POST /user/otp/recovery-codes: new ones, the old ones are void."""
    user = replace(_with_second_factor(call), recovery_codes=_new_codes(call), updated_at=call.now)
    call.change.put(user)
    return Plain({"recovery_codes": list(user.recovery_codes)})


def ask_for_verification(call: Write) -> Reply:
    """POST /verify-email?login=: sends the address a token."""
    address = call.params.required("login")
    if call.tables.count(Email, "address", address.lower()):
        send(call, address, _VERIFY, token(call.change.new_id()))
    return Empty(201)


def verify_email(call: Write) -> Reply:
    """PUT /verify-email?user_token=: the address that the token was sent to is verified, its user logged in.

    The login is in the answer that fog-packet recorded in April 2018, as is its `read_only`.
    """
    letter = _redeem(call, _VERIFY, call.params.required("user_token"))
    user = user_with(call, letter.to)
    if user is None:
        raise not_found()
    for email in call.tables.where(Email, "address", letter.to.lower()):
        call.change.put(replace(email, verified=True))
    return Shown(_open_session(call, user))


def ask_for_reset(call: Write) -> Reply:
    """POST /reset-password?email=: sends the address a token; says the same whether there is such a user or not."""
    address = call.params.required("email")
    if user_with(call, address) is not None:
        send(call, address, _RESET, token(call.change.new_id()))
    return Empty(201)


def reset_password(call: Write) -> Reply:
    """DELETE /reset-password: token, password; ends the user's logins and answers with a new one (unsure)."""
    letter = _redeem(call, _RESET, call.params.required("token"))
    user = user_with(call, letter.to)
    if user is None:
        raise not_found()
    updated = replace(user, password=new_password(call), updated_at=call.now)
    call.change.put(updated)
    for session in call.tables.where(Session, "user", user.id):
        call.drop(session)
    return Shown(_open_session(call, updated), 201)


def vpn_config(call: Read) -> Reply:
    """GET /user/vpn?code=: the client's configuration for the server in a facility."""
    user = _with_second_factor(call)
    if not user.vpn:
        raise invalid("VPN is not enabled")  # text unsure
    code = call.params.required("code")
    facility = call.catalogue.facility(code)
    if facility is None:
        raise invalid(f"{code} is not a valid facility")
    return Plain({"config": _VPN_CONFIG.format(code=facility.code)})


def turn_on_vpn(call: Write) -> Reply:
    """POST /user/vpn: for users with a second factor only (unsure)."""
    call.change.put(replace(_with_second_factor(call), vpn=True, updated_at=call.now))
    return Empty()


def turn_off_vpn(call: Write) -> Reply:
    """DELETE /user/vpn"""
    call.change.put(replace(call.user, vpn=False, updated_at=call.now))
    return Empty()


def _turn_on(call: Write, way: str) -> Reply:
    user = replace(
        call.user,
        two_factor_auth=way,
        otp_secret=otp_secret(call.change.new_id()),
        recovery_codes=_new_codes(call),
        updated_at=call.now,
    )
    call.change.put(user)
    if way == "sms":
        return Empty(200)
    return Plain({"otp_uri": _otp_uri(user), "recovery_codes": list(user.recovery_codes)})


def _otp_uri(user: User) -> str:
    return f"otpauth://totp/Packet:{quote(user.email)}?secret={user.otp_secret}&issuer=Packet"


def _new_codes(call: Write) -> tuple[str, ...]:
    return tuple(token(call.change.new_id(), 10) for _ in range(_RECOVERY_CODES))


def _with_second_factor(call: Read) -> User:
    if not call.user.two_factor_auth:
        raise invalid("Two factor authentication is not enabled")  # text unsure
    return call.user


def _spend(call: Write, user: User, code: str) -> None:
    """Accept a code of now, or a recovery code, which is good once."""
    if code in user.recovery_codes:
        left = tuple(other for other in user.recovery_codes if other != code)
        call.change.put(replace(user, recovery_codes=left))
    elif not is_one_time_code(user.otp_secret, code, call.now):
        raise ApiError(401, _BAD_CODE)


def _open_session(call: Write, user: User) -> Session:
    expires = call.now + _SESSION_SECONDS
    made = Session(call.change.new_id(), user.id, token(call.change.new_id()), call.now, call.now, expires)
    call.add(made)
    return made


def _redeem(call: Write, subject: str, secret: str) -> Letter:
    """The letter that a token came in; it is good once."""
    given = secret.encode(errors="surrogatepass")
    for letter in call.tables.all(Letter):
        if letter.subject == subject and letter.secret and hmac.compare_digest(letter.secret.encode(), given):
            call.change.put(replace(letter, secret=None))
            return letter
    raise not_found()
