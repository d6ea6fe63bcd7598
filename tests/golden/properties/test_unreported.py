"""Unreported is not zero: a value that is taken away is missing, and never pulls a figure towards zero."""

from __future__ import annotations

import dataclasses

import polars as pl

from reportmetrics.metrics.catalogue import Catalogue
from reportmetrics.metrics.metric import Metric
from reportmetrics.metrics.run import compute, compute_metric
from reportmetrics.sample import truths
from tests.golden.properties.spoiled import SpoiledEngine

LOST = "hash(row_key) % 3 = 0"
NUMBERS = ("value", "lower", "upper")
ON = ["metric", "dims", "statistic", "label"]
COUNT_READINGS = frozenset({"outcome.verified"})
"""Metrics of the readings themselves, blank ones included: they ask whether somebody looked, not what he saw."""


def outcome_metrics(catalogue: Catalogue) -> list[str]:
    return [m.id for m in catalogue.metrics.values() if m.definition.level in ("outcome", "impact")]


def test_an_outcome_value_that_is_blanked_counts_as_one_that_was_never_read(
    engine: SpoiledEngine, catalogue: Catalogue
) -> None:
    """All figures are those of the readings that are left: as if the blanked ones had not come."""
    names = [n for n in outcome_metrics(catalogue) if n not in COUNT_READINGS]
    blanked = f"SELECT * REPLACE (CASE WHEN NOT ({LOST}) THEN value END AS value) FROM whole_observation"
    removed = f"SELECT * FROM whole_observation WHERE NOT ({LOST})"
    with engine.spoiling({"observation": blanked}):
        a = compute(catalogue, engine, as_of=truths.AS_OF, select=names).figures
    with engine.spoiling({"observation": removed}):
        b = compute(catalogue, engine, as_of=truths.AS_OF, select=names).figures
    both = a.join(b, on=ON, how="full", coalesce=True, suffix="_removed")
    for column in NUMBERS:
        differs = both.filter(pl.col(column).ne_missing(pl.col(f"{column}_removed")))
        assert differs.is_empty(), (column, differs.select(*ON, column, f"{column}_removed").rows()[:5])
    assert int(a["n_missing"].sum()) >= int(b["n_missing"].sum())


def test_a_blanked_value_moves_n_missing(engine: SpoiledEngine, catalogue: Catalogue) -> None:
    whole = compute(catalogue, engine, as_of=truths.AS_OF, select=["outcome.indicator_progress"]).figures
    blanked = "SELECT * REPLACE (NULL::DOUBLE AS value) FROM whole_observation"
    with engine.spoiling({"observation": blanked}):
        none = compute(catalogue, engine, as_of=truths.AS_OF, select=["outcome.indicator_progress"]).figures
    progress = none.filter(pl.col("statistic") == "progress")
    assert progress.height == whole.filter(pl.col("statistic") == "progress").height
    assert progress["value"].null_count() == progress.height
    assert progress["reason"].null_count() == 0
    assert int(none["n_missing"].sum()) > int(whole["n_missing"].sum())


def test_every_sum_share_rate_and_mean_leaves_out_what_is_not_known(
    engine: SpoiledEngine, catalogue: Catalogue
) -> None:
    """A third of the values of each metric's rows blanked: the figure is that of the rest, and the rest is counted."""
    tried = set()
    for metric in catalogue.metrics.values():
        d = metric.definition
        uses = {u.name for u in d.estimators} & {"sum", "mean", "quantile"}
        if "value" not in d.select.columns or not uses:
            continue
        rows = f"({metric.rows_sql}) AS every_row"
        value = f"CASE WHEN NOT ({LOST}) THEN value END"
        blanked = figures_of(engine, metric, f"SELECT * REPLACE ({value} AS value) FROM {rows}")
        rest = figures_of(engine, metric, f"SELECT * FROM {rows} WHERE NOT ({LOST})")
        if any(u.params.get("null_means") == "infinite" for u in d.estimators):
            continue  # what was never read is longer than any by definition, as an open wait is
        both = blanked.join(rest, on=ON, how="inner", suffix="_rest").filter(
            pl.col("statistic").is_in(["sum", "mean", "median"]) & pl.col("value").is_not_null()
        )
        tolerance = pl.col("value_rest").abs() * 1e-9 + 1e-9
        off = both.filter((pl.col("value") - pl.col("value_rest")).abs() > tolerance)
        assert off.is_empty(), (d.id, off.select(*ON, "value", "value_rest").rows()[:3])
        assert int(blanked["n_missing"].sum()) > int(rest["n_missing"].sum()), d.id
        tried.add(d.id)
    assert len(tried) >= 15


def figures_of(engine: SpoiledEngine, metric: Metric, rows: str) -> pl.DataFrame:
    """Headline figures of a metric over other rows, small groups shown: what is asked is how they are added."""
    headline = dataclasses.replace(metric.definition, also_by=(), listings=(), people=None)
    over = dataclasses.replace(metric.with_rows(rows), frame_query=None, definition=headline)
    return compute_metric(over, engine, as_of=truths.AS_OF).figures


def test_a_week_that_nobody_reported_is_null_and_one_reported_empty_is_zero(
    engine: SpoiledEngine, catalogue: Catalogue
) -> None:
    """A week in which one objective alone has nothing to tell, and the same week without any report or activity."""
    week = "2021-06-07"
    of_week = f"date_trunc('week', coalesce(occurred_on, planned_on)) = DATE '{week}'"
    kept = f"SELECT * FROM whole_activity WHERE NOT coalesce({of_week}, FALSE)"
    quiet = {"activity": f"{kept} OR objective_id <> 'LO-03'"}
    overlaps = f"period_start <= DATE '{week}' + 6 AND period_end >= DATE '{week}'"
    silent = {"activity": kept, "report": f"SELECT * FROM whole_report WHERE NOT coalesce({overlaps}, FALSE)"}
    names = [m.id for m in catalogue.metrics.values() if m.definition.frame == "week_frame"]
    assert names
    here = pl.col("dims").str.contains(f'"week":"{week}"') & pl.col("dims").str.contains('"objective_id":"LO-03"')
    for spoil, value, reason in ((quiet, 0.0, None), (silent, None, "not reported")):
        with engine.spoiling(spoil):
            figures = compute(catalogue, engine, as_of=truths.AS_OF, select=names).figures
        for name in names:
            found = figures.filter((pl.col("metric") == name) & here & (pl.col("statistic") == "sum"))
            assert found.height == 1, (name, found["dims"].to_list())
            assert (found["value"][0], found["reason"][0]) == (value, reason), name
            assert found["n_missing"][0] == (0 if reason is None else 1)
