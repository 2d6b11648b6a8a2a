"""Ids from a seed: the same requests give the same world."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reconciler.emulator import Emulator, VirtualClock
from tests.emulator.client import TOKEN, Client


def story(api: Client, *, with_refusals: bool = False) -> list[object]:
    project = api.project()
    if with_refusals:
        api.call("POST", "/projects", {})
        api.call("GET", "/nowhere")
    device = api.active_device(project)
    return [api.get("/user"), api.get(f"/projects/{project}"), device, api.get(f"/projects/{project}/ips")]


def test_the_same_seed_gives_the_same_ids(new_api: Callable[..., Client]) -> None:
    assert story(new_api(seed=7)) == story(new_api(seed=7), with_refusals=True) != story(new_api(seed=8))
    assert story(new_api()) != story(new_api())


def test_a_reset_begins_the_same_story_again(new_api: Callable[..., Client]) -> None:
    api = new_api(seed=7)
    start = api.clock.time()
    first = story(api)
    api.clock._now = start
    api.control("reset", {})
    assert story(api) == first


def test_a_world_that_is_opened_again_makes_new_ids(tmp_path: Path) -> None:
    seen = set()
    for _ in range(3):
        clock = VirtualClock()
        api = Client(Emulator(db=tmp_path / "world.db", token=TOKEN, seed=7, clock=clock), clock)
        seen |= {api.make("/projects", {"name": "a"})["id"] for _ in range(3)}
        api.emulator.stop()
    assert len(seen) == 9
