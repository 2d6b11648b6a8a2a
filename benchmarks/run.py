"""Measure plan, apply, drifted plan and destroy against an emulator in its own process.

    .venv/bin/python -m benchmarks.run --devices 100 1000 5000
    .venv/bin/python -m benchmarks.run --validate 10000

With `--validate` it measures nothing but `validate` of that many devices, written out and by `count`, and start-up.
Prints one Markdown table a size: calls by method, wall and CPU seconds, peak memory, and the lower bound beside them.
The work is N devices, N/10 reserved addresses and N/10 assignments in one project with a key and a BGP config; the
emulator answers after 50 ms and provisions in 5 s. The lower bound is what no scheduler can beat: calls go out
`parallelism` at a time, and the last device still has to be provisioned after its create.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.written import by_count, written_out

TOKEN = "benchmark-token"
STACK = """\
stack: benchmark
projects:
  bench:
    name: Benchmark
    bgp_config: {{deployment_type: local, asn: 65000}}
    ssh_keys:
      ops: {{key: "{key}"}}
    ip_reservations:
      address:
        count: {tenth}
        type: public_ipv4
        quantity: 1
        facility: ewr1
    devices:
      front:
        count: {tenth}
        hostname: front-${{{{ index }}}}
        facility: ewr1
        plan: c1.small.x86
        operating_system: ubuntu_18_04
        tags: [bench]
        ip_assignments:
          address: ${{{{ project.ip_reservations.address[index] }}}}
      back:
        count: {rest}
        hostname: back-${{{{ index }}}}
        facility: ewr1
        plan: c1.small.x86
        operating_system: ubuntu_18_04
        tags: [bench{extra}]
"""
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJlbmNobWFya2JlbmNobWFya2JlbmNobWFya2Jl bench@example.com"


@dataclass(frozen=True)
class Measured:
    """One command: its wall and CPU seconds, peak memory in MiB, exit code, and requests by method and route."""

    name: str
    wall: float
    cpu: float
    memory: float
    exit_code: int
    requests: dict[str, dict[str, int]]

    def calls(self, method: str) -> int:
        return sum(self.requests.get(method, {}).values())

    @property
    def changes(self) -> int:
        return sum(self.calls(method) for method in ("POST", "PUT", "PATCH", "DELETE"))


def main() -> None:
    options = _options()
    if options.validate:
        _measure_validate(options.validate)
        _start_up()
        return
    print(f"latency {options.latency * 1000:.0f} ms, provisioning {options.provision} s, ", end="")
    print(f"parallelism {options.parallelism}, Python {sys.version.split()[0]}, {os.cpu_count()} cores\n")
    for count in options.devices:
        with tempfile.TemporaryDirectory() as folder:
            _measure_size(count, Path(folder), options)
    _start_up()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, nargs="+", default=[100, 1000, 5000])
    parser.add_argument("--latency", type=float, default=0.05, help="seconds a call takes (default: 0.05)")
    parser.add_argument("--provision", type=float, default=5.0, help="seconds a device takes (default: 5)")
    parser.add_argument("--parallelism", type=int, default=16)
    parser.add_argument("--validate", type=int, metavar="N", help="only validate stacks of N devices")
    return parser.parse_args()


def _measure_size(count: int, folder: Path, options: argparse.Namespace) -> None:
    port = _free_port()
    world = ["--latency", f"{options.latency * 1000:.0f}ms", "--provision-seconds", str(options.provision)]
    server = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "emulator", "serve", "--port", str(port), "--token", TOKEN, *world],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        stack = folder / "stack.yaml"
        _write(stack, count, "")
        more = ["--parallelism", str(options.parallelism)]
        rows = [_run("apply", port, [str(stack), "--yes", *more])]
        rows.append(_run("plan, no change", port, [str(stack), *more]))
        _write(stack, count, ", changed")
        rows.append(_run("plan, nine tenths changed", port, [str(stack), *more]))
        rows.append(_run("destroy", port, [str(stack), "--yes", *more]))
    finally:
        server.terminate()
        server.wait()
    print(f"### {count} devices\n")
    print("| command | GET | changes | wall s | lower bound s | ratio | CPU s | peak MiB | exit |")
    print("|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        bound = _bound(row, options)
        ratio = f"{row.wall / bound:.2f}"
        figures = f"{row.wall:.2f} | {bound:.2f} | {ratio} | {row.cpu:.2f} | {row.memory:.0f} | {row.exit_code}"
        print(f"| {row.name} | {row.calls('GET')} | {row.changes} | {figures} |")
    print("\ncalls by route:\n")
    for row in rows:
        routes = [f"{m} {route} {n}" for m, by in sorted(row.requests.items()) for route, n in sorted(by.items()) if n]
        print(f"- {row.name}: {', '.join(routes)}")
    print(flush=True)


def _measure_validate(count: int) -> None:
    """Median of three runs each, as whole processes."""
    print(
        f"### validate, {count} devices\n\n| stack | KiB | wall s | CPU s | peak MiB | exit |\n"
        "|---|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("written out", written_out(count)), ("by count", by_count(count))):
            stack = Path(folder, f"{name.replace(' ', '-')}.yaml")
            stack.write_text(text, encoding="utf-8")
            row = sorted((_validate(stack) for _ in range(3)), key=lambda each: each.wall)[1]
            figures = f"{row.wall:.2f} | {row.cpu:.2f} | {row.memory:.0f} | {row.exit_code}"
            print(f"| {name} | {stack.stat().st_size // 1024} | {figures} |")
    print(flush=True)


def _validate(stack: Path) -> Measured:
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "validate", str(stack)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    cpu = usage.ru_utime + usage.ru_stime
    wall = time.monotonic() - began
    return Measured("validate", wall, cpu, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status), {})


def _bound(row: Measured, options: argparse.Namespace) -> float:
    """Seconds that no client can beat: two rounds of reads, the calls in batches, and the slowest wait."""
    reads = 2 * options.latency
    batches = math.ceil(row.changes / options.parallelism) * options.latency
    wait = options.provision if row.name == "apply" else 1.0 if row.name == "destroy" else 0.0
    return float(reads + batches + wait)


def _run(name: str, port: int, arguments: list[str]) -> Measured:
    before = _stats(port)
    environment = {**os.environ, "PACKET_API_URL": f"http://127.0.0.1:{port}", "PACKET_AUTH_TOKEN": TOKEN}
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", name.split(",")[0], *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    cpu = usage.ru_utime + usage.ru_stime
    requests = _difference(before, _stats(port))
    return Measured(name, wall, cpu, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status), requests)


def _start_up() -> None:
    """Medians of the start-up times of three commands, in milliseconds."""
    stack = Path(__file__).parent.parent / "examples" / "stacks" / "quickstart.yaml"
    with tempfile.TemporaryDirectory() as folder:
        world = f"--emulator={folder}/world.db"
        print("### start-up, median of 9\n\n| command | ms |\n|---|---|")
        for arguments in (["--help"], ["validate", str(stack)], ["plan", str(stack), world]):
            times = []
            for _ in range(9):
                began = time.monotonic()
                subprocess.run(
                    [sys.executable, "-m", "reconciler", *arguments],
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    check=False,
                )
                times.append(time.monotonic() - began)
            print(f"| {arguments[0]} | {sorted(times)[4] * 1000:.0f} |")


def _write(path: Path, count: int, extra: str) -> None:
    tenth = max(1, count // 10)
    path.write_text(STACK.format(key=KEY, tenth=tenth, rest=count - tenth, extra=extra), encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _get(port: int, path: str) -> Any:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"X-Auth-Token": TOKEN})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def _stats(port: int) -> dict[str, dict[str, int]]:
    requests: dict[str, dict[str, int]] = _get(port, "/_emulator/stats")["requests"]
    return requests


def _difference(before: dict[str, dict[str, int]], after: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    return {
        method: {route: count - before.get(method, {}).get(route, 0) for route, count in routes.items()}
        for method, routes in after.items()
    }


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            _stats(port)
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("the emulator did not start")


if __name__ == "__main__":
    main()
