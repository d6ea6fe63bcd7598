"""What a metric may do passes: the product's own catalogue, and plain SQL of each kind."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.levels import matrix
from reportmetrics.metrics.lint import lint_catalogue

SQL = Path(__file__).parents[4] / "sql"


def test_the_catalogue_lints_clean() -> None:
    findings = lint_catalogue(
        load_catalogue(SQL), today=dt.date(2022, 1, 31), tests_folder=SQL.parent / "tests" / "sql"
    )
    assert [str(f) for f in findings] == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT row_key, value FROM outcome_reading",
        "SELECT OUTCOME_READING.Row_Key, outcome_reading.VALUE FROM Outcome_Reading",
        "SELECT row_key, value FROM outcome_reading WHERE observed_on < (SELECT as_of FROM as_of)",
        "SELECT r.row_key, i.target - i.baseline AS value FROM outcome_reading AS r"
        " INNER JOIN indicator AS i USING (indicator_id)",
        "WITH latest AS (SELECT indicator_id, max(observed_on) AS at FROM outcome_reading GROUP BY indicator_id)"
        " SELECT r.row_key, r.value FROM outcome_reading AS r INNER JOIN latest AS l"
        " ON r.indicator_id = l.indicator_id AND r.observed_on = l.at",
        "SELECT row_key, value AS activity FROM outcome_reading",
        "SELECT activity.row_key, activity.value FROM outcome_reading AS activity",
        "SELECT row_key, count(*) OVER w AS n FROM outcome_reading WINDOW w AS (PARTITION BY indicator_id)",
        "SELECT i.row_key, EXISTS (SELECT 1 FROM outcome_reading AS r WHERE r.indicator_id = i.indicator_id) AS known"
        " FROM indicator AS i",
        "SELECT row_key, list_transform([value], lambda x: x + value) AS value FROM outcome_reading",
        "SELECT i.row_key, n.n FROM indicator AS i CROSS JOIN (VALUES (1), (2)) AS n (n)",
        "SELECT row_key, unnest([1, 2]) AS n FROM indicator",
        "SELECT i.row_key, u.n FROM indicator AS i, unnest([1, 2]) AS u (n)",
        "SELECT row_key, week FROM week_frame",
        "SELECT objective_id AS row_key, count(*) AS n FROM week_frame GROUP BY objective_id HAVING count(*) > 1",
        "SELECT row_key, value FROM outcome_reading UNION ALL SELECT row_key, baseline FROM indicator",
        "SELECT CASE WHEN value > 1 THEN row_key END AS row_key, value * 2 AS v2, v2 + 1 AS v3 FROM outcome_reading",
        "SELECT r.row_key FROM outcome_reading AS r ANTI JOIN indicator AS i ON r.indicator_id = i.indicator_id",
        "SELECT row_key, {'a': value}.a AS value FROM outcome_reading",
        "FROM outcome_reading SELECT row_key",
        "SELECT row_key, CAST(value AS DECIMAL(10, 2)) AS value FROM outcome_reading WHERE value BETWEEN 1 AND 2",
        "SELECT row_key, observed_on + INTERVAL 7 DAY AS week FROM outcome_reading QUALIFY row_number() OVER"
        " (PARTITION BY indicator_id ORDER BY observed_on DESC) = 1",
    ],
)
def test_plain_outcome_sql_passes(judge, sql: str) -> None:
    assert judge(sql) == []


@pytest.mark.parametrize(
    ("level", "reads", "sql"),
    [
        ("activity", (), "SELECT row_key, hours, vehicles FROM activity"),
        ("activity", (), "SELECT row_key, contact_hours FROM week_frame"),
        ("activity", ("process",), "SELECT r.row_key FROM request AS r INNER JOIN activity AS a USING (activity_id)"),
        ("output", (), "SELECT row_key, participants FROM activity"),
        ("input", ("activity",), "SELECT row_key, vehicles FROM activity"),
        ("input", (), "SELECT row_key, qualified FROM tour"),
        ("process", (), "SELECT row_key, waited_seconds, decided FROM request_wait"),
        ("process", ("row",), "SELECT row_key, value_number FROM answer"),
        ("comparison", ("activity", "outcome"), "SELECT a.row_key FROM activity AS a, outcome_reading AS r"),
    ],
)
def test_each_level_reads_what_the_matrix_says(judge, level: str, reads: tuple[str, ...], sql: str) -> None:
    assert judge(sql, level, reads) == []


@pytest.mark.parametrize(
    ("level", "reads", "sql", "code"),
    [
        ("activity", (), "SELECT row_key, participants FROM activity", "level-read"),
        ("activity", (), "SELECT row_key FROM request", "level-undeclared"),
        ("activity", (), "SELECT row_key FROM outcome_reading", "level-read"),
        ("activity", ("outcome",), "SELECT row_key FROM outcome_reading", "level-read"),
        ("input", (), "SELECT row_key, vehicles FROM activity", "level-undeclared"),
        ("output", (), "SELECT row_key FROM outcome_reading", "level-read"),
        ("impact", (), "SELECT row_key FROM outcome_reading", "level-undeclared"),
        ("process", (), "SELECT row_key FROM activity", "level-undeclared"),
        ("process", ("activity",), "SELECT row_key FROM outcome_reading", "level-undeclared"),
        ("process", (), "SELECT row_key, narrative FROM report", "level-undeclared"),
        ("comparison", ("outcome",), "SELECT row_key, waited_seconds FROM request_wait", "level-undeclared"),
    ],
)
def test_and_no_more(judge, level: str, reads: tuple[str, ...], sql: str, code: str) -> None:
    assert {f.code for f in judge(sql, level, reads)} == {code}


def test_nothing_lets_what_was_achieved_be_judged_by_what_was_done() -> None:
    for level in ("outcome", "impact"):
        everything = matrix.permitted(level, matrix.READABLE)
        assert not everything & {"input", "activity", "output", "process", "row"}
    for level in ("input", "activity", "output"):
        assert not matrix.permitted(level, matrix.READABLE) & {"outcome", "impact", "row"}
