"""SSH keys, of a project or of the token's user: one table in the API, two collections.

The mark is at the end of the label. The API keeps the key's text verbatim, so it is compared without its surrounding
blanks (a file ends in a newline, a YAML scalar does not).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from reconciler.api import endpoints
from reconciler.kinds.common import id_of, missing, same_text
from reconciler.model.effect import Effect
from reconciler.model.kind import FieldError, Kind, Spec, Verb, Verdict, Wish
from reconciler.model.live import LiveObject
from reconciler.model.mark import from_text
from reconciler.model.rules import Update
from reconciler.wire import Call, Listing, Rejected


def same_key(declared: Any, live: Any) -> bool:
    """The same key text, whatever blanks surround or separate its parts."""
    return str(declared).split() == str(live).split()


class SshKeySpec(Spec):
    label: Annotated[str, Update(same=same_text), Field(description="The name shown in the portal.")]
    key: Annotated[
        str,
        Update(same=same_key, note="devices keep the keys that they were provisioned with"),
        Field(min_length=1, description="The public key, as in an authorized_keys line."),
    ]


class SshKey(Kind):
    name = "ssh_key"
    section = "ssh_keys"
    parents = ("", "project")
    spec = SshKeySpec
    listed_under = ("", "project")
    summary = "A public SSH key, of a project or (at the top of the stack) of the token's user."
    gives_access = True
    replace_effect = Effect.IN_PLACE
    delete_effect = Effect.IN_PLACE
    mark_field = "label"
    key_field = "label"
    personal = True
    adoptable = True
    existing_by = ("uuid", "label")
    outputs = {
        "id": "the key's uuid",
        "fingerprint": "its MD5 fingerprint, with colons",
        "owner_id": "its owner's uuid",
    }

    def listing(self, owner_id: str | None) -> Listing:
        return endpoints.list_user_ssh_keys() if owner_id is None else endpoints.list_project_ssh_keys(owner_id)

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        owner = body.get("owner") or body.get("entity") or body.get("user")
        href = str(owner.get("href", "")) if isinstance(owner, Mapping) else ""
        if owner_id is None and "/projects/" in href:
            return  # to a project's own token, the user's list shows that project's keys (packet-python, issue 78)
        mark, label = from_text(body.get("label"))
        values: dict[str, Any] = {"label": label or ""} if "label" in body else {}
        if "key" in body:
            values["key"] = str(body["key"]).strip()
        yield LiveObject(
            kind=self.name,
            id=id_of(body),
            label=label or "",
            values=values,
            attributes={
                **values,
                "id": id_of(body),
                "fingerprint": body.get("fingerprint"),
                "owner_id": href.rsplit("/", 1)[-1] or None,
            },
            mark=mark,
            mark_missing=missing(body, "label"),
            owner_id=owner_id,
            parent_id=owner_id,
            created_at=str(body.get("created_at") or ""),
        )

    def claims(self, values: Mapping[str, Any], parent_id: str | None) -> frozenset[str]:
        """An owner has a key once, whatever its label and its comment."""
        material = str(values.get("key") or "").split()[:2]
        return frozenset({f"{parent_id} {' '.join(material)}"}) if len(material) == 2 else frozenset()

    def check_meaning(self, values: Mapping[str, Any], partial: frozenset[str]) -> list[FieldError]:
        key = values.get("key")
        if isinstance(key, str) and "PRIVATE KEY" in key:
            return [FieldError(("key",), "this is a private key; the API wants the public one", "use the .pub file")]
        if isinstance(key, str) and len(key.split()) < 2:
            hint = "a key looks like `ssh-ed25519 AAAA... comment`"
            return [FieldError(("key",), "not a public key in authorized_keys form", hint)]
        return []

    def check_together(self, siblings: Sequence[Mapping[str, Any]]) -> Iterable[tuple[int, FieldError]]:
        """An owner has a key once (jclouds, pull request 397)."""
        taken: dict[str, int] = {}
        for at, each in enumerate(siblings):
            material = " ".join(str(each.get("key") or "").split()[:2])
            if material and taken.setdefault(material, at) != at:
                label = siblings[taken[material]].get("label")
                message = f"it is the key that `{label}` has already: an owner has a key once"
                yield at, FieldError(("key",), message, "leave one of them out", "taken-key")

    def create(self, wish: Wish) -> Call:
        body = {"label": wish.mark.to_text(wish.values["label"]), "key": wish.values["key"]}
        if wish.parent_id is None:
            return endpoints.create_user_ssh_key(body)
        return endpoints.create_project_ssh_key(wish.parent_id, body)

    def update(self, wish: Wish, live: LiveObject, changed: frozenset[str]) -> Call:
        body = {name: wish.values[name] for name in sorted(changed)}
        if "label" in body:
            body["label"] = wish.mark.to_text(body["label"])
        return endpoints.update_ssh_key(live.id, body)

    def delete(self, live: LiveObject) -> Call:
        return endpoints.delete_ssh_key(live.id)

    def verdict(self, verb: Verb, rejected: Rejected) -> Verdict:
        """With a project's own token the API made the key and answered 404 (packet-python, issue 78)."""
        return Verdict.DONE if verb is Verb.CREATE and rejected.status == 404 else Verdict.FAILED

    def advice(self, verb: Verb, rejected: Rejected) -> str:
        """One key is kept once in a place (packet-python looks for the other by its text)."""
        if verb is Verb.CREATE and any("already" in text for text in rejected.errors):
            return "this key is there already, without the stack's mark: delete that one, or leave it out of the stack"
        return ""
