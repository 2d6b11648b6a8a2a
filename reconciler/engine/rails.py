"""What a plan must not do, whatever the stack says: checked once, on the changes, before anything is ordered."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from reconciler.diagnostics import Diagnostic, Refused, error
from reconciler.model.plan import Action, Change
from reconciler.values import Address

REFUSED_BY_RAIL = 3
"""The exit code of a run that a rail refused."""


def check_rails(changes: Sequence[Change], protected: Collection[Address]) -> None:
    """Refuse to destroy or wipe what is protected in the stack or locked in the API. Raises `Refused` (exit code 3)."""
    problems: list[Diagnostic] = []
    going = {each.address for each in changes if each.action.deletes}
    for change in changes:
        wiped = change.action is Action.UPDATE and any(each.wipes for each in change.fields)
        if not change.action.deletes and not wiped:
            continue
        doing = "wiped" if wiped else "destroyed" if change.action is Action.DELETE else "replaced"
        if change.address in protected:
            summary = f"{change.address} is protected and would be {doing}"
            hint = "take `lifecycle: {protect: true}` off it first, and apply or commit that by itself"
            problems.append(error("protected", summary, address=str(change.address), place=change.place, hint=hint))
        elif change.live is not None and change.live.locked:
            summary = f"{change.address} is locked and would be {doing}"
            hint = "apply `locked: false` first; what is locked refuses to be deleted, and to be reinstalled"
            problems.append(error("locked", summary, address=str(change.address), place=change.place, hint=hint))
        elif change.live is not None and change.live.automatic and change.address.owner not in going:
            summary = f"{change.address} came with {change.address.owner} and would be {doing}"
            hint = "it stays as long as that does; put back what its declaration said, or take it out of the stack"
            problems.append(error("not-ours", summary, address=str(change.address), place=change.place, hint=hint))
    if problems:
        raise Refused(problems, exit_code=REFUSED_BY_RAIL)


def check_lookalikes(diagnostics: Sequence[Diagnostic]) -> None:
    """Refuse to create a second machine beside one that lost its mark or its maker. Raises `Refused` (exit code 3)."""
    found = [each for each in diagnostics if each.code in ("lookalike", "left-behind")]
    if found:
        raise Refused(
            [error(each.code, each.summary, address=each.address, place=each.place, hint=each.hint) for each in found],
            exit_code=REFUSED_BY_RAIL,
        )
