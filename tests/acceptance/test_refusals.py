"""What the API refuses during an apply is shown at the line of the stack that set the value."""

from __future__ import annotations

import json

from tests.acceptance.conftest import World
from tests.acceptance.stacks import KEY

STACK = f"""\
stack: keys
projects:
  edge:
    ssh_keys:
      ops:
        label: operators
        key: "{KEY}"
"""


def test_a_refusal_points_to_the_line_that_set_the_value(world: World) -> None:
    ran = _refused(world)
    assert "Key has already been taken" in ran
    assert "--> stack.yaml:7:14" in ran
    assert f'7 |         key: "{KEY}"\n  |              ^^^' in ran
    assert ran.count("error[step-failed]") == 1


def test_the_events_of_a_refusal_have_its_line(world: World) -> None:
    lines = [json.loads(each) for each in _refused(world, "--json").splitlines() if each.startswith("{")]
    (errored,) = [each for each in lines if each["type"] == "apply_errored"]
    (told,) = [each for each in lines if each["type"] == "diagnostic"]
    for found in (errored["x_reconciler"]["diagnostic"], told["diagnostic"]):
        assert found["range"]["start"]["line"] == 7
        assert found["snippet"]["code"] == f'        key: "{KEY}"'


def _refused(world: World, *options: str) -> str:
    """The output of an apply that wants a key which somebody else has put into the project."""
    stack = world.stack("stack: keys\nprojects: {edge: {}}\n")
    assert world.run("apply", stack, "--yes").code == 0
    world.call("POST", f"/projects/{world.project_id('edge')}/ssh-keys", {"label": "other", "key": KEY})
    world.stack(STACK)
    ran = world.run("apply", stack, "--yes", *options)
    assert ran.code == 4, ran.out + ran.err
    return ran.out + ran.err
