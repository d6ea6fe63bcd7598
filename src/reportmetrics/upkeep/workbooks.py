"""Workbooks that were written for senders and still lie where they were written: refused rows, names included.

Belongs here: finding those that hold rows of given files. Not here: writing them (``senders.returned``), deciding what
is to be forgotten (``forget``).
"""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Iterable
from pathlib import Path
from xml.sax.saxutils import escape


def workbooks_about(folder: Path, hashes: Collection[str], names: Collection[str] = ()) -> list[Path]:
    """Workbooks below ``folder`` with a row of a file of one of the ``hashes`` (as sent), or that tell of its name.

    A row is known by its reference, which begins with twelve digits of the hash. What is no workbook is passed over.
    """
    wanted = [*(f"{sha256[:12]}-" for sha256 in hashes), *names]
    return [path for path in sorted(folder.glob("*.xlsx")) if holds_any(path, wanted)]


def holds_any(path: Path, texts: Iterable[str]) -> bool:
    """Whether a file is a workbook that holds one of the texts."""
    wanted = [escape(text).encode() for text in texts]
    try:
        with zipfile.ZipFile(path) as book:
            parts = [book.read(part) for part in book.namelist() if part.endswith(".xml")]
    except (zipfile.BadZipFile, OSError):
        return False
    return any(each in text for text in parts for each in wanted)
