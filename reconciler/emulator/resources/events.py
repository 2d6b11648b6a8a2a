"""Events: what happened to a project and its devices and volumes, newest first.

Types, texts and the fields of an event follow recorded device and project events of March 2019 (libcloud), and so does
the number of its `relationships`. Provisioning events are not stored: `lifecycle.steps` computes them, and this module
shows them like the others, as long as their device is there.
"""

from __future__ import annotations

from reconciler.emulator.access import sees, visible_projects
from reconciler.emulator.call import Listed, Read, Reply, Shown, Write
from reconciler.emulator.clock import rfc3339
from reconciler.emulator.errors import not_found, not_yours
from reconciler.emulator.ids import derived_id, near
from reconciler.emulator.lifecycle import Step, steps
from reconciler.emulator.records import Device, Event, Organization, Project, User, Volume
from reconciler.emulator.rendering import Scene, View
from reconciler.emulator.resources.finding import find_device

_LOCAL_IP = "127.0.0.1"


def note(
    call: Write,
    kind: str,
    body: str,
    project: Project,
    device: Device | None = None,
    *,
    after: float = 0.0,
    by_user: bool = True,
    volume: Volume | None = None,
    about: tuple[str, ...] = (),
    identifier: str | None = None,
) -> None:
    """Record an event, seen `after` seconds from now. `body` keeps its `%project%`, `%device%`, `%volume%`, `%user%`.

    `about` are the ids of what it is about besides project, device and volume; `identifier` is its own, if chosen.
    """
    names = {
        "%project%": project.name,
        "%device%": device.hostname if device else "",
        "%volume%": f"volume-{volume.id[:8]}" if volume else "",
        "%user%": f"{call.user.first_name} {call.user.last_name}",
    }
    interpolated = body
    for placeholder, name in names.items():
        interpolated = interpolated.replace(placeholder, name)
    call.change.put(
        Event(
            id=identifier or call.change.new_id(),
            type=kind,
            body=body,
            interpolated=interpolated,
            project_id=project.id,
            device_id=device.id if device else None,
            by_user=by_user,
            created_at=call.now + after,
            volume_id=volume.id if volume else None,
            user_id=call.user.id if by_user else None,
            about=about,
        )
    )


def show_event(event: Event, scene: Scene) -> View:
    """An event's JSON."""
    return {
        "id": event.id,
        "type": event.type,
        "body": event.body,
        "state": None,
        "created_at": rfc3339(event.created_at),
        "relationships": [{"href": f"#{derived_id(event.id, related)}"} for related in _related(event)],
        "ip": _LOCAL_IP if event.by_user else None,
        "modified_by": _author(event, scene) if event.by_user else None,
        "interpolated": event.interpolated,
        "href": f"/events/{event.id}",
    }


def _author(event: Event, scene: Scene) -> View | None:
    """Who did it, as long as there is such a user."""
    user = scene.tables.get(User, event.user_id) if event.user_id else scene.tables.all(User)[0]
    if user is None:
        return None
    return {
        "id": user.id,
        "full_name": f"{user.first_name} {user.last_name}",
        "avatar_url": "",
        "avatar_thumb_url": "",
    }


def _related(event: Event) -> list[str]:
    """Device and volume where it is about such, else what it names and the project."""
    things = [related for related in (event.device_id, event.volume_id) if related]
    return things or [*event.about, event.project_id]


def show_step(device: Device, step: Step, now: float) -> View:
    """A provisioning event inside a device: without id, time and link until it has happened."""
    text = step.text if step.at > now else step.told
    view: View = {
        "id": None,
        "type": step.type,
        "body": text,
        "state": None,
        "created_at": None,
        "relationships": [],
        "ip": None,
        "modified_by": None,
        "interpolated": text,
    }
    if step.at > now:
        return view
    happened: View = {
        "id": step.id,
        "created_at": rfc3339(step.at),
        "relationships": [{"href": f"#{derived_id(step.id, device.id)}"}],
        "href": f"/events/{step.id}",
    }
    return {**view, **happened}


def keep_steps(call: Write, device: Device) -> None:
    """Store what has happened of an installation, whose events the device will no longer show by itself."""
    for event in _happened(device, call.now):
        call.change.put(event)


def of_device(call: Read) -> Listed:
    """GET /devices/{id}/events"""
    device = find_device(call)
    stored = call.tables.where(Event, "device", device.id)
    return Listed(_newest_first([*_happened(device, call.now), *stored], call.now))


def of_project(call: Read) -> Listed:
    """GET /projects/{id}/events: its own, and those of its devices and volumes."""
    return Listed(_newest_first(_in_project(call, call.get(Project)), call.now))


def of_volume(call: Read) -> Listed:
    """GET /volumes/{id}/events; the volume itself is under /storage/ (2019 API reference, packet-python)"""
    return Listed(_newest_first(call.tables.where(Event, "volume", call.get(Volume).id), call.now))


def of_organization(call: Read) -> Listed:
    """GET /organizations/{id}/events"""
    identifier = call.get(Organization).id
    projects = [p for p in visible_projects(call.tables, call.caller) if p.organization_id == identifier]
    return Listed(_newest_first([event for project in projects for event in _in_project(call, project)], call.now))


def of_user(call: Read) -> Listed:
    """GET /events: of all projects that the caller sees."""
    projects = visible_projects(call.tables, call.caller)
    return Listed(_newest_first([event for project in projects for event in _in_project(call, project)], call.now))


def one(call: Read) -> Reply:
    """GET /events/{id}"""
    event = call.tables.get(Event, call.path["id"]) or _step_by_id(call)
    if event is None or event.created_at > call.now:
        raise not_found()
    if not sees(call.tables, call.caller, event):
        raise not_yours("event")
    return Shown(event)


def _in_project(call: Read, project: Project) -> list[Event]:
    devices = call.tables.where(Device, "project", project.id)
    happened = [event for device in devices for event in _happened(device, call.now)]
    return happened + call.tables.where(Event, "project", project.id)


def _newest_first(events: list[Event], now: float) -> list[Event]:
    happened = sorted((event for event in events if event.created_at <= now), key=lambda event: event.created_at)
    return happened[::-1]


def _happened(device: Device, now: float) -> list[Event]:
    return [_as_event(device, step) for step in steps(device) if step.at <= now]


def _as_event(device: Device, step: Step) -> Event:
    return Event(
        step.id,
        step.type,
        step.told,
        step.told,
        device.project_id,
        device.id,
        by_user=False,
        created_at=step.at,
    )


def _step_by_id(call: Read) -> Event | None:
    """The provisioning event of an id: the id of its installation is a fixed distance away."""
    identifier = call.path["id"]
    try:
        candidates = [near(identifier, -code) for code in range(101, 111)]
    except ValueError:
        return None
    devices = [device for candidate in candidates for device in _installed(call, candidate)]
    found = (_as_event(device, step) for device in devices for step in steps(device) if step.id == identifier)
    return next(found, None)


def _installed(call: Read, install_id: str) -> list[Device]:
    first = call.tables.get(Device, install_id)
    return [first] if first else call.tables.where(Device, "install", install_id)
