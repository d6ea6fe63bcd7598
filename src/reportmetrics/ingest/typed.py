"""Text rows to typed rows: the temporary tables ``mapped`` and ``typed`` of one canonical table and one batch.

``mapped`` holds canonical text in the declared columns, and for each record its number, group, file, row in the file,
part of that row, a fault of the row as a whole, and the hash of its content. ``typed`` is what
``sql/core/<table>.sql`` makes of it. ``filtered`` holds the records that the mapping leaves out, and why.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import duckdb
import polars as pl

from reportmetrics.ingest import events as event_log
from reportmetrics.ingest.batch import Batch, Group
from reportmetrics.ingest.events import EventFit
from reportmetrics.ingest.mapping import Fit, Origin
from reportmetrics.ingest.pseudonyms import pseudonyms
from reportmetrics.ingest.shaping import relation
from reportmetrics.ingest.text import CELL_DATES, canonical, entered, inapplicable, literal
from reportmetrics.settings import sql_folder
from reportmetrics.warehouse.tables import NOT_APPLICABLE, Column, Table

_PLACE = "row_id, part, grp, file_seq, source_row"
_FILTERED = (
    "CREATE OR REPLACE TEMP TABLE filtered "
    "(row_id BIGINT, part BIGINT, grp BIGINT, file_seq BIGINT, source_row BIGINT, why VARCHAR)"
)
_ORDERED = re.compile(r"(\w+) < (\w+)")
"""A rule of the form ``end < start``."""


def make_typed(connection: duckdb.DuckDBPyConnection, table: Table, batch: Batch, *, zone: str, key: bytes) -> bool:
    """Make the two tables. False, and neither is made, when the batch holds nothing for ``table``."""
    connection.execute(_FILTERED)
    parts: list[str] = []
    first = 0
    zeros: list[int] = []
    for group in batch.groups:
        for fitted in group.fits:
            if fitted.table.table != table.name:
                continue
            select, each = _select(connection, group, fitted, table, zone, first)
            parts.append(select)
            first += max(group.rows.height, group.files.height) * each
            if fitted.table.end_before_start == "zero":
                zeros.append(group.number)
    if not parts:
        return False
    _hide_people(connection, table, parts, key)
    for group, fitted in _event_logs(batch, table):
        own_time = group.source.known_from == "event"
        record = fitted.table.key or table.key
        if fitted.events is not None:
            content = _content(table.columns)
            event_log.fold(connection, table, fitted.events, record, own_time=own_time, content=content)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE typed AS {core_sql(table.name)}")
    for group_number in zeros:
        _end_at_start(connection, table, group_number)
    return True


def _event_logs(batch: Batch, table: Table) -> list[tuple[Group, Fit]]:
    """Fits of event logs; a delivery with one is a batch of its own, so there is one at most."""
    return [(g, f) for g in batch.groups for f in g.fits if f.table.table == table.name and f.events is not None]


def core_sql(table: str) -> str:
    """The SELECT that casts the columns of a table."""
    return (sql_folder() / "core" / f"{table}.sql").read_text(encoding="utf-8")


def _select(
    connection: duckdb.DuckDBPyConnection, group: Group, fitted: Fit, table: Table, zone: str, first: int
) -> tuple[str, int]:
    """SELECT of one group's records as canonical text, and the most records that a row is. Fills ``filtered``."""
    source, each = relation(connection, _records(connection, group, fitted), fitted.shape, fitted.table)
    place = f"{first} + rid * {each} + pos AS row_id, pos AS part"
    extra = CELL_DATES if group.source.reader in ("xlsx", "parquet") else ()
    events = fitted.events
    inner = [] if events is None else event_log.cells(events)
    outer = _fault_and_time(events, zone, extra)
    for column in table.columns:
        told = None if events is None else event_log.told(events, column, zone=zone, extra_formats=extra)
        if told is not None:
            outer.append(f'{told} AS "{column.name}"')
            continue
        if column.name == NOT_APPLICABLE and column.name not in fitted.origins:
            inner.append(f'{_inapplicable(fitted, group)} AS "{column.name}"')
            outer.append(f'"{column.name}"')
            continue
        origin = fitted.origins.get(column.name)
        cell = None if origin is None else _cell(origin)
        if origin is None or cell is None:
            outer.append(f'CAST(NULL AS VARCHAR) AS "{column.name}"')
            continue
        inner.append(f'{entered(cell, origin.given, bare=_is_bare(origin, group))} AS "{column.name}"')
        text = canonical(f'"{column.name}"', column, origin.given, zone=zone, extra_formats=extra)
        outer.append(f'{text} AS "{column.name}"')
    head = f"{place}, {group.number} AS grp, file_seq, source_row, row_fault"
    where = ""
    why = fitted.left_out
    if group.left:
        why = "row_left" if why is None else f"coalesce(row_left, {why})"
    if why is not None:
        where = f"WHERE {why} IS NULL"
        connection.execute(
            f"INSERT INTO filtered SELECT row_id, part, grp, file_seq, source_row, why "
            f"FROM (SELECT {head}, {why} AS why FROM {source}) WHERE why IS NOT NULL"
        )
    return f"SELECT {_PLACE}, {', '.join(outer)} FROM (SELECT {head}, {', '.join(inner)} FROM {source} {where})", each


def _records(connection: duckdb.DuckDBPyConnection, group: Group, fitted: Fit) -> str:
    """Registers and names the rows of a group, or its files where a file is one record."""
    name = f"rows_{group.number}" if fitted.table.per == "row" else f"files_{group.number}"
    connection.register(name, group.rows if fitted.table.per == "row" else group.files)
    return name


def _fault_and_time(events: EventFit | None, zone: str, extra: Sequence[str]) -> list[str]:
    if events is None:
        return ["row_fault", "CAST(NULL AS VARCHAR) AS event_at"]
    at = event_log.happened(events, zone=zone, extra_formats=extra)
    return [f"{event_log.unknown_event(events)} AS row_fault", f"{at} AS event_at"]


def _inapplicable(fitted: Fit, group: Group) -> str:
    """SQL of the mark that a record does not apply: ``true`` where a cell says so, null elsewhere."""
    said = [
        inapplicable(cell, origin.given, bare=_is_bare(origin, group))
        for origin in fitted.origins.values()
        if origin.given.not_applicable and (cell := _cell(origin)) is not None
    ]
    return f"CASE WHEN {' OR '.join(said)} THEN 'true' END" if said else "CAST(NULL AS VARCHAR)"


def _is_bare(origin: Origin, group: Group) -> bool:
    return group.bare and origin.made is None and origin.cell is not None


def _cell(origin: Origin) -> str | None:
    """SQL of the text that a column is made from; None when the file lacks an optional column."""
    if origin.made is not None:
        return origin.made
    if origin.cell is not None:
        return f"c{origin.cell}"
    if origin.given.fact is not None:
        return f"fact_{origin.given.fact}"
    return None if origin.given.value is None else literal(origin.given.value)


def _hide_people(connection: duckdb.DuckDBPyConnection, table: Table, parts: list[str], key: bytes) -> None:
    """Make ``mapped``, with pseudonyms in place of names, so that no name reaches a table of the warehouse."""
    rows = " UNION ALL ".join(parts)
    people = [c.name for c in table.columns if c.personal]
    if people:
        # Only the columns with names are computed for this; the others wait for the one pass below.
        distinct = " UNION ".join(f'SELECT "{p}" AS name FROM ({rows}) WHERE "{p}" IS NOT NULL' for p in people)
        known = pseudonyms(key, (row[0] for row in connection.execute(distinct).fetchall()))
        connection.register(
            "pseudonym", pl.DataFrame({"name": list(known), "hidden": list(known.values())}, schema_overrides=_TEXT)
        )
        rows = "SELECT n.* REPLACE ({}) FROM ({}) AS n {}".format(
            ", ".join(f'p_{p}.hidden AS "{p}"' for p in people),
            rows,
            " ".join(f'LEFT JOIN pseudonym AS p_{p} ON p_{p}.name = n."{p}"' for p in people),
        )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE mapped AS SELECT *, {_content(table.columns)} AS content FROM ({rows})"
    )


_TEXT = {"name": pl.String(), "hidden": pl.String()}


def _content(columns: tuple[Column, ...]) -> str:
    """Hash of the mapped text. Canonical text is never empty, so null and empty cannot be confused."""
    texts = ", chr(31), ".join(f'"{c.name}"' for c in columns)
    return f"md5_number(concat({texts}, chr(31), row_fault))"


def _end_at_start(connection: duckdb.DuckDBPyConnection, table: Table, group: int) -> None:
    """Where the source says that an end before its start is a wait of zero, the end moves to the start."""
    for rule in table.rules:
        ordered = _ORDERED.fullmatch(rule.violated)
        if ordered is None:
            continue
        end, start = ordered.groups()
        connection.execute(
            f"UPDATE typed SET {end} = {start} WHERE {rule.violated} "
            "AND row_id IN (SELECT row_id FROM mapped WHERE grp = $group)",
            {"group": group},
        )
