"""The VPN's configuration is that of a facility, and a second factor's seed can be renewed."""

from __future__ import annotations

from tests.emulator.client import Client


def test_a_configuration_names_the_server_of_the_facility_asked_for(api: Client) -> None:
    api.call("POST", "/user/otp/app")
    assert api.call("GET", "/user/vpn?code=ewr1").errors == ["VPN is not enabled"]
    assert api.call("POST", "/user/vpn").status < 300
    assert "ewr1" in api.get("/user/vpn?code=ewr1")["config"]
    assert api.call("GET", "/user/vpn?code=nowhere1").errors == ["nowhere1 is not a valid facility"]


def test_a_new_seed_replaces_the_one_before(api: Client) -> None:
    assert api.call("POST", "/user/otp/app/receive").status == 422
    first = api.call("POST", "/user/otp/app").json["otp_uri"]
    second = api.call("POST", "/user/otp/app/receive").json["otp_uri"]
    assert second.startswith("otpauth://totp/Packet:")
    assert second != first
