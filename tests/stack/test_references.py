"""Expressions that read resources: what they refer to, and what they come to in a world."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from reconciler.diagnostics import Refused
from reconciler.model.resource import Evaluated, Resource, Stack, deferred
from reconciler.secret import Secret
from reconciler.values import Unknown
from tests.stack.conftest import FakeWorld, Read, by_address, references

STACK = """
stack: s
variables: {n: {default: 3}, pick: {default: y}}
locals:
  first: ${{ sites.a.boxes.web[0].ip }}
  web: ${{ sites.a.boxes.web }}
  offset: 1
sites:
  a:
    nets: {storage: {}, my-net: {}}
    bgp_config: {asn: 65000}
    boxes:
      web: {count: "${{ var.n }}"}
      each: {for_each: [x, y]}
      reader:
        FIELDS
"""


def reader(read: Read, *fields: str, **arguments: Any) -> Resource:
    """The resource `sites.a.boxes.reader` with these fields."""
    text = STACK.replace("FIELDS", "\n        ".join(fields))
    return by_address(read(text, **arguments))["sites.a.boxes.reader"]


def evaluate(resource: Resource, field: str, known: Mapping[tuple[str, str], Any] | None = None) -> Evaluated:
    value = resource.values[field]
    assert deferred(value)
    evaluated: Evaluated = value.evaluate(FakeWorld(known))
    return evaluated


WEB = [f"sites.a.boxes.web[{index}]" for index in range(3)]
IPS = {(address, "ip"): f"10.0.0.{index}" for index, address in enumerate(WEB)} | {
    ('sites.a.boxes.each["x"]', "ip"): "10.1.0.1",
    ('sites.a.boxes.each["y"]', "ip"): "10.1.0.2",
    ("sites.a.nets.storage", "tag"): "1000",
    ("sites.a.nets.storage", "id"): "uuid-1",
    ("sites.a.nets.my-net", "tag"): "1001",
    ("sites.a.bgp_config", "asn"): 65000,
    ("sites.a", "id"): "uuid-site",
}


@pytest.mark.parametrize(
    ("expression", "refers", "value"),
    [
        ("${{ site.id }}", ["sites.a"], "uuid-site"),
        ("${{ sites.a.boxes.web[1].ip }}", WEB[1:2], "10.0.0.1"),
        ("${{ site.boxes.web[local.offset + 1].ip }}", WEB[2:], "10.0.0.2"),
        ("${{ site.boxes.web[-1].ip }}", WEB[2:], "10.0.0.2"),
        ("${{ site.boxes.web[var.n - 3]['ip'] }}", WEB[:1], "10.0.0.0"),
        ("${{ site.boxes.web | map(attribute='ip') | join(',') }}", WEB, "10.0.0.0,10.0.0.1,10.0.0.2"),
        ("${{ site.boxes.web[1:] | map(attribute='ip') | join(',') }}", WEB, "10.0.0.1,10.0.0.2"),
        ("${{ (site.boxes.web | last).ip }}", WEB, "10.0.0.2"),
        ("${{ site.boxes.web | length }}!", WEB, "3!"),
        ("${{ site.boxes.each['x'].ip }}", ['sites.a.boxes.each["x"]'], "10.1.0.1"),
        ("${{ site.boxes.each.y.ip }}", ['sites.a.boxes.each["y"]'], "10.1.0.2"),
        ("${{ site.boxes.each[var.pick].ip }}", ['sites.a.boxes.each["y"]'], "10.1.0.2"),
        (
            "${{ site.boxes.each | map(attribute='ip') | join(',') }}",
            ['sites.a.boxes.each["x"]', 'sites.a.boxes.each["y"]'],
            "10.1.0.1,10.1.0.2",
        ),
        ("${{ site.boxes.each.keys() | join(',') }}", ['sites.a.boxes.each["x"]', 'sites.a.boxes.each["y"]'], "x,y"),
        ("${{ site['nets']['my-net'].tag }}", ["sites.a.nets.my-net"], "1001"),
        (
            "${{ site.bgp_config.asn }}/${{ site.nets.storage.tag }}",
            ["sites.a.bgp_config", "sites.a.nets.storage"],
            "65000/1000",
        ),
        ("${{ site.nets.storage }}", ["sites.a.nets.storage"], "uuid-1"),
        ("net ${{ site.nets.storage }}", ["sites.a.nets.storage"], "net uuid-1"),
        ("${{ local.first }}", WEB[:1], "10.0.0.0"),
        ("${{ local.web[1].ip }}", WEB, "10.0.0.1"),
        ("${{ local.web | map(attribute='ip') | first }}", WEB, "10.0.0.0"),
        ("${{ site.boxes.web[0].ip if var.n > 5 else 'few' }}", WEB[:1], "few"),
        ("${{ site.boxes.web[var.n].ip if var.n > 5 else 'few' }}", [], "few"),
        ("${{ template('t.j2', boxes=site.boxes.web) }}", WEB, "10.0.0.0;10.0.0.1;10.0.0.2;"),
        ("${{ site.boxes.web[0].ip | upper | replace('.', '-') }}", WEB[:1], "10-0-0-0"),
        ("${{ cidrhost(site.boxes.web[0].ip ~ '/24', 9) }}", WEB[:1], "10.0.0.9"),
    ],
)
def test_what_an_expression_refers_to_and_comes_to(read: Read, expression: str, refers: list[str], value: str) -> None:
    template = {"t.j2": "{% for box in boxes %}{{ box.ip }};{% endfor %}"}

    found = reader(read, f'script: "{expression}"', other=template)

    assert references(found) == sorted(refers)
    assert evaluate(found, "script", IPS) == Evaluated(value)
    assert found.values["script"].place.line == 16


def test_a_value_that_waits_is_unknown_as_a_whole(read: Read) -> None:
    found = reader(read, "tags: [plain, 'ip ${{ site.boxes.web[1].ip }}', '${{ site.id }}']")

    unknown = evaluate(found, "tags").value
    assert isinstance(unknown, Unknown)
    assert {str(each) for each in unknown.waits_for} == {"sites.a.boxes.web[1]"}
    assert evaluate(found, "tags", IPS).value == ["plain", "ip 10.0.0.1", "uuid-site"]


@pytest.mark.parametrize(
    "expression",
    [
        "${{ site.boxes.web | map(attribute='ip') | list }}",
        "${{ site.boxes.web | selectattr('ip') | map(attribute='host') | list }}",
        "${{ site.boxes.web | sort(attribute='ip') | map(attribute='host') | list }}",
        "${{ site.boxes.web | groupby('ip') | list }}",
        "${{ [site.boxes.web[0].ip is defined ~ ''] }}",
        "${{ [site.boxes.web[0].ip | default('none')] }}",
        "${{ [site.boxes.web[0] ~ ''] }}",
        "${{ [site.boxes.web | join(',')] }}",
        "${{ [site.boxes.web | tojson] }}",
        "${{ ['x'] if site.boxes.web[0].ip else ['y'] }}",
        "${{ [template('t.j2', boxes=site.boxes.web)] }}",
    ],
)
def test_the_unknown_never_becomes_a_wrong_value(read: Read, expression: str) -> None:
    found = reader(
        read, f'tags: "{expression}"', other={"t.j2": "{% for box in boxes %}{{ box.ip | default('-') }}{% endfor %}"}
    )

    assert isinstance(evaluate(found, "tags").value, Unknown)


def test_an_unknown_that_is_not_needed_does_no_harm(read: Read) -> None:
    found = reader(
        read, "script: ${{ 'x' if true else site.boxes.web[0].ip }}", "plan: ${{ false and site.boxes.web[0].ip }}!"
    )

    assert evaluate(found, "script").value == "x"
    assert evaluate(found, "plan").value == "false!"


def test_a_whole_resource_stands_for_what_the_api_wants_of_it(read: Read) -> None:
    found = reader(
        read,
        "nets: ['${{ site.nets.storage }}', 'by-hand', \"${{ site.nets['my-net'] }}\"]",
        "data: {net: '${{ site.nets.storage }}'}",
        "links: {x: '${{ site.nets.storage }}'}",
    )

    assert references(found) == ["sites.a.nets.my-net", "sites.a.nets.storage"]
    assert evaluate(found, "nets", IPS).value == ["1000", "by-hand", "1001"]
    assert evaluate(found, "data", IPS).value == {"net": "uuid-1"}


def test_a_whole_pool_stands_for_all_of_it(read: Read) -> None:
    stack = read(
        "stack: s\nnets: {a: {count: 2}}\nsites: {s: {boxes: {b: {nets: '${{ nets.a }}'}}}}\n"
        "outputs: {o: '${{ nets.a }}'}\n"
    )
    world = FakeWorld({(f"nets.a[{index}]", name): f"{name}{index}" for index in range(2) for name in ("tag", "id")})

    box = by_address(stack)["sites.s.boxes.b"]
    assert box.values["nets"].evaluate(world).value == ["tag0", "tag1"]
    assert stack.outputs[0].value.evaluate(world).value == ["id0", "id1"]


# chains in one pool


def test_a_chain_of_instances_makes_no_cycle(read: Read) -> None:
    stack = read(
        """
stack: s
sites:
  a:
    boxes:
      b:
        count: 4
        script: ${{ site.boxes.b[index - 1].ip if index > 0 else 'first' }}
        plan: ${{ 'x' if index == 0 else site.boxes.b[index - 1].ip ~ site.boxes.b[0].ip }}
"""
    )

    found = by_address(stack)
    assert references(found["sites.a.boxes.b[0]"]) == []
    assert references(found["sites.a.boxes.b[1]"]) == ["sites.a.boxes.b[0]"]
    assert references(found["sites.a.boxes.b[3]"]) == ["sites.a.boxes.b[0]", "sites.a.boxes.b[2]"]
    assert found["sites.a.boxes.b[0]"].values["script"].evaluate(FakeWorld()).value == "first"


def test_an_index_that_waits_stands_for_the_whole_pool(read: Read) -> None:
    stack = read(
        """
stack: s
nets: {n: {}}
sites: {a: {boxes: {b: {count: 2}, c: {script: "${{ site.boxes.b[nets.n.tag | int].ip }}"}}}}
"""
    )

    box = by_address(stack)["sites.a.boxes.c"]
    assert references(box) == ["nets.n", "sites.a.boxes.b[0]", "sites.a.boxes.b[1]"]
    world = FakeWorld({("nets.n", "tag"): "1", ("sites.a.boxes.b[1]", "ip"): "ip1"})
    assert box.values["script"].evaluate(world).value == "ip1"


def test_instances_that_read_one_another_by_an_index_that_waits_are_a_circle(read: Read) -> None:
    with pytest.raises(Refused, match="wait for each other"):
        read(
            """
stack: s
nets: {n: {}}
sites: {a: {boxes: {b: {count: 3, script: "${{ site.boxes.b[nets.n.tag | int].ip }}"}}}}
"""
        )


def test_what_is_after_is_a_reference(read: Read) -> None:
    stack = read(
        """
stack: s
nets: {x: {}, y: {for_each: ["k.1", b]}, c: {count: 2}}
sites:
  a:
    nets: {in: {}}
    boxes:
      one: {after: [site.nets.in, nets.c, 'nets.y["k.1"]', "${{ nets.x }}"]}
      two: {after: [sites.a.boxes, "${{ nets.c[1] }}", site]}
"""
    )

    found = by_address(stack)
    assert references(found["sites.a.boxes.one"]) == [
        "nets.c[0]",
        "nets.c[1]",
        "nets.x",
        'nets.y["k.1"]',
        "sites.a.nets.in",
    ]
    assert references(found["sites.a.boxes.two"]) == ["nets.c[1]", "sites.a", "sites.a.boxes.one"]


def test_nested_resources_see_what_encloses_them(read: Read) -> None:
    stack = read(
        """
stack: s
sites:
  a:
    boxes:
      b: {count: 2, links: {x: "${{ box.ip }}/${{ site.id }}/${{ index }}"}}
"""
    )

    link = by_address(stack)["sites.a.boxes.b[1].links.x"]
    assert references(link) == ["sites.a", "sites.a.boxes.b[1]"]
    world = FakeWorld({("sites.a.boxes.b[1]", "ip"): "ip", ("sites.a", "id"): "site"})
    assert link.values["to"].evaluate(world).value == "ip/site/1"


# failures and secrets while evaluating


def test_a_failure_in_a_plan_has_its_place(read: Read) -> None:
    found = reader(read, "script: ${{ cidrhost(site.boxes.web[0].ip, 9) }}")

    with pytest.raises(Refused) as refused:
        evaluate(found, "script", {(WEB[0], "ip"): "nonsense"})

    (problem,) = refused.value.diagnostics
    assert (problem.code, problem.address) == ("broken-expression", "sites.a.boxes.reader")
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (16, 17)
    assert "cidrhost" in problem.excerpt


def test_an_attribute_that_the_object_has_not_is_refused(read: Read) -> None:
    class Bare(FakeWorld):
        def attribute(self, address: object, name: str) -> Any:
            raise KeyError(name)

    found = reader(read, "script: ${{ site.boxes.web[0].ip }}")

    with pytest.raises(Refused, match="has no value for `ip`"):
        found.values["script"].evaluate(Bare())


def test_values_of_the_world_cannot_be_changed_or_left(read: Read) -> None:
    found = reader(read, "tags: ${{ site.boxes.web[0].data.list }}", "script: ${{ site.boxes.web[0].data.nope }}")
    data = {"list": ["a"]}

    assert evaluate(found, "tags", {(WEB[0], "data"): data}).value == ["a"]
    with pytest.raises(Refused, match="`nope` is no key"):
        evaluate(found, "script", {(WEB[0], "data"): data})


def secret_stack(read: Read) -> Stack:
    return read(
        """
stack: s
variables: {pw: {default: Tr0ub4dor, secret: true}, plain: {default: plain}}
locals: {made: "x-${{ var.pw }}", waits: "${{ nets.a.key }}"}
nets:
  a: {key: literal-secret, label: "${{ var.plain }}"}
  b: {label: "${{ local.made }}"}
  c: {label: "${{ nets.b.label }}"}
  d: {label: "${{ local.waits }}"}
  e: {label: "${{ nets.d.label }}", size: "${{ 1 if var.plain else var.pw }}"}
sites:
  s:
    boxes:
      f: {tags: [shown-tag, "${{ var.pw | upper }}"]}
      g: {script: "${{ template('t.j2', net=nets.a) }}"}
      h: {script: "${{ nets | length }}"}
outputs: {o: {value: "${{ nets.e.label }}", secret: true}, p: "${{ nets.a.label }}"}
""",
        other={"t.j2": "{{ net.key }}"},
    )


def test_secrecy_travels(read: Read) -> None:
    found = by_address(secret_stack(read))

    secret = {address: sorted(each.secrets) for address, each in found.items()}
    assert secret == {
        "nets.a": ["key"],
        "nets.b": ["key", "label"],
        "nets.c": ["key", "label"],
        "nets.d": ["key", "label"],
        "nets.e": ["key", "label"],
        "sites.s": [],
        "sites.s.boxes.f": ["tags"],
        "sites.s.boxes.g": ["script"],
        "sites.s.boxes.h": [],
    }
    world = FakeWorld({("nets.d", "label"): "from a", ("nets.b", "label"): "x"})
    assert found["nets.e"].values["label"].evaluate(world) == Evaluated("from a", secret=True)
    assert found["nets.c"].values["label"].evaluate(world) == Evaluated("x", secret=True)
    assert found["nets.d"].values["label"].evaluate(FakeWorld()).secret


def test_blocks_that_say_the_same_are_secret_each_by_itself(read: Read) -> None:
    found = by_address(
        read(
            """
stack: s
variables: {pw: {default: Tr0ub4dor, secret: true}}
nets: {n: {}}
sites:
  s:
    boxes:
      a: {script: "${{ nets.n.tag ~ var.pw }}", tags: ["${{ nets.n.tag }}"]}
      b: {script: "${{ nets.n.tag ~ var.pw }}", tags: ["${{ nets.n.tag }}"]}
      c: {count: 2, script: "${{ nets.n.tag ~ var.pw }}", tags: ["${{ nets.n.tag ~ var.pw }}"]}
"""
        )
    )

    assert {address: sorted(each.secrets) for address, each in found.items() if ".boxes." in address} == {
        "sites.s.boxes.a": ["script"],
        "sites.s.boxes.b": ["script"],
        "sites.s.boxes.c[0]": ["script", "tags"],
        "sites.s.boxes.c[1]": ["script", "tags"],
    }


def test_blocks_that_say_the_same_are_each_told_what_is_wrong_with_it(read: Read) -> None:
    with pytest.raises(Refused) as refused:
        read(
            """
stack: s
sites:
  s:
    boxes:
      a: {nets: ["${{ site }}"]}
      b: {nets: ["${{ site }}"]}
"""
        )

    assert [(each.code, each.place.line if each.place else 0) for each in refused.value.diagnostics] == [
        ("reference-kind", 6),
        ("reference-kind", 7),
    ]


def test_the_texts_of_secrets_are_known(read: Read) -> None:
    stack = secret_stack(read)

    assert {each.reveal() for each in stack.secrets} == {"Tr0ub4dor", "literal-secret", "x-Tr0ub4dor", "TR0UB4DOR"}
    assert stack.inputs == {"plain": "plain"}


def test_short_secrets_are_left_alone(read: Read) -> None:
    stack = read("stack: s\nvariables: {a: {default: abc, secret: true}, b: {default: {x: [12345]}, secret: true}}\n")

    assert stack.secrets == {Secret("12345")}


# running


def test_deferred_values_may_be_evaluated_in_many_threads(read: Read) -> None:
    found = reader(
        read,
        "script: ${{ template('t.j2', boxes=site.boxes.web) }}",
        other={"t.j2": "{% for b in boxes %}{{ b.ip }}{% endfor %}"},
    )

    with ThreadPoolExecutor(8) as pool:
        values = list(pool.map(lambda _: evaluate(found, "script", IPS).value, range(400)))

    assert set(values) == {"10.0.0.010.0.0.110.0.0.2"}


def test_the_same_stack_is_the_same_every_time(read: Read) -> None:
    def shown(stack: Stack) -> list[tuple[object, ...]]:
        return [
            (str(each.address), sorted(each.values), references(each), sorted(each.secrets), str(each.place))
            for each in stack.resources
        ] + [(each.path, each.sha256) for each in stack.sources]

    assert shown(secret_stack(read)) == shown(secret_stack(read))


def test_two_thousand_instances(read: Read) -> None:
    stack = read(
        """
stack: s
nets: {shared: {}}
sites:
  a:
    boxes:
      b:
        count: 2000
        host: b-${{ '%04d' | format(index + 1) }}
        tags: [x, "i${{ index }}"]
        nets: ["${{ nets.shared }}"]
        script: ${{ site.boxes.b[index - 1].ip if index else 'first' }}
"""
    )

    assert len(stack.resources) == 2002
    last = stack.resources[-1]
    assert references(last) == ["nets.shared", "sites.a.boxes.b[1998]"]
    assert last.values["host"] == "b-2000"


def test_a_name_that_is_computed_leads_to_that_one_and_not_to_the_whole_section(read: Read) -> None:
    text = """\
stack: s
sites:
  one:
    nets: {a: {size: 1}, b: {size: 2}}
    boxes:
      box: {for_each: [a, b], host: "${{ key }}", script: "${{ site.nets[key].tag }}"}
"""
    stack = by_address(read(text))
    assert references(stack['sites.one.boxes.box["a"]']) == ["sites.one.nets.a"]
    with pytest.raises(Refused) as raised:
        read(text.replace("[a, b]", "[a, c]"))
    assert [(each.code, str(each.place)) for each in raised.value.diagnostics] == [
        ("unknown-reference", "stack.yaml:6:73")
    ]
