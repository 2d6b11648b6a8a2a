"""Defects that campaigns have to see: no test of the suite is named for them here."""

from __future__ import annotations

from tests.defects.defect import Defect

_ORDER = "reconciler/engine/order.py"
_CHANGING = "reconciler/engine/changing.py"
_EXECUTE = "reconciler/engine/execute.py"
_UNCLAIMED = "reconciler/engine/unclaimed.py"
_WATCH = "reconciler/engine/watch.py"

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
    Defect(
        "an API key is made without a mark",
        "reconciler/kinds/api_key.py",
        '"description": wish.mark.to_text(wish.values.get("description") or "")',
        '"description": wish.values.get("description") or ""',
    ),
    Defect(
        "a spot market request is made without a mark",
        "reconciler/kinds/spot_market_request.py",
        'given["tags"] = [*(given.get("tags") or ()), *wish.mark.to_tags()]',
        'given["tags"] = [*(given.get("tags") or ())]',
    ),
    Defect(
        "the machines of a batch are made without a mark",
        "reconciler/kinds/device_batch.py",
        'body["tags"] = [*(body.get("tags") or ()), *wish.mark.to_tags()]',
        'body["tags"] = [*(body.get("tags") or ())]',
    ),
    Defect(
        "our own marks are not known again",
        "reconciler/model/mark.py",
        "return self.stack == stack",
        "return self.stack != stack",
    ),
    Defect(
        "what carries our mark is not taken for what the stack declares",
        "reconciler/model/live.py",
        "return self._by_mark.get((kind, stack, address), ())",
        "return self._by_mark.get((kind, stack, address), ())[:0]",
    ),
    Defect(
        "what has no mark is not known again by its natural key",
        "reconciler/model/live.py",
        "return self._by_key.get((kind, parent_id, key))",
        "return self._by_key.get((kind, parent_id, key)) if not key else None",
    ),
    # the plan
    Defect(
        "what the stack no longer has is kept",
        _UNCLAIMED,
        "            if standing is None and address not in first:\n",
        "            if standing is None:\n                continue\n"
        "            if standing is None and address not in first:\n",
    ),
    # the order
    Defect(
        "what stands in something does not wait for it",
        _ORDER,
        "    if change.address.owner is not None:\n        found.add(change.address.owner)\n    return found\n",
        "    return found\n",
    ),
    # what is sent, and waited for
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
    # what is written down and proved
    Defect(
        "what a run made is not remembered until lists show it",
        _EXECUTE,
        "            self._claims.created(address, outcome.live, doubted=outcome.doubted, listed=outcome.listed)\n",
        "            del address\n",
    ),
)
