"""The steps of a plan as an image."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from reconciler.model.plan import Plan, Step
from reconciler.report.layout import BRIDGED
from reconciler.report.scrub import Scrubber
from reconciler.report.svg import render_svg
from reconciler.secret import Secret
from tests.report import samples
from tests.report.test_layout import join
from tests.report.test_markdown import MARKUP, SAMPLE

SVG = "{http://www.w3.org/2000/svg}"


def image(*steps: Step, stack: str = "edge") -> ElementTree.Element:
    return ElementTree.fromstring(render_svg(Plan(stack, (), steps), lambda text: text))


def texts(root: ElementTree.Element, tag: str) -> list[str]:
    return [each.text or "" for each in root.iter(f"{SVG}{tag}")]


def test_each_step_is_a_box_that_tells_its_call() -> None:
    root = image(
        samples.step("projects.a:create", kind="project"),
        samples.step("projects.a.devices.b:create", "projects.a:create"),
    )
    assert texts(root, "text") == ["create projects.a", "create projects.a.devices.b"]
    assert texts(root, "title") == [
        "Plan for stack edge",
        "create projects.a: POST /projects",
        "create projects.a.devices.b: POST /devices",
    ]
    assert len(list(root.iter(f"{SVG}path"))) == 1


def test_the_longest_chain_is_drawn_thick_and_what_is_implied_dashed() -> None:
    root = image(
        samples.step("projects.a:delete"),
        samples.step("projects.b:delete", "projects.a:delete", implied=True),
        samples.step("projects.c:delete"),
    )
    assert [each.get("class") for each in root.iter(f"{SVG}rect")] == ["critical", "critical implied", None]
    assert [each.get("class") for each in root.iter(f"{SVG}path")] == ["critical"]


def test_everything_lies_inside_the_image() -> None:
    root = image(*(samples.step(f"projects.p{number}:create") for number in range(5)))
    left, top, width, height = map(int, (root.get("viewBox") or "").split())
    for each in root.iter(f"{SVG}rect"):
        x, y, wide, high = (int(each.get(name, "")) for name in ("x", "y", "width", "height"))
        assert left < x
        assert top < y
        assert x + wide < left + width
        assert y + high < top + height


def test_a_join_of_many_is_a_dot() -> None:
    many = [samples.step(f"projects.m[{number}]:create") for number in range(BRIDGED)]
    ends = [samples.step("projects.c:create", "join:x"), samples.step("projects.d:create", "join:x")]
    assert len(list(image(*many, join("x", *(each.id for each in many)), *ends).iter(f"{SVG}circle"))) == 1


def test_no_steps_are_an_empty_image() -> None:
    assert texts(image(), "title") == ["Plan for stack edge"]


@pytest.mark.parametrize("payload", [*MARKUP, *SAMPLE, "\ufffe", "\uffff", "]]>"], ids=lambda text: ascii(text)[:40])
def test_foreign_text_stays_text(payload: str) -> None:
    root = image(samples.step(f"projects.a.devices.b[{json.dumps(payload)}]:create"), stack=payload)
    assert [each.tag.removeprefix(SVG) for each in root.iter()] == [
        "svg",
        "title",
        "style",
        "g",
        "title",
        "rect",
        "text",
    ]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", "".join(root.itertext()))


def test_a_secret_that_is_part_of_the_markup_does_not_break_it() -> None:
    plan = Plan("edge", (), (samples.step("projects.rect:create"),))
    root = ElementTree.fromstring(render_svg(plan, Scrubber([Secret("rect"), Secret("</title>")]).text))
    assert texts(root, "text") == ["create projects.(sensitive value)"]
