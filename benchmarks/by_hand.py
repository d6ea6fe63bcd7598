"""Figures of activity beside progress by plain DuckDB queries, as one would write them without the product.

Belongs here: the queries, one for each figure and grouping. Not here: what they are compared with
(``separation_scale``). They share no code with the product but the way in which a group is written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import duckdb

from reportmetrics.metrics.results import dims_key

Numbers = dict[tuple[str, str, str, str], float | None]
"""(metric, group, statistic, label) -> value."""

_HELD = "status = 'held'"
_WEEK = "CAST(date_trunc('week', occurred_on) AS DATE)"
_QUARTER = "CAST(date_trunc('quarter', occurred_on) AS DATE)"

SUMS: tuple[tuple[str, str, str, tuple[tuple[str, ...], ...]], ...] = (
    ("activity.held", "sum(count)", _HELD, (("objective_id",), ("objective_id", "kind"), ("objective_id", "week"), ())),
    (
        "activity.contact_hours",
        "sum(hours)",
        _HELD,
        (("objective_id",), ("objective_id", "week"), ("week",), ()),
    ),
    (
        "activity.cancelled",
        "sum(count)",
        "status = 'cancelled'",
        (("objective_id", "cause"), ("cause",), ("objective_id",), ()),
    ),
    ("activity.reach", "sum(participants)", _HELD, (("objective_id",), ("objective_id", "kind"), ("kind",), ())),
)
"""Metric, aggregate, filter and groupings of plain sums."""

COLUMNS = {"week": _WEEK, "quarter": _QUARTER, "cause": "coalesce(cancel_reason, 'not stated')"}


def by_hand(folder: Path, as_of: dt.date) -> Numbers:
    """All figures from the Parquet files of a snapshot."""
    found: Numbers = {}
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false; SET memory_limit = '1GB'")
        for table in ("activity", "observation", "indicator", "objective", "verifier", "reportable_count"):
            files = str(folder / table / "*.parquet")
            connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{files}')")
        for part in (_sums, _shares, _rates, _breadth, _recent, _weeks, _outcomes):
            for metric, dims, statistic, label, value in part(connection, as_of):
                found[metric, dims_key(dims), statistic, label] = None if value is None else float(value)
    return found


Row = tuple[str, dict[str, str | None], str, str, float | None]


def _rows(
    connection: duckdb.DuckDBPyConnection, metric: str, names: tuple[str, ...], statistics: tuple[str, ...], sql: str
) -> Iterator[Row]:
    """Rows of a query whose first columns are the group and the others statistics."""
    for row in connection.execute(sql).fetchall():
        dims = {name: None if v is None else str(v) for name, v in zip(names, row, strict=False)}
        for statistic, value in zip(statistics, row[len(names) :], strict=True):
            name, _, label = statistic.partition(" ")
            yield metric, dims, name, label, value


def _grouped(names: tuple[str, ...], what: str, where: str, source: str = "activity") -> str:
    columns = "".join(f"{COLUMNS.get(n, n)} AS {n}, " for n in names)
    group = f" GROUP BY {', '.join(names)}" if names else ""
    return f"SELECT {columns}{what} FROM {source} WHERE {where}{group}"


def _sums(connection: duckdb.DuckDBPyConnection, as_of: dt.date) -> Iterator[Row]:  # noqa: ARG001 (as all parts)
    for metric, what, where, groupings in SUMS:
        for names in groupings:
            yield from _rows(connection, metric, names, ("sum",), _grouped(names, what, where))


def _shares(connection: duckdb.DuckDBPyConnection, as_of: dt.date) -> Iterator[Row]:
    held, planned = "sum(CASE WHEN status = 'held' THEN count ELSE 0 END)", f"planned_on < DATE '{as_of}'"
    for names in (("objective_id",), ()):
        sql = _grouped(names, f"{held} / sum(count), {held}", planned)
        yield from _rows(connection, "activity.execution", names, ("share", "numerator"), sql)
    outcome = (
        "CASE WHEN status = 'held' AND planned_on IS NULL THEN 'unplanned' WHEN status = 'planned' THEN 'no word' "
        "ELSE status END AS plan_outcome"
    )
    either = f"({planned} OR (status = 'held' AND planned_on IS NULL))"
    for names in (("objective_id", "plan_outcome"), ("plan_outcome",)):
        source = f"(SELECT objective_id, count, {outcome} FROM activity WHERE {either}) AS plans"
        yield from _rows(
            connection, "activity.plan_outcome", names, ("sum",), _grouped(names, "sum(count)", "true", source)
        )


def _rates(connection: duckdb.DuckDBPyConnection, as_of: dt.date) -> Iterator[Row]:
    trips = "sum(vehicles) / sum(count), sum(vehicles), sum(count)"
    statistics = ("rate", "numerator", "denominator")
    for names in (("objective_id",), ("kind",), ()):
        sql = _grouped(names, trips, f"{_HELD} AND outside_compound AND vehicles IS NOT NULL")
        yield from _rows(connection, "activity.movement_cost", names, statistics, sql)
    unread = f"""(
        SELECT a.objective_id, a.hours, o.objective_id IS NULL AS unread
        FROM activity AS a
        LEFT JOIN (
            SELECT DISTINCT objective_id FROM observation
            WHERE level = 'outcome' AND value IS NOT NULL AND observed_on >= DATE '{as_of}' - 91
        ) AS o ON a.objective_id = o.objective_id
        WHERE a.status = 'held' AND a.occurred_on >= DATE '{as_of}' - 91
    ) AS recent"""
    hours = "sum(CASE WHEN unread THEN hours ELSE 0 END)"
    for names in ((), ("objective_id",)):
        sql = _grouped(names, f"{hours} / sum(hours), {hours}, sum(hours)", "true", unread)
        yield from _rows(connection, "separation.unmeasured_activity", names, statistics, sql)


def _breadth(connection: duckdb.DuckDBPyConnection, as_of: dt.date) -> Iterator[Row]:  # noqa: ARG001 (as all parts)
    ngo = "sum(CASE WHEN counterpart_type = 'NGO' THEN count ELSE 0 END)"
    what = f"count(DISTINCT counterpart_id), {ngo} / sum(count), {ngo}"
    for names in (("objective_id",), ("objective_id", "quarter"), ("quarter",), ()):
        sql = _grouped(names, what, _HELD)
        yield from _rows(connection, "activity.counterpart_breadth", names, ("distinct", "share", "numerator"), sql)


def _recent(connection: duckdb.DuckDBPyConnection, as_of: dt.date) -> Iterator[Row]:
    weekly = f"""
        SELECT objective_id, kind, sum(count) / 13, sum(count), 13
        FROM activity
        WHERE status = 'held' AND occurred_on >= DATE '{as_of}' - 91 AND occurred_on < DATE '{as_of}'
        GROUP BY objective_id, kind
    """
    names = ("objective_id", "kind")
    yield from _rows(connection, "activity.weekly", names, ("rate", "numerator", "denominator"), weekly)
    quadrant = f"""
        WITH spent AS (
            SELECT
                objective_id,
                sum(CASE WHEN occurred_on >= DATE '{as_of}' - 91 THEN hours ELSE 0 END) AS hours,
                sum(CASE WHEN occurred_on < DATE '{as_of}' - 91 THEN hours ELSE 0 END) AS before
            FROM activity
            WHERE status = 'held' AND occurred_on >= DATE '{as_of}' - 182
            GROUP BY objective_id
        )
        SELECT objective_id, hours / (SELECT median(hours) FROM spent), hours, before, hours / before FROM spent
    """
    statistics = ("activity", "hours", "hours_before", "activity_change")
    yield from _rows(connection, "separation.quadrant", ("objective_id",), statistics, quadrant)
    logged = f"""
        SELECT objective_id, 'activity', DATE '{as_of}' - least(max(occurred_on), max(occurred_on) FILTER (hours >= 0))
        FROM activity WHERE status = 'held' GROUP BY objective_id
    """
    names = ("objective_id", "result_level")
    yield from _rows(connection, "separation.coverage_map", names, ("median",), logged)


def _weeks(connection: duckdb.DuckDBPyConnection, as_of: dt.date) -> Iterator[Row]:
    """XmR limits from the first 24 weeks; counts and hours around the day since when a count is reportable."""
    limits = f"""
        WITH weekly AS (
            SELECT objective_id, {_WEEK} AS week, sum(count) AS n FROM activity WHERE {_HELD} GROUP BY ALL
        ),
        numbered AS (
            SELECT *, row_number() OVER (PARTITION BY objective_id ORDER BY week) AS k,
                abs(n - lag(n) OVER (PARTITION BY objective_id ORDER BY week)) AS moved
            FROM weekly WHERE week + 7 <= DATE '{as_of}'
        )
        SELECT objective_id, avg(n) FROM numbered WHERE k <= 24 GROUP BY objective_id
    """
    yield from _rows(connection, "activity.signals", ("objective_id",), ("mean",), limits)
    around = f"""
        WITH weekly AS (
            SELECT a.objective_id, a.kind, r.since, {_WEEK} AS week, sum(a.count) AS n, sum(a.hours) AS hours
            FROM activity AS a
            INNER JOIN reportable_count AS r ON a.objective_id = r.objective_id AND a.kind = r.kind
            WHERE a.status = 'held' GROUP BY ALL
        ),
        sides AS (
            SELECT * FROM weekly
            WHERE week + 7 <= DATE '{as_of}' AND week + 364 >= since AND week < since + 364
        )
        SELECT
            objective_id, kind,
            avg(n) FILTER (week + 6 < since), avg(n) FILTER (week >= since),
            sum(n) FILTER (week + 6 < since) / sum(hours) FILTER (week + 6 < since),
            sum(n) FILTER (week >= since) / sum(hours) FILTER (week >= since)
        FROM sides GROUP BY objective_id, kind
    """
    statistics = ("weekly before", "weekly after", "per_hour before", "per_hour after")
    yield from _rows(connection, "separation.goodhart", ("objective_id", "kind"), statistics, around)


def _outcomes(connection: duckdb.DuckDBPyConnection, as_of: dt.date) -> Iterator[Row]:  # noqa: ARG001 (as all parts)
    latest = """
        WITH latest AS (
            SELECT o.objective_id, o.indicator_id,
                (arg_max(o.value, o.observed_on) - any_value(i.baseline)) / any_value(i.target - i.baseline) AS p
            FROM observation AS o
            INNER JOIN indicator AS i ON o.indicator_id = i.indicator_id
            WHERE i.level = 'outcome' AND i.direction != 'maintain'
            GROUP BY o.objective_id, o.indicator_id
        )
    """
    each = f"{latest} SELECT objective_id, indicator_id, p FROM latest"
    yield from _rows(connection, "outcome.indicator_progress", ("objective_id", "indicator_id"), ("progress",), each)
    over = f"{latest} SELECT objective_id, min(p), median(p) FROM latest GROUP BY objective_id"
    yield from _rows(connection, "outcome.objective_progress", ("objective_id",), ("minimum", "median"), over)
    verified = """
        SELECT o.objective_id, count(v.name) / count(*), count(v.name)
        FROM observation AS o LEFT JOIN verifier AS v ON o.verified_by = v.name
        WHERE o.level = 'outcome' GROUP BY o.objective_id
    """
    yield from _rows(connection, "outcome.verified", ("objective_id",), ("share", "numerator"), verified)
