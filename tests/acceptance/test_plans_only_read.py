"""A plan, whoever wrote its stack, changes nothing, runs nothing, and reads no files but the stack's."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.acceptance.conftest import EXAMPLES, World
from tests.hostile.cases import cases

ROOT = Path(__file__).parents[2]


def watched(world: World, stacks: list[tuple[Path, Path]]) -> dict[str, Any]:
    """Plans of stacks, each with the folder that it may be read from, and what each of them did."""
    done = subprocess.run(
        [sys.executable, "-B", "-m", "tests.hostile.watched", *(f"{place}={stack}" for place, stack in stacks)],
        env={**world.environment(), "PYTHONPATH": str(ROOT)},
        cwd=world.folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


def changing(world: World) -> list[str]:
    """The requests that were no reads; asking for capacity changes nothing."""
    stats = world.call("GET", "/_emulator/stats")["requests"]
    asked = [
        f"{method} {route}"
        for method, routes in stats.items()
        for route, number in routes.items()
        if number and method not in ("GET", "HEAD")
    ]
    return [each for each in asked if each != "POST /capacity"]


def posted(world: World) -> set[str]:
    """The routes that were posted to."""
    routes = world.call("GET", "/_emulator/stats")["requests"].get("POST", {})
    return {route for route, number in routes.items() if number}


def test_the_plan_of_a_hostile_stack_sends_and_runs_nothing(world: World) -> None:
    stacks = []
    for number, case in enumerate(cases()):
        if case.entry.startswith("sparse"):
            continue
        place = world.folder / str(number)
        place.mkdir()
        stacks.append((place, case.write(place)))

    answers = watched(world, stacks)

    assert {name: each["found"] for name, each in answers.items() if each["found"]} == {}
    assert {name: each for name, each in answers.items() if each["code"] != 1} == {}
    assert len(answers) == len({str(stack) for _, stack in stacks})
    assert changing(world) == []
    assert posted(world) == set()
    assert world.ledger() == []


def test_the_plan_of_an_example_only_reads(world: World) -> None:
    stacks = [(EXAMPLES, path) for path in sorted(EXAMPLES.glob("*.yaml"))]

    answers = watched(world, stacks)

    assert {name: each["found"] for name, each in answers.items() if each["found"]} == {}
    assert sum(each["code"] == 0 for each in answers.values()) > len(answers) // 2
    assert world.requests_by_method()["GET"] > len(answers) // 2
    assert changing(world) == []
    assert posted(world) == {"/capacity"}
    assert world.ledger() == []


def test_what_is_watched_for_is_seen(tmp_path: Path) -> None:
    script = (
        "import os, sys, socket, subprocess\n"
        "from tests.hostile.watched import Watch\n"
        "watch = Watch()\n"
        "sys.addaudithook(watch)\n"
        f"watch.place = {str(tmp_path)!r}\n"
        "open('/etc/hostname').close()\n"
        f"open({str(tmp_path / 'x')!r}, 'w').close()\n"
        f"open({str(tmp_path / 'x')!r}).close()\n"
        "subprocess.run(['true'])\n"
        "try: socket.create_connection(('192.0.2.1', 9), timeout=0.01)\n"
        "except OSError: pass\n"
        "watch.place = ''\n"
        "print(*(each.split()[0] for each in watch.found))\n"
    )
    done = subprocess.run([sys.executable, "-B", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.split()[:3] == ["open", "open", "subprocess.Popen"]
    assert "socket.connect" in done.stdout
    assert done.stdout.split().count("open") == 2 + done.stdout.split().count("/dev/null")
