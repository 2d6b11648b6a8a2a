"""Defects in what reads the account, compares it with the stack, and orders the steps; marks and rails included."""

from __future__ import annotations

from tests.defects.defect import Defect, suite

_OBSERVE = "reconciler/engine/observe.py"
_DIFF = "reconciler/engine/diff.py"
_FIELDS = "reconciler/engine/fields.py"
_UNCLAIMED = "reconciler/engine/unclaimed.py"
_ORDER = "reconciler/engine/order.py"
_JOINS = "reconciler/engine/joins.py"
_RAILS = "reconciler/engine/rails.py"
_MARK = "reconciler/model/mark.py"
_LIVE = "reconciler/model/live.py"
_OWNERSHIP = suite("engine/test_ownership.py")
_READS = suite("engine/test_incomplete_reads.py")
_UNASKED = suite("reliability/test_unasked.py")

PLANNER = (
    Defect(
        "a list that could not be read counts as empty",
        _OBSERVE,
        "        except WireError as problem:\n            return problem\n",
        "        except WireError:\n            return []\n",
        _READS,
    ),
    Defect(
        "a 403 on a list counts as nothing there, whether or not it matters",
        _OBSERVE,
        "answer.status in (403, 404) and not reading.needed:",
        "answer.status in (403, 404):",
        suite("engine/test_reach.py"),
    ),
    Defect(
        "items that are not understood are left out of the snapshot",
        _OBSERVE,
        '            problems.append(error("answer-not-understood", summary, hint="nothing was changed"))\n',
        "            del summary\n",
        _READS,
    ),
    Defect(
        "objects on their way out count as existing",
        _LIVE,
        "return self.status.phase is not Phase.LEAVING",
        "return True",
        suite("engine/test_ownership.py::test_objects_being_deleted_do_not_count_as_existing"),
    ),
    Defect(
        "of two objects with one mark the younger one is kept",
        _LIVE,
        "oldest_first = {key: tuple(sorted(found, key=_age))",
        "oldest_first = {key: tuple(sorted(found, key=_age, reverse=True))",
        _OWNERSHIP,
    ),
    Defect(
        "the mark of any stack counts as ours",
        _MARK,
        "return self.stack == stack",
        "return bool(stack)",
        _OWNERSHIP,
    ),
    Defect(
        "a mark is compared by the beginning of its stack's name",
        _MARK,
        "return self.stack == stack",
        "return self.stack.startswith(stack)",
        suite("model/test_marks.py::test_a_mark_is_that_of_one_stack_and_of_no_other_of_a_similar_name"),
    ),
    Defect(
        "the address in a tag ends at its first colon",
        _MARK,
        'stack, _, address = tag.removeprefix(_TAG).partition(":")',
        'stack, address = tag.removeprefix(_TAG).split(":")[:2]',
        suite("model/test_marks.py"),
    ),
    Defect(
        "tags of others count as tags that we set",
        _MARK,
        "if memo_digest(tag) in remembered",
        "if tag",
        _OWNERSHIP,
    ),
    Defect(
        "what carries another stack's mark is adopted by its natural key",
        _DIFF,
        "return candidate if candidate is None or candidate.mark is None else None",
        "return candidate",
        _OWNERSHIP,
    ),
    Defect(
        "a double in another project is taken for the wanted one",
        _DIFF,
        "found = [each for each in marked if each.parent_id == parent_id]",
        "found = list(marked)",
        _OWNERSHIP,
    ),
    Defect(
        "of doubles one that has to be replaced may be the one to keep",
        _DIFF,
        "if each.status.phase is not Phase.FAILED and not any(field.forces_replacement for field in fields):",
        "if fields is not None:",
        _OWNERSHIP,
    ),
    Defect(
        "a machine that failed is left as it is",
        _DIFF,
        "    if live.status.phase is Phase.FAILED:\n",
        "    if live.status.phase is Phase.LEAVING:\n",
        suite("engine/test_replace.py"),
    ),
    Defect(
        "a field that the answer left out counts as unset",
        _FIELDS,
        "    if name not in live.values:\n        return []  # the answer left it out: unknown is not changed\n"
        "    before = live.values[name]\n",
        "    before = live.values.get(name)\n",
        _READS,
    ),
    Defect(
        "fields that the API cannot change are updated in place",
        _FIELDS,
        "forces = isinstance(rule, Replace) or fixed",
        "forces = fixed",
        suite("engine/test_replace.py"),
    ),
    Defect(
        "changes that are to be ignored are made",
        _FIELDS,
        "if name not in values or name in ignored or",
        "if name not in values or",
        suite("engine/test_ownership.py", "engine/test_rails.py"),
    ),
    Defect(
        "what belongs to nobody is deleted as if it were ours",
        _UNCLAIMED,
        "        if live.mark is None or not live.mark.owned_by(self._stack):\n            return None\n",
        "        if live.mark is None:\n            return None\n",
        _OWNERSHIP,
    ),
    Defect(
        "a project is deleted with what others keep in it",
        _UNCLAIMED,
        "            if not inside:\n                continue\n",
        "            if inside or not inside:\n                continue\n",
        _OWNERSHIP,
    ),
    Defect(
        "a machine is bought beside one whose mark was taken off",
        _UNCLAIMED,
        'found.append(warning("lookalike", summary,',
        'found.append(warning("left-alone", summary,',
        _OWNERSHIP,
    ),
    Defect(
        "something is created where marks are not shown",
        _UNCLAIMED,
        "            if destroying or place in creates\n",
        "            if destroying and place in creates\n",
        _READS,
    ),
    Defect(
        "deletes out of the targets are made too",
        _UNCLAIMED,
        "            if self._scope.holds(each.marked)\n",
        "            if each.marked\n",
        suite("engine/test_targets.py"),
    ),
    Defect(
        "parents are deleted before what stands in them",
        _ORDER,
        "        if not implied:\n            yield delete, theirs\n",
        "        if not implied:\n            yield theirs, delete\n",
        suite("engine/test_destroy.py"),
    ),
    Defect(
        "the order of deletes is left to chance",
        _ORDER,
        "        if not implied:\n            yield delete, theirs\n",
        "        if not implied:\n            continue\n",
        suite("engine/test_destroy.py"),
    ),
    Defect(
        "creates do not wait for what they refer to",
        _ORDER,
        "yield from ((theirs, mine) for each in needs for theirs in _readying(each, steps))",
        "yield from ((theirs, mine) for each in needs for theirs in _readying(each, steps) if not each)",
        suite("engine/test_create.py"),
    ),
    Defect(
        "a replacement creates beside what it is to delete first",
        _ORDER,
        "        if change.action is Action.DELETE_CREATE:\n            yield delete, create\n",
        "",
        suite("engine/test_replace.py", "engine/test_schedule.py"),
    ),
    Defect(
        "what devices use is deleted before they are gone",
        _JOINS,
        "used = [each for other in catalog[name].uses for each in deletes.get((owner, other), ())]",
        "used: list[str] = []",
        suite("engine/test_waiting.py", "engine/test_destroy.py"),
    ),
    Defect(
        "an address is put on the new device before the old one let go of it",
        _JOINS,
        "self.edges += [(giver, taker) for giver in givers if giver not in later]",
        "pass",
        suite("engine/test_replace.py", "acceptance/test_moves.py"),
    ),
    Defect(
        "what is protected is destroyed",
        _RAILS,
        "        if change.address in protected:\n",
        "        if change.address in protected and not going:\n",
        suite("engine/test_rails.py"),
    ),
    Defect(
        "what is locked in the API is unlocked and destroyed without a word",
        _RAILS,
        "elif change.live is not None and change.live.locked:",
        "elif change.live is not None and change.live.locked and not going:",
        suite("engine/test_rails.py"),
    ),
    Defect(
        "the findings that forbid a second machine do not stop an apply",
        _RAILS,
        '("lookalike", "left-behind")',
        '("left-behind",)',
        _OWNERSHIP,
    ),
    Defect(
        "what somebody chose in the portal is no drift",
        "reconciler/review/drift.py",
        "each.action is not Action.NOOP or each.unasked for",
        "each.action is not Action.NOOP for",
        _UNASKED,
    ),
    Defect(
        "a lock that nobody declared is not told",
        "reconciler/engine/unasked.py",
        "if shown is not None and not field.rule.same(field.usual.value, shown):",
        "if shown is not None and shown is not True and not field.rule.same(field.usual.value, shown):",
        _UNASKED,
    ),
    Defect(
        "an end that nobody declared is not told",
        "reconciler/engine/ending.py",
        "if not kind.ends or live is None or not live.ends_at or resource is None:",
        "if not kind.ends or live is None or resource is None or kind.ends not in change.after:",
        _UNASKED,
    ),
    Defect(
        "to declare the end that a machine has replaces it",
        "reconciler/engine/fields.py",
        "if name == kind.ends and same_moment(values[name], live.ends_at):",
        "if name == kind.ends and values[name] == live.ends_at:",
        _UNASKED,
    ),
)
