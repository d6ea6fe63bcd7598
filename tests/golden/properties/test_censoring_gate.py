"""The censoring gate: nobody who still waits is left out, and whoever waits grows older as the clock goes on.

For every metric of waits: each row of its population exactly once; an open row has no event; and when the date and the
sources' last extracts move by seven days, an open row is seven days older (for working days, the working days between),
and nothing else changes.
"""

from __future__ import annotations

import polars as pl
import pytest

from reportmetrics.metrics.catalogue import Catalogue
from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.metrics.metric import Metric
from tests.golden.properties.spoiled import SpoiledEngine

REQUESTS = "SELECT row_key FROM request"
OPEN_REQUESTS = f"{REQUESTS} WHERE decided_at IS NULL AND withdrawn_at IS NULL"
POPULATION = {
    "activity.movement_granted": f"{REQUESTS} WHERE request_type = 'movement'",
    "burden.lateness": None,
    "burden.return_days": None,
    "burden.return_mended_days": None,
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
"""Whose waits a metric is of, as keys; None where a view makes them (reports due or answered, refused rows, posts)."""

ONLY_OPEN = ("latency.open_backlog", "latency.open_for_objective", "latency.open_promises")
SPELLS = {"duration"}
WEEK = 7 * 86_400
UNITS = {"rotation.vacancy": 7, "rotation.relationship": 0}
"""What a week adds to an open duration where it is not in seconds. A relationship lasts until the two last met."""

STAY_AT_RISK = ("latency.withdrawn_kept",)
"""Metrics in which a withdrawn request goes on waiting, to bound the effect of withdrawals."""

AGED = {
    "as_of": "SELECT * REPLACE (as_of + 7 AS as_of, as_of_at + INTERVAL 7 DAY AS as_of_at) FROM whole_as_of",
    "ledger": "SELECT * REPLACE (known_from + INTERVAL 7 DAY AS known_from, arrived_at + INTERVAL 7 DAY AS arrived_at) "
    "FROM whole_ledger",
}

FROM_DELIVERY = ("burden.return_mended_days",)
"""Metrics whose waits begin with a delivery: only the date moves, or what they wait since would move with it."""


def spells(engine: SpoiledEngine, metric: Metric) -> pl.DataFrame:
    """Rows of a metric of waits with ``event``; what is asked of the field, not waited for, left out."""
    rows = engine.frame(metric.rows_sql)
    if "asked" in rows.columns:
        rows = rows.filter(~pl.col("asked"))
    if metric.id in FROM_DELIVERY:  # the lines of senders wait for nothing; a refused row's key opens with its delivery
        rows = rows.filter(pl.col("row_key").str.contains("|", literal=True))
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


def population_problems(engine: SpoiledEngine, rows: pl.DataFrame, population: str | None, name: str) -> list[str]:
    """What is wrong with whom a metric of waits counts."""
    keys = ["row_key", "calendar"] if "calendar" in rows.columns else ["row_key"]
    found = []
    if rows.select(keys).is_duplicated().any():
        found.append("a row stands twice")
    if population is not None:
        wanted = set(engine.frame(population)["row_key"])
        if set(rows["row_key"]) != wanted:
            found.append(f"{len(wanted - set(rows['row_key']))} of the population are left out")
        waiting = engine.frame(OPEN_REQUESTS)["row_key"]
        still = rows.filter(pl.col("row_key").is_in(waiting.implode()))
        # A first reply may have come to what is still undecided.
        if still.filter("event").height and "acknowledge" not in name:
            found.append("an open row has an event")
    if rows["duration"].null_count():
        found.append("a row has no duration")
    return found


def ageing_problems(engine: SpoiledEngine, before: pl.DataFrame, after: pl.DataFrame, name: str) -> list[str]:
    """What is wrong with how rows age in a week in which nothing happens."""
    later = after.select("row_key", pl.col("duration").alias("later"), pl.col("event").alias("event_later"))
    grown = before.join(later, on="row_key", how="left").with_columns(by=pl.col("later") - pl.col("duration"))
    if name == "rotation.relationship":  # silence of 91 days ends one, so that some end in this week
        fine = grown.filter(pl.col("event") & ~pl.col("event_later")).is_empty() and set(grown["by"]) <= {0}
        return [] if fine else ["a relationship came back, or changed its length"]
    found = []
    if not grown["event"].equals(grown["event_later"].rename("event"), null_equal=True):
        found.append("an event came or went")
    if not set(grown.filter("event")["by"]) <= {0}:
        found.append("an ended row ages")
    withdrawn = engine.frame("SELECT row_key FROM request WHERE withdrawn_at IS NOT NULL")["row_key"]
    is_withdrawn = pl.col("row_key").is_in(withdrawn.implode())
    if not set(grown.filter(~pl.col("event") & ~is_withdrawn)["by"]) <= {UNITS.get(name, WEEK)}:
        found.append("an open row does not age by a week")
    if not set(grown.filter(~pl.col("event") & is_withdrawn)["by"]) <= {WEEK if name in STAY_AT_RISK else 0}:
        found.append("a withdrawn row ages otherwise than it is said to")
    return found


@pytest.mark.parametrize("name", sorted(POPULATION))
def test_each_row_of_the_population_exactly_once_and_no_open_one_has_an_event(
    engine: SpoiledEngine, catalogue: Catalogue, name: str
) -> None:
    rows = spells(engine, catalogue.metrics[name])
    assert rows.height > 0
    assert population_problems(engine, rows, POPULATION[name], name) == []


@pytest.mark.parametrize("name", sorted(set(POPULATION) - {"latency.working_days"}))
def test_an_open_row_ages_by_a_week_and_an_ended_one_does_not(
    engine: SpoiledEngine, catalogue: Catalogue, name: str
) -> None:
    before = spells(engine, catalogue.metrics[name])
    with engine.spoiling({"as_of": AGED["as_of"]} if name in FROM_DELIVERY else AGED):
        after = spells(engine, catalogue.metrics[name])
    assert ageing_problems(engine, before, after, name) == []
    # Every movement of the reference mission is decided within days: none waits.
    assert not before["event"].all() or name == "activity.movement_granted"


COLUMNS = "row_key, waited_seconds AS duration, decided AS event"
ATTACKS = {
    "decided only": f"SELECT {COLUMNS} FROM request_wait WHERE decided",
    "no open ones": f"SELECT {COLUMNS} FROM request_wait WHERE NOT is_open",
    "by status": "SELECT r.row_key, w.waited_seconds AS duration, w.decided AS event FROM request AS r "
    "INNER JOIN request_wait AS w ON r.row_key = w.row_key WHERE r.outcome <> 'open'",
    "by a comparison with null": f"SELECT {COLUMNS} FROM request_wait WHERE decided_at > raised_at",
    "by an inner join": "SELECT w.row_key, w.waited_seconds AS duration, w.decided AS event FROM request_wait AS w "
    "INNER JOIN calendar_day AS d ON d.day = w.decided_day AND d.place = w.hq_place",
    "by IN": f"SELECT {COLUMNS} FROM request_wait WHERE outcome IN ('approved', 'denied', 'withdrawn')",
    "by NOT IN": f"SELECT {COLUMNS} FROM request_wait WHERE outcome NOT IN ('open')",
    "by a semi-join": f"SELECT {COLUMNS} FROM request_wait WHERE EXISTS "
    "(SELECT 1 FROM request AS r WHERE r.row_key = request_wait.row_key AND r.decided_at IS NOT NULL)",
    "by EXCEPT": f"SELECT {COLUMNS} FROM request_wait EXCEPT SELECT {COLUMNS} FROM request_wait WHERE is_open",
    "old ones only": f"SELECT {COLUMNS} FROM request_wait WHERE waited_seconds > 86400",
    "no very old ones": f"SELECT {COLUMNS} FROM request_wait WHERE waited_seconds < 180 * 86400",
    "the last of each headquarters": f"SELECT {COLUMNS} FROM request_wait "
    "QUALIFY row_number() OVER (PARTITION BY hq, raised_day ORDER BY row_key) = 1",
    "open ones as decided": "SELECT row_key, waited_seconds AS duration, TRUE AS event FROM request_wait",
    "withdrawn and open as decided": "SELECT row_key, waited_seconds AS duration, decided OR is_open AS event "
    "FROM request_wait",
    "open ones without a duration": "SELECT row_key, CASE WHEN NOT is_open THEN waited_seconds END AS duration, "
    "decided AS event FROM request_wait",
    "open ones of no age": "SELECT row_key, CASE WHEN is_open THEN 0 ELSE waited_seconds END AS duration, "
    "decided AS event FROM request_wait",
    "open ones capped at 90 days": "SELECT row_key, CASE WHEN is_open THEN least(waited_seconds, 7776000) ELSE "
    "waited_seconds END AS duration, decided AS event FROM request_wait",
    "open ones of one age": "SELECT row_key, CASE WHEN is_open THEN 2592000 ELSE waited_seconds END AS duration, "
    "decided AS event FROM request_wait",
    "ages in days": "SELECT row_key, CAST(floor(waited_seconds / 86400) AS BIGINT) AS duration, decided AS event "
    "FROM request_wait",
    "decided ones twice": f"SELECT {COLUMNS} FROM request_wait UNION ALL SELECT {COLUMNS} FROM request_wait "
    "WHERE decided",
    "twice by a join": "SELECT w.row_key, w.waited_seconds AS duration, w.decided AS event FROM request_wait AS w "
    "INNER JOIN (VALUES (1), (2)) AS n (n) ON TRUE",
    "decided ones growing": "SELECT w.row_key, date_diff('second', w.raised_at, a.as_of_at) AS duration, "
    "w.decided AS event FROM request_wait AS w CROSS JOIN as_of AS a",
}


@pytest.mark.parametrize("attack", sorted(ATTACKS))
def test_a_metric_that_drops_or_bends_open_requests_does_not_pass_the_gate(
    engine: SpoiledEngine, catalogue: Catalogue, attack: str
) -> None:
    views = catalogue.metrics["latency.time_to_decision"].rows_sql
    inside = f"WITH {views.split('WITH ', 1)[1].rsplit('SELECT', 1)[0]} {ATTACKS[attack]}"
    before = engine.frame(inside)
    with engine.spoiling(AGED):
        after = engine.frame(inside)
    name = "latency.time_to_decision"
    problems = population_problems(engine, before, REQUESTS, name)
    if not problems:
        problems = ageing_problems(engine, before, after, name)
    assert problems


def test_the_attacks_fail_for_what_they_do_and_the_sound_text_passes(
    engine: SpoiledEngine, catalogue: Catalogue
) -> None:
    views = catalogue.metrics["latency.time_to_decision"].rows_sql
    sound = f"WITH {views.split('WITH ', 1)[1].rsplit('SELECT', 1)[0]} SELECT {COLUMNS} FROM request_wait"
    before = engine.frame(sound)
    with engine.spoiling(AGED):
        after = engine.frame(sound)
    assert population_problems(engine, before, REQUESTS, "latency.time_to_decision") == []
    assert ageing_problems(engine, before, after, "latency.time_to_decision") == []


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
