"""CSV with a declared encoding, delimiter and quote. Nothing is sniffed.

A row with more or fewer cells than the header does not line up with it: it is passed on with a ``row_fault``. A quote
that never closes would swallow the rest of the file, so the file is refused.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from reportmetrics.ingest.readers.base import Sheet, UnreadableError, clean_header, sheet_schema
from reportmetrics.ingest.readers.encoding import decoded
from reportmetrics.profile.sources import Options

_LONGEST_CELL = 16 * 1024 * 1024
_MOST_COLUMNS = 4_096


def read_csv(path: Path, options: Options, sheets: Sequence[str | None]) -> dict[str | None, Sheet | UnreadableError]:
    """See ``base.Reader``; a CSV file is one sheet, called None."""
    sheet = _read(decoded(path.read_bytes(), options.encoding), options)
    return dict.fromkeys(sheets, sheet)


def _read(text: str, options: Options) -> Sheet:
    csv.field_size_limit(_LONGEST_CELL)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=options.delimiter, quotechar=options.quote, strict=True)
    header: tuple[str, ...] = ()
    rows: list[list[str | None]] = []
    number = 0
    try:
        for number, cells in enumerate(lines, start=1):
            if number <= options.skip_rows:
                continue
            if number == options.skip_rows + 1:
                header = clean_header(cells)
                if not header or len(header) > _MOST_COLUMNS:
                    raise _bad_header(number, len(header))
            elif any(cells) and not all(c.isspace() or not c for c in cells):
                rows.append(_row(number, cells, len(header)))
    except csv.Error as error:
        raise UnreadableError(
            "broken_csv",
            f"line {lines.line_num} cannot be split into cells ({error})",
            "close the quotes there, or declare the delimiter and quote that the file uses",
        ) from None
    if not header:
        raise _bad_header(options.skip_rows + 1, 0)
    # Transposing in C keeps memory low: each cell is held once, by reference.
    width = len(header) + 2
    columns = list(zip(*rows, strict=True)) if rows else [()] * width
    schema = sheet_schema(len(header))
    frame = pl.DataFrame(
        {name: pl.Series(name, columns[i], dtype=kind) for i, (name, kind) in enumerate(schema.items())}
    )
    return Sheet("", tuple(sys.intern(h) for h in header), frame)


def _bad_header(row: int, width: int) -> UnreadableError:
    if width:
        return UnreadableError(
            "too_many_columns", f"the header has {width:,} columns", "send the columns that are asked for"
        )
    return UnreadableError(
        "no_header", f"row {row} should hold the header but is blank", "correct 'skip_rows', or the file"
    )


def _row(number: int, cells: list[str], width: int) -> list[str | None]:
    fault = None
    if len(cells) != width:
        extra = [c for c in cells[width:] if c.strip()]
        if len(cells) < width or extra:
            fault = f"the row has {len(cells)} cells, the header {width}"
            if extra:
                fault += f" (left over: {'; '.join(extra)[:200]})"
        cells = (cells + [""] * width)[:width]
    return [number, *(c or None for c in cells), fault]  # type: ignore[list-item]
