"""Calls to a forge: JSON in, JSON out, one attempt, no redirect, https unless it is this very machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import requests

from reconciler.api.urls import checked_base_url
from reconciler.secret import Secret
from reconciler.values import visible
from reconciler.wire import WireError

_TIMEOUT: Final = (10.0, 30.0)
"""Seconds to connect, and between two bytes."""
_SAID: Final = 300
"""Characters of an error's text that are told."""


class ForgeError(Exception):
    """The forge did not do it; the text says why, for a person. `status` is 0 when no answer came."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        return None  # the token must not follow to another host


class Web:
    """One forge's API. `headers` are those of the forge besides the token's, which is `header: prefix token`.

    Raises `ForgeError` for a URL that must not be given a token.
    """

    def __init__(self, url: str, token: Secret, headers: Mapping[str, str], header: str, prefix: str = "") -> None:
        try:
            self._url = checked_base_url(url)
        except WireError as problem:
            raise ForgeError(str(problem)) from None
        self._headers = dict(headers)
        self._token = token
        self._header, self._prefix = header, prefix

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The answer's JSON, None where it has none. Raises `ForgeError` for anything but success."""
        headers = {**self._headers, self._header: f"{self._prefix}{self._token.reveal()}"}
        try:
            with _Session() as session:
                session.trust_env = False
                answer = session.request(method, f"{self._url}{path}", json=body, headers=headers, timeout=_TIMEOUT)
                if not 200 <= answer.status_code < 300:
                    raise ForgeError(f"{method} {path}: {answer.status_code} {_said(answer)}", answer.status_code)
                return answer.json() if answer.content else None
        except (requests.RequestException, ValueError) as problem:
            raise ForgeError(f"{method} {path}: {type(problem).__name__}") from None


def _said(answer: requests.Response) -> str:
    try:
        body = answer.json()
    except ValueError:
        return ""
    text = body.get("message") or body.get("error") if isinstance(body, Mapping) else ""
    return visible(str(text or ""))[:_SAID]
