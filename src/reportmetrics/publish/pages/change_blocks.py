"""Blocks on one objective: what changed, what is measured at all, what it waits for.

Belongs here: the navy half of the page of one objective, and its tables. Not here: what was done (``activity_blocks``).
"""

from __future__ import annotations

import datetime as dt

from reportmetrics.profile.objectives import Indicator
from reportmetrics.publish import numbers
from reportmetrics.publish import objective_sentences as say
from reportmetrics.publish.blocks import Block, Cell, Column, Table, date_cell, name_cell, number_cell
from reportmetrics.publish.charts.paths import Path, paths_chart
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.pages import objective_figures as read
from reportmetrics.publish.pages.common import PROGRESS, nothing, one_line, until
from reportmetrics.publish.pages.received import requests
from reportmetrics.publish.place_sentences import Place
from reportmetrics.publish.text import isolated


def paths_block(edition: Edition, objective_id: str, place: Place) -> Block:
    """Progress of each indicator beside the path to its target."""
    readings = read.readings(edition, objective_id)
    known = [r for r in readings if r.points]
    median = read.median_path(edition, objective_id)
    plans = read.plans(edition, objective_id)
    unread = [r.indicator_id for r in readings if not r.points]
    now = edition.figures.value(PROGRESS, "median", objective_id=objective_id)
    finding = say.path(
        place.before if place.measured else None,
        now,
        read.planned_today(edition, objective_id),
        read.noise(edition, objective_id),
        len(known),
    )
    rows = [
        [
            name_cell(r.indicator_id),
            Cell(numbers.date_short(day), day),
            number_cell(y, numbers.progress),
        ]
        for r in known
        for x, y in r.points
        for day in [read.EPOCH + dt.timedelta(days=x)]
    ]
    columns = [Column("Indicator"), Column("Read on", facet="period"), Column("Progress", "right")]
    caveats = ["The straight path is a reference, not a forecast"] if plans else []
    if unread:
        reasons = {_reason(edition, objective_id, i) for i in unread}
        caveats.append(f"{', '.join(unread)}: {', '.join(sorted(reasons))}")
    return Block(
        "paths",
        finding,
        f"Progress of each indicator {until(edition)}"
        + (f" · thick: median of {len(known)} · dashed: even path from baseline to target" if known else "")
        + " · source: indicator readings",
        6,
        [
            edition.ref("outcome.indicator_progress", objective_id=objective_id),
            edition.ref(read.PACE, objective_id=objective_id),
        ],
        description=f"{finding}. "
        + "; ".join(f"{r.indicator_id} {numbers.progress(r.points[-1][1])}" for r in known)
        + ".",
        chart=paths_chart([Path(r.indicator_id, r.points) for r in known], median, plans, edition.as_of)
        if known
        else None,
        table=Table("Progress of each indicator by reading", columns, rows) if known else None,
        caveat=one_line(caveats) if known else "",
        nothing=_why_nothing(edition, objective_id, unread),
    )


def _why_nothing(edition: Edition, objective_id: str, unread: list[str]) -> str:
    """What stands in the frame of an objective none of whose indicators has progress."""
    if not unread:
        return "No outcome indicator is in force for this objective."
    by_reason: dict[str, list[str]] = {}
    for indicator in unread:
        by_reason.setdefault(_reason(edition, objective_id, indicator), []).append(indicator)
    said = "; ".join(f"{', '.join(ids)}: {reason}" for reason, ids in by_reason.items())
    return f"{said}. {nothing(edition, 'observation')}"


def _reason(edition: Edition, objective_id: str, indicator_id: str) -> str:
    figure = edition.figures.one(
        "outcome.indicator_progress", "progress", objective_id=objective_id, indicator_id=indicator_id
    )
    return (figure.reason if figure else None) or "no reading"


def chain_block(edition: Edition, objective_id: str) -> Block:
    """Which steps from means to impact are measured for this objective."""
    steps = read.chain(edition, objective_id)
    columns = [
        Column("Step"),
        Column("Measures"),
        Column("Latest readings verified by a counterpart", "right"),
    ]
    rows = [
        [
            name_cell(s.level.capitalize()),
            Cell(s.words, s.known, quiet=s.words == "not measured"),
            Cell(numbers.of(s.verified, s.read), s.verified) if s.read else Cell(numbers.DASH, None, quiet=True),
        ]
        for s in steps
    ]
    return Block(
        "chain",
        say.chain([(s.level, s.known) for s in steps]),
        "Indicators in force and what the activity log tells · fresh: within 1.5 times the indicator’s own interval, "
        "for the log within 42 days",
        8,
        [edition.ref(read.CHAIN, objective_id=objective_id)],
        table=Table("Measures by step of the result chain", columns, rows) if rows else None,
        caveat="It counts measures and does not judge what they say." if rows else "",
        nothing="Nothing of this objective is measured yet.",
    )


def indicators_block(edition: Edition, objective_id: str) -> Block:
    """All outcome indicators with their latest reading and pace."""
    mine = [i for i in edition.indicators(objective_id) if i.level == "outcome"]
    by_id = {r.indicator_id: r for r in read.readings(edition, objective_id)}
    paces, rows = [], []
    for indicator in mine:
        ratio = edition.figures.value(read.PACE, "pace", objective_id=objective_id, indicator_id=indicator.indicator_id)
        paces.append(say.Pace(indicator.indicator_id, ratio))
        rows.append(_indicator_row(edition, indicator, by_id[indicator.indicator_id].read_on))
    columns = [
        Column("Indicator"),
        *(Column(h, "right") for h in ("Baseline", "Latest", "Target", "Progress", "Pace a year", "Pace needed")),
        Column("Last reading"),
        Column("Verified", "right"),
    ]
    return Block(
        "indicators",
        say.paces(paces),
        f"All {len(mine)} outcome indicators of {objective_id} · pace: slope of progress a year (Theil-Sen), 95 % "
        "interval in the export · needed: from today to the target date · verified: readings that name a counterpart "
        "of the profile’s list",
        12,
        [
            edition.ref(read.INDICATOR, objective_id=objective_id),
            edition.ref(read.PACE, objective_id=objective_id),
            edition.ref(read.VERIFIED, objective_id=objective_id),
        ],
        table=Table(f"Outcome indicators of {objective_id}", columns, rows) if rows else None,
        caveat="The pace describes what was read; it is no forecast." if rows else "",
        nothing="No outcome indicator is in force for this objective.",
    )


def _indicator_row(edition: Edition, indicator: Indicator, read_on: dt.date | None) -> list[Cell]:
    dims = {"objective_id": indicator.objective_id, "indicator_id": indicator.indicator_id}

    def cell(metric: str, statistic: str, write: numbers.Format, *, strong: bool = False) -> Cell:
        figure = edition.figures.one(metric, statistic, **dims)
        if figure is None:
            return Cell(numbers.DASH, None, quiet=True)
        return number_cell(figure.value, write, reason=figure.reason, strong=strong and figure.value is not None)

    def plain(statistic: str) -> Cell:
        return cell(read.INDICATOR, statistic, numbers.plain)

    progress = cell(read.INDICATOR, "progress", numbers.progress, strong=True)
    original = edition.figures.one(read.INDICATOR, "progress_original", **dims)
    if original is not None and original.value is not None and progress.value is not None:
        text = f"{progress.text} (first target {numbers.progress(original.value)})"
        progress = Cell(text, progress.value, strong=True)
    verified = edition.figures.one(read.VERIFIED, "share", **dims)
    came = edition.figures.value(read.VERIFIED, "numerator", **dims)
    return [
        name_cell(f"{indicator.indicator_id} {isolated(indicator.name)}, {isolated(indicator.unit)}"),
        plain("baseline"),
        plain("latest"),
        plain("target"),
        progress,
        _signed(cell(read.PACE, "slope", numbers.progress)),
        _signed(cell(read.PACE, "needed", numbers.progress)),
        date_cell(read_on) if read_on else Cell("never", None, quiet=True),
        Cell(numbers.of(came, verified.n), came)
        if came is not None and verified is not None and verified.n
        else Cell(numbers.DASH, None, quiet=True),
    ]


def _signed(cell: Cell) -> Cell:
    positive = isinstance(cell.value, float) and cell.value > 0
    return Cell(f"+{cell.text}", cell.value) if positive else cell


def requests_block(edition: Edition, objective_id: str) -> Block:
    """Its open requests, oldest first."""
    listed = edition.figures.listing(read.REQUESTS, "oldest", objective_id=objective_id)
    total = int(edition.figures.value(read.REQUESTS, "open", objective_id=objective_id) or 0)
    oldest = edition.figures.value(read.REQUESTS, "max", objective_id=objective_id)
    columns = [
        Column("Request"),
        Column("To", facet="hq"),
        Column("Asked for"),
        Column("Raised", facet="period"),
        Column("Open, days", "right"),
        Column("Promised to a counterpart"),
        Column("Waits for it"),
        Column("Priority"),
    ]
    rows = [
        [
            name_cell(str(r["request_id"])),
            _to(edition, str(r["hq"])),
            name_cell(str(r["request_type"])),
            date_cell(numbers.parse_day(r.get("raised_on"))),
            number_cell(r.get("age_days"), numbers.count),
            date_cell(numbers.parse_day(r.get("promised_on"))),
            name_cell(str(r["activity_id"])) if r.get("activity_id") else Cell(numbers.DASH, None, quiet=True),
            name_cell(str(r.get("priority") or numbers.DASH)),
        ]
        for r in listed
    ]
    known = requests(edition.figures)
    shown = f"the {len(rows)} oldest of {numbers.count(total)}" if total > len(rows) else "all of them"
    return Block(
        "requests",
        say.waiting(total, oldest, known),
        f"Open requests that name the objective, {shown}, oldest first · source: request registers",
        12,
        [edition.ref(read.REQUESTS, objective_id=objective_id)],
        table=Table(f"Open requests of {objective_id}", columns, rows) if rows else None,
        nothing="No open request names this objective." if known else nothing(edition, "request"),
    )


def _to(edition: Edition, hq: str) -> Cell:
    name = edition.headquarters_name(hq)
    return Cell(name, name, key=hq)
