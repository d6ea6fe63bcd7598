"""Every code of the lint, once where it is deserved and once where it comes close and is not.

Each line edits the sound folder of ``conftest`` twice: the first must bring the code, the second must lint clean.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.released import with_release, write_released
from tests.unit.metrics.lint.conftest import METRIC_FILE, VIEW_FILE, Folder
from tests.unit.metrics.lint.test_documentation import codes_of_the_lint

Edit = Callable[[Folder], object]

HEAD = "/*---\nid: {name}\none_row_is: a unit\nlevel: neutral\n---*/\n"


def metric(old: str, new: str) -> Edit:
    return lambda folder: folder.spoil(old, new)


def view(old: str, new: str) -> Edit:
    return lambda folder: folder.spoil(old, new, VIEW_FILE)


def select(sql: str) -> Edit:
    return lambda folder: folder.select(sql)


def column(expression: str) -> Edit:
    return metric("row_key,", f"row_key, {expression},")


def source(text: str) -> Edit:
    return metric("FROM outcome_reading", f"FROM {text}")


def field(line: str) -> Edit:
    return metric("owner: ops-assessment\n", f"owner: ops-assessment\n{line}\n")


def without(name: str) -> Edit:
    def edit(folder: Folder) -> None:
        lines = (folder.sql / METRIC_FILE).read_text().splitlines()
        folder.write(METRIC_FILE, "\n".join(ln for ln in lines if not ln.startswith(f"{name}:")) + "\n")

    return edit


def another_view(name: str, sql: str) -> Edit:
    return lambda folder: folder.write(f"derived/{name}.sql", HEAD.format(name=name) + sql + "\n")


def case(folder: Folder) -> None:
    (folder.tests / "cases" / "outcome.readings.yaml").unlink()


def released(folder: Folder) -> None:
    found = load_catalogue(folder.sql).metrics["outcome.readings"]
    known = {"outcome.readings": (found.definition.version, found.definition_hash)}
    write_released(folder.sql, with_release({}, known))


def record(text: str) -> Edit:
    return lambda folder: folder.write("metrics/released.yaml", text)


def gone(folder: Folder) -> None:
    (folder.sql / METRIC_FILE).unlink()


def nothing(folder: Folder) -> None:
    assert folder.sql.is_dir()


def both(*edits: Edit) -> Edit:
    def edit(folder: Folder) -> None:
        for one in edits:
            one(folder)

    return edit


@dataclass(frozen=True)
class Rule:
    """``bad`` brings ``code``; ``good`` comes close and brings nothing."""

    code: str
    bad: Edit
    good: Edit


COMPARISON = metric("level: outcome\n", "level: comparison\nreads: [outcome, activity]\n")
BESIDE = source("outcome_reading CROSS JOIN (SELECT min(occurred_on) AS since FROM activity) AS a")

REQUIRED_TEXTS = ("id", "title", "question", "unit", "owner", "decision", "limits", "source")

MISSING = [
    Rule(f"{name.replace('_', '-')}-missing", without(name), nothing)
    for name in (*REQUIRED_TEXTS, "level", "estimator", "by", "version", "reviewed", "review_every")
]

RULES: Sequence[Rule] = [
    *MISSING,
    Rule("level-read", BESIDE, both(COMPARISON, BESIDE)),
    Rule(
        "level-undeclared",
        both(metric("level: outcome\n", "level: comparison\nreads: [outcome]\n"), BESIDE),
        both(COMPARISON, BESIDE),
    ),
    Rule("row-level-read", source("observation"), source("outcome_reading")),
    Rule("view-level", view("level = 'outcome'", "level <> 'output'"), view("level = 'outcome'", "'outcome' = level")),
    Rule("reads-forbidden", field("reads: [activity]"), both(COMPARISON, BESIDE)),
    Rule("reads-unused", COMPARISON, both(COMPARISON, BESIDE)),
    Rule("engine-differs", select("SELECT name AS row_key FROM (SHOW TABLES)"), column("'SHOW TABLES' AS x")),
    Rule("sql-refused", column("value + DATE '2022-01-01' AS x"), column("observed_on + INTERVAL 1 DAY AS x")),
    Rule("select-star", metric("row_key,", "*,"), column("2 * value AS x")),
    Rule(
        "whole-row",
        column("outcome_reading AS x"),
        column("outcome_reading.value AS x"),
    ),
    Rule("positional-reference", column("#1 AS x"), column("'#1' AS x")),
    Rule("qualified-name", source("main.outcome_reading"), source("outcome_reading AS main")),
    Rule(
        "alias-twice",
        select("SELECT r.row_key, r.objective_id FROM outcome_reading AS r CROSS JOIN outcome_reading AS r"),
        select("SELECT r.row_key, r.objective_id FROM outcome_reading AS r CROSS JOIN outcome_reading AS s"),
    ),
    Rule("table-unknown", source("outcome_readings"), source("outcome_reading AS outcome_readings")),
    Rule("column-unknown", column("reading AS x"), column("VALUE AS x")),
    Rule("table-function", source("read_parquet('outcome_reading/*.parquet')"), column("'read_parquet(x)' AS x")),
    Rule(
        "table-hidden",
        select(
            "WITH unit AS (SELECT row_key, objective_id FROM outcome_reading) SELECT row_key, objective_id FROM unit"
        ),
        select("WITH few AS (SELECT row_key, objective_id FROM outcome_reading) SELECT row_key, objective_id FROM few"),
    ),
    Rule("parameter", column("$hours AS x"), column("'$hours' AS x")),
    Rule(
        "unsupported-sql",
        source("outcome_reading USING SAMPLE 10%"),
        source("outcome_reading AS sample"),
    ),
    Rule("sql-syntax", source("outcome_reading WHERE ("), source("outcome_reading WHERE (TRUE)")),
    Rule("sql-one-select", source("outcome_reading; DROP TABLE request"), source("outcome_reading;")),
    Rule("division", column("1 / value AS x"), column("1 / nullif(value, 0) AS x")),
    Rule("not-deterministic", column("age(observed_on) AS x"), column("age(observed_on, DATE '2022-01-01') AS x")),
    Rule(
        "order-open",
        select("SELECT any_value(row_key) AS row_key, objective_id FROM outcome_reading GROUP BY objective_id"),
        select("SELECT min(row_key) AS row_key, objective_id FROM outcome_reading GROUP BY objective_id"),
    ),
    Rule(
        "ordered-rows",
        source("outcome_reading ORDER BY row_key"),
        column("row_number() OVER (ORDER BY row_key) AS x"),
    ),
    Rule("not-portable", column("median(value) OVER () AS x"), column("avg(value) OVER () AS x")),
    Rule("reads-metric", source("figure"), column("'figure' AS figure")),
    Rule(
        "column-missing",
        metric("estimator: count", "estimator: sum"),
        both(metric("estimator: count", "estimator: sum"), column("value")),
    ),
    Rule(
        "row-key",
        both(view("    row_key,\n", "    row_key AS key,\n"), metric("    row_key,\n", "    key AS row_key,\n")),
        view("    row_key,\n", "    row_key || '' AS row_key,\n"),
    ),
    Rule("column-name", column("value + 1"), column("value + 1 AS x")),
    Rule("column-twice", column("objective_id"), column("objective_id AS x")),
    Rule("field-unknown", field("ownr: nobody"), field("# ownr: nobody")),
    Rule("field-twice", field("unit: days"), field("# unit: days")),
    Rule("field-value", metric("version: 2", "version: two"), metric("version: 2", "version: 12")),
    Rule("header-missing", metric("/*---\n", ""), metric("---*/\n", "---*/\n\n")),
    Rule("header-open", metric("---*/\n", ""), metric("---*/\n", "---*/\n/* more */\n")),
    Rule("header-yaml", metric("title: Readings", "title: [Readings"), metric("title: Readings", "title: '[Readings'")),
    Rule(
        "frame-unknown",
        field("frame: weeks"),
        both(field("frame: outcome_reading"), view("    value\n", "    value IS NOT NULL AS reported,\n    value\n")),
    ),
    Rule(
        "frame-unfit",
        field("frame: outcome_reading"),
        both(field("frame: outcome_reading"), view("    value\n", "    value IS NOT NULL AS reported,\n    value\n")),
    ),
    Rule(
        "circle",
        view("FROM observation", "FROM outcome_reading"),
        view("FROM observation", "FROM observation AS outcome_reading"),
    ),
    Rule(
        "view-unused",
        another_view("spare", "SELECT row_key, unit_id FROM unit"),
        both(
            another_view("spare", "SELECT row_key, unit_id FROM unit"),
            source("outcome_reading WHERE EXISTS (SELECT 1 AS one FROM spare)"),
        ),
    ),
    Rule("case-missing", case, nothing),
    Rule(
        "version-unchanged",
        both(released, source("outcome_reading WHERE value > 0")),
        both(released, source("outcome_reading -- WHERE value > 0")),
    ),
    Rule("version-lowered", both(released, metric("version: 2", "version: 1")), released),
    Rule("released-removed", both(released, gone), released),
    Rule("released-record", record("outcome.readings: {2: abc}\n"), released),
]

ELSEWHERE = {
    "review-overdue": "test_lint_folder.py::test_a_review_is_overdue_the_day_after_it_was_due",
    "deprecated-missing": "../test_deprecated.py::test_a_kept_version_does_not_change",
    "deprecated-changed": "../test_deprecated.py::test_a_kept_version_does_not_change",
    "deprecated-estimator": "../test_deprecated.py::test_an_estimator_that_changed_since_is_told",
}
"""Codes whose two sides are told by a test of their own: they need another day, or an older release."""


def test_no_code_is_left_out() -> None:
    told = {rule.code for rule in RULES} | set(ELSEWHERE)
    assert sorted(codes_of_the_lint() - told) == []
    for test in ELSEWHERE.values():
        name, function = test.split("::")
        assert f"def {function}(" in (Path(__file__).parent / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_code_is_told_where_it_is_deserved(folder: Folder, rule: Rule) -> None:
    rule.bad(folder)
    assert rule.code in folder.codes()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_what_comes_close_passes(folder: Folder, rule: Rule) -> None:
    rule.good(folder)
    assert [str(f) for f in folder.lint()] == []
