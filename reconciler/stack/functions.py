"""The functions that expressions can call. None of them reaches further than the folder of the stack file."""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

FILE_FUNCTIONS: Final = frozenset({"file", "template"})
FUNCTIONS: Final = frozenset({"range", "cidrhost", "b64encode"}) | FILE_FUNCTIONS
"""Every name that can be called; `range` is the engine's own."""


def cidrhost(cidr: Any = None, number: Any = None) -> str:
    """The address number `number` in a block (`cidrhost('10.0.0.0/24', 5)` is `10.0.0.5`); -1 is the last one."""
    if not isinstance(cidr, str) or isinstance(number, bool) or not isinstance(number, int):
        raise TypeError("cidrhost wants a block and a number: cidrhost('10.0.0.0/24', 5)")
    try:
        network = ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        raise TypeError(f"`{cidr[:50]}` is no block such as 10.0.0.0/24") from None
    if not -network.num_addresses <= number < network.num_addresses:
        raise TypeError(f"{network} has {network.num_addresses} addresses, none with number {number}")
    return str(network[number])


def b64encode(text: Any = None) -> str:
    """Text in Base64, as cloud-init takes it."""
    if not isinstance(text, str):
        raise TypeError("b64encode wants text")
    return base64.b64encode(text.encode()).decode("ascii")


PURE_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {"cidrhost": cidrhost, "b64encode": b64encode}
)
