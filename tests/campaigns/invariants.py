"""What has to hold after a chain of runs, whatever disturbed it: judged from outside, by the emulator's ledger, the
API's answers and the bytes that were written.

The numbers are those of the design: I1 as declared after two reruns, I2 then empty plans, I3 one object a mark, I4 no
orphan, I5 strangers untouched, I6 no delete outside of a plan, I7 order, I8 no secret, I9 a truthful end, I10 no
traceback and no hang, I12 few requests. (I11, that no lock outlives its process, needs processes.)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.model.event import Event, Result
from reconciler.model.resource import Stack
from reconciler.report.events import EventLines, dump
from reconciler.report.human import render_plan
from reconciler.report.outcome import render_outcome, render_trouble
from reconciler.report.plan_json import plan_document
from reconciler.report.progress import PlainProgress
from reconciler.report.scrub import Scrubber
from reconciler.secret import Secret
from tests.campaigns.campaign import Violation
from tests.campaigns.kit import Chain, Run, World, born, failed_steps
from tests.worlds import laws
from tests.worlds.account import TOKEN
from tests.worlds.laws import Broken
from tests.worlds.live import MACHINE, Held, differing, owned

CANARY = "Canary"
"""What every secret of a campaign's stacks has in it."""
MOST_RERUNS = 2
EMPTY_PLANS = 10
_MOST_RUNS = 12
_CALLS_A_RUN = 150
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_UNMARKED = ("invitation",)
"""Kinds of objects that carry no mark and have a natural key."""
_MAY_BE_MADE_ANEW = ("fail_provisioning", "stuck", "twice", "hide", "empty_list")
"""Faults after which a machine that was made has to be made again, or that make two."""


def settled(
    chain: Chain, stack: Stack, *, destroy: bool = False, empty_plans: int = EMPTY_PLANS, judge_births: bool = True
) -> list[Violation]:
    """Run until complete, then judge everything. The tripwire's disturbances strike in the first runs; a run in which
    none struck is one of the reruns that have to be enough.
    """
    first = len(chain.world.runs)
    found = converged(chain, stack, destroy, empty_plans)
    return found + judged(chain, chain.world.runs[first:], judge_births=judge_births)


_CONVERTED = "is configured for Layer 2"


def converged(
    chain: Chain, stack: Stack, destroy: bool, empty_plans: int = 1, most_reruns: int = MOST_RERUNS
) -> list[Violation]:
    """I1, I2, I9 and I10, by running until it is complete."""
    world = chain.world
    calm = 0
    found: list[Violation] = []
    for _ in range(_MOST_RUNS):
        struck = chain.tripwire.struck
        run = chain.run(stack, destroy=destroy)
        found += broke(run)
        calm += chain.tripwire.struck == struck
        if run.misled:
            world.lists_catch_up()
            continue
        if done(run) and (not _told(run) or calm >= most_reruns):
            found += as_declared(world, run, "I9 an end of 0 is true")
            break
        if calm >= most_reruns and world.rewired and _left_to_a_person(run):
            return found
        if calm >= most_reruns and not done(run):
            found.append(Violation("I1 two reruns are enough", run.said))
            break
        if calm:  # the first rerun comes at once, the second when lists have caught up
            world.lists_catch_up()
    world.pass_time()
    if found:
        return found
    return as_declared(world, run, "I1 as declared") + nothing_left(chain, run, empty_plans)


def judged(chain: Chain, runs: Sequence[Run], *, judge_births: bool = True) -> list[Violation]:
    """What has to hold of all runs of a world, disturbed and interleaved ones too."""
    world = chain.world
    anew = any(each.what in _MAY_BE_MADE_ANEW for each in chain.tripwire.disturbances)
    births = one_of_each(world, runs) if judge_births and chain.tripwire.bounded and not anew else []
    return [
        *births,
        *deletes_were_planned(world, runs),
        *in_order(world, runs),
        *rejected_is_not_made(world, runs),
        *few_calls(chain, runs),
        *strangers_are_untouched(world, runs),
        *no_secrets(runs, chain),
    ]


def done(run: Run) -> bool:
    """Whether a run ended with 0, or only with what others hold, or what nobody can tell is ours, left to a person."""
    if run.complete or run.report is None or run.report.interrupted or run.report.unproven:
        return run.complete
    failed = [each for each in run.report.ended if each.result is not Result.DONE]
    wrong = any(each.severity is Severity.ERROR for each in run.report.diagnostics)
    return not failed and not wrong and all("holds" in each.reason for each in run.report.remains)


def _left_to_a_person(run: Run) -> bool:
    """Whether all that failed is what a port does not take that somebody has converted, where the stack does not say
    how it is to be wired: that is not ours to undo, and every run says so.
    """
    failed = failed_steps(run)
    return bool(failed) and all(_CONVERTED in each.reason for each in failed)


def broke(run: Run) -> Iterator[Violation]:
    """I10."""
    if run.broke:
        yield Violation("I10 no traceback, no hang", run.broke)


def as_declared(world: World, run: Run, law: str) -> list[Violation]:
    """I1 and I9: the account is as the stack says, by the API's answers; I3 and I4: no second object, no orphan.

    What the plan told a person about, two objects with one mark of which neither may be deleted, is no violation.
    """
    stack, aside = run.stack, told_aside(run)
    there = [each for each in world.look() if each.id not in aside]
    found = [Violation("I3 one object a mark", each) for each in twins(there, stack.name)]
    found += [Violation("I4 no orphan", each) for each in orphans(world, there)]
    if run.destroy:
        left = [f"{each.kind} {each.mark}" for each in owned(there, stack.name)]
        return [*found, *([Violation(law, f"{', '.join(left)} are left")] if left else [])]
    different = differing(there, stack)
    return [*found, *([Violation(law, "; ".join(different))] if different else [])]


def told_aside(run: Run) -> set[str]:
    """The ids of what stays, as the plan says: doubtful twins, and what holds others' objects."""
    return _told(run) | _kept(run)


def _told(run: Run) -> set[str]:
    """The ids of what the plan says carries another object's mark too, and is left to a person."""
    said = [each.summary for each in run.plans[-1].plan.diagnostics if each.code == "twin"]
    return {found[0] for each in said if (found := _UUID.findall(each))}


def _kept(run: Run) -> set[str]:
    """The ids of what stays for others' sake."""
    changes = run.plans[-1].plan.changes
    return {each.live.id for each in changes if each.live is not None and each.reason == "holds_strangers"}


def twins(there: Iterable[Held], name: str) -> list[str]:
    counts = Counter((each.kind, each.mark) for each in owned(there, name) if each.kind != MACHINE)
    return [f"{count} of {kind} {mark}" for (kind, mark), count in sorted(counts.items()) if count > 1]


def orphans(world: World, there: Iterable[Held]) -> list[str]:
    """What we made that nobody can tell is ours. The account's first organization was there before us."""
    made = {identifier for entry in world.ledger() for identifier in entry["created"]}
    return [
        f"{each.kind} {each.id}"
        for each in there
        if not each.mark and each.id in made and each.id not in world.account.theirs and each.kind not in _UNMARKED
    ]


def nothing_left(chain: Chain, last: Run, times: int) -> list[Violation]:
    """I2: the next plans are empty, and what they look at is not changed by looking."""
    chain.tripwire.over = True
    for number in range(times):
        before = chain.world.revision
        run = chain.run(last.stack, destroy=last.destroy)
        changes = run.plans[-1].plan.pending if run.plans else ()
        pending = [f"{each.address}: {each.action} {each.because} {sorted(each.changed)}" for each in changes]
        if not done(run) or pending or chain.world.revision != before:
            return [Violation("I2 the next plan is empty", f"plan {number + 1}: {'; '.join(pending) or run.said}")]
        chain.world.account.clock.sleep(20)
    return []


def one_of_each(world: World, runs: Sequence[Run]) -> list[Violation]:
    """I3 over all of the chain: no mark was given to two new objects, though one of them may be gone by now."""
    entries = {entry["number"]: entry for run in runs for entry in run.entries}
    counts = born(list(entries.values()), world.births)
    twice = [f"{count} creates of {mark}" for mark, count in sorted(counts.items()) if count > 1]
    return [Violation("I3 one create a mark", ", ".join(twice))] if twice else []


def deletes_were_planned(world: World, runs: Sequence[Run]) -> list[Violation]:
    """I6: what carried a mark and is gone was to be deleted by a plan of the chain, that run's or an earlier one's.
    What was in it goes with it.
    """
    planned: set[str] = set()
    found = []
    for run in runs:
        planned |= {
            each.live.id
            for plan in run.plans
            for each in plan.plan.changes
            if each.live is not None and each.action.deletes
        }
        for entry in run.entries:
            about = set(_UUID.findall(entry["path"])[-1:] if entry["method"] == "DELETE" else [])
            gone = about if about & planned else {*about, *entry["deleted"]}
            found += [
                Violation("I6 no delete outside of the plan", f"{world.births.marks[each]} by {entry['path']}")
                for each in sorted((gone & set(world.births.marks)) - planned)
            ]
    return found


def in_order(world: World, runs: Sequence[Run]) -> list[Violation]:
    """I7: creates and deletes of a run were accepted in the order of its plan, where nobody else did a part of it."""
    addresses = {each: mark.partition(":")[2] for each, mark in world.births.marks.items()}

    def judge(run: Run) -> None:
        laws.the_ledger_is_in_order(run.plans[-1].plan, run.entries, addresses)

    return [violation for run in runs if run.plans and run.alone for violation in _law("I7", partial(judge, run))]


def rejected_is_not_made(world: World, runs: Sequence[Run]) -> list[Violation]:
    """I9: what a run takes for rejected, and tells as that, is nothing that it made.

    Where lists hid what came of a lost call, it is sent again, and a key that is there already is rejected for that.
    """
    found = []
    for run in (each for each in runs if not each.misled):
        made = {mark.partition(":")[2] for mark in born(run.entries, world.births)}
        found += [Violation("I9 what was rejected was not made", each) for each in sorted(run.rejected & made)]
    return found


def strangers_are_untouched(world: World, runs: Sequence[Run]) -> list[Violation]:
    """I5."""
    strangers = laws.strangers_of(world.look(), world.account.theirs)
    found = []
    for run in runs:
        found += _law("I5", partial(laws.strangers_are_left_alone, run.theirs, run.entries))
    found += _law("I5", lambda: laws.strangers_are_as_before(world.strangers, strangers))
    return found + _law("I10", lambda: laws.nothing_crashed(world.account))


def few_calls(chain: Chain, runs: Sequence[Run]) -> list[Violation]:
    """I12: a generous bound, which what asks in circles breaks."""
    steps = sum(len(run.plans[-1].plan.steps) for run in runs if run.plans)
    most = _CALLS_A_RUN * len(runs) + 25 * steps
    if chain.tripwire.calls <= most:
        return []
    return [Violation("I12 requests are few", f"{chain.tripwire.calls} for {steps} steps in {len(runs)} runs")]


def no_secrets(runs: Sequence[Run], chain: Chain) -> list[Violation]:
    """I8: what the command would have printed for people and programs, and the journal."""
    found = []
    for run in runs:
        scrubber = Scrubber({Secret(TOKEN), *(each for plan in run.plans for each in plan.secrets())})
        for place, text in written(run, scrubber):
            found += _leaks(place, text)
    return found + _leaks("the journal", (chain.log or chain.world.log).content)


def written(run: Run, scrubber: Scrubber) -> Iterator[tuple[str, str]]:
    """All bytes of a run by where they go, scrubbed where the command scrubs."""
    lines = EventLines(lambda: "now")
    shown: list[str] = []
    progress = PlainProgress(shown.append)
    for event in run.events:
        _tell(event, progress, lines, shown, scrubber)
    yield "the progress", scrubber.text("".join(shown))
    for planned in run.plans[-1:]:
        yield "the plan", scrubber.text(render_plan(planned.plan, colour=False))
        yield "the plan file", dump(scrubber.value(plan_document(planned.plan, tool_version="0")))
    if run.report is not None:
        report = run.report
        yield "the outcome", scrubber.text(render_trouble(report, colour=False) + render_outcome(report, colour=False))
        yield "the outcome's lines", "\n".join(dump(scrubber.value(each)) for each in lines.report(report))
    yield "the diagnostics", scrubber.text("\n".join(map(_all_of, run.refused)))


def _tell(
    event: Event, progress: Callable[[Event], None], lines: EventLines, shown: list[str], scrubber: Scrubber
) -> None:
    progress(event)
    shown.append(dump(scrubber.value(lines.event(event))))


def _all_of(found: Diagnostic) -> str:
    return f"{found.summary} {found.hint}"


def _leaks(place: str, text: str) -> list[Violation]:
    leaked = [each for each in (CANARY, TOKEN) if each in text]
    where = text.find(leaked[0]) if leaked else 0
    return (
        [Violation("I8 no secret is written", f"{place}: ...{text[max(0, where - 60) : where + 30]}")] if leaked else []
    )


def _law(number: str, judge: Callable[[], None]) -> list[Violation]:
    try:
        judge()
    except Broken as broken:
        return [Violation(f"{number} {broken.law}", broken.detail)]
    return []


def summary(found: Collection[Violation]) -> str:
    return "\n".join(f"{each.law}: {each.detail}" for each in found)
