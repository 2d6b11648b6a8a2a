"""The calls that kinds describe: method, path and body of each create, update and delete, and what a refusal means."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.kinds import catalog
from reconciler.kinds.volume import Policy
from reconciler.model.kind import Verb, Verdict, Wish
from reconciler.model.live import LiveObject
from reconciler.model.mark import Mark, remember_tags
from reconciler.wire import Gone, Rejected, Repeat

CATALOG = catalog()
MARK = Mark("shop", "projects.e.x.y", {"tags": "ab12"})
TAGS = ["reconciler:shop:projects.e.x.y", "reconciler-memo:tags=ab12"]
TEXT = "[reconciler:shop:projects.e.x.y]"
DATA = {"reconciler": {"stack": "shop", "address": "projects.e.x.y", "memo": {"tags": "ab12"}}}
CUSTOMDATA = {"customdata": {"a": 1, **DATA}}
DEVICE = {"facility": "ewr1", "plan": "p", "operating_system": "o"}
BLOCK = {"type": "public_ipv4", "quantity": 1, "facility": "ewr1"}

DISK = {"plan": "storage_1", "size": 100, "facility": "ewr1"}
BID = {
    "devices_min": 1,
    "devices_max": 2,
    "max_bid_price": 0.2,
    "facilities": ["ewr1"],
    "instance_parameters": {"plan": "p", "operating_system": "o"},
}
WEEK = {"snapshot_frequency": "1day", "snapshot_count": 7}

# kind, values, parent id, path, body
CREATES: list[tuple[str, dict[str, Any], str | None, str, dict[str, Any]]] = [
    (
        "organization",
        {"name": "x", "description": None, "address": {"city": "Rome"}},
        None,
        "/organizations",
        {"name": "x", "description": None, "address": {"city": "Rome"}, "customdata": DATA},
    ),
    (
        "organization_member",
        {"email": "jo@example.com", "roles": ["admin"], "message": "hi"},
        "O",
        "/organizations/O/invitations",
        {"invitee": "jo@example.com", "roles": ["admin"], "message": "hi"},
    ),
    (
        "member",
        {"email": "jo@example.com", "roles": ["admin"]},
        "P",
        "/projects/P/invitations",
        {"invitee": "jo@example.com", "roles": ["admin"]},
    ),
    ("api_key", {"description": "ci"}, "P", "/projects/P/api-keys", {"description": f"ci {TEXT}"}),
    ("api_key", {"read_only": True}, None, "/user/api-keys", {"read_only": True, "description": TEXT}),
    ("project", {"name": "x"}, None, "/projects", {"name": "x", "customdata": DATA}),
    (
        "project",
        {"name": "x", "customdata": {"a": 1}},
        None,
        "/projects",
        {"name": "x", "customdata": {"a": 1, **DATA}},
    ),
    ("project", {"name": "x", "backend_transfer_enabled": True}, None, "/projects", {"name": "x", "customdata": DATA}),
    (
        "project",
        {"name": "x", "organization_id": "o", "customdata": None},
        None,
        "/projects",
        {"name": "x", "organization_id": "o", "customdata": DATA},
    ),
    ("ssh_key", {"label": "l", "key": "k k"}, None, "/ssh-keys", {"label": f"l {TEXT}", "key": "k k"}),
    ("ssh_key", {"label": "l", "key": "k k"}, "P", "/projects/P/ssh-keys", {"label": f"l {TEXT}", "key": "k k"}),
    ("vlan", {"facility": "ewr1"}, "P", "/projects/P/virtual-networks", {"facility": "ewr1", "description": TEXT}),
    (
        "vlan",
        {"facility": "ewr1", "description": "d", "vxlan": 7},
        "P",
        "/projects/P/virtual-networks",
        {"facility": "ewr1", "description": f"d {TEXT}", "vxlan": 7},
    ),
    ("ip_reservation", BLOCK, "P", "/projects/P/ips", {**BLOCK, "tags": TAGS}),
    (
        "ip_reservation",
        {**BLOCK, "tags": ["a"], "customdata": '{"b": 1}'},
        "P",
        "/projects/P/ips",
        {**BLOCK, "tags": ["a", *TAGS], "customdata": {"b": 1}},
    ),
    (
        "bgp_config",
        {"deployment_type": "local", "asn": 65000},
        "P",
        "/projects/P/bgp-configs",
        {"deployment_type": "local", "asn": 65000},
    ),
    ("bgp_session", {"address_family": "ipv4"}, "D", "/devices/D/bgp/sessions", {"address_family": "ipv4"}),
    (
        "ip_assignment",
        {"address": "1.2.3.4/32", "customdata": {"a": 1}},
        "D",
        "/devices/D/ips",
        {"address": "1.2.3.4/32", "customdata": {"a": 1, **DATA}},
    ),
    ("volume", DISK, "P", "/projects/P/storage", {**DISK, "description": TEXT}),
    (
        "volume",
        {**DISK, "description": "d", "locked": True, "snapshot_policies": [WEEK]},
        "P",
        "/projects/P/storage",
        {**DISK, "description": f"d {TEXT}", "locked": True, "snapshot_policies": [WEEK]},
    ),
    ("volume_attachment", {"volume": "V"}, "D", "/storage/V/attachments", {"device_id": "D"}),
    (
        "license",
        {"licensee_product_id": "l"},
        "P",
        "/projects/P/licenses",
        {"licensee_product_id": "l", "description": TEXT},
    ),
    (
        "license",
        {"licensee_product_id": "l", "size": 2, "description": "d"},
        "P",
        "/projects/P/licenses",
        {"licensee_product_id": "l", "size": 2, "description": f"d {TEXT}"},
    ),
    (
        "spot_market_request",
        {**BID, "wait_for_devices": True, "force_termination": False},
        "P",
        "/projects/P/spot-market-requests",
        {**BID, "instance_parameters": {"plan": "p", "operating_system": "o", "tags": TAGS}},
    ),
    (
        "spot_market_request",
        {**BID, "instance_parameters": {"plan": "p", "tags": ["a"], "locked": None, "customdata": '{"b": 1}'}},
        "P",
        "/projects/P/spot-market-requests",
        {**BID, "instance_parameters": {"plan": "p", "tags": ["a", *TAGS], "customdata": {"b": 1}}},
    ),
    (
        "device_batch",
        {**DEVICE, "quantity": 2, "hostname": "w-{{index}}"},
        "P",
        "/projects/P/devices/batch",
        {"batches": [{**DEVICE, "quantity": 2, "hostname": "w-{{index}}", "tags": TAGS}]},
    ),
    (
        "device_batch",
        {**DEVICE, "quantity": 1, "tags": ["a"], "customdata": '{"b": 1}', "description": None},
        "P",
        "/projects/P/devices/batch",
        {"batches": [{**DEVICE, "quantity": 1, "tags": ["a", *TAGS], "customdata": {"b": 1}}]},
    ),
    ("device", DEVICE, "P", "/projects/P/devices", {**DEVICE, "tags": TAGS}),
    (
        "device",
        {**DEVICE, "tags": ["a"], "customdata": '{"b": [1]}', "facility": ["ewr1", "any"]},
        "P",
        "/projects/P/devices",
        {**DEVICE, "tags": ["a", *TAGS], "customdata": {"b": [1]}, "facility": ["ewr1", "any"]},
    ),
    (
        "device",
        {**DEVICE, "customdata": "not json", "tags": None},
        "P",
        "/projects/P/devices",
        {**DEVICE, "customdata": "not json", "tags": TAGS},
    ),
]

# kind, values, changed fields, foreign tags, method, path, body
UPDATES: list[tuple[str, dict[str, Any], set[str], tuple[str, ...], str, str, dict[str, Any]]] = [
    ("organization", {"name": "x", "website": None}, {"website"}, (), "PUT", "/organizations/I", {"website": None}),
    ("organization", {"customdata": {"a": 1}}, {"customdata"}, (), "PUT", "/organizations/I", CUSTOMDATA),
    ("member", {"roles": ["admin"]}, {"roles"}, (), "PUT", "/memberships/I", {"role": ["admin"]}),
    ("organization_member", {"roles": ["admin"]}, {"roles"}, (), "PUT", "/memberships/I", {"role": ["admin"]}),
    ("project", {"name": "x", "customdata": {"a": 1}}, {"name"}, (), "PUT", "/projects/I", {"name": "x"}),
    ("project", {"customdata": {"a": 1}}, {"customdata"}, (), "PUT", "/projects/I", {"customdata": {"a": 1, **DATA}}),
    ("project", {"customdata": None}, {"customdata"}, (), "PUT", "/projects/I", {"customdata": DATA}),
    ("ssh_key", {"label": "l", "key": "k"}, {"label"}, (), "PUT", "/ssh-keys/I", {"label": f"l {TEXT}"}),
    ("ssh_key", {"label": "l", "key": "k"}, {"key"}, (), "PUT", "/ssh-keys/I", {"key": "k"}),
    ("ip_reservation", {**BLOCK, "details": "d"}, {"details"}, ("f",), "PATCH", "/ips/I", {"details": "d"}),
    ("ip_reservation", {"tags": ["a"]}, {"tags"}, ("f",), "PATCH", "/ips/I", {"tags": ["a", "f", *TAGS]}),
    ("ip_reservation", {"customdata": "{}"}, {"customdata"}, (), "PATCH", "/ips/I", {"customdata": {}}),
    ("bgp_session", {"default_route": True}, {"default_route"}, (), "PUT", "/bgp/sessions/I", {"default_route": True}),
    ("volume", {**DISK, "description": None}, {"description"}, (), "PUT", "/storage/I", {"description": TEXT}),
    ("volume", {**DISK, "locked": None}, {"locked", "size"}, (), "PUT", "/storage/I", {"locked": False, "size": 100}),
    ("license", {"size": 3, "description": "d"}, {"size"}, (), "PUT", "/licenses/I", {"size": 3}),
    ("license", {"description": None}, {"description"}, (), "PUT", "/licenses/I", {"description": TEXT}),
    ("device", {**DEVICE, "hostname": "h"}, {"hostname"}, ("f",), "PUT", "/devices/I", {"hostname": "h"}),
    ("device", {"tags": ["f", "a"]}, {"tags"}, ("f", "g"), "PUT", "/devices/I", {"tags": ["f", "a", "g", *TAGS]}),
    ("device", {"tags": None}, {"tags"}, ("f",), "PUT", "/devices/I", {"tags": ["f", *TAGS]}),
    ("device", {"customdata": '{"a": 1}'}, {"customdata"}, (), "PUT", "/devices/I", {"customdata": {"a": 1}}),
    ("device", {"description": None, "userdata": ""}, {"description"}, (), "PUT", "/devices/I", {"description": None}),
]

DELETES = {
    "api_key": "/user/api-keys/I",
    "organization": "/organizations/I",
    "organization_member": "/memberships/I",
    "member": "/memberships/I",
    "project": "/projects/I",
    "ssh_key": "/ssh-keys/I",
    "vlan": "/virtual-networks/I",
    "ip_reservation": "/ips/I",
    "bgp_session": "/bgp/sessions/I",
    "volume": "/storage/I",
    "license": "/licenses/I",
    "device_batch": "/batches/I",
    "spot_market_request": "/spot-market-requests/I",
    "volume_attachment": "/storage/attachments/I",
    "ip_assignment": "/ips/I",
    "device": "/devices/I",
}

# kind, verb, status, text, what it means
VERDICTS: list[tuple[str, Verb, int, str, Verdict]] = [
    ("organization", Verb.DELETE, 422, "Cannot delete an organization that has projects", Verdict.LATER),
    ("organization", Verb.DELETE, 422, "Cannot delete the default organization", Verdict.FAILED),
    ("organization", Verb.CREATE, 404, "Not found", Verdict.FAILED),
    ("device", Verb.CREATE, 422, "Operating system x is not provisionable on y", Verdict.FAILED),
    ("hardware_reservation", Verb.CREATE, 422, "Cannot move a hardware reservation while it is in use", Verdict.LATER),
    ("hardware_reservation", Verb.CREATE, 422, "Project must be in the same organization", Verdict.FAILED),
    ("api_key", Verb.CREATE, 404, "Not found", Verdict.FAILED),
    ("member", Verb.CREATE, 422, "Invitee has already been invited", Verdict.DONE),
    ("organization_member", Verb.CREATE, 422, "Invitee is already a member", Verdict.DONE),
    ("member", Verb.CREATE, 422, "Roles is invalid", Verdict.FAILED),
    ("member", Verb.DELETE, 422, "Cannot remove the primary owner", Verdict.FAILED),
    ("project", Verb.UPDATE, 403, "You are not authorized to update this transfer", Verdict.FAILED),
    ("project", Verb.DELETE, 422, "Cannot delete a project with active resources", Verdict.LATER),
    ("project", Verb.DELETE, 403, "You are not authorized", Verdict.FAILED),
    ("project", Verb.CREATE, 422, "Name is invalid", Verdict.FAILED),
    ("vlan", Verb.DELETE, 422, "Cannot delete Virtual Network when port is assigned", Verdict.LATER),
    ("vlan", Verb.DELETE, 422, "Something else", Verdict.FAILED),
    ("vlan", Verb.CREATE, 422, "port is assigned", Verdict.FAILED),
    ("ip_reservation", Verb.DELETE, 422, "in use", Verdict.LATER),
    ("ip_reservation", Verb.CREATE, 422, "ny5 is not a valid facility", Verdict.FAILED),
    ("bgp_session", Verb.CREATE, 422, "905037a4 already has session", Verdict.DONE),
    ("bgp_session", Verb.CREATE, 422, "BGP is not enabled", Verdict.FAILED),
    ("bgp_session", Verb.DELETE, 422, "already has session", Verdict.FAILED),
    ("device", Verb.DELETE, 422, "Cannot delete a device while it is provisioning", Verdict.LATER),
    ("device", Verb.DELETE, 422, "Cannot delete a locked item", Verdict.FAILED),
    ("device", Verb.CREATE, 422, "The facility ams1 has no provisionable c3.small.x86 servers", Verdict.FAILED),
    ("device", Verb.CREATE, 503, "Service Unavailable", Verdict.FAILED),
    ("volume", Verb.DELETE, 422, "Cannot delete a volume while it is attached", Verdict.LATER),
    ("volume", Verb.DELETE, 422, "Cannot delete a locked item", Verdict.FAILED),
    ("volume", Verb.UPDATE, 422, "Size cannot be changed while the volume is attached", Verdict.FAILED),
    ("volume_attachment", Verb.CREATE, 422, "Instance is already attached to this volume", Verdict.DONE),
    ("volume_attachment", Verb.CREATE, 422, "Cannot attach a volume while it is queued", Verdict.FAILED),
    (
        "volume_attachment",
        Verb.DELETE,
        422,
        "Cannot detach since volume is actively being used on your server",
        Verdict.LATER,
    ),
    ("volume_attachment", Verb.DELETE, 422, "Something else", Verdict.FAILED),
    ("device_batch", Verb.DELETE, 422, "Cannot delete a device while it is provisioning", Verdict.LATER),
    ("device_batch", Verb.DELETE, 422, "Cannot delete a locked item", Verdict.FAILED),
    ("ssh_key", Verb.CREATE, 422, "Key has already been taken", Verdict.FAILED),
    ("ip_assignment", Verb.CREATE, 422, "Address is not reserved for the project", Verdict.FAILED),
    ("bgp_config", Verb.CREATE, 422, "BGP is already configured", Verdict.FAILED),
]


def live(kind: str, foreign: tuple[str, ...] = ()) -> LiveObject:
    return LiveObject(kind, "I", "label", {"force_termination": True}, {}, foreign_tags=foreign)


@pytest.mark.parametrize(("kind", "values", "parent", "path", "body"), CREATES)
def test_create(kind: str, values: dict[str, Any], parent: str | None, path: str, body: dict[str, Any]) -> None:
    before = repr(values)
    call = CATALOG[kind].create(Wish(values, MARK, parent, parent))
    assert (call.method, call.path, call.repeat) == ("POST", path, Repeat.NEVER)
    assert call.body == body
    assert repr(values) == before, "the wish stays as it is"


@pytest.mark.parametrize(("kind", "values", "changed", "foreign", "method", "path", "body"), UPDATES)
def test_update(
    kind: str,
    values: dict[str, Any],
    changed: set[str],
    foreign: tuple[str, ...],
    method: str,
    path: str,
    body: dict[str, Any],
) -> None:
    call = CATALOG[kind].update(Wish(values, MARK, "P", "P"), live(kind, foreign), frozenset(changed))
    assert (call.method, call.path, call.repeat) == (method, path, Repeat.SAFE)
    assert call.body == body


@pytest.mark.parametrize(("kind", "path"), DELETES.items())
def test_delete(kind: str, path: str) -> None:
    call = CATALOG[kind].delete(live(kind))
    assert (call.method, call.path, call.body, call.repeat) == ("DELETE", path, None, Repeat.SAFE)


def test_every_kind_has_its_calls_in_these_tables() -> None:
    made = {each.name for each in CATALOG.kinds if not each.standing} - {"hardware_reservation"}  # which is moved
    assert {each[0] for each in CREATES} == made
    assert set(DELETES) == {each.name for each in CATALOG.kinds if each.deletable}


@pytest.mark.parametrize(("kind", "verb", "status", "text", "verdict"), VERDICTS)
def test_what_a_refusal_means(kind: str, verb: Verb, status: int, text: str, verdict: Verdict) -> None:
    refused = (Gone if status == 404 else Rejected)(text, status=status, errors=(text,))
    assert CATALOG[kind].verdict(verb, refused) is verdict


@pytest.mark.parametrize("kind", CATALOG.kinds, ids=lambda kind: kind.name)
def test_a_refused_token_is_never_waited_out(kind: Any) -> None:
    for verb in (Verb.CREATE, Verb.UPDATE, Verb.DELETE):
        assert kind.verdict(verb, Rejected("no", status=401, errors=("no",))) is Verdict.FAILED


def test_the_second_call_of_a_project() -> None:
    project = CATALOG["project"]
    assert project.finish(Wish({"name": "x"}, MARK), live("project")) is None
    call = project.finish(Wish({"name": "x", "backend_transfer_enabled": False}, MARK), live("project"))
    assert call is not None
    assert (call.method, call.path, call.body) == ("PUT", "/projects/I", {"backend_transfer_enabled": False})


def test_an_address_is_sent_whole_since_the_api_replaces_it() -> None:
    organization = CATALOG["organization"]
    there = LiveObject("organization", "I", "x", {"address": {"city": "Oslo", "country": "NO"}}, {})
    call = organization.update(Wish({"address": {"city": "Rome"}}, MARK), there, frozenset({"address"}))
    assert call.body == {"address": {"city": "Rome", "country": "NO"}}


@pytest.mark.parametrize(
    ("transfers", "paths"),
    [
        ([], ["POST /projects/I/transfers", "PUT /transfers/{transfer}"]),
        ([{"id": "t", "target_organization": {"href": "/organizations/o"}}], ["PUT /transfers/t"]),
        (
            [{"id": "t", "target_organization": {"href": "/organizations/else"}}],
            ["POST /projects/I/transfers", "PUT /transfers/{transfer}"],
        ),
        ([{"href": "/transfers/t"}], ["POST /projects/I/transfers", "PUT /transfers/{transfer}"]),
    ],
    ids=["none yet", "asked for", "another one is asked for", "one that is not shown"],
)
def test_a_transfer_is_asked_for_once_and_accepted(transfers: list[dict[str, Any]], paths: list[str]) -> None:
    project = CATALOG["project"]
    (there,) = project.read({"id": "I", "transfers": transfers}, None)
    wish = Wish({"name": "n", "organization_id": "o", "payment_method_id": "p"}, MARK)
    calls = project.calls(wish, there, frozenset(wish.values))
    texts = [f"{each.method} {each.path}" for each in calls]
    assert texts == ["PUT /projects/I", *paths, "PUT /projects/I"]
    assert (calls[0].body, calls[-1].body) == ({"name": "n"}, {"payment_method_id": "p"})


def test_a_transfer_that_is_gone_was_accepted() -> None:
    gone = Gone("Not found", call="PUT /transfers/t", status=404, errors=("Not found",))
    assert CATALOG["project"].verdict(Verb.UPDATE, gone) is Verdict.DONE
    lost = Gone("Not found", call="PUT /projects/I", status=404, errors=("Not found",))
    assert CATALOG["project"].verdict(Verb.UPDATE, lost) is Verdict.FAILED


def test_a_transfer_request_is_not_taken_for_a_project() -> None:
    answer = {"id": "t", "target_organization": {"href": "/organizations/o"}, "project": {"href": "/projects/I"}}
    assert CATALOG["project"].read_answer(answer, Wish({}, MARK)) is None


def test_a_projects_key_has_a_path_of_its_own() -> None:
    kind = CATALOG["api_key"]
    (there,) = kind.read({"id": "I", "description": "ci", "token": "t"}, "P")
    assert kind.delete(there).path == "/api-keys/I"


def test_a_reservation_is_moved_unless_it_is_in_use_elsewhere() -> None:
    kind = CATALOG["hardware_reservation"]
    wish = Wish({"id": "I"}, MARK, "P", "P")
    call, first = kind.create(wish), kind.look_first(wish)
    assert (call.method, call.path, call.body) == ("POST", "/hardware-reservations/I/move", {"project_id": "P"})
    assert call.repeat is Repeat.SAFE, "a second move to the same place changes nothing"
    assert first is not None
    assert first.path == "/hardware-reservations/I"
    idle, busy = {"device": None}, {"device": {"href": "/devices/d"}}
    here, there = {"project": {"href": "/projects/P"}}, {"project": {"href": "/projects/Q"}}
    assert kind.objection({**idle, **there}, wish) == kind.objection({**busy, **here}, wish) == ""
    assert "device d of project Q" in kind.objection({**busy, **there}, wish)


def test_an_invitation_is_withdrawn_and_a_membership_ended() -> None:
    for kind in (CATALOG["member"], CATALOG["organization_member"]):
        (asked,) = kind.read({"id": "I", "invitee": "jo@example.com", "roles": ["admin"]}, "P")
        (came,) = kind.read({"id": "M", "user": {"id": "u", "email": "jo@example.com"}, "roles": ["admin"]}, "P")
        assert (asked.key, asked.parent_id) == (came.key, came.parent_id)
        assert [kind.delete(each).path for each in (asked, came)] == ["/invitations/I", "/memberships/M"]


def test_only_what_is_waited_for_is_asked_for_one_by_one() -> None:
    found = {kind.name: probe for kind in CATALOG.kinds if (probe := kind.probe("I")) is not None}
    assert set(found) == {kind.name for kind in CATALOG.kinds if kind.waits}
    assert {probe.method for probe in found.values()} == {"GET"}
    assert (found["device"].path, found["ip_reservation"].path) == ("/devices/I", "/ips/I")


# kind, values, what is certain before the create
FORETOLD: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("device", DEVICE, DEVICE),
    ("device", {**DEVICE, "facility": "any"}, {"plan": "p", "operating_system": "o"}),
    ("device", {**DEVICE, "facility": ["ewr1"]}, {"plan": "p", "operating_system": "o"}),
    ("device", {**DEVICE, "ip_addresses": []}, DEVICE),
    ("vlan", {"facility": "ewr1", "vxlan": 7}, {"facility": "ewr1", "vxlan": 7}),
]


@pytest.mark.parametrize(("kind", "values", "certain"), FORETOLD)
def test_what_is_certain_beforehand(kind: str, values: dict[str, Any], certain: dict[str, Any]) -> None:
    assert CATALOG[kind].foretell(values) == certain


def volume(policies: tuple[Policy, ...] = ()) -> LiveObject:
    return LiveObject("volume", "I", "label", {}, {"policies": policies})


def test_a_lock_comes_off_a_volume_before_all_else_and_goes_on_it_last() -> None:
    of = CATALOG["volume"]
    for locked, expected in ((False, [{"locked": False}, {"size": 100}]), (True, [{"size": 100}, {"locked": True}])):
        calls = of.calls(Wish({**DISK, "locked": locked}, MARK), volume(), frozenset({"size", "locked"}))
        assert [each.body for each in calls] == expected


def test_snapshot_policies_are_changed_one_by_one() -> None:
    of = CATALOG["volume"]
    live = volume((Policy("a", "1hour", 3), Policy("b", "1day", 5), Policy("c", "1day", 6)))
    wanted = [WEEK, {"snapshot_frequency": "1week", "snapshot_count": 1}]
    calls = of.calls(Wish({"snapshot_policies": wanted}, MARK), live, frozenset({"snapshot_policies"}))
    assert [(each.method, each.path, dict(each.query)) for each in calls] == [
        ("DELETE", "/storage/snapshot-policies/a", {}),
        ("PATCH", "/storage/snapshot-policies/b", {"snapshot_count": "7"}),
        ("DELETE", "/storage/snapshot-policies/c", {}),
        ("POST", "/storage/I/snapshot-policies", {"snapshot_frequency": "1week", "snapshot_count": "1"}),
    ]


def test_a_volume_lets_go_of_its_attachments_only_to_grow() -> None:
    of = CATALOG["volume"]
    assert of.let_go_for(frozenset({"size", "plan"})) == {"volume_attachment"}
    assert of.let_go_for(frozenset({"plan", "description"})) == frozenset()


def test_a_request_ends_its_machines_unless_its_mark_says_otherwise() -> None:
    of = CATALOG["spot_market_request"]
    for wanted, expected in ((None, "true"), (True, "true"), (False, "false")):
        values = {**BID, "force_termination": wanted}
        mark = Mark("shop", "projects.e.spot_market_requests.x", of.memo(values))
        body = {**of.create(Wish(values, mark, "P", "P")).body, "id": "I", "devices": []}
        (found,) = of.read(body, "P")
        assert found.values["force_termination"] is (expected == "true")
        assert of.outlived_by(mark) is (expected == "false")
        assert dict(of.delete(found).query) == {"force_termination": expected}


def batch(*devices: dict[str, Any]) -> LiveObject:
    (found,) = CATALOG["device_batch"].read({"id": "I", "state": "completed", "devices": list(devices)}, "P")
    return found


def worker(identifier: str, **shown: Any) -> dict[str, Any]:
    mark = Mark("shop", "projects.e.device_batches.x", {"tags": remember_tags(["a"])})
    return {"id": identifier, "state": "active", "locked": False, "tags": ["a", *mark.to_tags()], **shown}


def test_a_batch_is_changed_machine_by_machine_where_it_is_not_as_wanted() -> None:
    of = CATALOG["device_batch"]
    mark = Mark("shop", "projects.e.device_batches.x", {"tags": "new"})
    live = batch(worker("1"), worker("2", tags=["mine", *worker("2")["tags"]]), worker("3", locked=True))
    wanted = {"tags": ["b"], "locked": True}
    calls = of.calls(Wish(wanted, mark), live, frozenset(wanted))
    assert [(each.method, each.path, each.body) for each in calls] == [
        ("PUT", "/devices/1", {"locked": True, "tags": ["b", *mark.to_tags()]}),
        ("PUT", "/devices/2", {"locked": True, "tags": ["b", "mine", *mark.to_tags()]}),
        ("PUT", "/devices/3", {"tags": ["b", *mark.to_tags()]}),
    ]
    assert of.calls(Wish({"quantity": 5}, mark), live, frozenset({"quantity"})) == ()


def test_a_batch_goes_with_its_machines() -> None:
    assert dict(CATALOG["device_batch"].delete(batch()).query) == {"remove_associated_instances": "true"}
