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
    """All files below ``folder``, sorted by their path with forward slashes. Links to folders are not followed."""
    return [folder / name for name in names_below(folder)]


def names_below(folder: Path) -> list[str]:
    """The same as texts, below ``folder`` and with forward slashes."""
    found: list[str] = []
    within = [""] if folder.is_dir() else []
    while within:
        at = within.pop()
        with os.scandir(folder / at) as entries:
            for entry in entries:
                if entry.is_file():
                    found.append(at + entry.name)
                elif entry.is_dir(follow_symlinks=False):
                    within.append(f"{at}{entry.name}/")
    return sorted(found)


def digest_of(folder: Path) -> str:
    """SHA-256 over the names and contents of all files below ``folder``."""
    total = hashlib.sha256()
    for name in names_below(folder):
        total.update(f"{name}\0{sha256(folder / name)}\n".encode())
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
