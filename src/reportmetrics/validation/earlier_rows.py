"""New rows beside those of the deliveries before, by source: blanks of each column, and shares of each code.

A new delivery is looked at by itself where it has rows enough, and all new ones together: a bad file must not hide
among good ones, nor what small files only show together.

Belongs here: how many rows are blank or have a code, by one query for all deliveries. Not here: when that is too many
(``earlier_shares``), how many rows there are (``earlier_files``).
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import polars as pl

from reportmetrics.profile.intake import intake
from reportmetrics.profile.load import Profile
from reportmetrics.validation.earlier_shares import BLANK, compared, judged, said
from reportmetrics.validation.earlier_waits import without_waits
from reportmetrics.warehouse.shape import NOT_APPLICABLE, Table

BEFORE = 8
"""Deliveries of the source that a new one is compared with."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Of a column that is compared: whether its mapping has words for what does not apply, and whether it is there."""

    has_words: bool
    there: bool


Filled = dict[str, dict[str, Asked]]
"""By source the columns that are compared."""


def filled_columns(profile: Profile) -> dict[str, Filled]:
    """Per table and source the columns that its mapping fills from cells, without those that may go blank."""
    filled: dict[str, Filled] = {}
    for source in intake(profile.sources):
        for entry in source.tables:
            cells = {n: given for n, given in entry.columns.items() if given.columns and n not in entry.may_go_blank}
            asked = filled.setdefault(entry.table, {}).setdefault(source.source, {})
            told = {name: Asked(bool(given.not_applicable), not given.optional) for name, given in cells.items()}
            asked.update(told)
    return filled


def of_rows(connection: duckdb.DuckDBPyConnection, table: Table, filled: Filled, since: int) -> pl.DataFrame:
    """Comparisons of blanks and codes (columns of ``SCHEMA``): of all new deliveries, and of those that fail alone.

    ``before_new`` (registered) names the deliveries before, by source and table.
    """
    found = _shares(connection, table, filled, _NEW_AND_BEFORE.format(table=table.name, since=since))
    window = _WINDOW.format(table=table.name, since=since, before=BEFORE)
    told = compared(found, judged, lambda: _shares(connection, table, filled, window))
    there = {(source, n) for source, columns in filled.items() for n, asked in columns.items() if asked.there}
    told = without_waits(connection, table, told, there, since)
    names = connection.sql(
        "SELECT file_seq, original_name FROM ledger WHERE table_name = $table AND file_seq > $since",
        params={"table": table.name, "since": since},
    ).pl()
    return said(table.name, told.join(names, on="file_seq", how="left", maintain_order="left"))


_NEW_AND_BEFORE = (
    "SELECT file_seq, source, CAST(NULL AS BIGINT) AS of_seq FROM before_new WHERE table_name = '{table}' UNION ALL "
    "SELECT file_seq, source, file_seq AS of_seq FROM ledger WHERE table_name = '{table}' AND file_seq > {since}"
)
"""Deliveries with the one that their rows count for: null for all before the new ones together."""

_WINDOW = """
WITH new AS (
    SELECT source, count(*) AS files FROM ledger
    WHERE table_name = '{table}' AND file_seq > {since} AND accepted > 0 GROUP BY source
)
SELECT file_seq, source, file_seq AS of_seq
FROM ledger JOIN new USING (source)
WHERE table_name = '{table}' AND file_seq <= {since} AND accepted > 0
QUALIFY row_number() OVER (PARTITION BY source ORDER BY file_seq DESC) <= {before} * greatest(files, {before})
"""
"""Eight deliveries before for each new one: where several come at a time, all that came at the last eight times.

Where they come one by one, 64: in that many, one of eight senders had their turn eight times."""


def _shares(connection: duckdb.DuckDBPyConnection, table: Table, filled: Filled, deliveries: str) -> pl.DataFrame:
    """``k`` of ``n`` rows with a ``code``, or blank (code null), by ``source``, ``file_seq`` and ``column_name``.

    ``deliveries`` is a query for file_seq, source and of_seq, which becomes the ``file_seq`` here.
    """
    rows = f"core.{table.name} AS c JOIN ({deliveries}) AS l USING (file_seq)"
    parts = [_codes(connection, c.name, rows) for c in table.columns if c.codes]
    parts += [_blanks(connection, table, filled, rows)] if any(not c.required for c in table.columns) else []
    return pl.concat([p.select(*_COUNTED).cast(pl.Schema(_COUNTED)) for p in parts] or [pl.DataFrame(schema=_COUNTED)])


_COUNTED: dict[str, pl.DataType] = {
    "source": pl.String(),
    "file_seq": pl.Int64(),
    "column_name": pl.String(),
    "code": pl.String(),
    "k": pl.Int64(),
    "n": pl.Int64(),
}


def _blanks(connection: duckdb.DuckDBPyConnection, table: Table, filled: Filled, rows: str) -> pl.DataFrame:
    """Rows in which a column is blank. One that says that it does not apply is an entry, and no blank."""
    optional = [c.name for c in table.columns if not c.required]
    asked = [(source, name, column.has_words) for source, columns in filled.items() for name, column in columns.items()]
    said = pl.DataFrame(asked, schema=_ASKED, orient="row")
    inapplicable = f"c.{NOT_APPLICABLE} IS TRUE" if NOT_APPLICABLE in table.by_name else "FALSE"
    counts = ", ".join(f'count(*) - count(c."{name}") AS "{name}"' for name in optional)
    counted = connection.sql(
        f"SELECT l.source, l.of_seq AS file_seq, {inapplicable} AS inapplicable, count(*) AS n, {counts} "
        f"FROM {rows} GROUP BY ALL"
    )
    index = ["source", "file_seq", "inapplicable", "n"]
    each = counted.pl().unpivot(optional, index=index, variable_name="column_name", value_name="k")
    blank = pl.when(~(pl.col("inapplicable") & pl.col("has_words"))).then(pl.col("k")).otherwise(0)
    of_place = each.join(said, on=["source", "column_name"]).group_by("source", "file_seq", "column_name")
    found: pl.DataFrame = of_place.agg(pl.col("n").sum(), k=blank.sum())
    return found.with_columns(code=pl.lit(None, pl.String))


_ASKED: dict[str, pl.DataType] = {"source": pl.String(), "column_name": pl.String(), "has_words": pl.Boolean()}


def _codes(connection: duckdb.DuckDBPyConnection, column: str, rows: str) -> pl.DataFrame:
    """Rows with each code of a column, also where there is none of them."""
    counted = connection.sql(
        f"SELECT l.source, l.of_seq AS file_seq, coalesce(c.\"{column}\", '{BLANK}') AS code, count(*) AS k "
        f"FROM {rows} GROUP BY ALL"
    ).pl()
    places = counted.group_by("source", "file_seq").agg(n=pl.col("k").sum())
    every = places.join(counted.select("source", "code").unique(), on="source")
    found: pl.DataFrame = every.join(counted, on=["source", "file_seq", "code"], how="left", nulls_equal=True)
    return found.with_columns(pl.col("k").fill_null(0), column_name=pl.lit(column))
