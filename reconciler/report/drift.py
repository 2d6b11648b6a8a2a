"""Drift for people: what differs, what is accepted, who else is there, and what of it is new."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from reconciler.clock import day_of
from reconciler.model.gravity import Gravity
from reconciler.model.look import Looked
from reconciler.model.plan import Change, FieldChange, Plan, Stranger
from reconciler.model.rails import Waiver
from reconciler.report.diagnostics_text import diagnostics_page
from reconciler.report.fields import scalar
from reconciler.report.human import strangers_page
from reconciler.report.money import a_month, an_hour, total
from reconciler.report.page import Page, Span, Style
from reconciler.report.scrub import SENSITIVE
from reconciler.report.words import plural
from reconciler.review.drift import accepted, drift_word, drifted, drifted_fields, drifting
from reconciler.review.news import Report, StackNews, accepted_name, change_name, stranger_name

LONGEST = 60
"""Longer values are cut in the text form; the JSON form has them whole."""
GONE_SHOWN = 20
"""Of what has gone since the last report, so many are named."""


def render_drift(looked: Looked, *, colour: bool, news: StackNews | None = None) -> str:
    """The drift as text, the summary last. With `news`, what the last report did not have is marked as new."""
    plan = looked.plan
    page = strangers_page(plan.strangers, looked.at, lambda each: _new(news, stranger_name(each)))
    found = drifting(plan)
    for word in ("missing", "unexpected", "changed"):
        these = [each for each in found if drift_word(each) == word]
        for each in these:
            _WRITE[word](page, each, _new(news, change_name(each)))
        if these and word != "changed":
            page.blank()
    _accepted(page, plan, news)
    _waivers(page, in_force(looked))
    page.blank()
    page.extend(diagnostics_page(plan.diagnostics))
    if not drifted(plan):
        what = (" The live account matches the configuration.", Style.BOLD)
        page.line(("No drift.", Style.BOLD_GREEN), what)
    else:
        page.line(("Drift:", Style.BOLD), f" {counts_words(found)}.")
    if ignored := sum(len(each.ignored) for each in accepted(plan)):
        page.line(f"{plural(ignored, 'difference')} in ignored fields (accepted, not counted as drift).")
    if plan.strangers:
        which = "not managed by this stack, not counted as drift"
        page.line(f"{plural(len(plan.strangers), 'stranger')} ({which}){_strangers_end(plan.strangers)}.")
    if news is not None:
        _news(page, news)
    return page.text(colour=colour)


def render_total(report: Report) -> str:
    """A line about all stacks of a repository, and one for each that the last report had besides."""
    seen = [each for each in report.looks if isinstance(each, Looked)]
    bad = sum(drifted(each.plan) for each in seen)
    text = f"{plural(len(report.looks), 'stack')}: {bad} drifted, {len(seen) - bad} without drift"
    if len(seen) < len(report.looks):
        text = f"{text}, {len(report.looks) - len(seen)} could not be looked at"
    strangers = strangers_of_all(report)
    page = Page()
    ending = f" {plural(len(strangers), 'stranger')}{_strangers_end(strangers)}." if strangers else ""
    page.line(f"{text}.{ending}")
    for each in report.dropped:
        page.line(f"No longer there: {each}")
    return page.text(colour=False)


def in_force(looked: Looked) -> list[Waiver]:
    """The waivers that count on the day of the look."""
    return [each for each in looked.plan.waivers if day_of(looked.at) <= each.until]


def counts_words(found: Sequence[Change]) -> str:
    """`1 changed, 2 missing, 0 unexpected`."""
    words = [drift_word(each) for each in found]
    return ", ".join(f"{words.count(word)} {word}" for word in ("changed", "missing", "unexpected"))


def strangers_of_all(report: Report) -> list[Stranger]:
    """The strangers of all stacks, each once, less those that are another one's of these stacks: several stacks may
    live in one project.
    """
    stacks = {each.stack for each in report.looks}
    plans = [each.plan for each in report.looks if isinstance(each, Looked)]
    found = {(each.kind, each.id): each for plan in plans for each in plan.strangers if each.owner not in stacks}
    return list(found.values())


def of_nobody(strangers: Iterable[Stranger]) -> list[Stranger]:
    """Those that no stack owns: what a stack owns is no waste."""
    return [each for each in strangers if not each.owner]


def unpriced(strangers: Iterable[Stranger]) -> int:
    """How many are billed and have no known price."""
    return sum(each.billed and each.hourly is None for each in strangers)


def _strangers_end(strangers: Sequence[Stranger]) -> str:
    rest = of_nobody(strangers)
    owned = len(strangers) - len(rest)
    text = f", {owned} of them other stacks'" if owned else ""
    if not any(each.billed for each in rest):
        return text
    return f"{text}; the rest costs {_cost(rest)}" if owned else f", {_cost(rest)}"


def _cost(strangers: Sequence[Stranger]) -> str:
    """What they cost together, as far as prices are known."""
    amount, unknown = total(strangers), unpriced(strangers)
    text = f"{an_hour(amount)} ({a_month(amount)}) at list price"
    return f"{text}, and {unknown} of unknown price" if unknown else text


def drift_page(change: Change) -> Page:
    """One of those that differ, as it stands in the text form."""
    page = Page()
    _WRITE[drift_word(change)](page, change, "")
    if drift_word(change) != "changed":
        page.blank()
    return page


def accepted_page(change: Change) -> Page:
    """What differs in the ignored fields of one resource."""
    page = Page()
    for field in change.ignored:
        page.line(f"      {_name(field)}: ", *_values(field, change))
    return page


def _new(news: StackNews | None, name: str) -> str:
    return " (new)" if news is not None and name in news.new else ""


def _grave(change: Change) -> str:
    """Said where it is more than a word on a label."""
    return f" [{change.gravity}]" if change.gravity in (Gravity.SECURITY, Gravity.DISRUPTIVE) else ""


def _missing(page: Page, each: Change, new: str) -> None:
    page.line(*_head(each), (" is missing", Style.RED), f" ({each.kind}){_grave(each)}{new}")


def _unexpected(page: Page, each: Change, new: str) -> None:
    known = f" ({each.kind} {each.live.id})" if each.live is not None else f" ({each.kind})"
    reason = f": {each.because}" if each.because else ""
    page.line(*_head(each), (" is unexpected", Style.YELLOW), f"{known}{_grave(each)}{new}{reason}")


def _changed(page: Page, each: Change, new: str) -> None:
    page.line(*_head(each), (" has changed", Style.YELLOW), f"{_grave(each)}{new}")
    fields = drifted_fields(each)
    if not fields and each.because:
        page.line(f"      {each.because}")
    for field in fields:
        page.line(f"      {_name(field)}: ", *_values(field, each))
    page.blank()


_WRITE = {"missing": _missing, "unexpected": _unexpected, "changed": _changed}


def _accepted(page: Page, plan: Plan, news: StackNews | None) -> None:
    found = accepted(plan)
    if not found:
        return
    page.blank()
    page.line(("Accepted (the stack ignores these fields):", Style.BOLD))
    for each in found:
        page.line(*_head(each))
        for field in each.ignored:
            page.line(f"      {_name(field)}: ", *_values(field, each), _new(news, accepted_name(each, field)))
    page.blank()


def _waivers(page: Page, waivers: Sequence[Waiver]) -> None:
    if not waivers:
        return
    page.blank()
    page.line(("Waivers in force (these rails do not count):", Style.BOLD))
    for each in waivers:
        of = f" for {', '.join(map(str, each.targets))}" if each.targets else ""
        page.line(f"  {each.rail}{of} until {each.until}: {each.reason} ({each.place})")
    page.blank()


def _news(page: Page, news: StackNews) -> None:
    page.line(f"Since the last report: {len(news.new)} new, {news.still} still there, {len(news.gone)} gone.")
    for each in news.gone[:GONE_SHOWN]:
        page.line(f"  no longer: {each}")
    if len(news.gone) > GONE_SHOWN:
        page.line(f"  ... and {len(news.gone) - GONE_SHOWN} more (--format json lists them all)")


def _head(change: Change) -> tuple[Span, Span]:
    return ("  # ", Style.BOLD), (str(change.address), Style.BOLD)


def _name(field: FieldChange) -> str:
    return ".".join(map(str, field.path))


def _values(field: FieldChange, change: Change) -> tuple[Span, ...]:
    if field.secret or str(field.path[0]) in change.secrets:
        return (SENSITIVE,)
    return ("live ", (_short(field.before), Style.RED), ", wanted ", (_short(field.after), Style.GREEN))


def _short(value: Any) -> str:
    if value is None:
        return "(none)"
    text = scalar(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
