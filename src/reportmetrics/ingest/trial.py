"""Trying a file out: what the mapping of its source would make of it, row by row. Nothing is kept.

The file goes the way that it would go when it is taken in (``batch``, ``judging``), in a scratch warehouse that is
empty and thrown away. So rows are judged by the file alone: whether they repeat what is stored already is not said.

Belongs here: whose file it may be, and what became of its rows. Not here: printing (``cli_sources``).
"""

from __future__ import annotations

import re
import tempfile
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

import duckdb
import polars as pl

from reportmetrics.clock import now_utc
from reportmetrics.ingest.archive import Kept, fingerprint, identity
from reportmetrics.ingest.as_sent import refused_rows
from reportmetrics.ingest.batch import Batch, Taken, read_batch
from reportmetrics.ingest.judging import judged_tables
from reportmetrics.ingest.landing import found_as, known_from
from reportmetrics.ingest.reasons import without_marks
from reportmetrics.profile.load import Profile
from reportmetrics.profile.sources import Source
from reportmetrics.warehouse.shape import NOT_APPLICABLE, Table
from reportmetrics.warehouse.store import Store

VERDICTS = ("accepted", "rejected", "duplicate", "superseded", "filtered")
"""What a row may become."""


@dataclass(frozen=True, slots=True)
class TriedTable:
    """What a file would give one table.

    ``rows`` has ``source_row``, ``verdict``, ``reason`` (null for an accepted row) and, as text, each canonical column
    that the mapping fills (``not_applicable`` where its words are declared); a cell that cannot be understood stands
    there as it was sent. ``refused`` says why the file
    cannot fill the table; then there are no rows. ``note`` names columns that the mapping does not know.
    """

    table: str
    rows: pl.DataFrame
    refused: str | None = None
    note: str | None = None

    @property
    def counts(self) -> dict[str, int]:
        """Rows by verdict."""
        found = dict(self.rows["verdict"].value_counts().iter_rows()) if self.rows.height else {}
        return {name: found.get(name, 0) for name in VERDICTS}


@dataclass(frozen=True, slots=True)
class Claims:
    """Sources whose files a file may be: by its place and name, or else by its name alone."""

    by_place: list[Source]
    by_name: list[Source]


def claims(sources: Sequence[Source], path: Path) -> Claims:
    """Which sources would take a file. A place is judged from the right, so that the file may lie anywhere.

    A name that fits the pattern of a source (``facts``) says more than its ending.
    """
    by_place = [s for s in sources if _fits(path, s.files)]
    alike = [s for s in sources if s not in by_place and path.match(PurePath(s.files).name)]
    by_name = [s for s in alike if s.facts is not None and re.fullmatch(s.facts, path.name)]
    return Claims(by_place, by_name or alike)


def _fits(path: Path, pattern: str) -> bool:
    """Whether the end of a path fits a glob. Whatever stands before a ``**`` may be anything."""
    parts = PurePath(pattern).parts
    if "**" in parts:
        parts = parts[len(parts) - parts[::-1].index("**") :]
    return path.match(str(PurePath(*parts))) if parts else True


def try_file(profile: Profile, source: Source, path: Path, *, key: bytes) -> list[TriedTable]:
    """What the mapping of ``source`` makes of a file, table by table. ``key`` is that of the pseudonyms."""
    now = now_utc()
    found = found_as(source, path, path.name, zoneinfo.ZoneInfo(profile.mission.time_zone))
    sha256 = fingerprint(path)
    kept = Kept(found, sha256, identity(source.source, found.facts, sha256), path, now)
    batch = read_batch([Taken(kept, 1, known_from(found, now))])
    refused = {r.table: f"{r.why.message}; {r.why.remedy}" for r in batch.refusals}
    tried: dict[str, pl.DataFrame] = {}
    with tempfile.TemporaryDirectory() as scratch, Store(Path(scratch) / "trial.duckdb") as store:
        for table in judged_tables(store.connection, profile, batch, key, with_text=True):
            tried[table.name] = _rows(store.connection, table, batch)
    nothing = pl.DataFrame(schema={"source_row": pl.Int64, "verdict": pl.String, "reason": pl.String})
    return [
        TriedTable(t.table, tried.get(t.table, nothing), refused.get(t.table), batch.notes.get((1, t.table)))
        for t in source.tables
    ]


def _rows(connection: duckdb.DuckDBPyConnection, table: Table, batch: Batch) -> pl.DataFrame:
    fits = [f for g in batch.groups for f in g.fits if f.table.table == table.name]
    told = {c for f in fits for c in (*f.origins, *(f.events.given.columns if f.events else ()))}
    told |= {NOT_APPLICABLE for f in fits for origin in f.origins.values() if origin.given.not_applicable}
    names = [c.name for c in table.columns if c.name in told]
    cells = {n: without_marks(f'coalesce(CAST(t."{n}" AS VARCHAR), m."{n}")') for n in names}
    columns = "".join(f', {cell} AS "{n}"' for n, cell in cells.items())
    connection.register("why", _reasons(connection, table, batch))
    rows: pl.DataFrame = connection.sql(_ROWS.format(columns=columns)).pl()
    return rows.drop("row_id")


def _reasons(connection: duckdb.DuckDBPyConnection, table: Table, batch: Batch) -> pl.DataFrame:
    """What is wrong with each rejected record (``row_id``, ``said``), as the list of refusals has it."""
    refused = refused_rows(connection, table, batch)
    if refused is None:
        return pl.DataFrame(schema={"row_id": pl.Int64(), "said": pl.String()})
    column = pl.when(pl.col("column_name").is_null()).then(pl.lit("")).otherwise(pl.col("column_name") + ": ")
    said = pl.concat_str(column, "message", pl.lit("; "), "remedy")
    return (
        refused.sort("row_id", "column_name", "code", nulls_last=False)
        .group_by("row_id", maintain_order=True)
        .agg(said.str.join(" | ").alias("said"))
    )


_ROWS = """
WITH placed AS (
    SELECT
        j.row_id,
        j.verdict,
        min(j.source_row) OVER (PARTITION BY j.row_key, j.content) AS first_told,
        arg_max(CASE WHEN j.verdict <> 'rejected' THEN j.source_row END, j.row_id)
        OVER (PARTITION BY j.row_key) AS last_told
    FROM judged AS j
)
SELECT
    m.row_id,
    m.source_row,
    p.verdict AS verdict,
    CASE p.verdict
        WHEN 'rejected' THEN w.said
        WHEN 'duplicate' THEN 'says the same as row ' || p.first_told
        WHEN 'superseded' THEN 'replaced by row ' || p.last_told
    END AS reason
    {columns}
FROM mapped AS m
JOIN placed AS p USING (row_id)
JOIN typed AS t USING (row_id)
LEFT JOIN why AS w USING (row_id)
UNION ALL BY NAME
SELECT row_id, source_row, 'filtered' AS verdict, why AS reason FROM filtered
ORDER BY source_row, row_id
"""
