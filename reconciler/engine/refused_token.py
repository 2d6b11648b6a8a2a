"""Noticing that the API no longer takes the token: then no call will be taken, and none is worth sending."""

from __future__ import annotations

from typing import Any

from reconciler.wire import Account, Call, Listing, Rejected

UNAUTHORIZED = 401
REFUSED = "the API refuses the token"
REASON = f"not begun, since {REFUSED}"
WAITING_REASON = f"{REFUSED}; the next run goes on waiting"


class TokenWatch(Account):
    """An account that remembers whether a call was refused for its token. Once it was, that stays so."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.refused = False

    def send(self, call: Call) -> Any:
        try:
            return self._account.send(call)
        except Rejected as rejected:
            self._take(rejected)
            raise

    def fetch(self, listing: Listing) -> list[dict[str, Any]]:
        try:
            return self._account.fetch(listing)
        except Rejected as rejected:
            self._take(rejected)
            raise

    def _take(self, rejected: Rejected) -> None:
        if rejected.status == UNAUTHORIZED:
            self.refused = True
