"""New deliveries beside those before, by source: the share of rows that were refused, and of those that were left out.

A file of which no row was accepted has none that other comparisons look at. Of refused rows those count that were not
refused before as they are now, among the rows that told something new: a register tells most rows again. Rows that the
mapping leaves out count among all that were read, as they come again each time.

Belongs here: how many rows there are of each, by one query for all deliveries. Not here: when that is too many
(``earlier_shares``), what stands in rows that were accepted (``earlier_rows``).
"""

from __future__ import annotations

import duckdb
import polars as pl

from reportmetrics.profile.intake import form_sources
from reportmetrics.profile.load import Profile
from reportmetrics.validation.earlier_rows import BEFORE
from reportmetrics.validation.earlier_shares import LEFT_OUT, REFUSALS, SCHEMA, compared, risen, said
from reportmetrics.warehouse.schema import CONTENT

_LINES = f"""
WITH new AS (
    SELECT source, table_name, count(*) AS files FROM ledger
    WHERE file_seq > $since AND status = 'stored' AND rows_read > 0 AND list_contains($sources, source) GROUP BY ALL
),
lines AS (
    SELECT
        l.*, file_seq > $since AS is_new,
        row_number() OVER (PARTITION BY source, table_name, file_seq > $since ORDER BY file_seq DESC) AS place
    FROM ledger AS l JOIN new USING (source, table_name)
    WHERE status = 'stored' AND rows_read > 0
    QUALIFY is_new OR place <= $before * greatest(files, $before)
),
first AS (
    SELECT table_name, subject_key, {CONTENT} AS told, min(file_seq) AS first_seq FROM reject
    SEMI JOIN (
        SELECT r.table_name, r.subject_key FROM reject AS r SEMI JOIN lines AS l USING (file_seq, table_name)
    ) USING (table_name, subject_key)
    GROUP BY ALL
),
again AS (
    SELECT r.file_seq, r.table_name, count(DISTINCT (r.source_row, r.subject_key, told)) AS n
    FROM reject AS r
    SEMI JOIN lines AS l ON l.file_seq = r.file_seq AND l.table_name = r.table_name
    JOIN first AS f ON f.table_name = r.table_name AND f.subject_key = r.subject_key AND f.told = r.{CONTENT}
    WHERE first_seq < r.file_seq
    GROUP BY ALL
)
SELECT
    table_name, source, file_seq, original_name, is_new, place,
    rejected - coalesce(again.n, 0) AS refused, accepted + superseded + refused AS news, filtered, rows_read
FROM lines LEFT JOIN again USING (file_seq, table_name)
ORDER BY table_name, source, file_seq
"""
"""The new deliveries, and those before that they are compared with: eight for each new one, and at least 64."""


def refused_and_left_out(connection: duckdb.DuckDBPyConnection, profile: Profile, since: int) -> pl.DataFrame:
    """Comparisons of refused and of left out rows (columns of ``SCHEMA``): of all new deliveries, and of single ones.

    Rows that came back mended, and corrections, are no deliveries of their source. What entry forms leave out says
    which questions were asked.
    """
    own = [s.source for s in profile.sources]
    sources = [*own, *(s.source for s in form_sources())]
    lines = connection.sql(_LINES, params={"since": since, "before": BEFORE, "sources": sources}).pl()
    parts = [_of_table(part, own) for part in lines.partition_by("table_name", maintain_order=True)]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *parts])


def _of_table(lines: pl.DataFrame, own: list[str]) -> pl.DataFrame:
    counts = pl.concat([_counts(lines, REFUSALS), _counts(lines.filter(pl.col("source").is_in(own)), LEFT_OUT)])
    earlier = counts.filter(~pl.col("is_new"))
    before = earlier.filter(pl.col("place") <= BEFORE).with_columns(file_seq=pl.lit(None, pl.Int64))
    found = pl.concat([counts.filter("is_new"), before])
    summed = found.group_by("source", "file_seq", "column_name", "code").agg(pl.col("k", "n").sum())
    told = compared(summed, risen, lambda: earlier)
    named = told.join(lines.select("file_seq", "original_name"), on="file_seq", how="left", maintain_order="left")
    return said(lines["table_name"][0], named.with_columns(column_name=pl.lit(None, pl.String)))


def _counts(lines: pl.DataFrame, kind: str) -> pl.DataFrame:
    k, n = ("refused", "news") if kind == REFUSALS else ("filtered", "rows_read")
    named = {"column_name": pl.lit(kind), "code": pl.lit(None, pl.String), "k": pl.col(k), "n": pl.col(n)}
    return lines.select("source", "file_seq", "is_new", "place", **named).filter(pl.col("n") > 0)
