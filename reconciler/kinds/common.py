"""What several kinds need to read an answer or to compare a field by meaning."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from reconciler.model.kind import FieldError
from reconciler.model.lifetime import moment
from reconciler.model.mark import RESERVED_KEY, RESERVED_TAGS
from reconciler.model.rules import Usual

BILLED_HOURLY = Usual("hourly", "it is billed so")
NOT_LOCKED = Usual(False, "it refuses to be deleted, and a machine to be reinstalled")
NO_BID = Usual(False, "the platform takes it back when the market's price exceeds the bid")

_WITH_ITS_BIRTH: Final = timedelta(minutes=5)
"""How long after an object's `created_at` an event may be and still be of its making."""
_BY: Final = " by "
_BY_USER: Final = f"{_BY}%user%"


def last_segment(href: Any) -> str | None:
    """The id at the end of an href object (`{"href": "/devices/<id>"}`) or of an expanded object."""
    if not isinstance(href, Mapping):
        return None
    if isinstance(href.get("id"), str):
        return str(href["id"])
    text = href.get("href")
    return text.rsplit("/", 1)[-1] or None if isinstance(text, str) else None


def id_of(body: Mapping[str, Any]) -> str:
    """The object's id. Raises ValueError when the answer shows none, KeyError when it has no such field."""
    found = body["id"]
    if not isinstance(found, str) or not found:
        raise ValueError(f"id is {found!r}")
    return found


def reserved_tags(values: Mapping[str, Any]) -> list[FieldError]:
    """Declared tags that only an ownership mark may have."""
    tags = [each for each in values.get("tags") or () if each.startswith(RESERVED_TAGS)]
    return [FieldError(("tags",), f"{each!r} is how an ownership mark looks", "use another tag") for each in tags]


def reserved_key(values: Mapping[str, Any]) -> list[FieldError]:
    """A declared key in customdata that only an ownership mark may have."""
    if RESERVED_KEY not in (values.get("customdata") or {}):
        return []
    return [FieldError(("customdata",), f"the key `{RESERVED_KEY}` is the ownership mark's", "use another key")]


def missing(body: Mapping[str, Any], name: str) -> str:
    """The name of a field that the answer left out, else nothing."""
    return "" if name in body else name


def missing_list(body: Mapping[str, Any], name: str) -> str:
    """Likewise of a field that is always a list: null, or anything else in its place, says as little as nothing."""
    return "" if isinstance(body.get(name), list) else name


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
    return _same_json(parsed(declared) or {}, parsed(live) or {})


def _same_json(one: Any, other: Any) -> bool:
    """Equal as JSON: `true` is not 1, though 1 is 1.0."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same_json(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same_json, one, other))
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def same_text(declared: Any, live: Any) -> bool:
    """Equal texts; the API shows an unset text as null."""
    return (declared or "") == (live or "")


def same_flag(declared: Any, live: Any) -> bool:
    """Both on or both off; the API shows a flag that was never set as null."""
    return bool(declared) == bool(live)


def flags_off(body: Mapping[str, Any], *flags: str) -> dict[str, Any]:
    """A body to send, with null as off in these flags: the API overlooks a flag that is null."""
    return {name: bool(value) if name in flags else value for name, value in body.items()}


def same_members(declared: Any, live: Any) -> bool:
    """The same members in any order, doubles ignored."""
    return set(declared or ()) == set(live or ())


def whole_number(value: Any) -> int | None:
    """A number of things; None when it is not known."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def same_number(declared: Any, live: Any) -> bool:
    """Prices and sizes come back as numbers or as text."""
    try:
        return float(declared) == float(live)
    except (TypeError, ValueError):
        return bool(declared == live)


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


def maker_in(events: Iterable[Mapping[str, Any]], created_at: str) -> str:
    """Whose act the first event of an object was, where that is as old as the object; empty where nobody's was."""
    born = moment(created_at)
    found = []
    for each in events:
        at, name = moment(each.get("created_at")), _actor(each)
        if born is not None and at is not None and at - born <= _WITH_ITS_BIRTH and name:
            found.append((at, name))
    return min(found)[1] if found else ""


def _actor(event: Mapping[str, Any]) -> str:
    """Who caused an event: its `modified_by`, or whom its text ends with (`... was deployed by %user%`). What the
    platform does by itself names nobody.
    """
    who = event.get("modified_by")
    if isinstance(who, Mapping):
        return str(who.get("full_name") or "").strip()
    body, told = event.get("body"), event.get("interpolated")
    if isinstance(body, str) and isinstance(told, str) and body.endswith(_BY_USER):
        return told.rpartition(_BY)[2].strip()
    return ""
