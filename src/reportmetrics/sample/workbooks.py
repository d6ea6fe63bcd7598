"""The monthly assessment as a workbook with the sheets Report, Answers, Readings.

Belongs here: cells of one workbook, as bytes that depend on nothing but them. Not here: which workbooks there are.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence

import xlsxwriter

from reportmetrics.sample import prose
from reportmetrics.sample.plan import BAGHDAD, Plan
from reportmetrics.sample.readings import Reading
from reportmetrics.sample.reports import Report

_REPORT = ("Report", "Advisor", "First day", "Last day", "Sent", "Revision", "Minutes", "Grade", "Assessment")
_ANSWERS = ("Report", "Field", "Objective", "Answer", "Number", "Unchanged")
_READINGS = ("Indicator", "Objective", "Level", "Read on", "Value", "Verified by", "Evidence")
_CREATED = dt.datetime(2020, 12, 1)

Cell = str | int | float | dt.date | dt.datetime | None


def assessment(
    plan: Plan, report: Report, objectives: Sequence[str], readings: Sequence[Reading], extra: Sequence[Cell] | None
) -> bytes:
    """The workbook of one report. ``extra`` is a row put before the readings, as a sender might have typed it."""
    sent = report.sent.replace(tzinfo=dt.UTC).astimezone(BAGHDAD).replace(tzinfo=None)
    head: list[Cell] = [
        report.report_id,
        report.advisor,
        report.first_day,
        report.last_day,
        sent,
        report.revision,
        report.minutes,
        report.grade,
        report.narrative,
    ]
    found: list[Sequence[Cell]] = [] if extra is None else [extra]
    # Days are typed as text here and as real dates in the sheet Report: both occur in the wild.
    found += [
        (r.indicator_id, r.objective_id, r.level, r.day.isoformat(), r.value, r.verified_by, r.evidence)
        for r in readings
    ]
    sheets = (
        ("Report", _REPORT, [head]),
        ("Answers", _ANSWERS, _answers(plan, report, objectives)),
        ("Readings", _READINGS, found),
    )
    return _workbook(sheets)


def _answers(plan: Plan, report: Report, objectives: Sequence[str]) -> list[Sequence[Cell]]:
    rows: list[Sequence[Cell]] = []
    for objective in objectives:
        rng = plan.rng(f"assessment {report.report_id} {objective}")
        month = report.first_day.year * 12 + report.first_day.month
        unchanged = "yes" if rng.random() < 0.25 else "no"
        rating = 2 + (month // 3 + int(objective[-2:])) % 3
        risk = prose.RISKS[(month // 4 + int(objective[-2:])) % len(prose.RISKS)]
        step = prose.STEPS[int(rng.integers(len(prose.STEPS)))]
        rows += [
            (report.report_id, "MAS-01", objective, None, report.answers["MAS-01"] + report.revision, "no"),
            (report.report_id, "MAS-02", objective, None, rating, unchanged),
            (report.report_id, "MAS-03", objective, risk, None, unchanged),
            (report.report_id, "MAS-04", objective, step, None, "no"),
            (report.report_id, "MAS-05", objective, None, 1 + int(rng.integers(5)), "no"),
        ]
    return rows


def _workbook(sheets: Sequence[tuple[str, Sequence[str], Sequence[Sequence[Cell]]]]) -> bytes:
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": _CREATED, "author": "Reference mission"})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for name, header, rows in sheets:
            sheet = book.add_worksheet(name)
            for c, title in enumerate(header):
                sheet.write_string(0, c, title)
            for r, row in enumerate(rows, 1):
                for c, value in enumerate(row):
                    if isinstance(value, dt.datetime):
                        sheet.write_datetime(r, c, value, moment)
                    elif isinstance(value, dt.date):
                        sheet.write_datetime(r, c, value, day)
                    elif isinstance(value, str):
                        sheet.write_string(r, c, value)
                    elif value is not None:
                        sheet.write_number(r, c, value)
    return buffer.getvalue()
