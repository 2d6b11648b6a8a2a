"""The shape of the questions that are asked of a kind of record: `tables.py` keeps an index for each."""

from __future__ import annotations

Keys = tuple[tuple[str, str], ...]
