"""Defects in what carries a plan out: creates and their journal, changes, deletes, waits, and what is proved after."""

from __future__ import annotations

from tests.defects.defect import Defect, suite

_PERFORM = "reconciler/engine/perform.py"
_CREATING = "reconciler/engine/creating.py"
_EXECUTE = "reconciler/engine/execute.py"
_GUARD = "reconciler/engine/guard.py"
_PROOF = "reconciler/engine/proof.py"
_WATCH = "reconciler/engine/watch.py"
_RUN = "reconciler/app/run.py"
_JOURNAL = "reconciler/app/journal.py"
_DEVICE = "reconciler/kinds/device.py"
_LOST = suite("engine/test_lost_answers.py", "reliability/test_lost_answers.py")
_WRITTEN = suite("reliability/test_journal.py")
_OTHERS = suite("reliability/test_others.py")

EXECUTOR = (
    Defect(
        "a run that creates does not wait for what an earlier one may have under way",
        _RUN,
        "return settle_seconds > 0 and under_way",
        "return False",
        _WRITTEN,
    ),
    Defect(
        "a create whose answer was lost is sent again without a look",
        _CREATING,
        'by its mark")\n                live, listed = self._look(task, self._sender.settle_seconds), True',
        '")\n                live, listed = None, True',
        _LOST,
    ),
    Defect(
        "one look is enough after a lost answer, however late the commit",
        _CREATING,
        "            if began >= deadline:\n",
        "            if began <= deadline:\n",
        _LOST,
    ),
    Defect(
        "a look that cannot be read counts as a look that found nothing",
        _CREATING,
        "                if problem is not None:\n                    raise problem\n                return None\n",
        "                return None\n",
        _LOST,
    ),
    Defect(
        "a create in doubt counts as refused in the journal",
        _CREATING,
        "self._journal.answered(address, Answered.UNKNOWN)",
        "self._journal.answered(address, Answered.REJECTED)",
        _WRITTEN,
    ),
    Defect(
        "creates are sent again and again",
        _CREATING,
        "        for tries in range(SENDS):\n",
        "        for tries in range(99):\n",
        suite("engine/test_lost_answers.py::test_three_losses_are_enough"),
    ),
    Defect(
        "after an interrupt a create is sent once more",
        _CREATING,
        "            if tries and self._sender.stop.requested:\n",
        "            if tries < 0 and self._sender.stop.requested:\n",
        suite("engine/test_lost_answers.py"),
    ),
    Defect(
        "a create is sent before it is written down",
        _CREATING,
        "                self._journal.intend(intent)\n",
        "                self._sender.send(task, *calls)\n                self._journal.intend(intent)\n",
        _WRITTEN,
    ),
    Defect(
        "a create is sent though it could not be written down",
        _CREATING,
        "                return Outcome(task.step, Ending.FAILED, None, reason, hint)\n            live: LiveObject",
        "                self._sender.note(f'{reason} {hint}')\n            live: LiveObject",
        _WRITTEN,
    ),
    Defect(
        "the journal's intent is not on the disk when the create is sent",
        _JOURNAL,
        "self._must_write(entry, sync=True)",
        "self._must_write(entry, sync=False)",
        _WRITTEN,
    ),
    Defect(
        "a create is closed in the journal by its answer, before a list has shown it",
        _JOURNAL,
        'settled = each.get("do") == "seen" or each.get("how") == Answered.REJECTED',
        'settled = each.get("do") in ("seen", "answered")',
        _WRITTEN,
    ),
    Defect(
        "a journal that was cut off counts as settled",
        _JOURNAL,
        "if last is None or not last.ended or last.open:",
        "if last is None:",
        _WRITTEN,
    ),
    Defect(
        "a journal speaks for the account for ever",
        _JOURNAL,
        "return not 0 <= self._wall() - last.at <= FRESH_SECONDS",
        "return False",
        _WRITTEN,
    ),
    Defect(
        "anybody may read the journal",
        "reconciler/app/private_files.py",
        "handle = os.open(path, flags | _SAFE, 0o600)",
        "handle = os.open(path, flags | _SAFE, 0o644)",
        _WRITTEN,
    ),
    Defect(
        "after a lost answer the old object is taken for the new one",
        _CREATING,
        "if not live.present or live.id in task.avoid or live.parent_id != task.wish.parent_id:",
        "if not live.present or live.parent_id != task.wish.parent_id:",
        suite("engine/test_replace.py"),
    ),
    Defect(
        "after a lost answer whatever has a mark is taken",
        _CREATING,
        "return (live.mark.stack, live.mark.address) == (mark.stack, mark.address)",
        "return bool(mark.address)",
        _LOST,
    ),
    Defect(
        "a create forgets the mark",
        _DEVICE,
        'body["tags"] = [*(wish.values.get("tags") or ()), *wish.mark.to_tags()]',
        'body["tags"] = [*(wish.values.get("tags") or ())]',
        suite("engine/test_create.py"),
    ),
    Defect(
        "an update drops the tags of others",
        _DEVICE,
        "[*dict.fromkeys((*own, *live.foreign_tags)), *mark.to_tags()]",
        "[*dict.fromkeys(own), *mark.to_tags()]",
        suite("engine/test_ownership.py"),
    ),
    Defect(
        "an update drops the mark",
        _DEVICE,
        "[*dict.fromkeys((*own, *live.foreign_tags)), *mark.to_tags()]",
        "[*dict.fromkeys((*own, *live.foreign_tags))]",
        suite("engine/test_ownership.py"),
    ),
    Defect(
        "an update sends what did not change",
        "reconciler/kinds/project.py",
        "body = {name: wish.values[name] for name in sorted(changed)}",
        "body = dict(wish.values)",
        suite("engine/test_updates.py", "kinds/test_calls.py"),
    ),
    Defect(
        "nothing is looked at again before a change or a delete",
        _PERFORM,
        "            if objection:\n                return Outcome(task.step, Ending.FAILED, task.live, objection, _P",
        "            if not task:\n                return Outcome(task.step, Ending.FAILED, task.live, objection, _P",
        _OTHERS,
    ),
    Defect(
        "nothing is looked at again before a delete",
        _PERFORM,
        "task.step.verb not in (Verb.UPDATE, Verb.DELETE) or task.wish.sent:",
        "task.step.verb is not Verb.UPDATE or task.wish.sent:",
        _OTHERS,
    ),
    Defect(
        "what lost its mark since the plan is deleted all the same",
        _GUARD,
        "if live.mark is not None and (now.mark is None or now.mark.stack != live.mark.stack):",
        "if live.mark is not None and now.mark is not None and now.mark.stack != live.mark.stack:",
        _OTHERS,
    ),
    Defect(
        "what others changed since the plan is overwritten",
        _GUARD,
        "now.values[name] not in (live.values[name], wanted)",
        "now.values[name] is Ellipsis",
        _OTHERS,
    ),
    Defect(
        "the last look rests on an old list",
        _GUARD,
        "began - found.began > FRESH_SECONDS",
        "began - found.began > 1e9",
        suite("engine/test_guard.py"),
    ),
    Defect(
        "a last look that is refused counts as one that found nothing wrong",
        _GUARD,
        "                except Gone:  # what it stands in is not there any more\n",
        "                except Exception:\n",
        suite("reliability/test_others.py"),
    ),
    Defect(
        "a 403 to a delete counts as gone",
        _PERFORM,
        "        except Gone:\n            return Outcome(task.step, Ending.DONE, task.live)\n",
        "        except Rejected:\n            return Outcome(task.step, Ending.DONE, task.live)\n",
        suite("reliability/test_running_out.py::test_a_403_to_a_delete_is_no_success"),
    ),
    Defect(
        "a failed call counts as done",
        _PERFORM,
        "            return Outcome(task.step, Ending.FAILED, task.live, reason_of(problem), hint)\n",
        "            return Outcome(task.step, Ending.DONE, task.live, reason_of(problem), hint)\n",
        suite("engine/test_schedule.py"),
    ),
    Defect(
        "a delete is over as soon as it is accepted",
        _PERFORM,
        "lingers = task.kind.waits and not task.kind.gone_at_once",
        "lingers = False",
        suite("engine/test_waiting.py"),
    ),
    Defect(
        "a delete is over when a list shows it leaving",
        _WATCH,
        "return Arrived(awaited, awaited.live) if live is None else None",
        "return Arrived(awaited, awaited.live) if live is None or not live.present else None",
        suite("engine/test_watch.py"),
    ),
    Defect(
        "a machine is ready as soon as it is listed",
        _WATCH,
        "    if live.status.phase is Phase.READY:\n",
        "    if live.status.phase in (Phase.READY, Phase.WORKING):\n",
        suite("engine/test_watch.py"),
    ),
    Defect(
        "the time limit of a wait is not kept",
        _WATCH,
        "if each.deadline <= now]",
        "if each.deadline <= 0]",
        suite("engine/test_watch.py"),
    ),
    Defect(
        "a new machine that is 404 by itself for a moment counts as gone",
        _EXECUTE,
        "if awaited.seen or self._means.clock.now() - awaited.since >= self._means.settle_seconds:",
        "if awaited is not None:",
        suite("reliability/test_lists.py"),
    ),
    Defect(
        "what came back is not compared with what was wanted",
        _EXECUTE,
        "            if wrong:\n                self._fail(step, live, wrong)\n",
        "            if wrong and live is None:\n                self._fail(step, live, wrong)\n",
        suite("engine/test_updates.py"),
    ),
    Defect(
        "a failed step lets what depends on it go on",
        _EXECUTE,
        "        if result is Result.DONE:\n            self._schedule.done(step)\n",
        "        if result in (Result.DONE, Result.FAILED):\n            self._schedule.done(step)\n",
        suite("engine/test_schedule.py"),
    ),
    Defect(
        "a refused token does not end the run",
        "reconciler/engine/refused_token.py",
        "            self.refused = True\n",
        "            self.refused = False\n",
        suite("reliability/test_running_out.py"),
    ),
    Defect(
        "what answers said was changed or deleted is believed",
        _RUN,
        "unconfirmed += prove(applied.claims.told, account, catalog(), clock, settle_seconds, stop)",
        "unconfirmed += ()",
        suite("reliability/test_lost_answers.py"),
    ),
    Defect(
        "what answers said was created is believed",
        _PROOF,
        "missing = () if unread else tuple(_not_listed(each) for each in claims.made.values() if not each.seen)",
        "missing = ()",
        suite("reliability/test_lost_answers.py", "reliability/test_journal.py"),
    ),
    Defect(
        "two objects with one mark are not told at the end of a run",
        _PROOF,
        '            yield error("twin", summary, address=each.address, hint=hint)\n',
        "            del summary, hint\n            yield from ()\n",
        suite("reliability/test_lost_answers.py", "reliability/test_found.py"),
    ),
    Defect(
        "a twin that may be somebody's clone is deleted",
        "reconciler/engine/unclaimed.py",
        "                if doubt:\n",
        "                if doubt == '-':\n",
        _OTHERS,
    ),
    Defect(
        "the exit code is 0 though a step failed",
        "reconciler/model/event.py",
        "return not stopped and all(each.result is Result.DONE for each in self.ended)",
        "return not stopped",
        suite("cli/test_endings.py", "acceptance/test_faults.py"),
    ),
    Defect(
        "a destroy does not look whether anything is left",
        "reconciler/app/run.py",
        '        if each.live is not None and (each.action is Action.DELETE or each.reason == "holds_strangers")\n',
        '        if each.live is not None and each.reason == "holds_strangers"\n',
        suite("reliability/test_journal.py", "worlds/test_lagging_lists.py"),
    ),
)
