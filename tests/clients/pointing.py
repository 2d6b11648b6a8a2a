"""Points clients that nobody here wrote at an emulator on loopback. What had to be bent for it is here and in
`plain_http`.

packet-python 1.44.3 writes `"https://" + end_point` into every URL and calls the functions of `requests`, so its module
gets a `requests` that says http. apache-libcloud's driver takes neither a host nor a port, but its connection has both
as attributes. libcloud lists the nodes of all projects by `asyncio.coroutine`, which Python 3.11 no longer has, unless
its own switch for Python 2 is off.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch
from urllib.parse import urlsplit

import packet
import requests
from libcloud.compute.drivers import equinixmetal
from libcloud.compute.drivers.equinixmetal import EquinixMetalNodeDriver

from tests.clients.plain_http import PlainHttp


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
