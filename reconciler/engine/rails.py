"""What a plan must not do, whatever the stack says: checked once, on the changes, before anything is ordered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from reconciler.diagnostics import Diagnostic, Refused, error, warning
from reconciler.model.plan import Action, Change
from reconciler.model.price import Expense, in_dollars
from reconciler.model.rails import (
    DELETE_SHARE,
    FREE_DELETES,
    FREE_LOSSES,
    VANISHED_SHARE,
    Loss,
    Rail,
    Rails,
    Toll,
    Waiver,
    waived,
)
from reconciler.values import Address

REFUSED_BY_RAIL = 3
"""The exit code of a run that a rail refused."""
_SHOWN: Final = 20
_RAISE: Final = "raise the limit under `rails` in the stack, or add a waiver there"


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


def check_limits(
    rails: Rails, toll: Toll, today: date, allowed: int | None, *, destroy: bool
) -> tuple[Diagnostic, ...]:
    """Refuse a plan that does more than the stack's limits, or those of every stack, allow (`Refused`, exit code 3).

    `allowed` is how many objects a person said may go: it takes the place of the limits on deletes. A destroy is meant
    to take all away, so of the share only one that the stack itself sets counts there. Returns warnings: the waivers
    that have expired by `today` (UTC), which count no more.
    """
    valid = rails.valid_waivers(today)
    problems = [*_deletes(rails, toll, valid, allowed, destroy=destroy), *_creates(rails, toll, valid)]
    problems += _costs(rails, toll, valid)
    holders = [each for each in toll.holders if not waived(each, Rail.DELETE_PROJECTS, valid)]
    if not rails.delete_projects and holders:
        summary = f"the plan destroys what the rail `delete_projects` keeps:{_listed(holders)}"
        hint = "set `delete_projects: true` under `rails` in the stack, or add a waiver there"
        problems.append(error("project-delete", summary, address=str(holders[0]), hint=hint))
    expired = expired_waivers(rails, today)
    if problems:
        raise Refused([*problems, *expired], exit_code=REFUSED_BY_RAIL)
    return expired


def expired_waivers(rails: Rails, today: date) -> tuple[Diagnostic, ...]:
    """A warning for each waiver whose last day was before `today` (UTC)."""
    valid = rails.valid_waivers(today)
    return tuple(_expired(each) for each in rails.waivers if each not in valid)


def check_vanished(rails: Rails, owned: int | None, now: int, today: date, *, accepted: bool) -> None:
    """Refuse to create anything when much of what the stack owned at the end of its last run is not listed any more
    (`Refused`, exit code 3): a token of somebody else and a list that is cut look just so, and everything would be
    bought again. `owned` is None when nobody knows.
    """
    lifted = any(each.rail is Rail.MAX_VANISHED_SHARE for each in rails.valid_waivers(today))
    if owned is None or accepted or lifted:
        return
    gone = owned - now
    share = VANISHED_SHARE if rails.max_vanished_share is None else rails.max_vanished_share
    if gone <= FREE_LOSSES or gone <= share * owned:
        return
    summary = (
        f"{gone} of the {owned} objects that the stack owned when the last run ended are not listed any more, and the "
        f"rail `max_vanished_share` allows {share:.0%} where more than {FREE_LOSSES} are gone"
    )
    hint = "check the token, its organization and the API's URL; if they are gone for good, say --accept-vanished"
    raise Refused([error("vanished", summary, hint=hint)], exit_code=REFUSED_BY_RAIL)


def needed_waivers(rails: Rails, today: date, check: Callable[[Rails], object]) -> tuple[Waiver, ...]:
    """The waivers, valid by `today` (UTC), without which `check` refuses a plan that it lets pass with them. Of several
    that lift the same, the last one.
    """
    valid = needed = rails.valid_waivers(today)
    for each in valid:
        fewer = tuple(other for other in needed if other is not each)
        try:
            check(replace(rails, waivers=fewer))
        except Refused:
            continue
        needed = fewer
    return needed


def is_large(toll: Toll) -> bool:
    """Whether a plan takes so much away that it is worth more than a `yes`: a project, or over the usual share."""
    return bool(toll.holders) or _over_share(len(toll.losses), toll.owned, DELETE_SHARE)


def _deletes(
    rails: Rails, toll: Toll, valid: Collection[Waiver], allowed: int | None, *, destroy: bool
) -> list[Diagnostic]:
    every = len(toll.losses)
    if allowed is not None:
        if every <= allowed:
            return []
        summary = f"the plan destroys {_objects(every)}, and --allow-deletes allows {allowed}:{_listed(toll.losses)}"
        return [error("too-many-deletes", summary, hint=f"if that is what you want, say --allow-deletes {every}")]
    hint = f"if that is what you want, say --allow-deletes {every}; `rails` in the stack sets the limit"
    counted = _not_waived(toll.losses, Rail.MAX_DELETES, valid)
    if rails.max_deletes is not None and len(counted) > rails.max_deletes:
        limit = f"the rail `max_deletes` allows {rails.max_deletes}"
        summary = f"the plan destroys {_objects(len(counted))}, and {limit}:{_listed(counted)}"
        return [error("too-many-deletes", summary, hint=hint)]
    counted = _not_waived(toll.losses, Rail.MAX_DELETE_SHARE, valid)
    share = rails.max_delete_share
    if share is None:
        share = 1.0 if destroy else DELETE_SHARE
    if _over_share(len(counted), toll.owned, share):
        part = f"{len(counted)} of the {toll.owned} objects that the stack owns, {len(counted) / toll.owned:.0%}"
        limit = f"the rail `max_delete_share` allows {share:.0%} where more than {FREE_DELETES} go"
        summary = f"the plan destroys {part}, and {limit}:{_listed(counted)}"
        return [error("too-many-deletes", summary, hint=hint)]
    return []


def _creates(rails: Rails, toll: Toll, valid: Collection[Waiver]) -> list[Diagnostic]:
    counted = [each for each in toll.creates if not waived(each, Rail.MAX_CREATES, valid)]
    if rails.max_creates is None or len(counted) <= rails.max_creates:
        return []
    limit = f"the rail `max_creates` allows {rails.max_creates}"
    summary = f"the plan creates {_objects(len(counted))}, and {limit}:{_listed(counted)}"
    return [error("too-many-creates", summary, hint=_RAISE)]


def _costs(rails: Rails, toll: Toll, valid: Collection[Waiver]) -> list[Diagnostic]:
    """A plan that makes nothing dearer is never over it, however much all of it costs. What has no known price might
    cost anything.
    """
    limit = rails.max_cost_per_hour
    if limit is None or any(each.rail is Rail.MAX_COST_PER_HOUR and not each.targets for each in valid):
        return []
    allows = f"the rail `max_cost_per_hour` allows {in_dollars(limit)} an hour"
    if toll.expenses is None:
        summary = f"what the plan costs is not known, since the price list could not be read, and {allows}"
        hint = "use a token that may read GET /plans, or add a waiver under `rails` in the stack"
        return [error("cost-not-known", summary, hint=hint)]
    counted = [each for each in toll.expenses if not waived(each.address, Rail.MAX_COST_PER_HOUR, valid)]
    if not _dearer(counted):
        return []
    total = sum((each.cost.after or Decimal(0) for each in counted), Decimal(0))
    if total > limit:
        most = sorted(counted, key=lambda each: (-(each.cost.after or Decimal(0)), each.address.sort_key))
        listed = _listed([_with_price(each) for each in most if each.cost.after])
        return [
            error("too-costly", f"the stack would cost {in_dollars(total)} an hour, and {allows}:{listed}", hint=_RAISE)
        ]
    unknown = [each.address for each in counted if each.cost.after is None]
    if not unknown:
        return []
    summary = f"what the stack would cost is not known, and {allows}; there is no price for:{_listed(unknown)}"
    hint = "add a waiver with these `targets` under `rails` in the stack"
    return [error("cost-not-known", summary, hint=hint)]


def _dearer(expenses: Sequence[Expense]) -> bool:
    """Whether an apply may make it cost more than now."""
    deltas = [each.cost.delta for each in expenses if each.pending and each.cost.after != 0]
    known = sum((each.cost.delta or Decimal(0) for each in expenses), Decimal(0))
    return None in deltas or known > 0


def _with_price(expense: Expense) -> str:
    before, after = expense.cost.before, expense.cost.after
    was = f", {in_dollars(before)} now" if before and before != after else ""
    return f"{expense.address}: {in_dollars(after or Decimal(0))}{was}"


def _over_share(count: int, owned: int, share: float) -> bool:
    return count > FREE_DELETES and count > share * owned


def _not_waived(losses: Sequence[Loss], rail: Rail, valid: Collection[Waiver]) -> list[Loss]:
    return [each for each in losses if not waived(each.address, rail, valid)]


def _listed(what: Sequence[object]) -> str:
    lines = [*map(str, what[:_SHOWN]), *([f"... and {len(what) - _SHOWN} more"] if len(what) > _SHOWN else [])]
    return "".join(f"\n{each}" for each in lines)


def _objects(count: int) -> str:
    return f"{count} object" if count == 1 else f"{count} objects"


def _expired(waiver: Waiver) -> Diagnostic:
    summary = f"the waiver of `{waiver.rail}` held until {waiver.until}, and counts no more: {waiver.reason}"
    return warning("waiver-expired", summary, place=waiver.place, hint="take it away, or give it a later day")
