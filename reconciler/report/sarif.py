"""Findings in SARIF 2.1.0 (OASIS), which code hosts and editors show at the lines of a file.

A rule is a code, a result is a finding: its level, its place, and the way to the place as related locations. Columns
count characters from 1, and the end of a region is the column after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

from reconciler.diagnostics import Diagnostic, Place

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"

Object = dict[str, Any]


def sarif(
    found: Iterable[Diagnostic], *, version: str, meanings: Mapping[str, str], successful: bool | None = None
) -> Object:
    """One run with all findings, in their order. `meanings` has one line on a code; a code may be without one.
    `successful` says of a run that did something whether it did all of it.
    """
    findings = list(found)
    codes = sorted({each.code for each in findings})
    at = {code: number for number, code in enumerate(codes)}
    rules = [_rule(code, meanings.get(code, "")) for code in codes]
    run: Object = {
        "tool": {"driver": {"name": "reconciler", "version": version, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, at[each.code]) for each in findings],
    }
    if successful is not None:
        run["invocations"] = [{"executionSuccessful": successful}]
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, meaning: str) -> Object:
    return {"id": code, "shortDescription": {"text": meaning}} if meaning else {"id": code}


def _result(found: Diagnostic, rule: int) -> Object:
    text = f"{found.summary}\n{found.hint}" if found.hint else found.summary
    result: Object = {
        "ruleId": found.code,
        "ruleIndex": rule,
        "level": str(found.severity),  # SARIF has the same three words
        "message": {"text": text},
    }
    location: Object = {}
    if found.place is not None:
        location["physicalLocation"] = _physical(found.place, found.excerpt)
    if found.address:
        location["logicalLocations"] = [{"fullyQualifiedName": found.address, "kind": "resource"}]
    if location:
        result["locations"] = [location]
    if found.via:
        result["relatedLocations"] = [
            {
                "id": number,
                "message": {"text": each.label},
                "physicalLocation": _physical(each.place, each.excerpt),
            }
            for number, each in enumerate(found.via, start=1)
        ]
    return result


def _physical(place: Place, excerpt: str) -> Object:
    region: Object = {
        "startLine": max(place.line, 1),
        "startColumn": max(place.column, 1),
        "endColumn": max(place.column, 1) + max(place.width, 1),
    }
    if excerpt:
        region["snippet"] = {"text": excerpt}
    return {"artifactLocation": {"uri": _uri(place.file)}, "region": region}


def _uri(file: str) -> str:
    """A path as the reference that SARIF wants: relative ones stay so, for their reader knows the folder."""
    path = PurePath(file)
    if path.is_absolute():
        return path.as_uri()
    text = quote(path.as_posix())
    return f"./{text}" if ":" in text.split("/")[0] else text
