"""Users and organizations."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.emulator.records import Organization, User
from reconciler.emulator.rendering import Views
from reconciler.emulator.resources import account, events, offers, organizations, projects
from reconciler.emulator.routing import Lists, Route, delete, get, listing, post, put

LISTED: Lists = {"organizations": (Organization,), "users": (User,)}

VIEWS: Views = {User: account.show_user, Organization: organizations.show_organization}


def routes() -> Iterator[Route]:
    yield get("/user", account.me)
    yield from put("/user", account.update_me)
    yield listing("/users", "users", account.users)
    yield get("/users/{id}", account.user)
    yield get("/users/{id}/customdata", account.user_custom_data)
    yield listing("/organizations", "organizations", organizations.organizations, paged=True)
    yield post("/organizations", organizations.create)
    yield get("/organizations/{id}", organizations.organization)
    yield from put("/organizations/{id}", organizations.update)
    yield delete("/organizations/{id}", organizations.delete)
    yield get("/organizations/{id}/customdata", organizations.custom_data)
    yield listing("/organizations/{id}/devices", "devices", organizations.devices, paged=True)
    yield listing("/organizations/{id}/events", "events", events.of_organization, paged=True)
    yield listing("/organizations/{id}/facilities", "facilities", offers.organization_facilities)
    yield listing("/organizations/{id}/projects", "projects", projects.of_organization, paged=True)
    yield post("/organizations/{id}/projects", projects.create_in_organization)
    yield listing("/events", "events", events.of_user, paged=True)
    yield get("/events/{id}", events.one)
