"""`reconciler comment` in a job of GitHub Actions or GitLab CI."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import pytest

from tests.cli.conftest import Ran, Shell
from tests.forge.fake import ME, TOKEN, Forge, forge

PLAN = "<!-- reconciler:plan:edge -->\nPlan: 1 to add\n\nApproval digest: `" + "a" * 64 + "`\n"


@pytest.fixture
def server() -> Iterator[Forge]:
    with forge() as state:
        yield state


@pytest.fixture
def job(server: Forge, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    event = shell.write("event.json", json.dumps({"pull_request": {"number": 17}}))
    variables = {"GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": "team/stacks", "GITHUB_API_URL": server.url}
    variables |= {"GITHUB_EVENT_PATH": event, "GITHUB_SHA": "5ca1ab1e", "GITLAB_CI": "", "CI_API_V4_URL": ""}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return shell


def run(shell: Shell, *arguments: str) -> Ran:
    return shell.run("comment", *arguments)


def test_the_comment_of_the_jobs_pull_request_is_written_and_then_kept_up_to_date(job: Shell, server: Forge) -> None:
    path = job.write("plan.md", PLAN)
    said = [run(job, path).err for _ in range(2)]
    job.write("plan.md", PLAN.replace("1 to", "2 to"))
    said.append(run(job, path).err)
    assert said == ["The comment was created.\n", "The comment is up to date.\n", "The comment was updated.\n"]
    assert server.texts == [PLAN.replace("1 to", "2 to")]


def test_after_the_merge_the_digest_is_what_is_printed(job: Shell, server: Forge) -> None:
    server.add(ME, PLAN)
    found = run(job, "--approved", "edge")
    assert (found.code, found.out) == (0, f"{'a' * 64}\n")
    missing = run(job, "--approved", "core")
    assert missing.code == 1
    assert "there is no comment with a plan of the stack `core`" in missing.err


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"GITHUB_TOKEN": ""}, "GITHUB_TOKEN is not set"),
        ({"GITHUB_TOKEN": "wrong-token"}, "401 Bad credentials"),
        ({"GITHUB_REPOSITORY": ""}, "GITHUB_REPOSITORY is not set"),
        ({"GITHUB_EVENT_PATH": "nowhere.json"}, "the job does not run for a pull request"),
        ({"GITHUB_API_URL": "http://forge.example.com"}, "must be https"),
        ({"GITLAB_CI": "true"}, "GITLAB_TOKEN is not set"),
    ],
)
def test_what_is_missing_is_named_and_no_token_is_shown(
    job: Shell, monkeypatch: pytest.MonkeyPatch, changed: Mapping[str, str], words: str
) -> None:
    for name, value in changed.items():
        monkeypatch.setenv(name, value)
    ran = run(job, job.write("plan.md", PLAN))
    assert ran.code == 1
    assert words in ran.err
    assert "no-comment" in ran.err
    assert TOKEN not in ran.err


def test_a_file_that_is_no_comment_is_not_written(job: Shell, server: Forge) -> None:
    ran = run(job, job.write("plan.txt", "Plan: 1 to add\n"))
    assert ran.code == 1
    assert "plan.txt is no comment" in ran.err
    assert server.rows == []
    assert run(job).code == 1
