"""The censoring gate: nobody who still waits is left out, and whoever waits grows older as the clock goes on.

For every metric of waits: each row of its population exactly once; an open row has no event; and when the date and the
sources' last extracts move by seven days, an open row is seven days older (for working days, the working days between),
and nothing else changes.
"""

from __future__ import annotations

import polars as pl
import pytest

from reportmetrics.metrics.catalogue import Catalogue, Metric
from reportmetrics.metrics.estimators import ESTIMATORS
from tests.golden.properties.spoiled import SpoiledEngine

REQUESTS = "SELECT row_key FROM request"
OPEN_REQUESTS = f"{REQUESTS} WHERE decided_at IS NULL AND withdrawn_at IS NULL"
POPULATION = {
    "activity.movement_granted": f"{REQUESTS} WHERE request_type = 'movement'",
    "burden.lateness": None,
    "latency.by_group": REQUESTS,
    "latency.cohort": REQUESTS,
    "latency.earliest_decision": REQUESTS,
    "latency.expectation_debt": REQUESTS,
    "latency.open_backlog": OPEN_REQUESTS,
    "latency.open_for_objective": OPEN_REQUESTS,
    "latency.open_promises": f"{OPEN_REQUESTS} AND promised_to IS NOT NULL",
    "latency.outcome_incidence": REQUESTS,
    "latency.reciprocity": REQUESTS,
    "latency.time_to_acknowledgement": REQUESTS,
    "latency.time_to_decision": REQUESTS,
    "latency.withdrawn_kept": REQUESTS,
    "latency.working_days": REQUESTS,
    "rotation.relationship": None,
    "rotation.vacancy": None,
}
"""Whose waits a metric is of, as keys; None where these are made by a view (due reports, vacancies, relationships)."""

ONLY_OPEN = ("latency.open_backlog", "latency.open_for_objective", "latency.open_promises")
SPELLS = {"duration"}
WEEK = 7 * 86_400
UNITS = {"rotation.vacancy": 7, "rotation.relationship": 0}
"""What a week adds to an open duration where it is not in seconds. A relationship lasts until the two last met."""

AGED = {
    "as_of": "SELECT * REPLACE (as_of + 7 AS as_of, as_of_at + INTERVAL 7 DAY AS as_of_at) FROM whole_as_of",
    "ledger": "SELECT * REPLACE (known_from + INTERVAL 7 DAY AS known_from, arrived_at + INTERVAL 7 DAY AS arrived_at) "
    "FROM whole_ledger",
}


def spells(engine: SpoiledEngine, metric: Metric) -> pl.DataFrame:
    """Rows of a metric of waits with ``event``; what is asked of the field, not waited for, left out."""
    rows = engine.frame(metric.rows_sql)
    if "asked" in rows.columns:
        rows = rows.filter(~pl.col("asked"))
    if metric.id == "latency.outcome_incidence":
        rows = rows.with_columns(event=pl.col("cause").is_not_null() & (pl.col("cause") != "withdrawn"))
    if metric.id in ONLY_OPEN:
        rows = rows.with_columns(event=pl.lit(False))
    return rows


def test_every_metric_of_waits_is_tested(catalogue: Catalogue) -> None:
    waits = {
        m.id
        for m in catalogue.metrics.values()
        for use in m.definition.estimators
        if {n.name for n in ESTIMATORS[use.name].needs} >= SPELLS
    }
    assert waits == set(POPULATION)


@pytest.mark.parametrize("name", sorted(POPULATION))
def test_each_row_of_the_population_exactly_once_and_no_open_one_has_an_event(
    engine: SpoiledEngine, catalogue: Catalogue, name: str
) -> None:
    metric = catalogue.metrics[name]
    rows = spells(engine, metric)
    keys = ["row_key", "calendar"] if "calendar" in rows.columns else ["row_key"]
    assert rows.height > 0
    assert rows.select(keys).is_duplicated().sum() == 0
    population = POPULATION[name]
    if population is not None:
        assert set(rows["row_key"]) == set(engine.frame(population)["row_key"])
        waiting = set(engine.frame(OPEN_REQUESTS)["row_key"])
        still = rows.filter(pl.col("row_key").is_in(list(waiting)))
        acknowledged = "acknowledge" in name
        assert still.filter("event").height == 0 or acknowledged
    assert rows.filter(pl.col("duration").is_null()).height == 0
    if "late" not in name:
        assert rows["duration"].min() >= 0


@pytest.mark.parametrize("name", sorted(set(POPULATION) - {"latency.working_days"}))
def test_an_open_row_ages_by_a_week_and_an_ended_one_does_not(
    engine: SpoiledEngine, catalogue: Catalogue, name: str
) -> None:
    metric = catalogue.metrics[name]
    before = spells(engine, metric)
    with engine.spoiling(AGED):
        after = spells(engine, metric)
    on = ["row_key", "event"]
    both = before.select(*on, "duration").join(
        after.select(*on, pl.col("duration").alias("later")), on="row_key", how="left", suffix="_later"
    )
    grown = both.with_columns(by=pl.col("later") - pl.col("duration"))
    if name == "rotation.relationship":  # silence of 91 days ends one, so that some end in this week
        assert grown.filter(pl.col("event") & ~pl.col("event_later")).is_empty()
        assert grown["by"].to_list() == [0] * grown.height
        return
    assert grown["event"].equals(grown["event_later"].rename("event"), null_equal=True)
    ended = grown.filter("event")
    assert ended["by"].to_list() == [0] * ended.height
    withdrawn = set(engine.frame("SELECT row_key FROM request WHERE withdrawn_at IS NOT NULL")["row_key"])
    waiting = grown.filter(~pl.col("event") & ~pl.col("row_key").is_in(list(withdrawn)))
    assert set(waiting["by"]) <= {UNITS.get(name, WEEK)}
    # Every movement of the reference mission is decided within days: none waits.
    assert waiting.height > 0 or name == "activity.movement_granted"
    gone = grown.filter(~pl.col("event") & pl.col("row_key").is_in(list(withdrawn)))
    expected = WEEK if name == "latency.withdrawn_kept" else 0
    assert set(gone["by"]) <= {expected}


def test_working_days_grow_by_the_working_days_of_the_week(engine: SpoiledEngine, catalogue: Catalogue) -> None:
    metric = catalogue.metrics["latency.working_days"]
    before = spells(engine, metric)
    with engine.spoiling(AGED):
        after = spells(engine, metric)
    on = ["row_key", "calendar"]
    both = before.join(after.select(*on, pl.col("duration").alias("later"), pl.col("event").alias("now")), on=on)
    assert both.height == before.height
    assert both["event"].equals(both["now"].rename("event"))
    ended = both.filter("event")
    assert (ended["later"] - ended["duration"]).abs().max() == 0
    opened = set(engine.frame(OPEN_REQUESTS)["row_key"])
    grown = both.filter(pl.col("row_key").is_in(list(opened))).with_columns(by=pl.col("later") - pl.col("duration"))
    added = {c: set(rows["by"]) for (c,), rows in grown.group_by("calendar")}
    assert set(added) == {"mission", "headquarters", "both"}
    for calendar, days in added.items():
        assert max(days) <= 5, calendar
        assert min(days) >= 0, calendar
    assert max(added["mission"]) > 0


def test_the_answered_only_figure_exists_once_and_says_that_it_is_biased(catalogue: Catalogue) -> None:
    """Every other metric that reads the wait of decided requests alone would have to be named here."""
    metric = catalogue.metrics["latency.answered_only"]
    assert any("biased" in c for c in metric.definition.caveats)
