"""Lost answers, killed processes and lists that lie."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest

from tests.acceptance.conftest import World
from tests.acceptance.stacks import MANY, WEB

DEVICES = "/projects/{id}/devices"


def hostnames(world: World) -> list[str]:
    return sorted(each["hostname"] for each in world.devices("Web"))


def test_a_create_whose_answer_was_lost_is_found_by_its_mark(world: World) -> None:
    """F1: the real command over a real socket."""
    world.faults({"method": "POST", "route": DEVICES, "nth": 1, "kind": "commit_then_drop"})
    stack = world.stack(WEB)
    applied = world.run("apply", stack, "--yes")
    assert applied.code == 0, applied.out + applied.err
    assert len(world.created(DEVICES)) == 3
    assert hostnames(world) == ["web-0", "web-1", "web-2"]
    assert world.run("plan", stack, "--detailed-exitcode").code == 0


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_api_is_waited_for(world: World, status: int) -> None:
    """F4: the real command over a real socket."""
    world.faults({"method": "GET", "route": DEVICES, "nth": 1, "kind": "status", "status": status, "retry_after": 1})
    stack = world.stack(WEB)
    assert world.run("apply", stack, "--yes").code == 0
    assert len(world.created(DEVICES)) == 3


@pytest.mark.parametrize("kind", ["truncate_page", "wrong_total"])
def test_a_list_that_lies_stops_plan_and_apply(world: World, kind: str) -> None:
    """F5: the real command over a real socket."""
    stack = world.stack(WEB)
    assert world.run("apply", stack, "--yes").code == 0
    world.edit(stack, "count: 3", "count: 4")
    before = len(world.ledger())
    for command in (("plan", stack), ("apply", stack, "--yes")):
        world.faults({"method": "GET", "route": DEVICES, "nth": 1, "times": None, "kind": kind})
        stopped = world.run(*command)
        assert stopped.code == 1, stopped.out + stopped.err
        assert "/devices" in stopped.err
    assert len(world.ledger()) == before


def test_a_killed_apply_is_taken_up_by_the_next_one(world: World) -> None:
    """F12: SIGKILL to the real process."""
    world.call("POST", "/_emulator/settings", {"latency_seconds": 0.05, "provision_seconds": 1.0})
    stack = world.stack(MANY)
    process = _started(world, stack, parallelism=4)
    _wait_until(lambda: len(world.created(DEVICES)) >= 8)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert 8 <= len(world.created(DEVICES)) < 30
    again = world.run("apply", stack, "--yes")
    assert again.code == 0, again.out + again.err
    assert hostnames(world) == sorted(f"web-{index}" for index in range(30))
    assert len(world.created(DEVICES)) == 30
    assert world.run("plan", stack, "--detailed-exitcode").code == 0


def test_an_interrupt_drains_and_the_next_run_goes_on(world: World) -> None:
    """F13: SIGINT to the real process."""
    world.call("POST", "/_emulator/settings", {"latency_seconds": 0.05, "provision_seconds": 1.0})
    stack = world.stack(MANY)
    process = _started(world, stack, parallelism=2)
    _wait_until(lambda: len(world.created(DEVICES)) >= 4)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, out + err
    assert "Apply complete!" not in out
    again = world.run("apply", stack, "--yes")
    assert again.code == 0, again.out + again.err
    assert len(world.created(DEVICES)) == 30
    assert world.run("plan", stack, "--detailed-exitcode").code == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_an_interrupt_does_not_wait_for_an_answer_that_is_long_in_coming(
    world: World, number: signal.Signals, code: int
) -> None:
    """F13: a pipeline kills what has not ended some seconds after the signal."""
    world.faults({"method": "POST", "route": DEVICES, "nth": 1, "kind": "commit_then_timeout", "seconds": 60})
    stack = world.stack(WEB.replace("count: 3", "count: 1"))
    process = _started(world, stack, parallelism=4, more=("--drain", "0.5"))
    _wait_until(lambda: len(world.created(DEVICES)) >= 1)
    began = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=50)
    assert time.monotonic() - began < 40, "it waited for the answer"
    assert process.returncode == code
    assert "Apply interrupted." in out
    assert "Interrupted; the next run finds out how they ended:" in err
    assert "projects.web.devices.web[0] (interrupted before it was known whether it was created)" in err
    again = world.run("apply", stack, "--yes")
    assert again.code == 0, again.out + again.err
    assert len(world.created(DEVICES)) == 1
    assert world.run("plan", stack, "--detailed-exitcode").code == 0


def test_a_failed_machine_skips_what_needs_it_and_nothing_else(world: World) -> None:
    world.faults({"method": "POST", "route": DEVICES, "nth": 1, "kind": "status", "status": 422})
    stack = world.stack(WEB)
    applied = world.run("apply", stack, "--yes")
    assert applied.code == 4, applied.out + applied.err
    assert len(world.devices("Web")) == 2
    assert world.run("apply", stack, "--yes").code == 0
    assert len(world.devices("Web")) == 3


def _started(world: World, stack: str, parallelism: int, more: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    return subprocess.Popen(
        world.command("apply", stack, "--yes", "--parallelism", str(parallelism), *more),
        env=world.environment(),
        cwd=world.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _wait_until(condition: object, seconds: float = 30.0) -> None:
    """Poll a real process from outside: there is no clock to inject into it."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"nothing happened in {seconds} s (pid {os.getpid()})"
        time.sleep(0.01)
