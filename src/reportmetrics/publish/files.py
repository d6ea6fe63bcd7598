"""Small dealings with files that several steps of publishing need.

Belongs here: linking, hashing, atomic replacement, write protection. Not here: what is published.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files_below(folder: Path) -> list[Path]:
    """All files below ``folder``, sorted by their path with forward slashes."""
    return sorted((p for p in folder.rglob("*") if p.is_file()), key=lambda p: p.relative_to(folder).as_posix())


def digest_of(folder: Path) -> str:
    """SHA-256 over the names and contents of all files below ``folder``."""
    total = hashlib.sha256()
    for path in files_below(folder):
        total.update(f"{path.relative_to(folder).as_posix()}\0{sha256(path)}\n".encode())
    return total.hexdigest()


def link_or_copy(source: Path, target: Path) -> None:
    """``target`` is ``source``, by a hard link where the file system has them across the two places."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def replace_text(path: Path, text: str) -> None:
    """Write ``path`` so that a reader sees either the old or the new text, never half of one."""
    replace_bytes(path, text.encode())


def replace_bytes(path: Path, data: bytes) -> None:
    """Write ``path`` so that a reader sees either the old or the new content, never half of one."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_bytes(data)
    fresh.replace(path)


def write_protect(folder: Path) -> None:
    """Make every file below ``folder`` read-only. Folders stay writable, so that an owner can retire a publication."""
    for path in files_below(folder):
        path.chmod(0o444)
