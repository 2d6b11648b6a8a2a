"""What is meant to stand for a while only: told in every plan, ended by the platform at the latest, and reaped."""

from __future__ import annotations

import json
import os
import signal
import subprocess

import pytest

from reconciler import app
from reconciler.model.plan import Options
from reconciler.secret import Secret
from reconciler.stack import Inputs
from tests.acceptance.conftest import TOKEN, World, applied
from tests.acceptance.stacks import KEY

STACK = """\
stack: {name}
{head}projects:
  lab:
    name: {name}
    {own}
    ssh_keys:
      ops: {{key: "{key}"}}
    devices:
      web: {{hostname: web, facility: ewr1, plan: c1.small.x86, operating_system: ubuntu_18_04}}
"""
LATER, SOONER = "2035-01-01T00:00:00Z", "2034-01-01T00:00:00Z"
OVER = "2019-12-31T23:59:59Z"


def environment(world: World, name: str, head: str = "", own: str = "") -> str:
    (world.folder / "envs").mkdir(exist_ok=True)
    text = STACK.format(name=name, head=f"{head}\n" if head else "", own=own, key=KEY)
    return world.stack(text, f"envs/{name}.yaml")


def projects(world: World) -> set[str]:
    return {each["name"] for each in world.call("GET", "/projects?per_page=1000")["projects"]}


def test_every_plan_tells_the_end_and_machines_are_born_with_it_and_keep_it(world: World) -> None:
    path = environment(world, "short", f'expires: "{LATER}"')
    planned = world.run("plan", path)
    assert f"Expires: projects.lab at {LATER}\n" in planned.out
    applied(world, path)
    (machine,) = world.devices("short")
    assert machine["termination_time"] == LATER
    again = world.run("plan", path)
    assert "No changes." in again.out
    assert f"Expires: projects.lab at {LATER}\n" in again.out
    world.edit(path, LATER, SOONER)
    other = world.run("plan", path, "--format", "json")
    document = json.loads(other.out)
    assert document["x_reconciler"]["expires"] == [{"address": "projects.lab", "at": SOONER}]
    assert [each["change"]["actions"] for each in document["resource_changes"]] == [["no-op"]] * 3


def test_a_while_counts_from_the_birth_of_the_project(world: World) -> None:
    path = environment(world, "short", own="ttl: 8h")
    assert "Expires: projects.lab 8h0m0s after it is made\n" in world.run("plan", path).out
    applied(world, path)
    (project,) = world.call("GET", "/projects")["projects"]
    (machine,) = world.devices("short")
    born, ends = project["created_at"], machine["termination_time"]
    assert (int(ends[11:13]) - int(born[11:13])) % 24 == 8
    assert ends[13:] == born[13:]
    assert f"Expires: projects.lab at {ends}\n" in world.run("plan", path).out


def test_nothing_is_made_any_more_in_what_is_over(world: World) -> None:
    path = environment(world, "short", f'expires: "{OVER}"')
    planned = world.run("plan", path)
    assert f"projects.lab expired at {OVER}" in planned.out
    refused = world.run("apply", path, "--yes")
    assert refused.code == 3
    assert "error[expired]: nothing is made in projects.lab any more" in refused.err
    assert world.ledger() == []


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("expires: tomorrow", "`expires` is a moment with its zone, not 'tomorrow'"),
        ("ttl: 8 hours", "`ttl` is a while, not '8 hours'"),
        (f'expires: "{LATER}"\nttl: 8h', "expires and ttl exclude each other"),
        ("variables: {until: {default: 3h}}\nttl: ${{ var.until }}", ""),
    ],
)
def test_what_is_no_end_is_an_error_with_its_line(world: World, head: str, words: str) -> None:
    done = world.run("validate", environment(world, "short", head))
    assert (done.code == 1 and words in done.err) if words else done.code == 0, done.err


def test_what_is_over_is_reaped_and_nothing_else(world: World) -> None:
    kept, over = small(world, "kept"), small(world, "over")
    environment(world, "plain")
    applied_here(world, kept, over)
    assert "Nothing has expired." in world.run("reap", "envs", "--yes").err
    world.edit(over, LATER, OVER)
    looked = world.run("reap", "envs", "--dry-run")
    assert looked.code == 0
    assert looked.out == (
        f"envs/kept.yaml: stands until {LATER}\nenvs/over.yaml: has expired\nenvs/plain.yaml: has no end\n"
    )
    asked = world.run("reap", "envs")
    assert asked.code == 1
    assert "not-approved" in asked.err
    done = world.run("reap", "envs", "--yes")
    assert done.code == 0, done.err
    assert "Destroy complete!" in done.out
    assert projects(world) == {"kept"}
    assert "envs/over.yaml: does not stand" in world.run("reap", "envs", "--dry-run").out


def test_what_will_be_over_by_a_moment_goes_when_that_is_asked_for(world: World) -> None:
    applied_here(world, small(world, "over"))
    early = world.run("reap", "envs", "--dry-run", "--by", "2034-12-31T23:59:59Z")
    assert early.out == f"envs/over.yaml: stands until {LATER}\n"
    assert world.run("reap", "envs", "--yes", "--by", "2035-01-01T01:00:00+01:00").code == 0
    assert projects(world) == set()
    wrong = world.run("reap", "envs", "--by", "friday")
    assert (wrong.code, "'friday' is no moment with its zone" in wrong.err) == (1, True)


def test_a_project_of_a_stack_goes_by_itself(world: World) -> None:
    ends = f'expires: "{LATER}"'
    path = world.stack(f"stack: two\nprojects: {{lab: {{name: two, {ends}}}, other: {{name: other}}}}\n", "two.yaml")
    applied(world, path)
    world.edit(path, LATER, OVER)
    assert "two.yaml: of it has expired: projects.lab\n" in world.run("reap", ".", "--dry-run").out
    assert world.run("reap", ".", "--yes").code == 0
    assert projects(world) == {"other"}


def test_a_stack_that_cannot_be_read_does_not_keep_the_others_standing(world: World) -> None:
    over = small(world, "over")
    applied_here(world, over)
    world.edit(over, LATER, OVER)
    world.stack("stack: broken\nprojects: 5\n", "envs/a.yaml")
    done = world.run("reap", "envs", "--yes")
    assert done.code == 1
    assert "envs/a.yaml: cannot be looked at" in done.err
    assert projects(world) == set()


def test_a_reap_that_was_killed_is_run_again_and_exactly_what_is_over_is_gone(world: World) -> None:
    """20 environments, 5 of them expired."""
    names = [f"env-{number:02}" for number in range(20)]
    expired = names[3::4]
    paths = {name: small(world, name) for name in names}
    applied_here(world, *paths.values())
    for name in expired:
        world.edit(paths[name], LATER, OVER)
    world.faults({"method": "DELETE", "route": "/projects/{id}", "nth": 2, "kind": "delay", "seconds": 5})
    with subprocess.Popen(
        world.command("reap", "envs", "--yes"),
        env={**world.environment(), "PYTHONUNBUFFERED": "1"},
        cwd=world.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert any(line.startswith(f"# envs/{expired[1]}.yaml") for line in process.stdout)
        os.kill(process.pid, signal.SIGKILL)
    assert len(projects(world)) > 15
    done = world.run("reap", "envs", "--yes")
    assert done.code == 0, done.err
    assert projects(world) == set(names) - set(expired)


def small(world: World, name: str) -> str:
    """An environment without a machine."""
    (world.folder / "envs").mkdir(exist_ok=True)
    text = (
        f'stack: {name}\nexpires: "{LATER}"\nprojects: {{lab: {{name: {name}, ssh_keys: {{ops: {{key: "{KEY}"}}}}}}}}\n'
    )
    return world.stack(text, f"envs/{name}.yaml")


def applied_here(world: World, *paths: str) -> None:
    """Applied in this process, which is quicker than a command for each."""
    with app.connect(world.emulator.url, Secret(TOKEN)) as account:
        for path in paths:
            stack = app.read_stack([world.folder / path], Inputs((), (), {}))
            planned = app.make_plan(stack, account, Options())
            assert app.apply_plan(planned, account, listen=lambda _: None, stop=app.Stop()).complete
