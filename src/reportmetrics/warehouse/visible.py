"""Which rows of core were known at a date and a ledger position, as SQL.

Of each key the row known last counts; events that had not happened yet are null, and what was withdrawn is left out.

Belongs here: which row of a key counts, which dates are visible yet, which deliveries were known. Not here: the layout
of a snapshot on disk (``snapshot``), what is withdrawn (``withdrawn``), columns that several rows tell (``told``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import duckdb

from reportmetrics.profile.intake import HAND_BACKS
from reportmetrics.warehouse.schema import RESTATED, core_columns
from reportmetrics.warehouse.shape import Column, Table
from reportmetrics.warehouse.tables import SOURCE_TABLES
from reportmetrics.warehouse.told import MOMENT, TELLS, TOLD_BY_SEVERAL, in_order
from reportmetrics.warehouse.told_state import Mixed, mixed_sql, states
from reportmetrics.warehouse.withdrawn import LEFT_OUT


def visible_sql(table: Table, *, whole: bool = True, mixed: Mixed | None = None) -> str:
    """SELECT of the rows of a source table as they were known.

    Parameters: ``$as_of``, ``$as_of_at``, ``$position``. One row per key: the one known last. Events that had not
    happened yet are null, what depends on them is reset, and rows that had not happened at all are left out; so is what
    was withdrawn, if not ``whole`` (see ``withdrawn``). ``mixed``: which columns rows of the table tell, where they
    differ, so that of each column what was told last is taken (see ``told``).
    """
    as_told, as_known = ("", "") if whole else LEFT_OUT.get(table.name, ("", ""))
    own = ",\n        ".join(f"{_as_known(table, c)} AS {c.name}" for c in core_columns(table))
    stands = [c for c in (f"{table.happens} IS NOT NULL" if table.happens else "", as_known) if c]
    where = f"WHERE {' AND '.join(stands)}" if stands else ""
    told = f" AND {as_told}" if as_told else ""
    resets = {r.column: r for r in table.resets}
    final = []
    for column in core_columns(table):
        reset = resets.get(column.name)
        if reset is None:
            final.append(column.name)
        else:
            nothing = " AND ".join(f"{name} IS NULL" for name in reset.when_null)
            lost = " OR ".join(f"{name}_hidden" for name in reset.when_null)
            final.append(
                f"CASE WHEN {nothing} AND ({lost}) THEN {_literal(reset.value)} ELSE {column.name} END AS {column.name}"
            )
    hidden = "".join(
        f",\n        coalesce({name} >= {_limit(table.by_name[name])}, false) AS {name}_hidden"
        for r in table.resets
        for name in r.when_null
    )
    rows = f"""
    SELECT *
    FROM core.{table.name}
    WHERE known_from < $as_of_at AND file_seq <= $position AND coalesce({RESTATED} <= $position, true){told}
"""
    before = (
        f"""
told AS ({rows}),
told_by_several AS (
    SELECT row_key FROM told GROUP BY row_key HAVING {TOLD_BY_SEVERAL}
),
state AS ({states(table, "told", mixed)}),"""
        if mixed is not None
        else ""
    )
    return f"""
WITH {before}
known AS (
    {rows if mixed is None else "SELECT * FROM state"}
    QUALIFY row_number() OVER (
        PARTITION BY row_key ORDER BY {in_order(last_first=True)}
    ) = 1
),
seen AS (
    SELECT
        {own}{hidden}
    FROM known
)
SELECT {", ".join(final)}
FROM seen
{where}
ORDER BY row_key
"""


def _literal(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else f"'{value}'"


def known_now_sql(connection: duckdb.DuckDBPyConnection, table: Table) -> str:
    """SELECT of the rows of a source table as they are known now, what was withdrawn included."""
    sql = visible_sql(table, mixed=mixed_tables(connection).get(table.name))
    for name, value in (("as_of_at", "TIMESTAMP '9999-12-31'"), ("as_of", "DATE '9999-12-31'"), ("position", "1e18")):
        sql = re.sub(rf"\${name}\b", value, sql)
    return sql


def _limit(column: Column) -> str:
    return "$as_of" if column.type == "date" else "$as_of_at"


def _as_known(table: Table, column: Column) -> str:
    own = column.name in table.by_name
    if own and column.kind == "event":
        return f"CASE WHEN {column.name} < {_limit(column)} THEN {column.name} END"
    return column.name


def mixed_tables(connection: duckdb.DuckDBPyConnection) -> Mapping[str, Mixed]:
    """The source tables that hold a record of which several rows tell different columns, or events, and which columns.

    Most tables have none: registers of several headquarters tell different columns, and of different requests.
    """
    differ = f"HAVING min(coalesce({TELLS}, -1)) <> max(coalesce({TELLS}, -1)) OR count({MOMENT}) > 0"
    every = " UNION ALL ".join(
        f"SELECT '{t.name}', * FROM ({mixed_sql(f'core.{t.name} {differ}')})" for t in SOURCE_TABLES
    )
    by_record = "SELECT row_key FROM core.{} GROUP BY row_key {} LIMIT 1"
    return {
        name: Mixed(frozenset(tells), corrected, mended)
        for name, tells, corrected, mended in connection.execute(every).fetchall()
        if connection.execute(by_record.format(name, differ)).fetchall()
    }


def asked(sql: str, given: Mapping[str, object]) -> dict[str, object]:
    """The parameters that ``sql`` asks for: a table may have no date of its own, and DuckDB refuses others."""
    return {n: v for n, v in given.items() if re.search(rf"\${n}\b", sql)}


def find_ahead(
    connection: duckdb.DuckDBPyConnection, given: Mapping[str, object], own_moments: Collection[str]
) -> None:
    """The temporary table ``ahead``: deliveries of which nothing was known yet at the date, though they have a place.

    A file whose rows say themselves when they were known (its source is among ``own_moments``) is known from the first
    of them on.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE ahead AS SELECT DISTINCT file_seq, source FROM ledger "
        "WHERE file_seq <= $position AND coalesce(known_from, arrived_at) >= $as_of_at",
        {n: given[n] for n in ("position", "as_of_at")},
    )
    found = connection.execute("SELECT DISTINCT source FROM ahead").fetchall()
    if any(source in own_moments for (source,) in found):
        told = " UNION ALL ".join(
            f"SELECT file_seq FROM core.{t.name} SEMI JOIN ahead USING (file_seq) WHERE known_from < $as_of_at"
            for t in SOURCE_TABLES
        )
        connection.execute(f"DELETE FROM ahead WHERE file_seq IN ({told})", {"as_of_at": given["as_of_at"]})


@dataclass(frozen=True, slots=True)
class Later:
    """Accepted rows that became known after a moment, in how many files, and the last moment of them (naive UTC)."""

    files: int
    rows: int
    last: dt.datetime


def known_later(connection: duckdb.DuckDBPyConnection, moment: dt.datetime, position: int) -> Later | None:
    """What senders told up to a ledger position and was not known yet at ``moment`` (naive UTC); None: nothing."""
    every = " UNION ALL ".join(
        f"SELECT file_seq, known_from FROM core.{t.name} "
        f"WHERE known_from >= $moment AND file_seq <= $position AND {RESTATED} IS NULL"
        for t in SOURCE_TABLES
    )
    [(files, rows, last)] = connection.execute(
        f"SELECT count(DISTINCT file_seq), count(*), max(known_from) FROM ({every}) "
        "ANTI JOIN (FROM ledger WHERE source = $ours) USING (file_seq)",
        {"moment": moment, "position": position, "ours": HAND_BACKS},
    ).fetchall()
    return Later(files, rows, last) if files else None
