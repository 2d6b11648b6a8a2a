"""Licences of software that runs on a project's machines.

Fields are those of the 2019 API reference and fog-packet's recordings (there `license_key` is blanked out and the
product's path cut to `/`: both forms are made up here). Which products there were is not known, so any id is one.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

from reconciler.emulator.call import Empty, Listed, Read, Reply, Shown, Write
from reconciler.emulator.errors import blank, invalid
from reconciler.emulator.params import Params
from reconciler.emulator.records import License, Project
from reconciler.emulator.rendering import Link, Scene, View

_PRODUCT_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def show_license(found: License, _scene: Scene) -> View:
    """A licence's JSON."""
    size = found.size
    return {
        "id": found.id,
        "description": found.description,
        "license_key": found.license_key,
        "licensee_product": Link(f"/licensee-products/{found.product_id}"),
        "size": int(size) if size is not None and size.is_integer() else size,
        "project": Link(f"/projects/{found.project_id}"),
        "href": f"/licenses/{found.id}",
    }


def of_project(call: Read) -> Listed:
    """GET /projects/{id}/licenses"""
    return Listed(call.tables.where(License, "project", call.get(Project).id))


def one(call: Read) -> Reply:
    """GET /licenses/{id}"""
    return Shown(call.get(License))


def create(call: Write) -> Reply:
    """POST /projects/{id}/licenses"""
    project, params = call.get(Project), call.params
    product = params.text("licensee_product_id")
    if not product:
        raise blank("Licensee product")  # text unsure
    if not _PRODUCT_ID.fullmatch(product):
        raise invalid("Licensee product is invalid")  # text unsure
    identifier = call.change.new_id()
    made = License(
        id=identifier,
        project_id=project.id,
        product_id=product,
        description=params.text("description"),
        size=_size(params),
        license_key=_key(identifier),
    )
    call.add(made)
    return Shown(made, 201)


def update(call: Write) -> Reply:
    """PUT or PATCH /licenses/{id}: description, size."""
    old, params = call.get(License), call.params
    updated = replace(
        old,
        description=params.text("description") if "description" in params else old.description,
        size=_size(params) if "size" in params else old.size,
    )
    call.change.put(updated)
    return Shown(updated)


def delete(call: Write) -> Reply:
    """DELETE /licenses/{id}"""
    call.drop(call.get(License))
    return Empty()


def _size(params: Params) -> float | None:
    size = params.number("size")
    if size is not None and size < 0:
        raise invalid("Size must be greater than or equal to 0")  # text unsure
    return size


def _key(identifier: str) -> str:
    """Five groups of five letters and digits, computed from the licence's id."""
    text = base64.b32encode(hashlib.sha256(f"license {identifier}".encode()).digest()).decode()
    return "-".join(text[start : start + 5] for start in range(0, 25, 5))
