"""What a mission has received at all: without it, a page must not say that nothing happened.

Belongs here: whether any row of a kind stands behind the figures. Not here: the words for it (the sentences).
"""

from __future__ import annotations

from dataclasses import dataclass

from reportmetrics.publish.edition import Edition
from reportmetrics.publish.figures import Figures

HELD, COMPLETENESS, HOURS = "activity.held", "burden.completeness", "burden.hours"
DECIDED, OPEN, PROGRESS = "latency.time_to_decision", "latency.open_backlog", "outcome.objective_progress"


@dataclass(frozen=True, slots=True)
class Received:
    """Whether rows of each kind were received; ``hidden`` is true where fewer than five people stand behind reports."""

    activity: bool
    reports: bool
    requests: bool
    readings: bool
    hidden: bool

    @property
    def anything(self) -> bool:
        """Whether any figure rests on a row."""
        return self.activity or self.reports or self.requests or self.readings


def received(edition: Edition) -> Received:
    """Read off the figures, hidden ones too: what is hidden was received."""
    figures = edition.figures
    share, hours = figures.one(COMPLETENESS, "share"), figures.one(HOURS, "sum")
    hidden = bool((share and share.suppressed) or (hours and hours.suppressed))
    return Received(
        activity=activity(figures),
        reports=hidden
        or bool((share and share.value) or (hours and hours.value))
        or any(f.value or f.suppressed for f in figures.each(COMPLETENESS, "share", "template_id")),
        requests=requests(figures),
        readings=any(figures.value(PROGRESS, "known", objective_id=o.objective_id) for o in edition.objectives),
        hidden=hidden,
    )


def activity(figures: Figures) -> bool:
    """Whether an activity report of any week was received."""
    return any(f.value is not None or f.suppressed for f in figures.each(HELD, "sum", "objective_id", "week")) or any(
        f.value is not None for f in figures.each(HELD, "sum", "objective_id")
    )


def requests(figures: Figures) -> bool:
    """Whether a request to any headquarters was received."""
    return any(True for metric, what in ((DECIDED, "median"), (OPEN, "open")) for _ in figures.each(metric, what, "hq"))
