"""The page of a plan under a person's hands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reconciler.report.html.page import render_page
from reconciler.report.html.run import render_run
from tests.browser.chromium import Browser, Tab, address_of
from tests.campaigns.payloads import PAYLOADS
from tests.report.html_plans import demo_run
from tests.report.test_html_page import hostile

SHOWN = "[...document.querySelectorAll('.change')].filter(each => each.checkVisibility()).map(each => each.id)"
OPEN = "[...document.querySelectorAll('.change[open]')].map(each => each.id)"
FOCUS = "document.activeElement.closest('.change')?.id ?? document.activeElement.id"
DATABASE = "projects.edge.devices.db"


def shown(tab: Tab) -> list[str]:
    found: list[str] = tab.look(SHOWN)
    return found


def text(tab: Tab, selector: str) -> Any:
    return tab.look(f"document.querySelector({json.dumps(selector)}).innerText.trim()")


def node(tab: Tab) -> Any:
    """The step of the drawing that has the focus."""
    return tab.look("document.activeElement.querySelector('text').textContent")


def test_a_text_narrows_the_list_and_escape_brings_it_back(tab: Tab) -> None:
    assert len(shown(tab)) == 12
    tab.press("/")
    tab.type("postgresql-12 db")
    assert shown(tab) == [DATABASE]
    assert text(tab, "#shown") == "1 of 12"
    tab.press("Escape")
    assert len(shown(tab)) == 12
    assert text(tab, "#shown") == "12 changes"


def test_a_text_that_nothing_has_says_so(tab: Tab) -> None:
    tab.press("/")
    tab.type("nowhere")
    assert shown(tab) == []
    assert text(tab, "#none") == "No change matches the filter."


def test_actions_impacts_and_kinds_are_turned_off_and_on(tab: Tab) -> None:
    tab.click('[data-facet="action"][data-value="create"]')
    assert len(shown(tab)) == 6
    tab.click('[data-facet="effect"][data-value="network-disruptive"]')
    assert shown(tab) == [
        "projects.edge.devices.web[0]",
        "projects.edge.devices.web[1]",
        DATABASE,
        f"{DATABASE}.ip_assignments.vip",
        "projects.edge.devices.legacy",
    ]
    tab.look("kind.value = 'vlan', kind.dispatchEvent(new Event('change'))")
    assert shown(tab) == []
    tab.press("Escape")
    assert len(shown(tab)) == 12


def test_what_is_destroyed_stays_in_sight_when_the_filter_hides_it(tab: Tab) -> None:
    tab.press("/")
    tab.type("bgp_config")
    tab.look("window.scrollTo(0, document.body.scrollHeight)")
    assert text(tab, "#strip").startswith("2 to destroy devices.legacy, vlans.old")
    top = tab.look("document.querySelector('#strip').getBoundingClientRect().top")
    assert 0 <= top <= 900
    tab.click('#strip a[href="#projects.edge.devices.legacy"]')
    tab.settle()
    assert tab.look(OPEN) == ["projects.edge.devices.legacy"]
    assert len(shown(tab)) == 12


def test_keys_lead_through_the_changes_and_open_them(tab: Tab) -> None:
    first, second, *_ = shown(tab)
    tab.press("j")
    assert tab.look(FOCUS) == first
    tab.press("j", "ArrowDown", "k", "ArrowUp", "j")
    assert tab.look(FOCUS) == second
    tab.press("Enter")
    assert tab.look(OPEN) == [second]
    assert tab.look("document.activeElement.matches(':focus-visible')")
    tab.press("Enter")
    assert tab.look(OPEN) == []
    tab.press("d")
    assert tab.look(FOCUS) == DATABASE
    tab.press("e")
    assert len(tab.look(OPEN)) == 12
    assert text(tab, "#all") == "Close all"


def test_enter_leads_from_the_filter_to_the_first_change(tab: Tab) -> None:
    tab.press("/")
    tab.type("legacy")
    tab.press("Enter")
    assert tab.look(FOCUS) == "projects.edge.devices.legacy"


def test_a_click_opens_a_change(tab: Tab) -> None:
    tab.click(f'[id="{DATABASE}"] > summary')
    assert tab.look(OPEN) == [DATABASE]
    assert "forces replacement" in text(tab, f'[id="{DATABASE}"] .fields')


def test_a_link_to_an_address_opens_its_change(tab: Tab, page: Path) -> None:
    tab.open("about:blank")
    tab.asked.clear()
    tab.open(f"{address_of(page)}#projects.edge.devices.web%5B0%5D")
    tab.settle()
    assert tab.look(OPEN) == ["projects.edge.devices.web[0]"]
    tab.asked.append(address_of(page))
    tab.asked = [each.partition("#")[0] for each in tab.asked]


def test_the_keyboard_walks_along_the_drawing_and_opens_a_steps_change(tab: Tab) -> None:
    tab.press("g")
    assert tab.look("document.activeElement.matches('a.node')")
    tab.look("document.querySelector('a.node.delete.critical').focus()")
    assert node(tab) == "delete devices.db.ip_assignments.vip"
    tab.press("ArrowRight")
    assert node(tab) == "delete devices.db"
    assert tab.look("document.querySelectorAll('.edge.near').length") > 1
    tab.press("ArrowLeft", "ArrowDown")
    assert node(tab) == "delete devices.legacy"
    tab.press("Enter")
    tab.settle()
    assert tab.look(OPEN) == ["projects.edge.devices.legacy"]


def test_the_drawing_is_zoomed_and_dragged(tab: Tab) -> None:
    width = "Math.round(document.querySelector('.drawing').getBoundingClientRect().width)"
    before = tab.look(width)
    for _ in range(4):
        tab.click('[data-zoom="in"]')
    assert tab.look(width) > 2 * before
    tab.look("document.querySelector('.view').scrollTo(0, 0)")
    tab.drag(".view", -120, 0)
    assert tab.look("document.querySelector('.view').scrollLeft") == 120
    tab.click('[data-zoom="fit"]')
    assert tab.look(width) <= tab.look("document.querySelector('.view').clientWidth")
    tab.look("document.querySelector('a.node').focus()")
    tab.press("+")
    assert tab.look(width) > before * 0.9


def test_a_step_that_is_clicked_opens_its_change(tab: Tab) -> None:
    tab.click('a.node[href="#projects.edge.vlans.old"] rect')
    tab.settle()
    assert tab.look(OPEN) == ["projects.edge.vlans.old"]


def test_the_theme_is_the_systems_until_one_is_chosen(tab: Tab) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    tab.prefer("light")
    light = tab.look(ground)
    tab.prefer("dark")
    dark = tab.look(ground)
    assert light != dark
    tab.press("t")
    assert tab.look(ground) == light
    tab.do("Page.reload")
    tab.browser.wait_for("Page.loadEventFired", tab.session)
    assert tab.look(ground) == light
    tab.click("#theme")
    assert tab.look(ground) == dark


def test_the_keys_are_explained(tab: Tab) -> None:
    tab.press("?")
    assert tab.look("keys.open")
    tab.press("j")
    assert tab.look("document.activeElement.closest('.change')") is None
    tab.press("Escape")
    assert not tab.look("keys.open")


def test_a_print_has_every_change_opened(tab: Tab) -> None:
    tab.press("/")
    tab.type("legacy")
    tab.look(
        "window.seen = 0, addEventListener('beforeprint', () => { seen = document.querySelectorAll('[open]').length })"
    )
    assert tab.printed().startswith(b"%PDF")
    assert tab.look("seen === document.querySelectorAll('details').length")
    assert tab.look(OPEN) == []


def test_what_can_be_operated_has_a_name(tab: Tab) -> None:
    tree = tab.do("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "link", "searchbox", "combobox", "DisclosureTriangle", "navigation", "search", "dialog"}
    named = [
        (each["role"]["value"], each.get("name", {}).get("value", ""))
        for each in tree
        if not each.get("ignored") and each["role"]["value"] in roles
    ]
    assert {role for role, _ in named} >= {
        "button",
        "link",
        "searchbox",
        "combobox",
        "DisclosureTriangle",
        "navigation",
    }
    assert [role for role, name in named if not name and role not in ("search", "dialog")] == []


def test_without_its_script_the_page_has_everything_and_nothing_dead(chromium: Browser, page: Path) -> None:
    tab = chromium.tab()
    tab.do("Emulation.setScriptExecutionDisabled", value=True)
    tab.open(address_of(page))
    tab.do("Emulation.setScriptExecutionDisabled", value=False)
    assert len(shown(tab)) == 12
    assert not tab.look("document.querySelector('#filter').checkVisibility()")
    tab.click(f'[id="{DATABASE}"] > summary')
    assert tab.look(OPEN) == [DATABASE]


def test_foreign_text_does_nothing_in_a_browser(chromium: Browser, tmp_path: Path) -> None:
    tab = chromium.tab()
    everything = "".join(each for each in PAYLOADS if "<" in each or '"' in each)
    (tmp_path / "plan.html").write_text(render_page(hostile(everything), approval=everything), encoding="ascii")
    tab.open(address_of(tmp_path / "plan.html"))
    tab.press("e")
    assert tab.look("document.scripts.length") == 1
    assert tab.look("document.querySelectorAll('img, iframe, object, embed, base, [onerror], [onload]').length") == 0
    assert tab.asked == [address_of(tmp_path / "plan.html")]
    assert tab.complaints == []


def test_the_page_of_a_run_asks_for_nothing_and_turns_dark(chromium: Browser, tmp_path: Path) -> None:
    path = tmp_path / "run.html"
    path.write_text(render_run(demo_run(), lambda text: text), encoding="ascii")
    tab = chromium.tab()
    tab.prefer("light")
    tab.open(address_of(path))
    assert text(tab, ".counts").startswith("Apply incomplete.")
    assert tab.look("document.querySelectorAll('.timeline g rect').length") > 10
    tab.press("t")
    assert tab.look("document.documentElement.dataset.theme") == "dark"
    tab.press("?")
    assert tab.look("document.querySelector('#keys').open") is True
    assert (tab.asked, tab.complaints) == ([address_of(path)], [])
