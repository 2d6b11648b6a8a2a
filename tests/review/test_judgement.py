"""What policies say of a plan: which changes they stop, which they tell, and what is wrong with a rule itself."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from reconciler.diagnostics import Diagnostic, Refused
from reconciler.model.plan import Plan
from reconciler.model.price import Bill, Cost
from reconciler.review.effects import with_effects
from reconciler.review.judgement import judged
from reconciler.stack.policies import read_policies
from reconciler.values import Unknown
from tests.engine.build import CATALOG
from tests.engine.changes import VOLUME, Changes

WEB, DB = ".devices.web", ".volumes.db"


def said(folder: Path, rules: str, plan: Plan) -> list[str]:
    return [f"{each.severity} {each.code}: {each.summary}" for each in findings(folder, rules, plan)]


def findings(folder: Path, rules: str, plan: Plan) -> tuple[Diagnostic, ...]:
    file = folder / "policies.yaml"
    file.write_text(rules, encoding="utf-8")
    return judged(read_policies([file]), plan, CATALOG)


def plan(changes: Changes) -> Plan:
    return Plan("shop", with_effects(changes.every, CATALOG), ())


def wrong(folder: Path, rules: str, made: Plan | None = None) -> list[tuple[str, int, str]]:
    with pytest.raises(Refused) as caught:
        findings(folder, rules, made or plan(Changes().create(WEB)))
    return [(each.code, each.place.line if each.place else 0, each.summary) for each in caught.value.diagnostics]


def test_a_rule_about_changes_is_asked_of_each(tmp_path: Path) -> None:
    rules = """\
policies:
  by-hand:
    deny: ${{ change.kind == 'volume' and change.deletes }}
    message: delete it in the portal
  reviewed:
    warn: ${{ change.effect in ['replace', 'destroy'] }}
"""
    made = plan(Changes().delete(DB).replace(WEB).create(".devices.new").keep(".devices.old"))
    assert said(tmp_path, rules, made) == [
        "error policy-denied: projects.p.volumes.db: delete it in the portal",
        "warning policy-warned: projects.p.volumes.db: the policy `reviewed` is against it",
        "warning policy-warned: projects.p.devices.web: the policy `reviewed` is against it",
    ]


def test_a_rule_about_the_plan_is_asked_once(tmp_path: Path) -> None:
    rules = """\
policies:
  few:
    deny: ${{ plan.deletes > 1 and plan.stack == 'shop' }}
    message: not more than one at a time
  dear:
    warn: ${{ plan.cost.delta > 0.5 }}
"""
    made = replace(plan(Changes().delete(DB, WEB)), bill=Bill(Decimal(1), Decimal(2)))
    assert said(tmp_path, rules, made) == [
        "error policy-denied: not more than one at a time",
        "warning policy-warned: the policy `dear` is against it",
    ]


def test_it_says_where_the_rule_stands(tmp_path: Path) -> None:
    rules = "policies:\n  none: {deny: '${{ change.creates }}', message: no}\n"
    (found,) = findings(tmp_path, rules, plan(Changes().create(WEB)))
    assert (found.address, found.hint) == (
        "projects.p.devices.web",
        f"the policy `none` is at {tmp_path / 'policies.yaml'}:2:3",
    )


@pytest.mark.parametrize(
    ("condition", "applies"),
    [
        ("change.name == 'web' and change.action == 'delete-create'", True),
        ("change.before.plan == 't1.small.x86' and change.after.plan == 'c1.small.x86'", False),
        ("change.facility == 'ewr1'", True),
        ("'plan' in change.fields", True),
        ("change.replaces and not change.updates", True),
        ("change.dependants | length > 0", True),
        ("change.cost.delta > 0.1", True),
        ("change.after.vxlan == 1000 or change.after.size is not none", False),
        ("plan.changes | length == 1", True),
        ("plan.effect == 'replace'", True),
        ("plan.replaces == 1 and plan.creates == 1", True),
    ],
)
def test_what_a_rule_may_read(tmp_path: Path, condition: str, applies: bool) -> None:
    changes = Changes().replace(WEB, changed=["plan"]).keep(".devices.lb", after=[WEB])
    made = plan(changes)
    cost = Cost(Decimal("0.07"), Decimal("0.4"))
    made = replace(made, changes=tuple(replace(each, cost=cost) for each in made.changes))
    rules = f'policies:\n  it:\n    warn: "${{{{ {condition} }}}}"\n'
    assert bool(findings(tmp_path, rules, made)) is applies


def test_no_secret_and_nothing_that_is_not_known_can_be_read(tmp_path: Path) -> None:
    (change,) = Changes().create(WEB, description="canary-of-2019", userdata="x").every
    hidden = replace(
        change, secrets=frozenset({"description"}), after={**change.after, "userdata": Unknown(), "tags": [Unknown()]}
    )
    made = Plan("shop", (hidden,), ())
    rules = (
        "policies:\n  it:\n    warn: ${{ change.after.description is not none or change.after.userdata is not none }}\n"
    )
    assert findings(tmp_path, rules, made) == ()


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("policies: 5\n", ("wrong-type", 1, "`policies` is a mapping from names to rules, not an integer")),
        ("- a\n", ("wrong-type", 1, "a policy file is a mapping, not a list")),
        ("polices: {}\n", ("unknown-key", 1, "a policy file has no `polices`")),
        ("policies:\n  a: 5\n", ("wrong-type", 2, "a policy is a mapping with deny, warn, message, not an integer")),
        ("policies:\n  a: {message: no}\n", ("missing-field", 2, "the policy `a` says either `deny` or `warn`")),
        (
            "policies:\n  a: {deny: '${{ true }}', warn: '${{ true }}'}\n",
            ("conflicting-keys", 2, "the policy `a` says either `deny` or `warn`"),
        ),
        (
            "policies:\n  a:\n    deny: yes please\n",
            (
                "wrong-type",
                3,
                "a rule is one expression: ${{ change.kind == 'volume' and change.deletes }}, not text",
            ),
        ),
        ("policies:\n  a: {deny: '${{ true }}', when: 5}\n", ("unknown-key", 2, "a policy has no `when`")),
        (
            "policies:\n  a: {deny: '${{ true }}', message: 5}\n",
            ("wrong-type", 2, "`message` is a text, for those who come across the rule, not an integer"),
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_line(
    tmp_path: Path, rules: str, expected: tuple[str, int, str]
) -> None:
    assert wrong(tmp_path, rules) == [expected]


def test_a_rule_that_cannot_be_asked_stops_the_plan(tmp_path: Path) -> None:
    ((code, line, summary),) = wrong(tmp_path, "policies:\n  a:\n    deny: ${{ change.after.nothing > 5 }}\n")
    assert (code, line) == ("broken-policy", 3)
    assert summary.startswith("the policy `a` cannot be asked: ")
    assert wrong(tmp_path, "policies:\n  a:\n    deny: ${{ change.kind }}\n") == [
        ("broken-policy", 3, "the policy `a` comes to 'device', and not to true or false")
    ]


def test_names_that_no_rule_has_are_told_before(tmp_path: Path) -> None:
    ((code, line, _),) = wrong(tmp_path, "policies:\n  a:\n    deny: ${{ chang.kind == 'x' }}\n")
    assert (code, line) == ("unknown-name", 3)


def test_a_policy_stands_once(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("policies:\n  one: {deny: '${{ change.creates }}'}\n", encoding="utf-8")
    with pytest.raises(Refused) as caught:
        read_policies([tmp_path])
    (found,) = caught.value.diagnostics
    assert found.summary == f"the policy `one` stands twice; first at {tmp_path / 'a.yaml'}:2:3"


def test_a_volume_is_a_change_like_others(tmp_path: Path) -> None:
    rules = (
        "policies:\n  big: {deny: \"${{ change.kind == 'volume' and change.after.size > 10 }}\", message: too big}\n"
    )
    assert said(tmp_path, rules, plan(Changes().create(DB, **VOLUME))) == [
        "error policy-denied: projects.p.volumes.db: too big"
    ]
