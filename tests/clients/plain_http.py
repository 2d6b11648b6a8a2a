"""What packet-python has to be given so that it speaks plain http: its module writes `"https://" + end_point`."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import packet.baseapi
import requests


class PlainHttp:
    """What packet-python uses of `requests`, over http, past any proxy of the environment."""

    exceptions = requests.exceptions
    utils = requests.utils
    HTTPError = requests.HTTPError

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    def _send(self, method: str, url: str, **arguments: Any) -> requests.Response:
        return self._session.request(method, url.replace("https://", "http://", 1), timeout=10, **arguments)

    def get(self, url: str, **arguments: Any) -> requests.Response:
        return self._send("GET", url, **arguments)

    def post(self, url: str, **arguments: Any) -> requests.Response:
        return self._send("POST", url, **arguments)

    def patch(self, url: str, **arguments: Any) -> requests.Response:
        return self._send("PATCH", url, **arguments)

    def delete(self, url: str, **arguments: Any) -> requests.Response:
        return self._send("DELETE", url, **arguments)


def point_whole_process(url: str) -> None:
    """Every `packet.Manager` of this process talks to `url` from now on: for programs that make their own."""
    session = requests.Session()
    session.trust_env = False
    packet.baseapi.requests = PlainHttp(session)
    made = packet.baseapi.BaseAPI.__init__

    def pointed(self: Any, *arguments: Any, **named: Any) -> None:
        made(self, *arguments, **named)
        self.end_point = urlsplit(url).netloc

    packet.baseapi.BaseAPI.__init__ = pointed
