"""The verdict of result-chain typing on one metric or one derived view.

Belongs here: turning what a text reads, and what its header allows, into faults with a path and a remedy. Not here: how
it is found out what a text reads.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from reportmetrics.metrics.levels import matrix
from reportmetrics.metrics.levels.check import Levels, Violation
from reportmetrics.metrics.levels.engine import EmptyDatabase
from reportmetrics.metrics.levels.reader import read_sql
from reportmetrics.metrics.levels.relation import Fault, Reading

_CHAIN = ("input", "activity", "output", "outcome", "impact")
_MIXED: Mapping[str, frozenset[str]] = {
    "neutral": frozenset(),
    "process": frozenset({"process", matrix.ANY_LEVEL}),
}
"""Levels of views whose columns may be of any level, with what their rows may depend on."""


def judge_metric(
    sql: str, *, metric_id: str, level: str, reads: Collection[str], levels: Levels, database: EmptyDatabase
) -> tuple[Reading, list[Fault]]:
    """What a metric reads, and everything about it that its level does not allow."""
    reading = read_sql(sql, levels.shapes)
    allowed = matrix.permitted(level, reads)
    faults = [*reading.faults, *_row_level(reading, levels)]
    violations = levels.violations(reading, allowed)
    faults += [_level_fault(v, metric_id, level) for v in violations]
    if not any(f.code == "sql-syntax" for f in reading.faults):
        faults += database.differences(sql, reading)
    if not faults:
        faults = _refusals(sql, reading, level, allowed, database)
    return reading, sorted(set(faults))


def _refusals(sql: str, reading: Reading, level: str, allowed: Collection[str], database: EmptyDatabase) -> list[Fault]:
    """What DuckDB itself says of a text in which the analysis found nothing."""
    problem = database.bind_problem(sql, matrix.READABLE, reading.tables)
    if problem:
        return [Fault(1, "sql-refused", f"DuckDB refuses it: {problem}", "correct the SELECT")]
    problem = database.bind_problem(sql, allowed, reading.tables)
    if problem:
        message = f"where only what {level} metrics may read exists, DuckDB refuses it: {problem}"
        return [Fault(1, "engine-differs", message, "read allowed columns only, and name them plainly")]
    return []


def judge_view(
    name: str, sql: str, *, level: str, reads: Collection[str] = (), levels: Levels, database: EmptyDatabase
) -> list[Fault]:
    """Everything wrong with a derived view that ``levels`` holds.

    A view of a level of the chain may read what a metric of that level may; what it declares besides counts for
    whoever reads the view, who has to declare it again. ``neutral`` and
    ``process`` views may hold columns of other levels, which count for whoever reads them; only their rows are bound.
    """
    reading = levels.views[name]
    faults = [*reading.faults, *database.differences(sql, reading)]
    if level in _MIXED:
        found, allowed, what = levels.of_all(reading.output.rows), _MIXED[level], "its rows depend on"
    elif level in _CHAIN:
        found, allowed, what = levels.view_levels(name), matrix.permitted(level, reads), "it reads"
    else:
        words = ", ".join((*_MIXED, *_CHAIN))
        return [*faults, Fault(1, "view-level", f"{level} is no level of a view", f"declare one of {words}")]
    for other, path in sorted(found.items()):
        if other not in allowed:
            way = (*path, name)
            message = f"{name} says that it is of level {level}, but {what} {_called(other)}: {' -> '.join(way)}"
            faults.append(Fault(1, "view-level", message, _view_remedy(other), way))
    return sorted(set(faults))


def _row_level(reading: Reading, levels: Levels) -> list[Fault]:
    """Tables that a metric may only read through the view of one level."""
    return [
        Fault(
            place.line,
            "row-level-read",
            f"{place.reference.relation} holds rows of several levels",
            "read the derived view of one level instead",
            (place.reference.label,),
        )
        for place in sorted(reading.places)
        if not place.reference.column
        and place.reference.relation in levels.shapes
        and levels.shapes[place.reference.relation].level_column
    ]


def _level_fault(violation: Violation, metric_id: str, level: str) -> Fault:
    path = (*violation.path, metric_id)
    shown = " -> ".join(path)
    if violation.level in matrix.MATRIX[level].may_declare:
        message = f"the header does not say that it reads {_called(violation.level)}: {shown}"
        return Fault(violation.line, "level-undeclared", message, f"add {violation.level} to reads, if meant", path)
    message = f"a metric of level {level} may not read {_called(violation.level)}: {shown}"
    return Fault(
        violation.line, "level-read", message, "leave it out, or give the metric the level of what it shows", path
    )


def _called(level: str) -> str:
    return "rows of any level" if level == matrix.ANY_LEVEL else level


def _view_remedy(level: str) -> str:
    if level == matrix.ANY_LEVEL:
        return "filter the table by a plain level = '...' where it is read, or declare the view process"
    return "leave it out, or declare the view's level as what it reads"
