"""Rules about the header of a definition, and about what must stand beside it.

Belongs here: missing fields, the review date, ``reads``, the given/expect case, the record of released versions. Not
here: what one field may hold, which the parser checks (``definition_file``).
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from reportmetrics.metrics.definition_file import DERIVED, REQUIRED, REVIEW_EVERY
from reportmetrics.metrics.findings import Finding
from reportmetrics.metrics.levels import matrix
from reportmetrics.metrics.lint_subject import Subject

_REMEDIES: Mapping[str, str] = {
    "owner": "name who answers for it",
    "decision": "say which decision it serves, or drop the metric",
    "reviewed": "give the day on which its owner last looked at it",
    "review_every": "say after how many months it has to earn its place again",
}


def missing_fields(subject: Subject) -> Iterator[Finding]:
    """Fields that every definition of the kind must have; the code names the field."""
    required = REQUIRED if subject.kind == "metric" else DERIVED
    for field in required:
        if field not in subject.values:
            code = f"{field.replace('_', '-')}-missing"
            yield subject.at_field(field, code, f"'{field}' is missing", _REMEDIES.get(field, "add it to the header"))


def review_overdue(subject: Subject, today: dt.date) -> Iterator[Finding]:
    """A metric past its review date has to earn its place again; a warning, as its figures are none the worse."""
    reviewed, every = subject.values.get("reviewed"), REVIEW_EVERY.match(str(subject.values.get("review_every")))
    if type(reviewed) is not dt.date or every is None:
        return
    due = months_after(reviewed, int(every.group(1)))
    if due < today:
        message = f"its review was due on {due.isoformat()}"
        remedy = "ask its owner whether the decision that it serves still needs it, then update 'reviewed'"
        yield subject.at_field("reviewed", "review-overdue", message, remedy, severity="warning")


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day of the month, ``months`` later; the last day of the month where there is no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def declared_reads(subject: Subject, used: Collection[str]) -> Iterator[Finding]:
    """``reads`` that the matrix does not allow at this level, or that nothing in the SQL uses."""
    if subject.level not in matrix.MATRIX:
        return
    for level in matrix.forbidden_declarations(subject.level, subject.reads):
        allowed = ", ".join(sorted(matrix.MATRIX[subject.level].may_declare)) or "nothing"
        message = f"a metric of level {subject.level} may not declare that it reads {level}"
        yield subject.at_field("reads", "reads-forbidden", message, f"it may declare: {allowed}")
    permission = matrix.MATRIX[subject.level]
    for level in sorted((set(subject.reads) & (permission.always | permission.may_declare)) - set(used)):
        message = f"'reads' names {level}, which nothing in the SQL reads"
        yield subject.at_field("reads", "reads-unused", message, "leave it out", severity="warning")


def case_missing(subject: Subject, tests_folder: Path | None) -> Iterator[Finding]:
    """A metric without a given/expect case that a person can compute by hand."""
    if tests_folder is None or (tests_folder / "cases" / f"{subject.name}.yaml").is_file():
        return
    message = "it has no given/expect case"
    yield Finding(
        subject.shown, 1, "case-missing", "error", message, f"write cases/{subject.name}.yaml in the SQL tests"
    )


Released = Mapping[str, Mapping[int, str]]
"""Definition hash of each released version of each metric."""


def hash_changed(subject: Subject, definition_hash: str, released: Released) -> Iterator[Finding]:
    """A definition that says something else than it did when its version was released, or goes back behind one."""
    versions, version = released.get(subject.name, {}), subject.values.get("version")
    if not isinstance(version, int) or not versions:
        return
    if version < max(versions):
        message = f"version {version} comes after version {max(versions)} was released"
        yield subject.at_field("version", "version-lowered", message, f"give it version {max(versions) + 1}")
    elif version in versions and versions[version] != definition_hash:
        message = f"the definition has changed since version {version} was released"
        remedy = f"give it version {version + 1}, or undo the change (a release not given out yet: release --amend)"
        yield subject.at_field("version", "version-unchanged", message, remedy)


def released_removed(names: Collection[str], released: Released) -> Iterator[Finding]:
    """Released metrics that are gone: old publications name them."""
    for name in sorted(set(released) - set(names)):
        message = f"{name} was released and is no longer there"
        yield Finding(
            RELEASED_FILE, 1, "released-removed", "warning", message, "keep it, or take its line out with a reason"
        )


RELEASED_FILE = "metrics/released.yaml"
"""The record of released versions, below the SQL folder."""
