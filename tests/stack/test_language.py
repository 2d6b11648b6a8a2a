"""What a stack means: values, names, precedence, instances, addresses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.diagnostics import Place, Refused
from reconciler.model.catalog import Catalog
from reconciler.stack import Inputs, read_stack
from tests.stack.conftest import Read, by_address


def local_value(read: Read, expression: str, head: str = "") -> Any:
    """What an expression comes to."""
    stack = read(f"stack: s\n{head}\noutputs:\n  x: {expression}\n")
    return stack.outputs[0].value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("${{ 1 + 1 }}", 2),
        ("${{ 1 == 1 }}", True),
        ("${{ none }}", None),
        ("\"${{ [1, 'a', {'k': {'z': true}}] }}\"", [1, "a", {"k": {"z": True}}]),
        ("n${{ 1 + 1 }}-${{ true }}", "n2-true"),
        ("  ${{ 'x' }}  ", "x"),
        ('"${{ 1 }} "', "1 "),
        ("$${{ x }}", "${{ x }}"),
        ("[$$, '$${{ x }} ${{ 1 }}']", ["$$", "${{ x }} 1"]),
        ("${VAR} $HOME $(id) {{ x }} {% y %}", "${VAR} $HOME $(id) {{ x }} {% y %}"),
        ("\"${{ '}}' }}\"", "}}"),
        ("\"${{ {'a': {'b': 1}} }}\"", {"a": {"b": 1}}),
        ("${{ '%02d' | format(7) }}", "07"),
        ("${{ range(3) | map('string') | join(',') }}", "0,1,2"),
        ("${{ ['b', 'a', 'b'] | unique | sort }}", ["a", "b"]),
        ("${{ 'x-y' | replace('-', '_') | upper }}", "X_Y"),
        ("\"${{ {'b': 1, 'a': 'ä<'} | tojson }}\"", '{"b": 1, "a": "ä<"}'),
        ("${{ cidrhost('10.1.0.0/24', 5) }}", "10.1.0.5"),
        ("${{ cidrhost('10.1.0.0/24', -1) }}", "10.1.0.255"),
        ("${{ cidrhost('2001:db8::/64', 1) }}", "2001:db8::1"),
        ("${{ 'hi' | b64encode }}${{ b64encode('hi') }}", "aGk=aGk="),
        ("${{ 'a' if 1 > 2 else 'b' }}", "b"),
        ("\"${{ ({'a': 1}).b | default('none') }}\"", "none"),
        ("{a: {b: '${{ 1 }}'}, c: [x]}", None),
        ("2019-01-01", "2019-01-01"),
        ("1e3", 1000.0),
        ("0o17", 15),
        ("017", 17),
        ("1_000", "1_000"),
        ("0xff", 255),
        ("~", None),
        ("!!str 22", "22"),
    ],
)
def test_values(read: Read, written: str, value: Any) -> None:
    if written.startswith("{"):
        written, value = f"{{value: {written}}}", {"a": {"b": 1}, "c": ["x"]}

    assert local_value(read, written) == value
    assert type(local_value(read, written)) is type(value)


def test_a_map_of_the_user_can_be_walked_and_defaulted(read: Read) -> None:
    head = "variables: {m: {default: {a: {n: 1}, b: {}}}}"

    assert local_value(read, "${{ var.m.b.n | default(7) }}", head) == 7
    assert local_value(read, "${{ var.m['a'].n }}", head) == 1
    assert local_value(read, "${{ var.m.c is defined }}", head) is False
    assert local_value(read, "${{ var.m | items | map('first') | list }}", head) == ["a", "b"]
    assert local_value(read, "${{ var.m.keys() }}", head) == ["a", "b"]
    assert local_value(read, "${{ 'a' in var.m and 'z' not in var.m }}", head) is True


def test_expressions_cannot_change_what_they_are_given(read: Read) -> None:
    stack = read(
        "stack: s\nvariables: {l: {default: [1]}}\nlocals: {a: '${{ var.l + [2] }}'}\noutputs: {x: '${{ var.l }}'}"
    )

    assert stack.outputs[0].value == [1]
    assert stack.inputs == {"l": [1]}


# variables


def test_precedence_is_default_environment_file_flag(read: Read) -> None:
    text = "stack: s\nvariables: {a: {default: d}, b: {default: d}, c: {default: d}, e: {default: d}}\n"
    values = {f"RECONCILER_VAR_{name}": "environment" for name in "bce"}

    stack = read(
        text,
        environment={**values, "RECONCILER_VAR_unknown": "ignored", "PATH": "/bin"},
        other={"1.yaml": "c: first\ne: first\n", "2.yaml": "c: second\n"},
        files=["1.yaml", "2.yaml"],
        flags=["e=flag", "e=last"],
    )

    assert stack.inputs == {"a": "d", "b": "environment", "c": "second", "e": "last"}
    assert [each.path for each in stack.sources] == ["1.yaml", "2.yaml", "stack.yaml"]


@pytest.mark.parametrize(
    ("declared", "text", "value"),
    [
        ("{type: integer}", "3", 3),
        ("{type: number}", "3", 3),
        ("{type: number}", "0.5", 0.5),
        ("{type: boolean}", "true", True),
        ("{type: string}", "true", "true"),
        ("{}", "3", "3"),
        ("{default: 3}", "4", 4),
        ("{default: [a]}", "[b, c]", ["b", "c"]),
        ("{type: list}", '["a", 1]', ["a", 1]),
        ("{type: map}", "{a: {b: no}}", {"a": {"b": "no"}}),
        ("{type: string}", "a=b=c", "a=b=c"),
        ("{type: string, pattern: '^[a-z]+[0-9]$'}", "ewr1", "ewr1"),
        ("{type: string, default: null}", "x", "x"),
    ],
)
def test_text_is_read_as_the_declared_type(read: Read, declared: str, text: str, value: Any) -> None:
    stack = read(f"stack: s\nvariables: {{v: {declared}}}\n", flags=[f"v={text}"])

    assert stack.inputs == {"v": value}
    assert type(stack.inputs["v"]) is type(value)


def test_a_default_may_be_null(read: Read) -> None:
    stack = read("stack: s\nvariables: {v: {type: integer, default: null, minimum: 1}}\noutputs: {x: '${{ var.v }}'}\n")

    assert stack.outputs[0].value is None


def test_locals_come_in_any_order(read: Read) -> None:
    head = "locals: {c: '${{ local.b }}!', a: 1, b: '${{ local.a + 1 }}'}"

    assert local_value(read, "${{ local.c }}", head) == "2!"


# instances


def test_count_and_for_each_make_instances_with_their_names(read: Read) -> None:
    stack = read(
        """
stack: s
sites:
  a:
    count: 2
    title: t${{ index }}
    boxes:
      k:
        for_each: {x: {n: 1}, y: {n: 2}}
        host: ${{ key }}-${{ value.n }}-${{ index }}
        sessions: [ipv4]
      l:
        for_each: [p, q]
        plan: ${{ key }}${{ value }}
      m:
        count: 2
        plan: i${{ index }}
"""
    )

    found = by_address(stack)
    assert [str(each.address) for each in stack.resources][:6] == [
        "sites.a[0]",
        'sites.a[0].boxes.k["x"]',
        'sites.a[0].boxes.k["x"].sessions.ipv4',
        'sites.a[0].boxes.k["y"]',
        'sites.a[0].boxes.k["y"].sessions.ipv4',
        'sites.a[0].boxes.l["p"]',
    ]
    assert found["sites.a[1]"].values["title"] == "t1"
    assert found['sites.a[1].boxes.k["y"]'].values["host"] == "y-2-1"
    assert found['sites.a[1].boxes.l["p"]'].values["plan"] == "pp"
    assert found["sites.a[0].boxes.m[1]"].values["plan"] == "i1"
    assert found['sites.a[1].boxes.k["x"].sessions.ipv4'].parent == found['sites.a[1].boxes.k["x"]'].address


def test_instances_are_in_order_of_number(read: Read) -> None:
    stack = read("stack: s\nnets: {a: {count: 11}}\n")

    assert [each.address.index for each in stack.resources] == list(range(11))


def test_count_may_be_zero_and_when_may_be_false(read: Read) -> None:
    stack = read(
        """
stack: s
variables: {on: {default: false}}
sites: {off: {when: "${{ var.on }}", boxes: {b: {}}}, on: {when: "${{ not var.on }}"}}
nets: {a: {count: 0}, b: {for_each: []}, c: {count: 4, when: "${{ index is odd }}"}}
outputs: {c: "${{ nets.c | length }}", a: "${{ nets.a | length }}"}
"""
    )

    assert [str(each.address) for each in stack.resources] == ["nets.c[1]", "nets.c[3]", "sites.on"]


def test_the_key_is_a_default_for_the_key_field(read: Read) -> None:
    stack = read(
        """
stack: s
sites:
  one:
    boxes:
      plain: {}
      named: {host: other}
      many: {count: 2}
      each: {for_each: [x]}
      b: {sessions: {ipv6: {default: true}, ipv4: }}
"""
    )

    found = by_address(stack)
    assert found["sites.one"].values["title"] == "one"
    assert found["sites.one.boxes.plain"].values["host"] == "plain"
    assert found["sites.one.boxes.named"].values["host"] == "other"
    assert found["sites.one.boxes.many[1]"].values["host"] == "many-1"
    assert found['sites.one.boxes.each["x"]'].values["host"] == "each-x"
    assert found["sites.one.boxes.b.sessions.ipv6"].values == {"family": "ipv6", "default": True}
    assert found["sites.one.boxes.b.sessions.ipv4"].values == {"family": "ipv4"}


def test_a_bare_value_stands_for_the_scalar_field(read: Read) -> None:
    stack = read("stack: s\nsites: {a: {boxes: {b: {links: {x: 10.0.0.1, y: {to: z, rate: 3}}}}}}\n")

    found = by_address(stack)
    assert found["sites.a.boxes.b.links.x"].values == {"to": "10.0.0.1"}
    assert found["sites.a.boxes.b.links.y"].values == {"to": "z", "rate": 3}


def test_a_singleton_has_no_name_and_sections_are_noted(read: Read) -> None:
    stack = read("stack: s\nsites: {a: {bgp_config: {asn: 65000}, nets: {}, boxes: {b: {sessions: []}}}}\n")

    found = by_address(stack)
    assert found["sites.a.bgp_config"].values == {"asn": 65000}
    assert found["sites.a"].managed_sections == {"bgp_config", "nets", "boxes"}
    assert found["sites.a.boxes.b"].managed_sections == {"sessions"}


def test_only_declared_fields_are_values(read: Read) -> None:
    stack = read("stack: s\nnets: {a: , b: {label: null}}\n")

    found = by_address(stack)
    assert found["nets.a"].values == {}
    assert found["nets.b"].values == {"label": None}


def test_existing_is_a_place_to_look_in(read: Read) -> None:
    stack = read(
        """
stack: s
variables: {site: {default: 0b1d}}
sites:
  a: {existing: "${{ var.site }}", boxes: {b: {script: "${{ site.id }}"}}}
"""
    )

    found = by_address(stack)
    assert found["sites.a"].existing == "0b1d"
    assert found["sites.a"].values == {}
    assert not found["sites.a"].managed
    assert found["sites.a.boxes.b"].references == {found["sites.a"].address}


def test_where_existing_comes_to_null_the_stack_makes_its_own(read: Read) -> None:
    text = "stack: s\nvariables: {site: {type: string, default: null}}\nsites:\n  a:\n"
    text += "    existing: ${{ var.site }}\n    title: Own\n    boxes: {b: {host: b}}\n"
    own = by_address(read(text))["sites.a"]
    assert (own.existing, own.values) == (None, {"title": "Own"})
    found = by_address(read(text, flags=["site=Theirs"]))["sites.a"]
    assert (found.existing, found.values) == ("Theirs", {})


def test_settings(read: Read) -> None:
    stack = read(
        """
stack: s
variables: {keep: {default: true}, minutes: {default: 5}}
nets:
  a:
    lifecycle: {protect: "${{ var.keep }}", ignore_changes: [label], create_before_destroy: true}
    timeouts: {create: 1h30m, delete: "${{ var.minutes * 60 }}"}
  b: {timeouts: {create: 90, delete: 45s}, lifecycle: {ignore_changes: ["${{ 'label' }}"]}}
"""
    )

    a, b = stack.resources
    assert (a.lifecycle.protect, a.lifecycle.create_before_destroy) == (True, True)
    assert a.lifecycle.ignore_changes == b.lifecycle.ignore_changes == {"label"}
    assert (a.timeouts.create, a.timeouts.delete) == (5400, 300)
    assert (b.timeouts.create, b.timeouts.delete) == (90, 45)


def test_places_lead_to_the_yaml(read: Read) -> None:
    stack = read("stack: s\nnets:\n  a:\n    label: x\n    size: 1\n")

    (net,) = stack.resources
    assert net.place == Place("stack.yaml", 3, 3, 1)
    assert net.place_of("size") == Place("stack.yaml", 5, 11, 1)
    assert net.place_of("key") == net.place


# files


def test_directories_and_several_files_make_one_stack(read: Read) -> None:
    stack = read(
        "ignored",
        other={
            "d/b.yml": "stack: s\nnets: {b: {label: '${{ local.x }}'}}\n",
            "d/a.yaml": "nets: {a: {}}\nlocals: {x: one}\n",
            "d/deep/c.yaml": "nonsense",
            "d/notes.txt": "nonsense",
            "e.yaml": "stack: s\nsites: {s: {title: '${{ file(\"k\") }}'}}\n",
            "k": "key",
        },
        paths=["d", "e.yaml", "d/a.yaml"],
    )

    assert [str(each.address) for each in stack.resources] == ["nets.a", "nets.b", "sites.s"]
    assert [each.path for each in stack.sources] == ["d/a.yaml", "d/b.yml", "e.yaml", "k"]


def test_files_are_found_from_the_stack_file_and_have_a_digest(read: Read) -> None:
    stack = read(
        "ignored",
        other={
            "d/s.yaml": """
stack: s
nets:
  a: {label: "${{ file('k/x.pub') }}", key: "${{ template('t.j2', n=3) }}"}
""",
            "d/k/x.pub": "ssh-ed25519 AAAA\n",
            "d/t.j2": "{% for i in range(n) %}{{ i }},{% endfor %}${HOME}\n",
        },
        paths=["d/s.yaml"],
    )

    assert stack.resources[0].values == {"label": "ssh-ed25519 AAAA\n", "key": "0,1,2,${HOME}\n"}
    assert [(each.path, len(each.sha256)) for each in stack.sources] == [
        ("d/k/x.pub", 64),
        ("d/s.yaml", 64),
        ("d/t.j2", 64),
    ]


def test_templates_are_not_escaped_and_may_have_optional_names(read: Read) -> None:
    template = "{% if extra is defined %}{{ extra }}{% endif %}<{{ name }}>{{ other | default('-') }}{# note #}\n"

    stack = read(
        "stack: s\nnets: {a: {label: \"${{ template('t.html', name='a&b') }}\"}}\n", other={"t.html": template}
    )

    assert stack.resources[0].values["label"] == "<a&b>-\n"


def test_an_empty_stack_is_a_stack(read: Read) -> None:
    stack = read("stack: s\n")

    assert (stack.name, stack.resources, stack.outputs) == ("s", (), ())


def test_windows_line_ends_and_a_byte_order_mark_are_fine(tmp_path: Path, catalog: Catalog) -> None:
    file = tmp_path / "s.yaml"
    file.write_bytes(b"\xef\xbb\xbfstack: s\r\nnets:\r\n  a: {labl: x}\r\n")

    with pytest.raises(Refused) as refused:
        read_stack([file], catalog, Inputs())

    (found,) = refused.value.diagnostics
    assert found.place == Place(str(file), 3, 7, 4)
    assert found.excerpt == "  a: {labl: x}"
