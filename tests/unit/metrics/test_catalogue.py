"""What a definition's hash depends on, and how views are put into a metric's query."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.settings import sql_folder
from tests.unit.metrics.sql_folder import METRIC, VIEW, write


def digest(folder: Path, **texts: str) -> str:
    return load_catalogue(write(folder, **texts)).metrics["latency.wait"].definition_hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("-- comments do not count\n", ""),
        ("SELECT row_key, hq,", "select\n    row_key,\n    hq,"),
        ("title: Wait", "title: The wait"),
        ("decision: Whether to ask again.", "decision: None."),
        ("reviewed: 2022-01-10", "reviewed: 2022-06-10"),
        ("version: 1", "version: 2"),
        ("{at: [30], per_unit: 86400}", "{per_unit: 86400, at: [30], interval: log-log}"),
    ],
)
def test_layout_and_words_do_not_change_the_hash(old: str, new: str, tmp_path: Path) -> None:
    assert old in METRIC
    assert digest(tmp_path / "a") == digest(tmp_path / "b", metric=METRIC.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("FROM waiting", "FROM waiting WHERE decided"),
        ("unit: days", "unit: hours"),
        ("at: [30]", "at: [60]"),
        ("also_by: [[hq, priority]]\n", ""),
        ("limits:", 'caveats: ["odd: it is odd"]\nlimits:'),
    ],
)
def test_what_changes_the_meaning_changes_the_hash(old: str, new: str, tmp_path: Path) -> None:
    assert digest(tmp_path / "a") != digest(tmp_path / "b", metric=METRIC.replace(old, new, 1))


def test_the_sql_beneath_and_the_estimator_belong_to_the_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = digest(tmp_path / "a")
    assert first != digest(tmp_path / "b", view=VIEW.replace("FROM request", "FROM request WHERE hq = 'A'"))
    assert first == digest(tmp_path / "c", view=VIEW.replace("SELECT", "SELECT -- why"))
    assert first != digest(tmp_path / "d", core="SELECT 2")
    assert first == digest(tmp_path / "e", core="select\n  1 /* else */")
    monkeypatch.setattr(type(ESTIMATORS["kaplan_meier"]), "version", 99)
    assert first != digest(tmp_path / "f")


def test_only_the_views_needed_are_put_in_each_after_what_it_reads() -> None:
    metric = load_catalogue(sql_folder()).metrics["outcome.coverage"]
    assert set(metric.views) == {"outcome_indicator", "outcome_reading", "outcome_state"}
    assert metric.views[-1] == "outcome_state"
    assert metric.views.index("outcome_indicator") < metric.views.index("outcome_reading")
    assert metric.tables == ("as_of", "indicator", "objective", "observation")
    assert "request_wait" not in metric.rows_sql


def test_a_metric_has_the_fields_of_its_definition() -> None:
    metric = load_catalogue(sql_folder()).metrics["latency.time_to_decision"]
    assert (metric.id, metric.by, metric.theme) == ("latency.time_to_decision", ("hq",), "latency")
    assert replace(metric, tables=()).definition is metric.definition
    with pytest.raises(AttributeError):
        _ = metric._nothing
