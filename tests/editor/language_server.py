"""What an editor shows for a stack file: drives yaml-language-server over stdio with the schema of the header line.

.venv/bin/python -m tests.editor.language_server [VERSION]      installs it with npm into a temporary folder, and checks

Needs node, npm and a registry, so it is no part of the suite; tests.schemas tests the schema itself.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples" / "stacks"
"""Where the texts would stand: they are sent, not written."""
HEADER = "# yaml-language-server: $schema=../../schemas/stack.schema.json\n"
SOUND = """\
stack: typed
projects:
  edge:
    name: Edge
    devices:
      web:
        plan: c2.medium.x86
        facility: ewr1
        operating_system: ubuntu_18_04
"""


class Server:
    """A language server under way: requests by number, and the file that was shown last."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._to: IO[bytes] = process.stdin
        self._from: IO[bytes] = process.stdout
        self._number = 0
        self._uri = ""

    def ask(self, method: str, params: dict[str, Any]) -> Any:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            message = self._read()
            if message.get("id") == self._number and "method" not in message:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message.get("result")

    def tell(self, method: str, params: dict[str, Any]) -> None:
        self._send({"method": method, "params": params})

    def show(self, text: str) -> list[dict[str, Any]]:
        """Open another file with this text, and wait for what is wrong with it."""
        self._number += 1
        self._uri = (FOLDER / f"typed-{self._number}.yaml").as_uri()
        document = {"uri": self._uri, "languageId": "yaml", "version": 1, "text": HEADER + text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        while True:
            message = self._read()
            params = message.get("params") or {}
            if message.get("method") == "textDocument/publishDiagnostics" and params.get("uri") == self._uri:
                return list(params["diagnostics"])

    def at(self, method: str, line: int, character: int) -> Any:
        """Ask about a spot; lines count from 0 without the header."""
        where = {"textDocument": {"uri": self._uri}, "position": {"line": line + 1, "character": character}}
        return self.ask(method, where)

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._to.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._to.flush()

    def _read(self) -> dict[str, Any]:
        """The next message; what the server asks of its client is answered on the way."""
        length = 0
        while line := self._from.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if not length:
            raise RuntimeError("the language server has ended")
        message: dict[str, Any] = json.loads(self._from.read(length))
        if "method" in message and "id" in message:
            items = message.get("params", {}).get("items", [])
            settings = [_SETTINGS.get(each.get("section"), {}) for each in items]
            result = settings if message["method"] == "workspace/configuration" else None
            self._send({"id": message["id"], "result": result})
        return message


_SETTINGS: dict[str | None, dict[str, Any]] = {
    "yaml": {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}
}


@contextmanager
def started(command: list[str]) -> Iterator[Server]:
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            server = Server(process)
            capabilities = {"workspace": {"configuration": True}, "textDocument": {"publishDiagnostics": {}}}
            server.ask("initialize", {"processId": None, "rootUri": ROOT.as_uri(), "capabilities": capabilities})
            server.tell("initialized", {})
            yield server
        finally:
            process.kill()


def check(server: Server) -> list[str]:
    """What is not as it should be."""
    wrong = []

    def expect(condition: bool, what: str, seen: object) -> None:
        print(f"{'ok' if condition else 'NOT OK'}: {what}", flush=True)
        if not condition:
            wrong.append(f"{what}: {json.dumps(seen)[:600]}")

    found = server.show(SOUND)
    expect(found == [], "a sound stack has no errors", found)

    for what, line, word in (("plan", 6, "The hardware"), ("facility", 7, "A facility code"), ("name", 3, "name")):
        hover = server.at("textDocument/hover", line, 10 if line > 3 else 5)
        text = json.dumps(hover)
        expect(word in text and "A change" in text, f"{what} is described, with what a change does", hover)

    for text, where, line, names in (
        (SOUND + "        ", "a device", 9, {"userdata", "network_type", "lifecycle", "count", "ports"}),
        (SOUND + "    ", "a project", 9, {"vlans", "ip_reservations", "bgp_config", "groups"}),
        (SOUND, "the top", 9, {"variables", "outputs", "ssh_keys", "groups", "moved", "files"}),
    ):
        server.show(text)
        answer = server.at("textDocument/completion", line, len(text.rsplit("\n", 1)[-1]))
        labels = {each["label"] for each in (answer or {}).get("items", [])}
        expect(names <= labels, f"in {where}, its keys are offered", sorted(labels))

    for what, text in (
        ("an unknown key", SOUND + "        pln: x\n"),
        ("a word that is no choice", SOUND + "        network_type: layer9\n"),
        ("a value of a wrong type", SOUND + "        locked: 3\n"),
    ):
        found = server.show(text)
        lines = {each["range"]["start"]["line"] for each in found}
        expect(10 in lines, f"{what} is an error at its line", found)
    return wrong


def main(version: str = "latest") -> int:
    with tempfile.TemporaryDirectory() as folder:
        install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder]
        subprocess.run([*install, f"yaml-language-server@{version}"], check=True)
        with started([str(Path(folder) / "node_modules" / ".bin" / "yaml-language-server"), "--stdio"]) as server:
            wrong = check(server)
    for each in wrong:
        print(each, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
