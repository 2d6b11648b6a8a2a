"""How long Chromium takes to show the page of a large plan, and to filter it.

    .venv/bin/python -m tests.browser.measure 1000

Prints one Markdown row for each of the sizes; milliseconds are the median of five.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from reconciler.report.html.page import render_page
from tests.browser.chromium import Browser, address_of, browser
from tests.report.html_plans import large

TIMES = 5
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
_LOADED = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
_FILTER = """(() => {
  const began = performance.now();
  document.getElementById('search').value = 'web[7';
  document.getElementById('search').dispatchEvent(new Event('input'));
  document.body.getBoundingClientRect();
  return performance.now() - began;
})()"""
_OPEN_ALL = """(() => {
  const began = performance.now();
  document.getElementById('all').click();
  document.body.getBoundingClientRect();
  return performance.now() - began;
})()"""


def measured(running: Browser, path: Path) -> list[float]:
    """Processor time of the page, then by the clock: first paint, all read, first filter, second filter, open all."""
    tab = running.tab()
    tab.size(1280, 900)
    tab.do("Performance.enable")
    tab.open(address_of(path))
    tab.look("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    metrics = {each["name"]: each["value"] for each in tab.do("Performance.getMetrics")["metrics"]}
    figures = [1000 * metrics["ProcessTime"], *(float(tab.look(each)) for each in (_PAINT, _LOADED, _FILTER, _FILTER))]
    tab.press("Escape")
    figures.append(float(tab.look(_OPEN_ALL)))
    tab.close()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", default=[1000], help="changes")
    columns = ["changes", "KiB", "rendered, CPU s", "shown, CPU ms"]
    columns += ["first paint, ms", "all read", "first filter", "next", "open all"]
    print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    with browser() as running, tempfile.TemporaryDirectory() as folder:
        for size in parser.parse_args().sizes:
            plan = large(size)
            began = time.process_time()
            text = render_page(plan)
            rendered = time.process_time() - began
            path = Path(folder) / f"{size}.html"
            path.write_text(text, encoding="ascii")
            runs = zip(*(measured(running, path) for _ in range(TIMES)), strict=True)
            figures = " | ".join(f"{statistics.median(each):.0f}" for each in runs)
            print(f"| {size} | {len(text) >> 10} | {rendered:.1f} | {figures} |")


if __name__ == "__main__":
    main()
