"""Names of people are replaced by a keyed hash before they are stored.

The key is outside the database: an environment variable, or a file made on first use that only its owner can read.
The same person has the same pseudonym in all tables and sources, so that people can be counted, not named.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from reportmetrics.settings import Settings, pseudonym_key_from_environment

_DIGITS = 12


def pseudonym_key(settings: Settings) -> bytes:
    """The key: from the environment, else from the key file, which is made with mode 600 when it is missing."""
    given = pseudonym_key_from_environment()
    if given:
        return given.encode()
    path = settings.pseudonym_key_file
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _make(path)
    return path.read_text().strip().encode()


def _make(path: Path) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32) + "\n")


def pseudonym(key: bytes, name: str) -> str:
    """``p-`` and 12 hex digits of HMAC-SHA256."""
    return "p-" + hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:_DIGITS]


def key_check(key: bytes) -> str:
    """What tells two keys apart without telling anything of them: kept beside the pseudonyms that a key made."""
    return hmac.new(key, b"reportmetrics: which key is this?", hashlib.sha256).hexdigest()[:_DIGITS]


def new_key() -> bytes:
    """A fresh key, as it stands in the key file."""
    return secrets.token_hex(32).encode()


def write_key(path: Path, key: bytes) -> None:
    """Put a key into its file, readable by the owner only, in one step."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.unlink(missing_ok=True)
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key + b"\n")
    scratch.replace(path)


def pseudonyms(key: bytes, names: Iterable[str]) -> dict[str, str]:
    """Pseudonym of each distinct name."""
    return {name: pseudonym(key, name) for name in set(names)}
