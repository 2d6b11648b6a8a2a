"""Projects, organizations, users."""

from __future__ import annotations

from tests.emulator.client import Client

RECORDED_PROJECT = {
    "id", "name", "created_at", "updated_at", "backend_transfer_enabled", "customdata", "event_alert_configuration",
    "memberships", "invitations", "devices", "ssh_keys", "volumes", "members", "transfers", "organization", "href",
    "max_devices", "network_status",
}  # fmt: skip
RECORDED_USER = {
    "id", "short_id", "first_name", "last_name", "full_name", "email", "social_accounts", "created_at", "updated_at",
    "default_organization_id", "avatar_url", "avatar_thumb_url", "timezone", "verification_stage", "two_factor_auth",
    "max_projects", "vpn", "last_login_at", "emails", "href", "phone_number", "restricted",
}  # fmt: skip
RECORDED_ORGANIZATION = {
    "id", "name", "description", "website", "twitter", "created_at", "updated_at", "tax_id", "main_phone",
    "billing_phone", "credit_amount", "personal", "customdata", "address", "members", "owners", "memberships",
    "primary_owner", "inbound_transfers", "payment_methods", "default_payment_method", "account_manager", "logo",
    "logo_thumb", "projects", "plan", "monthly_spend", "current_user_abilities", "href",
}  # fmt: skip


def test_a_new_world_has_one_user_one_organization_and_nothing_else(api: Client) -> None:
    user = api.get("/user")
    (organization,) = api.get("/organizations")["organizations"]
    assert user["full_name"] == "Emulator User"
    assert user["default_organization_id"] == organization["id"]
    assert api.get("/users")["users"] == [user] == [api.get(user["href"])]
    for path, key in [("/projects", "projects"), ("/ssh-keys", "ssh_keys"), ("/events", "events")]:
        assert api.get(path)[key] == []


def test_objects_have_the_recorded_fields(api: Client, project: str) -> None:
    assert set(api.get(f"/projects/{project}")) >= RECORDED_PROJECT
    assert set(api.get("/user")) >= RECORDED_USER
    assert set(api.get("/organizations")["organizations"][0]) >= RECORDED_ORGANIZATION


def test_a_project_belongs_to_the_users_organization_unless_another_is_named(api: Client) -> None:
    home = api.get("/user")["default_organization_id"]
    other = api.make("/organizations", {"name": "other", "address": {"city": "Hamburg"}})
    assert other["address"] == {"city": "Hamburg"}
    by_default = api.make("/projects", {"name": "a"})
    by_id = api.make("/projects", {"name": "b", "organization_id": other["id"]})
    by_path = api.make(f"/organizations/{other['id']}/projects", {"name": "c"})
    assert by_default["organization"] == {"href": f"/organizations/{home}"}
    assert by_id["organization"] == by_path["organization"] == {"href": other["href"]}
    listed = api.get(f"/organizations/{other['id']}/projects")["projects"]
    assert [p["name"] for p in listed] == ["b", "c"]
    assert api.call("POST", "/projects", {"name": "d", "organization_id": "unknown"}).status == 404


def test_names_may_repeat_but_not_be_blank_or_four_byte(api: Client) -> None:
    for _ in range(2):
        api.make("/projects", {"name": "twin"})
    assert api.get("/projects?name=twin")["meta"]["total"] == 2
    assert api.refused("POST", "/projects", {}) == ["Name can't be blank"]
    assert api.refused("POST", "/projects", {"name": "  "}) == ["Name can't be blank"]
    assert api.refused("POST", "/projects", {"name": "rocket \U0001f680"}) == ["Name is invalid"]


def test_an_update_changes_what_it_names(api: Client, project: str) -> None:
    changes = {"name": "new", "backend_transfer_enabled": True, "customdata": {"a": 1}}
    for name, value in changes.items():
        assert api.call("PUT", f"/projects/{project}", {name: value}).json[name] == value
    got = api.get(f"/projects/{project}")
    assert {name: got[name] for name in changes} == changes
    assert api.get(f"/projects/{project}/customdata") == {"a": 1}


def test_a_project_shows_what_it_holds(api: Client, project: str) -> None:
    device = api.device(project)
    got = api.get(f"/projects/{project}")
    assert got["devices"] == [{"href": device["href"]}]
    assert got["network_status"] == {"ewr1": "provisioned"}
    assert len(got["ssh_keys"]) == 1
    assert got["members"] == [{"href": api.get("/user")["href"]}]


def test_a_project_with_a_device_cannot_be_deleted(api: Client, project: str) -> None:
    device = api.device(project)
    text = ["Cannot delete a project that has active devices"]
    assert api.refused("DELETE", f"/projects/{project}") == text
    api.wait(3)
    assert api.refused("DELETE", f"/projects/{project}") == text
    api.delete(device["href"])
    api.delete(f"/projects/{project}")
    assert api.call("GET", f"/projects/{project}").status == 404
    assert api.call("GET", device["href"]).status == 404


def test_the_rest_goes_with_its_project(api: Client, project: str) -> None:
    block = api.make(f"/projects/{project}/ips", {"type": "public_ipv4", "quantity": 4, "facility": "ewr1"})
    vlan = api.make(f"/projects/{project}/virtual-networks", {"facility": "ewr1"})
    api.call("POST", f"/projects/{project}/bgp-configs", {"deployment_type": "local"})
    (key,) = api.get(f"/projects/{project}/ssh-keys")["ssh_keys"]
    api.delete(f"/projects/{project}")
    for gone in (block, vlan, key):
        assert api.call("GET", gone["href"]).status == 404
    again = api.project("again")
    body = {"type": "public_ipv4", "quantity": 4, "facility": "ewr1"}
    assert api.make(f"/projects/{again}/ips", body)["network"] == block["network"]
    assert api.make(f"/projects/{again}/virtual-networks", {"facility": "ewr1"})["vxlan"] == 1000


def test_unknown_ids_are_404(api: Client) -> None:
    for path in ("/projects/x", "/projects/x/devices", "/organizations/x", "/users/x", "/devices/x", "/ips/x",
                 "/ports/x", "/events/x", "/ssh-keys/x", "/virtual-networks/x", "/bgp/sessions/x"):  # fmt: skip
        answer = api.call("GET", path)
        assert (answer.status, answer.json) == (404, {"errors": ["Not found"]}), path


def test_an_id_of_another_kind_is_404_too(api: Client, project: str) -> None:
    assert api.call("GET", f"/devices/{project}").status == 404
    assert api.call("DELETE", f"/ssh-keys/{project}").status == 404


def test_organizations_can_be_changed_and_deleted_when_empty(api: Client) -> None:
    made = api.make("/organizations", {"name": "o", "customdata": {"a": 1}})
    assert api.get(f"{made['href']}/customdata") == {"a": 1}
    assert api.call("PUT", made["href"], {"website": "https://o.example"}).json["website"] == "https://o.example"
    project = api.make(f"{made['href']}/projects", {"name": "p"})
    assert api.refused("DELETE", made["href"]) == ["Cannot delete an organization that has projects"]
    api.delete(project["href"])
    assert [o["name"] for o in api.get("/organizations?personal=false")["organizations"]] == ["o"]
    assert len(api.get("/organizations?without_projects=true")["organizations"]) == 2
    api.delete(made["href"])
    home = api.get("/organizations")["organizations"][0]
    assert api.refused("DELETE", home["href"]) == ["Cannot delete the default organization"]


def test_an_organization_lists_the_devices_of_its_projects(api: Client) -> None:
    organization = api.get("/organizations")["organizations"][0]
    made = [api.device(api.project(f"p{n}", key=n))["id"] for n in (1, 2)]
    listed = api.get(f"{organization['href']}/devices")
    assert [d["id"] for d in listed["devices"]] == made
    assert listed["meta"]["total"] == 2


def test_the_user_can_change_their_name(api: Client) -> None:
    changed = api.call("PUT", "/user", {"first_name": "Ada", "customdata": '{"a": 1}'}).json
    assert (changed["full_name"], changed["customdata"]) == ("Ada User", {"a": 1})
    assert api.get(f"{changed['href']}/customdata") == {"a": 1}
