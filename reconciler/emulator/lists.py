"""List answers: pages, their `meta`, and the bytes of the whole.

`page` is 1 to 100,000 (default 1), `per_page` 1 to 1,000 (default 10); page links carry `page=` only, so a
caller re-adds its own parameters (2019 API reference; recorded device_events of libcloud for current_page
and last_page).
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.emulator.params import Params
from reconciler.emulator.wire import encode_json

MAX_PAGE, MAX_PER_PAGE, DEFAULT_PER_PAGE = 100_000, 1_000, 10


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is asked for."""

    page: int
    per_page: int

    @classmethod
    def of(cls, params: Params, most: int = MAX_PER_PAGE) -> Window:
        """From the query; what is out of range is brought into it (what the API did with such is unsure).

        `most` is the largest page that is given.
        """
        page = _within(params.integer("page"), 1, MAX_PAGE)
        return cls(page, _within(params.integer("per_page"), min(DEFAULT_PER_PAGE, most), most))

    @property
    def start(self) -> int:
        """Index of the first item."""
        return (self.page - 1) * self.per_page

    @property
    def stop(self) -> int:
        """Index after the last item."""
        return self.page * self.per_page


def _within(value: int | None, default: int, most: int) -> int:
    return default if value is None else min(max(value, 1), most)


@dataclass(frozen=True, slots=True)
class Listing:
    """One list answer, its items already encoded."""

    key: str
    items: tuple[bytes, ...]
    path: str
    total: int
    window: Window | None
    """None for a list that the API does not page; it then has no `meta`."""
    ends: bool | None = None
    """Whether this is said to be the last page; None is by what is true."""

    def body(self) -> bytes:
        """The JSON of the answer."""
        meta = b"" if self.window is None else b',"meta":' + encode_json(self._meta(self.window))
        pieces = [b'{"', self.key.encode(), b'":[']
        for item in self.items:
            pieces += (item, b",")
        if self.items:
            pieces.pop()
        return b"".join((*pieces, b"]", meta, b"}"))  # joined once: a long list has megabytes

    def _meta(self, window: Window) -> dict[str, object]:
        last = max(1, -(-self.total // window.per_page))
        if self.ends is not None:
            last = window.page if self.ends else window.page + 1
        return {
            "first": self._page(1),
            "previous": self._page(window.page - 1) if window.page > 1 else None,
            "self": self._page(window.page),
            "next": self._page(window.page + 1) if window.page < last else None,
            "last": self._page(last),
            "current_page": window.page,
            "last_page": last,
            "total": self.total,
        }

    def _page(self, number: int) -> dict[str, str]:
        return {"href": f"{self.path}?page={number}"}
