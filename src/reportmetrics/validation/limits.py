"""Limits that the profile gives answers and readings: numbers, choices and kinds of fields, and indicators.

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


def beyond_choices(templates: Iterable[Template]) -> str:
    """SQL that is true of a text that none of the forms with its field offers; where one offers any, any will do."""
    offered: dict[str, list[list[str]]] = {}
    for asked in (f for t in templates for f in t.fields):
        offered.setdefault(asked.field_id, []).append(asked.choices)
    return _any(
        f"field_id = {_quoted(name)} AND trim(value_text) NOT IN ({_list(c for some in lists for c in some)})"
        for name, lists in offered.items()
        if all(lists)
    )


def of_another_kind(templates: Iterable[Template]) -> str:
    """SQL that is true of a text in answer to a number, or of a number in answer to a text."""
    kinds: dict[str, set[bool]] = {}
    for asked in (f for t in templates for f in t.fields):
        kinds.setdefault(asked.field_id, set()).add(asked.kind == "text")
    told = {
        True: "value_number IS NOT NULL AND value_text IS NULL",
        False: "trim(value_text) <> '' AND value_number IS NULL",
    }
    names = {is_text: [n for n, both in kinds.items() if both == {is_text}] for is_text in told}
    return _any(f"field_id IN ({_list(names[t])}) AND {told[t]}" for t in told if names[t])


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


def _list(texts: Iterable[str]) -> str:
    return ", ".join(map(_quoted, dict.fromkeys(texts)))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
