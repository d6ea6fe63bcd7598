"""Sources that have fallen silent: a report that stops coming is easily taken for good news.

Belongs here: when a source counts as silent. Not here: who is told (``alerts``), what its gaps do to figures (metrics).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from reportmetrics.profile.sources import Source

PATIENCE = 1.5
"""A source is silent after one and a half times the interval that its mapping states."""


@dataclass(frozen=True, slots=True)
class Silence:
    """How long ago a source last sent something. ``last`` is naive UTC, None where it never did."""

    source: str
    every_days: int
    last: dt.datetime | None
    silent: bool

    @property
    def sentence(self) -> str:
        """What there is to say about it."""
        if self.last is None:
            return f"{self.source} has never sent anything; it is expected every {self.every_days} days"
        day = self.last.date().isoformat()
        return f"{self.source} last sent something on {day}; it is expected every {self.every_days} days"


def warn_after(source: Source) -> dt.timedelta:
    """From when on a source is late."""
    return dt.timedelta(days=source.every_days)


def silent_after(source: Source) -> dt.timedelta:
    """From when on a source counts as silent."""
    return dt.timedelta(days=source.every_days * PATIENCE)


def silences(sources: Sequence[Source], last_arrival: dict[str, dt.datetime], now: dt.datetime) -> list[Silence]:
    """State of each source at ``now`` (naive UTC)."""
    found = []
    for source in sources:
        last = last_arrival.get(source.source)
        silent = last is None or now - last > silent_after(source)
        found.append(Silence(source.source, source.every_days, last, silent))
    return found
