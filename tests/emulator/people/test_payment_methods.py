"""What pays for an organization's projects."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulator.client import Client
from tests.emulator.people.conftest import home

RECORDED = {
    "id", "name", "type", "default", "created_at", "updated_at", "created_by_user", "projects", "organization",
    "card_type", "expiration_month", "expiration_year", "last_4", "cardholder_name", "billing_address", "href",
}  # fmt: skip


def card(api: Client, name: str = "card", nonce: str = "a-nonce", **fields: object) -> Any:
    return api.make(f"{home(api)}/payment-methods", {"name": name, "nonce": nonce, **fields})


def test_a_card_has_the_recorded_fields_and_its_number_stays_hidden(api: Client) -> None:
    made = card(api, nonce="fake-valid-amex-nonce")
    assert set(made) == RECORDED
    assert (made["type"], made["card_type"], made["default"]) == ("credit_card", "American Express", True)
    assert len(made["last_4"]) == 4
    assert set(made["billing_address"]) == {"street_address", "postal_code", "country_code_alpha2"}
    assert "fake-valid-amex-nonce" not in json.dumps(made)
    assert api.get(made["href"]) == made
    assert made["organization"] == {"href": home(api)}


def test_a_paypal_account_shows_its_address_and_no_card(api: Client) -> None:
    made = card(api, nonce="fake-paypal-one-time-nonce")
    assert (made["type"], made["email"]) == ("paypal", "emulator@example.com")
    assert "last_4" not in made


def test_they_are_listed_under_the_organization_in_both_spellings(api: Client) -> None:
    made = [card(api, name) for name in "ab"]
    made[0] = api.get(made[0]["href"])
    for path in (home(api), home(api).replace("organizations", "organization")):
        assert api.get(f"{path}/payment-methods") == {"payment_methods": made}
    organization = api.get(home(api))
    assert organization["payment_methods"] == [{"href": method["href"]} for method in made]
    assert organization["default_payment_method"] == {"href": made[0]["href"]}


def test_there_is_one_default(api: Client) -> None:
    first, second = card(api, "first"), card(api, "second", default=True)
    assert [api.get(method["href"])["default"] for method in (first, second)] == [False, True]
    assert api.call("PUT", first["href"], {"default": True}).json["default"] is True
    assert api.get(second["href"])["default"] is False
    assert api.refused("PUT", first["href"], {"default": False})


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"nonce": "n"}, ["Name can't be blank"]),
        ({"name": "n"}, ["Nonce can't be blank"]),
        ({"name": "n", "nonce": "fake-processor-declined-visa-nonce"}, ["Nonce is invalid"]),
    ],
)
def test_a_card_needs_a_name_and_a_good_nonce(api: Client, body: dict[str, str], errors: list[str]) -> None:
    assert api.refused("POST", f"{home(api)}/payment-methods", body) == errors


def test_what_may_change_of_a_card(api: Client) -> None:
    href = card(api)["href"]
    changes: dict[str, tuple[object, object]] = {
        "name": ("new", "new"),
        "cardholder_name": ("Ada", "Ada"),
        "expiration_month": ("7", "07"),
        "expiration_year": (2031, "2031"),
        "billing_address": (
            {"postal_code": "20099", "country_code_alpha2": "DE"},
            {"street_address": None, "postal_code": "20099", "country_code_alpha2": "DE"},
        ),
    }
    for name, (sent, shown) in changes.items():
        assert api.call("PATCH", href, {name: sent}).json[name] == shown
    assert {name: api.get(href)[name] for name in changes} == {name: shown for name, (_, shown) in changes.items()}
    for name, wrong in (("expiration_month", 13), ("expiration_year", "soon"), ("billing_address", "here")):
        assert api.refused("PUT", href, {name: wrong})


def test_a_project_names_one_of_its_organizations_methods_or_has_the_default(api: Client, project: str) -> None:
    default, made = card(api, "default"), card(api)
    assert api.get(f"/projects/{project}")["payment_method"] == {"href": default["href"]}
    elsewhere = api.make("/organizations", {"name": "elsewhere"})
    foreign = api.make(f"{elsewhere['href']}/payment-methods", {"name": "c", "nonce": "n"})
    paid = api.call("PUT", f"/projects/{project}", {"payment_method_id": made["id"]}).json
    assert paid["payment_method"] == {"href": made["href"]}
    assert api.get(made["href"])["projects"] == [{"href": f"/projects/{project}"}]
    assert api.get(f"/projects/{project}?include=payment_method")["payment_method"]["name"] == "card"
    for wrong in (foreign["id"], "unknown"):
        body = {"name": "p", "payment_method_id": wrong}
        assert api.refused("POST", "/projects", body) == ["Payment method is invalid"]
    assert api.get(default["href"])["projects"] == []
    back = api.call("PUT", f"/projects/{project}", {"payment_method_id": None}).json
    assert back["payment_method"] == {"href": default["href"]}
    assert api.get(made["href"])["projects"] == []


def test_one_that_pays_for_a_project_stays(api: Client, project: str) -> None:
    first, second = card(api, "first"), card(api, "second")
    api.call("PUT", f"/projects/{project}", {"payment_method_id": first["id"]})
    text = ["Cannot delete a payment method that is used by a project"]
    assert api.refused("DELETE", first["href"]) == text
    api.call("PUT", f"/projects/{project}", {"payment_method_id": second["id"]})
    api.delete(first["href"])
    assert api.get(second["href"])["default"] is True
