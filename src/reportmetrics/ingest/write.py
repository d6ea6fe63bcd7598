"""Storing what has been judged: core, rejects, ledger, and the index of what is latest.

Everything here happens inside one transaction, opened by the caller, in which each file of the batch is whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import duckdb
import polars as pl

from reportmetrics.ingest.as_sent import refused_rows
from reportmetrics.ingest.batch import Batch, Taken
from reportmetrics.ingest.ledger import Delivery, check_core
from reportmetrics.ingest.references import with_references
from reportmetrics.profile.intake import is_corrected
from reportmetrics.warehouse.schema import CONTENT, KEY_HASH, RESTATED
from reportmetrics.warehouse.shape import Table
from reportmetrics.warehouse.store import has_rows
from reportmetrics.warehouse.tables import TABLES
from reportmetrics.warehouse.told import EVENT_COLUMNS, FACT, IN_ORDER, MOMENT, MOMENT_PLACE, STANDING, TELLS, same_fact

Counts = dict[int, dict[str, int]]
"""Per delivery: rows of each verdict, and ``read``."""

EVENT = ", ".join(EVENT_COLUMNS)
_STANDING = ", ".join(STANDING)

VERDICTS = ("accepted", "rejected", "duplicate", "superseded")
PARTS = (*VERDICTS, "filtered")
"""What the rows of a delivery are counted as; the counts add up to the rows read."""


def write_table(connection: duckdb.DuckDBPyConnection, table: Table, batch: Batch) -> Counts:
    """Store the judged rows of one table. Returns what became of them, per delivery."""
    columns = ", ".join(f'"{c.name}"' for c in table.columns)
    typed = ", ".join(f't."{c.name}"' for c in table.columns)
    connection.execute(
        f"""
        INSERT INTO core.{table.name}
        (row_key, source_file, source_row, file_seq, known_from, {columns}, {CONTENT}, {TELLS}, {EVENT}, {_STANDING})
        SELECT t.row_key, t.source_file, t.source_row, t.file_seq, t.known_from, {typed}, t.content, t.{TELLS}, {EVENT},
            {_STANDING}
        FROM told AS t ANTI JOIN set_apart AS s ON s.row_id = t.row_id
        """
    )
    if has_rows(connection, "contested"):
        _write_restated(connection, table)
        connection.execute(
            f"DELETE FROM latest.{table.name} AS l USING contested AS c "
            f"WHERE {same_fact('l', 'c')} AND (c.since IS NOT NULL OR c.told IS NOT NULL)"
        )
    connection.execute(f"INSERT INTO latest.{table.name} SELECT {KEY_HASH}, * FROM news")
    _write_rejects(connection, table, batch)
    counted = connection.execute(
        "SELECT file_seq, count(*) AS read, {} FROM judged GROUP BY file_seq".format(
            ", ".join(f"count(*) FILTER (WHERE verdict = '{v}')" for v in VERDICTS)
        )
    ).fetchall()
    counts = {seq: {"read": read, **dict(zip(VERDICTS, each, strict=True))} for seq, read, *each in counted}
    for seq, left_out in connection.execute("SELECT file_seq, count(*) FROM filtered GROUP BY file_seq").fetchall():
        count = counts.setdefault(seq, {"read": 0})
        count |= {"read": count["read"] + left_out, "filtered": left_out}
    return counts


def _write_restated(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Store what was a repeat until a late row came before it, as its own file and row tell it."""
    if not has_rows(connection, "sequence WHERE restated"):
        return
    columns = ", ".join(f'"{c.name}"' for c in table.columns)
    told = ", ".join(f"c.{name}" for name in EVENT_COLUMNS)
    stands = ", ".join(f"s.{name}" for name in STANDING)
    connection.execute(
        f"""
        INSERT INTO core.{table.name}
        (row_key, source_file, source_row, file_seq, known_from, {columns}, {CONTENT}, {TELLS}, {EVENT}, {_STANDING},
            {RESTATED})
        WITH told_once AS (
            SELECT c.* FROM core.{table.name} AS c
            SEMI JOIN (FROM sequence WHERE restated) AS s ON {same_fact("c", "s")} AND c.{CONTENT} = s.{CONTENT}
            QUALIFY row_number() OVER (PARTITION BY {FACT}, {CONTENT} ORDER BY {IN_ORDER}) = 1
        )
        SELECT c.row_key, l.source_file, s.place, s.file_seq, s.known_from, {columns}, c.{CONTENT}, {TELLS}, {told},
            {stands}, s.restated_by
        FROM sequence AS s
        JOIN told_once AS c ON {same_fact("c", "s")} AND c.{CONTENT} = s.{CONTENT}
        JOIN ledger AS l ON l.file_seq = s.file_seq AND l.table_name = '{table.name}'
        WHERE s.restated
        """
    )


def write_repeated(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Note which rows repeated what was known: what stands before them may change once a row comes back mended.

    Of rows that repeat others of their own file, those of a key of which another row was refused.
    """
    stands = ", ".join(f"s.{name}" for name in STANDING)
    connection.execute(
        f"INSERT INTO repeated SELECT $table, t.row_key, t.{MOMENT}, t.{MOMENT_PLACE}, s.known_from, s.file_seq, "
        f"t.source_row, s.content, {stands} FROM sequence AS s JOIN typed AS t USING (row_id) "
        "WHERE s.told_before OR (s.repeats AND NOT s.faulty AND EXISTS ("
        f"FROM sequence AS f WHERE f.faulty AND {same_fact('f', 's')}))",
        {"table": table.name},
    )


def write_refused_again(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Note which rows repeated a refused one as it was: while files hold it so, it is not mended."""
    connection.execute(
        f"INSERT INTO refused_again SELECT $table, t.row_key, t.{MOMENT}, t.{MOMENT_PLACE}, t.file_seq, t.source_row, "
        "t.content FROM sequence AS s JOIN typed AS t USING (row_id) "
        "WHERE s.faulty AND s.repeats AND t.row_key IS NOT NULL",
        {"table": table.name},
    )


def _write_rejects(connection: duckdb.DuckDBPyConnection, table: Table, batch: Batch) -> None:
    """One line per fault of a rejected row, with the column as the file names it and the cell as it was sent."""
    refused = refused_rows(connection, table, batch)
    if refused is None:
        return
    names = pl.DataFrame(
        [(t.file_seq, t.kept.found.name, _unit_of(t, batch)) for t in batch.taken],
        schema={"file_seq": pl.Int64(), "original_name": pl.String(), "unit_of_file": pl.String()},
        orient="row",
    )
    rejects = refused.drop("row_id").join(names, on="file_seq", how="left").with_columns(table_name=pl.lit(table.name))
    unit = pl.coalesce("unit_id", "unit_of_file").alias("unit_id")
    _append(connection, "reject", rejects.with_columns(unit).drop("unit_of_file"))


def _unit_of(taken: Taken, batch: Batch) -> str | None:
    """The unit that a whole file is from, by the form that it is or by its name."""
    found = taken.kept.found
    return batch.units.get(taken.file_seq) or found.source.unit_of(found.facts)


def write_refusals(connection: duckdb.DuckDBPyConnection, batch: Batch) -> None:
    """A reject without a row for each table that a delivery could not fill."""
    lines = [
        {
            "file_seq": r.taken.file_seq,
            "table_name": r.table,
            "source": r.taken.kept.found.source.source,
            "original_name": r.taken.kept.found.name,
            "sheet": r.sheet,
            "unit_id": _unit_of(r.taken, batch),
            "code": r.why.code,
            "message": r.why.message,
            "remedy": r.why.remedy,
        }
        for r in batch.refusals
    ]
    if lines:
        schema = {"file_seq": pl.Int64(), **dict.fromkeys(list(lines[0])[1:], pl.String())}
        _append(connection, "reject", pl.DataFrame(lines, schema=schema))


def write_resent(connection: duckdb.DuckDBPyConnection, table: Table, batch: Batch) -> None:
    """Note which refused row each row of a returned workbook or a correction stands for, and whether it is sound now.

    One that does not count as it is mended, by the conditions of its mapping, is not refused any more either. One that
    comes back as it was refused is no answer: it stays open. So does one whose correction leaves another fault.
    """
    for group in with_references(connection, table, batch):
        connection.execute(
            "INSERT INTO resent SELECT m.file_seq, $table, $sheet, m.source_row, trim(r.ref), "
            "CASE WHEN bool_or(f.row_id IS NOT NULL) THEN 'refused again' ELSE 'mended' END AS answer "
            "FROM (SELECT row_id, grp, file_seq, source_row FROM typed "
            "UNION ALL SELECT row_id, grp, file_seq, source_row FROM filtered) AS m "
            'JOIN "references" AS r USING (file_seq, source_row) '
            "LEFT JOIN (SELECT DISTINCT row_id FROM fault) AS f USING (row_id) "
            "LEFT JOIN set_apart AS s USING (row_id) "
            "WHERE m.grp = $group AND r.ref IS NOT NULL GROUP BY ALL "
            "HAVING NOT coalesce(bool_or(f.row_id IS NOT NULL AND (s.verdict = 'duplicate' OR $corrected)), false)",
            {
                "table": table.name,
                "sheet": group.sheet,
                "group": group.number,
                "corrected": is_corrected(group.source),
            },
        )


def write_sighted(connection: duckdb.DuckDBPyConnection, table: Table, batch: Batch) -> None:
    """Note which requests the complete registers of the batch list: a row that repeats leaves no other trace by key."""
    groups = [str(g.number) for g in batch.groups if g.source.complete is not None]
    if table.name != "request" or not groups:
        return
    connection.execute(
        f"INSERT INTO sighted SELECT DISTINCT t.file_seq, t.row_key FROM told AS t WHERE t.grp IN ({', '.join(groups)})"
    )


def write_ledger(connection: duckdb.DuckDBPyConnection, batch: Batch, counts: Mapping[str, Counts]) -> list[Delivery]:
    """A line per delivery and table; every table of a source has one, be it with zero rows. Checks core against it."""
    refused = {(r.taken.file_seq, r.table): r.why for r in batch.refusals}
    lines: list[Delivery] = []
    rows: list[dict[str, object]] = []
    for taken in batch.taken:
        found = taken.kept.found
        for entry in found.source.tables:
            place = (taken.file_seq, entry.table)
            why = refused.get(place)
            message = batch.notes.get(place) if why is None else f"{why.message}; {why.remedy}"
            count = counts.get(entry.table, {}).get(taken.file_seq, {})
            numbers = (count.get("read", 0), *(count.get(p, 0) for p in PARTS))
            status = "stored" if why is None else "unreadable"
            lines.append(
                Delivery(taken.file_seq, entry.table, found.source.source, found.name, status, message, *numbers)
            )
            rows.append(_ledger_row(lines[-1], taken))
    kinds = {"text": pl.String(), "integer": pl.Int64(), "timestamp": pl.Datetime("us")}
    schema = {c.name: kinds[c.type] for c in TABLES["ledger"].columns}
    _append(connection, "ledger", pl.DataFrame(rows, schema=schema))
    for table in counts:
        check_core(connection, table, batch.taken[0].file_seq, batch.taken[-1].file_seq)
    return lines


def _ledger_row(line: Delivery, taken: Taken) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(line, name) for name in line.__slots__}
    facts = taken.kept.found.facts
    return row | {
        "source_file": taken.kept.sha256,
        "sent_file": taken.kept.sent,
        "facts": json.dumps(facts, ensure_ascii=False) if facts else None,
        "arrived_at": taken.kept.arrived_at,
        "known_from": taken.known_from,
    }


def _append(connection: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame) -> None:
    names = ", ".join(f'"{n}"' for n in rows.columns)
    connection.register("appended", rows)
    connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM appended")
    connection.unregister("appended")
