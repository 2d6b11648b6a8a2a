"""The document names every parameter that a call looks at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import pytest

from reconciler.emulator.params import Params
from reconciler.emulator.wire import Request
from tests.emulator.openapi.described import Describing
from tests.emulator.openapi.test_answers import TOURS

EVERYWHERE = {"include", "exclude"}


class Watched(dict[str, object]):
    """A request's parameters that note which of them are asked for."""

    def __init__(self, values: Mapping[str, object], asked: set[str]) -> None:
        super().__init__(values)
        self._asked = asked

    def get(self, name: str, default: object = None) -> object:
        self._asked.add(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self._asked.add(str(name))
        return super().__contains__(name)


@pytest.mark.parametrize("group", TOURS)
def test_every_parameter_that_a_call_looks_at_is_described(
    described: Describing, monkeypatch: pytest.MonkeyPatch, group: str
) -> None:
    asked: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    original = Params.of

    def watching(request: Request) -> Params:
        params = original(request)
        key = request.method, described.document.template(request.method, request.path) or ""
        return Params(Watched(params._values, asked[key]))

    monkeypatch.setattr(Params, "of", staticmethod(watching))
    TOURS[group](described)
    assert asked
    for key, names in asked.items():
        operation = described.document.operations[key]
        query = {each["name"].partition("[")[0] for each in operation["parameters"] if each["in"] == "query"}
        content = operation.get("requestBody", {}).get("content", {})
        body = content.get("application/json", {}).get("schema", {}).get("properties", {})
        assert names - query - set(body) - EVERYWHERE == set(), key
