"""Which addresses the token may travel to: the base URL is checked once, every path before it is sent."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from reconciler.values import visible
from reconciler.wire import WireError

# Written out instead of parsed: two URL parsers may disagree about `http://127.0.0.1\@elsewhere`, a pattern this narrow
# leaves nothing to disagree about.
_BASE = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?(?P<path>(?:/[\w.~-]+)*)/*",
    re.ASCII | re.IGNORECASE,
)
_PATH = re.compile(r"(?:/[\w.~:@!$&'()*+,;=-]+)+", re.ASCII)
_TARGET = re.compile(r"/[!-\"$-\[\]-~]*", re.ASCII)  # printable ASCII without blank, `#` and `\`
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def checked_base_url(text: str) -> str:
    """The base URL without a trailing slash. Raises WireError unless it is https, or http to this very machine."""
    if "@" in text:
        # The text is not shown: what stands before the @ may be a password.
        raise WireError("the API URL must not hold a user name or password; the token has its own variable")
    match = _BASE.fullmatch(text)
    if match is None or int(match["port"] or 1) not in range(1, 65536):
        raise WireError(f"not an API URL: `{visible(text)}`; expected something like https://api.packet.net")
    if match["scheme"].lower() != "https" and not is_loopback(match["host"]):
        raise WireError(f"the API URL `{visible(text)}` must be https, or the token could be read on the way")
    return text.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine, by its name alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def checked_path(path: str) -> str:
    """A path from a call, whose ids come from answers. Raises WireError when an id could lead it elsewhere:
    an empty one would name the collection, `..` another object, `?` or `#` would cut the rest off.
    """
    if _PATH.fullmatch(path) is None or _has_dots(path):
        raise WireError(f"refused to send: `{visible(path)}` is not an API path")
    return path


def checked_target(target: str) -> str:
    """A path with an optional query, typed by a person. Raises WireError when it is not one on the same server."""
    if _TARGET.fullmatch(target) is None or _has_dots(urlsplit("http://host" + target).path):
        raise WireError(f"refused to send: `{visible(target)}` is not an API path; it begins with `/`")
    return target


def checked_method(method: str) -> str:
    """The method in capitals. Raises WireError when it is no HTTP method."""
    if method.upper() not in _METHODS:
        raise WireError(f"`{visible(method)}` is not an HTTP method")
    return method.upper()


def with_query(path: str, query: Mapping[str, str]) -> str:
    # Commas stay readable: `include=facility,plan` is the API's way to write a list.
    return f"{path}?{urlencode(query, safe=',')}" if query else path


def _has_dots(path: str) -> bool:
    return any(segment.lower().replace("%2e", ".") in {".", ".."} for segment in path.split("/"))
