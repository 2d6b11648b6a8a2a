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


def test_keys_vlans_and_blocks_in_a_project_are_found_by_what_people_know_them_by(bench: Bench) -> None:
    project = bench.account.add("projects", name="shared")["id"]
    vlan = bench.account.add("vlans", project, facility="ewr1", description="backup", vxlan=1042)
    block = bench.account.add("blocks", project, type="public_ipv4", quantity=4, facility="ewr1", details="vip")
    key = bench.account.add("ssh_keys", project, label="ops", key="ssh-ed25519 AAAA")
    others = bench.account.add("projects", name="others")["id"]
    bench.account.add("vlans", others, facility="ewr1", description="backup", vxlan=1042)
    names = {
        "vlans.v": (vlan, (vlan["id"], "1042", "backup")),
        "ip_reservations.b": (block, (block["id"], "vip", block["network"], f"{block['address']}/32")),
        "ssh_keys.k": (key, (key["id"], "ops")),
    }
    for path, (there, ways) in names.items():
        for existing in ways:
            planned = bench.plan(
                stack(
                    resource("projects.p", existing="shared"),
                    resource(f"projects.p.{path}", existing=existing),
                    resource("projects.p.vlans.own", description=ref(f"projects.p.{path}")),
                )
            )
            assert planned.change("projects.p.vlans.own").after["description"] == there["id"]
            assert planned.actions() == {"projects.p.vlans.own": "create"}


def test_what_exists_is_looked_for_in_its_own_project_and_told_with_what_is_there(bench: Bench) -> None:
    bench.account.add("projects", name="shared")
    others = bench.account.add("projects", name="others")["id"]
    bench.account.add("vlans", others, facility="ewr1", description="backup", vxlan=1042)
    with pytest.raises(Refused) as refused:
        bench.plan(
            stack(
                resource("projects.p", existing="shared"),
                resource("projects.p.vlans.v", existing="1042"),
                resource("projects.p.vlans.own"),
            )
        )
    (problem,) = refused.value.diagnostics
    assert (problem.code, problem.hint) == ("existing-not-found", "the token can see: none at all")
    assert "no vlan in projects.p has the uuid or the number or the description '1042'" in problem.summary


def test_a_project_of_ours_is_kept_while_something_existing_stands_in_it(bench: Bench) -> None:
    own = stack(resource("projects.p"))
    bench.settled(own)
    project = bench.account.one("projects")["id"]
    vlan = bench.account.add("vlans", project, facility="ewr1", description="theirs")
    wanted = stack(resource("projects.p"), resource("projects.p.vlans.v", existing="theirs"))
    bench.settled(wanted)
    planned = bench.plan(wanted, destroy=True)
    assert planned.actions() == {}
    assert any("projects.p.vlans.v" in each.summary for each in planned.plan.diagnostics)
    assert bench.account.one("vlans")["id"] == vlan["id"]


def test_a_destroy_does_not_miss_what_it_needs_no_more(bench: Bench) -> None:
    bench.account.add("projects", name="shared")
    wanted = stack(
        resource("projects.p", existing="shared"),
        resource("projects.p.vlans.v", existing="gone"),
        resource("projects.p.vlans.own"),
    )
    assert bench.apply(wanted, destroy=True).ok
