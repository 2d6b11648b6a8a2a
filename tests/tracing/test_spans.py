"""The spans of real commands against the emulator, as a collector gets them, judged by the emulator's ledger."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import STACK
from tests.tracing.collector import Seen
from tests.tracing.conftest import HEADER, TOKEN, House, Hurrying

CANARIES = (TOKEN, HEADER, "canary-of-2019", "CanaryOfUserdata", "CanaryInADescription", "CanaryOfAVariable")
MACHINES = """\
    devices:
      web:
        facility: ewr1
        plan: c2.medium.x86
        operating_system: ubuntu_18_04
        userdata: "CanaryOfUserdata ${{ var.password }}"
outputs:
"""
WHOLE = STACK.replace("outputs:\n", MACHINES).replace("default: storage", "default: CanaryInADescription")
ROOT = Path(__file__).parents[2]
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def ids_of(spans: list[Seen]) -> list[str]:
    return [each for span in spans for each in span.facts.get("http.response.header.x-request-id", ())]


def test_an_apply_is_a_tree_of_command_phases_steps_and_attempts(house: House) -> None:
    house.applied()
    command = house.collector.the("reconciler apply")
    assert command.parent == b""
    assert command.error is None
    phases = [each for each in house.collector.below(command) if not each.client]
    assert [each.name for each in phases] == ["read", "connect", "lock", "plan", "apply"]
    steps = [each for each in house.collector.below(phases[-1]) if not each.client]
    assert {each.address: house.collector.tree(each) for each in steps} == {
        "projects.web": [["POST /projects"]],
        "projects.web.ssh_keys.ops": [["POST /projects/{id}/ssh-keys"]],
        "projects.web.vlans.storage": [["POST /projects/{id}/virtual-networks"]],
    }
    vlan = next(each for each in steps if each.name == "create vlan")
    (attempt,) = house.collector.below(vlan)
    (made,) = [each for each in house.ledger() if each["route"] == "/projects/{id}/virtual-networks"]
    assert vlan.facts == {
        "reconciler.address": "projects.web.vlans.storage",
        "reconciler.kind": "vlan",
        "reconciler.verb": "create",
        "reconciler.id": made["created"][0],
        "reconciler.result": "done",
    }
    assert attempt.facts == {
        "http.request.method": "POST",
        "url.template": "/projects/{id}/virtual-networks",
        "http.response.status_code": 201,
        "http.response.header.x-request-id": [made["request_id"]],
        "server.address": "127.0.0.1",
        "server.port": house.port,
    }
    assert attempt.client
    assert vlan.begun <= attempt.begun <= attempt.ended <= vlan.ended
    assert len({each.trace for each in house.collector.spans}) == 1


def test_the_command_says_what_it_did_to_which_stack_and_who_ran_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_ACTOR", "ada")
    monkeypatch.setenv("GITHUB_RUN_ID", "77")
    monkeypatch.setenv("GITHUB_SHA", "c" * 40)
    digest = house.run("plan", "stack.yaml").out.rpartition("Approval digest: ")[2].split()[0]
    planned = house.collector.the("reconciler plan").facts
    house.applied()
    facts = house.collector.the("reconciler apply").facts
    assert {name: facts[name] for name in facts if name not in ("process.pid", "reconciler.run")} == {
        "reconciler.command": "apply",
        "reconciler.stack": "small",
        "reconciler.operation": "apply",
        "reconciler.api": "127.0.0.1",
        "server.address": "127.0.0.1",
        "server.port": house.port,
        "reconciler.plan.add": 3,
        "reconciler.plan.change": 0,
        "reconciler.plan.destroy": 0,
        "reconciler.plan.digest": planned["reconciler.plan.digest"],
        "reconciler.done.add": 3,
        "reconciler.done.change": 0,
        "reconciler.done.destroy": 0,
        "reconciler.steps.failed": 0,
        "reconciler.steps.skipped": 0,
        "reconciler.steps.abandoned": 0,
        "process.exit.code": 0,
        "user.name": "ada",
        "reconciler.ci": "GitHub Actions",
        "cicd.pipeline.run.id": "77",
        "vcs.ref.head.revision": "c" * 40,
    }
    assert digest == facts["reconciler.plan.digest"]
    assert facts["reconciler.run"] in house.run("history").out


def test_every_mutation_of_the_ledger_is_an_attempt_below_its_step(house: House) -> None:
    house.shell.write("stack.yaml", WHOLE)
    seen: list[Seen] = []
    house.applied()
    seen += house.collector.spans
    house.shell.edit("stack.yaml", "name: Small", "name: Larger")
    house.applied("--replace", "projects.web.vlans.storage", "--allow-deletes", "1")
    seen += house.collector.spans
    assert house.run("destroy", "stack.yaml", "--yes", "--allow-deletes", "9").code == 0
    seen += house.collector.spans
    steps = {each.id: each for each in seen if "reconciler.verb" in each.facts}
    below = [each for each in seen if each.parent in steps]
    assert {each["request_id"] for each in house.ledger()} <= set(ids_of(below))
    assert {"create project", "update project", "create device", "delete vlan", "delete project"} <= {
        each.name for each in steps.values()
    }


def test_nothing_secret_and_no_value_is_in_what_leaves(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under faults that make the API quote what it was sent, too."""
    monkeypatch.setenv("RECONCILER_VAR_description", "CanaryOfAVariable")
    house.shell.write("stack.yaml", WHOLE)
    assert house.run("plan", "stack.yaml", "-o", "saved.plan").code == 0
    house.fault(method="POST", route="/projects/{id}/devices", kind="status", status=422, times=1)
    house.run("apply", "stack.yaml", "--yes", "--var", "password=canary-of-2019-b")
    house.applied()
    house.run("drift", "stack.yaml")
    house.run("output", "stack.yaml", "password", "--raw")
    house.run("api", "GET", "/projects?include=CanaryOfAVariable")
    house.run("destroy", "stack.yaml", "--yes", "--allow-deletes", "9")
    sent = b"".join(house.collector.raw)
    assert len(sent) > 10_000
    for canary in CANARIES:
        for form in (canary.encode(), base64.b64encode(canary.encode()).rstrip(b"=")):
            assert form not in sent, canary


def test_a_step_that_failed_says_why_and_what_was_skipped_for_it(house: House) -> None:
    house.fault(method="POST", route="/projects/{id}/virtual-networks", kind="status", status=422)
    assert house.run("apply", "stack.yaml", "--yes").code == 4
    failed = house.collector.the("create vlan")
    assert (failed.facts["reconciler.result"], failed.facts["error.type"]) == ("failed", "step-failed")
    assert failed.error is not None
    assert "422" in failed.error
    (attempt,) = house.collector.below(failed)
    assert (attempt.facts["http.response.status_code"], attempt.facts["error.type"]) == (422, "422")
    command = house.collector.the("reconciler apply")
    assert (command.facts["process.exit.code"], command.facts["reconciler.steps.failed"]) == (4, 1)
    assert command.error == "not complete"


def test_each_attempt_is_there_with_its_number(house: House) -> None:
    house.fault(method="GET", route="/projects", kind="status", status=503, times=2)
    assert house.run("plan", "stack.yaml").code == 0
    attempts = house.collector.named("GET /projects")[:3]
    assert [each.facts.get("http.request.resend_count", 0) for each in attempts] == [0, 1, 2]
    assert [each.facts["http.response.status_code"] for each in attempts] == [503, 503, 200]
    assert [each.error for each in attempts] == ["doubtful", "doubtful", None]
    plan = house.collector.the("plan")
    assert {each.parent for each in attempts} == {plan.id}


def test_an_answer_that_was_lost_is_an_attempt_without_a_status(house: House) -> None:
    house.fault(method="POST", route="/projects", kind="commit_then_drop", nth=1)
    house.applied()
    (lost,) = house.collector.named("POST /projects")
    assert "http.response.status_code" not in lost.facts
    assert lost.facts["error.type"] == "doubtful"


def test_a_drift_has_a_span_a_stack_with_what_it_found(house: House) -> None:
    house.shell.write("other.yaml", STACK.replace("stack: small", "stack: other").replace("name: Small", "name: Other"))
    house.applied()
    (project,) = house.call("GET", "/projects")["projects"]
    house.call("PUT", f"/projects/{project['id']}", {"name": "by hand"})
    assert house.run("drift", ".", "--recursive").code == 2
    command = house.collector.the("reconciler drift")
    assert command.error is None
    looks = {each.facts["reconciler.stack"]: each for each in house.collector.named("drift stack")}
    assert all(each.parent == command.id for each in looks.values())
    assert {name: each for name, each in looks["small"].facts.items() if "drift" in name} == {
        "reconciler.drift.findings": 1,
        "reconciler.drift.security": 0,
        "reconciler.drift.disruptive": 0,
        "reconciler.drift.cosmetic": 1,
        "reconciler.drift.accepted": 0,
        "reconciler.drift.strangers": 0,
    }
    assert looks["other"].facts["reconciler.drift.findings"] == 3
    assert [each.name for each in house.collector.below(looks["other"])] == ["read", "plan"]
    assert looks["other"].facts["reconciler.source"] == "other.yaml"


def test_a_refusal_names_its_codes_and_where_it_happened(house: House) -> None:
    house.shell.write("stack.yaml", "stack: small\nprojets: {}\n")
    assert house.run("plan", "stack.yaml").code == 1
    for each in (house.collector.the("reconciler plan"), house.collector.the("read")):
        assert (each.facts["error.type"], each.error) == ("unknown-key", "unknown-key")
        assert each.facts["reconciler.codes"] == ["unknown-key"]


def test_a_saved_plan_has_the_same_phases(house: House) -> None:
    assert house.run("plan", "stack.yaml", "-o", "saved.plan").code == 0
    assert house.run("apply", "saved.plan").code == 0
    command = house.collector.the("reconciler apply")
    assert [each.name for each in house.collector.below(command)] == ["connect", "lock", "plan", "apply"]
    assert command.facts["reconciler.stack"] == "small"
    assert house.run("apply", "saved.plan").code == 5
    assert house.collector.the("reconciler apply").facts["error.type"] == "stale-plan"


def test_the_question_is_a_phase_of_its_own(house: House) -> None:
    assert house.run("apply", "stack.yaml", stdin="no\n").code == 1
    command = house.collector.the("reconciler apply")
    assert [each.name for each in house.collector.below(command)] == ["read", "connect", "lock", "plan", "question"]
    assert command.facts["error.type"] == "exit 1"


def test_a_reap_has_each_stack_by_itself(house: House) -> None:
    house.shell.write("stack.yaml", 'expires: "2035-01-01T00:00:00Z"\n' + STACK)
    house.applied()
    house.shell.edit("stack.yaml", "2035", "2020")
    assert house.run("reap", ".", "--yes").code == 0
    looked, reaped = house.collector.named("reap stack")
    assert [each.name for each in house.collector.below(looked)] == ["read", "plan"]
    assert [each.name for each in house.collector.below(reaped)] == ["lock", "plan", "destroy"]
    assert reaped.facts["reconciler.done.destroy"] == 3


def test_each_round_of_a_watch_is_a_trace_of_its_own(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.cli.watch.SystemClock", Hurrying)
    house.applied()
    (project,) = house.call("GET", "/projects")["projects"]
    house.call("PUT", f"/projects/{project['id']}", {"name": "by hand"})
    assert house.run("watch", "stack.yaml", "--rounds", "2", "--repair", "cosmetic").code == 0
    first, second = house.collector.named("reconciler watch")
    assert first.trace != second.trace
    assert first.ended <= second.begun
    looked, repaired = house.collector.below(first)[1:]
    assert looked.facts["reconciler.drift.cosmetic"] == 1
    assert [each.name for each in house.collector.below(repaired)] == ["lock", "read", "plan", "apply"]
    assert repaired.facts["reconciler.done.change"] == 1
    assert len(house.collector.below(second)) == 2


def test_the_span_of_a_pipeline_is_the_parent(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACEPARENT", f"00-{TRACE}-{SPAN}-01")
    house.run("plan", "stack.yaml")
    command = house.collector.the("reconciler plan")
    assert (command.trace, command.parent.hex()) == (TRACE, SPAN)
    monkeypatch.setenv("TRACEPARENT", "nonsense\x1b[31m")
    house.run("plan", "stack.yaml")
    assert house.collector.the("reconciler plan").parent == b""
    monkeypatch.setenv("TRACEPARENT", f"00-{TRACE}-{SPAN}-00")
    done = house.run("plan", "stack.yaml")
    assert house.collector.spans == [], "the pipeline did not want this run"
    assert "spans" not in done.err


def test_the_service_is_named_by_the_variables(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.run("validate", "stack.yaml")
    house.run("plan", "stack.yaml")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.name=bare-metal,deployment.environment=lab,host.name=x")
    house.run("plan", "stack.yaml")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "metal")
    house.run("plan", "stack.yaml")
    named = [each["service.name"] for each in house.collector.resources]
    assert named[-3:] == ["reconciler", "bare-metal", "metal"]
    last: dict[str, Any] = house.collector.resources[-1]
    assert (last["deployment.environment"], last["host.name"]) == ("lab", "x")
    assert last["service.version"]
    assert house.collector.headers[-1]["x-honeycomb-team"] == HEADER


def test_the_page_has_each_attribute_and_no_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLAB_CI", "true")
    monkeypatch.setenv("CI_JOB_ID", "9")
    monkeypatch.setenv("CI_JOB_URL", "https://gitlab.example.com/jobs/9")
    house.fault(method="GET", route="/projects", kind="status", status=503, times=1)
    house.run("drift", "stack.yaml")
    seen = list(house.collector.spans)
    house.fault(method="POST", route="/projects/{id}/virtual-networks", kind="status", status=422)
    house.run("apply", "stack.yaml", "--yes")
    seen += house.collector.spans
    house.run("plan", "stack.yaml", "--var", "nothing=1")
    seen += house.collector.spans
    used, told = {name for each in seen for name in each.facts}, told_attributes()
    assert used - told == set()
    assert told - used == {"reconciler.implied", "vcs.ref.head.revision"}


def told_attributes() -> set[str]:
    """The first column of the page's table; `.b` goes on with the names before it in the row."""
    page = (ROOT / "docs" / "tracing.md").read_text(encoding="utf-8")
    rows = page.partition("### What they say")[2].partition("## Settings")[0].splitlines()
    told: set[str] = set()
    for row in rows:
        first = ""
        for name in re.findall(r"`([a-z._-]+)`", row.split("|")[1]) if row.startswith("| `") else ():
            first = first or name
            told.add(f"{first.rpartition('.')[0]}{name}" if name.startswith(".") else name)
    return told
