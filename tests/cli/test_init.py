"""`init` writes a stack that works as it is, asks only at a terminal, and never overwrites."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.cli.init import FACILITIES, PLANS, SYSTEMS
from tests.cli.conftest import Shell

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEKL6owlrjBJ+ZsoM5D2h0NOzxtj2KO2TOVmD7z90vRX ops@example.com"
ODD = ["yes", "123", "a: b", "x # y", 'quo"te', "päck", "- dash", "0x1f", "1e3", "~", "12:30", "[a]", "back\\slash"]


@pytest.fixture
def home(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = shell.folder / "home"
    (home / ".ssh").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    return home


def test_with_defaults_the_stack_validates_applies_and_is_laid_out(shell: Shell, home: Path) -> None:
    (home / ".ssh" / "id_rsa.pub").write_text(KEY)
    assert shell.run("init", "edge", "--yes").code == 0
    assert sorted(each.name for each in (shell.folder / "edge").iterdir()) == [".gitignore", "keys", "stack.yaml"]
    assert shell.run("validate", "edge").code == 0
    assert shell.run("fmt", "--check", "edge").code == 0
    ran = shell.run("apply", "edge", shell.world, "--yes")
    assert "Apply complete! Resources: 3 added" in ran.out + ran.err
    assert "No changes." in shell.run("plan", "edge", shell.world).out


def test_without_a_key_there_are_no_machines_since_the_api_makes_none(shell: Shell, home: Path) -> None:
    ran = shell.run("init", "edge", "--yes")
    assert "no machine without an SSH key" in ran.err
    assert shell.run("fmt", "--check", "edge").code == 0
    ran = shell.run("apply", "edge", shell.world, "--yes")
    assert "Apply complete! Resources: 1 added" in ran.out + ran.err


def test_every_answer_has_an_option(shell: Shell, home: Path) -> None:
    (home / "k.pub").write_text(KEY + "\n")
    options = ["--name", "shop", "--project", "My shop", "--facility", "ams1", "--count", "3", "--plan", "c1.small.x86"]
    assert shell.run("init", "s", *options, "--os", "debian_9", "--ssh-key", "home/k.pub").code == 0
    ran = shell.run("plan", "s", shell.world)
    assert "Plan: 5 to add" in ran.out
    for text in ("My shop", "ams1", "c1.small.x86", "debian_9", "shop-3"):
        assert f'"{text}"' in ran.out
    assert (shell.folder / "s" / "keys" / "admin.pub").read_text() == KEY + "\n"
    assert shell.run("fmt", "--check", "s").code == 0


def test_at_a_terminal_enter_takes_the_defaults_and_the_key_that_is_there(shell: Shell, home: Path) -> None:
    (home / ".ssh" / "id_ed25519.pub").write_text(KEY)
    (home / ".ssh" / "id_ed25519").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    ran = shell.run("init", "n", stdin="\n" * 8)
    assert ran.code == 0, ran.err
    assert "Stack name [n]" in ran.err
    assert shell.run("validate", "n").code == 0
    assert [each.name for each in (shell.folder / "n" / "keys").iterdir()] == ["admin.pub"]


def test_a_wrong_answer_is_asked_again(shell: Shell, home: Path) -> None:
    ran = shell.run("init", "n", stdin="Not A Name\nmine\n" + "\n" * 7)
    assert ran.code == 0
    assert "`Not A Name` is no stack name" in ran.err
    assert "stack: mine\n" in (shell.folder / "n" / "stack.yaml").read_text()


def test_an_existing_project_is_worked_in(shell: Shell, home: Path) -> None:
    assert shell.run("init", "n", "--existing", "Small", "--yes").code == 0
    assert "existing: Small" in (shell.folder / "n" / "stack.yaml").read_text()
    assert shell.run("validate", "n").code == 0


@pytest.mark.parametrize("text", ODD)
def test_whatever_the_project_is_called_it_is_text(shell: Shell, home: Path, text: str) -> None:
    assert shell.run("init", "n", "--project", text, "--yes").code == 0
    ran = shell.run("plan", "n", shell.world, "--format", "json")
    import json

    changes = json.loads(ran.out)["resource_changes"]
    assert [each["change"]["after"]["name"] for each in changes if each["type"] == "project"] == [text]


def test_nothing_is_overwritten(shell: Shell, home: Path) -> None:
    before = (shell.folder / "stack.yaml").read_text()
    ran = shell.run("init", "--yes")
    assert ran.code == 1
    assert "stack.yaml is there already" in ran.err
    assert "error[file-exists]" in ran.err
    assert (shell.folder / "stack.yaml").read_text() == before
    shell.write(".gitignore", "mine\n")
    (shell.folder / "stack.yaml").unlink()
    ran = shell.run("init", "--name", "x", "--yes")
    assert ran.code == 0
    assert (shell.folder / ".gitignore").read_text() == "mine\n"
    assert "Add the line `.reconciler/`" in ran.err


def test_a_private_key_is_refused_and_nothing_is_written(shell: Shell, home: Path) -> None:
    (home / "id").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n")
    ran = shell.run("init", "n", "--ssh-key", "home/id", "--yes")
    assert ran.code == 1
    assert "holds no public SSH key" in ran.err
    assert "error[not-a-public-key]" in ran.err
    assert not (shell.folder / "n").exists()


def test_without_a_terminal_nothing_is_asked(shell: Shell, home: Path) -> None:
    ran = shell.run("init", "n")
    assert ran.code == 0
    assert "Stack name" not in ran.err


@pytest.mark.parametrize(
    "options", [["--name", "No Name"], ["--facility", "a b"], ["--project", "a", "--existing", "b"]]
)
def test_a_wrong_option_is_exit_1(shell: Shell, home: Path, options: list[str]) -> None:
    assert shell.run("init", "n", "--yes", *options).code == 1
    assert not (shell.folder / "n").exists()


@pytest.mark.parametrize(
    ("option", "slug"),
    [
        *(("--facility", each) for each in FACILITIES),
        *(("--plan", each) for each in PLANS),
        *(("--os", each) for each in SYSTEMS),
    ],
)
def test_what_is_offered_is_in_the_catalogue(shell: Shell, home: Path, option: str, slug: str) -> None:
    assert shell.run("init", "n", "--count", "1", "--yes", option, slug).code == 0
    ran = shell.run("plan", "n", shell.world)
    assert ran.code == 0, ran.err
