"""Licences of software that runs on a project's machines.

The mark is at the end of the description. Fields are those of the 2019 API reference and of fog-packet's recordings,
which cut the product's path to `/`: what an answer does not show is not compared. The licence key is never shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field

from reconciler.api import endpoints
from reconciler.kinds.common import id_of, known, last_segment, missing, same_number, same_text
from reconciler.model.effect import Effect
from reconciler.model.kind import Kind, Look, Spec, Wish
from reconciler.model.live import LiveObject
from reconciler.model.mark import from_text
from reconciler.model.rules import Replace, Update
from reconciler.wire import Call, Listing


class LicenseSpec(Spec):
    licensee_product_id: Annotated[
        str, Replace(), Field(min_length=1, description="The product that it is for, by its id.")
    ]
    size: Annotated[
        int | float | None,
        Update(same=same_number, clears=False),
        Field(ge=0, description="How much of the product it covers."),
    ] = None
    description: Annotated[str | None, Update(same=same_text), Field(description="What it is for.")] = None


class License(Kind):
    name = "license"
    section = "licenses"
    parents = ("project",)
    spec = LicenseSpec
    listed_under = ("project",)
    looked_for = Look.USED
    summary = "A licence of software on the project's machines."
    replace_effect = Effect.IN_PLACE
    delete_effect = Effect.IN_PLACE
    mark_field = "description"
    outputs = {"id": "the licence's uuid", "license_key": "the key to enter into the software; never shown"}
    secret_outputs = frozenset({"license_key"})
    replace_impact = "the licence key changes"

    def listing(self, owner_id: str | None) -> Listing:
        return endpoints.list_licenses(owner_id or "")

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        mark, description = from_text(body.get("description"))
        values = known(body, "size")
        if "description" in body:
            values["description"] = description
        product = last_segment(body.get("licensee_product"))
        if product is not None:
            values["licensee_product_id"] = product
        yield LiveObject(
            kind=self.name,
            id=id_of(body),
            label=description or "",
            values=values,
            attributes={**values, **known(body, "license_key"), "id": id_of(body)},
            mark=mark,
            mark_missing=missing(body, "description"),
            owner_id=owner_id,
            parent_id=owner_id,
        )

    def create(self, wish: Wish) -> Call:
        return endpoints.create_license(wish.parent_id or "", _body(wish, wish.values.keys() | {"description"}))

    def update(self, wish: Wish, live: LiveObject, changed: frozenset[str]) -> Call:
        return endpoints.update_license(live.id, _body(wish, changed))

    def delete(self, live: LiveObject) -> Call:
        return endpoints.delete_license(live.id)


def _body(wish: Wish, names: Iterable[str]) -> dict[str, Any]:
    body = {name: wish.values.get(name) for name in sorted(names)}
    if "description" in body:
        body["description"] = wish.mark.to_text(body["description"] or "")
    return body
