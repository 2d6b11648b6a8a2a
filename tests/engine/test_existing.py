"""Projects that the stack names and does not own: found by uuid or by name, used, and left as they are."""

from __future__ import annotations

import pytest

from reconciler.diagnostics import Refused

from .bench import Bench
from .build import ref, resource, stack


def test_found_by_uuid_or_by_name_and_never_changed(bench: Bench) -> None:
    project = bench.account.add("projects", name="shared", customdata={"theirs": True})
    for existing in (project["id"], "shared"):
        wanted = stack(
            resource("projects.p", existing=existing),
            resource("projects.p.vlans.v", description=ref("projects.p", "name")),
        )
        bench.settled(wanted)
        assert bench.apply(wanted, destroy=True).ok
    assert not [each for each in bench.account.ledger if each.route in ("/projects", "/projects/{id}")]
    assert bench.account.one("projects")["customdata"] == {"theirs": True}
    assert bench.account.all("vlans") == []


def test_a_uuid_wins_over_a_name_that_reads_the_same(bench: Bench) -> None:
    project = bench.account.add("projects", name="one")
    bench.account.add("projects", name=project["id"])
    planned = bench.plan(stack(resource("projects.p", existing=project["id"])))
    change = planned.change("projects.p")
    assert change.live is not None
    assert change.live.label == "one"


@pytest.mark.parametrize(
    ("names", "code", "shown"),
    [
        ((), "existing-not-found", "none at all"),
        (("a",), "existing-not-found", "a ("),
        (("x", "x"), "ambiguous-existing", "x ("),
    ],
)
def test_none_or_several_refuse_with_what_there_is(bench: Bench, names: tuple[str, ...], code: str, shown: str) -> None:
    for name in names:
        bench.account.add("projects", name=name)
    with pytest.raises(Refused) as refused:
        bench.plan(stack(resource("projects.p", existing="x", line=4)))
    (problem,) = refused.value.diagnostics
    assert problem.code == code
    assert shown in problem.hint
    assert problem.place is not None
    assert problem.place.line == 4


def test_all_that_are_missing_are_reported_at_once(bench: Bench) -> None:
    with pytest.raises(Refused) as refused:
        bench.plan(stack(*(resource(f"projects.p{number}", existing=f"x{number}") for number in range(3))))
    assert len(refused.value.diagnostics) == 3
