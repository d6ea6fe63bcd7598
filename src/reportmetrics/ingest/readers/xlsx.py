"""XLSX workbooks, through fastexcel: every cell as text, real dates as ISO text.

A workbook is a ZIP archive that others made: before it is opened, the number of entries, their size and how far they
unpack are capped. A cell that holds an error value (``#DIV/0!``) is marked as one: an empty cell would be a guess.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from reportmetrics.ingest.readers.base import BAD_MARK, Sheet, UnreadableError, clean_header, sheet_schema
from reportmetrics.profile.sources import Options

MOST_ENTRIES = 5_000
MOST_BYTES = 1_000_000_000
MOST_RATIO = 200
"""Caps of a workbook: entries, unpacked bytes, and unpacked bytes per packed byte (judged above 10 MB)."""

_RATIO_FROM_BYTES = 10_000_000
_FAULT = "row_fault"


def read_xlsx(path: Path, options: Options, sheets: Sequence[str | None]) -> dict[str | None, Sheet | UnreadableError]:
    """See ``base.Reader``."""
    import fastexcel

    check_zip(path)
    try:
        book = fastexcel.read_excel(path)
    except Exception as error:
        raise _not_a_workbook(str(error).splitlines()[0]) from None
    found: dict[str | None, Sheet | UnreadableError] = {}
    for name in sheets:
        try:
            found[name] = _sheet(book, name, options)
        except UnreadableError as refusal:
            found[name] = refusal
    return found


def check_zip(path: Path) -> None:
    """Refuse what is no ZIP archive, has a password, or would unpack beyond the caps. Raises ``UnreadableError``."""
    if path.stat().st_size == 0:
        raise UnreadableError("empty_file", "the file is empty", "send the file again")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        with path.open("rb") as file:
            if file.read(4) == b"\xd0\xcf\x11\xe0":
                raise UnreadableError(
                    "not_a_workbook",
                    "an old (.xls) or password-protected workbook",
                    "save it as .xlsx without a password and send it again",
                ) from None
        raise _not_a_workbook(str(error)) from None
    size, packed = sum(e.file_size for e in entries), path.stat().st_size
    if len(entries) > MOST_ENTRIES or size > MOST_BYTES or size > max(_RATIO_FROM_BYTES, packed * MOST_RATIO):
        raise UnreadableError(
            "workbook_too_large",
            f"the workbook unpacks to {size:,} bytes in {len(entries):,} parts from {packed:,} bytes",
            "split it, or remove formatting of unused cells, and send it again",
        )


def _not_a_workbook(said: str) -> UnreadableError:
    return UnreadableError("not_a_workbook", f"not an XLSX workbook ({said})", "save it as .xlsx and send it again")


def _sheet(book: Any, name: str | None, options: Options) -> Sheet:
    import fastexcel

    try:
        sheet = book.load_sheet(name, header_row=None, dtypes="string", skip_rows=0)
        batch, errors = sheet.to_arrow_with_errors()
    except fastexcel.SheetNotFoundError:
        there = ", ".join(book.sheet_names)
        said = f"sheet '{name}' is missing (there are: {there})"
        raise UnreadableError("missing_sheet", said, f"name the sheet '{name}' and send the workbook again") from None
    except Exception as error:
        raise _not_a_workbook(str(error).splitlines()[0]) from None
    cells = _with_errors(pl.DataFrame(pl.from_arrow(batch)), errors)
    if cells.height <= options.skip_rows:
        raise UnreadableError("no_header", f"sheet '{name}' holds no header", "fill in the form and send it again")
    header = clean_header(cells.row(options.skip_rows))
    if not header:
        said = f"row {options.skip_rows + 1} of sheet '{name}' should hold the header but is blank"
        raise UnreadableError("no_header", said, "correct 'skip_rows', or the sheet")
    return Sheet(name or "", header, _body(cells, header, options.skip_rows))


def _body(cells: pl.DataFrame, header: tuple[str, ...], skip_rows: int) -> pl.DataFrame:
    """Rows below the header that hold any entry. Cells right of the header are a fault of their row."""
    width = len(header)
    named = cells.rename({old: f"c{i}" for i, old in enumerate(cells.columns)}).with_row_index("source_row", offset=1)
    named = named.with_columns(pl.col("source_row").cast(pl.Int64))[skip_rows + 1 :]
    inside = [pl.col(f"c{i}") for i in range(width)]
    outside = [pl.col(f"c{i}") for i in range(width, cells.width)]

    def filled(columns: list[pl.Expr]) -> pl.Expr:
        return pl.any_horizontal([c.str.strip_chars().str.len_bytes() > 0 for c in columns]).fill_null(value=False)

    extra = filled(outside) if outside else pl.lit(value=False)
    fault = pl.when(extra).then(pl.lit(f"the row has cells to the right of the header's {width}"))
    named = named.with_columns(fault.alias(_FAULT)).filter(filled(inside) | pl.col(_FAULT).is_not_null())
    return named.select(list(sheet_schema(width))).with_columns(pl.col(_FAULT).cast(pl.String))


def _with_errors(cells: pl.DataFrame, errors: Any) -> pl.DataFrame:
    if errors is None or not errors.errors:
        return cells
    by_column: dict[int, dict[int, str]] = {}
    for error in errors.errors:
        row, column = error.offset_position
        by_column.setdefault(column, {})[row] = error.detail
    for column, faults in by_column.items():
        values = cells.to_series(column).to_list()
        for row, detail in faults.items():
            kind = detail.rpartition("Error(")[2].rstrip(")'") or "error"
            values[row] = f"{BAD_MARK}#{kind}"
        cells = cells.with_columns(pl.Series(cells.columns[column], values, dtype=pl.String))
    return cells
