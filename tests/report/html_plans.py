"""Plans for the HTML page: one that has a bit of everything, and one of a given size; and a run of the first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from reconciler.diagnostics import Place, error, warning
from reconciler.model.event import Ended, Report, Result
from reconciler.model.kind import Verb
from reconciler.model.plan import Change, Counts, Plan, Step
from reconciler.model.price import Bill, Cost
from reconciler.model.resource import Resource, Stack
from reconciler.report.ending import Ending
from reconciler.review.effects import with_effects
from tests.engine.bench import Bench
from tests.engine.build import CATALOG, devices, ref, resource, stack

BOOT = """\
#!/bin/sh
set -eu
apt-get update -q
apt-get install -yq {packages}
hostnamectl set-hostname "$(cat /etc/name)"
install -m 0644 /dev/stdin /etc/motd <<END
  owned by reconciler
END
systemctl enable --now {service}
systemctl restart ssh
echo ready > /run/ready
"""
HOURLY = {"t1.small.x86": "0.07", "c1.small.x86": "0.40", "c2.medium.x86": "1.00", "m2.xlarge.x86": "2.00"}


def demo() -> Plan:
    """Something created, changed, replaced, destroyed, moved and left alone, with costs and a warning."""
    bench = Bench()
    bench.apply(_before(), parallelism=1)  # one after the other, so that ids are the same each time
    bench.account.add("vlans", bench.account.one("projects")["id"], description="by hand", facility="ewr1")
    return with_costs(_seen(bench, _after()), warned=True)


def demo_run() -> Ending:
    """How an apply of the demo ended in which one machine was refused, with the times that such calls take."""
    plan = demo()
    refused = "projects.edge.devices.web[3]"
    problem = error(
        "api",
        "422 Unprocessable Entity: no c1.small.x86 is left in ewr1",
        address=refused,
        place=Place("edge.yaml", 40, 7, 3),
        hint="choose another plan or facility: `reconciler plan` says where there are some",
    )
    ends: dict[str, float] = {}
    failed: set[str] = set()
    ended: list[Ended] = []
    for number, step in enumerate(plan.steps):
        began = max((ends[each] for each in step.requires), default=0.0)
        ends[step.id] = began + (0.0 if step.verb is Verb.JOIN else _takes(step, number))
        if step.verb is Verb.JOIN or step.implied:
            continue
        took = ends[step.id] - began
        told = Ended(str(step.address), step.kind, step.verb, ends[step.id], Result.DONE, took, f"{number:08x}")
        if failed.intersection(step.requires):
            told = replace(told, result=Result.SKIPPED, elapsed=0.0, id="", reason=f"it needs {refused}")
            failed.add(step.id)
        elif str(step.address) == refused:
            told = replace(told, result=Result.FAILED, id="", reason=problem.summary, diagnostic=problem)
            failed.add(step.id)
        ended.append(told)
    report = Report("apply", Counts(4, 2, 2), tuple(sorted(ended, key=lambda each: each.at)))
    return Ending("apply", plan.stack, report, steps=plan.steps)


def _takes(step: Step, number: int) -> float:
    """Seconds, in the way of the API of 2019: a machine takes minutes, a call well under a second."""
    if step.kind == "device" and step.verb is Verb.CREATE:
        return 1.6 if str(step.address).endswith("[3]") else 283.0 + 37 * (number % 4)
    return 0.4 + 0.3 * (number % 3)


def large(count: int) -> Plan:
    """`count` changes of a fleet: most are created, some changed, replaced and destroyed."""
    tenth = count // 10
    bench = Bench()
    bench.account.provision_seconds = 0.0
    old = [*devices(tenth, name="old"), *devices(tenth, name="db", plan="c1.small.x86"), *devices(tenth, name="kept")]
    bench.apply(stack(_project(), *old), parallelism=1)
    rest = count - 3 * tenth - 1
    boot = BOOT.format(packages="nginx", service="nginx")
    new = [
        resource("projects.edge.bgp_config", line=5),
        *devices(tenth, name="db", plan="c2.medium.x86", line=8),
        *devices(tenth, name="kept", tags=["blue"], description="kept", line=20),
        *devices(rest - rest // 2, name="web", plan="c1.small.x86", tags=["web", "blue"], userdata=boot, line=30),
        *(resource(f"projects.edge.devices.web[{each}].bgp_sessions.ipv4", line=44) for each in range(rest // 2)),
    ]
    return with_costs(_seen(bench, stack(_project(), *new)))


def _seen(bench: Bench, wanted: Stack) -> Plan:
    plan = bench.plan(wanted).plan
    return replace(plan, changes=with_effects(plan.changes, CATALOG))


def with_costs(plan: Plan, *, warned: bool = False) -> Plan:
    """The plan with prices of a list, and with a warning."""
    changes = tuple(replace(each, cost=_cost(each)) for each in plan.changes)
    costs = [each.cost for each in changes if each.cost is not None]
    before = sum((each.before or Decimal(0) for each in costs), Decimal(0))
    after = sum((each.after or Decimal(0) for each in costs), Decimal(0))
    place = Place("edge.yaml", 31, 17, 9)
    found = warning(
        "unverified",
        "capacity in ewr1 was not checked: the token may not ask",
        address="projects.edge.devices.db",
        place=place,
        hint="plan with a token that may, or expect the create to be refused",
        excerpt="      facility: [ewr1, any]",
    )
    return replace(
        plan,
        changes=changes,
        bill=Bill(before, after, Decimal("0.10")),
        diagnostics=(found,) if warned else (),
    )


def _cost(change: Change) -> Cost | None:
    if change.kind != "device":
        return None
    before = Decimal(HOURLY[change.before["plan"]]) if change.live is not None else Decimal(0)
    return Cost(before, Decimal(HOURLY[change.after["plan"]]) if change.after else Decimal(0))


def _project() -> Resource:
    return resource("projects.edge", name="Anycast edge")


def _shared() -> Iterable[Resource]:
    yield _project()
    yield resource("projects.edge.ssh_keys.ops", line=6)
    yield resource("projects.edge.ip_reservations.vip", tags=["vip"], line=9)


def _before() -> Stack:
    return stack(
        *_shared(),
        resource("projects.edge.vlans.storage", description="storage", line=12),
        resource("projects.edge.vlans.old", description="backup, unused"),
        resource(
            "projects.edge.devices.db",
            plan="c1.small.x86",
            hostname="db-1",
            tags=["db"],
            userdata=BOOT.format(packages="postgresql-11", service="postgresql"),
            line=24,
        ),
        resource("projects.edge.devices.legacy", hostname="legacy-01", plan="t1.small.x86"),
        *devices(2, name="web", plan="c1.small.x86", tags=["web"], line=40),
        resource(
            "projects.edge.devices.db.ip_assignments.vip",
            address=ref("projects.edge.ip_reservations.vip", "block"),
            line=36,
        ),
    )


def _after() -> Stack:
    return stack(
        *_shared(),
        resource("projects.edge.vlans.storage", description="storage", line=12),
        resource("projects.edge.bgp_config", md5="Secret4thenight", secrets=("md5",), line=15),
        resource(
            "projects.edge.devices.db",
            plan="c2.medium.x86",
            hostname="db-1",
            tags=["db", "blue"],
            userdata=BOOT.format(packages="postgresql-12 pgbackrest", service="postgresql"),
            line=24,
        ),
        *devices(
            4,
            name="web",
            plan="c1.small.x86",
            tags=["web", "blue"],
            customdata={
                "rack": {"row": 4, "unit": "u12"},
                "owner": "platform",
                "on-call": "edge@example.com",
            },
            line=40,
        ),
        resource("projects.edge.devices.web[0].bgp_sessions.ipv4", default_route=True, line=52),
        resource("projects.edge.devices.web[2].bgp_sessions.ipv4", default_route=True, line=52),
        resource("projects.edge.devices.web[3].bgp_sessions.ipv4", default_route=True, line=52),
        resource(
            "projects.edge.devices.db.ip_assignments.vip",
            address=ref("projects.edge.ip_reservations.vip", "block"),
            line=36,
        ),
    )
