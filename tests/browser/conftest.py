from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.report.html.page import render_page
from tests.browser.chromium import Browser, Tab, address_of, browser, program
from tests.report.html_plans import demo


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if program() is None:
        pytest.skip("no Chromium on this machine")
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "plan.html"
    path.write_text(render_page(demo(), approval="a1" * 32), encoding="ascii")
    return path


@pytest.fixture
def tab(chromium: Browser, page: Path) -> Iterator[Tab]:
    """The page, open; at the end it must have asked for nothing and complained of nothing."""
    made = chromium.tab()
    made.size(1280, 900)
    made.open(address_of(page))
    made.look("localStorage.clear()")
    yield made
    assert set(made.asked) == {address_of(page)}
    assert made.complaints == []
