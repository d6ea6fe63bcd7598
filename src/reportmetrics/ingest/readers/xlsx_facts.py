"""What the XML of a workbook says of a sheet beside the values of its cells.

Belongs here: merged cells, hidden rows, formulas that nobody computed, numbers of many digits, cells that are numbers
with a fraction, moments as ISO text; the area that cells span, and that each stands in the sheet once. Not here: values
(``xlsx``), the other parts of a workbook (``xlsx_parts``).
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from operator import methodcaller

from reportmetrics.ingest.readers.base import UnreadableError
from reportmetrics.ingest.readers.xlsx_xml import TRUE, parse

MOST_CELLS = 40_000_000
"""Cap of the rectangle from the first to the last cell of a sheet."""

_CELLS = (b"<c ", b"<c>", b"<c/")
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3}\d{1,6})"')
_LETTERS, _DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0123456789"
_TELLING = (b"hidden", b"mergeCell", b"<f", b":f", b"<!DOCTYPE", b't="d"', b"t='d'", b":row", b":c ", b":c>", b":c/")
_LONG = r"[-+]?(?:\d{16,}(?:\.\d*)?|\d*\.\d{10,}|\d{7,}\.\d+|(?:\d+\.?\d*|\.\d+)[eE][-+]?\d+)"
_LONG_NUMBER = re.compile(_LONG)
_ANY_LONG_NUMBER = re.compile(rf"v>\s*{_LONG}\s*<".encode())
_FRACTION = re.compile(r"[.eE]")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?(?:\.(\d+))?")
_ANY_FRACTION = re.compile(rb"v>\s*[-+\d]*[.eE]")

Area = tuple[int, int, int, int]
"""Top, left, bottom, right; from 0, inclusive."""


@dataclass(slots=True)
class SheetFacts:
    """What a sheet says of itself. Rows and columns count from 0, ``hidden_rows`` from 1 as a spreadsheet does.

    ``long_numbers`` are as the XML writes them: those of more digits than a float holds, or of more decimals than the
    reader of values gives, and those with an exponent.
    ``fractions`` are rows, by column, of number cells that may have a fraction, where they were asked for.
    ``moments`` are days with a time that the XML holds as ISO text, told as those that it holds as numbers are.
    ``first_column`` is the first one that holds a value; it is known where anything else but ``hidden_rows`` is filled.
    """

    merged: list[Area] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    uncomputed: dict[tuple[int, int], str] = field(default_factory=dict)
    long_numbers: dict[tuple[int, int], str] = field(default_factory=dict)
    fractions: dict[int, array[int]] = field(default_factory=dict)
    moments: dict[tuple[int, int], str] = field(default_factory=dict)
    first_column: int = 0


def facts_of(sheet: str, data: bytes, *, numbers: bool) -> SheetFacts:
    """What the XML of a sheet says of it. Raises ``UnreadableError``: too large, or a cell that stands in it twice."""
    telling = any(t in data for t in _TELLING) or _ANY_LONG_NUMBER.search(data) is not None
    telling |= numbers and _ANY_FRACTION.search(data) is not None
    plain = None if telling else _plain_area(data)
    if plain is not None:
        _check_area(sheet, *plain)
        return SheetFacts()
    reading = _SheetReading(sheet, numbers=numbers)
    parse(data, reading.start, reading.end, reading.text)
    _check_area(sheet, reading.last_row + 1, reading.last_column + 1)
    return reading.facts


def _plain_area(data: bytes) -> tuple[int, int] | None:
    """Rows and columns that the cells span, where each says its place, once and in its row; None: it is not so plain.

    It is judged row by row, which takes little memory, and a tenth of the time of going through the elements.
    """
    number_of, letters_of = methodcaller("lstrip", _LETTERS), methodcaller("rstrip", _DIGITS)
    rows: set[bytes] = set()
    columns: set[bytes] = set()
    cells, at = 0, data.find(b"<row")
    while at >= 0:
        following = data.find(b"<row", at + 4)
        places = _REFERENCE.findall(data, at, following if following >= 0 else len(data))
        numbers = set(map(number_of, places))
        if len(numbers) > 1 or len(set(places)) < len(places) or not rows.isdisjoint(numbers):
            return None
        rows |= numbers
        columns.update(map(letters_of, places))
        cells, at = cells + len(places), following
    if cells != sum(data.count(c) for c in _CELLS):
        return None
    across = {_column(c.decode()) for c in columns}
    return max(map(int, rows), default=0), max(across, default=-1) - min(across, default=0) + 1


def _check_area(sheet: str, rows: int, columns: int) -> None:
    if rows * columns > MOST_CELLS:
        raise UnreadableError(
            "workbook_too_large",
            f"the cells of sheet '{sheet}' span {rows:,} rows and {columns:,} columns",
            "delete what stands far off the table and send it again",
        )


class _SheetReading:
    """Goes through the elements of a sheet."""

    def __init__(self, sheet: str, *, numbers: bool) -> None:
        self._sheet, self._numbers = sheet, numbers
        self.facts = SheetFacts(first_column=1 << 20)
        self.last_row = self.last_column = -1
        self._row = self._column = -1
        self._element = 0
        self._filled_by: dict[int, int] = {}
        self._filled: set[tuple[int, int]] = set()
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
            self._column, self._element = -1, self._element + 1
            self._filled.clear()
            if attributes.get("hidden", "") in TRUE:
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

    def _once(self) -> None:
        """Refuse a sheet in which a cell, or a row, stands twice: the reader of values keeps the last one."""
        place = (self._row, self._column)
        again = place in self._filled
        if again or self._filled_by.setdefault(self._row, self._element) != self._element:
            said = f"row {self._row + 1} of sheet '{self._sheet}' {'has a cell' if again else 'stands there'} twice"
            remedy = "have it exported anew; or open it in an office program, see which row is meant, and save it"
            raise UnreadableError("damaged_workbook", said, remedy)
        self._filled.add(place)

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
            elif self._kind == "d" and (found := _ISO.fullmatch(text)) is not None:
                self.facts.moments[(self._row, self._column)] = _moment(*found.groups())
        elif name == "c":
            if self._valued or self._formula is not None:
                self._once()
            if self._valued:
                self.facts.first_column = min(self.facts.first_column, self._column)
            elif self._formula is not None:
                self.facts.uncomputed[(self._row, self._column)] = f"={self._formula}"
        self._text.clear()


def _moment(day: str, minutes: str, seconds: str | None, fraction: str | None) -> str:
    digits = (fraction or "")[:6].rstrip("0")
    return f"{day} {minutes}{seconds or ':00'}" + (
        f".{digits.ljust(3 if len(digits) <= 3 else 6, '0')}" if digits else ""
    )


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
