"""What the pages on objectives read off the figures.

Belongs here: figures turned into the values that sentences and charts take. Not here: blocks, sentences.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass

from reportmetrics.publish.edition import Edition
from reportmetrics.publish.figures import Figure, Figures
from reportmetrics.publish.objective_sentences import Fall
from reportmetrics.publish.pages.common import PROGRESS
from reportmetrics.publish.place_sentences import Place

QUADRANT, WEEKLY, SIGNALS = "separation.quadrant", "activity.weekly", "activity.signals"
HELD, EXECUTION, PLANS, CANCELLED = (
    "activity.held",
    "activity.execution",
    "activity.plan_outcome",
    "activity.cancelled",
)
INDICATOR, PACE, VERIFIED, REGRESSIONS = (
    "outcome.indicator_progress",
    "outcome.pace",
    "outcome.verified",
    "outcome.regressions",
)
MOVEMENT, CHAIN, REQUESTS = "activity.movement_cost", "separation.coverage_map", "latency.open_for_objective"
LEVELS = ("input", "activity", "output", "outcome", "impact")
STATES = ("fresh", "stale", "never read")
EPOCH = dt.date(1970, 1, 1)


def objective_file(objective_id: str) -> str:
    """File of an objective's page; an id that is no plain word has a few digits of its hash in it."""
    plain = re.fullmatch(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", objective_id) and len(objective_id) <= 40
    if plain:
        return f"objective-{objective_id.lower()}.html"
    digits = hashlib.sha256(objective_id.encode()).hexdigest()[:8]
    return f"objective-{re.sub(r'[^a-z0-9]+', '-', objective_id.lower()).strip('-')[:40]}-{digits}.html"


def places(edition: Edition, figures: Figures | None = None) -> list[Place]:
    """Where each objective in force stands; those without figures are unmeasured."""
    return [place(figures or edition.figures, o.objective_id) for o in edition.objectives]


def place(figures: Figures, objective_id: str) -> Place:
    """Where one objective stands."""

    def value(statistic: str) -> float | None:
        return figures.value(QUADRANT, statistic, objective_id=objective_id)

    position = next((f.label for f in figures.of(QUADRANT, "position", objective_id=objective_id)), "unmeasured")
    alarm = next((f.label for f in figures.of(QUADRANT, "alarm", objective_id=objective_id) if f.value), "")
    moved = figures.one(QUADRANT, "progress", objective_id=objective_id)
    return Place(
        objective_id,
        activity=value("activity"),
        moved=moved.value if moved else None,
        position=position,
        reached=bool(moved and moved.reason == "target reached"),
        hours=value("hours"),
        hours_before=value("hours_before"),
        before=value("median_before"),
        now=value("median_now"),
        alarm=alarm,
    )


def standings(figures: Figures) -> dict[str, int]:
    """How many objectives move, stand still, lie between, or are unmeasured; empty where none was placed."""
    return {f.label: int(f.value or 0) for f in figures.of(QUADRANT, "standings")}


def kinds(figures: Figures, objective_id: str) -> list[tuple[str, Figure]]:
    """Kinds of activity with what is held of each a week, most first."""
    found = [
        (f.dims["kind"] or "", f)
        for f in figures.each(WEEKLY, "rate", "objective_id", "kind")
        if f.dims["objective_id"] == objective_id and f.value
    ]
    return sorted(found, key=lambda item: (-(item[1].value or 0), item[0]))


def noise(edition: Edition, objective_id: str) -> float:
    """The middle one of the noises that the profile states for the objective's outcome indicators."""
    stated = sorted(i.noise for i in edition.indicators(objective_id) if i.level == "outcome")
    return stated[len(stated) // 2] if stated else 0.0


@dataclass(frozen=True, slots=True)
class Reading:
    """Progress of one indicator over time: (days since 1970-01-01, progress)."""

    indicator_id: str
    points: list[tuple[float, float]]

    @property
    def read_on(self) -> dt.date | None:
        """Day of the latest reading."""
        return EPOCH + dt.timedelta(days=self.points[-1][0]) if self.points else None


def readings(edition: Edition, objective_id: str) -> list[Reading]:
    """All outcome indicators of an objective with their progress; without points where there is none."""
    found = []
    for indicator in edition.indicators(objective_id):
        if indicator.level != "outcome":
            continue
        dims = {"objective_id": objective_id, "indicator_id": indicator.indicator_id}
        points = edition.figures.series(INDICATOR, "progress", **dims)
        found.append(Reading(indicator.indicator_id, [(p.x, p.y) for p in points if p.y is not None]))
    return found


def falls(edition: Edition, objective_id: str) -> list[Fall]:
    """Indicators whose latest progress lies below that of the reading before by more than their noise."""
    noises = {i.indicator_id: i.noise for i in edition.indicators(objective_id)}
    found = []
    for reading in readings(edition, objective_id):
        dims = {"objective_id": objective_id, "indicator_id": reading.indicator_id}
        if edition.figures.value(REGRESSIONS, "count", **dims) and len(reading.points) > 1:
            by = reading.points[-2][1] - reading.points[-1][1]
            found.append(Fall(reading.indicator_id, by, noises.get(reading.indicator_id, 0.0)))
    return found


def median_path(edition: Edition, objective_id: str) -> list[tuple[float, float]]:
    """The median of the latest readings, day by day of reading, from when each indicator had one."""
    points = edition.figures.series(PROGRESS, "median", objective_id=objective_id)
    return [(p.x, p.y) for p in points if p.y is not None]


def plans(edition: Edition, objective_id: str) -> list[list[tuple[float, float]]]:
    """The straight paths from baseline to target of the indicators that were read, each different one once."""
    found: dict[tuple[tuple[float, float], ...], None] = {}
    for reading in readings(edition, objective_id):
        if reading.points:
            dims = {"objective_id": objective_id, "indicator_id": reading.indicator_id}
            points = edition.figures.series(PACE, "planned", **dims)
            line = tuple((p.x, p.y) for p in points if p.y is not None)
            if len(line) == 2:
                found[line] = None
    return [list(line) for line in found]


def planned_today(edition: Edition, objective_id: str) -> float | None:
    """Where an even pace would stand today, the middle one over the indicators that were read."""
    stated = []
    for reading in readings(edition, objective_id):
        dims = {"objective_id": objective_id, "indicator_id": reading.indicator_id}
        value = edition.figures.value(PACE, "planned", **dims)
        if reading.points and value is not None:
            stated.append(value)
    stated.sort()
    return stated[len(stated) // 2] if stated else None


@dataclass(frozen=True, slots=True)
class Measured:
    """One step of the result chain of one objective: measures by state, and latest readings verified."""

    level: str
    states: dict[str, int]
    verified: int
    read: int

    @property
    def known(self) -> int:
        """Measures with a reading, fresh or stale."""
        return self.states["fresh"] + self.states["stale"]

    @property
    def words(self) -> str:
        """``4 fresh, 1 never read``; ``not measured`` where there is no measure."""
        parts = [f"{n} {state}" for state, n in self.states.items() if n]
        return ", ".join(parts) or "not measured"


def chain(edition: Edition, objective_id: str) -> list[Measured]:
    """The steps from means to impact, in order; empty where the map was not published."""
    figures = edition.figures
    if not figures.has(CHAIN):
        return []
    found = []
    for level in LEVELS:
        dims = {"objective_id": objective_id, "result_level": level}
        states = {s: int(figures.value(CHAIN, "count", **dims, reading_state=s) or 0) for s in STATES}
        share = figures.one(CHAIN, "share", **dims)
        verified = figures.value(CHAIN, "numerator", **dims)
        found.append(Measured(level, states, int(verified or 0), int((share.n if share else 0) or 0)))
    return found
