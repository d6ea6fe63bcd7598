"""Requests that the newest register of a complete source should list, and does not.

A register that each file gives in full (``complete: all``), or at least its open requests (``complete: open``), says
something by leaving a request out. It is noticed, not dropped: the request stays as it was known last.

Belongs here: which requests are missing, as known at a date. Not here: recording what a file listed (``ingest.write``),
telling of it (``sql/checks``, pages).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl

from reportmetrics.profile.sources import Source
from reportmetrics.warehouse.frames import keyed_schema
from reportmetrics.warehouse.tables import TABLES

_SCHEMA = keyed_schema(TABLES["vanished_request"])
_SIGHTINGS = """
WITH files AS (
    SELECT
        file_seq, source, known_from,
        lead(known_from) OVER (PARTITION BY source ORDER BY known_from, file_seq) AS next_from
    FROM ledger
    WHERE table_name = 'request' AND status = 'stored' AND known_from < $as_of_at AND file_seq <= $position
)
SELECT
    s.row_key, f.source,
    max(f.known_from) AS last_seen,
    max(f.next_from) AS missing_from
FROM sighted AS s JOIN files AS f USING (file_seq)
WHERE f.source IN (SELECT source FROM complete)
GROUP BY ALL
HAVING NOT bool_or(f.next_from IS NULL)
"""


def sightings(
    connection: duckdb.DuckDBPyConnection, sources: Sequence[Source], *, as_of_at: dt.datetime, position: int
) -> pl.DataFrame:
    """Requests that a complete source listed once and not in its newest file.

    Columns: ``row_key``, ``source``, ``last_seen`` and ``missing_from`` (naive UTC: the last file that lists it, the
    first after that), ``complete``.
    """
    complete = pl.DataFrame(
        {"source": [s.source for s in sources], "complete": [s.complete for s in sources]},
        schema={"source": pl.String(), "complete": pl.String()},
    ).drop_nulls()
    connection.register("complete", complete)
    found: pl.DataFrame = connection.sql(_SIGHTINGS, params={"as_of_at": as_of_at, "position": position}).pl()
    connection.unregister("complete")
    return found.join(complete, on="source")


def vanished(seen: pl.DataFrame, requests: Path, zone: str) -> pl.DataFrame:
    """Rows of ``vanished_request``, sorted by key; ``requests`` is the folder of the snapshot's requests.

    A request that was decided or withdrawn may be left out of a register that lists the open ones.
    """
    known = pl.read_parquet(
        requests / "*.parquet", columns=["row_key", "request_id", "hq", "decided_at", "withdrawn_at"]
    )
    still_open = pl.col("decided_at").is_null() & pl.col("withdrawn_at").is_null()

    def day(name: str) -> pl.Expr:
        return pl.col(name).dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.date()

    return (
        seen.join(known, on="row_key")
        .filter(still_open | (pl.col("complete") == "all"))
        .with_columns(last_seen_on=day("last_seen"), missing_since=day("missing_from"))
        .select(*_SCHEMA)
        .sort("row_key", "source")
    )
