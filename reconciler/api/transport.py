"""One HTTP attempt: bytes out, an `Answer` in, or the certainty that nothing left this machine.

Never follows a redirect, reads no proxy, netrc or cookie, verifies certificates, bounds time and size.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from queue import Empty, LifoQueue

import requests
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    IncompleteRead,
    LocationValueError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
)

from reconciler.api.answer import Answer
from reconciler.api.deadline import Deadline, adapter_with
from reconciler.api.policy import Timeouts
from reconciler.api.token import Token
from reconciler.values import visible

_CHUNK = 65536
_TROUBLE = (requests.RequestException, HTTPError, OSError)


class NothingSent(Exception):
    """No connection came about, so the server cannot have acted."""


class AnswerLost(Exception):
    """The request may have arrived; no status came back."""


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        # Even when told not to follow, requests reads a redirect's body and prepares the next request; and X-Auth-Token
        # is on nobody's list of headers to strip for another host.
        return None


class Transport:
    """Sends single attempts to one server, from any number of threads.

    A requests Session is not promised to be safe between threads, so each attempt borrows one and gives it back; at
    most `parallelism` are out at a time, further threads wait.
    """

    def __init__(
        self, base_url: str, token: Token, *, parallelism: int, timeouts: Timeouts, body_limit: int, user_agent: str
    ) -> None:
        self._base_url = base_url
        self._token = token
        self._timeouts = timeouts
        self._body_limit = body_limit
        self._user_agent = user_agent
        self._deadline = Deadline()
        self._idle: LifoQueue[_Session | None] = LifoQueue()
        for _ in range(max(1, parallelism)):
            self._idle.put(None)

    def attempt(self, method: str, target: str, body: bytes | None) -> Answer:
        """Send one request to a path with its query. Raises NothingSent or AnswerLost."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        with self._borrowed() as session:
            if self._deadline.over:
                raise NothingSent("the run was interrupted")
            self._deadline.start(self._timeouts.total)
            try:
                response = session.request(
                    method,
                    self._base_url + target,
                    data=body,
                    headers=headers,
                    timeout=(self._timeouts.connect, self._timeouts.read),
                    allow_redirects=False,
                    stream=True,
                )
            except _TROUBLE as trouble:
                raise _explained(trouble, self._base_url) from trouble
            return self._read(response)

    def leave(self, seconds: float) -> None:
        """Attempts end within so many seconds, and none begins after that. For a signal handler."""
        self._deadline.end_all(seconds)

    def close(self) -> None:
        """Close idle connections; a later attempt opens new ones."""
        idle = 0
        while True:
            try:
                session = self._idle.get_nowait()
            except Empty:
                break
            idle += 1
            if session is not None:
                session.close()
        for _ in range(idle):
            self._idle.put(None)

    def _read(self, response: requests.Response) -> Answer:
        body = bytearray()
        cut = ""
        try:
            for chunk in response.iter_content(_CHUNK):
                body += chunk
                if len(body) > self._body_limit:
                    cut = f"the body is longer than {self._body_limit} bytes"
                    break
        except _TROUBLE as trouble:
            cut = str(_explained(trouble, self._base_url))
        finally:
            response.close()
        return Answer(response.status_code, response.headers, b"" if cut else bytes(body), cut)

    @contextmanager
    def _borrowed(self) -> Iterator[_Session]:
        session = self._idle.get()
        try:
            if session is None:
                session = self._new_session()
            yield session
        finally:
            self._idle.put(session)

    def _new_session(self) -> _Session:
        session = _Session()
        session.trust_env = False  # no proxies, no netrc: the token goes to the base URL and nowhere else
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.headers.update(
            {"X-Auth-Token": self._token.reveal(), "Accept": "application/json", "User-Agent": self._user_agent}
        )
        adapter = adapter_with(self._deadline)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session


def _explained(trouble: BaseException, base_url: str) -> NothingSent | AnswerLost:
    """Which of the two it is, in words without the library's. In doubt, the request may have arrived."""
    causes = list(_causes(trouble))
    system = next((each.strerror for each in causes if isinstance(each, OSError) and each.errno and each.strerror), "")
    for cause in causes:
        if isinstance(cause, NameResolutionError):
            return NothingSent("the name of the API's host does not resolve")
        if isinstance(cause, ssl.SSLCertVerificationError):
            return NothingSent(f"the server's TLS certificate is not accepted: {visible(cause.verify_message)}")
        if isinstance(cause, NewConnectionError):
            return NothingSent(f"no connection to {base_url}: {system.lower() or 'refused'}")
        if isinstance(cause, ConnectTimeoutError):
            return NothingSent(f"no connection to {base_url} in time")
        if isinstance(cause, (LocationValueError, requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader)):
            return NothingSent("the request cannot be written")
    if any(isinstance(each, (ReadTimeoutError, TimeoutError, requests.Timeout)) for each in causes):
        return AnswerLost("no whole answer in time")
    if any(isinstance(each, IncompleteRead) for each in causes):
        return AnswerLost("the answer broke off")
    if any(isinstance(each, ssl.SSLError) for each in causes):
        return AnswerLost("the TLS connection failed")
    return AnswerLost(f"the connection broke off{f': {system.lower()}' if system else ''}")


def _causes(trouble: BaseException) -> Iterator[BaseException]:
    waiting: list[object] = [trouble]
    seen: list[object] = []
    while waiting:
        each = waiting.pop(0)
        if not isinstance(each, BaseException) or any(each is other for other in seen):
            continue
        seen.append(each)
        yield each
        waiting += [getattr(each, "reason", None), *each.args, each.__cause__, each.__context__]
