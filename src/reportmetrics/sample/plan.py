"""The frame that all parts of the generator share: weeks, days of extracts, random streams, local time.

Belongs here: time and chance. Not here: what happens in them.
"""

from __future__ import annotations

import datetime as dt
import zlib
import zoneinfo
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from reportmetrics.profile.load import Profile
from reportmetrics.sample import truths

BAGHDAD = zoneinfo.ZoneInfo("Asia/Baghdad")
ROME = zoneinfo.ZoneInfo("Europe/Rome")


@dataclass(frozen=True)
class Plan:
    """One generated mission: a profile (scaled to its size), a number of weeks, a seed."""

    profile: Profile
    weeks: int
    copies: int
    seed: int

    @cached_property
    def first_monday(self) -> dt.date:
        """Monday of the first week; the last week ends on the day before ``as_of``."""
        return truths.AS_OF - dt.timedelta(weeks=self.weeks)

    @cached_property
    def mondays(self) -> list[dt.date]:
        """Monday of each week."""
        return [self.first_monday + dt.timedelta(weeks=w) for w in range(self.weeks)]

    @property
    def last_extract(self) -> dt.date:
        """The Sunday before ``as_of``: an extract of that day holds all that happened before its midnight."""
        return truths.AS_OF - dt.timedelta(days=1)

    def extracts(self, every_days: int) -> list[dt.date]:
        """Days of extract in order, counted back from the last one to the end of the first week."""
        number = ((self.last_extract - self.first_monday).days - 6) // every_days + 1
        return [self.last_extract - dt.timedelta(days=every_days * k) for k in reversed(range(number))]

    def rng(self, name: str) -> np.random.Generator:
        """A random stream of its own for each purpose, so that one more draw here moves nothing there."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])


def midnight(day: dt.date) -> dt.datetime:
    """The instant at which a day starts in Baghdad, naive UTC."""
    return utc(dt.datetime.combine(day, dt.time()))


def utc(local: dt.datetime) -> dt.datetime:
    """Naive Baghdad time as naive UTC."""
    return local.replace(tzinfo=BAGHDAD).astimezone(dt.UTC).replace(tzinfo=None)


def local_text(instant: dt.datetime | None, pattern: str, zone: zoneinfo.ZoneInfo = BAGHDAD) -> str:
    """Naive UTC as local text, empty for none."""
    return "" if instant is None else instant.replace(tzinfo=dt.UTC).astimezone(zone).strftime(pattern)


def text(value: object) -> str:
    """A cell: empty for none, whole numbers without decimals, days as ISO."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return str(value)
