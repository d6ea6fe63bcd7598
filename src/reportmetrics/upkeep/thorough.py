"""Whether the warehouse holds, cell by cell, what its archive gives: read again beside it and compared.

Belongs here: that comparison. Not here: what can be told without reading the files again (``fsck``), putting a new
warehouse in the old one's place (``ingest.rebuild``).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from reportmetrics.ingest.rebuild import RebuildError, read_again
from reportmetrics.profile.load import Profile
from reportmetrics.progress import Track, silent
from reportmetrics.settings import Settings
from reportmetrics.upkeep.finding import Finding
from reportmetrics.warehouse.store import StoreError
from reportmetrics.warehouse.tables import SOURCE_TABLES
from reportmetrics.words import counted

_COMPARED = (
    *(f"{schema}.{table.name}" for table in SOURCE_TABLES for schema in ("core", "latest")),
    *(f"main.{name}" for name in ("ledger", "reject", "resent", "repeated", "refused_again", "sighted")),
)
_REMEDY = (
    "reportmetrics rebuild makes it what the archive gives (where the profile was changed since, it may be what is "
    "read otherwise today)"
)


def otherwise_than_archived(settings: Settings, profile: Profile, *, track: Track = silent) -> list[Finding]:
    """Tables of the warehouse whose rows are not those that the archive gives with this profile, with one such row.

    Takes as long as a rebuild, and as much room among the system's temporary files as the warehouse has. A finding too
    where the archive is not whole, which ``fsck`` names in detail.
    """
    with tempfile.TemporaryDirectory(prefix="reportmetrics-") as folder:
        anew = Path(folder) / "anew.duckdb"
        try:
            read_again(settings, profile, anew, track=track)
        except RebuildError as error:
            return [Finding("archive", f"cannot be read again: {error}", "mend what is named above first")]
        except StoreError as error:
            what, _, remedy = str(error).removeprefix(f"{settings.warehouse}: ").partition("; ")
            return [Finding(settings.warehouse.name, what, remedy)]
        with duckdb.connect(":memory:") as connection:
            connection.execute("SET enable_progress_bar = false")
            for path, name in ((settings.warehouse, "here"), (anew, "anew")):
                place = str(path).replace("'", "''")
                connection.execute(f"ATTACH '{place}' AS {name} (READ_ONLY)")
            return list(_differing(connection))


def _differing(connection: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    for table in _COMPARED:
        here, anew = (_rows(one, other, table) for one, other in (("here", "anew"), ("anew", "here")))
        counts = [connection.execute(f"SELECT count(*) FROM ({rows})").fetchall()[0][0] for rows in (here, anew)]
        if any(counts):
            beside, missing = (counted(n, "row") for n in counts)
            what = f"holds {beside} that the archive does not give, and lacks {missing} that it gives"
            place = _first(connection, table, f"({here}) UNION ALL ({anew})")
            yield Finding(table.removeprefix("main."), what + place, _REMEDY)


def _rows(one: str, other: str, table: str) -> str:
    return f"FROM {one}.{table} EXCEPT ALL FROM {other}.{table}"


def _first(connection: duckdb.DuckDBPyConnection, table: str, rows: str) -> str:
    """Which row of which delivery is the first that differs; empty for tables that do not say."""
    columns = {row[0] for row in connection.execute(f"DESCRIBE FROM anew.{table}").fetchall()}
    if not {"file_seq", "source_row"} <= columns:
        return ""
    first = connection.execute(f"SELECT file_seq, source_row FROM ({rows}) ORDER BY ALL LIMIT 1").fetchall()
    return "; the first is of row {1} of delivery {0}".format(*first[0])
