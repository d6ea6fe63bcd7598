"""Which refused row each row of a mended workbook or of a correction stands for.

Belongs here: reading the references. Not here: what came of the refused row (``warehouse.answers``).
"""

from __future__ import annotations

import duckdb
import polars as pl

from reportmetrics.ingest.batch import Batch, Group
from reportmetrics.profile.intake import REFERENCE, is_corrected, is_returned


def references(connection: duckdb.DuckDBPyConnection, group: Group, batch: Batch) -> pl.DataFrame | None:
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
