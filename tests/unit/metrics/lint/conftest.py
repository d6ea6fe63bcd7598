"""A small folder of definitions that lints clean, for tests to spoil."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from reportmetrics.metrics.findings import Finding
from reportmetrics.metrics.lint import lint_folder

METRIC_FILE, VIEW_FILE = "metrics/outcome/readings.sql", "derived/outcome_reading.sql"

VIEW = """/*---
id: outcome_reading
one_row_is: a reading of an outcome indicator
level: outcome
---*/
SELECT
    row_key,
    objective_id,
    observed_on,
    value
FROM observation
WHERE level = 'outcome'
"""

METRIC = """/*---
id: outcome.readings
version: 2
title: Readings
question: How many readings are there?
level: outcome
unit: readings
by: [objective_id]
estimator: count
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
decision: Which indicator to read next.
limits: Blank readings count.
source: Complete count
---*/
SELECT
    row_key,
    objective_id
FROM outcome_reading
"""

TODAY = dt.date(2022, 1, 31)


class Folder:
    """An SQL folder with its cases; ``spoil`` replaces text in a file, ``lint`` tells what the lint says."""

    def __init__(self, root: Path) -> None:
        self.sql, self.tests = root / "sql", root / "tests"
        self.write(VIEW_FILE, VIEW)
        self.write(METRIC_FILE, METRIC)
        (self.tests / "cases").mkdir(parents=True)
        (self.tests / "cases" / "outcome.readings.yaml").write_text("given: {}\n")

    def write(self, name: str, text: str) -> None:
        path = self.sql / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def spoil(self, old: str, new: str, name: str = METRIC_FILE) -> Folder:
        text = (self.sql / name).read_text()
        assert old in text
        self.write(name, text.replace(old, new))
        return self

    def select(self, sql: str) -> Folder:
        """Give the metric another SELECT."""
        head = (self.sql / METRIC_FILE).read_text().split("---*/")[0]
        self.write(METRIC_FILE, f"{head}---*/\n{sql}\n")
        return self

    def lint(self, today: dt.date = TODAY) -> list[Finding]:
        return lint_folder(self.sql, today=today, tests_folder=self.tests)

    def codes(self) -> set[str]:
        return {f.code for f in self.lint()}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def only(folder: Folder) -> Callable[[str], Finding]:
    """The one finding of a code."""

    def found(code: str) -> Finding:
        (finding,) = [f for f in folder.lint() if f.code == code]
        return finding

    return found
