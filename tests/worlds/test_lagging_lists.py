"""Lists that show the world as it was some seconds ago, while single objects are as they are."""

from __future__ import annotations

from reconciler.app import Options
from tests.acceptance.stacks import WEB
from tests.worlds.account import Account
from tests.worlds.running import applied, carry_out, plan, read


def lagging(account: Account) -> Account:
    account.call("POST", "/_emulator/settings", {"list_lag_seconds": 3.0, "action_seconds": 8.0})
    return account


def test_a_destroy_is_not_over_while_lists_show_what_it_deleted(account: Account) -> None:
    stack = read(lagging(account), WEB)
    assert applied(account, stack).complete
    account.clock.sleep(5)
    report = applied(account, stack, destroy=True)
    assert report.complete, report.diagnostics
    assert account.listed("/projects", "projects") == []


def test_a_machine_that_goes_off_is_not_taken_for_one_that_stays_on(account: Account) -> None:
    stack = read(lagging(account), WEB.replace("count: 3", "power_state: inactive").replace("${{ index }}", "0"))
    report = applied(account, stack)
    assert report.complete, report.diagnostics
    (project,) = account.listed("/projects", "projects")
    (device,) = account.listed(f"/projects/{project['id']}/devices", "devices")
    assert device["state"] == "inactive"
    assert [each["route"] for each in account.ledger()].count("/devices/{id}/actions") == 1


def test_a_destroy_that_cannot_be_looked_at_afterwards_says_so(account: Account) -> None:
    stack = read(account, WEB)
    assert applied(account, stack).complete
    planned = plan(account, stack, Options(destroy=True))
    account.faults([{"method": "GET", "route": "/projects", "times": None, "kind": "status", "status": 403}])
    report = carry_out(account, planned)
    assert report.counts.destroyed == 5, "the project could not be looked at before, so it was left alone"
    assert not report.complete
    assert [each.code for each in report.diagnostics] == ["step-failed", "not-proven"]
    assert len(account.listed("/projects", "projects")) == 1
