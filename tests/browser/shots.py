"""Takes the pictures of docs/html-page.md anew: `python -m tests.browser.shots`. To be looked at before a commit."""

from __future__ import annotations

import tempfile
from pathlib import Path

from reconciler.model.approval import approval
from reconciler.model.plan import Plan
from reconciler.report.html.page import render_page
from tests.browser.chromium import Browser, address_of, browser
from tests.report.html_plans import demo, large

IMAGES = Path(__file__).parents[2] / "docs" / "images"


def take(running: Browser, folder: Path, name: str, plan: Plan, scheme: str, height: int, prepare: str = "0") -> None:
    path = folder / f"{name}.html"
    path.write_text(render_page(plan, approval=approval(plan)), encoding="ascii")
    tab = running.tab()
    tab.size(1280, height)
    tab.prefer(scheme)
    tab.open(address_of(path))
    tab.look(prepare)
    tab.settle()
    (IMAGES / f"page-{name}.png").write_bytes(tab.picture())
    tab.close()


def main() -> None:
    opened = "location.hash = '#projects.edge.devices.db'"
    with browser() as running, tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        take(running, folder, "light", demo(), "light", 1180)
        take(running, folder, "dark", demo(), "dark", 1000, opened)
        take(running, folder, "1000", large(1000), "light", 860)


if __name__ == "__main__":
    main()
