"""Who runs something, where and of which commit: what CI systems say, and what a repository's own files say."""

from __future__ import annotations

import os
import pwd
import subprocess
from pathlib import Path

import pytest

from reconciler.app.origin import LONGEST, find_commit, find_origin
from reconciler.model.audit import CommitFrom

A, B = "a" * 40, "b" * 40
LOGIN = pwd.getpwuid(os.getuid()).pw_name
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_ACTOR": "alice",
    "GITHUB_RUN_ID": "17",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "acme/infra",
    "GITHUB_SHA": A,
}


def git(folder: Path, *arguments: str) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    identity = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always")
    command = ["git", *identity, "-c", "init.defaultBranch=main", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def repository(folder: Path, *options: str) -> str:
    """A repository with one commit, whose id is returned."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", *options)
    git(folder, "commit", "-q", "--allow-empty", "-m", "first")
    (folder / "stacks").mkdir(exist_ok=True)
    (folder / "stacks" / "stack.yaml").write_text("stack: a\n", encoding="utf-8")
    return git(folder, "rev-parse", "HEAD")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        (GITHUB, ("alice", "GitHub Actions", "17", "https://github.com/acme/infra/actions/runs/17/attempts/2")),
        (
            {**GITHUB, "GITHUB_TRIGGERING_ACTOR": "bob"},
            ("bob", "GitHub Actions", "17", "https://github.com/acme/infra/actions/runs/17/attempts/2"),
        ),
        (
            {"GITLAB_CI": "1", "GITLAB_USER_LOGIN": "carol", "CI_JOB_ID": "9", "CI_JOB_URL": "https://g/x/-/jobs/9"},
            ("carol", "GitLab CI", "9", "https://g/x/-/jobs/9"),
        ),
        (
            {"BUILDKITE": "true", "BUILDKITE_BUILD_CREATOR": "Dan D", "BUILDKITE_BUILD_NUMBER": "3"},
            ("Dan D", "Buildkite", "3", ""),
        ),
        (
            {"CIRCLECI": "true", "CIRCLE_USERNAME": "eve", "CIRCLE_BUILD_URL": "https://circleci.com/1"},
            ("eve", "CircleCI", "", "https://circleci.com/1"),
        ),
        (
            {"TF_BUILD": "True", "BUILD_REQUESTEDFOR": "Fay", "BUILD_BUILDID": "5", "SYSTEM_TEAMPROJECT": "p"}
            | {"SYSTEM_COLLECTIONURI": "https://dev.azure.com/acme/"},
            ("Fay", "Azure Pipelines", "5", "https://dev.azure.com/acme/p/_build/results?buildId=5"),
        ),
        (
            {"BITBUCKET_BUILD_NUMBER": "6", "BITBUCKET_STEP_TRIGGERER_UUID": "{u}"}
            | {"BITBUCKET_GIT_HTTP_ORIGIN": "https://bitbucket.org/acme/infra"},
            ("{u}", "Bitbucket Pipelines", "6", "https://bitbucket.org/acme/infra/pipelines/results/6"),
        ),
        (
            {
                "DRONE": "true",
                "DRONE_BUILD_TRIGGER": "gil",
                "DRONE_BUILD_NUMBER": "7",
                "DRONE_BUILD_LINK": "http://d/7",
            },
            ("gil", "Drone", "7", "http://d/7"),
        ),
        (
            {"ATLANTIS_TERRAFORM_VERSION": "1.5", "USER_NAME": "hal", "PULL_NUM": "8", "PULL_URL": "https://g/pull/8"},
            ("hal", "Atlantis", "8", "https://g/pull/8"),
        ),
        (
            {"JENKINS_URL": "https://j/", "BUILD_TAG": "jenkins-x-1", "BUILD_URL": "https://j/job/x/1/"},
            (LOGIN, "Jenkins", "jenkins-x-1", "https://j/job/x/1/"),
        ),
        ({}, (LOGIN, "", "", "")),
        ({"GITHUB_ACTOR": "somebody", "USER": "somebody", "LOGNAME": "somebody"}, (LOGIN, "", "", "")),
    ],
)
def test_who_and_where(environment: dict[str, str], expected: tuple[str, ...], tmp_path: Path) -> None:
    found = find_origin(environment, tmp_path)
    assert (found.actor, found.ci, found.ci_run, found.ci_url) == expected
    assert (found.login, found.host) == (LOGIN, os.uname().nodename)


@pytest.mark.parametrize(
    "server", ["https://user:pass@g", "javascript:alert(1)", "https://", "file:///etc", "https://[", ""]
)
def test_an_address_that_is_none_or_holds_a_password_is_left_out(server: str, tmp_path: Path) -> None:
    assert find_origin({**GITHUB, "GITHUB_SERVER_URL": server}, tmp_path).ci_url == ""


def test_long_texts_are_cut(tmp_path: Path) -> None:
    found = find_origin({**GITHUB, "GITHUB_ACTOR": "x" * 5000, "GITHUB_RUN_ID": "7" * 5000}, tmp_path)
    assert (len(found.actor), len(found.ci_run), found.ci_url) == (LONGEST, LONGEST, "")


def test_what_is_checked_out_goes_before_what_the_pipeline_says_and_both_are_kept(tmp_path: Path) -> None:
    said = find_origin(GITHUB, tmp_path)
    assert (said.commit, said.commit_from, said.ci_commit) == (A, CommitFrom.CI, A)
    own = repository(tmp_path)
    checked = find_origin(GITHUB, tmp_path / "stacks")
    assert (checked.commit, checked.commit_from, checked.ci_commit) == (own, CommitFrom.CHECKOUT, A)
    branch = find_origin({**GITHUB, "GITHUB_SHA": "HEAD"}, tmp_path)
    assert (branch.commit, branch.ci_commit) == (own, "")
    assert find_origin({}, Path("/")).commit_from is None


def test_the_commit_as_git_itself_says_it(tmp_path: Path) -> None:
    """Loose and packed references, a detached head, a worktree, a relative path to one, and the other hash."""
    main, stack = tmp_path / "main", tmp_path / "main" / "stacks" / "stack.yaml"
    first = repository(main)
    assert find_commit(stack) == find_commit(stack.parent) == find_commit(main) == first
    git(main, "pack-refs", "--all")
    assert not (main / ".git" / "refs" / "heads" / "main").exists()
    assert find_commit(stack) == first
    git(main, "commit", "-q", "--allow-empty", "-m", "second")
    second = git(main, "rev-parse", "HEAD")
    assert find_commit(stack) == second
    git(main, "worktree", "add", "-q", "../tree", "-b", "deep/er", first)
    assert find_commit(tmp_path / "tree") == first
    git(main, "pack-refs", "--all")
    assert find_commit(tmp_path / "tree") == first
    git(main, "checkout", "-q", "--detach", first)
    assert find_commit(stack) == first
    git(main, "checkout", "-q", "main")
    (main / "part").mkdir()
    (main / "part" / ".git").write_text("gitdir: ../.git/worktrees/tree\n")
    assert find_commit(main / "part" / "stack.yaml") == first, "the file says where, as that of a submodule does"
    other = repository(tmp_path / "other", "--object-format=sha256")
    assert len(other) == 64
    assert find_commit(tmp_path / "other" / "stacks") == other


def test_a_commit_that_is_not_known(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert find_commit(tmp_path) == "", "nothing was committed yet"
    assert find_commit(tmp_path / "no" / "such" / "file") == ""


@pytest.mark.parametrize(
    "head",
    [
        "ref: refs/heads/../../../secret",
        "ref: /etc/passwd",
        "ref: ../secret",
        "ref: refs/heads/.invalid",
        "ref: refs/heads/loop",
        "ref:",
        f"{A}x",
        A.upper(),
        "",
        "\x00",
    ],
)
def test_a_head_of_another_form_leads_nowhere(tmp_path: Path, head: str) -> None:
    (tmp_path / ".git" / "refs" / "heads").mkdir(parents=True)
    (tmp_path / ".git" / "refs" / "heads" / "loop").write_text("ref: refs/heads/loop\n")
    (tmp_path / "secret").write_text(f"{B}\n")
    (tmp_path / ".git" / "HEAD").write_text(f"{head}\n")
    assert find_commit(tmp_path) == ""


def test_files_that_are_none_are_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    os.mkfifo(tmp_path / ".git" / "HEAD")
    assert find_commit(tmp_path) == ""
    other = tmp_path / "other"
    other.mkdir()
    (other / ".git").write_text("gitdir: /dev/zero\n")
    assert find_commit(other) == ""
    os.mkfifo(tmp_path / "pipe")
    third = tmp_path / "third"
    third.mkdir()
    (third / ".git").symlink_to(tmp_path / "pipe")
    assert find_commit(third) == ""
