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

import duckdb

from reportmetrics.settings import Settings, pseudonym_key_from_environment
from reportmetrics.warehouse.store import StoreError, may_come_back, not_opened

_DIGITS = 12
RESTORE_KEY = (
    "restore that key from a backup (or set REPORTMETRICS_PSEUDONYM_KEY to it); if it is lost for good, give everybody "
    "another pseudonym: reportmetrics rebuild --new-key (--drop-old where the key comes from the environment)"
)
"""What to do where the key that made the pseudonyms is not the one that is there."""


def pseudonym_key(settings: Settings) -> bytes:
    """The key: from the environment, else from the key file, which is made with mode 600 on first use.

    Raises ``StoreError`` where the file is missing and the warehouse has pseudonyms: a new key is not made in silence;
    and where it is empty, since anybody can make the pseudonyms of an empty key.
    """
    given = pseudonym_key_from_environment()
    if given:
        return given.encode()
    path = settings.pseudonym_key_file
    if not path.exists():
        if known_key(settings.warehouse) is not None:
            raise StoreError(f"{path} is missing, and the warehouse has pseudonyms made with it; {RESTORE_KEY}")
        path.parent.mkdir(parents=True, exist_ok=True)
        _make(path)
    key = path.read_text().strip().encode()
    if not key:
        remedy = (
            RESTORE_KEY if known_key(settings.warehouse) is not None else "delete the file: the next run makes a key"
        )
        raise StoreError(f"{path}, the key of the pseudonyms, is empty; {remedy}")
    return key


def proven_key(settings: Settings) -> bytes:
    """The key, as of ``pseudonym_key``; raises ``StoreError`` too where the warehouse was made with another one."""
    key, known = pseudonym_key(settings), known_key(settings.warehouse)
    if known is not None and known != key_check(key):
        raise StoreError(f"{settings.warehouse}: its pseudonyms were made with another key; {RESTORE_KEY}")
    return key


def known_key(warehouse: Path) -> str | None:
    """``key_check`` of the key that made the pseudonyms of a warehouse; None: none yet, or nobody can tell.

    Raises ``StoreError`` while another process has it open, or where this user may not read it.
    """
    if not warehouse.is_file():
        return None
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            found = connection.execute("SELECT key_check FROM state").fetchall()
    except duckdb.Error as error:
        if may_come_back(error):
            raise StoreError(not_opened(warehouse, error)) from error
        return None
    return str(found[0][0]) if found and found[0][0] is not None else None


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
