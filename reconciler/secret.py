"""A text that must not be shown. What is known to be secret travels as this type, from where it is read to the sink
that takes it out of what is printed, so that no message, traceback or dump on the way can hold it by accident.
"""

from __future__ import annotations

from typing import NoReturn

HIDDEN = "***"


class Secret:
    """A secret text. It prints, formats and represents itself as `***`, is no JSON, and is neither pickled nor copied;
    who means the text itself asks for it by name.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself: to send it, or to look for it in what is about to be shown."""
        return self._text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({HIDDEN})"

    def __str__(self) -> str:
        return HIDDEN

    def __format__(self, spec: str) -> str:
        return format(HIDDEN, spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} is not pickled")
