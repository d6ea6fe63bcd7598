"""What is new since the last validation, as Parquet that a validator can read without locking the warehouse."""

from __future__ import annotations

from pathlib import Path

from reportmetrics.warehouse.schema import ARRIVED, core_columns
from reportmetrics.warehouse.store import Store
from reportmetrics.warehouse.tables import SOURCE_TABLES
from reportmetrics.warehouse.told import MOMENT, MOMENT_PLACE, STANDS_FROM, STANDS_SEQ, TELLS

NOTED = (TELLS, MOMENT, MOMENT_PLACE, STANDS_FROM, STANDS_SEQ)
"""Of what core notes of a row beside its columns, what checks look at."""


def stage_unvalidated(store: Store, folder: Path) -> dict[str, Path]:
    """One Parquet file per source table with the core rows that came after ``validated_position``.

    A row has beside its columns a note of which of them it tells itself, that of an event log the time and place of its
    event, and a mended or corrected one the delivery in which it stands. Every source table has its file, be it without
    rows. Returns the paths by table.
    """
    folder.mkdir(parents=True, exist_ok=True)
    since = store.validated_position()
    paths: dict[str, Path] = {}
    for table in SOURCE_TABLES:
        paths[table.name] = folder / f"{table.name}.parquet"
        names = ", ".join(f'c."{name}"' for name in (*(c.name for c in core_columns(table)), *NOTED))
        rows = store.connection.sql(
            f"SELECT {names}, l.{ARRIVED} FROM core.{table.name} AS c "
            "LEFT JOIN ledger AS l ON l.file_seq = c.file_seq AND l.table_name = $table "
            "WHERE c.file_seq > $since ORDER BY c.file_seq, c.source_row, c.row_key",
            params={"since": since, "table": table.name},
        )
        rows.write_parquet(str(paths[table.name]), compression="zstd")
    return paths
