"""Block storage volumes.

The mark is at the end of the description. Calls and fields are those of packngo, Terraform's provider, packet-python
and libcloud (recordings of April 2019). A volume is queued and provisioned for a while. It grows only, and that while
it is attached to nothing (2020 documentation, "Elastic Block Storage"), so what is attached is taken off for that and
attached again. A locked volume refuses to be deleted (terraform-provider-metal#35); a lock is taken off before other
changes and put on after them, as in Terraform's provider. Snapshot policies have calls of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from reconciler.api import endpoints
from reconciler.kinds.common import (
    BILLED_HOURLY,
    NOT_LOCKED,
    facility_code,
    flags_off,
    id_of,
    known,
    maker_in,
    missing,
    same_flag,
    same_text,
    whole_number,
)
from reconciler.kinds.offered import feature_errors
from reconciler.kinds.storage import list_volumes, opened_volume
from reconciler.model.kind import FieldError, Kind, Spec, Verb, Verdict, Wish
from reconciler.model.live import LiveObject, Phase, Status
from reconciler.model.mark import from_text
from reconciler.model.offers import Offers
from reconciler.model.price import Charge
from reconciler.model.rules import Listed, Replace, Update
from reconciler.wire import Call, Listing, Rejected

_PHASES = {"active": Phase.READY, "failed": Phase.FAILED, "deleting": Phase.LEAVING, "deleted": Phase.LEAVING}


@dataclass(frozen=True, slots=True)
class Policy:
    """A snapshot policy of a volume as it is live."""

    id: str
    frequency: str
    count: int


class SnapshotPolicy(Spec):
    """How often a snapshot is taken, and how many are kept."""

    snapshot_frequency: Literal["1hour", "1day", "1week", "1month", "1year"]
    snapshot_count: Annotated[int, Field(ge=1)]


def grows(declared: Any, live: Any) -> bool:
    """A volume cannot become smaller."""
    return not (isinstance(declared, int) and isinstance(live, int)) or declared > live


def same_policies(declared: Any, live: Any) -> bool:
    """The same policies in any order."""
    return Counter(map(_policy_key, declared or ())) == Counter(map(_policy_key, live or ()))


def _policy_key(policy: Mapping[str, Any]) -> tuple[Any, Any]:
    return policy.get("snapshot_frequency"), policy.get("snapshot_count")


class VolumeSpec(Spec):
    plan: Annotated[
        str,
        Update(clears=False),
        Listed("plan"),
        Field(min_length=1, description="`storage_1` (standard) or `storage_2` (performance)."),
    ]
    size: Annotated[
        int,
        Update(possible=grows, note="a volume only grows, and only while it is attached to nothing"),
        Field(ge=10, description="Gigabytes."),
    ]
    facility: Annotated[
        str,
        Replace(),
        Listed("facility"),
        Field(min_length=1, description="The facility's code; its devices can use it."),
    ]
    description: Annotated[str | None, Update(same=same_text), Field(description="What it is for.")] = None
    billing_cycle: Annotated[
        Literal["hourly", "daily", "monthly", "yearly"] | None,
        Update(clears=False),
        BILLED_HOURLY,
        Field(description="Default: hourly."),
    ] = None
    locked: Annotated[
        bool | None, Update(same=same_flag), NOT_LOCKED, Field(description="A locked volume refuses to be deleted.")
    ] = None
    snapshot_policies: Annotated[
        list[SnapshotPolicy] | None,
        Update(same=same_policies),
        Field(description="When snapshots are taken: `{snapshot_frequency: 1day, snapshot_count: 7}` keeps a week."),
    ] = None


class Volume(Kind):
    name = "volume"
    section = "volumes"
    parents = ("project",)
    spec = VolumeSpec
    listed_under = ("project",)
    offered = frozenset({"facility"})
    summary = "A block storage volume, which devices of its facility attach over the network."
    mark_field = "description"
    outputs = {
        "id": "the volume's uuid",
        "name": "its name, `volume-` and the uuid's first eight digits",
        "state": "its state, such as `active`",
        "iqn": "the iSCSI name to log in to",
        "ips": "the addresses of its iSCSI portals, a list",
    }
    waits = True
    precious = True
    guarded = frozenset({"locked"})
    gone_at_once = True
    stepwise = True
    create_seconds = 3600.0
    delete_seconds = 180.0
    replace_impact = "the data on it are lost"

    def listing(self, owner_id: str | None) -> Listing:
        return list_volumes(owner_id or "")

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        identifier = id_of(body)
        mark, description = from_text(body.get("description"))
        values = known(body, "size", "billing_cycle", "locked")
        if not isinstance(values.get("size", 0), int):
            raise TypeError(f"the volume {identifier} does not show its size")
        if "description" in body:
            values["description"] = description
        code = facility_code(body)
        if code is not None:
            values["facility"] = code
        plan = body.get("plan")
        if isinstance(plan, Mapping) and isinstance(plan.get("slug"), str):
            values["plan"] = plan["slug"]
        policies = _policies(body)
        if policies is not None:
            values["snapshot_policies"] = [
                {"snapshot_frequency": each.frequency, "snapshot_count": each.count} for each in policies
            ]
        access = body.get("access")
        shown = access if isinstance(access, Mapping) else {}
        word = str(body.get("state") or "")
        yield LiveObject(
            kind=self.name,
            id=identifier,
            label=" ".join(each for each in (str(body.get("name") or ""), description) if each),
            values=values,
            attributes={
                **values,
                **known(body, "name", "state"),
                "id": identifier,
                "iqn": shown.get("iqn"),
                "ips": shown.get("ips"),
                "policies": policies or (),
            },
            mark=mark,
            mark_missing=missing(body, "description"),
            owner_id=owner_id,
            parent_id=owner_id,
            status=Status(_PHASES.get(word, Phase.WORKING), word),
            locked=body.get("locked") is True,
            created_at=str(body.get("created_at") or ""),
        )

    def read_answer(self, body: Any, wish: Wish) -> LiveObject | None:
        """A volume; the calls of its snapshot policies answer with something else."""
        return super().read_answer(body, wish) if isinstance(body, Mapping) and "size" in body else None

    def none_in(self, owner: LiveObject) -> bool:
        return "volumes" in owner.none_inside

    def check_meaning(self, values: Mapping[str, Any], partial: frozenset[str]) -> list[FieldError]:
        counted = Counter(each["snapshot_frequency"] for each in values.get("snapshot_policies") or ())
        return [
            FieldError(("snapshot_policies",), f"there are {count} policies of `{frequency}`", "keep one of them")
            for frequency, count in counted.items()
            if count > 1
        ]

    def check_offers(
        self, offers: Offers, values: Mapping[str, Any], parent: Mapping[str, Any]
    ) -> Iterable[FieldError]:
        return feature_errors(offers, values.get("facility"), "storage", ("facility",))

    def charges(self, values: Mapping[str, Any]) -> tuple[Charge, ...]:
        """The list has the price of a gigabyte."""
        plan = values.get("plan")
        return (Charge(plan if isinstance(plan, str) else "", whole_number(values.get("size"))),)

    def history(self, live: LiveObject) -> Listing | None:
        return endpoints.list_volume_events(live.id)

    def maker(self, live: LiveObject, events: Sequence[Mapping[str, Any]]) -> str:
        return maker_in(events, live.created_at)

    def create(self, wish: Wish) -> Call:
        body = dict(wish.values)
        body["description"] = wish.mark.to_text(body.get("description") or "")
        return opened_volume(endpoints.create_volume(wish.parent_id or "", body))

    def calls(self, wish: Wish, live: LiveObject, changed: frozenset[str]) -> tuple[Call, ...]:
        """Off with a lock first, on with it last."""
        calls: list[Call] = []
        others = changed.difference(("snapshot_policies", "locked"))
        locks = self.update(wish, live, frozenset({"locked"})) if "locked" in changed else None
        if locks is not None and not wish.values["locked"]:
            calls.append(locks)
        if others:
            calls.append(self.update(wish, live, others))
        if "snapshot_policies" in changed:
            calls += _policy_calls(live, wish.values["snapshot_policies"] or ())
        if locks is not None and wish.values["locked"]:
            calls.append(locks)
        return tuple(calls)

    def update(self, wish: Wish, live: LiveObject, changed: frozenset[str]) -> Call:
        body = {name: wish.values[name] for name in sorted(changed)}
        if "description" in body:
            body["description"] = wish.mark.to_text(body["description"] or "")
        return opened_volume(endpoints.update_volume(live.id, flags_off(body, "locked")))

    def reread(self, wish: Wish, live: LiveObject | None) -> Call:
        return opened_volume(endpoints.get_volume(live.id if live is not None else ""))

    def let_go_for(self, changed: frozenset[str]) -> frozenset[str]:
        return frozenset({"volume_attachment"}) if "size" in changed else frozenset()

    def delete(self, live: LiveObject) -> Call:
        return endpoints.delete_volume(live.id)

    def probe(self, identifier: str) -> Call | None:
        return endpoints.get_volume(identifier)

    def verdict(self, verb: Verb, rejected: Rejected) -> Verdict:
        """A volume is held for a while after its device was deleted; a lock does not go by itself."""
        locked = any("locked" in text for text in rejected.errors)
        later = verb is Verb.DELETE and rejected.status == 422 and not locked
        return Verdict.LATER if later else Verdict.FAILED

    def advice(self, verb: Verb, rejected: Rejected) -> str:
        attached = any("attached" in text for text in rejected.errors)
        if not attached:
            return ""
        doing = "is deleted" if verb is Verb.DELETE else "grows"
        return f"a volume {doing} only while no device has it: detach it where this stack does not attach it"


def _policies(body: Mapping[str, Any]) -> tuple[Policy, ...] | None:
    """The volume's policies; None when the answer shows only links to them."""
    shown = body.get("snapshot_policies")
    if not isinstance(shown, list):
        return None
    found = []
    for each in shown:
        if not (isinstance(each, Mapping) and "snapshot_frequency" in each and "snapshot_count" in each):
            return None
        found.append(Policy(id_of(each), str(each["snapshot_frequency"]), int(each["snapshot_count"])))
    return tuple(found)


def _policy_calls(live: LiveObject, wanted: Sequence[Mapping[str, Any]]) -> Iterator[Call]:
    """A volume has one policy of each frequency; what somebody else doubled goes."""
    missing_counts = {str(each["snapshot_frequency"]): int(each["snapshot_count"]) for each in wanted}
    for policy in live.attributes["policies"]:
        count = missing_counts.pop(policy.frequency, None)
        if count is None:
            yield endpoints.delete_snapshot_policy(policy.id)
        elif count != policy.count:
            yield endpoints.update_snapshot_policy(policy.id, count=count)
    for frequency, count in missing_counts.items():
        yield endpoints.create_snapshot_policy(live.id, frequency, count)
