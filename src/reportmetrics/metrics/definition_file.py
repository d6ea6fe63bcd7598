"""The file of one definition: a YAML header and one SELECT, which runs as it is in any DuckDB shell.

Belongs here: which fields a header has, and what each must be. Not here: how files fit together (``catalogue``).
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from reportmetrics.metrics.definition import Definition, DerivedDefinition, EstimatorUse, Listing
from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.metrics.estimators.base import checked_params
from reportmetrics.metrics.header import DefinitionError, Header, Problem, read_header
from reportmetrics.metrics.select import parse_select

IDENTIFIER = re.compile(r"^[a-z][a-z0-9_]*$")
REVIEW_EVERY = re.compile(r"^([1-9]\d*) months?$")
LEVELS = ("input", "activity", "output", "outcome", "impact", "process", "comparison")
LISTING_FIELDS = {"order_by", "rows", "columns"}


def _text(value: Any) -> str | None:
    return None if isinstance(value, str) and value.strip() else "must be a text"


def _whole(value: Any) -> str | None:
    fine = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    return None if fine else "must be a whole number from 1"


def _date(value: Any) -> str | None:
    return None if type(value) is dt.date else "must be a date such as 2022-01-10"


def _level(value: Any) -> str | None:
    return None if value in LEVELS else f"must be one of {', '.join(LEVELS)}"


def _levels(value: Any) -> str | None:
    words = (*LEVELS[:-1], "row")
    fine = isinstance(value, list) and all(v in words for v in value)
    return None if fine else f"must be a list of {', '.join(words)}"


def _review_every(value: Any) -> str | None:
    return None if isinstance(value, str) and REVIEW_EVERY.match(value) else "must be such as '12 months'"


def _names(value: Any) -> str | None:
    fine = isinstance(value, list) and all(isinstance(v, str) and IDENTIFIER.match(v) for v in value)
    if not fine:
        return "must be a list of column names"
    return None if len(set(value)) == len(value) else "names a column twice"


def _groupings(value: Any) -> str | None:
    if not isinstance(value, list) or any(_names(v) for v in value):
        return "must be a list of lists of column names"
    sets = [frozenset(v) for v in value]
    return None if len(set(sets)) == len(sets) else "holds a grouping twice"


def _caveats(value: Any) -> str | None:
    fine = isinstance(value, list) and all(isinstance(v, str) and re.match(r"^[a-z ]+: \S", v) for v in value)
    return None if fine else "must be a list of texts like 'code: sentence'"


def _estimators(value: Any) -> str | None:
    if isinstance(value, str):
        value = {value: {}}
    if not isinstance(value, dict) or not value:
        return "must be the name of an estimator, or names with parameters"
    for name, given in value.items():
        if name not in ESTIMATORS:
            return f"names '{name}', which is no estimator (there are: {', '.join(sorted(ESTIMATORS))})"
        if given is not None and not isinstance(given, dict):
            return f"must give parameters of {name} as 'name: value'"
        problems = checked_params(ESTIMATORS[name], given or {})[1]
        if problems:
            return f"is wrong: {'; '.join(problems)}"
    return None


def _listings(value: Any) -> str | None:
    if not isinstance(value, dict):
        return "must be names with order_by, rows and columns"
    for name, given in value.items():
        if not isinstance(given, dict) or set(given) != LISTING_FIELDS:
            return f"must give order_by, rows and columns of '{name}'"
        problem = _whole(given["rows"]) or _names(given["columns"]) or _names([given["order_by"]])
        if problem:
            return f"'{name}' {problem}"
    return None


Check = Callable[[Any], "str | None"]
REQUIRED: Mapping[str, Check] = {
    "id": _text,
    "version": _whole,
    "title": _text,
    "question": _text,
    "level": _level,
    "unit": _text,
    "by": _names,
    "estimator": _estimators,
    "owner": _text,
    "reviewed": _date,
    "review_every": _review_every,
    "decision": _text,
    "limits": _text,
    "source": _text,
}
OPTIONAL: Mapping[str, Check] = {
    "also_by": _groupings,
    "caveats": _caveats,
    "frame": _text,
    "people": _text,
    "reads": _levels,
    "listings": _listings,
}
DERIVED: Mapping[str, Check] = {"id": _text, "one_row_is": _text, "level": _text}
DERIVED_OPTIONAL: Mapping[str, Check] = {"reads": _levels}


def read_metric(path: Path, shown: str) -> Definition:
    """The metric in ``path`` (``.../<theme>/<name>.sql``); raises :class:`DefinitionError` with every mistake."""
    header = read_header(path, shown)
    problems = _check(header, shown, REQUIRED, OPTIONAL)
    select, sql_problems = parse_select(header.sql, shown, header.sql_line)
    problems += sql_problems
    values, theme = header.values, path.parent.name
    if values.get("id") != f"{theme}.{path.stem}":
        problems.append(_problem(header, shown, "id", f"must be '{theme}.{path.stem}', as the file is named"))
    if problems or select is None:
        raise DefinitionError(problems)
    estimators = values["estimator"] if isinstance(values["estimator"], dict) else {values["estimator"]: {}}
    definition = Definition(
        **{k: values[k] for k in ("id", "version", "level", "unit", "reviewed")},
        **{k: _one_line(values[k]) for k in ("title", "question", "owner", "decision", "limits", "source")},
        by=tuple(values["by"]),
        also_by=tuple(tuple(g) for g in values.get("also_by", [])),
        estimators=tuple(EstimatorUse(n, checked_params(ESTIMATORS[n], p or {})[0]) for n, p in estimators.items()),
        review_every=int(values["review_every"].split()[0]),
        caveats=tuple(values.get("caveats", [])),
        frame=values.get("frame"),
        people=values.get("people"),
        reads=tuple(values.get("reads", [])),
        listings=tuple(
            Listing(n, g["order_by"], g["rows"], tuple(g["columns"])) for n, g in values.get("listings", {}).items()
        ),
        sql=header.sql,
        path=path,
        theme=theme,
        select=select,
    )
    problems = _columns(definition, header, shown)
    if problems:
        raise DefinitionError(problems)
    return definition


def read_derived(path: Path, shown: str) -> DerivedDefinition:
    """The derived view in ``path``; raises :class:`DefinitionError` with every mistake."""
    header = read_header(path, shown)
    problems = _check(header, shown, DERIVED, DERIVED_OPTIONAL)
    select, sql_problems = parse_select(header.sql, shown, header.sql_line)
    problems += sql_problems
    if header.values.get("id") != path.stem:
        problems.append(_problem(header, shown, "id", f"must be '{path.stem}', as the file is named"))
    if select is not None and "row_key" not in select.columns:
        problems.append(Problem(shown, header.sql_line, "row-key", "row_key is not returned", "return the row's key"))
    if problems or select is None:
        raise DefinitionError(problems)
    values = header.values
    return DerivedDefinition(values["id"], values["one_row_is"], values["level"], header.sql, path, select)


def _problem(header: Header, shown: str, field: str, message: str) -> Problem:
    return Problem(shown, header.lines.get(field, 1), "field-value", f"'{field}' {message}", "correct the header")


def _check(header: Header, shown: str, required: Mapping[str, Check], optional: Mapping[str, Check]) -> list[Problem]:
    checks = {**required, **optional}
    problems = []
    for name in header.values:
        if name not in checks:
            near = difflib.get_close_matches(name, checks, n=1)
            remedy = f"did you mean '{near[0]}'?" if near else f"the fields are: {', '.join(checks)}"
            problems.append(Problem(shown, header.lines[name], "field-unknown", f"there is no field '{name}'", remedy))
        elif message := checks[name](header.values[name]):
            problems.append(_problem(header, shown, name, message))
    problems += [
        Problem(shown, 1, "field-missing", f"field '{name}' is missing", "add it to the header")
        for name in required
        if name not in header.values
    ]
    return problems


def _columns(definition: Definition, header: Header, shown: str) -> list[Problem]:
    """Columns that the header speaks of but the SELECT does not return."""
    returned = set(definition.select.columns)
    wanted = [("row_key", "estimator", "row_key, by which each row is found again")]
    wanted += [(c, "by", "a group column") for c in definition.by]
    wanted += [(c, "also_by", "a group column") for g in definition.also_by for c in g]
    wanted += [(definition.people, "people", "who stands behind the row")] if definition.people else []
    for use in definition.estimators:
        wanted += [(n.name, "estimator", f"needed by {use.name}") for n in ESTIMATORS[use.name].needs if not n.optional]
    for listing in definition.listings:
        wanted += [(c, "listings", f"listed in '{listing.name}'") for c in (listing.order_by, *listing.columns)]
    problems = [
        Problem(
            shown,
            header.sql_line,
            "column-missing",
            f"the SELECT does not return '{column}' ({why}, line {header.lines.get(field, 1)})",
            "return it, or correct the header",
        )
        for column, field, why in dict.fromkeys(wanted)
        if column not in returned
    ]
    if set(definition.by) in [set(g) for g in definition.also_by]:
        problems.append(_problem(header, shown, "also_by", "repeats the grouping of 'by'"))
    if definition.frame and not {u.name for u in definition.estimators} <= {"count", "sum"}:
        problems.append(_problem(header, shown, "frame", "is only for count and sum: only these know a true zero"))
    return problems


def _one_line(text: Any) -> Any:
    """Folded text of a header in one line."""
    return " ".join(text.split())
