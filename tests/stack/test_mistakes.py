"""Every mistake in the tables of `cases/` is found, all of them in one run, each at its place.

`expect` lists `line:column-end code`, with the file in front when it is not stack.yaml, and `nowhere` for no place.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.codes import CODES
from reconciler.diagnostics import Diagnostic, Refused
from tests.stack.conftest import Read

TABLES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
CASES = [
    pytest.param(case, id=f"{table.stem}: {case['name']}")
    for table in TABLES
    for case in yaml.safe_load(table.read_text())
]


def spot(found: Diagnostic) -> str:
    place = found.place
    if place is None:
        return f"nowhere {found.code}"
    file = "" if place.file == "stack.yaml" else f"{place.file}:"
    return f"{file}{place.line}:{place.column}-{place.column + place.width} {found.code}"


def mistakes(read: Read, case: dict[str, Any]) -> tuple[Diagnostic, ...]:
    arguments = {key: case[key] for key in ("other", "flags", "files", "environment", "paths") if key in case}
    try:
        read(case["stack"], **arguments)
    except Refused as refused:
        return refused.diagnostics
    return ()


@pytest.mark.parametrize("case", CASES)
def test_every_mistake_is_found_at_its_place(read: Read, case: dict[str, Any]) -> None:
    found = mistakes(read, case)

    assert [spot(each) for each in found] == case["expect"]
    for each in found:
        assert each.code in CODES
        assert each.summary
        assert "\n" not in each.summary + each.hint
        assert "HUSH" not in each.summary + each.hint + each.excerpt


@pytest.mark.parametrize("case", CASES)
def test_a_finding_shows_its_line(read: Read, case: dict[str, Any]) -> None:
    for each in mistakes(read, case):
        if each.place is None or each.code == "no-stack-file":
            continue
        line = Path(each.place.file).read_text().split("\n")[each.place.line - 1]
        hidden = "secret" in line or "secret" in case["name"]
        assert each.excerpt == line.rstrip() or hidden or each.code == "bad-character"


@pytest.mark.parametrize(
    ("text", "word", "hint"),
    [
        ("stack: s\nnets: {a: {labl: x}}\n", "labl", "did you mean `label`?"),
        ("stack: s\nvariable: {}\n", "variable", "did you mean `variables`?"),
        ("stack: s\nnets: {a: {label: 22}}\n", "string", 'put it in quotes: "22"'),
        ("stack: s\nnets: {a: {label: true}}\n", "string", 'put it in quotes: "true"'),
        ("stack: s\nnets: {a: {label: no}}\n", "no", 'put it in quotes: "no"; a boolean is true or false'),
        ("stack: s\nnets: {a: {label: ${{ var.x }}}}\n", "quotes", "in quotes"),
        ("stack: s\nvariables: {x: {}}\n", "`x`", "RECONCILER_VAR_x"),
        ("stack: s\nsites: {a: {boxes: {b: {lockd: true}}}}\n", "lockd", "did you mean `locked`?"),
        ("stack: s\nsites: {a: {boxes: {b: {}}}, b: {title: '${{ sites.a.boxes.b.hots }}'}}\n", "hots", "`host`"),
    ],
)
def test_the_way_out_is_named(read: Read, text: str, word: str, hint: str) -> None:
    with pytest.raises(Refused) as refused:
        read(text)

    (found,) = refused.value.diagnostics
    assert word in found.summary
    assert hint in found.hint
