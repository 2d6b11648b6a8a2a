"""How a command ends: asking, exit codes, and what goes wrong, with the app's functions replaced where needed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from reconciler import app
from reconciler.diagnostics import Diagnostic, Refused, error
from reconciler.model.event import Ended, Event, Noted, Progressed, Report, Result, Started
from reconciler.model.kind import Verb
from reconciler.model.plan import Counts
from reconciler.secret import Secret
from reconciler.wire import InDoubt, Rejected, Unreachable
from tests.cli.conftest import Shell

WHERE = "projects.web.vlans.storage"


def patch_apply(shell: Shell, ending: Callable[[Callable[[Event], None]], Report]) -> None:
    def apply_plan(planned: object, account: object, *, listen: Callable[[Event], None], **more: Any) -> Report:
        return ending(listen)

    shell.monkeypatch.setattr(app, "apply_plan", apply_plan)


def ending(**more: Any) -> Callable[[Callable[[Event], None]], Report]:
    return lambda _listen: Report(**{"operation": "apply", "counts": Counts(1, 0, 0), "ended": (), **more})


FAILED = Ended(WHERE, "vlan", Verb.CREATE, 1.0, Result.FAILED, 1.0, reason="422 no more VLANs")
SKIPPED = Ended("projects.web.vlans.two", "vlan", Verb.CREATE, 1.0, Result.SKIPPED, reason="it waits")


def test_only_the_word_yes_will_do(shell: Shell) -> None:
    for answer in ("no\n", "y\n", "YES\n", "", "\n"):
        ran = shell.run("apply", "stack.yaml", shell.world, stdin=answer)
        assert ran.code == 1, answer
        assert "Only 'yes' will be accepted to approve." in ran.err
        assert ran.err.endswith("Apply cancelled.\n")
        assert "Apply complete!" not in ran.out
    assert shell.run("apply", "stack.yaml", shell.world, stdin="yes\n").code == 0
    ran = shell.run("destroy", "stack.yaml", shell.world, stdin="no\n")
    assert ran.err.endswith("Destroy cancelled.\n")
    assert "Do you really want to destroy all resources?" in ran.err
    assert "`small`" in ran.err


def test_nobody_to_ask_is_refused(shell: Shell) -> None:
    ran = shell.run("apply", "stack.yaml", shell.world)
    assert ran.code == 1
    assert "Plan: 3 to add" in ran.out
    assert "error[not-approved]" in ran.err
    assert "--yes" in ran.err
    ran = shell.run("apply", "stack.yaml", shell.world, "--json", stdin="yes\n")
    assert ran.code == 1
    last = json.loads(ran.out.splitlines()[-1])
    assert (last["type"], last["diagnostic"]["code"]) == ("diagnostic", "not-approved")


def test_partly_applied_is_exit_4_and_says_how_to_go_on(shell: Shell) -> None:
    patch_apply(shell, ending(ended=(FAILED, SKIPPED)))
    ran = shell.run("apply", "stack.yaml", shell.world, "--yes")
    assert ran.code == 4
    assert "Apply incomplete. Resources: 1 added, 0 changed, 0 destroyed. 1 failed, 1 skipped.\n" in ran.out
    assert "422 no more VLANs" in ran.err
    assert "projects.web.vlans.two (it waits)" in ran.err
    assert "run the same command again" in ran.err


def test_interrupted_is_exit_130(shell: Shell) -> None:
    patch_apply(shell, ending(interrupted=True))
    assert shell.run("apply", "stack.yaml", shell.world, "--yes").code == 130


def test_progress_goes_to_stderr_as_plain_lines(shell: Shell) -> None:
    def slow(listen: Callable[[Event], None]) -> Report:
        listen(Started(WHERE, "vlan", Verb.CREATE, 0.0))
        listen(Progressed(WHERE, "vlan", Verb.CREATE, 10.0, 10.0, 57.0, "Operating system packages installed"))
        listen(Noted("a note with canary-of-2019", 11.0))
        listen(FAILED)
        return ending(ended=(FAILED,))(listen)

    patch_apply(shell, slow)
    ran = shell.run("apply", "stack.yaml", shell.world, "--yes")
    assert (
        f"{WHERE}: Creating...\n"
        f"{WHERE}: Still creating... [10s elapsed] [provisioning 57%: Operating system packages installed]\n"
        "a note with (sensitive value)\n"
        f"{WHERE}: Creation errored after 1s: 422 no more VLANs\n"
    ) in ran.err
    assert "Creating..." not in ran.out
    live = shell.run("apply", "stack.yaml", shell.world, "--yes", terminal=True)
    assert f"{WHERE}\x1b[0m" in live.err
    assert "canary" not in live.err
    assert live.err.count("\x1b[?25l") == live.err.count("\x1b[?25h")


@pytest.mark.parametrize(
    ("problem", "code", "words"),
    [
        (Refused([error("stale-plan", "moved")], exit_code=5), 5, "error[stale-plan]: moved"),
        (Refused([error("protected", "kept")], exit_code=3), 3, "error[protected]: kept"),
        (Unreachable("connection refused", call="GET /projects"), 1, "error[api]: GET /projects: connection refused"),
        (Rejected("HTTP 401", status=401), 1, "HTTP 401"),
        (InDoubt("no answer", call="POST /projects"), 1, "may have been carried out"),
        (OSError(28, "No space left on device", "today.plan"), 1, "today.plan: No space left on device"),
        (
            ValueError("canary-of-2019 \x1b[2J"),
            1,
            r"error[internal]: this is a bug in reconciler: ValueError: (sensitive value) \x1b[2J",
        ),
        (KeyboardInterrupt(), 130, "Interrupted."),
    ],
)
def test_what_goes_wrong_is_a_short_message(shell: Shell, problem: BaseException, code: int, words: str) -> None:
    def make_plan(*_: object, **__: object) -> None:
        raise problem

    shell.monkeypatch.setattr(app, "make_plan", make_plan)
    ran = shell.run("plan", "stack.yaml", shell.world)
    assert ran.code == code
    assert words in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""


def test_a_traceback_is_for_those_who_ask(shell: Shell) -> None:
    def make_plan(*_: object, **__: object) -> None:
        raise ValueError("canary-of-2019")

    shell.monkeypatch.setattr(app, "make_plan", make_plan)
    shell.monkeypatch.setenv("RECONCILER_DEBUG", "1")
    ran = shell.run("plan", "stack.yaml", shell.world)
    assert "Traceback (most recent call last)" in ran.err
    assert "canary" not in ran.err


def test_a_missing_token_is_named(shell: Shell) -> None:
    ran = shell.run("plan", "stack.yaml")
    assert ran.code == 1
    assert "error[no-token]" in ran.err
    assert "PACKET_AUTH_TOKEN" in ran.err
    assert "METAL_AUTH_TOKEN" in ran.err


@pytest.mark.parametrize("name", ["PACKET_AUTH_TOKEN", "METAL_AUTH_TOKEN"])
def test_the_token_comes_from_the_environment_and_is_never_shown(shell: Shell, name: str) -> None:
    seen: list[tuple[str, str]] = []

    def connect(url: str, token: Secret, **_: object) -> None:
        seen.append((url, token.reveal()))
        raise Refused([error("echo", f"refused {token.reveal()} at {url}")])

    shell.monkeypatch.setattr(app, "connect", connect)
    shell.monkeypatch.setenv(name, "token-canary")
    ran = shell.run("plan", "stack.yaml")
    assert seen == [("https://api.packet.net", "token-canary")]
    assert "refused (sensitive value) at https://api.packet.net" in ran.err
    shell.monkeypatch.setenv("PACKET_API_URL", "http://127.0.0.1:1")
    shell.run("plan", "stack.yaml")
    shell.run("plan", "stack.yaml", "--api-url", "http://127.0.0.1:2")
    assert [url for url, _ in seen[1:]] == ["http://127.0.0.1:1", "http://127.0.0.1:2"]


def test_reading_commands_ask_for_a_client_that_only_reads(shell: Shell) -> None:
    asked: dict[str, bool] = {}

    def connect(url: str, token: Secret, *, read_only: bool = False, **_: object) -> None:
        asked[command] = read_only
        raise Refused([error("stop", "here")])

    shell.monkeypatch.setattr(app, "connect", connect)
    shell.monkeypatch.setenv("PACKET_AUTH_TOKEN", "token")
    for command in ("plan", "drift", "graph", "output", "apply", "destroy"):
        shell.run(command, "stack.yaml")
    assert asked == {
        "plan": True,
        "drift": True,
        "graph": True,
        "output": True,
        "apply": False,
        "destroy": False,
    }


def test_variables_reach_the_stack(shell: Shell) -> None:
    seen: list[tuple[tuple[str, ...], tuple[str, ...], Mapping[str, str]]] = []

    def read_stack(paths: object, inputs: Any, offers: object) -> None:
        seen.append((inputs.flags, tuple(map(str, inputs.files)), inputs.environment))
        raise Refused([error("stop", "here"), Diagnostic(*_warning())])

    shell.monkeypatch.setattr(app, "read_stack", read_stack)
    shell.monkeypatch.setenv("RECONCILER_VAR_size", "3")
    shell.write("vars.yaml", "a: 1\n")
    ran = shell.run("validate", "stack.yaml", "--var", "a=1", "--var", "b=2", "--var-file", "vars.yaml")
    flags, files, environment = seen[0]
    assert (flags, files, environment["RECONCILER_VAR_size"]) == (("a=1", "b=2"), ("vars.yaml",), "3")
    assert ran.err.endswith("1 error, 1 warning\n")


def _warning() -> tuple[Any, ...]:
    from reconciler.diagnostics import Severity

    return (Severity.WARNING, "odd", "looks odd")


def test_colour_is_for_terminals_without_no_color(shell: Shell) -> None:
    assert "\x1b[32m" in shell.run("plan", "stack.yaml", shell.world, terminal=True).out
    assert "\x1b" not in shell.run("plan", "stack.yaml", shell.world).out
    assert "\x1b" not in shell.run("plan", "stack.yaml", shell.world, "--no-color", terminal=True).out
    shell.monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in shell.run("plan", "stack.yaml", shell.world, terminal=True).out
    shell.monkeypatch.delenv("NO_COLOR")
    shell.monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in shell.run("apply", "stack.yaml", shell.world, "--yes", terminal=True).err


@pytest.mark.parametrize(
    "name", ["\x1b]0;owned\x07.yaml", "##[add-path]x.yaml", "a\u202eb.yaml", "##vso[task.complete]x"]
)
def test_wrong_usage_quotes_a_name_without_obeying_it(shell: Shell, name: str) -> None:
    """A shell's `*` hands over what a pull request named its files.

    python -m tests.campaigns injection
    """
    ran = shell.run("plan", name)
    assert ran.code == 1
    assert "does not exist" in ran.err
    assert ran.err.replace("\n", "").isprintable()
    assert "##[" not in ran.err
    assert "##vso[" not in ran.err
