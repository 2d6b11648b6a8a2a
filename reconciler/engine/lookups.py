"""Asking the API on behalf of expressions: each thing once in a run, with GET only."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any

from reconciler.engine.observe import explain
from reconciler.model.lookups import Answer, Arguments, Lookup, LookupFailed
from reconciler.wire import Account, Call, Listing, Rejected, WireError


class Lookups:
    """The lookups of one run. Safe to use from several threads; what was asked once stays as it was answered."""

    def __init__(self, account: Account, lookups: Mapping[str, Lookup]) -> None:
        self._account = account
        self._lookups = lookups
        self._lock = threading.Lock()
        self._read: dict[str, Any] = {}
        self._answers: dict[str, Answer | LookupFailed] = {}

    def look_up(self, name: str, arguments: Arguments) -> Answer:
        """The answer. Raises LookupFailed."""
        key = json.dumps([name, dict(arguments)], sort_keys=True)
        with self._lock:
            if key not in self._answers:
                try:
                    lookup = self._lookups[name]
                    read = [self._fetched(each) for each in lookup.reads(arguments)]
                    self._answers[key] = lookup.answer(arguments, read)
                except LookupFailed as problem:
                    self._answers[key] = problem
            found = self._answers[key]
        if isinstance(found, LookupFailed):
            raise found
        return found

    def _fetched(self, wanted: Call | Listing) -> Any:
        key = json.dumps([wanted.path, dict(wanted.query)], sort_keys=True)
        if key not in self._read:
            try:
                self._read[key] = self._sent(wanted)
            except WireError as problem:
                raise _refused(problem, wanted.path) from None
        return self._read[key]

    def _sent(self, wanted: Call | Listing) -> Any:
        if isinstance(wanted, Listing):
            return self._account.fetch(wanted)
        assert wanted.method == "GET", f"a lookup reads, and {wanted.method} {wanted.path} does not"
        return self._account.send(wanted)


def _refused(problem: WireError, path: str) -> LookupFailed:
    if isinstance(problem, Rejected) and problem.status in (403, 404):
        return LookupFailed(f"the API does not show GET {path} to this token", "use a user's token, or write the value")
    found = explain(problem, path)
    return LookupFailed(found.summary, found.hint)
