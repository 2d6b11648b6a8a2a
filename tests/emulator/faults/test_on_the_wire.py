"""The faults that need a socket, as a client sees them."""

from __future__ import annotations

import time

import pytest
import requests

from reconciler.emulator import Emulator


def fault(http: requests.Session, server: Emulator, **rule: object) -> None:
    http.post(f"{server.url}/_emulator/faults", json={"rules": [{"route": "*", **rule}]}).raise_for_status()


@pytest.mark.parametrize(("kind", "made"), [("drop_before", 0), ("commit_then_drop", 1), ("late_commit", 0)])
def test_a_drop_closes_the_connection_without_a_byte(
    http: requests.Session, server: Emulator, kind: str, made: int
) -> None:
    fault(http, server, kind=kind, seconds=60)
    with pytest.raises(requests.ConnectionError):
        http.post(f"{server.url}/projects", json={"name": "a"})
    assert http.get(f"{server.url}/projects").json()["meta"]["total"] == made


def test_a_slow_body_arrives_in_pieces_and_whole(http: requests.Session, server: Emulator) -> None:
    fault(http, server, kind="slow_body", seconds=0.3)
    start = time.monotonic()
    with http.get(f"{server.url}/facilities", stream=True) as got:
        headers_after = time.monotonic() - start
        body = got.content
    assert headers_after < 0.25
    assert time.monotonic() - start >= 0.3
    assert body == http.get(f"{server.url}/facilities").content


def test_a_client_that_gives_up_on_a_slow_body_harms_nobody(http: requests.Session, server: Emulator) -> None:
    fault(http, server, kind="slow_body", seconds=0.3)
    with pytest.raises((requests.ConnectionError, requests.Timeout)):
        _ = http.get(f"{server.url}/facilities", timeout=0.02).content
    assert http.get(f"{server.url}/facilities").status_code == 200


def test_a_client_that_gives_up_on_a_delay_finds_its_work_done(http: requests.Session, server: Emulator) -> None:
    fault(http, server, kind="delay", seconds=0.05)
    with pytest.raises(requests.Timeout):
        http.post(f"{server.url}/projects", json={"name": "a"}, timeout=0.01)
    deadline = time.monotonic() + 5
    while not http.get(f"{server.url}/projects").json()["projects"]:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_redirect_is_not_to_be_followed(http: requests.Session, server: Emulator) -> None:
    fault(http, server, kind="redirect")
    got = http.get(f"{server.url}/projects", allow_redirects=False)
    assert (got.status_code, got.headers["Location"]) == (302, "https://elsewhere.invalid/projects")


def test_a_slow_head_has_even_its_first_line_late(http: requests.Session, server: Emulator) -> None:
    fault(http, server, kind="slow_head", seconds=0.3)
    start = time.monotonic()
    with http.get(f"{server.url}/facilities", stream=True) as got:
        assert time.monotonic() - start >= 0.03
        assert got.json()["facilities"]
    assert time.monotonic() - start >= 0.3


def test_a_cut_body_ends_early_and_the_work_is_done(http: requests.Session, server: Emulator) -> None:
    fault(http, server, kind="cut_body", method="POST")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        _ = http.post(f"{server.url}/projects", json={"name": "a"}).content
    assert http.get(f"{server.url}/projects").json()["meta"]["total"] == 1


@pytest.mark.parametrize(("kind", "made"), [("timeout_before", 0), ("commit_then_timeout", 1)])
def test_a_timeout_leaves_the_client_without_an_answer(
    http: requests.Session, server: Emulator, kind: str, made: int
) -> None:
    fault(http, server, kind=kind, seconds=0.2, method="POST")
    with pytest.raises(requests.Timeout):
        http.post(f"{server.url}/projects", json={"name": "a"}, timeout=0.1)
    assert http.get(f"{server.url}/projects").json()["meta"]["total"] == made
