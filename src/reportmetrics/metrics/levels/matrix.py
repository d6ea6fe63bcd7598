"""The levels of the result chain, and which of them a metric of each level may read.

Belongs here: the matrix and its words. Not here: finding out what a SELECT reads (``scope``), or comparing the two
(``check``).

The chain (OECD DAC) runs input, activity, output, outcome, impact. One wall matters most: what was *achieved* (outcome,
impact) is never judged from what was *done* (input, activity, output) or from how the reporting went (process). Below
the wall levels may be combined where the header says so, because a meeting, the convoy that it took and the people that
it reached are told in one row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from reportmetrics.warehouse.shape import Level

NEUTRAL: Level = "neutral"
ANY_LEVEL: Level = "row"
"""The level of a value whose row was not filtered to one level: it may be any."""


@dataclass(frozen=True, slots=True)
class Permission:
    """What a metric of one level may read: ``always``, and what it ``may_declare`` in its header's ``reads``."""

    always: frozenset[str]
    may_declare: frozenset[str]


def _permission(always: str, may_declare: str = "") -> Permission:
    return Permission(frozenset(always.split()), frozenset(may_declare.split()))


MATRIX: Mapping[str, Permission] = {
    "input": _permission("input", "activity process"),
    "activity": _permission("activity input", "process"),
    "output": _permission("output activity input", "process"),
    "outcome": _permission("outcome"),
    "impact": _permission("impact", "outcome"),
    "process": _permission("process", "input activity output outcome impact row"),
    "comparison": _permission("", "input activity output outcome impact process row"),
}
"""Neutral tables and columns may be read by all and are not listed. ``row`` is an answer or a reading of whatever
level, as a process metric needs it that asks what the reporting repeats, not what it says."""

READABLE: tuple[str, ...] = ("input", "activity", "output", "outcome", "impact", "process", "row")
"""Words that ``reads`` may hold."""


def permitted(level: str, reads: Collection[str]) -> frozenset[str]:
    """The levels that a metric may read; what it declares beyond the matrix does not count."""
    permission = MATRIX[level]
    return permission.always | (permission.may_declare & frozenset(reads))


def forbidden_declarations(level: str, reads: Collection[str]) -> list[str]:
    """Levels in ``reads`` that the matrix does not let a metric of this level declare, in order."""
    permission = MATRIX[level]
    return sorted(set(reads) - permission.may_declare - permission.always)
