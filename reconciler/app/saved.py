"""Saved plans: a plan in a file is done as saved, or refused as stale.

The file holds what a person and a policy need to read, and no secret. To apply it, the stack's files are read again and
must be the very same bytes; the plan is made again and must come to the same changes, resting on the same live facts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.app.reading import read_stack
from reconciler.app.run import PARALLELISM, Planned, make_plan
from reconciler.app.text_files import read_text, replace_text
from reconciler.diagnostics import Diagnostic, Refused, error
from reconciler.model.plan import Change, Options
from reconciler.stack import Inputs
from reconciler.values import canonical_json, digest
from reconciler.wire import Account

STALE = 5
"""The exit code of an apply whose saved plan no longer holds."""
_ORDER = "(order of steps)"
_MAKE_ANEW = "make the plan again and look at it"


@dataclass(frozen=True)
class SavedPlan:
    """A plan file that was read and found whole."""

    document: Mapping[str, Any]
    options: Options
    paths: tuple[Path, ...]
    inputs: Mapping[str, Any]
    var_files: tuple[Path, ...]
    overlays: tuple[Path, ...]
    sources: Mapping[str, str]
    signature: Mapping[str, str]

    @property
    def stack(self) -> str:
        return str(self.document["x_reconciler"]["stack"])


def save_plan(planned: Planned, path: Path, paths: Sequence[Path], inputs: Inputs, document: Mapping[str, Any]) -> None:
    """Write a plan to a file that only its owner can read (mode 0600). Raises OSError."""
    options = planned.plan.options
    saved: dict[str, Any] = {
        "paths": [str(each) for each in paths],
        "var_files": [str(each) for each in inputs.files],
        "overlays": [str(each) for each in inputs.overlays],
        "inputs": dict(planned.stack.inputs),
        "sources": {each.path: each.sha256 for each in planned.stack.sources},
        "options": {"destroy": options.destroy, "targets": list(options.targets), "replace": list(options.replace)},
        "signature": signature(planned),
    }
    ours = {**document["x_reconciler"], "saved": saved}
    whole = {**document, "x_reconciler": ours}
    saved["digest"] = digest(whole)
    replace_text(path, json.dumps(whole, indent=2, ensure_ascii=False) + "\n")


def open_plan(path: Path) -> SavedPlan:
    """Read a plan file. Raises `Refused` when it is none, or was changed since it was written."""
    try:
        document = json.loads(read_text(path))
        ours = document["x_reconciler"]
        saved = dict(ours["saved"])
        claimed = saved.pop("digest")
        options = Options(
            saved["options"]["destroy"], tuple(saved["options"]["targets"]), tuple(saved["options"]["replace"])
        )
        opened = SavedPlan(
            document=document,
            options=options,
            paths=tuple(Path(each) for each in saved["paths"]),
            inputs=saved["inputs"],
            var_files=tuple(Path(each) for each in saved["var_files"]),
            overlays=tuple(Path(each) for each in saved["overlays"]),
            sources=saved["sources"],
            signature=saved["signature"],
        )
    except (OSError, ValueError, KeyError, TypeError) as problem:
        summary = f"{path} is not a saved plan: {type(problem).__name__} {problem}"
        raise Refused([error("not-a-plan", summary, hint="write one with `plan STACK -o FILE`")]) from None
    if digest({**document, "x_reconciler": {**ours, "saved": saved}}) != claimed:
        raise Refused([error("plan-changed", f"{path} was changed after it was written", hint=_MAKE_ANEW)])
    return opened


def replan(
    saved: SavedPlan, account: Account, environment: Mapping[str, str], *, parallelism: int = PARALLELISM
) -> Planned:
    """Make the saved plan again, now. Raises `Refused` with exit code 5 when anything it rests on has moved."""
    _check_sources(saved)
    flags = tuple(
        f"{name}={value if isinstance(value, str) else canonical_json(value)}"
        for name, value in saved.inputs.items()
        if value is not None  # nobody set it: its default says so again
    )
    stack = read_stack(saved.paths, Inputs(flags, saved.var_files, environment, saved.overlays))
    planned = make_plan(stack, account, saved.options, parallelism=parallelism)
    now = signature(planned)
    moved = sorted(address for address in {*now, *saved.signature} if now.get(address) != saved.signature.get(address))
    if moved:
        raise Refused(
            [_stale(address, saved.signature.get(address), now.get(address)) for address in moved], exit_code=STALE
        )
    return planned


def signature(planned: Planned) -> dict[str, str]:
    """For each change that is to be made, a digest of it and of the live facts that it rests on. No secret goes in."""
    changes = {str(each.address): digest(_essence(each), 32) for each in planned.plan.pending}
    steps = [[each.id, sorted(each.requires)] for each in planned.plan.steps]
    return {**changes, _ORDER: digest(steps, 32)}


def _essence(change: Change) -> list[Any]:
    after = {name: value for name, value in change.after.items() if name not in change.secrets}
    fields = sorted(".".join(map(str, each.path)) for each in change.fields)
    facts = change.live.facts if change.live is not None else None
    return [change.action.value, change.reason, facts, change.parent_id, after, sorted(change.unknown), fields]


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


def _stale(address: str, then: str | None, now: str | None) -> Diagnostic:
    if address == _ORDER:
        return error("stale-plan", "the steps have another order now", hint=_MAKE_ANEW)
    if then is None:
        what = "would now be changed too, and the saved plan leaves it alone"
    elif now is None:
        what = "needs no change any more"
    else:
        what = "has moved: it, or what is live of it, has changed since the plan was made"
    return error("stale-plan", f"{address} {what}", address=address, hint=_MAKE_ANEW)
