"""Types and meanings of the columns that metrics and derived views return.

Types as DuckDB binds them over tables without rows; meanings as estimators and canonical tables declare them. Not here:
which columns there are (``definition_file``), levels (``levels``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import duckdb

from reportmetrics.metrics.catalogue import AS_OF, Catalogue
from reportmetrics.metrics.definition import EstimatorUse
from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.warehouse.schema import core_columns
from reportmetrics.warehouse.shape import SQL_TYPES
from reportmetrics.warehouse.tables import TABLES


def column_types(catalogue: Catalogue) -> Mapping[str, dict[str, str]]:
    """For each metric and derived view (by id) its columns and their SQL types, in order.

    Empty for one that DuckDB does not bind; what is wrong with it, ``metrics lint`` says.
    """
    found: dict[str, dict[str, str]] = {}
    with duckdb.connect(":memory:", config={"enable_external_access": "false", "threads": "1"}) as connection:
        run = connection.execute
        for table in TABLES.values():
            types = {c.name: SQL_TYPES[c.type] for c in core_columns(table)}
            columns = ", ".join(f'"{n}" {t}' for n, t in types.items())
            run(f'CREATE TABLE "{table.name}" ({columns})')
        run(f"CREATE TABLE {AS_OF} (as_of DATE, as_of_at TIMESTAMP, time_zone VARCHAR)")
        waiting = dict(catalogue.derived)
        while waiting:
            name = next(n for n, v in waiting.items() if not set(v.reads) & set(waiting))
            found[name] = _described(connection, waiting[name].sql)
            if found[name]:
                run(f'CREATE VIEW "{name}" AS {waiting[name].sql}')
            del waiting[name]
        for metric in catalogue.metrics.values():
            found[metric.definition.id] = _described(connection, metric.definition.sql)
    return found


def meanings_of(catalogue: Catalogue) -> dict[str, dict[str, str]]:
    """For each metric and derived view (by id) what its columns mean, as far as it is declared."""
    views = {v.id: column_meanings(v.reads) for v in catalogue.derived.values()}
    return views | {
        m.definition.id: column_meanings(m.tables, m.definition.estimators) for m in catalogue.metrics.values()
    }


def column_meanings(tables: Collection[str], uses: Collection[EstimatorUse] = ()) -> dict[str, str]:
    """What columns mean, by name: those that the estimators in ``uses`` take, and those of the canonical ``tables``.

    A column that two of the tables call the same and mean differently is left out.
    """
    found: dict[str, set[str]] = {}
    for table in (TABLES[name] for name in tables if name in TABLES):
        for column in core_columns(table):
            found.setdefault(column.name, set()).add(column.meaning)
    declared = {name: next(iter(told)) for name, told in found.items() if len(told) == 1}
    return declared | {need.name: need.meaning for use in uses for need in ESTIMATORS[use.name].needs}


def _described(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, str]:
    try:
        return {str(row[0]): str(row[1]) for row in connection.execute(f"DESCRIBE {sql}").fetchall()}
    except duckdb.Error:
        return {}
