"""What a workbook says beside its cells: hidden sheets and rows, merged headers, formulas without a value, the epoch.

Belongs here: looking into the parts of the archive, by patterns over their bytes. Not here: the cells (``xlsx``).

The library that reads the cells does not tell these. The parts are read as bytes and never parsed as XML, so nothing
that XML can smuggle in has an effect; their unpacked size is capped before (``xlsx.check_zip``).
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass
from html import unescape
from pathlib import Path

_SHEET = re.compile(rb"<(?:\w+:)?sheet\b([^>]*)/?>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b([^>]*)/?>")
_ATTRIBUTE = re.compile(rb'([\w:]+)\s*=\s*"([^"]*)"')
_EPOCH = re.compile(rb'<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*"(?:1|true)"')
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref\s*=\s*"([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></"
    rb"(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_PLACE = re.compile(r"([A-Z]+)(\d+)")


@dataclass(frozen=True, slots=True)
class Part:
    """One sheet beside its cells. Rows are numbered from 1, columns from 0.

    ``merged`` are rectangles (first row, first column, last row, last column); ``empty_formulas`` are cells (row,
    column) whose formula was never worked out.
    """

    hidden: bool
    hidden_rows: frozenset[int]
    merged: tuple[tuple[int, int, int, int], ...]
    empty_formulas: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """A workbook beside its cells. ``epoch`` is 1900 or 1904, the year that its dates as numbers count from."""

    epoch: int
    hidden_sheets: tuple[str, ...]
    sheets: dict[str, Part]


def parts_of(path: Path, wanted: set[str]) -> Parts:
    """What the workbook says of the sheets in ``wanted``; a part that is not there says nothing."""
    with zipfile.ZipFile(path) as archive:
        book = _read(archive, "xl/workbook.xml")
        targets = _targets(_read(archive, "xl/_rels/workbook.xml.rels"))
        sheets, hidden = {}, []
        for found in _SHEET.finditer(book):
            given = _attributes(found[1])
            name = given.get("name", "")
            is_hidden = given.get("state") in ("hidden", "veryHidden")
            if is_hidden:
                hidden.append(name)
            if name in wanted:
                inside = next((v for k, v in given.items() if k.endswith(":id")), "")
                sheets[name] = _part(_read(archive, targets.get(inside, "")), hidden=is_hidden)
    return Parts(1904 if _EPOCH.search(book) else 1900, tuple(hidden), sheets)


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(name)
    except (KeyError, zipfile.BadZipFile, RuntimeError, ValueError, OSError):
        return b""


def _targets(relations: bytes) -> dict[str, str]:
    """Parts by the id under which the workbook names them."""
    found = {}
    for relation in _RELATION.finditer(relations):
        given = _attributes(relation[1])
        target = given.get("Target", "")
        found[given.get("Id", "")] = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
    return found


def _part(sheet: bytes, *, hidden: bool) -> Part:
    rows, number = set(), 0
    for row in _ROW.finditer(sheet):
        given = _attributes(row[1])
        number = int(given["r"]) if given.get("r", "").isdigit() else number + 1
        if given.get("hidden") in ("1", "true"):
            rows.add(number)
    merged = tuple(
        (int(m[2]), column_number(m[1].decode()), int(m[4]), column_number(m[3].decode()))
        for m in _MERGED.finditer(sheet)
    )
    empty = []
    for cell in _FORMULA.finditer(sheet):
        place = _PLACE.fullmatch(_attributes(cell[1]).get("r", ""))
        if place is not None:
            empty.append((int(place[2]), column_number(place[1])))
    return Part(hidden, frozenset(rows), merged, tuple(empty))


def column_number(letters: str) -> int:
    """``A`` is 0, ``Z`` 25, ``AA`` 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _attributes(text: bytes) -> dict[str, str]:
    return {k.decode(): unescape(v.decode("utf-8", "replace")) for k, v in _ATTRIBUTE.findall(text)}
