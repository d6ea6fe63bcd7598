"""The contract of an estimator: from rows to figures in two steps.

* ``reduce``: plain aggregates under one GROUP BY, mergeable, so that any engine can run them at any size;
* ``finish``: numpy and scipy on the reduced table.

Belongs here: the protocol and the values that pass through it. Not here: any formula.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    import polars as pl

Params = Mapping[str, Any]


class EstimatorError(Exception):
    """Rows that an estimator cannot make sense of; the message says what is wrong with them."""


@dataclass(frozen=True, slots=True)
class Need:
    """A column that the metric's SELECT returns for the estimator."""

    name: str
    meaning: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of an estimator. ``problem`` says what is wrong with a value, or None."""

    name: str
    default: Any
    problem: Callable[[Any], str | None]
    meaning: str


@dataclass(frozen=True, slots=True)
class Reduction:
    """What to group by besides the group columns, and the aggregates (alias -> SQL over the rows' columns).

    With ``each_row`` nothing can be added up: the rows come as they are, and ``aggregates`` are of one row.
    """

    keys: tuple[str, ...]
    aggregates: Mapping[str, str]
    each_row: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, or the reason why there is none. ``lower`` and ``upper`` are null where unbounded or unknown."""

    statistic: str
    value: float | None
    n: int
    n_missing: int = 0
    label: str = ""
    lower: float | None = None
    upper: float | None = None
    unit: str | None = None
    reason: str | None = None
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Estimate:
    """The figures of one group, and its curves: name -> frame with columns x, y, lower, upper, n.

    ``caveats`` are true of the group's rows: they go with every figure of the group, of other estimators too.
    """

    figures: Sequence[Figure]
    series: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    caveats: tuple[str, ...] = ()


class GroupEstimator(Protocol):
    """Finishes each group on its own."""

    name: str
    version: int
    scope: Literal["group"]
    needs: tuple[Need, ...]
    params: tuple[Param, ...]

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:
        """What to ask the engine for, given which columns the SELECT returns."""
        ...

    def finish(self, reduced: pl.DataFrame, params: Params) -> Estimate:
        """Figures of one group; ``reduced`` has the keys and aggregates, sorted by the keys, and at least one row."""
        ...


class RowEstimator(GroupEstimator, Protocol):
    """Finishes each group on its own, of which the engine returns one row: of ten thousand groups no frames are made.

    ``finish`` is ``finish_row`` of a frame's only row.
    """

    def finish_row(self, row: Mapping[str, Any], params: Params) -> Estimate:
        """Figures of one group; ``row`` has the group's columns and the aggregates."""
        ...


class FamilyEstimator(Protocol):
    """Compares groups: finishes the reduced table of all groups at once."""

    name: str
    version: int
    scope: Literal["family"]
    needs: tuple[Need, ...]
    params: tuple[Param, ...]

    def reduction(self, columns: Collection[str], params: Params) -> Reduction:
        """What to ask the engine for, given which columns the SELECT returns."""
        ...

    def finish_family(
        self, reduced: pl.DataFrame, groups: Sequence[str], params: Params
    ) -> list[tuple[dict[str, str | None], Estimate]]:
        """Estimates with the dims that they belong to; ``reduced`` has the group columns too."""
        ...


Estimator = GroupEstimator | FamilyEstimator


def checked_params(estimator: Estimator, given: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Parameters with defaults filled in, and what is wrong with ``given``."""
    known = {p.name: p for p in estimator.params}
    problems = [
        f"{estimator.name} has no parameter '{name}' (it has: {', '.join(known) or 'none'})"
        for name in given
        if name not in known
    ]
    values: dict[str, Any] = {}
    for param in estimator.params:
        values[param.name] = given.get(param.name, param.default)
        problem = param.problem(values[param.name])
        if problem:
            problems.append(f"parameter '{param.name}' of {estimator.name} {problem}")
    return values, problems


def is_number(value: Any) -> bool:
    """A finite int or float, and not a bool."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def positive(value: Any) -> str | None:
    """Problem of a parameter that must be a number above zero."""
    return None if is_number(value) and value > 0 else f"must be a number above 0, not {value!r}"


def yes_or_no(value: Any) -> str | None:
    """Problem of a parameter that must be true or false."""
    return None if isinstance(value, bool) else f"must be true or false, not {value!r}"


def one_of(*allowed: str) -> Callable[[Any], str | None]:
    """Problem of a parameter that must be one of ``allowed``."""

    def problem(value: Any) -> str | None:
        return None if value in allowed else f"must be one of {', '.join(allowed)}, not {value!r}"

    return problem


def rising_numbers(value: Any) -> str | None:
    """Problem of a parameter that must be a list of numbers above zero, each larger than the one before."""
    fine = (
        isinstance(value, list)
        and all(is_number(x) and x > 0 for x in value)
        and all(a < b for a, b in pairwise(value))
    )
    return None if fine else f"must be a list of rising numbers above 0, not {value!r}"


def probabilities(value: Any) -> str | None:
    """Problem of a parameter that must be a list of rising numbers between 0 and 1, both exclusive."""
    return rising_numbers(value) or (None if all(x < 1 for x in value) else f"must lie below 1, not {value!r}")


def present(rows: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """Rows in which no column of ``columns`` is null.

    A filter takes longer than the rest of a small group, and there is hardly ever something to leave out.
    """
    gaps = [c for c in columns if rows.get_column(c).null_count()]
    return rows.drop_nulls(gaps) if gaps else rows


def positive_rows(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """Rows in which ``column``, which has no nulls, is above zero; with the same reason as ``present``."""
    lowest = rows.get_column(column).min()
    return rows if isinstance(lowest, int | float) and lowest > 0 else rows.filter(rows.get_column(column) > 0)


PER_UNIT = Param("per_unit", 1, positive, "how many of the rows' units make one unit of the figure")
"""Seconds to days is 86400, minutes to hours 60: rows hold integers, figures are divided last."""


def quantile_name(q: float) -> str:
    """Name of the statistic: ``median`` or ``q25``."""
    return "median" if q == 0.5 else f"q{q * 100:g}"
