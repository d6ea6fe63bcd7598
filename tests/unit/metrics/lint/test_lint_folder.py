"""What the lint says of a folder: each rule catches what it names, at its file and line, and lets the rest through."""

from __future__ import annotations

import datetime as dt

import pytest

from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.lint import lint_catalogue
from reportmetrics.metrics.lint_header import months_after
from tests.unit.metrics.lint.conftest import METRIC_FILE, VIEW_FILE


def test_a_sound_folder_has_no_findings(folder) -> None:
    assert folder.lint() == []


def test_a_loaded_catalogue_is_linted_from_its_files(folder) -> None:
    catalogue = load_catalogue(folder.sql)
    folder.spoil("FROM outcome_reading", "FROM activity")
    codes = {f.code for f in lint_catalogue(catalogue, today=dt.date(2022, 1, 31), tests_folder=folder.tests)}
    assert codes == {"level-read", "view-unused"}


@pytest.mark.parametrize("field", ["owner", "decision", "reviewed", "review_every", "limits", "source", "title"])
def test_a_missing_field_has_a_code_of_its_own(folder, field: str) -> None:
    lines = [ln for ln in (folder.sql / METRIC_FILE).read_text().splitlines() if not ln.startswith(f"{field}:")]
    folder.write(METRIC_FILE, "\n".join(lines))
    assert folder.codes() == {f"{field.replace('_', '-')}-missing"}


def test_all_mistakes_are_told_at_once(folder) -> None:
    folder.spoil("owner: ops-assessment\n", "").spoil("row_key,", "row_key, 1 / value AS share,")
    folder.spoil("FROM outcome_reading", "FROM outcome_reading CROSS JOIN activity")
    folder.spoil("level = 'outcome'", "level <> 'output'", VIEW_FILE)
    assert {"owner-missing", "division", "level-read", "view-level"} <= folder.codes()


def test_a_level_fault_names_file_line_and_path(folder, only) -> None:
    folder.spoil(
        "    objective_id\nFROM outcome_reading",
        "    (SELECT max(hours) FROM activity) AS objective_id\nFROM outcome_reading",
    )
    (finding,) = (f for f in folder.lint() if f.path and f.path[0] == "activity.hours")
    line = (
        (folder.sql / METRIC_FILE)
        .read_text()
        .splitlines()
        .index("    (SELECT max(hours) FROM activity) AS objective_id")
    )
    assert (finding.file, finding.line, finding.code) == (METRIC_FILE, line + 1, "level-read")
    assert finding.path == ("activity.hours", "outcome.readings")
    assert "activity.hours -> outcome.readings" in finding.message
    assert str(finding).startswith(f"{METRIC_FILE}:{line + 1}: error level-read: ")


@pytest.mark.parametrize(
    "expression",
    [
        "1 / value",
        "7 % value",
        "7 // value",
        "mod(7, value)",
        "fdiv(7, value)",
        "1 / 0",
        "1 / nullif(value, 1)",
        "sum(value) / count(*)",
        "1 / coalesce(value, 1)",
        "1 / (nullif(value, 0) * value)",
        "1 / (value + 1)",
    ],
)
def test_an_unguarded_division_is_caught(folder, expression: str) -> None:
    folder.select(f"SELECT objective_id AS row_key, objective_id, {expression} AS x FROM outcome_reading GROUP BY ALL")
    assert "division" in folder.codes()


@pytest.mark.parametrize(
    "expression",
    ["1 / nullif(value, 0)", "value / 7", "7 % nullif(value, 0.0)", "1 / CAST(nullif(value, 0) AS DOUBLE)"],
)
def test_a_guarded_division_passes(folder, expression: str) -> None:
    assert folder.spoil("row_key,", f"row_key, {expression} AS x,").codes() == set()


@pytest.mark.parametrize(
    "expression",
    [
        "random()",
        "uuid()",
        "gen_random_uuid()",
        "now()",
        "today()",
        "current_date",
        "current_timestamp",
        "localtimestamp",
        "get_current_timestamp()",
        "age(observed_on)",
        "getvariable('x')",
        "current_user",
        "current_setting('TimeZone')",
        "nextval('s')",
        "txid_current()",
    ],
)
def test_what_depends_on_chance_or_the_clock_is_caught(folder, expression: str) -> None:
    assert "not-deterministic" in folder.spoil("row_key,", f"row_key, {expression} AS x,").codes()


def test_the_age_between_two_dates_is_no_chance(folder) -> None:
    assert folder.spoil("row_key,", "row_key, age(observed_on, DATE '2022-01-01') AS x,").codes() == set()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT any_value(row_key) AS row_key, objective_id FROM outcome_reading GROUP BY objective_id",
        "SELECT row_key, objective_id, list(value) OVER (PARTITION BY objective_id) AS x FROM outcome_reading",
        "SELECT row_key, objective_id FROM outcome_reading QUALIFY row_number() OVER (PARTITION BY objective_id) = 1",
        "SELECT DISTINCT ON (objective_id) row_key, objective_id FROM outcome_reading",
        "WITH few AS (SELECT row_key, objective_id FROM outcome_reading LIMIT 3) SELECT row_key, objective_id FROM few",
    ],
)
def test_an_order_left_open_is_caught(folder, sql: str) -> None:
    assert folder.select(sql).codes() == {"order-open"}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT first(row_key ORDER BY row_key) AS row_key, objective_id FROM outcome_reading GROUP BY ALL",
        "SELECT row_key, objective_id FROM outcome_reading QUALIFY row_number() OVER (ORDER BY row_key) = 1",
        "WITH few AS (SELECT row_key, objective_id FROM outcome_reading ORDER BY row_key LIMIT 3)"
        " SELECT row_key, objective_id FROM few",
    ],
)
def test_a_given_order_passes(folder, sql: str) -> None:
    assert folder.select(sql).codes() == set()


@pytest.mark.parametrize("tail", ["ORDER BY row_key", "LIMIT 10", "OFFSET 1"])
def test_a_metric_does_not_order_or_cut_its_rows(folder, tail: str) -> None:
    assert "ordered-rows" in folder.spoil("FROM outcome_reading", f"FROM outcome_reading {tail}").codes()


@pytest.mark.parametrize("name", ["outcome.readings", '"outcome.readings"', "publication", "figure", "hidden_before"])
def test_reading_what_a_metric_published_is_caught(folder, name: str) -> None:
    codes = folder.spoil("FROM outcome_reading", f"FROM {name}").codes()
    assert "reads-metric" in codes


def test_reading_an_unknown_table_is_another_fault(folder) -> None:
    codes = folder.spoil("FROM outcome_reading", "FROM outcome_readings").codes()
    assert "table-unknown" in codes
    assert "reads-metric" not in codes


def test_a_review_is_overdue_the_day_after_it_was_due(folder) -> None:
    assert [f.code for f in folder.lint(dt.date(2023, 1, 10))] == []
    (finding,) = folder.lint(dt.date(2023, 1, 11))
    assert (finding.code, finding.severity, finding.line) == ("review-overdue", "warning", 11)
    assert "2023-01-10" in finding.message


def test_months_end_where_the_month_ends() -> None:
    assert months_after(dt.date(2021, 8, 31), 6) == dt.date(2022, 2, 28)
    assert months_after(dt.date(2021, 12, 15), 1) == dt.date(2022, 1, 15)
    assert months_after(dt.date(2021, 12, 15), 12) == dt.date(2022, 12, 15)


def test_a_metric_without_a_case_is_caught(folder) -> None:
    (folder.tests / "cases" / "outcome.readings.yaml").unlink()
    assert folder.codes() == {"case-missing"}


def test_a_row_key_must_be_returned(folder) -> None:
    (finding,) = folder.spoil("    row_key,\n", "").lint()
    assert finding.code == "column-missing"
    assert "row_key" in finding.message


def test_a_column_that_the_estimator_needs_must_be_returned(folder) -> None:
    (finding,) = folder.spoil("estimator: count", "estimator: sum").lint()
    assert finding.code == "column-missing"
    assert "value" in finding.message


def test_a_view_that_nothing_reads_is_a_warning(folder) -> None:
    head = "/*---\nid: spare\none_row_is: a unit\nlevel: neutral\n---*/\n"
    folder.write("derived/spare.sql", f"{head}SELECT row_key FROM unit\n")
    (finding,) = folder.lint()
    assert (finding.code, finding.severity, finding.file) == ("view-unused", "warning", "derived/spare.sql")


@pytest.mark.parametrize("reads", ["[activity]", "[process]", "[row]"])
def test_an_outcome_metric_cannot_declare_its_way_out(folder, reads: str) -> None:
    folder.spoil("level: outcome\n", f"level: outcome\nreads: {reads}\n")
    folder.spoil("FROM outcome_reading", "FROM outcome_reading CROSS JOIN activity")
    assert {"reads-forbidden", "level-read"} <= folder.codes()


def test_a_comparison_metric_names_what_it_reads(folder) -> None:
    folder.spoil("level: outcome\n", "level: comparison\nreads: [outcome]\n")
    assert folder.codes() == set()
    folder.spoil("FROM outcome_reading", "FROM outcome_reading CROSS JOIN (SELECT max(hours) AS h FROM activity) AS a")
    assert folder.codes() == {"level-undeclared"}
    folder.spoil("reads: [outcome]", "reads: [outcome, activity, process]")
    assert [(f.code, f.severity) for f in folder.lint()] == [("reads-unused", "warning")]


@pytest.mark.parametrize("expression", ["nosuch(value)", "value + DATE '2022-01-01'", "sum(value)"])
def test_what_duckdb_refuses_is_told(folder, expression: str) -> None:
    assert "sql-refused" in folder.spoil("row_key,", f"row_key, {expression} AS x,").codes()


def test_broken_sql_is_one_finding(folder) -> None:
    (finding,) = [f for f in folder.select("SELECT FROM WHERE").lint() if f.code != "view-unused"]
    assert finding.code == "sql-syntax"


def test_a_frame_is_read_too(folder) -> None:
    folder.write(
        "derived/week.sql",
        "/*---\nid: week\none_row_is: a piece of activity\nlevel: activity\n---*/\n"
        "SELECT row_key, objective_id, TRUE AS reported FROM activity\n",
    )
    folder.spoil("estimator: count\n", "estimator: count\nframe: week\n")
    (finding,) = {(f.code, f.line) for f in folder.lint()}
    assert finding == ("level-read", 10)


def test_a_frame_must_be_a_view_that_tells_what_was_reported(folder) -> None:
    folder.spoil("estimator: count\n", "estimator: count\nframe: weeks\n")
    assert "frame-unknown" in folder.codes()
    folder.spoil("frame: weeks", "frame: outcome_reading")
    assert "frame-unfit" in folder.codes()
    folder.spoil("objective_id,\n", "objective_id,\n    value IS NOT NULL AS reported,\n", VIEW_FILE)
    assert not {"frame-unknown", "frame-unfit"} & folder.codes()
