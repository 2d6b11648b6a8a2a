"""A plan as one comment for a pull request.

What a reviewer must not miss stands outside any fold and is never cut: the counts, the risk, and each object that is
destroyed, replaced or wiped. Where that is much, it is told shorter: with reasons, as addresses only, or counted by
where the objects stand. What is left of the room goes to the findings and to the details, the dangerous ones first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from reconciler.diagnostics import Diagnostic
from reconciler.model.effect import Effect, worst
from reconciler.model.plan import Action, Change, Plan, Stranger
from reconciler.model.price import Bill
from reconciler.model.rollout import Waves
from reconciler.report.diagnostics_text import diagnostics_page
from reconciler.report.human import change_page, known_objects, late_outputs
from reconciler.report.markdown.text import LIMIT, Md, Writer, fold, joined, marker, own
from reconciler.report.money import an_hour, more, more_a_month
from reconciler.report.page import Page
from reconciler.report.risk import NAMED, risk_words
from reconciler.report.rollouts import extent_words, health_words, rollouts_page
from reconciler.report.words import pacing_words, plan_summary, plural

_BLOCK: Final = 8_000
"""Bytes of one block of details; a userdata may be longer than a comment."""
_STRANGERS: Final = 100
_RESERVE: Final = 1_000
"""Bytes for what the cuts are told with."""
_GROUPS: Final = 200


@dataclass(frozen=True, slots=True)
class HowTo:
    """How to apply a plan: the digest that approves it, and the command line, which does just this."""

    digest: str
    command: str


@dataclass(slots=True)
class _Comment:
    """Parts of a comment, and how much room they leave."""

    parts: list[Md] = field(default_factory=list)
    room: int = LIMIT - 1

    def add(self, part: Md) -> None:
        self.parts.append(part)
        self.room -= part.size


def render_markdown(plan: Plan, how_to: HowTo | None, clean: Callable[[str], str]) -> str:
    """The comment, below the limit of `markdown.text` whatever the plan. `clean` takes secrets out of a text."""
    write = Writer(clean)
    tail = _tail(write, plan, how_to)
    comment = _Comment()
    comment.room -= tail.size + _RESERVE
    comment.add(_head(write, plan))
    lost = _losses(plan)
    comment.add(_shortest_that_fits(write, lost, comment.room))
    comment.add(_findings(write, plan.diagnostics, comment.room // 2))
    _details(comment, write, plan)
    comment.add(_strangers(write, plan.strangers, comment.room + _RESERVE // 2))
    return joined([*comment.parts, tail]).text


def _head(write: Writer, plan: Plan) -> Md:
    head = marker("plan", plan.stack) + own("### Plan for stack ") + write.code(plan.stack) + own("\n\n")
    if not plan.pending:
        what = "No objects need to be destroyed." if plan.options.destroy else _SAME
        return head + own(f"**No changes.** {what}\n\n")
    lines = [own(f"**{plan_summary(plan.count())}**")]
    lines += _risk(write, plan.changes)
    if plan.bill is not None:
        lines.append(_cost(write, plan.bill))
    if plan.pacing is not None:
        lines.append(own(pacing_words(plan.pacing)))
    lines += [own("Rollout of ") + write.code(str(each.group)) + own(f": {_rolled(each)}") for each in plan.rollouts]
    if plan.options.targets:
        lines.append(own(f"Only a part of the stack: {plural(len(plan.options.targets), 'target')} given."))
    return head + joined(lines, "  \n") + own("\n\n")


_SAME: Final = "Your infrastructure matches the configuration."


def _risk(write: Writer, changes: Sequence[Change]) -> list[Md]:
    """The lines of `risk_words`, with the addresses as code."""
    counts = risk_words(changes)[:1]
    if not counts:
        return []
    top = worst(each.effect for each in changes)
    found = [each.address for each in changes if each.effect is top]
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    named = joined((write.code(str(each)) for each in found[:NAMED]), ", ")
    return [own(counts[0]), own(f"Worst: {top} ({top.means}): ") + named + own(f"{more}.")]


def _rolled(waves: Waves) -> str:
    """Numbers and our own words; the machines of each wave are in the details."""
    return f"{extent_words(waves)}. A machine is healthy when {health_words(waves.rollout)}."


def _cost(write: Writer, bill: Bill) -> Md:
    """Amounts stand in code, since two dollar signs on a line are mathematics to some readers."""
    text = own("Cost at list price: ")
    if bill.delta:
        text += write.code(more(bill.delta)) + own(" (") + write.code(more_a_month(bill.delta)) + own("), from ")
        text += write.code(an_hour(bill.before)) + own(" to ") + write.code(an_hour(bill.after)) + own(".")
    else:
        text += own("no change, ") + write.code(an_hour(bill.after)) + own(".")
    if bill.unpriced:
        text += own(f" Not counted, since no price is known: {plural(len(bill.unpriced), 'resource')}.")
    return text


# what is lost


@dataclass(frozen=True, slots=True)
class _Loss:
    """Changes that end something, under one heading."""

    title: str
    changes: tuple[Change, ...]


def _losses(plan: Plan) -> list[_Loss]:
    pending = plan.pending
    wiped = [each for each in pending if each.effect is Effect.REINSTALL and not each.action.deletes]
    found = (
        _Loss("to destroy", tuple(each for each in pending if each.action is Action.DELETE)),
        _Loss("to replace", tuple(each for each in pending if each.action.replaces)),
        _Loss("to reinstall, which wipes the disks", tuple(wiped)),
    )
    return [each for each in found if each.changes]


def _shortest_that_fits(write: Writer, lost: Sequence[_Loss], room: int) -> Md:
    """The lists, as much of them as fits; the last form always does."""
    for line in (_with_reason, _address_only):
        found = joined(_list(each, [line(write, change) for change in each.changes]) for each in lost)
        if found.size <= room:
            return found
    share = room // max(1, len(lost))
    return joined(_list(each, _grouped(write, each.changes, share)) for each in lost)


def _list(loss: _Loss, lines: Sequence[Md]) -> Md:
    return (
        own(f"**{len(loss.changes)} {loss.title}:**\n\n")
        + joined(own("- ") + each + own("\n") for each in lines)
        + own("\n")
    )


def _with_reason(write: Writer, change: Change) -> Md:
    text = write.code(str(change.address))
    if change.live is not None and change.live.label:
        text += own(" (") + write.code(change.live.label) + own(")")
    reason = change.because.removeprefix("because ")
    return text + own(", because ") + write.code(reason) if reason else text


def _address_only(write: Writer, change: Change) -> Md:
    return write.code(str(change.address))


def _grouped(write: Writer, changes: Sequence[Change], room: int) -> list[Md]:
    """How many there are in each section, the most first; what does not fit is counted together."""
    sections = Counter(
        str(each.address.at_index(None).parent or "the stack") + f" {each.address.section}" for each in changes
    )
    lines = [own("Too many to be named in one comment: the log of the job, and `reconciler show`, name each.")]
    used, told = lines[0].size, 0
    for section, count in sorted(sections.items(), key=lambda each: (-each[1], each[0])):
        parent, _, name = section.rpartition(" ")
        line = own(f"{count} ") + write.code(name) + own(" of ") + write.code(parent)
        used += line.size + 3
        if used > room - _RESERVE or len(lines) > _GROUPS:
            lines.append(own(f"{len(changes) - told} in {len(sections) - len(lines) + 1} other places"))
            break
        lines.append(line)
        told += count
    return lines


# findings


def _findings(write: Writer, found: Sequence[Diagnostic], room: int) -> Md:
    if not found:
        return own("")
    parts: list[Md] = []
    used = 0
    for each in found:
        part = write.fence(diagnostics_page([each]), most=_BLOCK // 2)
        used += part.size
        if used > room:
            break
        parts.append(part)
    rest = len(found) - len(parts)
    title = own(f"**{plural(len(found), 'finding')}:**\n\n")
    left = own(f"... and {rest} more, which the log of the job has.\n\n") if rest else own("")
    return title + joined(parts) + own("\n") + left


# details

_GROUP_TITLES: Final = (
    ((Action.DELETE,), "destroyed"),
    ((Action.DELETE_CREATE, Action.CREATE_DELETE), "replaced"),
    ((Action.UPDATE,), "updated in-place"),
    ((Action.CREATE,), "created"),
    ((Action.NOOP,), "moved"),
)


def _details(comment: _Comment, write: Writer, plan: Plan) -> None:
    """A fold for each action, with a block for each change as long as they fit."""
    names = known_objects(plan)
    left_out = 0
    for actions, word in _GROUP_TITLES:
        changes = [each for each in plan.pending if each.action in actions]
        blocks = _blocks(write, changes, names, comment.room - _RESERVE)
        left_out += len(changes) - len(blocks)
        if blocks:
            shown = "" if len(blocks) == len(changes) else f", the first {len(blocks)} of them here"
            comment.add(fold(f"{plural(len(changes), 'resource')} to be {word}{shown}", joined(blocks, "\n")))
    if left_out:
        what = f"The details of {plural(left_out, 'change')} did not fit into one comment"
        comment.add(own(f"\n{what}: the log of the job has them.\n"))
    waves = rollouts_page(plan.rollouts)
    block = fold("Waves of the rollout", write.fence(waves, most=_BLOCK)) if waves else own("")
    comment.add(block if block.size <= comment.room else own(""))
    comment.add(_late(write, plan, comment.room))


def _late(write: Writer, plan: Plan, room: int) -> Md:
    """What only an apply can tell, and what it writes at its end."""
    outputs = Page()
    late_outputs(outputs, plan)
    for path, _ in plan.files:
        outputs.line(f"File to write after the apply: {path}")
    block = fold("Outputs and files", write.fence(outputs, "diff", most=_BLOCK)) if outputs else own("")
    return block if block.size <= room else own("")


def _blocks(write: Writer, changes: Sequence[Change], names: dict[str, str], room: int) -> list[Md]:
    blocks: list[Md] = []
    for each in changes:
        page = change_page(each)
        page.explain(names)
        block = write.fence(page, "diff", most=_BLOCK)
        room -= block.size + 2
        if room < 0:
            break
        blocks.append(block)
    return blocks


def _strangers(write: Writer, strangers: Sequence[Stranger], room: int) -> Md:
    if not strangers:
        return own("")
    page = Page()
    for each in strangers[:_STRANGERS]:
        inside = f" in {each.inside}" if each.inside else ""
        owner = f", owned by stack {each.owner}" if each.owner else ""
        page.line(f"{each.kind} {each.label or each.id} [id={each.id}]{inside}{owner}")
    if len(strangers) > _STRANGERS:
        page.line(f"... and {len(strangers) - _STRANGERS} more")
    title = f"{plural(len(strangers), 'stranger')}: in the stack's projects, not managed by it, left alone"
    folded = fold(title, write.fence(page, most=_BLOCK))
    return folded if folded.size <= room else own(f"{title}.\n")


def _tail(write: Writer, plan: Plan, how_to: HowTo | None) -> Md:
    if how_to is None or plan.empty:
        return own("")
    command = Page()
    command.line(how_to.command)
    digest = own("\nApproval digest: ") + write.code(how_to.digest) + own("\n\n")
    return digest + own("To apply exactly this plan:\n\n") + write.fence(command, "sh", most=_BLOCK // 4)
