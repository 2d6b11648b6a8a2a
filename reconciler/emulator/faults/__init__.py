"""Faults on order: what can go wrong between a client and the API, when, and how often.

A rule names a method and a route template (`*` for any), when it strikes (the `nth` matching request since
the rule was posted, or each with a `probability` drawn from `seed`), how often (`times`, default 1, null
without end) and what happens (`kind`). docs/emulator.md lists the kinds, `rule.py` says which of them take
what beside that.

The first rule in the list that strikes wins; every matching rule counts the request.

    rule.py      one rule, and which requests it is about
    plan.py      the rules in force: which of them strikes
    pages.py     lists that do not add up
    bodies.py    answers that are not as described, and bodies that no client should swallow
"""

from reconciler.emulator.faults.plan import FaultPlan
from reconciler.emulator.faults.rule import KINDS, Kind, Rule

__all__ = ["KINDS", "FaultPlan", "Kind", "Rule"]
