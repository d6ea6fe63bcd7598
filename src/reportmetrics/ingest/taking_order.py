"""The order in which files of one run are taken in: what is told later counts, so no order may be left to chance.

Belongs here: the order. Not here: finding the files (``landing``), the order of what has its place (``rebuild``).
"""

from __future__ import annotations

import datetime as dt
import re

from reportmetrics.profile.sources import Source

_NUMBER = re.compile("([0-9]+)")

Natural = tuple[tuple[str | int, ...], str]
"""A name by which names are sorted: its texts and numbers in turn, then as it is."""


def natural(name: str) -> Natural:
    """Numbers within a name count as numbers: ``reg_9`` before ``reg_10``. Names alike but for zeros go as text."""
    # A split by a group gives texts at even places and numbers at odd ones, so that like is compared with like.
    parts = _NUMBER.split(name)
    return tuple(int(part) if place % 2 else part for place, part in enumerate(parts)), name


def taking_order(dated: dt.datetime | None, source: Source | None, name: str) -> tuple[dt.datetime, bool, Natural, str]:
    """By the date that the name states, registers before logs, then by name and source.

    A log tells of what a register describes. What has no ``source`` any more was forgotten, and tells nothing.
    """
    is_log = source is not None and any(entry.events is not None for entry in source.tables)
    return dated or dt.datetime.max, is_log, natural(name), source.source if source else ""
