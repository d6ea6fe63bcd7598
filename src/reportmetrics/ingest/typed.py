"""Text rows to typed rows: the relation ``mapped`` and the temporary table ``typed`` of a canonical table and a batch.

``mapped`` holds canonical text in the declared columns, and for each record its number, group, file, row in the file,
part of that row, a fault of the row as a whole, and the hash of its content. It is a query, which stands within those
that read it: few rows are looked at as text once they are typed. ``typed`` is what ``sql/core/<table>.sql`` makes of
it, with the place and the key of each row, and whether there is any doubt about it. ``filtered`` holds the records that
the mapping leaves out, and why.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import duckdb
import polars as pl

from reportmetrics.ingest import events as event_log
from reportmetrics.ingest.batch import Batch, Group
from reportmetrics.ingest.by_value import misreads_numbers
from reportmetrics.ingest.events import EventFit
from reportmetrics.ingest.folding import fold
from reportmetrics.ingest.mapping import Fit, Origin
from reportmetrics.ingest.pseudonyms import pseudonyms
from reportmetrics.ingest.revisions import with_revision
from reportmetrics.ingest.shaping import relation
from reportmetrics.ingest.tells import Tells
from reportmetrics.ingest.text import (
    CELL_DATES,
    Reading,
    by_value,
    canonical,
    entered,
    inapplicable,
    literal,
    uncontradicted,
    without_inexact_mark,
)
from reportmetrics.settings import sql_folder
from reportmetrics.warehouse.keys import row_key
from reportmetrics.warehouse.shape import NOT_APPLICABLE, Column, Table
from reportmetrics.warehouse.told import EVENT_COLUMNS, TELLS

_PLACE = "row_id, part, grp, file_seq, source_row"
_FILTERED = (
    "CREATE OR REPLACE TEMP TABLE filtered "
    "(row_id BIGINT, part BIGINT, grp BIGINT, file_seq BIGINT, source_row BIGINT, why VARCHAR)"
)
_ROW_ID = re.compile(r"^SELECT\s+row_id,", re.MULTILINE)
_GROUP = re.compile(r"g\d+")


def make_typed(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    batch: Batch,
    *,
    zone: str,
    key: bytes,
    keys: Mapping[int, Sequence[str]],
    tells: Tells,
    doubt: str,
) -> str:
    """Make ``typed``, of a batch that holds something for ``table``. Returns ``mapped``, a SELECT.

    ``keys`` gives, per group, the columns of the business key, ``tells`` which columns are told; ``doubt`` is SQL of
    whether a row is to be looked at.
    """
    connection.execute(_FILTERED)
    parts: list[str] = []
    first = 0
    zeros: list[int] = []
    fits: list[Fit] = []
    partial = False
    for group in batch.groups:
        for fitted in group.fits:
            if fitted.table.table != table.name:
                continue
            told = tells(table, fitted)
            partial |= told is not None
            select, each = _select(connection, group, fitted, table, zone, first, told)
            if table.name == "report_field":
                select = with_revision(select, group, fitted)
            parts.append(select)
            fits.append(fitted)
            first += max(group.rows.height, group.files.height) * each
            if fitted.table.end_before_start == "zero":
                zeros.append(group.number)
    people = [c.name for c in table.columns if c.personal and any(_is_told(fitted, c) for fitted in fits)]
    mapped = _hidden_people(connection, people, parts, key, _content(table.columns, partial=partial))
    logs = _event_logs(batch, table)
    if logs:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE mapped_rows AS {mapped}")
        mapped = "SELECT * FROM mapped_rows"
    for group, fitted in logs:
        own_time = group.source.known_from == "event"
        if fitted.events is not None:
            zero = fitted.table.end_before_start == "zero"
            fold(connection, table, fitted.table, own_time=own_time, ends_may_precede=zero)
    typed = _typed_sql(table, keys)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE typed AS WITH mapped AS NOT MATERIALIZED ({mapped}) "
        f"SELECT *, {doubt} AS doubt FROM ({typed}) AS t"
    )
    for group_number in zeros:
        _end_at_start(connection, table, group_number)
    return mapped


def _event_logs(batch: Batch, table: Table) -> list[tuple[Group, Fit]]:
    """Fits of event logs; a delivery with one is a batch of its own, so there is one at most."""
    return [(g, f) for g in batch.groups for f in g.fits if f.table.table == table.name and f.events is not None]


def core_sql(table: str) -> str:
    """The SELECT that casts the columns of a table."""
    return (sql_folder() / "core" / f"{table}.sql").read_text(encoding="utf-8")


def _typed_sql(table: Table, keys: Mapping[int, Sequence[str]]) -> str:
    """The casts, and beside them what the next steps need of each row: then none of them has to look at text again."""
    cast = core_sql(table.name)
    beside = (
        f"{_PLACE}, row_fault, event_at, content, {TELLS}, {', '.join(EVENT_COLUMNS)}, {filled_sql(table)} AS filled, "
        f"{row_key(table, keys)} AS row_key"
    )
    extended, places = _ROW_ID.subn(lambda _: f"SELECT\n    {beside},", cast)
    if places != 1:
        raise ValueError(f"sql/core/{table.name}.sql must begin its one SELECT with row_id")
    return extended


def filled_sql(table: Table) -> str:
    """A number whose bits tell which of the columns that are cast had any text; see ``filled_bit``."""
    bits = [
        f'CASE WHEN "{c.name}" IS NOT NULL THEN {filled_bit(table, c)} ELSE 0 END::BIGINT'
        for c in table.columns
        if c.type != "text"
    ]
    return " + ".join(bits) or "0::BIGINT"


def filled_bit(table: Table, column: Column) -> int:
    """The bit of a column in ``filled``."""
    cast: int = 1 << [c.name for c in table.columns if c.type != "text"].index(column.name)
    return cast


def _select(
    connection: duckdb.DuckDBPyConnection,
    group: Group,
    fitted: Fit,
    table: Table,
    zone: str,
    first: int,
    tells: int | None,
) -> tuple[str, int]:
    """SELECT of one group's records as canonical text, and the most records that a row is. Fills ``filtered``."""
    numbers = group.numbers if fitted.table.per == "row" else ()
    source, each = relation(connection, _records(connection, group, fitted), fitted.shape, fitted.table, numbers)
    place = f"{first} + rid * {each} + pos AS row_id, pos AS part"
    typed = group.source.reader in ("xlsx", "parquet")
    reading = Reading(zone, CELL_DATES if typed else (), group.epoch, marks=typed)
    if typed and fitted.undecided is not None:
        source = f"(SELECT * REPLACE ({fitted.undecided} AS row_fault) FROM {source})"
    events = fitted.events
    inner = [] if events is None else event_log.cells(events)
    outer = _fault_and_time(events, reading)
    for column in table.columns:
        told = None if events is None else event_log.told(events, column, reading)
        if told is not None:
            outer.append(f'{told} AS "{column.name}"')
            continue
        if column.name == NOT_APPLICABLE and column.name not in fitted.origins:
            inner.append(f'{_inapplicable(fitted, group)} AS "{column.name}"')
            outer.append(f'"{column.name}"')
            continue
        origin = fitted.origins.get(column.name)
        if origin is None or (cell := _cell(origin)) is None:
            outer.append(f'CAST(NULL AS VARCHAR) AS "{column.name}"')
            continue
        if reading.marks and column.type == "number" and origin.given.join is None:
            cell = without_inexact_mark(cell)
        inner.append(f'{entered(cell, origin.given, bare=_is_bare(origin, group))} AS "{column.name}"')
        text = canonical(f'"{column.name}"', column, origin.given, reading)
        number = _is_number(origin, numbers) if misreads_numbers(column, origin.given) else None
        if number is not None:
            inner.append(f'{number} AS "({column.name}: number)"')
            told = by_value(f'"{column.name}"', column, origin.given, reading)
            text = f'CASE WHEN "({column.name}: number)" THEN {told} ELSE {text} END'
        if origin.same:
            pair = (f'"({column.name}: now)"', f'"({column.name}: before)"')
            inner += [f"{told} AS {name}" for told, name in zip(origin.same, pair, strict=True)]
            text = uncontradicted(text, f'"{column.name}"', origin.given, pair)
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
    outer.append(f"CAST({'NULL' if tells is None else tells} AS BIGINT) AS {TELLS}")
    told_of = ["NULL"] * len(EVENT_COLUMNS) if events is None else event_log.moments(events, reading)
    outer += [f"CAST({sql} AS {kind}) AS {n}" for sql, (n, kind) in zip(told_of, EVENT_COLUMNS.items(), strict=True)]
    return f"SELECT {_PLACE}, {', '.join(outer)} FROM (SELECT {head}, {', '.join(inner)} FROM {source} {where})", each


def _records(connection: duckdb.DuckDBPyConnection, group: Group, fitted: Fit) -> str:
    """Registers and names the rows of a group, or its files where a file is one record."""
    name = f"rows_{group.number}" if fitted.table.per == "row" else f"files_{group.number}"
    (group.rows if fitted.table.per == "row" else group.files).register(connection, name)
    return name


def _fault_and_time(events: EventFit | None, reading: Reading) -> list[str]:
    if events is None:
        return ["row_fault", "CAST(NULL AS VARCHAR) AS event_at"]
    at = event_log.happened(events, reading)
    return [f"{event_log.fault(events, reading)} AS row_fault", f"{at} AS event_at"]


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


def _is_told(fitted: Fit, column: Column) -> bool:
    """Whether the source tells of a column, and the file of this source has what it tells it by."""
    if fitted.events is not None and column.name in fitted.events.given.columns:
        return True
    origin = fitted.origins.get(column.name)
    return origin is not None and _cell(origin) is not None


def _is_number(origin: Origin, numbers: Collection[int]) -> str | None:
    """SQL of whether the cell that a column is made from is a number of the file; None where no cell can be one."""
    if not numbers:
        return None
    if origin.made is not None:
        return f"n{origin.made}" if _GROUP.fullmatch(origin.made) else None
    return f"n{origin.cell}" if origin.cell in numbers else None


def _hidden_people(
    connection: duckdb.DuckDBPyConnection, people: Sequence[str], parts: list[str], key: bytes, content: str
) -> str:
    """SELECT of ``mapped``, with pseudonyms in place of names, so that no name reaches a table of the warehouse.

    ``people`` are the columns that hold names.
    """
    rows = " UNION ALL ".join(parts)
    if people:
        # Only the columns with names are computed for this; the others wait for the one pass below.
        sound = 'WHERE "{0}" IS NOT NULL AND NOT starts_with("{0}", chr(26))'
        each = " UNION ALL ".join(f'SELECT "{p}" AS name FROM ({rows}) {sound.format(p)}' for p in people)
        distinct = f"SELECT DISTINCT name FROM ({each})"
        known = pseudonyms(key, (row[0] for row in connection.execute(distinct).fetchall()))
        connection.register(
            "pseudonym", pl.DataFrame({"name": list(known), "hidden": list(known.values())}, schema_overrides=_TEXT)
        )
        rows = "SELECT n.* REPLACE ({}) FROM ({}) AS n {}".format(
            # Of a cell that was not understood, the mark remains, which says why, and nothing of what it holds.
            ", ".join(f'coalesce(p_{p}.hidden, {_mark_of(p)}) AS "{p}"' for p in people),
            rows,
            " ".join(f'LEFT JOIN pseudonym AS p_{p} ON p_{p}.name = n."{p}"' for p in people),
        )
    return f"SELECT *, {content} AS content FROM ({rows})"


def _mark_of(name: str) -> str:
    return f"nullif(regexp_extract(n.\"{name}\", '^\\x1a[\\x01-\\x1f]?'), '')"


_TEXT = {"name": pl.String(), "hidden": pl.String()}


def _content(columns: tuple[Column, ...], *, partial: bool = False) -> str:
    """Hash of the mapped text: 64 bits are enough, since only contents of the same key are ever compared.

    It is DuckDB's own, several times as fast as a digest; a warehouse knows which one it was made with (``Store``).
    """
    texts = ", ".join(f'"{c.name}"' for c in columns)
    whole = f"hash({texts}, row_fault)"
    return f"xor({whole}, CASE WHEN {TELLS} IS NULL THEN 0::UBIGINT ELSE hash({TELLS}) END)" if partial else whole


def _end_at_start(connection: duckdb.DuckDBPyConnection, table: Table, group: int) -> None:
    """Where the source says that an end before its start is a wait of zero, the end moves to the start."""
    for rule in table.rules:
        if rule.end_and_start is None:
            continue
        end, start = rule.end_and_start
        connection.execute(
            f"UPDATE typed SET {end} = {start} WHERE {rule.violated} AND grp = $group",
            {"group": group},
        )
