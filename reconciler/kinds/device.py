"""Devices: the machines themselves, and what costs money by the hour.

The mark is a tag, written in the create call. A create goes on for minutes after its answer (queued, provisioning,
active), a delete for some more (deprovisioning), and both are watched through the project's list. An on-demand device
that fails to provision is taken away by the platform and answers 403 from then on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field

from reconciler.api import endpoints
from reconciler.kinds.common import (
    BILLED_HOURLY,
    NO_BID,
    NOT_LOCKED,
    id_of,
    known,
    maker_in,
    missing_list,
    reserved_tags,
    same_customdata,
    same_flag,
    same_members,
    same_number,
    same_text,
)
from reconciler.kinds.machine import (
    ANY,
    NEXT_AVAILABLE,
    PLAN_ALIASES,
    AddressRequest,
    address_errors,
    bid_errors,
    first_end,
    hostname_errors,
    ipxe_errors,
    machine_addresses,
    machine_body,
    machine_charge,
    machine_status,
    machine_values,
    machines_taken,
    moment_errors,
    reservation_errors,
    same_facility,
    same_plan,
    same_reservation,
)
from reconciler.kinds.offered import MACHINE, machine_offer_errors
from reconciler.model.effect import Effect
from reconciler.model.kind import FieldError, Kind, Spec, Verb, Verdict, Wish
from reconciler.model.live import LiveObject
from reconciler.model.mark import Mark, from_tags, memo_digest, own_tags
from reconciler.model.offers import Offers
from reconciler.model.price import Charge
from reconciler.model.rules import CreateOnly, Listed, Refers, Replace, Update
from reconciler.model.stock import Machines
from reconciler.wire import Call, Listing, Rejected

REINSTALL = "reinstall"
_INSTALLED = "userdata@install"
_NO_CHOICE: Mapping[str, str] = MappingProxyType({})
_RESERVED = ("Server is not provisionable", "no available hardware reservations")
_ADVICE = {
    "no available hardware reservations": "all reserved machines of this plan and facility are in use: free one, or "
    "name none to take one on demand",
    "Server is not provisionable": (
        "the reserved machine is in use, or was until some minutes ago; see `timeouts: {create: ...}`"
    ),
    "Facility can't be blank": "none of the facilities named has the plan; name others, or `any`",
    "must have at least one SSH key": "declare a key under `ssh_keys`, of the project or at the top of the stack",
    "insufficient public IPv4 space": (
        "a subnet this large comes out of a block of the project's own: declare it under `ip_reservations`, and name "
        "it in the device's `ip_addresses`"
    ),
}
"""Refusals of a create by a part of their text, and the way out."""


class DeviceSpec(Spec):
    hostname: Annotated[
        str | None,
        Update(note="the machine's own name changes at its next install", clears=False),
        Field(min_length=1, max_length=253, description="Its name; the API makes one up when left out."),
    ] = None
    facility: Annotated[
        str | list[str] | None,
        Replace(same=same_facility),
        Listed("facility", frozenset({ANY})),
        Field(description='A facility code, a list in order of preference, or "any".'),
    ] = None
    plan: Annotated[
        str,
        Replace(same=same_plan),
        Listed("plan", frozenset(PLAN_ALIASES)),
        Field(min_length=1, description="The hardware, as a plan slug."),
    ]
    operating_system: Annotated[
        str,
        Replace(),
        Listed("operating system"),
        Field(min_length=1, description="An operating system slug, or `custom_ipxe`."),
    ]
    description: Annotated[str | None, Update(same=same_text), Field(description="Free text.")] = None
    billing_cycle: Annotated[
        Literal["hourly", "daily", "monthly", "yearly"] | None,
        Update(clears=False),
        BILLED_HOURLY,
        Field(description="Default: hourly."),
    ] = None
    userdata: Annotated[
        str | None,
        Update(same=same_text, note="stored now, run at the next install only"),
        Field(description="Cloud-init text or an iPXE script."),
    ] = None
    always_pxe: Annotated[
        bool | None, Update(same=same_flag), Field(description="Boot by iPXE each time, not only once.")
    ] = None
    ipxe_script_url: Annotated[
        str | None, Update(same=same_text), Field(description="Where the iPXE script is; needs `custom_ipxe`.")
    ] = None
    power_state: Annotated[
        Literal["active", "inactive"] | None,
        Update(clears=False, effect=Effect.REBOOT),
        Field(description="Whether it runs: `active` is on, `inactive` is off."),
    ] = None
    locked: Annotated[
        bool | None,
        Update(same=same_flag),
        NOT_LOCKED,
        Field(description="A locked device refuses to be deleted or reinstalled."),
    ] = None
    customdata: Annotated[
        dict[str, Any] | list[Any] | str | None,
        Update(same=same_customdata),
        Field(description="Free data, as an object or as JSON text; the metadata service shows it."),
    ] = None
    tags: Annotated[list[str] | None, Update(same=same_members), Field(description="Tags.")] = None
    hardware_reservation_id: Annotated[
        str | list[str] | None,
        Replace(same=same_reservation),
        Refers(("hardware_reservation",)),
        Field(description="A reservation, a list of which the first free one is taken, or `next-available`."),
    ] = None
    spot_instance: Annotated[
        bool | None, Replace(same=same_flag), NO_BID, Field(description="Bid on the spot market.")
    ] = None
    spot_price_max: Annotated[
        float | None, Replace(same=same_number), Field(gt=0, description="The highest bid, in dollars an hour.")
    ] = None
    termination_time: Annotated[
        str | None, CreateOnly(), Field(description="When the platform deletes it by itself (RFC 3339).")
    ] = None
    project_ssh_keys: Annotated[
        list[str] | None,
        CreateOnly(note="keys are fixed when the device is provisioned", unordered=True),
        Refers(("ssh_key",)),
        Field(description="Project keys to put on it; all when neither list is given."),
    ] = None
    user_ssh_keys: Annotated[
        list[str] | None,
        CreateOnly(note="keys are fixed when the device is provisioned", unordered=True),
        Refers(("ssh_key",), "owner_id"),
        Field(description="Users (by uuid) whose keys to put on it."),
    ] = None
    features: Annotated[
        list[str] | dict[str, Literal["required", "preferred"]] | None,
        CreateOnly(unordered=True),
        Field(description="What the hardware must have: a list, or a map to `required` or `preferred`."),
    ] = None
    public_ipv4_subnet_size: Annotated[
        int | None,
        CreateOnly(),
        Field(ge=28, le=32, description="Prefix length of its public IPv4 block; 31 by default."),
    ] = None
    ip_addresses: Annotated[
        list[AddressRequest] | None, CreateOnly(), Field(description="Which addresses it gets at birth.")
    ] = None


class Device(Kind):
    name = "device"
    section = "devices"
    parents = ("project",)
    spec = DeviceSpec
    listed_under = ("project",)
    offered = MACHINE
    summary = "A machine."
    mark_field = "tags"
    uses = ("ssh_key", "vlan", "ip_reservation", "bgp_config")
    follows = ("ssh_key", "hardware_reservation")
    """All keys of the project and the user go on a device that names none, and `next-available` takes what is there."""
    waits = True
    precious = True
    reached_at = {"public": "public_ipv4", "private": "private_ipv4"}
    guarded = frozenset({"always_pxe", "ipxe_script_url", "locked", "userdata"})
    ends = "termination_time"
    stepwise = True
    choices = {"operating_system": frozenset({"reinstall"}), "userdata": frozenset({"reinstall"})}
    create_seconds = 1800.0
    delete_seconds = 1200.0
    replace_impact = "the disks are wiped, the addresses change, and another machine is provisioned"
    outputs = {
        "id": "the device's uuid",
        "short_id": "the uuid's first eight digits",
        "state": "its state, such as `active`",
        "public_ipv4": "its public IPv4 address",
        "private_ipv4": "its private IPv4 address",
        "public_ipv6": "its public IPv6 address",
        "private_block": "the project's automatic private block in its facility, a /25",
        "ipv6_block": "the project's automatic IPv6 block in its facility, a /56",
        "ip_addresses": "all its addresses: address, cidr, netmask, gateway, network, public, address_family",
        "user": "the account to log in with",
    }

    def listing(self, owner_id: str | None) -> Listing:
        return endpoints.list_devices(owner_id or "")

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        mark, tags = from_tags(body.get("tags") or ())
        values = machine_values(body)
        if "tags" in body:
            values["tags"] = own_tags(mark, tags) if mark else tags
        identifier = id_of(body)
        yield LiveObject(
            kind=self.name,
            id=identifier,
            label=str(body.get("hostname") or ""),
            values=values,
            attributes={
                **values,
                **machine_addresses(body),
                **known(body, "short_id", "state", "user"),
                "id": identifier,
            },
            mark=mark,
            mark_missing=missing_list(body, "tags"),
            owner_id=owner_id,
            parent_id=owner_id,
            status=machine_status(body),
            locked=body.get("locked") is True,
            created_at=str(body.get("created_at") or ""),
            ends_at=first_end([body]),
            foreign_tags=tuple(tag for tag in tags if mark and tag not in values.get("tags", ())),
        )

    def foretell(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """The facility is certain only when one is named; `ip_addresses` is a request, not a result."""
        left_out = {"ip_addresses"}
        if not isinstance(values.get("facility"), str) or values["facility"] == ANY:
            left_out.add("facility")
        return {name: value for name, value in values.items() if name not in left_out}

    def check_meaning(self, values: Mapping[str, Any], partial: frozenset[str]) -> list[FieldError]:
        found = reserved_tags(values)
        found += hostname_errors(values.get("hostname"), "hostname")
        declared = set(values) | partial
        if "facility" not in declared and "hardware_reservation_id" not in declared:
            found.append(FieldError((), "a device needs a `facility`", "name one, a list, or any", "missing-field"))
        found += ipxe_errors(values, partial)
        found += [*bid_errors(values, partial), *moment_errors(values, "termination_time")]
        return [*found, *reservation_errors(values, partial), *address_errors(values)]

    def check_offers(
        self, offers: Offers, values: Mapping[str, Any], parent: Mapping[str, Any]
    ) -> Iterable[FieldError]:
        return machine_offer_errors(offers, values)

    def charges(self, values: Mapping[str, Any]) -> tuple[Charge, ...]:
        return (machine_charge(values),)

    def history(self, live: LiveObject) -> Listing | None:
        return endpoints.list_device_events(live.id)

    def maker(self, live: LiveObject, events: Sequence[Mapping[str, Any]]) -> str:
        return maker_in(events, live.created_at)

    def takes(self, values: Mapping[str, Any], partial: frozenset[str] = frozenset()) -> Machines | None:
        return machines_taken(values, partial)

    def memo(
        self, values: Mapping[str, Any], born: Mark | None = None, on_change: Mapping[str, str] = _NO_CHOICE
    ) -> Mapping[str, str]:
        """Besides the usual: a digest of the userdata that was installed, where a change of it is to reinstall."""
        kept = dict(super().memo(values, born, on_change))
        if on_change.get("userdata") == REINSTALL and born is None:
            kept[_INSTALLED] = memo_digest(values.get("userdata") or "")
        return kept

    def unfinished(self, values: Mapping[str, Any], live: LiveObject, on_change: Mapping[str, str]) -> frozenset[str]:
        """Userdata that is stored, while the machine was installed with another: the reinstall is still due."""
        if on_change.get("userdata") != REINSTALL or live.mark is None or "userdata" not in values:
            return frozenset()
        wanted, installed = values["userdata"], live.mark.memo.get(_INSTALLED)
        due = isinstance(wanted, str | None) and installed not in (None, memo_digest(wanted or ""))
        return frozenset({"userdata"}) if due else frozenset()

    def undone_by(self, changed: frozenset[str], on_change: Mapping[str, str]) -> frozenset[str]:
        """A machine runs after its install."""
        return frozenset({"power_state"} if any(on_change.get(name) == REINSTALL for name in changed) else ())

    def create(self, wish: Wish) -> Call:
        return self.creates(wish)[0]

    def creates(self, wish: Wish) -> tuple[Call, ...]:
        """One call for each reservation of a list, in its order: the first that is free is taken."""
        body = machine_body({name: value for name, value in wish.values.items() if name != "power_state"})
        body["tags"] = [*(wish.values.get("tags") or ()), *wish.mark.to_tags()]
        wanted = body.get("hardware_reservation_id")
        if wanted == []:  # a lookup found none that is free: the platform is asked for the first that will be
            body["hardware_reservation_id"] = NEXT_AVAILABLE
        if not isinstance(wanted, list) or not wanted:
            return (endpoints.create_device(wish.parent_id or "", body),)
        return tuple(
            endpoints.create_device(wish.parent_id or "", {**body, "hardware_reservation_id": each}) for each in wanted
        )

    def calls(self, wish: Wish, live: LiveObject, changed: frozenset[str]) -> tuple[Call, ...]:
        """Fields first, then a reinstall, which runs the stored userdata, then the power.

        That a reinstall was done shows nowhere but in a memo, so the memo says what is installed: it is written before
        with the old digest, where there was none, and after with the new one.
        """
        calls: list[Call] = []
        reinstalls = {name for name in changed if wish.on_change.get(name) == REINSTALL}
        stored = changed - {"power_state", "operating_system"}
        due = "userdata" in reinstalls and isinstance(live.values.get("userdata"), str | None)
        if due and same_text(wish.values.get("userdata"), live.values.get("userdata")):
            stored -= {"userdata"}
        begun = live.mark.memo.get(_INSTALLED) if live.mark is not None else None
        if stored:
            before = begun or memo_digest(live.values.get("userdata") or "")
            calls.append(self._stored(wish, live, stored, before if due else None))
        if reinstalls:
            options = {name: wish.values[name] for name in sorted(reinstalls & {"operating_system"})}
            calls.append(endpoints.act_on_device(live.id, REINSTALL, options))
        if due:
            calls.append(self._stored(wish, live, frozenset(), memo_digest(wish.values.get("userdata") or "")))
        if "power_state" in changed or (reinstalls and wish.values.get("power_state") == "inactive"):
            turn = "power_on" if wish.values["power_state"] == "active" else "power_off"
            calls.append(endpoints.act_on_device(live.id, turn))
        return tuple(each for each in calls if each not in wish.sent)

    def update(self, wish: Wish, live: LiveObject, changed: frozenset[str]) -> Call:
        return self._stored(wish, live, changed, None)

    def _stored(self, wish: Wish, live: LiveObject, changed: frozenset[str], installed: str | None) -> Call:
        """One PUT of some fields; the tags go along when they change, or when the memo in them does."""
        body = machine_body({name: wish.values[name] for name in sorted(changed)})
        mark = wish.mark
        if installed is not None:
            mark = replace(mark, memo={**mark.memo, _INSTALLED: installed})
        if "tags" in changed or installed is not None:
            own = wish.values.get("tags", live.values.get("tags")) or ()
            body["tags"] = [*dict.fromkeys((*own, *live.foreign_tags)), *mark.to_tags()]
        return endpoints.update_device(live.id, body)

    def reread(self, wish: Wish, live: LiveObject | None) -> Call:
        return endpoints.get_device(live.id if live is not None else "")

    def delete(self, live: LiveObject) -> Call:
        return endpoints.delete_device(live.id)

    def probe(self, identifier: str) -> Call | None:
        return endpoints.get_device(identifier)

    def ailment(self, values: Mapping[str, Any], live: LiveObject) -> str:
        """One that is off is out of work, unless the stack wants it so."""
        wanted = "inactive" if self.rests(values) else "active"
        return "" if live.status.word == wanted else f"its state is {live.status.word or 'not shown'}, not {wanted}"

    def rests(self, values: Mapping[str, Any]) -> bool:
        return values.get("power_state") == "inactive"

    def looks(self, values: Mapping[str, Any]) -> str:
        """Hostnames may repeat, so this only asks a question: is it ours, with its tags overwritten?"""
        return str(values.get("hostname") or "")

    def verdict(self, verb: Verb, rejected: Rejected) -> Verdict:
        """A device cannot be deleted while it is queued or provisioning; it can a while later. A reserved machine
        cannot be had for some minutes after its last device (terraform-provider-metal#208): another of the list can,
        or it is waited for.
        """
        if verb is Verb.CREATE and any(words in text for words in _RESERVED for text in rejected.errors):
            return Verdict.NEXT
        busy = any("while it is provisioning" in text for text in rejected.errors)
        return Verdict.LATER if verb is Verb.DELETE and busy else Verdict.FAILED

    def advice(self, verb: Verb, rejected: Rejected) -> str:
        """The API's words for three refusals of a create do not say what is missing (packngo#121, metal-cli#222)."""
        if verb is Verb.CREATE:
            return next((advice for words, advice in _ADVICE.items() if any(words in e for e in rejected.errors)), "")
        return ""
