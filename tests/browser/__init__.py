"""The HTML page in a real browser. Needs Chromium, and nothing else, and is skipped where there is none."""
