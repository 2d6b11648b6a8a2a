"""Who runs this, where, and of which commit: by what the CI system says, the machine, and the repository's files.

No program is run, git neither. All of it is foreign text, and may be wrong: a CI system names whom it likes, and who
starts a run by hand may set any variable.
"""

from __future__ import annotations

import os
import pwd
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from reconciler.model.audit import CommitFrom, Origin

LONGEST: Final = 300
"""Longer texts of the environment are cut."""
_COMMIT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REF: Final = re.compile(r"refs(?:/(?!\.)[^\x00-\x20\x7f~^:?*\[\\/]+)+")
_MOST_BYTES: Final = 64 << 20
"""Of a repository's list of packed references."""
_MOST_HOPS: Final = 5


@dataclass(frozen=True, slots=True)
class _System:
    """A CI system by the variables that it sets: the first is there when it runs this; of each of the others, the first
    that is set counts. `url` may hold names in braces.
    """

    name: str
    present: str
    actor: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    url: str = ""
    commit: tuple[str, ...] = ()


_SYSTEMS: Final = (
    _System(
        "GitHub Actions",
        "GITHUB_ACTIONS",
        ("GITHUB_TRIGGERING_ACTOR", "GITHUB_ACTOR"),  # the first is who started it again
        ("GITHUB_RUN_ID",),
        "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}/attempts/{GITHUB_RUN_ATTEMPT}",
        ("GITHUB_SHA",),
    ),
    _System("GitLab CI", "GITLAB_CI", ("GITLAB_USER_LOGIN",), ("CI_JOB_ID",), "{CI_JOB_URL}", ("CI_COMMIT_SHA",)),
    _System(
        "Buildkite",
        "BUILDKITE",
        ("BUILDKITE_UNBLOCKER", "BUILDKITE_BUILD_CREATOR"),  # the first is who let it go on
        ("BUILDKITE_BUILD_NUMBER",),
        "{BUILDKITE_BUILD_URL}",
        ("BUILDKITE_COMMIT",),
    ),
    _System(
        "CircleCI", "CIRCLECI", ("CIRCLE_USERNAME",), ("CIRCLE_BUILD_NUM",), "{CIRCLE_BUILD_URL}", ("CIRCLE_SHA1",)
    ),
    _System(
        "Azure Pipelines",
        "TF_BUILD",
        ("BUILD_REQUESTEDFOREMAIL", "BUILD_REQUESTEDFOR"),
        ("BUILD_BUILDID",),
        "{SYSTEM_COLLECTIONURI}{SYSTEM_TEAMPROJECT}/_build/results?buildId={BUILD_BUILDID}",
        ("BUILD_SOURCEVERSION",),
    ),
    _System(
        "Bitbucket Pipelines",
        "BITBUCKET_BUILD_NUMBER",
        ("BITBUCKET_STEP_TRIGGERER_UUID",),
        ("BITBUCKET_BUILD_NUMBER",),
        "{BITBUCKET_GIT_HTTP_ORIGIN}/pipelines/results/{BITBUCKET_BUILD_NUMBER}",
        ("BITBUCKET_COMMIT",),
    ),
    _System(
        "Drone",
        "DRONE",
        ("DRONE_BUILD_TRIGGER", "DRONE_COMMIT_AUTHOR"),
        ("DRONE_BUILD_NUMBER",),
        "{DRONE_BUILD_LINK}",
        ("DRONE_COMMIT_SHA", "DRONE_COMMIT"),
    ),
    _System("Atlantis", "ATLANTIS_TERRAFORM_VERSION", ("USER_NAME",), ("PULL_NUM",), "{PULL_URL}", ("HEAD_COMMIT",)),
    _System(
        "Jenkins",
        "JENKINS_URL",
        ("BUILD_USER_ID", "BUILD_USER"),  # of a plug-in; without it the login counts
        ("BUILD_TAG", "BUILD_NUMBER"),
        "{BUILD_URL}",
        ("GIT_COMMIT",),
    ),
)


def find_origin(environment: Mapping[str, str], stack: Path) -> Origin:
    """Who runs this, from where. `stack` is a file or folder of the stack."""
    login = _login(environment)
    host = os.uname().nodename[:LONGEST]
    checked_out = find_commit(stack)
    system = next((each for each in _SYSTEMS if environment.get(each.present)), None)
    if system is None:
        return Origin(login, login, host, commit=checked_out, commit_from=CommitFrom.CHECKOUT if checked_out else None)
    named = _first(environment, system.commit)
    named = named if _COMMIT.fullmatch(named) else ""
    known = CommitFrom.CHECKOUT if checked_out else CommitFrom.CI if named else None
    return Origin(
        actor=_first(environment, system.actor) or login,
        login=login,
        host=host,
        ci=system.name,
        ci_run=_first(environment, system.run),
        ci_url=_url(environment, system.url),
        commit=checked_out or named,
        commit_from=known,
        ci_commit=named,
    )


def _login(environment: Mapping[str, str]) -> str:
    """The account that the process runs as, whatever the environment calls it, and for whom, where sudo says so."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # in a container
        name = f"uid {os.getuid()}"
    behind = _first(environment, ("SUDO_USER",)) if os.getuid() == 0 else ""
    return f"{name} for {behind}"[:LONGEST] if behind and behind != name else name[:LONGEST]


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> str:
    found = (environment.get(each, "").strip() for each in names)
    return next((each for each in found if each), "")[:LONGEST]


def _url(environment: Mapping[str, str], pattern: str) -> str:
    """The address of the run; empty where a part is missing, or where it is none or holds a name and password."""
    parts = re.split(r"[{}]", pattern)
    values = [environment.get(each, "").strip() if number % 2 else each for number, each in enumerate(parts)]
    if not all(value for number, value in enumerate(values) if number % 2):
        return ""
    text = "".join(values)
    try:
        found = urlsplit(text)
    except ValueError:
        return ""
    harmless = found.scheme in ("http", "https") and found.hostname and "@" not in found.netloc
    return text if harmless and len(text) <= LONGEST else ""


def find_commit(path: Path) -> str:
    """The commit that is checked out where a file or folder is, by the repository's own files; empty when it is not
    known: there is none, or its references are kept in a form that is not read here.
    """
    try:
        here = path.resolve()
        folders = (here, *here.parents) if here.is_dir() else here.parents
        place = next((each / ".git" for each in folders if (each / ".git").exists()), None)
        folder = _repository(place) if place is not None else None
        return _commit_in(folder) if folder is not None else ""
    except (OSError, ValueError, RuntimeError):
        return ""


def _repository(place: Path) -> Path | None:
    """Where the references are: a worktree and a submodule have a file in place of the folder that says so."""
    if place.is_dir():
        return place
    word, _, target = _line(place).partition(":")
    return place.parent / target.strip() if word == "gitdir" and target.strip() else None


def _commit_in(folder: Path) -> str:
    common = folder / _line(folder / "commondir") if (folder / "commondir").is_file() else folder
    content = _line(folder / "HEAD")
    for _ in range(_MOST_HOPS):
        if _COMMIT.fullmatch(content):
            return content
        word, _, name = content.partition(":")
        name = name.strip()
        if word != "ref" or not _REF.fullmatch(name) or ".." in name:
            return ""
        loose = next((each / name for each in (folder, common) if (each / name).is_file()), None)
        content = _line(loose) if loose is not None else _packed(common / "packed-refs", name)
    return ""


def _packed(path: Path, name: str) -> str:
    if not path.is_file():
        return ""
    wanted = name.encode()
    for line in _start(path, _MOST_BYTES).split(b"\n"):
        commit, _, ref = line.partition(b" ")
        if ref == wanted:
            return commit.decode("ascii", "replace")
    return ""


def _line(path: Path) -> str:
    return _start(path, 4096).decode("utf-8", "replace").split("\n", 1)[0].strip()


def _start(path: Path, most: int) -> bytes:
    """The beginning of a regular file: a pipe might never end. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        return file.read(most) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
