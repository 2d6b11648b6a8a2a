"""docs/coverage.md: each call of the API reference, and where it is met: client, emulator, kinds.

.venv/bin/python -m tests.docs.coverage        writes it anew

Nothing of it is claimed: client methods are called, against a client that only notes what they send; routes and their
codes come from the emulator's own tables; builders that kinds call are found in the kinds' source.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from reconciler import kinds
from reconciler.api import Client, Packet, endpoints
from reconciler.api.groups.core import Group, Items
from reconciler.emulator.openapi.document import document
from reconciler.emulator.routes import all_routes
from reconciler.wire import Call, Listing

PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"
_CALLS = Path(__file__).parent / "reference_calls.yaml"
_KINDS = Path(kinds.__file__).parent
_HEAD = """\
# Coverage of the API

Every call of the 2019 Packet API reference, and some that came later: the method of the Python client that sends it
([client.md](client.md)), what the emulator answers, and the kinds of resources that use it in a plan or apply
([kinds.md](kinds.md)). What no kind uses can be sent with `reconciler api`. Made from the code; a test keeps it so.

The emulator takes PATCH wherever it takes PUT.
"""

Key = tuple[str, str]
"""A verb, and a path whose arguments have no names: `GET /devices/{}`."""


@dataclass(frozen=True)
class Reference:
    """One call of the reference. `instead` says why no kind sends it."""

    chapter: str
    title: str
    verb: str
    path: str
    instead: str

    @property
    def key(self) -> Key:
        return key_of(self.verb, self.path)


def key_of(verb: str, path: str) -> Key:
    return verb, re.sub(r"\{\w+\}", "{}", path)


def reference_calls() -> list[Reference]:
    found = []
    for chapter in yaml.safe_load(_CALLS.read_text(encoding="utf-8")):
        for each in chapter["calls"]:
            verb, _, path = each["call"].partition(" ")
            found.append(Reference(chapter["chapter"], each["title"], verb, path, each.get("instead", "")))
    return found


class NotingClient(Client):
    """Sends nothing; notes the verb and route of what it was to send."""

    def __init__(self) -> None:
        self.noted: list[Key] = []

    def send(self, call: Call) -> Any:
        self.noted.append(key_of(call.method, call.route))
        return {}

    def iterate(self, listing: Listing, per_page: int = 0) -> Iterator[dict[str, Any]]:
        self.noted.append(key_of("GET", listing.route))
        return iter(())


def client_methods() -> dict[Key, list[str]]:
    """The methods of `Packet` that send a call, by calling every one of them."""
    client = NotingClient()
    packet = Packet(client)
    found: dict[Key, list[str]] = defaultdict(list)
    for group_name, group in vars(packet).items():
        assert isinstance(group, Group)
        for name, method in inspect.getmembers(group, inspect.ismethod):
            if name.startswith("_"):
                continue
            client.noted.clear()
            answer = method(**_arguments(method))
            assert not isinstance(answer, Items) or not list(answer)
            assert len(client.noted) == 1, f"{group_name}.{name} sends {len(client.noted)} calls"
            found[client.noted[0]].append(f"{group_name}.{name}")
    return dict(found)


def _arguments(function: Any) -> dict[str, Any]:
    """Something for each parameter that has no default, by its annotation."""
    parameters = inspect.signature(function).parameters.values()
    return {each.name: _something(str(each.annotation)) for each in parameters if each.default is each.empty}


def _something(annotation: str) -> Any:
    simple: dict[str, Any] = {"str": "x", "int": 1, "float": 1.0, "bool": True, "Iterable[str]": []}
    if annotation in simple:
        return simple[annotation]
    return [] if annotation.startswith("Iterable") else {}


def emulator_answers() -> dict[Key, str]:
    """What the emulator does with a call: its success code, and what the handler says of itself."""
    paths: Mapping[str, Any] = document(all_routes())["paths"]  # type: ignore[assignment]
    found = {}
    for route in all_routes():
        told = paths.get(route.template, {}).get(route.method.lower(), {}).get("responses", {})
        codes = sorted(str(code) for code in told if str(code).startswith("2"))
        text = ", ".join(codes) + (", paged" if route.paged else "")
        note = _note(inspect.getdoc(route.read or route.write) or "")
        said = not text or note.startswith(text)
        found[key_of(route.method, route.template)] = note if said else f"{text}: {note}" if note else text
    return found


def _note(docstring: str) -> str:
    """The first paragraph of a handler without the route that it begins with."""
    first = " ".join(docstring.split("\n\n")[0].split())
    found = re.fullmatch(r"(?:[A-Z]+(?: or [A-Z]+)*|[A-Z, ]+) /\S*?(?:[:;,] (.*)|$)", first)
    text = (found[1] or "") if found else first
    return "" if text.startswith("and ") else text.rstrip(".").replace("|", "\\|")


def builder_routes() -> dict[str, Key]:
    """The call behind each builder of `endpoints`."""
    found = {}
    for name in endpoints.__all__:
        if name != "shaped":
            builder = getattr(endpoints, name)
            asking = builder(**_arguments(builder))
            found[name] = key_of("GET" if isinstance(asking, Listing) else asking.method, asking.route)
    return found


def kinds_by_call() -> dict[Key, list[str]]:
    """The kinds whose modules, or the modules of `kinds` that these import, use a call's builder."""
    routes = builder_routes()
    owners: dict[str, set[str]] = defaultdict(set)
    for kind in kinds.catalog().kinds:
        owners[type(kind).__module__].add(f"`{kind.name}`")
    sources = {f"reconciler.kinds.{path.stem}": path.read_text(encoding="utf-8") for path in _KINDS.rglob("*.py")}
    sources["reconciler.kinds"] = sources.pop("reconciler.kinds.__init__")
    owners["reconciler.kinds"] = {"the check of names"}
    owners["reconciler.kinds.desk"] = {"the check of stock"}
    trees = {module: ast.parse(text) for module, text in sources.items()}
    for module in set(trees) - set(owners):
        importers = (each for each, tree in trees.items() if each != "reconciler.kinds" and module in _imports(tree))
        owners[module] = {name for each in importers for name in owners.get(each, ())}
    found: dict[Key, set[str]] = defaultdict(set)
    for module, tree in trees.items():
        for name in _builders(tree):
            found[routes[name]] |= owners[module]
    return {key: sorted(names) for key, names in found.items() if names}


def _imports(tree: ast.AST) -> set[str]:
    return {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def _builders(tree: ast.AST) -> set[str]:
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "endpoints"
    } - {"shaped"}


def render() -> str:
    """The whole page."""
    methods, answers, users = client_methods(), emulator_answers(), kinds_by_call()
    lines = [_HEAD]
    chapter = ""
    for each in reference_calls():
        if each.chapter != chapter:
            chapter = each.chapter
            lines += [f"## {chapter}", "", "| call | client | emulator | used by |", "|---|---|---|---|"]
        names = "<br>".join(f"`{name}`" for name in methods.get(each.key, []))
        used = ", ".join(users.get(each.key, []))
        by_hand = f"`reconciler api {each.verb} {each.path}`" + (f": {each.instead}" if each.instead else "")
        call = f"{each.title}<br>`{each.verb} {each.path}`"
        lines.append(f"| {call} | {names} | {answers.get(each.key, '')} | {used or by_hand} |")
    text = "\n".join([*lines, ""])
    return re.sub(r"\n## ", "\n\n## ", text).replace("\n\n\n", "\n\n")


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
