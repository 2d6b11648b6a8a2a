"""Batches: several machines that are made by one call, and stand and fall together.

Fields are those of a device with a quantity (2019 reference, packngo, fog-packet's recordings). A batch has no field of
its own for a mark: it is in its machines' tags, so a batch whose machines are not made yet does not show whose it is.
What can be changed on a machine is changed on each of them; anything else replaces the batch. A batch that fails says
why in `error_messages`, and the machines of one that is `completed` are not active yet (packngo's test waits for both).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import Field

from reconciler.api import endpoints
from reconciler.api.endpoints import shaped
from reconciler.kinds.common import (
    BILLED_HOURLY,
    NO_BID,
    NOT_LOCKED,
    id_of,
    known,
    reserved_tags,
    same_customdata,
    same_flag,
    same_members,
    same_number,
    same_text,
    whole_number,
)
from reconciler.kinds.machine import (
    ANY,
    NEXT_AVAILABLE,
    PLAN_ALIASES,
    AddressRequest,
    address_errors,
    bid_errors,
    enumerated,
    first_end,
    indexed_hostname_errors,
    ipxe_errors,
    machine_body,
    machine_charge,
    machine_status,
    machine_summary,
    machine_values,
    machines_shown,
    machines_taken,
    moment_errors,
    reservation_errors,
    same_plan,
    what_becomes_of,
)
from reconciler.kinds.offered import MACHINE, machine_offer_errors
from reconciler.model.kind import FieldError, Kind, Look, Spec, Verb, Verdict, Wish
from reconciler.model.live import LiveObject, Phase, Status
from reconciler.model.mark import Mark, from_tags, own_tags
from reconciler.model.offers import Offers
from reconciler.model.price import Charge
from reconciler.model.rules import CreateOnly, Listed, Refers, Replace, Same, Update, equal
from reconciler.model.stock import Machines
from reconciler.wire import Call, Listing, Rejected

DIFFERS = "(not the same on all machines)"
"""The live value of a field that is to be the same on all machines, and is not."""
_OPENED = ("devices",)
_PENDING = ("queued", "in_progress")


def same_places(declared: Any, live: Any) -> bool:
    """A wish may be a list in order of preference or `any`; the machines are in some of these places."""
    wanted = declared if isinstance(declared, list) else [declared]
    return declared is None or ANY in wanted or set(live) <= set(wanted)


def on_all(same: Same = equal) -> Same:
    """The same on each machine."""

    def alike(declared: Any, live: Any) -> bool:
        return not (isinstance(live, str) and live == DIFFERS) and same(declared, live)

    return alike


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine of a batch as it is live, with the tags that somebody else put on it."""

    id: str
    values: Mapping[str, Any]
    mark: Mark | None
    foreign_tags: tuple[str, ...]


class DeviceBatchSpec(Spec):
    quantity: Annotated[
        int, Replace(note="a batch cannot be made larger or smaller"), Field(ge=1, description="How many machines.")
    ]
    hostname: Annotated[
        str | None,
        CreateOnly(),
        Field(min_length=1, description="The name of each; `{{index}}` in it is the machine's number."),
    ] = None
    hostnames: Annotated[list[str] | None, CreateOnly(), Field(description="A name for each machine.")] = None
    facility: Annotated[
        str | list[str] | None,
        Replace(same=same_places),
        Listed("facility", frozenset({ANY})),
        Field(description='A facility code, a list in order of preference, or "any".'),
    ] = None
    facility_diversity_level: Annotated[
        int | None, CreateOnly(), Field(ge=1, description="Over how many facilities it may be spread at most.")
    ] = None
    plan: Annotated[
        str,
        Replace(same=on_all(same_plan)),
        Listed("plan", frozenset(PLAN_ALIASES)),
        Field(min_length=1, description="The hardware, as a plan slug."),
    ]
    operating_system: Annotated[
        str,
        Replace(same=on_all()),
        Listed("operating system"),
        Field(min_length=1, description="An operating system slug, or `custom_ipxe`."),
    ]
    description: Annotated[str | None, Update(same=on_all(same_text)), Field(description="Free text.")] = None
    billing_cycle: Annotated[
        Literal["hourly", "daily", "monthly", "yearly"] | None,
        Update(same=on_all(), clears=False),
        BILLED_HOURLY,
        Field(description="Default: hourly."),
    ] = None
    userdata: Annotated[
        str | None,
        Update(same=on_all(same_text), note="stored now, run at the next install only"),
        Field(description="Cloud-init text or an iPXE script."),
    ] = None
    always_pxe: Annotated[
        bool | None, Update(same=on_all(same_flag)), Field(description="Boot by iPXE each time, not only once.")
    ] = None
    ipxe_script_url: Annotated[
        str | None, Update(same=on_all(same_text)), Field(description="Where the iPXE script is; needs `custom_ipxe`.")
    ] = None
    locked: Annotated[
        bool | None,
        Update(same=on_all(same_flag)),
        NOT_LOCKED,
        Field(description="A locked machine refuses to be deleted or reinstalled."),
    ] = None
    customdata: Annotated[
        dict[str, Any] | list[Any] | str | None,
        Update(same=on_all(same_customdata)),
        Field(description="Free data, as an object or as JSON text; the metadata service shows it."),
    ] = None
    tags: Annotated[list[str] | None, Update(same=on_all(same_members)), Field(description="Tags of each machine.")] = (
        None
    )
    hardware_reservation_id: Annotated[
        Literal["next-available"] | None, CreateOnly(), Field(description="To take reserved machines.")
    ] = None
    spot_instance: Annotated[
        bool | None, Replace(same=on_all(same_flag)), NO_BID, Field(description="Bid on the spot market.")
    ] = None
    spot_price_max: Annotated[
        int | float | None,
        Replace(same=on_all(same_number)),
        Field(gt=0, description="The highest bid, in dollars an hour."),
    ] = None
    termination_time: Annotated[
        str | None, CreateOnly(), Field(description="When the platform deletes them by itself (RFC 3339).")
    ] = None
    project_ssh_keys: Annotated[
        list[str] | None,
        CreateOnly(note="keys are fixed when a machine is provisioned", unordered=True),
        Refers(("ssh_key",)),
        Field(description="Project keys to put on them; all when neither list is given."),
    ] = None
    user_ssh_keys: Annotated[
        list[str] | None,
        CreateOnly(note="keys are fixed when a machine is provisioned", unordered=True),
        Refers(("ssh_key",), "owner_id"),
        Field(description="Users (by uuid) whose keys to put on them."),
    ] = None
    features: Annotated[
        list[str] | dict[str, Literal["required", "preferred"]] | None,
        CreateOnly(unordered=True),
        Field(description="What the hardware must have: a list, or a map to `required` or `preferred`."),
    ] = None
    public_ipv4_subnet_size: Annotated[
        int | None,
        CreateOnly(),
        Field(ge=28, le=32, description="Prefix length of each one's public IPv4 block; 31 by default."),
    ] = None
    ip_addresses: Annotated[
        list[AddressRequest] | None, CreateOnly(), Field(description="Which addresses each gets at birth.")
    ] = None


class DeviceBatch(Kind):
    name = "device_batch"
    section = "device_batches"
    parents = ("project",)
    spec = DeviceBatchSpec
    listed_under = ("project",)
    offered = MACHINE
    looked_for = Look.USED
    summary = "Several machines of one kind, made by one call."
    mark_field = "tags"
    uses = ("ssh_key", "vlan", "ip_reservation", "bgp_config")
    follows = ("ssh_key",)
    makes = ("device",)
    waits = True
    precious = True
    guarded = frozenset({"always_pxe", "ipxe_script_url", "locked", "userdata"})
    gone_at_once = True
    ends = "termination_time"
    stepwise = True
    create_seconds = 1800.0
    delete_seconds = 1200.0
    replace_impact = "all its machines are replaced: the disks are wiped, the addresses change"
    outputs = {
        "id": "the batch's uuid",
        "devices": "its machines, a list: id, hostname, state, public_ipv4, private_ipv4, public_ipv6",
    }

    def listing(self, owner_id: str | None) -> Listing:
        return shaped(endpoints.list_batches(owner_id or ""), include=_OPENED)

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        """A batch that has no machines is nobody's: it says nothing and costs nothing. Raises ValueError when it does
        not show its machines.
        """
        shown = machines_shown(body)
        if shown is None:
            raise ValueError(f"the batch {body.get('id')} does not show its devices")
        machines = [_machine(each) for each in shown]
        mark = next((each.mark for each in machines if each.mark is not None), None)
        pending = body.get("state") in _PENDING
        yield LiveObject(
            kind=self.name,
            id=id_of(body),
            label=enumerated(shown),
            values=_values(machines, pending),
            attributes={
                "id": id_of(body),
                "devices": [machine_summary(each) for each in shown],
                "machines": tuple(machines),
            },
            mark=mark,
            mark_missing="devices" if pending and mark is None else "",
            owner_id=owner_id,
            parent_id=owner_id,
            status=_status(body, shown),
            locked=any(each.values.get("locked") is True for each in machines),
            automatic=mark is None and not pending,
            created_at=str(body.get("created_at") or ""),
            ends_at=first_end(shown),
        )

    def read_answer(self, body: Any, wish: Wish) -> LiveObject | None:
        """The answer to a create: a list of the one batch, mostly without machines yet, but it is known whose it is."""
        batches = body.get("batches") if isinstance(body, Mapping) else None
        if not isinstance(batches, list) or not batches or not isinstance(batches[0], Mapping):
            return None
        batch = batches[0] if machines_shown(batches[0]) is not None else {**batches[0], "devices": []}
        (live,) = self.read(batch, wish.owner_id)
        return replace(live, mark=wish.mark, mark_missing="", automatic=False)

    def check_meaning(self, values: Mapping[str, Any], partial: frozenset[str]) -> list[FieldError]:
        found = [*reserved_tags(values), *indexed_hostname_errors(values), *ipxe_errors(values, partial)]
        declared = set(values) | partial
        if "facility" not in declared and "hardware_reservation_id" not in declared:
            found.append(FieldError((), "a batch needs a `facility`", "name one, a list, or any", "missing-field"))
        names, quantity = values.get("hostnames"), values.get("quantity")
        if names is not None and isinstance(quantity, int) and len(names) != quantity:
            message = f"there are {len(names)} for {quantity} machines"
            found.append(FieldError(("hostnames",), message, "or say `hostname: web-{{index}}`"))
        found += [*reservation_errors(values, partial), *address_errors(values)]
        return [*found, *bid_errors(values, partial), *moment_errors(values, "termination_time")]

    def check_offers(
        self, offers: Offers, values: Mapping[str, Any], parent: Mapping[str, Any]
    ) -> Iterable[FieldError]:
        return machine_offer_errors(offers, values)

    def charges(self, values: Mapping[str, Any]) -> tuple[Charge, ...]:
        quantity = whole_number(values.get("quantity"))
        if any(values.get(name) == DIFFERS for name in ("plan", "spot_instance", "spot_price_max")):
            return (Charge("", quantity, note="its machines are not all alike"),)
        return (machine_charge(values, quantity),)

    def takes(self, values: Mapping[str, Any], partial: frozenset[str] = frozenset()) -> Machines | None:
        quantity = values.get("quantity")
        if not isinstance(quantity, int) or "facility_diversity_level" in partial:
            return None
        return machines_taken(values, partial, quantity, values.get("facility_diversity_level"))

    def machine_ids(self, live: LiveObject) -> frozenset[str]:
        return frozenset(str(each["id"]) for each in live.attributes["devices"] or ())

    def create(self, wish: Wish) -> Call:
        body = machine_body({name: value for name, value in wish.values.items() if value is not None})
        body["tags"] = [*(body.get("tags") or ()), *wish.mark.to_tags()]
        return endpoints.create_batches(wish.parent_id or "", [body])

    def calls(self, wish: Wish, live: LiveObject, changed: frozenset[str]) -> tuple[Call, ...]:
        """One update for each machine that is not as wanted."""
        calls = []
        for machine in live.attributes["machines"]:
            names = [each for each in sorted(changed) if self._is_to_change(each, wish.values, machine)]
            if names:
                calls.append(endpoints.update_device(machine.id, _body(wish, machine, names)))
        return tuple(calls)

    def remarks(self, live: LiveObject, mark: Mark) -> tuple[Call, ...]:
        """The first machine, by whose mark the batch is known, comes last: a run that is cut off is taken up again."""
        wish = Wish({"tags": None}, mark)
        return tuple(
            endpoints.update_device(
                each.id, _body(replace(wish, values={"tags": each.values.get("tags")}), each, ["tags"])
            )
            for each in reversed(live.attributes["machines"])
        )

    def _is_to_change(self, name: str, values: Mapping[str, Any], machine: Machine) -> bool:
        rule = self.fields[name].rule
        shown = name in machine.values and name in values
        return isinstance(rule, Update) and shown and not rule.same(values[name], machine.values[name])

    def reread(self, wish: Wish, live: LiveObject | None) -> Call:
        return shaped(endpoints.get_batch(live.id if live is not None else ""), include=_OPENED)

    def delete(self, live: LiveObject) -> Call:
        return endpoints.delete_batch(live.id, remove_associated_instances=True)

    def taken_along(self, live: LiveObject) -> tuple[str, ...]:
        return tuple(str(each["hostname"]) for each in live.attributes["devices"] or ())

    def delete_impact(self, live: LiveObject) -> str:
        return what_becomes_of(live.attributes["devices"], "goes with it", "go with it")

    def probe(self, identifier: str) -> Call | None:
        return endpoints.get_batch(identifier)

    def verdict(self, verb: Verb, rejected: Rejected) -> Verdict:
        """Machines cannot be deleted while they are queued or provisioning; they can a while later."""
        busy = any("while it is provisioning" in text for text in rejected.errors)
        return Verdict.LATER if verb is Verb.DELETE and busy else Verdict.FAILED


def _machine(body: Mapping[str, Any]) -> Machine:
    mark, tags = from_tags(body.get("tags") or ())
    if mark is not None and f".{DeviceBatch.section}." not in mark.address:
        mark = None
    values = machine_values(body)
    if "tags" in body:
        values["tags"] = own_tags(mark, tags) if mark else tags
    foreign = tuple(tag for tag in tags if mark and tag not in values.get("tags", ()))
    return Machine(id_of(body), values, mark, foreign)


def _values(machines: Sequence[Machine], pending: bool) -> dict[str, Any]:
    """The spec's fields as the machines have them together; a field that one does not show is not known."""
    values: dict[str, Any] = {} if pending else {"quantity": len(machines)}
    places = [each.values.get("facility") for each in machines]
    if places and None not in places:
        values["facility"] = list(dict.fromkeys(places))
    for name, field in DeviceBatch.fields.items():
        if name in ("quantity", "facility") or isinstance(field.rule, CreateOnly):
            continue
        shown = [each.values[name] for each in machines if name in each.values]
        if shown and len(shown) == len(machines):
            same = field.rule.same if isinstance(field.rule, Update | Replace) else None
            alike = all(same(shown[0], each) for each in shown) if same is not None else False
            values[name] = shown[0] if alike else DIFFERS
    if machines and all(each.values.get("hardware_reservation_id") is not None for each in machines):
        values["hardware_reservation_id"] = NEXT_AVAILABLE
    return values


def _status(body: Mapping[str, Any], machines: Sequence[Mapping[str, Any]]) -> Status:
    """A batch is ready when all its machines are. One that is completed may show them some seconds later (packngo's
    test).
    """
    word = str(body.get("state") or "")
    if word == "failed":
        return Status(Phase.FAILED, word, message="; ".join(map(str, body.get("error_messages") or ())))
    if word in _PENDING:
        return Status(Phase.WORKING, word)
    if not machines:
        reason = "none of its machines is there: they failed to provision, or were deleted"
        return Status(Phase.FAILED, word, message=reason, unsure=True)
    found = [(each, machine_status(each)) for each in machines]
    lost = [each for each, status in found if status.phase is Phase.FAILED]
    if lost:
        return Status(Phase.FAILED, "failed", message=f"{enumerated(lost)} failed to provision")
    ready = sum(status.phase is Phase.READY for _, status in found)
    if ready == len(found):
        return Status(Phase.READY, word)
    return Status(Phase.WORKING, word, message=f"{ready} of {len(found)} machines are active")


def _body(wish: Wish, machine: Machine, names: Sequence[str]) -> dict[str, Any]:
    body = machine_body(known(wish.values, *names))
    if "tags" in body:
        body["tags"] = [*dict.fromkeys((*(body["tags"] or ()), *machine.foreign_tags)), *wish.mark.to_tags()]
    return body
