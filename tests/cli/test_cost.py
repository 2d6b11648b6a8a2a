"""What a stack costs, at the command line: when prices are read, and what refuses an apply."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from reconciler.emulator import Emulator, Settings

from .conftest import Ran, Shell

TOKEN = "token-of-the-shop"
STACK = """\
stack: shop
projects:
  shop:
    name: Shop
    ip_reservations:
      vip: {type: public_ipv4, quantity: 2, facility: ewr1}
    volumes:
      data: {plan: storage_1, size: 100, facility: ewr1}
"""
MORE = STACK + "      log: {plan: storage_1, size: 100, facility: ewr1}\n"
LIMIT = "rails: {max_cost_per_hour: 0.02%s}\n"
WAIVER = ', waivers: [{rail: max_cost_per_hour, reason: "the move", until: 9999-12-31}]'


@dataclass(frozen=True)
class Shop:
    """A stack, and a server that can be asked and made to fail."""

    shell: Shell
    emulator: Emulator

    def run(self, command: str, *more: str, stdin: str | None = None) -> Ran:
        return self.shell.run(command, "shop.yaml", "--api-url", self.emulator.url, *more, stdin=stdin)

    def stack(self, text: str) -> None:
        self.shell.write("shop.yaml", text)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        url = f"{self.emulator.url}{path}"
        return requests.request(method, url, json=body, headers={"X-Auth-Token": TOKEN}, timeout=10).json()

    def price_lists_read(self) -> int:
        return int(self.call("GET", "/_emulator/stats")["requests"]["GET"].get("/plans", 0))

    def hide_prices(self) -> None:
        rule = {"method": "GET", "route": "/plans", "kind": "status", "status": 403, "nth": 1, "times": 99}
        self.call("POST", "/_emulator/faults", {"rules": [rule]})


@pytest.fixture
def shop(shell: Shell) -> Iterator[Shop]:
    shell.monkeypatch.setenv("PACKET_AUTH_TOKEN", TOKEN)
    shell.monkeypatch.setenv("RECONCILER_SETTLE_SECONDS", "0")
    with Emulator(token=TOKEN, settings=Settings(provision_seconds=0, deprovision_seconds=0)) as emulator:
        found = Shop(shell, emulator)
        found.stack(STACK)
        yield found


def test_prices_are_read_once_for_a_plan_and_not_at_all_for_one_without_changes(shop: Shop) -> None:
    planned = shop.run("plan")
    assert "\nCost: +$0.0204/h (+$14.89/month at list price), $0.0204/h ($14.89/month) in all.\n" in planned.out
    assert shop.price_lists_read() == 1
    assert shop.run("apply", "--yes").code == 0
    assert shop.price_lists_read() == 2
    assert "Cost:" not in shop.run("plan").out
    assert shop.price_lists_read() == 2
    shop.stack(STACK.replace("name: Shop", "name: Corner shop"))
    assert "Cost:" not in shop.run("plan").out
    assert shop.price_lists_read() == 2
    assert "\nCost: -$0.0204/h (-$14.89/month at list price), $0.00/h" in shop.run("plan", "--destroy").out
    assert shop.price_lists_read() == 3


def test_a_saved_plan_shows_what_it_costs(shop: Shop) -> None:
    planned = shop.run("plan", "-o", "shop.plan")
    shown = shop.shell.run("show", "shop.plan")
    assert "Cost: +$0.0204/h" in shown.out
    assert shown.out == planned.out


def test_the_question_names_the_cost(shop: Shop) -> None:
    asked = shop.run("apply", stdin="no\n")
    assert (
        "  reconciler will perform the actions described above.\n"
        "  Cost: +$0.0204/h (+$14.89/month at list price), $0.0204/h ($14.89/month) in all.\n"
        "  Only 'yes' will be accepted"
    ) in asked.err


def test_a_target_is_shown_with_all_that_the_stack_owns(shop: Shop) -> None:
    assert shop.run("apply", "--yes").code == 0
    shop.stack(MORE + LIMIT % "")
    targeted = shop.run("plan", "--target", "projects.shop.volumes.log")
    assert "\nCost: +$0.0104/h (+$7.59/month at list price), $0.0308/h ($22.48/month) in all.\n" in targeted.out
    assert shop.run("apply", "--yes", "--target", "projects.shop.volumes.log").code == 3


def test_strangers_are_shown_with_what_they_cost(shop: Shop) -> None:
    assert shop.run("apply", "--yes").code == 0
    project = shop.call("GET", "/projects")["projects"][0]["id"]
    body = {"plan": "storage_1", "size": 1000, "facility": "ewr1", "billing_cycle": "hourly"}
    shop.call("POST", f"/projects/{project}/storage", body)
    shop.stack(MORE)
    planned = shop.run("plan")
    assert ", $0.104/h\n" in planned.out
    assert "\nBesides, a stranger costs $0.104/h ($75.92/month).\n" in planned.out


def test_an_apply_that_would_cost_more_than_the_limit_is_refused(shop: Shop) -> None:
    shop.stack(STACK + LIMIT % "")
    refused = shop.run("apply", "--yes")
    assert refused.code == 3
    assert (
        "error[too-costly]: the stack would cost $0.0204 an hour, and the rail `max_cost_per_hour` allows $0.02 an hour"
    ) in refused.err
    shop.stack(STACK + LIMIT % WAIVER)
    assert shop.run("apply", "--yes").code == 0
    shop.stack(STACK.replace("Shop", "Corner shop") + LIMIT % "")
    assert shop.run("apply", "--yes").code == 0
    assert shop.run("destroy", "--yes").code == 0


def test_prices_that_may_not_be_read_stop_a_plan_only_where_the_stack_limits_its_cost(shop: Shop) -> None:
    shop.hide_prices()
    planned = shop.run("plan", "--format", "json")
    document = json.loads(planned.out)
    assert planned.code == 0
    assert "cost" not in document["x_reconciler"]
    assert [each["code"] for each in document["x_reconciler"]["diagnostics"]] == ["no-prices"]
    shop.stack(STACK + LIMIT % "")
    refused = shop.run("apply", "--yes")
    assert refused.code == 3
    assert "error[cost-not-known]: what the plan costs is not known" in refused.err
    shop.stack(STACK + LIMIT % WAIVER)
    assert shop.run("apply", "--yes").code == 0


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("-1", "`max_cost_per_hour` is a number of dollars, 0 or more"),
        ('"5"', "`max_cost_per_hour` is a number of dollars, not"),
        ("true", "`max_cost_per_hour` is a number of dollars, not"),
    ],
)
def test_a_limit_that_is_no_amount_is_refused(shop: Shop, value: str, told: str) -> None:
    shop.stack(f"{STACK}rails: {{max_cost_per_hour: {value}}}\n")
    refused = shop.run("plan")
    assert refused.code == 1
    assert told in refused.err


def test_what_keeps_a_project_is_priced_by_the_destroy_also_when_there_is_nothing_left_to_do(shop: Shop) -> None:
    assert shop.run("apply", "--yes").code == 0
    project = shop.call("GET", "/projects")["projects"][0]["id"]
    body = {"plan": "storage_1", "size": 1000, "facility": "ewr1", "billing_cycle": "hourly"}
    shop.call("POST", f"/projects/{project}/storage", body)
    for _ in range(2):
        destroyed = shop.run("destroy", "--yes", "--report", "gone.json")
        assert destroyed.code == 4
        assert f"  projects.shop (project {project}, $0.104/h): " in destroyed.err
        assert "\nWhat is still there costs $0.104/h ($75.92/month at list price).\n" in destroyed.err
        (left,) = json.loads((shop.shell.folder / "gone.json").read_text(encoding="utf-8"))["remains"]
        assert (left["address"], left["hourly"]) == ("projects.shop", 0.104)
