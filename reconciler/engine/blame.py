"""Which declared field the API complains about, judged by its text.

The API of 2019 answers in sentences whose subject is a field's name in words ("Operating system is not included in the
list", "No available servers with plan c1.small.x86 in facility ewr1": error texts in packngo's and the Terraform
provider's issues); some name the value only.
"""

from __future__ import annotations

import re

from reconciler.model.resource import Resource


def blamed_field(resource: Resource, reason: str) -> str | None:
    """The declared field that a text names first; else the one whose value it quotes; None when it is about neither."""
    text = reason.lower()
    named = {name: at for name in resource.field_places if (at := _found(name.replace("_", " "), text)) >= 0}
    if not named:
        named = {
            name: at
            for name, value in resource.values.items()
            if _telling(value) and name in resource.field_places and (at := _found(value.lower(), text)) >= 0
        }
    return min(named, key=lambda name: (named[name], -len(name)), default=None)


def _telling(value: object) -> bool:
    """Whether a value is no common word, so that a text with it in it must mean it (`ewr1`, `c1.small.x86`)."""
    return isinstance(value, str) and len(value) >= 3 and not value.isalpha()


def _found(words: str, text: str) -> int:
    """Where a text has these as words of their own; -1 when it has not."""
    pattern = "[ _]".join(re.escape(each) for each in words.split(" "))
    found = re.search(rf"(?<![\w.-]){pattern}(?![\w-]|\.\w)", text)
    return found.start() if found is not None else -1
