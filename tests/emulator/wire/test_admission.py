"""Who may talk to the emulator."""

from __future__ import annotations

import pytest

from reconciler.emulator import Emulator
from tests.emulator.client import TOKEN, Client


@pytest.mark.parametrize("token", ["", "wrong", TOKEN + "x"])
@pytest.mark.parametrize("path", ["/projects", "/nowhere", "/_emulator/ledger"])
def test_a_call_without_the_right_token_is_401_in_the_apis_words(api: Client, token: str, path: str) -> None:
    answer = api.call("GET", path, X_Auth_Token=token)
    assert answer.status == 401
    assert answer.json == {"error": "Invalid authentication token"}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8899", "localhost", "localhost:1", "[::1]", "[::1]:8899"])
def test_loopback_names_are_welcome(api: Client, host: str) -> None:
    assert api.call("GET", "/projects", Host=host).status == 200


@pytest.mark.parametrize("host", ["api.packet.net", "evil.example:8899", "127.0.0.1.evil.example", "10.0.0.1", "a:b:c"])
def test_another_host_name_is_refused_even_with_the_token(api: Client, host: str) -> None:
    answer = api.call("GET", "/projects", Host=host)
    assert answer.status == 403
    assert "errors" in answer.json


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.com", ""])
def test_it_binds_to_loopback_only(host: str) -> None:
    emulator = Emulator(token=TOKEN, host=host)
    with pytest.raises(ValueError, match="binds to"):
        emulator.start()
    emulator.stop()


def test_it_wants_a_token_of_its_own() -> None:
    with pytest.raises(ValueError, match="needs a token"):
        Emulator(token="")


def test_it_serves_ipv6_loopback_too() -> None:
    with Emulator(token=TOKEN, host="::1") as emulator:
        assert emulator.url.startswith("http://[::1]:")
