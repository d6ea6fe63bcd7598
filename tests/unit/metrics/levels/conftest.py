"""A few derived views as a catalogue would have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from reportmetrics.metrics.levels.check import Levels
from reportmetrics.metrics.levels.engine import EmptyDatabase
from reportmetrics.metrics.levels.relation import Fault
from reportmetrics.metrics.levels.verdict import judge_metric, judge_view

VIEWS = {
    "outcome_reading": (
        "SELECT row_key, indicator_id, objective_id, observed_on, value, verified_by"
        " FROM observation WHERE level = 'outcome'"
    ),
    "output_reading": "SELECT row_key, indicator_id, objective_id, value FROM observation WHERE level = 'output'",
    "week_frame": """
        WITH held AS (
            SELECT objective_id, CAST(date_trunc('week', occurred_on) AS DATE) AS week, sum(hours) AS contact_hours
            FROM activity
            WHERE status = 'held'
            GROUP BY objective_id, CAST(date_trunc('week', occurred_on) AS DATE)
        ),

        spine AS (
            SELECT o.objective_id, d.day AS week
            FROM objective AS o
            INNER JOIN calendar_day AS d ON isodow(d.day) = 1
        )

        SELECT md5(s.objective_id || s.week) AS row_key, s.objective_id, s.week, h.contact_hours
        FROM spine AS s
        LEFT JOIN held AS h ON s.objective_id = h.objective_id AND s.week = h.week
    """,
    "answer": "SELECT row_key, objective_id, value_number FROM report_field",
    "request_wait": """
        SELECT r.row_key, r.hq, r.decided_at IS NOT NULL AS decided,
            epoch(least(coalesce(r.decided_at, a.as_of_at), a.as_of_at) - r.raised_at) AS waited_seconds
        FROM request AS r
        CROSS JOIN as_of AS a
    """,
}


@pytest.fixture(scope="session")
def levels() -> Levels:
    known = Levels()
    known.add_views(VIEWS)
    return known


@pytest.fixture(scope="session")
def database(levels: Levels) -> Iterator[EmptyDatabase]:
    with EmptyDatabase(levels) as opened:
        for name in levels.views:
            opened.learn_view(name, VIEWS[name])
        yield opened


@pytest.fixture
def judge(levels: Levels, database: EmptyDatabase) -> Callable[..., list[Fault]]:
    def judged(sql: str, level: str = "outcome", reads: tuple[str, ...] = ()) -> list[Fault]:
        return judge_metric(sql, metric_id="outcome.x", level=level, reads=reads, levels=levels, database=database)[1]

    return judged


@pytest.fixture
def judge_new_view() -> Callable[..., list[Fault]]:
    def judged(sql: str, level: str, reads: tuple[str, ...] = ()) -> list[Fault]:
        known = Levels()
        known.add_views({**VIEWS, "new_view": sql})
        with EmptyDatabase(known) as opened:
            return judge_view("new_view", sql, level=level, reads=reads, levels=known, database=opened)

    return judged
