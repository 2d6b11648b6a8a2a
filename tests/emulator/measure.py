"""How fast the emulator is, over a real socket. Not a test: `python -m tests.emulator.measure [devices]
[file]`.

Prints what it cost to make so many devices from 16 client threads, to list a thousand of them (first and
again), and to open the world again when it has a file. The clients' own time is in the figures: they share
the processor and the interpreter.
"""

from __future__ import annotations

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from reconciler.emulator import Emulator, Settings
from tests.emulator.client import DEVICE, TOKEN, public_key

THREADS = 16


def session() -> requests.Session:
    made = requests.Session()
    made.headers["X-Auth-Token"] = TOKEN
    made.trust_env = False
    return made


def create(url: str, count: int) -> float:
    """Milliseconds a device, from sixteen threads."""
    own = threading.local()

    def make(_number: int) -> None:
        if not hasattr(own, "session"):
            own.session = session()
        own.session.post(url, json=DEVICE).raise_for_status()

    start = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(make, range(count)))
    return (time.perf_counter() - start) / count * 1000


def read(client: requests.Session, url: str) -> tuple[float, int]:
    """Milliseconds and bytes of one GET."""
    start = time.perf_counter()
    body = client.get(url).content
    return (time.perf_counter() - start) * 1000, len(body)


def main(count: int, file: Path | None) -> None:
    with Emulator(token=TOKEN, db=file, settings=Settings(provision_seconds=0.5)) as emulator, session() as client:
        project = client.post(f"{emulator.url}/projects", json={"name": "measured"}).json()["href"]
        client.post(f"{emulator.url}{project}/ssh-keys", json={"label": "k", "key": public_key(1)}).raise_for_status()
        devices = f"{emulator.url}{project}/devices"
        print(f"create {count} devices from {THREADS} threads: {create(devices, count):.2f} ms each")
        time.sleep(0.6)
        for name in ("first", "again", "again"):
            milliseconds, size = read(client, f"{devices}?per_page=1000")
            print(f"list 1,000 of them, {name}: {milliseconds:.0f} ms, {size / 1e6:.1f} MB")
        one = client.get(f"{devices}?per_page=1").json()["devices"][0]["href"]
        small = [read(client, f"{emulator.url}{one}")[0] for _ in range(200)]
        print(f"get one device: {sum(small) / len(small):.2f} ms")
    if file is not None:
        start = time.perf_counter()
        Emulator(token=TOKEN, db=file).stop()
        print(f"open the file again: {(time.perf_counter() - start) * 1000:.0f} ms, {file.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
