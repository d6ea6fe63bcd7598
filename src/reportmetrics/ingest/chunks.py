"""Columns made beside those of a frame, in the same chunks.

A frame read in bulk lies in memory in many chunks. Beside a column in other chunks, polars copies all text of the frame
before another program can read it, which costs half as much as reading the file did.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl


def constant_columns(rows: pl.DataFrame, values: Mapping[str, int | str | None]) -> list[pl.Series]:
    """A column for each value (text where it is null)."""
    return [_constant(name, value, _lengths(rows)) for name, value in values.items()]


def counted_column(rows: pl.DataFrame, name: str, first: int) -> pl.Series:
    """The numbers ``first``, ``first`` + 1, ... for the rows."""
    parts = [pl.Series(name, [], dtype=pl.Int64)]
    for length in _lengths(rows):
        parts.append(pl.int_range(first, first + length, dtype=pl.Int64, eager=True).alias(name))
        first += length
    return pl.concat(parts[1:] or parts, rechunk=False)


def _lengths(rows: pl.DataFrame) -> list[int]:
    return rows.to_series().chunk_lengths() if rows.width else []


def _constant(name: str, value: int | str | None, lengths: list[int]) -> pl.Series:
    kind = pl.Int64 if isinstance(value, int) else pl.String
    one = pl.Series(name, [value], dtype=kind)
    return pl.concat([one.new_from_index(0, n) for n in lengths] or [one.clear()], rechunk=False)
