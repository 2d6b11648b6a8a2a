"""What several kinds need to read an answer or to compare a field by meaning."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from typing import Any


def last_segment(href: Any) -> str | None:
    """The id at the end of an href object (`{"href": "/devices/<id>"}`) or of an expanded object."""
    if not isinstance(href, Mapping):
        return None
    if isinstance(href.get("id"), str):
        return str(href["id"])
    text = href.get("href")
    return text.rsplit("/", 1)[-1] or None if isinstance(text, str) else None


def known(body: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The named fields that the answer holds; one that it left out stays out, since absent means unknown."""
    return {name: body[name] for name in names if name in body}


def parsed(customdata: Any) -> Any:
    """Customdata as an object: clients send JSON text, the API gives an object back."""
    if not isinstance(customdata, str):
        return customdata
    try:
        return json.loads(customdata)
    except ValueError:
        return customdata


def same_customdata(declared: Any, live: Any) -> bool:
    """Equal as JSON, whether written as text or as an object; nothing and `{}` are the same."""
    return (parsed(declared) or {}) == (parsed(live) or {})


def same_text(declared: Any, live: Any) -> bool:
    """Equal texts; the API shows an unset text as null."""
    return (declared or "") == (live or "")


def same_members(declared: Any, live: Any) -> bool:
    """The same members in any order, doubles ignored."""
    return set(declared or ()) == set(live or ())


def same_cidr(declared: Any, live: Any) -> bool:
    """The same network, whichever of its addresses is written; an address without a prefix is a single one."""
    try:
        return ipaddress.ip_interface(str(declared)).network == ipaddress.ip_interface(str(live)).network
    except ValueError:
        return bool(declared == live)


def facility_code(body: Mapping[str, Any]) -> str | None:
    """The code of the facility in an answer, which shows it whole, as a code beside an href, or not at all."""
    facility = body.get("facility")
    if isinstance(facility, Mapping) and isinstance(facility.get("code"), str):
        return str(facility["code"])
    code = body.get("facility_code")
    return code if isinstance(code, str) else None
