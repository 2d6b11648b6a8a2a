"""What the emulator answers is what its document says, group by group."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.emulator.client import Answer
from tests.emulator.openapi import people_tours, tours
from tests.emulator.openapi.described import Describing, Document

TOURS: dict[str, Callable[[Describing], None]] = {
    "Account": tours.account,
    "People": people_tours.people,
    "Security": people_tours.security,
    "Projects": tours.projects,
    "Devices": tours.devices,
    "Reserved machines and batches": tours.metal,
    "Network": tours.network,
    "Storage": tours.storage,
    "Offers": tours.offers,
    "Spot market": tours.market,
}


@pytest.mark.parametrize("group", TOURS)
def test_every_endpoint_of_a_group_answers_as_described(described: Describing, group: str) -> None:
    TOURS[group](described)
    promised = {
        (method, template, int(status))
        for (method, template), operation in described.document.operations.items()
        for status in operation["responses"]
        if operation["tags"] == [group] and status < "300"
    }
    assert promised - described.document.seen == set()


def test_every_group_has_a_tour(document: Document) -> None:
    assert {tag["name"] for tag in document.content["tags"]} == set(TOURS)


@pytest.mark.parametrize("status", [401, 403, 404, 422, 429])
def test_every_refusal_is_as_described_everywhere(described: Describing, status: int) -> None:
    """One answer of each kind, held against every operation."""
    if status == 429:
        described.control("settings", {"rate_limit_per_minute": 1})
        described.get("/user")
    answer = {
        401: lambda: described.call("GET", "/projects", X_Auth_Token="wrong"),
        403: lambda: described.call("GET", "/projects", Host="evil.example"),
        404: lambda: described.call("GET", "/projects/no-such-project"),
        422: lambda: described.call("POST", "/projects", {}),
        429: lambda: described.call("GET", "/user"),
    }[status]()
    assert answer.status == status
    for method, template in described.document.operations:
        described.document.check(method, template, answer)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ({"surprise": 1}, "surprise"),
        ({"id": "not-an-id"}, "does not match"),
        ({"locked": None}, "is not of type"),
        ({"state": "melted"}, "is not one of"),
        ({"facility": {"href": "/facilities/x", "name": "y"}}, "is not valid under any"),
        ({"created_at": "yesterday"}, "does not match"),
    ],
)
def test_an_answer_that_is_not_as_described_is_found(
    described: Describing, damage: dict[str, object], told: str
) -> None:
    project = described.project()
    device = described.active_device(project)
    good = described.call("GET", device["href"])
    bad = Answer(200, good.headers, json.dumps({**device, **damage}).encode())
    with pytest.raises(AssertionError, match=told):
        described.document.check("GET", device["href"], bad)
