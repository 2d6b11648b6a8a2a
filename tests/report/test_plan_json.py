"""The plan as JSON: Terraform's shape, our extras in one place, no secret, the same bytes each time."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reconciler.cli.planfile import plan_from
from reconciler.diagnostics import Refused
from reconciler.model.kind import Verb
from reconciler.model.plan import Action, FieldChange, Plan
from reconciler.report.graph import render_dot, render_mermaid
from reconciler.report.human import render_plan
from reconciler.report.plan_json import document_digest, plan_document, seal
from reconciler.report.plan_read import read_plan
from reconciler.report.plan_schema import FILE_NAME, plan_schema
from reconciler.values import Unknown
from tests.report import samples
from tests.report.parts import OTHERS, places, with_part

SCHEMAS = Path(__file__).parents[2] / "schemas"


def document(plan: Plan) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(plan_document(plan, tool_version="1.2.3")))
    jsonschema.Draft202012Validator(json.loads(plan_schema())).validate(made)
    return made


def by_address(plan: Plan) -> dict[str, dict[str, Any]]:
    return {each["address"]: each for each in document(plan)["resource_changes"]}


def test_a_create_has_terraforms_keys() -> None:
    entry = by_address(samples.plan(samples.create()))[samples.DEVICE]
    assert entry == {
        "address": samples.DEVICE,
        "mode": "managed",
        "type": "device",
        "name": "web",
        "index": 0,
        "provider_name": "reconciler/packet",
        "change": {
            "actions": ["create"],
            "before": None,
            "after": {
                "customdata": {"rack": {"row": 1}, "on": True},
                "hostname": "web-01",
                "locked": None,
                "plan": "c2.medium.x86",
                "tags": ["a", "b"],
                "userdata": "#!/bin/sh\necho hi\n",
            },
            "after_unknown": {"ip_addresses": True},
            "before_sensitive": False,
            "after_sensitive": {"md5": True},
        },
        "x_reconciler": {"parent_id": "p-1", "source": {"file": "stack.yaml", "line": 7}},
    }


def test_a_replacement_names_the_paths_and_the_reason() -> None:
    entry = by_address(samples.plan(samples.replacement()))["projects.edge.devices.db"]
    assert entry["change"]["actions"] == ["delete", "create"]
    assert entry["change"]["replace_paths"] == [["plan"]]
    assert entry["action_reason"] == "cannot_update"
    ours = entry["x_reconciler"]
    assert ours["id"] == "d-2"
    assert ours["impact"] == ["the disks are wiped and the addresses change"]
    assert ours["facts"] == samples.live("device", "d-2").facts


@pytest.mark.parametrize("action", list(Action))
def test_actions_are_exactly_the_six(action: Action) -> None:
    entry = by_address(samples.plan(samples.change("projects.a", "project", action)))["projects.a"]
    assert "-".join(entry["change"]["actions"]) == action.value or entry["change"]["actions"] == [action.value]
    assert (entry["change"]["before"] is None) == (action is Action.CREATE)
    assert (entry["change"]["after"] is None) == (action is Action.DELETE)


def test_every_resource_is_there_and_the_steps_and_strangers() -> None:
    made = document(samples.everything())
    assert [each["change"]["actions"] for each in made["resource_changes"]].count(["no-op"]) == 1
    assert len(made["planned_values"]["root_module"]["resources"]) == 5
    ours = made["x_reconciler"]
    assert ours["steps"][2]["requires"] == ["projects.edge.devices.db:delete"]
    assert ours["strangers"][0]["id"] == "s-1"
    assert ours["summary"] == {"add": 3, "change": 1, "destroy": 2}
    assert ours["options"] == {"destroy": False, "targets": ["projects.edge"], "replace": []}
    assert made["complete"] is False
    assert made["applyable"] is True


def test_no_secret_is_in_it() -> None:
    text = json.dumps(document(samples.everything()))
    assert "canary" not in text
    entry = by_address(samples.everything())["projects.edge.bgp_config"]["change"]
    assert entry["after"]["md5"] is None
    assert entry["after_sensitive"] == {"md5": True}
    field = FieldChange(("customdata", "key"), "old-canary", "new-canary", secret=True)
    change = samples.change(
        "projects.a.devices.b",
        "device",
        Action.UPDATE,
        fields=(field,),
        before={"customdata": {"key": "old-canary", "rack": 1}},
        after={"customdata": {"key": "new-canary", "rack": 1}},
    )
    assert "canary" not in json.dumps(document(samples.plan(change)))


def test_unknown_parts_are_marked_where_they_are() -> None:
    after = {"tags": ["a", Unknown()], "customdata": {"known": 1, "late": Unknown()}}
    change = samples.change("projects.a", "project", Action.CREATE, after=after, unknown=frozenset(after))
    entry = by_address(samples.plan(change))["projects.a"]["change"]
    assert entry["after"] == {"tags": ["a", None], "customdata": {"known": 1}}
    assert entry["after_unknown"] == {"tags": [False, True], "customdata": {"late": True}}


def test_outputs() -> None:
    outputs = document(samples.everything())["output_changes"]
    assert outputs["address"]["actions"] == ["create"]
    assert outputs["address"]["after_unknown"] is True
    assert outputs["size"]["after"] == 2
    assert outputs["md5"]["after"] is None
    assert outputs["md5"]["after_sensitive"] is True


def test_the_same_plan_gives_the_same_bytes_and_its_digest_holds() -> None:
    first, second = (plan_document(samples.everything(), tool_version="1.2.3") for _ in range(2))
    assert json.dumps(first) == json.dumps(second)
    assert first["x_reconciler"]["digest"] == document_digest(first)
    changed = {**first, "errored": True}
    assert document_digest(changed) != first["x_reconciler"]["digest"]
    saved = {**first, "x_reconciler": {**first["x_reconciler"], "saved": {"paths": []}}}
    assert seal(saved)["x_reconciler"]["digest"] == first["x_reconciler"]["digest"]


def test_a_plan_read_back_reads_the_same() -> None:
    plan = samples.everything()
    again = read_plan(document(plan))
    assert render_plan(again, colour=True) == render_plan(plan, colour=True)
    assert again.count() == plan.count()
    assert again.steps == plan.steps
    assert document(again)["x_reconciler"]["steps"] == document(plan)["x_reconciler"]["steps"]


def test_files_that_an_apply_will_write_are_read_back() -> None:
    files = (("a/b", 0o600),)
    plan = replace(samples.everything(), files=files)
    again = read_plan(document(plan))
    assert again.files == files
    assert "Files to write after the apply: a/b" in render_plan(again, colour=False)


def test_a_part_of_another_shape_is_refused_where_people_would_read_it() -> None:
    """Each part of a document is left out or made something else: what is read can be shown."""
    whole = json.loads(json.dumps(document(samples.everything())))
    rng = random.Random(9)
    refused = 0
    for path in places(whole):
        changed = with_part(whole, path, rng.choice(OTHERS))
        try:
            plan = plan_from(changed, Path("some.plan"))
        except Refused:
            refused += 1
            continue
        assert render_plan(plan, colour=False)
        assert render_dot(plan)
        assert render_mermaid(plan)
    assert refused > 50


def test_the_repository_holds_the_schema_that_the_package_ships() -> None:
    assert (SCHEMAS / FILE_NAME).read_text(encoding="utf-8") == plan_schema()
    jsonschema.Draft202012Validator.check_schema(json.loads(plan_schema()))


def test_the_schema_knows_every_verb_of_a_step() -> None:
    verbs = json.loads(plan_schema())["$defs"]["step"]["properties"]["verb"]["enum"]
    assert set(verbs) == {str(each) for each in Verb}


def test_the_schema_refuses_what_is_not_ours() -> None:
    made = document(samples.everything())
    made["x_reconciler"]["surprise"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(made, json.loads(plan_schema()))
