"""A plan as an HTML page, judged by a parser that reads as browsers do."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest

from reconciler.diagnostics import Place, error
from reconciler.model.effect import Effect
from reconciler.model.plan import Action, FieldChange, Options, Plan, Stranger
from reconciler.model.price import Bill, Cost
from reconciler.report.html.drawing import ALONE, DRAWN
from reconciler.report.html.page import PINNED, render_page
from reconciler.report.scrub import SENSITIVE, Scrubber
from reconciler.secret import Secret
from reconciler.values import Unknown, parse_address
from tests.campaigns.payloads import PAYLOADS
from tests.report import samples
from tests.report.html_plans import demo


def parsed(page: str) -> Element:
    """The tree that a browser makes of a page, which must have no mistake in it."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree: Element = parser.parse(page)
    return tree


def words(element: Element) -> str:
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def found(tree: Element, selector: str) -> list[Element]:
    """By `tag`, `tag.class`, `.class` or `#id`."""
    name, kind, value = re.fullmatch(r"(\w*)([.#]?)([\w-]*)", selector).groups()  # type: ignore[union-attr]
    attribute = {".": "class", "#": "id", "": ""}[kind]
    return [
        each
        for each in tree.iter()
        if isinstance(each.tag, str)
        and name in ("", each.tag.rpartition("}")[2])
        and (not attribute or value in each.get(attribute, "").split())
    ]


def only(tree: Element, selector: str) -> Element:
    (one,) = found(tree, selector)
    return one


def row(tree: Element, address: str) -> Element:
    (one,) = [each for each in found(tree, "details.change") if each.get("id") == address]
    return one


def fields(of: Element) -> list[tuple[str, ...]]:
    """The cells of a row's table, the unchanged fields after the others."""
    return [tuple(words(cell) for cell in each) for each in found(of, "tr")]


def facts(of: Element) -> dict[str, str]:
    return {words(each[0]): words(each[1]) for each in found(of, "div") if len(each) == 2 and each[0].tag == "dt"}


@cache
def page() -> str:
    return render_page(samples.everything(), approval="a1" * 32)


@cache
def tree() -> Element:
    return parsed(page())


class TestTheHeader:
    def test_it_says_the_plan_in_terraforms_words(self) -> None:
        assert words(only(tree(), "h1")) == "reconciler plan edge"
        assert words(only(tree(), ".counts")) == "Plan: 3 to add, 1 to change, 2 to destroy."
        assert words(found(tree(), "title")[0]) == "edge: Plan: 3 to add, 1 to change, 2 to destroy."

    def test_it_has_the_digest_that_approves_it(self) -> None:
        assert facts(only(tree(), "header"))["Approval digest"] == "a1" * 32

    def test_it_says_what_was_planned_only(self) -> None:
        assert facts(only(tree(), "header"))["Only"] == "projects.edge"

    def test_it_says_what_the_worst_is(self) -> None:
        change = replace(samples.replacement(), effect=Effect.REPLACE)
        told = [words(each) for each in found(parsed(render_page(samples.plan(change))), ".risk")]
        assert told[0] == "Impact: 1 replace."
        assert told[1].endswith("projects.edge.devices.db.")

    def test_costs_are_by_the_month_at_list_price(self) -> None:
        bill = Bill(Decimal("1.4"), Decimal("2.8"), Decimal("0.1"), ("projects.edge.volumes.v",))
        change = replace(samples.create(), cost=Cost(Decimal(0), Decimal("0.4"), ("a bid",)))
        made = parsed(render_page(samples.plan(change, bill=bill)))
        told = facts(only(made, "header"))
        assert told["Cost at list price"] == (
            "$1,022.00 → $2,044.00 a month (+$1,022.00), 1 object without a known price"
        )
        assert told["Strangers cost"] == "$73.00 a month"
        assert words(only(row(made, samples.DEVICE), ".cost")) == "+$292.00"
        assert facts(row(made, samples.DEVICE))["Cost"] == "$0.00 → $292.00 a month, a bid"

    def test_without_prices_nothing_is_said_of_costs(self) -> None:
        assert not [each for each in facts(tree()) if "Cost" in each]

    @pytest.mark.parametrize(
        ("options", "says"),
        [
            (Options(), "No changes. Your infrastructure matches the configuration."),
            (Options(destroy=True), "No changes. No objects need to be destroyed."),
        ],
    )
    def test_of_nothing_to_do_it_says_so_and_has_no_list(self, options: Options, says: str) -> None:
        made = parsed(render_page(samples.plan(options=options), approval="a1"))
        assert words(only(made, ".counts")) == says
        assert not found(made, "#list") + found(made, "svg") + found(made, "#filter")


class TestTheList:
    def test_replacements_and_destroys_come_last_and_are_pinned_on_top(self) -> None:
        rows = [(each.get("data-action"), each.get("id")) for each in found(tree(), "details.change")]
        assert [action for action, _ in rows] == ["update", "create", "create", "replace", "destroy"]
        strip = only(tree(), "#strip")
        assert words(strip) == "1 to destroy vlans.old1 to replace devices.db"
        assert [each.get("href") for each in found(strip, "a")] == [
            "#projects.edge.vlans.old",
            "#projects.edge.devices.db",
        ]

    def test_nothing_is_hidden_at_first(self) -> None:
        assert all(each.get("hidden") is None for each in found(tree(), "details.change"))
        assert {each.get("aria-pressed") for each in found(tree(), "button") if each.get("data-facet")} == {"true"}

    def test_of_many_the_strip_names_some_and_counts_all(self) -> None:
        gone = [samples.change(f"projects.a.vlans.v{each}", "vlan", Action.DELETE) for each in range(PINNED + 2)]
        strip = only(parsed(render_page(samples.plan(*gone))), "#strip")
        assert words(strip).startswith(f"{PINNED + 2} to destroy vlans.v0, ")
        assert words(strip).endswith(" and 2 more")

    def test_a_replacement_has_its_fields_side_by_side(self) -> None:
        database = row(tree(), "projects.edge.devices.db")
        assert fields(database) == [
            ("Field", "Before", "After"),
            ("planforces replacement", '"t1.small.x86"', '"c2.medium.x86"'),
            ("facility", '"ewr1"'),
            ("hostname", '"db"'),
        ]
        told = facts(database)
        assert told["Why"] == "plan cannot be changed in place"
        assert told["Impact"] == "the disks are wiped and the addresses change"
        assert told["Source"] == "stack.yaml:7"
        assert told["Id"] == "d-2"
        assert [words(each) for each in found(only(database, ".steps"), "li")] == [
            "deletePOST /devices",
            "createPOST /devicesafter projects.edge.devices.db:delete",
        ]

    def test_what_an_apply_will_tell_and_what_is_secret_are_said_to_be(self) -> None:
        created = {each[0]: each[1] for each in fields(row(tree(), samples.DEVICE))}
        assert created["ip_addresses"] == "(known after apply)"
        secret = {each[0]: each[1] for each in fields(row(tree(), "projects.edge.bgp_config"))}
        assert secret == {"Field": "After", "asn": "65000", "md5": SENSITIVE}
        assert "hunter2-canary" not in page()

    def test_a_secret_that_changes_is_secret_on_both_sides(self) -> None:
        field = FieldChange(("md5",), "old-canary", "new-canary", secret=True)
        change = samples.change("projects.a.bgp_config", "bgp_config", Action.UPDATE, fields=(field,))
        made = render_page(samples.plan(change))
        assert ("md5", SENSITIVE, SENSITIVE) in fields(row(parsed(made), "projects.a.bgp_config"))
        assert "canary" not in made

    def test_what_rests_on_it_leads_to_its_row(self) -> None:
        resting = parse_address("projects.edge.vlans.old"), parse_address("projects.edge.vlans.else")
        change = replace(samples.replacement(), effect=Effect.REPLACE, dependants=resting)
        database = row(parsed(render_page(samples.plan(change, samples.delete()))), "projects.edge.devices.db")
        assert facts(database)["Rests on it"] == "projects.edge.vlans.old, projects.edge.vlans.else"
        assert [each.get("href") for each in found(database, "a")] == ["#projects.edge.vlans.old"]

    def test_an_id_among_the_values_is_named(self) -> None:
        change = replace(samples.update(), fields=(FieldChange(("owner",), "d-2", "x"),))
        made = parsed(render_page(samples.plan(change, samples.replacement())))
        assert ("owner", '"d-2"projects.edge.devices.db', '"x"') in fields(row(made, "projects.edge"))

    def test_of_a_long_text_only_what_differs_is_shown_line_by_line(self) -> None:
        before = "".join(f"line {each}\n" for each in range(30))
        field = FieldChange(("userdata",), before, before.replace("line 20\n", "line twenty\nand more\n"))
        made = parsed(render_page(samples.plan(replace(samples.update(), fields=(field,)))))
        left, right = found(row(made, "projects.edge"), "pre")
        shown = ["… 17 unchanged lines", "line 17", "line 18", "line 19"]
        rest = ["line 21", "line 22", "line 23", "… 6 unchanged lines"]
        assert [words(each) for each in left] == [*shown, "line 20", "", *rest]
        assert [words(each) for each in right] == [*shown, "line twenty", "and more", *rest]
        assert [words(each) for each in found(left, "del")] == ["line 20"]
        assert [words(each) for each in found(right, "ins")] == ["line twenty", "and more"]

    def test_an_unknown_part_of_a_value_is_unknown_in_its_place(self) -> None:
        after = {"addresses": [Unknown(), "10.0.0.1"], "text": "x" * 80}
        change = samples.change("projects.a.devices.b", "device", Action.CREATE, after={"customdata": after})
        (shown,) = found(parsed(render_page(samples.plan(change))), "pre")
        assert words(shown).startswith('{ "addresses": [(known after apply), "10.0.0.1"] "text": "xxx')

    def test_a_moved_object_says_from_where(self) -> None:
        change = samples.change("projects.a.vlans.b", "vlan", Action.NOOP, moved_from="projects.a.vlans.old")
        moved = row(parsed(render_page(samples.plan(change))), "projects.a.vlans.b")
        assert facts(moved)["Moved from"] == "projects.a.vlans.old"

    def test_a_row_is_found_by_its_address_whatever_that_holds(self) -> None:
        change = samples.change('projects.a.vlans.b["x y"]', "vlan", Action.DELETE)
        made = parsed(render_page(samples.plan(change)))
        assert only(made, "details.change").get("id") == 'projects.a.vlans.b["x%20y"]'
        assert found(only(made, "#strip"), "a")[0].get("href") == '#projects.a.vlans.b["x%20y"]'


class TestTheRest:
    def test_strangers_outputs_files_and_warnings_are_told(self) -> None:
        made = parsed(render_page(replace(samples.everything(), files=(("keys/ops", 0o600),))))
        assert "left-over" in words(only(made, "#strangers"))
        assert facts(only(made, "#outputs")) == {"address": "(known after apply)"}
        assert words(only(made, "#files")).endswith("keys/ops")
        assert "capacity was not checked" in words(only(made, "#warnings"))


class TestTheDrawing:
    def test_each_step_leads_to_its_change_and_the_longest_chain_is_marked(self) -> None:
        nodes = {words(only(each, "text")): each for each in found(tree(), "a.node")}
        assert set(nodes) == {"update projects.edge", "delete devices.db", "create devices.db"}
        assert nodes["create devices.db"].get("href") == "#projects.edge.devices.db"
        chain = [name for name, each in nodes.items() if "critical" in each.get("class", "")]
        assert chain == ["delete devices.db", "create devices.db"]
        assert [each.get("class") for each in found(tree(), "path.edge")] == ["edge critical"]

    def test_many_steps_that_do_the_same_are_drawn_as_one(self) -> None:
        created = [samples.step(f"projects.a.devices.web[{each}]:create") for each in range(ALONE)]
        sessions = [
            samples.step(f"projects.a.devices.web[{each}].bgp_sessions.ipv4:create", created[each].id)
            for each in range(ALONE)
        ]
        changes = [samples.change(str(each.address), "device", Action.CREATE) for each in (*created, *sessions)]
        made = parsed(render_page(samples.plan(*changes, steps=(*created, *sessions))))
        nodes = found(made, "a.node")
        assert [words(only(each, "text")) for each in nodes] == [
            f"create devices.web ×{ALONE}",
            f"create devices.web.bgp_sessions.ipv4 ×{ALONE}",
        ]
        assert len(found(made, "path.edge")) == 1
        group = nodes[0].get("data-group")
        assert group == row(made, "projects.a.devices.web[7]").get("data-groups")

    def test_steps_of_one_block_that_wait_for_each_other_make_no_circle(self) -> None:
        chain = ["projects.a.devices.web[0]:create", "projects.a.vlans.v[0]:create", "projects.a.devices.web[1]:create"]
        steps = [samples.step(each, *before) for each, before in zip(chain, ([], chain[:1], chain[1:2]), strict=True)]
        more = [samples.step(f"projects.a.vlans.w[{each}]:create") for each in range(ALONE)]
        shown = found(parsed(render_page(samples.plan(samples.create(), steps=(*steps, *more)))), "a.node")
        assert len(shown) == 4

    def test_what_is_too_much_to_be_drawn_is_said_to_be_left_out(self) -> None:
        steps = [samples.step(f"projects.p{each}:create") for each in range(DRAWN + 5)]
        each_alone = [samples.step(f"projects.p{n}.{n}s.x:create") for n in range(DRAWN + 5)]
        whole = parsed(render_page(samples.plan(samples.create(), steps=tuple(steps))))
        assert len(found(whole, "a.node")) == 1
        cut = parsed(render_page(samples.plan(samples.create(), steps=tuple(each_alone))))
        assert len(found(cut, "a.node")) == DRAWN
        assert "5 more are not drawn; `reconciler graph` writes all" in words(only(cut, "#graph"))


class TestThePolicy:
    def test_only_the_pages_own_style_and_script_may_be_used(self) -> None:
        (policy,) = [
            each.get("content", "")
            for each in found(tree(), "meta")
            if each.get("http-equiv") == "Content-Security-Policy"
        ]
        rules = dict(each.strip().split(" ", 1) for each in policy.split(";"))
        assert rules["default-src"] == "'none'"
        for name in ("style", "script"):
            text = only(tree(), name).text or ""
            hashed = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert rules[f"{name}-src"] == f"'sha256-{hashed}'"

    def test_nothing_is_fetched_and_nothing_else_could_act(self) -> None:
        for each in tree().iter():
            for name, value in each.attrib.items():
                assert not name.startswith("on"), (each.tag, name)
                assert name != "style"
                if name in ("src", "href", "action", "srcset", "data", "poster"):
                    assert value.startswith(("#", "data:image/svg+xml,")), (each.tag, name, value)

    def test_it_is_all_ascii(self) -> None:
        assert render_page(demo()).isascii()


def hostile(payload: str) -> Plan:
    """A plan with the payload wherever somebody else's text can stand."""
    texts: dict[str, Any] = {"hostname": payload, "customdata": {payload: [payload, {payload: payload}]}}
    texts["userdata"] = f"first\n{payload}\n{payload}"
    place = Place(payload, 1, 2, 3)
    change = samples.change(
        "projects.a.devices.b",
        "device",
        Action.UPDATE,
        because=payload,
        reason=payload,
        impact=(payload,),
        before={**texts, "kept": payload},
        after={"kept": payload},
        fields=(
            FieldChange(("hostname",), payload, f"{payload}x", note=payload),
            FieldChange(("userdata",), texts["userdata"], f"{payload}\nlast"),
            FieldChange(("customdata", payload), texts["customdata"], None),
        ),
        live=replace(samples.live("device", payload), label=payload),
        moved_from=payload,
    )
    created = samples.change(
        "projects.a.devices.c", "device", Action.CREATE, after=texts, cost=Cost(None, Decimal(1), (payload,))
    )
    step = replace(samples.step("projects.a.devices.b:update"), call=payload, id=payload)
    diagnostic = error("code", payload, address=payload, place=place, hint=payload, excerpt=payload)
    stranger = Stranger("device", payload, payload, payload, payload, payload)
    return Plan(
        payload,
        (change, created),
        (step,),
        (stranger,),
        (diagnostic,),
        {payload: Unknown()},
        options=Options(targets=(payload,)),
        files=((payload, 0o600),),
    )


def shape(page: str) -> list[tuple[str, tuple[str, ...]]]:
    """The elements of a page with the names of their attributes, but for what depends on the number of lines."""
    inside = {"pre", "ins", "del", "span", "em"}
    return [
        (str(each.tag), tuple(sorted(each.attrib)))
        for each in parsed(page).iter()
        if str(each.tag).rpartition("}")[2] not in inside
    ]


@cache
def harmless_shape() -> list[tuple[str, tuple[str, ...]]]:
    return shape(render_page(hostile("harmless"), approval="harmless"))


BATCHES = [PAYLOADS[start : start + 60] for start in range(0, len(PAYLOADS), 60)]


@pytest.mark.parametrize("payloads", BATCHES, ids=range(len(BATCHES)))
def test_foreign_text_is_text_and_nothing_more(payloads: Sequence[str]) -> None:
    for payload in payloads:
        made = render_page(hostile(payload), approval=payload)
        assert made.isascii()
        assert shape(made) == harmless_shape(), payload
        for line in made.split("\n"):
            assert not re.search(r"^\s*::|##\[|##vso\[|##teamcity\[", line, re.IGNORECASE), line


@pytest.mark.parametrize("secret", ["s3cret&<canary>", "zwei\nzeilen-canary", "canary'\"\u00e9", "canary\u202e"])
def test_a_secret_that_stands_in_other_texts_is_hidden_before_it_is_markup(secret: str) -> None:
    made = render_page(hostile(f"it is {secret}, so"), hide=Scrubber([Secret(secret)]).text)
    assert "canary" not in made
    assert SENSITIVE in made


def test_a_secret_that_is_a_word_of_the_page_leaves_it_whole() -> None:
    made = render_page(samples.everything(), hide=Scrubber([Secret("class"), Secret("const")]).text)
    assert shape(made) == shape(render_page(samples.everything()))


def test_the_page_is_the_same_whatever_the_hash_seed() -> None:
    code = (
        "import hashlib\nfrom tests.report.test_html_page import hostile, render_page, samples\n"
        "both = render_page(hostile('x')) + render_page(samples.everything())\n"
        "print(hashlib.sha256(both.encode()).hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1
