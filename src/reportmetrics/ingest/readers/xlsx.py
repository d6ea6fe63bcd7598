"""XLSX workbooks, through fastexcel: every cell as text, real dates as ISO text.

A workbook is a ZIP archive that others made: before it is opened, the number of entries, their size and how far they
unpack are capped. A cell that holds an error value (``#DIV/0!``), or a formula that was never worked out, is marked as
one: an empty cell would be a guess. What is hidden is said aloud, and counts unless the source declares otherwise.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from reportmetrics.ingest.readers.base import BAD_MARK, Sheet, UnreadableError, clean_header, sheet_schema
from reportmetrics.ingest.readers.xlsx_header import joined_header
from reportmetrics.ingest.readers.xlsx_parts import Part, Parts, parts_of
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
    parts = parts_of(path, {name for name in sheets if name is not None})
    found: dict[str | None, Sheet | UnreadableError] = {}
    for name in sheets:
        try:
            found[name] = _sheet(book, name, options, parts)
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


def _sheet(book: Any, name: str | None, options: Options, parts: Parts) -> Sheet:
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
    part = parts.sheets.get(name or "")
    cells = _with_faults(pl.DataFrame(pl.from_arrow(batch)), errors, part)
    first = options.skip_rows
    if cells.height <= first:
        raise UnreadableError("no_header", f"sheet '{name}' holds no header", "fill in the form and send it again")
    header = clean_header(joined_header(cells, first, options.header_rows, part))
    if not header:
        said = f"row {first + 1} of sheet '{name}' should hold the header but is blank"
        raise UnreadableError("no_header", said, "correct 'skip_rows', or the sheet")
    if len(set(filter(None, header))) < len([h for h in header if h]) and options.header_rows > 1:
        twice = next(h for h in header if h and header.count(h) > 1)
        said = f"the {options.header_rows} header rows of sheet '{name}' name two columns '{twice}'"
        raise UnreadableError("duplicate_column", said, "give each column a name of its own, or correct 'header_rows'")
    rows = _body(cells, header, first + options.header_rows - 1)
    hidden = part.hidden_rows if part else frozenset()
    if hidden and options.hidden_rows == "leave":
        rows = rows.filter(~pl.col("source_row").is_in(sorted(hidden)))
    return Sheet(name or "", header, rows, notes=tuple(_hidden(name, parts, options, rows)))


def _hidden(name: str | None, parts: Parts, options: Options, rows: pl.DataFrame) -> Iterator[str]:
    """What the sender may not have seen."""
    part = parts.sheets.get(name or "")
    if part is not None and part.hidden:
        yield f"sheet '{name}' is hidden and was read"
    others = [n for n in parts.hidden_sheets if n != name]
    if others:
        yield f"hidden sheets beside it: {', '.join(others[:10])}"
    if part is None or not part.hidden_rows:
        return
    if options.hidden_rows == "leave":
        yield f"{len(part.hidden_rows)} hidden rows of sheet '{name}' were left out, as the source declares"
    elif count := rows.filter(pl.col("source_row").is_in(sorted(part.hidden_rows))).height:
        yield f"{count} hidden rows of sheet '{name}' were read"


def _body(cells: pl.DataFrame, header: tuple[str, ...], above: int) -> pl.DataFrame:
    """Rows below the header that hold any entry. Cells right of the header are a fault of their row."""
    width = len(header)
    named = cells.rename({old: f"c{i}" for i, old in enumerate(cells.columns)}).with_row_index("source_row", offset=1)
    named = named.with_columns(pl.col("source_row").cast(pl.Int64))[above + 1 :]
    inside = [pl.col(f"c{i}") for i in range(width)]
    outside = [pl.col(f"c{i}") for i in range(width, cells.width)]

    def filled(columns: list[pl.Expr]) -> pl.Expr:
        return pl.any_horizontal([c.str.strip_chars().str.len_bytes() > 0 for c in columns]).fill_null(value=False)

    extra = filled(outside) if outside else pl.lit(value=False)
    fault = pl.when(extra).then(pl.lit(f"the row has cells to the right of the header's {width}"))
    named = named.with_columns(fault.alias(_FAULT)).filter(filled(inside) | pl.col(_FAULT).is_not_null())
    return named.select(list(sheet_schema(width))).with_columns(pl.col(_FAULT).cast(pl.String))


def _with_faults(cells: pl.DataFrame, errors: Any, part: Part | None) -> pl.DataFrame:
    """Cells that hold an error value, or a formula without a value, marked as what they are."""
    by_column: dict[int, dict[int, str]] = {}
    for error in errors.errors if errors is not None else ():
        row, column = error.offset_position
        by_column.setdefault(column, {})[row] = error.detail.rpartition("Error(")[2].rstrip(")'") or "error"
    for row, column in part.empty_formulas if part else ():
        by_column.setdefault(column, {})[row - 1] = "formula without a value"
    for column, faults in by_column.items():
        if column >= cells.width:
            continue
        values = cells.to_series(column).to_list()
        for row, kind in faults.items():
            if row < len(values):
                values[row] = f"{BAD_MARK}#{kind}"
        cells = cells.with_columns(pl.Series(cells.columns[column], values, dtype=pl.String))
    return cells
