"""Coverage of the intervals of waits, on logs of known hazard: Kaplan-Meier, competing ends, late registers, lists.

Belongs here: draws whose truth has a formula. Not here: rules about a log as a whole (``log_claims``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import polars as pl

from benchmarks.claims import DRAWS, HONEST_INTERVAL, SEEN, Claim, covers, estimate, figure
from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.progress import on_terminal

DAY = 86_400
MEDIAN, SPAN = 125.0, 402
RATE = float(np.log(2) / MEDIAN)
CAUSES = {"approved": 0.55, "denied": 0.25, "withdrawn": 0.2}
"""Parts of the hazard in the log of competing ends."""

Rows = dict[str, np.ndarray]


def raised_evenly(rng: np.random.Generator, n: int, span: int = SPAN) -> np.ndarray:
    """Days from the raising of each of ``n`` requests to as_of, evenly over ``span`` days."""
    return span - (np.arange(n) + rng.random(n)) * span / n


def waits(rng: np.random.Generator, n: int = 200) -> Rows:
    """A log like that of the reference mission's slow headquarters: exponential waits, cut at as_of, in seconds."""
    drawn, seen_for = rng.exponential(1 / RATE, n), raised_evenly(rng, n)
    return {"duration": np.floor(np.minimum(drawn, seen_for) * DAY).astype(np.int64), "event": drawn < seen_for}


def whole_days(log: Rows) -> Rows:
    """The same in whole days, with ties: a wait that ends within a day counts as ended with it."""
    return log | {"duration": -(-log["duration"] // DAY)}


def late_register(rng: np.random.Generator, n: int = 300, began: float = 250.0) -> Rows:
    """A register that began ``began`` days before as_of: what was decided before then never got into it."""
    drawn, seen_for = rng.exponential(1 / RATE, n), raised_evenly(rng, n)
    entry = np.maximum(seen_for - began, 0.0)
    kept = drawn > entry
    drawn, seen_for, entry = drawn[kept], seen_for[kept], entry[kept]
    seconds = {
        name: np.floor(v * DAY).astype(np.int64) for name, v in (("d", np.minimum(drawn, seen_for)), ("e", entry))
    }
    return {"duration": seconds["d"], "event": drawn < seen_for, "entry": seconds["e"]}


def from_lists(rng: np.random.Generator, every: float = 14.0, n: int = 200) -> tuple[Rows, Rows]:
    """Decisions known only from a list every other week: each at the later and at the earlier end of its interval."""
    drawn, seen_for = rng.exponential(1 / RATE, n), raised_evenly(rng, n)
    list_after = seen_for - np.floor((seen_for - drawn) / every) * every  # age at the first list after the decision
    known = (drawn < seen_for) & (list_after <= seen_for)
    last_list = np.where(known, list_after, seen_for)
    before = np.maximum(np.where(known, list_after - every, seen_for), 0.0)
    later = {"duration": np.floor(last_list * DAY).astype(np.int64), "event": known}
    return later, later | {"duration": np.floor(before * DAY).astype(np.int64)}


def curve_claims() -> list[Claim]:
    """Coverage of the Kaplan-Meier intervals, and how far off the answered-only median is."""
    rng = np.random.default_rng(20220131)
    held: Counter[str] = Counter()
    truth = {str(t): float(np.exp(-RATE * t)) for t in (30, 90, 180)}
    quantiles = {name: -float(np.log(1 - q)) / RATE for name, q in (("q25", 0.25), ("median", 0.5))}
    mean = float((1 - np.exp(-RATE * 180)) / RATE)
    given = {"at": [30, 90, 180], "tau": 180, "per_unit": DAY}
    for _ in on_terminal(range(DRAWS), "Kaplan-Meier", DRAWS):
        log = waits(rng)
        result = estimate("kaplan_meier", log, given)
        for name, value in quantiles.items():
            held[name] += covers(value, *figure(result, name)[1:])
        for label, value in truth.items():
            held[label] += covers(value, *figure(result, "survival", label)[1:])
        held["rmst"] += covers(mean, *figure(result, "rmst", "180")[1:])
        plain = estimate("kaplan_meier", log, given | {"interval": "log"})
        held["log"] += covers(truth["90"], *figure(plain, "survival", "90")[1:])
        days = estimate("kaplan_meier", whole_days(log), {"at": [90]})
        held["days"] += covers(truth["90"], *figure(days, "survival", "90")[1:])
        answered = {"value": log["duration"][log["event"]]}
        biased = estimate("quantile", answered, {"at": [0.5], "per_unit": DAY})
        held["biased"] += covers(MEDIAN, *figure(biased, "median")[1:])
    said = {
        "median": "95 % interval of the median holds the true median",
        "q25": "95 % interval of the first quartile holds it",
        **{t: f"95 % log-log interval of S({t}) holds the true S({t})" for t in truth},
        "log": "95 % log interval of S(90) holds the true S(90)",
        "days": "95 % log-log interval of S(90) of waits in whole days, with ties, holds it",
        "rmst": "95 % interval of the mean up to 180 days holds it",
    }
    claims = [Claim("Kaplan-Meier", text, held[key], DRAWS, HONEST_INTERVAL) for key, text in said.items()]
    never = "its interval holds the true median (it should not: the biased figure)"
    return [*claims, Claim("Answered only", never, held["biased"], DRAWS, (0.0, 0.05))]


def late_claims() -> list[Claim]:
    """Registers that began late, and lists that tell of decisions every other week."""
    rng = np.random.default_rng(13)
    truth = float(np.exp(-RATE * 90))
    held: Counter[str] = Counter()
    given = {"at": [90], "per_unit": DAY}
    for _ in on_terminal(range(DRAWS), "Late registers and lists", DRAWS):
        late = late_register(rng)
        seen = estimate("kaplan_meier", late, given)
        held["median"] += covers(MEDIAN, *figure(seen, "median")[1:])
        held["90"] += covers(truth, *figure(seen, "survival", "90")[1:])
        blind = estimate("kaplan_meier", {k: v for k, v in late.items() if k != "entry"}, given)
        held["blind"] += covers(truth, *figure(blind, "survival", "90")[1:])
        edges = [figure(estimate("kaplan_meier", log, given), "survival", "90") for log in from_lists(rng)]
        lowest, highest = min(e[1] or 0.0 for e in edges), max(1.0 if e[2] is None else e[2] for e in edges)
        held["band"] += lowest <= truth <= highest
    part = "Register that began late"
    return [
        Claim(part, "95 % interval of the median with entry times holds it", held["median"], DRAWS, HONEST_INTERVAL),
        Claim(part, "95 % interval of S(90) with entry times holds it", held["90"], DRAWS, HONEST_INTERVAL),
        Claim(part, "without entry times it does (why they are needed)", held["blind"], DRAWS, (0.0, 0.8)),
        Claim("Fortnightly lists", "S(90) lies within the band of both bounds", held["band"], DRAWS, SEEN),
    ]


def incidence_claims() -> list[Claim]:
    """Coverage of the cumulative incidences of three competing ends, to the second and in whole days."""
    rng = np.random.default_rng(78)
    held: Counter[tuple[str, str]] = Counter()
    truth = {c: part * float(1 - np.exp(-RATE * 90)) for c, part in CAUSES.items()}
    names = list(CAUSES)
    for _ in on_terminal(range(DRAWS), "Aalen-Johansen", DRAWS):
        log = waits(rng)
        drawn = rng.choice(names, len(log["event"]), p=list(CAUSES.values()))
        cause = pl.Series([str(c) if e else None for c, e in zip(drawn, log["event"], strict=True)], dtype=pl.String)
        for kind, rows, unit in (("", log, DAY), (", in whole days with ties,", whole_days(log), 1)):
            given = {"at": [90], "causes": names, "per_unit": unit}
            result = estimate("aalen_johansen", {"duration": rows["duration"], "cause": cause}, given)
            for c in names:
                held[c, kind] += covers(truth[c], *figure(result, "incidence", f"{c} 90")[1:])
    return [
        Claim(
            "Aalen-Johansen", f"95 % interval of {c} by 90 days{kind} holds it", held[c, kind], DRAWS, HONEST_INTERVAL
        )
        for c, kind in held
    ]


def comparison_claims() -> list[Claim]:
    """How often the log-rank test tells groups apart that are alike, and groups of medians 125 and 60."""
    rng = np.random.default_rng(1966)
    test = ESTIMATORS["logrank"]
    assert test.scope == "family"
    held: Counter[str] = Counter()
    for _ in on_terminal(range(DRAWS), "Log-rank", DRAWS):
        log = waits(rng)
        for kind, faster in (("alike", 1.0), ("other", 60 / MEDIAN)):
            frame = pl.DataFrame(
                {
                    "hq": np.arange(200) % 2,
                    "duration": np.where(np.arange(200) % 2, log["duration"], log["duration"] * faster),
                    "n_rows": np.ones(200, dtype=np.int64),
                    "n_events": log["event"].astype(np.int64),
                }
            )
            found = test.finish_family(frame, ["hq"], {})
            p = next(f.value for dims, e in found if not dims for f in e.figures if f.statistic == "p")
            held[kind] += p is not None and p < 0.05
    return [
        Claim("Log-rank", "p below 0.05 although both groups wait alike", held["alike"], DRAWS, (0.03, 0.07)),
        Claim("Log-rank", "p below 0.05 where medians are 125 and 60 days, 100 each", held["other"], DRAWS, (0.9, 1.0)),
    ]


def all_claims() -> Iterator[Claim]:
    """All parts of this file."""
    for part in (curve_claims, late_claims, incidence_claims, comparison_claims):
        yield from part()
