"""When the process looks for garbage: a large stack makes millions of objects that all stay."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def collect_seldom() -> None:
    """For the whole process: nothing here makes cycles that matter, and to look for them takes long."""
    gc.set_threshold(400_000, 50, 100)


@contextmanager
def long_lived() -> Iterator[None]:
    """What is made inside stays until the end: it is not looked through for garbage. Of a process that reads again and
    again only what is read first: the rest of it would never be given back.
    """
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():
            gc.freeze()
        gc.enable()
