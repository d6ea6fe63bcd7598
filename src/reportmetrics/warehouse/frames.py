"""Tables as polars frames.

Belongs here: the types of their columns. Not here: what tables there are (``tables``), or hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from reportmetrics.warehouse.shape import Column, Table, Type

POLARS_TYPES: Mapping[Type, pl.DataType] = {
    "text": pl.String(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "timestamp": pl.Datetime("us"),
}


def schema_of(columns: Sequence[Column]) -> dict[str, pl.DataType]:
    """Names of columns and their types."""
    return {c.name: POLARS_TYPES[c.type] for c in columns}


def keyed_schema(table: Table) -> dict[str, pl.DataType]:
    """The same of a table that is made here: its key, then what it declares."""
    return {"row_key": pl.String(), **schema_of(table.columns)}
