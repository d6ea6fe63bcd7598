"""A folder of SQL with one good metric and one good view, to be spoiled by tests."""

from __future__ import annotations

from pathlib import Path

METRIC = """\
/*---
id: latency.wait
version: 1
title: Wait
question: How long?
level: process
unit: days
by: [hq]
also_by: [[hq, priority]]
estimator: {kaplan_meier: {at: [30], per_unit: 86400}}
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
decision: Whether to ask again.
limits: None known.
source: Kaplan and Meier 1958
---*/
-- comments do not count
SELECT row_key, hq, priority, waited AS duration, decided AS event
FROM waiting
"""

VIEW = """\
/*---
id: waiting
one_row_is: a request
level: process
---*/
SELECT
    row_key, hq, priority,
    date_diff('second', raised_at, as_of_at) AS waited,
    decided_at IS NOT NULL AS decided
FROM request CROSS JOIN as_of
"""


def write(folder: Path, *, metric: str = METRIC, view: str = VIEW, core: str = "SELECT 1 -- core\n") -> Path:
    """``sql/`` with these texts."""
    for name, text in (("metrics/latency/wait.sql", metric), ("derived/waiting.sql", view), ("core/request.sql", core)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
