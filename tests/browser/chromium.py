"""Chromium without a window, driven by its own protocol over a pair of pipes: no driver, no port, no package."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import selectors
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SWITCHES = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-extensions",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--hide-scrollbars", "--force-color-profile=srgb", "--remote-debugging-pipe",
)  # fmt: skip
_MOVE_DESCRIPTORS = """\
import os, sys
os.dup2(int(sys.argv[1]), 3)  # which Chromium reads
os.dup2(int(sys.argv[2]), 4)  # and writes
os.execv(sys.argv[3], sys.argv[3:])
"""
_PATIENCE_SECONDS = 60.0
_NAMED_KEYS = {
    "Enter": ("Enter", 13, "\r"),
    "Escape": ("Escape", 27, ""),
    "Tab": ("Tab", 9, ""),
    "ArrowLeft": ("ArrowLeft", 37, ""),
    "ArrowUp": ("ArrowUp", 38, ""),
    "ArrowRight": ("ArrowRight", 39, ""),
    "ArrowDown": ("ArrowDown", 40, ""),
}


def program() -> str | None:
    """The Chromium of this machine, if there is one; `CHROMIUM` names another."""
    return os.environ.get("CHROMIUM") or next((found for each in PROGRAMS if (found := shutil.which(each))), None)


@dataclass
class Tab:
    """One page. `asked` are the addresses that it asked for, `complaints` what it wrote to the console or broke."""

    browser: Browser
    session: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def do(self, method: str, **parameters: Any) -> Any:
        return self.browser.call(method, parameters, self.session)

    def open(self, address: str) -> None:
        """Load a page, from start to end."""
        self.do("Page.navigate", url=address)
        self.browser.wait_for("Page.loadEventFired", self.session)

    def close(self) -> None:
        self.do("Page.close")

    def settle(self) -> None:
        """Until what was done has been answered and drawn: following a link takes a moment."""
        self.look("new Promise(done => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done))))")

    def look(self, expression: str) -> Any:
        """The value of an expression of JavaScript; a promise is waited for."""
        answer = self.do("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def press(self, *keys: str) -> None:
        for each in keys:
            code, number, text = _NAMED_KEYS.get(each, ("", ord(each.upper()[0]), each))
            parts = {"key": each, "code": code, "windowsVirtualKeyCode": number}
            self.do("Input.dispatchKeyEvent", type="keyDown", **parts, **({"text": text} if text else {}))
            self.do("Input.dispatchKeyEvent", type="keyUp", **parts)

    def type(self, text: str) -> None:
        self.press(*text)

    def click(self, selector: str) -> None:
        """Click in the middle of what a selector finds."""
        self.look(
            f"document.querySelector({json.dumps(selector)}).scrollIntoView({{block: 'center', inline: 'center'}})"
        )
        box = f"document.querySelector({json.dumps(selector)}).getBoundingClientRect()"
        x, y = self.look(f"(box => [box.x + box.width / 2, box.y + box.height / 2])({box})")
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            held = {} if kind == "mouseMoved" else {"button": "left", "clickCount": 1}
            self.do("Input.dispatchMouseEvent", type=kind, x=x, y=y, **held)

    def drag(self, selector: str, across: int, down: int) -> None:
        """Take hold near the lower left corner of what a selector finds, and pull."""
        box = f"document.querySelector({json.dumps(selector)}).getBoundingClientRect()"
        x, y = self.look(f"(box => [box.left + 4, box.bottom - 4])({box})")
        for kind, to_x, to_y in (
            ("mousePressed", x, y),
            ("mouseMoved", x + across, y + down),
            ("mouseReleased", x + across, y + down),
        ):
            self.do("Input.dispatchMouseEvent", type=kind, x=to_x, y=to_y, button="left", buttons=1, clickCount=1)

    def size(self, width: int, height: int, scale: float = 1.0) -> None:
        self.do("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False)

    def prefer(self, scheme: str) -> None:
        """What the system says: `light` or `dark`."""
        self.do("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self) -> bytes:
        """What is in sight, as a PNG."""
        return base64.b64decode(self.do("Page.captureScreenshot", format="png")["data"])

    def printed(self) -> bytes:
        """The page as a PDF."""
        return base64.b64decode(self.do("Page.printToPDF", printBackground=True)["data"])


class Browser:
    """A running Chromium."""

    def __init__(self, process: subprocess.Popen[bytes], to: int, out: int) -> None:
        self._process = process
        self._to = to
        self._out = out
        self._rest = b""
        self._number = 0
        self._tabs: dict[str, Tab] = {}
        self._events: list[dict[str, Any]] = []
        self._ready = selectors.DefaultSelector()
        self._ready.register(out, selectors.EVENT_READ)

    def close(self) -> None:
        with contextlib.suppress(BrokenPipeError, EOFError):
            self.call("Browser.close")
        self._process.wait(_PATIENCE_SECONDS)
        self._ready.close()
        os.close(self._to)
        os.close(self._out)

    def tab(self) -> Tab:
        """A new page, empty, of which everything is heard."""
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        made = self._tabs[session] = Tab(self, session)
        for each in ("Page", "Runtime", "Log", "Network"):
            made.do(f"{each}.enable")
        return made

    def call(self, method: str, parameters: dict[str, Any] | None = None, session: str = "") -> Any:
        self._number += 1
        request = {"id": self._number, "method": method, "params": parameters or {}}
        os.write(self._to, json.dumps(request | ({"sessionId": session} if session else {})).encode() + b"\0")
        answer = self._hear_until(lambda message: message.get("id") == self._number)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    def wait_for(self, event: str, session: str) -> None:
        """An event that came since the last wait, or comes."""

        def is_it(message: dict[str, Any]) -> bool:
            return message.get("method") == event and message.get("sessionId") == session

        if not any(map(is_it, self._events)):
            self._hear_until(is_it)
        self._events.clear()

    def _hear_until(self, is_it: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            while b"\0" in self._rest:
                line, _, self._rest = self._rest.partition(b"\0")
                message = json.loads(line)
                self._note(message)
                if is_it(message):
                    return dict(message)
            if not self._ready.select(until - time.monotonic()):
                raise TimeoutError("Chromium does not answer")
            heard = os.read(self._out, 1 << 16)
            if not heard:
                raise EOFError("Chromium has ended")
            self._rest += heard

    def _note(self, message: dict[str, Any]) -> None:
        if "method" not in message:
            return
        self._events.append(message)
        tab, told = self._tabs.get(message.get("sessionId", "")), message["params"]
        if tab is None:
            return
        match message["method"]:
            case "Network.requestWillBeSent":
                tab.asked.append(told["request"]["url"])
            case "Runtime.consoleAPICalled":
                tab.complaints.append(str([each.get("value", each.get("description")) for each in told["args"]]))
            case "Runtime.exceptionThrown":
                tab.complaints.append(str(told["exceptionDetails"]))
            case "Log.entryAdded":
                tab.complaints.append(told["entry"]["text"])


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """Chromium with nobody's profile, ended at the end."""
    found = program()
    if found is None:
        raise FileNotFoundError("no Chromium on this machine: apt-get install chromium")
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        child_in, to = os.pipe()
        out, child_out = os.pipe()
        command = [found, *_SWITCHES, f"--user-data-dir={profile}", "about:blank"]
        process = subprocess.Popen(
            [sys.executable, "-c", _MOVE_DESCRIPTORS, str(child_in), str(child_out), *command],
            pass_fds=(child_in, child_out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(child_in)
        os.close(child_out)
        running = Browser(process, to, out)
        try:
            yield running
        finally:
            running.close()


def address_of(path: Path) -> str:
    return path.resolve().as_uri()
