"""The functions that expressions can call, by topic. None of them reaches further than the stack's folder.

Each is also a filter where its first argument is the thing that it is about (`value | keyed('name')`). They are handed
the views of `views.py` and `run.py`, lists and mappings of these, and plain data; what they make is bounded before it
is made. A wrong argument is a TypeError whose text is for the user.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from reconciler.stack.functions.cidr import CIDR
from reconciler.stack.functions.encoding import ENCODING
from reconciler.stack.functions.lists import LISTS

FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType({**LISTS, **CIDR, **ENCODING})
"""By the names that `vocabulary.PURE_FUNCTIONS` has."""

WEIGHTS: Final[Mapping[str, int]] = MappingProxyType(
    {"toyaml": 16, "fromyaml": 4, "jsonencode": 2, "jsondecode": 2, "tojson": 2, "cidrsubnets": 2}
)
"""How many times longer than most a function takes for what it is given or makes."""

__all__ = ["FUNCTIONS", "WEIGHTS"]
