"""Cells that are numbers in the file: of workbooks, JSON, Parquet and event logs, where marks are declared for texts.

A mapping declares decimal and thousands marks for numbers that are written out as text. A cell that is a number has
none of them, yet its text would be read by them (1.234 as 1234), so it has to be known for what it is. Readers mark
such cells (``base.NUMBER_MARK``), and only where a mapping declares marks that would misread them.

Belongs here: which columns these are, and from the mark to a column of rows. Not here: canonical text (``text``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

import polars as pl

from reportmetrics.ingest.readers.base import NUMBER_MARK
from reportmetrics.profile.sources import ColumnMap, Source, TableMap, sheet_of
from reportmetrics.warehouse.shape import Column
from reportmetrics.warehouse.tables import TABLES

_ONLY_TEXTS = frozenset({"csv", "iati"})
"""Readers of formats whose cells are never numbers of themselves."""


def misreads_numbers(column: Column, given: ColumnMap) -> bool:
    """Whether the marks that a mapping declares for texts would read another number from the text of a number."""
    return column.type in ("integer", "number") and (given.decimal != "." or given.thousands == ".")


def sheets_with_numbers(source: Source) -> frozenset[str | None]:
    """Sheets in which number cells have to be marked."""
    return frozenset(sheet_of(source, entry) for entry in source.tables if _names(source, entry))


def number_columns(source: Source, sheet: str | None, header: Sequence[str]) -> tuple[int, ...]:
    """Positions of the columns in which number cells are marked."""
    found: set[int] = set()
    for entry in source.tables:
        if sheet_of(source, entry) == sheet and (names := _names(source, entry)):
            found.update(i for i, title in enumerate(header) if title in names or _makes(entry, title, names))
    return tuple(sorted(found))


def _names(source: Source, entry: TableMap) -> set[str]:
    """Names, of the file or made of its columns, that such number columns are taken from."""
    if source.reader in _ONLY_TEXTS:
        return set()
    columns = TABLES[entry.table].by_name
    return {
        name
        for called, given in entry.columns.items()
        if called in columns and misreads_numbers(columns[called], given)
        for name in given.candidates
    }


def _makes(entry: TableMap, title: str, names: Collection[str]) -> bool:
    """Whether the cells of a column become those of one of ``names``."""
    if entry.unpivot is not None:
        return entry.unpivot.value_to in names and re.fullmatch(entry.unpivot.columns, title) is not None
    if entry.explode is None:
        return False
    if entry.explode.columns is None:
        return entry.explode.to in names and title in entry.explode.candidates
    match = re.fullmatch(entry.explode.columns, title)
    return match is not None and match["name"] in names


def without_marks(rows: pl.DataFrame, but: Collection[int] = ()) -> pl.DataFrame:
    """The rows without the marks of number cells, those of the columns ``but`` left."""
    cells = [c for c in rows.columns if re.fullmatch(r"c\d+", c) and int(c[1:]) not in but]
    return rows.with_columns(pl.col(c).str.strip_prefix(NUMBER_MARK) for c in cells)


def with_numbers_told(rows: pl.DataFrame, columns: Iterable[int]) -> pl.DataFrame:
    """The rows without marks in ``columns``; ``n0``, ``n1``, ... tell where there was one."""
    told = {f"n{i}": pl.col(f"c{i}").str.starts_with(NUMBER_MARK).fill_null(value=False) for i in columns}
    bare = [pl.col(f"c{i}").str.strip_prefix(NUMBER_MARK) for i in columns]
    return rows.with_columns(*bare, **told)
