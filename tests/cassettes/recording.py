"""Recording what the tool says to the API and hears from it, with vcrpy, one worker and virtual time.

    .venv/bin/python -m tests.cassettes.recording        writes cassettes/*.yaml anew

The emulator's ids come from a seed and its time is virtual, so a recording is the same bytes each time; a test records
again and compares, so a cassette cannot go stale. Nothing secret is kept: no token, and of the headers only those that
the client reads. What is in stock is not asked for: that is of one moment.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import vcr
from vcr.request import Request

from reconciler.api import Client
from reconciler.app import Options, Stop, apply_plan, make_plan, read_stack
from reconciler.emulator import Emulator, Settings, VirtualClock
from reconciler.model.event import Report
from reconciler.stack import Inputs

ROOT = Path(__file__).parents[2]
CASSETTES = ROOT / "cassettes"
STACKS = ROOT / "examples" / "stacks"
NAMES = (
    "bgp-anycast-workshop",
    "citus-postgres",
    "hybrid-gateway-backends",
    "kubernetes-bgp-metallb",
    "kurl-testgrid-spot",
    "nutanix-cluster",
    "openshift-upi-matchbox",
    "openstack-mixed-arch",
    "quickstart",
    "tinkerbell-sandbox",
)
"""The examples that have a cassette: those that hold no secret and together use the kinds that examples use. The others
would only say it again."""
TOKEN = "recording-token"
RECORDED_URL = "https://api.packet.net"
_KEPT_HEADERS = frozenset({"content-type", "retry-after"})
_START = 1_546_300_800.0  # 2019-01-01T00:00:00Z


class SteppingClock:
    """The engine's clock in a recording: sleeping moves it at once, and takes the emulator's clock along."""

    def __init__(self, advance: Callable[[float], None]) -> None:
        self._now = 0.0
        self._advance = advance

    def now(self) -> float:
        return self._now

    def wall(self) -> float:
        return _START + self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds
        self._advance(seconds)


def record(name: str, path: Path) -> None:
    """Apply, plan again and destroy one example against a fresh emulator, and write the cassette."""
    clock = VirtualClock(_START)
    with Emulator(token=TOKEN, seed=1, clock=clock, settings=Settings(provision_seconds=5.0)) as emulator:
        recorder = _recorder(emulator.url)
        with recorder.use_cassette(str(path), record_mode="all"):
            run(name, emulator.url, SteppingClock(clock.sleep))


def replay(name: str, path: Path) -> tuple[Report, bool, Report]:
    """The same against the cassette; there is no server."""
    recorder = _recorder(RECORDED_URL)
    with recorder.use_cassette(str(path), record_mode="none", allow_playback_repeats=False) as cassette:
        outcome = run(name, RECORDED_URL, SteppingClock(lambda _: None))
        assert cassette.all_played, "the cassette holds calls that were not made"
    return outcome


def run(name: str, url: str, clock: SteppingClock) -> tuple[Report, bool, Report]:
    """Apply, plan again, destroy. Returns the two reports, and whether the second plan was empty."""
    stack = read_stack([STACKS / f"{name}.yaml"], Inputs())
    client = Client(url, TOKEN, parallelism=1, clock=clock, rng=random.Random(1), single_session=True)

    def apply(options: Options) -> Report:
        planned = make_plan(stack, client, options, parallelism=1, preflight=False)
        return apply_plan(
            planned,
            client,
            parallelism=1,
            listen=lambda _: None,
            stop=Stop(),
            clock=clock,
            rng=random.Random(1),
        )

    applied = apply(Options())
    empty = make_plan(stack, client, Options(), parallelism=1, preflight=False).plan.empty
    return applied, empty, apply(Options(destroy=True))


def _recorder(url: str) -> Any:
    hidden = _Hidden()
    return vcr.VCR(
        match_on=("method", "scheme", "host", "path", "query", "body"),
        before_record_request=_request_scrubber(url, hidden),
        before_record_response=partial(_scrub_response, hidden),
        decode_compressed_response=True,
    )


class _Hidden:
    """Tokens that answers show, each with a word that stands for it in the recording, wherever it is sent again."""

    def __init__(self) -> None:
        self._words: dict[bytes, bytes] = {}

    def hide(self, body: bytes) -> bytes:
        for name, value in re.findall(rb'"(token|license_key|nonce)": ?"([^"]+)"', body):
            self._words.setdefault(value, b"%s-%d" % (name, len(self._words)))
        for value, word in self._words.items():
            body = body.replace(value, word)
        return body


def _request_scrubber(url: str, hidden: _Hidden) -> Callable[[Request], Request]:
    """The recording names the API's public address, whatever port the emulator had, and keeps no header of ours."""

    def scrub(request: Request) -> Request:
        request.uri = re.sub(rf"^{re.escape(url)}", RECORDED_URL, request.uri)
        if request.body:
            request.body = hidden.hide(request.body)
        request.headers = {name: value for name, value in request.headers.items() if name.lower() == "content-type"}
        return request

    return scrub


def _scrub_response(hidden: _Hidden, response: dict[str, Any]) -> dict[str, Any]:
    """Keeps what the client reads; a new device's root password is taken out, made up as it is, and so are tokens."""
    kept = {name: value for name, value in response["headers"].items() if name.lower() in _KEPT_HEADERS}
    body = re.sub(rb'"root_password": ?"[^"]*"', b'"root_password":null', response["body"]["string"] or b"")
    return {**response, "headers": kept, "body": {"string": hidden.hide(body)}}


if __name__ == "__main__":
    for each in NAMES:
        target = CASSETTES / f"{each}.yaml"
        target.unlink(missing_ok=True)
        record(each, target)
