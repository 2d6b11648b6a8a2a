"""SSH keys of projects and of the user, in one table under one path.

Known: the key's text is kept to the letter, trailing newline included; the fingerprint is the MD5 of the
key's blob in colon form; the same key twice in one scope is 422 (packngo, jclouds PR#397, packet-python).
The texts of the refusals are unsure.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import replace

from reconciler.emulator.call import Empty, Listed, Plain, Read, Reply, Shown, Write
from reconciler.emulator.clock import rfc3339
from reconciler.emulator.errors import NOT_FOUND, error_body, invalid
from reconciler.emulator.records import Project, SshKey
from reconciler.emulator.rendering import Link, Scene, View
from reconciler.emulator.resources.finding import find_device


def show_key(key: SshKey, _scene: Scene) -> View:
    """A key's JSON; its owner is a project or a user."""
    return {
        "id": key.id,
        "label": key.label,
        "key": key.key,
        "fingerprint": key.fingerprint,
        "created_at": rfc3339(key.created_at),
        "updated_at": rfc3339(key.updated_at),
        "owner": Link(key.owner_href),
        "href": f"/ssh-keys/{key.id}",
    }


def of_project(call: Read) -> Listed:
    """GET /projects/{id}/ssh-keys"""
    return Listed(_found(call, call.tables.where(SshKey, "owner", f"/projects/{call.get(Project).id}")))


def of_user(call: Read) -> Listed:
    """GET /ssh-keys; to a project's own token, its project's (packet-python finds a key it made there, #80)."""
    project = call.caller.project_id
    return Listed(call.tables.where(SshKey, "owner", f"/projects/{project}" if project else f"/users/{call.user.id}"))


def of_device(call: Read) -> Listed:
    """GET /devices/{id}/ssh-keys: those it was installed with, as far as they still exist."""
    found = (call.tables.get(SshKey, identifier) for identifier in find_device(call).ssh_key_ids)
    return Listed(_found(call, [key for key in found if key is not None]))


def one(call: Read) -> Reply:
    """GET /ssh-keys/{id}"""
    return Shown(call.get(SshKey))


def create_for_project(call: Write) -> Reply:
    """POST /projects/{id}/ssh-keys; a project's own key gets 404 for it in 2020, though it works (packet-python#78)."""
    made = _create(call, f"/projects/{call.get(Project).id}")
    if call.caller.project_id is not None and call.settings.project_key_ssh_key_404:
        return Plain(error_body(404, (NOT_FOUND,)), 404)
    return made


def create_for_user(call: Write) -> Reply:
    """POST /ssh-keys"""
    return _create(call, f"/users/{call.user.id}")


def update(call: Write) -> Reply:
    """PUT or PATCH /ssh-keys/{id}: label, key."""
    old, params = call.get(SshKey), call.params
    text = params.required("key") if "key" in params else old.key
    label = params.required("label") if "label" in params else old.label
    updated = replace(old, label=label, key=text, fingerprint=_fingerprint(text), updated_at=call.now)
    if updated.fingerprint != old.fingerprint:
        _refuse_second(call, updated)
    call.change.put(updated)
    return Shown(updated)


def delete(call: Write) -> Reply:
    """DELETE /ssh-keys/{id}"""
    call.drop(call.get(SshKey))
    return Empty()


def _found(call: Read, keys: list[SshKey]) -> list[SshKey]:
    """The keys that a search leaves: in key, label or fingerprint (OAS).

    The 2019 reference and OAS write the parameter's name as "Search string", with a blank; `search` is what it is
    called elsewhere. Which of them the service read is unsure, so both are read.
    """
    part = call.params.text("search") or call.params.text("Search string")
    return [key for key in keys if part in key.key or part in key.label or part in key.fingerprint] if part else keys


def _create(call: Write, owner_href: str) -> Reply:
    text = call.params.required("key")
    made = SshKey(
        id=call.change.new_id(),
        owner_href=owner_href,
        label=call.params.required("label"),
        key=text,
        fingerprint=_fingerprint(text),
        created_at=call.now,
        updated_at=call.now,
    )
    _refuse_second(call, made)
    call.add(made)
    return Shown(made, 201)


def _refuse_second(call: Write, key: SshKey) -> None:
    if call.tables.count(SshKey, "material", f"{key.owner_href} {key.fingerprint}"):
        raise invalid("Key has already been taken")


def _fingerprint(text: str) -> str:
    """The MD5 of the key's blob, in colon form. Raises 422 when the text is no public key."""
    parts = text.split()
    try:
        blob = base64.b64decode(parts[1], validate=True)
        length = int.from_bytes(blob[:4], "big")
        if blob[4 : 4 + length] != parts[0].encode() or len(blob) <= 4 + length:
            raise ValueError("the blob is of another type, or empty")
    except (IndexError, ValueError, binascii.Error):
        raise invalid("Key is invalid") from None
    digest = hashlib.md5(blob, usedforsecurity=False).hexdigest()
    return ":".join(digest[i : i + 2] for i in range(0, 32, 2))
