"""The audit log of real commands against the emulator, judged by its ledger, and what `history` tells of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from reconciler.emulator import Emulator, Settings
from tests.cli.conftest import STACK, Hurrying, Ran, Shell, Stream

TOKEN = "CanaryTokenOfTheApi7f3a"
CANARIES = (TOKEN, "canary-of-2019", "CanaryOfUserdata", "CanaryInADescription", "CanaryOfAnError")
MACHINES = """\
    devices:
      web:
        facility: ewr1
        plan: c2.medium.x86
        operating_system: ubuntu_18_04
        userdata: "CanaryOfUserdata ${{ var.password }}"
        network_type: layer3
outputs:
"""
WHOLE = STACK.replace("outputs:\n", MACHINES).replace("default: storage", "default: CanaryInADescription")
WAIVED = """\
rails:
  max_deletes: 0
  waivers:
    - {rail: max_deletes, reason: the move to ams1, until: 2999-12-31}
    - {rail: max_deletes, reason: of nothing that goes, until: 2999-12-31, targets: [projects.other]}
    - {rail: max_creates, reason: not needed, until: 2999-12-31}
"""


@dataclass(frozen=True)
class House:
    """A shell whose commands go to an emulator with a ledger to look into."""

    shell: Shell
    emulator: Emulator

    def run(self, *arguments: str, **more: Any) -> Ran:
        return self.shell.run(*arguments, **more)

    def applied(self, *arguments: str) -> Ran:
        done = self.run("apply", "stack.yaml", "--yes", *arguments)
        assert done.code == 0, done.err
        return done

    def call(self, method: str, path: str, body: Any = None) -> Any:
        url, headers = f"{self.emulator.url}{path}", {"X-Auth-Token": TOKEN}
        return requests.request(method, url, json=body, headers=headers, timeout=10).json()

    def ledger(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("GET", "/_emulator/ledger")["ledger"]
        return found

    def fault(self, **rule: Any) -> None:
        self.call("POST", "/_emulator/faults", {"rules": [rule]})

    def history(self, *arguments: str) -> list[dict[str, Any]]:
        done = self.run("history", *arguments, "--format", "json")
        assert done.code == 0, done.err
        found: list[dict[str, Any]] = json.loads(done.out)["runs"]
        return found

    def whole(self) -> list[dict[str, Any]]:
        """All runs with all their steps, the oldest first."""
        return [each for run in reversed(self.history("--limit", "0")) for each in self.history("--run", run["run"])]

    @property
    def logs(self) -> list[Path]:
        return sorted((self.shell.folder / ".reconciler" / "audit").glob("*"))


@pytest.fixture
def house(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    for name in list(os.environ):
        if name.startswith(("GITHUB", "GITLAB", "CI", "BUILDKITE", "TF_", "BITBUCKET", "DRONE", "JENKINS", "ATLANTIS")):
            monkeypatch.delenv(name)
    with Emulator(token=TOKEN, settings=Settings(provision_seconds=0.0, deprovision_seconds=0.0)) as emulator:
        monkeypatch.setenv("PACKET_API_URL", emulator.url)
        monkeypatch.setenv("PACKET_AUTH_TOKEN", TOKEN)
        monkeypatch.setenv("RECONCILER_SETTLE_SECONDS", "0")
        monkeypatch.setattr("reconciler.cli.session.SystemClock", Hurrying)
        yield House(shell, emulator)


def requests_of(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for run in runs for step in run["steps"] for each in step["requests"]]


def test_every_call_that_changed_something_is_there_with_its_request_id_and_nothing_secret(house: House) -> None:
    """Creates, updates, changes of many calls and deletes, by the API's own ledger."""
    house.shell.write("stack.yaml", WHOLE)
    house.applied()
    house.shell.edit("stack.yaml", "network_type: layer3", "network_type: layer2-individual")
    house.shell.edit("stack.yaml", "name: Small", "name: Larger")
    house.shell.edit("stack.yaml", "ops: {key", "ops: {label: operators, key")
    house.applied()
    assert house.run("destroy", "stack.yaml", "--yes", "--allow-deletes", "9").code == 0
    runs = house.whole()
    expected = [("apply", "complete"), ("apply", "complete"), ("destroy", "complete")]
    assert [(each["command"], each["state"]) for each in runs] == expected
    assert [each["done"] for each in runs] == [each["planned"] for each in runs]
    written = {each["request_id"]: (each["method"], each["route"], each["ending"]) for each in requests_of(runs)}
    assert written == {each["request_id"]: (each["method"], each["route"], "done") for each in house.ledger()}
    assert {each["method"] for each in house.ledger()} == {"POST", "PUT", "DELETE"}
    many = [each for run in runs for each in run["steps"] if len(each["requests"]) > 1]
    assert [each["address"] for each in many] == ["projects.web.devices.web.network_type"]
    born = {each: entry["request_id"] for entry in house.ledger() for each in entry["created"]}
    made = {each["id"]: each["requests"][0]["request_id"] for each in runs[0]["steps"] if each["requests"]}
    assert len(made) == 4
    assert made.items() <= born.items()
    (log,) = house.logs
    told = "".join(house.run("history", "--run", each["run"]).out for each in runs)
    assert len(told.splitlines()) > 50
    for text in (log.read_text(), told):
        assert not [each for each in CANARIES if each in text]


def test_a_refused_and_a_lost_call_are_there_too_without_the_words_of_the_api(house: House) -> None:
    lost = {"method": "POST", "route": "/projects", "kind": "commit_then_status", "status": 502}
    refused = {"method": "POST", "route": "/projects/{id}/virtual-networks", "kind": "status", "status": 422}
    refused["errors"] = list(CANARIES)
    house.call("POST", "/_emulator/faults", {"rules": [{**lost, "times": 1}, {**refused, "times": 1}]})
    assert house.run("apply", "stack.yaml", "--yes").code == 4
    (run,) = house.whole()
    assert (run["state"], run["exit_code"], run["failed"]) == ("incomplete", 4, 1)
    steps = {each["address"]: each for each in run["steps"] if each["verb"] == "create"}
    assert steps["projects.web"]["result"] == "done"
    assert [(each["ending"], each["status"]) for each in steps["projects.web"]["requests"]] == [("doubtful", 502)]
    vlan = steps["projects.web.vlans.storage"]
    assert (vlan["result"], vlan["code"], vlan["id"]) == ("failed", "step-failed", None)
    assert [(each["ending"], each["status"]) for each in vlan["requests"]] == [("refused", 422)]
    assert vlan["requests"][0]["request_id"]
    assert not [each for each in CANARIES if each in house.logs[0].read_text()]


def test_who_did_it_of_which_commit_and_how_it_was_approved(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.run("apply", "stack.yaml", stdin="yes\n")
    monkeypatch.setenv("GITLAB_CI", "true")
    monkeypatch.setenv("GITLAB_USER_LOGIN", "carol")
    monkeypatch.setenv("CI_COMMIT_SHA", "c" * 40)
    monkeypatch.setenv("CI_JOB_URL", "https://gitlab.example.com/acme/infra/-/jobs/9")
    saved = house.run("plan", "stack.yaml", "--var", "description=fast", "-o", "saved.plan")
    digest = saved.err.rpartition("--digest ")[2].strip()
    assert house.run("apply", "saved.plan", "--digest", digest).code == 0
    (stack,) = house.call("GET", "/projects")["projects"]
    house.applied(
        "--target", "projects.web.vlans.storage", "--allow-deletes", "3", "--replace", "projects.web.vlans.storage"
    )
    replaced, bound, first = house.history()
    assert (first["approved"]["by"], first["commit"]["id"], first["pipeline"]) == ("question", None, None)
    assert first["who"]["actor"] == first["who"]["login"]
    assert bound["approved"] == {"by": "saved plan", "bound_to_digest": True}
    assert (bound["digest"], bound["who"]["actor"], bound["commit"]) == (
        digest,
        "carol",
        {"id": "c" * 40, "from": "ci", "of_pipeline": "c" * 40},
    )
    assert replaced["approved"] == {"by": "--yes", "bound_to_digest": False}
    assert replaced["options"] == {
        "targets": ["projects.web.vlans.storage"],
        "replace": ["projects.web.vlans.storage"],
        "allow_deletes": 3,
        "accept_vanished": False,
    }
    assert {each["api"] for each in (first, bound, replaced)} == {house.emulator.url}
    assert stack["id"] in {each["id"] for each in house.whole()[0]["steps"]}
    in_full = house.run("history", "--run", bound["run"]).out
    assert "who       carol (login " in in_full
    assert "pipeline  GitLab CI https://gitlab.example.com/acme/infra/-/jobs/9\n" in in_full
    assert f"commit    {'c' * 40}, as GitLab CI says\n" in in_full
    assert "approved  by saved plan, and bound to the digest\n" in in_full


def test_the_waivers_that_were_used_are_named_and_no_others(house: House) -> None:
    house.shell.write("stack.yaml", WAIVED + STACK)
    house.applied()
    house.shell.write("stack.yaml", WAIVED + STACK.replace("      storage: {", "      other: {").split("outputs:")[0])
    house.applied()
    second, first = house.history()
    assert first["waivers"] == []
    expected = {"rail": "max_deletes", "reason": "the move to ams1", "until": "2999-12-31", "targets": []}
    assert second["waivers"] == [expected]
    assert (
        "waiver    max_deletes, until 2999-12-31: the move to ams1" in house.run("history", "--run", second["run"]).out
    )


def test_what_does_not_pass_the_question_or_changes_nothing_is_no_run(house: House) -> None:
    assert house.run("plan", "stack.yaml").code == 0
    assert house.run("apply", "stack.yaml", stdin="no\n").code == 1
    assert house.run("apply", "stack.yaml").code == 1
    assert house.run("apply", "stack.yaml", "--yes", "--digest", "0" * 64).code == 5
    assert house.logs == []
    house.applied()
    house.applied()
    assert len(house.history()) == 1
    house.applied("--no-audit", "--var", "description=other")
    assert len(house.history()) == 1
    assert house.run("history", "--name", "another").err == "No run of another is written down in .reconciler/audit.\n"


def test_a_log_that_was_asked_for_and_cannot_be_written_stops_the_run(house: House) -> None:
    (house.shell.folder / "taken").write_text("a file, no folder", encoding="utf-8")
    done = house.run("apply", "stack.yaml", "--yes", "--audit", "taken/deep")
    assert done.code == 1
    assert "error[no-audit]: the audit log cannot be written: taken/deep/small-" in done.err
    assert house.ledger() == []


def test_where_nobody_asked_for_a_log_the_run_goes_on_without(house: House) -> None:
    (house.shell.folder / ".reconciler").mkdir()
    (house.shell.folder / ".reconciler" / "audit").write_text("a file, no folder", encoding="utf-8")
    assert "Who did this is not written down, since it cannot be: .reconciler/audit/small-" in house.applied().err


@pytest.mark.parametrize(("asked", "code"), [(True, 1), (False, 0)])
def test_a_log_that_breaks_off_is_told(house: House, monkeypatch: pytest.MonkeyPatch, asked: bool, code: int) -> None:
    from reconciler.app.journal import Log

    real, lines = Log.append, iter(range(3))

    def append(log: Log, line: str, *, sync: bool) -> None:
        if "audit" in log.path.parts and next(lines, None) is None:
            raise OSError(28, "No space left on device")
        real(log, line, sync=sync)

    monkeypatch.setattr(Log, "append", append)
    where = ("--audit", ".reconciler/audit") if asked else ()
    done = house.run("apply", "stack.yaml", "--yes", "--json", *where)
    assert done.code == code
    assert "audit log of this run is not complete" in done.err
    assert ("audit-incomplete" in done.out) is asked
    assert len(house.ledger()) == 3


def test_the_folder_may_be_one_that_outlives_the_job(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECONCILER_AUDIT", str(house.shell.folder / "kept" / "audit"))
    house.applied("--report", "done.json")
    assert house.logs == []
    (run,) = house.history()
    assert json.loads((house.shell.folder / "done.json").read_text(encoding="utf-8"))["run"] == run["run"]
    assert [each["run"] for each in house.history("--audit", "kept/audit")] == [run["run"]]
    journal = next((house.shell.folder / ".reconciler" / "journal").iterdir()).read_text(encoding="utf-8")
    assert {json.loads(each)["run"] for each in journal.splitlines()} == {run["run"]}, "the journal calls it so too"


def test_an_interrupted_run_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupting(Stream):
        def write(self, text: str) -> int:
            if "Creation complete" in text and "projects.web:" in text:
                signal.raise_signal(signal.SIGTERM)
            return super().write(text)

    monkeypatch.setattr("tests.cli.conftest.Stream", Interrupting)
    assert house.run("apply", "stack.yaml", "--yes").code == 143
    (run,) = house.history()
    assert (run["state"], run["exit_code"], run["not_done"]) == ("interrupted", 143, 2)


def test_a_killed_run_is_shown_as_cut_off_with_what_it_had_under_way(house: House) -> None:
    house.fault(method="POST", route="/projects/{id}/virtual-networks", kind="delay", seconds=1.5)
    command = [sys.executable, "-m", "reconciler", "apply", "stack.yaml", "--yes"]
    with subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as run:
        assert run.stderr is not None
        assert any(line.startswith("projects.web.vlans.storage: Creating...") for line in run.stderr)
        assert [each["state"] for each in house.history()] == ["under way"]
        run.kill()
    (killed,) = house.whole()
    assert (killed["state"], killed["exit_code"], killed["ended"]) == ("cut off", None, None)
    assert killed["who"]["pid"] == run.pid
    results = {each["address"]: each["result"] for each in killed["steps"]}
    assert results["projects.web"] == "done"
    assert results["projects.web.vlans.storage"] is None
    assert "cut off (2 not done)\n" in house.run("history").out


def test_a_mistake_of_ours_ends_the_run_in_the_log_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object, **_more: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("reconciler.app.run.Apply.run", broken)
    assert house.run("apply", "stack.yaml", "--yes").code == 1
    (run,) = house.history()
    assert (run["state"], run["exit_code"]) == ("failed", 1)


def test_what_was_done_to_an_address_or_an_object(house: House) -> None:
    house.applied()
    house.applied("--replace", "projects.web.vlans.storage")
    assert house.run("destroy", "stack.yaml", "--yes", "--allow-deletes", "9").code == 0
    vlans = [each for run in house.history("--address", "projects.web.vlans") for each in run["steps"]]
    assert sorted(each["verb"] for each in vlans) == ["create", "create", "delete", "delete"]
    first = vlans[-1]["id"]
    told = house.run("history", "stack.yaml", "--address", first).out
    blocks = told.split("\n\n")
    assert len(blocks) == 2
    assert "- delete  projects.web.vlans.storage  done" in blocks[0]
    assert "+ create  projects.web.vlans.storage  done" in blocks[1]
    for block in blocks:
        assert f"vlan {first}\n" in block
        assert "commit not known, apply " in block
        assert sum(each["request_id"] in block for each in house.ledger()) == 1
    last = house.run("history", "--address", first, "--limit", "1").out
    assert last == f"{blocks[0]}\n\nThe newest 1 of 2 runs; --limit 0 shows all.\n", "nothing is left out in silence"
    nothing = house.run("history", "--address", "projects.nowhere")
    assert (nothing.code, nothing.out) == (0, "")
    assert "Nothing that was done to `projects.nowhere` is written down" in nothing.err


def test_the_table_has_the_newest_first_and_needs_no_stack(house: House) -> None:
    house.shell.write("other.yaml", STACK.replace("stack: small", "stack: other").replace("name: Small", "name: Other"))
    house.applied()
    assert house.run("apply", "other.yaml", "--yes").code == 0
    assert house.run("destroy", "stack.yaml", "--yes", "--allow-deletes", "9").code == 0
    table = house.run("history").out.splitlines()
    assert table[0].split() == ["BEGUN", "(UTC)", "RUN", "STACK", "COMMAND", "WHO", "COMMIT", "DIGEST", "DONE", "STATE"]
    assert [line.split()[2:4] for line in table[1:]] == [["small", "destroy"], ["other", "apply"], ["small", "apply"]]
    assert table[1].endswith("+0 ~0 -3  complete")
    (house.shell.folder / "stack.yaml").unlink()
    assert len(house.run("history", "--name", "small").out.splitlines()) == 3
    assert "STACK" not in house.run("history", "other.yaml").out
    assert [each["stack"] for each in house.history(".")] == ["other"]
    few = house.run("history", "--limit", "1").out.splitlines()
    assert (few[1], few[-1]) == (table[1], "The newest 1 of 3 runs; --limit 0 shows all.")
    assert house.run("history").out.splitlines() == table, "it is the same whenever it is asked"
    beginning = house.history()[0]["run"][:6]
    assert house.run("history", "--run", beginning).out.startswith(f"Run {beginning}")


def test_what_is_asked_for_and_is_not_there(house: House) -> None:
    house.applied()
    unknown = house.run("history", "--run", "nothing")
    assert unknown.code == 1
    assert "error[unknown-run]" in unknown.err
    house.shell.write("values.yaml", "size: 3\n")
    assert "error[no-stack-file]" in house.run("history", "values.yaml").err
    assert house.run("history", "--run", "a", "--address", "b").code == 1
    with house.logs[0].open("a", encoding="utf-8") as file:
        file.write("what is this\n")
    strange = house.run("history")
    assert strange.code == 0
    assert "warning[unreadable-audit]" in strange.err
    assert "apply" in strange.out


def test_a_reap_is_a_run_of_each_stack(house: House) -> None:
    house.shell.write("stack.yaml", 'expires: "2035-01-01T00:00:00Z"\n' + STACK)
    house.applied()
    house.shell.edit("stack.yaml", "2035", "2020")
    assert house.run("reap", ".", "--yes").code == 0
    reap, _ = house.history()
    assert (reap["command"], reap["approved"]["by"], reap["done"]["destroy"]) == ("reap", "--yes", 3)


def test_the_embedded_emulator_is_named_as_such(shell: Shell) -> None:
    assert shell.run("apply", "stack.yaml", "--yes", shell.world).code == 0
    (run,) = json.loads(shell.run("history", "--format", "json").out)["runs"]
    assert (run["emulated"], run["api"]) == (True, str(shell.folder / "world.db"))
