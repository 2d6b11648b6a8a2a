"""API keys, of a project or of the token's user: tokens for other programs.

The mark is at the end of the description. The API has no update call for a key, so every change makes another token;
its list shows the tokens, so that whoever needs one finds it again (packngo; the 2019 reference has no such chapter).
A token is read by expressions only, and is shown nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field

from reconciler.api import endpoints
from reconciler.kinds.common import id_of, known, missing, same_flag, same_text
from reconciler.model.effect import Effect
from reconciler.model.kind import Kind, Look, Spec, Verb, Wish
from reconciler.model.live import LiveObject
from reconciler.model.mark import from_text
from reconciler.model.rules import Replace
from reconciler.wire import Call, Listing, Rejected

_NO_UPDATE = "the API has no update call for a key"


class ApiKeySpec(Spec):
    description: Annotated[
        str | None, Replace(same=same_text, note=_NO_UPDATE), Field(description="What it is for.")
    ] = None
    read_only: Annotated[
        bool | None, Replace(same=same_flag, note=_NO_UPDATE), Field(description="Whether it may only look.")
    ] = None


class ApiKey(Kind):
    name = "api_key"
    section = "api_keys"
    parents = ("", "project")
    spec = ApiKeySpec
    listed_under = ("", "project")
    summary = "A token for the API, of a project or (at the top of the stack) of the token's user."
    gives_access = True
    replace_effect = Effect.IN_PLACE
    delete_effect = Effect.IN_PLACE
    mark_stays = _NO_UPDATE
    key_field = "description"
    looked_for = Look.USED
    personal = True
    outputs = {"id": "the key's uuid", "token": "what programs send as `X-Auth-Token`; never shown"}
    secret_outputs = frozenset({"token"})
    replace_impact = "whoever uses the old token is locked out"

    def listing(self, owner_id: str | None) -> Listing:
        return endpoints.list_user_api_keys() if owner_id is None else endpoints.list_project_api_keys(owner_id)

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        mark, description = from_text(body.get("description"))
        values = known(body, "read_only")
        if not isinstance(values.get("read_only"), bool | None):
            raise TypeError(f"the key {body.get('id')} does not show whether it is read-only")
        if "description" in body:
            values["description"] = description
        yield LiveObject(
            kind=self.name,
            id=id_of(body),
            label=description or "",
            values=values,
            attributes={**values, **known(body, "token"), "id": id_of(body)},
            mark=mark,
            mark_missing=missing(body, "description"),
            owner_id=owner_id,
            parent_id=owner_id,
            created_at=str(body.get("created_at") or ""),
        )

    def create(self, wish: Wish) -> Call:
        body = {**wish.values, "description": wish.mark.to_text(wish.values.get("description") or "")}
        if wish.parent_id is None:
            return endpoints.create_user_api_key(body)
        return endpoints.create_project_api_key(wish.parent_id, body)

    def delete(self, live: LiveObject) -> Call:
        if live.parent_id is None:
            return endpoints.delete_user_api_key(live.id)
        return endpoints.delete_project_api_key(live.id)

    def advice(self, verb: Verb, rejected: Rejected) -> str:
        if rejected.status == 404:
            return "a project's own API key cannot make or delete keys: use a user's key"
        return ""
