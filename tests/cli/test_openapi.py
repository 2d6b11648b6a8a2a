"""`reconciler emulator openapi` prints what a served emulator answers."""

from __future__ import annotations

import json

from reconciler.emulator import Emulator
from tests.cli.conftest import Shell


def test_the_printed_document_is_the_served_one(shell: Shell) -> None:
    ran = shell.run("emulator", "openapi")
    assert (ran.code, ran.err) == (0, "")
    emulator = Emulator(token="unused")
    try:
        assert json.loads(ran.out) == emulator.handle("GET", "/_emulator/openapi.json").json()
    finally:
        emulator.stop()
