"""Texts of the formats that the document names."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import schemathesis
from hypothesis import strategies as st

from tests.emulator.openapi.described import the_document


def register_formats() -> None:
    """Tell schemathesis how to make them."""
    names = st.sampled_from(sorted(set(_link_names(the_document().content["components"]["schemas"]))))
    paths = st.lists(names, min_size=1, max_size=4).map(".".join)
    schemathesis.openapi.format("links", st.lists(paths, max_size=5).map(",".join) | st.text(max_size=10))
    schemathesis.openapi.format("public-key", st.integers(0, 2**255).map(public_key))


def _link_names(node: Any) -> Iterator[str]:
    """The names of all fields that are links, of whichever object."""
    if isinstance(node, dict):
        fields = node.get("properties", {})
        yield from (name for name, field in fields.items() if "#/components/schemas/Link" in str(field))
        for value in node.values():
            yield from _link_names(value)
    elif isinstance(node, list):
        for value in node:
            yield from _link_names(value)


def public_key(number: int) -> str:
    """A well-formed key, of up to 255 bits."""
    kind = b"ssh-ed25519"
    blob = len(kind).to_bytes(4, "big") + kind + (32).to_bytes(4, "big") + number.to_bytes(32, "big")
    return f"ssh-ed25519 {base64.b64encode(blob).decode()}"
