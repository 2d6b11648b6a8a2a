"""How many processes the tests run in: the whole suite mostly waits (for commands, polls), so it takes four. What they
compile they keep, and so do the commands that they start, even where the environment forbids it: a command that
compiles the tool anew takes twice as long. Nobody's collector gets their spans.
"""

from __future__ import annotations

import gc
import os
import sys

import pytest

_WHOLE_SUITE_PROCESSES = 4

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
for _name in [each for each in os.environ if each.startswith(("OTEL_", "TRACEPARENT", "TRACESTATE"))]:
    del os.environ[_name]


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Asked because of `-n auto`: one process for a chosen part of the suite, where starting more costs more."""
    whole = list(config.args) == list(config.getini("testpaths")) and not config.option.keyword
    return _WHOLE_SUITE_PROCESSES if whole else 0


def pytest_collection_finish() -> None:
    """What has been collected lives to the end: whoever looks for garbage need not go through it each time."""
    gc.collect()
    gc.freeze()
