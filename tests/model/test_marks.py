"""Marks: what is written is read back, whatever surrounds it, and foreign texts are never taken for one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.kinds import catalog
from reconciler.model.mark import (
    Mark,
    from_customdata,
    from_tags,
    from_text,
    held,
    holding,
    memo_digest,
    own_tags,
    remember_tags,
)
from reconciler.values import Address, parse_address

STACKS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,39}", fullmatch=True)
WORDS = st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True)
INDEXES = st.one_of(st.none(), st.integers(0, 10**6), st.text(max_size=12))
TAGS = st.lists(st.text(max_size=20).filter(lambda tag: not tag.startswith("reconciler")), max_size=6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def addresses(draw: st.DrawFn) -> Address:
    project = Address(None, "projects", draw(WORDS), draw(INDEXES))
    if draw(st.booleans()):
        return project
    section = draw(st.sampled_from(["devices", "vlans", "ssh_keys"]))
    return Address(project, section, draw(WORDS), draw(INDEXES))


@st.composite
def marks(draw: st.DrawFn) -> Mark:
    memo = draw(
        st.dictionaries(st.sampled_from(["tags", "features"]), st.from_regex(r"[0-9a-f+]{1,20}", fullmatch=True))
    )
    return Mark(draw(STACKS), str(draw(addresses())), memo)


@given(addresses())
def test_addresses(address: Address) -> None:
    assert parse_address(str(address)) == address


@pytest.mark.parametrize(
    "text", ["projects.edge~1a2b3c4d", "projects.e.devices.web~1a2b3c4d[3]", 'a.b["c.d[0]"].bgp_config']
)
def test_addresses_as_plans_show_them(text: str) -> None:
    assert str(parse_address(text)) == text


@pytest.mark.parametrize("text", ["", "a", "a.", "a.b.c", "a.b[", "a.b[-1]", ".a.b", "a..b", "a.b[0][1]", "a.b c"])
def test_texts_that_are_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="not a resource address"):
        parse_address(text)


@pytest.mark.parametrize("other", ["shop-2", "sho", "ashop", "Shop", ""])
def test_a_mark_is_that_of_one_stack_and_of_no_other_of_a_similar_name(other: str) -> None:
    assert Mark("shop", "projects.x").owned_by("shop")
    assert not Mark("shop", "projects.x").owned_by(other)
    assert not Mark(other, "projects.x").owned_by("shop")


def test_marks_are_written_as_they_always_were() -> None:
    """Another way to write them would make strangers of everything that is there."""
    mark = Mark("shop", 'projects.e.devices.web["a:b"]', {"userdata": "b=c", "tags": remember_tags(["b", "a"])})
    assert mark.to_tags() == [
        'reconciler:shop:projects.e.devices.web["a:b"]',
        "reconciler-memo:tags=ac8d8342+c100f95c;userdata=b=c",
    ]
    assert from_tags(mark.to_tags()) == (mark, [])
    assert mark.to_text("") == '[reconciler:shop:projects.e.devices.web["a:b"]]'
    assert mark.to_text("t") == 't [reconciler:shop:projects.e.devices.web["a:b"]]'
    assert memo_digest("#!/bin/sh\n") == "251e67e4"


def test_the_sections_that_a_mark_holds_add_up() -> None:
    mark = Mark("shop", "projects.e", {"tags": "x"})
    assert held(mark) == frozenset()
    assert holding(mark, ()) is mark
    once = holding(mark, ["vlans", "devices"])
    assert dict(once.memo) == {"tags": "x", "holds": "devices+vlans"}
    twice = holding(once, ["volumes"])
    assert held(twice) == {"devices", "vlans", "volumes"}
    assert (twice.stack, twice.address) == ("shop", "projects.e")


@given(marks(), TAGS)
def test_tags(mark: Mark, tags: list[str]) -> None:
    assert from_tags([*tags, *mark.to_tags()]) == (mark, tags)
    assert from_tags([*mark.to_tags(), *tags]) == (mark, tags)


@given(marks(), st.text(max_size=30))
def test_text(mark: Mark, text: str) -> None:
    found, rest = from_text(mark.to_text(text))
    assert found == Mark(mark.stack, mark.address)
    assert (rest or "") == text


@given(marks(), st.dictionaries(st.text(max_size=5).filter(lambda key: key != "reconciler"), JSON, max_size=4))
def test_customdata(mark: Mark, customdata: dict[str, Any]) -> None:
    assert from_customdata(mark.to_customdata(customdata)) == (mark, customdata)


@given(marks(), TAGS, TAGS)
def test_our_tags_are_told_from_others(mark: Mark, ours: list[str], theirs: list[str]) -> None:
    theirs = [each for each in theirs if each not in ours]
    with_memo = Mark(mark.stack, mark.address, {"tags": remember_tags(ours)})
    assert own_tags(with_memo, [*theirs, *ours]) == ours


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "plain",
        "[reconciler:shop]",
        "[reconciler:Shop:a]",
        "[reconciler:shop:a] and more",
        "reconciler:shop:projects.a",
        "[reconciler::projects.a]",
    ],
)
def test_other_texts_are_left_as_they_are(text: str | None) -> None:
    assert from_text(text) == (None, text)


@pytest.mark.parametrize("tags", [[], ["reconciler"], ["reconciler:x"], ["a:b:c"], ["Reconciler:a:b"]])
def test_other_tags_are_left_as_they_are(tags: list[str]) -> None:
    assert from_tags(tags) == (None, tags)


@pytest.mark.parametrize(
    "customdata",
    [
        None,
        {},
        [],
        "text",
        {"reconciler": 1},
        {"reconciler": {"stack": "s"}},
        {"reconciler": {"stack": 1, "address": 2}},
    ],
)
def test_other_customdata_is_left_as_it_is(customdata: Any) -> None:
    assert from_customdata(customdata) == (None, customdata)


def test_the_last_mark_of_a_text_counts() -> None:
    text = Mark("b", "projects.y").to_text(Mark("a", "projects.x").to_text("t"))
    found, rest = from_text(text)
    assert found == Mark("b", "projects.y")
    assert rest == "t [reconciler:a:projects.x]"


def test_blanks_after_a_mark_do_no_harm() -> None:
    found, rest = from_text("t [reconciler:a:projects.x] \n")
    assert (found, rest) == (Mark("a", "projects.x"), "t")


@pytest.mark.parametrize("kind", [each for each in catalog().kinds if each.marked], ids=lambda kind: kind.name)
def test_what_a_create_writes_a_read_finds(kind: Any) -> None:
    from reconciler.model.kind import Wish

    mark = Mark("shop", f"projects.e.{kind.section}.x")
    examples: dict[str, dict[str, Any]] = {
        "device": {"plan": "p", "operating_system": "o", "tags": ["t"]},
        "ip_reservation": {"type": "global_ipv4", "quantity": 1, "tags": ["t"]},
        "ssh_key": {"label": " l ", "key": "k k"},
        "vlan": {"facility": "f", "description": "d"},
        "spot_market_request": {"instance_parameters": {"plan": "p", "operating_system": "o", "tags": ["t"]}},
        "device_batch": {"quantity": 1, "plan": "p", "operating_system": "o", "tags": ["t"]},
        "license": {"licensee_product_id": "l", "description": "d"},
        "volume": {"plan": "p", "size": 10, "facility": "f", "description": "d"},
        "organization": {"name": "n"},
        "api_key": {"description": "d"},
        "project": {"name": "n", "customdata": {"a": 1}},
        "ip_assignment": {"address": "1.2.3.4/32"},
    }
    values = examples[kind.name]
    mark = Mark(mark.stack, mark.address, kind.memo(values))
    body = {**kind.create(Wish(values, mark, "p", "p")).body, "id": "i", "devices": []}
    if "batches" in body:
        body["batches"] = [
            {"id": "i", "state": "completed", "devices": [{"id": "d", "state": "active", **body["batches"][0]}]}
        ]
    live = kind.read_answer(body, Wish(values, mark, "p", "p"))
    assert live is not None
    assert live.mark is not None
    assert (live.mark.stack, live.mark.address) == (mark.stack, mark.address)
    if "tags" in values:
        assert (live.values["tags"], live.mark.memo) == (["t"], mark.memo)
