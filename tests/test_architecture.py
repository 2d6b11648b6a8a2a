"""The table of rooms: which room may import which, and nothing else, nowhere but at the top of a file."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "reconciler"
LAYER_0 = ("codes", "diagnostics", "values", "wire", "clock", "graph", "lazy", "secret")
BELOW_CLI = (*LAYER_0, "", "api", "model", "kinds", "catalogue", "engine", "stack", "review", "report", "forge", "app")

ROOMS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(LAYER_0, LAYER_0),
    "": (),
    "api": (*LAYER_0, "api", "requests", "urllib3", "pydantic"),
    "model": (*LAYER_0, "model", "pydantic"),
    "catalogue": (*LAYER_0, "model", "catalogue"),
    "kinds": (*LAYER_0, "model", "api", "kinds", "pydantic"),
    "engine": (*LAYER_0, "model", "engine"),
    "stack": (*LAYER_0, "model", "stack", "yaml", "minijinja"),
    "review": (*LAYER_0, "model", "review"),
    "report": (*LAYER_0, "model", "review", "report", "rich"),
    "forge": (*LAYER_0, "api", "forge", "requests"),
    "app": tuple(each for each in BELOW_CLI if each != "cli"),
    "cli": (*BELOW_CLI, "cli", "click", "rich"),
    "emulator": ("emulator",),
    "__main__": ("cli",),
}
"""For each room, what it may import besides the standard library: rooms and third-party packages."""

EXCEPTIONS = {
    ("app/notify.py", "apprise"),
    ("app/otel.py", "opentelemetry"),
    ("app/otel.py", "requests"),
    ("app/tracing.py", "opentelemetry"),
    ("graph.py", "networkx"),
    ("engine/fields.py", "deepdiff"),
    ("report/metrics.py", "prometheus_client"),
    ("stack/functions/secrets.py", "cryptography"),
    ("cli/emulator.py", "emulator"),
}
"""(file, import): what one file may do and its room may not."""

_SHARED = ("common", "machine", "offered", "people", "storage", "wiring")
SHARED_BY_KINDS = ("kinds/__init__.py", *(f"kinds/{each}.py" for each in _SHARED))
SHARED_MODULES = tuple(f"reconciler.kinds.{each}" for each in _SHARED)
"""What kinds may import of their own room: what several need to read an answer, the machine, its ports, its volumes,
people.
"""


def imports(tree: ast.AST, in_function: bool = False) -> Iterator[tuple[str, int, bool]]:
    """Every imported module with its line and whether the import stands in a function; TYPE_CHECKING counts too."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((each.name, node.lineno, in_function) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports name the whole path"
            if node.module == "reconciler":
                yield from ((f"reconciler.{each.name}", node.lineno, in_function) for each in node.names)
            else:
                yield node.module or "", node.lineno, in_function
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("lazy_module", "import_module")):
            yield _named(node.args[0]), node.lineno, False
        yield from imports(node, in_function or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


def _named(argument: ast.expr) -> str:
    """The module in `import_module("x")`, or the package in `import_module(f"x.{name}")`; empty for our own package."""
    first = argument.values[0] if isinstance(argument, ast.JoinedStr) else argument
    if isinstance(first, ast.FormattedValue) and ast.unparse(first.value) == "__name__":
        return ""
    return str(first.value).rstrip(".") if isinstance(first, ast.Constant) else "?"


def _computed(found: tuple[str, int, bool], tree: ast.AST) -> Iterator[tuple[str, int, bool]]:
    """An import whose name is computed may be of any module that the file names in a text of its own."""
    if found[0] != "?":
        yield found
        return
    texts = [each.value for each in ast.walk(tree) if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    named = [each for each in texts if each.startswith("reconciler.") and " " not in each]
    yield from ((each, *found[1:]) for each in named) if named else (found,)


def broken_rules(root: Path) -> list[str]:
    """All imports in a source tree that the table does not allow."""
    found = []
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        room = name.split("/")[0].removesuffix(".py") if name != "__init__.py" else ""
        tree = ast.parse(path.read_text("utf-8"))
        for module, line, in_function in (each for found_here in imports(tree) for each in _computed(found_here, tree)):
            parts = module.removesuffix(".__version__").split(".")
            package = (parts[1] if len(parts) > 1 else "") if parts[0] == "reconciler" else parts[0]
            allowed = parts[0] in sys.stdlib_module_names or module in ("", "reconciler.__version__")
            allowed = allowed or package in ROOMS.get(room, ()) or (name, package) in EXCEPTIONS
            other_kind = room == "kinds" and package == "kinds" and name not in SHARED_BY_KINDS
            if not allowed or (other_kind and module not in SHARED_MODULES):
                found.append(f"{name}:{line}: {room or 'the package'} imports {module}")
            elif in_function and room != "cli":
                found.append(f"{name}:{line}: imports {module} inside a function")
    return found


def test_every_room_keeps_to_the_table() -> None:
    assert broken_rules(ROOT) == []


def test_every_room_is_in_the_table() -> None:
    rooms = {each.stem for each in ROOT.iterdir() if each.suffix == ".py" or (each / "__init__.py").is_file()}
    assert rooms - {"__init__"} <= set(ROOMS)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("kinds/device.py", "from reconciler.engine import diff"),
        ("kinds/device.py", "from reconciler import engine"),
        ("kinds/device.py", "from reconciler.kinds.vlan import Vlan"),
        ("kinds/common.py", "import requests"),
        ("engine/diff.py", "from reconciler.kinds import catalog"),
        ("engine/diff.py", "import deepdiff"),
        ("engine/diff.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import reconciler.api"),
        ("engine/diff.py", "def late():\n    import json"),
        ("model/plan.py", "import reconciler.engine.order"),
        ("values.py", "import networkx"),
        ("wire.py", "from reconciler.model.kind import Kind"),
        ("app/run.py", "from reconciler.cli import main"),
        ("app/run.py", "from reconciler.emulator import world"),
        ("emulator/world.py", "from reconciler.values import digest"),
        ("report/human.py", "from reconciler.lazy import lazy_module\nyaml = lazy_module('yaml')"),
        ("cli/plan.py", "import reconciler.emulator"),
        ("app/run.py", "from importlib import import_module\nHOMES = {1: 'reconciler.cli'}\nimport_module(HOMES[1])"),
        ("app/run.py", "from importlib import import_module\nimport_module(input())"),
        ("cli/plan.py", "from importlib import import_module\nimport_module(f'reconciler.emulator.{x}')"),
    ],
)
def test_the_check_sees_what_it_should(tmp_path: Path, file: str, text: str) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(text)
    assert len(broken_rules(tmp_path)) == 1


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("kinds/device.py", "from reconciler.kinds.common import known\nimport re"),
        ("kinds/__init__.py", "from reconciler.kinds.device import Device"),
        ("graph.py", "import networkx as nx"),
        ("cli/plan.py", "def run():\n    from reconciler import app"),
        ("cli/emulator.py", "from reconciler.emulator import server"),
    ],
)
def test_the_check_lets_through_what_is_allowed(tmp_path: Path, file: str, text: str) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(text)
    assert broken_rules(tmp_path) == []
