"""Long simulations behind the estimators' claims: coverage of intervals, false alarms. Writes docs/validation.md.

Run with ``make validate``. Every figure comes from seeded draws, so the report is the same on every machine.

Belongs here: what needs thousands of draws. Not here: what a unit test can settle.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.metrics.estimators.base import Estimate, checked_params
from reportmetrics.metrics.estimators.log_rules import Log, selection, silence
from reportmetrics.metrics.estimators.share import wilson
from reportmetrics.metrics.estimators.survival import Z
from reportmetrics.progress import on_terminal

DRAWS = 2_000
REPORT = Path(__file__).resolve().parent.parent / "docs" / "validation.md"


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


def waits(rng: np.random.Generator, n: int = 200, median: float = 125.0, span: int = 402) -> dict[str, object]:
    """A log like that of the reference mission's slow headquarters: exponential waits, raised evenly, cut at as_of."""
    drawn = rng.exponential(median / np.log(2), n)
    seen_for = span - (np.arange(n) + rng.random(n)) * span / n
    return {
        "duration": np.floor(np.minimum(drawn, seen_for) * 86_400).astype(np.int64),
        "event": drawn < seen_for,
    }


def latency_claims() -> list[Claim]:
    """Coverage of the Kaplan-Meier intervals, and how far off the answered-only median is."""
    rng = np.random.default_rng(20220131)
    truth = {"median": 125.0, "90": float(np.exp(-np.log(2) * 90 / 125))}
    rate = np.log(2) / 125
    truth_mean = float((1 - np.exp(-rate * 180)) / rate)
    held = dict.fromkeys(("median", "survival", "rmst", "log", "biased"), 0)
    for _ in on_terminal(range(DRAWS), "Kaplan-Meier", DRAWS):
        log = waits(rng)
        given = {"at": [90], "tau": 180, "per_unit": 86_400}
        result = estimate("kaplan_meier", log, given)
        held["median"] += covers(truth["median"], *figure(result, "median")[1:])
        held["survival"] += covers(truth["90"], *figure(result, "survival", "90")[1:])
        held["rmst"] += covers(truth_mean, *figure(result, "rmst", "180")[1:])
        held["log"] += covers(
            truth["90"], *figure(estimate("kaplan_meier", log, given | {"interval": "log"}), "survival", "90")[1:]
        )
        answered = {"value": np.asarray(log["duration"])[np.asarray(log["event"])]}
        held["biased"] += covers(
            truth["median"], *figure(estimate("quantile", answered, {"at": [0.5], "per_unit": 86_400}), "median")[1:]
        )
    wanted = (0.93, 0.97)
    return [
        Claim("Kaplan-Meier", "95 % interval of the median holds the true median", held["median"], DRAWS, wanted),
        Claim("Kaplan-Meier", "95 % log-log interval of S(90) holds the true S(90)", held["survival"], DRAWS, wanted),
        Claim("Kaplan-Meier", "95 % log interval of S(90) holds the true S(90)", held["log"], DRAWS, wanted),
        Claim("Kaplan-Meier", "95 % interval of the mean up to 180 days holds it", held["rmst"], DRAWS, wanted),
        Claim(
            "Answered only",
            "its interval holds the true median (it should not: the biased figure)",
            held["biased"],
            DRAWS,
            (0.0, 0.05),
        ),
    ]


def share_claims() -> list[Claim]:
    """Coverage of a share's interval when reports of one unit resemble each other (intra-cluster correlation 0.3)."""
    rng = np.random.default_rng(7)
    truth, correlation, units, each = 0.75, 0.3, 12, 26
    strength = (1 - correlation) / correlation
    held = dict.fromkeys(("clustered", "plain"), 0)
    for _ in on_terminal(range(DRAWS), "Shares", DRAWS):
        chance = rng.beta(truth * strength, (1 - truth) * strength, units)
        came = rng.random((units, each)) < chance[:, None]
        rows = {
            "numerator": came.ravel(),
            "denominator": np.ones(units * each, dtype=bool),
            "cluster": np.repeat(np.arange(units), each),
        }
        held["clustered"] += covers(truth, *figure(estimate("share", rows, {}), "share")[1:])
        held["plain"] += covers(truth, *wilson(float(came.mean()), float(came.size), Z))
    return [
        Claim(
            "Share",
            "95 % interval with design effect, 12 units, correlation 0.3",
            held["clustered"],
            DRAWS,
            (0.91, 0.97),
        ),
        Claim(
            "Share",
            "the plain Wilson interval on the same draws (why it is not used)",
            held["plain"],
            DRAWS,
            (0.0, 0.8),
        ),
    ]


def request_log(raised: np.ndarray, decided_at: np.ndarray, as_of: float) -> Log:
    """A log in whole days: what is decided at or after ``as_of`` is open up to it, what is raised then unknown."""
    known = raised < as_of
    raised, decided_at = raised[known], decided_at[known]
    decided = decided_at < as_of
    return Log(
        np.floor(raised),
        np.floor(np.where(decided, decided_at, as_of)),
        np.full(len(raised), -np.inf),
        decided,
        ~decided,
        np.ones(len(raised), dtype=np.int64),
    )


def honest_logs(rng: np.random.Generator) -> dict[str, Log]:
    """Logs with nothing wrong: of a slow, a quick and a small headquarters, of one with a long tail, of a committee."""
    raised = rng.uniform(0, 402, 200)
    meeting = rng.uniform(0, 42) + 42 * np.arange(-1, 14)
    papers = raised + 14
    return {
        "slow": request_log(raised, raised + rng.exponential(125 / np.log(2), 200), 402),
        "quick": request_log(raised, raised + rng.exponential(20 / np.log(2), 200), 402),
        "small": request_log(raised[:30], raised[:30] + rng.exponential(60 / np.log(2), 30), 402),
        "long tail": request_log(raised, raised + rng.lognormal(np.log(60), 1.5, 200), 402),
        "committee": request_log(raised, meeting[np.searchsorted(meeting, papers)], 402),
    }


def spoiled_logs(rng: np.random.Generator) -> dict[str, Log]:
    """A headquarters that decides nothing in the last 90 days; logs of what was closed in a year, or in a quarter."""
    raised = rng.uniform(0, 402, 200)
    at = raised + rng.exponential(60 / np.log(2), 200)
    silent = request_log(raised, np.where(at < 402 - 90, at, np.inf), 402)
    years = rng.uniform(0, 1_100, 500)
    closed = years + rng.exponential(125 / np.log(2), 500)
    in_year, in_quarter = ((closed >= 1_100 - days) & (closed < 1_100) for days in (365, 90))
    still_open = np.flatnonzero(closed >= 1_100)[:3]
    in_year[still_open] = True
    return {
        "silent": silent,
        "closed in a year": request_log(years[in_year], closed[in_year], 1_100),
        "closed in a quarter": request_log(years[in_quarter], closed[in_quarter], 1_100),
    }


def log_rule_claims() -> list[Claim]:
    """How often the rules about request logs raise a false alarm, and how often they see what is wrong."""
    rng = np.random.default_rng(46)
    alarms: dict[tuple[str, str], int] = {}
    for _ in on_terminal(range(DRAWS), "Request logs", DRAWS):
        for kind, log in {**honest_logs(rng), **spoiled_logs(rng)}.items():
            for rule, found in (("silent", silence(log)), ("selected on closing", selection(log))):
                alarms[rule, kind] = alarms.get((rule, kind), 0) + bool(found and found.found)
    honest = list(honest_logs(rng))
    claims = [
        Claim(
            "Request log", f"false alarms of '{rule}' on an honest log: {kind}", alarms[rule, kind], DRAWS, (0.0, 0.05)
        )
        for rule in ("silent", "selected on closing")
        for kind in honest
    ]
    seen = (
        ("silent", "silent"),
        ("selected on closing", "closed in a year"),
        ("selected on closing", "closed in a quarter"),
    )
    return claims + [
        Claim("Request log", f"'{rule}' is seen in a spoiled log: {kind}", alarms[rule, kind], DRAWS, (0.95, 1.0))
        for rule, kind in seen
    ]


def write(claims: list[Claim]) -> None:
    """Write the report."""
    lines = [
        "# Validation",
        "",
        "Made by `make validate` from seeded draws; do not edit. Each line is a claim that an estimator or a rule",
        "makes, how often it held, and where that share should lie.",
        "",
        "| part | claim | draws | held | wanted | |",
        "|---|---|---:|---:|---|---|",
    ]
    for c in claims:
        low, high = c.wanted
        verdict = "kept" if c.kept else "NOT KEPT"
        lines.append(
            f"| {c.part} | {c.claim} | {c.draws} | {c.share:.1%} | {low:.0%} to {high:.0%} | {verdict} |",
        )
    REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")


PARTS: list[Callable[[], list[Claim]]] = [latency_claims, log_rule_claims, share_claims]


def main() -> None:
    """Run all parts, write the report, fail when a claim is not kept."""
    claims = [claim for part in PARTS for claim in part()]
    write(claims)
    for claim in claims:
        print(f"{'kept    ' if claim.kept else 'NOT KEPT'} {claim.share:6.1%}  {claim.part}: {claim.claim}")
    raise SystemExit(0 if all(c.kept for c in claims) else 1)


if __name__ == "__main__":
    main()
