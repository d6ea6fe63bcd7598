"""Validation of a run: what is new, table by table, and contradictions between the tables of a snapshot.

Belongs here: the two kinds of check and the one shape of their results. Not here: Great Expectations (``batch``),
what is expected (``suites``, ``sql/checks``), what follows from a failure (``steps``, ``pipelines``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from reportmetrics.profile.load import Profile
from reportmetrics.progress import Track, silent
from reportmetrics.validation.batch import Checker, Outcome
from reportmetrics.validation.rules import CrossRule
from reportmetrics.validation.suites import COMPARED, Expected, allowed_ids, expectations_of
from reportmetrics.warehouse.tables import TABLES

if TYPE_CHECKING:
    from reportmetrics.engines.base import Engine


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Result of one check of one table. ``failing_keys`` holds the ``row_key`` of every failing row.

    A *critical* failure stops what is downstream; a *warning* is published with the figures.
    """

    table: str
    check: str
    severity: Literal["critical", "warning"]
    success: bool
    message: str
    observed: str = ""
    failing_count: int = 0
    failing_keys: list[str] = field(default_factory=list)

    @property
    def blocks(self) -> bool:
        """Whether this result stops what is downstream."""
        return not self.success and self.severity == "critical"


def validate(
    staged: dict[str, Path], profile: Profile, *, compared: Path | None = None, track: Track = silent
) -> list[CheckResult]:
    """Check the staged rows of each table against its declaration and the profile, with Great Expectations.

    ``staged``: table name -> Parquet file. ``compared``: Parquet file of ``earlier.comparisons``. Nothing staged:
    nothing is imported and the list is empty.
    """
    if not staged:
        return []
    ids = allowed_ids(profile)
    results: list[CheckResult] = []
    with Checker() as checker:
        for name, parquet in track(sorted(staged.items()), "Checking", len(staged)):
            expected = expectations_of(TABLES[name], profile)
            if _empty(parquet):
                outcomes = [Outcome(e.name, success=True) for e in expected]
            else:
                outcomes = checker.check(name, parquet, expected, ids)
            results += [_result(name, e, o) for e, o in zip(expected, outcomes, strict=True)]
        if compared is not None:
            results += _compared(checker, compared, sorted(staged))
    return results


def _empty(parquet: Path) -> bool:
    import polars as pl

    return bool(pl.scan_parquet(parquet).select(pl.len()).collect().item() == 0)


def _compared(checker: Checker, compared: Path, tables: list[str]) -> list[CheckResult]:
    """The comparisons of all tables in one go, then told apart by table: a failing key begins with it."""
    outcomes = (
        [Outcome(e.name, success=True) for e in COMPARED]
        if _empty(compared)
        else checker.check("compared", compared, list(COMPARED), {})
    )
    results: list[CheckResult] = []
    for expected, outcome in zip(COMPARED, outcomes, strict=True):
        for table in tables:
            keys = [k for k in outcome.failing_keys if k.startswith(f"{table}: ")]
            said = [k.removeprefix(f"{table}: ") for k in keys]
            own = Outcome(expected.name, not keys and outcome.error is None, keys, "; ".join(said[:3]), outcome.error)
            results.append(_result(table, expected, own, what="comparison"))
    return results


def cross_checks(engine: Engine, rules: Sequence[CrossRule]) -> list[CheckResult]:
    """Run rules between tables on a snapshot. Each row that one returns is a failure."""
    results: list[CheckResult] = []
    for rule in rules:
        rows = engine.frame(rule.sql)
        found = [str(d) for d in rows["detail"].head(3)]
        results.append(
            CheckResult(
                table=rule.table,
                check=rule.id,
                severity=rule.severity,
                success=rows.is_empty(),
                message=rule.title
                if rows.is_empty()
                else f"{rule.title}: {_counted(rows.height, 'row')}; {rule.remedy}",
                observed="; ".join(found) + ("; ..." if rows.height > len(found) else ""),
                failing_count=rows.height,
                failing_keys=sorted(str(k) for k in rows["row_key"]),
            )
        )
    return results


def _result(table: str, expected: Expected, outcome: Outcome, *, what: str = "row") -> CheckResult:
    count = len(outcome.failing_keys)
    return CheckResult(
        table=table,
        check=expected.name,
        severity="critical" if outcome.error else expected.severity,
        success=outcome.success,
        message=_sentence(expected, count, outcome.error, what),
        observed=outcome.observed,
        failing_count=count,
        failing_keys=outcome.failing_keys,
    )


def _sentence(expected: Expected, count: int, error: str | None, what: str) -> str:
    if error is not None:
        return f"the check itself failed: {error}"
    if count == 0:
        return f"no {what} where {expected.message}"
    return f"{_counted(count, what)} where {expected.message}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
