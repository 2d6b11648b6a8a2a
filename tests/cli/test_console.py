"""`console` evaluates expressions as a stack would, shows no secret, and changes nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.cli.conftest import Shell

POOL = """\
stack: pool
variables:
  facility: {default: ewr1}
  password: {type: string, default: canary-of-2019, secret: true}
locals:
  names: [a, b]
projects:
  web:
    name: Pool
    ssh_keys:
      ops: {key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEKL6owlrjBJ+ZsoM5D2h0NOzxtj2KO2TOVmD7z90vRX ops@example.com"}
    vlans:
      net:
        for_each: ${{ local.names }}
        facility: ${{ var.facility }}
        description: net ${{ key }}
    groups:
      part:
        from: parts/part.yaml
        for_each: [x]
        inputs: {word: "${{ key }}-in"}
"""
PART = """\
variables:
  word: {type: string}
vlans:
  own: {facility: ewr1, description: "${{ var.word }}"}
outputs:
  vlan: ${{ vlans.own.vxlan }}
"""


@pytest.fixture
def pool(shell: Shell) -> Shell:
    (shell.folder / "parts").mkdir()
    shell.write("parts/part.yaml", PART)
    shell.write("pool.yaml", POOL)
    return shell


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("var.facility", '"ewr1"'),
        ("${{ var.facility | upper }}", '"EWR1"'),
        ("in ${{ var.facility }}", '"in ewr1"'),
        ("1 + 1", "2"),
        ("none", "null"),
        ("local.names | first", '"a"'),
        ("projects.web.vlans.net['a'].description", '"net a"'),
        ("projects.web.vlans.net['a'].vxlan", "(known after apply)"),
        ("projects.web.groups.part['x'].vlan", "(known after apply)"),
        ("var.password", "(sensitive value)"),
        ("var.password | upper", "(sensitive value)"),
        ("{'a': [1]}", '{\n  "a": [\n    1\n  ]\n}'),
    ],
)
def test_a_value_offline(pool: Shell, expression: str, printed: str) -> None:
    ran = pool.run("console", "pool.yaml", "--offline", "-e", expression)
    assert (ran.code, ran.out, ran.err) == (0, f"{printed}\n", "")


@pytest.mark.parametrize(
    ("at", "expression", "printed"),
    [
        ('projects.web.vlans.net["b"]', "key", '"b"'),
        ('projects.web.vlans.net["b"]', "project.name", '"Pool"'),
        ('projects.web.groups.part["x"].vlans.own', "var.word", '"x-in"'),
        ('projects.web.groups.part["x"].vlans.own', "vlans.own.facility ~ project.name", None),
    ],
)
def test_names_are_those_of_the_resource_at(pool: Shell, at: str, expression: str, printed: str | None) -> None:
    ran = pool.run("console", "pool.yaml", "--offline", "--at", at, "-e", expression)
    if printed is None:
        assert "cannot wait for itself" in ran.err
    else:
        assert (ran.code, ran.out) == (0, f"{printed}\n")


def test_values_are_live_after_an_apply_and_nothing_is_changed(pool: Shell) -> None:
    number = "projects.web.vlans.net['a'].vxlan"
    ran = pool.run("console", "pool.yaml", pool.world, "-e", number)
    assert ran.out == "(known after apply)\n"
    assert "No changes." not in pool.run("plan", "pool.yaml", pool.world).out
    assert pool.run("apply", "pool.yaml", pool.world, "--yes").code == 0
    ran = pool.run("console", "pool.yaml", pool.world, "-e", number, "-e", "projects.web.groups.part['x'].vlan")
    assert ran.code == 0
    assert [each.isdigit() for each in ran.out.split()] == [True, True]


def test_yaml_is_printed_when_asked_for(pool: Shell) -> None:
    ran = pool.run("console", "pool.yaml", "--offline", "--format", "yaml", "-e", "{'a': ['x', '1']}")
    assert ran.out == "a:\n- x\n- '1'\n"


def test_a_mistake_is_shown_with_a_caret_and_exit_1(pool: Shell) -> None:
    ran = pool.run("console", "pool.yaml", "--offline", "-e", "1 + var.faciliti", "-e", "2")
    assert (ran.code, ran.out) == (1, "2\n")
    assert "did you mean `facility`?" in ran.err
    assert "<expression>:1:" in ran.err
    assert "^^^" in ran.err


def test_a_secret_in_a_mistake_is_not_shown(pool: Shell) -> None:
    ran = pool.run("console", "pool.yaml", "--offline", "-e", "var.password | int", "-e", "{}[var.password]")
    assert "canary" not in ran.out + ran.err


def test_an_address_that_is_not_there_is_told_once(pool: Shell) -> None:
    ran = pool.run("console", "pool.yaml", "--offline", "--at", "projects.web.vlans.nit", "-e", "1", "-e", "2")
    assert "error[unknown-address]" in ran.err
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.count("has no resource") == 1


def test_at_a_terminal_a_mistake_does_not_end_it_and_brackets_go_on(
    pool: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builtins.input", _lines("1 +", "[1,", "2] | length", "var.facility"))
    ran = pool.run("console", "pool.yaml", "--offline", stdin="")
    assert (ran.code, ran.out) == (0, '2\n"ewr1"\n')
    assert "error" in ran.err


def test_a_pipe_is_read_line_by_line(pool: Shell) -> None:
    command = [sys.executable, "-m", "reconciler", "console", "pool.yaml", "--offline"]
    text = "# a note\n\nvar.facility\n1 + 1\n"
    done = subprocess.run(command, input=text, capture_output=True, text=True, cwd=pool.folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, '"ewr1"\n2\n', "")


def _lines(*lines: str) -> Callable[[str], str]:
    waiting = list(lines)

    def read(prompt: str = "") -> str:
        if not waiting:
            raise EOFError
        return waiting.pop(0)

    return read
