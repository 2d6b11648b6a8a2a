"""The page of failure modes, made from the list below and from the tests that name a mode by its number.

.venv/bin/python -m tests.docs.failure_modes        writes docs/failure-modes.md anew

A test is about the modes whose numbers (`F1` to `F26`) its docstring begins with.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "failure-modes.md"
TESTS = ROOT / "tests"


@dataclass(frozen=True)
class Mode:
    """One way in which things go wrong: what happens, what is to come of it, what makes it happen in a test."""

    what: str
    then: str
    by: str


MODES: Mapping[int, Mode] = {
    1: Mode(
        "a create is carried out and its answer is lost: the connection dies, the read times out, or it is a 5xx",
        "it is looked for by its mark and taken; it is sent again only when whole lists have not shown it",
        "`commit_then_drop`, `commit_then_timeout`, `commit_then_status`, `garbage`",
    ),
    2: Mode(
        "a create is lost before the API has done anything",
        "looked for likewise, then sent again; three times in all",
        "`drop_before`, `timeout_before`, `status`",
    ),
    3: Mode(
        "a create is carried out after it was given up",
        "within the settle window it is waited for; later than that it is healed by the next run, or told",
        "`late_commit`",
    ),
    4: Mode(
        "storms of 429 and 5xx",
        "`Retry-After` is obeyed, to five minutes; what did not get through is no success, and the next run goes on",
        "`status` with `times` and `retry_after`",
    ),
    5: Mode(
        "a list that does not add up: cut short, no `next` or one without end, a page twice, changed while it is read",
        "it is read again, four times in all, and then refused before anything is planned",
        "`truncate_page`, `wrong_total`, `no_next`, `endless_next`, `repeated_page`, `shrinking_page`, `growing_page`, "
        "`without_meta`",
    ),
    6: Mode(
        "lists and single objects that do not show yet what was just made",
        "it is waited for and not made anew; what never shows is no success",
        "`list_lag_seconds`, `get_lag_seconds`",
    ),
    7: Mode(
        "lists that still show what is deleted, or fields as they were",
        "a delete that finds nothing is done; an update is not undone",
        "`stale_list`, `stale_get`, `list_lag_seconds`",
    ),
    8: Mode(
        "two writers of one stack",
        "one object each, or what there is twice is healed or told; fields of others are kept",
        "two plans of the same moment, threads, `meanwhile`",
    ),
    9: Mode(
        "somebody edits or deletes an object between the plan and the call",
        "that step fails and what needs it is skipped; all others go on",
        "`meanwhile`, and calls by hand",
    ),
    10: Mode(
        "a machine that stays in `provisioning`, fails, or is taken away (403, 404)",
        "the step fails when its time is over, with the id; the machine keeps its mark and is not deleted",
        "`stuck`, `fail_provisioning`",
    ),
    11: Mode(
        "the token expires, or its rights are lost, in mid-apply",
        "nothing more is begun; what may not be read is not gone",
        "`token_expires`, `status` with 401 and 403",
    ),
    12: Mode(
        "the process is killed, at any point",
        "the same command again comes to the end, without a step by hand",
        "a death at each call; SIGKILL",
    ),
    13: Mode(
        "Ctrl-C and SIGTERM",
        "nothing more is begun, calls that are out are waited for, the next run goes on",
        "a stop at each event; signals",
    ),
    14: Mode(
        "a full disk, a read-only folder",
        "what cannot be written down before a create is not sent; what cannot be written after it is still ours",
        "a journal with room for so many lines",
    ),
    15: Mode(
        "clocks that are wrong, or jump",
        "waits are as long as ever; times of the API are not held against ours",
        "a wall clock that is off by an hour to a year",
    ),
    16: Mode(
        "unknown fields and words, nulls, other types",
        "unknown fields are ignored; nothing is destroyed or bought for an odd value",
        "`unknown_fields`, `set_field`, `drop_field`",
    ),
    17: Mode(
        "bodies that are cut, no JSON, too deep, too long, or a login page with 200",
        "a read is refused with the name of its call; a create is in doubt, and looked for",
        "`bad_body`, `cut_body`, `garbage`",
    ),
    18: Mode(
        "redirects: to another host, to plain HTTP, to a file, in a circle",
        "never followed; the token goes to one host",
        "`redirect`",
    ),
    19: Mode(
        "answers that are not true: 200 and not done, 201 with other fields, 204 and still there, 422 and yet created",
        "what was done is looked at again; what is not as it was said is no success",
        "`pretend`, `alter_request`, `twice`, `commit_then_status` with 422",
    ),
    20: Mode(
        "answers that trickle, or never come",
        "a call has a deadline as a whole, however its bytes come",
        "`slow_head`, `slow_body`, `timeout_before`",
    ),
    21: Mode(
        "somebody else's object has our name",
        "identity is the mark; where an unmarked namesake would be doubled, the apply refuses",
        "objects made by hand",
    ),
    22: Mode(
        "a quota, the stock or a reservation runs out in mid-apply",
        "what is refused fails, what needs it is skipped, siblings end; the next run goes on",
        "`status` with `errors`, `meanwhile` with settings, quotas",
    ),
    23: Mode(
        "a delete that takes long",
        "what the object used goes after it; one on its way out is not taken for ours",
        "`slow_delete`",
    ),
    24: Mode(
        "one mark on two objects: a person cloned a machine, a server made two of one call; one id twice in a list",
        "deleted only where everything says that one call made both; else told and left alone",
        "`twice`, objects made by hand, `set_field`",
    ),
    25: Mode(
        "no DNS, no TLS, a proxy that wants a password",
        "nothing was sent, and the message says so",
        "names and ports that are none; 407",
    ),
    26: Mode(
        "empty lists with 200, as for a token of somebody else",
        "much that is gone at once is a reason to stop, not to buy it all anew",
        "`empty_list`",
    ),
}
_HEAD = """\
# Failure modes

What can go wrong between the reconciler and the API, what is to come of it, and the tests that make it happen: most by
a fault of the [emulator](emulator.md#faults), in one process and in virtual time. [reliability.md](reliability.md) says
what follows for whoever uses it. Made from the tests, and a test keeps it so. A test in italics is of behaviour that is
not there yet: it is known to fail.
"""
_NUMBERS = re.compile(r"F(\d+)((?:, F\d+)*): ")


@dataclass(frozen=True)
class Named:
    """A test that names failure modes."""

    path: Path
    name: str
    modes: tuple[int, ...]
    missing: bool
    """Whether what it asks for is known not to be there yet."""

    @property
    def words(self) -> str:
        return self.name.removeprefix("test_").replace("_", " ")


def named_tests() -> list[Named]:
    """All tests whose docstring begins with numbers of failure modes, in the order of their files."""
    found = []
    for path in sorted(TESTS.rglob("test_*.py")):
        source = path.read_text(encoding="utf-8")
        if _NUMBERS.search(source):
            found += list(_in_module(path, ast.parse(source)))
    return found


def _in_module(path: Path, module: ast.Module) -> Iterator[Named]:
    failing = {
        target.id
        for each in module.body
        if isinstance(each, ast.Assign) and "xfail" in ast.unparse(each.value)
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(module):
        if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
            continue
        named = _NUMBERS.match(ast.get_docstring(node) or "")
        if named:
            marks = [ast.unparse(each) for each in node.decorator_list]
            missing = any("xfail" in each or each in failing for each in marks)
            yield Named(path, node.name, tuple(int(each) for each in re.findall(r"F(\d+)", named.group())), missing)


def render() -> str:
    every = named_tests()
    parts = [_HEAD]
    for number, mode in MODES.items():
        said = (("What happens", mode.what), ("What is to come of it", mode.then), ("Made to happen by", mode.by))
        parts.append(f"## F{number}\n")
        parts.append("".join(f"- {title}: {text}.\n" for title, text in said))
        lines = []
        for path in sorted({each.path for each in every if number in each.modes}):
            here = [each for each in every if each.path == path and number in each.modes]
            name = path.relative_to(ROOT).as_posix()
            lines.append(f"- [{name}](../{name})")
            lines += [f"  - {f'*{each.words}*' if each.missing else each.words}" for each in here]
        parts.append("Tests:\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
