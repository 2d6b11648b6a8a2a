"""Drift as a short message for a chat: the counts, the gravest findings, what strangers cost, what is new and gone.

Foreign text stands in code spans, as in a comment of a pull request. Chats know less of Markdown than code hosts, and
each something else: what ends code or escapes its end, and what they act upon even there (mentions, links, their own
brackets), is written with characters that look alike. A message is so short that no service cuts it, in a span maybe.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.model.gravity import Gravity
from reconciler.model.lifetime import moment
from reconciler.model.look import Look, Looked, NotLooked
from reconciler.model.message import Message, Tone
from reconciler.model.plan import Change, Stranger
from reconciler.report.drift import counts_words, of_nobody, unpriced
from reconciler.report.markdown.text import Md, Writer, joined, own
from reconciler.report.money import a_month, an_hour, total
from reconciler.report.words import age_words, plural
from reconciler.review.drift import drift_word, drifted, drifting, gravity_of
from reconciler.review.news import Report, StackNews, change_name, stranger_name
from reconciler.values import STACK_NAME

LONGEST: Final = 1_800
"""Bytes of a message at most: one service takes 2,000 with the title, and nobody reads more."""
_NAMED: Final = 5
"""Of the findings of a stack, and of its warnings, so many are named, the gravest first."""
_ENDING: Final = 150
"""Bytes of it that are left for what stands below the stacks."""
_ALIKE: Final = str.maketrans({"<": "‹", ">": "›", "@": "＠", "`": "ˋ", "\\": "＼"})
_LINK: Final = re.compile(r":(?=//)|(?<=\bwww)\.|(?<=\])(?=[(\[:])", re.IGNORECASE)
_BROKEN: Final = MappingProxyType({":": "：", ".": "․", "": " "})


def worth_telling(report: Report) -> bool:
    """Whether somebody is to be told: of drift, of strangers, of what could not be looked at or is to be known; beside
    a last report also of what has gone since.
    """
    return bool(report.dropped) or any(
        _to_tell(look) or (news is not None and news.any) for look, news in zip(report.looks, report.news, strict=True)
    )


def drift_message(report: Report, clean: Callable[[str], str]) -> Message:
    """The message. `clean` takes secrets out of a text. Of stacks that are as they were in the last report there is
    only the number.
    """
    write = Writer(lambda text: _harmless(clean(text)))
    told = [
        (look, news)
        for look, news in zip(report.looks, report.news, strict=True)
        if (_to_tell(look) if news is None else news.any)
    ]
    room = LONGEST - _ENDING
    parts: list[Md] = []
    for number, (look, news) in enumerate(told):
        part = _stack(write, look, news)
        if joined(part).size > room and parts:
            parts.append(own(f"\n... and {plural(len(told) - number, 'stack')} more\n"))
            break
        parts += _fitting(part, room)
        room -= joined(part).size
    if others := len(report.looks) - len(told):
        parts.append(own(f"\n{plural(others, 'other stack')}: nothing to tell\n"))
    if report.dropped:
        parts.append(own(f"\nNo longer there: {plural(len(report.dropped), 'stack')}\n"))
    return Message(_title(report, write), joined(parts).text.strip(), _tone([look for look, _ in told]))


def _harmless(text: str) -> str:
    return _LINK.sub(lambda found: _BROKEN[found[0]], text.translate(_ALIKE))


def _fitting(lines: Sequence[Md], room: int) -> list[Md]:
    """The first lines, as many as fit, and how many are left out."""
    for number in range(len(lines), 0, -1):
        if joined(lines[:number]).size <= room:
            left = len(lines) - number
            return [*lines[:number], *([own(f"- ... and {plural(left, 'line')} more\n")] if left else [])]
    return []


def _to_tell(look: Look) -> bool:
    if isinstance(look, NotLooked):
        return True
    return drifted(look.plan) or bool(look.plan.strangers) or bool(_warnings(look))


def _warnings(look: Looked) -> list[Diagnostic]:
    return [each for each in look.plan.diagnostics if each.severity is not Severity.NOTE]


def _title(report: Report, write: Writer) -> str:
    """It is no place for foreign text: chats read it as Markdown. The name of a stack is harmless, where it is one."""
    name = write.clean(report.looks[0].stack)
    if len(report.looks) == 1 and STACK_NAME.fullmatch(name):
        return f"Drift: {name}"
    bad = sum(isinstance(each, Looked) and drifted(each.plan) for each in report.looks)
    unseen = sum(isinstance(each, NotLooked) for each in report.looks)
    text = f"Drift: {bad} of {plural(len(report.looks), 'stack')}"
    return f"{text}, {unseen} could not be looked at" if unseen else text


def _tone(looks: Sequence[Look]) -> Tone:
    plans = [each.plan for each in looks if isinstance(each, Looked)]
    grave = any(gravity_of(each) is Gravity.SECURITY for plan in plans for each in drifting(plan))
    if grave or len(plans) < len(looks):
        return Tone.BAD
    if any(drifted(each) for each in plans):
        return Tone.WARNING
    return Tone.INFO if any(_to_tell(each) for each in looks) else Tone.GOOD


def _stack(write: Writer, look: Look, news: StackNews | None) -> list[Md]:
    """Its lines."""
    head = own("\n**") + write.code(look.stack) + own("**: ")
    if isinstance(look, NotLooked):
        return [head + own("could not be looked at\n\n"), *_why(write, look)]
    found = sorted(drifting(look.plan), key=lambda each: list(Gravity).index(gravity_of(each)))
    lines = [_finding(write, each, news) for each in found[:_NAMED]]
    if len(found) > _NAMED:
        lines.append(own(f"- ... and {len(found) - _NAMED} more\n"))
    lines += [own("- ") + write.code(each.summary) + own("\n") for each in _warnings(look)[:_NAMED]]
    if look.plan.strangers:
        lines.append(_strangers(write, look.plan.strangers, look.at, news))
    if news is not None and news.gone:
        lines.append(own(f"- {len(news.gone)} gone since the last report\n"))
    return [head + own(f"{counts_words(found) if found else 'no drift'}\n\n"), *lines]


def _why(write: Writer, look: NotLooked) -> list[Md]:
    return [own("- ") + write.code(f"{each.code}: {each.summary}") + own("\n") for each in look.findings[:_NAMED]]


def _finding(write: Writer, change: Change, news: StackNews | None) -> Md:
    word = drift_word(change)
    new = " (new)" if news is not None and change_name(change) in news.new else ""
    what = "has changed" if word == "changed" else f"is {word}"
    return own("- ") + write.code(str(change.address)) + own(f" {what}, {gravity_of(change)}{new}\n")


def _strangers(write: Writer, strangers: Sequence[Stranger], at: datetime, news: StackNews | None) -> Md:
    """How many, what those cost together that no stack owns, and the dearest of these: its name, age and maker."""
    new = sum(stranger_name(each) in news.new for each in strangers) if news is not None else 0
    text = own(f"- {plural(len(strangers), 'stranger')}{f' ({new} new)' if new else ''}")
    rest = of_nobody(strangers)
    if len(rest) < len(strangers):
        text += own(f", {len(strangers) - len(rest)} of them other stacks'")
    if any(each.billed for each in rest):
        amount, unknown = total(rest), unpriced(rest)
        text += own("; the rest costs " if len(rest) < len(strangers) else ", ")
        text += write.code(f"{an_hour(amount)} ({a_month(amount)})") + own(" at list price")
        text += own(f" and {unknown} of unknown price" if unknown else "")
    if not rest:
        return text + own("\n")
    dearest = max(rest, key=lambda each: (each.hourly or Decimal(0), each.billed))
    text += own(": " if len(rest) == 1 else "; the dearest is ") + write.code(
        f"{dearest.kind} {dearest.label or dearest.id}"
    )
    born = moment(dearest.created_at)
    text += own(f", {age_words(at - born)} old") if born is not None else own("")
    text += own(", made by ") + write.code(dearest.made_by) if dearest.made_by else own("")
    return text + own("\n")
