"""Sessions, passwords, second factors, VPN, support, userdata."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import pytest

from tests.emulator.client import Client
from tests.emulator.people.conftest import with_token

PASSWORD = "correct horse"
LOGIN = {"login": "emulator@example.com", "password": PASSWORD}


@pytest.fixture
def user(api: Client) -> Client:
    """The first user, who has a password and a phone."""
    answer = api.call("PUT", "/user", {"password": PASSWORD, "phone_number": "+49 40 123"})
    assert answer.status == 200
    assert PASSWORD not in answer.body.decode()
    return api


def code_of(api: Client, uri: str) -> str:
    """What an authenticator app shows for an `otpauth` address."""
    secret = uri.partition("secret=")[2].partition("&")[0]
    counter = int(api.control("clock")["unix_seconds"]) // 30
    digest = hmac.digest(base64.b32decode(secret), counter.to_bytes(8, "big"), hashlib.sha1)
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 10**6:06d}"


def test_a_login_is_a_token_for_three_days(user: Client) -> None:
    made = user.make("/sessions", LOGIN)
    assert set(made) == {"id", "token", "read_only", "expires_at", "created_at", "updated_at", "user"}
    logged_in = with_token(user, made["token"])
    assert logged_in.get("/user")["email"] == LOGIN["login"]
    assert user.get("/sessions")["sessions"] == [made]
    user.wait(3 * 86_400)
    assert logged_in.call("GET", "/user").status == 401
    assert user.get("/sessions")["sessions"] == []


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"login": "nobody@example.com"}])
def test_a_wrong_login_is_401(user: Client, wrong: dict[str, str]) -> None:
    answer = user.call("POST", "/sessions", {**LOGIN, **wrong})
    assert (answer.status, answer.json) == (401, {"error": "Invalid login or password"})


def test_who_has_no_password_cannot_log_in(api: Client) -> None:
    assert api.call("POST", "/sessions", LOGIN).status == 401
    assert api.refused("PUT", "/user", {"password": "short"})


def test_a_forgotten_password_is_reset_with_the_letters_token(user: Client) -> None:
    old = user.make("/sessions", LOGIN)
    assert user.call("POST", "/reset-password?email=nobody@example.com").status == 201
    assert user.call("POST", "/reset-password?email=emulator@example.com").status == 201
    (letter,) = user.control("letters")["letters"]
    body = {"token": letter["secret"], "password": "battery staple"}
    assert user.call("DELETE", "/reset-password", {**body, "token": "wrong"}).status == 404
    assert user.call("DELETE", "/reset-password", body).status == 201
    assert user.call("POST", "/sessions", LOGIN).status == 401
    assert with_token(user, old["token"]).call("GET", "/user").status == 401
    user.make("/sessions", {**LOGIN, "password": "battery staple"})


def test_with_an_app_as_second_factor_a_login_needs_its_code(user: Client) -> None:
    answer = user.call("POST", "/user/otp/app")
    assert answer.status == 200
    assert user.get("/user")["two_factor_auth"] == "app"
    assert user.call("POST", "/sessions", LOGIN).status == 401
    assert user.call("POST", "/sessions", {**LOGIN, "otp": "000000x"}).status == 401
    user.make("/sessions", {**LOGIN, "otp": code_of(user, answer.json["otp_uri"])})
    assert user.call("POST", f"/user/otp/verify/{code_of(user, answer.json['otp_uri'])}").status == 200
    user.delete("/user/otp/app")
    assert user.get("/user")["two_factor_auth"] == ""
    user.make("/sessions", LOGIN)


def test_a_code_is_good_for_a_minute_at_most(user: Client) -> None:
    code = code_of(user, user.call("POST", "/user/otp/app").json["otp_uri"])
    user.wait(60)
    assert user.call("POST", "/sessions", {**LOGIN, "otp": code}).status == 401


def test_codes_may_come_by_text_message(user: Client) -> None:
    assert user.call("POST", "/user/otp/sms").status == 200
    assert user.call("POST", "/user/otp/sms/receive").status == 204
    letter = user.control("letters")["letters"][-1]
    assert letter["to"] == "+49 40 123"
    user.make("/sessions", {**LOGIN, "otp": letter["secret"]})
    user.delete("/user/otp/sms")
    user.call("PUT", "/user", {"phone_number": ""})
    assert user.refused("POST", "/user/otp/sms") == ["Phone number can't be blank"]


def test_recovery_codes_can_be_renewed(user: Client) -> None:
    assert user.refused("GET", "/user/otp/recovery-codes") == ["Two factor authentication is not enabled"]
    old = user.call("POST", "/user/otp/app").json["recovery_codes"]
    assert user.get("/user/otp/recovery-codes") == {"recovery_codes": old}
    new = user.call("POST", "/user/otp/recovery-codes").json["recovery_codes"]
    assert set(new).isdisjoint(old)
    assert user.call("POST", "/sessions", {**LOGIN, "otp": old[0]}).status == 401
    user.make("/sessions", {**LOGIN, "otp": new[0]})


def test_a_recovery_code_is_good_once(user: Client) -> None:
    first, second, *_ = user.call("POST", "/user/otp/app").json["recovery_codes"]
    user.make("/sessions", {**LOGIN, "otp": first})
    assert user.call("POST", "/sessions", {**LOGIN, "otp": first}).status == 401
    user.make("/sessions", {**LOGIN, "otp": second})


def test_the_vpn_wants_a_second_factor_and_has_a_config_for_each_facility(user: Client) -> None:
    assert user.refused("POST", "/user/vpn") == ["Two factor authentication is not enabled"]
    user.call("POST", "/user/otp/app")
    assert user.refused("GET", "/user/vpn?code=ewr1") == ["VPN is not enabled"]
    assert user.call("POST", "/user/vpn").status == 204
    assert user.get("/user")["vpn"] is True
    config = user.get("/user/vpn?code=ewr1")["config"]
    assert config.startswith("client\n")
    assert "ewr1" in config
    assert user.refused("GET", "/user/vpn?code=nowhere") == ["nowhere is not a valid facility"]
    user.delete("/user/vpn")
    assert user.get("/user")["vpn"] is False


def test_a_support_request_reaches_the_desk(api: Client) -> None:
    answer = api.call("POST", "/support-requests", {"subject": "Help", "message": "It is dark here"})
    assert (answer.status, answer.body) == (204, b"")
    assert "It is dark here" in api.control("letters")["letters"][-1]["subject"]
    assert api.refused("POST", "/support-requests", {"subject": "Help"}) == ["Message can't be blank"]


GOOD: tuple[Any, ...] = (
    "",
    None,
    "#!/bin/bash\nexit 0\n",
    "#cloud-config\n",
    "#cloud-config\n# comment\npackages:\n  - git\n",
    "#cloud-config\n{packages: [git]}\n",
    "#include\nhttps://example.com/a\n",
    '{"ignition": {"version": "2.2.0"}}',
    "Content-Type: multipart/mixed; boundary=x\n",
)
BAD: tuple[Any, ...] = ("hello", "#cloud-config\n- git\n", "#cloud-config\npackages:\n\t- git\n", 5)


@pytest.mark.parametrize("userdata", GOOD)
def test_userdata_that_a_machine_can_read_is_204(api: Client, userdata: str) -> None:
    answer = api.call("POST", "/userdata/validate", {"userdata": userdata})
    assert (answer.status, answer.body) == (204, b"")


@pytest.mark.parametrize("userdata", BAD)
def test_userdata_that_none_can_read_is_422(api: Client, userdata: object) -> None:
    assert api.refused("POST", "/userdata/validate", {"userdata": userdata})


def test_a_new_seed_for_the_app_replaces_the_one_before(user: Client) -> None:
    assert user.refused("POST", "/user/otp/app/receive") == ["Two factor authentication is not enabled"]
    first = user.call("POST", "/user/otp/app").json["otp_uri"]
    second = user.call("POST", "/user/otp/app/receive").json["otp_uri"]
    assert user.call("POST", f"/user/otp/verify/{code_of(user, first)}").status == 401
    assert user.call("POST", f"/user/otp/verify/{code_of(user, second)}").status == 200
