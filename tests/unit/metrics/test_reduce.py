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


def test_rows_that_nothing_adds_up_come_as_they_are_and_in_order(catalogue: Catalogue, tmp_path: Path) -> None:
    reports = [
        {"report_id": f"{u}{n}", "template_id": t, "unit_id": u, "revision": 0, "period_start": dt.date(2022, 1, 1 + n),
         "period_end": dt.date(2022, 1, 1 + n), "submitted_at": dt.datetime(2022, 1, 20), "prep_minutes": 30}
        for t, u in (("t", "v"), ("s", "u")) for n in (2, 0, 1)
    ]  # fmt: skip
    fields = [{"report_id": r["report_id"], "field_id": "x", "value_number": i} for i, r in enumerate(reports)]
    form = [{"template_id": t, "field_id": "x", "kind": "state", "minutes": 5} for t in ("t", "s")]
    metric = catalogue.metrics["burden.cadence_replay"]
    given = {"report": reports, "report_field": fields, "field": form}
    with DuckDBEngine(build(tmp_path / "s", given, as_of=AS_OF)) as opened:
        found = {part.grouping: table for part, table in reduced(metric, opened, f"({metric.rows_sql}) AS rows")}
    by_form = found["template_id",]
    assert by_form["template_id"].cast(pl.String).to_list() == ["s"] * 3 + ["t"] * 3
    assert by_form["value"].to_list() == [4.0, 5.0, 3.0, 1.0, 2.0, 0.0]
    assert by_form["minutes"].to_list() == [30.0] * 6
    assert {table.height for table in found.values()} == {6}
    assert set(found) == {tuple(g) for g in metric.definition.groupings}


def test_rows_are_held_only_where_reading_them_again_costs_more(catalogue: Catalogue) -> None:
    novelty, facts = catalogue.metrics["burden.field_novelty"], catalogue.metrics["burden.facts_per_hour"]
    assert novelty.is_plain({"field_answer"})
    assert not novelty.is_plain(())  # its view would be worked out twice
    assert not facts.is_plain({"field_answer"})  # it joins
    narrow = novelty.narrowed("SELECT every")
    assert '"row_key"' not in narrow
    for column in ("numerator", "denominator", "cluster", "reporter_id", "objective_id"):
        assert f'"{column}"' in narrow
    assert '"row_key"' in catalogue.metrics["latency.open_backlog"].narrowed("SELECT every")  # its list names rows
