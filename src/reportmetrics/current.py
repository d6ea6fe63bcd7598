"""What a run starts from: the profile and the definitions as their files are now, and the dates that it is for.

Belongs here: what a caller needs to know before any step begins. Not here: the steps (``steps``). Nothing here, nor
beneath it, imports what steps work with (polars, duckdb, numpy): a code server shows a graph and computes nothing.
"""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo
from pathlib import Path

from reportmetrics.metrics.catalogue import Catalogue
from reportmetrics.metrics.prepared import DefinitionsError, Prepared, prepared
from reportmetrics.profile.load import Profile, load_profile
from reportmetrics.settings import Settings, sql_folder

ENGINES = ("duckdb",)
"""Engines that can compute metrics over a snapshot."""


class StepError(Exception):
    """A step cannot start; the text says what is missing and which step makes it."""


def as_of_date(text: str) -> dt.date:
    """The date that a partition, a flag or a form names. Raises ``StepError`` for anything but YYYY-MM-DD."""
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise StepError(f"'{text}' is no date; write it as YYYY-MM-DD, such as 2022-01-31") from None


def day_there(moment: dt.datetime, profile: Profile) -> dt.date:
    """The date of an instant (with a zone) in the mission's time zone."""
    return moment.astimezone(zoneinfo.ZoneInfo(profile.mission.time_zone)).date()


def today(profile: Profile) -> dt.date:
    """Today in the mission's time zone: the default ``as_of``, so that the figures are those of last midnight."""
    return dt.datetime.now(zoneinfo.ZoneInfo(profile.mission.time_zone)).date()


def future_problem(day: dt.date, profile: Profile) -> str | None:
    """What is wrong with a date that lies ahead of today in the mission's time zone; None for any other."""
    last = today(profile)
    return None if day <= last else f"{day} lies in the future, of which nothing is known; give {last} or earlier"


def current_profile(settings: Settings) -> Profile:
    """The profile as its files are now; read again only when one of them changed."""
    return _profile(settings.profile, _state(settings.profile, "*.yaml"))


def current_definitions(settings: Settings) -> Prepared:
    """The product's definitions as their files are now; read again only when one of them changed.

    Raises ``StepError`` with every mistake in them.
    """
    return _definitions(sql_folder(), settings.staging, _state(sql_folder(), "*.*"))


def current_catalogue(settings: Settings) -> Catalogue:
    """The product's metrics; see :func:`current_definitions`."""
    return current_definitions(settings).catalogue


State = tuple[tuple[Path, int, int], ...]


def _state(folder: Path, pattern: str) -> State:
    """Paths, times of change and sizes: what tells whether files are still those that were read."""
    found = ((p, p.stat()) for p in sorted(folder.rglob(pattern)))
    return tuple((p, s.st_mtime_ns, s.st_size) for p, s in found)


@functools.lru_cache(maxsize=8)
def _profile(folder: Path, _state: State) -> Profile:
    return load_profile(folder)


@functools.lru_cache(maxsize=2)
def _definitions(folder: Path, keep_in: Path, _state: State) -> Prepared:
    try:
        return prepared(folder, keep_in)
    except DefinitionsError as error:
        raise StepError(str(error)) from None
