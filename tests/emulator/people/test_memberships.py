"""Who has which roles where."""

from __future__ import annotations

from collections.abc import Callable

from tests.emulator.client import Client
from tests.emulator.people.conftest import home, join

RECORDED = {"id", "roles", "created_at", "updated_at", "project", "user", "href"}


def test_a_new_organization_has_one_membership_its_owners(api: Client) -> None:
    organization = api.make("/organizations", {"name": "o"})
    (membership,) = api.get(f"{organization['href']}?include=memberships")["memberships"]
    assert set(membership) >= RECORDED
    assert (membership["roles"], membership["project"]) == (["owner"], None)
    assert api.get(membership["href"]) == membership
    me = {"href": api.get("/user")["href"]}
    assert (organization["primary_owner"], organization["owners"], organization["members"]) == (me, [me], [me])


def test_a_project_lists_its_own_members_only(api: Client, ada: Client, project: str) -> None:
    assert api.get(f"/projects/{project}/memberships")["memberships"] == []
    membership = join(api, ada, f"/projects/{project}", "collaborator")
    listed = api.get(f"/projects/{project}/memberships")
    assert (listed["memberships"], listed["meta"]["total"]) == ([membership], 1)
    assert api.get(f"/projects/{project}")["memberships"] == [{"href": membership["href"]}]


def test_its_links_can_be_opened(api: Client, ada: Client, project: str) -> None:
    join(api, ada, f"/projects/{project}", "collaborator")
    path = f"/projects/{project}/memberships?include=user,project,organization"
    (membership,) = api.get(path)["memberships"]
    assert membership["user"]["email"] == "ada@example.com"
    assert membership["project"]["id"] == project
    assert membership["organization"]["href"] == home(api)


def test_roles_are_changed_by_the_parameter_role_which_is_a_list(api: Client, ada: Client, project: str) -> None:
    href = join(api, ada, f"/projects/{project}", "collaborator")["href"]
    assert api.call("PUT", href, {"role": ["admin", "billing"]}).json["roles"] == ["admin", "billing"]
    assert api.call("PATCH", href, {"roles": ["billing"]}).json["roles"] == ["billing"]
    assert api.refused("PUT", href, {"role": []}) == ["Roles can't be blank"]
    assert api.refused("PUT", href, {"role": ["king"]}) == ["Roles is invalid"]
    assert ada.get(href)["roles"] == ["billing"]


def test_a_removed_member_sees_nothing_any_more_and_hears_of_it(api: Client, ada: Client, project: str) -> None:
    href = join(api, ada, f"/projects/{project}", "admin")["href"]
    api.delete(href)
    assert ada.call("GET", f"/projects/{project}").status == 403
    assert ada.get("/projects")["projects"] == []
    assert ada.get("/notifications")["notifications"][0]["context"] == f"/projects/{project}"


def test_a_member_can_leave_but_not_remove_others(api: Client, member: Callable[..., Client], project: str) -> None:
    place = f"/projects/{project}"
    one, two = (member(place, "collaborator", address=f"{name}@example.com") for name in ("one", "two"))
    first, second = api.get(f"{place}/memberships")["memberships"]
    answer = one.call("DELETE", second["href"])
    assert (answer.status, answer.errors) == (403, ["You are not authorized to delete this membership"])
    one.delete(first["href"])
    assert two.get(f"{place}/memberships")["memberships"] == [second]


def test_the_primary_owner_stays(api: Client, member: Callable[..., Client]) -> None:
    other = member(home(api), "owner")
    primary = api.get(home(api))["memberships"][0]["href"]
    for somebody in (api, other):
        assert somebody.refused("DELETE", primary) == ["Cannot remove the primary owner"]
        assert somebody.refused("PUT", primary, {"role": ["admin"]}) == ["Cannot change the roles of the primary owner"]


def test_only_owners_make_owners(api: Client, member: Callable[..., Client]) -> None:
    place = home(api)
    admin = member(place, "admin")
    mine = next(m for m in api.get(f"{place}?include=memberships")["memberships"] if m["roles"] == ["admin"])
    for method, path, body in (
        ("PUT", mine["href"], {"role": ["owner"]}),
        ("POST", f"{place}/invitations", {"invitee": "friend@example.com", "roles": ["owner"]}),
    ):
        assert admin.call(method, path, body).status == 403
    assert api.call("PUT", mine["href"], {"role": ["owner"]}).json["roles"] == ["owner"]
    assert len(api.get(place)["owners"]) == 2


def test_memberships_end_with_their_project(api: Client, ada: Client, project: str) -> None:
    href = join(api, ada, f"/projects/{project}", "admin")["href"]
    api.delete(f"/projects/{project}")
    assert api.call("GET", href).status == 404
    assert ada.get("/user")["memberships"] == []
