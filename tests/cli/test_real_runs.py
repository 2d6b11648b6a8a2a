"""Every command against the embedded emulator: what is printed where, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest

from reconciler import app
from reconciler.report.plan_schema import plan_schema
from tests.cli.conftest import Ran, Shell


@pytest.fixture
def applied(shell: Shell) -> Shell:
    """The small stack, applied."""
    ran = shell.run("apply", "stack.yaml", shell.world, "--yes")
    assert ran.code == 0, ran.err
    return shell


def done(ran: Ran) -> Ran:
    assert ran.code == 0, ran.out + ran.err
    return ran


def test_apply_plan_change_destroy(shell: Shell) -> None:
    ran = done(shell.run("apply", "stack.yaml", shell.world, "--yes"))
    assert "Plan: 3 to add, 0 to change, 0 to destroy.\n" in ran.out
    assert "\nApply complete! Resources: 3 added, 0 changed, 0 destroyed.\n" in ran.out
    assert "\nOutputs:\n\nlist = [\n" in ran.out
    assert "password = (sensitive value)\n" in ran.out
    assert "Using the embedded emulator at http://127.0.0.1:" in ran.err
    assert "projects.web.vlans.storage: Creating...\n" in ran.err
    assert "projects.web.vlans.storage: Creation complete after 0s [id=" in ran.err
    again = done(shell.run("plan", "stack.yaml", shell.world, "--detailed-exitcode"))
    assert again.out == "No changes. Your infrastructure matches the configuration.\n"
    changed = shell.run("plan", "stack.yaml", shell.world, "--detailed-exitcode", "--var", "description=other")
    assert changed.code == 2
    assert '~ description = "storage" -> "other"' in changed.out
    assert done(shell.run("plan", "stack.yaml", shell.world, "--var", "description=other"))
    destroyed = done(shell.run("destroy", "stack.yaml", shell.world, "--yes"))
    assert "Destroy complete! Resources: 3 destroyed.\n" in destroyed.out
    nothing = done(shell.run("destroy", "stack.yaml", shell.world, "--yes"))
    assert nothing.out == (
        "No changes. No objects need to be destroyed.\n\nDestroy complete! Resources: 0 destroyed.\n"
    )


def test_an_apply_without_changes_needs_nobody_and_still_shows_the_outputs(applied: Shell) -> None:
    ran = done(applied.run("apply", "stack.yaml", applied.world))
    assert "No changes. Your infrastructure matches the configuration.\n" in ran.out
    assert "Apply complete! Resources: 0 added, 0 changed, 0 destroyed.\n\nOutputs:\n" in ran.out


@pytest.mark.parametrize("order", [("--emulator", "stack.yaml"), ("stack.yaml", "--emulator")])
def test_the_bare_emulator_option_takes_no_value(shell: Shell, order: tuple[str, ...]) -> None:
    ran = done(shell.run("plan", *order))
    assert "(its world: .reconciler/emulator.db)" in ran.err
    assert Path(".reconciler/emulator.db").exists()


def test_a_saved_plan_is_shown_applied_and_then_stale(shell: Shell) -> None:
    planned = done(shell.run("plan", "stack.yaml", shell.world, "-o", "today.plan"))
    assert "Saved the plan to today.plan." in planned.err
    shown = done(shell.run("show", "today.plan"))
    assert shown.out == planned.out
    as_json = json.loads(done(shell.run("show", "today.plan", "--format", "json")).out)
    jsonschema.validate(as_json, json.loads(plan_schema()))
    drawn = done(shell.run("graph", "today.plan"))
    assert '"projects.web:create"' in drawn.out
    applied = done(shell.run("apply", "today.plan", shell.world))
    assert applied.out.startswith("Plan: 3 to add, 0 to change, 0 to destroy.\n")
    assert "Apply complete! Resources: 3 added" in applied.out
    stale = shell.run("apply", "today.plan", shell.world)
    assert stale.code == 5
    assert "stale" in stale.err
    refused = shell.run("apply", "today.plan", shell.world, "--var", "description=x")
    assert refused.code == 1
    assert "A saved plan is done as saved" in refused.err


def test_show_refuses_what_is_no_plan(shell: Shell) -> None:
    ran = shell.run("show", "stack.yaml")
    assert ran.code == 1
    assert ran.err.startswith("error[not-a-plan]: stack.yaml is not a saved plan: it holds no JSON\n")


def test_plan_as_json_fits_the_schema_and_stands_alone_on_stdout(shell: Shell) -> None:
    ran = done(shell.run("plan", "stack.yaml", shell.world, "--format", "json"))
    document = json.loads(ran.out)
    jsonschema.validate(document, json.loads(plan_schema()))
    assert {each["type"] for each in document["resource_changes"]} == {"project", "ssh_key", "vlan"}


def test_drift(applied: Shell) -> None:
    assert done(applied.run("drift", "stack.yaml", applied.world)).out.startswith("No drift.")
    applied.edit("stack.yaml", "      storage: {facility: ewr1,", "      other: {facility: ewr1,")
    applied.edit("stack.yaml", "vlans.storage.vxlan", "vlans.other.vxlan")
    ran = applied.run("drift", "stack.yaml", applied.world)
    assert ran.code == 2
    assert "# projects.web.vlans.other is missing (vlan)" in ran.out
    assert "# projects.web.vlans.storage is unexpected (vlan " in ran.out
    document = json.loads(applied.run("drift", "stack.yaml", applied.world, "--format", "json").out)
    assert document["summary"] == {"changed": 0, "missing": 1, "unexpected": 1, "strangers": 0, "accepted": 0}
    lines = applied.run("drift", "stack.yaml", applied.world, "--json").out.splitlines()
    assert [json.loads(each)["type"] for each in lines] == ["version", "resource_drift", "resource_drift"]


def test_json_lines_of_an_apply_and_a_destroy(shell: Shell) -> None:
    ran = done(shell.run("apply", "stack.yaml", shell.world, "--yes", "--json"))
    lines = [json.loads(each) for each in ran.out.splitlines()]
    types = [each["type"] for each in lines]
    assert types[:5] == ["version", "planned_change", "planned_change", "planned_change", "change_summary"]
    assert types.count("apply_start") == types.count("apply_complete") == 3
    assert types[-2:] == ["change_summary", "outputs"]
    assert lines[-2]["@message"] == "Apply complete! Resources: 3 added, 0 changed, 0 destroyed."
    assert lines[-1]["outputs"]["password"] == {"sensitive": True, "type": "string", "value": None}
    destroyed = done(shell.run("destroy", "stack.yaml", shell.world, "--yes", "--json"))
    assert json.loads(destroyed.out.splitlines()[-1])["@message"] == "Destroy complete! Resources: 3 destroyed."


def test_outputs(applied: Shell) -> None:
    everything = done(applied.run("output", "stack.yaml", applied.world))
    assert everything.out == 'list = [\n    "a",\n    "b",\n]\npassword = (sensitive value)\nvlan = 1000\n'
    as_json = json.loads(done(applied.run("output", "stack.yaml", applied.world, "--json")).out)
    assert as_json["vlan"] == {"sensitive": False, "type": "number", "value": 1000}
    assert as_json["password"]["value"] is None
    assert done(applied.run("output", "stack.yaml", "vlan", applied.world)).out == "vlan = 1000\n"
    assert done(applied.run("output", "stack.yaml", "vlan", "--raw", applied.world)).out == "1000"
    hidden = done(applied.run("output", "stack.yaml", "password", applied.world))
    assert hidden.out == "password = (sensitive value)\n"
    assert done(applied.run("output", "stack.yaml", "password", "--raw", applied.world)).out == "canary-of-2019"
    assert done(applied.run("output", "stack.yaml", "password", "--json", applied.world)).out == '"canary-of-2019"\n'
    assert "use --json" in applied.run("output", "stack.yaml", "list", "--raw", applied.world).err
    unknown = applied.run("output", "stack.yaml", "vlam", applied.world)
    assert unknown.code == 1
    assert "did you mean `vlan`?" in unknown.err


def test_graph(shell: Shell) -> None:
    dot = done(shell.run("graph", "stack.yaml", shell.world))
    assert dot.out.startswith("digraph {\n")
    assert '"projects.web.vlans.storage:create" -> "projects.web:create"' in dot.out
    mermaid = done(shell.run("graph", "stack.yaml", shell.world, "--format", "mermaid"))
    assert mermaid.out.startswith("flowchart TD\n")


def test_validate(shell: Shell) -> None:
    assert done(shell.run("validate", "stack.yaml")).out == "Success! The configuration is valid.\n"
    assert json.loads(done(shell.run("validate", "stack.yaml", "--json")).out)["valid"] is True
    shell.edit("stack.yaml", "facility: ewr1", "facilty: ewr1")
    ran = shell.run("validate", "stack.yaml")
    assert ran.code == 1
    assert ran.out == ""
    assert "--> stack.yaml:11:" in ran.err
    assert "did you mean `facility`?" in ran.err
    document = json.loads(shell.run("validate", "stack.yaml", "--json").out)
    assert document["valid"] is False
    assert document["error_count"] == len(document["diagnostics"]) >= 1
    assert document["diagnostics"][0]["range"]["start"]["line"] == 11


@pytest.mark.parametrize("command", [("plan",), ("apply", "--yes"), ("drift",)])
def test_an_empty_stack_is_refused(applied: Shell, command: tuple[str, ...]) -> None:
    applied.write("stack.yaml", "stack: small\n")
    ran = applied.run(*command, "stack.yaml", applied.world)
    assert ran.code == 1
    assert "use `reconciler destroy`" in ran.err


def test_the_delete_rail(applied: Shell) -> None:
    refused = applied.run("destroy", "stack.yaml", applied.world, "--yes", "--allow-deletes", "2")
    assert refused.code == 3
    assert "error[too-many-deletes]: the plan destroys 3 objects, and --allow-deletes allows 2" in refused.err
    assert "projects.web.vlans.storage" in refused.err
    assert done(applied.run("destroy", "stack.yaml", applied.world, "--yes", "--allow-deletes", "3"))


def test_schema_writes_what_the_repository_holds(shell: Shell) -> None:
    assert done(shell.run("schema"))
    assert Path("schemas/plan.schema.json").read_text(encoding="utf-8") == plan_schema()
    assert done(shell.run("schema", "elsewhere"))
    assert Path("elsewhere/plan.schema.json").exists()


def test_api_sends_one_call(shell: Shell) -> None:
    made = done(shell.run("api", "post", "/projects", '{"name": "By hand"}', shell.world))
    assert json.loads(made.out)["name"] == "By hand"
    assert made.err.endswith("201 Created\n")
    shell.write("name.json", '{"name": "Renamed"}')
    project = json.loads(made.out)["id"]
    assert json.loads(done(shell.run("api", "PUT", f"/projects/{project}", "@name.json", shell.world)).out)
    listed = done(shell.run("api", "GET", "/projects?per_page=100", shell.world))
    assert [each["name"] for each in json.loads(listed.out)["projects"]] == ["Renamed"]
    removed = done(shell.run("api", "DELETE", f"/projects/{project}", shell.world))
    assert removed.out == ""
    missing = shell.run("api", "GET", "/projects/nope", shell.world)
    assert missing.code == 1
    assert "404 Not Found" in missing.err
    assert "errors" in json.loads(missing.out)


def test_a_saved_plan_is_applied_alone(shell: Shell) -> None:
    done(shell.run("plan", "stack.yaml", shell.world, "-o", "today.plan"))
    for paths in (("today.plan", "stack.yaml"), ("stack.yaml", "today.plan")):
        ran = shell.run("apply", *paths, shell.world, "--yes")
        assert ran.code == 1
        assert "Error: A saved plan is applied alone" in ran.err


@pytest.mark.parametrize(
    ("file", "why"), [("nowhere/today.plan", "No such file or directory"), ("/dev/null", "it is a device")]
)
def test_a_plan_that_cannot_be_saved_names_its_file(shell: Shell, file: str, why: str) -> None:
    ran = shell.run("plan", "stack.yaml", shell.world, "-o", file)
    assert ran.code == 1
    assert ran.err.splitlines()[-2:] == [f"error[system]: {file}: {why}", ""]


def test_a_file_that_holds_no_world_is_named(shell: Shell) -> None:
    ran = shell.run("plan", "stack.yaml", "--emulator=stack.yaml")
    assert ran.code == 1
    assert ran.err.startswith("error[no-world]: stack.yaml cannot be an emulator's world: ")
    assert "remove" not in ran.err


@pytest.mark.parametrize("command", [("show", "odd.plan"), ("graph", "odd.plan")])
def test_a_plan_of_another_shape_is_refused(shell: Shell, command: tuple[str, ...]) -> None:
    def open_plan(_path: Path) -> SimpleNamespace:
        return SimpleNamespace(document={"format_version": "1.2", "x_reconciler": {"stack": "a"}})

    shell.monkeypatch.setattr(app, "open_plan", open_plan)
    shell.write("odd.plan", '{"format_version": "1.2"}')
    ran = shell.run(*command)
    assert ran.code == 1
    assert "error[unreadable-plan]: odd.plan" in ran.err
