"""Derived views: what they may claim to be, and what of them counts for whoever reads them."""

from __future__ import annotations

import pytest

from reportmetrics.metrics.levels.check import Levels
from reportmetrics.metrics.levels.reader import read_sql
from reportmetrics.metrics.levels.relation import Reference

READING = "SELECT row_key, value FROM observation"
ANSWER = (
    "SELECT a.row_key, a.value_number FROM report_field AS a"
    " INNER JOIN report AS r ON a.report_id = r.report_id"
    " INNER JOIN field AS f ON r.template_id = f.template_id AND a.field_id = f.field_id"
)


def levels_of(sql: str) -> set[str]:
    """All levels of a view with this SQL."""
    levels = Levels()
    levels.add_views({"v": sql})
    assert not levels.views["v"].faults
    return set(levels.view_levels("v"))


@pytest.mark.parametrize(
    "condition",
    [
        "level = 'outcome'",
        "'outcome' = level",
        "observation.level = 'outcome'",
        "level IN ('outcome')",
        "(level = 'outcome') AND value > 0",
        "value > 0 AND (observed_on IS NOT NULL AND level = 'outcome')",
    ],
)
def test_a_conjunct_literal_narrows(condition: str) -> None:
    assert levels_of(f"{READING} WHERE {condition}") == {"outcome"}


@pytest.mark.parametrize(
    "condition",
    [
        "level <> 'outcome'",
        "NOT level = 'outcome'",
        "level = 'outcome' OR value > 0",
        "level IN ('outcome', 'output')",
        "level LIKE 'outcome'",
        "level = 'out' || 'come'",
        "level = upper('outcome')",
        "coalesce(level, 'outcome') = 'outcome'",
        "lower(level) = 'outcome'",
        "level = 'outcome' AND level = 'output'",
        "level = 'anything'",
        "level >= 'outcome'",
        "CASE WHEN level = 'outcome' THEN TRUE END",
        "evidence = 'outcome'",
        "(level = 'outcome') IS NOT NULL",
    ],
)
def test_nothing_else_narrows(condition: str) -> None:
    assert levels_of(f"{READING} WHERE {condition}") == {"row"}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT row_key, value FROM (SELECT row_key, value, level FROM observation) AS o WHERE level = 'outcome'",
        "WITH o AS (SELECT row_key, value, level FROM observation)"
        " SELECT row_key, value FROM o WHERE level = 'outcome'",
        "SELECT o.row_key, o.value FROM observation AS o INNER JOIN indicator AS i USING (indicator_id)"
        " WHERE i.level = 'outcome'",
        "SELECT o.row_key, o.value FROM observation AS o INNER JOIN observation AS p USING (indicator_id)"
        " WHERE p.level = 'outcome'",
        "SELECT o.row_key, o.value FROM observation AS o LEFT JOIN unit AS u ON o.level = 'outcome'",
        "SELECT u.row_key, o.value FROM unit AS u"
        " ASOF JOIN observation AS o ON u.valid_from >= o.observed_on WHERE o.level = 'outcome'",
        "SELECT u.row_key, o.value FROM unit AS u FULL JOIN observation AS o ON o.level = 'outcome'",
        "SELECT o.row_key, o.evidence FROM observation AS o (row_key, source_file, source_row, file_seq, known_from,"
        " indicator_id, objective_id, other, observed_on, value, level, evidence) WHERE o.level = 'outcome'",
        "SELECT row_key, value FROM observation QUALIFY level = 'outcome'",
        "SELECT max(row_key) AS row_key FROM observation GROUP BY level HAVING level = 'outcome'",
    ],
)
def test_a_filter_elsewhere_does_not_narrow(sql: str) -> None:
    assert "row" in levels_of(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT o.row_key, o.value FROM observation AS o INNER JOIN unit AS u ON o.level = 'outcome'",
        "SELECT u.row_key, o.value FROM unit AS u LEFT JOIN observation AS o ON o.level = 'outcome'",
        "SELECT u.row_key, o.value FROM unit AS u FULL JOIN observation AS o ON TRUE WHERE o.level = 'outcome'",
    ],
)
def test_a_join_condition_narrows_what_it_binds(sql: str) -> None:
    assert levels_of(sql) == {"outcome"}


def test_an_answer_is_narrowed_by_the_field_of_its_form() -> None:
    assert levels_of(f"{ANSWER} WHERE f.level = 'outcome'") == {"outcome", "process"}


@pytest.mark.parametrize(
    "sql",
    [
        ANSWER,
        f"{ANSWER} WHERE f.level <> 'outcome'",
        f"{ANSWER} WHERE f.level = 'outcome' OR f.alarm",
        f"{ANSWER.replace('r.template_id = f.template_id AND ', '')} WHERE f.level = 'outcome'",
        f"{ANSWER.replace(' AND a.field_id = f.field_id', '')} WHERE f.level = 'outcome'",
        f"{ANSWER.replace('INNER JOIN field', 'LEFT JOIN field')} AND f.level = 'outcome'",
        f"{ANSWER.replace('a.report_id = r.report_id', 'a.objective_id = r.report_id')} WHERE f.level = 'outcome'",
    ],
)
def test_an_answer_is_not_narrowed_without_the_whole_key(sql: str) -> None:
    assert "row" in levels_of(sql)


def test_a_left_join_with_one_match_colours_only_its_columns(levels: Levels) -> None:
    assert not levels.of(Reference("week_frame"))
    assert not levels.of(Reference("week_frame", "week"))
    assert set(levels.of(Reference("week_frame", "contact_hours"))) == {"activity"}


@pytest.mark.parametrize(
    "join",
    [
        "LEFT JOIN activity AS a ON o.objective_id = a.objective_id",
        "INNER JOIN (SELECT objective_id FROM activity GROUP BY objective_id) AS a ON o.objective_id = a.objective_id",
        "LEFT JOIN (SELECT objective_id, kind FROM activity GROUP BY 1, 2) AS a ON o.objective_id = a.objective_id",
        "LEFT JOIN (SELECT objective_id FROM activity GROUP BY 1) AS a ON o.objective_id <= a.objective_id",
        "LEFT JOIN (SELECT objective_id FROM activity GROUP BY 1) AS a ON a.objective_id = a.objective_id",
        "LEFT JOIN (SELECT objective_id FROM activity GROUP BY 1) AS a ON o.objective_id = a.objective_id OR TRUE",
        "LEFT JOIN (SELECT objective_id FROM activity GROUP BY ROLLUP (objective_id)) AS a USING (objective_id)",
        "LEFT JOIN (SELECT objective_id FROM activity UNION ALL SELECT objective_id FROM activity) AS a"
        " USING (objective_id)",
        "RIGHT JOIN (SELECT objective_id FROM activity GROUP BY 1) AS a ON o.objective_id = a.objective_id",
        "FULL JOIN (SELECT objective_id FROM activity GROUP BY 1) AS a ON o.objective_id = a.objective_id",
        "LEFT JOIN (SELECT DISTINCT objective_id, unnest([1, 2]) AS n FROM activity) AS a USING (objective_id)",
        "LEFT JOIN (SELECT objective_id AS o, kind AS objective_id FROM activity GROUP BY activity.objective_id, kind)"
        " AS a USING (objective_id)",
    ],
)
def test_any_other_join_colours_the_rows(join: str) -> None:
    levels = Levels()
    levels.add_views({"v": f"SELECT o.row_key FROM objective AS o {join}"})
    assert not levels.views["v"].faults
    assert set(levels.of(Reference("v"))) == {"activity"}


@pytest.mark.parametrize(
    "join",
    [
        "LEFT JOIN (SELECT objective_id FROM activity GROUP BY objective_id) AS a USING (objective_id)",
        "LEFT JOIN (SELECT DISTINCT objective_id FROM activity) AS a ON a.objective_id = o.objective_id",
        "LEFT JOIN (SELECT count(*) AS n FROM activity) AS a ON TRUE",
        "LEFT JOIN activity AS a ON a.row_key = o.row_key",
        "LEFT JOIN activity AS a ON a.activity_id = 'A1'",
        "LEFT JOIN (SELECT objective_id FROM activity UNION SELECT objective_id FROM activity) AS a"
        " USING (objective_id)",
        "LEFT JOIN (SELECT objective_id FROM activity"
        " QUALIFY row_number() OVER (PARTITION BY objective_id ORDER BY row_key) = 1) AS a USING (objective_id)",
        "ASOF LEFT JOIN activity AS a ON o.valid_from >= a.occurred_on",
    ],
)
def test_one_match_is_proved_by_keys_and_groups(join: str) -> None:
    levels = Levels()
    levels.add_views({"v": f"SELECT o.row_key FROM objective AS o {join}"})
    assert not levels.views["v"].faults
    assert not levels.of(Reference("v"))


def test_whether_a_match_exists_shows_in_every_column_of_the_right_side() -> None:
    levels = Levels()
    held = "SELECT objective_id, 1 AS one FROM activity GROUP BY objective_id"
    levels.add_views({"v": f"SELECT o.row_key, a.one FROM objective AS o LEFT JOIN ({held}) AS a USING (objective_id)"})
    assert set(levels.of(Reference("v", "one"))) == {"activity"}
    assert not levels.of(Reference("v", "row_key"))


def test_views_are_read_through_views_with_the_whole_path() -> None:
    levels = Levels()
    levels.add_views(
        {
            "a_last": "SELECT row_key, h AS hours FROM b_middle",
            "b_middle": "SELECT row_key, hours AS h FROM c_first",
            "c_first": "SELECT row_key, hours FROM activity",
        }
    )
    reading = read_sql("SELECT row_key, hours AS value FROM a_last", levels.shapes)
    paths = {v.path for v in levels.violations(reading, {"outcome"})}
    assert ("activity.hours", "c_first.hours", "b_middle.h", "a_last.hours") in paths
    assert ("activity (rows)", "c_first (rows)", "b_middle (rows)", "a_last (rows)") in paths


def test_a_circle_of_views_ends_and_is_told() -> None:
    levels = Levels()
    levels.add_views({"a": "SELECT row_key FROM b", "b": "SELECT row_key FROM a"})
    assert "table-unknown" in {f.code for v in levels.views.values() for f in v.faults}


@pytest.mark.parametrize(
    ("level", "sql", "code"),
    [
        ("outcome", f"{READING} WHERE level = 'outcome'", None),
        ("outcome", READING, "view-level"),
        ("outcome", f"{READING} WHERE level = 'output'", "view-level"),
        (
            "outcome",
            "SELECT o.row_key FROM observation AS o INNER JOIN activity AS a USING (objective_id)"
            " WHERE o.level = 'outcome'",
            "view-level",
        ),
        ("activity", "SELECT row_key, hours, vehicles FROM activity", None),
        ("activity", "SELECT row_key, participants FROM activity", "view-level"),
        ("neutral", "SELECT row_key FROM objective", None),
        ("neutral", "SELECT row_key FROM activity", "view-level"),
        ("process", "SELECT row_key, value_text FROM report_field", None),
        ("process", "SELECT row_key FROM activity", "view-level"),
        ("comparison", "SELECT row_key FROM objective", "view-level"),
        ("outcome", f"{READING} WHERE level = 'outcome' AND nosuch > 1", "column-unknown"),
    ],
)
def test_a_view_is_what_it_says(judge_new_view, level: str, sql: str, code: str | None) -> None:
    found = {f.code for f in judge_new_view(sql, level)}
    assert (code in found) if code else not found


def test_what_a_view_declares_counts_for_whoever_reads_it(judge_new_view) -> None:
    held = "SELECT row_key, hours FROM activity INNER JOIN report USING (report_id, row_key)"
    assert {f.code for f in judge_new_view(held, "activity")} == {"view-level"}
    assert judge_new_view(held, "activity", ("process",)) == []
    assert {f.code for f in judge_new_view(held, "outcome", ("activity", "process"))} == {"view-level"}
