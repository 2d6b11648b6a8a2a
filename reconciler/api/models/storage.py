"""Block storage and licenses. Sources: REF (licenses), recordings of libcloud and fog-packet, packngo."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from reconciler.api.models.base import Link, Many, Model, Number, Resource, Words
from reconciler.api.models.catalogue import Plan
from reconciler.api.models.devices import BillingCycle


class VolumeAccess(Model):
    """Where a machine finds the volume by iSCSI; empty until it is attached."""

    ips: Many[str] = ()
    iqn: str | None = None


class Volume(Resource):
    """`size` is in GB."""

    name: str | None = None
    description: str | None = None
    size: int | None = None
    locked: bool | None = None
    billing_cycle: BillingCycle | None = None
    state: Annotated[str, Words(("queued", "provisioning", "active"))] | None = None
    customdata: Any = None
    access: VolumeAccess | None = None
    plan: Plan | None = None
    facility: Link | None = None
    project: Link | None = None
    attachments: Many[Link] = ()
    snapshots: Many[Link] = ()
    snapshot_policies: Many[Link] = ()
    created_at: str | None = None
    updated_at: str | None = None


class VolumeAttachment(Resource):
    volume: Link | None = None
    device: Link | None = None
    created_at: str | None = None


class Snapshot(Resource):
    """`timestamp` is what a clone or a restore names."""

    status: str | None = None
    timestamp: str | None = None
    volume: Link | None = None
    created_at: str | None = None


class SnapshotPolicy(Resource):
    snapshot_frequency: Annotated[str, Words(("1hour", "1day", "1week", "1month", "1year"))] | None = None
    snapshot_count: int | None = None
    volume: Link | None = None
    created_at: str | None = None
    updated_at: str | None = None


class License(Resource):
    description: str | None = None
    license_key: str | None = Field(None, repr=False)
    licensee_product: Link | None = None
    size: Number | str | None = None
    project: Link | None = None
