"""Limits that the profile gives numbers: fields of report forms, and indicators.

Belongs here: their translation to a SQL predicate. Not here: limits of whole columns (``warehouse/source_tables``).

An entry form does not let an answer beyond them in; other ways that numbers come do.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable

from reportmetrics.profile.objectives import Indicator
from reportmetrics.profile.templates import Template


def beyond_fields(templates: Iterable[Template]) -> str:
    """SQL that is true of an answer outside: the widest limits of its field, where several forms give it some."""
    limits: dict[str, list[tuple[float, float]]] = {}
    for asked in (f for t in templates for f in t.fields):
        low = -math.inf if asked.minimum is None else asked.minimum
        high = math.inf if asked.maximum is None else asked.maximum
        limits.setdefault(asked.field_id, []).append((low, high))
    widest = ((name, min(low for low, _ in pairs), max(high for _, high in pairs)) for name, pairs in limits.items())
    return _any(_outside(f"field_id = {_quoted(name)}", "value_number", low, high) for name, low, high in widest)


def beyond_indicators(indicators: Iterable[Indicator]) -> str:
    """SQL that is true of a reading outside what the version of its indicator that holds on its day says."""
    return _any(
        _outside(
            f"indicator_id = {_quoted(i.indicator_id)}{_while('>=', i.valid_from)}{_while('<=', i.valid_to)}",
            "value",
            -math.inf if i.minimum is None else i.minimum,
            math.inf if i.maximum is None else i.maximum,
        )
        for i in indicators
    )


def _any(conditions: Iterable[str | None]) -> str:
    return " OR ".join(f"({c})" for c in conditions if c is not None) or "FALSE"


def _outside(which: str, number: str, low: float, high: float) -> str | None:
    beyond = [f"{number} < {low!r}"] if low > -math.inf else []
    beyond += [f"{number} > {high!r}"] if high < math.inf else []
    return f"{which} AND ({' OR '.join(beyond)})" if beyond else None


def _while(compared: str, day: dt.date | None) -> str:
    return "" if day is None else f" AND observed_on {compared} DATE '{day}'"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
