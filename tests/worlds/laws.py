"""What has to hold, whatever the stack and whatever went wrong: judged by the API's answers, the ledger and what was
sent, never by the tool's word alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reconciler.model.event import Ended, Event, Result, Started
from reconciler.model.kind import Verb
from reconciler.model.plan import Plan
from tests.worlds.account import Account
from tests.worlds.live import everything, ours

_MOST_CALLS_A_STEP = 14
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_IN_PROJECT = re.compile(r"/projects/\{id\}/.+")
_OTHERS_SHARE = {"ssh_keys", "updated_at"}
"""What shows of a stranger's device though others change it: its project's keys."""
_LISTS = {"devices", "ssh_keys", "volumes", "network_status", "bgp_config", "updated_at"}


class Broken(AssertionError):
    """A law that did not hold. `law` names it; two failures of one law are taken for the same."""

    def __init__(self, law: str, detail: str) -> None:
        super().__init__(f"{law}: {detail}")
        self.law = law
        self.detail = detail


def a_plan_changes_nothing(account: Account, sent: int, ledger: int) -> None:
    mutations = account.mutations_sent(sent)
    if mutations or len(account.ledger()) != ledger:
        raise Broken("a plan changes nothing", str(mutations))


def steps_are_in_order(plan: Plan) -> None:
    seen: set[str] = set()
    for step in plan.steps:
        if not set(step.requires) <= seen:
            raise Broken("steps are in order", f"{step.id} comes before {sorted(set(step.requires) - seen)}")
        seen.add(step.id)


def steps_start_after_what_they_require(plan: Plan, events: Iterable[Event]) -> None:
    requires = {(str(each.address), each.verb): each.requires for each in plan.steps}
    ids = {(str(each.address), each.verb): each.id for each in plan.steps}
    joins = {each.id: each.requires for each in plan.steps if each.verb is Verb.JOIN}
    done: set[str] = set()
    for event in events:
        if isinstance(event, Ended) and event.result is Result.DONE:
            done.add(ids[event.address, event.verb])
        if isinstance(event, Started):
            waiting = list(requires[event.address, event.verb])
            while waiting:
                each = waiting.pop()
                if each in joins:
                    waiting += joins[each]
                elif each not in done:
                    raise Broken("steps start after what they require", f"{event.address}:{event.verb} before {each}")


def the_ledger_is_in_order(plan: Plan, entries: Sequence[Mapping[str, Any]], marks: Mapping[str, str]) -> None:
    """Creates and deletes were accepted in the order of the steps. `marks` are addresses by the ids of what is new."""
    by_live = {each.live.id: f"{each.address}:{Verb.DELETE}" for each in plan.changes if each.live is not None}
    accepted: dict[str, int] = {}
    for number, entry in enumerate(entries):
        for made in entry["created"][:1]:
            if made in marks:
                accepted.setdefault(f"{marks[made]}:{Verb.CREATE}", number)
        if entry["method"] == "DELETE":
            found = _UUID.findall(entry["path"])
            if found and found[-1] in by_live:
                accepted.setdefault(by_live[found[-1]], number)
    requires = {each.id: each.requires for each in plan.steps}
    for later, number in accepted.items():
        seen, waiting = {later}, list(requires.get(later, ()))
        while waiting:
            earlier = waiting.pop()
            if earlier in seen:
                continue
            seen.add(earlier)
            if accepted.get(earlier, -1) > number:
                raise Broken("the ledger is in order", f"{later} was accepted before {earlier}")
            waiting += requires.get(earlier, ())


def what_was_done_is_what_was_planned(plan: Plan, ended: Iterable[Ended]) -> None:
    planned = sorted(each.id for each in plan.steps if each.verb is not Verb.JOIN)
    done = sorted(f"{each.address}:{each.verb}" for each in ended)
    if planned != done:
        different = sorted((Counter(planned) - Counter(done)) + (Counter(done) - Counter(planned)))
        raise Broken("what was done is what was planned", ", ".join(different))


def calls_are_few(plan: Plan, entries: Sequence[Mapping[str, Any]]) -> None:
    most = _MOST_CALLS_A_STEP * plan.actions
    if len(entries) > most:
        raise Broken("calls are few", f"{len(entries)} mutations for {plan.actions} steps")


def nothing_is_made_twice(account: Account, stack: str, entries: Iterable[Mapping[str, Any]]) -> None:
    """Of what one run made, no two objects carry one mark."""
    made = {each for entry in entries for each in entry["created"]}
    counts = Counter((each.kind, each.mark) for each in ours(account, stack) if each.id in made)
    twice = [f"{kind} {mark}" for (kind, mark), count in counts.items() if count > 1]
    if twice:
        raise Broken("nothing is made twice", ", ".join(sorted(twice)))


def strangers_are_left_alone(account: Account, entries: Iterable[Mapping[str, Any]]) -> None:
    """No accepted call was about somebody else's object, but to put something into a project of theirs."""
    for entry in entries:
        about = set(_UUID.findall(entry["path"])) | set(entry["deleted"])
        into = entry["method"] == "POST" and _IN_PROJECT.fullmatch(entry["route"])
        if about & account.theirs and not into:
            raise Broken("strangers are left alone", f"{entry['method']} {entry['path']}")


def strangers(account: Account) -> dict[str, dict[str, Any]]:
    """What others have, as the API shows it, less what says something about us."""
    found = {}
    for each in everything(account):
        if each.id in account.theirs:
            hidden = _LISTS if each.kind == "project" else _OTHERS_SHARE
            found[each.id] = {name: value for name, value in each.body.items() if name not in hidden}
    return found


def strangers_are_as_before(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    for identifier in sorted({*before, *after}):
        if before.get(identifier) != after.get(identifier):
            shown = f"{before.get(identifier)} became {after.get(identifier)}"
            raise Broken("strangers are as before", shown)


def nothing_crashed(account: Account) -> None:
    if account.transport.crashes:
        raise Broken("nothing crashed", ", ".join(account.transport.crashes))
