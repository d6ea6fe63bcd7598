"""Computing: groupings, dims, rounding, listings, the rows behind a figure."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.metrics.catalogue import Catalogue, load_catalogue
from reportmetrics.metrics.results import FIGURE_SCHEMA, LISTING_SCHEMA, SERIES_SCHEMA, Results
from reportmetrics.metrics.run import ComputeError, compute, metric_rows
from reportmetrics.settings import sql_folder
from tests.sql.tiny_snapshot import build

AS_OF = dt.date(2022, 1, 31)
START = dt.datetime(2021, 6, 1)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(sql_folder())


def requests(n: int = 60) -> list[dict[str, object]]:
    chance = random.Random(7)
    rows: list[dict[str, object]] = []
    for i in range(n):
        raised = START + dt.timedelta(hours=chance.randrange(5000))
        decided = raised + dt.timedelta(hours=chance.randrange(3000))
        rows.append(
            {
                "row_key": f"k{i}",
                "request_id": f"r{i}",
                "hq": chance.choice(["A", "B"]),
                "priority": chance.choice([None, "high"]),
                "raised_at": raised,
                "decided_at": decided if decided.date() < AS_OF else None,
            }
        )
    return rows


def test_an_empty_snapshot_gives_empty_results_of_the_right_shape(catalogue: Catalogue, tmp_path: Path) -> None:
    with DuckDBEngine(build(tmp_path / "s", {}, as_of=AS_OF)) as engine:
        results = compute(catalogue, engine, as_of=AS_OF)
    assert results.figures.is_empty()
    assert dict(results.figures.schema) == FIGURE_SCHEMA
    assert dict(results.series.schema) == SERIES_SCHEMA
    assert dict(results.listings.schema) == LISTING_SCHEMA


def test_each_grouping_is_complete_and_nulls_are_a_group(catalogue: Catalogue, tmp_path: Path) -> None:
    with DuckDBEngine(build(tmp_path / "s", {"request": requests()}, as_of=AS_OF)) as engine:
        results = compute(catalogue, engine, as_of=AS_OF, select=["latency.time_to_decision"])
    events = results.figures.filter(pl.col("statistic") == "events")
    by_hq = events.filter(~pl.col("dims").str.contains("priority|request_type"))
    by_priority = events.filter(pl.col("dims").str.contains("priority"))
    assert by_hq.height == 2
    assert by_priority.height == 4
    assert by_priority["dims"].str.contains('"priority":null').sum() == 2
    assert by_hq["value"].sum() == by_priority["value"].sum()
    assert by_hq["n"].sum() == 60


def test_the_order_of_rows_in_the_snapshot_moves_nothing(catalogue: Catalogue, tmp_path: Path) -> None:
    rows = requests()
    found = []
    for name, given in (("a", rows), ("b", rows[::-1])):
        with DuckDBEngine(build(tmp_path / name, {"request": given}, as_of=AS_OF)) as engine:
            found.append(compute(catalogue, engine, as_of=AS_OF))
    assert_frame_equal(found[0].figures, found[1].figures, check_exact=True)
    assert_frame_equal(found[0].series, found[1].series, check_exact=True)
    assert_frame_equal(found[0].listings, found[1].listings, check_exact=True)


def test_an_open_request_ages_by_a_week_in_a_week(catalogue: Catalogue, tmp_path: Path) -> None:
    later = AS_OF + dt.timedelta(days=7)
    ages = []
    for as_of in (AS_OF, later):
        with DuckDBEngine(build(tmp_path / str(as_of), {"request": requests()}, as_of=as_of)) as engine:
            rows = metric_rows(catalogue, "latency.time_to_decision", engine)
            assert rows["row_key"].is_unique().all()
            assert rows.height == 60
            ages.append(rows.filter(~pl.col("event")).select("row_key", "duration"))
    joined = ages[0].join(ages[1], on="row_key", validate="1:1")
    assert joined.height > 5
    assert (joined["duration_right"] - joined["duration"] == 7 * 86400).all()


def test_the_oldest_are_at_most_ten_for_each_headquarters(catalogue: Catalogue, tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{**r, "decided_at": None, "hq": "A"} for r in requests(30)]
    with DuckDBEngine(build(tmp_path / "s", {"request": rows}, as_of=AS_OF)) as engine:
        results = compute(catalogue, engine, as_of=AS_OF, select=["latency.open_backlog"])
    oldest = sorted(rows, key=lambda r: (r["raised_at"], r["row_key"]))[:10]
    assert results.listings["row_key"].to_list() == [r["row_key"] for r in oldest]
    assert results.listings["rank"].to_list() == list(range(1, 11))
    assert not results.listings["cells"].str.contains("raised_by").any()


def test_sums_do_not_depend_on_the_last_digits(catalogue: Catalogue, tmp_path: Path) -> None:
    """0.1 + 0.2 + 0.3 differs from 0.3 + 0.2 + 0.1 in the last bit; the figure does not."""
    template = [{"template_id": f"t{m}", "minutes_central": m} for m in (0.1, 0.2, 0.3)]
    totals = set()
    for name, order in (("a", (0.1, 0.2, 0.3)), ("b", (0.3, 0.2, 0.1))):
        report = [
            {"row_key": f"{i}", "report_id": f"{m}", "template_id": f"t{m}", "revision": 0, "period_end": AS_OF}
            for i, m in enumerate(order)
        ]
        with DuckDBEngine(build(tmp_path / name, {"template": template, "report": report}, as_of=AS_OF)) as engine:
            figures = compute(catalogue, engine, as_of=AS_OF, select=["burden.hours"]).figures
        totals |= set(figures.filter(pl.col("dims") == "{}")["value"])
    assert totals == {0.6 / 60}


def test_unknown_metrics_are_named(catalogue: Catalogue, tmp_path: Path) -> None:
    with DuckDBEngine(build(tmp_path / "s", {}, as_of=AS_OF)) as engine:
        with pytest.raises(ComputeError, match=r"no metric a\.b; there are: activity\."):
            compute(catalogue, engine, as_of=AS_OF, select=["a.b"])
        with pytest.raises(ComputeError, match=r"no metric a\.b"):
            metric_rows(catalogue, "a.b", engine)


def test_rows_that_an_estimator_refuses_are_told_with_metric_and_group(catalogue: Catalogue, tmp_path: Path) -> None:
    tally = {"template_id": "t", "unit_id": "u", "period_end": AS_OF, "expected": -1, "received": 0, "on_time": 0}
    right = catalogue.metrics["burden.timeliness"]
    wrong = right.with_rows(right.rows_sql.replace("on_time AS numerator", "1 AS numerator"))
    spoiled = Catalogue({"burden.timeliness": wrong}, catalogue.derived)
    told = r'burden\.timeliness, group \{"template_id":"t"\}: 1 rows have'
    folder = build(tmp_path / "s", {"report_tally": [tally]}, as_of=AS_OF)
    with DuckDBEngine(folder) as engine, pytest.raises(ComputeError, match=told):
        compute(spoiled, engine, as_of=AS_OF)


def test_views_that_several_metrics_share_are_held_and_change_nothing(catalogue: Catalogue, tmp_path: Path) -> None:
    """Each metric alone, where nothing is shared, gives what all together give."""
    folder = build(tmp_path / "s", {"request": requests()}, as_of=AS_OF)
    wanted = ["latency.time_to_decision", "latency.open_backlog", "latency.answered_only", "latency.working_days"]
    assert "request_wait" in catalogue.shared_views(wanted)
    assert catalogue.shared_views(wanted[:1]) == {}
    with DuckDBEngine(folder) as engine:
        together = compute(catalogue, engine, as_of=AS_OF, select=wanted)
        alone = Results.concat([compute(catalogue, engine, as_of=AS_OF, select=[m]) for m in sorted(wanted)])
    order = ["metric", "dims", "statistic", "label"]
    assert together.figures.sort(order).equals(alone.figures.sort(order))
    assert together.figures.height > 10
