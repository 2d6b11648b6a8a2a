"""Groups: a stack file as a part of another one, with inputs, outputs and a scope of its own."""

from __future__ import annotations

import pytest

from reconciler.diagnostics import Refused
from reconciler.secret import Secret
from tests.stack.conftest import FakeWorld, Read, by_address, references

CALL = """\
stack: s
variables:
  pools: {type: map, default: {a: {size: 2}, b: {size: 1}}}
sites:
  one:
    nets:
      shared: {size: 2}
    groups:
      pool:
        from: groups/pool.yaml
        for_each: ${{ var.pools }}
        inputs:
          name: ${{ key }}
          size: ${{ value.size }}
          net: ${{ project_net }}
outputs:
  hosts: ${{ sites.one.groups.pool | map(attribute='hosts') | list }}
""".replace("${{ project_net }}", "${{ site.nets.shared }}")
POOL = """\
variables:
  name: {type: string}
  size: {type: integer, minimum: 0}
  net: {}
locals:
  prefix: box-${{ var.name }}
boxes:
  box:
    count: ${{ var.size }}
    host: ${{ local.prefix }}-${{ index }}
    script: tag ${{ var.net.tag }}
outputs:
  hosts: ${{ boxes.box | map(attribute='host') | list }}
"""


def refused(read: Read, text: str, **files: str) -> Refused:
    with pytest.raises(Refused) as raised:
        read(text, other={f"groups/{name}.yaml": content for name, content in files.items()})
    return raised.value


def test_a_group_makes_its_resources_once_for_each_call(read: Read) -> None:
    stack = read(CALL, other={"groups/pool.yaml": POOL})
    boxes = {address: each.values["host"] for address, each in by_address(stack).items() if each.kind == "box"}
    assert boxes == {
        'sites.one.groups.pool["a"].boxes.box[0]': "box-a-0",
        'sites.one.groups.pool["a"].boxes.box[1]': "box-a-1",
        'sites.one.groups.pool["b"].boxes.box[0]': "box-b-0",
    }


def test_a_groups_resources_stand_in_the_resource_around_it(read: Read) -> None:
    stack = by_address(read(CALL, other={"groups/pool.yaml": POOL}))
    box = stack['sites.one.groups.pool["a"].boxes.box[0]']
    assert str(box.parent) == "sites.one"
    assert str(box.address.owner) == "sites.one"
    assert "boxes" in stack["sites.one"].managed_sections


def test_an_input_that_reads_a_resource_makes_the_reader_wait_for_it(read: Read) -> None:
    stack = by_address(read(CALL, other={"groups/pool.yaml": POOL}))
    box = stack['sites.one.groups.pool["a"].boxes.box[0]']
    assert references(box) == ["sites.one.nets.shared"]
    assert box.values["script"].evaluate(FakeWorld({("sites.one.nets.shared", "tag"): 7})).value == "tag 7"


def test_outputs_of_all_groups_are_read_like_attributes_of_a_pool(read: Read) -> None:
    stack = read(CALL, other={"groups/pool.yaml": POOL})
    known = {
        ('sites.one.groups.pool["a"].boxes.box[0]', "host"): "x",
        ('sites.one.groups.pool["a"].boxes.box[1]', "host"): "y",
        ('sites.one.groups.pool["b"].boxes.box[0]', "host"): "z",
    }
    assert stack.outputs[0].value.evaluate(FakeWorld(known)).value == [["x", "y"], ["z"]]


def test_a_path_leads_into_a_group(read: Read) -> None:
    text = CALL + "  first: ${{ sites.one.groups.pool['b'].boxes.box[0].ip }}\n"
    stack = read(text, other={"groups/pool.yaml": POOL})
    first = next(each for each in stack.outputs if each.name == "first").value
    assert [str(each) for each in first.references] == ['sites.one.groups.pool["b"].boxes.box[0]']


def test_a_groups_file_sees_nothing_of_its_call(read: Read) -> None:
    found = refused(read, CALL, pool=POOL.replace("${{ local.prefix }}-${{ index }}", "${{ key }}")).diagnostics
    assert [each.code for each in found] == ["unknown-name"]


def test_a_mistake_in_a_groups_file_shows_both_places_and_is_told_once(read: Read) -> None:
    found = refused(read, CALL, pool=POOL.replace("var.net.tag", "var.net.tga")).diagnostics
    assert [(each.code, each.place.file, each.place.line) for each in found if each.place] == [
        ("unknown-attribute", "groups/pool.yaml", 11)
    ]
    assert [(str(each.place), each.label) for each in found[0].via] == [
        ("stack.yaml:9:7", 'the call of sites.one.groups.pool["a"]')
    ]


def test_a_wrong_input_is_shown_where_it_is_given(read: Read) -> None:
    text = CALL.replace("size: ${{ value.size }}", "size: many\n          seize: 3")
    found = refused(read, text, pool=POOL).diagnostics
    assert [(each.code, each.place.line, each.hint) for each in found if each.place] == [
        ("wrong-type", 14, ""),
        ("unknown-variable", 15, "did you mean `size`?"),
    ]


def test_an_input_that_is_missing_is_shown_at_the_call(read: Read) -> None:
    found = refused(read, CALL.replace("          name: ${{ key }}\n", ""), pool=POOL).diagnostics
    assert [(each.code, str(each.place)) for each in found] == [("variable-unset", "stack.yaml:9:7")]


def test_a_group_that_holds_itself_is_refused(read: Read) -> None:
    inner = POOL + "groups:\n  again: {from: pool.yaml, inputs: {name: x, size: 0, net: none}}\n"
    found = refused(read, CALL, pool=inner).diagnostics
    assert [each.code for each in found] == ["group-cycle"]


def test_a_groups_file_outside_of_the_stacks_folder_is_refused(read: Read) -> None:
    found = refused(read, CALL.replace("groups/pool.yaml", "../pool.yaml")).diagnostics
    assert [each.code for each in found] == ["file-refused"]


def test_groups_stand_in_groups_and_hand_on_what_they_are_given(read: Read) -> None:
    outer = (
        "variables: {net: {}}\n"
        "groups:\n  inner:\n    from: pool.yaml\n    inputs: {name: deep, size: 1, net: '${{ var.net }}'}\n"
        "outputs: {hosts: '${{ groups.inner.hosts }}'}\n"
    )
    text = (
        "stack: s\nsites:\n  one:\n    nets: {shared: {size: 2}}\n    groups:\n"
        "      outer: {from: groups/outer.yaml, inputs: {net: '${{ site.nets.shared }}'}}\n"
        "outputs: {hosts: '${{ sites.one.groups.outer.hosts }}'}\n"
    )
    stack = read(text, other={"groups/outer.yaml": outer, "groups/pool.yaml": POOL})
    address = "sites.one.groups.outer.groups.inner.boxes.box[0]"
    assert references(by_address(stack)[address]) == ["sites.one.nets.shared"]
    assert stack.outputs[0].value.evaluate(FakeWorld({(address, "host"): "h"})).value == ["h"]


def test_a_group_at_the_top_holds_whole_sites(read: Read) -> None:
    stack = read(
        "stack: s\ngroups:\n  eu: {from: groups/site.yaml, inputs: {title: EU}}\n",
        other={
            "groups/site.yaml": "variables: {title: {type: string}}\n"
            "sites:\n  main:\n    title: ${{ var.title }}\n    boxes: {web: {host: web}}\n"
            "    nets: {n: {label: '${{ sites.main.boxes.web.ip }}'}}\n"
        },
    )
    assert sorted(by_address(stack)) == [
        "groups.eu.sites.main",
        "groups.eu.sites.main.boxes.web",
        "groups.eu.sites.main.nets.n",
    ]
    assert references(by_address(stack)["groups.eu.sites.main.nets.n"]) == ["groups.eu.sites.main.boxes.web"]


def test_after_on_a_group_holds_for_all_in_it_and_after_a_group_means_all_in_it(read: Read) -> None:
    text = CALL.replace("        inputs:", "        after: [site.nets.shared]\n        inputs:").replace(
        "    groups:\n", "    boxes:\n      last: {host: last, after: [site.groups.pool]}\n    groups:\n", 1
    )
    stack = by_address(read(text.replace("var.net.tag", "x"), other={"groups/pool.yaml": POOL}))
    assert references(stack["sites.one.boxes.last"]) == [
        'sites.one.groups.pool["a"].boxes.box[0]',
        'sites.one.groups.pool["a"].boxes.box[1]',
        'sites.one.groups.pool["b"].boxes.box[0]',
    ]
    assert references(stack['sites.one.groups.pool["b"].boxes.box[0]']) == ["sites.one.nets.shared"]


def test_a_secret_input_stays_secret(read: Read) -> None:
    text = CALL.replace("variables:\n", "variables:\n  word: {secret: true, default: hunter2222}\n").replace(
        "          net:", "          word: ${{ var.word }}\n          net:"
    )
    pool = POOL.replace("  net: {}", "  net: {}\n  word: {}").replace("tag ${{ var.net.tag }}", "${{ var.word }}")
    stack = read(text, other={"groups/pool.yaml": pool})
    assert "script" in by_address(stack)['sites.one.groups.pool["a"].boxes.box[0]'].secrets
    assert Secret("hunter2222") in stack.secrets


def test_a_whole_group_is_no_value(read: Read) -> None:
    found = refused(read, CALL + "  all: ${{ sites.one.groups.pool['a'] }}\n", pool=POOL).diagnostics
    assert [each.code for each in found] == ["reference-kind"]


@pytest.mark.parametrize(
    ("count", "lines", "words"),
    [(2_001, 1, "more than 2,000 groups"), (1_500, 400, "more than 500,000 values")],
)
def test_more_groups_than_there_is_room_for_are_refused_before_any_is_read(
    read: Read, count: int, lines: int, words: str
) -> None:
    text = f"stack: s\nsites: {{one: {{groups: {{g: {{from: groups/pool.yaml, count: {count}}}}}}}}}\n"
    file = "locals:\n" + "".join(f"  a{number}: {number}\n" for number in range(lines)) + "boxes: {}\n"
    (found,) = refused(read, text, pool=file).diagnostics
    assert (found.code, words in found.summary) == ("too-large", True)
