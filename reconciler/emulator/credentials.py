"""Tokens, one-time codes and passwords, in the shapes that the API gave them.

A token is made from a fresh id of its own: random, or reproducible under a seed like all else in such a world. Tokens
and nonces have 32 letters and digits (recorded sessions and invitations of 2018, fog-packet); one-time codes are those
of RFC 6238, which authenticator apps use.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_PERIOD_SECONDS = 30
_ROUNDS = 1000


def token(fresh_id: str, length: int = 32) -> str:
    """Letters and digits that nobody can guess who does not know the id; the id is used for nothing else."""
    number = int.from_bytes(hashlib.sha512(fresh_id.encode()).digest(), "big")
    characters: list[str] = []
    for _ in range(length):
        number, index = divmod(number, len(_ALPHABET))
        characters.append(_ALPHABET[index])
    return "".join(characters)


def otp_secret(fresh_id: str) -> str:
    """A key for an authenticator app: 160 bits in base 32."""
    return base64.b32encode(hashlib.sha256(fresh_id.encode()).digest()[:20]).decode()


def one_time_code(secret: str, now: float) -> str:
    """The six digits that an authenticator app shows at a time (RFC 6238)."""
    counter = int(now) // _PERIOD_SECONDS
    digest = hmac.digest(base64.b32decode(secret), counter.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 1_000_000:06d}"


def is_one_time_code(secret: str, code: str, now: float) -> bool:
    """Whether a code is that of now or of the period before, for those who type slowly."""
    valid = [one_time_code(secret, now - back * _PERIOD_SECONDS) for back in (0, 1)]
    return any(hmac.compare_digest(code.encode(errors="surrogatepass"), each.encode()) for each in valid)


def hashed(password: str, salt: str) -> str:
    """A password as it is kept: `<salt>$<hash>`. Few rounds, as these passwords open nothing but an emulator."""
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(errors="surrogatepass"), salt.encode(), _ROUNDS)
    return f"{salt}${digest.hex()}"


def is_password(password: str, kept: str) -> bool:
    """Whether this is the password that was kept."""
    salt = kept.partition("$")[0]
    return hmac.compare_digest(hashed(password, salt), kept)
