from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from reconciler.api import Client, RetryPolicy, Timeouts
from reconciler.wire import Attempt

from .scripted import Scripted, VirtualClock

TOKEN = "tok-5ecret-5ecret-5ecret"

MakeClient = Callable[..., Client]


@pytest.fixture
def server() -> Iterator[Scripted]:
    scripted = Scripted()
    yield scripted
    scripted.stop()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def attempts() -> list[Attempt]:
    """What the client tells of its attempts."""
    return []


@pytest.fixture
def make_client(
    server: Scripted, clock: VirtualClock, notes: list[str], attempts: list[Attempt]
) -> Iterator[MakeClient]:
    made: list[Client] = []

    def make(
        url: str = "",
        *,
        seed: int = 1,
        read_only: bool = False,
        parallelism: int = 16,
        single_session: bool = False,
        retries: RetryPolicy | None = None,
        timeouts: Timeouts | None = None,
        body_limit: int = 1024 * 1024,
    ) -> Client:
        client = Client(
            url or server.url,
            TOKEN,
            clock=clock,
            rng=random.Random(seed),
            read_only=read_only,
            parallelism=parallelism,
            single_session=single_session,
            retries=retries or RetryPolicy(),
            timeouts=timeouts or Timeouts(connect=2, read=2, total=5),
            body_limit=body_limit,
            on_note=notes.append,
            on_attempt=attempts.append,
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client: MakeClient) -> Client:
    return make_client()
