"""An SSH key pair, as expressions hand it on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An Ed25519 key: `public` as a line of authorized_keys, `private` as OpenSSH's file."""

    public: str
    private: str
