"""What campaigns with real processes share: a fork server, one emulator in a process of its own, a gate before it, and
the stacks. Everything is started once for a worker, and the account is emptied between schedules.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import time
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import requests

from reconciler.emulator.records import Record
from tests.campaigns.campaign import Violation
from tests.campaigns.gate import Gate
from tests.forks.client import HANGS_SECONDS, ROOT, Forks, Process
from tests.forks.server import Order

TOKEN = "processes-token"
_NEVER = ("Traceback (most recent call last)", "Exception ignored", "this is a bug in reconciler", "Fatal Python error")
_STARTED_WITH = {"provision_seconds": 0.15, "deprovision_seconds": 0.1}


def unborn(process: Process) -> bool:
    """Whether Ctrl-C came while the interpreter started, before any line of the tool was reached."""
    text = process.text()
    ours = text.replace(str(ROOT / "reconciler" / "__main__.py"), "")  # its first line is as early as it gets
    return "KeyboardInterrupt" in text and f"{ROOT / 'reconciler'}" not in ours and "Traceback" in text


def complaints(process: Process) -> list[Violation]:
    """What no command may do, however it is stopped."""
    text = process.text()
    found = [Violation("no traceback", text[-1500:]) for each in _NEVER if each in text]
    if process.code is None:
        found.append(Violation("no hang", f"it did not end within {HANGS_SECONDS:g} s: {text[-800:]}"))
    return found


class Account:
    """The emulator's account over HTTP, as `tests.worlds.live` reads it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.headers["X-Auth-Token"] = TOKEN
        self._session.trust_env = False

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._session.request(method, f"{self.url}{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def listed(self, path: str, key: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("GET", f"{path}{'&' if '?' in path else '?'}per_page=1000")[key]
        return found

    def may_hold(self, kind: type[Record]) -> bool:
        """Only the API is asked."""
        return True

    def creates(self) -> Counter[str]:
        """The accepted creates, by route."""
        return Counter(each["route"] for each in self.call("GET", "/_emulator/ledger")["ledger"] if each["created"])


class Station:
    """Processes, an account and a folder to work in."""

    def __init__(self) -> None:
        self.top = Path(tempfile.mkdtemp(prefix="reconciler-campaign-"))
        self._orders = 0
        self._number = 0
        self.forks = Forks(self.top)
        serving = self._order(("emulator", "serve", *_times()), self.top, "emulator", {})
        self._emulator = self.forks.start(serving)
        self.account = Account(self._listening(Path(serving.out)))
        self.gate = Gate(self.account.url)

    def close(self) -> None:
        self.gate.close()
        self.forks.close()

    def fresh(self) -> Path:
        """An empty account, and an empty folder; what the schedule before has left is removed."""
        self.gate.settle()
        self.gate.arm(None)
        self.account.call("POST", "/_emulator/reset")
        for before in (self.top / str(self._number), self.top / "outputs" / str(self._number)):
            shutil.rmtree(before, ignore_errors=True)
        self._number += 1
        folder = self.top / str(self._number)
        folder.mkdir()
        return folder

    def start(
        self,
        folder: Path,
        name: str,
        *arguments: str,
        settle: float = 0.0,
        direct: bool = False,
        stdin: str = os.devnull,
        out: str | None = None,
        err: str | None = None,
        fresh: bool = False,
        file_bytes: int | None = None,
        small: tuple[str, int] | None = None,
        strike: tuple[int, int] | None = None,
    ) -> Process:
        """Start a command line in a folder; `name` is that of its outputs' files. `direct` passes the gate by."""
        environment = {
            "PACKET_API_URL": self.account.url if direct else self.gate.url,
            "PACKET_AUTH_TOKEN": TOKEN,
            "RECONCILER_SETTLE_SECONDS": f"{settle:g}",
        }
        order = self._order(arguments, folder, name, environment)
        return self.forks.start(
            Order(
                order.arguments,
                order.folder,
                order.environment,
                out or order.out,
                err or order.err,
                stdin,
                fresh,
                file_bytes,
                small,
                strike,
            )
        )

    def run(self, folder: Path, name: str, *arguments: str, settle: float = 0.0, direct: bool = False) -> Process:
        process = self.start(folder, name, *arguments, settle=settle, direct=direct)
        self.forks.wait(process)
        return process

    def _order(self, arguments: tuple[str, ...], folder: Path, name: str, more: dict[str, str]) -> Order:
        beside = self.top / "outputs" / str(self._number)
        beside.mkdir(parents=True, exist_ok=True)
        self._orders += 1
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self.top),
            "LANG": "C.UTF-8",
            "NO_COLOR": "1",
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "RECONCILER_EMULATOR_TOKEN": TOKEN,
            **more,
        }
        out, err = (str(beside / f"{self._orders}-{name}.{each}") for each in ("out", "err"))
        return Order(arguments, str(folder), environment, out, err)

    def _listening(self, out: Path) -> str:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            text = out.read_text(encoding="utf-8") if out.exists() else ""
            if text.endswith("\n") and "PACKET_API_URL=" in text:
                return text.partition("PACKET_API_URL=")[2].split()[0]
            time.sleep(0.02)
        raise RuntimeError("the emulator does not start")


def _times() -> tuple[str, ...]:
    return ("--provision-seconds", str(_STARTED_WITH["provision_seconds"]))


@cache
def station() -> Station:
    """The one of this worker, which ends with it."""
    made = Station()
    atexit.register(made.close)
    return made
