"""Which refused row each row of a mended workbook or of a correction stands for.

Belongs here: reading the references, and leaving out rows because of what they stand for. Not here: what came of the
refused row (``warehouse.answers``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import duckdb
import polars as pl

from reportmetrics.ingest.batch import Batch, Group
from reportmetrics.ingest.text import literal
from reportmetrics.profile.intake import REFERENCE, is_corrected, is_returned
from reportmetrics.profile.sources import Source
from reportmetrics.warehouse.shape import Table


def with_references(
    connection: duckdb.DuckDBPyConnection, table: Table, batch: Batch, wanted: Callable[[Source], bool] = lambda _: True
) -> Iterator[Group]:
    """The groups of ``wanted`` sources that fill a table and stand for refused rows.

    While one is out, the view ``references`` has its rows: ``file_seq``, ``source_row``, ``ref``.
    """
    for group in batch.groups:
        asked = wanted(group.source) and any(f.table.table == table.name for f in group.fits)
        rows = _references(connection, group, batch) if asked else None
        if rows is not None:
            connection.register("references", rows)
            yield group
            connection.unregister("references")


def leave_out(connection: duckdb.DuckDBPyConnection, found: str, why: str) -> None:
    """Move the rows of which the table ``found`` has the ``row_id`` from ``typed`` to ``filtered``."""
    connection.execute(
        f"INSERT INTO filtered SELECT row_id, part, grp, file_seq, source_row, {literal(why)} "
        f"FROM typed SEMI JOIN {found} USING (row_id)"
    )
    connection.execute(f"DELETE FROM typed WHERE row_id IN (SELECT row_id FROM {found})")


def _references(connection: duckdb.DuckDBPyConnection, group: Group, batch: Batch) -> pl.DataFrame | None:
    """Which refused row each row of a group stands for (``file_seq``, ``source_row``, ``ref``); None where for none."""
    if is_returned(group.source) and REFERENCE in group.header:
        return group.rows.select("file_seq", "source_row", ref=f"c{group.header.index(REFERENCE)}")
    if not is_corrected(group.source):
        return None
    corrects = {t.file_seq: t.kept.found.corrects for t in batch.taken if t.kept.found.corrects is not None}
    if not corrects:
        return None
    sent = dict(
        connection.execute(
            "SELECT source_file, coalesce(sent_file, source_file) FROM ledger WHERE source_file IN $files "
            "UNION ALL SELECT sent_file, sent_file FROM ledger WHERE sent_file IN $files",
            {"files": list(corrects.values())},
        ).fetchall()
    )
    of = pl.DataFrame(
        [(seq, sent.get(sha256, sha256)[:12]) for seq, sha256 in corrects.items()],
        schema={"file_seq": pl.Int64(), "file": pl.String()},
        orient="row",
    )
    rows = group.rows.select("file_seq", "source_row").join(of, on="file_seq")
    sheet = [] if group.sheet is None else [pl.lit(group.sheet)]
    return rows.select("file_seq", "source_row", ref=pl.concat_str("file", "source_row", *sheet, separator="-"))
