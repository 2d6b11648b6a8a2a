"""Generated files: what a stack writes after an apply."""

from __future__ import annotations

import pytest

from reconciler.diagnostics import Refused
from tests.stack.conftest import FakeWorld, Read, references

HEAD = (
    "stack: s\nvariables: {word: {secret: true, default: hunter2222}}\n"
    "sites: {one: {boxes: {web: {host: web}}}}\nfiles:\n"
)


def refused(read: Read, files: str) -> list[str]:
    with pytest.raises(Refused) as raised:
        read(HEAD + files)
    return [each.code for each in raised.value.diagnostics]


def test_a_file_is_a_text_with_a_path_and_a_mode(read: Read) -> None:
    stack = read(HEAD + "  b/hosts: plain\n  a: {content: '${{ 1 + 1 }} x', mode: '0600'}\n")
    assert [(each.path, each.content, each.mode) for each in stack.files] == [
        ("a", "2 x", 0o600),
        ("b/hosts", "plain", 0o644),
    ]


def test_a_content_that_reads_resources_waits_for_the_apply(read: Read) -> None:
    (file,) = read(HEAD + "  ip: ${{ sites.one.boxes.web.ip }}\n").files
    assert [str(each) for each in file.content.references] == ["sites.one.boxes.web"]
    assert file.content.evaluate(FakeWorld({("sites.one.boxes.web", "ip"): "10.0.0.1"})).value == "10.0.0.1"


def test_one_file_for_each_of_several(read: Read) -> None:
    stack = read(
        HEAD + "  host:\n    for_each: {a: 1, b: 2}\n    when: ${{ value > 1 }}\n    path: h/${{ key }}.txt\n"
        "    content: ${{ key }} is ${{ value }}\n"
    )
    assert [(each.path, each.content) for each in stack.files] == [("h/b.txt", "b is 2")]


def test_a_file_with_a_secret_is_for_its_owner_only(read: Read) -> None:
    (file,) = read(HEAD + "  key: ${{ var.word }}\n").files
    assert (file.secret, file.mode) == (True, 0o600)
    assert refused(read, "  key: {content: '${{ var.word }}', mode: '0644'}\n") == ["invalid-value"]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ("  /etc/passwd: x\n", "bad-path"),
        ("  ../x: x\n", "bad-path"),
        ("  a/../../x: x\n", "bad-path"),
        ("  a//x: x\n", "bad-path"),
        ("  ~root: x\n", "bad-path"),
        ("  'a\\b': x\n", "bad-path"),
        ("  a: {content: x, path: '..'}\n", "bad-path"),
        ("  a: {content: x, path: '${{ sites.one.boxes.web.ip }}'}\n", "known-too-late"),
        ("  a: {content: x, mode: 644}\n", "invalid-value"),
        ("  a: {content: x, mode: '4755'}\n", "invalid-value"),
        ("  a: {content: [1]}\n", "wrong-type"),
        ("  a: 3\n", "wrong-type"),
        ("  a: {content: x, contents: y}\n", "unknown-key"),
        ("  a: {path: x}\n", "missing-field"),
        ("  a: {for_each: [x], content: y}\n", "missing-field"),
        ("  a: x\n  b: {content: y, path: A}\n", "duplicate-address"),
        ("  a: ${{ sites.one.boxes.wbe.ip }}\n", "unknown-reference"),
        ("  a: no\n", "ambiguous-scalar"),
    ],
)
def test_files_that_cannot_be(read: Read, files: str, code: str) -> None:
    assert refused(read, files)[0] == code


def test_a_file_is_nothing_that_waits(read: Read) -> None:
    stack = read(HEAD + "  ip: ${{ sites.one.boxes.web.ip }}\n")
    assert [references(each) for each in stack.resources] == [[], []]
