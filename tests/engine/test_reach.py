"""Which collections are read: what the stack uses, what its marks remember, and what it can do without."""

from __future__ import annotations

import pytest

from reconciler.diagnostics import Refused
from reconciler.wire import Gone, Rejected, WireError

from .bench import Bench
from .build import ref, resource, stack

EDGE = resource("projects.edge")
ACME = resource("organizations.acme")
PART = resource("projects.edge", organization_id=ref("organizations.acme"))


KEY = resource("projects.edge.api_keys.ci")
KEYS = "/projects/{}/api-keys"


def reads(bench: Bench, path: str) -> int:
    return bench.account.reads.count(path)


@pytest.mark.parametrize("refusal", [Gone("Not found", status=404), Rejected("You are not authorized", status=403)])
def test_a_users_keys_may_be_hidden_from_a_stack_that_declares_none(bench: Bench, refusal: WireError) -> None:
    bench.settled(stack(EDGE))
    for destroy in (False, True):
        bench.account.end("hidden", "LIST", "/ssh-keys", error=refusal)
        (found,) = bench.plan(stack(EDGE), destroy=destroy).plan.diagnostics
        assert (found.code, found.severity.value) == ("not-seen", "note")
        assert "/ssh-keys" in found.summary


def test_a_users_keys_that_are_declared_have_to_be_seen(bench: Bench) -> None:
    wanted = stack(EDGE, resource("ssh_keys.ops"))
    for destroy in (False, True):
        bench.account.end("hidden", "LIST", "/ssh-keys", error=Gone("Not found", status=404))
        with pytest.raises(Refused, match="/ssh-keys"):
            bench.plan(wanted, destroy=destroy)


def test_what_a_stack_never_used_is_not_read(bench: Bench) -> None:
    bench.settled(stack(EDGE))
    before = reads(bench, "/organizations")
    bench.plan(stack(EDGE))
    assert reads(bench, "/organizations") == before


def test_a_stack_without_projects_has_nothing_that_remembers_and_looks(bench: Bench) -> None:
    bench.settled(stack(ACME))
    assert bench.plan(stack(resource("ssh_keys.ops"))).actions() == {
        "organizations.acme": "delete",
        "ssh_keys.ops": "create",
    }


def test_what_is_no_longer_declared_is_found_since_the_projects_remember(bench: Bench) -> None:
    bench.settled(stack(ACME, EDGE))
    assert bench.plan(stack(EDGE)).actions() == {"organizations.acme": "delete"}
    bench.settled(stack(EDGE))
    assert bench.account.all("organizations") == []


def test_projects_that_were_there_before_are_told_first(bench: Bench) -> None:
    bench.settled(stack(EDGE, resource("projects.other")))
    planned = bench.plan(stack(ACME, EDGE, resource("projects.other")))
    assert planned.actions() == {"organizations.acme": "create"}
    for project in ("edge", "other"):
        assert planned.before(f"projects.{project}:note", "organizations.acme:create")
    assert bench.execute(planned).ok
    assert bench.plan(stack(resource("projects.other"), EDGE)).actions() == {"organizations.acme": "delete"}


def test_a_mark_that_learns_keeps_what_it_knew_and_other_data(bench: Bench) -> None:
    data = {"rack": 7}
    bench.settled(stack(resource("projects.edge", customdata=data)))
    bench.settled(stack(ACME, resource("projects.edge", customdata=data)))
    shown = bench.account.one("projects")["customdata"]
    assert shown.pop("reconciler") == {
        "stack": "shop",
        "address": "projects.edge",
        "memo": {"holds": "/organizations"},
    }
    assert shown == data


def test_a_project_that_cannot_be_told_keeps_the_rest_from_being_made(bench: Bench) -> None:
    bench.settled(stack(EDGE))
    bench.account.end("reject", "PUT", "/projects/{id}", status=403, texts=("You are not authorized",))
    run = bench.apply(stack(ACME, EDGE))
    assert run.results == {"projects.edge:note": "failed", "organizations.acme:create": "skipped"}
    assert bench.account.all("organizations") == []


def test_a_destroy_looks_everywhere(bench: Bench) -> None:
    bench.settled(stack(EDGE))
    before = reads(bench, "/organizations")
    bench.plan(stack(EDGE), destroy=True)
    assert reads(bench, "/organizations") == before + 1


def test_an_organization_comes_before_its_projects_and_goes_after_them(bench: Bench) -> None:
    planned = bench.plan(stack(ACME, PART))
    assert planned.before("organizations.acme:create", "projects.edge:create")
    assert bench.execute(planned).ok
    assert bench.account.one("projects")["organization_id"] == bench.account.one("organizations")["id"]
    planned = bench.plan(stack(ACME, PART), destroy=True)
    assert planned.before("projects.edge:delete", "organizations.acme:delete")


def test_an_organization_in_which_others_have_a_project_is_kept(bench: Bench) -> None:
    bench.settled(stack(ACME, PART))
    bench.account.add("projects", name="theirs", organization_id=bench.account.one("organizations")["id"])
    planned = bench.plan(stack(ACME, PART), destroy=True)
    assert planned.actions() == {"projects.edge": "delete"}
    (found,) = planned.plan.diagnostics
    assert (found.code, "project theirs" in found.summary) == ("holds-strangers", True)


def test_an_organization_in_which_a_project_of_the_stack_stays_is_kept(bench: Bench) -> None:
    bench.settled(stack(ACME, PART))
    planned = bench.plan(stack(EDGE))
    assert planned.actions() == {}
    assert "projects.edge" in planned.plan.diagnostics[0].summary


# in a project


def keys_read(bench: Bench) -> int:
    return reads(bench, KEYS.format(bench.account.one("projects")["id"]))


def test_a_project_is_born_with_what_it_will_hold_in_its_mark(bench: Bench) -> None:
    planned = bench.plan(stack(EDGE, KEY))
    assert planned.steps() == ["projects.edge:create", "projects.edge.api_keys.ci:create"]
    assert bench.execute(planned).ok
    assert bench.account.one("projects")["customdata"]["reconciler"]["memo"] == {"holds": "api_keys"}


def test_keys_that_are_no_longer_declared_are_found_though_their_section_is_gone(bench: Bench) -> None:
    bench.settled(stack(EDGE, KEY))
    bench.settled(stack(EDGE))
    assert bench.account.all("api_keys") == []


def test_a_project_that_never_had_keys_is_not_asked_for_them(bench: Bench) -> None:
    bench.settled(stack(EDGE))
    bench.plan(stack(EDGE))
    assert keys_read(bench) == 0


def test_a_project_learns_of_its_first_key_before_it_is_made(bench: Bench) -> None:
    bench.settled(stack(EDGE, resource("projects.other")))
    wanted = stack(EDGE, KEY, resource("projects.other"))
    planned = bench.plan(wanted)
    assert planned.steps() == ["projects.edge:note", "projects.edge.api_keys.ci:create"]
    (note,) = (each for each in planned.plan.steps if each.id == "projects.edge:note")
    assert note.call.startswith("PUT /projects/")
    assert bench.execute(planned).ok
    assert bench.plan(wanted).actions() == {}
    more = bench.plan(stack(*wanted.resources, resource("projects.edge.api_keys.cd")))
    assert more.steps() == ["projects.edge.api_keys.cd:create"], "it knows already"


def test_an_update_that_writes_the_same_mark_comes_after_the_note_and_keeps_it(bench: Bench) -> None:
    bench.settled(stack(EDGE))
    wanted = stack(resource("projects.edge", customdata={"rack": 7}), KEY)
    planned = bench.plan(wanted)
    assert planned.before("projects.edge:note", "projects.edge:update")
    bench.settled(wanted)
    assert bench.plan(stack(resource("projects.edge", customdata={"rack": 7}))).actions() == {
        "projects.edge.api_keys.ci": "delete"
    }


def test_a_project_may_refer_to_what_it_is_to_remember(bench: Bench) -> None:
    bench.settled(stack(EDGE))
    named = ref("organizations.acme", "id", lambda value: {"organization": value})
    wanted = stack(ACME, resource("projects.edge", customdata=named))
    bench.settled(wanted)
    shown = bench.account.one("projects")["customdata"]
    assert shown["organization"] == bench.account.one("organizations")["id"]
    assert bench.plan(stack(EDGE)).actions() == {"organizations.acme": "delete"}


def test_a_project_that_is_not_the_stacks_cannot_remember_and_is_looked_through(bench: Bench) -> None:
    bench.account.add("projects", name="Edge")
    bench.settled(stack(resource("projects.edge", existing="Edge"), KEY))
    assert bench.plan(stack(resource("projects.edge", existing="Edge"))).actions() == {
        "projects.edge.api_keys.ci": "delete"
    }


def test_keys_that_the_token_may_not_see_matter_only_where_there_may_be_some_of_ours(bench: Bench) -> None:
    bench.account.add("projects", name="Edge")
    plain = stack(resource("projects.edge", existing="Edge"))
    hidden = Gone("Not found", status=404)
    bench.account.end("hidden", "LIST", "/projects/{id}/api-keys", error=hidden)
    assert [each.code for each in bench.plan(plain).plan.diagnostics] == ["not-seen"]
    bench.account.end("hidden", "LIST", "/projects/{id}/api-keys", error=hidden)
    with pytest.raises(Refused, match="api-keys"):
        bench.plan(stack(*plain.resources, KEY))


def test_keys_that_the_mark_remembers_have_to_be_seen(bench: Bench) -> None:
    bench.settled(stack(EDGE, KEY))
    bench.account.end("hidden", "LIST", "/projects/{id}/api-keys", error=Gone("Not found", status=404))
    with pytest.raises(Refused, match="api-keys"):
        bench.plan(stack(EDGE))


def test_before_a_project_goes_it_is_looked_through_for_what_others_keep_in_it(bench: Bench) -> None:
    bench.settled(stack(EDGE))
    bench.account.add("api_keys", bench.account.one("projects")["id"], description="theirs")
    planned = bench.plan(stack(EDGE), destroy=True)
    assert planned.actions() == {}
    assert [each.code for each in planned.plan.diagnostics] == ["holds-strangers"]
