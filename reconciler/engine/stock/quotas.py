"""What a project may have of a kind, against what would stand there: the plan's own and what others made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.engine.stock.demand import Gone, going, stays
from reconciler.engine.world import field_problem
from reconciler.model.catalog import Catalog
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.plan import Change
from reconciler.values import Address


def check_quotas(changes: Sequence[Change], snapshot: Snapshot, catalog: Catalog) -> list[Diagnostic]:
    by_address = {each.address: each for each in changes}
    gone = going(changes)
    created: dict[tuple[Address, str], list[Change]] = {}
    for each in changes:
        if each.action.creates and each.resource is not None and each.address.owner is not None:
            created.setdefault((each.address.owner, each.kind), []).append(each)
    return [
        problem
        for (owner, kind), made in sorted(created.items(), key=lambda each: (each[0][0].sort_key, each[0][1]))
        for problem in _problems(made, _standing(owner, kind, by_address, snapshot, gone), catalog)
    ]


def _standing(
    owner: Address, kind: str, by_address: Mapping[Address, Change], snapshot: Snapshot, gone: Gone
) -> list[LiveObject]:
    around = stays(owner, by_address)
    if around is None:
        return []
    return [
        each
        for each in snapshot.of_kind(kind)
        if each.parent_id == around.id and each.present and not each.automatic and (kind, each.id) not in gone
    ]


def _problems(made: Sequence[Change], standing: Sequence[LiveObject], catalog: Catalog) -> Iterator[Diagnostic]:
    kind = catalog[made[0].kind]
    for at, problem in kind.check_quota([each.values for each in standing], [each.after for each in made]):
        resource = made[at].resource
        if resource is not None:
            severity = Severity.WARNING if problem.warns else Severity.ERROR
            yield replace(field_problem(resource, problem), severity=severity)
