"""How numbers and dates are written on pages, in one place.

Belongs here: text made from one number, one interval, one date. Not here: sentences (``sentences``), colours.

Rounding is half away from zero, as a reader does it by hand; ``round`` would turn 62.5 into 62.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from reportmetrics.metrics import suppression

MINUS = "\u2212"
DASH = "\u2013"
HARD_SPACE = "\u00a0"
THIN_SPACE = "\u202f"
HIDDEN = suppression.HIDDEN

_PLACES = tuple(Decimal(1).scaleb(-decimals) for decimals in range(10))

Format = Callable[[float], str]

REMEMBERED = 16_384
"""Texts of numbers that are remembered: a publication writes each of its own two or three times."""

# Not strftime: pages do not change with the locale of the machine.
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def fixed(value: float, decimals: int) -> str:
    """``value`` with ``decimals`` places, true minus, thin space between thousands; never a negative zero."""
    return _fixed(value, decimals)


@functools.lru_cache(maxsize=REMEMBERED)
def _fixed(value: float, decimals: int) -> str:
    rounded = _decimal(value, decimals)
    text = f"{abs(rounded):,.{decimals}f}".replace(",", THIN_SPACE)
    return f"{MINUS}{text}" if rounded < 0 else text


def count(value: float) -> str:
    """A count: ``1 234`` with a thin space."""
    return fixed(value, 0)


def days(value: float) -> str:
    """Days: whole from 10, else one decimal."""
    return fixed(value, 0 if _rounded(value, 1) >= 10 else 1)


def hours(value: float) -> str:
    """Hours: one decimal below 100, else whole."""
    return fixed(value, 1 if _rounded(value, 1) < 100 else 0)


def percent(share: float) -> str:
    """A share of 0..1 as a percentage: whole; one decimal below 1 %, and where whole would claim all of it."""
    per_cent = share * 100
    near_end = 0 < abs(per_cent) < 1 or (per_cent < 100 and _rounded(per_cent, 0) == 100)
    if near_end and per_cent < 100 and _rounded(per_cent, 1) == 100:
        return f"over{HARD_SPACE}99.9{HARD_SPACE}%"
    if per_cent > 0 and _rounded(per_cent, 1) == 0:
        return f"under{HARD_SPACE}0.1{HARD_SPACE}%"
    return f"{fixed(per_cent, 1 if near_end else 0)}{HARD_SPACE}%"


def progress(value: float) -> str:
    """Progress from baseline (0) to target (1): two decimals."""
    return fixed(value, 2)


def plain(value: float) -> str:
    """A number of no known unit: whole where it is whole, else up to three significant decimals."""
    if value == round(value):
        return fixed(value, 0)
    decimals = max(1, 2 - math.floor(math.log10(abs(value)))) if abs(value) < 100 else 0
    return fixed(value, min(decimals, 6))


def interval(lower: float | None, upper: float | None, write: Format) -> str:
    """``101 to 169``; an open end is said in words, no interval at all gives an empty text."""
    if lower is None and upper is None:
        return ""
    if lower is None:
        return f"up to {write(_known(upper))}"
    if upper is None:
        return f"{write(lower)} or more"
    return f"{_bare(write(lower))} to {write(upper)}"


def with_interval(value: float, lower: float | None, upper: float | None, write: Format) -> str:
    """``124 (101 to 169)``."""
    spread = interval(lower, upper, write)
    return f"{write(value)} ({spread})" if spread else write(value)


def of(part: float, whole: float) -> str:
    """A share with its base: ``234 of 260``."""
    return f"{count(part)} of {count(whole)}"


def date_long(day: dt.date) -> str:
    """``31 January 2022``."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def date_short(day: dt.date) -> str:
    """``31 Jan 2022``, for tables."""
    return f"{day.day} {_MONTHS[day.month - 1][:3]} {day.year}"


def day_and_month(day: dt.date) -> str:
    """``24 January``, where the year is plain from what stands beside it."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def month_short(day: dt.date, *, year: bool = False) -> str:
    """``Jan`` or ``Jan 2022``, for ticks."""
    return f"{_MONTHS[day.month - 1][:3]} {day.year}" if year else _MONTHS[day.month - 1][:3]


def weekday(day: dt.date) -> str:
    """``Monday``."""
    return ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")[day.weekday()]


_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def in_words(number: int) -> str:
    """Small counts in words, as they stand in a heading: ``four``; figures above ten."""
    return _WORDS[number] if 0 <= number < len(_WORDS) else count(number)


def missing(reason: str | None) -> str:
    """What stands where a number would: an en dash and the reason; a suppressed cell says so."""
    reason = (reason or "").strip()
    if reason == HIDDEN:
        return HIDDEN
    return f"{DASH} {reason}" if reason else DASH


def or_missing(value: float | None, write: Format, reason: str | None = None) -> str:
    """``value`` as text, or what stands for a missing one."""
    return missing(reason) if value is None else write(value)


def parse_day(text: str | None) -> dt.date | None:
    """The day at the start of an ISO text (``2022-01-24`` or ``2022-01-24 00:00:00``), None when there is none."""
    try:
        return dt.date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _bare(text: str) -> str:
    return text.removesuffix(f"{HARD_SPACE}%")


def _known(value: float | None) -> float:
    if value is None:
        raise ValueError("an interval without both ends has no text")
    return value


def _rounded(value: float, decimals: int) -> float:
    return float(_decimal(value, decimals))


@functools.lru_cache(maxsize=REMEMBERED)
def _decimal(value: float, decimals: int) -> Decimal:
    return Decimal(repr(float(value))).quantize(_PLACES[decimals], rounding=ROUND_HALF_UP)
