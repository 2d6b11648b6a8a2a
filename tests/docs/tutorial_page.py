"""docs/tutorial.md is run: every `$ command` in it, in order, in a folder of its own, with the files that it shows.

A block that follows "Write this to `FILE`:" becomes that file. What stands below a command is what it prints to stdout,
less what differs from run to run.

.venv/bin/python -m tests.docs.tutorial_page        runs the page and writes the outputs anew
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
_PROMPT = "$ "
_FILE = re.compile(r"Write this to\s`([a-z./-]+)`:\n\n```\w+\n(.*?)```", re.DOTALL)
_CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ADDRESS = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")


def run(text: str, folder: Path) -> str:
    """The page with the outputs that its commands have now."""
    environment = _environment(folder)
    blocks = sorted([*_FILE.finditer(text), *_CONSOLE.finditer(text)], key=lambda each: each.start())
    addresses: dict[str, str] = {}
    done, end = [], 0
    for found in blocks:
        done.append(text[end : found.start()])
        end = found.end()
        if found.re is _FILE:
            path = folder / "work" / found[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(found[2], encoding="utf-8")
            done.append(found[0])
        else:
            commands = [line for line in found[1].splitlines() if line.startswith(_PROMPT)]
            printed = "".join(
                f"{each}\n{_printed(each[len(_PROMPT) :], folder, environment, addresses)}" for each in commands
            )
            done.append(f"```console\n{printed}```")
    return "".join([*done, text[end:]])


def _environment(folder: Path) -> dict[str, str]:
    (folder / "bin").mkdir()
    (folder / "work").mkdir()
    script = folder / "bin" / "reconciler"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m reconciler "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PACKET", "METAL", "RECONCILER"))}
    return {
        **kept,
        "PATH": f"{script.parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "PYTHONPATH": str(PAGE.parents[1]),
    }


def _printed(command: str, folder: Path, environment: dict[str, str], addresses: dict[str, str]) -> str:
    """What a command prints, with addresses of the documentation's network in place of those of the day."""
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder / "work", env=environment, capture_output=True, text=True, timeout=120
    )
    if done.returncode not in (0, 2):
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    text = _UUID.sub("5f1c0e9a-...", done.stdout)
    text = _ADDRESS.sub(lambda found: addresses.setdefault(found[0], f"192.0.2.{len(addresses) + 1}"), text)
    return text if not text or text.endswith("\n") else f"{text}\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        PAGE.write_text(run(PAGE.read_text(encoding="utf-8"), Path(name)), encoding="utf-8")
