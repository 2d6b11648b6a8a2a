"""A device's BGP sessions with its rack's switches: one for each address family.

They carry no mark. Controllers in a cluster open sessions by themselves, so sessions of a device are ours to remove
only when the stack names the device's `bgp_sessions` at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from reconciler.api import endpoints
from reconciler.kinds.common import flags_off, id_of, known, last_segment, same_flag
from reconciler.model.effect import Effect
from reconciler.model.kind import Kind, Spec, Verb, Verdict, Wish
from reconciler.model.live import LiveObject, Phase, Status
from reconciler.model.rules import FromKey, Update
from reconciler.wire import Call, Listing, Rejected


class BgpSessionSpec(Spec):
    address_family: Annotated[Literal["ipv4", "ipv6"], FromKey(), Field(description="Given by the key.")]
    default_route: Annotated[
        bool | None,
        Update(same=same_flag, effect=Effect.NETWORK),
        Field(description="Whether the switch announces a default route."),
    ] = None


class BgpSession(Kind):
    name = "bgp_session"
    section = "bgp_sessions"
    parents = ("device",)
    spec = BgpSessionSpec
    listed_under = ("project",)
    summary = "A BGP session of a device: `bgp_sessions: [ipv4, ipv6]`."
    replace_effect = Effect.NETWORK
    delete_effect = Effect.NETWORK
    uses = ("bgp_config",)
    follows = ("bgp_config",)
    marked = False
    vouches = True
    key_field = "address_family"
    list_form = True
    removed_with_parent = True
    after_siblings = ("network_type",)
    outputs = {"id": "the session's uuid", "status": "`up`, `down` or `unknown`"}

    def listing(self, owner_id: str | None) -> Listing:
        return endpoints.list_bgp_sessions(owner_id or "")

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        values = known(body, "address_family", "default_route")
        if not isinstance(body["address_family"], str):
            raise TypeError(f"the address family of the session {body.get('id')} is no text")
        yield LiveObject(
            kind=self.name,
            id=id_of(body),
            label=str(body.get("address_family", "")),
            values=values,
            attributes={**values, **known(body, "status"), "id": id_of(body)},
            owner_id=owner_id,
            parent_id=last_segment(body.get("device")),
            key=str(body.get("address_family", "")),
            status=Status(Phase.READY, str(body.get("status") or "")),
            created_at=str(body.get("created_at") or ""),
        )

    def natural_key(self, values: Mapping[str, Any]) -> str:
        return str(values.get("address_family", ""))

    def create(self, wish: Wish) -> Call:
        return endpoints.create_bgp_session(wish.parent_id or "", wish.values)

    def update(self, wish: Wish, live: LiveObject, changed: frozenset[str]) -> Call:
        return endpoints.update_bgp_session(
            live.id, flags_off({name: wish.values[name] for name in sorted(changed)}, "default_route")
        )

    def delete(self, live: LiveObject) -> Call:
        return endpoints.delete_bgp_session(live.id)

    def vouched(self, live: LiveObject) -> str:
        status = live.status.word or "not shown"
        return "" if status == "up" else f"its BGP session over {live.key} is {status}"

    def verdict(self, verb: Verb, rejected: Rejected) -> Verdict:
        exists = any("already has session" in text for text in rejected.errors)
        return Verdict.DONE if verb is Verb.CREATE and exists else Verdict.FAILED

    def advice(self, verb: Verb, rejected: Rejected) -> str:
        if "BGP is not enabled" not in rejected.errors:
            return ""
        return "declare the project's `bgp_config`; a global one works only once the platform's staff have enabled it"
