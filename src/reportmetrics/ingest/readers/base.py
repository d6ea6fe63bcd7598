"""What all readers share: the protocol, the sheet that they return, and the way they refuse a file.

Belongs here: nothing that knows a format. Not here: what a column means (``mapping``), types (``sql/core``).
"""

from __future__ import annotations

import functools
import tempfile
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl

from reportmetrics.profile.sources import Options

BAD_MARK = "\x1a"
"""First character of a cell that could not be understood (SUBSTITUTE, which is meant for that). No cast accepts it."""


FORMULA_MARK = BAD_MARK + "\x05"
"""How a reader marks the cell of a formula that has no value, or an error for a value; what it says comes after."""


CONTRADICTION_MARK = BAD_MARK + "\x06"
"""How a yes is marked that other cells of its row contradict; what they say comes after."""


INEXACT_MARK = BAD_MARK + "\x07"
"""How a reader marks a whole number of more digits than the file holds exactly; the number comes after. As a number it
counts, as a text it may be an identifier that lost its last digits."""


NUMBER_MARK = BAD_MARK + "\x11"
"""How a reader marks a cell that is a number with a fraction, not the text of one, where it was asked to; the number,
with a decimal point, comes after."""


STRAY_EVENT = "the event stands outside of a trace, so it is nobody's"
"""Fault of a row of an event log."""


TWICE = "an attribute stands twice: "
"""How the fault of a row of an event log begins of which nobody can tell which of two values is meant."""


UNTIMED = "the event has no time: "
"""How the fault of a row of an event log begins of which nobody can tell when it happened."""


MARKS = "\x05\x06\x07\x11"
"""What may stand behind ``BAD_MARK`` and say more."""


UNDECIDED = "it cannot be told whether the row counts: "
"""How the fault of a row begins whose mapping asks for a cell that has no usable value."""

UNDECIDED_CELL = r"^" + UNDECIDED + r"column '(.*)' holds '(.*)'$"
"""Column and cell in such a fault."""


LEFT_OVER = " (left over: {})"
"""What the fault of a row ends with that has more cells than the header, with the first characters of these cells."""

LEFT_OVER_CELLS = r" \(left over: (.*)\)$"
"""These cells in such a fault."""

LEFT_OVER_SHOWN = 200
"""Characters of them that are shown."""


def unmarked(cell: str | None) -> str | None:
    """The cell as a person may see it."""
    if cell is None:
        return None
    for mark in (FORMULA_MARK, INEXACT_MARK, NUMBER_MARK, BAD_MARK):
        cell = cell.removeprefix(mark)
    return cell


class UnreadableError(Exception):
    """A file or sheet that cannot be read. ``code`` is stable, ``message`` and ``remedy`` are for people."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(f"{message}; {remedy}")
        self.code = code
        self.message = message
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Spool:
    """Rows of a file that is too large to be held: Parquet files in a folder that lives as long as this object."""

    folder: tempfile.TemporaryDirectory[str]
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows under one header, as text.

    ``rows`` has ``source_row`` (Int64, as a spreadsheet numbers it, the first row of the file being 1), ``c0`` ..
    (String, one per name in ``header``, null where the cell is empty) and ``row_fault`` (String, null for a sound row).
    Rows without any entry are left out; the numbers of the others do not move.

    ``bare`` promises that no cell has blanks at its ends, so that nobody needs to look. ``notes`` are said on the line
    of the ledger: what was seen that a sender may not know of. ``left`` is, over ``source_row``, why a row does not
    count (String, null when it does). ``epoch`` is the format that the day numbers of a workbook are of.
    """

    name: str
    header: tuple[str, ...]
    held: pl.DataFrame | Spool
    bare: bool = False
    notes: tuple[str, ...] = ()
    left: pl.Expr | None = None
    epoch: str | None = None

    @property
    def rows(self) -> pl.DataFrame:
        """All rows in memory; ``parts`` needs less of it."""
        return pl.concat(list(self.parts()), rechunk=False)

    def parts(self) -> Iterator[pl.DataFrame]:
        """The rows in order, some at a time."""
        if isinstance(self.held, Spool):
            yield from (pl.read_parquet(path) for path in self.held.paths)
        else:
            yield self.held

    def numbered(self, source_row: object) -> pl.DataFrame:
        """The row of that number, or none."""
        return pl.concat([part.filter(pl.col("source_row") == source_row) for part in self.parts()])


class Reader(Protocol):
    """Reads one format."""

    def __call__(
        self, path: Path, options: Options, sheets: Sequence[str | None], *, numbers: Collection[str | None] = ()
    ) -> dict[str | None, Sheet | UnreadableError]:
        """The wanted sheets by name (None: the format has no sheets), each read or refused.

        ``numbers`` are those of them in which cells that are numbers with a fraction get the ``NUMBER_MARK``.
        Raises ``UnreadableError`` when the file as a whole cannot be read.
        """
        ...


def sheet_schema(width: int) -> dict[str, pl.DataType]:
    """Schema of ``Sheet.rows`` with ``width`` columns."""
    schema: dict[str, pl.DataType] = {"source_row": pl.Int64()}
    schema |= {f"c{i}": pl.String() for i in range(width)}
    return schema | {"row_fault": pl.String()}


@functools.lru_cache(maxsize=4_096)
def clean_name(name: str) -> str:
    """Name of a column without outer blanks, each letter and its marks put together, as all readers give it."""
    return unicodedata.normalize("NFC", name.strip())


def clean_header(cells: Sequence[str | None]) -> tuple[str, ...]:
    """Header cells as names; blank cells at the end are no columns."""
    names = [clean_name(c or "") for c in cells]
    while names and not names[-1]:
        names.pop()
    return tuple(names)
