"""Takes secret texts out of whatever is about to be shown: the last line of defence, at the command line's sink.

Renderers already hide the fields that are declared secret. This catches the rest: a secret that an API error quotes, a
userdata that embeds one, a URL that carries one.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from reconciler.report.page import safe
from reconciler.secret import Secret
from reconciler.values import visible

SENSITIVE = "(sensitive value)"
SHORTEST = 4
"""Shorter texts are left alone: hiding every `1` would make the output unreadable and protect nothing."""


class Scrubber:
    """Replaces every occurrence of the secrets, as they are or encoded (base64, URL, JSON), by `(sensitive value)`."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._secrets = frozenset(text for each in secrets if len(text := each.reveal()) >= SHORTEST)
        needles = {form for each in self._secrets for form in _forms(each) if len(form) >= SHORTEST}
        longest_first = sorted(needles, key=lambda each: (-len(each), each))
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def text(self, text: str) -> str:
        return self._pattern.sub(SENSITIVE, text) if self._pattern is not None else text

    def value(self, value: Any) -> Any:
        """A JSON value with the secrets taken out of its texts, keys included; numbers that are secret go too."""
        if self._pattern is None:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.value(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(each) for each in value]
        if isinstance(value, int | float) and not isinstance(value, bool) and str(value) in self._secrets:
            return SENSITIVE
        return value


def _forms(secret: str) -> Iterable[str]:
    lines = [each.strip() for each in secret.splitlines()]
    for text in {secret, secret.strip(), *(each for each in lines if len(each) >= 2 * SHORTEST)}:
        yield text
        yield visible(text)
        yield safe(text)
        yield text.replace("\n", "\\n")
        yield json.dumps(text)[1:-1]
        yield json.dumps(text, ensure_ascii=False)[1:-1]
        yield quote(text, safe="")
        yield quote(text)
        yield quote_plus(text)
        yield from _base64_forms(text.encode("utf-8", "surrogatepass"))


def _base64_forms(secret: bytes) -> Iterable[str]:
    """The secret alone, and the part of it that is the same wherever it stands in a longer encoded text."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(secret).decode()
        for before in range(3):
            text = encode(b"\0" * before + secret).decode().rstrip("=")
            first = (before * 8 + 5) // 6
            last = (before + len(secret)) * 8 // 6
            if last - first >= 2 * SHORTEST:
                yield text[first:last]
