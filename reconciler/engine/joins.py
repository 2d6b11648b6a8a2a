"""Joins: where the API's own habits put many steps before many others, by way of one point in between.

Users of a kind go before that kind, what is taken into account without being told comes first, and whoever gives up
what only one can have comes before whoever takes it. What contradicts the user's own word is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.graph import reached
from reconciler.model.catalog import Catalog
from reconciler.model.kind import Verb
from reconciler.model.plan import Change, Step, step_id
from reconciler.values import Address

_JOIN = "join:"


def joined(
    firm: Sequence[tuple[str, str]],
    changes: Mapping[Address, Change],
    catalog: Catalog,
    steps: Mapping[str, Step],
) -> list[tuple[str, str]]:
    """The edges (earlier, later) that the joins add to the firm ones."""
    joins = _Joins(firm)
    _join_users(joins, changes, catalog, steps)
    _join_followers(joins, changes, catalog, steps)
    _join_claimants(joins, changes, catalog, steps)
    return joins.edges


@dataclass
class _Joins:
    """Points where several steps meet, so that many-to-many edges stay few.

    A join states a habit of the API, not the user's word: what contradicts the firm edges is left out of it.
    """

    firm: Sequence[tuple[str, str]]
    edges: list[tuple[str, str]] = field(default_factory=list)
    _later: dict[str, list[str]] = field(default_factory=dict)
    _earlier: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for earlier, later in self.firm:
            self._link(earlier, later)

    def _link(self, earlier: str, later: str) -> None:
        self._later.setdefault(earlier, []).append(later)
        self._earlier.setdefault(later, []).append(earlier)

    def users_first(self, name: str, users: Sequence[str], used: Sequence[str]) -> None:
        """Deletes of users come before those of what they use, unless that one refers to a user itself."""
        sooner = reached(users, self._earlier) if used else ()
        self._meet(name, users, [each for each in used if each not in sooner])

    def followed_first(self, name: str, followed: Sequence[str], followers: Sequence[str]) -> None:
        """Creates of what is followed come first, unless it refers to a follower itself."""
        later = reached(followers, self._later) if followed else ()
        self._meet(name, [each for each in followed if each not in later], followers)

    def givers_first(self, givers: Sequence[str], takers: Sequence[str]) -> None:
        """Whoever gives up what only one can have comes before whoever takes it; two that swap cannot both be first."""
        for taker in takers:
            later = reached([taker], self._later)
            self.edges += [(giver, taker) for giver in givers if giver not in later]
            for giver in givers:
                if giver not in later:
                    self._link(giver, taker)

    def _meet(self, name: str, earlier: Sequence[str], later: Sequence[str]) -> None:
        if earlier and later:
            found = [*((each, name) for each in earlier), *((name, each) for each in later)]
            self.edges += found
            for edge in found:
                self._link(*edge)


def _join_users(joins: _Joins, changes: Mapping[Address, Change], catalog: Catalog, steps: Mapping[str, Step]) -> None:
    """Deletes of what a kind uses come after the deletes of that kind, project by project."""
    deletes: dict[tuple[str, str], list[str]] = {}
    for address, change in changes.items():
        delete = step_id(address, Verb.DELETE)
        if delete in steps and change.live is not None and change.live.owner_id is not None:
            deletes.setdefault((change.live.owner_id, change.kind), []).append(delete)
    for (owner, name), users in deletes.items():
        used = [each for other in catalog[name].uses for each in deletes.get((owner, other), ())]
        joins.users_first(f"{_JOIN}{owner}/{catalog[name].section}", users, used)


def _join_followers(
    joins: _Joins, changes: Mapping[Address, Change], catalog: Catalog, steps: Mapping[str, Step]
) -> None:
    """Creates that the API takes into account by itself come first: a project's keys before its devices."""
    creates: dict[tuple[str, str], list[str]] = {}
    for address in changes:
        create = step_id(address, Verb.CREATE)
        if create in steps:
            group = str(address.root) if address.owner is not None else ""
            creates.setdefault((group, changes[address].kind), []).append(create)
    for (group, name), followers in creates.items():
        groups = (group, "") if group else ("",)
        followed = [each for other in catalog[name].follows for at in groups for each in creates.get((at, other), ())]
        joins.followed_first(f"{_JOIN}{group}/before-{catalog[name].section}", followed, followers)


def _join_claimants(
    joins: _Joins, changes: Mapping[Address, Change], catalog: Catalog, steps: Mapping[str, Step]
) -> None:
    """An address that goes from one device to another, a key under another name: taken off here, put on there."""
    givers: dict[tuple[str, str], list[str]] = {}
    takers: dict[tuple[str, str], list[str]] = {}
    for address, change in changes.items():
        kind = catalog[change.kind]
        live = change.live
        had = kind.claims(live.values, live.parent_id) if live is not None else frozenset()
        wanted = kind.claims(change.after, change.parent_id) if change.resource is not None else frozenset()
        kept = frozenset() if change.action.deletes or change.action.creates else had & wanted
        gives = step_id(address, Verb.DELETE if change.action.deletes else Verb.UPDATE)
        takes = step_id(address, Verb.CREATE if change.action.creates else Verb.UPDATE)
        for each in sorted(had - kept) if gives in steps else ():
            givers.setdefault((kind.name, each), []).append(gives)
        for each in sorted(wanted - kept) if takes in steps else ():
            takers.setdefault((kind.name, each), []).append(takes)
    for claim in sorted(givers.keys() & takers.keys()):
        joins.givers_first(givers[claim], takers[claim])


def join_steps(edges: Iterable[tuple[str, str]], steps: Mapping[str, Step]) -> list[Step]:
    """The joins among the ends of some edges, as steps that do nothing."""
    ends = (end for edge in edges for end in edge if end not in steps and end.startswith(_JOIN))
    return [_join_step(each) for each in dict.fromkeys(ends)]


def _join_step(join: str) -> Step:
    group, _, section = join.removeprefix(_JOIN).partition("/")
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", f"{group}-{section}")
    call = f"({section} of {group or 'the account'})"
    return Step(join, Address(None, "join", name), Verb.JOIN, "", call, implied=True)
