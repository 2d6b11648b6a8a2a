"""Regular expressions that take linear time, for the `pattern` of a variable.

Those of `re` can take for ever (`(a+)+$`), and a stack may come from a stranger's pull request. The model's specs are
checked in Rust, with an engine that cannot backtrack; a spec with one field lends it.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from reconciler.model.kind import Spec

MAX_LENGTH: Final = 2_000


class Pattern:
    """A pattern, found anywhere in a text unless it is anchored. Raises ValueError when it is none."""

    def __init__(self, text: str) -> None:
        self.text = text
        if len(text) > MAX_LENGTH:
            raise ValueError(f"a pattern has at most {MAX_LENGTH:,} characters")
        fields: dict[str, Any] = {"__annotations__": {"text": Annotated[str, self]}, "__module__": __name__}
        try:
            self._spec: type[Spec] = type("Matching", (Spec,), fields)
        except Exception as problem:  # the validator's own error class is not this room's to import
            raise ValueError(f"not a regular expression: {text}") from problem

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> dict[str, Any]:
        return {"type": "str", "pattern": self.text, "strict": True}

    def found_in(self, value: Any) -> bool:
        """Whether a value is text in which the pattern is found."""
        try:
            self._spec.model_validate({"text": value})
        except ValueError:
            return False
        return True
