"""A process that goes on for weeks gives back what it does not need any more."""

from __future__ import annotations

import gc
import subprocess
import sys

from reconciler.stack.engine import Engine

from .conftest import Shell

PROGRAM = """
import gc, weakref
from reconciler.cli.memory import long_lived

class Node: ...

def read():
    with long_lived():
        node = Node()
        node.itself = node
    return weakref.ref(node)

kept, *others = [read() for _ in range(5)]
gc.collect()
print([each() is None for each in others])
"""


def test_only_what_is_read_first_stays_for_good() -> None:
    """`watch` reads the stack anew at each look."""
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert ran.stdout == "[True, True, True, True]\n"


def engines() -> int:
    gc.collect()
    return sum(isinstance(each, Engine) for each in gc.get_objects())


def test_what_evaluates_expressions_is_given_back(shell: Shell) -> None:
    """No garbage collector sees through an environment of the template engine, so nothing in one may lead to it."""
    before = engines()
    assert shell.run("validate", "stack.yaml").code == 0
    assert engines() == before
