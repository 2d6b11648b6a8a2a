"""A client that remembers which answers of the document it has seen."""

from __future__ import annotations

import pytest

from tests.emulator.client import Client
from tests.emulator.openapi.described import Describing, Document, the_document


@pytest.fixture
def document() -> Document:
    """The emulator's own document, of which nothing was seen."""
    return the_document()


@pytest.fixture
def described(api: Client, document: Document) -> Describing:
    """A client of the same world whose answers have to be as described."""
    return Describing(api.emulator, api.clock, document=document)
