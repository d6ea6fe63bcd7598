"""Figures in plain SQL: what a person types into any DuckDB shell, without this software.

Belongs here: the formula of an estimator as one SELECT over the contributing rows, where SQL can say it. Not here: the
estimators themselves; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reportmetrics.metrics.metric import FRAME_COLUMN, Metric

ROWS = "contributing_rows"
GROUPS = "groups_there_are"
"""The groups of a metric's frame: which of them have a true zero, and which were not reported."""


def by_hand(metric: Metric) -> dict[str, str]:
    """SQL by statistic: each returns the headline's group columns and ``value`` from ``contributing_rows``.

    Only statistics whose formula is plain enough to be read are there; the others are left to the rows.
    """
    found: dict[str, str] = {}
    for use in metric.definition.estimators:
        write = _FORMULAS.get(use.name)
        if write is not None:
            found |= write(metric.definition.by, use.params, metric.definition.select.columns)
    return {name: _framed(metric, sql) for name, sql in found.items()} if _has_frame(metric) else found


def _has_frame(metric: Metric) -> bool:
    """Whether the metric's frame tells zero from unreported for the groups of its headline."""
    frame = metric.frame_query
    return frame is not None and set(frame.columns) - {FRAME_COLUMN} == set(metric.definition.by)


def _framed(metric: Metric, sql: str) -> str:
    """Groups without any row: zero where something was reported, null where nothing was."""
    by = metric.definition.by
    names = ", ".join(f'coalesce(g."{c}", r."{c}") AS "{c}"' for c in by)
    order = ", ".join(str(i) for i, _ in enumerate(by, start=1))
    same = " AND ".join(f'g."{c}" = r."{c}"' for c in by)
    return (
        f"SELECT\n    {names},\n    coalesce(r.value, CASE WHEN g.{FRAME_COLUMN} THEN 0 END) AS value\n"
        f"FROM {GROUPS} AS g\nFULL JOIN (\n{sql}\n) AS r ON {same}\nORDER BY {order}"
    )


def _grouped(by: Sequence[str], value: str, source: str = ROWS) -> str:
    names = ", ".join(f'"{c}"' for c in by)
    head = f"{names},\n    " if by else ""
    tail = f"\nGROUP BY {names}\nORDER BY {names}" if by else ""
    return f"SELECT\n    {head}{value} AS value\nFROM {source}{tail}"


def _sum(by: Sequence[str], params: Mapping[str, Any], _: Sequence[str]) -> dict[str, str]:
    return {"sum": _grouped(by, f"sum(CAST(value AS DOUBLE)) / {params['per_unit']}")}


def _count(by: Sequence[str], _params: Mapping[str, Any], _: Sequence[str]) -> dict[str, str]:
    return {"count": _grouped(by, "count(*)")}


def _share(by: Sequence[str], _params: Mapping[str, Any], _: Sequence[str]) -> dict[str, str]:
    known = f"{ROWS}\nWHERE numerator IS NOT NULL AND denominator IS NOT NULL"
    top, bottom = "sum(CAST(numerator AS BIGINT))", "sum(CAST(denominator AS BIGINT))"
    return {
        "share": _grouped(by, f"{top}::DOUBLE / nullif({bottom}, 0)", known),
        "numerator": _grouped(by, f"{top}::DOUBLE", known),
    }


def _age_profile(by: Sequence[str], params: Mapping[str, Any], _: Sequence[str]) -> dict[str, str]:
    return {"open": _grouped(by, "count(*)"), "max": _grouped(by, f"max(duration) / {params['per_unit']}::DOUBLE")}


def _kaplan_meier(by: Sequence[str], params: Mapping[str, Any], columns: Sequence[str]) -> dict[str, str]:
    """The product-limit curve by window functions, and the first time at which it is at or below one half."""
    names = ", ".join(f'"{c}"' for c in by)
    lead = f"{names}, " if by else ""
    part = f"PARTITION BY {names} " if by else ""
    same = " AND ".join(f'r."{c}" IS NOT DISTINCT FROM t."{c}"' for c in by) or "TRUE"
    # Under delayed entry a spell is at risk after its entry only, and one that ended before it could be seen never is.
    entry = " AND (r.entry IS NULL OR r.entry < t.duration)" if "entry" in columns else ""
    seen = "\n    WHERE entry IS NULL OR entry < duration" if "entry" in columns else ""
    group = f"\nGROUP BY {names}\nORDER BY {names}" if by else ""
    sql = f"""WITH moment AS (
    SELECT {lead}duration, count(*) FILTER (WHERE event) AS decided
    FROM {ROWS}{seen}
    GROUP BY {lead}duration
),
risk AS (
    SELECT
        {", ".join([*(f't."{c}"' for c in by), "t.duration"])},
        t.decided,
        (SELECT count(*) FROM {ROWS} AS r WHERE {same} AND r.duration >= t.duration{entry}) AS at_risk
    FROM moment AS t
    WHERE t.decided > 0
),
curve AS (
    SELECT
        {lead}duration,
        product(1 - decided / at_risk::DOUBLE) OVER ({part}ORDER BY duration) AS survival
    FROM risk
)
SELECT
    {lead}min(duration) / {params["per_unit"]}::DOUBLE AS value
FROM curve
WHERE survival <= 0.5 + 1e-12{group}"""
    return {"median": sql}


_FORMULAS = {
    "sum": _sum,
    "count": _count,
    "share": _share,
    "age_profile": _age_profile,
    "kaplan_meier": _kaplan_meier,
}
