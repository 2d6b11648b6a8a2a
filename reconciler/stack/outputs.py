"""Outputs: values to show after an apply. One that reads a secret has to say so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from reconciler.diagnostics import did_you_mean
from reconciler.model.resource import Output
from reconciler.stack.ambiguity import note_ambiguous
from reconciler.stack.evaluate import Evaluator, Late
from reconciler.stack.fields import MadeUp
from reconciler.stack.problems import Broken, Problem, Problems
from reconciler.stack.references import Referrer
from reconciler.stack.run import Run, Waiting
from reconciler.stack.shapes import Compiler, Shape, shape_place
from reconciler.stack.tree import Instance
from reconciler.stack.yaml_tree import Entry, Node, Scalar, Table

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_KEYS: Final = ("value", "secret", "description")


class OutputReader:
    """Reads outputs; called when it is settled which fields are secret."""

    def __init__(self, evaluator: Evaluator, referrer: Referrer, compiler: Compiler, problems: Problems) -> None:
        self._evaluator = evaluator
        self._referrer = referrer
        self._compiler = compiler
        self._problems = problems

    def read(self, entries: Mapping[str, Entry], visible: frozenset[str]) -> list[Output]:
        """All outputs, by name."""
        found = []
        for name in sorted(entries):
            output = self._output(name, entries[name], visible)
            if output is not None:
                found.append(output)
        return found

    def _output(self, name: str, entry: Entry, visible: frozenset[str]) -> Output | None:
        written = written_output(name, entry, self._problems)
        if written is None:
            return None
        node, secret = written
        shape = self._compiler.shape(node, visible)
        if shape is None:
            return None
        try:
            value, reads_secret = valued(shape, None, self._evaluator, self._referrer, self._problems)
        except Broken:
            return None
        except Problem as problem:
            self._problems.note(problem.diagnostic)
            return None
        if reads_secret and not secret:
            self._problems.add(
                "secret-output",
                f"the output `{name}` would show a secret",
                node.place,
                hint=f'if that is meant: `{name}: {{value: "...", secret: true}}`',
            )
        return Output(name, value, entry.place, secret)


def valued(
    shape: Shape, instance: Instance | None, evaluator: Evaluator, referrer: Referrer, problems: Problems
) -> tuple[object, bool]:
    """The value of something that is no resource's field, deferred where it reads resources, and whether it is secret.

    `instance` is where it finds `key` and `value`, None when it has none. Raises Problem or Broken.
    """
    for place, reason in evaluator.refused_files(shape):
        raise Problem(problems.make("file-refused", reason, place))
    scope = instance.block.scope if instance is not None else evaluator.scope
    run = Run(None, instance, scope)
    if not scope.waits(shape):
        return evaluator.value(shape, run), run.secret
    found = referrer.find(shape, instance)
    for diagnostic in found.problems:
        problems.note(diagnostic)
    if found.problems or found.broken:
        raise Broken
    run.world = MadeUp(run)
    try:
        evaluator.value(shape, run)
    except Waiting:
        pass
    except Problem as problem:
        if problem.certain or not run.guessed:
            raise
    secret = run.secret or any(block.hides(attribute) for block, attribute in found.reads)
    return Late(shape, shape_place(shape), found.references(None), evaluator, instance, secret=secret), secret


def written_output(name: str, entry: Entry, problems: Problems) -> tuple[Node, bool] | None:
    """The value of an output as it is written, and whether it says that it is secret; None when a mistake was noted."""
    if not _NAME.fullmatch(name):
        hint = "letters, digits, - and _"
        problems.add("bad-name", f"`{name[:60]}` is no name for an output", entry.place, hint=hint)
        return None
    node = entry.value
    if not isinstance(node, Table):
        note_ambiguous(problems, node, what=f"`{name}`")
        return node, False
    sound = True
    for key, part in node.entries.items():
        if key not in _KEYS:
            hint = did_you_mean(key, _KEYS) or "a mapping as a value is written under `value`"
            problems.add("unknown-key", f"an output has no `{key}`", part.place, hint=hint)
            sound = False
    secret = node.entries.get("secret")
    if secret is not None and not (isinstance(secret.value, Scalar) and isinstance(secret.value.value, bool)):
        problems.add("wrong-type", "`secret` is true or false", secret.value.place)
        sound = False
    if sound and "value" not in node.entries:
        problems.add("missing-field", f"the output `{name}` has no `value`", entry.place)
        sound = False
    if not sound:
        return None
    hidden = secret is not None and isinstance(secret.value, Scalar) and secret.value.value is True
    value = node.entries["value"].value
    note_ambiguous(problems, value, what=f"`{name}`")
    return value, hidden
