"""VLANs (virtual networks). The API of 2019 has no update call for them, so every change replaces.

The mark is at the end of the description.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from reconciler.api import endpoints
from reconciler.kinds.common import facility_code, id_of, last_segment, missing, same_text
from reconciler.kinds.offered import feature_errors
from reconciler.model.effect import Effect
from reconciler.model.kind import FieldError, Kind, Spec, Verb, Verdict, Wish
from reconciler.model.live import LiveObject
from reconciler.model.mark import from_text
from reconciler.model.offers import Offers
from reconciler.model.rules import Listed, Replace
from reconciler.wire import Call, Listing, Rejected

USUAL_QUOTA = 12
_NO_UPDATE = "the API has no update call for a VLAN"


class VlanSpec(Spec):
    facility: Annotated[
        str, Replace(), Listed("facility"), Field(min_length=1, description="The facility's code, such as `ewr1`.")
    ]
    description: Annotated[
        str | None, Replace(same=same_text, note=_NO_UPDATE), Field(description="What it is for.")
    ] = None
    vxlan: Annotated[
        int | None,
        Replace(note=_NO_UPDATE),
        Field(ge=2, le=3999, description="The VLAN number; the API picks the next free one when left out."),
    ] = None


class Vlan(Kind):
    name = "vlan"
    section = "vlans"
    parents = ("project",)
    spec = VlanSpec
    listed_under = ("project",)
    offered = frozenset({"facility"})
    summary = "A layer-2 network in one facility."
    replace_effect = Effect.NETWORK
    delete_effect = Effect.NETWORK
    outputs = {"id": "the VLAN's uuid", "vxlan": "its number"}
    mark_stays = _NO_UPDATE
    adoptable = True
    existing_by = ("uuid", "number", "description")
    delete_seconds = 180.0
    replace_impact = "its ports are out of it meanwhile, and its number changes unless `vxlan` says it"

    def listing(self, owner_id: str | None) -> Listing:
        return endpoints.list_virtual_networks(owner_id or "")

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        mark, description = from_text(body.get("description"))
        values: dict[str, Any] = {"description": description} if "description" in body else {}
        code = facility_code(body)
        if code is not None:
            values["facility"] = code
        if isinstance(body.get("vxlan"), int):
            values["vxlan"] = body["vxlan"]
        yield LiveObject(
            kind=self.name,
            id=id_of(body),
            label=f"{body.get('vxlan', '')} {description or ''}".strip(),
            values=values,
            attributes={**values, "id": id_of(body)},
            mark=mark,
            mark_missing=missing(body, "description"),
            owner_id=owner_id,
            parent_id=owner_id,
            created_at=str(body.get("created_at") or ""),
            held_by=_machines(body.get("instances")),
        )

    def known_as(self, live: LiveObject, name: str) -> bool:
        return name in (str(live.values.get("vxlan")), live.values.get("description"))

    def check_offers(
        self, offers: Offers, values: Mapping[str, Any], parent: Mapping[str, Any]
    ) -> Iterable[FieldError]:
        return feature_errors(offers, values.get("facility"), "layer_2", ("facility",))

    def check_together(self, siblings: Sequence[Mapping[str, Any]]) -> Iterable[tuple[int, FieldError]]:
        """A number stands for one VLAN in a facility, and a project has few of them (layer-2 documentation)."""
        taken: dict[tuple[Any, Any], int] = {}
        for at, each in enumerate(siblings):
            number, facility = each.get("vxlan"), each.get("facility")
            if number is None or facility is None:
                continue
            if taken.setdefault((facility, number), at) != at:
                message = f"there are two VLANs {number} in {facility}"
                yield at, FieldError(("vxlan",), message, "give each a number of its own", "taken-number")
        if len(siblings) > USUAL_QUOTA:
            message = f"{len(siblings)} VLANs in one project, whose quota is {USUAL_QUOTA} unless it was raised"
            yield USUAL_QUOTA, FieldError((), message, "spread them over projects", "over-quota", warns=True)

    def check_quota(
        self, standing: Sequence[Mapping[str, Any]], created: Sequence[Mapping[str, Any]]
    ) -> Iterable[tuple[int, FieldError]]:
        """Those that others made there count too."""
        total = len(standing) + len(created)
        if standing and total > USUAL_QUOTA:
            at = max(0, USUAL_QUOTA - len(standing))
            message = (
                f"with the {len(standing)} that stay there the project comes to {total} VLANs, and its quota is "
                f"{USUAL_QUOTA} unless it was raised"
            )
            yield at, FieldError((), message, "spread them over projects", "over-quota", warns=True)

    def create(self, wish: Wish) -> Call:
        body = dict(wish.values)
        body["description"] = wish.mark.to_text(body.get("description") or "")
        return endpoints.create_virtual_network(wish.parent_id or "", body)

    def delete(self, live: LiveObject) -> Call:
        return endpoints.delete_virtual_network(live.id)

    def verdict(self, verb: Verb, rejected: Rejected) -> Verdict:
        """Ports let go of a VLAN some time after their device was deleted ("... when port is assigned")."""
        assigned = any("is assigned" in text for text in rejected.errors)
        return Verdict.LATER if verb is Verb.DELETE and rejected.status == 422 and assigned else Verdict.FAILED


def _machines(instances: Any) -> frozenset[str]:
    links = instances if isinstance(instances, Sequence) and not isinstance(instances, str) else ()
    return frozenset(found for each in links if (found := last_segment(each)) is not None)
