"""What a template may not do, found before it runs.

The engine counts fuel for every step and every character, but not for the size of a list that is put into itself
(`{% set a = [a, a] %}`, forty times). Templates have names to put things into, which expressions have not, so in them
lists are not built from names: they are handed in. Nothing that prints configuration misses this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.stack.tokens import MAX_TOKENS, Token, closing, literals, nests, tokenize

_NEXT = re.compile(r"\{\{|\{%|\{#")
_RAW = re.compile(r"[-+]?\s*raw\s*[-+]?%\}(?s:.*?)\{%[-+]?\s*endraw\s*[-+]?%\}")
_BINDS = frozenset({"set", "with", "macro", "call"})
_CONSTANTS = frozenset({"true", "false", "none", "True", "False", "None"})
_HANDLES_MISSING = re.compile(r"\|\s*(?:default|d)\b|\bis\s+(?:not\s+)?(?:un)?defined\b")
_FOR = re.compile(r"\bfor\s+[\w\s,()]+?\sin\b")
_IN = re.compile(r"\bin\b")


@dataclass(frozen=True, slots=True)
class Fault:
    line: int
    message: str


def fault_in(text: str) -> Fault | None:
    """The first thing that the limits do not allow, or None."""
    tags = list(_tags(text))
    binds = any(tokens and tokens[0].text in _BINDS for _, tokens in tags)
    for at, tokens in tags:
        message = _fault(tokens, binds)
        if message:
            return Fault(text.count("\n", 0, at) + 1, message)
    return None


def handles_missing(text: str, name: str = "") -> bool:
    """Whether a text says what to do when something is missing: anything at all, or this name.

    `'x' in var.map` looks `x` up and so counts, other than the `in` of a loop.
    """
    if not name:
        return _HANDLES_MISSING.search(text) is not None or _IN.search(_FOR.sub("", text)) is not None
    return re.search(rf"\b{re.escape(name)}\s*(?:{_HANDLES_MISSING.pattern})", text) is not None


def _fault(tokens: Sequence[Token], binds: bool) -> str:
    if len(tokens) > MAX_TOKENS:
        return f"a tag has more than {MAX_TOKENS} words and signs"
    if nests(tokens):
        return "lists are repeated inside of lists"
    if any(token.kind == "name" and token.text not in _CONSTANTS for inside in literals(tokens) for token in inside):
        return "a list is built from names; build it in the stack and hand it in: template('...', both=[a, b])"
    if binds:
        for at, token in enumerate(tokens):
            beside = (
                {each.kind for each in tokens[max(at - 1, 0) : at + 2 : 2]}
                if at
                else {tokens[1].kind}
                if tokens[1:]
                else set()
            )
            if token.kind == "operator" and token.text in ("+", "*") and "number" not in beside:
                return f"`{token.text}` between two names in a template with set, with or macros; use ~ for text"
    return ""


def _tags(text: str) -> Iterator[tuple[int, tuple[Token, ...]]]:
    position = 0
    while (found := _NEXT.search(text, position)) is not None:
        start = found.end()
        if found[0] == "{#":
            end = text.find("#}", start)
            position = len(text) if end < 0 else end + 2
            continue
        raw = _RAW.match(text, start) if found[0] == "{%" else None
        if raw is not None:
            position = raw.end()
            continue
        end_mark = "}}" if found[0] == "{{" else "%}"
        closed = closing(text, start, end_mark)
        stop = closed if closed is not None else len(text)
        yield found.start(), tokenize(text[start:stop].strip("-+"))
        position = stop + 2
