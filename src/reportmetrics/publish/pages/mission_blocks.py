"""Blocks on the mission as a whole: progress by objective, hours of reporting, coverage.

Belongs here: blocks that the overview shows and other pages may show wider. Not here: headquarters (``headquarters``).
"""

from __future__ import annotations

from collections.abc import Sequence

from reportmetrics.publish import numbers, sentences
from reportmetrics.publish.blocks import Block, Cell, Column, Table, interval_cell, name_cell, number_cell
from reportmetrics.publish.charts.dots import ProgressRow, progress_chart
from reportmetrics.publish.charts.squares import CoverageRow, squares_chart
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.pages.common import PROGRESS, nothing, one_line
from reportmetrics.publish.sentences import Progressed

HOURS, COVERAGE, STATE = "burden.hours", "outcome.coverage", "outcome.reading_state"


def progress_block(edition: Edition, objectives: Sequence[Progressed]) -> Block:
    """Median progress by objective, farthest first; without reading last."""
    ordered = sorted(objectives, key=lambda o: (o.median is None, -(o.median or 0)))
    known = [o for o in ordered if o.median is not None]
    rows, cells, unread = [], [], []
    for o in ordered:
        figure = edition.figures.one(PROGRESS, "median", objective_id=o.objective_id)
        lower, upper = (figure.lower, figure.upper) if figure else (None, None)
        reason = _why_unread(edition, o.objective_id)
        name = edition.objective_name(o.objective_id)
        named = len(known) > 1 and o is known[-1]
        rows.append(ProgressRow(o.objective_id, name, o.median, o.lowest, lower, upper, reason, named))
        if o.median is None:
            unread.append(o.objective_id)
        bounds = "unbounded" if o.median is not None and lower is None and upper is None else ""
        cells.append(
            [
                name_cell(o.objective_id),
                name_cell(name),
                number_cell(o.median, numbers.progress, reason=reason, strong=True),
                Cell(bounds, None, quiet=True) if bounds else interval_cell(lower, upper, numbers.progress),
                number_cell(o.lowest, numbers.progress, reason=None),
                Cell(numbers.of(o.known, o.total), o.known),
            ]
        )
    columns = [
        Column("Objective", facet="objective"),
        Column("Name"),
        Column("Median", "right"),
        Column("Bounds", "right"),
        Column("Lowest", "right"),
        Column("Read", "right"),
    ]
    return Block(
        "progress",
        sentences.progress_range(objectives),
        "Progress from baseline (0) to target (1), latest reading · pale bar: where the median may lie "
        "once all are read · source: indicator readings",
        6,
        [edition.ref(PROGRESS)],
        description=_all_of("Median progress", [(o.objective_id, numbers.progress(o.median or 0)) for o in known]),
        chart=progress_chart(rows) if known else None,
        table=Table("Progress by objective", columns, cells) if known else None,
        caveat=one_line(_progress_caveats(objectives, unread)),
        nothing=nothing(edition, "observation"),
    )


def _why_unread(edition: Edition, objective_id: str) -> str:
    """The reason that all indicators of an objective share, else that none has progress."""
    figures = edition.figures.each("outcome.indicator_progress", "progress", "objective_id", "indicator_id")
    reasons = {f.reason for f in figures if f.dims["objective_id"] == objective_id and f.value is None and f.reason}
    if len(reasons) > 1:
        return "no indicator has progress"
    return reasons.pop() if reasons else "no reading"


def _progress_caveats(objectives: Sequence[Progressed], unread: Sequence[str]) -> list[str]:
    below = [o for o in objectives if o.regressed]
    said = []
    if unread and len(unread) < len(objectives):
        said.append(f"{', '.join(unread)} {'has' if len(unread) == 1 else 'have'} no reading")
    if below:
        indicators = sum(o.regressed for o in below)
        verb = "indicator of" if indicators == 1 else "indicators of"
        said.append(
            f"{numbers.in_words(indicators)} {verb} {', '.join(o.objective_id for o in below)} "
            f"{'lies' if indicators == 1 else 'lie'} below the baseline"
        )
    return said


def coverage_block(edition: Edition) -> Block:
    """Which indicators have a fresh reading."""
    rows = [_coverage_row(edition, o.objective_id) for o in edition.objectives]
    rows = [r for r in rows if r.total]
    fresh, total = sum(r.fresh for r in rows), sum(r.total for r in rows)
    unread = [r.id for r in rows if r.fresh == 0]
    rows = [CoverageRow(r.id, r.fresh, r.stale, r.unread, r.id in unread and len(unread) <= 3) for r in rows]
    published = edition.figures.has(COVERAGE) or edition.figures.has(STATE)
    columns = [
        Column("Objective", facet="objective"),
        *(Column(h, "right") for h in ("Fresh", "Stale", "Never read", "All")),
    ]
    cells = [
        [name_cell(r.id), *(Cell(numbers.count(v), v) for v in (r.fresh, r.stale, r.unread, r.total))] for r in rows
    ]
    return Block(
        "coverage",
        sentences.coverage(fresh, total, unread) if published else "No reading of an indicator received yet",
        "Latest reading · filled: fresh, within 1.5 times its interval · pale: stale · open: never, or no baseline or "
        "target · source: indicator readings",
        4,
        [edition.ref(COVERAGE)],
        description=_all_of("Indicators with a fresh reading", [(r.id, numbers.of(r.fresh, r.total)) for r in rows]),
        chart=squares_chart(rows) if rows and published else None,
        table=Table("Indicators by state of their reading", columns, cells) if rows and published else None,
        caveat=one_line(
            [
                *_without_indicators(len(edition.objectives) - len(rows)),
                *(c for f in edition.figures.each(COVERAGE, "share") for c in f.caveat_sentences()),
            ]
        )
        if rows and published
        else "",
        nothing=nothing(edition, "observation"),
    )


def _without_indicators(objectives: int) -> list[str]:
    verb = "objective has" if objectives == 1 else "objectives have"
    return [f"{numbers.in_words(objectives)} {verb} no indicator"] if objectives else []


def _coverage_row(edition: Edition, objective_id: str) -> CoverageRow:
    """States as published for each indicator; where they are not, those without a fresh reading count as stale."""
    states = {"fresh": 0, "stale": 0}
    unread = 0
    found = False
    names = ("objective_id", "indicator_id", "reading_state")
    for statistic in ("count", "state"):
        for f in edition.figures.each(STATE, statistic, *names):
            if f.dims["objective_id"] != objective_id or not f.value:
                continue
            found = True
            state = f.dims["reading_state"] or ""
            if state in states:
                states[state] += int(f.value)
            else:
                unread += int(f.value)
    if found:
        return CoverageRow(objective_id, states["fresh"], states["stale"], unread)
    share = edition.figures.one(COVERAGE, "share", objective_id=objective_id)
    came = edition.figures.value(COVERAGE, "numerator", objective_id=objective_id)
    total = int(share.n or 0) if share else 0
    fresh = int(came or 0)
    known = edition.figures.value(PROGRESS, "known", objective_id=objective_id)
    never = total if known == 0 else 0
    return CoverageRow(objective_id, fresh, total - fresh - never if not never else 0, never)


def _all_of(what: str, items: Sequence[tuple[str, str]]) -> str:
    return f"{what}: " + "; ".join(f"{name} {value}" for name, value in items) + "." if items else ""
