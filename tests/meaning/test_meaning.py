"""What a stack means, found without the API: each case of the table, and where findings go."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.app import read_stack, shipped_offers
from reconciler.cli.main import run
from reconciler.diagnostics import Diagnostic, Refused
from reconciler.stack import Inputs

CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))
DEVICE = {"plan": "c2.medium.x86", "facility": "ewr1", "operating_system": "ubuntu_18_04"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(project: dict[str, Any]) -> Path:
    path = Path("stack.yaml")
    path.write_text(yaml.safe_dump({"stack": "s", "projects": {"p": project}}, sort_keys=False), encoding="utf-8")
    return path


def findings(path: Path, *, catalogue: bool = True) -> Sequence[Diagnostic]:
    try:
        return read_stack([path], Inputs(), shipped_offers() if catalogue else None).warnings
    except Refused as refused:
        return refused.diagnostics


@pytest.mark.parametrize("case", CASES, ids=lambda each: str(each["name"]))
def test_what_is_meant_is_checked_at_its_place(case: dict[str, Any]) -> None:
    found = findings(write(case["project"]))

    assert len(found) == len(case["expect"])
    for each, expected in zip(found, case["expect"], strict=True):
        severity, address, code, text = expected.split(" ", 3)
        assert (each.severity, each.address, each.code) == (severity, address, code)
        assert text in each.summary
        assert each.place is not None
        assert each.excerpt


def test_without_a_catalogue_nothing_is_said_of_what_can_be_ordered() -> None:
    path = write({"devices": {"web": {**DEVICE, "plan": "c9.huge", "facility": "atl1"}}})

    assert findings(path, catalogue=False) == ()


def test_a_warning_names_what_may_have_been_meant() -> None:
    (found,) = findings(write({"devices": {"web": {**DEVICE, "plan": "c2.medum.x86"}}}))

    assert found.hint == "did you mean `c2.medium.x86`?"


def test_a_mistake_of_many_machines_is_told_once() -> None:
    found = findings(write({"devices": {"web": {**DEVICE, "facility": "atl1", "count": 50}}}))

    assert [each.code for each in found] == ["not-offered"]


def test_each_of_many_machines_is_judged_by_what_it_asks_for() -> None:
    facility = "${{ 'atl1' if index == 1 else 'ewr1' }}"
    (found,) = findings(write({"devices": {"web": {**DEVICE, "facility": facility, "count": 3}}}))

    assert (found.code, found.address) == ("not-offered", "projects.p.devices.web[1]")


def test_a_port_is_judged_by_the_plan_of_its_own_machine() -> None:
    plan = "${{ 'c2.medium.x86' if index == 0 else 't1.small.x86' }}"
    machine = {**DEVICE, "plan": plan, "count": 2, "ports": {"eth1": {"vlans": ["v"], "bonded": False}}}
    found = findings(write({"vlans": {"v": {"facility": "ewr1"}}, "devices": {"web": machine}}))

    assert {(each.code, each.address) for each in found} == {("not-offered", "projects.p.devices.web[1].ports.eth1")}


def test_numbers_are_compared_across_groups() -> None:
    part = {
        "variables": {"number": {"type": "integer"}},
        "vlans": {"a": {"facility": "ewr1", "vxlan": "${{ var.number }}"}},
    }
    Path("part.yaml").write_text(yaml.safe_dump(part), encoding="utf-8")
    group = {"from": "part.yaml", "inputs": {"number": 7}}
    (found,) = findings(write({"vlans": {"own": {"facility": "ewr1", "vxlan": 7}}, "groups": {"g": group}}))

    assert found.code == "taken-number"
    assert found.address == "projects.p.groups.g.vlans.a"
    assert found.place is not None
    assert found.place.file == "part.yaml"
    assert [each.place.file for each in found.via] == ["stack.yaml"]


def test_validate_prints_warnings_and_succeeds(capsys: pytest.CaptureFixture[str]) -> None:
    path = write({"devices": {"web": {**DEVICE, "plan": "c9.huge"}}})

    assert run(["validate", str(path)]) == 0
    printed = capsys.readouterr()
    assert "warning[not-in-catalogue]: plan: the catalogue has no plan 'c9.huge'" in printed.err
    assert printed.out.startswith("Success! The configuration is valid")

    assert run(["validate", str(path), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["valid"], document["error_count"], document["warning_count"]) == (True, 0, 1)
