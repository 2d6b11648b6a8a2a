"""Pages of docs/ whose commands are run: every `$ command` in order, in a folder of its own, with the files they show.

A block that follows "Write this to `FILE`:" becomes that file. What stands below a command is what it prints to stdout,
less what differs from run to run: ids, addresses, digests, moments. Next to the commands runs a small GitHub, as far
as the comments of pull request 17 go.

.venv/bin/python -m tests.docs.recorded [PAGE...]       runs the pages and writes the outputs anew
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.forge.fake import TOKEN, forge

ROOT = Path(__file__).parents[2]
PAGES = tuple(ROOT / "docs" / f"{each}.md" for each in ("tutorial", "walk", "history"))
_PROMPT = "$ "
_IN_A_JOB = "<!-- the commands run in a job of GitHub Actions -->"
"""What a page says of which all commands do so."""
_JOB = {"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "ada", "GITHUB_RUN_ID": "1042"}
_FILE = re.compile(r"Write this to\s`([a-z0-9./-]+)`:\n\n```\w+\n(.*?)```", re.DOTALL)
_CONSOLE = re.compile(r"^(`{3,})console\n(.*?)^\1\n", re.DOTALL | re.MULTILINE)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ADDRESS = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")
_MOMENT = re.compile(r"\b20(?:[3-8]\d|2[4-9])-\d\d-\d\dT\d\d:\d\d:\d\dZ")
"""A moment of these years, not one that a page sets far away from now."""
_TOOK = re.compile(r"\bafter (?:\d+m)?\d+s\b")
_AGE = re.compile(r"\(\d+ (?:minute|hour)s?\)")
_DIGEST = re.compile(r"\b[0-9a-f]{64}\b|(?<=  )[0-9a-f]{8}(?=  \+)")
_RUN = re.compile(r"(?<=Z  )[0-9a-f]{12}\b|(?<=\bRun )[0-9a-f]{12}\b|(?<=, apply )[0-9a-f]{12}\b")
_MACHINE = (
    (re.compile(r"\(login .*?\)"), "(login runner)"),
    (re.compile(r"^(  where     ).*, process \d+$", re.MULTILINE), r"\1build-3, process 4711"),
    (re.compile(r"/\S+/emulator\.db"), "/builds/stacks/.reconciler/emulator.db"),
    (re.compile(r"(\btook |  )(?:\d+m)?\d+s$", re.MULTILINE), r"\g<1>2s"),
)
"""What a run's history tells of the machine that it ran on."""


@dataclass
class _Same:
    """Addresses of the documentation's network, digests and runs of nothing, in place of those of the day."""

    addresses: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)

    def of(self, text: str) -> str:
        text = _AGE.sub("(2 minutes)", text)
        text = _MOMENT.sub("2019-11-28T02:40:00Z", _TOOK.sub("after 2s", _UUID.sub("5f1c0e9a-...", text)))
        text = _ADDRESS.sub(lambda each: self.addresses.setdefault(each[0], f"192.0.2.{len(self.addresses) + 1}"), text)
        for pattern, same in _MACHINE:
            text = pattern.sub(same, text)
        text = _RUN.sub(lambda each: self.runs.setdefault(each[0], _digest(1000 + len(self.runs))[:12]), text)
        return _DIGEST.sub(self._digest, text)

    def _digest(self, found: re.Match[str]) -> str:
        """Known by its beginning, which may stand alone."""
        return self.digests.setdefault(found[0][:8], _digest(len(self.digests)))[: len(found[0])]


def run(text: str, folder: Path) -> str:
    """The page with the outputs that its commands have now."""
    with forge() as server:
        environment = _environment(folder, server.url) | (_JOB if _IN_A_JOB in text else {})
        same = _Same()
        blocks = sorted([*_FILE.finditer(text), *_CONSOLE.finditer(text)], key=lambda each: each.start())
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
                commands = [line for line in found[2].splitlines() if line.startswith(_PROMPT)]
                printed = "".join(
                    f"{each}\n{same.of(_printed(each[len(_PROMPT) :], folder, environment))}" for each in commands
                )
                done.append(f"{found[1]}console\n{printed}{found[1]}\n")
        return "".join([*done, text[end:]])


def _environment(folder: Path, github: str) -> dict[str, str]:
    (folder / "bin").mkdir()
    (folder / "work").mkdir()
    script = folder / "bin" / "reconciler"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m reconciler "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    event = folder / "event.json"
    event.write_text('{"pull_request": {"number": 17}}', encoding="utf-8")
    foreign = ("PACKET", "METAL", "RECONCILER", "GITHUB", "GITLAB", "CI", "GIT_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {
        **kept,
        **_git(),
        "PATH": f"{script.parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "GITHUB_REPOSITORY": "team/stacks",
        "GITHUB_SHA": "5ca1ab1e",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_API_URL": github,
        "GITHUB_TOKEN": TOKEN,
    }


def _git() -> Mapping[str, str]:
    """Commits that have the same hash on every day."""
    who = {f"GIT_{each}_NAME": "Ada" for each in ("AUTHOR", "COMMITTER")}
    where = {f"GIT_{each}_EMAIL": "ada@example.com" for each in ("AUTHOR", "COMMITTER")}
    when = {f"GIT_{each}_DATE": "2019-11-25T09:00:00Z" for each in ("AUTHOR", "COMMITTER")}
    return {**who, **where, **when, "GIT_CONFIG_NOSYSTEM": "1"}


def _printed(command: str, folder: Path, environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder / "work", env=environment, capture_output=True, text=True, timeout=120
    )
    if done.returncode not in (0, 2):
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    text = done.stdout
    return text if not text or text.endswith("\n") else f"{text}\n"


def _digest(number: int) -> str:
    return hashlib.sha256(f"digest {number}".encode()).hexdigest()


if __name__ == "__main__":
    for page in map(Path, sys.argv[1:] or map(str, PAGES)):
        with tempfile.TemporaryDirectory() as name:
            page.write_text(run(page.read_text(encoding="utf-8"), Path(name)), encoding="utf-8")
