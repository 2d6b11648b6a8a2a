"""The hostnames of several devices that are asked for at once: a series, or a list.

"{{index}}" in the hostname stands for the number of a device, from 1 on; with two digits, as the OpenAPI
description says (device-01), where the documentation of 2019 has "e.g. 1, 2, 3". Without it all have the
same hostname, as packngo's test of batches has them.
"""

from __future__ import annotations

from reconciler.emulator.errors import invalid
from reconciler.emulator.params import Params

INDEX = "{{index}}"


def quantity_of(params: Params) -> int:
    """How many devices are asked for: `quantity`, else as many as there are `hostnames`, else one."""
    quantity = params.integer("quantity")
    if quantity is None:
        return len(params.texts("hostnames")) or 1
    return quantity


def hostnames_of(params: Params, quantity: int) -> list[str | None]:
    """A hostname for each device; None where the API is to choose."""
    listed = params.texts("hostnames")
    if listed:
        if len(listed) < quantity:
            raise invalid("Hostnames are fewer than the quantity")  # text unsure
        return list(listed[:quantity])
    hostname = params.text("hostname")
    if not hostname:
        return [None] * quantity
    return [numbered(hostname, number) for number in range(1, quantity + 1)]


def numbered(hostname: str, number: int) -> str:
    """A hostname with a number in the place of `{{index}}`."""
    return hostname.replace(INDEX, f"{number:02}")
