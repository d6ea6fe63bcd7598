"""An entry form for one report, made from the profile: what can be chosen is a list, what is known is filled in.

The sheet *Report* has one line about the report. The sheet *Answers* has a line for each question (and objective): what
was answered last time stands beside the entry, and in it already where a state or a text is asked for, so that only
changes need typing; a single tick confirms that nothing changed, where something was answered before. A flow (what
happened in the period) starts empty.
Filled in and put into the folder ``forms`` of the landing folder, the form is read by ``profile.intake.form_sources``.

Belongs here: the workbook. Not here: what was answered last (``last_known``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reportmetrics.profile.intake import FORM_ANSWERS, FORM_REPORT
from reportmetrics.profile.load import Profile
from reportmetrics.profile.templates import Template, TemplateField
from reportmetrics.senders.book import Book, new_book
from reportmetrics.senders.last_known import Answer, Due
from reportmetrics.senders.lists import Lists

REPORT_COLUMNS = (
    "Report", "Form", "Unit", "Recipient", "First day", "Last day", "Revision",
    "Sent", "Advisor", "Minutes", "Grade", "Remarks",
)  # fmt: skip
"""Columns of the sheet *Report*; the first seven are filled in and locked."""

WITHDRAWN = "Withdrawn"
"""Last column of the sheet *Report* of a correction."""

ANSWER_COLUMNS = ("Report", "Field", "Question", "Objective", "Last time", "Number", "Text", "Unchanged", "Revision")

_LOCKED = 7
_YES = "yes"
_LATEST_MINUTES = 10_000

_HELP = (
    "1. On the sheet 'Report' enter when you send it (day and time), who you are, and the minutes that it took.",
    "2. On the sheet 'Answers' fill in the coloured cells. What was answered last is filled in where it may hold:",
    "    type only what has changed.",
    "3. Nothing changed? Choose 'yes' under 'Unchanged': that is an answer too, where something was answered before.",
    "4. Leave a line empty where you do not know. Empty is not zero: enter 0 for none.",
    "5. One form is for one report: the unit and the days are fixed. Save it as .xlsx and send it.",
)

_OF_CORRECTION = (
    "This corrects a report that is known: revision {revision}.",
    "To take the report back altogether, choose 'yes' under 'Withdrawn' on the sheet 'Report', enter there when you",
    "    send it and who you are, and leave the answers as they are.",
)


def write_form(path: Path, profile: Profile, template: Template, due: Due) -> int:
    """Write the form for one report to ``path``. Returns the number of lines to answer."""
    with new_book(path, title=f"{template.name}, {due.unit_id}, {due.start}") as book:
        _explain(book, profile, template, due)
        lists = Lists(book)
        _write_report(book, profile, template, due, lists)
        lines = list(_lines(profile, template, due))
        _write_answers(book, due, lines, lists)
    return len(lines)


def _explain(book: Book, profile: Profile, template: Template, due: Due) -> None:
    sheet = book.sheet("Read me")
    sheet.set_column(0, 0, 110)
    unit = next(u.name for u in profile.mission.units if u.unit_id == due.unit_id)
    days = f"{due.start:%d %B %Y} to {due.end:%d %B %Y}"
    head = (profile.mission.marking, f"{template.name} · {unit} · {days}", f"For {template.recipient}")
    for row, line in enumerate(head):
        book.text(sheet, row, 0, line, "title" if row == 1 else "text")
    for row, line in enumerate(_HELP, len(head) + 1):
        book.text(sheet, row, 0, line)
    if due.revision:
        for row, line in enumerate(_OF_CORRECTION, len(head) + len(_HELP) + 2):
            book.text(sheet, row, 0, line.format(revision=due.revision))


def _write_report(book: Book, profile: Profile, template: Template, due: Due, lists: Lists) -> None:
    sheet = book.sheet(FORM_REPORT)
    sheet.set_column(0, len(REPORT_COLUMNS) - 1, 16)
    sheet.set_column(11, 11, 60)
    book.row(sheet, 0, REPORT_COLUMNS, "head")
    fixed = (due.report_id, template.template_id, due.unit_id, template.recipient, *map(str, (due.start, due.end)))
    book.row(sheet, 1, [*fixed, str(due.revision)])
    looks = ("moment", "entry", "entry", "entry", "entry")
    for column, look in enumerate(looks, _LOCKED):
        sheet.write_blank(1, column, None, book.looks[look])
    sheet.data_validation(1, 7, 1, 7, _moment_rule(due))
    sheet.data_validation(1, 9, 1, 9, _whole_rule(0, _LATEST_MINUTES, "Minutes that the report took"))
    grades = [t.grade for t in profile.mission.tariffs]
    if grades:
        sheet.data_validation(1, 10, 1, 10, _list_rule(lists, grades, "Pay grade"))
    if due.revision:
        column = len(REPORT_COLUMNS)
        book.text(sheet, 0, column, WITHDRAWN, "head")
        sheet.write_blank(1, column, None, book.looks["entry"])
        sheet.data_validation(1, column, 1, column, _list_rule(lists, [_YES], "Choose yes to take the report back"))
    sheet.protect("", {"format_columns": True})


def _lines(profile: Profile, template: Template, due: Due) -> Iterator[tuple[TemplateField, str | None]]:
    """Each question, once for each objective where it asks for that."""
    every = tuple(o.objective_id for o in profile.objectives if _in_force(o.valid_from, o.valid_to, due.start))
    objectives = tuple(o for o in due.objectives if o in every) or every
    for asked in template.fields:
        yield from ((asked, o) for o in (objectives if asked.per_objective else (None,)))


def _in_force(first: dt.date | None, last: dt.date | None, day: dt.date) -> bool:
    return (first is None or first <= day) and (last is None or last >= day)


def _write_answers(book: Book, due: Due, lines: list[tuple[TemplateField, str | None]], lists: Lists) -> None:
    sheet = book.sheet(FORM_ANSWERS)
    for column, width in enumerate((24, 12, 44, 12, 24, 14, 44, 12, 10)):
        sheet.set_column(column, column, width)
    book.row(sheet, 0, ANSWER_COLUMNS, "head")
    for row, (asked, objective) in enumerate(lines, 1):
        last = due.last.get((asked.field_id, objective), Answer(None, None))
        said = last.text if asked.kind == "text" else _plain(last.number)
        book.row(sheet, row, [due.report_id, asked.field_id, asked.label, objective, said])
        book.text(sheet, row, 8, str(due.revision))
        _write_entry(book, sheet, row, asked, last, lists, correction=due.revision > 0)
        if said and asked.kind != "flow":
            sheet.write_blank(row, 7, None, book.looks["entry"])
            sheet.data_validation(row, 7, row, 7, _list_rule(lists, [_YES], "Choose yes when nothing has changed"))
    sheet.freeze_panes(1, 0)
    sheet.protect("", {"format_columns": True})


def _write_entry(
    book: Book, sheet: Any, row: int, asked: TemplateField, last: Answer, lists: Lists, *, correction: bool
) -> None:
    """The cell to fill in: what may still hold is in it already. A flow is of its period alone."""
    entry = book.looks["entry"]
    if asked.kind == "text":
        if last.text:
            book.text(sheet, row, 6, last.text, "entry")
        else:
            sheet.write_blank(row, 6, None, entry)
        if asked.choices:
            sheet.data_validation(row, 6, row, 6, _list_rule(lists, asked.choices, asked.label))
        return
    if last.number is not None and (asked.kind == "state" or correction):
        sheet.write_number(row, 5, last.number, entry)
    else:
        sheet.write_blank(row, 5, None, entry)
    sheet.data_validation(row, 5, row, 5, _number_rule(asked))


def _plain(number: float | None) -> str | None:
    return None if number is None else f"{number:.12g}"


def _rule(title: str, error: str) -> dict[str, Any]:
    # Excel takes 32 characters of a title and 255 of a text.
    return {"input_message": title[:255], "error_title": "This cannot be entered", "error_message": error[:255]}


def _number_rule(asked: TemplateField) -> dict[str, Any]:
    low, high = asked.minimum, asked.maximum
    if asked.kind == "flow" and low is None:
        low = 0.0
    if low is not None and high is not None:
        said = f"Enter a number from {low:g} to {high:g}."
        return _rule(asked.label, said) | {
            "validate": "decimal",
            "criteria": "between",
            "minimum": low,
            "maximum": high,
        }
    if low is not None:
        return _rule(asked.label, f"Enter a number, at least {low:g}.") | _bound(">=", low)
    if high is not None:
        return _rule(asked.label, f"Enter a number, at most {high:g}.") | _bound("<=", high)
    return _rule(asked.label, "Enter a number.") | {
        "validate": "decimal", "criteria": "between", "minimum": -1e15, "maximum": 1e15,
    }  # fmt: skip


def _bound(criteria: str, value: float) -> dict[str, Any]:
    return {"validate": "decimal", "criteria": criteria, "value": value}


def _whole_rule(low: int, high: int, title: str) -> dict[str, Any]:
    said = _rule(title, f"Enter a whole number from {low} to {high}.")
    return said | {"validate": "integer", "criteria": "between", "minimum": low, "maximum": high}


def _moment_rule(due: Due) -> dict[str, Any]:
    start = dt.datetime.combine(due.start, dt.time())
    said = _rule(
        "Day and time at which you send it, such as 2022-01-31 17:00", "Enter a day and time after the first day."
    )
    return said | {"validate": "date", "criteria": ">=", "value": start}


def _list_rule(lists: Lists, values: list[str], title: str) -> dict[str, Any]:
    return _rule(title, f"Choose one of: {'; '.join(values)}") | lists.rule(values)
