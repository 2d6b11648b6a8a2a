"""From records to JSON: which links are shown in full (`include`, `exclude`), and bytes kept for objects at rest.

A view function turns a record into a dictionary whose links to other objects are `Link` values. The
renderer replaces each with `{"href": ...}` or with the object behind it. What is shown in full unasked is
the view's choice (`shown=True`), after recorded answers of 2018 and 2019; `include=a,b.c` opens more,
`exclude=a` closes it again, both to three levels, unknown names silently ignored (2019 API reference,
packngo's GetOptions).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.emulator.access import Caller, opens
from reconciler.emulator.catalogue import Address, Catalogue, Facility, OperatingSystem, Plan
from reconciler.emulator.history import Change
from reconciler.emulator.records import Assignment, Device, Port, Record, SshKey, VolumeAttachment
from reconciler.emulator.settings import Settings
from reconciler.emulator.tables import Tables
from reconciler.emulator.wire import encode_json

LEVELS = 3

View = dict[str, object]
Viewable = Record | Port | Facility | Address | Plan | OperatingSystem


@dataclass(frozen=True, slots=True)
class Link:
    """A reference to another object, by its root-relative path; `#<id>` where the API has no path for it."""

    href: str
    shown: bool = False
    target: Viewable | None = None
    """The object itself, where the view has it at hand."""
    unlisted: bool = False
    """In a list of links: left out of it unless it is opened."""

    @property
    def id(self) -> str:
        """What the path ends in."""
        return self.href.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a view may look at: the world at one moment."""

    tables: Tables
    catalogue: Catalogue
    now: float
    settings: Settings
    viewer: Caller | None = None
    """Who looks; None where it makes no difference."""

    def may_open(self, target: Viewable) -> bool:
        """Whether who looks may see what is behind a link."""
        return self.viewer is None or opens(self.tables, self.viewer, target)

    def find(self, identifier: str) -> Viewable | None:
        """The object of an id: stored, part of a device, or in the catalogue."""
        found = self.tables.find(identifier) or self.catalogue.find(identifier)
        if found is not None:
            return found
        for device in self.tables.where(Device, "port", identifier):
            return next(port for port in device.ports if port.id == identifier)
        return None


@dataclass(frozen=True, slots=True)
class Fields:
    """What a caller asked to open and to close, as dotted paths from the object at hand."""

    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, include: str, exclude: str) -> Fields:
        """From the query parameters; a trailing comma and blanks are harmless."""
        return cls(_opened(include), frozenset(_paths(exclude)))

    def opens(self, name: str, by_default: bool) -> bool:
        """Whether the link called `name` is to be shown in full."""
        return name in self.include or (by_default and name not in self.exclude)

    def below(self, name: str) -> Fields:
        """The same question, from inside the object called `name`."""
        if not self.include and not self.exclude:
            return PLAIN
        start = name + "."
        opened = {path[len(start) :] for path in self.include if path.startswith(start)}
        if name == "network_ports":  # a port's VLANs open from the device too (Terraform's provider asks so)
            opened |= self.include & {"virtual_networks", "native_virtual_network"}
        closed = (path[len(start) :] for path in self.exclude if path.startswith(start))
        return Fields(frozenset(opened), frozenset(closed))


PLAIN = Fields()


def _paths(text: str) -> list[str]:
    return [path.strip() for path in text.split(",") if path.strip()]


def _opened(text: str) -> frozenset[str]:
    """The paths of `include`, each with those above it, cut at three levels."""
    opened: set[str] = set()
    for path in _paths(text):
        parts = path.split(".")[:LEVELS]
        opened.update(".".join(parts[: depth + 1]) for depth in range(len(parts)))
    return frozenset(opened)


ViewFunction = Callable[[Any, Scene], View]
Views = Mapping[type, ViewFunction]


class Renderer:
    """Makes views whole, as bytes: an object's own fields first, then the objects shown inside it."""

    def __init__(self, views: Views) -> None:
        self._views = views

    def encode(self, record: Viewable, scene: Scene, fields: Fields = PLAIN) -> bytes:
        """An object's JSON, links resolved."""
        own: View = {}
        inside: list[bytes] = []
        for name, value in self._views[type(record)](record, scene).items():
            shown: object = value
            if isinstance(value, Link):
                shown = self._one(name, value, scene, fields)
            elif isinstance(value, list) and value and isinstance(value[0], Link):
                shown = self._several(name, value, scene, fields)
            if isinstance(shown, bytes):
                inside += (b',"', name.encode(), b'":', shown)
            else:
                own[name] = shown
        return b"".join((encode_json(own)[:-1], *inside, b"}")) if inside else encode_json(own)

    def _one(self, name: str, link: Link, scene: Scene, fields: Fields) -> View | bytes:
        """The object behind a link as bytes, or its reference where it stays closed or leads nowhere."""
        target = (link.target or scene.find(link.id)) if fields.opens(name, link.shown) else None
        if target is None or not scene.may_open(target):
            return {"href": link.href}
        return self.encode(target, scene, fields.below(name))

    def _several(self, name: str, links: list[Link], scene: Scene, fields: Fields) -> list[View] | bytes:
        if not fields.opens(name, links[0].shown):
            return [{"href": link.href} for link in links if not link.unlisted]
        shown = (self._one(name, link, scene, fields) for link in links)
        return b"".join((b"[", b",".join(v if isinstance(v, bytes) else encode_json(v) for v in shown), b"]"))


@dataclass(frozen=True, slots=True)
class _Kept:
    """An encoded object, and between which times it is true."""

    since: float
    until: float
    body: bytes


class KeepingRenderer(Renderer):
    """A renderer of the present that keeps bytes: of devices, which long lists are made of, and of their parts.

    A device's bytes hold until something of it changes (`observe`) or its next change by time comes
    (`changes_at`); those of its addresses and ports until they change, those of the catalogue for ever. A
    device's opened links are kept too where they lead to objects that stand still; others are rendered
    afresh each time.
    """

    def __init__(self, views: Views, changes_at: Callable[[Device, float], float]) -> None:
        super().__init__(views)
        self._changes_at = changes_at
        self._devices: dict[str, dict[Fields, _Kept]] = {}
        self._parts: dict[str, bytes] = {}

    def encode(self, record: Viewable, scene: Scene, fields: Fields = PLAIN) -> bytes:
        """As above, from the kept bytes where they are still true."""
        if isinstance(record, Device) and fields.include <= _AT_REST:
            return self._device(record, scene, fields)
        if isinstance(record, _PARTS) and fields == PLAIN and not _unsettled(record, scene.now):
            body = self._parts.get(record.id)
            if body is None:
                body = self._parts[record.id] = super().encode(record, scene, fields)
            return body
        return super().encode(record, scene, fields)

    def prepare(self, changes: Iterable[Change], scene: Scene) -> None:
        """Encode the addresses that a change has made, so that the first long list is as quick as the next."""
        for _, new in changes:
            if isinstance(new, Assignment):
                self.encode(new, scene)

    def observe(self, old: Record | None, new: Record | None) -> None:
        """Drop what a change of the tables makes untrue."""
        record = new or old
        if isinstance(record, Device):
            self._devices.pop(record.id, None)
            for port in record.ports:
                self._parts.pop(port.id, None)
        elif isinstance(record, Assignment):
            self._devices.pop(record.device_id, None)
            self._parts.pop(record.id, None)
        elif isinstance(record, VolumeAttachment):
            self._devices.pop(record.device_id, None)
        elif isinstance(record, SshKey):
            self._devices.clear()

    def _device(self, device: Device, scene: Scene, fields: Fields) -> bytes:
        kept_of_device = self._devices.setdefault(device.id, {})
        kept = kept_of_device.get(fields)
        if kept is None or not kept.since <= scene.now < kept.until:
            body = super().encode(device, scene, fields)
            kept = kept_of_device[fields] = _Kept(scene.now, self._changes_at(device, scene.now), body)
        return kept.body


def _unsettled(record: Viewable, now: float) -> bool:
    """Whether time alone will yet change a part's bytes: a bond's that still shows its past network type."""
    return isinstance(record, Port) and now < record.past_until


_PARTS = (Assignment, Port, Facility, Plan, OperatingSystem)
_AT_REST = frozenset({"facility", "plan", "operating_system", "ip_addresses", "network_ports", "ssh_keys"})
"""Links of a device that lead to what changes only with it, with an SSH key, or never."""
