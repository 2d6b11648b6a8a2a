"""What was done to stacks and by whom, as text and as JSON: a table of runs, the deeds on one address, one run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from reconciler.model.audit import CommitFrom, Deed, Head, Origin, Request, Run, State
from reconciler.model.event import Result
from reconciler.model.kind import Verb
from reconciler.model.lifetime import moment_text
from reconciler.report.page import Page, Span, Style, safe
from reconciler.report.words import duration

WIDEST = 32
"""Longer names are cut in the table; the other forms have them whole."""
_SHORT = 8
_COMMIT = 12
_STYLES = {
    State.COMPLETE: Style.GREEN,
    State.INCOMPLETE: Style.BOLD_RED,
    State.FAILED: Style.BOLD_RED,
    State.INTERRUPTED: Style.YELLOW,
    State.CUT_OFF: Style.BOLD_RED,
    State.UNKNOWN: Style.YELLOW,
    State.UNDER_WAY: Style.CYAN,
}
_SYMBOLS = {
    Verb.CREATE.value: ("+", Style.GREEN),
    Verb.UPDATE.value: ("~", Style.YELLOW),
    Verb.DELETE.value: ("-", Style.RED),
}


def render_runs(runs: Sequence[Run], limit: int, *, colour: bool) -> str:
    """A table of the first `limit` runs, all of them if that is 0."""
    page = Page()
    columns = [each for each in _COLUMNS if each.always or len({each.text(run) for run in runs}) > 1]
    shown = runs[:limit] if limit else runs
    cells = [[_cut(each.text(run)) for each in columns] for run in shown]
    widths = [max(len(each.title), *(len(row[number]) for row in cells)) for number, each in enumerate(columns)]
    page.line((_row([each.title for each in columns], widths), Style.BOLD))
    for run, row in zip(shown, cells, strict=True):
        line = _row(row, widths)
        page.line(line.removesuffix(row[-1]), (row[-1], _STYLES[run.state]))
    _left_out(page, len(shown), len(runs))
    return page.text(colour=colour)


def render_deeds(runs: Sequence[Run], limit: int, *, colour: bool) -> str:
    """All that the first `limit` runs (0: all) did to what was asked for, the newest first, with who did it and what
    each call was answered.
    """
    page = Page()
    shown = runs[:limit] if limit else runs
    for run in shown:
        for deed in reversed(run.deeds):
            page.blank()
            at = deed.begun if deed.begun is not None else deed.ended
            page.line(f"{_moment(at)}  ", *_deed(deed))
            page.line(f"    {_by(run.head)}")
            for each in deed.requests:
                page.line(f"    {_request(each)}")
    _left_out(page, len(shown), len(runs))
    return page.text(colour=colour)


def render_run(run: Run, *, colour: bool) -> str:
    """One run in full."""
    page, head = Page(), run.head
    ended = f" with exit code {run.exit_code}" if run.exit_code is not None else ""
    page.line((f"Run {head.run}: {head.command} of stack {head.stack}", Style.BOLD))
    page.blank()
    for title, *spans in _facts(run, ended):
        page.line(f"  {title:<10}", *spans)
    page.blank()
    for deed in run.deeds:
        page.line("  ", *_deed(deed), (_took(deed), Style.DIM))
        for each in deed.requests:
            page.line((f"      {_moment(each.at)}  {_request(each)}", Style.DIM))
    if not run.deeds:
        page.line("  No step was begun.")
    return page.text(colour=colour)


def history_document(runs: Sequence[Run], total: int, *, steps: bool, tool_version: str) -> dict[str, Any]:
    """The same as JSON; with the steps that were asked for, if any were. Times are in UTC."""
    return {
        "format_version": "1.0",
        "tool_version": tool_version,
        "total": total,
        "runs": [_run_json(each, steps=steps) for each in runs],
    }


# the table


class _Column:
    """A column of the table; one that is not `always` there is left out when it says the same of all runs."""

    def __init__(self, title: str, text: Callable[[Run], str], *, always: bool = True) -> None:
        self.title = title
        self.text = text
        self.always = always


def _counts(run: Run) -> str:
    return f"+{run.done.added} ~{run.done.changed} -{run.done.destroyed}"


def _state(run: Run) -> str:
    parts = [f"{run.failed} failed"] if run.failed else []
    parts += [f"{run.left} not done"] if run.left else []
    return f"{run.state} ({', '.join(parts)})" if parts else str(run.state)


def _api(run: Run) -> str:
    return "emulator" if run.head.emulated else run.head.api.removeprefix("https://")


_COLUMNS = (
    _Column("BEGUN (UTC)", lambda run: _moment(run.begun)),
    _Column("RUN", lambda run: run.head.run),
    _Column("STACK", lambda run: run.head.stack, always=False),
    _Column("API", _api, always=False),
    _Column("COMMAND", lambda run: run.head.command),
    _Column("WHO", lambda run: run.head.origin.actor),
    _Column("COMMIT", lambda run: _commit(run.head.origin)),
    _Column("DIGEST", lambda run: run.head.digest[:_SHORT]),
    _Column("DONE", _counts),
    _Column("STATE", _state),
)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=False)).rstrip()


def _cut(text: str) -> str:
    shown = safe(text)
    return shown if len(shown) <= WIDEST else f"{shown[: WIDEST - 3]}..."


def _left_out(page: Page, shown: int, total: int) -> None:
    if shown < total:
        page.blank()
        page.line(f"The newest {shown} of {total} runs; --limit 0 shows all.")


# one run, one deed


def _facts(run: Run, ended: str) -> Iterator[tuple[str, *tuple[Span, ...]]]:
    head, origin = run.head, run.head.origin
    yield ("state", (_state(run), _STYLES[run.state]), ended)
    took = f", took {duration(run.ended - run.begun)}" if run.ended is not None else ""
    yield "begun", f"{_moment(run.begun)}{took}"
    yield "who", origin.actor if origin.actor == origin.login else f"{origin.actor} (login {origin.login})"
    yield "where", f"{origin.host}, process {head.pid}"
    if origin.ci:
        yield "pipeline", " ".join(filter(None, (origin.ci, origin.ci_run, origin.ci_url)))
    yield "commit", _commit_words(origin)
    yield "API", f"the embedded emulator, {head.api}" if head.emulated else head.api
    yield "tool", f"reconciler {head.tool}"
    planned = head.planned
    yield "plan", f"{planned.added} to add, {planned.changed} to change, {planned.destroyed} to destroy"
    yield "digest", head.digest
    yield "approved", f"by {head.approved}{', and bound to the digest' if head.bound else ''}"
    yield "done", f"{run.done.added} added, {run.done.changed} changed, {run.done.destroyed} destroyed"
    if head.targets:
        yield "targets", ", ".join(head.targets)
    if head.replace:
        yield "replace", ", ".join(head.replace)
    said = [f"--allow-deletes {head.allow_deletes}"] if head.allow_deletes is not None else []
    said += ["--accept-vanished"] if head.accept_vanished else []
    if said:
        yield "said", " ".join(said)
    for each in head.waivers:
        over = f" for {', '.join(each.targets)}" if each.targets else ""
        yield "waiver", f"{each.rail}{over}, until {each.until}: {each.reason}"


def _commit_words(origin: Origin) -> str:
    if not origin.commit:
        return "not known"
    if origin.commit_from is CommitFrom.CI:
        return f"{origin.commit}, as {origin.ci} says"
    other = f"; {origin.ci} says {origin.ci_commit}" if origin.ci_commit not in ("", origin.commit) else ""
    return f"{origin.commit}, checked out where the stack is{other}"


def _deed(deed: Deed) -> tuple[Span, ...]:
    symbol, style = _SYMBOLS.get(deed.verb, (" ", Style.PLAIN))
    done = deed.result == Result.DONE
    result = (deed.result or "no end", Style.GREEN if done else Style.BOLD_RED)
    code = f" [{deed.code}]" if deed.code else ""
    known = f"  {deed.kind} {deed.id}".rstrip() if deed.id else f"  {deed.kind}"
    return ((symbol, style), f" {deed.verb:<7} ", (deed.address, Style.BOLD), "  ", result, f"{code}{known}")


def _took(deed: Deed) -> str:
    if deed.begun is None or deed.ended is None:
        return "  with its parent" if deed.implied else ""
    return f"  {duration(deed.ended - deed.begun)}"


def _by(head: Head) -> str:
    commit = _commit(head.origin)
    return f"by {head.origin.actor}, {f'commit {commit}' if commit else 'commit not known'}, {head.command} {head.run}"


def _request(request: Request) -> str:
    status = f"{request.status} " if request.status else ""
    ending = "" if request.ending == "done" else f"{request.ending} "
    known = f"request {request.request_id}" if request.request_id else "no request id"
    return f"{request.method} {request.route}: {status}{ending}{known}"


def _commit(origin: Origin) -> str:
    return origin.commit[:_COMMIT]


def _moment(at: float | None) -> str:
    return moment_text(datetime.fromtimestamp(at, UTC)) if at is not None else ""


# JSON


def _run_json(run: Run, *, steps: bool) -> dict[str, Any]:
    head, origin = run.head, run.head.origin
    document = {
        "run": head.run,
        "command": head.command,
        "stack": head.stack,
        "api": head.api,
        "emulated": head.emulated,
        "tool": head.tool,
        "state": str(run.state),
        "exit_code": run.exit_code,
        "begun": _moment(run.begun),
        "ended": _moment(run.ended) or None,
        "who": {"actor": origin.actor, "login": origin.login, "host": origin.host, "pid": head.pid},
        "pipeline": {"system": origin.ci, "run": origin.ci_run, "url": origin.ci_url} if origin.ci else None,
        "commit": {
            "id": origin.commit or None,
            "from": str(origin.commit_from) if origin.commit_from is not None else None,
            "of_pipeline": origin.ci_commit or None,
        },
        "digest": head.digest,
        "planned": {"add": head.planned.added, "change": head.planned.changed, "destroy": head.planned.destroyed},
        "done": {"add": run.done.added, "change": run.done.changed, "destroy": run.done.destroyed},
        "failed": run.failed,
        "not_done": run.left,
        "approved": {"by": head.approved, "bound_to_digest": head.bound},
        "options": {
            "targets": list(head.targets),
            "replace": list(head.replace),
            "allow_deletes": head.allow_deletes,
            "accept_vanished": head.accept_vanished,
        },
        "waivers": [
            {"rail": each.rail, "reason": each.reason, "until": each.until, "targets": list(each.targets)}
            for each in head.waivers
        ],
    }
    return {**document, "steps": [_deed_json(each) for each in run.deeds]} if steps else document


def _deed_json(deed: Deed) -> dict[str, Any]:
    return {
        "address": deed.address,
        "type": deed.kind,
        "verb": deed.verb,
        "result": deed.result or None,
        "id": deed.id or None,
        "code": deed.code or None,
        "implied": deed.implied,
        "begun": _moment(deed.begun) or None,
        "ended": _moment(deed.ended) or None,
        "requests": [
            {
                "at": _moment(each.at),
                "method": each.method,
                "route": each.route,
                "ending": each.ending,
                "status": each.status or None,
                "request_id": each.request_id or None,
            }
            for each in deed.requests
        ],
    }
