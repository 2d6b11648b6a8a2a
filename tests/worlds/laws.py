"""What has to hold, whatever the stack and whatever went wrong: judged by the API's answers, the ledger and what was
sent, never by the tool's word alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from reconciler.model.event import Ended, Event, Result, Started
from reconciler.model.kind import Verb
from reconciler.model.plan import Plan
from tests.worlds.account import Account
from tests.worlds.live import MACHINE, Held, everything, ours

_MOST_CALLS_A_STEP = 14
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_IN_PROJECT = re.compile(r"/projects/\{id\}/.+")
_OTHERS_SHARE = {"ssh_keys", "updated_at", "attachments", "assignments"}
"""What shows of a stranger's object though others change it: its project's keys, what is on our devices."""
_LISTS = {"devices", "ssh_keys", "volumes", "network_status", "bgp_config", "updated_at", "invitations"}


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


_CREATES = {
    "/organizations": "organization",
    "/projects": "project",
    "/ssh-keys": "ssh_key",
    "/projects/{id}/ssh-keys": "ssh_key",
    "/user/api-keys": "api_key",
    "/projects/{id}/api-keys": "api_key",
    "/projects/{id}/virtual-networks": "vlan",
    "/projects/{id}/ips": "ip_reservation",
    "/projects/{id}/storage": "volume",
    "/projects/{id}/licenses": "license",
    "/projects/{id}/devices": "device",
    "/projects/{id}/devices/batch": "device_batch",
    "/projects/{id}/spot-market-requests": "spot_market_request",
    "/projects/{id}/invitations": "member",
    "/organizations/{id}/invitations": "organization_member",
    "/devices/{id}/ips": "ip_assignment",
    "/devices/{id}/bgp/sessions": "bgp_session",
    "/storage/{id}/attachments": "volume_attachment",
}


def nothing_is_made_twice(account: Account, plan: Plan, entries: Sequence[Mapping[str, Any]]) -> None:
    """A run makes no more of each kind than its plan creates, and of what it made no two carry one mark."""
    made = Counter(
        _CREATES[each["route"]] for each in entries if each["method"] == "POST" and each["route"] in _CREATES
    )
    planned = Counter(each.kind for each in plan.steps if each.verb is Verb.CREATE)
    if made - planned:
        raise Broken("nothing is made twice", f"{dict(made - planned)} more than planned")
    new = {each for entry in entries for each in entry["created"]}
    found = (each for each in ours(account, plan.stack) if each.id in new and each.kind != MACHINE)
    counts = Counter((each.kind, each.mark) for each in found)
    twice = [f"{kind} {mark}" for (kind, mark), count in counts.items() if count > 1]
    if twice:
        raise Broken("nothing is made twice", ", ".join(sorted(twice)))


def strangers_are_left_alone(theirs: Collection[str], entries: Iterable[Mapping[str, Any]]) -> None:
    """No accepted call was about somebody else's object, but to put something into a project of theirs."""
    for entry in entries:
        about = set(_UUID.findall(entry["path"])) | set(entry["deleted"])
        into = entry["method"] == "POST" and _IN_PROJECT.fullmatch(entry["route"])
        if about & set(theirs) and not into:
            raise Broken("strangers are left alone", f"{entry['method']} {entry['path']}")


def strangers(account: Account) -> dict[str, dict[str, Any]]:
    """What others have, as the API shows it, less what says something about us."""
    return strangers_of(everything(account), account.theirs)


def strangers_of(there: Iterable[Held], theirs: Collection[str]) -> dict[str, dict[str, Any]]:
    """Those of the objects that others have, less what says something about us."""
    found = {}
    for each in there:
        if each.id in theirs:
            hidden = _LISTS if each.kind == "project" else _OTHERS_SHARE
            found[each.id] = {name: value for name, value in each.body.items() if name not in hidden}
    return found


def strangers_are_as_before(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    for identifier in sorted({*before, *after}):
        one, other = before.get(identifier, {}), after.get(identifier, {})
        if one != other:
            names = sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
            shown = [f"{name} was {one.get(name)}, is {other.get(name)}" for name in names]
            raise Broken("strangers are as before", f"{identifier}: {'; '.join(shown)}")


def nothing_crashed(account: Account) -> None:
    if account.transport.crashes:
        raise Broken("nothing crashed", ", ".join(account.transport.crashes))
