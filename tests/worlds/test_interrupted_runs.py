"""Runs that were stopped, and what the next one makes of it."""

from __future__ import annotations

from reconciler.app import Stop
from reconciler.model.event import Progressed
from tests.acceptance.stacks import WEB
from tests.worlds.account import Account
from tests.worlds.running import carry_out, plan, read


def test_a_machine_that_is_to_be_off_is_switched_off_by_the_run_that_goes_on_waiting_for_it(account: Account) -> None:
    stack = read(account, WEB.replace("count: 3", "power_state: inactive").replace("${{ index }}", "0"))
    stop = Stop()
    report = carry_out(
        account,
        plan(account, stack),
        stop=stop,
        listen=lambda event: stop.request() if isinstance(event, Progressed) else None,
    )
    assert report.interrupted
    again = plan(account, stack)
    assert [each.id for each in again.plan.steps] == ["projects.web.devices.web:await"]
    assert carry_out(account, again).complete
    assert plan(account, stack).plan.empty
    assert [each["route"] for each in account.ledger()].count("/devices/{id}/actions") == 1
