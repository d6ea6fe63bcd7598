"""Each mistake in a definition is named with its file, its line and a remedy; all of them at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.header import DefinitionError, Problem
from tests.unit.metrics.sql_folder import METRIC, VIEW, write


def problems(folder: Path, **texts: str) -> list[Problem]:
    with pytest.raises(DefinitionError) as caught:
        load_catalogue(write(folder, **texts))
    assert str(caught.value).count("\n") == len(caught.value.problems) - 1
    return caught.value.problems


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "says"),
    [
        ("/*---\n", "", "header-missing", 1, "does not start"),
        ("---*/", "", "header-open", 1, "not closed"),
        ("title: Wait", "title: [Wait", "header-yaml", 5, "not YAML"),
        ("unit: days", "unit: days\nunit: days", "field-twice", 8, "line 7 already"),
        ("owner: ", "ownr: ", "field-unknown", 11, "no field 'ownr'"),
        ("decision: Whether to ask again.\n", "", "field-missing", 1, "'decision' is missing"),
        ("id: latency.wait", "id: latency.delay", "field-value", 2, "must be 'latency.wait'"),
        ("version: 1", "version: one", "field-value", 3, "whole number"),
        ("version: 1", "version: 0", "field-value", 3, "whole number"),
        ("title: Wait", "title: ''", "field-value", 4, "must be a text"),
        ("level: process", "level: procedure", "field-value", 6, "must be one of input"),
        ("by: [hq]\n", "by: hq\n", "field-value", 8, "list of column names"),
        ("by: [hq]\n", "by: [hq, hq]\n", "field-value", 8, "twice"),
        ("[[hq, priority]]", "[[hq, priority], [priority, hq]]", "field-value", 9, "a grouping twice"),
        ("[[hq, priority]]", "[[hq]]", "field-value", 9, "repeats the grouping"),
        ("kaplan_meier:", "kaplan:", "field-value", 10, "'kaplan', which is no estimator"),
        ("at: [30]", "days: [30]", "field-value", 10, "no parameter 'days'"),
        ("at: [30]", "at: [60, 30]", "field-value", 10, "rising numbers"),
        ("per_unit: 86400", "per_unit: 0", "field-value", 10, "above 0"),
        ("reviewed: 2022-01-10", "reviewed: last year", "field-value", 12, "a date"),
        ("12 months", "often", "field-value", 13, "'12 months'"),
        ("limits:", "caveats: [biased]\nlimits:", "field-value", 15, "'code: sentence'"),
        ("limits:", "frame: waiting\nlimits:", "field-value", 15, "only for count and sum"),
        ("limits:", "reads: [everything]\nlimits:", "field-value", 15, "must be a list of input"),
        ("limits:", "listings: {old: {rows: 3}}\nlimits:", "field-value", 15, "order_by"),
        ("decided AS event", "decided AS ended", "column-missing", 18, "'event'"),
        ("row_key, hq,", "hq,", "column-missing", 18, "'row_key'"),
        ("hq, priority,", "hq,", "column-missing", 18, "'priority'"),
        ("FROM waiting", "FROM waiting; DROP TABLE request", "sql-one-select", 18, "exactly one SELECT"),
        ("FROM waiting", "FROM waiting WHERE (", "sql-syntax", 20, "cannot be read"),
        ("FROM waiting", "FROM awaiting", "table-unknown", 1, "'awaiting'"),
        ("FROM waiting", "FROM latency.wait", "table-unknown", 1, "'wait'"),
        ("SELECT row_key", "SELECT *, row_key", "select-star", 19, "'SELECT *'"),
        ("waited AS duration", "waited / decided AS duration", "division", 19, "divide by zero"),
        ("waited AS duration", "quantile_cont(waited, 0.5) AS duration", "not-portable", 19, "between engines"),
        ("waited AS duration", "waited + 1, waited AS duration", "column-name", 18, "no name"),
        ("priority,", "priority, hq,", "column-twice", 18, "'hq' is returned twice"),
        (
            "SELECT row_key",
            "WITH request AS (SELECT 1 AS x) SELECT row_key",
            "table-hidden",
            1,
            "'request' hides",
        ),
    ],
)
def test_a_mistake_in_a_metric_is_named(old: str, new: str, code: str, line: int, says: str, tmp_path: Path) -> None:
    assert old in METRIC
    found = [p for p in problems(tmp_path, metric=METRIC.replace(old, new, 1)) if p.code == code and says in str(p)]
    assert [(p.path, p.line) for p in found] == [("metrics/latency/wait.sql", line)]
    assert found[0].remedy


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("level: process\n", "", "field-missing"),
        ("id: waiting", "id: queue", "field-value"),
        ("row_key, hq", "hq", "row-key"),
        ("FROM request", "FROM waiting", "circle"),
    ],
)
def test_a_mistake_in_a_view_is_named(old: str, new: str, code: str, tmp_path: Path) -> None:
    found = problems(tmp_path, view=VIEW.replace(old, new, 1))
    assert [(p.path, p.code) for p in found if p.path.startswith("derived/")] == [("derived/waiting.sql", code)]


def test_all_mistakes_of_all_files_come_at_once(tmp_path: Path) -> None:
    metric = METRIC.replace("owner:", "ownr:").replace("version: 1", "version: x")
    found = problems(tmp_path, metric=metric, view=VIEW.replace("id: waiting", "id: queue"))
    assert {p.code for p in found} == {"field-unknown", "field-missing", "field-value"}
    assert {p.path for p in found} == {"metrics/latency/wait.sql", "derived/waiting.sql"}
    assert next(p for p in found if p.code == "field-unknown").remedy == "did you mean 'owner'?"


@pytest.mark.parametrize("guarded", ["waited / 86400", "waited / nullif(decided, 0)", "waited / CAST(60 AS DOUBLE)"])
def test_a_guarded_division_is_let_through(guarded: str, tmp_path: Path) -> None:
    load_catalogue(write(tmp_path, metric=METRIC.replace("waited AS duration", f"{guarded} AS duration")))


def test_counting_stars_is_let_through(tmp_path: Path) -> None:
    text = METRIC.replace("FROM waiting", "FROM waiting WHERE (SELECT count(*) FROM request) > 0")
    assert load_catalogue(write(tmp_path, metric=text)).metrics["latency.wait"].tables == ("as_of", "request")
