"""Bad files of reports on forms: periods, units and forms that do not fit, revisions, reports taken back."""

from __future__ import annotations

from typing import Any

from tests.conftest import MISSION
from tests.faults.case import Case, Reject
from tests.unit.reporting import FORM

UNITS: list[dict[str, Any]] = [
    *MISSION["units"],
    MISSION["units"][0] | {"unit_id": "U-2", "name": "Unit 2", "closed": "2021-02-14"},
]
FORMS: list[dict[str, Any]] = [
    FORM,
    FORM | {"template_id": "S", "name": "Form of one unit", "units": ["U-2"]},
    FORM | {"template_id": "O", "name": "Old form", "valid_to": "2021-01-31"},
]
"""T is due from both units each week, S from U-2 only, O until January."""

HEADER = "report,form,unit,first,last,sent,revision,minutes,withdrawn,taken_back"
SOUND = ["@1", "T", "U-1", "2021-02-01", "2021-02-07", "2021-02-08", "0", "60", "no", ""]
YES_NO = {"from": "withdrawn", "map": {"yes": "true", "no": "false"}}
WEEKLY: dict[str, Any] = {
    "title": "Weekly reports",
    "sender": "desk",
    "table": "report",
    "columns": {
        "report_id": "report",
        "template_id": "form",
        "unit_id": "unit",
        "period_start": {"from": "first", "format": "%Y-%m-%d"},
        "period_end": {"from": "last", "format": "%Y-%m-%d"},
        "submitted_at": {"from": "sent", "format": "%Y-%m-%d"},
        "revision": "revision",
        "prep_minutes": "minutes",
        "withdrawn": YES_NO,
        "withdrawn_at": {"from": "taken_back", "format": "%Y-%m-%d"},
    },
}


def row(**changes: str) -> str:
    """A line of the file, sound but for ``changes``."""
    return ",".join(changes.get(name, value) for name, value in zip(HEADER.split(","), SOUND, strict=True))


def text(*rows: str) -> str:
    """A file of these lines."""
    return "\n".join([HEADER, *rows, ""])


def bad(name: str, column: str, code: str, said: str = "", **changes: str) -> Case:
    """A sound report, then one on line 3 that is refused."""
    rejects: tuple[Reject, ...] = ((code, 3, column),)
    return Case(name, text(row(), row(report="@2", **changes)), rejects, (2, 1, 1, 0, 0, 0), base=WEEKLY, said=said)


def doubted(name: str, check: str, observed: str, **changes: str) -> Case:
    """A sound report, then one that is taken in, and that ``check`` names with ``observed``."""
    content = text(row(), row(report="@2", **changes))
    return Case(name, content, (), (2, 2, 0, 0, 0, 0), base=WEEKLY, checks=((check, observed),))


def taken(name: str, *rows: str, counts: tuple[int, int, int, int, int, int]) -> Case:
    """A file of which nothing is refused."""
    return Case(name, text(*rows), (), counts, base=WEEKLY)


MARCH = {"first": "2021-03-01", "last": "2021-03-07", "sent": "2021-03-08"}
AFTER_CLOSING = "of U-2 for 2021-03-01 to 2021-03-07; the unit was open from 2021-01-04 to 2021-02-14"

WARNED = [
    doubted("of a closed unit", "report_outside_unit_dates", AFTER_CLOSING, unit="U-2", **MARCH),
    doubted("of a form that its unit does not owe", "report_not_due", "the form is due from other units", form="S"),
    doubted("of a form that is no longer valid", "report_not_due", "the form is valid to 2021-01-31", form="O"),
    doubted("of a month on a weekly form", "report_not_due", "the form has other periods", last="2021-02-28"),
    doubted("of a week that begins on a Tuesday", "report_not_due", "the form has other periods", first="2021-02-02"),
    doubted("sent before its period", "report_before_its_period", "its period begins on 2021-02-01", sent="2021-01-20"),
]
REFUSED = [
    bad("of an unknown unit", "unit", "unknown_id", unit="U-9"),
    bad("of no unit", "unit", "missing", unit=""),
    bad("of an unknown form", "form", "unknown_id", form="X"),
    bad("a period that ends before it starts", "last", "period_reversed", last="2021-01-31"),
    bad("31 June as the last day", "last", "bad_date", last="2021-06-31"),
    bad("no first day", "first", "missing", first=""),
    bad("never sent", "sent", "missing", sent=""),
    bad("sent on 29 February of a common year", "sent", "bad_time", sent="2021-02-29"),
    bad(
        "taken back before it was sent", "taken_back", "withdrawn_before_sent", withdrawn="yes", taken_back="2021-02-01"
    ),
    bad("not taken back, and when", "withdrawn", "withdrawn_or_not", taken_back="2021-02-09"),
    bad("neither taken back nor not", "withdrawn", "bad_flag", "yes or no", withdrawn="perhaps"),
    bad("negative minutes", "minutes", "out_of_range", minutes="-5"),
    bad("more minutes than a report may take", "minutes", "out_of_range", minutes="10001"),
    bad("minutes in words", "minutes", "bad_integer", minutes="an hour"),
    bad("half a revision", "revision", "bad_integer", revision="0.5"),
    bad("a revision before the first", "revision", "out_of_range", revision="-1"),
    bad("no revision", "revision", "missing", revision=""),
]
REPEATED = [
    taken("one revision twice with other minutes", row(), row(minutes="90"), counts=(2, 1, 0, 0, 1, 0)),
    taken("one revision twice", row(), row(), counts=(2, 1, 0, 1, 0, 0)),
    taken("two revisions", row(), row(revision="1", minutes="90"), counts=(2, 2, 0, 0, 0, 0)),
]

CASES: list[Case] = [*WARNED, *REFUSED, *REPEATED]
