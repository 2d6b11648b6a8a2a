"""Takes the pictures of docs/html-page.md anew: `python -m tests.browser.shots [NAME...]`. To be looked at."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reconciler.model.approval import approval
from reconciler.model.plan import Plan
from reconciler.report.html.page import render_page
from reconciler.report.html.run import render_run
from tests.browser.chromium import Browser, address_of, browser
from tests.report.html_plans import demo, demo_run, large

IMAGES = Path(__file__).parents[2] / "docs" / "images"


@dataclass(frozen=True)
class Shot:
    """A picture: of which page, in which scheme, how high, and what is done before it is taken."""

    page: Callable[[], str]
    scheme: str
    height: int
    prepare: str = "0"


def of_plan(make: Callable[[], Plan]) -> Callable[[], str]:
    def page() -> str:
        plan = make()
        return render_page(plan, approval=approval(plan))

    return page


SHOTS = {
    "light": Shot(of_plan(demo), "light", 1180),
    "dark": Shot(of_plan(demo), "dark", 1000, "location.hash = '#projects.edge.devices.db'"),
    "1000": Shot(of_plan(partial(large, 1000)), "light", 860),
    "run": Shot(lambda: render_run(demo_run(), lambda text: text), "light", 900),
}


def take(running: Browser, folder: Path, name: str, shot: Shot) -> None:
    path = folder / f"{name}.html"
    path.write_text(shot.page(), encoding="ascii")
    tab = running.tab()
    tab.size(1280, shot.height)
    tab.prefer(shot.scheme)
    tab.open(address_of(path))
    tab.look(shot.prepare)
    tab.settle()
    (IMAGES / f"page-{name}.png").write_bytes(tab.picture())
    tab.close()


def main() -> None:
    with browser() as running, tempfile.TemporaryDirectory() as made:
        for name in sys.argv[1:] or SHOTS:
            take(running, Path(made), name, SHOTS[name])


if __name__ == "__main__":
    main()
