"""Saved plans: a plan in a file is done as saved, or refused as stale.

The file holds what a person and a policy need to read, and no secret. To apply it, the stack's files are read again and
must be the very same bytes; the plan is made again and must come to the same changes, resting on the same live facts.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.app.reading import read_stack
from reconciler.app.run import PARALLELISM, Planned, make_plan
from reconciler.app.text_files import read_text, replace_text
from reconciler.clock import Clock
from reconciler.diagnostics import Diagnostic, Refused, error
from reconciler.model.approval import ORDER, approval, signature
from reconciler.model.plan import Options
from reconciler.model.resource import Stack
from reconciler.model.saved_plan import saved_parts
from reconciler.stack import Inputs
from reconciler.values import canonical_json, digest
from reconciler.wire import Account

STALE = 5
"""The exit code of an apply whose saved or approved plan no longer holds."""
MOST_HOURS = 24.0
"""How old a saved plan may be, in hours, unless somebody says otherwise."""
SKEW_SECONDS = 300.0
"""How far another machine's clock may be ahead of ours."""
_MAKE_ANEW = "make the plan again and look at it"


@dataclass(frozen=True)
class SavedPlan:
    """A plan file that was read and found whole."""

    document: Mapping[str, Any]
    stack: str
    options: Options
    paths: tuple[Path, ...]
    inputs: Mapping[str, Any]
    var_files: tuple[Path, ...]
    overlays: tuple[Path, ...]
    sources: Mapping[str, str]
    signature: Mapping[str, str]
    made_at: float
    """Seconds since the epoch, by the clock of the machine that made it."""


def save_plan(
    planned: Planned, path: Path, paths: Sequence[Path], inputs: Inputs, document: Mapping[str, Any], clock: Clock
) -> None:
    """Write a plan to a file that only its owner can read (mode 0600). Raises OSError."""
    options = planned.plan.options
    saved: dict[str, Any] = {
        "paths": [str(each) for each in paths],
        "var_files": [str(each) for each in inputs.files],
        "overlays": [str(each) for each in inputs.overlays],
        "inputs": dict(planned.stack.inputs),
        "sources": {each.path: each.sha256 for each in planned.stack.sources},
        "options": {"destroy": options.destroy, "targets": list(options.targets), "replace": list(options.replace)},
        "signature": signature(planned.plan),
        "made_at": round(clock.wall(), 3),
    }
    ours = {**document["x_reconciler"], "saved": saved}
    whole = {**document, "x_reconciler": ours}
    saved["digest"] = digest(whole)
    replace_text(path, json.dumps(whole, indent=2, ensure_ascii=False) + "\n")


def _why_not(problem: Exception) -> str:
    if isinstance(problem, OSError):
        return problem.strerror or str(problem)
    if isinstance(problem, json.JSONDecodeError | UnicodeDecodeError):
        return "it holds no JSON"
    return "what it holds has another shape"


def open_plan(path: Path) -> SavedPlan:
    """Read a plan file. Raises `Refused` when it is none, or was changed since it was written."""
    try:
        document = json.loads(read_text(path))
        ours = document["x_reconciler"]
        kept = dict(ours["saved"])
        saved = saved_parts(kept)
        stack = ours["stack"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as problem:
        summary = f"{path} is not a saved plan: {_why_not(problem)}"
        raise Refused([error("not-a-plan", summary, hint="write one with `plan STACK -o FILE`")]) from None
    del kept["digest"]
    if digest({**document, "x_reconciler": {**ours, "saved": kept}}) != saved.digest:
        raise Refused([error("plan-changed", f"{path} was changed after it was written", hint=_MAKE_ANEW)])
    return SavedPlan(
        document=document,
        stack=str(stack),
        options=Options(saved.options.destroy, tuple(saved.options.targets), tuple(saved.options.replace)),
        paths=tuple(map(Path, saved.paths)),
        inputs=saved.inputs,
        var_files=tuple(map(Path, saved.var_files)),
        overlays=tuple(map(Path, saved.overlays)),
        sources=saved.sources,
        signature=saved.signature,
        made_at=saved.made_at,
    )


def check_age(saved: SavedPlan, path: Path, clock: Clock, most_hours: float = MOST_HOURS) -> None:
    """Refuse (`Refused`, exit code 5) a plan that is older than so many hours, 0 for any number, or from the future:
    what is not read again, and what a reviewer had in mind, ages.
    """
    age = clock.wall() - saved.made_at
    if age < -SKEW_SECONDS:
        summary = f"{path} was made {-age / 60:.0f} min from now, by the clock of the machine that made it"
        raise Refused([error("stale-plan", summary, hint=f"set the clocks right, then {_MAKE_ANEW}")], exit_code=STALE)
    if most_hours and age > most_hours * 3600:
        summary = f"{path} was made {age / 3600:.0f} h ago, and a saved plan holds for {most_hours:g} h"
        hint = f"{_MAKE_ANEW}; --plan-max-age HOURS allows more"
        raise Refused([error("stale-plan", summary, hint=hint)], exit_code=STALE)


def check_approved(planned: Planned, approved: str) -> None:
    """Refuse (`Refused`, exit code 5) a plan that is not the one whose approval digest somebody gave."""
    now = approval(planned.plan)
    if not hmac.compare_digest(now.encode(), approved.strip().lower().encode(errors="surrogateescape")):
        summary = f"the plan is not the approved one: its digest is {now} now"
        hint = f"{_MAKE_ANEW}, and approve that"
        raise Refused([error("not-the-approved-plan", summary, hint=hint)], exit_code=STALE)


def replan(
    saved: SavedPlan,
    account: Account,
    environment: Mapping[str, str],
    *,
    parallelism: int = PARALLELISM,
    preflight: bool = True,
) -> Planned:
    """Make the saved plan again, now. Raises `Refused` with exit code 5 when anything it rests on has moved."""
    _check_sources(saved)
    flags = tuple(
        f"{name}={value if isinstance(value, str) else canonical_json(value)}"
        for name, value in saved.inputs.items()
        if value is not None  # nobody set it: its default says so again
    )
    stack = read_stack(saved.paths, Inputs(flags, saved.var_files, environment, saved.overlays))
    _check_the_same_are_read(saved, stack)
    planned = make_plan(stack, account, saved.options, parallelism=parallelism, preflight=preflight)
    now = signature(planned.plan)
    moved = sorted(address for address in {*now, *saved.signature} if now.get(address) != saved.signature.get(address))
    if moved:
        raise Refused(
            [_stale(address, saved.signature.get(address), now.get(address)) for address in moved], exit_code=STALE
        )
    return planned


def _check_sources(saved: SavedPlan) -> None:
    problems = []
    for name, sha256 in saved.sources.items():
        try:
            now = hashlib.sha256(Path(name).read_bytes()).hexdigest()
        except OSError as problem:
            problems.append(error("stale-plan", f"{name} cannot be read: {problem.strerror}", hint=_MAKE_ANEW))
            continue
        if now != sha256:
            problems.append(error("stale-plan", f"{name} has changed since the plan was made", hint=_MAKE_ANEW))
    if problems:
        raise Refused(problems, exit_code=STALE)


def _check_the_same_are_read(saved: SavedPlan, stack: Stack) -> None:
    """A stack may be a folder: a file that is new in it is part of it now."""
    new = sorted({each.path for each in stack.sources} - set(saved.sources))
    if new:
        summary = "is read now, and was not there when the plan was made"
        problems = [error("stale-plan", f"{each} {summary}", hint=_MAKE_ANEW) for each in new]
        raise Refused(problems, exit_code=STALE)


def _stale(address: str, then: str | None, now: str | None) -> Diagnostic:
    if address == ORDER:
        return error("stale-plan", "the steps have another order now", hint=_MAKE_ANEW)
    if then is None:
        what = "would now be changed too, and the saved plan leaves it alone"
    elif now is None:
        what = "needs no change any more"
    else:
        what = "has moved: it, or what is live of it, has changed since the plan was made"
    return error("stale-plan", f"{address} {what}", address=address, hint=_MAKE_ANEW)
