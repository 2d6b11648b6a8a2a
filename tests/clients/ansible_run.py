"""Ansible's packet_* modules against the emulator: too large for the suite, so a command of its own.

    .venv/bin/python -m tests.clients.ansible_run [FOLDER]

makes a virtual environment in FOLDER (a temporary one, removed in the end, when none is given; a kept one is used
again), with ansible-core, packet-python and, out of the wheel of `ansible`, the collection community.general. Then it
starts an emulator, runs the playbooks in `tests/clients/ansible` and looks in the emulator whether what they report is
so. It needs PyPI, and some 140 MB of disk. Exit status 0 means that all was as it should be.

The modules make their own `packet.Manager` and cannot be told of another address, so a `sitecustomize` in the
environment points all of them at the emulator; see `plain_http`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path
from typing import Any

import requests

from reconciler.emulator import Emulator, Settings
from tests.emulator.client import public_key

ROOT = Path(__file__).parents[2]
PLAYBOOKS = Path(__file__).parent / "ansible"
ANSIBLE = "12.3.0"
"""The last release when this was written; all since 2.10 have the modules, the ones before in ansible itself."""
PACKAGES = ("ansible-core>=2.19.5,<2.20", "packet-python>=1.44.3")
TOKEN = "a-token-for-ansible"
_POINTING = """\
import os
if "PACKET_API_URL" in os.environ:
    from tests.clients.plain_http import point_whole_process
    point_whole_process(os.environ["PACKET_API_URL"])
"""
_RECAP = re.compile(r"localhost +: ok=(\d+) +changed=(\d+) +unreachable=(\d+) +failed=(\d+)")


def install(folder: Path) -> None:
    """The environment, unless it is there."""
    if (folder / "done").exists():
        return
    venv.create(folder / "venv", with_pip=True)
    pip = [str(folder / "venv" / "bin" / "pip"), "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "install", *PACKAGES], check=True)
    subprocess.run([*pip, "download", "--no-deps", "--dest", str(folder), f"ansible=={ANSIBLE}"], check=True)
    (wheel,) = folder.glob("ansible-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        members = [each for each in archive.namelist() if each.startswith("ansible_collections/community/general/")]
        archive.extractall(folder / "collections", members)
    wheel.unlink()
    pointing = folder / "pointing"
    pointing.mkdir(exist_ok=True)
    (pointing / "sitecustomize.py").write_text(_POINTING, encoding="utf-8")
    (folder / "done").touch()


def play(folder: Path, name: str, url: str) -> int:
    """Run a playbook; returns how many tasks reported a change. Exits when a task failed."""
    interpreter = folder / "venv" / "bin" / "python"
    environment = {
        "PATH": f"{interpreter.parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join((str(folder / "pointing"), str(ROOT))),
        "PACKET_API_URL": url,
        "PACKET_API_TOKEN": TOKEN,
        "CLIENTS_PUBLIC_KEY": public_key(1),
        "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
    }
    command = [str(interpreter.parent / "ansible-playbook"), "--extra-vars",
               f"ansible_python_interpreter={interpreter}", str(PLAYBOOKS / f"{name}.yaml")]  # fmt: skip
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    print(done.stdout + done.stderr)
    recap = _RECAP.search(done.stdout)
    if done.returncode or recap is None:
        raise SystemExit(f"{name}: ansible-playbook failed with {done.returncode}")
    return int(recap[2])


class Look:
    """Reads the emulator past every client."""

    def __init__(self, url: str) -> None:
        self._url = url

    def get(self, path: str) -> Any:
        answer = requests.get(f"{self._url}{path}", headers={"X-Auth-Token": TOKEN}, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def make(self, path: str, body: object) -> Any:
        answer = requests.post(f"{self._url}{path}", json=body, headers={"X-Auth-Token": TOKEN}, timeout=10)
        answer.raise_for_status()
        return answer.json()


def expect(what: str, found: object, wanted: object) -> None:
    print(f"{what}: {found}")
    if found != wanted:
        raise SystemExit(f"{what}: {wanted!r} was expected")


def check_built(look: Look) -> None:
    """The emulator's world holds what the playbook says."""
    (project,) = look.get("/projects")["projects"]
    expect("custom data", project["customdata"], {"made_by": "ansible"})
    devices = {each["hostname"]: each for each in look.get(f"/projects/{project['id']}/devices")["devices"]}
    expect("devices", {name: each["state"] for name, each in sorted(devices.items())},
           dict.fromkeys(("db", "web01", "web02"), "active"))  # fmt: skip
    expect("user data", devices["web01"]["userdata"], "#cloud-config\npackages: [nginx]\n")
    expect("tags", devices["web01"]["tags"], ["ansible"])
    (volume,) = look.get(f"/projects/{project['id']}/storage?include=attachments.device,snapshot_policies")["volumes"]
    expect("volume", (volume["description"], volume["size"]), ("data", 100))
    expect("policies", [each["snapshot_frequency"] for each in volume["snapshot_policies"]], ["1day"])
    expect("attached to", [each["device"]["hostname"] for each in volume["attachments"]], ["db"])
    elastic = [each for each in devices["web01"]["ip_addresses"] if not each["management"]]
    expect("elastic addresses of web01", len(elastic), 1)


def check_removed(look: Look) -> None:
    """Nothing is left."""
    expect("projects", look.get("/projects")["projects"], [])
    expect("keys", look.get("/ssh-keys")["ssh_keys"], [])


def run(folder: Path) -> None:
    """Install, play, and look."""
    install(folder)
    settings = Settings(provision_seconds=2.0, deprovision_seconds=0.0, volume_seconds=0.0, action_seconds=0.0)
    with Emulator(token=TOKEN, settings=settings) as emulator:
        look = Look(emulator.url)
        look.make("/ssh-keys", {"label": "ops", "key": public_key(1)})
        expect("changes of the first run", play(folder, "build", emulator.url), 6)
        check_built(look)
        expect("changes of the second run", play(folder, "build", emulator.url), 0)
        check_built(look)
        expect("changes of power", play(folder, "change", emulator.url), 2)
        check_built(look)
        play(folder, "remove", emulator.url)
        check_removed(look)
    print("all as it should be")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
        run(Path(sys.argv[1]).resolve())
    else:
        with tempfile.TemporaryDirectory(prefix="ansible-") as temporary:
            run(Path(temporary))
