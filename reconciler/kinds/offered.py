"""What cannot be ordered as asked for: rules over what is offered, for the kinds that order machines and what is in a
facility.

Which plan is where, what runs on it and what a facility has are the API's own lists (`available_in`,
`provisionable_on`, `deployment_types`, `features`). A device takes the first facility of its list that has the plan, so
one of them is enough. Reserved machines are where they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.kinds.machine import ANY, PLAN_ALIASES
from reconciler.model.offers import OfferedPlan, Offers
from reconciler.model.spec import FieldError

CODE = "not-offered"
MACHINE = frozenset(
    {"plan", "facility", "operating_system", "spot_instance", "hardware_reservation_id", "ip_addresses"}
)
"""What `machine_offer_errors` reads."""
_FEATURES: Mapping[str, str] = {"storage": "block storage", "layer_2": "layer 2"}


def machine_offer_errors(offers: Offers, values: Mapping[str, Any]) -> Iterable[FieldError]:
    """Of a device or a batch; `values` may be a part of those of another kind, with `facility` and `plan` in it."""
    plan = offered_plan(offers, values.get("plan"))
    if plan is not None and values.get("hardware_reservation_id") is None:
        yield from _place_errors(offers, plan, values.get("facility"))
        if values.get("spot_instance") is True and plan.spot is False:
            yield FieldError(("spot_instance",), f"{plan.slug} is not on the spot market", "", CODE)
    system = offers.systems.get(_text(values.get("operating_system")))
    if system is None:
        return
    runs_on = None if system.plans is None else {PLAN_ALIASES.get(each, each) for each in system.plans}
    if plan is not None and plan.systems_known and runs_on is not None and not runs_on & _classes(plan):
        runs = sorted({offers.plans[each].slug for each in runs_on if each in offers.plans})
        hint = f"{system.slug} runs on {_several(runs)}" if runs else ""
        yield FieldError(("operating_system",), f"{system.slug} does not run on {plan.slug}", hint, CODE)
    asked = values.get("ip_addresses")
    if system.public_ipv4_required and isinstance(asked, list) and asked and not any(map(_is_public_ipv4, asked)):
        hint = "add `{address_family: 4, public: true}`"
        yield FieldError(("ip_addresses",), f"{system.slug} needs a public IPv4 address", hint, CODE)


def offered_plan(offers: Offers, slug: Any) -> OfferedPlan | None:
    """A plan by its slug, or by what it was called before 2018."""
    return offers.plans.get(_text(slug)) or offers.plans.get(PLAN_ALIASES.get(_text(slug), ""))


def feature_errors(offers: Offers, wish: Any, feature: str, path: tuple[str | int, ...]) -> Iterable[FieldError]:
    """Where the one facility that is named has not got what is needed of it."""
    named = _named(wish)
    place = offers.facilities.get(named[0]) if named is not None and len(named) == 1 else None
    if place is None or place.features is None or feature in place.features:
        return
    having = sorted({each.code for each in offers.facilities.values() if each.features and feature in each.features})
    word = _FEATURES.get(feature, feature)
    hint = f"{_several(having)} {'has' if len(having) == 1 else 'have'} it" if having else ""
    yield FieldError(path, f"{place.code} has no {word}", hint, CODE)


def _named(value: Any) -> list[str] | None:
    """The facilities of a wish; None where any will do, or where it is not known."""
    named = value if isinstance(value, list) else [value]
    return None if not named or any(not isinstance(each, str) or each == ANY for each in named) else named


def _place_errors(offers: Offers, plan: OfferedPlan, wish: Any) -> Iterable[FieldError]:
    named = _named(wish)
    if named is None or plan.facilities is None:
        return
    places = [offers.facilities.get(each) for each in named]
    if any(each is None or not each.plans_known or each.code in plan.facilities for each in places):
        return
    codes = [each.code for each in places if each is not None]
    where = codes[0] if len(codes) == 1 else f"none of {', '.join(codes)}"
    message = f"{plan.slug} is not in {where}" if len(codes) == 1 else f"{plan.slug} is in {where}"
    hint = f"it is in {_several(sorted(plan.facilities))}{_others(offers, codes)}"
    yield FieldError(("facility",), message, hint, CODE)


def _others(offers: Offers, codes: list[str]) -> str:
    """What the first of the facilities has instead, as the end of a hint."""
    there = sorted({each.slug for each in offers.plans.values() if each.facilities and codes[0] in each.facilities})
    return f"; {codes[0]} has {_several(there)}" if there else ""


def _classes(plan: OfferedPlan) -> set[str]:
    return {PLAN_ALIASES.get(each, each) for each in plan.names}


def _is_public_ipv4(request: Any) -> bool:
    return not isinstance(request, Mapping) or (request.get("address_family") == 4 and request.get("public") is True)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _several(words: list[str]) -> str:
    """Names for people, the first ten."""
    shown = words[:10]
    if len(words) > len(shown):
        return f"{', '.join(shown)} and others"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
