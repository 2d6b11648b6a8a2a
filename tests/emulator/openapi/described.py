"""Holds answers against the document as a client gets it: status, headers, content type and JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import jsonschema

from tests.emulator.client import Answer, Client

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass
class Document:
    """The document, and which of its answers were seen."""

    content: Mapping[str, Any]
    seen: set[tuple[str, str, int]] = field(default_factory=set)
    """Method, template, status."""

    @cached_property
    def operations(self) -> dict[tuple[str, str], Any]:
        """By method and template."""
        paths = self.content["paths"].items()
        return {(method.upper(), path): each[method] for path, each in paths for method in METHODS if method in each}

    def template(self, method: str, target: str) -> str:
        """The template that a path fits; the one with the fewest arguments where several do."""
        parts = target.partition("?")[0].strip("/").split("/")
        fitting = [
            template
            for known, template in self.operations
            if known == method and _fits(template.strip("/").split("/"), parts)
        ]
        assert fitting, f"{method} {target} is not described"
        return min(fitting, key=lambda template: template.count("{"))

    def check(self, method: str, target: str, answer: Answer) -> None:
        """Fail when an answer is not as described."""
        template = self.template(method, target)
        told = self.resolved(self.operations[method, template]["responses"]).get(str(answer.status))
        assert told is not None, f"{method} {template}: {answer.status} is not described: {answer.body!r}"
        told = self.resolved(told)
        for name, header in told["headers"].items():
            value = answer.headers.get(name)
            assert value is not None, f"{method} {template}: {answer.status} has no {name}"
            number = header["schema"].get("type") == "integer"
            self.validate(int(value) if number else value, header["schema"])
        if "content" in told:
            assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
            self.validate(json.loads(answer.body), told["content"]["application/json"]["schema"])
        else:
            assert answer.body == b""
        self.seen.add((method, template, answer.status))

    def resolved(self, node: Any) -> Any:
        """What a reference leads to."""
        while "$ref" in node:
            node, path = self.content, node["$ref"].removeprefix("#/")
            for part in path.split("/"):
                node = node[part]
        return node

    def validate(self, value: object, schema: Mapping[str, Any]) -> None:
        """Fail when a value does not fit a schema, naming the place."""
        whole = {**schema, "components": self.content["components"]}
        error = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(whole).iter_errors(value))
        assert error is None, f"{error.json_path}: {error.message}"


@dataclass
class Describing(Client):
    """A client that holds every answer against the document."""

    document: Document = field(kw_only=True)

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        answer = super().call(method, path, body, **headers)
        if not path.startswith("/_emulator/"):
            self.document.check(method, path, answer)
        return answer


def _fits(template: list[str], parts: list[str]) -> bool:
    return len(template) == len(parts) and all(
        known == part or (known.startswith("{") and part) for known, part in zip(template, parts, strict=True)
    )
