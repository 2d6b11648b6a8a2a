"""The functions in stacks: with resources, with what is known only later, with secrets, and over their limits."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.diagnostics import Refused
from tests.stack.conftest import FakeWorld, Read, by_address, references

SITE = """\
stack: s
sites:
  one:
    boxes:
      web: {count: 2, host: "web-${{ index }}"}
      spare: {when: false, host: spare}
      none: {count: 0, host: none}
      user: {host: user, script: "%s"}
"""
WEB = [f"sites.one.boxes.web[{number}]" for number in range(2)]


def user(read: Read, expression: str) -> Any:
    return by_address(read(SITE % f"${{{{ {expression} }}}}"))["sites.one.boxes.user"]


def value(read: Read, expression: str, **environment: str) -> Any:
    stack = read(
        f'stack: s\noutputs: {{x: {{value: "${{{{ {expression} }}}}", secret: true}}}}\n', environment=environment
    )
    return stack.outputs[0].value


def refused(read: Read, expression: str, **environment: str) -> tuple[str, str]:
    with pytest.raises(Refused) as raised:
        value(read, expression, **environment)
    (found,) = raised.value.diagnostics
    return found.code, found.summary


def test_pools_are_taken_apart_and_stay_references(read: Read) -> None:
    resource = user(read, "flatten([site.boxes.web, site.boxes.none]) | map(attribute='ip') | join(',')")
    assert references(resource) == WEB
    world = FakeWorld({(WEB[0], "ip"): "a", (WEB[1], "ip"): "b"})
    assert resource.values["script"].evaluate(world).value == "a,b"


def test_what_is_known_only_after_apply_goes_through_the_functions(read: Read) -> None:
    resource = user(read, "product(box=site.boxes.web, port=[1]) | map(attribute='box') | map(attribute='ip') | join")
    assert resource.values["script"].evaluate(FakeWorld()).value.waits_for


@pytest.mark.parametrize(
    "expression",
    [
        "first_of(site.boxes.spare, site.boxes.web[1]).ip",
        "first_of(site.boxes.spare.ip, site.boxes.web[1].ip)",
        "first_of(site.boxes.none[0].ip, none, site.boxes.web[1].ip)",
        "first_of(site.boxes.none, site.boxes.web)[1].ip",
    ],
)
def test_the_first_that_is_there_is_taken(read: Read, expression: str) -> None:
    resource = user(read, expression)
    assert WEB[1] in references(resource)
    assert resource.values["script"].evaluate(FakeWorld({(WEB[1], "ip"): "here"})).value == "here"


def test_a_resource_that_is_not_there_is_still_a_mistake_elsewhere(read: Read) -> None:
    with pytest.raises(Refused) as raised:
        user(read, "site.boxes.spare.ip")
    assert [each.code for each in raised.value.diagnostics] == ["reference-off"]


def test_when_none_is_there_it_says_so(read: Read) -> None:
    with pytest.raises(Refused) as raised:
        user(read, "first_of(site.boxes.spare, none)")
    assert [each.summary for each in raised.value.diagnostics] == ["first_of: none of them is there"]


def test_two_items_of_one_key_are_a_mistake(read: Read) -> None:
    code, summary = refused(read, "keyed([{'n': 'a'}, {'n': 'b'}, {'n': 'a'}], 'n')")
    assert (code, summary) == ("broken-expression", "keyed: two items have the key 'a', the later one is [2]")
    assert "key 'a'" in refused(read, "merge({'a': 1}, {'a': 2}, unique=true)")[1]


@pytest.mark.parametrize(
    "expression",
    [
        "product(range(400) | list, range(400) | list) | length",
        "cidrsubnet('10.0.0.0/8', 8, 256)",
        "cidrsubnets('10.0.0.0/30', 1, 1, 1)",
        "cidrhost('10.0.0.0/30', 4)",
        "cidrnetmask('2001:db8::/32')",
        "fromyaml('a: &x 1') if false else fromyaml('!!python/object:x {}')",
        "fromyaml('a: 1\\na: 2')",
        "jsondecode('{')",
        "b64decode('%%%')",
        "keyed([1], 'a')",
        "keyed([{'a': true}], 'a')",
        "keyed([{'a': 1}])",
        "flatten(3)",
        "pairs([1])",
        "merge(1)",
        "slug(3)",
        "product()",
        "product([1], a=[2])",
    ],
)
def test_arguments_that_do_not_fit_are_told(read: Read, expression: str) -> None:
    assert refused(read, expression)[0] == "broken-expression"


def test_much_work_in_one_expression_is_refused(read: Read) -> None:
    with pytest.raises(Refused) as raised:
        read(
            "stack: s\noutputs: {x: \"${{ template('t.j2', many=range(5000) | list) }}\"}\n",
            other={"t.j2": "{% for each in many %}{{ product(many, [1]) | length }}{% endfor %}"},
        )
    assert [each.code for each in raised.value.diagnostics] == ["expression-limit"]


KEY = "0123456789abcdef"
ENVIRONMENT = {"RECONCILER_DERIVE_KEY": KEY}


OTHER = "stack: t\noutputs: {x: {value: \"${{ derive('a', 32) }}\", secret: true}}\n"


def test_a_derived_secret_is_the_same_each_time_and_other_for_each_name_stack_and_key(read: Read) -> None:
    first = value(read, "derive('a', 32)", RECONCILER_DERIVE_KEY=KEY)
    assert first == value(read, "derive('a', 32)", RECONCILER_DERIVE_KEY=KEY)
    assert len(first) == 32
    others = {
        value(read, "derive('b', 32)", RECONCILER_DERIVE_KEY=KEY),
        value(read, "derive('a', 32)", RECONCILER_DERIVE_KEY=KEY + "0"),
        read(
            "stack: t\noutputs: {x: {value: \"${{ derive('a', 32) }}\", secret: true}}\n",
            environment=ENVIRONMENT,
        )
        .outputs[0]
        .value,
    }
    assert len({first, *others}) == 4


def test_a_derived_secret_has_each_sort_of_letters(read: Read) -> None:
    for number in range(40):
        made = value(read, f"derive('n{number}', 8)", RECONCILER_DERIVE_KEY=KEY)
        assert {"lower" if each.islower() else "upper" if each.isupper() else "digit" for each in made} == {
            "lower",
            "upper",
            "digit",
        }


def test_what_is_derived_is_secret(read: Read) -> None:
    stack = read(SITE % "${{ derive('a', 32) }}", environment=ENVIRONMENT)
    box = by_address(stack)["sites.one.boxes.user"]
    assert "script" in box.secrets
    assert box.values["script"] in stack.secrets
    with pytest.raises(Refused) as raised:
        read("stack: s\noutputs: {x: \"${{ derive('a', 32) }}\"}\n", environment=ENVIRONMENT)
    assert [each.code for each in raised.value.diagnostics] == ["secret-output"]


def test_a_derived_ssh_key_has_a_public_part_and_a_secret_one(read: Read) -> None:
    public = read("stack: s\noutputs: {x: \"${{ derive_ssh_key('k').public }}\"}\n", environment=ENVIRONMENT)
    assert public.outputs[0].value.startswith("ssh-ed25519 AAAA")
    private = value(read, "derive_ssh_key('k').private", RECONCILER_DERIVE_KEY=KEY)
    assert private.startswith("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    with pytest.raises(Refused) as raised:
        read(
            "stack: s\noutputs: {x: \"${{ derive_ssh_key('k').private }}\"}\n",
            environment=ENVIRONMENT,
        )
    assert [each.code for each in raised.value.diagnostics] == ["secret-output"]


def test_ssh_reads_a_derived_key(read: Read) -> None:
    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    private = value(read, "derive_ssh_key('k').private", RECONCILER_DERIVE_KEY=KEY)
    public = value(read, "derive_ssh_key('k').public", RECONCILER_DERIVE_KEY=KEY)
    key = serialization.load_ssh_private_key(private.encode(), None).public_key()
    line = key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()
    assert public.startswith(line)


@pytest.mark.parametrize("environment", [{}, {"RECONCILER_DERIVE_KEY": "short"}])
def test_without_a_key_there_is_no_secret_and_a_way_out(read: Read, environment: dict[str, str]) -> None:
    assert refused(read, "derive('a', 32)", **environment)[0] == "derive-key-missing"


@pytest.mark.parametrize(
    "call", ["derive('', 32)", "derive('a', 5)", "derive('a', 300)", "derive('a', 8, alphabet='x')"]
)
def test_a_secret_that_cannot_be_derived_is_told(read: Read, call: str) -> None:
    assert refused(read, call, RECONCILER_DERIVE_KEY=KEY)[0] == "broken-expression"
