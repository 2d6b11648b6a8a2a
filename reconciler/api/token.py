"""The API token, which shows itself to nobody who does not ask for it by name."""

from __future__ import annotations

from reconciler.wire import WireError

TOKEN_VARIABLE = "PACKET_AUTH_TOKEN"
"""The environment variable that every client of this API reads its token from (packngo, packet-python)."""


class Token:
    """A token that prints as `***`. Blanks around it, as `$(cat file)` leaves them, are dropped.

    Raises WireError when it is empty or cannot stand in a header; the message does not show it.
    """

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        self._secret = secret.strip()
        if not self._secret:
            raise WireError(f"the API token is empty; set {TOKEN_VARIABLE}")
        if not all("!" <= char <= "~" for char in self._secret):
            raise WireError(f"the API token holds a blank or a character that is not ASCII; check {TOKEN_VARIABLE}")

    def reveal(self) -> str:
        """The token itself, for the request header only."""
        return self._secret

    def scrub(self, text: str) -> str:
        """The text without the token: a server may echo what it was sent."""
        return text.replace(self._secret, "***")

    def __repr__(self) -> str:
        return "Token(***)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a Token is not pickled")
