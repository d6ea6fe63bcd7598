"""What a row of an entry form cannot mean beside other deliveries.

A report that was answered is no nil return, and a line that comes back mended stays one of its report.

Belongs here: faults for which other deliveries must be looked at. Not here: what contradicts itself within one form
(``forms``), faults of single cells (``faults``).
"""

from __future__ import annotations

import duckdb
import polars as pl

from reportmetrics.ingest.batch import Batch, Group
from reportmetrics.ingest.forms import ENTRIES, YES, compared
from reportmetrics.ingest.text import literal
from reportmetrics.profile.intake import FORM_NIL, is_returned, reads_forms
from reportmetrics.warehouse.shape import Table
from reportmetrics.warehouse.told import STANDS_SEQ

_PLACE = ["file_seq", "source_row"]


def find_form_faults(connection: duckdb.DuckDBPyConnection, table: Table, batch: Batch) -> None:
    """Add to ``fault`` what is wrong with rows of entry forms in ``typed``. Needs ``first_place``."""
    forms = [g for g in batch.groups if reads_forms(g.source)]
    for group in (g for g in forms if any(f.table.table == table.name for f in g.fits)):
        if table.name == "report":
            _nil_of_an_answered_report(connection, group, forms)
        elif table.name == "report_field" and is_returned(group.source):
            connection.execute(_OF_ANOTHER_REPORT.format(group=group.number))


def _nil_of_an_answered_report(connection: duckdb.DuckDBPyConnection, group: Group, forms: list[Group]) -> None:
    nil = _rows_with(group, FORM_NIL)
    nil = nil.filter(pl.col(FORM_NIL).str.to_lowercase().is_in(YES)) if nil.width > len(_PLACE) else nil.clear()
    if nil.is_empty():
        return
    connection.register("nil_return", nil.select(_PLACE))
    connection.register("answered_here", pl.concat(_answered(g) for g in forms))
    connection.execute(_NIL.format(group=group.number))
    connection.unregister("nil_return")
    connection.unregister("answered_here")


def _answered(group: Group) -> pl.DataFrame:
    """Reports and revisions that lines of a batch answer: the file with the answers need not come by itself."""
    schema = {"file_seq": pl.Int64(), "report_id": pl.String(), "revision": pl.Int64()}
    if not {"Report", "Field", *ENTRIES} <= set(group.header):
        return pl.DataFrame(schema=schema)
    rows = _rows_with(group, "Report", "Revision", *ENTRIES, counting=True)
    revision = pl.col("Revision") if "Revision" in rows.columns else pl.lit("0")
    return rows.filter(pl.any_horizontal(pl.col(name) != "" for name in ENTRIES)).select(
        pl.col("file_seq").cast(pl.Int64),
        report_id=pl.col("Report"),
        revision=pl.when(revision == "").then(0).otherwise(revision.cast(pl.Float64, strict=False)).cast(pl.Int64),
    )


def _rows_with(group: Group, *names: str, counting: bool = False) -> pl.DataFrame:
    """Place and cells of the rows of a group, as they count where texts are compared; of columns that there are."""
    cells = {name: f"c{group.header.index(name)}" for name in names if name in group.header}
    rows = group.rows.select(*_PLACE, "row_left", **cells)
    rows = rows.filter(pl.col("row_left").is_null()) if counting else rows
    texts = [pl.col(n).map_elements(compared, return_dtype=pl.String, skip_nulls=False) for n in cells]
    return rows.drop("row_left").with_columns(texts)


_SAYS = "(value_number IS NOT NULL OR trim(value_text) <> '' OR not_applicable OR confirmed_unchanged)"

_NIL = f"""
INSERT INTO fault
SELECT
    t.row_id, NULL, 'nil_with_answers',
    {literal(f"'{FORM_NIL}' says that there is nothing to report, and answers to report ")} || t.report_id
    || ' are known', {literal(f"clear '{FORM_NIL}'; or take the report back, and fill in a new form")}, NULL
FROM typed AS t SEMI JOIN nil_return USING (file_seq, source_row)
SEMI JOIN (
    SELECT 0 AS file_seq, report_id, revision FROM core.report_field WHERE {_SAYS}
    UNION ALL
    SELECT file_seq, report_id, revision FROM answered_here
) AS a ON a.report_id = t.report_id AND a.revision = t.revision AND a.file_seq < t.file_seq
WHERE t.grp = {{group}} AND t.withdrawn IS NOT TRUE
"""

_OF_ANOTHER_REPORT = f"""
INSERT INTO fault
WITH sent AS (
    -- The form that a line was sent in, by the delivery with its report.
    SELECT p.file_seq, p.source_row, r.file_seq AS report_seq
    FROM first_place AS p
    JOIN ledger AS l ON l.file_seq = p.{STANDS_SEQ} AND l.table_name = 'report_field'
    JOIN ledger AS r ON r.source_file = l.source_file AND r.table_name = 'report'
    WHERE p.grp = {{group}}
),
own AS (
    SELECT s.file_seq, s.source_row, c.report_id, c.revision
    FROM sent AS s JOIN core.report AS c ON coalesce(c.{STANDS_SEQ}, c.file_seq) = s.report_seq
)
SELECT
    t.row_id, 'revision', 'answers_of_another_report',
    'the line was sent for another report or revision than ' || t.report_id || ', revision ' || t.revision,
    'restore Report and Revision as they went out: nothing but answers is to be mended',
    CAST(t.revision AS VARCHAR)
FROM typed AS t SEMI JOIN own USING (file_seq, source_row) ANTI JOIN own AS same
ON
    same.file_seq = t.file_seq AND same.source_row = t.source_row AND same.report_id = t.report_id
    AND same.revision = t.revision
WHERE t.grp = {{group}} AND t.report_id IS NOT NULL AND t.revision IS NOT NULL
"""
