"""False alarms and hits of every caveat about a request log, on honest logs and on logs with one thing wrong.

``silent`` and ``selected on closing`` are asked of the rules directly; ``few``, ``median not reached``,
``extract stale`` and ``recess`` of the whole metric, its SQL included, on a snapshot of thousands of headquarters.

Belongs here: logs and how often a caveat is raised. Not here: coverage of intervals (``wait_claims``).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.claims import DRAWS, NO_FALSE_ALARM, SEEN, Claim
from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.estimators.log_rules import Log, selection, silence
from reportmetrics.metrics.run import compute_metric
from reportmetrics.progress import on_terminal
from reportmetrics.settings import sql_folder
from reportmetrics.warehouse.shape import PROVENANCE
from reportmetrics.warehouse.tables import TABLES

SPAN = 402
AS_OF = dt.date(2022, 1, 31)
EPOCH = dt.datetime(2022, 1, 31) - dt.timedelta(days=SPAN)
LN2 = float(np.log(2))


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
    raised = rng.uniform(0, SPAN, 200)
    meeting = rng.uniform(0, 42) + 42 * np.arange(-1, 14)
    papers = raised + 14
    return {
        "slow": request_log(raised, raised + rng.exponential(125 / LN2, 200), SPAN),
        "quick": request_log(raised, raised + rng.exponential(20 / LN2, 200), SPAN),
        "small": request_log(raised[:30], raised[:30] + rng.exponential(60 / LN2, 30), SPAN),
        "long tail": request_log(raised, raised + rng.lognormal(np.log(60), 1.5, 200), SPAN),
        "committee": request_log(raised, meeting[np.searchsorted(meeting, papers)], SPAN),
    }


def spoiled_logs(rng: np.random.Generator) -> dict[str, Log]:
    """A headquarters that decides nothing in the last 90 days; logs of what was closed in a year, or in a quarter."""
    raised = rng.uniform(0, SPAN, 200)
    at = raised + rng.exponential(60 / LN2, 200)
    silent = request_log(raised, np.where(at < SPAN - 90, at, np.inf), SPAN)
    years = rng.uniform(0, 1_100, 500)
    closed = years + rng.exponential(125 / LN2, 500)
    in_year, in_quarter = ((closed >= 1_100 - days) & (closed < 1_100) for days in (365, 90))
    still_open = np.flatnonzero(closed >= 1_100)[:3]
    in_year[still_open] = True
    return {
        "silent for 90 days": silent,
        "closed in a year, three open": request_log(years[in_year], closed[in_year], 1_100),
        "closed in a quarter": request_log(years[in_quarter], closed[in_quarter], 1_100),
    }


def rule_claims() -> list[Claim]:
    """How often the rules about decisions raise a false alarm, and how often they see what is wrong."""
    rng = np.random.default_rng(46)
    alarms: Counter[tuple[str, str]] = Counter()
    unguarded = 0
    for _ in on_terminal(range(DRAWS), "Request logs", DRAWS):
        honest = honest_logs(rng)
        for kind, log in {**honest, **spoiled_logs(rng)}.items():
            for rule, found in (("silent", silence(log)), ("selected on closing", selection(log))):
                alarms[rule, kind] += bool(found and found.found)
        chosen = selection(honest["committee"])
        unguarded += bool(chosen and chosen.missing)
    claims = [_false("silent", k, alarms["silent", k]) for k in honest]
    claims += [_false("selected on closing", k, alarms["selected on closing", k]) for k in honest]
    claims.append(
        Claim(
            "Request log",
            "'selected on closing' without its guard for committees on an honest log: committee (why it has one)",
            unguarded,
            DRAWS,
            (0.05, 1.0),
        )
    )
    seen = (
        ("silent", "silent for 90 days"),
        ("selected on closing", "closed in a year, three open"),
        ("selected on closing", "closed in a quarter"),
    )
    return claims + [_seen(rule, kind, alarms[rule, kind]) for rule, kind in seen]


def _false(rule: str, kind: str, held: int) -> Claim:
    return Claim("Request log", f"false alarms of '{rule}' on an honest log: {kind}", held, DRAWS, NO_FALSE_ALARM)


def _seen(rule: str, kind: str, held: int) -> Claim:
    return Claim("Request log", f"'{rule}' is seen in a spoiled log: {kind}", held, DRAWS, SEEN)


@dataclasses.dataclass(frozen=True, slots=True)
class Scenario:
    """How the logs of a kind are drawn: ``requests`` of a median wait, when the register stopped, which calendar."""

    requests: int = 60
    median: float = 60.0
    stopped_days: int = 0
    closed_for: int = 0


SCENARIOS = {
    "honest": Scenario(),
    "extract stale": Scenario(stopped_days=60),
    "recess": Scenario(closed_for=21),
    "few": Scenario(requests=8),
    "median not reached": Scenario(median=2_000.0),
}
SPOILED_AS = {
    "extract stale": "register that ended 60 days before as_of",
    "recess": "day 6 to 21 of a closure of three weeks",
    "few": "eight requests",
    "median not reached": "median of 2,000 days, followed for 402",
}


def metric_claims() -> list[Claim]:
    """How often the metric marks a headquarters: ``DRAWS`` honest ones, and as many of each kind with a fault."""
    rng = np.random.default_rng(21)
    with tempfile.TemporaryDirectory() as folder:
        _write_snapshot(Path(folder), rng)
        metric = load_catalogue(sql_folder()).metrics["latency.time_to_decision"]
        alone = dataclasses.replace(metric, definition=dataclasses.replace(metric.definition, also_by=()))
        with DuckDBEngine(Path(folder)) as engine:
            figures = compute_metric(alone, engine, as_of=AS_OF, hidden=()).figures.filter(statistic="median")
    marked: Counter[tuple[str, str]] = Counter()
    for dims, caveats in figures.select("dims", "caveats").iter_rows():
        kind = json.loads(dims)["hq"].split("/")[0]
        marked.update((kind, c.split(":")[0]) for c in caveats)
    claims = [_false(rule, "register sent each week", marked["honest", rule]) for rule in SPOILED_AS]
    return claims + [_seen(rule, text, marked[rule, rule]) for rule, text in SPOILED_AS.items()]


def _write_snapshot(folder: Path, rng: np.random.Generator) -> None:
    """A snapshot of the tables that the metric reads; its headquarters are called ``<kind>/<number>``."""
    parts: dict[str, list[dict[str, np.ndarray | list[str]]]] = {t: [] for t in ("request", "ledger", "calendar_day")}
    names = []
    for kind, scenario in SCENARIOS.items():
        for number in on_terminal(range(DRAWS), kind, DRAWS):
            hq = f"{kind}/{number}"
            names.append(hq)
            seq = len(names)
            parts["request"].append(_requests(rng, hq, seq, scenario))
            parts["ledger"].append(_last_delivery(rng, hq, seq, scenario))
            parts["calendar_day"].append(_calendar(rng, hq, scenario))
    frames = {t: pl.concat([pl.DataFrame(p) for p in rows]) for t, rows in parts.items()}
    frames["headquarters"] = pl.DataFrame(
        {"hq": names, "name": names, "place": names, "register_every_days": [7] * len(names)}
    )
    at = dt.datetime.combine(AS_OF, dt.time())
    frames["as_of"] = pl.DataFrame({"as_of": [AS_OF], "as_of_at": [at], "time_zone": ["UTC"]})
    for table, frame in frames.items():
        (folder / table).mkdir()
        _complete(table, frame).write_parquet(folder / table / "all.parquet")


def _requests(rng: np.random.Generator, hq: str, seq: int, scenario: Scenario) -> dict[str, np.ndarray | list[str]]:
    raised = rng.uniform(0, SPAN, scenario.requests)
    decided = raised + rng.exponential(scenario.median / LN2, scenario.requests)
    until = SPAN - scenario.stopped_days
    raised, decided = raised[raised < until], decided[raised < until]
    return {
        "row_key": [f"{hq}/{i}" for i in range(len(raised))],
        "hq": [hq] * len(raised),
        "raised_at": _instants(raised),
        "decided_at": _instants(np.where(decided < until, decided, np.nan)),
        "file_seq": np.full(len(raised), seq),
    }


def _last_delivery(
    rng: np.random.Generator, hq: str, seq: int, scenario: Scenario
) -> dict[str, np.ndarray | list[str]]:
    """The register comes each week, a day late on average, and one in twenty is left out."""
    weeks = np.arange(0, SPAN - scenario.stopped_days, 7) + rng.uniform(0, 7)
    arrived = (weeks + rng.exponential(1, len(weeks)))[rng.random(len(weeks)) > 0.05]
    last = arrived[arrived < SPAN - scenario.stopped_days].max()
    stored = {"table_name": ["request"], "source": [hq], "status": ["stored"]}
    return stored | {"file_seq": np.array([seq]), "known_from": _instants(np.array([last]))}


def _calendar(rng: np.random.Generator, hq: str, scenario: Scenario) -> dict[str, np.ndarray | list[str]]:
    """Sixty days up to any day of a year: weekends, one holiday in twenty-six working days, perhaps a closure."""
    today = int(rng.integers(0, 7))
    back = np.arange(60, 0, -1)
    working = ((today - back) % 7 < 5) & (rng.random(60) > 1 / 26)
    if scenario.closed_for:
        working &= back > rng.integers(5, scenario.closed_for)
    days = [AS_OF - dt.timedelta(days=int(d)) for d in back]
    return {"place": [hq] * 60, "day": pl.Series(days), "working": working}


def _instants(days: np.ndarray) -> pl.Series:
    seconds = pl.Series(days, nan_to_null=True) * 86_400 * 1_000_000
    return seconds.cast(pl.Int64).cast(pl.Duration("us")) + EPOCH


def _complete(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """With all columns that a snapshot has, null where they do not matter."""
    types = {"text": pl.String, "integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean, "date": pl.Date}
    known = (
        {c.name: types.get(c.type, pl.Datetime("us")) for c in (*PROVENANCE, *TABLES[table].columns)}
        if table in TABLES
        else {}
    )
    missing = [pl.lit(None, dtype=t).alias(name) for name, t in known.items() if name not in frame.columns]
    return frame.with_columns(missing)


def all_claims() -> Iterator[Claim]:
    """All parts of this file."""
    yield from rule_claims()
    yield from metric_claims()
