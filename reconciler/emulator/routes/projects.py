"""Projects and SSH keys."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.emulator.records import Project, SshKey
from reconciler.emulator.rendering import Views
from reconciler.emulator.resources import events, keys, offers, projects
from reconciler.emulator.routing import Lists, Route, delete, get, listing, post, put

LISTED: Lists = {"projects": (Project,), "ssh_keys": (SshKey,)}

VIEWS: Views = {Project: projects.show_project, SshKey: keys.show_key}


def routes() -> Iterator[Route]:
    yield listing("/projects", "projects", projects.all_projects, paged=True)
    yield post("/projects", projects.create)
    yield get("/projects/{id}", projects.one)
    yield from put("/projects/{id}", projects.update)
    yield delete("/projects/{id}", projects.delete)
    yield get("/projects/{id}/customdata", projects.custom_data)
    yield listing("/projects/{id}/events", "events", events.of_project, paged=True)
    yield listing("/projects/{id}/facilities", "facilities", offers.project_facilities)
    yield listing("/projects/{id}/plans", "plans", offers.project_plans)
    yield listing("/projects/{id}/ssh-keys", "ssh_keys", keys.of_project)
    yield post("/projects/{id}/ssh-keys", keys.create_for_project)
    yield listing("/ssh-keys", "ssh_keys", keys.of_user)
    yield post("/ssh-keys", keys.create_for_user)
    yield get("/ssh-keys/{id}", keys.one)
    yield from put("/ssh-keys/{id}", keys.update)
    yield delete("/ssh-keys/{id}", keys.delete)
