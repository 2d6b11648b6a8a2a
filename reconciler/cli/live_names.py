"""What Tab offers from the account itself: asked for in a moment, or not at all.

Only with a token in the environment, and never of the embedded emulator, which would have to be started for it. Silent
when anything goes wrong, as all of `completion`.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import click
from click.shell_completion import CompletionItem

from reconciler.cli.options import DEFAULT_API_URL
from reconciler.clock import SystemClock
from reconciler.diagnostics import Refused
from reconciler.report.page import safe
from reconciler.wire import WireError

if TYPE_CHECKING:
    from reconciler.api import Client
    from reconciler.secret import Secret

_PATIENCE: Final = 2.0
"""Seconds that somebody who pressed Tab may be kept waiting."""
_ACCOUNT: Final = ("facilities", "operating-systems", "organizations", "plans", "projects", "ssh-keys", "user")
_PROJECT: Final = ("bgp-config", "bgp/sessions", "devices", "events", "ips", "ssh-keys", "storage", "virtual-networks")


def projects(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """The names of the account's projects; a uuid where two have one name."""
    found = _projects(ctx)
    names = [str(each.get("name", "")) for each in found]
    return [
        CompletionItem(word, help=safe(str(each.get("id", ""))))
        for each in found
        if (word := _word(each, names)) and word.startswith(incomplete)
    ]


def _word(project: dict[str, Any], names: Sequence[str]) -> str:
    """What a shell may be given for it: one line that it shows as it is. Empty for none."""
    name, identifier = str(project.get("name", "")), str(project["id"])
    told = name if name and names.count(name) == 1 and safe(name) == name and "\t" not in name else identifier
    return told if safe(told) == told else ""


def paths(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """Paths of collections, and of the account's projects."""
    if not incomplete.startswith("/projects/"):
        return [CompletionItem(f"/{each}") for each in _ACCOUNT if f"/{each}".startswith(incomplete)]
    items = [CompletionItem(f"/projects/{each['id']}", help=safe(str(each.get("name", "")))) for each in _projects(ctx)]
    inside = [CompletionItem(f"{each.value}/{section}") for each in items for section in _PROJECT]
    deeper = incomplete.count("/") > 2
    return [each for each in (inside if deeper else items) if each.value.startswith(incomplete)]


def _projects(ctx: click.Context) -> Sequence[dict[str, Any]]:
    from reconciler.api import endpoints
    from reconciler.cli.session import token_from_environment

    if ctx.params.get("emulator"):
        return ()
    url = ctx.params.get("api_url") or os.environ.get("PACKET_API_URL") or DEFAULT_API_URL
    try:
        with _hasty_client(url, token_from_environment()) as client:
            found = client.fetch(endpoints.list_projects())
    except (Refused, WireError):
        return ()
    return sorted((each for each in found if each.get("id")), key=lambda each: (str(each.get("name")), str(each["id"])))


def _hasty_client(url: str, token: Secret) -> Client:
    from reconciler.api import Client
    from reconciler.api.policy import RetryPolicy, Timeouts

    return Client(
        url,
        token,
        clock=SystemClock(),
        rng=random.Random(),
        read_only=True,
        retries=RetryPolicy(attempts=1, throttled_attempts=1, relistings=0),
        timeouts=Timeouts(_PATIENCE / 2, _PATIENCE, _PATIENCE),
    )
