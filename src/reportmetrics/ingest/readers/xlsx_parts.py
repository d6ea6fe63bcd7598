"""The parts of a workbook, judged and read before anything else opens the file.

A workbook is a ZIP archive that others made. Its entries, their size and how far they unpack are capped, and so is the
rectangle that a sheet's cells span: one cell in the last corner of a sheet makes an ordinary reader ask for the memory
of 17 billion.

Belongs here: caps, sheets and their state, the epoch. Not here: what a sheet says of itself (``xlsx_facts``), values
(``xlsx``).
"""

from __future__ import annotations

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from reportmetrics.ingest.readers.base import UnreadableError
from reportmetrics.ingest.readers.xlsx_facts import SheetFacts, facts_of
from reportmetrics.ingest.readers.xlsx_xml import TRUE, not_a_workbook, parse, too_large

MOST_ENTRIES = 5_000
MOST_BYTES = 1_000_000_000
MOST_RATIO = 200
"""Caps of a workbook: entries, unpacked bytes, and unpacked bytes per packed byte (judged above 10 MB)."""

_RATIO_FROM_BYTES = 10_000_000
_CHUNK = 1 << 20
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_WORKBOOK = "xl/workbook.xml"


class Workbook:
    """A workbook that is within the caps: its sheets, which of them are hidden, and the epoch of its dates."""

    def __init__(self, path: Path) -> None:
        """Raises ``UnreadableError`` when ``path`` is no workbook or goes beyond the caps."""
        check_zip(path)
        self._path = path
        self.hidden: list[str] = []
        self.from_1904 = False
        self._parts: dict[str, str] = {}
        targets: dict[str, str] = {}

        def relation(name: str, attributes: dict[str, str]) -> None:
            if name == "Relationship":
                target = attributes.get("Target", "")
                targets[attributes.get("Id", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")

        def sheet(name: str, attributes: dict[str, str]) -> None:
            if name == "workbookPr":
                self.from_1904 = attributes.get("date1904", "") in TRUE
            if name == "sheet":
                title = attributes.get("name", "")
                self._parts[title] = targets.get(_relation_id(attributes), "")
                if attributes.get("state", "visible") != "visible":
                    self.hidden.append(title)

        parse(self._read("xl/_rels/workbook.xml.rels"), relation)
        parse(self._read(_WORKBOOK), sheet)

    def facts(self, sheet: str, *, numbers: bool = False) -> SheetFacts | None:
        """What the sheet says of itself, ``fractions`` too if ``numbers`` asks; None when there is no such sheet.

        Raises ``UnreadableError``: too large.
        """
        part = self._parts.get(sheet)
        return None if part is None else facts_of(sheet, self._read(part), numbers=numbers)

    def _read(self, part: str) -> bytes:
        try:
            with zipfile.ZipFile(self._path) as archive:
                wanted = next((e for e in archive.infolist() if e.filename.lower().lstrip("/") == part.lower()), None)
                if wanted is None:
                    raise not_a_workbook(f"it has no part {part or 'for the sheet'}")
                return archive.read(wanted)
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, zlib.error, EOFError) as e:
            raise not_a_workbook(str(e) or type(e).__name__) from None


def check_zip(path: Path) -> None:
    """Refuse what is no ZIP archive, has a password, or would unpack beyond the caps. Raises ``UnreadableError``."""
    if path.stat().st_size == 0:
        raise UnreadableError("empty_file", "the file is empty", "send the file again")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            sizes = [max(e.file_size, e.compress_size) for e in entries]
            packed = path.stat().st_size
            beyond = sum(sizes) > MOST_BYTES or sum(sizes) > max(_RATIO_FROM_BYTES, packed * MOST_RATIO)
            if len(entries) > MOST_ENTRIES or beyond:
                raise too_large(f"{sum(sizes):,} bytes in {len(entries):,} parts from {packed:,} bytes")
            for entry in entries:
                _check_size(archive, entry)
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, zlib.error, EOFError) as error:
        with path.open("rb") as file:
            if file.read(4) == b"\xd0\xcf\x11\xe0":
                raise UnreadableError(
                    "not_a_workbook",
                    "an old (.xls) or password-protected workbook",
                    "save it as .xlsx without a password and send it again",
                ) from None
        raise not_a_workbook(str(error) or type(error).__name__) from None


def _check_size(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Refuse an entry that unpacks to more than it says: the sizes that were capped would be worth nothing."""
    if entry.flag_bits & 1:
        raise not_a_workbook("it has a password")
    if entry.compress_type == zipfile.ZIP_STORED:
        return
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise not_a_workbook(f"{entry.filename} is packed in an unusual way")
    unpacker, unpacked = zlib.decompressobj(-15), 0
    for some in _packed(archive, entry):
        packed = some
        while packed and not unpacker.eof:
            unpacked += len(unpacker.decompress(packed, _CHUNK))
            packed = unpacker.unconsumed_tail
            if unpacked > entry.file_size:
                raise too_large(f"more than the {entry.file_size:,} bytes that {entry.filename} states")


def _packed(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The packed bytes as they lie in the file: the archive's own reader would stop at the size that is stated."""
    file = archive.fp
    assert file is not None
    file.seek(entry.header_offset)
    head = file.read(_LOCAL_HEADER.size)
    if len(head) < _LOCAL_HEADER.size:
        raise not_a_workbook(f"{entry.filename} is cut off")
    name, extra = _LOCAL_HEADER.unpack(head)[-2:]
    file.seek(name + extra, 1)
    left = entry.compress_size
    while left > 0 and (some := file.read(min(left, _CHUNK))):
        left -= len(some)
        yield some


def _relation_id(attributes: dict[str, str]) -> str:
    return next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
