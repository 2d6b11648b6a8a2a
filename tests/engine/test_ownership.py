"""Whose is it: marks, strangers, copies, doubles, and objects that lost their mark."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.diagnostics import Refused
from reconciler.engine.stop import Stop
from reconciler.model.event import Progressed
from reconciler.model.resource import Lifecycle

from .account import Body
from .bench import Bench
from .build import devices, ref, resource, shop, stack

EDGE = resource("projects.edge")
WEB = resource("projects.edge.devices.web")
DEVICE = {"hostname": "theirs", "plan": "t1.small.x86", "operating_system": "ubuntu_18_04"}


def strangers_of(bench: Bench, project: str) -> list[Body]:
    """One object of every kind in our project, made by somebody else."""
    account = bench.account
    device = account.add("devices", project, tags=["k8s"], **DEVICE)
    block = account.add("blocks", project, type="public_ipv4", quantity=2, facility="ewr1")
    address = f"{block['network']}/32"
    return [
        device,
        block,
        account.add("ssh_keys", project, label="theirs", key="ssh-rsa AAAA theirs"),
        account.add("ssh_keys", label="mine", key="ssh-rsa AAAA mine"),
        account.add("vlans", project, facility="ewr1", description="theirs"),
        account.add("assignments", device=device["id"], address=address),
        account.add("projects", name="Edge"),
    ]


def test_a_copy_of_a_stack_under_another_name_touches_nothing_of_the_first(bench: Bench) -> None:
    bench.settled(shop(2))
    before = bench.account.frozen()
    ours = {each["id"] for rows in before.values() for each in rows.values()}
    copied = stack(*shop(2).resources, name="copy")
    planned = bench.plan(copied)
    assert set(planned.actions().values()) == {"create"}
    bench.account.ledger.clear()
    assert bench.execute(planned).ok
    assert bench.apply(copied, destroy=True).ok
    assert {each.id for each in bench.account.mutations() if each.method != "POST"} & ours == set()
    assert bench.account.frozen() == before


def test_two_stacks_share_a_project_that_neither_owns(bench: Bench) -> None:
    bench.account.add("projects", name="shared")
    mine = stack(resource("projects.p", existing="shared"), resource("projects.p.devices.web"), name="mine")
    theirs = stack(resource("projects.p", existing="shared"), resource("projects.p.devices.web"), name="theirs")
    bench.settled(mine)
    bench.settled(theirs)
    (stranger,) = bench.plan(mine).plan.strangers
    assert (stranger.owner, stranger.inside) == ("theirs", "projects.p")
    bench.apply(mine, destroy=True)
    (left,) = bench.account.all("devices")
    assert "reconciler:theirs:projects.p.devices.web" in left["tags"]


def test_strangers_are_listed_and_never_changed(bench: Bench) -> None:
    bench.settled(shop(1))
    project = next(each["id"] for each in bench.account.all("projects"))
    theirs = strangers_of(bench, project)
    before = {each["id"]: dict(each) for each in theirs}
    planned = bench.plan(shop(1))
    assert planned.actions() == {}
    assert {each.kind for each in planned.plan.strangers} == {"device", "ip_reservation", "ssh_key", "vlan"}
    assert {each.inside for each in planned.plan.strangers} == {"projects.edge"}
    bench.apply(stack(EDGE))
    after = {each["id"]: each for rows in bench.account.frozen().values() for each in rows.values()}
    assert all(after[identifier] == row for identifier, row in before.items())


def test_a_project_that_holds_strangers_is_kept_and_so_are_they(bench: Bench) -> None:
    bench.settled(shop(1))
    theirs = strangers_of(bench, next(each["id"] for each in bench.account.all("projects")))
    planned = bench.plan(shop(1), destroy=True)
    assert "projects.edge" not in planned.actions()
    assert "projects.edge.bgp_config" not in planned.actions(), "it would only go with its project"
    (finding,) = planned.plan.diagnostics
    assert finding.code == "holds-strangers"
    assert "4 of others' objects" in finding.summary
    assert bench.execute(planned).ok
    left = {each["id"] for rows in bench.account.frozen().values() for each in rows.values()}
    assert {each["id"] for each in theirs} <= left
    assert len(bench.account.all("projects")) == 2


def test_automatic_blocks_neither_belong_to_strangers_nor_keep_a_project(bench: Bench) -> None:
    bench.settled(stack(EDGE))
    project = bench.account.one("projects")["id"]
    bench.account.add("blocks", project, type="public_ipv4", quantity=1, addon=False)
    planned = bench.plan(stack(EDGE), destroy=True)
    assert planned.actions() == {"projects.edge": "delete"}
    assert planned.plan.strangers == ()


def test_replacing_a_project_that_holds_strangers_is_refused_before_anything_in_it_is_touched(bench: Bench) -> None:
    wanted = stack(resource("projects.edge", line=3), *devices(1))
    bench.settled(wanted)
    bench.account.add("devices", bench.account.one("projects")["id"], **DEVICE)
    with pytest.raises(Refused) as refused:
        bench.plan(wanted, replace=("projects.edge",))
    assert refused.value.exit_code == 3
    assert str(refused.value.diagnostics[0].place) == "stack.yaml:3:1"


def test_foreign_tags_survive_an_update_of_ours(bench: Bench) -> None:
    bench.settled(stack(EDGE, resource("projects.edge.devices.web", tags=["a", "b"])))
    device = bench.account.one("devices")
    bench.account.rows["devices"][device["id"]]["tags"] = [*device["tags"], "autoscaler=on"]
    assert bench.plan(stack(EDGE, resource("projects.edge.devices.web", tags=["b", "a"]))).actions() == {}
    run = bench.settled(stack(EDGE, resource("projects.edge.devices.web", tags=["c", "a"])))
    assert run.applied.counts.changed == 1
    tags = bench.account.one("devices")["tags"]
    assert {each for each in tags if not each.startswith("reconciler")} == {"a", "c", "autoscaler=on"}


def test_an_update_of_another_field_leaves_tags_alone(bench: Bench) -> None:
    bench.settled(stack(EDGE, resource("projects.edge.devices.web", tags=["a"])))
    bench.settled(stack(EDGE, resource("projects.edge.devices.web", tags=["a"], description="new")))
    assert bench.account.mutations("PUT")[-1].body == {"description": "new"}


def test_our_tag_taken_off_by_somebody_is_drift_and_put_back(bench: Bench) -> None:
    wanted = stack(EDGE, resource("projects.edge.devices.web", tags=["a"]))
    bench.settled(wanted)
    device = bench.account.one("devices")
    bench.account.rows["devices"][device["id"]]["tags"].remove("a")
    assert bench.plan(wanted).actions() == {"projects.edge.devices.web": "update"}
    bench.settled(wanted)


@pytest.mark.parametrize(
    ("address", "table", "before", "after", "shown"),
    [
        ("projects.edge.devices.web", "devices", {"hostname": "old"}, {"hostname": "new"}, "hostname"),
        ("projects.edge.ssh_keys.ops", "ssh_keys", {"label": "old"}, {"label": "new"}, "label"),
        ("projects.edge.ip_reservations.b", "blocks", {"details": "old"}, {"details": "new"}, "details"),
    ],
)
def test_a_new_name_is_an_update_of_the_same_object(
    bench: Bench, address: str, table: str, before: dict[str, Any], after: dict[str, Any], shown: str
) -> None:
    bench.settled(stack(EDGE, resource(address, **before)))
    identifier = bench.account.one(table)["id"]
    planned = bench.plan(stack(EDGE, resource(address, **after)))
    assert planned.actions() == {address: "update"}
    assert bench.execute(planned).ok
    row = bench.account.one(table)
    assert row["id"] == identifier
    assert row[shown].startswith("new")
    assert bench.plan(stack(EDGE, resource(address, **after))).actions() == {}


def test_a_project_is_known_by_its_mark_and_not_by_its_name(bench: Bench) -> None:
    bench.settled(stack(resource("projects.edge", name="before", customdata={"team": "net"})))
    bench.account.add("projects", name="after")
    planned = bench.plan(stack(resource("projects.edge", name="after", customdata={"team": "web"})))
    assert planned.actions() == {"projects.edge": "update"}
    bench.execute(planned)
    (ours,) = (each for each in bench.account.all("projects") if each["customdata"])
    assert (ours["name"], ours["customdata"]["team"]) == ("after", "web")


def double_of(bench: Bench, row: Body, **more: Any) -> Body:
    """A second device with the same mark, as a create makes that was repeated too early."""
    return bench.account.add("devices", row["_project"], **{**DEVICE, "hostname": "web", "tags": row["tags"], **more})


def test_of_two_objects_with_one_mark_the_oldest_is_kept(bench: Bench) -> None:
    bench.settled(stack(EDGE, WEB))
    (first,) = bench.account.rows["devices"].values()
    second = double_of(bench, first)
    oldest = double_of(bench, first, created_at="2019-06-30T23:59:59Z")
    planned = bench.plan(stack(EDGE, WEB))
    found = {each.live.id: each for each in planned.plan.pending if each.live is not None}
    assert set(found) == {first["id"], second["id"]}
    assert {each.reason for each in found.values()} == {"duplicate"}
    assert bench.execute(planned).ok
    assert bench.account.one("devices")["id"] == oldest["id"]
    assert bench.plan(stack(EDGE, WEB)).actions() == {}


def test_destroy_takes_doubles_along_targeted_or_not(bench: Bench) -> None:
    bench.settled(stack(EDGE, WEB))
    (first,) = bench.account.rows["devices"].values()
    double_of(bench, first)
    run = bench.apply(stack(EDGE, WEB), destroy=True, targets=("projects.edge.devices.web",))
    assert run.ok
    assert bench.account.all("devices") == []


def test_a_double_in_another_project_is_not_taken_for_the_wanted_one(bench: Bench) -> None:
    """A project that was created twice may hold devices too; the wanted ones stand in the wanted project."""
    bench.settled(stack(EDGE, resource("projects.edge.bgp_config"), WEB))
    (first,) = bench.account.rows["devices"].values()
    project = bench.account.one("projects")
    twin = bench.account.add("projects", name="edge", customdata=project["customdata"])
    bench.account.add("devices", twin["id"], **DEVICE, tags=first["tags"], created_at="2018-01-01T00:00:00Z")
    planned = bench.plan(stack(EDGE, resource("projects.edge.bgp_config"), WEB))
    assert planned.change("projects.edge.devices.web").live == planned.world.live(WEB.address)
    assert planned.change("projects.edge.devices.web").action.value == "no-op"
    assert sorted(planned.actions().values()) == ["delete", "delete"]
    steps = planned.steps()
    assert planned.before(steps[0], steps[1])
    assert steps[0].startswith("projects.edge.devices.web__")
    assert bench.execute(planned).ok
    assert bench.account.one("projects")["id"] == project["id"]
    assert bench.account.one("devices")["id"] == first["id"]


def test_a_double_of_a_project_that_holds_strangers_is_kept(bench: Bench) -> None:
    bench.settled(stack(EDGE))
    project = bench.account.one("projects")
    twin = bench.account.add("projects", name="edge", customdata=project["customdata"])
    bench.account.add("ssh_keys", twin["id"], label="theirs", key="ssh-rsa AAAA x")
    planned = bench.plan(stack(EDGE))
    assert planned.actions() == {}
    (told,) = planned.plan.diagnostics
    assert told.code == "twin"
    assert "ssh_key theirs hang on it" in told.summary


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"created_at": "2019-07-01T02:00:00Z"}, "it was created 2 h after"),
        ({"hostname": "clone"}, "it has another hostname"),
        ({"tags": ["reconciler:shop:projects.edge.devices.web", "reconciler-memo:tags=1"]}, "its memo is another one"),
    ],
    ids=["later", "changed", "another memo"],
)
def test_a_copy_that_somebody_made_of_a_machine_is_told_and_left_alone(
    bench: Bench, change: dict[str, Any], why: str
) -> None:
    """F24: who clones a machine copies its tags."""
    wanted = stack(EDGE, WEB)
    bench.settled(wanted)
    (first,) = bench.account.rows["devices"].values()
    copy = double_of(bench, first, **change)
    planned = bench.plan(wanted)
    assert planned.actions() == {}
    (told,) = planned.plan.diagnostics
    assert told.code == "twin"
    assert why in told.summary
    assert copy["id"] in told.summary


def test_a_double_is_no_reason_to_keep_the_original(bench: Bench) -> None:
    bench.settled(stack(EDGE))
    project = bench.account.one("projects")
    twin = bench.account.add("projects", name="edge", customdata=project["customdata"])
    bench.account.add("ssh_keys", twin["id"], label="theirs", key="ssh-rsa AAAA x")
    planned = bench.plan(stack(EDGE), destroy=True)
    assert planned.actions() == {"projects.edge": "delete"}
    assert bench.execute(planned).ok
    assert bench.account.one("projects")["id"] == twin["id"]


def test_a_device_moves_with_its_address_when_a_name_stands_for_another_project(bench: Bench) -> None:
    one, two = (bench.account.add("projects", name=name)["id"] for name in ("one", "two"))
    both = [resource("projects.a", existing="one"), resource("projects.b", existing="two")]
    bench.settled(stack(*both, resource("projects.a.devices.web")))
    swapped = [resource("projects.a", existing="two"), resource("projects.b", existing="one")]
    planned = bench.plan(stack(*swapped, resource("projects.a.devices.web")))
    assert sorted(planned.actions().values()) == ["create", "delete"]
    assert bench.execute(planned).ok
    (device,) = bench.account.rows["devices"].values()
    assert (device["_project"], one != two) == (two, True)
    assert bench.plan(stack(*swapped, resource("projects.a.devices.web"))).actions() == {}


def test_a_device_that_looks_like_ours_without_its_mark_is_not_bought_again(bench: Bench) -> None:
    wanted = stack(EDGE, resource("projects.edge.devices.web", line=9))
    bench.settled(wanted)
    bench.account.rows["devices"][bench.account.one("devices")["id"]]["tags"] = ["overwritten"]
    planned = bench.plan(wanted)
    assert planned.actions() == {"projects.edge.devices.web": "create"}
    with pytest.raises(Refused) as refused:
        bench.execute(planned)
    assert refused.value.exit_code == 3
    (problem,) = refused.value.diagnostics
    assert str(problem.place) == "stack.yaml:9:1"
    assert "reconciler:shop:projects.edge.devices.web" in problem.hint
    assert len(bench.account.posts("/projects/{id}/devices")) == 1


def test_another_stacks_device_of_the_same_name_is_no_lookalike(bench: Bench) -> None:
    bench.account.add("projects", name="shared")
    for name in ("mine", "theirs"):
        bench.settled(stack(resource("projects.p", existing="shared"), resource("projects.p.devices.web"), name=name))


@pytest.mark.parametrize(
    ("table", "values", "tags"),
    [
        ("blocks", {"type": "public_ipv4", "quantity": 1}, ["reconciler:shop:projects.edge.devices.web"]),
        ("devices", DEVICE, ["reconciler:shop:projects.edge.vlans.v"]),
        ("devices", DEVICE, ["reconciler:shop:not an address"]),
        ("devices", DEVICE, ["reconciler:shop:"]),
        ("devices", DEVICE, ["reconciler:shop"]),
    ],
)
def test_a_mark_that_we_cannot_have_written_makes_a_stranger(
    bench: Bench, table: str, values: dict[str, Any], tags: list[str]
) -> None:
    """Somebody copied tags from one object to another; neither may be destroyed for it, nor hide what is wanted."""
    wanted = stack(EDGE, WEB, resource("projects.edge.vlans.v"))
    bench.settled(wanted)
    row = bench.account.add(table, bench.account.one("projects")["id"], **values, tags=tags)
    planned = bench.plan(wanted)
    assert planned.actions() == {}
    assert [each.id for each in planned.plan.strangers] == [row["id"]]
    assert len(planned.plan.changes) == 3


def test_names_with_blanks_and_brackets_are_found_again(bench: Bench) -> None:
    bench.settled(
        stack(
            EDGE,
            resource('projects.edge.vlans.v["rack 1]"]', description="[x] y"),
            resource('projects.edge.ssh_keys.k["a b"]', label="  a  b "),
            resource('projects.edge.devices.d["ünï ; = \\" code"]', hostname="d"),
        )
    )


def test_objects_being_deleted_do_not_count_as_existing(bench: Bench) -> None:
    bench.account.deprovision_seconds = 600
    bench.settled(stack(EDGE, WEB))
    bench.account.rows["devices"][bench.account.one("devices")["id"]]["_leaves"] = 500.0
    planned = bench.plan(stack(EDGE, WEB))
    assert planned.actions() == {"projects.edge.devices.web": "create"}
    assert bench.execute(planned).ok


def test_sessions_opened_by_a_cluster_are_listed_and_left_when_the_stack_does_not_name_the_section(
    bench: Bench,
) -> None:
    wanted = stack(EDGE, resource("projects.edge.bgp_config"), WEB)
    bench.settled(wanted)
    bench.account.add("sessions", device=bench.account.one("devices")["id"], address_family="ipv4")
    planned = bench.plan(wanted)
    assert planned.actions() == {}
    assert [each.kind for each in planned.plan.strangers] == ["bgp_session"]
    assert bench.apply(wanted, destroy=True).ok
    assert bench.account.all("projects") == []


def test_an_assignment_that_is_not_ours_keeps_its_address_and_a_wanted_one_is_adopted(bench: Bench) -> None:
    """What a controller bound to the very device that the stack names is what the stack wants."""
    wanted = [EDGE, resource("projects.edge.ip_reservations.vip"), WEB]
    bench.settled(stack(*wanted))
    block = bench.account.one("blocks")
    device = bench.account.one("devices")["id"]
    bench.account.add("assignments", device=device, address=f"{block['network']}/32")
    vip = resource(
        "projects.edge.devices.web.ip_assignments.vip", address=ref("projects.edge.ip_reservations.vip", "block")
    )
    assert bench.plan(stack(*wanted)).actions() == {}
    assert bench.plan(stack(*wanted, vip)).actions() == {}


def test_ignoring_changes_of_tags_keeps_the_mark(bench: Bench) -> None:
    ignoring = Lifecycle(ignore_changes=frozenset({"tags"}))
    bench.settled(stack(EDGE, resource("projects.edge.devices.web", tags=["a"], lifecycle=ignoring)))
    changed = stack(EDGE, resource("projects.edge.devices.web", tags=["b"], hostname="n", lifecycle=ignoring))
    bench.settled(changed)
    assert "a" in bench.account.one("devices")["tags"]


def test_a_create_first_that_was_interrupted_goes_on_with_the_new_machine_and_buys_no_third(bench: Bench) -> None:
    bench.account.provision_seconds = 60
    first = Lifecycle(create_before_destroy=True)
    bench.settled(stack(EDGE, resource("projects.edge.devices.web", lifecycle=first)))
    changed = stack(EDGE, resource("projects.edge.devices.web", lifecycle=first, operating_system="debian_9"))
    stop = Stop()
    planned = bench.plan(changed)
    bench.execute(planned, stop=stop, listen=lambda each: stop.request() if isinstance(each, Progressed) else None)
    assert len(bench.account.all("devices")) == 2
    resumed = bench.plan(changed)
    assert len(resumed.steps()) == 2
    (old,) = (each for each in resumed.steps() if each.endswith(":delete"))
    assert resumed.before("projects.edge.devices.web:await", old), "the old one stays until the new one is ready"
    assert bench.execute(resumed).ok
    assert bench.account.one("devices")["operating_system"] == {"slug": "debian_9"}
    assert len(bench.account.posts("/projects/{id}/devices")) == 2
    assert bench.plan(changed).actions() == {}


def test_of_two_objects_with_one_mark_one_that_has_failed_is_not_the_one_to_keep(bench: Bench) -> None:
    bench.settled(stack(EDGE, WEB))
    (first,) = bench.account.rows["devices"].values()
    second = double_of(bench, first)
    first["state"] = "failed"
    planned = bench.plan(stack(EDGE, WEB))
    assert list(planned.actions().values()) == ["delete"]
    assert bench.execute(planned).ok
    assert bench.account.one("devices")["id"] == second["id"]


def test_another_stacks_assignment_on_our_device_is_not_adopted(bench: Bench) -> None:
    vip = resource(
        "projects.edge.devices.web.ip_assignments.vip", address=ref("projects.edge.ip_reservations.vip", "block")
    )
    others = [EDGE, resource("projects.edge.ip_reservations.vip"), WEB]
    bench.settled(stack(*others))
    mark = {"reconciler": {"stack": "other", "address": "projects.edge.devices.web.ip_assignments.vip"}}
    address = f"{bench.account.one('blocks')['network']}/32"
    bench.account.add("assignments", device=bench.account.one("devices")["id"], address=address, customdata=mark)
    assert bench.plan(stack(*others, vip)).actions() == {"projects.edge.devices.web.ip_assignments.vip": "create"}
    assert bench.plan(stack(*others)).actions() == {}


def test_two_sessions_of_one_family_do_not_hide_the_declared_one(bench: Bench) -> None:
    wanted = stack(
        EDGE, resource("projects.edge.bgp_config"), WEB, resource("projects.edge.devices.web.bgp_sessions.ipv4")
    )
    bench.settled(wanted)
    row = bench.account.one("sessions")
    bench.account.rows["sessions"]["twin"] = {**bench.account.rows["sessions"][row["id"]], "id": "twin"}
    planned = bench.plan(wanted)
    assert planned.change("projects.edge.devices.web.bgp_sessions.ipv4").action.value == "no-op"
    assert list(planned.actions().values()) == ["delete"]
    assert bench.execute(planned).ok
    assert bench.plan(wanted).actions() == {}
