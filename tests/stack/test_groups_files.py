"""The files of groups: which can be one, what stands in them, and how what is wrong with them is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.diagnostics import Diagnostic, Refused
from tests.stack.conftest import Read, by_address

CALL = "stack: s\nsites: {one: {nets: {n: {}}, groups: {g: {from: part.yaml}}}}\n"
VIA = [("the call of sites.one.groups.g", "stack.yaml:2:39")]


def found(read: Read, text: str, **files: str) -> list[Diagnostic]:
    with pytest.raises(Refused) as raised:
        read(text, other={f"{name}.yaml": content for name, content in files.items()})
    return list(raised.value.diagnostics)


def brief(diagnostics: list[Diagnostic]) -> list[tuple[str, str]]:
    return [(each.code, str(each.place)) for each in diagnostics]


def test_an_empty_file_is_a_group_with_nothing_in_it(read: Read) -> None:
    for empty in ("", "# nothing yet\n", "~\n", "stack: named\n"):
        assert "sites.one.nets.n" in by_address(read(CALL, other={"part.yaml": empty}))
        given = CALL.replace("part.yaml}", "part.yaml, inputs: {a: 1}}")
        assert brief(found(read, given, part=empty)) == [("unknown-variable", "stack.yaml:2:69")]
        text = CALL + 'outputs: {a: "${{ sites.one.groups.g.a }}"}\n'
        assert brief(found(read, text, part=empty)) == [("unknown-attribute", "stack.yaml:3:38")]


def test_a_file_that_is_no_mapping_or_no_yaml_is_told_with_the_call(read: Read) -> None:
    for wrong, code in {"- a\n": "wrong-type", "a: [1\n": "yaml-syntax", "a: 1\na: 2\n": "duplicate-key"}.items():
        (only,) = found(read, CALL, part=wrong)
        assert (only.code, only.place and only.place.file) == (code, "part.yaml")
        assert [(each.label, str(each.place)) for each in only.via] == VIA


def test_what_a_group_cannot_hold_is_told_where_it_stands(read: Read) -> None:
    part = "moved: {a: b}\nfiles: {x: y}\nsites: {}\nboxez: {}\nstack: other\n"
    diagnostics = found(read, CALL, part=part)
    assert brief(diagnostics) == [
        ("unknown-key", "part.yaml:1:1"),
        ("unknown-key", "part.yaml:2:9"),
        ("unknown-key", "part.yaml:3:1"),
        ("unknown-key", "part.yaml:4:1"),
    ]
    assert [each.hint for each in diagnostics] == [
        "it stands in the stack's own file",
        "write it in the stack, from an output of the group",
        "`sites` stand at the top of a stack",
        "did you mean `boxes`?",
    ]


@pytest.mark.parametrize("off", ["for_each: []", "count: 0", "when: false"])
def test_the_file_of_a_group_that_is_not_made_is_looked_at_all_the_same(read: Read, off: str) -> None:
    text = CALL.replace("part.yaml}", f"part.yaml, {off}}}")
    assert brief(found(read, text)) == [("file-refused", "stack.yaml:2:49")]
    assert brief(found(read, text, part="boxez: {}\n")) == [("unknown-key", "part.yaml:1:1")]
    inner = f"groups: {{again: {{from: part.yaml, {off}}}}}\n"
    assert brief(found(read, CALL, part=inner)) == [("group-cycle", "part.yaml:1:24")]


def test_a_file_is_not_reached_by_a_link_that_leads_out_of_the_stacks_folder(read: Read, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside.yaml"
    outside.write_text("boxes: {}\n")
    (tmp_path / "part.yaml").symlink_to(outside)
    assert brief(found(read, CALL)) == [("file-refused", "stack.yaml:2:49")]


def test_the_name_of_a_file_is_not_computed(read: Read) -> None:
    text = CALL.replace("part.yaml", '"${{ var.a }}.yaml"')
    assert brief(found(read, text)) == [("known-too-late", "stack.yaml:2:49")]


def test_files_and_templates_are_relative_to_the_groups_file(read: Read) -> None:
    part = "boxes: {b: {host: b, script: \"${{ template('b.j2', name=file('../name.txt')) }}\"}}\n"
    text = CALL.replace("part.yaml", "parts/part.yaml")
    stack = read(text, other={"parts/part.yaml": part, "parts/b.j2": "I am {{ name }}", "name.txt": "Bo"})
    assert by_address(stack)["sites.one.groups.g.boxes.b"].values["script"] == "I am Bo"
    assert {"parts/part.yaml", "parts/b.j2", "name.txt"} <= {each.path for each in stack.sources}


def test_one_file_may_be_a_part_of_several_kinds_of_places(read: Read) -> None:
    text = "stack: s\ngroups: {top: {from: part.yaml}}\nsites: {one: {groups: {in: {from: part.yaml}}}}\n"
    assert sorted(by_address(read(text, other={"part.yaml": "nets: {n: {size: 2}}\n"}))) == [
        "groups.top.nets.n",
        "sites.one",
        "sites.one.groups.in.nets.n",
    ]


def test_a_rule_of_a_groups_variable_is_told_at_the_call(read: Read) -> None:
    part = """\
variables:
  size: {type: integer, validation: [{condition: "${{ value > 1 }}", message: at least two}]}
"""
    given = CALL.replace("part.yaml}", "part.yaml, inputs: {size: 1}}")
    (only,) = found(read, given, part=part)
    assert (only.code, str(only.place), only.summary) == ("rule-broken", "stack.yaml:2:75", "`size`: at least two")


def test_a_wrong_field_of_an_object_is_told_at_its_line_in_the_call(read: Read) -> None:
    part = """\
variables:
  pool: {type: object, fields: {size: {type: integer}, plan: {type: string, default: small}}}
boxes: {b: {host: b, plan: "${{ var.pool.plan }}"}}
"""
    text = """\
stack: s
sites:
  one:
    nets: {n: {}}
    groups:
      g:
        from: part.yaml
        inputs:
          pool:
            size: SIZE
"""
    (only,) = found(read, text.replace("SIZE", "many"), part=part)
    assert (only.code, str(only.place)) == ("wrong-type", "stack.yaml:10:19")
    late = text.replace("SIZE", "${{ site.nets.n.tag }}")
    assert by_address(read(late, other={"part.yaml": part}))["sites.one.groups.g.boxes.b"].values["plan"]
    (only,) = found(read, late + "            sise: 3\n", part=part)
    assert (only.code, str(only.place), only.hint) == ("unknown-key", "stack.yaml:11:13", "did you mean `size`?")


def test_what_waits_is_named_where_something_cannot_wait(read: Read) -> None:
    part = 'variables: {n: {}}\nlocals: {m: "${{ var.n }}"}\nboxes: {b: {count: "${{ local.m }}", host: b}}\n'
    text = CALL.replace("part.yaml}", 'part.yaml, inputs: {n: "${{ site.nets.n.tag }}"}}')
    (only,) = found(read, text, part=part)
    assert only.hint == "`local.m` waits for one: it is written at part.yaml:2:13"
    (only,) = found(read, text, part=part.replace("local.m", "var.n"))
    assert only.hint == "`var.n` waits for one: it is given at stack.yaml:2:72"
