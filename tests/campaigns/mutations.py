"""Answers made hostile, each by one change that knows the structure: parts left out, null, of other types, of words
that nobody knows, doubled, in another order, huge, deep; and bytes that are cut, not JSON, or from somebody else.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from requests.structures import CaseInsensitiveDict

from reconciler.api.answer import Answer

Path = tuple[Any, ...]
_TRIES = 6
_MAY_BE_NULL = ("description", "label", "read_only", "customdata", "hostname")
"""Null is what the API shows where somebody took a text away, or never set a flag."""
_HUGE_CHARACTERS = 200_000
_DEPTHS = (70, 3_000)
_JSON_TYPE = {"Content-Type": "application/json; charset=utf-8", "X-Request-Id": "0"}
_OTHER_TYPES: tuple[Any, ...] = ("", "x", 0, -1, 1.5, True, False, [], {}, [[]], [None], {"a": 1}, ["x", 1])
_NUMBERS: tuple[Any, ...] = (-1, -(10**6), 0, 2**63, 10**30, 1e308, 0.1)
_HTML = b"<!DOCTYPE html><html><head><title>502</title></head><body>Please log in</body></html>"


@dataclass(frozen=True)
class Mutated:
    """`what` for a person. `lies` says that the answer could be an honest one about another account: a word in the
    place of a word, a list with one item fewer that says so.
    """

    answer: Answer
    what: str
    lies: bool


def mutated(rng: random.Random, answer: Answer) -> Mutated:
    """One change of an answer."""
    try:
        body = json.loads(answer.body) if answer.body else None
    except ValueError:
        body = None
    if not isinstance(body, dict | list) or not body or rng.random() < 0.15:
        return _bytes(rng, answer)
    for _ in range(_TRIES):
        paths = _paths(rng, body)
        inner = [each for each in paths if len(each) > 2]
        path = rng.choice(inner if inner and rng.random() < 0.8 else paths)
        name, change, lies = rng.choice(_CHANGES)
        changed = change(rng, body, path)
        if changed is not None:
            made = Answer(answer.status, answer.headers, changed)
            empties = (name in ("null", "dropped") and path[-1] in _MAY_BE_NULL) or (
                name == "huge list" and path[-1] == "tags"
            )
            return Mutated(made, f"{name} at {'.'.join(map(str, path))[:200]}", lies or empties)
    return _bytes(rng, answer)


def _paths(rng: random.Random, body: Any) -> list[Path]:
    """Paths into a body: all of one branch, so that a long list does not hide what stands beside it."""
    found: list[Path] = []
    value: Any = body
    path: Path = ()
    while isinstance(value, dict | list) and value:
        keys: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
        found += [(*path, each) for each in rng.sample(keys, min(6, len(keys)))]
        key = rng.choice(keys)
        path, value = (*path, key), value[key]
    return found


def _at(body: Any, path: Path) -> Any:
    for key in path:
        body = body[key]
    return body


def _with(body: Any, path: Path, value: Any) -> bytes:
    holder = _at(body, path[:-1])
    holder[path[-1]] = value
    return json.dumps(body).encode()


def _dropped(rng: random.Random, body: Any, path: Path) -> bytes | None:
    holder = _at(body, path[:-1])
    if isinstance(holder, list):
        return None
    del holder[path[-1]]
    return json.dumps(body).encode()


def _hidden(rng: random.Random, body: Any, path: Path) -> bytes | None:
    """An item of a list left out."""
    holder = _at(body, path[:-1])
    if not isinstance(holder, list):
        return None
    del holder[int(path[-1])]
    return json.dumps(body).encode()


def _null(rng: random.Random, body: Any, path: Path) -> bytes | None:
    return _with(body, path, None)


def _retyped(rng: random.Random, body: Any, path: Path) -> bytes | None:
    before = _at(body, path)
    others = [each for each in _OTHER_TYPES if type(each) is not type(before)]
    return _with(body, path, rng.choice(others))


def _unknown(rng: random.Random, body: Any, path: Path) -> bytes | None:
    if not isinstance(_at(body, path), str):
        return None
    return _with(body, path, rng.choice(("zz-unheard-of", "", "\x00\u202e", "x" * 300, "${{ var.x }}")))


def _number(rng: random.Random, body: Any, path: Path) -> bytes | None:
    before = _at(body, path)
    if isinstance(before, bool) or not isinstance(before, int | float):
        return None
    return _with(body, path, rng.choice(_NUMBERS))


def _doubled(rng: random.Random, body: Any, path: Path) -> bytes | None:
    holder = _at(body, path[:-1])
    if not isinstance(holder, list):
        return None
    holder.append(holder[int(path[-1])])
    return json.dumps(body).encode()


def _reordered(rng: random.Random, body: Any, path: Path) -> bytes | None:
    value = _at(body, path[:-1])
    if isinstance(value, list):
        rng.shuffle(value)
        return json.dumps(body).encode()
    items = list(value.items())
    rng.shuffle(items)
    value.clear()
    value.update(items)
    return json.dumps(body).encode()


def _huge(rng: random.Random, body: Any, path: Path) -> bytes | None:
    return _with(body, path, "x" * _HUGE_CHARACTERS) if isinstance(_at(body, path), str) else None


def _huge_list(rng: random.Random, body: Any, path: Path) -> bytes | None:
    return _with(body, path, ["x"] * (_HUGE_CHARACTERS // 10))


def _deep(rng: random.Random, body: Any, path: Path) -> bytes | None:
    depth = rng.choice(_DEPTHS)
    raw = _with(body, path, "@deep@")
    return raw.replace(b'"@deep@"', b"[" * depth + b"]" * depth)


def _swapped(rng: random.Random, body: Any, path: Path) -> bytes | None:
    """The value of another place of the same object."""
    holder = _at(body, path[:-1])
    if not isinstance(holder, dict) or len(holder) < 2:
        return None
    return _with(body, path, holder[rng.choice([each for each in holder if each != path[-1]])])


def _not_a_number(rng: random.Random, body: Any, path: Path) -> bytes | None:
    word = rng.choice((b"NaN", b"Infinity", b"-Infinity", b"1e999"))
    return _with(body, path, "@number@").replace(b'"@number@"', word)


def _twice(rng: random.Random, body: Any, path: Path) -> bytes | None:
    """A key that stands twice."""
    key = path[-1]
    if not isinstance(key, str):
        return None
    raw = json.dumps(body)
    name = json.dumps(key)
    return raw.replace(f"{name}:", f"{name}: null, {name}:", 1).encode()


_CHANGES: tuple[tuple[str, Callable[[random.Random, Any, Path], bytes | None], bool], ...] = (
    ("dropped", _dropped, False),
    ("null", _null, False),
    ("null", _null, False),
    ("retyped", _retyped, False),
    ("retyped", _retyped, False),
    ("unknown word", _unknown, True),
    ("number", _number, True),
    ("item hidden", _hidden, True),
    ("item doubled", _doubled, False),
    ("reordered", _reordered, False),
    ("huge text", _huge, True),
    ("huge list", _huge_list, False),
    ("deep", _deep, False),
    ("swapped", _swapped, True),
    ("not a number", _not_a_number, False),
    ("key twice", _twice, False),
)


def _bytes(rng: random.Random, answer: Answer) -> Mutated:
    """Something else than the answer's JSON."""
    name, made = rng.choice(list(_of_bytes(rng, answer)))
    return Mutated(made, name, lies=False)


def _of_bytes(rng: random.Random, answer: Answer) -> Iterator[tuple[str, Answer]]:
    body, headers = answer.body, answer.headers

    def other(content: bytes, kept: Mapping[str, str] = headers, status: int = answer.status) -> Answer:
        return Answer(status, kept, content)

    html = CaseInsensitiveDict({"Content-Type": "text/html"})
    yield "cut", other(body[: rng.randrange(len(body) or 1)])
    yield "empty", other(b"")
    yield "not JSON", other(b"\xff\xfe\x00" + body[:20])
    yield "null", other(b"null")
    yield "a list", other(b"[]")
    yield "an empty object", other(b"{}")
    yield "a text", other(b'"ok"')
    yield "a page", other(_HTML, html)
    yield "a page that says JSON", other(_HTML)
    yield "another content type", other(body, html)
    yield "no headers", other(body, CaseInsensitiveDict())
    yield "two bodies", other(body + body)
    yield "errors", other(b'{"errors": [{"deep": [[[]]]}, 1, null, "x"]}', CaseInsensitiveDict(_JSON_TYPE), 422)
    yield "odd errors", other(b'{"errors": 7}', CaseInsensitiveDict(_JSON_TYPE), 400)
    yield "a status of no meaning", other(body, headers, rng.choice((199, 299, 399, 599, 999)))
    yield "accepted", other(b"", headers, 202)
