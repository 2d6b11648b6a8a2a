"""What is applied is what was saved or approved: its age, its digest, and a file that somebody has touched."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from reconciler.app.saved import open_plan
from reconciler.clock import SystemClock
from reconciler.diagnostics import Refused
from reconciler.values import digest
from tests.report.parts import OTHERS, places, with_part

from .conftest import Shell

HOUR = 3600.0


@pytest.fixture
def saved(shell: Shell) -> Path:
    assert shell.run("plan", "stack.yaml", "-o", "saved.plan", shell.world).code == 0
    return shell.folder / "saved.plan"


def later(shell: Shell, seconds: float) -> None:
    """The machine's clock says that so much time has passed."""
    now = SystemClock().wall()
    shell.monkeypatch.setattr(SystemClock, "wall", lambda _: now + seconds)


@pytest.mark.parametrize(("hours", "code"), [(0, 0), (23.9, 0), (24.1, 5), (24 * 365, 5)])
def test_a_saved_plan_holds_for_a_day(shell: Shell, saved: Path, hours: float, code: int) -> None:
    later(shell, hours * HOUR)
    applied = shell.run("apply", "saved.plan", shell.world)
    assert applied.code == code
    told = f"error[stale-plan]: saved.plan was made {hours:.0f} h ago, and a saved plan holds for 24 h" in applied.err
    assert told is (code == 5)


@pytest.mark.parametrize(("given", "code"), [("1", 5), ("72", 0), ("0", 0)])
def test_how_long_it_holds_can_be_said(shell: Shell, saved: Path, given: str, code: int) -> None:
    later(shell, 48 * HOUR)
    shell.monkeypatch.setenv("RECONCILER_PLAN_MAX_AGE", given)
    assert shell.run("apply", "saved.plan", shell.world).code == code


@pytest.mark.parametrize("given", ["nan", "-1", "a day"])
def test_an_age_that_no_plan_can_be_above_is_no_age(shell: Shell, saved: Path, given: str) -> None:
    later(shell, 48 * HOUR)
    assert shell.run("apply", "saved.plan", "--plan-max-age", given, shell.world).code == 1


@pytest.mark.parametrize(("minutes", "code"), [(4, 0), (6, 5)])
def test_a_plan_from_the_future_is_refused(shell: Shell, saved: Path, minutes: float, code: int) -> None:
    later(shell, -minutes * 60)
    applied = shell.run("apply", "saved.plan", shell.world)
    assert applied.code == code
    assert ("from now, by the clock of the machine that made it" in applied.err) is (code == 5)


def test_an_old_plan_can_still_be_read(shell: Shell, saved: Path) -> None:
    later(shell, 1000 * HOUR)
    assert shell.run("show", "saved.plan").code == 0


def approval_of(shell: Shell, *more: str) -> str:
    document = json.loads(shell.run("plan", "stack.yaml", "--format", "json", shell.world, *more).out)
    return str(document["x_reconciler"]["approval"])


def test_the_digest_of_a_plan_is_the_same_wherever_and_whenever_it_is_made(shell: Shell) -> None:
    first = approval_of(shell)
    later(shell, 1000 * HOUR)
    elsewhere = shell.folder / "elsewhere" / "below"
    elsewhere.mkdir(parents=True)
    for each in ("stack.yaml", "world.db"):
        source = shell.folder / each
        if source.exists():
            (elsewhere / each).write_bytes(source.read_bytes())
    shell.monkeypatch.chdir(elsewhere)
    assert approval_of(shell) == first
    shown = shell.run("plan", "stack.yaml", "-o", "saved.plan", shell.world)
    assert f"--digest {first}" in shown.err


def test_people_see_the_digest_too(shell: Shell, saved: Path) -> None:
    told = f"\nApproval digest: {approval_of(shell)}\n"
    assert told in shell.run("plan", "stack.yaml", shell.world).out
    assert told in shell.run("show", "saved.plan").out
    assert shell.run("apply", "saved.plan", shell.world).code == 0
    assert "digest" not in shell.run("plan", "stack.yaml", shell.world).out, "there is nothing to approve"


def test_the_digest_is_another_one_when_anything_that_is_to_be_done_is(shell: Shell) -> None:
    seen = {approval_of(shell), approval_of(shell, "--target", "projects.web")}
    shell.edit("stack.yaml", "name: Small", "name: Other")
    seen.add(approval_of(shell))
    assert len(seen) == 3


def test_an_apply_of_the_stack_does_the_approved_plan_and_no_other(shell: Shell) -> None:
    approved = approval_of(shell)
    shell.edit("stack.yaml", "name: Small", "name: Other")
    refused = shell.run("apply", "stack.yaml", "--yes", "--digest", approved, shell.world)
    assert refused.code == 5
    assert "error[not-the-approved-plan]: the plan is not the approved one: its digest is" in refused.err
    shell.edit("stack.yaml", "name: Other", "name: Small")
    assert shell.run("apply", "stack.yaml", "--yes", "--digest", approved.upper(), shell.world).code == 0
    assert shell.run("apply", "stack.yaml", "--yes", "--digest", approved, shell.world).code == 5


def test_a_destroy_does_the_approved_plan_and_no_other(shell: Shell) -> None:
    assert shell.run("apply", "stack.yaml", "--yes", shell.world).code == 0
    everything, some = (
        approval_of(shell, "--destroy", *more) for more in ((), ("--target", "projects.web.vlans.storage"))
    )
    assert shell.run("destroy", "stack.yaml", "--yes", "--digest", some, shell.world).code == 5
    assert shell.run("apply", "stack.yaml", "--yes", "--digest", everything, shell.world).code == 5
    comment = shell.run("plan", "stack.yaml", "--destroy", "--format", "markdown", shell.world).out
    assert f"reconciler destroy stack.yaml {shell.world} --digest {everything}" in comment
    noted = shell.run("plan", "stack.yaml", "--destroy", "-o", "gone.plan", shell.world).err
    assert f"reconciler destroy STACK --digest {everything}" in noted
    assert shell.run("destroy", "stack.yaml", "--yes", "--digest", everything, shell.world).code == 0


@pytest.mark.parametrize("given", ["", "\u00f6", "\udcff", "0" * 63])
def test_what_is_no_digest_approves_nothing(shell: Shell, given: str) -> None:
    """An empty one is what a pipeline gives whose variable is not set."""
    refused = shell.run("apply", "stack.yaml", "--yes", "--digest", given, shell.world)
    assert refused.code == 5
    assert "error[not-the-approved-plan]" in refused.err


def test_an_apply_of_a_saved_plan_can_be_bound_to_a_digest_too(shell: Shell, saved: Path) -> None:
    approved = json.loads(saved.read_text(encoding="utf-8"))["x_reconciler"]["approval"]
    assert shell.run("apply", "saved.plan", "--digest", "0" * 64, shell.world).code == 5
    assert shell.run("apply", "saved.plan", "--digest", approved, shell.world).code == 0


def refused(path: Path) -> bool:
    """Whether a plan file is refused in order; any other end of the reading is an error of the test."""
    try:
        open_plan(path)
    except Refused as problem:
        return {each.code for each in problem.diagnostics} <= {"not-a-plan", "plan-changed"}
    return False


def test_no_byte_of_a_saved_plan_can_be_changed(shell: Shell, saved: Path) -> None:
    """Every fifth byte, with one of its bits flipped."""
    whole = saved.read_bytes()
    meant = json.loads(whole)
    rng = random.Random(7)
    kept = 0
    for position in range(rng.randrange(5), len(whole), 5):
        changed = bytearray(whole)
        changed[position] ^= 1 << rng.randrange(8)
        saved.write_bytes(changed)
        if not refused(saved):
            kept += 1
            assert json.loads(changed) == meant, f"byte {position}"
    assert kept < len(whole) / 5 / 4, "only blanks between two tokens may become others"
    saved.write_bytes(whole)
    assert not refused(saved)


def sealed(document: Any) -> Any:
    """The document as somebody would leave it who knows how plan files are sealed."""
    ours = document.get("x_reconciler") if isinstance(document, dict) else None
    kept = ours.get("saved") if isinstance(ours, dict) else None
    if isinstance(kept, dict) and "digest" in kept:
        del kept["digest"]
        kept["digest"] = digest(document)
    return document


def test_no_part_of_a_saved_plan_can_be_changed(shell: Shell, saved: Path) -> None:
    """Each part is left out, and made another value: whether or not it is of a type that could stand there."""
    whole = json.loads(saved.read_text(encoding="utf-8"))
    rng = random.Random(8)
    for path in places(whole):
        for value in (..., rng.choice(OTHERS[1:])):
            changed = with_part(whole, path, value)
            saved.write_text(json.dumps(changed), encoding="utf-8")
            assert refused(saved) or changed == whole, path


def test_a_part_of_another_shape_ends_no_command_in_a_traceback(shell: Shell, saved: Path) -> None:
    """Under a digest that fits: another version of this program has written it, or somebody who knows how."""
    whole = json.loads(saved.read_text(encoding="utf-8"))
    rng = random.Random(9)
    for path in places(whole):
        value = rng.choice(OTHERS)
        document = sealed(with_part(whole, path, value))
        saved.write_text(json.dumps(document), encoding="utf-8")
        for command in ("show", "graph"):
            ran = shell.run(command, "saved.plan")
            assert ran.code in (0, 1, 5), (command, path, value, ran.err)
            assert "this is a bug" not in ran.err, (command, path, value, ran.err)
            assert "Traceback" not in ran.err, (command, path, value, ran.err)


FIELDS = ("paths", "var_files", "overlays", "inputs", "sources", "options", "signature", "made_at", "digest")


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", [None, [], {}, "x", 7, True, {"a": 1}, [["a"]], -1.5])
def test_a_field_of_another_shape_is_refused_even_under_a_digest_that_fits(
    shell: Shell, saved: Path, field: str, value: Any
) -> None:
    document = json.loads(saved.read_text(encoding="utf-8"))
    plan = document["x_reconciler"]["saved"]
    plan[field] = value
    if field != "digest":
        del plan["digest"]
        plan["digest"] = digest(document)
    saved.write_text(json.dumps(document), encoding="utf-8")
    ran = shell.run("apply", "saved.plan", shell.world)
    assert "Traceback" not in ran.err
    assert "this is a bug" not in ran.err
    assert ran.code in (0, 1, 5)
    if ran.code == 0:
        assert field in ("var_files", "overlays", "inputs"), "it says the same"
