"""`reconciler init`: a first stack that validates and applies as it is."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import complete_projects, no_color_option
from reconciler.cli.session import Session
from reconciler.diagnostics import Refused, error
from reconciler.values import STACK_NAME

FACILITIES = ("ewr1", "sjc1", "ams1", "nrt1")
PLANS = ("t1.small.x86", "c1.small.x86", "c2.medium.x86", "m1.xlarge.x86", "m2.xlarge.x86", "s1.large.x86")
SYSTEMS = ("ubuntu_18_04", "ubuntu_16_04", "debian_9", "centos_7", "coreos_stable")
"""What is offered first, each plan in each facility. Any other slug can be typed, and a plan checks it with the API."""

_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]*")
_PUBLIC_KEY = re.compile(r"(?:ssh-|ecdsa-|sk-)[A-Za-z0-9@.-]+ [A-Za-z0-9+/=]+(?: [^\r\n]*)?")
_MOST_DEVICES = 100
_IGNORED = ".reconciler/\n*.plan\n"

_TEMPLATE = """\
# What this stack keeps in the account. See what an apply would change, then make it so:
#
#   reconciler plan {file} --emulator
#   reconciler apply {file} --emulator
#
# --emulator is a Packet API on this machine. Without it, the token in PACKET_AUTH_TOKEN opens the account.
stack: {name}

variables:
  facility: {{default: {facility}}}
  size: {{type: integer, default: {count}, minimum: 0, maximum: {most}}}

projects:
  main:
{project}{keys}
    devices:
      # projects.main.devices.node[0] and so on; `index` counts from 0
      node:
        count: ${{{{ var.size }}}}
        hostname: {name}-${{{{ index + 1 }}}}
        facility: ${{{{ var.facility }}}}
        plan: {plan}
        operating_system: {system}
{device_keys}
outputs:
  addresses: ${{{{ projects.main.devices.node | map(attribute='public_ipv4') | list }}}}
"""


@dataclass(frozen=True)
class Answers:
    """What the stack is made from. `existing` is the uuid or name of a project to work in, else `project` is made;
    `key` is the text of a public key, or empty.
    """

    name: str
    project: str
    existing: str
    facility: str
    count: int
    plan: str
    system: str
    key: str


@click.command("init")
@click.argument("folder", metavar="[DIR]", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option("--name", metavar="NAME", help="The stack's name, by which it owns things. [default: the folder's]")
@click.option("--project", metavar="TEXT", help="The name of the project to make. [default: the stack's name]")
@click.option(
    "--existing",
    metavar="NAME",
    help="Work in this project (name or uuid) instead of making one.",
    shell_complete=complete_projects,
)
@click.option("--facility", metavar="SLUG", help=f"Where the machines stand. [default: {FACILITIES[0]}]")
@click.option(
    "--count",
    type=click.IntRange(0, _MOST_DEVICES),
    metavar="N",
    help="How many machines. [default: 1; 0 without a key, since the API makes none then]",
)
@click.option("--plan", "plan", metavar="SLUG", help=f"Their hardware. [default: {PLANS[0]}]")
@click.option("--os", "system", metavar="SLUG", help=f"Their operating system. [default: {SYSTEMS[0]}]")
@click.option(
    "--ssh-key", metavar="FILE", help="A PUBLIC key to copy into keys/; empty for none. [default: yours in ~/.ssh]"
)
@click.option("--yes", is_flag=True, help="Ask nothing: what no option says has its default.")
@no_color_option
def command(
    folder: Path,
    name: str | None,
    project: str | None,
    existing: str | None,
    facility: str | None,
    count: int | None,
    plan: str | None,
    system: str | None,
    ssh_key: str | None,
    yes: bool,
    no_color: bool,
) -> int:
    """Write a first stack into DIR (the current folder): stack.yaml, .gitignore, and a public key if wanted.

    Asks for what no option says, with an answer in brackets for each; asks nothing where there is no terminal. Never
    overwrites a file.

    \b
      reconciler init
      reconciler init edge --facility ams1 --count 3 --yes
    """
    if existing is not None and project is not None:
        raise click.UsageError("--project makes a project and --existing works in one; give one of them.")
    with Session(no_color=no_color) as session:
        asker = _Asker(session.sink.note, silent=yes or not sys.stdin.isatty())
        stack = folder / "stack.yaml"
        _refuse_existing(stack)
        name = asker.ask("Stack name", name, _default_name(folder), _is_stack_name)
        if existing is None and project is None:
            existing = asker.ask("Existing project to work in (empty: make one)", None, "", _is_line) or None
        project = "" if existing else asker.ask("Name of the project", project, name, _is_line)
        facility = asker.ask(_offer("Facility", FACILITIES), facility, FACILITIES[0], _is_slug)
        plan = asker.ask(_offer("Plan", PLANS), plan, PLANS[0], _is_slug)
        system = asker.ask(_offer("Operating system", SYSTEMS), system, SYSTEMS[0], _is_slug)
        key_path = asker.ask("Public SSH key (empty: none)", ssh_key, _own_key(), _is_key_path)
        key = _public_key(Path(key_path).expanduser()) if key_path else ""
        given = None if count is None else str(count)
        machines = int(asker.ask("How many machines", given, "1" if key else "0", _is_count))
        answers = Answers(name, project, existing or "", facility, machines, plan, system, key)
        _write(folder, stack, answers, session.sink.note)
        if not key:
            session.sink.note("The API makes no machine without an SSH key: name one in the stack, then raise `size`.")
        session.sink.note(f"Next: reconciler plan {stack} --emulator")
        return Exit.DONE


class _Asker:
    """Questions with defaults; `silent` takes the defaults, `say` tells what is wrong with an answer."""

    def __init__(self, say: Callable[[str], None], *, silent: bool) -> None:
        self._say = say
        self.silent = silent

    def ask(self, question: str, given: str | None, default: str, check: Callable[[str], str]) -> str:
        """The answer: as given, else asked for until `check` finds no fault in it. Raises click.UsageError."""
        if given is not None or self.silent:
            answer = default if given is None else given
            fault = check(answer)
            if fault:
                raise click.UsageError(f"{question.split(' (')[0]}: {fault}")
            return answer
        while True:
            answer = str(click.prompt(question, default=default, show_default=bool(default), err=True)).strip()
            fault = check(answer)
            if not fault:
                return answer
            self._say(f"  {fault}")


def _offer(what: str, slugs: tuple[str, ...]) -> str:
    return f"{what} ({', '.join(slugs)}, ...)"


def _default_name(folder: Path) -> str:
    words = re.findall(r"[a-z0-9]+", folder.resolve().name.lower())
    return "-".join(words)[:40].rstrip("-") or "first"


def _is_stack_name(text: str) -> str:
    return "" if STACK_NAME.fullmatch(text) else f"`{text}` is no stack name: a-z, 0-9 and -, at most 40 of them"


def _is_line(text: str) -> str:
    plain = text.isprintable() and "${{" not in text and len(text) <= 80
    return "" if plain else "at most 80 letters, without an expression in them"


def _is_slug(text: str) -> str:
    return "" if _SLUG.fullmatch(text) else f"`{text}` is no slug: a-z, 0-9, `.`, `_` and `-`"


def _is_count(text: str) -> str:
    good = text.isascii() and text.isdigit() and int(text) <= _MOST_DEVICES
    return "" if good else f"a number from 0 to {_MOST_DEVICES}"


def _is_key_path(text: str) -> str:
    return "" if not text or Path(text).expanduser().is_file() else f"there is no file `{text}`"


def _own_key() -> str:
    """The user's newest kind of public key, or the empty string."""
    for name in ("id_ed25519.pub", "id_ecdsa.pub", "id_rsa.pub"):
        path = Path.home() / ".ssh" / name
        if path.is_file():
            return f"~/.ssh/{name}"
    return ""


def _public_key(path: Path) -> str:
    """The one line of a public key. Raises Refused for anything else, a private key above all."""
    hint = "the public half ends in .pub; a private key never leaves its place"
    try:
        text = path.read_bytes()[:20_000].decode("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        text = ""
    if not _PUBLIC_KEY.fullmatch(text):
        raise Refused([error("not-a-public-key", f"{path} holds no public SSH key", hint=hint)])
    return text


def _refuse_existing(*paths: Path) -> None:
    there = [each for each in paths if each.exists() or each.is_symlink()]
    if there:
        hint = "give another DIR, or move it away"
        raise Refused([error("file-exists", f"{each} is there already", hint=hint) for each in there])


def _write(folder: Path, stack: Path, answers: Answers, note: Callable[[str], None]) -> None:
    key_file = folder / "keys" / "admin.pub"
    if answers.key:
        _refuse_existing(key_file)
    folder.mkdir(parents=True, exist_ok=True)
    if answers.key:
        key_file.parent.mkdir(exist_ok=True)
        _create(key_file, f"{answers.key}\n", note)
    _create(stack, _text(answers, stack), note)
    ignore = folder / ".gitignore"
    if not ignore.exists() and not ignore.is_symlink():
        _create(ignore, _IGNORED, note)
    elif ".reconciler/" not in ignore.read_text(encoding="utf-8", errors="replace").split("\n"):
        note(f"Add the line `.reconciler/` to {ignore}: it is there already, and is left as it is.")


def _create(path: Path, text: str, note: Callable[[str], None]) -> None:
    with path.open("x", encoding="utf-8") as file:  # x: whatever has come there meanwhile is not overwritten
        file.write(text)
    note(f"Wrote {path}")


def _text(answers: Answers, stack: Path) -> str:
    project = f"    existing: {_quoted(answers.existing)}\n"
    if not answers.existing:
        project = f"    name: {_quoted(answers.project)}\n"
    lead = "" if answers.key else "# "
    keys = f"""
    {lead}ssh_keys:
    {lead}  admin: {{key: "${{{{ file('keys/admin.pub') }}}}"}}
"""
    device_keys = f'        {lead}project_ssh_keys: ["${{{{ project.ssh_keys.admin }}}}"]\n'
    return _TEMPLATE.format(
        file=stack.name,
        name=answers.name,
        facility=_quoted(answers.facility),
        count=answers.count,
        most=_MOST_DEVICES,
        project=project,
        keys=keys,
        device_keys=device_keys,
        plan=_quoted(answers.plan),
        system=_quoted(answers.system),
    )


def _quoted(text: str) -> str:
    """A text as a YAML scalar: bare where every reader takes it for text, else in double quotes."""
    import json

    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]*(?: [A-Za-z0-9_.-]+)*", text) and not _word_of_yaml(text):
        return text
    return json.dumps(text, ensure_ascii=False)


def _word_of_yaml(text: str) -> bool:
    return text.lower() in ("true", "false", "null", "yes", "no", "on", "off", "y", "n")
