"""The API token, which shows itself to nobody who does not ask for it by name."""

from __future__ import annotations

from reconciler.secret import HIDDEN, Secret
from reconciler.wire import WireError

TOKEN_VARIABLE = "PACKET_AUTH_TOKEN"
"""The environment variable that every client of this API reads its token from (packngo, packet-python)."""


class Token(Secret):
    """The token of an account. Blanks around it, as `$(cat file)` leaves them, are dropped.

    Raises WireError when it is empty or cannot stand in a header; the message does not show it.
    """

    __slots__ = ()

    def __init__(self, text: str | Secret) -> None:
        super().__init__((text.reveal() if isinstance(text, Secret) else text).strip())
        if not self.reveal():
            raise WireError(f"the API token is empty; set {TOKEN_VARIABLE}")
        if not all("!" <= char <= "~" for char in self.reveal()):
            raise WireError(f"the API token holds a blank or a character that is not ASCII; check {TOKEN_VARIABLE}")

    def scrub(self, text: str) -> str:
        """The text without the token: a server may echo what it was sent."""
        return text.replace(self.reveal(), HIDDEN)
