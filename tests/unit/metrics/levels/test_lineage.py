"""The way of a figure's columns back to their sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportmetrics.metrics.catalogue import Catalogue, load_catalogue
from reportmetrics.metrics.levels.lineage import lineage

SQL = Path(__file__).parents[4] / "sql"

HEAD = """/*---
id: outcome.readings
version: 1
title: t
question: q
level: outcome
unit: u
by: [objective_id]
estimator: sum
owner: o
reviewed: 2022-01-10
review_every: 12 months
decision: d
limits: l
source: s
---*/
"""


@pytest.fixture
def small(tmp_path: Path) -> Catalogue:
    for name, text in {
        "derived/reading.sql": "/*---\nid: reading\none_row_is: a\nlevel: outcome\n---*/\n"
        "SELECT row_key, objective_id, value + 1 AS v FROM observation WHERE level = 'outcome'",
        "metrics/outcome/readings.sql": HEAD + "SELECT row_key, objective_id, v AS value FROM reading",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return load_catalogue(tmp_path)


def test_every_edge_of_a_small_metric(small: Catalogue) -> None:
    found = lineage(small, "outcome.readings")
    assert {(e.source.label, e.target.label, e.kind) for e in found.edges} == {
        ("observation.row_key", "reading.row_key", "value"),
        ("observation.objective_id", "reading.objective_id", "value"),
        ("observation.value", "reading.v", "value"),
        ("observation (rows)", "reading (rows)", "rows"),
        ("observation.level", "reading (rows)", "condition"),
        ("reading.row_key", "outcome.readings.row_key", "value"),
        ("reading.objective_id", "outcome.readings.objective_id", "value"),
        ("reading.v", "outcome.readings.value", "value"),
        ("reading (rows)", "outcome.readings (rows)", "rows"),
    }
    by_label = {n.label: n.levels for e in found.edges for n in (e.source, e.target)}
    assert by_label["observation.value"] == by_label["outcome.readings.value"] == ("outcome",)
    assert by_label["reading.objective_id"] == ()


WRITTEN_OUT = {
    "burden.return_rows": {"step"},
    "latency.days_at_work": {"at_work"},
    "latency.working_days": {"calendar"},
    "quality.ledger": {"verdict"},
    "separation.coverage_map": {"result_level"},
}
"""Group columns whose values stand as literals in the SELECT, and so come from no source column."""


def test_each_metric_of_the_catalogue_comes_from_canonical_tables() -> None:
    catalogue = load_catalogue(SQL)
    for metric_id, metric in catalogue.metrics.items():
        found = lineage(catalogue, metric_id)
        assert found.sources, metric_id
        assert {n.relation for n in found.sources} <= set(metric.tables), metric_id
        returned = {e.target.column for e in found.edges if e.target.relation == metric_id}
        assert returned >= set(metric.definition.by) - WRITTEN_OUT.get(metric_id, set()), metric_id


def test_an_unknown_metric_is_a_key_error(small: Catalogue) -> None:
    with pytest.raises(KeyError):
        lineage(small, "no.such")
