"""Notes on a merge request of GitLab (REST API v4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from reconciler.forge.comments import Comment
from reconciler.forge.web import ForgeError, Web
from reconciler.secret import Secret

_PAGE: Final = 100
_MOST_PAGES: Final = 100


class GitLabThread:
    """`url` ends with `/api/v4`, as `CI_API_V4_URL` does; `project` is an id or a path, `number` the merge request's
    `iid`.
    """

    limit = 1_000_000

    def __init__(self, token: Secret, project: str, number: int, *, url: str) -> None:
        self._web = Web(url, token, {}, "PRIVATE-TOKEN")
        self._notes = f"/projects/{quote(project, safe='')}/merge_requests/{number}/notes"

    def comments(self) -> Sequence[Comment]:
        author = self._author()
        found: list[Comment] = []
        for page in range(1, _MOST_PAGES + 1):
            path = f"{self._notes}?per_page={_PAGE}&page={page}&sort=asc&order_by=created_at"
            items = self._web.call("GET", path)
            if not isinstance(items, list):
                raise ForgeError(f"GET {path}: the answer is no list")
            found += [_read(each, author) for each in items]
            if len(items) < _PAGE:
                return found
        raise ForgeError(f"there are more than {_PAGE * _MOST_PAGES} notes")

    def create(self, body: str) -> None:
        self._web.call("POST", self._notes, {"body": body})

    def update(self, comment: Comment, body: str) -> None:
        self._web.call("PUT", f"{self._notes}/{comment.id}", {"body": body})

    def delete(self, comment: Comment) -> None:
        self._web.call("DELETE", f"{self._notes}/{comment.id}")

    def _author(self) -> int:
        user = self._web.call("GET", "/user")
        if not isinstance(user, dict) or not isinstance(user.get("id"), int):
            raise ForgeError("GET /user: the answer does not say who the token writes as")
        return int(user["id"])


def _read(item: Any, author: int) -> Comment:
    try:
        return Comment(int(item["id"]), str(item["body"] or ""), item["author"]["id"] == author)
    except (KeyError, TypeError, ValueError) as problem:
        raise ForgeError(f"a note is not understood: {type(problem).__name__} {problem}") from None
