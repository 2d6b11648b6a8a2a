"""Events, and requests that are carried out later."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.emulator.records.keys import Keys


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, or will: an event is seen from `created_at` on."""

    id: str
    type: str
    body: str
    interpolated: str
    project_id: str
    device_id: str | None
    by_user: bool
    created_at: float
    volume_id: str | None = None
    user_id: str | None = None
    """Who did it; None with `by_user` is the first user."""
    about: tuple[str, ...] = ()
    """Ids of what else it is about, as its `relationships` show."""

    def keys(self) -> Keys:
        related = (("project", self.project_id), ("device", self.device_id), ("volume", self.volume_id))
        return tuple((name, identifier) for name, identifier in related if identifier)


@dataclass(frozen=True, slots=True)
class LateRequest:
    """A request whose caller was cut off and that is carried out at `due` all the same (fault `late_commit`)."""

    id: str
    """The request's id, as the ledger will show it."""
    due: float
    method: str
    target: str
    content_type: str
    body: str
    """Byte for byte as Latin-1."""
    user_id: str
    project_id: str | None
    read_only: bool
    """Who asked, as in `access.Caller`."""

    def keys(self) -> Keys:
        return ()
