"""JSON lines, plain lines and the live display tell the same story."""

from __future__ import annotations

import io
import json
from typing import Any

from rich.cells import cell_len
from rich.console import Console

from reconciler.diagnostics import Place, error, warning
from reconciler.model.event import Ended, Event, Noted, Progressed, Remains, Report, Result, Started
from reconciler.model.kind import Verb
from reconciler.model.plan import Counts
from reconciler.report import words
from reconciler.report.events import EventLines, dump
from reconciler.report.live import SHOWN, LiveProgress
from reconciler.report.outcome import render_outcome, render_trouble
from reconciler.report.progress import PlainProgress
from tests.report import samples

WEB = samples.DEVICE
BROKEN = error("rejected", "no stock of c2.medium.x86 in ewr1", address=WEB, place=Place("stack.yaml", 9, 3, 4))
STORY: tuple[Event, ...] = (
    Started(WEB, "device", Verb.CREATE, 0.0),
    Progressed(WEB, "device", Verb.CREATE, 2.0, 2.0, 20.0, "Connected to magic install system"),
    Progressed(WEB, "device", Verb.CREATE, 10.0, 10.0, 57.0, "Operating system packages installed"),
    Progressed(WEB, "device", Verb.CREATE, 15.0, 15.0, 60.0, ""),
    Progressed(WEB, "device", Verb.CREATE, 20.5, 20.5, 80.0, ""),
    Ended(WEB, "device", Verb.CREATE, 481.0, Result.DONE, 481.0, "d-1"),
    Started("projects.a", "project", Verb.UPDATE, 481.0, "p-1"),
    Ended("projects.a", "project", Verb.UPDATE, 482.0, Result.FAILED, 1.0, "p-1", "422 name is taken"),
    Ended("projects.a.vlans.b", "vlan", Verb.DELETE, 482.0, Result.SKIPPED, 0.0, "v-1", "projects.a failed"),
    Ended("projects.a.vlans.c", "vlan", Verb.DELETE, 482.0, Result.DONE, 0.4, "v-2", implied=True),
    Noted("429 from GET /projects; waiting 3 s", 483.0),
)


def lines() -> EventLines:
    return EventLines(lambda: "2019-06-01T00:00:00Z")


def test_plain_lines_are_terraforms_and_come_at_most_every_ten_seconds() -> None:
    written: list[str] = []
    progress = PlainProgress(written.append)
    for each in STORY:
        progress(each)
    assert "".join(written) == (
        """\
projects.edge.devices.web[0]: Creating...
projects.edge.devices.web[0]: Still creating... [10s elapsed] [provisioning 57%: Operating system packages installed]
projects.edge.devices.web[0]: Still creating... [20s elapsed] [provisioning 80%]
projects.edge.devices.web[0]: Creation complete after 8m1s [id=d-1]
projects.a: Modifying... [id=p-1]
projects.a: Modifications errored after 1s: 422 name is taken
projects.a.vlans.b: Destruction skipped: projects.a failed
projects.a.vlans.c: Destruction complete after 0s [with its parent]
429 from GET /projects; waiting 3 s
"""
    )


def test_durations() -> None:
    assert [words.duration(each) for each in (0, 9.6, 61, 3600, -1)] == ["0s", "10s", "1m1s", "1h0m0s", "0s"]


def test_json_lines_have_terraforms_types_and_keys() -> None:
    made = [json.loads(dump(lines().event(each))) for each in STORY]
    assert [each["type"] for each in made] == [
        "apply_start",
        *["apply_progress"] * 4,
        "apply_complete",
        "apply_start",
        "apply_errored",
        "apply_skipped",
        "apply_complete",
        "log",
    ]
    for each in made:
        assert {"@level", "@message", "@module", "@timestamp", "type"} <= set(each)
    assert made[5]["hook"] == {
        "action": "create",
        "elapsed_seconds": 481.0,
        "id_key": "id",
        "id_value": "d-1",
        "resource": {
            "addr": WEB,
            "implied_provider": "reconciler/packet",
            "module": "",
            "resource": WEB,
            "resource_key": 0,
            "resource_name": "web",
            "resource_type": "device",
        },
    }
    assert made[2]["x_reconciler"] == {"percentage": 57.0, "message": "Operating system packages installed"}
    assert made[7]["@level"] == "error"
    assert made[7]["x_reconciler"]["reason"] == "422 name is taken"


def test_the_lines_of_a_plan_and_of_its_drift() -> None:
    plan = samples.everything()
    planned = [*lines().planned(plan)]
    changes = {each["change"]["resource"]["addr"]: each for each in planned if each["type"] == "planned_change"}
    assert changes["projects.edge.devices.db"]["change"]["action"] == "replace"
    assert changes["projects.edge.devices.db"]["change"]["reason"] == "cannot_update"
    assert changes["projects.edge.devices.db"]["@message"] == "projects.edge.devices.db: Plan to replace"
    assert "projects.edge.vlans.storage" not in changes
    assert planned[-1]["@message"] == "Plan: 3 to add, 1 to change, 2 to destroy."
    assert planned[-1]["changes"] == {"add": 3, "change": 1, "import": 0, "remove": 2, "operation": "plan"}
    assert [each["type"] for each in planned if each["type"] == "diagnostic"] == ["diagnostic"]
    told = lines().drifted(plan)
    assert [each["type"] for each in told if each["type"] != "resource_drift"] == ["diagnostic"]
    drifted = {each["change"]["resource"]["addr"]: each for each in told if each["type"] == "resource_drift"}
    assert drifted[WEB]["change"]["action"] == "delete"
    assert drifted["projects.edge.vlans.old"]["change"]["action"] == "create"
    assert drifted["projects.edge"]["x_reconciler"] == {"fields": ["name"]}


def test_the_version_line_comes_with_the_format() -> None:
    made = lines().version("1.2.3")
    assert (made["type"], made["ui"], made["reconciler"]) == ("version", "1.2", "1.2.3")


def report(**more: Any) -> Report:
    return Report(**{"operation": "apply", "counts": Counts(1, 0, 0), "ended": (), **more})


FAILED = Ended(WEB, "device", Verb.CREATE, 1.0, Result.FAILED, 1.0, reason="503 no stock", diagnostic=BROKEN)
SKIPPED = Ended("projects.a.vlans.b", "vlan", Verb.CREATE, 1.0, Result.SKIPPED, reason=f"{WEB} failed")


def test_the_end_in_terraforms_words() -> None:
    assert render_outcome(report(), colour=False) == "Apply complete! Resources: 1 added, 0 changed, 0 destroyed.\n"
    gone = Ended("projects.a.vlans.c", "vlan", Verb.DELETE, 1.0, Result.DONE)
    destroyed = report(operation="destroy", counts=Counts(0, 0, 3), ended=(gone,))
    assert render_outcome(destroyed, colour=False) == (
        "Destroy complete! Resources: 3 destroyed.\nEverything was listed again afterwards: nothing of it is left.\n"
    )
    nothing = report(operation="destroy", counts=Counts())
    assert render_outcome(nothing, colour=False) == "Destroy complete! Resources: 0 destroyed.\n"
    assert render_trouble(report(), colour=False) == ""


def test_outputs_follow_the_end() -> None:
    ended = report(
        outputs={"addresses": ["1.2.3.4"], "md5": "canary", "size": 2, "none": None},
        secret_outputs=frozenset({"md5"}),
    )
    assert render_outcome(ended, colour=False) == (
        """\
Apply complete! Resources: 1 added, 0 changed, 0 destroyed.

Outputs:

addresses = [
    "1.2.3.4",
]
md5 = (sensitive value)
none = null
size = 2
"""
    )
    line = lines().report(ended)[-1]
    assert line["outputs"]["md5"] == {"sensitive": True, "type": "string", "value": None}
    assert line["outputs"]["addresses"] == {"sensitive": False, "type": ["tuple", ["string"]], "value": ["1.2.3.4"]}


def test_what_failed_is_told_once_with_its_place_and_the_way_on() -> None:
    noise = warning("seen", "told with the plan")
    ended = report(ended=(FAILED, SKIPPED), diagnostics=(noise, BROKEN, error("other", "something else")))
    assert render_outcome(ended, colour=False) == (
        "Apply incomplete. Resources: 1 added, 0 changed, 0 destroyed. 1 failed, 1 skipped.\n"
    )
    assert render_trouble(ended, colour=False) == (
        f"""\
error[rejected]: no stock of c2.medium.x86 in ewr1
 --> stack.yaml:9:3
  = resource: {WEB}

error[other]: something else

Skipped, because something they need failed:
  projects.a.vlans.b ({WEB} failed)

What is done stays done. To go on, remove the cause and run the same command again.
"""
    )
    made = lines().report(ended)
    assert [each["type"] for each in made] == ["diagnostic", "diagnostic", "change_summary", "outputs"]
    assert made[2]["@message"].startswith("Apply incomplete. Resources: 1 added")
    assert made[2]["x_reconciler"]["failed"] == 1


def test_an_interrupted_run_says_that_it_can_go_on() -> None:
    abandoned = Ended(WEB, "device", Verb.CREATE, 1.0, Result.ABANDONED, 1.0)
    ended = report(ended=(abandoned,), interrupted=True)
    assert "Apply interrupted." in render_outcome(ended, colour=False)
    assert "run the same command again" in render_trouble(ended, colour=False)
    assert WEB in render_trouble(ended, colour=False)


def test_what_a_destroy_left_is_listed() -> None:
    ended = report(operation="destroy", remains=(Remains("projects.a", "project", "p-1", "strangers live in it"),))
    assert "Destroy incomplete." in render_outcome(ended, colour=False)
    assert "  projects.a (project p-1): strangers live in it\n" in render_trouble(ended, colour=False)
    assert lines().report(ended)[0]["x_reconciler"]["remains"][0]["id"] == "p-1"


def shown(display: LiveProgress, width: int) -> str:
    console = Console(file=io.StringIO(), width=width, no_color=True)
    with console.capture() as capture:
        console.print(display.table())
    return capture.get()


def display(width: int, total: int) -> tuple[LiveProgress, list[float], io.StringIO]:
    now, file = [0.0], io.StringIO()
    console = Console(file=file, width=width, no_color=True, highlight=False, markup=False, emoji=False)
    return LiveProgress(console, total, lambda: now[0], lambda text: text.replace("canary", "***")), now, file


def test_the_live_table_fits_a_small_screen_with_a_thousand_running() -> None:
    live, now, _ = display(80, 1200)
    for number in range(1000):
        now[0] = number / 100
        live(Started(f"projects.edge.devices.a-rather-long-name[{number}]", "device", Verb.CREATE, 0.0))
    now[0] = 70.0
    live(Progressed("projects.edge.devices.a-rather-long-name[0]", "device", Verb.CREATE, 70, 70.0, 57.0, "Installing"))
    text = shown(live, 80)
    rows = text.rstrip("\n").split("\n")
    assert len(rows) == SHOWN + 1
    assert max(map(len, rows)) <= 80
    assert "provisioning 57%" in rows[0]
    assert "1m10s" in rows[0]
    assert rows[-1].strip() == "0/1200 done, 1000 running, 985 more not shown, 1m10s"


def test_on_a_narrow_terminal_the_live_table_tells_the_instances_of_a_block_apart() -> None:
    live, _, _ = display(60, 2)
    for key in ("[0]", "[1]", '["日本"]'):
        live(Started(f"projects.web.devices.a-rather-long-name{key}", "device", Verb.CREATE, 0.0))
    rows = shown(live, 60).splitlines()
    assert "…" in rows[0]
    assert [any(key in row for row in rows) for key in ("name[0]", "name[1]", '["日本"]')] == [True, True, True]
    assert max(cell_len(row) for row in rows) <= 60


def test_finished_lines_scroll_above_and_secrets_stay_out() -> None:
    live, _, file = display(120, 2)
    with live:
        for each in STORY:
            live(each)
        live(Noted("the canary sang [bold]", 1.0))
        live.say("draining\nonce more to leave")
    text = file.getvalue()
    assert "projects.edge.devices.web[0]: Creation complete after 8m1s [id=d-1]\n" in text
    assert "projects.a: Modifications errored after 1s: 422 name is taken\n" in text
    assert "the *** sang [bold]" in text
    footer = [each.strip() for each in shown(live, 120).rstrip("\n").split("\n")[-2:]]
    assert footer == ["draining", "once more to leave"]


def test_waiting_for_what_an_earlier_run_made() -> None:
    story: tuple[Event, ...] = (
        Started(WEB, "device", Verb.AWAIT, 0.0, "d-1"),
        Progressed(WEB, "device", Verb.AWAIT, 10.0, 10.0, 57.0),
        Ended(WEB, "device", Verb.AWAIT, 12.0, Result.DONE, 12.0, "d-1"),
    )
    written: list[str] = []
    progress = PlainProgress(written.append)
    for each in story:
        progress(each)
    assert "".join(written) == (
        f"{WEB}: Waiting... [id=d-1]\n"
        f"{WEB}: Still waiting... [10s elapsed] [provisioning 57%]\n"
        f"{WEB}: Wait complete after 12s [id=d-1]\n"
    )
    assert {lines().event(each)["hook"]["action"] for each in story} == {"read"}
