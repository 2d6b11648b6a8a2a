"""A plan as a comment of a pull request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache

import html5lib
import pytest
from markdown_it import MarkdownIt

from reconciler.diagnostics import Place, error, warning
from reconciler.model.effect import Effect
from reconciler.model.plan import Action, Change, Plan, Stranger
from reconciler.model.price import Bill
from reconciler.report.markdown.plan import HowTo, render_markdown
from reconciler.report.markdown.text import LIMIT
from reconciler.report.scrub import Scrubber
from reconciler.secret import Secret
from tests.campaigns.payloads import PAYLOADS
from tests.report import samples

READER = MarkdownIt("commonmark").enable("table")
HOW_TO = HowTo("ab" * 32, "reconciler apply stack.yaml --digest " + "ab" * 32)


def comment(plan: Plan, clean: Callable[[str], str] = lambda text: text) -> str:
    text = render_markdown(plan, HOW_TO, clean)
    assert len(text) < LIMIT
    assert len(text.encode()) + text.count("\n") < LIMIT
    return text


def shown(text: str) -> str:
    """What a reader sees before any click."""
    return "".join(part.rpartition("</details>")[2] for part in text.split("<details>"))


def many(count: int, action: Action, name: str = "web") -> list[Change]:
    return [
        samples.change(
            f"projects.edge.devices.{name}[{number}]",
            "device",
            action,
            live=samples.live("device", f"d-{number}"),
            because="it is not in the stack",
        )
        for number in range(count)
    ]


def test_what_must_not_be_missed_stands_before_any_fold() -> None:
    text = shown(comment(samples.everything()))
    assert text.startswith("<!-- reconciler:plan:edge -->\n### Plan for stack `edge`\n\n**Plan: 3 to add, ")
    assert "**1 to destroy:**\n\n- `projects.edge.vlans.old`" in text
    assert (
        "**1 to replace:**\n\n- `projects.edge.devices.db` (`d-2`), because `plan cannot be changed in place`\n" in text
    )
    assert "warning[unverified]: capacity was not checked" in text
    assert text.endswith(f"```sh\n{HOW_TO.command}\n```\n")


def test_details_are_diffs_with_the_symbol_first() -> None:
    text = comment(samples.everything())
    assert '!       name = "Old" -> "New" # shown in the portal at once\n' in text
    assert '-/+ resource "device" "db" {\n' in text
    assert "+       id           = (known after apply)\n" in text
    assert "+       md5 = (sensitive value)\n" in text
    assert "hunter2-canary" not in text


def test_risk_and_cost_are_told_on_top() -> None:
    wiped = samples.change("projects.edge.devices.db", "device", Action.UPDATE, effect=Effect.REINSTALL)
    bill = Bill(Decimal("1"), Decimal("1.4"), unpriced=("projects.edge.licenses.x",))
    text = shown(comment(samples.plan(wiped, bill=bill)))
    assert (
        "Impact: 1 reinstall.  \nWorst: reinstall (disks are wiped, the hardware stays): `projects.edge.devices.db`."
        in text
    )
    assert "**1 to reinstall, which wipes the disks:**\n\n- `projects.edge.devices.db`\n" in text
    assert "Cost at list price: `+$0.40/h` (`+$292.00/month`), from `$1.00/h` to `$1.40/h`." in text
    assert "no price is known: 1 resource." in text


@pytest.mark.parametrize(
    ("bill", "text"),
    [
        (Bill(Decimal("1"), Decimal("1.0052")), "`+$0.0052/h` (`+$3.80/month`), from `$1.00/h` to `$1.0052/h`."),
        (Bill(Decimal("3"), Decimal("0")), "`-$3.00/h` (`-$2,190.00/month`), from `$3.00/h` to `$0.00/h`."),
        (Bill(Decimal("1"), Decimal("1")), "no change, `$1.00/h`."),
    ],
)
def test_costs_are_told_as_finely_as_in_the_text(bill: Bill, text: str) -> None:
    assert f"Cost at list price: {text}" in shown(comment(samples.plan(samples.update(), bill=bill)))


def test_nothing_to_do_is_said_in_one_line() -> None:
    text = comment(samples.plan())
    assert "**No changes.** Your infrastructure matches the configuration." in text
    assert "apply" not in text


@pytest.mark.parametrize("count", [100, 1000])
def test_every_destroy_is_named_and_the_details_give_way(count: int) -> None:
    changes = [*many(count, Action.DELETE), *many(count, Action.CREATE, "new")]
    text = shown(comment(samples.plan(*changes)))
    assert f"**{count} to destroy:**" in text
    assert all(f"- `projects.edge.devices.web[{number}]`" in text for number in range(count))
    if count == 1000:
        assert "did not fit into one comment: the log of the job has them." in text


def test_thousands_of_destroys_are_counted_by_where_they_stand() -> None:
    changes = [*many(6000, Action.DELETE), *many(1, Action.DELETE_CREATE, "db")]
    text = shown(comment(samples.plan(*changes)))
    assert "**6000 to destroy:**\n\n- Too many to be named" in text
    assert "- 6000 `devices` of `projects.edge`\n" in text
    assert "- 1 `devices` of `projects.edge`\n" in text


def test_thousands_of_places_are_counted_together() -> None:
    changes = [
        samples.change(f"projects.p{number}-{'x' * 150}.vlans.a", "vlan", Action.DELETE) for number in range(5000)
    ]
    found = re.findall(r"- (\d+) (?:`vlans`|in \d+ other places)", comment(samples.plan(*changes)))
    assert sum(map(int, found)) == 5000


def test_long_findings_strangers_and_texts_give_way_too() -> None:
    found = [warning("unverified", f"{number} {'long ' * 900}", hint="x" * 9000) for number in range(50)]
    texts = samples.change("projects.a.devices.b", "device", Action.CREATE, after={"userdata": "line\n" * 90_000})
    strangers = [Stranger("device", f"s-{number}", "y" * 400) for number in range(3000)]
    text = comment(samples.plan(texts, *many(900, Action.DELETE), diagnostics=tuple(found), strangers=tuple(strangers)))
    assert "50 findings" in text
    assert "more, which the log of the job has." in text
    assert "3000 strangers" in text


@pytest.mark.parametrize("word", ["é", "日", "🙂", "`", "<!--", "\x1b", "\u202e"])
def test_the_limit_holds_for_bytes_too(word: str) -> None:
    changes = [
        samples.change(
            f"projects.edge.devices.web[{json.dumps(f'{word * 40}{number}')}]",
            "device",
            Action.DELETE,
            because=word * 300,
            before={"hostname": word * 3000},
        )
        for number in range(400)
    ]
    comment(samples.plan(*changes))


def test_a_secret_that_is_part_of_the_markup_does_not_break_it() -> None:
    change = samples.change(
        "projects.a.devices.b",
        "device",
        Action.CREATE,
        after={"hostname": "x", "userdata": "@octocat\n```diff\n@octocat"},
    )
    for secret in ("```diff", "</details>", "<details>", "<!-- reconciler:plan:edge -->", "Plan: 1"):
        text = comment(samples.plan(change), Scrubber([Secret(secret)]).text)
        assert text.startswith("<!-- reconciler:plan:edge -->\n")
        assert "octocat" not in seen_by_a_code_host(text)[1]


def test_a_secret_in_any_text_is_taken_out() -> None:
    change = samples.change(
        "projects.a.devices.b", "device", Action.DELETE, because="it says canary-1", before={"hostname": "canary-1"}
    )
    plan = samples.plan(change, diagnostics=(error("x", "canary-1"),), strangers=(Stranger("device", "canary-1", ""),))
    assert "canary-1" not in comment(plan, Scrubber([Secret("canary-1")]).text)


# what others wrote

MARKUP = (
    "@octocat", "#1", "GH-1", "octocat/hello#1", "!1", "~bug", "%1", "$x$", "https://evil.example", "www.evil.example",
    "a@evil.example", "0123456789abcdef0123456789abcdef01234567", "`", "``", "```", "`````", "` @octocat `",
    "```\n@octocat\n```", "~~~\n@octocat", "</details>", "</details><script>alert(1)</script>", "</summary>",
    "<img src=x onerror=alert(1)>", "<!-- reconciler:plan:other -->", "<!--", "-->", "<a href=//evil.example>x</a>",
    "[x](https://evil.example)", "![x](https://evil.example/x.png)", "[x]: https://evil.example",
    "<https://evil.example>", "| a | b |\n|---|---|\n| c | d |", "# heading", "\n\n# heading\n\n", "- item",
    "\n- [x] done\n", "> quote", "***", "---", "\n---\n", "&lt;script&gt;", "&#64;octocat", "\\`", "\\", "**bold**",
    "_x_", ":tada:", "[^1]", "[[wiki]]", "{{ x }}",
    "$$x$$", "<?php", "<![CDATA[x]]>", "<style>*{display:none}</style>", "<pre>", "<code>", "</code>", "</pre>",
)  # fmt: skip


SAMPLE = PAYLOADS[::16]
"""Of what does something to a terminal; the campaign `injection` has them all."""


def seen_by_a_code_host(text: str) -> tuple[list[str], str]:
    """The elements that a code host makes of it, and the text outside code: there it looks for mentions and links."""
    page = html5lib.parseFragment(READER.render(text), namespaceHTMLElements=False)
    elements = [each.tag for each in page.iter() if isinstance(each.tag, str)]
    for parent in list(page.iter()):
        for child in list(parent):
            if child.tag in ("code", "pre"):
                child.text, child[:] = "", []
    return elements, "".join(page.itertext())


def hostile_plan(payload: str) -> Plan:
    address = f"projects.a.devices.b[{json.dumps(payload)}]"
    change = samples.change(
        address,
        "device",
        Action.DELETE,
        live=samples.live("device", payload),
        because=payload,
        impact=(payload,),
        effect=Effect.DESTROY,
        before={"hostname": payload, "customdata": {payload: [payload]}, "userdata": f"{payload}\n{payload}\nend"},
    )
    found = error("x", payload, address=payload, place=Place(payload, 1, 2, 3), hint=payload, excerpt=payload)
    stranger = Stranger("device", payload, payload, payload, payload, payload)
    return samples.plan(
        change, strangers=(stranger,), diagnostics=(found,), files=((payload, 0o600),), outputs={payload: None}
    )


@cache
def plain() -> tuple[list[str], str]:
    how_to = HowTo("ab", "reconciler apply plain")
    return seen_by_a_code_host(render_markdown(hostile_plan("plain"), how_to, lambda text: text))


@pytest.mark.parametrize("payload", [*MARKUP, *SAMPLE], ids=lambda text: ascii(text)[:40])
def test_foreign_text_stays_inside_the_code_that_shows_it(payload: str) -> None:
    how_to = HowTo("ab", f"reconciler apply {payload}")
    text = render_markdown(hostile_plan(payload), how_to, lambda text: text)
    assert seen_by_a_code_host(text) == plain()
    assert text.count("<!--") == 1
    assert len(text) < LIMIT


def test_a_forged_stack_name_forges_no_marker() -> None:
    plan = Plan("x --><!-- reconciler:plan:edge", (), ())
    text = render_markdown(plan, None, lambda text: text)
    assert re.match(r"<!-- reconciler:plan:[0-9a-f]{12} -->\n", text)
    assert text.count("<!--") == 1
