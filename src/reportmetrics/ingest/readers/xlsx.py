"""XLSX workbooks, through fastexcel: every cell as text, real dates as ISO text.

A header of several rows becomes one name a column, merged cells filled. A cell that holds an error value
(``#DIV/0!``), or a formula that nobody computed, is marked as one: an empty cell would be a guess. What the sheet
hides is said; whether it counts is declared.

Belongs here: names and values of a sheet. Not here: what the XML says beside them (``xlsx_facts``, ``xlsx_parts``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from reportmetrics.ingest.readers.base import (
    BAD_MARK,
    FORMULA_MARK,
    INEXACT_MARK,
    LEFT_OVER,
    LEFT_OVER_SHOWN,
    MARKS,
    NUMBER_MARK,
    Sheet,
    UnreadableError,
    clean_header,
    sheet_schema,
    unmarked,
)
from reportmetrics.ingest.readers.xlsx_facts import SheetFacts
from reportmetrics.ingest.readers.xlsx_parts import Workbook
from reportmetrics.ingest.readers.xlsx_xml import not_a_workbook
from reportmetrics.profile.sources import Options
from reportmetrics.warehouse.notes import HIDDEN_SHEETS, naming

JOINT = " / "
"""Between the texts of a header of several rows."""

_MOST_COLUMNS = 4_096
_FAULT = "row_fault"
_ERRORS = {
    "Div0": "#DIV/0!", "NA": "#N/A", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!", "Ref": "#REF!",
    "Value": "#VALUE!", "GettingData": "#GETTING_DATA",
}  # fmt: skip
_SHOWN = 20
_SHOWN_EXACTLY = 10**15
"""From here on a spreadsheet keeps zeros in place of digits."""
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_FRACTION = r"^-?\d+\.\d+$"


def read_xlsx(
    path: Path,
    options: Options,
    sheets: Sequence[str | None],
    *,
    numbers: Collection[str | None] = (),
) -> dict[str | None, Sheet | UnreadableError]:
    """See ``base.Reader``."""
    import fastexcel

    workbook = Workbook(path)
    try:
        book = fastexcel.read_excel(path)
    except Exception as error:
        raise not_a_workbook(str(error).splitlines()[0]) from None
    found: dict[str | None, Sheet | UnreadableError] = {}
    wanted = [s for s in sheets if s is not None]
    for name in sheets:
        try:
            found[name] = _sheet(book, workbook, name or "", options, wanted, numbers=name in numbers)
        except UnreadableError as refusal:
            found[name] = refusal
    return found


def _sheet(
    book: Any, workbook: Workbook, name: str, options: Options, wanted: Sequence[str], *, numbers: bool
) -> Sheet:
    facts = workbook.facts(name, numbers=numbers)
    if facts is None or name not in book.sheet_names:
        there = ", ".join(book.sheet_names)
        said = f"sheet '{name}' is missing (there are: {there})"
        raise UnreadableError("missing_sheet", said, f"name the sheet '{name}' and send the workbook again")
    cells = _cells(book, name, facts)
    first = options.skip_rows + options.header_rows
    if cells.height < first:
        raise UnreadableError("no_header", f"sheet '{name}' holds no header", "fill in the form and send it again")
    header = clean_header(_names(cells[options.skip_rows : first].rows(), facts, options.skip_rows))
    if not header:
        said = f"row {options.skip_rows + 1} of sheet '{name}' should hold the header but is blank"
        raise UnreadableError("no_header", said, "correct 'skip_rows', or the sheet")
    if len(header) > _MOST_COLUMNS:
        said = f"the header of sheet '{name}' has {len(header):,} columns"
        raise UnreadableError("too_many_columns", said, "send the columns that are asked for")
    notes, left = _hidden(workbook, name, facts, options, wanted)
    epoch = "excel-1904" if workbook.from_1904 else "excel-1900"
    return Sheet(name, header, _body(cells, header, first), notes=tuple(notes), left=left, epoch=epoch)


def _cells(book: Any, name: str, facts: SheetFacts) -> pl.DataFrame:
    """All cells of a sheet as text; the first row is row 1 of the sheet, the first column the first with a value."""
    try:
        batch, errors = book.load_sheet(name, header_row=None, dtypes="string", skip_rows=0).to_arrow_with_errors()
    except Exception as error:
        raise not_a_workbook(str(error).splitlines()[0]) from None
    cells = pl.DataFrame(pl.from_arrow(batch))
    cells = cells.rename({old: f"c{i}" for i, old in enumerate(cells.columns)})
    marked: dict[int, dict[int, str]] = {}
    for bad in errors.errors if errors is not None else ():
        row, column = bad.offset_position
        kind = bad.detail.rpartition("Error(")[2].rstrip(")'")
        marked.setdefault(column, {})[row] = _ERRORS.get(kind, f"#{kind}")
    for (row, column), formula in facts.uncomputed.items():
        if column >= facts.first_column and cells.width:
            marked.setdefault(column - facts.first_column, {})[row] = f"{formula} (not computed)"
    cells = _with_marks(cells, marked) if marked else cells
    cells = _with_digits(cells, facts) if facts.long_numbers else cells
    cells = _with_moments(cells, facts) if facts.moments else cells
    return _with_numbers(cells, facts) if facts.fractions else cells


def _with_marks(cells: pl.DataFrame, marked: Mapping[int, Mapping[int, str]]) -> pl.DataFrame:
    """The cells with what is marked in place; rows and columns that hold nothing else are added."""
    height = max(cells.height, 1 + max(row for faults in marked.values() for row in faults))
    columns = {}
    for number in range(max(cells.width, 1 + max(marked))):
        values = cells.to_series(number).to_list() if number < cells.width else []
        values += [None] * (height - len(values))
        for row, text in marked.get(number, {}).items():
            values[row] = FORMULA_MARK + text
        columns[f"c{number}"] = pl.Series(values, dtype=pl.String)
    return pl.DataFrame(columns)


def _with_digits(cells: pl.DataFrame, facts: SheetFacts) -> pl.DataFrame:
    """The cells with long numbers as they are written: through a float, or with nine decimals, they would be others."""

    def told(cell: str | None, number: str) -> str | None:
        # What has become a date by its format is none of them.
        return _digits(number) if cell is not None and _NUMBER.fullmatch(cell) else cell

    return _with_texts(cells, facts.long_numbers, facts.first_column, told)


def _with_moments(cells: pl.DataFrame, facts: SheetFacts) -> pl.DataFrame:
    """The cells with moments that are ISO text in the XML told as all others are."""
    return _with_texts(cells, facts.moments, facts.first_column, lambda _, moment: moment)


def _with_texts(
    cells: pl.DataFrame,
    texts: Mapping[tuple[int, int], str],
    first_column: int,
    told: Callable[[str | None, str], str | None],
) -> pl.DataFrame:
    """The cells with what is ``told`` of a cell and its text in the XML, where there is one."""
    by_column: dict[int, dict[int, str]] = {}
    for (row, column), text in texts.items():
        by_column.setdefault(column - first_column, {})[row] = text
    columns = []
    for column, of_rows in by_column.items():
        values = cells.to_series(column).to_list()
        for row, text in of_rows.items():
            values[row] = told(values[row], text)
        columns.append(pl.Series(f"c{column}", values, dtype=pl.String))
    return cells.with_columns(columns)


def _with_numbers(cells: pl.DataFrame, facts: SheetFacts) -> pl.DataFrame:
    """The cells with those marked that are numbers with a fraction. What has become a date by its format is none."""
    marked = []
    for column, rows in facts.fractions.items():
        name = f"c{column - facts.first_column}"
        here = pl.int_range(pl.len()).is_in(pl.Series(rows, dtype=pl.Int64).implode())
        number = here & pl.col(name).str.contains(_FRACTION)
        marked.append(pl.when(number).then(NUMBER_MARK + pl.col(name)).otherwise(pl.col(name)).alias(name))
    return cells.with_columns(marked)


def _digits(number: str) -> str:
    """The digits of a number as XML has it. Small ones have the 15 that a spreadsheet shows, large ones are marked."""
    exact = Decimal(number)
    if "e" in number.lower() and abs(exact) >= _SHOWN_EXACTLY:
        return f"{INEXACT_MARK}{exact:f}"
    if abs(exact) < _SHOWN_EXACTLY:
        exact = Decimal(f"{exact:.14e}").normalize()
    text = f"{exact:f}"
    whole, _, fraction = text.partition(".")
    return whole if not fraction.strip("0") else text


def _names(rows: Sequence[tuple[str | None, ...]], facts: SheetFacts, skipped: int) -> list[str]:
    """One name a column. The text of merged cells counts for each of them; a text that repeats below counts once."""
    texts = [[(unmarked(cell) or "").strip() for cell in row] for row in rows]
    for top, left, bottom, right in facts.merged:
        if not 0 <= top - skipped < len(texts):
            continue
        columns = range(max(0, left - facts.first_column), min(right - facts.first_column + 1, len(texts[0])))
        for row in range(top - skipped, min(bottom - skipped + 1, len(texts))):
            for column in columns:
                texts[row][column] = texts[top - skipped][columns[0]]
    if len(texts) == 1:
        return texts[0]
    return [JOINT.join(_unrepeated(" ".join(t.split()) for t in column)) for column in zip(*texts, strict=True)]


def _unrepeated(texts: Iterable[str]) -> list[str]:
    found: list[str] = []
    for text in texts:
        if text and found[-1:] != [text]:
            found.append(text)
    return found


def _body(cells: pl.DataFrame, header: tuple[str, ...], first: int) -> pl.DataFrame:
    """Rows below the header that hold any entry. Cells right of the header are a fault of their row."""
    width = len(header)
    named = cells.with_row_index("source_row", offset=1)
    named = named.with_columns(pl.col("source_row").cast(pl.Int64))[first:]
    inside = [pl.col(f"c{i}") for i in range(width)]
    outside = [pl.col(f"c{i}") for i in range(width, cells.width)]

    def filled(columns: list[pl.Expr]) -> pl.Expr:
        return pl.any_horizontal([c.str.strip_chars().str.len_bytes() > 0 for c in columns]).fill_null(value=False)

    extra = filled(outside) if outside else pl.lit(value=False)
    beside = pl.concat_str(outside or [pl.lit("")], separator="; ", ignore_nulls=True)
    beside = beside.str.replace_all(f"[{BAD_MARK}{MARKS}]", "").str.slice(0, LEFT_OVER_SHOWN)
    said = pl.format(f"the row has cells to the right of the header's {width}{LEFT_OVER}", beside)
    fault = pl.when(extra).then(said)
    named = named.with_columns(fault.alias(_FAULT)).filter(filled(inside) | pl.col(_FAULT).is_not_null())
    return named.select(list(sheet_schema(width))).with_columns(pl.col(_FAULT).cast(pl.String))


def _hidden(
    workbook: Workbook, name: str, facts: SheetFacts, options: Options, wanted: Sequence[str]
) -> tuple[list[str], pl.Expr | None]:
    """What is hidden, in words, and which rows therefore do not count."""
    fate = "count" if options.hidden_rows == "take" else "do not count"
    said: list[str] = []
    left: pl.Expr | None = None
    first = options.skip_rows + options.header_rows
    rows = [row for row in facts.hidden_rows if row > first]
    if name in workbook.hidden:
        said.append(f"sheet '{name}' is hidden; its rows {fate}")
        left = pl.lit("hidden sheet")
    elif rows:
        said.append(f"rows that are hidden {fate}: row {_some(rows)}")
        left = pl.when(pl.col("source_row").is_in(rows)).then(pl.lit("hidden row"))
    others = [s for s in workbook.hidden if s not in wanted and s not in options.hidden_sheets]
    if others:
        said.append(naming(HIDDEN_SHEETS, _some(others)))
    return said, left if options.hidden_rows == "leave" else None


def _some(things: Sequence[object]) -> str:
    more = f" and {len(things) - _SHOWN} more" if len(things) > _SHOWN else ""
    return ", ".join(str(t) for t in things[:_SHOWN]) + more
