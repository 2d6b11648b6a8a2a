"""Machines that an organization has by contract, and the project in which each can be used.

The API makes none and ends none: it lists them by project, shows one, and moves an idle one to another project of the
organization (2019 reference; packngo). So a declared reservation that is not in its project is moved there, and one
that is declared no longer stays where it is. A project that holds one is not deleted, since nobody knows what becomes
of the contract then. Known by its uuid; there is no field for a mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field

from reconciler.api import endpoints
from reconciler.kinds.common import facility_code, id_of, known, last_segment
from reconciler.model.effect import Effect
from reconciler.model.kind import FieldError, Kind, Look, Spec, Verb, Verdict, Wish
from reconciler.model.live import LiveObject
from reconciler.model.rules import Replace
from reconciler.wire import Call, Listing, Rejected

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_OPENED = ("plan", "facility")


def same_uuid(declared: Any, live: Any) -> bool:
    """The same, in whatever case it is written."""
    return str(declared).lower() == str(live).lower()


class HardwareReservationSpec(Spec):
    id: Annotated[str, Replace(same=same_uuid), Field(description="The reservation's uuid.")]


class HardwareReservation(Kind):
    name = "hardware_reservation"
    section = "hardware_reservations"
    parents = ("project",)
    spec = HardwareReservationSpec
    listed_under = ("project",)
    summary = "A reserved machine, to be used in this project: `rack4: <uuid>`."
    replace_effect = Effect.IN_PLACE
    delete_effect = Effect.IN_PLACE
    scalar_field = "id"
    looked_for = Look.USED
    marked = False
    deletable = False
    create_impact = "the reserved machine is moved into the project, out of the one where it is"
    create_seconds = 1800.0
    outputs = {
        "id": "its uuid",
        "plan": "the plan of the machine",
        "facility": "the code of the facility where it stands",
        "provisionable": "whether a device can be put on it now",
        "device_id": "the uuid of the device on it, null when there is none",
    }

    def listing(self, owner_id: str | None) -> Listing:
        return endpoints.shaped(endpoints.list_hardware_reservations(owner_id or ""), include=_OPENED)

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        """Its project is the one whose list shows it; the answer to a move says it by itself."""
        identifier = id_of(body)
        plan = body.get("plan")
        slug = plan.get("slug") if isinstance(plan, Mapping) else None
        facility = facility_code(body)
        device = {"device_id": last_segment(body["device"])} if "device" in body else {}
        yield LiveObject(
            kind=self.name,
            id=identifier,
            label=" ".join(filter(None, (str(body.get("short_id") or identifier[:8]), slug, facility))),
            values={"id": identifier},
            attributes={
                "id": identifier,
                "plan": slug,
                "facility": facility,
                **known(body, "provisionable"),
                **device,
            },
            owner_id=owner_id,
            parent_id=last_segment(body.get("project")) or owner_id,
            key=identifier.lower(),
            created_at=str(body.get("created_at") or ""),
        )

    def natural_key(self, values: Mapping[str, Any]) -> str:
        return str(values.get("id") or "").lower()

    def check_meaning(self, values: Mapping[str, Any], partial: frozenset[str]) -> list[FieldError]:
        identifier = values.get("id")
        if identifier is None or _UUID.fullmatch(identifier):
            return []
        hint = "the portal shows it; `next-available` stands in a device's `hardware_reservation_id`"
        return [FieldError(("id",), f"{identifier!r} is no reservation's uuid", hint)]

    def brings(self, values: Mapping[str, Any]) -> frozenset[str]:
        return frozenset({str(values["id"]).lower()} if "id" in values else ())

    def look_first(self, wish: Wish) -> Call | None:
        return endpoints.get_hardware_reservation(str(wish.values["id"]))

    def objection(self, body: Mapping[str, Any], wish: Wish) -> str:
        """A machine in use is somebody's, and would be lost to the project that uses it."""
        here, device = last_segment(body.get("project")), last_segment(body.get("device"))
        if device is None or here == wish.parent_id:
            return ""
        return f"it is in use, by device {device} of project {here}: delete that first, or name another reservation"

    def create(self, wish: Wish) -> Call:
        return endpoints.move_hardware_reservation(str(wish.values["id"]), wish.parent_id or "")

    def verdict(self, verb: Verb, rejected: Rejected) -> Verdict:
        """A machine counts as in use for some time after its device was deleted (text unsure)."""
        clears = rejected.status == 422 and any("in use" in text for text in rejected.errors)
        return Verdict.LATER if verb is Verb.CREATE and clears else Verdict.FAILED

    def advice(self, verb: Verb, rejected: Rejected) -> str:
        if rejected.status in (403, 404):
            return "no reservation has this uuid, or it is in a project that the token does not see"
        if any("organization" in text for text in rejected.errors):
            return "a reservation can be moved between projects of one organization only"
        return ""
