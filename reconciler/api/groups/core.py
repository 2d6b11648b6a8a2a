"""What a group of typed methods is made of: a call or listing from `endpoints`, and the model that reads its answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from reconciler.api import endpoints
from reconciler.api.client import Client
from reconciler.api.models import Model
from reconciler.values import Json
from reconciler.wire import Call, InDoubt, Listing, WireError

Known = TypeVar("Known", bound=Model)
Names = str | Iterable[str]
"""Names of links to open or fields to leave out, dotted up to three levels deep."""


class Items(Iterator[Known], Generic[Known]):
    """A collection, read page by page while it is iterated over.

    A page that does not fit the pages before ends the iteration with `Incomplete`. `whole` reads everything anew, as
    often as it takes until the pages fit, and is what to base a deletion on.
    """

    def __init__(self, client: Client, listing: Listing, model: type[Known], page_size: int) -> None:
        self._client = client
        self._listing = listing
        self._model = model
        self._items = client.iterate(listing, page_size)

    def __next__(self) -> Known:
        return self._model.model_validate(next(self._items))

    def whole(self) -> list[Known]:
        """All items, with the API's own count as the proof. Raises `WireError`."""
        return [self._model.model_validate(each) for each in self._client.fetch(self._listing)]


class Group:
    """Some methods of the API. `page_size` is how many items a page of a list may have. All raise `WireError`."""

    def __init__(self, client: Client, page_size: int) -> None:
        self._client = client
        self._page_size = page_size

    def _items(self, model: type[Known], listing: Listing, include: Names = (), exclude: Names = ()) -> Items[Known]:
        return Items(self._client, endpoints.shaped(listing, include, exclude), model, self._page_size)

    def _one(self, model: type[Known], call: Call, include: Names = (), exclude: Names = ()) -> Known:
        found = self._maybe(model, call, include, exclude)
        if found is None:
            raise _misunderstood(call, "nothing")
        return found

    def _maybe(self, model: type[Known], call: Call, include: Names = (), exclude: Names = ()) -> Known | None:
        """The object of the answer; None for an answer without a body."""
        body = self._client.send(endpoints.shaped(call, include, exclude))
        if body is not None and not isinstance(body, dict):
            raise _misunderstood(call, f"a {type(body).__name__}")
        return None if body is None else model.model_validate(body)

    def _json(self, call: Call) -> Json:
        return self._client.send(call)

    def _done(self, call: Call) -> None:
        self._client.send(call)


def _misunderstood(call: Call, got: str) -> WireError:
    # A change was made all the same, so its caller has to look.
    shape = WireError if call.method == "GET" else InDoubt
    return shape(f"expected an object in the answer, got {got}", call=f"{call.method} {call.path}")
