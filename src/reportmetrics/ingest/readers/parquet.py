"""Parquet: columns of single values, each as text; dates and times as ISO text.

A Parquet file states its types, but what a column must be is the canonical table's business: text here, cast later, so
that a bad value is a reject with its reason whatever it came in. Columns of lists or structures are refused.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from reportmetrics.ingest.readers.base import (
    INEXACT_MARK,
    NUMBER_MARK,
    Sheet,
    UnreadableError,
    clean_name,
    sheet_schema,
)
from reportmetrics.ingest.readers.records import MOST_COLUMNS
from reportmetrics.profile.sources import Options

if TYPE_CHECKING:
    import pyarrow as pa

MOST_BYTES = 8_000_000_000
MOST_ROWS = 50_000_000
"""Caps of a file, as its own index states them, judged before anything is unpacked."""

_EXACT: dict[type[pl.DataType], float] = {pl.Float64: 2.0**53, pl.Float32: 2.0**24, pl.Float16: 2.0**11}
"""Below this a float that is whole is the number that was meant; above it takes the place of others."""

_UTC = frozenset({"UTC", "UCT", "Universal", "Zulu", "GMT", "GMT0", "GMT+0", "GMT-0", "Greenwich"})
"""What writers call UTC, with or without ``Etc/`` before it; an offset of nothing becomes one of these."""


def read_parquet(
    path: Path,
    options: Options,  # noqa: ARG001 (the format states all itself)
    sheets: Sequence[str | None],
    *,
    numbers: Collection[str | None] = (),
) -> dict[str | None, Sheet | UnreadableError]:
    """See ``base.Reader``; a file is one sheet, called None. ``source_row`` is the number of the row, from 1."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if path.stat().st_size == 0:
        raise UnreadableError("empty_file", "the file is empty", "send the file again")
    try:
        with pq.ParquetFile(path) as file:
            _check(file)
            table = file.read()
    except (pa.ArrowException, OSError, ValueError, KeyError, NotImplementedError) as error:
        said = (str(error).splitlines() or ["unknown fault"])[0]
        raise UnreadableError(
            "broken_parquet", f"not a whole Parquet file ({said[:200]})", "export it again and send it whole"
        ) from None
    return dict.fromkeys(sheets, _sheet(table, numbers=bool(numbers)))


def _check(file: Any) -> None:
    about = file.metadata
    size = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
    if size > MOST_BYTES or about.num_rows > MOST_ROWS:
        said = f"the file unpacks to {size:,} bytes and {about.num_rows:,} rows"
        raise UnreadableError("file_too_large", said, "split it and send the parts")
    names = file.schema_arrow.names
    if len(names) > MOST_COLUMNS:
        raise UnreadableError(
            "too_many_columns", f"the file has {len(names):,} columns", "send the columns that are asked for"
        )
    for field in file.schema_arrow:
        if not _is_single(field.type):
            said = f"column '{field.name}' holds {field.type}; a cell is one value"
            raise UnreadableError("nested_value", said, "export flat columns of text, numbers, flags and dates")


def _is_single(kind: pa.DataType) -> bool:
    from pyarrow import types

    if types.is_dictionary(kind):
        return _is_single(kind.value_type)
    single = (types.is_string, types.is_large_string, types.is_string_view, types.is_null, types.is_boolean)
    numbers = (types.is_integer, types.is_floating, _is_decimal)
    moments = (types.is_date, types.is_timestamp, types.is_time)
    return any(is_kind(kind) for is_kind in (*single, *numbers, *moments))


def _is_decimal(kind: pa.DataType) -> bool:
    from pyarrow import types

    return types.is_decimal(kind) and not types.is_decimal256(kind)  # of more digits than polars holds


def _sheet(table: pa.Table, *, numbers: bool) -> Sheet:
    names = tuple(map(clean_name, table.column_names))
    if not names:
        raise UnreadableError("no_header", "the file has no columns", "send the columns that are asked for")
    cells = {f"c{i}": _cells(names[i], column, numbers=numbers) for i, column in enumerate(table.columns)}
    rows = pl.DataFrame(cells).with_row_index("source_row", offset=1)
    filled = pl.any_horizontal([pl.col(c).str.strip_chars().str.len_bytes() > 0 for c in cells])
    rows = rows.filter(filled.fill_null(value=False)).with_columns(
        pl.col("source_row").cast(pl.Int64), row_fault=pl.lit(None, dtype=pl.String)
    )
    for name, cell in zip(names, cells, strict=True):
        if rows.select(pl.col(cell).str.contains("\x00", literal=True).any()).item():
            raise UnreadableError("bad_text", f"column '{name}' holds a NUL character", "export the file again")
    return Sheet("", names, rows.select(list(sheet_schema(len(names)))))


def _cells(name: str, column: pa.ChunkedArray, *, numbers: bool) -> pl.Series:
    """The column as text; ``numbers`` marks those with a fraction.

    Raises ``UnreadableError`` for values that cannot be told: a day of the year 5,881,580, a zone of nowhere.
    """
    from pyarrow import types

    try:
        values = pl.Series(pl.from_arrow(column))
        cells = _text(values)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise _untold(name, column, (str(error).splitlines() or ["unknown fault"])[0][:200]) from None
    lost = cells.null_count() - column.null_count
    if lost > 0 and not types.is_dictionary(column.type):  # of which an entry itself may be null
        raise _untold(name, column, f"{lost:,} of them are none")
    return _marked(cells) if numbers and values.dtype.is_numeric() else cells


def _marked(cells: pl.Series) -> pl.Series:
    """Numbers, those with a fraction marked as numbers."""
    fraction = cells.str.contains(".", literal=True)
    return pl.select(pl.when(fraction).then(NUMBER_MARK + cells).otherwise(cells)).to_series()


def _untold(name: str, column: pa.ChunkedArray, said: str) -> UnreadableError:
    said = f"column '{name}' holds values of type {column.type} that cannot be told ({said})"
    return UnreadableError("bad_value", said, "correct these values, or export the column as text")


def _text(column: pl.Series) -> pl.Series:
    kind = column.dtype
    if isinstance(kind, pl.Datetime):
        # In UTC stand moments of any zone, since that is how they are stored; another zone is one that was meant.
        zone = kind.time_zone
        offset = "" if zone is None else " UTC" if zone.removeprefix("Etc/") in _UTC else "%::z"
        return column.dt.strftime("%Y-%m-%d %H:%M:%S%.6f" + offset)
    if kind == pl.Date:
        return column.dt.strftime("%Y-%m-%d")
    if kind == pl.Time:
        return column.dt.strftime("%H:%M:%S%.f")
    if kind.is_float():
        return _float_text(column)
    return column.cast(pl.String)


def _float_text(column: pl.Series) -> pl.Series:
    """Digits without exponent. A whole number is the one that was meant, unless its neighbours could not be told apart.

    NaN and infinity stay what they are.
    """
    exact = column.abs() < _EXACT[type(column.dtype)]
    whole = (column == column.round()) & (column.abs() < _EXACT[pl.Float64])
    digits = column.cast(pl.Int64, strict=False).cast(pl.String)
    told = pl.when(whole & exact).then(digits).when(whole).then(INEXACT_MARK + digits)
    texts = pl.select(told.otherwise(column.cast(pl.String))).to_series()
    odd = texts.filter(texts.str.contains(r"e|\.0$")).unique().to_list()
    return texts.replace(odd, [_plain(text) for text in odd]) if odd else texts


def _plain(text: str) -> str:
    number = Decimal(text)
    whole = number == number.to_integral_value()
    return f"{INEXACT_MARK}{number.to_integral_value():f}" if whole else f"{number:f}"
