"""What a plan must not do: exit code 3, every reason at once, and nothing sent."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.diagnostics import Refused
from reconciler.model.resource import Lifecycle, Resource

from .bench import Bench
from .build import resource, stack

EDGE = resource("projects.edge")
PROTECTED = Lifecycle(protect=True)


def refusal(bench: Bench, *resources: Resource, **options: object) -> Refused:
    bench.account.ledger.clear()
    with pytest.raises(Refused) as refused:
        bench.plan(stack(*resources), **options)  # type: ignore[arg-type]
    assert bench.account.ledger == []
    return refused.value


def test_what_is_protected_is_neither_destroyed_nor_replaced(bench: Bench) -> None:
    web = resource("projects.edge.devices.web", lifecycle=PROTECTED, line=5)
    bench.settled(stack(EDGE, web))
    changed = resource("projects.edge.devices.web", lifecycle=PROTECTED, line=5, plan="c1.small.x86")
    for refused in (
        refusal(bench, EDGE, web, destroy=True),
        refusal(bench, EDGE, web, destroy=True, targets=("projects.edge",)),
        refusal(bench, EDGE, web, replace=("projects.edge.devices.web",)),
        refusal(bench, EDGE, web, replace=("projects.edge",)),
        refusal(bench, EDGE, changed),
    ):
        assert refused.exit_code == 3
        assert [each.code for each in refused.diagnostics] == ["protected"]
        assert refused.diagnostics[0].address == "projects.edge.devices.web"
    assert refused.diagnostics[0].place is not None
    assert refused.diagnostics[0].place.line == 5


def test_what_is_protected_may_be_updated(bench: Bench) -> None:
    bench.settled(stack(EDGE, resource("projects.edge.devices.web", lifecycle=PROTECTED)))
    bench.settled(stack(EDGE, resource("projects.edge.devices.web", lifecycle=PROTECTED, hostname="n")))


def test_what_is_locked_in_the_api_is_refused_also_when_it_is_not_declared(bench: Bench) -> None:
    bench.settled(stack(EDGE, *(resource(f"projects.edge.devices.d{number}", locked=True) for number in range(2))))
    refused = refusal(bench, EDGE)
    assert refused.exit_code == 3
    assert [each.address for each in refused.diagnostics] == ["projects.edge.devices.d0", "projects.edge.devices.d1"]
    assert "locked: false" in refused.diagnostics[0].hint


def test_unlocking_is_a_change_of_its_own(bench: Bench) -> None:
    bench.settled(stack(EDGE, resource("projects.edge.devices.web", locked=True)))
    bench.settled(stack(EDGE, resource("projects.edge.devices.web", locked=False)))
    assert bench.apply(stack(EDGE)).ok


@pytest.mark.parametrize(
    ("values", "field", "shown"),
    [
        ({"asn": 65001}, "asn", "live: 65000, wanted: 65001"),
        ({"deployment_type": "global"}, "deployment_type", "live: 'local', wanted: 'global'"),
        ({"md5": "Another1Secret"}, "md5", ""),
    ],
)
def test_a_bgp_config_cannot_be_changed_and_the_reason_is_given(
    bench: Bench, values: dict[str, Any], field: str, shown: str
) -> None:
    bench.settled(stack(EDGE, resource("projects.edge.bgp_config", md5="First1Secret")))
    changed: dict[str, Any] = {"deployment_type": "local", "asn": 65000, "md5": "First1Secret", **values}
    refused = refusal(bench, EDGE, resource("projects.edge.bgp_config", line=10, **changed))
    (problem,) = refused.diagnostics
    assert problem.code == "write-once"
    assert field in problem.summary
    assert shown in problem.summary
    assert "Secret" not in problem.summary + problem.hint
    assert problem.place is not None
    assert problem.place.line == 11 + list(changed).index(field)


def test_a_change_that_is_ignored_is_not_refused(bench: Bench) -> None:
    bench.settled(stack(EDGE, resource("projects.edge.bgp_config")))
    ignoring = Lifecycle(ignore_changes=frozenset({"asn"}))
    bench.settled(stack(EDGE, resource("projects.edge.bgp_config", asn=65001, lifecycle=ignoring)))


def test_all_reasons_come_at_once(bench: Bench) -> None:
    one, two = resource("projects.one"), resource("projects.two")
    bench.settled(stack(one, two, resource("projects.one.bgp_config"), resource("projects.two.bgp_config")))
    refused = refusal(
        bench, one, two, resource("projects.one.bgp_config", asn=1), resource("projects.two.bgp_config", asn=2)
    )
    assert len(refused.diagnostics) == 2
