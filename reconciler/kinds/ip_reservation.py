"""Reserved blocks of addresses: public ones in a facility, global (anycast) ones without.

One request is one block of that size; a block cannot be resized. The automatic blocks that the platform makes with the
first device of a facility are in the same list, and are neither ours nor strangers.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from reconciler.api import endpoints
from reconciler.kinds.common import (
    facility_code,
    id_of,
    known,
    missing_list,
    parsed,
    reserved_tags,
    same_customdata,
    same_members,
    same_text,
    whole_number,
)
from reconciler.model.effect import Effect
from reconciler.model.kind import FieldError, Kind, Spec, Verb, Verdict, Wish
from reconciler.model.live import LiveObject, Phase, Status
from reconciler.model.mark import from_tags, own_tags
from reconciler.model.price import Charge
from reconciler.model.rules import CreateOnly, Listed, Replace, Update
from reconciler.wire import Call, Listing, Rejected

GLOBAL_QUOTA = 4
LARGEST_UNREVIEWED = 16
_PHASES = {"pending": Phase.WORKING, "denied": Phase.FAILED}


def _prefix_length(body: Mapping[str, Any]) -> int:
    """Of an IPv4 block. Raises ValueError for what is none, before anything is raised to its power."""
    found = body["cidr"]
    if type(found) is not int or not 0 <= found <= 32:
        raise ValueError(f"the block {body.get('id')} does not show its prefix length")
    return found


def _global_addresses(values: Mapping[str, Any]) -> int:
    quantity = values.get("quantity")
    return quantity if values.get("type") == "global_ipv4" and isinstance(quantity, int) else 0


class IpReservationSpec(Spec):
    type: Annotated[
        Literal["public_ipv4", "global_ipv4"], Replace(), Field(description="A block in one facility, or anycast.")
    ]
    quantity: Annotated[
        int, Replace(), Field(ge=1, le=256, description="How many addresses: 1, 2, 4, 8, 16 (more need a review).")
    ]
    facility: Annotated[
        str | None,
        Replace(),
        Listed("facility"),
        Field(min_length=1, description="The facility's code; public blocks only."),
    ] = None
    details: Annotated[str | None, Update(same=same_text), Field(description="What the block is for.")] = None
    comments: Annotated[
        str | None, CreateOnly(replaces=False), Field(description="A word to the people who review large requests.")
    ] = None
    customdata: Annotated[
        dict[str, Any] | str | None, Update(same=same_customdata), Field(description="Free data.")
    ] = None
    tags: Annotated[list[str] | None, Update(same=same_members), Field(description="Tags.")] = None


class IpReservation(Kind):
    name = "ip_reservation"
    section = "ip_reservations"
    parents = ("project",)
    spec = IpReservationSpec
    listed_under = ("project",)
    summary = "A reserved block of IPv4 addresses."
    replace_effect = Effect.NETWORK
    delete_effect = Effect.NETWORK
    mark_field = "tags"
    outputs = {
        "id": "the block's uuid",
        "address": "its first usable address",
        "network": "its network address",
        "netmask": "its netmask",
        "gateway": "its gateway",
        "cidr": "its prefix length",
        "block": "the whole block in CIDR notation",
    }
    adoptable = True
    existing_by = ("uuid", "address", "details")
    waits = True
    gone_at_once = True
    delete_seconds = 180.0
    create_seconds = 3600.0
    replace_impact = "the addresses are given back for good, and others are reserved"

    def listing(self, owner_id: str | None) -> Listing:
        return endpoints.list_ip_reservations(owner_id or "")

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        mark, tags = from_tags(body.get("tags") or ())
        values = known(body, "details", "customdata")
        if "tags" in body:
            values["tags"] = own_tags(mark, tags) if mark else tags
        code = facility_code(body)
        if code is not None:
            values["facility"] = code
        if isinstance(body.get("global_ip"), bool):
            values["type"] = "global_ipv4" if body["global_ip"] else "public_ipv4"
        if body.get("cidr") is not None and body.get("address_family") == 4:  # a block under review has none yet
            values["quantity"] = 2 ** (32 - _prefix_length(body))
        block = f"{body['network']}/{body['cidr']}" if body.get("network") and "cidr" in body else None
        state = str(body.get("state") or "")
        phase = _PHASES.get(state, Phase.READY)
        yield LiveObject(
            kind=self.name,
            id=id_of(body),
            label=block or str(body.get("details") or ""),
            values=values,
            attributes={
                **known(body, "address", "network", "netmask", "gateway", "cidr"),
                **values,
                "id": id_of(body),
                "block": block,
            },
            mark=mark,
            mark_missing=missing_list(body, "tags"),
            owner_id=owner_id,
            parent_id=owner_id,
            status=Status(phase, state, message="waits for a review" if phase is Phase.WORKING else ""),
            automatic=body.get("addon") is False or body.get("management") is True,
            created_at=str(body.get("created_at") or ""),
            foreign_tags=tuple(tag for tag in tags if mark and tag not in values.get("tags", ())),
        )

    def check_meaning(self, values: Mapping[str, Any], partial: frozenset[str]) -> list[FieldError]:
        found = reserved_tags(values)
        quantity, block_type = values.get("quantity"), values.get("type")
        if isinstance(quantity, int) and quantity & (quantity - 1):
            hint = "ask for 1, 2, 4, 8 or 16 addresses (32 to 256 after a review)"
            found.append(FieldError(("quantity",), f"{quantity} is not a power of two", hint))
        if block_type == "public_ipv4" and values.get("facility") is None and "facility" not in partial:
            hint = "add `facility: <code>`, or use `type: global_ipv4`"
            found.append(FieldError(("type",), "a public block needs a facility", hint, "missing-facility"))
        if block_type == "global_ipv4" and values.get("facility") is not None:
            found.append(FieldError(("facility",), "a global block belongs to no facility", "remove `facility`"))
        if block_type == "global_ipv4" and isinstance(quantity, int) and quantity > GLOBAL_QUOTA:
            message = f"a project can have {GLOBAL_QUOTA} global addresses at most"
            found.append(FieldError(("quantity",), message))
        return found

    def known_as(self, live: LiveObject, name: str) -> bool:
        """By its details, or by an address in it, with or without a prefix."""
        if name == live.values.get("details"):
            return True
        try:
            block = ipaddress.ip_network(str(live.attributes.get("block")))
            return ipaddress.ip_interface(name).ip in block
        except ValueError:
            return False

    def check_together(self, siblings: Sequence[Mapping[str, Any]]) -> Iterable[tuple[int, FieldError]]:
        """The quota of global addresses is the project's, not the block's."""
        total = 0
        for at, each in enumerate(siblings):
            quantity = each.get("quantity")
            if each.get("type") != "global_ipv4" or not isinstance(quantity, int) or quantity > GLOBAL_QUOTA:
                continue
            total += quantity
            if total > GLOBAL_QUOTA:
                message = f"a project can have {GLOBAL_QUOTA} global addresses at most, and with this there are {total}"
                yield at, FieldError(("quantity",), message, "ask for fewer", "over-quota")
                return

    def charges(self, values: Mapping[str, Any]) -> tuple[Charge, ...]:
        """The list has the price of an address, by the type of its block."""
        block_type = values.get("type")
        return (Charge(block_type if isinstance(block_type, str) else "", whole_number(values.get("quantity"))),)

    def check_quota(
        self, standing: Sequence[Mapping[str, Any]], created: Sequence[Mapping[str, Any]]
    ) -> Iterable[tuple[int, FieldError]]:
        """The project's global addresses, those that others reserved too; and blocks that people look at first."""
        held = sum(_global_addresses(each) for each in standing)
        total = held
        for at, each in enumerate(created):
            quantity = each.get("quantity")
            if each.get("type") == "public_ipv4" and isinstance(quantity, int) and quantity > LARGEST_UNREVIEWED:
                message = f"a block of {quantity} addresses waits for a review, and an apply waits with it"
                hint = f"up to {LARGEST_UNREVIEWED} addresses are given at once"
                yield at, FieldError(("quantity",), message, hint, "needs-review", warns=True)
            before, total = total, total + _global_addresses(each)
            if held and before <= GLOBAL_QUOTA < total:
                message = (
                    f"a project can have {GLOBAL_QUOTA} global addresses at most, and with the {held} that stay there "
                    f"this comes to {total}"
                )
                yield at, FieldError(("quantity",), message, "ask for fewer, or release what is not used", "over-quota")

    def create(self, wish: Wish) -> Call:
        body = {key: parsed(value) if key == "customdata" else value for key, value in wish.values.items()}
        body["tags"] = [*(body.get("tags") or ()), *wish.mark.to_tags()]
        return endpoints.reserve_ip(wish.parent_id or "", body)

    def update(self, wish: Wish, live: LiveObject, changed: frozenset[str]) -> Call:
        body = {name: wish.values[name] for name in sorted(changed)}
        if "customdata" in body:
            body["customdata"] = parsed(body["customdata"])
        if "tags" in body:
            body["tags"] = [*dict.fromkeys((*(body["tags"] or ()), *live.foreign_tags)), *wish.mark.to_tags()]
        return endpoints.update_ip_reservation(live.id, body)

    def delete(self, live: LiveObject) -> Call:
        return endpoints.release_ip_reservation(live.id)

    def probe(self, identifier: str) -> Call | None:
        return endpoints.get_ip(identifier)

    def verdict(self, verb: Verb, rejected: Rejected) -> Verdict:
        """A block is held while addresses of it are assigned; those go a while after their device."""
        return Verdict.LATER if verb is Verb.DELETE and rejected.status == 422 else Verdict.FAILED
