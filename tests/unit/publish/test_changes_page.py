"""The page Changes: restated figures apart from what time moved, each with its split, in words that are true."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from reportmetrics.audit.changes import SCHEMA, Changes
from reportmetrics.publish.pages import changes as page_module

METRICS = {
    "activity.held": SimpleNamespace(id="activity.held", by=("objective_id",)),
    "burden.timeliness": SimpleNamespace(id="burden.timeliness", by=("template_id",)),
}


def row(metric: str, dims: str, **cells: Any) -> dict[str, Any]:
    blank: dict[str, Any] = dict.fromkeys(SCHEMA)
    return {**blank, "metric": metric, "dims": dims, "statistic": "sum", "label": "", "what": "value", **cells}


CORRECTED = row(
    "activity.held", '{"objective_id":"LO-01"}', unit="activities", before=10.0, after=18.0, change=8.0,
    corrections=5.0, new_data=3.0, definitions=0.0,
)  # fmt: skip
NEWS = row(
    "activity.held", '{"objective_id":"LO-02"}', unit="activities", before=4.0, after=5.0, change=1.0,
    corrections=0.0, new_data=1.0, definitions=0.0,
)  # fmt: skip
LATE = {**NEWS, "dims": '{"objective_id":"LO-02","week":"2022-01-03"}'}
RUNNING = {**NEWS, "dims": '{"objective_id":"LO-02","week":"2022-01-24"}'}
REDEFINED = row(
    "burden.timeliness", '{"template_id":"WAR"}', unit="share", before=0.5, after=0.75, change=0.25,
    corrections=0.0, new_data=0.0, definitions=0.25,
)  # fmt: skip


def build(*rows: dict[str, Any], versions: dict[str, str] | None = None, before: str = "2022-01-24-r1") -> Any:
    found = Changes(before, "2022-01-31-r1", pl.DataFrame(list(rows), schema=SCHEMA), versions or {}, 1, 7)
    edition = SimpleNamespace(
        changes=found,
        before=before,
        name="2022-01-31-r1",
        catalogue=SimpleNamespace(metrics=METRICS),
        figures=SimpleNamespace(first_statistics=lambda: dict.fromkeys(METRICS, "sum")),
    )
    return page_module.build(edition)  # type: ignore[arg-type]


def texts(page: Any, block: str) -> list[list[str]]:
    (found,) = [b for b in page.blocks if b.id == block]
    return [[c.text for c in r] for r in found.table.rows] if found.table else []


def test_a_corrected_figure_is_restated_with_its_split_and_news_stand_apart() -> None:
    page = build(CORRECTED, NEWS)
    assert page.heading == "One figure is restated: by corrections"
    (restated,) = texts(page, "restated")
    assert restated == ["activity.held", "objective LO-01", "sum", "activities", "10", "18", "+8", "+5", "+3", "0"]
    assert texts(page, "moved") == [["activity.held", "objective LO-02", "sum", "activities", "4", "5", "+1"]]
    assert texts(page, "by-metric") == [["activity.held", "2", "0", "0", "1"]]


def test_late_data_of_a_closed_week_stands_apart_from_the_week_that_ran() -> None:
    page = build(LATE, RUNNING)
    assert page.heading == "No figure is restated; what changed is new data"
    assert [r[1] for r in texts(page, "late")] == ["objective LO-02, week 2022-01-03"]
    assert texts(page, "moved") == []


def test_a_changed_definition_restates_also_where_no_effect_can_be_given() -> None:
    lost = {**REDEFINED, "dims": '{"template_id":"BOR"}', "after": None, "change": None, "definitions": None}
    page = build(REDEFINED, lost, NEWS, versions={"burden.timeliness": "version 1 to 2"})
    assert page.heading == "2 figures are restated: one by changed definitions"
    shown = {r[1]: r[4:] for r in texts(page, "restated")}
    assert shown["template WAR"][:3] == ["50\u00a0%", "75\u00a0%", "+25\u00a0%"]
    assert shown["template BOR"][1:3] == ["–", "–"]
    assert texts(page, "redefined") == [["burden.timeliness", "version 1 to 2"]]


@pytest.mark.parametrize(
    ("before", "why", "heading", "lede"),
    [
        ("", "", "The first publication: nothing to compare with", "From the next one on"),
        ("2022-01-24-r1", "the disk is full", "Not compared with 2022-01-24-r1", "Reason: the disk is full."),
    ],
)
def test_without_a_comparison_the_page_says_why(before: str, why: str, heading: str, lede: str) -> None:
    edition = SimpleNamespace(changes=why, before=before, name="2022-01-31-r1")
    page = page_module.build(edition)  # type: ignore[arg-type]
    assert page.heading == heading
    assert lede in page.lede
    assert list(page.blocks) == []


def test_noise_of_the_last_digits_is_no_effect() -> None:
    noisy = {**NEWS, "unit": "share", "before": 0.1, "after": 0.3, "change": 0.3 - 0.1, "new_data": 0.3 - 0.1}
    (moved,) = texts(build(noisy), "moved")
    assert moved[4:] == ["10\u00a0%", "30\u00a0%", "+20\u00a0%"]
