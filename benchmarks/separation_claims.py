"""Claims about activity beside progress: size and power of the tests, coverage of the intervals, false alarms.

Belongs here: draws in the shape of the reference mission, and what the estimators make of them.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.claims import Claim, Curves
from reportmetrics.metrics.estimators.divergence import Divergence
from reportmetrics.metrics.estimators.kendall import theil_sen
from reportmetrics.metrics.estimators.paired import Pair, Path
from reportmetrics.metrics.estimators.rate import Rate
from reportmetrics.metrics.estimators.shifts import benjamini_hochberg, correlations, mean_test, studentised_test
from reportmetrics.metrics.estimators.xmr_rules import limits, signals
from reportmetrics.progress import on_terminal

FloatArray = npt.NDArray[np.float64]
DRAWS, SHIFTS = 500, 999
OBJECTIVES, DRIVEN, LAGS, LAG, CORRELATION = 14, 3, (0, 4, 8, 12), 8, 0.5
LEAST_SHIFT = 26
FIRST = 18631
"""A Monday, in days since 1970-01-01."""


def rhythm(rng: np.random.Generator, n: int, memory: float) -> FloatArray:
    """A stationary series whose value depends on the one before, variance 1."""
    noise = rng.normal(size=n + 50)
    series = np.zeros(n + 50)
    for k in range(1, n + 50):
        series[k] = memory * series[k - 1] + math.sqrt(1 - memory**2) * noise[k]
    return series[50:]


def objective(
    rng: np.random.Generator,
    weeks: int,
    driven: bool,
    memory: float,
    *,
    indicators: int = 4,
    correlation: float = CORRELATION,
) -> Pair:
    """Weekly activity, and readings every second week; their steps follow activity of eight weeks before, if driven."""
    activity = 6 + 2 * rhythm(rng, weeks, memory)
    days = FIRST + 6 + 14 * np.arange(weeks // 2)
    ends = 2 * np.arange(1, len(days)) - LAG
    before = np.array([activity[max(0, e - 1) : max(1, e + 1)].mean() for e in ends])
    driver = (before - before.mean()) / before.std()
    paths = []
    for _ in range(indicators):
        steps = rhythm(rng, len(ends), memory / 2)
        if driven:
            steps = correlation * driver + math.sqrt(1 - correlation**2) * steps
        paths.append(Path(days, np.concatenate([[0.0], steps.cumsum()])))
    return Pair(FIRST, activity, tuple(paths))


def association_claims() -> list[Claim]:
    """How often the tests reject without an association, and with one in three of fourteen objectives."""
    rng = np.random.default_rng(8)
    held = dict.fromkeys(("size", "power"), 0)
    for _ in on_terminal(range(DRAWS), "Association, mission", DRAWS):
        for name, driven in (("size", 0), ("power", DRIVEN)):
            pairs = [objective(rng, 60, k < driven, 0.5) for k in range(OBJECTIVES)]
            tests = [mean_test([correlations(p, lag) for p in pairs], SHIFTS, rng) for lag in LAGS]
            adjusted = benjamini_hochberg([t[1] for t in tests if t is not None])
            rejected = adjusted[LAGS.index(LAG)] if driven else adjusted.min()
            held[name] += bool(rejected < 0.05)
    part, mission = "Association", "14 objectives, 60 weeks, series with memory"
    return [
        Claim(part, f"{mission}, no association: some lag is found", held["size"], DRAWS, (0, 0.08)),
        Claim(part, f"{mission}, correlation 0.5 in 3: found at its lag", held["power"], DRAWS, (0.5, 1)),
        *_objective_claims(rng, 0.0, "without memory", 0.9),
        *_objective_claims(rng, 0.5, "with memory", 0.9),
        *_objective_claims(rng, 0.8, "with long memory", 0.5),
    ]


def _objective_claims(rng: np.random.Generator, memory: float, words: str, power: float) -> list[Claim]:
    """Per objective on 160 weeks: what is found, how much of it is not so, and p-values where nothing is to find."""
    driven = others = small = 0
    for _ in on_terminal(range(DRAWS), f"Association, objectives {words}", DRAWS):
        p = [_objective_p(objective(rng, 160, k < DRIVEN, memory)) for k in range(OBJECTIVES)]
        found = benjamini_hochberg(p) <= 0.05
        driven += int(found[:DRIVEN].sum())
        others += int(found[DRIVEN:].sum())
        small += sum(value < 0.05 for value in p[DRIVEN:])
    part, mission = "Association", f"160 weeks, series {words}, correlation 0.5 in 3 of 14 objectives"
    untouched = DRAWS * (OBJECTIVES - DRIVEN)
    return [
        Claim(part, f"{mission}: each of the 3 is found", driven, DRAWS * DRIVEN, (power, 1)),
        Claim(part, f"{mission}: of all found, not one of the 3", others, driven + others, (0, 0.05)),
        Claim(part, f"160 weeks, series {words}: p below 0.05 in one of the other 11", small, untouched, (0, 0.05)),
    ]


def _objective_p(one: Pair) -> float:
    p = studentised_test([correlations(one, lag) for lag in LAGS], LEAST_SHIFT)
    return 1.0 if p is None else p


def _plain_p(one: Pair) -> float:
    """The plainer test that is not used: the maximum over lags among its own values at distant shifts."""
    largest = np.abs(np.array([correlations(one, lag) for lag in LAGS])).max(axis=0)
    far = largest[LEAST_SHIFT : len(largest) - LEAST_SHIFT + 1]
    return (1 + int((far >= largest[0] - 1e-12).sum())) / (1 + len(far))


def association_curves() -> list[Curves]:
    """p-values of one objective where nothing is to be found, by both tests; power against the correlation."""
    rng, draws, memory = np.random.default_rng(12), 3 * DRAWS, 0.5
    kept, plain = [], []
    for _ in on_terminal(range(draws), "p-values without an association", draws):
        one = objective(rng, 160, False, memory)
        kept.append(_objective_p(one))
        plain.append(_plain_p(one))
    grid = np.linspace(0.005, 0.2, 40)
    below = {name: [float((np.array(p) < x).mean()) for x in grid] for name, p in (("used", kept), ("plain", plain))}
    strengths, powers = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5), []
    for strength in on_terminal(strengths, "Power", len(strengths)):
        p = [_objective_p(objective(rng, 160, True, memory, correlation=strength)) for _ in range(DRAWS)]
        powers.append(float((np.array(p) < 0.05).mean()))
    return [
        Curves(
            "association-p-values",
            f"Association: share of p-values below p, {draws} objectives without an association, 160 weeks",
            ("p", "share below p"),
            (0.2, 0.2),
            {
                "as it should be": (grid.tolist(), grid.tolist()),
                "the test that is used": (grid.tolist(), below["used"]),
                "the plainer test, not used": (grid.tolist(), below["plain"]),
            },
        ),
        Curves(
            "association-power",
            f"Association: an objective is found (p below 0.05), {DRAWS} draws a point, 160 weeks, 4 indicators",
            ("correlation of activity with the change eight weeks later", "share found"),
            (0.5, 1.0),
            {"power": (list(strengths), powers)},
        ),
    ]


def divergence_claims() -> list[Claim]:
    """Coverage of zero by the intervals of the divergence, where neither series has a trend."""
    rng = np.random.default_rng(9)
    held = dict.fromkeys(("mean", "objective"), 0)
    params = {"draws": 199, "seed": 1}
    for _ in on_terminal(range(DRAWS), "Divergence", DRAWS):
        rows = []
        for k in range(OBJECTIVES):
            one = objective(rng, 52, False, 0.0, indicators=1)
            steps = np.diff(one.paths[0].progress, prepend=0.0)
            rows.append(
                pl.DataFrame({"g": str(k), "week": FIRST + 7 * np.arange(52), "total": one.activity}).with_columns(
                    pl.col("week").cast(pl.Int32).cast(pl.Date)
                )
            )
            rows.append(
                pl.DataFrame(
                    {"g": str(k), "indicator_id": "i", "observed_on": one.paths[0].days, "progress": steps}
                ).with_columns(pl.col("observed_on").cast(pl.Int32).cast(pl.Date))
            )
        frame = pl.concat(rows, how="diagonal")
        found = {dims.get("g", ""): e.figures[0] for dims, e in Divergence().finish_family(frame, ["g"], params)}
        held["mean"] += _covers(0.0, found[""].lower, found[""].upper)
        held["objective"] += _covers(0.0, found["0"].lower, found["0"].upper)
    return [
        Claim("Divergence", "no trends: the mission's t interval holds 0", held["mean"], DRAWS, (0.92, 0.98)),
        Claim(
            "Divergence",
            "no trends: the interval of one objective, by resampling, holds 0 (for ranking only)",
            held["objective"],
            DRAWS,
            (0.85, 1.0),
        ),
    ]


def _covers(truth: float, lower: float | None, upper: float | None) -> bool:
    return lower is not None and upper is not None and lower <= truth <= upper


def rate_and_trend_claims() -> list[Claim]:
    """Coverage of the jackknife of a ratio over clusters, and of the slope of Theil and Sen."""
    rng, draws = np.random.default_rng(10), 4 * DRAWS
    held = dict.fromkeys(("rate", "slope"), 0)
    days = np.arange(26.0)
    for _ in on_terminal(range(draws), "Rates and slopes", draws):
        meetings = rng.poisson(20, 12).astype(np.float64) + 1
        vehicles = meetings * 3.5 * np.exp(rng.normal(0, 0.15, 12) - 0.15**2 / 2)
        frame = pl.DataFrame(
            {"cluster": range(12), "top": vehicles, "bottom": meetings, "n_known": [1] * 12, "n_rows": [1] * 12}
        )
        figure = Rate().finish(frame, {"part": False}).figures[0]
        held["rate"] += _covers(3.5, figure.lower, figure.upper)
        found = theil_sen(days, 0.02 * days + rng.normal(0, 0.05, 26))
        held["slope"] += found is not None and found[1] <= 0.02 <= found[2]
    return [
        Claim("Rate", "95 % jackknife interval of a ratio, 12 clusters", held["rate"], draws, (0.92, 0.97)),
        Claim("Trend", "95 % interval of the Theil-Sen slope, 26 readings", held["slope"], draws, (0.93, 0.97)),
    ]


def xmr_claims() -> list[Claim]:
    """False alarms on a steady flow, and how soon a doubling is seen."""
    rng, draws, later = np.random.default_rng(11), 4 * DRAWS, 36
    held = dict.fromkeys(("outside", "any", "seen"), 0)
    for _ in on_terminal(range(draws), "XmR", draws):
        steady = rng.poisson(10, 24 + later).astype(np.float64)
        found = limits(steady)
        assert found is not None
        flags = signals(steady, found)
        held["outside"] += int(flags["outside"][24:].sum())
        held["any"] += int(np.any(list(flags.values()), axis=0)[24:].sum())
        doubled = np.concatenate([steady[:24], rng.poisson(20, 8).astype(np.float64)])
        held["seen"] += bool(np.any([f[24:] for f in signals(doubled, found).values()]))
    points = draws * later
    return [
        Claim("XmR", "steady flow of 10 a week: a point lies outside the limits", held["outside"], points, (0, 0.02)),
        Claim("XmR", "steady flow of 10 a week: some rule points at a point", held["any"], points, (0, 0.06)),
        Claim("XmR", "the flow doubles: seen within eight weeks", held["seen"], draws, (0.95, 1)),
    ]


def all_claims() -> list[Claim]:
    """Everything that is claimed about activity beside progress, quickest first."""
    return [*rate_and_trend_claims(), *xmr_claims(), *divergence_claims(), *association_claims()]
