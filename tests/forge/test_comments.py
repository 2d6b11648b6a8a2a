"""One comment for a pull request: written once, then kept up to date, and nobody else's is touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from reconciler.forge.comments import Outcome, Thread, approved, marker_of, upsert
from reconciler.forge.github import GitHubThread
from reconciler.forge.gitlab import GitLabThread
from reconciler.forge.web import ForgeError
from reconciler.secret import Secret

from .fake import ME, OTHER, TOKEN, Forge, forge

MARKER = "<!-- reconciler:plan:edge -->"
PLAN = f"{MARKER}\nPlan: 1 to add, 0 to change, 0 to destroy.\n"


@pytest.fixture
def server() -> Iterator[Forge]:
    with forge() as state:
        yield state


def github(server: Forge, token: str = TOKEN) -> Thread:
    return GitHubThread(Secret(token), "team/stacks", 17, url=server.url)


def gitlab(server: Forge, token: str = TOKEN) -> Thread:
    return GitLabThread(Secret(token), "9", 17, url=f"{server.url}/api/v4")


@pytest.fixture(params=[github, gitlab])
def at(request: pytest.FixtureRequest) -> Callable[..., Thread]:
    found: Callable[..., Thread] = request.param
    return found


def test_the_first_one_is_written_and_the_next_ones_take_its_place(server: Forge, at: Callable[..., Thread]) -> None:
    server.add(OTHER, "looks good")
    assert upsert(at(server), PLAN) is Outcome.CREATED
    assert upsert(at(server), PLAN.replace("1 to", "2 to")) is Outcome.UPDATED
    assert upsert(at(server), PLAN.replace("1 to", "2 to")) is Outcome.SAME
    assert server.texts == ["looks good", PLAN.replace("1 to", "2 to")]
    assert len(server.calls) == 2


def test_ours_is_found_on_any_page(server: Forge, at: Callable[..., Thread]) -> None:
    for number in range(150):
        server.add(OTHER, f"comment {number}")
    server.add(ME, PLAN)
    assert upsert(at(server), f"{PLAN}more") is Outcome.UPDATED
    assert len(server.rows) == 151


def test_somebody_elses_comment_with_our_marker_is_left_alone(server: Forge, at: Callable[..., Thread]) -> None:
    server.add(OTHER, f"{MARKER}\nforged")
    server.add("", f"{MARKER}\nof an account that is gone")
    assert upsert(at(server), PLAN) is Outcome.CREATED
    assert server.texts[0] == f"{MARKER}\nforged"


def test_that_of_another_stack_is_another_one(server: Forge, at: Callable[..., Thread]) -> None:
    server.add(ME, PLAN.replace("edge", "core"))
    assert upsert(at(server), PLAN) is Outcome.CREATED
    assert len(server.rows) == 2


def test_of_doubles_the_oldest_stays(server: Forge, at: Callable[..., Thread]) -> None:
    first = server.add(ME, f"{PLAN}a")
    server.add(ME, f"{PLAN}b")
    assert upsert(at(server), PLAN) is Outcome.UPDATED
    assert [(identifier, body) for identifier, _, body in server.rows] == [(first, PLAN)]


def test_line_ends_of_the_forge_are_no_change(server: Forge, at: Callable[..., Thread]) -> None:
    server.add(ME, PLAN.replace("\n", "\r\n").rstrip())
    assert upsert(at(server), PLAN) is Outcome.SAME


def test_a_text_without_a_marker_or_too_long_is_not_sent(server: Forge, at: Callable[..., Thread]) -> None:
    thread = at(server)
    for text in ("", "Plan: 1 to add", f"text first\n{MARKER}\n", PLAN + "x" * thread.limit):
        with pytest.raises(ValueError, match=r"marker|characters"):
            upsert(thread, text)
    assert server.rows == []


def test_a_refusal_is_told_with_the_forges_own_words(server: Forge, at: Callable[..., Thread]) -> None:
    with pytest.raises(ForgeError, match="401 Bad credentials"):
        upsert(at(server, token="wrong"), PLAN)
    server.refuses = 403
    with pytest.raises(ForgeError, match="403 Resource not accessible by integration"):
        upsert(at(server), PLAN)


def test_the_token_follows_no_redirect(server: Forge, at: Callable[..., Thread]) -> None:
    with forge() as elsewhere:
        server.redirects_to = elsewhere.url
        with pytest.raises(ForgeError, match="302"):
            upsert(at(server), PLAN)
        assert elsewhere.calls == []


def test_it_is_sent_over_https_or_to_this_machine_only() -> None:
    with pytest.raises(ForgeError, match="https"):
        GitHubThread(Secret(TOKEN), "team/stacks", 17, url="http://forge.example.com")
    with pytest.raises(ForgeError) as caught:
        upsert(GitHubThread(Secret(TOKEN), "team/stacks", 17, url="http://127.0.0.1:1"), PLAN)
    assert TOKEN not in str(caught.value)


def test_the_digest_that_was_approved_is_read_from_our_own_comment(server: Forge, at: Callable[..., Thread]) -> None:
    digest, other = "a" * 64, "b" * 64
    server.add(OTHER, f"{PLAN}\nApproval digest: `{other}`\n")
    server.add(ME, PLAN.replace("edge", "core") + f"\nApproval digest: `{other}`\n")
    assert approved(at(server), "edge") == ""
    server.add(ME, f"{PLAN}x Approval digest: `{other}`\n\nApproval digest: `{digest}`\n\nTo apply it\n")
    assert approved(at(server), "edge") == digest


def test_a_commit_leads_to_the_pull_request_that_it_came_with(server: Forge) -> None:
    server.add(ME, f"{PLAN}\nApproval digest: `{'a' * 64}`\n")
    thread = GitHubThread.of_commit(Secret(TOKEN), "team/stacks", "5ca1ab1e", url=server.url)
    assert approved(thread, "edge") == "a" * 64
    with pytest.raises(ForgeError, match="came with no pull request"):
        GitHubThread.of_commit(Secret(TOKEN), "team/stacks", "0ddba11", url=server.url)


@pytest.mark.parametrize("text", ["", "<!-- other -->\n", "x <!-- reconciler:plan:a -->\n", "<!-- reconciler:plan:a\n"])
def test_only_a_first_line_of_its_own_is_a_marker(text: str) -> None:
    assert marker_of(text) == ""
    assert marker_of(f"{MARKER}\r\nmore") == MARKER
