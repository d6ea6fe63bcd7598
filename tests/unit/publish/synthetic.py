"""Synthetic results that follow the reference mission's ground truths, and the profile that they are of.

What a publication needs beside them is in ``stand_ins``.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from pathlib import Path
from typing import Any

import polars as pl

from reportmetrics.metrics.results import FIGURE_SCHEMA, LISTING_SCHEMA, SERIES_SCHEMA, Results, dims_key
from reportmetrics.profile.load import Profile
from reportmetrics.profile.mission import Headquarters, Mission, Personnel, Place, Unit
from reportmetrics.profile.objectives import Indicator, Objective
from reportmetrics.profile.sources import ColumnMap, Source, TableMap
from reportmetrics.profile.templates import DueRule, Minutes, Template, TemplateField
from tests.unit.publish import synthetic_burden, synthetic_objectives, synthetic_waits

AS_OF = dt.date(2022, 1, 31)
NAMES = (
    "Defence policy",
    "Human resources",
    "Financial management",
    "Strategic planning",
    "Logistics",
    "Building integrity",
    "Women, peace, security",
    "Medical services",
    "Military education",
    "Rule of law",
    "Command and control",
    "Crisis response",
    "Cyber security",
    "Inspector general",
)
MARKING = "UNCLASSIFIED · REFERENCE DATA, NOT A REAL MISSION"


def profile(folder: Path = Path("profile"), **changes: Any) -> Profile:
    """A small mission; ``changes`` replace fields of the mission or whole lists."""
    place = Place(country="IQ", weekend=["friday", "saturday"], time_zone="Asia/Baghdad")
    mission = {
        "id": "nmi",
        "name": "Reference mission",
        "marking": MARKING,
        "time_zone": "Asia/Baghdad",
        "home_place": "baghdad",
        "starts_on": dt.date(2020, 12, 1),
        "personnel": Personnel(total=500, advisors=60),
        "currency": "EUR",
        "tariffs": [],
        "places": {"baghdad": place},
        "units": [Unit(unit_id="U1", name="Unit 1", place="baghdad", advisors=6, opened=dt.date(2020, 12, 1))],
        "headquarters": [Headquarters(hq=h, name=h, place="baghdad") for h in ("JFC Naples", "SHAPE")],
    }
    lists: dict[str, Any] = {
        "objectives": [
            Objective(objective_id=f"LO-{i:02d}", name=n, aim=f"{n} works", owner=f"{n} division")
            for i, n in enumerate(NAMES, 1)
        ],
        "indicators": [
            Indicator(
                indicator_id=f"{o:02d}-{k}",
                objective_id=f"LO-{o:02d}",
                name=f"Indicator {k}",
                level="outcome",
                unit="%",
                baseline=0,
                target=100,
                target_on=dt.date(2023, 12, 1),
                noise=0.05,
            )
            for o in range(1, 15)
            for k in "ABC"
        ],
        "templates": [_template()],
        "sources": [
            Source(
                source="requests",
                title="Request register",
                sender="JFC Naples",
                files="r/*.csv",
                reader="csv",
                tables=[TableMap(table="request", columns={"request_id": ColumnMap.model_validate({"from": "ID"})})],
            )
        ],
    }
    lists = {k: changes.pop(k, v) for k, v in lists.items()}
    return Profile(folder=folder, mission=Mission.model_validate(mission | changes), digest="p" * 64, **lists)


def _template() -> Template:
    return Template(
        template_id="weekly",
        name="Weekly activity report",
        every="week",
        per="unit",
        recipient="Operations",
        minutes=Minutes(low=60, central=90, high=120),
        due=DueRule(days_after=2),
        fields=[TemplateField(field_id="f", concept_id="c", label="Held", level="activity", kind="flow", minutes=2)],
    )


class Writer:
    """Collects figures, series and listings."""

    def __init__(self) -> None:
        self.figures: list[dict[str, Any]] = []
        self.series: list[dict[str, Any]] = []
        self.listings: list[dict[str, Any]] = []

    def figure(self, metric: str, dims: dict[str, Any], statistic: str, value: float | None, **more: Any) -> None:
        row = dict.fromkeys(FIGURE_SCHEMA) | {
            "metric": metric,
            "version": 1,
            "as_of": AS_OF,
            "dims": dims_key(dims),
            "statistic": statistic,
            "label": "",
            "value": value,
            "n": 0,
            "n_missing": 0,
            "caveats": [],
        }
        self.figures.append(row | more)

    def curve(self, metric: str, dims: dict[str, Any], series: str, points: list[tuple[Any, ...]]) -> None:
        for x, y, lower, upper, n in points:
            self.series.append(
                {
                    "metric": metric,
                    "version": 1,
                    "as_of": AS_OF,
                    "dims": dims_key(dims),
                    "series": series,
                    "x": float(x),
                    "y": y,
                    "lower": lower,
                    "upper": upper,
                    "n": n,
                }
            )

    def row(self, metric: str, dims: dict[str, Any], listing: str, rank: int, cells: dict[str, Any]) -> None:
        self.listings.append(
            {
                "metric": metric,
                "version": 1,
                "as_of": AS_OF,
                "dims": dims_key(dims),
                "listing": listing,
                "rank": rank,
                "row_key": f"{rank:020d}",
                "cells": json.dumps(cells, ensure_ascii=False),
            }
        )

    def results(self) -> Results:
        return Results(
            pl.DataFrame(self.figures, schema=FIGURE_SCHEMA, orient="row"),
            pl.DataFrame(self.series, schema=SERIES_SCHEMA, orient="row"),
            pl.DataFrame(self.listings, schema=LISTING_SCHEMA, orient="row"),
        )


def results(*, names: tuple[str, ...] = ("JFC Naples", "Grants committee", "SHAPE")) -> Results:
    """All metrics of the first slice."""
    w = Writer()
    _waits(w, names)
    _objectives(w)
    _reports(w)
    synthetic_burden.write(w, AS_OF)
    synthetic_objectives.write(w, AS_OF)
    synthetic_waits.write(w, names, MEDIANS)
    return w.results()


MEDIANS = (124.0, 34.0, 20.0)


def _waits(w: Writer, names: tuple[str, ...]) -> None:
    opens, totals, oldest = (81, 21, 9), (200, 96, 88), (396.0, 170.0, 61.0)
    for hq, median, still_open, n, age in zip(names, MEDIANS, opens, totals, oldest, strict=True):
        dims, metric = {"hq": hq}, "latency.time_to_decision"
        caveats = ["silent: no decision for 90 days"] if hq == "SHAPE" else []
        w.figure(metric, dims, "median", median, lower=median * 0.815, upper=median * 1.363, n=n, caveats=caveats)
        w.figure(metric, dims, "q25", median * 0.415, lower=median * 0.3, upper=median * 0.5, n=n)
        w.figure(metric, dims, "q75", None, reason="not reached", n=n)
        w.figure(metric, dims, "events", float(n - still_open), n=n)
        w.figure(metric, dims, "days_since_decision", 90.0 if hq == "SHAPE" else 2.0, n=n)
        for day in (30, 60, 90, 180):
            s = 0.5 ** (day / median)
            w.figure(metric, dims, "survival", s, label=str(day), lower=s - 0.05, upper=min(1, s + 0.05), n=n)
        w.curve(metric, dims, "survival", _curve(median, n, still_open, age))
        for kind, factor, events in (("Visit", 1.3, 30), ("Venue", 0.8, 25), ("Travel", 1.0, 4)):
            group = {"hq": hq, "request_type": kind}
            w.figure(metric, group, "median", median * factor, lower=median * factor * 0.7, upper=None, n=60)
            w.figure(metric, group, "events", float(events), n=60)
        biased = "latency.answered_only"
        for statistic, factor in (("median", 0.58), ("q25", 0.25), ("q75", 1.1), ("mean", 0.7)):
            w.figure(
                biased, dims, statistic, median * factor, n=n - still_open, caveats=["biased: leaves out the open"]
            )
        _backlog(w, hq, still_open, age)


def _curve(median: float, n: int, still_open: int, end: float) -> list[tuple[Any, ...]]:
    points: list[tuple[Any, ...]] = [(0.0, 1.0, 1.0, 1.0, n)]
    risk, s, steps = float(n), 1.0, n - still_open
    for i in range(steps):
        x = end * (i + 1) / steps * 0.92
        risk = max(2.0, n * 0.5 ** (x / median) * (1 - x / end) + 2)
        s = 0.5 ** (x / median)
        half = 1.96 * math.sqrt(s * (1 - s) / max(risk, 1))
        points.append((x, s, max(0.0, s - half), min(1.0, s + half), int(risk)))
    return points


def _backlog(w: Writer, hq: str, still_open: int, oldest: float) -> None:
    metric, dims = "latency.open_backlog", {"hq": hq}
    w.figure(metric, dims, "open", float(still_open), n=still_open)
    w.figure(metric, dims, "max", oldest, n=still_open)
    last = 22 if oldest > 180 else 0
    bins = (14, 24, still_open - 38 - last, last) if still_open > 60 else (still_open, 0, 0, 0)
    for label, value in zip(("0-30", "31-90", "91-180", "181+"), bins, strict=True):
        w.figure(metric, dims, "bin", float(value), label=label, n=still_open)
    for rank in range(1, min(10, still_open) + 1):
        age = oldest - 14.2 * (rank - 1)
        cells = {
            "request_id": f"R-{rank:04d}",
            "request_type": "School support visit",
            "objective_id": "LO-09",
            "raised_on": (AS_OF - dt.timedelta(days=int(age))).isoformat(),
            "age_days": age,
            "promised_on": "2021-03-11" if rank % 3 else None,
            "priority": "routine",
        }
        w.row(metric, dims, "oldest", rank, cells)


def _objectives(w: Writer) -> None:
    medians = (0.48, 0.35, 0.18, 0.10, 0.44, 0.15, 0.38, 0.30, 0.70, 0.58, 0.33, None, 0.22, 0.27)
    for i, median in enumerate(medians, 1):
        oid = f"LO-{i:02d}"
        dims, metric = {"objective_id": oid}, "outcome.objective_progress"
        known = 0 if median is None else 3 if i % 4 else 2
        lowest = None if median is None else -0.30 if i == 13 else round(median * 0.6, 2)
        reason = None if known else "no indicator has progress"
        spread = 0.08 if known == 2 else 0.0
        low, high = (median - spread, median + spread) if median is not None else (None, None)
        w.figure(metric, dims, "median", median, lower=low, upper=high, n=known, reason=reason)
        w.figure(metric, dims, "minimum", lowest, upper=lowest, n=known, reason=reason)
        w.figure(metric, dims, "regressed", 1.0 if i == 13 else 0.0, n=known)
        w.figure(metric, dims, "known", float(known), n=3)
        w.figure(metric, dims, "total", 3.0, n=3)
        w.figure("outcome.coverage", dims, "share", known / 3, n=3)
        w.figure("outcome.coverage", dims, "numerator", float(known), n=3)
        w.figure("activity.held", dims, "sum", 1200.0 if i == 4 else 120.0 if i == 9 else 330.0 + 7 * i, n=60)
    for i in range(1, 15):
        known = 0 if i == 12 else 3 if i % 4 else 2
        for k, indicator in enumerate("ABC"):
            state = "fresh" if k < known else "never read" if i == 12 else "stale"
            dims3 = {"objective_id": f"LO-{i:02d}", "indicator_id": f"{i:02d}-{indicator}", "reading_state": state}
            w.figure("outcome.reading_state", dims3, "count", 1.0, n=1)


def _reports(w: Writer) -> None:
    for metric, share, came in (("burden.completeness", 0.9, 234.0), ("burden.timeliness", 0.75, 195.0)):
        w.figure(metric, {}, "share", share, lower=share - 0.05, upper=share + 0.04, n=260)
        w.figure(metric, {}, "numerator", came, n=260)
    w.figure(
        "burden.hours",
        {},
        "sum",
        32000.0,
        lower=27000.0,
        upper=38000.0,
        n=2600,
        caveats=["assumed: 38 % of the minutes are assumed from the form"],
    )
    for k in range(60):
        monday = AS_OF - dt.timedelta(weeks=60 - k)
        hours = 540 + 60 * math.sin(k * 1.7)
        if k != 50:  # a week that nobody reported
            w.figure("burden.hours", {"week": monday.isoformat()}, "sum", hours, lower=hours * 0.86, upper=hours * 1.18)
            share = 0.9 + 0.05 * math.sin(k)
            w.figure("burden.completeness", {"week": monday.isoformat()}, "share", share, n=60)
        w.figure("activity.held", {"week": monday.isoformat()}, "sum", 90.0 + k % 7, n=14)
