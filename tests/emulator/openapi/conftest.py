"""The document, and a client that holds every answer against it."""

from __future__ import annotations

import pytest

from tests.emulator.client import Client
from tests.emulator.openapi.described import Describing, Document


@pytest.fixture
def document(api: Client) -> Document:
    """The emulator's own document."""
    return Document(api.control("openapi.json"))


@pytest.fixture
def described(api: Client, document: Document) -> Describing:
    """A client of the same world whose answers have to be as described."""
    return Describing(api.emulator, api.clock, document=document)
