"""What a plan comes to, as a digest: so that what is applied is what was saved, or what somebody approved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.model.plan import Change, Plan
from reconciler.model.rollout import Waves
from reconciler.values import Address, Unknown, digest

ORDER = "(order of steps)"


def signature(plan: Plan) -> dict[str, str]:
    """For each change that is to be made, a digest of it, of its calls and of the live facts that it rests on, without
    secrets.
    """
    calls: dict[Address, list[Any]] = {}
    for each in plan.steps:
        calls.setdefault(each.address, []).append([str(each.verb), each.call, each.implied])
    changes = {str(each.address): digest([_essence(each), calls.get(each.address, [])], 32) for each in plan.pending}
    steps = [[each.id, sorted(each.requires)] for each in plan.steps]
    rolled = {f"(rollout of {each.group})": digest(_rollout(each), 32) for each in plan.rollouts}
    return {**changes, **rolled, ORDER: digest(steps, 32)}


def approval(plan: Plan) -> str:
    """The SHA-256 of all that a plan does and rests on, in 64 hexadecimal digits. Neither the time, the folder nor what
    is only told goes in: the same plan of the same account has the same digest anywhere. Of a secret it is only known
    that there is one.
    """
    options = [plan.options.destroy, sorted(plan.options.targets), sorted(plan.options.replace)]
    return digest([plan.stack, options, signature(plan), sorted(map(list, plan.files))])


def _essence(change: Change) -> list[Any]:
    after = {name: _settled(value) for name, value in change.after.items() if name not in change.secrets}
    fields = sorted([".".join(map(str, each.path)), each.forces_replacement, each.wipes] for each in change.fields)
    facts = change.live.facts if change.live is not None else None
    hidden = sorted(name for name in change.after if name in change.secrets)
    return [change.action.value, change.reason, facts, change.parent_id, after, hidden, sorted(change.unknown), fields]


def _rollout(waves: Waves) -> list[Any]:
    rollout = waves.rollout
    health = [[each.proof.value, each.timeout, each.port, each.address, *each.families] for each in rollout.health]
    machines = [list(map(str, each)) for each in (*waves.waves, waves.others, waves.down)]
    return [rollout.size, rollout.max_unavailable, rollout.pause, health, machines]


def _settled(value: Any) -> Any:
    """A value with its unknown parts as themselves: what an apply will put there is not known yet."""
    if isinstance(value, Unknown):
        return {"unknown": True}
    if isinstance(value, Mapping):
        return {name: _settled(each) for name, each in value.items()}
    return [_settled(each) for each in value] if isinstance(value, list | tuple) else value
