"""The tool's commands as function calls, in an account of virtual time."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from reconciler.app import Options, Planned, Stop, apply_plan, make_plan, read_stack
from reconciler.diagnostics import Refused
from reconciler.model.event import Event, Report
from reconciler.model.journal import Journal
from reconciler.model.resource import Stack
from reconciler.model.rollout import Dialer
from reconciler.stack import Inputs
from tests.worlds.account import Account


class Unfit(Exception):
    """A stack that the reader refuses."""


def read(account: Account, stack: Mapping[str, Any] | str) -> Stack:
    """A stack from its YAML, or from the mapping that it stands for. Raises `Unfit`."""
    text = stack if isinstance(stack, str) else yaml.safe_dump(dict(stack), allow_unicode=True, sort_keys=False)
    path = account.folder / "stack.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        return read_stack([path], Inputs())
    except Refused as refused:
        raise Unfit("; ".join(f"{each.code} {each.address}: {each.summary}" for each in refused.diagnostics)) from None


def plan(account: Account, stack: Stack, options: Options | None = None) -> Planned:
    return make_plan(stack, account.client, options or Options(), parallelism=1, preflight=False)


def carry_out(
    account: Account,
    planned: Planned,
    *,
    parallelism: int = 1,
    listen: Callable[[Event], None] = lambda _: None,
    stop: Stop | None = None,
    journal: Journal | None = None,
    accept_vanished: bool = False,
    dialer: Dialer | None = None,
) -> Report:
    return apply_plan(
        planned,
        account.client,
        parallelism=parallelism,
        listen=listen,
        stop=stop or Stop(),
        clock=account.clock,
        rng=random.Random(1),
        journal=journal,
        accept_vanished=accept_vanished,
        dialer=dialer,
    )


def applied(account: Account, stack: Stack, *, destroy: bool = False, parallelism: int = 1) -> Report:
    """A whole run."""
    return carry_out(account, plan(account, stack, Options(destroy=destroy)), parallelism=parallelism)
