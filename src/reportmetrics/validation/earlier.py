"""A batch beside the eight deliveries (or periods) before it: volume, gaps, refused rows, blanks, the shares of codes.

Rows that were left out are compared like refused ones. And beside all before it: reports that were of something else,
or that another person had sent.

Each new delivery is looked at, and all that are new together. What is usual is read off the source's own past, so that
no limit has to be kept up by hand. A source that is new, or has sent little so far, is not judged.

Belongs here: one frame of comparisons, made from the warehouse by one statement per table and kind. Not here: the
expectations on it (``suites.COMPARED``), running them (``batch``).
"""

from __future__ import annotations

import duckdb
import polars as pl

from reportmetrics.profile.intake import intake
from reportmetrics.profile.load import Profile
from reportmetrics.profile.sources import Source
from reportmetrics.validation.earlier_files import gaps, volume, volume_of_period
from reportmetrics.validation.earlier_reports import same_report, two_reporters
from reportmetrics.validation.earlier_rows import BEFORE, filled_columns, of_rows
from reportmetrics.validation.earlier_shares import BLANK_NEW, ENOUGH_NEW, SCHEMA
from reportmetrics.validation.earlier_verdicts import refused_and_left_out
from reportmetrics.warehouse.aside import WENT_BLANK, BlankColumn
from reportmetrics.warehouse.store import Store
from reportmetrics.warehouse.tables import SOURCE_TABLES


def comparisons(store: Store, profile: Profile) -> pl.DataFrame:
    """One row per comparison of what no batch that passed has held yet: columns of ``SCHEMA``.

    That is what came after the validated position; but a warehouse that was made anew is validated anew as a whole, and
    what it held when it passed is still the past that a new delivery is compared with.
    """
    connection, since = store.connection, store.passed_position()
    connection.register("promised", _promised(intake(profile.sources)))
    parts = [
        volume(connection, since),
        volume_of_period(connection, since),
        gaps(connection, since),
        same_report(connection, since),
        two_reporters(connection, since),
        refused_and_left_out(connection, profile, since),
    ]
    connection.unregister("promised")
    asked = filled_columns(profile)
    counted = dict(
        connection.execute(
            "SELECT table_name, sum(accepted) FROM ledger WHERE file_seq > $since GROUP BY table_name", {"since": since}
        ).fetchall()
    )
    before = _before(connection, since)
    connection.register("before_new", before)
    for table in SOURCE_TABLES:
        if counted.get(table.name, 0) >= min(ENOUGH_NEW, BLANK_NEW) and before.filter(table_name=table.name).height:
            parts.append(of_rows(connection, table, asked.get(table.name, {}), since))
    connection.unregister("before_new")
    return pl.concat([_whole(p).select(*SCHEMA).cast(pl.Schema(SCHEMA)) for p in parts])


def _whole(part: pl.DataFrame) -> pl.DataFrame:
    return part.with_columns(pl.lit(None).alias(name) for name in SCHEMA if name not in part.columns)


def blank_columns(compared: pl.DataFrame) -> list[BlankColumn]:
    """Of ``comparisons``, the columns that went blank."""
    found = compared.filter(pl.col("kind") == WENT_BLANK, ~pl.col("holds"))
    return [BlankColumn(*row) for row in found.select("table_name", "source", "column_name", "file_seq").iter_rows()]


def _promised(sources: list[Source]) -> pl.DataFrame:
    every = {"source": [s.source for s in sources], "every_days": [s.every_days for s in sources]}
    return pl.DataFrame(every, schema={"source": pl.String(), "every_days": pl.Int64()})


def _before(connection: duckdb.DuckDBPyConnection, since: int) -> pl.DataFrame:
    """The last deliveries of each source and table that were validated before."""
    found: pl.DataFrame = connection.sql(
        "SELECT source, table_name, file_seq FROM ledger WHERE file_seq <= $since AND accepted > 0 "
        "QUALIFY row_number() OVER (PARTITION BY source, table_name ORDER BY file_seq DESC) <= $before",
        params={"since": since, "before": BEFORE},
    ).pl()
    return found
