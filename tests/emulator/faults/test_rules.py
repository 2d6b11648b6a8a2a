"""When a rule strikes, and which rules are refused."""

from __future__ import annotations

import pytest

from tests.emulator.client import Client


def post(api: Client, *rules: dict[str, object]) -> None:
    api.control("faults", {"rules": list(rules)})


def statuses(api: Client, count: int, path: str = "/projects") -> list[int]:
    return [api.call("GET", path).status for _ in range(count)]


def test_without_a_when_it_strikes_the_first_match_once(api: Client) -> None:
    post(api, {"kind": "status", "status": 503, "route": "/projects"})
    assert statuses(api, 3) == [503, 200, 200]


def test_nth_counts_matching_requests_since_the_rule_was_posted(api: Client) -> None:
    statuses(api, 5)
    post(api, {"kind": "status", "status": 503, "route": "/projects", "method": "GET", "nth": 3})
    api.call("POST", "/projects", {"name": "a"})
    statuses(api, 1, "/facilities")
    assert statuses(api, 5) == [200, 200, 503, 200, 200]


def test_times_is_how_often_from_then_on(api: Client) -> None:
    post(api, {"kind": "status", "status": 503, "route": "*", "nth": 2, "times": 2})
    assert statuses(api, 5) == [200, 503, 503, 200, 200]
    post(api, {"kind": "status", "status": 503, "route": "*", "nth": 2, "times": None})
    assert statuses(api, 5) == [200, 503, 503, 503, 503]


def test_probability_is_reproducible_from_its_seed(api: Client) -> None:
    def draw(seed: int) -> list[int]:
        post(api, {"kind": "status", "status": 503, "route": "*", "probability": 0.5, "seed": seed, "times": None})
        return statuses(api, 40)

    first, again, other = draw(1), draw(1), draw(2)
    assert first == again != other
    assert 5 < first.count(503) < 35


def test_the_first_rule_that_strikes_wins_and_all_that_match_count(api: Client) -> None:
    post(
        api,
        {"kind": "status", "status": 503, "route": "/projects"},
        {"kind": "status", "status": 500, "route": "*", "nth": 2},
        {"kind": "status", "status": 429, "route": "*", "nth": 2},
    )
    assert statuses(api, 4) == [503, 500, 429, 200]


def test_routes_are_templates(api: Client, project: str) -> None:
    post(api, {"kind": "status", "status": 503, "route": "/projects/{id}", "times": None})
    assert statuses(api, 1, f"/projects/{project}") == [503]
    assert statuses(api, 1, f"/projects/{project}/ssh-keys") == [200]


def test_kinds_for_lists_pass_over_everything_else(api: Client, project: str) -> None:
    post(api, {"kind": "truncate_page", "route": "*"})
    assert statuses(api, 2, f"/projects/{project}") == [200, 200]
    assert api.get("/projects")["projects"] == []


def test_the_rules_in_force_can_be_read(api: Client) -> None:
    post(api, {"kind": "delay", "route": "*", "nth": 2})
    statuses(api, 3)
    (rule,) = api.control("faults")["rules"]
    expected = {
        "kind": "delay",
        "route": "*",
        "method": "*",
        "nth": 2,
        "times": 1,
        "seconds": 1.0,
        "matched": 3,
        "struck": 1,
    }
    assert {name: rule[name] for name in expected} == expected


WRONG: list[tuple[object, str]] = [
    ("x", "rule 1: a rule must be an object"),
    ({}, "rule 1: kind must be one of: drop_before"),
    ({"kind": "explode"}, "not 'explode'"),
    ({"kind": "delay", "colour": "red"}, "colour: not a rule's field"),
    ({"kind": "delay", "method": "FETCH"}, "method must be one of"),
    ({"kind": "delay", "route": "/projects/123"}, "is not a route template"),
    ({"kind": "delay", "nth": 0}, "nth must be a whole number, 1 or more"),
    ({"kind": "delay", "nth": True}, "nth must be a whole number"),
    ({"kind": "delay", "nth": 1, "probability": 0.5}, "nth or probability, not both"),
    ({"kind": "delay", "probability": 2}, "probability must be a number from 0 to 1"),
    ({"kind": "delay", "times": 0}, "times must be a whole number, 1 or more"),
    ({"kind": "delay", "seconds": -1}, "seconds must be a number from 0"),
    ({"kind": "delay", "status": 500}, "status must be from 300 to 599, and goes with"),
    ({"kind": "status", "status": 200}, "status must be"),
    ({"kind": "status", "status": 600}, "status must be"),
    ({"kind": "status", "retry_after": "soon"}, "retry_after must be a whole number"),
]


@pytest.mark.parametrize(("rule", "text"), WRONG)
def test_a_wrong_rule_is_422_and_the_old_ones_stay(api: Client, rule: object, text: str) -> None:
    post(api, {"kind": "status", "status": 503, "route": "*", "times": None})
    answer = api.call("POST", "/_emulator/faults", {"rules": [rule]})
    assert answer.status == 422
    assert text in answer.errors[0]
    assert statuses(api, 1) == [503]


@pytest.mark.parametrize("body", [{}, {"rules": {}}, {"rules": [], "more": 1}, b"{", b"[]"])
def test_a_wrong_body_is_422(api: Client, body: object) -> None:
    assert api.call("POST", "/_emulator/faults", body).status == 422


def test_all_wrong_rules_are_told_at_once(api: Client) -> None:
    answer = api.call(
        "POST", "/_emulator/faults", {"rules": [{"kind": "x"}, {"kind": "delay"}, {"kind": "delay", "nth": 0}]}
    )
    assert [text[:7] for text in answer.errors] == ["rule 1:", "rule 3:"]
