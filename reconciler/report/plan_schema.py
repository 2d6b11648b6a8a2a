"""The JSON Schema of a plan document, kept as a file beside this module so that an installed tool can write it."""

from __future__ import annotations

from importlib.resources import files

FILE_NAME = "plan.schema.json"


def plan_schema() -> str:
    """The schema as text (JSON Schema 2020-12)."""
    return files("reconciler.report").joinpath(FILE_NAME).read_text(encoding="utf-8")
