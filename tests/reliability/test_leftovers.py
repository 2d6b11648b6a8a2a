"""What a destroy could not remove goes on costing something, and the run that ends says so."""

from __future__ import annotations

from typing import Any

from reconciler.app import Options
from reconciler.model.event import Report
from reconciler.report.ending import Ending
from reconciler.report.markdown.run import render_ending
from reconciler.report.outcome import render_trouble
from tests.worlds.account import Account
from tests.worlds.running import carry_out, plan, read

STACK = """\
stack: shop
projects:
  shop:
    name: Shop
    volumes:
      data: {plan: storage_1, size: 100, facility: ewr1}
"""


def fails(method: str, route: str, status: int) -> dict[str, Any]:
    return {"method": method, "route": route, "kind": "status", "status": status, "nth": 1, "times": 9999}


def destroyed(account: Account, *rules: dict[str, Any]) -> Report:
    stack = read(account, STACK)
    assert carry_out(account, plan(account, stack)).complete
    account.faults(list(rules))
    report = carry_out(account, plan(account, stack, Options(destroy=True)))
    assert not report.complete
    return report


def test_what_the_api_does_not_delete_is_priced(account: Account) -> None:
    report = destroyed(account, fails("DELETE", "/storage/{id}", 422))
    (volume,) = (each for each in report.remains if each.kind == "volume")
    told = render_trouble(report, colour=False)
    assert f"  projects.shop.volumes.data (volume {volume.id}, $0.0104/h)\n" in told
    assert "\nWhat is still there costs $0.0104/h ($7.59/month at list price).\n" in told
    comment = render_ending(Ending("destroy", "shop", report), lambda text: text)
    assert "**What is still there costs $0.0104/h ($7.59/month at list price).**" in comment


def test_without_prices_it_is_said_that_it_is_billed(account: Account) -> None:
    told = render_trouble(
        destroyed(account, fails("DELETE", "/storage/{id}", 422), fails("GET", "/plans", 403)), colour=False
    )
    assert ", price not known)" in told
    assert "\nWhat is still there is billed; its price is not known.\n" in told
