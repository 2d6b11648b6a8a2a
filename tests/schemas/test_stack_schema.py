"""The schema of stack files: valid itself, made from the kinds, and of one mind with the reader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from reconciler.app import read_stack
from reconciler.cli.main import run
from reconciler.diagnostics import Refused
from reconciler.kinds import catalog
from reconciler.model.rules import CreateOnly, FromKey, Ours, Replace, Update, WriteOnce
from reconciler.report import plan_schema, stack_schema
from reconciler.stack import Inputs
from reconciler.stack.blocks import META
from reconciler.stack.durations import LONGEST
from reconciler.stack.expand import MAX_COUNT

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
EXAMPLES = sorted((ROOT / "examples" / "stacks").glob("*.yaml"))
SCHEMA = stack_schema.stack_schema(catalog())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
DEVICE = {"plan": "t1.small.x86", "operating_system": "ubuntu_18_04", "facility": "ewr1"}

EFFECTS = {
    Update: {"in-place", "in-place-or-replace"},
    Replace: {"replace"},
    CreateOnly: {"replace", "next-create"},
    WriteOnce: {"refused"},
    Ours: {"not-sent"},
}


def table(name: str) -> list[Any]:
    cases = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return [pytest.param(stack_text(case), id=case["name"]) for case in cases]


def stack_text(case: dict[str, Any]) -> str:
    """A case gives a whole stack, what is in its project, or what its device has besides the fields that it needs."""

    def text(key: str) -> str:
        return case[key] if isinstance(case[key], str) else json.dumps(case[key])

    if "stack" in case:
        return text("stack")
    if "project" in case:
        project = yaml.safe_load(text("project"))
    else:
        project = {"devices": {"web": DEVICE | yaml.safe_load(text("device"))}}
    return yaml.safe_dump({"stack": "s", "projects": {"p": project}}, sort_keys=False)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path("stack.yaml")


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_repository_holds_the_schema_that_is_made_now() -> None:
    made = {
        stack_schema.FILE_NAME: stack_schema.stack_schema_text(catalog()),
        stack_schema.GROUP_FILE_NAME: stack_schema.group_schema_text(catalog()),
    }
    for name, text in made.items():
        assert (ROOT / "schemas" / name).read_text(encoding="utf-8") == text, "run `reconciler schema`"
    assert json.loads(made[stack_schema.FILE_NAME]) == SCHEMA


def test_the_command_writes_both_schemas(tmp_path: Path) -> None:
    assert run(["schema", str(tmp_path / "made")]) == 0
    made = {each.name: each.read_bytes() for each in (tmp_path / "made").iterdir()}
    names = (plan_schema.FILE_NAME, stack_schema.FILE_NAME, stack_schema.GROUP_FILE_NAME)
    assert made == {name: (ROOT / "schemas" / name).read_bytes() for name in names}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda each: each.stem)
def test_examples_are_accepted_and_name_the_schema(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    VALIDATOR.validate(yaml.safe_load(text))
    named = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / named).resolve() == ROOT / "schemas" / stack_schema.FILE_NAME


@pytest.mark.parametrize("text", table("broken.yaml"))
def test_what_the_reader_refuses_is_refused(text: str, file: Path) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Refused):
        read_stack([file], Inputs())
    assert not VALIDATOR.is_valid(yaml.safe_load(text))


@pytest.mark.parametrize("text", table("sound.yaml"))
def test_what_the_reader_accepts_is_accepted(text: str, file: Path) -> None:
    file.write_text(text, encoding="utf-8")
    read_stack([file], Inputs())
    VALIDATOR.validate(yaml.safe_load(text))


def test_every_reference_leads_to_a_definition_and_none_is_unused() -> None:
    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"].removeprefix("#/$defs/")
            for each in value.values():
                yield from references(each)
        elif isinstance(value, list):
            for each in value:
                yield from references(each)

    assert set(references(SCHEMA)) == set(SCHEMA["$defs"])


@pytest.mark.parametrize("kind", catalog().kinds, ids=lambda each: each.name)
def test_every_field_says_what_a_change_does(kind: Any) -> None:
    words = {
        Update: "A change is made in place",
        Replace: f"A change replaces the {kind.name.replace('_', ' ')}",
        WriteOnce: "A change is refused: ",
        Ours: "It is not sent",
    }
    block = SCHEMA["$defs"][kind.name]
    block = next((each for each in block.get("anyOf", ()) if "properties" in each), block)
    for name, field in kind.fields.items():
        if isinstance(field.rule, FromKey):
            assert name not in block["properties"]
            continue
        said = block["properties"][name]["description"]
        assert block["properties"][name]["x-change"] in EFFECTS[type(field.rule)]
        assert said.startswith(kind.spec.model_fields[name].description)
        if isinstance(field.rule, CreateOnly):
            assert ("A change matters at the next create only" if not field.rule.replaces else words[Replace]) in said
        else:
            assert words[type(field.rule)] in said
    assert set(META) - {"existing", "rollout"} <= set(block["properties"])
    assert ("rollout" in block["properties"]) is bool(kind.reached_at)
    assert ("existing" in block["properties"]) is kind.adoptable


def test_the_limits_are_the_readers() -> None:
    definitions = SCHEMA["$defs"]
    assert definitions["count"]["anyOf"][0]["maximum"] == MAX_COUNT
    assert definitions["timeouts"]["properties"]["create"]["anyOf"][1]["maximum"] == LONGEST
