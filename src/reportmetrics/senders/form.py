"""An entry form for one report, made from the profile: what can be chosen is a list, what is known is filled in.

The sheet *Report* has one line about the report. The sheet *Answers* has a line for each question (and objective): what
was answered last time stands beside the entry, and in it already where a state or a text is asked for, so that only
changes need typing; a single tick confirms that nothing changed, where something was answered before. A flow (what
happened in the period) starts empty.
Filled in and put into the folder ``forms`` of the landing folder, the form is read by ``profile.intake.form_sources``.

Belongs here: the workbook. Not here: what was answered last (``last_known``), what each cell takes (``rules``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reportmetrics.profile.intake import FORM_ANSWERS, FORM_NIL, FORM_REPORT, NOT_APPLICABLE_WORD, READ_ME
from reportmetrics.profile.load import Profile
from reportmetrics.profile.templates import Template, TemplateField
from reportmetrics.senders.book import Book, abridged, fits, new_book
from reportmetrics.senders.last_known import Answer, Due
from reportmetrics.senders.lists import Lists
from reportmetrics.senders.rules import list_rule, moment_rule, number_rule, whole_rule

REPORT_COLUMNS = (
    "Report", "Form", "Unit", "Recipient", "First day", "Last day", "Revision",
    "Sent", "Advisor", "Minutes", "Grade", "Remarks",
)  # fmt: skip
"""Columns of the sheet *Report*; the first seven are filled in and locked."""

WITHDRAWN = "Withdrawn"
"""Last column of the sheet *Report* of a correction; of any other form it is ``FORM_NIL``."""

ANSWER_COLUMNS = ("Report", "Field", "Question", "Objective", "Last time", "Number", "Text", "Unchanged", "Revision")

_LOCKED = 7
_YES = "yes"
_LATEST_MINUTES = 10_000
_LOOKS_OF = {"Sent": "moment", "Minutes": "entry"}
_NEVER = Answer(None, None)

_HELP = (
    "1. On the sheet 'Report' enter when you send it (day and time), who you are, and the minutes that it took.",
    "2. On the sheet 'Answers' fill in the coloured cells. What was answered last is filled in where it may hold:",
    "    type only what has changed.",
    "3. Nothing changed? Choose 'yes' under 'Unchanged': that is an answer too, where something was answered before.",
    "4. Four things that are not the same:",
    "    0: it was looked at or counted, and there is none.",
    "    an empty cell: you do not know, or leave the question open.",
    f"    {NOT_APPLICABLE_WORD}: the question does not apply to you. Type it in place of the number or the text.",
    "    a nil return: there is nothing to report at all, see below.",
    "5. One form is for one report: the unit and the days are fixed. Copy entries from another form, but never whole",
    "    rows or sheets. Save it as .xlsx and send it.",
)

_OF_NIL = (
    f"Nothing to report at all? Choose 'yes' under '{FORM_NIL}' on the sheet 'Report', enter there when you send it",
    "    and who you are, and leave the answers as they are: none of them counts then. Type none beside it.",
)

_OF_CORRECTION = (
    "This corrects a report that is known: revision {revision}. The answers that it gave are filled in.",
    f"To take the report back altogether, choose 'yes' under '{WITHDRAWN}' on the sheet 'Report', enter there when you",
    "    send it and who you are, and leave the answers as they are. Should it have been a nil return, take it back",
    "    like this, and ask for a new form.",
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
    sheet = book.sheet(READ_ME)
    sheet.set_column(0, 0, 110)
    unit = next(u.name for u in profile.mission.units if u.unit_id == due.unit_id)
    days = f"{due.start:%d %B %Y} to {due.end:%d %B %Y}"
    head = (profile.mission.marking, f"{template.name} · {unit} · {days}", f"For {template.recipient}")
    for row, line in enumerate(head):
        book.text(sheet, row, 0, line, "title" if row == 1 else "text")
    for row, line in enumerate(_HELP, len(head) + 1):
        book.text(sheet, row, 0, line)
    for row, line in enumerate(_OF_CORRECTION if due.corrects else _OF_NIL, len(head) + len(_HELP) + 2):
        book.text(sheet, row, 0, line.format(revision=due.revision))


def _write_report(book: Book, profile: Profile, template: Template, due: Due, lists: Lists) -> None:
    sheet = book.sheet(FORM_REPORT)
    columns = (*REPORT_COLUMNS, WITHDRAWN if due.corrects else FORM_NIL)
    sheet.set_column(0, len(columns) - 1, 16)
    sheet.set_column(columns.index("Remarks"), columns.index("Remarks"), 60)
    book.row(sheet, 0, columns, "head")
    fixed = (due.report_id, template.template_id, due.unit_id, template.recipient, *map(str, (due.start, due.end)))
    book.row(sheet, 1, [*fixed, str(due.revision)])
    grades = [t.grade for t in profile.mission.tariffs]
    last = "Choose yes to take the report back" if due.corrects else "Choose yes when there is nothing to report"
    rules = {
        "Sent": moment_rule(due.start),
        "Minutes": whole_rule(0, _LATEST_MINUTES, "Minutes that the report took"),
        columns[-1]: list_rule(lists, [_YES], last),
    } | ({"Grade": list_rule(lists, grades, "Pay grade")} if grades else {})
    for column, name in list(enumerate(columns))[_LOCKED:]:
        sheet.write_blank(1, column, None, book.looks[_LOOKS_OF.get(name, "words")])
        if name in rules:
            sheet.data_validation(1, column, 1, column, rules[name])
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
        last = due.last.get((asked.field_id, objective), _NEVER)
        said = last.shown(as_text=asked.kind == "text")
        book.row(sheet, row, [due.report_id, asked.field_id])
        book.row(sheet, row, [asked.label, objective, said and abridged(said)], "wrapped", first=2)
        book.text(sheet, row, 8, str(due.revision))
        kept = last.own if due.corrects else asked.kind != "flow"
        _write_entry(book, sheet, row, asked, said if kept else None, lists)
        if said and asked.kind != "flow":
            book.text(sheet, row, 7, _YES if due.corrects and last.ticked else None, "words")
            sheet.data_validation(row, 7, row, 7, list_rule(lists, [_YES], "Choose yes when nothing has changed"))
    sheet.freeze_panes(1, 0)
    sheet.protect("", {"format_columns": True})


def _write_entry(book: Book, sheet: Any, row: int, asked: TemplateField, filled: str | None, lists: Lists) -> None:
    """The cell to fill in, with what may still hold. A text beyond what a cell holds has to be entered anew."""
    if asked.kind == "text":
        book.text(sheet, row, 6, filled if filled and fits(filled) else None, "words")
        if asked.choices:
            sheet.data_validation(row, 6, row, 6, list_rule(lists, _choices(asked), asked.label))
        return
    if filled is None or filled == NOT_APPLICABLE_WORD:
        book.text(sheet, row, 5, filled, "entry")
    else:
        book.number(sheet, row, 5, float(filled), "entry")
    sheet.data_validation(row, 5, row, 5, number_rule(asked, f"F{row + 1}"))


def _choices(asked: TemplateField) -> list[str]:
    given = [c.strip().lower() for c in asked.choices]
    return [*asked.choices, *([] if NOT_APPLICABLE_WORD in given else [NOT_APPLICABLE_WORD])]
