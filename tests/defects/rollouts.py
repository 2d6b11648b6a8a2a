"""Defects in how a change is rolled over a group: the waves, the looks between them, and what proves health."""

from __future__ import annotations

from tests.defects.defect import Defect, suite

_ROLLOUT = "reconciler/engine/rollout.py"
_HEALTH = "reconciler/engine/health.py"
_MODEL = "reconciler/model/rollout.py"
_PLANNED = suite("engine/test_rollout.py")

ROLLOUTS = (
    Defect(
        "a wave does not wait for the checks of the one before",
        _ROLLOUT,
        "for member in waves[number - 1] for each in (member.check, *sorted(member.late))]",
        "for member in waves[number - 1] for each in sorted(member.late)]",
        _PLANNED,
    ),
    Defect(
        "the look before a wave holds nothing back",
        _ROLLOUT,
        "                    edges += [(gate, each) for each in self._first(member)]\n",
        "                    edges += []\n",
        _PLANNED,
    ),
    Defect(
        "a wave takes one machine more than may be out of work",
        _ROLLOUT,
        "        waves = [in_turn[at : at + most] for at in range(0, len(in_turn), most)]",
        "        waves = [in_turn[at : at + most + 1] for at in range(0, len(in_turn), most + 1)]",
        _PLANNED,
    ),
    Defect(
        "the old machine of a create-first goes before the new one is proved",
        _ROLLOUT,
        "                    edges.append((member.check, step_id(member.address, Verb.DELETE)))\n",
        "                    edges += []\n",
        _PLANNED,
    ),
    Defect(
        "machines that are out of work already wait for their turn like others",
        _ROLLOUT,
        "members = sorted(self.disrupted, key=lambda each: not self._is_down(each))",
        "members = list(self.disrupted)",
        _PLANNED,
    ),
    Defect(
        "what lists show right after a change proves that a machine is healthy",
        _HEALTH,
        "            from_then = now + self._settle_seconds\n            pause",
        "            from_then = now\n            pause",
        suite("reliability/test_rollouts.py::test_the_pause_goes_by_between_two_waves_and_not_after_the_last"),
    ),
    Defect(
        "no pause goes by between two waves",
        _HEALTH,
        "            if check.pause and not check.lacking and check.rests_until is None:",
        "            if check.pause and check.lacking and check.rests_until is None:",
        suite("reliability/test_rollouts.py::test_the_pause_goes_by_between_two_waves_and_not_after_the_last"),
    ),
    Defect(
        "a machine that fails after its check does not stop the rollout",
        _HEALTH,
        "    if fallen:\n",
        "    if len(fallen) > 1:\n",
        suite("reliability/test_rollouts.py::test_a_machine_that_fails_meanwhile_stops_the_rollout"),
    ),
    Defect(
        "machines that are out of work do not count against what may be",
        _HEALTH,
        "    if len(down) >= most:\n",
        "    if len(down) > most:\n",
        suite("reliability/test_rollouts.py::test_a_run_does_not_begin_while_others_of_the_group_are_out_of_work"),
    ),
    Defect(
        "a wave is as wide as ever while others are out of work",
        _HEALTH,
        "apart=narrowed(waves, number, steps, most - len(down)) if down else ())",
        "apart=())",
        suite("reliability/test_rollouts.py::test_what_is_out_of_work_takes_from_what_may_be"),
    ),
    Defect(
        "a machine that does not answer is healthy",
        _HEALTH,
        "    for (machine, health, host), why in zip(dials, answers, strict=True):\n        if why:\n",
        "    for (machine, health, host), why in zip(dials, answers, strict=True):\n        if not why:\n",
        suite("reliability/test_rollouts.py::test_the_first_machine_that_does_not_come_back_stops_the_rollout"),
    ),
    Defect(
        "a BGP session that is not up proves a machine healthy",
        "reconciler/kinds/bgp_session.py",
        'return "" if status == "up" else',
        'return "" if status != "unknown" else',
        suite("reliability/test_rollouts.py::test_a_machine_is_healthy_when_its_sessions_are_up"),
    ),
    Defect(
        "a percentage of a group is rounded up",
        _MODEL,
        "max(1, size * self.share // 100)",
        "max(1, -(-size * self.share // 100))",
        suite("stack/test_rollouts.py"),
    ),
)
