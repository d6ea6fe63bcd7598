"""A batch that failed critically is set aside whole: the warehouse forgets its rows, and remembers its files.

The files lie in the landing folder still, and in the archive. Since the warehouse no longer knows them, the next run
takes them in again, by the mapping as it is then; a file that was replaced or removed by then is not missed.

Belongs here: taking a batch out again, and the list of what was. Not here: when a batch fails (``steps``).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from reportmetrics.ingest.archive import identities
from reportmetrics.warehouse.schema import CONTENT, KEY_HASH, RESTATED
from reportmetrics.warehouse.store import Store, transaction
from reportmetrics.warehouse.tables import SOURCE_TABLES
from reportmetrics.warehouse.told import FACT, IN_ORDER, MOMENT, MOMENT_PLACE, SINCE, STANDING

WENT_BLANK = "went_blank"
"""The critical check that no single row fails, but all new rows of a file or of a source together."""

_BY_DELIVERY = ("reject", "resent", "sighted", "repeated", "refused_again", "ledger")


@dataclass(frozen=True, slots=True)
class Aside:
    """A file of a batch that was set aside. ``reasons`` names the checks that rows of its own failed, else {}."""

    file_seq: int
    source: str
    original_name: str
    source_file: str
    reasons: dict[str, int]


@dataclass(frozen=True, slots=True)
class BlankColumn:
    """A column of a table that is blank in all new rows of a source, or of one delivery, and was filled before."""

    table: str
    source: str
    column: str
    file_seq: int | None = None


def set_aside(
    store: Store,
    archive: Path,
    failing: dict[str, tuple[str, list[str]]],
    *,
    blank: Sequence[BlankColumn] = (),
    now: dt.datetime,
) -> list[Aside]:
    """Take all deliveries that came after the last batch that passed out of the warehouse, in one transaction.

    ``failing`` names the critical checks that failed, each with its table and the ``row_key`` of every failing row;
    ``blank`` the columns that went blank, of which the delivery named, or else each new one of the source with rows of
    the table, is a cause.
    ``now`` is naive UTC. Returns the files, those with failing rows first.
    """
    connection, since = store.connection, store.passed_position()
    reasons = _reasons(connection, since, failing)
    _add_blank(connection, since, blank, reasons)
    files, told = _files(connection, since, reasons), _told(connection, since)
    _mark_archive(archive, told)
    with transaction(connection):
        _remember(connection, files, now)
        _forget_seen(connection, since)
        for table in SOURCE_TABLES:
            _forget_rows(connection, table.name, since)
        for name in _BY_DELIVERY:
            connection.execute(f"DELETE FROM {name} WHERE file_seq > $since", {"since": since})
        connection.execute("UPDATE state SET position = $since", {"since": since})
    return sorted(files, key=lambda f: (not f.reasons, f.file_seq))


Reasons = dict[int, dict[str, int]]
"""By delivery, the checks that it fails, each with the number of its rows that do."""


def _reasons(connection: duckdb.DuckDBPyConnection, since: int, failing: dict[str, tuple[str, list[str]]]) -> Reasons:
    reasons: Reasons = {}
    for check, (table, keys) in failing.items():
        connection.register("failing", pl.DataFrame({"row_key": keys}, schema={"row_key": pl.String()}))
        found = connection.execute(
            f"SELECT file_seq, count(*) FROM core.{table} SEMI JOIN failing USING (row_key) "
            "WHERE file_seq > $since GROUP BY file_seq",
            {"since": since},
        ).fetchall()
        connection.unregister("failing")
        for file_seq, rows in found:
            reasons.setdefault(file_seq, {})[f"{table}.{check.split('.', 1)[-1]}"] = rows
    return reasons


def _add_blank(
    connection: duckdb.DuckDBPyConnection, since: int, blank: Sequence[BlankColumn], reasons: Reasons
) -> None:
    for each in blank:
        found = connection.execute(
            f"SELECT file_seq, count(*) FROM core.{each.table} "
            "SEMI JOIN (FROM ledger WHERE source = $source) AS l USING (file_seq) "
            "WHERE file_seq > $since AND file_seq = coalesce($only, file_seq) GROUP BY file_seq",
            {"source": each.source, "since": since, "only": each.file_seq},
        ).fetchall()
        for file_seq, rows in found:
            reasons.setdefault(file_seq, {})[f"{each.table}.{WENT_BLANK} ({each.column})"] = rows


def _files(connection: duckdb.DuckDBPyConnection, since: int, reasons: Reasons) -> list[Aside]:
    rows = connection.execute(
        "SELECT DISTINCT file_seq, source, original_name, source_file FROM ledger WHERE file_seq > $since ORDER BY ALL",
        {"since": since},
    ).fetchall()
    return [Aside(seq, source, name, sha, reasons.get(seq, {})) for seq, source, name, sha in rows]


def batches(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Files that were set aside, newest first, and the delivery that took each up again (null: none yet).

    Columns: ``set_aside_at``, ``source``, ``original_name``, ``source_file``, ``reasons`` (JSON: check to rows),
    ``taken_up_seq``, ``taken_up_at``. A file of the same name and source takes up its forerunner, be it mended or not.
    """
    found: pl.DataFrame = connection.sql(
        "SELECT a.*, min(l.file_seq) AS taken_up_seq, min(l.arrived_at) AS taken_up_at FROM set_aside AS a "
        "LEFT JOIN ledger AS l ON l.source = a.source AND l.original_name = a.original_name "
        "AND l.arrived_at >= a.set_aside_at GROUP BY ALL ORDER BY a.set_aside_at DESC, a.original_name, a.source"
    ).pl()
    return found


def _remember(connection: duckdb.DuckDBPyConnection, files: list[Aside], now: dt.datetime) -> None:
    rows = [(now, f.source, f.original_name, f.source_file, json.dumps(f.reasons)) for f in files]
    if rows:
        connection.executemany("INSERT INTO set_aside VALUES (?, ?, ?, ?, ?)", rows)


def _forget_seen(connection: duckdb.DuckDBPyConnection, since: int) -> None:
    told = _told(connection, since)
    names = [name for told_of in told for name in identities(*told_of)]
    connection.register("forgotten", pl.DataFrame({"identity": names}, schema={"identity": pl.String()}))
    connection.execute("DELETE FROM seen WHERE identity IN (SELECT identity FROM forgotten)")
    connection.unregister("forgotten")


def _told(connection: duckdb.DuckDBPyConnection, since: int) -> list[tuple[str, str | None, str]]:
    """Source, facts and hash of each delivery, the last one first."""
    return connection.execute(
        "SELECT source, facts, source_file FROM ledger WHERE file_seq > $since "
        "GROUP BY ALL ORDER BY max(file_seq) DESC",
        {"since": since},
    ).fetchall()


def _mark_archive(archive: Path, told: list[tuple[str, str | None, str]]) -> None:
    """Rename the sidecars, so that a warehouse made anew from the archive leaves these deliveries out.

    A file that is taken in again gets a new sidecar. This comes before the rows go, and the last delivery first: a run
    that was stopped in between has them still, and the next one finds them (``ingest.places``). The other way round a
    sidecar that was left would bring the rows back, once the file is replaced and the warehouse made anew.
    """
    for told_of in told:
        for name in identities(*told_of):
            sidecar = archive / f"{told_of[2]}.{name[:12]}.json"
            if sidecar.exists():
                sidecar.rename(sidecar.with_suffix(".aside"))


def _forget_rows(connection: duckdb.DuckDBPyConnection, table: str, since: int) -> None:
    """Delete the rows, and let the index say again what was told last of their keys before them."""
    named = {"since": since, "table": table}
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT row_key FROM core.{table} "
        f"WHERE file_seq > $since OR {RESTATED} > $since "
        "UNION SELECT row_key FROM repeated WHERE file_seq > $since AND table_name = $table "
        "UNION SELECT subject_key FROM reject "
        "WHERE file_seq > $since AND table_name = $table AND subject_key IS NOT NULL",
        named,
    )
    connection.execute(f"DELETE FROM core.{table} WHERE file_seq > $since OR {RESTATED} > $since", {"since": since})
    connection.execute(f"DELETE FROM latest.{table} WHERE row_key IN (SELECT row_key FROM touched)")
    connection.execute(_TOLD_LAST.format(table=table), named)
    connection.execute("DROP TABLE touched")


_PLACES = f"known_from, file_seq, source_row, {', '.join(STANDING)}"

_TOLD_LAST = f"""
INSERT INTO latest.{{table}}
SELECT
    {KEY_HASH}, {FACT}, max({SINCE}) FILTER (kind = 'accepted'),
    last({CONTENT} ORDER BY {IN_ORDER}) FILTER (kind = 'accepted'), last({CONTENT} ORDER BY {IN_ORDER}),
    max({SINCE}) FILTER (kind <> 'refused')
FROM (
    SELECT {FACT}, {CONTENT}, {_PLACES}, 'accepted' AS kind FROM core.{{table}}
    UNION ALL
    SELECT {FACT}, {CONTENT}, {_PLACES}, 'repeated'
    FROM repeated WHERE table_name = $table AND file_seq <= $since
    UNION ALL
    SELECT subject_key, {MOMENT}, {MOMENT_PLACE}, {CONTENT}, {_PLACES}, 'refused'
    FROM reject WHERE table_name = $table AND file_seq <= $since AND {CONTENT} IS NOT NULL
)
SEMI JOIN touched USING (row_key)
GROUP BY {FACT}
"""
