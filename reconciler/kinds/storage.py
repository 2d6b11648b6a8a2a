"""How volumes are asked for: a volume's answer tells of its attachments too, so two kinds read the same list."""

from __future__ import annotations

from reconciler.api import endpoints
from reconciler.api.endpoints import shaped
from reconciler.wire import Call, Listing

_OPENED = ("attachments", "snapshot_policies", "facility")
"""Without this an answer only links to them."""


def list_volumes(project_id: str) -> Listing:
    """A project's volumes with all that is read of them and of their attachments."""
    return shaped(endpoints.list_volumes(project_id), include=_OPENED)


def opened_volume(call: Call) -> Call:
    """A call whose answer shows a volume, in the same form."""
    return shaped(call, include=_OPENED)
