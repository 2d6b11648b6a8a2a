"""Comments on a pull request of GitHub (REST API, issue comments)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from reconciler.forge.comments import Comment
from reconciler.forge.web import ForgeError, Web
from reconciler.secret import Secret

URL: Final = "https://api.github.com"
AUTHOR: Final = "github-actions[bot]"
"""Who a workflow's own token writes as."""
_PAGE: Final = 100
_MOST_PAGES: Final = 100


class GitHubThread:
    """`repository` is `owner/name`, `author` the login that our token writes as."""

    limit = 65536

    def __init__(self, token: Secret, repository: str, number: int, *, url: str = URL, author: str = AUTHOR) -> None:
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        self._web = Web(url, token, headers, "Authorization", "Bearer ")
        self._repository = repository
        self._number = number
        self._author = author

    def comments(self) -> Sequence[Comment]:
        """All pages, since ours may be on any of them."""
        found: list[Comment] = []
        for page in range(1, _MOST_PAGES + 1):
            path = f"/repos/{self._repository}/issues/{self._number}/comments?per_page={_PAGE}&page={page}"
            items = self._web.call("GET", path)
            if not isinstance(items, list):
                raise ForgeError(f"GET {path}: the answer is no list")
            found += [self._read(each) for each in items]
            if len(items) < _PAGE:
                return found
        raise ForgeError(f"there are more than {_PAGE * _MOST_PAGES} comments")

    def create(self, body: str) -> None:
        self._web.call("POST", f"/repos/{self._repository}/issues/{self._number}/comments", {"body": body})

    def update(self, comment: Comment, body: str) -> None:
        self._web.call("PATCH", f"/repos/{self._repository}/issues/comments/{comment.id}", {"body": body})

    def delete(self, comment: Comment) -> None:
        self._web.call("DELETE", f"/repos/{self._repository}/issues/comments/{comment.id}")

    @classmethod
    def of_commit(
        cls, token: Secret, repository: str, sha: str, *, url: str = URL, author: str = AUTHOR
    ) -> GitHubThread:
        """The thread of the pull request that a commit came with. Raises `ForgeError` where it came with none."""
        found = cls(token, repository, 0, url=url, author=author)
        path = f"/repos/{repository}/commits/{sha}/pulls"
        pulls = found._web.call("GET", path)
        numbers = [each.get("number") for each in pulls if isinstance(each, Mapping)] if isinstance(pulls, list) else []
        if not numbers or not isinstance(numbers[0], int):
            raise ForgeError(f"the commit {sha[:12]} came with no pull request")
        return cls(token, repository, numbers[0], url=url, author=author)

    def _read(self, item: Any) -> Comment:
        try:
            user = item["user"]
            login = user["login"] if isinstance(user, Mapping) else ""  # null for an account that is gone
            return Comment(int(item["id"]), str(item["body"] or ""), login == self._author)
        except (KeyError, TypeError, ValueError) as problem:
            raise ForgeError(f"a comment is not understood: {type(problem).__name__} {problem}") from None
