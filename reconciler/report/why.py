"""The reasons of a change for people: each below what it explains, with the line of the stack that says it."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model.kind import Verb
from reconciler.model.plan import Change, Step
from reconciler.model.rollout import Waves
from reconciler.report.page import Page, Style
from reconciler.report.risk import impact_words, some
from reconciler.report.rollouts import health_words, wave_words
from reconciler.review.why import Reason

_MOST = 10


def render_why(
    reason: Reason, change: Change, steps: Sequence[Step], *, colour: bool, rollouts: Sequence[Waves] = ()
) -> str:
    """The chain, then what the change does to what runs, what rests on it, when its turn is, and the calls."""
    page = Page()
    _write(page, reason, 0)
    page.blank()
    for each in impact_words(change):
        page.line(("Impact:", Style.YELLOW), f" {each}")
    if change.dependants:
        page.line(("Rests on it:", Style.BOLD), f" {some(change.dependants, _MOST)}")
    for waves in rollouts:
        if words := wave_words(waves, change.address):
            page.line(("Rollout:", Style.BOLD), f" {words}")
            page.line(("Healthy:", Style.BOLD), f" when {health_words(waves.rollout)}")
    for step in steps:
        word = "Check:" if step.verb is Verb.CHECK else "Call:"
        page.line((word, Style.BOLD), f" {step.call}", (_after(step), Style.DIM))
    return page.text(colour=colour)


def _after(step: Step) -> str:
    earlier = [each for each in step.requires if not each.startswith("join:")]
    return f", after {some(earlier)}" if earlier else ""


def _write(page: Page, reason: Reason, depth: int) -> None:
    lead = "   " * (depth - 1) + "-> " if depth else ""
    where = f"  ({reason.place})" if reason.place is not None else ""
    page.line(lead, (reason.says, Style.BOLD if not depth else Style.PLAIN), (where, Style.DIM))
    for each in reason.because:
        _write(page, each, depth + 1)
