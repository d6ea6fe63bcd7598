"""What a metric may not read does not move it: other levels' rows and columns emptied, or made nonsense of.

The checker says this of the text of each metric; here the same is seen on data, for every metric, so that a checker
that were fooled would not go unnoticed.
"""

from __future__ import annotations

from collections import defaultdict

import polars as pl
import pytest

from reportmetrics.metrics.catalogue import Catalogue
from reportmetrics.metrics.levels import matrix
from reportmetrics.metrics.results import Results
from reportmetrics.metrics.run import compute
from reportmetrics.sample import truths
from reportmetrics.warehouse.shape import Table
from reportmetrics.warehouse.tables import TABLES
from tests.golden.properties.spoiled import SpoiledEngine

NEUTRAL = ("neutral",)


def nonsense(column: str, kind: str) -> str:
    """Another value of the same type for every row, and one where there was none."""
    if kind in ("BIGINT", "DOUBLE", "INTEGER"):
        return f"coalesce({column} * 3, 0) + 7"
    if kind == "BOOLEAN":
        return f"NOT coalesce({column}, FALSE)"
    if kind in ("DATE", "TIMESTAMP"):
        return f"coalesce({column}, DATE '2021-06-01')::{kind} - INTERVAL 40 DAY"
    return f"'nonsense' || coalesce({column}, '')"


def emptied(table: Table, allowed: frozenset[str], columns: dict[str, str]) -> str | None:
    """A table without the rows and column values that may not be read; None where all of it may."""
    source = f"FROM whole_{table.name}"
    if table.level == matrix.ANY_LEVEL and matrix.ANY_LEVEL not in allowed:
        return f"SELECT * {source} WHERE {_row_level(table)} IN ({_texts(allowed)})"
    if table.level not in (*allowed, *NEUTRAL, matrix.ANY_LEVEL):
        return f"SELECT * {source} WHERE FALSE"
    blank = [f"NULL::{columns[c.name]} AS {c.name}" for c in _forbidden(table, allowed)]
    return f"SELECT * REPLACE ({', '.join(blank)}) {source}" if blank else None


def spoiled(table: Table, allowed: frozenset[str], columns: dict[str, str]) -> str | None:
    """The same with nonsense: half of the rows gone, the rest twice, numbers and days moved."""
    source = f"FROM whole_{table.name}"
    if table.level == matrix.ANY_LEVEL and matrix.ANY_LEVEL not in allowed:
        moved = ", ".join(f"{nonsense(c, columns[c])} AS {c}" for c in ("value", "value_number") if c in columns)
        own = f"{_row_level(table)} IN ({_texts(allowed)})"
        other = f"SELECT * REPLACE ({moved}) {source} WHERE NOT coalesce({own}, FALSE)"
        return f"SELECT * {source} WHERE {own} UNION ALL {other}"
    if table.level not in (*allowed, *NEUTRAL, matrix.ANY_LEVEL):
        own_columns = [c.name for c in table.columns if c.name not in table.key]
        moved = [f"{nonsense(c, columns[c])} AS {c}" for c in own_columns]
        half = f"{source} WHERE hash({next(iter(table.key))}) % 2 = 0"
        again = f"SELECT * REPLACE ({', '.join(moved)}) {half}" if moved else f"SELECT * {half}"
        if "row_key" in columns:
            twin = f"SELECT * REPLACE ({', '.join(['md5(row_key) AS row_key', *moved])}) {half}"
            return f"{again} UNION ALL {twin}"
        return again
    changed = [f"{nonsense(c.name, columns[c.name])} AS {c.name}" for c in _forbidden(table, allowed)]
    return f"SELECT * REPLACE ({', '.join(changed)}) {source}" if changed else None


def _forbidden(table: Table, allowed: frozenset[str]) -> list:
    return [c for c in table.columns if c.level not in (*allowed, *NEUTRAL, table.level) and c.name not in table.key]


def _row_level(table: Table) -> str:
    if table.name == "observation":
        return "level"
    return (
        "(SELECT max(f.level) FROM whole_field AS f INNER JOIN whole_report AS r ON f.template_id = r.template_id "
        f"WHERE f.field_id = whole_{table.name}.field_id AND r.report_id = whole_{table.name}.report_id)"
    )


def _texts(levels: frozenset[str]) -> str:
    return ", ".join(f"'{level}'" for level in sorted({*levels, *NEUTRAL}))


def by_permission(catalogue: Catalogue) -> dict[frozenset[str], list[str]]:
    groups = defaultdict(list)
    for metric in catalogue.metrics.values():
        d = metric.definition
        groups[matrix.permitted(d.level, d.reads)].append(d.id)
    return dict(groups)


@pytest.mark.parametrize("spoil", [emptied, spoiled])
def test_no_metric_moves_with_what_it_may_not_read(
    engine: SpoiledEngine, catalogue: Catalogue, whole: Results, spoil
) -> None:
    tried = 0
    for allowed, names in by_permission(catalogue).items():
        selects = {}
        for table in (t for t in TABLES.values() if t.name in engine.tables):
            sql = spoil(table, allowed, engine.columns(table.name))
            if sql is not None:
                selects[table.name] = sql
        if not selects:
            continue
        with engine.spoiling(selects):
            after = compute(catalogue, engine, as_of=truths.AS_OF, select=names)
        for part in ("figures", "series", "listings"):
            b = getattr(after, part)
            a = getattr(whole, part).filter(pl.col("metric").is_in(names))
            moved = sorted({*a.join(b, on=a.columns, how="anti", nulls_equal=True)["metric"]}) if a.height else []
            assert moved == [], (part, sorted(allowed), sorted(selects))
            assert a.height == b.height, (part, names)
        tried += len(names)
    assert tried >= 60


def test_nonsense_in_what_is_read_does_move_figures(
    engine: SpoiledEngine, catalogue: Catalogue, whole: Results
) -> None:
    """The means of the test above are strong enough: the same nonsense in readable tables moves nearly every metric."""
    selects = {}
    for table in (t for t in TABLES.values() if t.name in engine.tables and t.level not in NEUTRAL):
        sql = spoiled(table, frozenset({"nothing"}), engine.columns(table.name))
        if sql is not None and table.name not in ("ledger",):
            selects[table.name] = sql
    with engine.spoiling(selects):
        after = compute(catalogue, engine, as_of=truths.AS_OF)
    on = ["metric", "dims", "statistic", "label", "value", "n"]
    moved = set(whole.figures.join(after.figures, on=on, how="anti", nulls_equal=True)["metric"])
    assert len(moved) > 0.9 * len(catalogue.metrics), sorted(set(catalogue.metrics) - moved)
