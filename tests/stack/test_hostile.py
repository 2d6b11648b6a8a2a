"""Stacks that mean harm: bombs, escapes, and paths that lead outside."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from reconciler.diagnostics import Refused
from reconciler.model.catalog import Catalog
from reconciler.stack import Inputs, read_stack, yaml_tree
from reconciler.stack.problems import Problem
from tests.stack.conftest import Read


def laughs(levels: int, width: int = 9) -> str:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines)


BOMBS = {
    "a billion laughs": (laughs(9).encode(), "alias-limit"),
    "many aliases": (("a: &a x\n" + "".join(f"b{n}: *a\n" for n in range(101))).encode(), "alias-limit"),
    "aliases of one large list": (
        ("a: &a [" + "xxxxxxxxx," * 20_000 + "]\nb: [*a, *a, *a]").encode(),
        "alias-limit",
    ),
    "merge keys": (b"a: &a {x: 1}\nb: {<<: [*a, *a]}", "merge-key"),
    "deep brackets": (b"[" * 100_000, "too-deep"),
    "deep braces": (b"{a: " * 3_000, "too-deep"),
    "deep dashes": (b"- " * 3_000 + b"x", "too-deep"),
    "deep blocks": ("".join("  " * n + f"k{n}:\n" for n in range(100)).encode(), "too-deep"),
    "deep aliases": (
        ("a0: &a0 " + "[" * 30 + "]" * 30 + "\na1: " + "[" * 40 + "*a0" + "]" * 40).encode(),
        "too-deep",
    ),
    "a large file": (b"a: " + b"x" * (8 << 20), "too-large"),
    "many mistakes": (
        b"stack: s\nprojects:\n  p: {name: p}\n" + b"".join(b"k%d: 1\n" % n for n in range(2_000)),
        "too-many-mistakes",
    ),
    "many directives": (b"".join(b"%%TAG !a%d! x\n" % n for n in range(100_000)) + b"---\na: 1\n", "yaml-syntax"),
    "many values": (b"[" + b"1," * 150_000 + b"]", "too-large"),
    "many question marks": (b"? " * 50_000, None),
    "a long key": (b"k" * 500_000 + b": 1", None),
    "many colons": (b": " * 50_000, None),
    "many anchors": (b"".join(b"- &a%d x\n" % n for n in range(20_000)), None),
    "a long number": (b"a: " + b"9" * 500_000, "yaml-number"),
    "an exponent": (b"a: 1e999999", "yaml-number"),
    "a python object": (b"!!python/object/new:os.system [echo]", "bad-tag"),
    "a python name": (b"a: !!python/name:os.system", "bad-tag"),
    "a binary": (b"a: !!binary aGk=", "bad-tag"),
    "a set": (b"a: !!set {x}", "bad-tag"),
    "a timestamp": (b"a: !!timestamp 2019-01-01", "bad-tag"),
    "a directive of its own": (b"%TAG !e! tag:evil,2019:\n---\na: !e!x 1", "bad-tag"),
    "a null byte": (b"a: x\x00y", "bad-character"),
    "a terminal escape": (b"a: \x1b[2J", "bad-character"),
    "a bidirectional override": ("a: \u202e".encode(), "bad-character"),
    "an invisible mark": ("a: x\u200fy".encode(), "bad-character"),
    "a line separator": ("a: x\u2028b: y".encode(), "bad-character"),
    "broken UTF-8": (b"a: \xff\xfe", "bad-encoding"),
    "UTF-16": ("a: 1".encode("utf-16"), "bad-encoding"),
    "surrogates": (b"a: \xed\xa0\x80", "bad-encoding"),
    "nothing at all": (b"", "missing-stack-name"),
    "only a mark": (b"\xef\xbb\xbf", "missing-stack-name"),
    "a percent sign": (b"%", "yaml-syntax"),
    "a lone anchor": (b"&", "yaml-syntax"),
    "an endless quote": (b'"' + b"x" * 100_000, "yaml-syntax"),
    "an endless block": (b"a: |" + b"9" * 50, "yaml-syntax"),
}


@pytest.mark.parametrize("name", sorted(BOMBS))
@pytest.mark.parametrize("native", [True, False])
def test_a_hostile_file_is_refused(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, name: str, native: bool
) -> None:
    content, code = BOMBS[name]
    if not native:
        monkeypatch.setattr(yaml_tree, "_NativeParser", None)
        content = content[:20_000] if code is None else content
    file = tmp_path / "stack.yaml"
    file.write_bytes(content)

    with pytest.raises(Refused) as refused:
        read_stack([file], catalog, Inputs())

    codes = {each.code for each in refused.value.diagnostics}
    assert code is None or code in codes
    for each in refused.value.diagnostics:
        assert len(each.summary) < 500
        assert len(each.excerpt) <= 400


def test_the_two_parsers_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "stack: s # note\na: [1, 'x', \"y\\n\", {b: ~}]\nc: |\n  text\n  more\nd: &d >\n  folded\n e: no\n".replace(
        "\n e:", "\ne:"
    )
    native = yaml_tree.parse(text, "f")
    monkeypatch.setattr(yaml_tree, "_NativeParser", None)
    python = yaml_tree.parse(text, "f")

    def shown(node: yaml_tree.Node | None) -> object:
        if isinstance(node, yaml_tree.Table):
            return [(key, str(entry.place), shown(entry.value)) for key, entry in node.entries.items()]
        if isinstance(node, yaml_tree.Items):
            return [str(node.place), *map(shown, node.items)]
        assert node is not None
        return (node.value, node.bare, str(node.place), node.span[0])

    assert shown(native) == shown(python)


@pytest.mark.parametrize(
    "text", ["a: *x", "a: [", "a: 1\na: 2", "\t", "a: 'x", "- a\nb: c", "a: b: c", "? ? ?", "!<x", "@"]
)
def test_every_refusal_has_a_place(text: str) -> None:
    with pytest.raises(Problem) as problem:
        yaml_tree.parse(text, "f.yaml")

    place = problem.value.diagnostic.place
    assert place is not None
    assert (place.file, place.line >= 1, place.column >= 1) == ("f.yaml", True, True)


def test_tiny_values_are_refused_before_the_file_is_read_to_its_end() -> None:
    with pytest.raises(Problem) as problem:
        yaml_tree.parse("[" + "1," * 4_000_000 + "]", "f")

    place = problem.value.diagnostic.place
    assert problem.value.diagnostic.code == "too-large"
    assert place is not None
    assert place.column < 40_000


def test_large_values_may_be_as_many_as_large_files_have() -> None:
    text = "".join(f"name-{n:06}: value {n:06}\n" for n in range(100_000))

    root = yaml_tree.parse(text, "f")

    assert root is not None
    assert root.size == 200_001


# expressions

ESCAPES = [
    "var.m.__class__",
    "var.m.__class__.__mro__",
    "var.m['__class__']",
    "var.m | attr('__class__')",
    "var.m._data",
    "var.m._run",
    "var.m._run.world",
    "var.m.__init__()",
    "var.m.__reduce__()",
    "var.m.__getitem__('a')",
    "var.m.pop('a')",
    "var.m.update({'a': 2})",
    "var.m.items.__self__",
    "var.m.keys.__func__",
    "var.l.append(1)",
    "var.l.__class__",
    "var.l._data",
    "var.t.__class__",
    "var.t.format(1)",
    "var.t.encode()",
    "range.__globals__",
    "range(3).__class__",
    "cidrhost.__globals__",
    "cidrhost.__code__",
    "file.__closure__",
    "file('x').__class__",
    "template.__globals__",
    "nets.a._instance",
    "nets.a._id_of()",
    "nets.a.read()",
    "nets.a._run",
    "nets.a._tree",
    "nets.a.__class__",
    "nets._owner",
    "nets.keys.__self__",
    "nets.c._pool",
    "nets.c._tree",
    "nets.c.__iter__()",
    "undefined__",
    "undefined__.__class__",
    "self",
    "loop",
    "debug()",
    "namespace()",
    "cycler('a')",
    "joiner()",
    "dict(a=1)",
    "lipsum()",
    "''.__class__.__mro__[1].__subclasses__()",
    "[].__class__",
    "{}.__class__",
    "(1).__class__",
    "none.__class__",
]


@pytest.mark.parametrize("expression", ESCAPES)
def test_python_is_out_of_reach(read: Read, expression: str) -> None:
    text = f"""
stack: s
variables: {{m: {{default: {{a: 1}}}}, l: {{default: [1]}}, t: {{default: text}}}}
nets: {{a: {{}}, c: {{count: 2}}, b: {{label: "${{{{ {expression} }}}}"}}}}
"""
    try:
        stack = read(text, other={"x": "x"})
    except Refused:
        return
    value = stack.resources[-1].values["label"]
    raise AssertionError(f"{expression} came to {value!r}")


BOUNDED = [
    "'a' * 1000000000",
    "'a' * 100000000000000",
    "('a' * 10000) | replace('a', 'b' * 10000)",
    "range(10000) | join('b' * 100000)",
    "'%1000000000d' | format(1)",
    "'x' | indent(1000000000)",
    "[[1] * 9999] * 9999",
    "((1, 1) * 9999, 1) * 9999",
    "[range(10000) | list] * 10000 * 2",
    "range(99999) | list | tojson(indent=99999)",
    "10 ** 100000",
    "2 ** 70",
    "1.5 ** 10000000",
    "not " * 400 + "1" + " or 1" * 200,
    "-" * 4000 + "1",
    "1" + " + 1" * 4000,
    "(" * 200 + "1" + ")" * 200,
    "x" * 9000,
    "var.m | batch(100000000, 'x')",
]


@pytest.mark.parametrize("expression", BOUNDED, ids=[each[:30] for each in BOUNDED])
def test_expressions_are_bounded(read: Read, expression: str) -> None:
    with pytest.raises(Refused) as refused:
        read(f'stack: s\nvariables: {{m: {{default: {{a: 1}}}}}}\nlocals: {{a: "${{{{ {expression} }}}}"}}\n')

    assert all(len(each.summary) < 500 for each in refused.value.diagnostics)


def test_locals_cannot_double_without_end(read: Read) -> None:
    doubled = "\n".join(f"  a{n}: '${{{{ [local.a{n - 1}, local.a{n - 1}] }}}}'" for n in range(1, 40))
    late = doubled.replace("a1:", "a1:").replace("local.a0, local.a0", "nets.n, local.a0")

    for text in (doubled, late):
        with pytest.raises(Refused, match="100,000 values"):
            read(
                f"stack: s\nnets: {{n: {{}}}}\nlocals:\n  a0: [1, 2]\n{text}\noutputs: {{o: '${{{{ local.a39 }}}}'}}\n"
            )


TEMPLATE_BOMBS = [
    "{% set a = [1] %}" + "{% set a = [a, a] %}" * 40 + "{{ a }}",
    "{% set a = x %}" + "{% set a = a + a %}" * 40 + "{{ a | length }}",
    "{% set a = x %}" + "{% set a = (a, a) %}" * 40 + "{{ a }}",
    "{% set a = x %}" + "{% set a = {'k': a, 'l': a} %}" * 40 + "{{ a }}",
    "{% set a = 'aaaaaaaaaa' %}" + "{% set a = a ~ a %}" * 40 + "{{ a }}",
    "{% for i in range(99999) %}" + "x" * 20_000 + "{% endfor %}",
    "{% for i in range(99999) %}{% for i in range(99999) %}{% endfor %}{% endfor %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% for i in x recursive %}{{ loop(x) }}{% endfor %}",
    "{{ " + "-" * 5_000 + "1 }}",
    "{% if 1 %}" * 2_000 + "{% endif %}" * 2_000,
    "{{ debug() }}",
    "{{ x._data }}",
    "{{ x.__class__ }}",
    "{% include '/etc/passwd' %}",
    "{{ file('/etc/passwd') }}",
    "{{ template('../t') }}",
]


@pytest.mark.parametrize("template", TEMPLATE_BOMBS, ids=[each[:40] for each in TEMPLATE_BOMBS])
def test_templates_are_bounded_and_reach_nothing(read: Read, template: str) -> None:
    with pytest.raises(Refused) as refused:
        read("stack: s\nlocals: {a: \"${{ template('t.j2', x=[1]) }}\"}\n", other={"t.j2": template})

    assert "root:" not in str(refused.value)


def test_a_pattern_cannot_take_for_ever(read: Read) -> None:
    with pytest.raises(Refused, match="has to match"):
        read(f"stack: s\nvariables: {{v: {{default: {'a' * 5000}b, pattern: '^(a+)+$'}}}}\n")


# paths


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder for the stack, with a secret beside it."""
    (tmp_path / "secret.txt").write_text("hush")
    folder = tmp_path / "stack"
    folder.mkdir()
    (folder / "inside.txt").write_text("fine")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "linked").symlink_to(tmp_path)
    (folder / "own-link.txt").symlink_to(folder / "inside.txt")
    (folder / "binary").write_bytes(b"\xff\x00hush")
    (folder / "null").write_bytes(b"a\x00hush")
    (folder / "large").write_text("hush" * (1 << 19))
    (folder / "large.j2").write_text("hush" * (1 << 15))
    (folder / "circle").symlink_to(folder / "circle")
    os.mkfifo(folder / "pipe")
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(folder / "socket"))
    server.close()
    return folder


@pytest.mark.parametrize(
    "call",
    [
        "file('../secret.txt')",
        "file('linked/secret.txt')",
        "file('link.txt')",
        "file('linked/stack/../secret.txt')",
        "file('nope/../../secret.txt')",
        "file('/etc/passwd')",
        "file('.')",
        "file('')",
        "file('circle')",
        "file('circle/x')",
        "file('pipe')",
        "file('socket')",
        "file('/dev/zero')",
        "file('/proc/self/environ')",
        "file('binary')",
        "file('null')",
        "file('large')",
        "file('nope')",
        "file('inside.txt\\0')",
        "file('~/x')",
        "file('http://127.0.0.1/')",
        "file(['inside.txt'])",
        "file()",
        "file('inside.txt', 'x')",
        "template('../secret.txt')",
        "template('link.txt')",
        "template('large.j2')",
        "template('pipe')",
        "template()",
    ],
)
def test_files_outside_of_the_stack_are_not_read(outside: Path, catalog: Catalog, call: str) -> None:
    file = outside / "s.yaml"
    file.write_text(f"stack: s\nlocals:\n  a: ${{{{ {call} }}}}\n")

    with pytest.raises(Refused) as refused:
        read_stack([file], catalog, Inputs())

    assert not any("hush" in each.summary + each.hint + each.excerpt for each in refused.value.diagnostics)


def test_links_that_stay_inside_are_followed(outside: Path, catalog: Catalog) -> None:
    file = outside / "s.yaml"
    file.write_text("stack: s\noutputs: {a: \"${{ file('own-link.txt') }}${{ file('./inside.txt') }}\"}\n")

    assert read_stack([file], catalog, Inputs()).outputs[0].value == "finefine"


def test_a_stack_that_is_a_pipe_is_not_waited_for(outside: Path, catalog: Catalog) -> None:
    with pytest.raises(Refused, match="regular file"):
        read_stack([outside / "pipe"], catalog, Inputs())


def test_a_link_that_is_put_in_the_way_after_the_check_is_not_followed(
    outside: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = outside / "s.yaml"
    file.write_text("stack: s\nlocals:\n  a: ${{ file('sub/inside.txt') }}\n")
    (outside / "sub").mkdir()
    (outside / "sub" / "inside.txt").write_text("fine")
    (outside.parent / "inside.txt").write_text("hush")
    resolve = Path.resolve

    def exchanged(path: Path, strict: bool = False) -> Path:
        found = resolve(path, strict)
        if path.name == "inside.txt" and not (outside / "sub").is_symlink():
            (outside / "sub").rename(outside / "before")
            (outside / "sub").symlink_to(outside.parent)
        return found

    monkeypatch.setattr(Path, "resolve", exchanged)
    with pytest.raises(Refused, match="cannot be read") as refused:
        read_stack([file], catalog, Inputs())

    assert "hush" not in str(refused.value)


def test_a_circle_of_links_is_no_stack(outside: Path, catalog: Catalog) -> None:
    (outside / "a.yaml").symlink_to(outside / "a.yaml")

    with pytest.raises(Refused):
        read_stack([outside], catalog, Inputs())
    with pytest.raises(Refused):
        read_stack([outside / "a.yaml"], catalog, Inputs())


def test_a_directory_takes_no_links_that_lead_out_of_it(outside: Path, catalog: Catalog) -> None:
    (outside.parent / "other.yaml").write_text("stack: other\n")
    (outside / "link.yaml").symlink_to(outside.parent / "other.yaml")

    with pytest.raises(Refused, match="leads out of the directory"):
        read_stack([outside], catalog, Inputs())


def test_a_directory_says_of_a_pipe_that_it_is_none_of_its_files(outside: Path, catalog: Catalog) -> None:
    os.mkfifo(outside / "pipe.yaml")

    with pytest.raises(Refused, match="regular file"):
        read_stack([outside], catalog, Inputs())
