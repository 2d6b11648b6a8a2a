"""What is handed into groups and out of them: values that wait, that are secret, that differ from call to call."""

from __future__ import annotations

import pytest

from reconciler.diagnostics import Refused
from tests.stack.conftest import FakeWorld, Read, by_address, references

SITE = """\
stack: s
sites:
  one:
    nets:
      a: {size: 1}
      b: {size: 2}
    groups:
      pool:
        from: pool.yaml
        for_each: [a, b]
        inputs: {net: "${{ site.nets[key].tag }}"}
outputs:
  all: ${{ sites.one.groups.pool | map(attribute='net') | list }}
"""
POOL = """\
variables: {net: {}}
boxes: {box: {host: box, script: "net ${{ var.net }}"}}
outputs: {net: "${{ var.net }}"}
"""
TAGS = FakeWorld({("sites.one.nets.a", "tag"): 1, ("sites.one.nets.b", "tag"): 2})


def codes(read: Read, text: str, **files: str) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as raised:
        read(text, other={f"{name}.yaml": content for name, content in files.items()})
    return [(each.code, str(each.place)) for each in raised.value.diagnostics]


def test_an_input_that_waits_is_each_calls_own(read: Read) -> None:
    stack = read(SITE, other={"pool.yaml": POOL})
    assert stack.outputs[0].value.evaluate(TAGS).value == [1, 2]
    assert sorted(map(str, stack.outputs[0].value.references)) == ["sites.one.nets.a", "sites.one.nets.b"]
    for key, tag in {"a": "net 1", "b": "net 2"}.items():
        box = by_address(stack)[f'sites.one.groups.pool["{key}"].boxes.box']
        assert references(box) == [f"sites.one.nets.{key}"]
        assert box.values["script"].evaluate(TAGS).value == tag


def test_groups_that_are_handed_each_others_outputs_in_a_circle_are_refused(read: Read) -> None:
    text = """\
stack: s
sites:
  one:
    groups:
      a: {from: pool.yaml, inputs: {net: "${{ site.groups.b.net }}"}}
      b: {from: pool.yaml, inputs: {net: "${{ site.groups.a.net }}"}}
"""
    found = codes(read, text, pool=POOL)
    assert {code for code, _ in found} == {"local-cycle"}


def test_a_group_is_not_handed_its_own_output(read: Read) -> None:
    text = 'stack: s\nsites: {one: {groups: {a: {from: pool.yaml, inputs: {net: "${{ site.groups.a.net }}"}}}}}\n'
    assert {code for code, _ in codes(read, text, pool=POOL)} == {"local-cycle"}


def test_a_group_may_be_handed_what_another_one_made(read: Read) -> None:
    text = """\
stack: s
sites:
  one:
    groups:
      first: {from: nets.yaml}
      second: {from: pool.yaml, inputs: {net: "${{ site.groups.first.tag }}"}}
"""
    nets = 'nets: {n: {size: 1}}\noutputs: {tag: "${{ nets.n.tag }}"}\n'
    stack = read(text, other={"pool.yaml": POOL, "nets.yaml": nets})
    box = by_address(stack)["sites.one.groups.second.boxes.box"]
    assert references(box) == ["sites.one.groups.first.nets.n"]
    world = FakeWorld({("sites.one.groups.first.nets.n", "tag"): 9})
    assert box.values["script"].evaluate(world).value == "net 9"


def test_whole_pools_are_handed_in_and_read_there_item_by_item(read: Read) -> None:
    text = """\
stack: s
sites:
  one:
    boxes:
      worker: {count: 2, host: "w${{ index }}"}
    groups:
      pool: {from: pool.yaml, inputs: {workers: "${{ site.boxes.worker }}"}}
"""
    pool = """\
variables: {workers: {}}
boxes:
  head:
    host: head
    script: ${{ var.workers | map(attribute='ip') | join(',') }}
    data: {first: "${{ var.workers[0].ip }}", how_many: "${{ var.workers | length }}"}
"""
    head = by_address(read(text, other={"pool.yaml": pool}))["sites.one.groups.pool.boxes.head"]
    assert references(head) == ["sites.one.boxes.worker[0]", "sites.one.boxes.worker[1]"]
    world = FakeWorld(
        {("sites.one.boxes.worker[0]", "ip"): "10.0.0.1", ("sites.one.boxes.worker[1]", "ip"): "10.0.0.2"}
    )
    assert head.values["script"].evaluate(world).value == "10.0.0.1,10.0.0.2"
    assert head.values["data"].evaluate(world).value == {"first": "10.0.0.1", "how_many": 2}


def test_an_input_that_waits_and_is_declared_secret_hides_what_reads_it(read: Read) -> None:
    pool = POOL.replace("{net: {}}", "{net: {secret: true}}").replace('outputs: {net: "${{ var.net }}"}\n', "")
    text = SITE[: SITE.index("outputs:")]
    stack = by_address(read(text, other={"pool.yaml": pool}))
    assert "script" in stack['sites.one.groups.pool["a"].boxes.box'].secrets


def test_an_output_that_is_declared_secret_hides_what_reads_it(read: Read) -> None:
    text = """\
stack: s
sites:
  one:
    groups: {pool: {from: nets.yaml}}
    boxes: {b: {host: b, script: "${{ site.groups.pool.tag }}"}}
"""
    nets = 'nets: {n: {size: 1}}\noutputs: {tag: {value: "${{ nets.n.tag }}", secret: true}}\n'
    assert "script" in by_address(read(text, other={"nets.yaml": nets}))["sites.one.boxes.b"].secrets


def test_a_secret_field_that_is_handed_on_by_an_output_stays_secret(read: Read) -> None:
    text = """\
stack: s
sites:
  one:
    groups: {pool: {from: nets.yaml}}
    boxes: {b: {host: b, script: "${{ site.groups.pool.key }}"}}
"""
    nets = 'nets: {n: {size: 1, key: hunter22}}\noutputs: {key: "${{ nets.n.key }}"}\n'
    assert "script" in by_address(read(text, other={"nets.yaml": nets}))["sites.one.boxes.b"].secrets
    shown = text + 'outputs: {key: "${{ sites.one.groups.pool.key }}"}\n'
    assert codes(read, shown, nets=nets) == [("secret-output", "stack.yaml:6:16")]


def test_an_input_has_to_fit_its_variable_also_when_it_waits(read: Read) -> None:
    pool = POOL.replace("{net: {}}", "{net: {type: integer, maximum: 4}}")
    stack = by_address(read(SITE, other={"pool.yaml": pool}))
    box = stack['sites.one.groups.pool["a"].boxes.box']
    assert box.values["script"].evaluate(TAGS).value == "net 1"
    for wrong in ("text", 5):
        with pytest.raises(Refused) as raised:
            box.values["script"].evaluate(FakeWorld({("sites.one.nets.a", "tag"): wrong}))
        assert "net" in str(raised.value.diagnostics[0].summary)


def test_what_waits_for_the_plan_cannot_say_how_many(read: Read) -> None:
    pool = 'variables: {net: {}}\nboxes: {box: {count: "${{ var.net }}", host: box}}\n'
    text = SITE[: SITE.index("outputs:")]
    assert codes(read, text, pool=pool) == [("known-too-late", "pool.yaml:2:23")]


def test_null_as_an_input_is_the_variables_default(read: Read) -> None:
    pool = 'variables: {net: {default: none yet}}\nboxes: {box: {host: "${{ var.net }}"}}\n'
    text = "stack: s\nsites: {one: {groups: {pool: {from: pool.yaml, inputs: {net: null}}}}}\n"
    stack = by_address(read(text, other={"pool.yaml": pool}))
    assert stack["sites.one.groups.pool.boxes.box"].values["host"] == "none yet"


def test_a_group_that_is_switched_off_is_passed_over_by_first_of(read: Read) -> None:
    text = """\
stack: s
sites:
  one:
    nets: {n: {size: 1}}
    groups:
      off: {from: pool.yaml, when: false, inputs: {net: 1}}
      on: {from: pool.yaml, inputs: {net: "${{ site.nets.n.tag }}"}}
outputs:
  net: ${{ first_of(sites.one.groups.off.net, sites.one.groups.on.net) }}
"""
    stack = read(text, other={"pool.yaml": POOL})
    assert stack.outputs[0].value.evaluate(FakeWorld({("sites.one.nets.n", "tag"): 3})).value == 3
    assert codes(read, text.replace("first_of(", "(").replace(", sites.one.groups.on.net", ""), pool=POOL) == [
        ("reference-off", "stack.yaml:9:30")
    ]


CHAIN = """\
stack: s
sites:
  one:
    nets: {first: {size: 1}}
    groups:
      pool:
        from: pool.yaml
        count: COUNT
        inputs: {net: "${{ site.groups.pool[index - 1].net if index > 0 else site.nets.first.tag }}"}
"""


def test_groups_of_one_block_may_be_handed_what_the_one_before_made(read: Read) -> None:
    pool = POOL.replace('{net: "${{ var.net', '{net: "${{ boxes.box.ip')
    stack = by_address(read(CHAIN.replace("COUNT", "3"), other={"pool.yaml": pool}))
    assert [references(stack[f"sites.one.groups.pool[{index}].boxes.box"]) for index in range(3)] == [
        ["sites.one.nets.first"],
        ["sites.one.groups.pool[0].boxes.box", "sites.one.nets.first"],
        ["sites.one.groups.pool[1].boxes.box", "sites.one.nets.first"],
    ]


def test_a_value_is_not_handed_on_without_end(read: Read) -> None:
    assert len(read(CHAIN.replace("COUNT", "20"), other={"pool.yaml": POOL}).resources) == 22
    assert {code for code, _ in codes(read, CHAIN.replace("COUNT", "400"), pool=POOL)} == {"too-deep"}
