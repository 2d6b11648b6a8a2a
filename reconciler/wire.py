"""What an API call is and how it can end: the vocabulary shared by kinds (which build calls), the client (which sends
them) and the engine (which decides what an ending means).

    WireError
    ├── Rejected      the server answered and did nothing: validation, not found, quota, refused token
    │   ├── Gone         404 on an object (or 403 on a device: failed and reclaimed)
    │   └── Throttled    429 that outlasted the retries
    ├── InDoubt       a mutation was sent and no usable answer came: it may or may not have happened
    ├── Unreachable   nothing was sent, or a read could not be completed after all retries
    └── Incomplete    a list could not be read whole; nothing may be planned on it
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from reconciler.values import Json

READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods of calls that change nothing."""


class Repeat(StrEnum):
    """What may be done when the answer to a call was lost."""

    SAFE = "safe"  # sending it again changes nothing more: GET, PUT of full values, DELETE
    NEVER = "never"  # a create or an action: look first, by the ownership mark or the state


@dataclass(frozen=True, slots=True)
class Call:
    """One API request. `route` is the template (`/projects/{id}/devices`), `path` the same with the ids filled in.
    `step` is the step of a plan that it is sent for, for who writes down what was sent: the request is the same.
    """

    method: str
    route: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    repeat: Repeat = Repeat.SAFE
    step: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to send a call. `ending` is `done`, `refused`, `throttled`, `redirected`, `doubtful` or `not sent`;
    `status` and `request_id` are of the answer, 0 and empty where none came. It was the call's first attempt if its
    `number` is 1, and took so many `seconds`.
    """

    call: Call
    ending: str
    status: int = 0
    request_id: str = ""
    number: int = 1
    seconds: float = 0.0

    @property
    def reads(self) -> bool:
        """Whether it could change nothing."""
        return self.call.method in READS


@dataclass(frozen=True, slots=True)
class Listing:
    """A whole collection: `key` is the wrapper key of the answer, `paged` whether the API pages it and tells
    `meta.total`; `counted=False` where it is not known that it tells. `single` marks a singleton such as a project's
    BGP config: the body itself is the one item, `{}` none.
    """

    route: str
    path: str
    key: str
    paged: bool
    query: Mapping[str, str] = field(default_factory=dict)
    single: bool = False
    counted: bool = True


class WireError(Exception):
    """A call that did not end well. `message` is one line for a person; `call` names the method and path."""

    def __init__(self, message: str, *, call: str = "") -> None:
        self.message = message
        self.call = call
        super().__init__(f"{call}: {message}" if call else message)


class Rejected(WireError):
    """The server answered with an error status, so the call changed nothing.

    `errors` are the API's own texts, `request_id` its X-Request-Id for a support ticket.
    """

    def __init__(
        self, message: str, *, call: str = "", status: int, errors: tuple[str, ...] = (), request_id: str = ""
    ) -> None:
        super().__init__(message, call=call)
        self.status = status
        self.errors = errors
        self.request_id = request_id


class Gone(Rejected):
    """The object is not there (any more)."""


class Throttled(Rejected):
    """429 until the retries were used up: nothing was done."""


class InDoubt(WireError):
    """A mutation whose outcome is unknown: the connection died, the answer was 5xx or unreadable."""


class Unreachable(WireError):
    """The API could not be reached or did not answer a read; `answered`: it did, with what is of no use."""

    def __init__(self, message: str, *, call: str = "", answered: bool = False) -> None:
        super().__init__(message, call=call)
        self.answered = answered


class Incomplete(WireError):
    """A collection could not be read whole: a short page, a `meta.total` that disagrees, a page refused."""


class Account:
    """The part of an API client that the engine uses. `reconciler.api.Client` is one; tests may pass another.

    Both methods are called from several threads at once.
    """

    def send(self, call: Call) -> Any:
        """Send one call and return the decoded body (None for an empty one). Raises `WireError`."""
        raise NotImplementedError

    def fetch(self, listing: Listing) -> list[dict[str, Any]]:
        """Read a collection whole, whatever the number of pages. Raises `WireError`."""
        raise NotImplementedError
