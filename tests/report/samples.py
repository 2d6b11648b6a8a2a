"""Hand-made plans and changes for the tests of this folder."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from reconciler.diagnostics import Place, warning
from reconciler.model.kind import Verb
from reconciler.model.live import LiveObject
from reconciler.model.look import Looked
from reconciler.model.plan import Action, Change, FieldChange, Options, Plan, Step, Stranger
from reconciler.model.resource import Resource
from reconciler.values import Unknown, parse_address

DEVICE = "projects.edge.devices.web[0]"


def live(kind: str, identifier: str, values: Mapping[str, Any] | None = None) -> LiveObject:
    return LiveObject(kind, identifier, identifier, values or {}, {})


def change(address: str, kind: str, action: Action, **more: Any) -> Change:
    place = Place("stack.yaml", more.pop("line", 7))
    where = parse_address(address)
    resource = None if action is Action.DELETE else Resource(where, kind, {}, place)
    return Change(where, kind, action, resource, **more)


def plan(*changes: Change, **more: Any) -> Plan:
    return Plan("edge", changes, more.pop("steps", ()), **more)


AT = datetime(2019, 11, 17, 14, 13, 20, tzinfo=UTC)


def looked(plan: Plan) -> Looked:
    return Looked(plan, AT, "stack.yaml")


def step(identifier: str, *requires: str, kind: str = "device", implied: bool = False) -> Step:
    address, _, verb = identifier.rpartition(":")
    return Step(identifier, parse_address(address), Verb(verb), kind, f"POST /{kind}s", requires, implied)


def create() -> Change:
    return change(
        DEVICE,
        "device",
        Action.CREATE,
        parent_id="p-1",
        after={
            "hostname": "web-01",
            "plan": "c2.medium.x86",
            "tags": ["a", "b"],
            "customdata": {"rack": {"row": 1}, "on": True},
            "userdata": "#!/bin/sh\necho hi\n",
            "locked": None,
        },
        unknown=frozenset({"ip_addresses"}),
        secrets=frozenset({"md5"}),
    )


def update() -> Change:
    return change(
        "projects.edge",
        "project",
        Action.UPDATE,
        live=live("project", "p-1"),
        fields=(FieldChange(("name",), "Old", "New", note="shown in the portal at once"),),
        before={"name": "Old", "payment": "x", "backend": True},
        after={"name": "New", "payment": "x", "backend": True},
    )


def replacement() -> Change:
    return change(
        "projects.edge.devices.db",
        "device",
        Action.DELETE_CREATE,
        live=live("device", "d-2"),
        reason="cannot_update",
        because="because plan cannot be changed in place",
        impact=("the disks are wiped and the addresses change",),
        fields=(FieldChange(("plan",), "t1.small.x86", "c2.medium.x86", forces_replacement=True),),
        before={"plan": "t1.small.x86", "hostname": "db", "facility": "ewr1"},
        after={"plan": "c2.medium.x86", "hostname": "db", "facility": "ewr1"},
    )


def delete() -> Change:
    return change(
        "projects.edge.vlans.old",
        "vlan",
        Action.DELETE,
        live=live("vlan", "v-3"),
        reason="not_declared",
        because="projects.edge.vlans.old is not in the stack",
        before={"description": "old", "facility": "ewr1"},
    )


def everything() -> Plan:
    noop = change(
        "projects.edge.vlans.storage",
        "vlan",
        Action.NOOP,
        live=live("vlan", "v-1"),
        before={"facility": "ewr1"},
        after={"facility": "ewr1"},
    )
    secret = change(
        "projects.edge.bgp_config",
        "bgp_config",
        Action.CREATE,
        after={"asn": 65000, "md5": "hunter2-canary"},
        secrets=frozenset({"md5"}),
    )
    return plan(
        update(),
        secret,
        replacement(),
        create(),
        delete(),
        noop,
        steps=(
            step("projects.edge:update", kind="project"),
            step("projects.edge.devices.db:delete"),
            step("projects.edge.devices.db:create", "projects.edge.devices.db:delete"),
        ),
        strangers=(Stranger("device", "s-1", "left-over", "Anycast edge", "", "2019-05-01T10:00:00Z"),),
        diagnostics=(warning("unverified", "capacity was not checked", hint="run with a token that may"),),
        outputs={"address": Unknown(), "size": 2, "md5": "hunter2-canary"},
        secret_outputs=frozenset({"md5"}),
        options=Options(targets=("projects.edge",)),
        longest_path=3,
    )
