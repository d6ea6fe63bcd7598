"""Opening what lies below a folder without following a link, neither in the place of the file nor on the way to it.

Whoever may write to the landing folder could otherwise let the program read, or remove, any file that it has the right
to. A look beforehand does not tell: a link may take the place of a file right after it. So each folder on the way is
opened from within the one above, by its descriptor, and the system refuses links. The outermost folder may be a link.

Belongs here: opening. Not here: what is looked at (``landing``), copied (``archive``) or removed (``clearing``).
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY


def open_folder(folder: Path, below: str) -> int:
    """Descriptor, for the caller to close, of the folder ``below`` (with ``/``; may be empty). Raises ``OSError``."""
    opened = os.open(folder, _FOLDER)
    for name in below.split("/"):
        if name:
            above = opened
            try:
                opened = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=above)
            finally:
                os.close(above)
    return opened


@contextmanager
def place_of(folder: Path, name: str) -> Iterator[tuple[int, str]]:
    """Descriptor of the folder where the file ``name`` (with ``/``) lies, and the file's name there."""
    below, _, last = name.rpartition("/")
    opened = open_folder(folder, below)
    try:
        yield opened, last
    finally:
        os.close(opened)


def open_at(opened: int, name: str) -> BufferedReader:
    """The file ``name`` of an open folder, to read. Raises ``OSError``; ``ELOOP`` where it is a link."""
    # Not to wait: for a pipe that took the file's place nobody may ever write.
    file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=opened)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(errno.EINVAL, "Not a file", name)
    return os.fdopen(file, "rb")


def open_within(folder: Path, name: str) -> BufferedReader:
    """The file ``name`` (with ``/``) below ``folder``, to read. Raises as ``open_at``."""
    with place_of(folder, name) as (opened, last):
        return open_at(opened, last)


def fingerprint_within(folder: Path, name: str) -> str:
    """SHA-256 of the file ``name`` below ``folder``, in hex. Raises as ``open_at``."""
    with open_within(folder, name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
