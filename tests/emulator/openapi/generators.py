"""The hooks of schemathesis, loaded by it in a process of its own: see `campaign.py`."""

from __future__ import annotations

import atexit
import json
import os
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import Case, HookContext
from schemathesis.core.transport import Response

from tests.emulator.openapi.formats import register_formats
from tests.emulator.openapi.furnishing import REPORT_VARIABLE, WORLD_VARIABLE
from tests.emulator.openapi.pool import Pool


def register() -> None:
    """Tell schemathesis."""
    pool = Pool()
    pool.furnish(json.loads(Path(os.environ[WORLD_VARIABLE]).read_text("utf-8")))
    register_formats()

    def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
        pool.before(case)

    def after_call(context: HookContext, case: Case[Any], response: Response) -> None:
        pool.after(case, case.formatted_path, response.status_code, response.json() if response.content else None)

    def report() -> None:
        Path(os.environ[REPORT_VARIABLE]).write_text(json.dumps(pool.answers, sort_keys=True), "utf-8")

    schemathesis.hook(before_call)
    schemathesis.hook(after_call)
    atexit.register(report)


register()
