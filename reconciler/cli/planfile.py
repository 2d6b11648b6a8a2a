"""Saved plans on the command line: told from a stack by their content, and read back for `show` and `graph`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.diagnostics import Refused, error

if TYPE_CHECKING:
    from reconciler.model.plan import Plan


def is_plan_file(path: Path) -> bool:
    """Whether a file holds a JSON object with a `format_version`."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        if not file.read(64).lstrip().startswith(b"{"):
            return False
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and "format_version" in document


def plan_from(document: Mapping[str, Any], path: Path) -> Plan:
    """The plan in a document that `app.open_plan` has read. Raises `Refused` when it is of another shape."""
    from reconciler.report.plan_read import read_plan

    try:
        return read_plan(document)
    except (LookupError, ValueError, TypeError, AttributeError, StopIteration, RecursionError) as problem:
        summary = f"{path} is not a plan that this version of reconciler can read"
        raise Refused([error("unreadable-plan", summary, hint="make it anew with `plan -o`")]) from problem
