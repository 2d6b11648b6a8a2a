"""The client that the rest of the house uses: calls in, values or `WireError` out."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, NamedTuple

from reconciler import __version__
from reconciler.api.answer import Unreadable
from reconciler.api.delivery import Courier, Parcel
from reconciler.api.paging import read_lazily, read_whole
from reconciler.api.policy import BODY_LIMIT, DEFAULT_RETRIES, DEFAULT_TIMEOUTS, PER_PAGE, RetryPolicy, Timeouts
from reconciler.api.token import Token
from reconciler.api.transport import Transport
from reconciler.api.urls import checked_base_url, checked_method, checked_path, checked_target, with_query
from reconciler.clock import Clock
from reconciler.secret import Secret
from reconciler.values import Json, visible
from reconciler.wire import Account, Attempt, Call, Listing, Repeat, WireError

_CHECKS_ONLY = frozenset({("POST", "/capacity")})
"""What a run that only reads may send besides: it changes nothing although it is no GET."""


class RawAnswer(NamedTuple):
    """An answer as it came. `body` is the JSON value, the text when it is no JSON, None when it is empty."""

    status: int
    headers: Mapping[str, str]
    body: Json


class Client(Account):
    """A Packet API account, safe to use from many threads.

    `parallelism` bounds the calls under way, and the connections; `single_session` means one at a time over one
    Session, which recording with vcrpy needs. `read_only` refuses every call that could change something before it is
    sent. `on_note` is told, from any thread, why a call waits, and `on_attempt` how each attempt ended. `retries` and
    `timeouts` are in seconds.

    Raises WireError when the URL or the token cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        token: str | Secret,
        *,
        clock: Clock,
        rng: random.Random,
        parallelism: int = 16,
        read_only: bool = False,
        single_session: bool = False,
        retries: RetryPolicy = DEFAULT_RETRIES,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        body_limit: int = BODY_LIMIT,
        user_agent: str = f"reconciler/{__version__}",
        on_note: Callable[[str], None] | None = None,
        on_attempt: Callable[[Attempt], None] | None = None,
    ) -> None:
        self._base_url = checked_base_url(base_url)
        self._read_only = read_only
        self._clock = clock
        self._retries = retries
        self._note = on_note if on_note is not None else _silent
        secret = Token(token)
        self._transport = Transport(
            self._base_url,
            secret,
            parallelism=1 if single_session else parallelism,
            timeouts=timeouts,
            body_limit=body_limit,
            user_agent=user_agent,
        )
        self._courier = Courier(
            self._transport, secret, retries=retries, clock=clock, rng=rng, note=self._note, heard=on_attempt
        )

    def send(self, call: Call) -> Json:
        """Send one call and return the decoded body, None for an empty one. Raises `WireError`."""
        method = checked_method(call.method)
        path = checked_path(call.path)
        parcel = self._parcel(method, path, with_query(path, call.query), call.body, call.repeat, call)
        return self._courier.value(parcel, self._courier.deliver(parcel))

    def fetch(self, listing: Listing) -> list[dict[str, Any]]:
        """Read a collection whole, whatever the number of pages, in the API's order. Raises `WireError`."""

        def before_relisting(readings: int, why: str) -> None:
            pause = self._courier.jitter(readings)
            self._note(f"GET {visible(listing.path)}: {why}; reading it again in {pause:.1f} s")
            self._clock.sleep(pause)

        return read_whole(
            listing, self._asker(listing), relistings=self._retries.relistings, before_relisting=before_relisting
        )

    def iterate(self, listing: Listing, per_page: int = PER_PAGE) -> Iterator[dict[str, Any]]:
        """Read a collection page by page, as the items are asked for. Raises `WireError`, also in the middle."""
        return read_lazily(listing, self._asker(listing), per_page=per_page)

    def raw(self, method: str, target: str, body: Json = None) -> RawAnswer:
        """One call as a person typed it, path and query in one; any status is returned, after the usual retries.

        A POST is taken for a create: it is never sent twice once it may have arrived. Raises `WireError` when no
        answer came at all.
        """
        method = checked_method(method)
        target = checked_target(target)
        repeat = Repeat.NEVER if method == "POST" else Repeat.SAFE
        path = target.partition("?")[0]
        parcel = self._parcel(method, path, target, body, repeat, Call(method, "", path))
        outcome = self._courier.deliver(parcel)
        answer = outcome.answer
        if answer is None or answer.cut:
            raise self._courier.error(parcel, outcome)
        try:
            value = answer.decoded()
        except Unreadable:
            value = answer.body.decode("utf-8", "replace")
        return RawAnswer(answer.status, answer.headers, value)

    def leave(self, seconds: float) -> None:
        """The run is to end: nothing is sent again, and what is under way has so many seconds. For a signal handler."""
        self._courier.leave()
        self._transport.leave(seconds)

    def close(self) -> None:
        """Close the idle connections. The client can still be used."""
        self._transport.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self._base_url!r})"

    def _asker(self, listing: Listing) -> Callable[[Mapping[str, str]], Json]:
        return lambda query: self.send(Call("GET", listing.route, listing.path, query))

    def _parcel(self, method: str, path: str, target: str, body: Json, repeat: Repeat, call: Call) -> Parcel:
        label = f"{method} {visible(path)}"
        parcel = Parcel(method, target, label, None if body is None else _encoded(body, label), repeat, call)
        if self._read_only and not parcel.is_read and (method, path) not in _CHECKS_ONLY:
            raise WireError("refused to send: this run only reads", call=label)
        return parcel


def _encoded(body: Json, label: str) -> bytes:
    try:
        return json.dumps(body, allow_nan=False, ensure_ascii=True).encode()
    except (TypeError, ValueError, RecursionError) as problem:
        # The values may hold secrets: only the kind of mistake is told.
        reason = type(problem).__name__
    raise WireError(f"refused to send: the body is not JSON ({reason})", call=label)


def _silent(note: str) -> None:
    """Nobody listens."""
