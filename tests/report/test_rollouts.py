"""What is told of a rollout: in the plan's text, its other formats, and why a machine waits for its turn."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest

from reconciler.diagnostics import Place
from reconciler.model.approval import approval
from reconciler.model.plan import Action, Plan
from reconciler.model.rollout import Health, Proof, Rollout, Waves
from reconciler.report.html.page import render_page
from reconciler.report.human import render_plan
from reconciler.report.markdown.plan import render_markdown
from reconciler.report.plan_json import plan_document
from reconciler.report.plan_read import read_plan
from reconciler.report.plan_schema import plan_schema
from reconciler.report.why import render_why
from reconciler.review.why import why
from reconciler.values import parse_address
from tests.report import samples

GROUP = "projects.edge.devices.web"
HEALTH = (Health(Proof.STATE), Health(Proof.TCP, 300.0, 22), Health(Proof.BGP, 90.0, families=("ipv4", "ipv6")))


def waves(*sizes: int, others: int = 0, down: int = 0, most: int = 2, pause: float = 120.0) -> Waves:
    addresses = [parse_address(f"{GROUP}[{number}]") for number in range(sum(sizes) + others)]
    rollout = Rollout(Place("stack.yaml", 9), most, pause, HEALTH, size=len(addresses))
    starts = [sum(sizes[:number]) for number in range(len(sizes))]
    found = tuple(tuple(addresses[start : start + size]) for start, size in zip(starts, sizes, strict=True))
    return Waves(
        parse_address(GROUP), "device", rollout, found, tuple(addresses[sum(sizes) :]), tuple(addresses[:down])
    )


def plan(*rollouts: Waves) -> Plan:
    changes = [
        samples.change(f"{GROUP}[{number}]", "device", Action.UPDATE, live=samples.live("device", f"d-{number}"))
        for number in range(5)
    ]
    return samples.plan(*changes, rollouts=rollouts)


def test_the_text_tells_the_waves_and_what_is_healthy() -> None:
    text = render_plan(plan(waves(2, 2, others=1, down=1)), colour=False)
    assert (
        """\
Rollout: projects.edge.devices.web, 4 of 5 machines, 2 at a time, 2m after each wave; the first failure stops it
  wave 1: [0], [1]
  wave 2: [2], [3]
  healthy when its state is as wanted, public TCP port 22 opens within 5m and BGP over ipv4 and ipv6 is up within 1m30s
  out of work already, so first: [0]
  not changed, and out of work where not healthy: [4]
"""
        in text
    )


def test_many_waves_are_counted() -> None:
    text = render_plan(plan(waves(*([1] * 40), most=1, pause=0)), colour=False)
    assert "40 of 40 machines, 1 at a time; the first failure stops it\n" in text
    assert "  wave 8: [7]\n  ... and 32 more waves\n" in text
    assert len(text.splitlines()) < 60


def test_a_wave_of_many_machines_names_the_first() -> None:
    text = render_plan(plan(waves(30, most=30)), colour=False)
    assert "  wave 1: [0], [1], [2], [3], [4], [5], [6], [7] and 22 more\n" in text
    assert "30 of 30 machines, 30 at a time; the first" in text, "after the only wave there is no pause"


def test_the_comment_and_the_page_tell_it() -> None:
    made = plan(waves(2, 2, others=1))
    comment = render_markdown(made, None, lambda text: text)
    assert "Rollout of `projects.edge.devices.web`: 4 of 5 machines, 2 at a time, 2m after each wave;" in comment
    assert "A machine is healthy when its state is as wanted, public TCP port 22 opens within 5m and" in comment
    assert "wave 2: [2], [3]" in comment
    page = render_page(made)
    assert "4 of 5 machines, 2 at a time, 2m after each wave; the first failure stops it. Healthy when" in page


def test_a_plan_without_one_says_nothing_of_it() -> None:
    bare = plan()
    for text in (render_plan(bare, colour=False), render_markdown(bare, None, str), render_page(bare)):
        assert "ollout of" not in text
        assert "Rollout:" not in text
    assert "rollouts" not in json.dumps(plan_document(bare, tool_version="1"))


def test_a_saved_plan_has_all_of_it() -> None:
    made = plan(waves(2, 2, others=1, down=1))
    document = json.loads(json.dumps(plan_document(made, tool_version="1")))
    jsonschema.Draft202012Validator(json.loads(plan_schema())).validate(document)
    (read,) = read_plan(document).rollouts
    assert replace(read, rollout=replace(read.rollout, place=Place("stack.yaml", 9))) == made.rollouts[0]


@pytest.mark.parametrize(
    "other",
    [
        waves(2, 2, others=1, most=3),
        waves(2, 2, others=1, pause=60),
        waves(1, 3, others=1),
        waves(2, 2, others=2),
        waves(2, 2, others=1, down=1),
    ],
    ids=["max_unavailable", "pause", "waves", "others", "down"],
)
def test_the_digest_covers_it(other: Waves) -> None:
    assert approval(plan(other)) != approval(plan(waves(2, 2, others=1)))
    assert approval(plan(waves(2, 2, others=1))) == approval(plan(waves(2, 2, others=1)))


def test_why_tells_when_a_machines_turn_is() -> None:
    made = plan(waves(2, 2, others=1))

    def told(number: int) -> str:
        change = made.changes[number]
        return render_why(why(made, change.address), change, [], colour=False, rollouts=made.rollouts)

    assert "Rollout: in wave 2 of 2 of projects.edge.devices.web, once [0], [1] proved healthy\n" in told(2)
    assert "Rollout: in wave 1 of 2 of projects.edge.devices.web\n" in told(0)
    assert "Healthy: when its state is as wanted, public TCP port 22" in told(0)
    assert "Rollout:" not in told(4)
