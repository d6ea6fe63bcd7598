"""Limits that the profile gives numbers: fields of report forms, and indicators.

Belongs here: their translation to a SQL predicate. Not here: limits of whole columns (``warehouse/source_tables``).

An entry form does not let an answer beyond them in; other ways that numbers come do.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from reportmetrics.profile.load import Profile
from reportmetrics.profile.objectives import Indicator
from reportmetrics.profile.templates import TemplateField

Named = tuple[str, TemplateField | Indicator]
"""An identifier, and what gives its numbers limits, both inclusive."""


def fields(profile: Profile) -> list[Named]:
    """Each field, once for each form that has it."""
    return [(f.field_id, f) for t in profile.templates for f in t.fields]


def indicators(profile: Profile) -> list[Named]:
    """Each indicator, once for each of its versions."""
    return [(i.indicator_id, i) for i in profile.indicators]


def beyond(id_column: str, number_column: str, limited: Iterable[Named]) -> str:
    """SQL that is true of a row whose number lies outside: the widest limits, where an identifier is given several."""
    said = _beyond(id_column, number_column, limited)
    return " OR ".join(said) or "FALSE"


def _beyond(id_column: str, number_column: str, limited: Iterable[Named]) -> Iterator[str]:
    limits: dict[str, list[tuple[float, float]]] = {}
    for name, one in limited:
        low = -math.inf if one.minimum is None else one.minimum
        high = math.inf if one.maximum is None else one.maximum
        limits.setdefault(name, []).append((low, high))
    for name, pairs in limits.items():
        low, high = min(p[0] for p in pairs), max(p[1] for p in pairs)
        outside = [f"{number_column} < {low!r}"] if low > -math.inf else []
        outside += [f"{number_column} > {high!r}"] if high < math.inf else []
        if outside:
            quoted = name.replace("'", "''")
            yield f"({id_column} = '{quoted}' AND ({' OR '.join(outside)}))"
