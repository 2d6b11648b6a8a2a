"""What all answers have in common: nothing is lost, nothing is refused, and a link may have been opened.

An answer is read as it came. Fields that no model knows are kept and can be read as attributes; a value of another type
than is documented stays what it is, and so does an unknown word where only some are documented. So
`X.model_validate(answer).as_answer() == answer` for every JSON object. Fields that the answer does not hold are None,
or empty where they are lists. Times stay text (RFC 3339).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Strict, ValidationError, ValidatorFunctionWrapHandler, field_validator

Item = TypeVar("Item")
Known = TypeVar("Known", bound="Model")

Many = Annotated[tuple[Item, ...], Strict(False)]
"""A list of the answer, as a tuple."""

Number = int | float
"""Kept as the kind of number that it came as."""


@dataclass(frozen=True, slots=True)
class Words:
    """Documents the words that a text is known to take; others are kept all the same."""

    known: tuple[str, ...]


class Model(BaseModel):
    """An object of an answer."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, protected_namespaces=(), defer_build=True)

    @field_validator("*", mode="wrap")
    @classmethod
    def _as_it_came(cls, value: Any, check: ValidatorFunctionWrapHandler) -> Any:
        try:
            return check(value)
        except ValidationError:
            return value

    def as_answer(self) -> dict[str, Any]:
        """The JSON object that this was read from."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True, warnings=False)


class Resource(Model):
    """An object with an identity. `id` and `href` are empty where the answer gave none."""

    id: str = ""
    href: str = ""

    @property
    def identifier(self) -> str:
        """The id, from the link if need be: `/projects/<id>`, or `#<id>` for what has no URL of its own."""
        return self.id or self.href.rpartition("/")[2].lstrip("#")


class Link(Resource):
    """Another object: its `href` alone, or the whole of it when `include` named it."""

    @property
    def opened(self) -> bool:
        return not self.model_fields_set | set(self.model_extra or ()) <= {"href", "id"}

    def read_as(self, model: type[Known]) -> Known | None:
        """The opened object; None while it is only a link."""
        return model.model_validate(self.as_answer()) if self.opened else None
