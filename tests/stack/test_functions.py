"""The functions in stacks: with resources, with what is known only later, with secrets, and over their limits."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from reconciler.diagnostics import Refused
from reconciler.secret import Secret
from tests.stack.conftest import FakeWorld, Read, by_address, references

KEY = "0123456789abcdef"
ENVIRONMENT = {"RECONCILER_DERIVE_KEY": KEY}
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
    (found,) = raised.value.diagnostics
    assert found.summary == "first_of: none of them is there, and there is no `default=...`"


def test_when_none_is_there_a_default_may_stand_for_it_also_null(read: Read) -> None:
    for written, wanted in (("'other'", "other"), ("none", None)):
        late = user(read, f"first_of(site.boxes.spare.ip, default={written})").values["script"]
        assert late.evaluate(FakeWorld()).value == wanted


def test_two_things_of_one_key_are_a_mistake_that_names_both(read: Read) -> None:
    assert refused(read, "keyed([{'n': 'a'}, {'n': 'b'}, {'n': 'a'}], 'n')") == (
        "key-clash",
        "keyed: items [0] and [2] both have the key 'a'",
    )
    assert refused(read, "merge({'b': 1}, {'a': 1}, {'a': 2}, unique=true)") == (
        "key-clash",
        "merge: mappings 2 and 3 both have the key 'a'",
    )


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
        "jsondecode('a: 1')",
        "jsondecode('[NaN]')",
        "jsondecode('[1, 2')",
        "jsondecode('" + "[" * 65 + "]" * 65 + "')",
        """jsondecode('{\\"a\\": 1, \\"a\\": 2}')""",
        """jsondecode('\\"\\\\\\\\ud800\\"')""",
        "toyaml([range(6000) | list, range(6000) | list])",
    ],
)
def test_arguments_that_do_not_fit_are_told(read: Read, expression: str) -> None:
    assert refused(read, expression)[0] == "broken-expression"


@pytest.mark.parametrize(
    ("expression", "summary"),
    [
        ("derive('a', 16, alphabet='hex', size=1)", "`derive` has no argument `size`"),
        ("cidrhost('10.0.0.0/8', 1, 2)", "`cidrhost` takes at most 2 arguments, not 3"),
        ("derive_ssh_key()", "derive_ssh_key wants a name: derive_ssh_key('admin'), not nothing (null)"),
    ],
)
def test_an_argument_that_there_is_not_is_told_in_the_words_of_the_stack(
    read: Read, expression: str, summary: str
) -> None:
    assert refused(read, expression, RECONCILER_DERIVE_KEY=KEY) == ("broken-expression", summary)


def test_json_is_read_as_programs_write_it(read: Read) -> None:
    other = {"a.json": '{\n\t"face": "\\ud83d\\ude00", "path": "a\\/b",\n\t"yes": [1e3, true, null]}\n'}
    stack = read("stack: s\noutputs: {x: \"${{ jsondecode(file('a.json')) }}\"}\n", other=other)
    assert stack.outputs[0].value == {"face": "😀", "path": "a/b", "yes": [1000.0, True, None]}


ODD = ["1e3", "0o14", "yes", "n", "12:30", "1_000", "", "~", "null", "0x1f", ".5", "1.", "-0", "<<", "2019-01-01"]
LINES = ["a\nb\n", "a\n\n  b", " a\n", "a \nb", "\n", "a\tb", "# a", "- a", "a: b", "é😀", "'\""]


def test_text_stays_text_through_yaml(read: Read) -> None:
    text = (
        "stack: s\nvariables: {v: {type: list}}\n"
        "outputs: {x: '${{ toyaml(var.v) }}', y: '${{ fromyaml(toyaml(var.v)) }}'}\n"
    )
    values = json.dumps({"v": [*ODD, *LINES]}, ensure_ascii=False)
    by_us, back = (each.value for each in read(text, other={"v.yaml": values}, files=["v.yaml"]).outputs)
    assert back == [*ODD, *LINES]
    assert yaml.safe_load(by_us) == [*ODD, *LINES]


def test_lines_are_written_as_a_block_and_a_single_value_without_marks(read: Read) -> None:
    assert value(read, "toyaml({'run': 'a' ~ '\\\\n' ~ 'b' ~ '\\\\n'})") == "run: |\n  a\n  b\n"
    assert value(read, "toyaml('x')") == "x\n"


def test_much_work_in_one_expression_is_refused(read: Read) -> None:
    with pytest.raises(Refused) as raised:
        read(
            "stack: s\noutputs: {x: \"${{ template('t.j2', many=range(5000) | list) }}\"}\n",
            other={"t.j2": "{% for each in many %}{{ product(many, [1]) | length }}{% endfor %}"},
        )
    assert [each.code for each in raised.value.diagnostics] == ["expression-limit"]


HURTING = {
    "nested templates": (
        "{% for i in range(900) %}{{ template('b.j2') }}{% endfor %}",
        "{% for i in range(900) %}{{ template('c.j2') }}{% endfor %}",
        "{% for i in range(900) %}{{ template('d.j2') }}{% endfor %}",
        "{% for i in range(3000) %}{% endfor %}",
    ),
    "derived secrets": ("{% for i in range(20000) %}{{ derive('a' ~ i, 256) }}{% endfor %}",),
    "derived keys": ("{% for i in range(20000) %}{% set a = derive_ssh_key('a' ~ i) %}{% endfor %}",),
    "written YAML": ("{% for i in range(20000) %}{% set a = toyaml(many) %}{% endfor %}",),
    "read YAML": (
        "{% set a = '[' ~ many | join(',') ~ ']' %}{% for i in range(20000) %}{% set b = fromyaml(a) %}{% endfor %}",
    ),
    "written JSON": ("{% for i in range(20000) %}{% set a = jsonencode(many) %}{% endfor %}",),
    "written JSON by a filter": ("{% for i in range(20000) %}{% set a = many | tojson %}{% endfor %}",),
    "digests": ("{% set a = many | join(',') %}{% for i in range(20000) %}{% set b = sha256(a) %}{% endfor %}",),
}


@pytest.mark.parametrize("name", sorted(HURTING))
def test_a_template_made_to_hurt_is_refused(read: Read, name: str) -> None:
    texts = {f"{letter}.j2": text for letter, text in zip("abcd", HURTING[name], strict=False)}
    with pytest.raises(Refused) as raised:
        read(
            "stack: s\noutputs: {x: {secret: true, value: \"${{ template('a.j2', many=range(3000) | list) }}\"}}\n",
            other=texts,
            environment=ENVIRONMENT,
        )
    (found,) = raised.value.diagnostics
    assert found.code == "expression-limit"
    assert "too long or makes too much" in found.summary


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
    assert Secret(box.values["script"]) in stack.secrets
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


@pytest.mark.parametrize("use", ["list", "map(attribute='ip') | list", "join", "first", "length", "sort", "flatten"])
def test_what_is_not_there_is_walked_by_nobody(read: Read, use: str) -> None:
    with pytest.raises(Refused):
        user(read, f"first_of((site.boxes.spare | {use}), none)")
