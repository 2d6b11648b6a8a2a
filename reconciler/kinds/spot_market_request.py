"""Requests on the spot market: standing bids that make machines whenever price and stock allow it.

Paths, fields and `instance_parameters` are those of packngo, packet-python and Terraform's provider (the 2019
reference breaks off here). A request cannot be changed, so every change replaces it. The mark is in the tags that its
machines are given, its only free field, and so it is on the machines too. A delete ends the machines by
`force_termination`; whether it is to do so is kept in the mark, since the stack may no longer say so when it goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field

from reconciler.api import endpoints
from reconciler.api.endpoints import shaped
from reconciler.kinds.common import (
    id_of,
    known,
    missing,
    reserved_tags,
    same_customdata,
    same_flag,
    same_members,
    same_number,
    same_text,
    whole_number,
)
from reconciler.kinds.machine import (
    PLAN_ALIASES,
    bid_charge,
    indexed_hostname_errors,
    ipxe_errors,
    machine_body,
    machine_summary,
    machines_shown,
    moment_errors,
    plan_name,
    same_plan,
    what_becomes_of,
)
from reconciler.kinds.offered import machine_offer_errors
from reconciler.model.kind import FieldError, Kind, Look, Spec, Verb, Wish
from reconciler.model.live import LiveObject, Phase, Status
from reconciler.model.mark import Mark, from_tags
from reconciler.model.offers import Offers
from reconciler.model.price import Charge
from reconciler.model.rules import Listed, Ours, Replace, Same, WriteOnce
from reconciler.wire import Call, Listing, Rejected

_KEPT = "outlived"
"""In the memo: the machines stay when the request goes."""
_NO_CHOICE: Mapping[str, str] = MappingProxyType({})
_OPENED = ("devices", "facilities")
"""Without this an answer only links to them."""


class InstanceParameters(Spec):
    """What each machine of a request is to be."""

    plan: Annotated[
        str, Listed("plan", frozenset(PLAN_ALIASES)), Field(min_length=1, description="The hardware, as a plan slug.")
    ]
    operating_system: Annotated[
        str, Listed("operating system"), Field(min_length=1, description="An operating system slug, or `custom_ipxe`.")
    ]
    hostname: Annotated[
        str | None, Field(description="The name of each; `{{index}}` in it is the machine's number.")
    ] = None
    hostnames: Annotated[list[str] | None, Field(description="Names for the machines, one after the other.")] = None
    billing_cycle: Annotated[Literal["hourly"] | None, Field(description="Spot machines are billed hourly.")] = None
    description: Annotated[str | None, Field(description="Free text.")] = None
    userdata: Annotated[str | None, Field(description="Cloud-init text or an iPXE script.")] = None
    always_pxe: Annotated[bool | None, Field(description="Boot by iPXE each time, not only once.")] = None
    ipxe_script_url: Annotated[str | None, Field(description="Where the iPXE script is; needs `custom_ipxe`.")] = None
    locked: Annotated[bool | None, Field(description="A locked machine refuses to be deleted.")] = None
    customdata: Annotated[
        dict[str, Any] | list[Any] | str | None, Field(description="Free data; the metadata service shows it.")
    ] = None
    tags: Annotated[list[str] | None, Field(description="Tags of each machine.")] = None
    features: Annotated[
        list[str] | dict[str, Literal["required", "preferred"]] | None,
        Field(description="What the hardware must have: a list, or a map to `required` or `preferred`."),
    ] = None
    project_ssh_keys: Annotated[
        list[str] | None, Field(description="Project keys (by uuid) to put on it; all when neither list is given.")
    ] = None
    user_ssh_keys: Annotated[list[str] | None, Field(description="Users (by uuid) whose keys to put on each.")] = None
    termination_time: Annotated[
        str | None, Field(description="When the platform deletes the machines by itself (RFC 3339).")
    ] = None


_SAME_PART: Mapping[str, Same] = {
    "plan": same_plan,
    "description": same_text,
    "userdata": same_text,
    "always_pxe": same_flag,
    "ipxe_script_url": same_text,
    "locked": same_flag,
    "customdata": same_customdata,
    "tags": same_members,
    "project_ssh_keys": same_members,
    "user_ssh_keys": same_members,
}


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _names_a_machine(parameters: Any) -> bool:
    named = all(isinstance(parameters.get(name), str) for name in ("plan", "operating_system"))
    return named and isinstance(parameters.get("hostname"), str | None)


_ALWAYS: Mapping[str, Callable[[Any], bool]] = {
    "devices_min": _is_count,
    "devices_max": _is_count,
    "max_bid_price": lambda price: isinstance(price, int | float | str) and not isinstance(price, bool),
    "facilities": lambda codes: all(isinstance(each, str) for each in codes),
    "instance_parameters": _names_a_machine,
}
"""What every request has, and whether an answer shows it as it can be."""


def same_parameters(declared: Any, live: Any) -> bool:
    """The same in every part that is declared, each by its meaning."""
    if not isinstance(declared, Mapping) or not isinstance(live, Mapping):
        return bool(declared == live)
    return all(
        _SAME_PART.get(name, _equal)(value, live.get(name)) for name, value in declared.items() if value is not None
    )


def _equal(declared: Any, live: Any) -> bool:
    return bool(declared == live)


def same_moment(declared: Any, live: Any) -> bool:
    """The same moment, whatever its zone."""
    try:
        return datetime.fromisoformat(str(declared)) == datetime.fromisoformat(str(live))
    except (TypeError, ValueError):
        return bool(declared == live)


class SpotMarketRequestSpec(Spec):
    devices_min: Annotated[
        int, Replace(), Field(ge=1, description="No machine is made while fewer than this can be had.")
    ]
    devices_max: Annotated[int, Replace(), Field(ge=1, description="How many machines it makes at most.")]
    max_bid_price: Annotated[
        int | float, Replace(same=same_number), Field(gt=0, description="The highest bid for each, in dollars an hour.")
    ]
    facilities: Annotated[
        list[str],
        Replace(same=same_members),
        Listed("facility"),
        Field(min_length=1, description="The facilities' codes, filled in this order."),
    ]
    instance_parameters: Annotated[
        InstanceParameters,
        Replace(same=same_parameters, note="a request cannot be changed"),
        Field(description="What each machine is to be."),
    ]
    end_at: Annotated[
        str | None,
        Replace(same=same_moment),
        Field(description="When it makes no more machines (RFC 3339); never, when left out."),
    ] = None
    force_termination: Annotated[
        bool | None,
        WriteOnce("it is kept in the request, which cannot be changed"),
        Field(description="Whether its machines end with it: yes, when left out. Else they stay, and are nobody's."),
    ] = None
    wait_for_devices: Annotated[
        bool | None,
        Ours(),
        Field(description="Whether a run goes on only when `devices_min` machines are active."),
    ] = None


class SpotMarketRequest(Kind):
    name = "spot_market_request"
    section = "spot_market_requests"
    parents = ("project",)
    spec = SpotMarketRequestSpec
    listed_under = ("project",)
    offered = frozenset({"facilities", "instance_parameters"})
    looked_for = Look.USED
    mark_stays = "the API cannot change a request"
    summary = "A standing bid for machines on the spot market."
    uses = ("ssh_key", "vlan", "ip_reservation", "bgp_config")
    follows = ("ssh_key",)
    makes = ("device",)
    waits = True
    precious = True
    gone_at_once = True
    create_seconds = 1200.0
    delete_seconds = 120.0
    replace_impact = "a request cannot be changed: it ends, and another one bids anew"
    free_data = frozenset({"instance_parameters"})
    outputs = {
        "id": "the request's uuid",
        "devices": "its machines, a list: id, hostname, state, public_ipv4, private_ipv4, public_ipv6",
    }

    def listing(self, owner_id: str | None) -> Listing:
        return shaped(endpoints.list_spot_market_requests(owner_id or ""), include=_OPENED)

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        """Raises ValueError when it does not show its machines: how many there are is not known then. Nothing of it
        can be changed, so what is not of the type that it has to be must not be taken for a difference: TypeError,
        ValueError.
        """
        machines = machines_shown(body)
        if machines is None:
            raise ValueError(f"the spot market request {body.get('id')} does not show its devices")
        given = body.get("instance_parameters", {})
        if not isinstance(given, Mapping):
            raise TypeError(f"the spot market request {body.get('id')} does not show its parameters")
        parameters = dict(given)
        mark, tags = from_tags(parameters.get("tags") or ())
        values = known(body, "devices_min", "devices_max", "max_bid_price", "end_at")
        if parameters:
            others = {name: value for name, value in parameters.items() if name != "tags"}
            values["instance_parameters"] = {**others, "tags": tags} if tags else others
        places = body.get("facilities")
        if isinstance(places, list) and all(isinstance(each, Mapping) and "code" in each for each in places):
            values["facilities"] = [each["code"] for each in places]
        odd = [name for name, right in _ALWAYS.items() if name in values and not right(values[name])]
        if odd:
            raise ValueError(f"the spot market request {body.get('id')} does not show its {' and '.join(odd)}")
        ends_machines = mark is None or not self.outlived_by(mark)
        values["force_termination"] = ends_machines
        yield LiveObject(
            kind=self.name,
            id=id_of(body),
            label=f"up to {body.get('devices_max')} {parameters.get('plan', '')}".strip(),
            values=values,
            attributes={
                **values,
                "id": id_of(body),
                "devices": [machine_summary(each) for each in machines],
            },
            mark=mark,
            mark_missing=missing(body, "instance_parameters"),
            owner_id=owner_id,
            parent_id=owner_id,
            locked=ends_machines and any(each.get("locked") is True for each in machines),
            created_at=str(body.get("created_at") or ""),
        )

    def read_answer(self, body: Any, wish: Wish) -> LiveObject | None:
        """An answer that only links to the machines is no answer: the list tells."""
        shown = isinstance(body, Mapping) and machines_shown(body) is not None
        return super().read_answer(body, wish) if shown else None

    def regard(self, values: Mapping[str, Any], live: LiveObject) -> LiveObject:
        """Not ready before `devices_min` machines are active, where the stack says that it is to be waited for."""
        least = live.values.get("devices_min") or 0
        active = sum(each.get("state") == "active" for each in live.attributes["devices"])
        if not values.get("wait_for_devices") or active >= least:
            return live
        status = Status(Phase.WORKING, "waiting for machines", message=f"{active} of {least} machines are active")
        return replace(live, status=status, attributes={**live.attributes, "devices": None})

    def check_meaning(self, values: Mapping[str, Any], partial: frozenset[str]) -> list[FieldError]:
        found = []
        least, most = values.get("devices_min"), values.get("devices_max")
        if isinstance(least, int) and isinstance(most, int) and least > most:
            found.append(FieldError(("devices_min",), f"{least} are more than `devices_max`, {most}"))
        found += moment_errors(values, "end_at")
        parameters = values.get("instance_parameters")
        if isinstance(parameters, Mapping):
            inner = [*reserved_tags(parameters), *ipxe_errors(parameters, frozenset())]
            found += [replace(each, path=("instance_parameters", *each.path)) for each in inner]
            found += indexed_hostname_errors(parameters, "instance_parameters")
        return found

    def check_offers(
        self, offers: Offers, values: Mapping[str, Any], parent: Mapping[str, Any]
    ) -> Iterable[FieldError]:
        parameters = values.get("instance_parameters")
        if not isinstance(parameters, Mapping):
            return
        asked = {**parameters, "facility": values.get("facilities"), "spot_instance": True}
        for each in machine_offer_errors(offers, asked):
            inside = each.path != ("facility",)
            name = "plan" if each.path == ("spot_instance",) else each.path[0]
            yield replace(each, path=("instance_parameters", name) if inside else ("facilities",))

    def charges(self, values: Mapping[str, Any]) -> tuple[Charge, ...]:
        """All the machines that it may come to have, at its bid."""
        parameters = values.get("instance_parameters")
        slug = plan_name(parameters.get("plan")) if isinstance(parameters, Mapping) else ""
        return (bid_charge(slug, values.get("max_bid_price"), whole_number(values.get("devices_max"))),)

    def memo(
        self, values: Mapping[str, Any], born: Mark | None = None, on_change: Mapping[str, str] = _NO_CHOICE
    ) -> Mapping[str, str]:
        """Whether the machines are to stay when the request goes."""
        kept = dict(super().memo(values, born, on_change))
        if born is None and values.get("force_termination") is False:
            kept[_KEPT] = "yes"
        return kept

    def outlived_by(self, mark: Mark) -> bool:
        return mark.memo.get(_KEPT) == "yes"

    def create(self, wish: Wish) -> Call:
        ours = {name for name, field in self.fields.items() if isinstance(field.rule, Ours)} | {"force_termination"}
        body = {name: value for name, value in wish.values.items() if name not in ours}
        parameters = body["instance_parameters"]
        if not isinstance(parameters, Mapping):  # a plan's preview: something in it is not known yet
            parameters = {}
        given = {name: value for name, value in parameters.items() if value is not None}
        given["tags"] = [*(given.get("tags") or ()), *wish.mark.to_tags()]
        body["instance_parameters"] = machine_body(given)
        return shaped(endpoints.create_spot_market_request(wish.parent_id or "", body), include=_OPENED)

    def delete(self, live: LiveObject) -> Call:
        return endpoints.delete_spot_market_request(live.id, bool(live.values["force_termination"]))

    def taken_along(self, live: LiveObject) -> tuple[str, ...]:
        machines = live.attributes["devices"] or () if live.values["force_termination"] else ()
        return tuple(str(each["hostname"]) for each in machines)

    def delete_impact(self, live: LiveObject) -> str:
        machines = live.attributes["devices"] or ()
        if not machines:
            return ""
        if live.values["force_termination"]:
            return what_becomes_of(machines, "ends with it", "end with it")
        return what_becomes_of(machines, "stays, and is nobody's then", "stay, and are nobody's then")

    def probe(self, identifier: str) -> Call | None:
        return endpoints.get_spot_market_request(identifier)

    def advice(self, verb: Verb, rejected: Rejected) -> str:
        """The text names one facility, the first, whichever were asked for (terraform-provider-equinix#164)."""
        if verb is Verb.CREATE and any("No available servers" in text for text in rejected.errors):
            return "none of its facilities has the plan on the spot market; the text names the first of them only"
        return ""
