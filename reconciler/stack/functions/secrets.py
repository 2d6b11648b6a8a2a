"""Secrets that are worked out instead of stored: the same key, stack and name give the same secret, each time and
everywhere.

The key comes from the environment. A secret is the output of HMAC-SHA-256 over the stack's and the secret's name, so
that none tells anything of another or of the key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import string
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, NoReturn

from reconciler.lazy import lazy_module
from reconciler.secret import Secret
from reconciler.stack.functions.arguments import text_of, whole
from reconciler.stack.keys import KeyPair
from reconciler.stack.run import Run
from reconciler.stack.views import KeyPairView

ed25519 = lazy_module("cryptography.hazmat.primitives.asymmetric.ed25519")

KEY_VARIABLE: Final = "RECONCILER_DERIVE_KEY"
SHORTEST_KEY: Final = 16
"""Characters."""
SHORTEST: Final = 6
LONGEST: Final = 256
ALPHABETS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "letters": string.ascii_letters + string.digits,
        "hex": string.digits + "abcdef",
        "base64": string.ascii_letters + string.digits + "+/",
    }
)
_SORTS: Final = (string.ascii_lowercase, string.ascii_uppercase, string.digits)


class NoKey(Exception):
    """There is no key to derive from, or one that is too short."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """What secrets of one stack are made from."""

    key: str
    stack: str

    def text(self, name: str, length: int, alphabet: str) -> str:
        """A secret text. One of letters has each sort of them: small, capital, digit. Raises NoKey."""
        letters = ALPHABETS[alphabet]
        for attempt in itertools.count():
            stream = self._stream(f"text:{alphabet}:{length}:{attempt}", name)
            made = "".join(itertools.islice(_letters(stream, letters), length))
            if alphabet != "letters" or all(any(each in made for each in sort) for sort in _SORTS):
                return made
        raise AssertionError("an endless count ended")

    def key_pair(self, name: str) -> KeyPair:
        """An SSH key. Raises NoKey."""
        seed = bytes(itertools.islice(self._stream("ssh-ed25519", name), 32))
        public: bytes = ed25519.Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        check = bytes(itertools.islice(self._stream("ssh-ed25519-check", name), 4))
        blob = _string(b"ssh-ed25519") + _string(public)
        comment = f"{self.stack}-{name}"
        line = f"ssh-ed25519 {base64.b64encode(blob).decode()} {comment}"
        return KeyPair(line, _openssh(seed, public, blob, check, comment.encode()))

    def _stream(self, purpose: str, name: str) -> Iterator[int]:
        if len(self.key) < SHORTEST_KEY:
            raise NoKey
        key = hashlib.sha256(b"reconciler derive\0" + self.key.encode()).digest()
        label = "\0".join((purpose, self.stack, name)).encode()
        for block in itertools.count():
            yield from hmac.digest(key, label + block.to_bytes(4, "big"), "sha256")


def secret_functions(run: Run, derivation: Derivation, derived: set[Secret]) -> Mapping[str, Callable[..., Any]]:
    """derive() and derive_ssh_key() for one evaluation; what they make goes into `derived`, to be hidden in outputs."""

    def no_key() -> NoReturn:
        run.fail(
            "derive-key-missing",
            f"{KEY_VARIABLE} is not set, or has fewer than {SHORTEST_KEY} characters",
            f"keep one with the stack's other secrets: export {KEY_VARIABLE}=$(openssl rand -hex 32)",
            certain=True,
        )

    def derive(name: Any = None, length: Any = None, alphabet: Any = "letters") -> str:
        called = "derive wants a name and a length: derive('join-token', 32)"
        wanted = derived_name(name, called), derived_length(length, called), derived_alphabet(alphabet)
        run.secret = True
        try:
            made = derivation.text(*wanted)
        except NoKey:
            no_key()
        derived.add(Secret(made))
        return made

    def derive_ssh_key(name: Any = None) -> KeyPairView:
        wanted = derived_name(name, "derive_ssh_key wants a name: derive_ssh_key('admin')")
        try:
            pair = derivation.key_pair(wanted)
        except NoKey:
            no_key()
        derived.add(Secret(pair.private))
        return KeyPairView(run, pair)

    return {"derive": derive, "derive_ssh_key": derive_ssh_key}


def derived_name(name: object, called: str) -> str:
    """The name of a secret; `called` is how the function is called. Raises TypeError."""
    text = text_of(name, called)
    if not text:
        raise TypeError(f"{called}; two secrets of one name are the same")
    return text


def derived_length(length: object, called: str) -> int:
    """Characters of a secret. Raises TypeError."""
    wanted = whole(length, called)
    if not SHORTEST <= wanted <= LONGEST:
        raise TypeError(f"derive makes {SHORTEST} to {LONGEST} characters, not {wanted}")
    return wanted


def derived_alphabet(alphabet: object) -> str:
    """What a secret is made of. Raises TypeError."""
    if not isinstance(alphabet, str) or alphabet not in ALPHABETS:
        raise TypeError(f"derive: alphabet is one of {', '.join(ALPHABETS)}")
    return str(alphabet)


def _letters(stream: Iterator[int], letters: str) -> Iterator[str]:
    """Each letter as likely as each other: bytes that would favour the first ones are passed over."""
    limit = 256 - 256 % len(letters)
    return (letters[each % len(letters)] for each in stream if each < limit)


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _openssh(seed: bytes, public: bytes, blob: bytes, check: bytes, comment: bytes) -> str:
    """The file of a private key without passphrase, as OpenSSH's PROTOCOL.key describes it. The two check numbers,
    which ssh-keygen draws at random, are derived too: the file is the same each time.
    """
    inner = check + check + _string(b"ssh-ed25519") + _string(public) + _string(seed + public) + _string(comment)
    inner += bytes(range(1, 1 + -len(inner) % 8))
    none = _string(b"none")
    whole_key = b"openssh-key-v1\0" + none + none + _string(b"") + struct.pack(">I", 1) + _string(blob) + _string(inner)
    lines = base64.b64encode(whole_key).decode()
    wrapped = "\n".join(lines[at : at + 70] for at in range(0, len(lines), 70))
    return f"-----BEGIN OPENSSH PRIVATE KEY-----\n{wrapped}\n-----END OPENSSH PRIVATE KEY-----\n"
