"""Blocks on all objectives beside each other: the quadrant, the alarm, what is measured at all, what movement costs.

Belongs here: blocks that the overview, the index and the page of one objective show. Not here: blocks on one objective
alone (``objective_blocks``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from reportmetrics.publish import numbers, palette
from reportmetrics.publish import place_sentences as say
from reportmetrics.publish.blocks import Block, Cell, Column, Table, interval_cell, name_cell, number_cell
from reportmetrics.publish.charts.bars import Bar, bars_chart, paler
from reportmetrics.publish.charts.quadrant import CORNERS, Bands, Spot, quadrant_chart
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.objective_sentences import causes
from reportmetrics.publish.pages import objective_figures as read
from reportmetrics.publish.pages.common import nothing, until
from reportmetrics.publish.pages.received import activity
from reportmetrics.publish.place_sentences import Place

MOVING = "activity.movement_granted"


def quadrant_block(
    edition: Edition, places: Sequence[Place], span: Literal[4, 6, 12] = 6, *, only: str | None = None
) -> Block:
    """The quadrant; ``only`` names one objective and puts the others behind it."""
    known = any(p.activity is not None for p in places)
    stalled = [p.objective_id for p in places if p.position == "busy and stalled"]
    named = [only] if only else stalled if len(stalled) == 1 else []
    spots = [
        Spot(
            p.objective_id,
            p.activity,
            p.moved,
            p.position,
            p.objective_id in named,
            only not in (None, p.objective_id),
            p.reached,
        )
        for p in places
    ]
    tolerances = edition.profile.mission.tolerances
    bands = Bands(tolerances.quadrant_activity, tolerances.quadrant_progress)
    mine = next((p for p in places if p.objective_id == only), None)
    unread = [p.objective_id for p in places if not p.measured]
    where = {"objective_id": only} if only else {}
    return Block(
        "quadrant",
        say.in_quadrant(mine, places) if mine else say.quadrant(places),
        f"{len(places)} objectives, last {say.WEEKS} weeks · grey bands: too near the middle to call"
        + (f" · open circle: {', '.join(unread)}, not read in both quarters" if 0 < len(unread) < 4 else "")
        + " · source: activity reports, indicator readings",
        span,
        [edition.ref(read.QUADRANT, **where)],
        description="Position of each objective. "
        + "; ".join(f"{p.objective_id} {say.position_words(p.position).lower()}" for p in places)
        + ".",
        chart=quadrant_chart(spots, bands, heights=(420, 340) if span == 12 else (334, 334)) if known else None,
        table=_table(edition, places) if known else None,
        listed=_listed(places) if known and only is None else (),
        caveat="Readings are few: a position describes, it is no test. Activity does not show cause." if known else "",
        nothing=nothing(edition, "observation" if activity(edition.figures) else "activity"),
    )


def _listed(places: Sequence[Place]) -> list[tuple[str, list[str]]]:
    """The quadrant as lists under the names of its corners, for a narrow screen."""
    groups = [*CORNERS, "neutral", "unmeasured"]
    found = [(g, [p.objective_id for p in places if p.position == g]) for g in groups]
    return [(say.position_words(g), ids) for g, ids in found if ids]


def _table(edition: Edition, places: Sequence[Place]) -> Table:
    columns = [
        Column("Objective", facet="objective"),
        Column("Name"),
        Column("Place"),
        Column("Contact hours", "right"),
        Column("13 weeks before", "right"),
        Column("Against the median", "right"),
        Column("Median progress", "right"),
        Column("13 weeks before", "right"),
        Column("Against what was needed", "right"),
    ]
    rows = [
        [
            name_cell(p.objective_id, read.objective_file(p.objective_id)),
            name_cell(edition.objective_name(p.objective_id)),
            name_cell(say.position_words(p.position)),
            number_cell(p.hours, numbers.hours),
            number_cell(p.hours_before, numbers.hours),
            number_cell(p.activity, numbers.progress),
            number_cell(p.now, numbers.progress, reason="unmeasured"),
            number_cell(p.before, numbers.progress, reason="unmeasured"),
            number_cell(p.moved, numbers.progress, reason="target reached" if p.reached else "unmeasured"),
        ]
        for p in places
    ]
    return Table("Activity beside progress by objective", columns, rows)


def alarm_block(edition: Edition, places: Sequence[Place]) -> Block:
    """Objectives where activity rises while progress stands still or is not read, in words."""
    raised = [p for p in places if p.alarm]
    columns = [
        Column("Objective", facet="objective"),
        Column("What the figures say"),
        Column("Divergence, tau", "right"),
    ]
    rows = []
    for p in raised:
        figure = edition.figures.one("separation.divergence", "divergence", objective_id=p.objective_id)
        rows.append(
            [
                name_cell(p.objective_id, read.objective_file(p.objective_id)),
                name_cell(say.alarm_words(p)),
                number_cell(
                    figure.value if figure else None, numbers.progress, reason=figure.reason if figure else None
                ),
            ]
        )
    high = edition.profile.mission.tolerances.quadrant_activity[1]
    return Block(
        "alarm",
        say.alarms(places),
        f"Raised where contact hours of {say.WEEKS} weeks are more than {high:g} times those of the {say.WEEKS} "
        "before, and median progress moved less than the band, or was not read · counting may be becoming the goal",
        12,
        [edition.ref(read.QUADRANT), edition.ref("separation.divergence")],
        table=Table("Objectives where activity rises without progress that shows", columns, rows) if rows else None,
        nothing="No objective meets the rule."
        if any(p.hours for p in places)
        else nothing(edition, "activity")
        if places
        else "No objective is defined.",
    )


def coverage_map_block(edition: Edition) -> Block:
    """A row for each objective: which steps from means to impact are measured, how freshly, how verified."""
    rows, silent, impact = [], [], 0
    for objective in edition.objectives:
        steps = read.chain(edition, objective.objective_id)
        if not steps:
            continue
        by_level = {s.level: s for s in steps}
        silent += [objective.objective_id] if by_level["outcome"].known == 0 else []
        impact += by_level["impact"].known == 0
        verified, total = sum(s.verified for s in steps), sum(s.read for s in steps)
        rows.append(
            [
                name_cell(objective.objective_id, read.objective_file(objective.objective_id)),
                name_cell(objective.name),
                *(Cell(s.words, s.known, quiet=s.words == "not measured") for s in steps),
                Cell(numbers.of(verified, total), verified) if total else Cell(numbers.DASH, None, quiet=True),
            ]
        )
    columns = [
        Column("Objective", facet="objective"),
        Column("Name"),
        *(Column(level.capitalize()) for level in read.LEVELS),
        Column("Verified", "right"),
    ]
    return Block(
        "map",
        say.chains(len(rows), silent, impact),
        "Measures by step of the result chain: indicators in force, and what the activity log tells · fresh: within "
        "1.5 times the indicator’s own interval, the log within 42 days · verified: latest readings that name a "
        "counterpart of the profile’s list",
        12,
        [edition.ref(read.CHAIN)],
        table=Table("What is measured of each objective", columns, rows) if rows else None,
        caveat="It counts measures and does not judge what they say; there is no score." if rows else "",
        nothing="No measure is known yet.",
    )


def causes_block(edition: Edition) -> Block:
    """What was planned and not held, by cause, for the mission."""
    parts = sorted(
        (
            (f.dims["cause"] or "not stated", f.value or 0.0)
            for f in edition.figures.each(read.CANCELLED, "sum", "cause")
        ),
        key=lambda item: (-item[1], item[0]),
    )
    total = sum(v for _, v in parts)
    postponed = edition.figures.value(read.PLANS, "sum", plan_outcome="postponed") or 0
    silent = edition.figures.value(read.PLANS, "sum", plan_outcome="no word") or 0
    bars = [Bar(cause, v, numbers.count(v), named=k == 0) for k, (cause, v) in enumerate(parts)]
    rows = [[name_cell(c), number_cell(v, numbers.count)] for c, v in parts]
    return Block(
        "causes",
        causes(parts, total, activity(edition.figures)),
        f"Planned and not held {until(edition)}, by cause as stated by the sender, all objectives · low activity under "
        "restricted movement is not low effort · source: activity reports",
        6,
        [edition.ref(read.CANCELLED), edition.ref(read.PLANS)],
        description="Cancelled: " + "; ".join(f"{c} {numbers.count(v)}" for c, v in parts) + ".",
        chart=bars_chart(bars, colour=paler(palette.TEAL), named_colour=palette.TEAL, row=24) if bars else None,
        table=Table("Cancelled activities by cause", [Column("Cause"), Column("Cancelled", "right")], rows)
        if bars
        else None,
        caveat=f"Besides, {numbers.count(postponed)} were postponed; nothing was heard of {numbers.count(silent)}."
        if bars
        else "",
        nothing=nothing(edition, "activity"),
    )


def movement_block(edition: Edition) -> Block:
    """What force protection puts on the road for a meeting, and whom the mission may go and see."""
    trips = [
        (f.dims["objective_id"] or "", f)
        for f in edition.figures.each(read.MOVEMENT, "rate", "objective_id")
        if f.value is not None
    ]
    rows = [
        [
            name_cell(oid, read.objective_file(oid)),
            number_cell(f.value, numbers.progress),
            interval_cell(f.lower, f.upper, numbers.progress),
            number_cell(edition.figures.value(read.MOVEMENT, "denominator", objective_id=oid), numbers.count),
        ]
        for oid, f in trips
    ]
    columns = [
        Column("Objective", facet="objective"),
        Column("Vehicle trips a meeting", "right"),
        Column("95 % interval", "right"),
        Column("Meetings outside", "right"),
    ]
    overall = edition.figures.one(read.MOVEMENT, "rate")
    value = overall.value if overall else None
    return Block(
        "movement",
        say.trips(value, overall.lower if overall else None, overall.upper if overall else None),
        "Vehicles on the road for each meeting outside the compound, there and back counted once · source: activity "
        "reports",
        6,
        [edition.ref(read.MOVEMENT), edition.ref(MOVING)],
        table=Table("Vehicle trips a meeting outside", columns, rows) if rows else None,
        caveat=say.granted(
            [
                (f.dims["counterpart_type"] or "not stated", f.value, int(f.n or 0))
                for f in edition.figures.each(MOVING, "share", "counterpart_type")
            ]
        ),
        nothing="No meeting outside the compound is known.",
    )
