"""Records that what is to be forgotten told together with other deliveries: a register and an event log, two registers.

A publication holds such a record as one row, under the place of what was told of it last. So it goes by its key, whole:
nobody can tell in the publication who told which cell. Of today's warehouse only what others told is left.

Belongs here: their keys, from the warehouse of before. Not here: taking them out (``redaction``).
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import duckdb
import polars as pl

from reportmetrics.warehouse.store import StoreError, may_come_back, not_opened
from reportmetrics.warehouse.tables import SOURCE_TABLES
from reportmetrics.warehouse.told import TOLD_BY_SEVERAL

_KEYS = """
WITH mine AS (
    SELECT DISTINCT row_key FROM core.{table}
    WHERE file_seq IN (SELECT file_seq FROM whole)
    OR (file_seq, source_row) IN (SELECT (file_seq, source_row) FROM single WHERE table_name = '{table}')
)
SELECT row_key FROM core.{table} SEMI JOIN mine USING (row_key) GROUP BY row_key HAVING {several}
"""


def shared_records(
    warehouse: Path, deliveries: Collection[int], rows: Collection[tuple[str, int, int]]
) -> frozenset[tuple[str, str]]:
    """Table and key of records of whole ``deliveries``, or of ``rows`` (table, delivery, row), that others told too.

    None where there is no warehouse that can be read. Raises ``StoreError`` while another process has it open.
    """
    if not warehouse.is_file() or not (deliveries or rows):
        return frozenset()
    single = {"table_name": pl.String(), "file_seq": pl.Int64(), "source_row": pl.Int64()}
    found: set[tuple[str, str]] = set()
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            connection.register("whole", pl.DataFrame({"file_seq": list(deliveries)}, schema={"file_seq": pl.Int64()}))
            connection.register("single", pl.DataFrame(list(rows), schema=single, orient="row"))
            for table in (t.name for t in SOURCE_TABLES):
                keys = connection.execute(_KEYS.format(table=table, several=TOLD_BY_SEVERAL)).fetchall()
                found |= {(table, key) for (key,) in keys}
    except duckdb.Error as error:
        if may_come_back(error):
            raise StoreError(not_opened(warehouse, error)) from error
    return frozenset(found)
