"""An emulator in virtual time for most tests (`api`), and one behind a real socket (`server`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import requests

from reconciler.emulator import Emulator, Settings, VirtualClock
from tests.emulator.client import TOKEN, Client
from tests.emulator.openapi.described import Describing, Document, the_document


@pytest.fixture(scope="session")
def api_document() -> Document:
    """The emulator's OpenAPI document."""
    return the_document()


@pytest.fixture
def new_api(api_document: Document) -> Iterator[Callable[..., Client]]:
    """Makes clients of new emulators with these settings; all are closed in the end.

    What they are answered has to be as the OpenAPI document says.
    """
    made: list[Emulator] = []

    def build(seed: int | None = None, db: str | None = None, **settings: object) -> Client:
        clock = VirtualClock()
        chosen = Settings().changed(settings)
        emulator = Emulator(token=TOKEN, clock=clock, settings=chosen, seed=seed, db=db)
        made.append(emulator)
        return Describing(emulator, clock, document=api_document)

    yield build
    for emulator in made:
        emulator.stop()


@pytest.fixture
def api(new_api: Callable[..., Client]) -> Client:
    """A client of an empty world."""
    return new_api()


@pytest.fixture
def project(api: Client) -> str:
    """The id of a project with an SSH key in that world."""
    return api.project()


@pytest.fixture
def server() -> Iterator[Emulator]:
    """An emulator that listens, in real time, with devices that are ready in no time."""
    with Emulator(token=TOKEN, settings=Settings(provision_seconds=0.0, deprovision_seconds=0.0)) as emulator:
        yield emulator


@pytest.fixture
def http(server: Emulator) -> Iterator[requests.Session]:
    """A session that sends the token."""
    with requests.Session() as session:
        session.headers["X-Auth-Token"] = TOKEN
        session.trust_env = False
        yield session
