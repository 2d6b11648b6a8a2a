"""The hostile stacks. Every one is refused, with the code that is named (or any, where several are right)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.stack.test_hostile import BOMBS, BOUNDED, TEMPLATE_BOMBS

PIPE = b"\0pipe"
"""As a file's content: a named pipe stands there."""
MIB = 1 << 20


@dataclass(frozen=True)
class Case:
    """`files` are contents by path, made when they are asked for, since some have megabytes; `links` lead to targets;
    `entry` is what the command is given.
    """

    name: str
    code: str | None
    files: Callable[[], Mapping[str, bytes]]
    links: Mapping[str, str] = field(default_factory=dict)
    entry: str = "stack.yaml"

    def write(self, folder: Path) -> Path:
        """Write it, and return the path of the stack."""
        for name, content in self.files().items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content == PIPE:
                os.mkfifo(path)
            else:
                path.write_bytes(content)
        for name, target in self.links.items():
            (folder / name).symlink_to(target)
        return folder / self.entry


def cases() -> Iterator[Case]:
    """All of them."""
    for name, (content, code) in BOMBS.items():
        yield _yaml(f"YAML: {name}", code, lambda content=content: content)  # type: ignore[misc]
    for name, code, make in _YAML:
        yield _yaml(f"YAML: {name}", code, make)
    for expression in [*BOUNDED, *_EXPRESSIONS]:
        yield _yaml(f"expression: {expression[:40]}", None, lambda text=expression: _local(text))  # type: ignore[misc]
    for template in [*TEMPLATE_BOMBS, *_TEMPLATES]:
        yield Case(f"template: {template[:40]}", None, lambda text=template: _rendered(text))  # type: ignore[misc]
    for name, code, make in _STACKS:
        yield _yaml(f"stack: {name}", code, make)
    for call, code in _CALLS:
        links = {"link.txt": "/etc/passwd", "folder": "/etc", "circle": "circle"}
        yield Case(f"file: {call[:40]}", code, lambda text=call: _reading(text), links)  # type: ignore[misc]
    yield Case("file: the stack is a pipe", "no-stack-file", lambda: {"stack.yaml": PIPE})
    yield Case("file: a pipe in the directory", "no-stack-file", lambda: {"s/a.yaml": PIPE}, entry="s")
    yield Case("file: the stack is a device", "no-stack-file", dict, entry="/dev/zero")
    yield Case("file: a link out of the directory", "no-stack-file", dict, {"a.yaml": "/etc/passwd"}, ".")
    yield Case("file: a link in a circle", "no-stack-file", dict, {"a.yaml": "a.yaml"}, ".")
    yield Case("file: 1 GiB", "too-large", dict, {}, "sparse.yaml")
    yield Case("group: includes itself", "group-cycle", _group_in_itself)
    yield Case("group: a file outside", "file-refused", lambda: {"stack.yaml": _group("../outside.yaml")})
    yield Case("group: a link to outside", "file-refused", lambda: {"stack.yaml": _group("g")}, {"g": "/etc/passwd"})
    yield Case("group: a pipe", None, lambda: {"stack.yaml": _group("g"), "g": PIPE})
    yield Case("group: a device", "file-refused", lambda: {"stack.yaml": _group("/dev/zero")})


def _yaml(name: str, code: str | None, make: Callable[[], bytes]) -> Case:
    return Case(name, code, lambda: {"stack.yaml": make()})


def _local(expression: str) -> bytes:
    return (
        "stack: s\nvariables: {m: {default: {a: 1}}, t: {default: text}}\n"
        f"projects: {{p: {{name: p}}}}\nlocals: {{a: {json.dumps('${{ ' + expression + ' }}')}}}\n"
    ).encode()


def _rendered(template: str) -> Mapping[str, bytes]:
    stack = b"stack: s\nlocals: {a: \"${{ template('t.j2', x=[1]) }}\"}\n"
    return {"stack.yaml": stack, "t.j2": template.encode()}


def _reading(call: str) -> Mapping[str, bytes]:
    return {
        "stack.yaml": _local(call),
        "pipe": PIPE,
        "binary": b"\xff\0",
        "large": b"x" * (9 * MIB),
        "large.j2": b"x" * (MIB // 8),
        "self.j2": b"{{ template('self.j2') }}",
    }


def _group(path: str) -> bytes:
    return f"stack: s\ngroups: {{g: {{from: {json.dumps(path)}}}}}\n".encode()


def _group_in_itself() -> Mapping[str, bytes]:
    inner = b"groups: {h: {from: g.yaml}}\nprojects: {p: {name: p}}\n"
    return {"stack.yaml": _group("g.yaml"), "g.yaml": inner}


def _many(line: str, count: int, before: str = "stack: s\n") -> bytes:
    return (before + "".join(line.replace("#", str(number)) for number in range(count))).encode()


_FLEET = "stack: s\nprojects:\n  p:\n    name: p\n    devices:\n"
_YAML: list[tuple[str, str | None, Callable[[], bytes]]] = [
    ("8 MiB of brackets", "too-large", lambda: b"[" * (8 * MIB)),
    ("8 MiB of pairs of brackets", "too-large", lambda: b"[" + b"[]," * (2 * MIB) + b"]"),
    ("8 MiB of tiny values", "too-large", lambda: b"[" + b"1," * (4 * MIB - 4) + b"]"),
    ("8 MiB of tiny keys", None, lambda: _many("a#: 1\n", 700_000, "")),
    ("8 MiB of dashes", "too-large", lambda: b"- " * (4 * MIB)),
    ("8 MiB of items", None, lambda: b"- 1\n" * (2 * MIB)),
    ("8 MiB of empty items", "too-large", lambda: b"-\n" * (4 * MIB)),
    ("8 MiB of question marks", None, lambda: b"? " * (4 * MIB)),
    ("8 MiB of colons", None, lambda: b": " * (4 * MIB)),
    ("8 MiB of commas", None, lambda: b"[" + b"," * (8 * MIB - 2)),
    ("8 MiB of quotes", None, lambda: b"'" * (8 * MIB)),
    ("8 MiB of anchors", None, lambda: b"&a " * (2 * MIB)),
    ("8 MiB of stars", None, lambda: b"*" * (8 * MIB)),
    ("8 MiB of exclamation marks", None, lambda: b"!" * (8 * MIB)),
    ("8 MiB of bars", None, lambda: b"|" * (8 * MIB)),
    ("8 MiB of blanks", None, lambda: b" " * (8 * MIB)),
    ("8 MiB of tabs", None, lambda: b"\t" * (8 * MIB)),
    ("8 MiB of line ends", None, lambda: b"\n" * (8 * MIB)),
    ("8 MiB of carriage returns", None, lambda: b"\r" * (8 * MIB)),
    ("8 MiB of comments", None, lambda: b"#\n" * (4 * MIB)),
    ("a comment of 8 MiB", None, lambda: b"#" * (8 * MIB)),
    ("a text of 8 MiB", None, lambda: b"stack: " + b"x" * (8 * MIB - 10)),
    ("a text of 8 MiB in quotes", None, lambda: b'stack: "' + b"x" * (8 * MIB - 10) + b'"'),
    ("8 MiB of escapes", None, lambda: b'stack: "' + b"\\x41" * (2 * MIB - 10) + b'"'),
    ("a key of 8 MiB", None, lambda: b"? " + b"k" * (8 * MIB - 10) + b"\n: 1"),
    ("a key of 900 characters", None, lambda: b"stack: s\n" + b"k" * 900 + b": 1"),
    ("a folded text of 8 MiB", None, lambda: b"stack: >\n" + b" x\n" * (2 * MIB)),
    ("an anchor of 8 MiB", None, lambda: b"stack: &" + b"a" * (8 * MIB - 20) + b" s"),
    ("a tag of 8 MiB", None, lambda: b"stack: !" + b"a" * (8 * MIB - 20) + b" s"),
    ("a number of 8 MiB", None, lambda: b"stack: " + b"9" * (8 * MIB - 20)),
    ("an octal number of 8 MiB", None, lambda: b"stack: 0o" + b"7" * (8 * MIB - 20)),
    ("an exponent", "yaml-number", lambda: b"stack: 1e999999"),
    ("emoji", None, lambda: b"stack: " + "\U0001f4a9".encode() * (2 * MIB - 10)),
    ("2,000,000 documents", None, lambda: b"---\n" * (2 * MIB)),
    ("directives", "yaml-syntax", lambda: _many("%TAG !a#! x\n", 300_000, "") + b"---\nstack: s\n"),
    ("directives of one's own", None, lambda: b"%A x\n" * MIB + b"---\nstack: s\n"),
    ("directives after comments", "yaml-syntax", lambda: _many("# x\n%TAG !a#! x\n", 100_000, "") + b"---\na: 1\n"),
    ("UTF-32", "bad-encoding", lambda: "stack: s".encode("utf-32")),
    ("a byte order mark in the middle", "bad-character", lambda: "stack: s\n\ufeffa: 1".encode()),
    ("a next line character", "bad-character", lambda: "stack: s\x85a: 1".encode()),
    ("overlong UTF-8", "bad-encoding", lambda: b"stack: \xc0\xaf"),
    ("a null character, escaped", "bad-character", lambda: b'stack: "s\\0"'),
    ("an alias to itself", "yaml-syntax", lambda: b"stack: &a [*a]"),
    ("an alias chain", None, lambda: _many("a#: &a# [*a#]\n", 1_000, "a: &a x\n")),
    ("anchors with long names", None, lambda: _many("a#: &" + "b" * 500 + "# x\n", 10_000)),
    ("a merge key", "merge-key", lambda: b"a: &a {b: 1}\nc: {<<: *a}"),
    ("a list as a key", "bad-key", lambda: b"? [a, b]\n: 1"),
    ("duplicate keys", "duplicate-key", lambda: b"stack: s\nstack: s\n"),
    ("deep flow and block", "too-deep", lambda: b"".join(b" " * n + b"k:\n" for n in range(2_000))),
]
_EXPRESSIONS = [
    "range(10**9) | list",
    "range(10**9) | sum",
    "(" * 4_000 + "1" + ")" * 4_000,
    "[" * 240 + "]" * 240,
    "1" + "[0]" * 160,
    "var" + ".a" * 240,
    "'x' * 10000 | replace('x', 'y' * 10000)",
    "'x,' * 10000 | replace(',', 'x' * 100000)",
    "'%999999999d' | format(1)",
    "'%.999999999f' | format(1)",
    "'x' | center(999999999)",
    "'x' | indent(999999999)",
    "'a b ' * 300000 | wordwrap(1) | replace('\\n', 'x' * 1000)",
    "cidrhost('::/0', 10**40)",
    "cidrhost('0.0.0.0/0', 'x' * 100000)",
    "cidrsubnet('::/0', 64, 10**30)",
    "cidrsubnet('10.0.0.0/8', 10**9, 0)",
    "product(range(1000) | list, range(1000) | list)",
    "product(a=range(10000) | list, b=range(10000) | list) | length",
    "flatten([range(90000) | list, range(90000) | list])",
    "fromyaml('[' * 100000)",
    "fromyaml('a: &a [1,1]\\nb: &b [*a,*a]\\nc: [*b,*b]' * 10000)",
    "jsondecode('[' * 100000)",
    "jsondecode('1' * 1000000)",
    "b64decode('A' * 1000001)",
    "b64encode('A' * 1000000) | b64encode | b64encode",
    "derive('x', 10**9)",
    "slug('x' * 1000001 ~ 1 / 0)",
    "(range(99999) | list | tojson) * 100",
    "range(99999) | map('string') | join(range(9999) | join)",
    "range(99999) | groupby('x') | list",
    "10 ** 10 ** 10 ** 10",
    "9 ** 99",
    "1 // 0",
    "('x' * 1000000) ~ ('x' * 1000000)",
]
_TEMPLATES = [
    "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
    "{% for a in range(10**9) %}{% endfor %}",
    "{{ 'x' * 10**9 }}",
    "{{ template('t.j2', x=x) }}",
    "{{ template('t.j2', x=x) }}" * 100,
    "{% set ns = namespace(a='x') %}",
    "{% import 't.j2' as t %}",
    "{% extends 't.j2' %}",
    "{% include 't.j2' %}",
    "{% raw %}" * 1_000 + "{{",
    "{{ '" + "x" * 60_000,
    "{#" * 30_000,
    "{% for a in x %}" * 2_000,
    "{{ (" * 2_000,
    "{{ x[" + "x[" * 2_000,
    "{{ x" + " + x" * 10_000 + " }}",
    "{{ x" + "|string" * 8_000 + " }}",
    "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
]
_LOCALS_CHAIN = "stack: s\nlocals:\n  a0: x\n"
_STACKS: list[tuple[str, str | None, Callable[[], bytes]]] = [
    ("10,000 unknown keys", None, lambda: _many("key-number-#: 1\n", 10_000)),
    ("10,000 unknown fields", None, lambda: _many("          hostnam#: 1\n", 10_000, _FLEET + "      a:\n")),
    ("ambiguous texts", None, lambda: _many("          - no\n", 9_000, _FLEET + "      a:\n        tags:\n")),
    ("a long misspelt key", None, lambda: b"stack: s\n? " + b"projects" * 100_000 + b"\n: 1"),
    (
        "count in count",
        "too-large",
        lambda: (_FLEET.replace("  p:\n", "  p:\n    count: 10000\n") + "      a: {count: 10000}\n").encode(),
    ),
    ("a large count", "invalid-value", lambda: (_FLEET + "      a: {count: 1000000000}\n").encode()),
    ("locals in a circle", None, lambda: b'stack: s\nlocals: {a: "${{ local.b }}", b: "${{ local.a }}"}\n'),
    (
        "locals that double",
        None,
        lambda: (
            _LOCALS_CHAIN + "".join(f"  a{n}: '${{{{ local.a{n - 1} ~ local.a{n - 1} }}}}'\n" for n in range(1, 60))
        ).encode(),
    ),
    (
        "a pattern that backtracks",
        None,
        lambda: f"stack: s\nvariables: {{v: {{default: {'a' * 5000}b, pattern: '^(a+)+$'}}}}\n".encode(),
    ),
    (
        "a pattern of many repeats",
        None,
        lambda: b"stack: s\nvariables: {v: {default: a, pattern: '((a{1,999}){1,999}){1,999}'}}\n",
    ),
    ("a pattern with a reference", None, lambda: b"stack: s\nvariables: {v: {default: a, pattern: '(a)\\1'}}\n"),
    (
        "a pattern of 1 MB",
        None,
        lambda: b"stack: s\nvariables: {v: {default: b, pattern: '" + b"(a|" * 300_000 + b"'}}\n",
    ),
    ("open expressions", None, lambda: b"stack: s\nlocals:\n  a: '" + b"${{ " * 200_000 + b"'\n"),
    ("many expressions in one text", None, lambda: b"stack: s\nlocals:\n  a: '" + b"${{ x }}" * 100_000 + b"'\n"),
    ("escaped expressions", None, lambda: b"stack: s\nlocals:\n  a: '" + b"$${{" * 400_000 + b"${{'\n"),
    ("an expression of 8 MiB", None, lambda: b"stack: s\nlocals:\n  a: '${{ " + b"x" * (8 * MIB - 100) + b" }}'\n"),
    ("brackets in an expression", None, lambda: b"stack: s\nlocals:\n  a: '${{ " + b"(" * MIB + b" }}'\n"),
]
_CALLS: list[tuple[str, str | None]] = [
    ("file('../stack.yaml')", "file-refused"),
    ("file('link.txt')", "file-refused"),
    ("file('folder/passwd')", "file-refused"),
    ("file('circle')", "file-refused"),
    ("file('pipe')", "file-refused"),
    ("file('binary')", "file-refused"),
    ("file('large')", "file-refused"),
    ("file('/dev/zero')", "file-refused"),
    ("file('/proc/self/environ')", "file-refused"),
    ("file('/proc/self/mem')", "file-refused"),
    ("file('a\\0b')", "file-refused"),
    ("file('" + "x" * 5_000 + "')", "file-refused"),
    ("file('" + "../" * 2_000 + "etc/passwd')", "file-refused"),
    ("template('large.j2')", "file-refused"),
    ("template('self.j2')", None),
    ("template('/dev/stdin')", "file-refused"),
]
