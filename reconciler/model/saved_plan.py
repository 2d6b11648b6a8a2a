"""What a plan file keeps beside the plan's document: all that it takes to make the plan again."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Asked(BaseModel):
    """What the plan was asked for."""

    model_config = ConfigDict(strict=True, extra="forbid")

    destroy: bool
    targets: list[str]
    replace: list[str]


class SavedParts(BaseModel):
    """`made_at` is seconds since the epoch, by the clock of the machine that made it; `digest` covers all of the file
    but itself.
    """

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

    paths: list[str] = Field(min_length=1)
    var_files: list[str]
    overlays: list[str]
    inputs: dict[str, Any]
    sources: dict[str, str] = Field(min_length=1)
    options: Asked
    signature: dict[str, str]
    made_at: float
    digest: str


def saved_parts(value: object) -> SavedParts:
    """The parts in a JSON value. Raises ValueError, which says where it has another shape."""
    try:
        return SavedParts.model_validate(value)
    except ValidationError as problem:
        first = problem.errors(include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
    raise ValueError(f"`{where}`: {first['msg']}")
