"""Volumes that are attached to a device.

Known by the device and the volume; an attachment has no free field for a mark. Volume and device have to be active, and
in the same facility. The platform refuses to detach a volume while the device is logged in to it (csi-packet#68,
Terraform's provider), and to delete a device that has volumes (2019 API reference), so attachments go first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field

from reconciler.api import endpoints
from reconciler.kinds.common import id_of, last_segment
from reconciler.kinds.storage import list_volumes
from reconciler.model.effect import Effect
from reconciler.model.kind import Kind, Spec, Verb, Verdict, Wish
from reconciler.model.live import LiveObject
from reconciler.model.rules import Refers, Replace
from reconciler.wire import Call, Listing, Rejected

_IN_USE = "actively being used"


class VolumeAttachmentSpec(Spec):
    volume: Annotated[
        str,
        Replace(),
        Refers(("volume",), by_key=True),
        Field(min_length=1, description="The volume: a key of the project's `volumes`, a reference or a uuid."),
    ]


class VolumeAttachment(Kind):
    name = "volume_attachment"
    section = "volume_attachments"
    parents = ("device",)
    spec = VolumeAttachmentSpec
    listed_under = ("project",)
    summary = "A volume attached to a device: `data: ${{ project.volumes.data }}`, or by its key, `data: data`."
    replace_effect = Effect.NETWORK
    delete_effect = Effect.NETWORK
    uses = ("volume",)
    local_uses = ("volume",)
    marked = False
    scalar_field = "volume"
    outputs = {"id": "the attachment's uuid"}
    delete_seconds = 120.0
    replace_impact = "the device loses the volume for a moment; the file system has to be unmounted before"

    def listing(self, owner_id: str | None) -> Listing:
        """The volumes of the project show their attachments, so no call of its own is needed."""
        return list_volumes(owner_id or "")

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        """Raises ValueError when a volume shows only links to its attachments: whose they are is not known then."""
        volume_id = id_of(body)
        for item in body.get("attachments") or ():
            device_id = last_segment(item.get("device"))
            if device_id is None:
                raise ValueError(f"the attachments of volume {volume_id} do not show their device")
            yield self._attachment(item, volume_id, device_id, owner_id)

    def read_answer(self, body: Any, wish: Wish) -> LiveObject | None:
        if not isinstance(body, Mapping) or not body.get("id"):
            return None
        volume_id, device_id = last_segment(body.get("volume")), last_segment(body.get("device"))
        return self._attachment(
            body, volume_id or str(wish.values.get("volume", "")), device_id or wish.parent_id, wish.owner_id
        )

    def _attachment(
        self, item: Mapping[str, Any], volume_id: str, device_id: str | None, owner_id: str | None
    ) -> LiveObject:
        return LiveObject(
            kind=self.name,
            id=id_of(item),
            label=f"volume {volume_id}",
            values={"volume": volume_id},
            attributes={"volume": volume_id, "id": id_of(item)},
            owner_id=owner_id,
            parent_id=device_id,
            key=volume_id,
            created_at=str(item.get("created_at") or ""),
            holds=frozenset({volume_id}),
        )

    def none_in(self, owner: LiveObject) -> bool:
        return "volumes" in owner.none_inside

    def natural_key(self, values: Mapping[str, Any]) -> str:
        return str(values.get("volume", ""))

    def create(self, wish: Wish) -> Call:
        """In a plan's preview the volume may not be known yet."""
        return endpoints.attach_volume(str(wish.values["volume"] or "{volume}"), wish.parent_id or "")

    def delete(self, live: LiveObject) -> Call:
        return endpoints.detach_volume(live.id)

    def verdict(self, verb: Verb, rejected: Rejected) -> Verdict:
        """A machine that is just going down logs out by itself; nothing else does."""
        if verb is Verb.CREATE and any("already attached" in text for text in rejected.errors):
            return Verdict.DONE
        in_use = any(_IN_USE in text for text in rejected.errors)
        return Verdict.LATER if verb is Verb.DELETE and in_use else Verdict.FAILED

    def advice(self, verb: Verb, rejected: Rejected) -> str:
        if verb is Verb.DELETE and any(_IN_USE in text for text in rejected.errors):
            return (
                "on the device, unmount its file systems and log out of it (`iscsiadm -m node -T <iqn> --logout`), "
                "then run this again"
            )
        return ""
