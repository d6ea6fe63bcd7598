"""Working days of a place: weekend, public holidays, and the profile's overrides.

Belongs here: what a working day is. Not here: due rules (``frames``), waits in working days (metrics).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from reportmetrics.profile.mission import Place

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Calendar:
    """The calendar of a place. Overrides of the profile win over the holidays package; a weekend may have a first day.

    ``extra_holidays`` adds a day off, ``not_holidays`` makes a library holiday an ordinary day (a weekend day stays
    weekend).
    """

    def __init__(self, place: Place) -> None:
        import holidays

        since = {dt.date.min: place.weekend, **place.weekend_from}
        self._weekends = [(day, frozenset(map(_DAYS.index, since[day]))) for day in sorted(since, reverse=True)]
        self._library = holidays.country_holidays(place.country)
        self._extra = dict(place.extra_holidays)
        self._not = frozenset(place.not_holidays)

    def holiday(self, day: dt.date) -> str | None:
        """Name of the public holiday on ``day``, if it is one (several names are joined by the library)."""
        if day in self._extra:
            return self._extra[day]
        if day in self._not:
            return None
        name = self._library.get(day)
        return str(name) if name is not None else None

    def is_working(self, day: dt.date) -> bool:
        """True on days that are neither weekend nor holiday."""
        weekend = next(days for since, days in self._weekends if since <= day)
        return day.weekday() not in weekend and self.holiday(day) is None

    def working_days_after(self, day: dt.date, number: int) -> dt.date:
        """The ``number``-th working day after ``day``; with 0, ``day`` itself or the first working day after it."""
        if number == 0:
            while not self.is_working(day):
                day += dt.timedelta(days=1)
            return day
        while number > 0:
            day += dt.timedelta(days=1)
            number -= self.is_working(day)
        return day


def days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Each day from ``first`` to ``last``, both inclusive."""
    for offset in range((last - first).days + 1):
        yield first + dt.timedelta(days=offset)
