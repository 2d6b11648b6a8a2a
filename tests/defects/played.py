"""Defects that campaigns have to see: no test of the suite is named for them here."""

from __future__ import annotations

from tests.defects.defect import Defect

_ORDER = "reconciler/engine/order.py"
_JOINS = "reconciler/engine/joins.py"
_OBSERVE = "reconciler/engine/observe.py"
_CREATING = "reconciler/engine/creating.py"
_CHANGING = "reconciler/engine/changing.py"
_EXECUTE = "reconciler/engine/execute.py"
_UNCLAIMED = "reconciler/engine/unclaimed.py"
_TWINS = "reconciler/engine/twins.py"
_PREPARE = "reconciler/engine/prepare.py"
_SCHEDULE = "reconciler/engine/schedule.py"
_WATCH = "reconciler/engine/watch.py"
_DIFF = "reconciler/engine/diff.py"
_PAGING = "reconciler/api/paging.py"
_JOURNAL = "reconciler/app/journal.py"
_RUN = "reconciler/app/run.py"

PLAYED = (
    # marks
    Defect(
        "a VLAN is made without a mark",
        "reconciler/kinds/vlan.py",
        'body["description"] = wish.mark.to_text(body.get("description") or "")',
        'body["description"] = body.get("description") or ""',
    ),
    Defect(
        "an update of a license takes its mark off",
        "reconciler/kinds/license.py",
        'body["description"] = wish.mark.to_text(body["description"] or "")',
        'body["description"] = body["description"] or ""',
    ),
    Defect(
        "a volume is made without a mark",
        "reconciler/kinds/volume.py",
        'body["description"] = wish.mark.to_text(body.get("description") or "")',
        'body["description"] = body.get("description") or ""',
    ),
    Defect(
        "an update of a volume takes its mark off",
        "reconciler/kinds/volume.py",
        'body["description"] = wish.mark.to_text(body["description"] or "")',
        'body["description"] = body["description"] or ""',
    ),
    Defect(
        "a project is made without a mark",
        "reconciler/kinds/project.py",
        '{**body, "customdata": wish.mark.to_customdata(body.get("customdata") or {})}',
        "body",
    ),
    Defect(
        "an update of a project takes its mark off",
        "reconciler/kinds/project.py",
        'body["customdata"] = wish.mark.to_customdata(body["customdata"] or {})',
        'body["customdata"] = body["customdata"] or {}',
    ),
    Defect(
        "an update of a key takes its mark off",
        "reconciler/kinds/ssh_key.py",
        'body["label"] = wish.mark.to_text(body["label"])',
        'body["label"] = str(body["label"])',
    ),
    Defect(
        "a block of addresses is reserved without a mark",
        "reconciler/kinds/ip_reservation.py",
        'body["tags"] = [*(body.get("tags") or ()), *wish.mark.to_tags()]',
        'body["tags"] = [*(body.get("tags") or ())]',
    ),
    # what is read
    Defect(
        "what stands in projects is not read",
        _OBSERVE,
        "            if not readings:\n                break\n            level = read_all(readings)",
        "            if not readings or level is not objects:\n                break\n"
        "            level = read_all(readings)",
    ),
    Defect(
        "a list without the count that it always has is believed",
        _PAGING,
        "if page.total is None and listing.counted:",
        "if page.total is None and not listing.key:",
    ),
    Defect(
        "an item without an id is passed over",
        _PAGING,
        '            raise _Doubt(f"an item under `{key}` has no id")\n',
        "            continue\n",
    ),
    # the plan
    Defect(
        "what stands in a machine that is replaced is left as it is",
        _DIFF,
        "    if parent is not None and parent.action.creates:\n",
        "    if parent is not None and parent.action.creates and live.locked:\n",
    ),
    Defect(
        "what the stack no longer has is kept",
        _UNCLAIMED,
        "            if standing is None and address not in first:\n",
        "            if standing is None:\n                continue\n"
        "            if standing is None and address not in first:\n",
    ),
    Defect(
        "doubles are left alone",
        _TWINS,
        '    if age < 0:\n        return ""\n',
        '    if age is not None:\n        return "it may be somebody\'s"\n',
    ),
    Defect(
        "what others have in a double does not matter",
        _TWINS,
        '    return f"{\', \'.join(attached)} hang on it" if attached else ""\n',
        '    return "" if attached or not attached else "-"\n',
    ),
    Defect(
        "a double with other values is deleted",
        _TWINS,
        "    if differing:\n",
        "    if differing and not declared:\n",
    ),
    # the order
    Defect(
        "an update does not wait until the machine is ready",
        _ORDER,
        "        if wait in steps and update in steps:\n            yield wait, update\n",
        "",
    ),
    Defect(
        "what a port holds goes before the port lets go of it",
        _ORDER,
        "            mine = [release] if release in steps else [update, delete]\n",
        "            mine: list[str] = []\n",
    ),
    Defect(
        "ports are changed in any order",
        _ORDER,
        "                if not in_turn and earlier.kind not in kind.after_siblings:\n",
        "                if earlier is not None:\n",
    ),
    Defect(
        "an object is changed while something holds it",
        _ORDER,
        "            if other is not None and change.kind in catalog[other.kind].let_go_for(other.changed):\n",
        "            if other is None and delete == '':\n",
    ),
    Defect(
        "what was made first goes before its users have changed over",
        _ORDER,
        "        yield from ((step_id(change.address, Verb.UPDATE), step_id(each, Verb.DELETE)) for each in found)\n",
        "        yield from ()\n        del found\n",
    ),
    Defect(
        "keys are made after the machines that are to have them",
        _JOINS,
        '        joins.followed_first(f"{_JOIN}{group}/before-{catalog[name].section}", followed, followers)\n',
        "        del followed\n",
    ),
    Defect(
        "a step begins when the first of those before it is done",
        _SCHEDULE,
        "            if self._blockers[later] == 0 and later not in self._over:\n",
        "            if self._blockers[later] + 1 == len(self._steps[later].requires) and later not in self._over:\n",
    ),
    Defect(
        "what depends on a step that failed waits for ever without a word",
        _SCHEDULE,
        "                    skipped.append(later)\n",
        "                    ...\n",
    ),
    # what is sent, and waited for
    Defect(
        "a new machine is not waited for",
        _CREATING,
        "waiting = task.kind.waits and (live.status.phase is Phase.WORKING or live.status.unsure)",
        "waiting = task.kind.waits and live.status.unsure",
    ),
    Defect(
        "the second call of a create is left out",
        _CREATING,
        "        if second is not None:\n",
        "        if second is not None and task.kind.standing:\n",
    ),
    Defect(
        "after a lost answer an object in another project is taken",
        _CREATING,
        "if not live.present or live.id in task.avoid or live.parent_id != task.wish.parent_id:\n"
        "        return False\n    mark",
        "if not live.present or live.id in task.avoid:\n        return False\n    mark",
    ),
    Defect(
        "a change ends after its first call",
        _CHANGING,
        "            work.sent.append(last)\n",
        "            work.sent.append(last)\n            if len(work.sent) == 1 and task.kind.standing:\n"
        "                break\n",
    ),
    Defect(
        "a machine that failed to come up counts as ready",
        _WATCH,
        "        return Arrived(awaited, live, live.status.told)\n",
        "        return Arrived(awaited, live)\n",
    ),
    Defect(
        "what came back without its mark counts as made",
        _PREPARE,
        "        if kind.marked and live.mark is None and not live.mark_missing:\n",
        "        if kind.marked and live.mark is None and live.mark_missing:\n",
    ),
    # what is written down and proved
    Defect(
        "a first run waits for nothing that another one may have begun",
        _JOURNAL,
        "if last is None or not last.ended or last.open:\n            return True\n",
        "if last is None:\n            return False\n"
        "        if not last.ended or last.open:\n            return True\n",
    ),
    Defect(
        "a destroy does not wait for what a run that was cut off has under way",
        _RUN,
        "else plan.options.destroy and journal.pending",
        "else False",
        also=(("clock.sleep(max(0.0, began + quiet_seconds - clock.now()))", "..."),),
    ),
    Defect(
        "what a run made is not remembered until lists show it",
        _EXECUTE,
        "            self._claims.created(address, outcome.live, doubted=outcome.doubted, listed=outcome.listed)\n",
        "            del address\n",
    ),
    Defect(
        "what an answer left in doubt is not looked at once more",
        _CREATING,
        "                doubted = True\n",
        "                doubted = False\n",
    ),
)
