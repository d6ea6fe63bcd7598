"""What the XML of a workbook says beside the values of its cells, read before anything else opens the file.

A workbook is a ZIP archive that others made. Its entries, their size and how far they unpack are capped, and so is the
rectangle that a sheet's cells span: one cell in the last corner of a sheet makes an ordinary reader ask for the memory
of 17 billion.

Belongs here: caps, sheets and their state, the epoch, merged cells, hidden rows, formulas that nobody computed, numbers
of many digits, cells that are numbers with a fraction.
Not here: values (``xlsx``).
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from reportmetrics.ingest.readers.base import UnreadableError

MOST_ENTRIES = 5_000
MOST_BYTES = 1_000_000_000
MOST_RATIO = 200
"""Caps of a workbook: entries, unpacked bytes, and unpacked bytes per packed byte (judged above 10 MB)."""

MOST_CELLS = 40_000_000
"""Cap of the rectangle from the first to the last cell of a sheet."""

_RATIO_FROM_BYTES = 10_000_000
_CHUNK = 1 << 20
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_CELLS = (b"<c ", b"<c>", b"<c/")
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})\d{1,6}"')
_ROW = re.compile(rb'\br="[A-Z]{0,3}(\d{1,6})"')
_MOST_PLAIN_ROWS = 999_999
"""Row numbers of six digits are counted quickly; a sheet with longer ones is gone through element by element."""

_TELLING = (b"hidden", b"mergeCell", b"<f", b":f", b"<!DOCTYPE")
_LONG = r"[-+]?(?:\d{16,}(?:\.\d*)?|\d*\.\d{10,}|\d{7,}\.\d+|(?:\d+\.?\d*|\.\d+)[eE][-+]?\d+)"
_LONG_NUMBER = re.compile(_LONG)
_ANY_LONG_NUMBER = re.compile(rf"v>\s*{_LONG}\s*<".encode())
_FRACTION = re.compile(r"[.eE]")
_ANY_FRACTION = re.compile(rb"v>\s*[-+\d]*[.eE]")
_WORKBOOK = "xl/workbook.xml"
_TRUE = frozenset({"1", "true", "on"})

Area = tuple[int, int, int, int]
"""Top, left, bottom, right; from 0, inclusive."""


@dataclass(slots=True)
class SheetFacts:
    """What a sheet says of itself. Rows and columns count from 0, ``hidden_rows`` from 1 as a spreadsheet does.

    ``long_numbers`` are as the XML writes them: those of more digits than a float holds, or of more decimals than the
    reader of values gives, and those with an exponent.
    ``fractions`` are rows, by column, of number cells that may have a fraction, where they were asked for.
    ``first_column`` is the first one that holds a value; it is known where anything else but ``hidden_rows`` is filled.
    """

    merged: list[Area] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    uncomputed: dict[tuple[int, int], str] = field(default_factory=dict)
    long_numbers: dict[tuple[int, int], str] = field(default_factory=dict)
    fractions: dict[int, array[int]] = field(default_factory=dict)
    first_column: int = 0


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
                self.from_1904 = attributes.get("date1904", "") in _TRUE
            if name == "sheet":
                title = attributes.get("name", "")
                self._parts[title] = targets.get(_relation_id(attributes), "")
                if attributes.get("state", "visible") != "visible":
                    self.hidden.append(title)

        _parse(self._read("xl/_rels/workbook.xml.rels"), relation)
        _parse(self._read(_WORKBOOK), sheet)

    def facts(self, sheet: str, *, numbers: bool = False) -> SheetFacts | None:
        """What the sheet says of itself, ``fractions`` too if ``numbers`` asks; None when there is no such sheet.

        Raises ``UnreadableError``: too large.
        """
        part = self._parts.get(sheet)
        return None if part is None else _facts(sheet, self._read(part), numbers=numbers)

    def _read(self, part: str) -> bytes:
        try:
            with zipfile.ZipFile(self._path) as archive:
                wanted = next((e for e in archive.infolist() if e.filename.lower().lstrip("/") == part.lower()), None)
                if wanted is None:
                    raise not_a_workbook(f"it has no part {part or 'for the sheet'}")
                return archive.read(wanted)
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, zlib.error, EOFError) as e:
            raise not_a_workbook(str(e) or type(e).__name__) from None


def not_a_workbook(said: str) -> UnreadableError:
    """The refusal of a file that is something else."""
    return UnreadableError("not_a_workbook", f"not an XLSX workbook ({said})", "save it as .xlsx and send it again")


def check_zip(path: Path) -> None:
    """Refuse what is no ZIP archive, has a password, or would unpack beyond the caps. Raises ``UnreadableError``."""
    if path.stat().st_size == 0:
        raise UnreadableError("empty_file", "the file is empty", "send the file again")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            sizes = [max(e.file_size, e.compress_size) for e in entries]
            packed = path.stat().st_size
            too_large = sum(sizes) > MOST_BYTES or sum(sizes) > max(_RATIO_FROM_BYTES, packed * MOST_RATIO)
            if len(entries) > MOST_ENTRIES or too_large:
                raise _too_large(f"{sum(sizes):,} bytes in {len(entries):,} parts from {packed:,} bytes")
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
                raise _too_large(f"more than the {entry.file_size:,} bytes that {entry.filename} states")


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


def _too_large(said: str) -> UnreadableError:
    return UnreadableError(
        "workbook_too_large",
        f"the workbook unpacks to {said}",
        "split it, or remove formatting of unused cells, and send it again",
    )


def _facts(sheet: str, data: bytes, *, numbers: bool) -> SheetFacts:
    columns = _REFERENCE.findall(data)
    telling = any(t in data for t in _TELLING) or _ANY_LONG_NUMBER.search(data) is not None
    telling |= numbers and _ANY_FRACTION.search(data) is not None
    if not telling and len(columns) == sum(data.count(c) for c in _CELLS):
        across = {_column(c.decode()) for c in set(columns)}
        width = max(across, default=-1) - min(across, default=0) + 1
        if width * _MOST_PLAIN_ROWS > MOST_CELLS:
            _check_area(sheet, max(map(int, set(_ROW.findall(data))), default=0), width)
        return SheetFacts()
    reading = _SheetReading(numbers=numbers)
    _parse(data, reading.start, reading.end, reading.text)
    _check_area(sheet, reading.last_row + 1, reading.last_column + 1)
    return reading.facts


def _check_area(sheet: str, rows: int, columns: int) -> None:
    if rows * columns > MOST_CELLS:
        raise UnreadableError(
            "workbook_too_large",
            f"the cells of sheet '{sheet}' span {rows:,} rows and {columns:,} columns",
            "delete what stands far off the table and send it again",
        )


class _SheetReading:
    """Goes through the elements of a sheet."""

    def __init__(self, *, numbers: bool) -> None:
        self._numbers = numbers
        self.facts = SheetFacts(first_column=1 << 20)
        self.last_row = self.last_column = -1
        self._row = self._column = -1
        self._text: list[str] = []
        self._kind = ""
        self._formula: str | None = None
        self._valued = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._text.clear()
        if name == "c":
            self._cell(attributes)
        elif name == "row":
            self._row = int(attributes["r"]) - 1 if attributes.get("r", "").isdigit() else self._row + 1
            self._column = -1
            if attributes.get("hidden", "") in _TRUE:
                self.facts.hidden_rows.append(self._row + 1)
        elif name == "is":
            self._valued = True
        elif name == "mergeCell":
            area = _area(attributes.get("ref", ""))
            if area is not None:
                self.facts.merged.append(area)

    def _cell(self, attributes: dict[str, str]) -> None:
        place = _place(attributes.get("r", ""))
        self._row, self._column = place if place is not None else (max(0, self._row), self._column + 1)
        self.last_row, self.last_column = max(self.last_row, self._row), max(self.last_column, self._column)
        self._kind, self._formula, self._valued = attributes.get("t", ""), None, False

    def _number(self, text: str) -> None:
        if _LONG_NUMBER.fullmatch(text):
            self.facts.long_numbers[(self._row, self._column)] = text
        if self._numbers and _FRACTION.search(text):
            self.facts.fractions.setdefault(self._column, array("q")).append(self._row)

    def text(self, text: str) -> None:
        self._text.append(text)

    def end(self, name: str) -> None:
        if name == "f":
            self._formula = "".join(self._text)
        elif name == "v":
            # The value of a formula that gives an empty text is an empty text.
            text = "".join(self._text).strip()
            self._valued |= bool(text) or self._kind == "str"
            if self._kind in ("", "n"):
                self._number(text)
        elif name == "c":
            if self._valued:
                self.facts.first_column = min(self.facts.first_column, self._column)
            elif self._formula is not None:
                self.facts.uncomputed[(self._row, self._column)] = f"={self._formula}"
        self._text.clear()


def _parse(
    data: bytes,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Tell ``start``, ``end`` and ``text`` all elements, without prefixes. Raises ``UnreadableError``."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    if end is not None:
        parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    if text is not None:
        parser.CharacterDataHandler = text

    def refuse(*_: object) -> None:
        said = "a part of the workbook declares a document type, which can hide other files or expand without end"
        raise UnreadableError("forbidden_xml", said, "save the workbook again with an office program")

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise not_a_workbook(f"line {error.lineno} of a part: {expat.errors.messages[error.code]}") from None
    except (LookupError, ValueError) as error:
        raise not_a_workbook(str(error)) from None


def _relation_id(attributes: dict[str, str]) -> str:
    return next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")


def _place(reference: str) -> tuple[int, int] | None:
    """Row and column, from 0, of a reference such as ``B3``."""
    found = re.fullmatch(r"\$?([A-Z]{1,7})\$?(\d{1,18})", reference)
    return None if found is None else (int(found[2]) - 1, _column(found[1]))


def _area(reference: str) -> Area | None:
    first, _, last = reference.partition(":")
    top, bottom = _place(first), _place(last or first)
    return None if top is None or bottom is None else (*top, *bottom)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
