"""The file that remembers what was reported last: names and digests of findings, no values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from reconciler.app.text_files import read_text, replace_text
from reconciler.model.lifetime import moment, moment_text
from reconciler.review.news import Record, Told

_FORMAT: Final = 1


class NoRecord(ValueError):
    """A file that holds something else."""


def read_record(path: Path) -> Record | None:
    """What was reported last; None where there is no file. Raises OSError, and ValueError (`NoRecord` or what
    reading text raises) for a file that holds something else.
    """
    try:
        text = read_text(path)
    except FileNotFoundError:
        return None
    try:
        document = json.loads(text)
    except RecursionError:
        raise NoRecord from None
    stacks = document.get("stacks") if isinstance(document, dict) and document.get("format") == _FORMAT else None
    if not isinstance(stacks, dict):
        raise NoRecord
    return {title: _told(each) for title, each in stacks.items()}


def write_record(path: Path, record: Record) -> None:
    """Remember a report, for the eyes of the file's owner only. Raises OSError."""
    stacks = {
        title: {"reported_at": moment_text(each.at), "findings": dict(sorted(each.findings.items()))}
        for title, each in sorted(record.items())
    }
    replace_text(path, f"{json.dumps({'format': _FORMAT, 'stacks': stacks}, indent=2)}\n")


def _told(document: Any) -> Told:
    if not isinstance(document, dict):
        raise NoRecord
    at, findings = moment(document.get("reported_at")), document.get("findings")
    if at is None or not isinstance(findings, dict) or not all(isinstance(each, str) for each in findings.values()):
        raise NoRecord
    return Told(at, findings)
