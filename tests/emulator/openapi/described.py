"""Holds answers against the document as a client gets it: status, headers, content type and JSON.

The tests of the emulator use `Describing` clients throughout, so whatever they see has to be as described.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import jsonschema
import jsonschema_rs

from reconciler.emulator.openapi.document import document
from reconciler.emulator.routes import all_routes
from tests.emulator.client import Answer, Client

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Told:
    """What the document says of a status."""

    headers: Mapping[str, Any]
    """A schema of all of them."""
    numbers: tuple[str, ...]
    """The headers whose text is an integer's."""
    content: Mapping[str, Any] | None
    """The schema of the JSON, None where there is no body."""

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Told:
        headers = {name: header["schema"] for name, header in answer["headers"].items()}
        numbers = tuple(name for name, schema in headers.items() if schema.get("type") == "integer")
        content = answer["content"]["application/json"]["schema"] if "content" in answer else None
        return cls({"type": "object", "properties": headers}, numbers, content)


@dataclass
class Document:
    """The document, and which of its answers were seen."""

    content: Mapping[str, Any]
    seen: set[tuple[str, str, int]] = field(default_factory=set)
    """Method, template, status."""
    _validators: dict[int, jsonschema_rs.Draft202012Validator] = field(default_factory=dict)
    _answers: dict[tuple[str, str], dict[str, Told]] = field(default_factory=dict)

    @cached_property
    def operations(self) -> dict[tuple[str, str], Any]:
        """By method and template."""
        paths = self.content["paths"].items()
        return {(method.upper(), path): each[method] for path, each in paths for method in METHODS if method in each}

    @cached_property
    def _paths(self) -> dict[tuple[str, int], list[tuple[re.Pattern[str], str]]]:
        """By method and number of parts, patterns and their templates; those with fewer arguments first."""
        found = defaultdict[tuple[str, int], list[tuple[re.Pattern[str], str]]](list)
        for method, path in sorted(self.operations, key=lambda key: key[1].count("{")):
            found[method, path.count("/")].append((re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path))
        return dict(found)

    def template(self, method: str, target: str) -> str | None:
        """The template that a path fits, however a client writes it; None for a path that is not described."""
        path = "/" + re.sub("/+", "/", target.partition("?")[0]).strip("/").removeprefix("metal/v1/")
        known = self._paths.get((method, path.count("/")), [])
        return next((each for pattern, each in known if pattern.fullmatch(path)), None)

    def check(self, method: str, target: str, answer: Answer) -> None:
        """Fail when an answer is not as described."""
        template = self.template(method, target)
        if template is None:
            assert answer.status in (401, 403, 404, 429), f"{method} {target} is not described: {answer}"
            return
        told = self._told(method, template).get(str(answer.status))
        assert told is not None, f"{method} {template}: {answer.status} is not described: {answer.body!r}"
        missing = told.headers["properties"].keys() - answer.headers.keys()
        assert not missing, f"{method} {template}: {answer.status} has no {missing}"
        values = {name: answer.headers[name] for name in told.headers["properties"]}
        self.validate(values | {name: int(values[name]) for name in told.numbers}, told.headers)
        if told.content is not None:
            assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
            self.validate(json.loads(answer.body), told.content)
        else:
            assert answer.body == b""
        self.seen.add((method, template, answer.status))

    def _told(self, method: str, template: str) -> dict[str, Told]:
        """What is said of each status."""
        if (method, template) not in self._answers:
            answers = self.operations[method, template]["responses"].items()
            self._answers[method, template] = {status: Told.of(self.resolved(answer)) for status, answer in answers}
        return self._answers[method, template]

    def resolved(self, node: Any) -> Any:
        """What a reference leads to."""
        while "$ref" in node:
            node, path = self.content, node["$ref"].removeprefix("#/")
            for part in path.split("/"):
                node = node[part]
        return node

    def validate(self, value: object, schema: Mapping[str, Any]) -> None:
        """Fail when a value does not fit a schema: the quick library says whether, the slow one where."""
        if id(schema) not in self._validators:
            whole = {**schema, "components": self.content["components"]}
            self._validators[id(schema)] = jsonschema_rs.Draft202012Validator(whole)
        if not self._validators[id(schema)].is_valid(value):
            whole = {**schema, "components": self.content["components"]}
            error = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(whole).iter_errors(value))
            assert error is None, f"not as openapi/groups/ describes it: {error.json_path}: {error.message}"


def the_document() -> Document:
    """The emulator's own document, as JSON."""
    return Document(json.loads(json.dumps(document(all_routes()))))


@dataclass
class Describing(Client):
    """A client that holds every answer against the document, except while there are faults to damage it."""

    document: Document = field(kw_only=True)
    faulty: bool = False

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        answer = super().call(method, path, body, **headers)
        if path.startswith("/_emulator/"):
            self.faulty = path != "/_emulator/reset" and (self.faulty or path == "/_emulator/faults")
        elif not self.faulty and not answer.dropped:
            self.document.check(method, path, answer)
        return answer
