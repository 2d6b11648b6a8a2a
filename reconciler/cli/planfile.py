"""Tells a saved plan from a stack by its content, whatever the file is called."""

from __future__ import annotations

import json
from pathlib import Path


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
