"""Collecting records whose columns are only known when the last one has been seen.

Belongs here: what the readers of formats without a header row share (JSON, XML). Not here: any format.

Rows are kept as Python objects only until a block is full; the blocks are columns of text.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from reportmetrics.ingest.readers.base import Sheet, UnreadableError, sheet_schema

MOST_COLUMNS = 4_096
_BLOCK_ROWS = 50_000


class NoRecordsError(UnreadableError):
    """The file is whole and has no record: where a file is one record, it says that there was nothing to tell."""


class Records:
    """Rows in the order in which they are added; columns in the order in which they first appear."""

    def __init__(self, columns: tuple[str, ...] = ()) -> None:
        self._columns: dict[str, None] = dict.fromkeys(columns)
        self._numbers: list[int] = []
        self._last = 0
        self._records: list[Mapping[str, str | None]] = []
        self._faults: dict[int, str] = {}
        self._blocks: list[pl.DataFrame] = []

    def add(self, number: int, record: Mapping[str, str | None], *, fault: str | None = None) -> None:
        """A record with its row number: the one given, or the next after the last one where that was taken already.

        Its names are as ``clean_name`` gives them. A file of XML may stand on a single line, and its records must still
        be told apart. ``fault`` says why the row cannot count. Raises ``UnreadableError`` for text that cannot be
        stored.
        """
        for name, cell in record.items():
            if name not in self._columns:
                self._new_column(number, name)
            if cell is not None and "\x00" in cell:
                raise _unstorable(number, name, "holds a NUL character")
        if any(cell and not cell.isspace() for cell in record.values()):
            self._last = max(number, self._last + 1)
            self._numbers.append(self._last)
            self._records.append(record)
            if fault is not None:
                self._faults[self._last] = fault
        if len(self._records) >= _BLOCK_ROWS:
            self._flush()

    def sheet(self) -> Sheet:
        """All records. Raises ``UnreadableError`` when there are none, nor columns for any."""
        self._flush()
        names = tuple(self._columns)
        if not names:
            raise NoRecordsError("no_records", "the file holds no record", "send the file again")
        schema = sheet_schema(len(names))
        if not self._blocks:
            return Sheet("", names, pl.DataFrame(schema=schema))
        width = len(names)
        rows = pl.concat(self._blocks, how="diagonal").with_columns(row_fault=self._fault())
        never = [pl.lit(None, dtype=pl.String).alias(f"c{i}") for i in range(width) if f"c{i}" not in rows.columns]
        return Sheet("", names, rows.with_columns(never).select(list(schema)))

    def _fault(self) -> pl.Expr:
        if not self._faults:
            return pl.lit(None, dtype=pl.String)
        rows, said = list(self._faults), list(self._faults.values())
        return pl.col("source_row").replace_strict(rows, said, default=None, return_dtype=pl.String)

    def _new_column(self, number: int, name: str) -> None:
        if not _storable(name):
            raise _unstorable(number, ascii(name), "has a name that is no text")
        self._columns[name] = None
        if len(self._columns) > MOST_COLUMNS:
            said = f"record {number} brings the number of columns above {MOST_COLUMNS:,}"
            raise UnreadableError("too_many_columns", said, "send the columns that are asked for")

    def _flush(self) -> None:
        if not self._records:
            return
        block = {"source_row": pl.Series(self._numbers, dtype=pl.Int64)}
        for i, name in enumerate(self._columns):
            cells = [r.get(name) or None for r in self._records]
            try:
                block[f"c{i}"] = pl.Series(cells, dtype=pl.String)
            except UnicodeEncodeError:
                bad = next(i for i, c in enumerate(cells) if c is not None and not _storable(c))
                raise _unstorable(self._numbers[bad], name, "holds half of a character pair") from None
        self._blocks.append(pl.DataFrame(block))
        self._numbers, self._records = [], []


def _storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def _unstorable(number: int, name: str, said: str) -> UnreadableError:
    return UnreadableError("bad_text", f"record {number}, '{name}' {said}", "export the file again as text")
