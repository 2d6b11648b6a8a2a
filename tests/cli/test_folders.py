"""`--recursive`: every stack of a repository by itself, with a total and the worst exit code."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Shell

ONE = "stack: {name}\nprojects:\n  main: {{name: Main}}\n"


@pytest.fixture
def repository(shell: Shell) -> Shell:
    for name in ("a", "b", "b/parts", "values", ".git", "many"):
        (shell.folder / "repo" / name).mkdir(parents=True, exist_ok=True)
    shell.write("repo/a/stack.yaml", ONE.format(name="first"))
    shell.write("repo/b/main.yaml", ONE.format(name="second"))
    shell.write("repo/b/keys.yaml", "variables:\n  word: {default: x}\nprojects:\n  other: {name: Other}\n")
    shell.write("repo/b/parts/site.yaml", "vlans:\n  x: {facility: ewr1}\n")
    shell.write("repo/values/prod.yaml", "word: y\n")
    shell.write("repo/.git/x.yaml", ONE.format(name="hidden"))
    shell.write("repo/many/x.yaml", ONE.format(name="third"))
    shell.write("repo/many/y.yml", ONE.format(name="fourth"))
    return shell


def test_every_stack_is_validated_by_itself(repository: Shell) -> None:
    ran = repository.run("validate", "repo", "--recursive")
    assert ran.code == 0, ran.err
    assert [each for each in ran.out.splitlines() if each.startswith("#")] == [
        "# repo/a/stack.yaml (stack first)",
        "# repo/b (stack second)",
        "# repo/many/x.yaml (stack third)",
        "# repo/many/y.yml (stack fourth)",
    ]
    assert ran.out.endswith("\n4 stacks: 4 valid, 0 with mistakes.\n")


def test_a_mistake_in_one_does_not_keep_the_others_from_their_turn(repository: Shell) -> None:
    repository.write("repo/a/stack.yaml", "stack: first\nprojekts: {}\n")
    ran = repository.run("validate", "repo", "--recursive")
    assert ran.code == 1
    assert "projekts" in ran.err
    assert ran.out.endswith("\n4 stacks: 3 valid, 1 with mistakes.\n")
    document = json.loads(repository.run("validate", "repo", "--recursive", "--json").out)
    assert (document["valid"], document["error_count"]) == (False, 1)


def test_plans_of_all_and_the_worst_exit_code(repository: Shell) -> None:
    ran = repository.run("plan", "repo", "--recursive", repository.world, "--detailed-exitcode")
    assert ran.code == 2
    assert ran.out.count("1 to add") == 3
    assert ran.out.count("2 to add") == 1
    repository.write("repo/a/stack.yaml", "stack: first\nprojects: {}\n")
    ran = repository.run("plan", "repo", "--recursive", repository.world, "--detailed-exitcode")
    assert ran.code == 1
    assert "declares no resources" in ran.err
    assert ran.out.endswith("\n4 stacks: 3 planned, 1 refused.\n")


def test_two_stacks_of_one_name_are_warned_of(repository: Shell) -> None:
    repository.write("repo/many/x.yaml", ONE.format(name="first"))
    ran = repository.run("validate", "repo", "--recursive")
    assert ran.code == 0
    assert "two stacks are named `first`" in ran.err
    assert "[stack-name-twice]" in ran.err


@pytest.mark.parametrize("arguments", [["-o", "x.plan"], ["--target", "projects.main"], ["--format", "json"]])
def test_what_makes_no_sense_for_many_is_refused(repository: Shell, arguments: list[str]) -> None:
    assert repository.run("plan", "repo", "--recursive", repository.world, *arguments).code == 1


def test_a_folder_without_a_stack_and_a_file_are_refused(repository: Shell) -> None:
    ran = repository.run("validate", "repo/values", "--recursive")
    assert ran.code == 1
    assert "no stack below repo/values" in ran.err
    assert "is none" in repository.run("validate", "repo/a/stack.yaml", "--recursive").err


def test_a_folder_of_several_stacks_is_refused_with_the_option_that_takes_each_by_itself(shell: Shell) -> None:
    (shell.folder / "both").mkdir()
    for name in ("one", "two"):
        shell.write(f"both/{name}.yaml", f"stack: {name}\n")
    ran = shell.run("validate", "both")
    assert ran.code == 1
    assert "of several stacks name one, or say `--recursive`" in ran.err
