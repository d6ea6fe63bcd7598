"""What a simulation tests: claims with how often they held, and estimators run on drawn rows as a metric runs them.

Belongs here: what all parts of the validation share. Not here: a claim itself, the report (``validate``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import polars as pl

from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.metrics.estimators.base import Estimate, checked_params

DRAWS = 2_000
HONEST_INTERVAL = (0.93, 0.97)
"""Where the share of 95 % intervals that hold the truth should lie."""
NO_FALSE_ALARM = (0.0, 0.05)
SEEN = (0.95, 1.0)


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim, how often it held, in how many draws, and what was wanted."""

    part: str
    claim: str
    held: int
    draws: int
    wanted: tuple[float, float]

    @property
    def share(self) -> float:
        """Share of draws in which the claim held."""
        return self.held / self.draws

    @property
    def kept(self) -> bool:
        """Whether the share lies where it was wanted."""
        return self.wanted[0] <= self.share <= self.wanted[1]


@dataclass(frozen=True, slots=True)
class Curves:
    """Lines of one plot by their names, with the words of both axes and the upper ends of both."""

    name: str
    title: str
    axes: tuple[str, str]
    ends: tuple[float, float]
    lines: Mapping[str, tuple[Sequence[float], Sequence[float]]]


def estimate(name: str, rows: Mapping[str, object], given: Mapping[str, object]) -> Estimate:
    """Run one estimator on rows of one group, through its own reduction."""
    estimator = ESTIMATORS[name]
    params, problems = checked_params(estimator, given)
    assert not problems, problems
    frame = pl.DataFrame(rows)
    reduction = estimator.reduction(frame.columns, params)
    sql = ", ".join(
        [*reduction.keys, *(f"{expression} AS {alias}" for alias, expression in reduction.aggregates.items())]
    )
    grouped = f" GROUP BY {', '.join(reduction.keys)} ORDER BY {', '.join(reduction.keys)}" if reduction.keys else ""
    reduced = duckdb.sql(f"SELECT {sql} FROM frame{grouped}").pl()
    assert estimator.scope == "group"
    return estimator.finish(reduced, params)


def figure(result: Estimate, statistic: str, label: str = "") -> tuple[float | None, float | None, float | None]:
    """Value and interval of one statistic."""
    found = next(f for f in result.figures if f.statistic == statistic and f.label == label)
    return found.value, found.lower, found.upper


def covers(truth: float, lower: float | None, upper: float | None) -> bool:
    """Whether an interval holds the truth; a missing bound is unbounded."""
    return (lower is None or lower <= truth) and (upper is None or truth <= upper)
