"""Points clients that nobody here wrote at an emulator on loopback. All that had to be bent for it is in this file.

packet-python 1.44.3 writes `"https://" + end_point` into every URL and calls the functions of `requests`, so its module
gets a `requests` that says http. apache-libcloud's driver takes neither a host nor a port, but its connection has both
as attributes. libcloud lists the nodes of all projects by `asyncio.coroutine`, which Python 3.11 no longer has, unless
its own switch for Python 2 is off.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import packet
import requests
from libcloud.compute.drivers import equinixmetal
from libcloud.compute.drivers.equinixmetal import EquinixMetalNodeDriver


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


@contextmanager
def packet_manager(url: str, token: str) -> Iterator[packet.Manager]:
    """packet-python's client of the API at `url`."""
    with requests.Session() as session, patch("packet.baseapi.requests", PlainHttp(session)):
        session.trust_env = False
        manager = packet.Manager(auth_token=token)
        manager.end_point = urlsplit(url).netloc
        yield manager


@contextmanager
def libcloud_driver(url: str, token: str, project: str | None = None) -> Iterator[EquinixMetalNodeDriver]:
    """libcloud's driver for the API at `url`; `project` is the name or id that it takes for all calls."""
    with patch.object(equinixmetal, "USE_ASYNC_IO_IF_AVAILABLE", False):
        driver = EquinixMetalNodeDriver(token, project=project)
        where = urlsplit(url)
        driver.connection.host, driver.connection.port, driver.connection.secure = where.hostname, where.port, 0
        driver.connection.connect()
        driver.connection.connection.session.trust_env = False
        yield driver
        driver.connection.connection.session.close()
