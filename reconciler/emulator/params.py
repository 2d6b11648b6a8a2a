"""A request's parameters: JSON body, form or query string, read with a type and refused in the API's words.

Clients of 2019 sent the parameters of POST and PUT in the body (packngo), in the query string with an empty
body (libcloud, fog-packet), or both; so all are merged, the body winning. A value from a query string is
text, and each reader accepts it so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from reconciler.emulator.errors import blank, invalid
from reconciler.emulator.query import parse_query
from reconciler.emulator.wire import Request

_TRUE, _FALSE = ("true", "1"), ("false", "0", "")


class Params:
    """Typed access to parameters. Absent and null are told apart with `in`; text is never stripped."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    @classmethod
    def of(cls, request: Request) -> Params:
        """Query and body of a request. Raises 422 for a body that is not a JSON object."""
        return cls({**parse_query(request.query), **_body(request)})

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def as_json(self) -> str:
        """All of them, as JSON text."""
        return json.dumps(self._values)

    def raw(self, name: str) -> object:
        """The value as it came, None when absent."""
        return self._values.get(name)

    def text(self, name: str) -> str | None:
        """A string, or None when absent or null."""
        value = self._values.get(name)
        if value is None or isinstance(value, str):
            return value
        raise invalid(f"{_title(name)} is invalid")

    def required(self, name: str, title: str | None = None) -> str:
        """A string that must be there and not blank."""
        value = self.text(name)
        if value is None or not value.strip():
            raise blank(title or _title(name))
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean."""
        value = self._values.get(name)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in _TRUE + _FALSE:
            return value.lower() in _TRUE
        raise invalid(f"{_title(name)} is invalid")

    def integer(self, name: str) -> int | None:
        """A whole number, or None when absent, null or empty."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit() and len(value) < 20:
            return int(value)
        raise invalid(f"{_title(name)} is invalid")

    def number(self, name: str) -> float | None:
        """A number, or None when absent, null or empty; packngo sends prices as text."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        try:
            if isinstance(value, int | float | str) and not isinstance(value, bool):
                number = float(value)
                if abs(number) < 1e12:  # also keeps out NaN and infinity, which JSON cannot carry back
                    return number
        except (ValueError, OverflowError):
            pass
        raise invalid(f"{_title(name)} is invalid")

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings; one string is a list of one; absent, null and packet-python's `{}` are an empty one."""
        value = self._values.get(name)
        if value is None or value in ("", {}):
            return ()
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str) for item in items):
            raise invalid(f"{_title(name)} is invalid")
        return tuple(items)

    def objects(self, name: str) -> tuple[Params, ...]:
        """A list of objects."""
        value = self._values.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise invalid(f"{_title(name)} is invalid")
        return tuple(Params(item) for item in value)

    def custom_data(self) -> str:
        """`customdata` as JSON text: clients send an object or JSON in a string, the API gives an object back."""
        value = self.parsed("customdata")
        return "{}" if value is None else json.dumps(value)

    def parsed(self, name: str) -> object:
        """A JSON value, sent as itself or as text; None when absent, null or empty."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        try:
            parsed = parse_json(value) if isinstance(value, str) else value
            json.dumps(parsed, allow_nan=False)
        except (ValueError, RecursionError):
            raise invalid(f"{_title(name)} is invalid") from None  # text unsure
        return parsed


def parse_json(text: str) -> object:
    """Strict JSON: no NaN, no infinity, no nesting beyond what Python takes. Raises `ValueError`."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _body(request: Request) -> dict[str, object]:
    if not request.body.strip():
        return {}
    try:
        text = request.body.decode("utf-8")
        if request.header("content-type").startswith("application/x-www-form-urlencoded"):
            return parse_query(text)
        parsed = parse_json(text)
    except ValueError:
        raise invalid("There was a problem in the JSON you submitted") from None  # text unsure
    if not isinstance(parsed, dict):
        raise invalid("There was a problem in the JSON you submitted")
    return parsed


def _title(name: str) -> str:
    """A parameter's name as it begins a sentence: `address_family` is `Address family`."""
    return name.replace("_", " ").capitalize()
