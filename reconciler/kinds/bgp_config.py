"""A project's BGP config: requested once, never changed and never removed, except with its project.

It carries no mark. Repeating the request is not idempotent, so a config that is there is compared, never asked for
again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from reconciler.api import endpoints
from reconciler.kinds.common import id_of, known, last_segment
from reconciler.model.effect import Effect
from reconciler.model.kind import FieldError, Form, Kind, Spec, Wish
from reconciler.model.live import LiveObject, Phase, Status
from reconciler.model.rules import CreateOnly, Secret, WriteOnce
from reconciler.wire import Call, Listing

_PRIVATE_ASNS = ((64512, 65534), (4200000000, 4294967294))
_ONCE = "the API cannot change a BGP config once it is set, nor remove it; only a new project has a new one"


class BgpConfigSpec(Spec):
    deployment_type: Annotated[
        Literal["local", "global"],
        WriteOnce(_ONCE),
        Field(description="`local` works at once; `global` is enabled by the platform's staff."),
    ]
    asn: Annotated[int, WriteOnce(_ONCE), Field(ge=1, le=4294967295, description="The AS number.")]
    md5: Annotated[
        str | None,
        WriteOnce(_ONCE),
        Secret(),
        Field(description="The sessions' password: 10 to 20 letters and digits, of each sort one at least."),
    ] = None
    use_case: Annotated[
        str | None, CreateOnly(replaces=False), Field(description="A word to the people who enable global BGP.")
    ] = None


class BgpConfig(Kind):
    name = "bgp_config"
    section = "bgp_config"
    parents = ("project",)
    spec = BgpConfigSpec
    listed_under = ("project",)
    summary = "A project's BGP configuration; write-once."
    guarded = frozenset({"md5"})
    replace_effect = Effect.NETWORK
    delete_effect = Effect.NETWORK
    form = Form.SINGLETON
    marked = False
    deletable = False
    removed_with_parent = True
    reread_after_create = True
    outputs = {
        "id": "the config's uuid",
        "status": "`enabled`, `requested` or `disabled`",
        "max_prefix": "prefixes taken",
    }

    def listing(self, owner_id: str | None) -> Listing:
        return endpoints.get_bgp_config(owner_id or "")

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        values = known(body, "deployment_type", "asn", "md5")
        word = str(body.get("status") or "")
        yield LiveObject(
            kind=self.name,
            id=id_of(body),
            label=f"{word} {body.get('deployment_type', '')}".strip(),
            values=values,
            attributes={**values, **known(body, "status", "max_prefix"), "id": id_of(body)},
            owner_id=owner_id,
            parent_id=last_segment(body.get("project")) or owner_id,
            key=self.section,
            status=Status(Phase.READY, word),
            created_at=str(body.get("created_at") or ""),
        )

    def natural_key(self, values: Mapping[str, Any]) -> str:
        return self.section

    def check_meaning(self, values: Mapping[str, Any], partial: frozenset[str]) -> list[FieldError]:
        """The password's rule is the API's own; `local` sessions take a private AS number."""
        md5 = values.get("md5")
        if not isinstance(md5, str):
            return []
        plain = md5.isascii() and md5.isalnum() and 10 <= len(md5) <= 20
        mixed = any(c.islower() for c in md5) and any(c.isupper() for c in md5) and any(c.isdigit() for c in md5)
        if plain and mixed:
            return []
        message = (
            "a BGP password has 10 to 20 letters and digits, with a lower-case letter, an upper-case one and a digit"
        )
        return [FieldError(("md5",), message)]

    def doubts(self, values: Mapping[str, Any]) -> Iterable[FieldError]:
        """Local BGP speaks to the platform's routers only, so its AS number is a private one; global BGP announces the
        number, so it is the user's own. Private are those of RFC 6996.
        """
        asn, reach = values.get("asn"), values.get("deployment_type")
        if not isinstance(asn, int):
            return
        private = any(first <= asn <= last for first, last in _PRIVATE_ASNS)
        message = hint = ""
        if reach == "local" and not private:
            message, hint = f"local BGP with {asn}, which is no private AS number", "65000 is usual"
        elif reach == "global" and private:
            message = f"global BGP with {asn}, a private AS number"
            hint = "use the number that a registry gave you, or `deployment_type: local`"
        if message:
            yield FieldError(("asn",), message, hint, "doubtful-asn", warns=True)

    def create(self, wish: Wish) -> Call:
        return endpoints.request_bgp_config(wish.parent_id or "", wish.values)
