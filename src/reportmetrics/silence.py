"""Sources that have fallen silent: a report that stops coming is easily taken for good news.

Belongs here: when a source counts as silent. Not here: who is told (``alerts``), what its gaps do to figures (metrics).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from reportmetrics.clock import TOLERANCE
from reportmetrics.profile.sources import Source

PATIENCE = 1.5
"""A source is silent after one and a half times the interval that its mapping states."""


@dataclass(frozen=True, slots=True)
class Silence:
    """How long ago a source last sent something. ``last`` is naive UTC, None where it never did.

    ``ahead``: it lies ahead of the clock, so that nobody can tell how long the source has been silent.
    """

    source: str
    every_days: int
    last: dt.datetime | None
    silent: bool
    ahead: bool = False

    @property
    def sentence(self) -> str:
        """What there is to say about it."""
        if self.last is None:
            return f"{self.source} has never sent anything; it is expected every {self.every_days} days"
        day = self.last.date().isoformat()
        if self.ahead:
            return (
                f"{self.source} last sent something on {day}, which lies ahead: the clock was wrong then or is now; "
                "set it right, then: reportmetrics rebuild"
            )
        return f"{self.source} last sent something on {day}; it is expected every {self.every_days} days"


def warn_after(source: Source) -> dt.timedelta:
    """From when on a source is late."""
    return dt.timedelta(days=source.every_days)


def silent_after(source: Source) -> dt.timedelta:
    """From when on a source counts as silent."""
    return dt.timedelta(days=source.every_days * PATIENCE)


def silences(sources: Sequence[Source], last_arrival: dict[str, dt.datetime], now: dt.datetime) -> list[Silence]:
    """State of each source at ``now`` (naive UTC). An arrival that lies ahead of it counts as silence."""
    found = []
    for source in sources:
        last = last_arrival.get(source.source)
        ahead = last is not None and last > now + TOLERANCE
        silent = last is None or ahead or now - last > silent_after(source)
        found.append(Silence(source.source, source.every_days, last, silent, ahead))
    return found
