"""A user's e-mail addresses.

Fields follow the 2019 API reference and recorded answers of 2018 (fog-packet, whose README says that the default
address can't be deleted). An address that somebody has is nobody else's (text unsure).
"""

from __future__ import annotations

import re
from dataclasses import replace

from reconciler.emulator.call import Empty, Read, Reply, Shown, Write
from reconciler.emulator.errors import invalid
from reconciler.emulator.records import Email, User
from reconciler.emulator.rendering import Scene, View

_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+")
_LONGEST = 254
"""Characters of an address that mail can carry (RFC 5321)."""


def show_email(email: Email, scene: Scene) -> View:
    """An address's JSON."""
    user = scene.tables.get(User, email.user_id)
    return {
        "id": email.id,
        "address": email.address,
        "default": user is not None and user.email == email.address,
        "verified": email.verified,
        "href": f"/emails/{email.id}",
    }


def one(call: Read) -> Reply:
    """GET /emails/{id}"""
    return Shown(call.get(Email))


def create(call: Write) -> Reply:
    """POST /emails: address, default."""
    made = Email(call.change.new_id(), call.user.id, _free_address(call), False, call.now)
    call.add(made)
    if call.params.flag("default"):
        _make_default(call, made)
    return Shown(made, 201)


def update(call: Write) -> Reply:
    """PUT or PATCH /emails/{id}: a new address has to be verified anew; the default one stays so until another is."""
    old = call.get(Email)
    was_default = call.user.email == old.address
    updated = old
    if "address" in call.params and call.params.text("address") != old.address:
        updated = replace(old, address=_free_address(call, old), verified=False)
    if was_default and not call.params.flag("default", True):
        raise invalid("Default email can't be unset; make another one the default")  # text unsure
    call.change.put(updated)
    if was_default or call.params.flag("default"):
        _make_default(call, updated)
    return Shown(updated)


def delete(call: Write) -> Reply:
    """DELETE /emails/{id}; refused for the default one (text unsure)."""
    old = call.get(Email)
    if call.user.email == old.address:
        raise invalid("Cannot delete the default email")
    call.drop(old)
    return Empty()


def address_of(call: Write, name: str) -> str:
    """The e-mail address in a parameter."""
    address = call.params.required(name).strip()
    if not _ADDRESS.fullmatch(address) or len(address) > _LONGEST:
        raise invalid(f"{name.capitalize()} is invalid")  # text unsure
    return address


def _free_address(call: Write, but: Email | None = None) -> str:
    address = address_of(call, "address")
    if any(other != but for other in call.tables.where(Email, "address", address.lower())):
        raise invalid("Address has already been taken")  # text unsure
    return address


def _make_default(call: Write, email: Email) -> None:
    if call.user.email != email.address:
        call.change.put(replace(call.user, email=email.address, updated_at=call.now))
