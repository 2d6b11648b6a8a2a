"""Secrets that sing when they are printed: put wherever the tool meets one, and looked for in all that it leaves.

A schedule is `FAULT METHOD ROUTE`: every command is run over an account in which that fault strikes those calls (the
API's errors quote the secrets), and then once more without it. What is searched: both streams of each command, plan
file, journal, audit log, reports, lock and every other file of the folder, the spans, and the bytes that a webhook got.
As they are, in base64 at each offset, in URLs, in JSON, in hex. The webhook's own URL is such a secret, of all but the
webhook.
"""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from reconciler.emulator import Emulator, Settings
from reconciler.emulator.faults.rule import KINDS
from tests.campaigns.campaign import Campaign, Violation
from tests.campaigns.commands import Ran, call, run
from tests.drift.receiver import Receiver, receiver
from tests.tracing.collector import Collector, collector

TOKEN: Final = "CanaryTokenOfTheApi7f3a"
_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFjY2VwdGFuY2VhY2NlcHRhbmNlYWNjZXB0YW5jZWFj ops"
_FAST = dict.fromkeys(("provision_seconds", "deprovision_seconds", "volume_seconds"), 0.0)
GIVEN: Final[Mapping[str, str]] = {
    "md5": "CanaryMd5Of2019",
    "boot": "canary-boot/secret+in=userdata",
    "custom": 'canary "custom" data \\ quoted',
    "pem": "-----BEGIN CANARY KEY-----\nCanaryLineOneOfTheKey\nCanaryLineTwoOfTheKey\n-----END CANARY KEY-----\n",
    "note": "canary in a plain description",
    "file": "CanaryOfAFileOfValues",
    "item": "canary-item-of-a-list",
}
"""The secret variables, by name. `file` is in a file of values, `item` in a list, the others in the environment."""
LEAST: Final = 12
UNRELATED: Final = "CanaryOfSomebodyElsesEnvironment"
UNKNOWN: Final = "CanaryOfAFieldNobodyKnows"
_STACK = f"""\
stack: song
variables:
  md5: {{type: string, secret: true}}
  boot: {{type: string, secret: true}}
  custom: {{type: string, secret: true}}
  pem: {{type: string, secret: true}}
  note: {{type: string, secret: true}}
  file: {{type: string, secret: true}}
  items: {{type: list, secret: true, default: [{GIVEN["item"]}]}}
projects:
  web:
    name: Web
    ssh_keys: {{ops: {{key: "{_KEY}"}}}}
    bgp_config: {{deployment_type: local, asn: 65000, md5: "${{{{ var.md5 }}}}"}}
    vlans: {{lan: {{facility: ewr1, description: "${{{{ var.note }}}}"}}}}
    licenses: {{os: {{licensee_product_id: "3d8bca0f-1b0f-4f5b-9d20-0ac2bd3e3a6e", size: 1, description: os}}}}
    api_keys: {{ci: {{description: builds}}}}
    devices:
      web:
        hostname: web
        facility: ewr1
        plan: baremetal_0
        operating_system: ubuntu_18_04
        userdata: "#!/bin/sh\\necho ${{{{ var.boot }}}} ${{{{ var.items[0] }}}}"
        customdata: {{password: "${{{{ var.custom }}}}", key: "${{{{ var.pem }}}}"}}
outputs:
  token: {{value: "${{{{ projects.web.api_keys.ci.token }}}}", secret: true}}
  md5: {{value: "${{{{ var.md5 }}}}", secret: true}}
  file: {{value: "${{{{ var.file }}}}", secret: true}}
  vlan: "${{{{ projects.web.vlans.lan.vxlan }}}}"
"""
COMMANDS: Final = (
    "validate stack.yaml",
    "validate stack.yaml --json",
    "plan stack.yaml",
    "plan stack.yaml --format json",
    "plan stack.yaml -o saved.plan",
    "show saved.plan",
    "show saved.plan --format json",
    "graph stack.yaml",
    "apply stack.yaml --yes",
    "apply stack.yaml --yes --json",
    "apply stack.yaml --yes --report done.html --audit seen",
    "drift stack.yaml",
    "drift stack.yaml --format json --since drift.json --notify",
    "drift . --recursive --since all.json --notify-config secret.urls",
    "drift . --recursive --format prometheus",
    "drift . --recursive --format junit",
    "watch stack.yaml --rounds 1 --repair cosmetic --metrics stacks.prom --notify",
    "watch stack.yaml --rounds 1 --json",
    "why projects.web.devices.web stack.yaml",
    "console stack.yaml -e var.note -e var.pem",
    "console stack.yaml -e projects.web --format json",
    "reap . --yes",
    "output stack.yaml",
    "output stack.yaml --json",
    "fmt --check stack.yaml",
    "destroy stack.yaml --yes --digest 0123456789abcdef --report refused.sarif",
    "destroy stack.yaml --yes --json --report gone.html",
    "history --address projects",
    "history --limit 0 --format json",
)
FIRST_LOOK: Final = "drift stack.yaml"
FIRST_DESTROY: Final = next(each for each in COMMANDS if each.startswith("destroy"))
_WITH_VALUES: Final = (
    "plan",
    "validate",
    "graph",
    "apply",
    "drift",
    "watch",
    "output",
    "destroy",
    "why",
    "console",
    "reap",
)
_SLOW: Final = (
    "delay", "slow_body", "slow_head", "timeout_before", "commit_then_timeout", "late_commit", "stuck", "slow_delete",
)  # fmt: skip
_LASTING: Final = ("alter_request",)
"""Faults that leave something in the account that nobody can tell is ours."""
_ROUTES: Final = (
    "POST /projects",
    "POST /projects/{id}/devices",
    "POST /projects/{id}/bgp-configs",
    "POST /projects/{id}/api-keys",
    "POST /projects/{id}/virtual-networks",
    "GET /projects/{id}/devices",
    "GET /projects/{id}/api-keys",
    "GET /projects",
    "DELETE /devices/{id}",
)
_OF_DEVICES: Final = ("fail_provisioning", "stuck", "slow_delete", "volume_in_use")


@dataclass
class Song:
    """A folder with the stack, an account, and all that the commands printed. Where `debug` they tell more: tracebacks,
    and spans to a `collector`.
    """

    folder: Path
    emulator: Emulator
    webhook: Receiver
    debug: bool
    collector: Collector
    ran: list[Ran] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)

    def sing(self) -> None:
        environment = {f"RECONCILER_VAR_{name}": each for name, each in GIVEN.items() if name not in ("file", "item")}
        environment |= {"PACKET_API_URL": self.emulator.url, "PACKET_AUTH_TOKEN": TOKEN, "TERM": "dumb"}
        environment |= {"AWS_SECRET_ACCESS_KEY": UNRELATED, "RECONCILER_NOTIFY_URLS": self.webhook.url}
        if self.debug:
            environment |= {"RECONCILER_DEBUG": "1", "OTEL_EXPORTER_OTLP_ENDPOINT": self.collector.url}
        for each in COMMANDS:
            words = each.split()
            if each == FIRST_LOOK:
                self.meddle()
            if each == FIRST_DESTROY:
                self.secrets |= self.there()
                self.put_back()
            if words[0] in _WITH_VALUES:
                words += ["--var-file", "secret.yaml"]
            if words[0] in ("apply", "destroy", "watch", "reap"):
                words += ["--settle", "0", "--accept-vanished"] if words[0] == "apply" else ["--settle", "0"]
            self.ran.append(run(self.folder, environment, *words))

    def meddle(self) -> None:
        """Somebody else calls the project after secrets, and a volume that they leave in it."""
        for inside in self.projects():
            self.call("PATCH", inside, {"name": self.quoted()[:80]})
            theirs = {"facility": "ewr1", "plan": "storage_1", "size": 100, "billing_cycle": "hourly"}
            self.call("POST", f"{inside}/storage", {**theirs, "description": self.quoted()})

    def put_back(self) -> None:
        """Their volume goes: it would keep the project from being destroyed."""
        for inside in self.projects():
            for each in self.call("GET", f"{inside}/storage").get("volumes", ()):
                self.call("DELETE", f"/storage/{each['id']}")

    def projects(self) -> list[str]:
        return [f"/projects/{each['id']}" for each in self.call("GET", "/projects").get("projects", ())]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = call(self.emulator.url, TOKEN, method, path, body)
        return answer.json() if answer.content else {}

    def strikes(self, kind: str, method: str, route: str) -> None:
        rule: dict[str, Any] = {"kind": kind, "method": method, "route": route, "times": 2}
        if kind in ("status", "commit_then_status"):
            rule |= {"status": 422 if kind == "status" else 500, "errors": [self.quoted()]}
        if kind in _SLOW:
            rule["seconds"] = 0.05
        if kind == "set_field":
            rule |= {"field": "admin_secret", "value": UNKNOWN, "times": None}
        if kind in ("drop_field", "alter_request"):
            rule |= {"field": "description"} | ({"value": GIVEN["note"]} if kind == "alter_request" else {})
        if kind == "meanwhile":
            rule["do"] = [{"method": "PATCH", "path": "/user", "body": {}}]
        if kind == "token_expires":
            rule["times"] = 1
        self.call("POST", "/_emulator/faults", {"rules": [rule]})

    def quoted(self) -> str:
        """An error of the API that quotes what it was sent."""
        return " ".join((TOKEN, GIVEN["md5"], GIVEN["boot"], GIVEN["custom"], GIVEN["note"], GIVEN["item"]))

    def there(self) -> dict[str, str]:
        """Those that were given, and those that the account made up."""
        found = {**GIVEN, "the token": TOKEN, "of others": UNRELATED, "of a field nobody knows": UNKNOWN}
        found["of the webhook"] = self.webhook.path
        for inside in self.projects():
            for each in self.call("GET", f"{inside}/devices").get("devices", ()):
                if each.get("root_password"):
                    found["root password"] = each["root_password"]
            for each in self.call("GET", f"{inside}/api-keys").get("api_keys", ()):
                found["token of a key"] = each["token"]
            for each in self.call("GET", f"{inside}/licenses").get("licenses", ()):
                if each.get("license_key"):
                    found["license key"] = each["license_key"]
        return found

    def left(self) -> Iterator[tuple[str, bytes]]:
        """All that was printed and written, but what was given."""
        for each in self.ran:
            yield f"{each.command} > stdout", each.out.encode("utf-8", "backslashreplace")
            yield f"{each.command} > stderr", each.err.encode("utf-8", "backslashreplace")
        yield "spans", b"".join(self.collector.raw)
        for number, content in enumerate(self.webhook.raw):
            yield f"message {number}", content
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and path.name not in ("stack.yaml", "secret.yaml", "secret.urls"):
                yield str(path.relative_to(self.folder)), path.read_bytes()


def forms(secret: str) -> Iterator[tuple[str, bytes]]:
    """A secret as it would be found: whole, by its lines, and as encoders write it."""
    for text in {secret, *(each for each in secret.split("\n") if "anary" in each)}:
        raw = text.encode()
        yield "as it is", raw
        yield "in JSON", json.dumps(text)[1:-1].encode()
        yield "in JSON in JSON", json.dumps(json.dumps(text)[1:-1])[1:-1].encode()
        yield "in a URL", quote(text, safe="").encode()
        yield "in hex", raw.hex().encode()
        for before in range(3):
            whole = base64.b64encode(b"\0" * before + raw + b"\0" * 3)
            first, last = (before * 8 + 5) // 6, (before + len(raw)) * 8 // 6
            yield "in base64", whole[first:last]


def play(schedule: str) -> list[Violation]:
    kind, method, route = schedule.split()
    with (
        tempfile.TemporaryDirectory(prefix="canaries-") as folder,
        Emulator(token=TOKEN, settings=Settings().changed(_FAST)) as emulator,
        receiver() as webhook,
        collector() as taking,
    ):
        song = Song(Path(folder), emulator, webhook, len(schedule) % 2 == 0, taking)
        (song.folder / "stack.yaml").write_text(_STACK, encoding="utf-8")
        (song.folder / "secret.yaml").write_text(f"file: {GIVEN['file']}\n", encoding="utf-8")
        (song.folder / "secret.urls").write_text(f"{webhook.url}\n", encoding="utf-8")
        song.strikes(kind, method, route)
        song.sing()
        struck = len(song.ran)
        song.call("POST", "/_emulator/faults", {"rules": []})
        song.sing()
        calm = [
            each
            for each in song.ran[struck:]
            if each.command.startswith(("apply", "destroy")) and "--digest" not in each.command
        ]
        found = [
            Violation("without the fault it works", f"{each.command}: {each.code} {each.err[-300:]}")
            for each in calm
            if each.code and kind not in _LASTING
        ]
        if song.debug and not taking.named("reconciler apply"):
            found.append(Violation("there are spans to look into", f"{len(taking.spans)} spans"))
        if len(song.secrets) < LEAST:
            found.append(Violation("there are enough secrets to find", ", ".join(song.secrets)))
        return found + leaks(song)


def leaks(song: Song) -> list[Violation]:
    texts = list(song.left())
    return [
        Violation("no secret is printed or written", f"{name} {how} in {where}: {_around(text, form)!r}")
        for name, secret in song.secrets.items()
        for how, form in forms(secret)
        for where, text in texts
        if form in text
    ]


def _around(text: bytes, form: bytes) -> bytes:
    at = text.index(form)
    return text[max(0, at - 60) : at + len(form) + 20]


def schedules(count: int, seed: int) -> Iterable[str]:
    every = [f"{kind} {route}" for route in _ROUTES for kind in KINDS if _fits(kind, route)]
    return [every[(seed * 13 + number * 31) % len(every)] for number in range(min(count, len(every)))]


def _fits(kind: str, route: str) -> bool:
    """Whether the emulator knows such a rule, and a person would not wait for its end in minutes of the real clock."""
    if kind == "pretend" and route.startswith("DELETE"):  # a machine that stays is waited for
        return False
    if kind in _OF_DEVICES:
        return route in ("POST /projects/{id}/devices", "DELETE /devices/{id}")
    return True


CAMPAIGN = Campaign(
    name="canaries",
    what="secrets in every place that may hold one, looked for in all that commands print and write under a fault",
    full=sum(_fits(kind, route) for kind in KINDS for route in _ROUTES),
    short=1,
    schedules=schedules,
    play=play,
)
