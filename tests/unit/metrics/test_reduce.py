"""One query for all groupings and estimators gives what a query for each would give."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.metrics.catalogue import Catalogue, load_catalogue
from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.metrics.reduce import DIGITS, reduce_query, reduced
from reportmetrics.settings import sql_folder
from tests.sql.tiny_snapshot import build

AS_OF = dt.date(2022, 1, 31)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(sql_folder())


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    kinds, objectives = ["meeting", "call"], ["LO-01", "LO-02", "LO-03"]
    activity = [
        {
            "objective_id": objectives[i % 3],
            "kind": kinds[i % 2],
            "status": "held",
            "occurred_on": AS_OF - dt.timedelta(days=1 + i % 40),
            "hours": 0.1 * i if i % 7 else None,
            "counterpart_id": f"c{i % 5}" if i % 4 else None,
            "counterpart_type": [None, "NGO", "government"][i % 3],
        }
        for i in range(60)
    ]
    folder = build(tmp_path_factory.mktemp("r") / "s", {"activity": activity}, as_of=AS_OF)
    with DuckDBEngine(folder) as opened:
        yield opened


def one_by_one(metric, engine, part) -> pl.DataFrame:
    """The plain way: a GROUP BY for one grouping of one estimator."""
    use = next(u for u in metric.definition.estimators if u.name == part.estimator)
    aggregates = ESTIMATORS[use.name].reduction(metric.definition.select.columns, use.params).aggregates
    keys = [f'"{k}"' for k in part.keys]
    what = ", ".join([*keys, *(f'{sql} AS "{alias}"' for alias, sql in aggregates.items())])
    by = f" GROUP BY {', '.join(keys)}" if keys else ""
    frame = engine.frame(f"SELECT {what} FROM ({metric.rows_sql}) AS rows{by}")
    doubles = [c for c, t in frame.schema.items() if t == pl.Float64]
    frame = frame.with_columns(pl.col(c).round_sig_figs(DIGITS) for c in doubles)
    return frame.sort(part.keys) if part.keys else frame


@pytest.mark.parametrize("metric_id", ["activity.counterpart_breadth", "activity.held", "activity.contact_hours"])
def test_each_part_is_what_a_query_of_its_own_gives(catalogue: Catalogue, engine, metric_id: str) -> None:
    metric = catalogue.metrics[metric_id]
    found = list(reduced(metric, engine, f"({metric.rows_sql}) AS rows"))
    wanted = [(u.name, tuple(g)) for u in metric.definition.estimators for g in metric.definition.groupings]
    assert [(part.estimator, part.grouping) for part, _ in found] == wanted
    for part, table in found:
        assert table.height > 0
        assert_frame_equal(table, one_by_one(metric, engine, part))


def test_a_set_of_keys_is_told_by_its_number_whatever_its_order(catalogue: Catalogue) -> None:
    query = reduce_query(catalogue.metrics["activity.counterpart_breadth"], "rows")
    numbers = {frozenset(part.keys): query.number(part.keys) for part in query.parts}
    assert len(set(numbers.values())) == len(numbers)
    assert query.number(query.keys) == 0
    assert query.number(()) == 2 ** len(query.keys) - 1
    assert query.number(query.keys[::-1]) == 0
    assert query.sql.count("GROUPING SETS") == 1


def test_no_rows_give_no_group_at_all(catalogue: Catalogue, tmp_path: Path) -> None:
    metric = catalogue.metrics["activity.held"]
    with DuckDBEngine(build(tmp_path / "s", {}, as_of=AS_OF)) as empty:
        assert all(table.is_empty() for _, table in reduced(metric, empty, f"({metric.rows_sql}) AS rows"))
