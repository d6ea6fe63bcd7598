"""What an entry form says as a whole: whose it is, a nil return, and what its two sheets cannot both mean.

A form is for one report. Where its sheets contradict each other the report is refused, and no answer of it counts:
which of the two was meant is not guessed.

Belongs here: looking from one sheet of a form at the other. Not here: what single cells mean (the mapping in
``profile.intake``), writing forms (``senders.form``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from reportmetrics.ingest.guard import plain as unguarded_text
from reportmetrics.ingest.readers.base import Sheet, UnreadableError, unmarked
from reportmetrics.ingest.text import plain
from reportmetrics.profile.intake import FORM_ANSWERS, FORM_NIL, FORM_REPORT, FORM_UNIT, NOT_APPLICABLE_WORD

Sheets = Mapping[str | None, Sheet | UnreadableError]
Row = Mapping[str, str]
"""Cells of a row by column, without outer blanks, and ``source_row``."""

_SHOWN = 10
_AGAIN = "send the form again"
YES, _NO = ("yes", "true", "1"), ("", "no", "false", "0")
ENTRIES = ("Number", "Text", "Unchanged")
_BOTH = f"an answer and '{NOT_APPLICABLE_WORD}' for the same question"
BOTH_SAID, CLEAR_ONE = f"the line holds {_BOTH}", "clear one of the two cells, Number or Text"
"""What is wrong with such a line, and what to do."""


@dataclass(frozen=True, slots=True)
class _Form:
    """The rows of both sheets; ``nil`` are ids of reports that say that they are nil returns, ``asked``: they could."""

    reports: Sequence[Row]
    answers: Sequence[Row]
    nil: frozenset[str]
    asked: bool


def refusal_of_form(sheets: Sheets) -> UnreadableError | None:
    """Why the report of a form is refused as a whole; None where nothing of its sheets contradicts the rest."""
    form = _form(sheets)
    return None if form is None else next(_contradictions(form), None)


def answers_that_count(sheets: Sheets) -> dict[str | None, Sheet | UnreadableError]:
    """The sheets of a form; its answers are left out where it is refused, or the report is a nil return."""
    form, answers = _form(sheets), sheets.get(FORM_ANSWERS)
    if form is None or not isinstance(answers, Sheet):
        return dict(sheets)
    places = [int(r["source_row"]) for r in form.answers if r["Report"] in form.nil]
    if next(_contradictions(form), None) is not None:
        left: pl.Expr = pl.lit("the report of the form is refused")
    elif places:
        left = pl.when(pl.col("source_row").is_in(places)).then(pl.lit("nil return"))
    else:
        return dict(sheets)
    return {**sheets, FORM_ANSWERS: replace(answers, left=left)}


def contrary_lines(answers: Sheet) -> Sheet:
    """Mended answers; a line that answers and says that the question does not apply is marked, to be refused.

    Each line of such a sheet stands alone: it may be of another form than the one below it.
    """
    if not {"Field", *ENTRIES} <= set(answers.header):
        return answers
    places = [int(r["source_row"]) for r in _rows(answers) if _is_contrary(r)]
    fault = pl.when(pl.col("source_row").is_in(places)).then(pl.lit(BOTH_SAID)).otherwise("row_fault")
    return replace(answers, held=answers.rows.with_columns(row_fault=fault)) if places else answers


def unit_of_form(sheets: Sheets) -> str | None:
    """The unit that a form is for, as its sheet with the report says; None where that is not to be read there."""
    report = sheets.get(FORM_REPORT)
    if not isinstance(report, Sheet) or FORM_UNIT not in report.header:
        return None
    units = {unguarded_text(r[FORM_UNIT]) for r in _rows(report)} - {""}
    return units.pop() if len(units) == 1 else None


def _form(sheets: Sheets) -> _Form | None:
    """None where a sheet or a column is missing, which is said elsewhere."""
    report, answers = sheets.get(FORM_REPORT), sheets.get(FORM_ANSWERS)
    if not isinstance(report, Sheet) or not isinstance(answers, Sheet):
        return None
    if "Report" not in report.header or not {"Report", "Field", *ENTRIES} <= set(answers.header):
        return None
    reports = list(_rows(report))
    nil = frozenset(r["Report"] for r in reports if _nil(r) in YES)
    return _Form(reports, list(_rows(answers)), nil, FORM_NIL in report.header)


def _nil(report: Row) -> str:
    return report.get(FORM_NIL, "").lower()


def _rows(sheet: Sheet) -> Iterator[Row]:
    for row in sheet.rows.iter_rows(named=True):
        cells = {name: compared(row[f"c{i}"]) for i, name in enumerate(sheet.header) if name}
        yield {**cells, "source_row": str(row["source_row"])}


def compared(cell: str | None) -> str:
    """A cell as it counts where entries are compared."""
    return plain(unmarked(cell) or "")


def _contradictions(form: _Form) -> Iterator[UnreadableError]:
    yield from _unclear_nil(form)
    yield from _foreign(form)
    yield from _answered_twice(form)
    yield from _answered_and_not(form)
    yield from _nil_with_answers(form)
    yield from _without_answers(form)


def _unclear_nil(form: _Form) -> Iterator[UnreadableError]:
    for row in form.reports:
        if _nil(row) not in (*YES, *_NO):
            yield UnreadableError(
                "bad_flag",
                f"sheet '{FORM_REPORT}', row {row['source_row']}: '{row[FORM_NIL][:99]}' under '{FORM_NIL}' is neither "
                "yes nor no",
                f"choose yes where there is nothing to report, or clear the cell, and {_AGAIN}",
            )


def _foreign(form: _Form) -> Iterator[UnreadableError]:
    """Answers of another report, or of another revision, would take the place of those that it was given."""
    own = {_report_of(r) for r in form.reports}
    foreign = [r for r in form.answers if r["Report"] and _report_of(r) not in own and not _of_any(r, own)]
    if own and foreign:
        name, revision = _report_of(foreign[0])
        ours = "; ".join(f"{n or '(no name)'}, revision {r}" for n, r in sorted(own))
        yield UnreadableError(
            "answers_of_another_report",
            f"{_rows_of(foreign)} is of report {name}, revision {revision}, and sheet '{FORM_REPORT}' of {ours}",
            "fill in the form of that report itself: copy entries from another form, never whole rows or sheets",
        )


def _report_of(row: Row) -> tuple[str, str]:
    return row["Report"], row.get("Revision") or "0"


def _of_any(row: Row, reports: Collection[tuple[str, str]]) -> bool:
    """Whether a line that tells no revision is of one of the reports."""
    return not row.get("Revision") and row["Report"] in {name for name, _ in reports}


def _answered_twice(form: _Form) -> Iterator[UnreadableError]:
    first: dict[tuple[str, ...], Row] = {}
    for row in filter(_entry, form.answers):
        question = (row["Field"], row.get("Objective", ""))
        other = first.setdefault((*_report_of(row), *question), row)
        if _entry(other) != _entry(row):
            yield UnreadableError(
                "answered_twice",
                f"{_rows_of([other, row])} answers one question twice: {' '.join(question).strip()}",
                f"delete the row that was added, and {_AGAIN}",
            )


def _answered_and_not(form: _Form) -> Iterator[UnreadableError]:
    """One cell answers and the other says that the question does not apply; protection of a sheet can be lifted."""
    both = [r for r in form.answers if _is_contrary(r)]
    if both:
        yield UnreadableError(
            "answered_and_not_applicable", f"{_rows_of(both)} holds {_BOTH}", f"{CLEAR_ONE}, and {_AGAIN}"
        )


def _is_contrary(row: Row) -> bool:
    return len({row[name].lower() == NOT_APPLICABLE_WORD for name in _said(row)}) > 1


def _said(row: Row) -> list[str]:
    """Columns of a line in which something was entered, the tick apart."""
    return [name for name in ("Number", "Text") if row[name]]


def _nil_with_answers(form: _Form) -> Iterator[UnreadableError]:
    beside = [r for r in form.answers if r["Report"] in form.nil and _entry(r) and not _as_filled_in(r)]
    if beside:
        yield UnreadableError(
            "nil_with_answers",
            f"'{FORM_NIL}' of sheet '{FORM_REPORT}' says that there is nothing to report, and {_rows_of(beside)} holds "
            "an answer",
            f"clear '{FORM_NIL}', or clear what was answered, and {_AGAIN}",
        )


def _without_answers(form: _Form) -> Iterator[UnreadableError]:
    """All blank is not a nil return: it may as well have been forgotten."""
    for row in form.reports if form.asked else ():
        own = [r for r in form.answers if r["Report"] == row["Report"]]
        if row["Report"] not in form.nil and own and not any(map(_entry, own)):
            yield UnreadableError(
                "nothing_answered",
                f"no question of sheet '{FORM_ANSWERS}' is answered, and '{FORM_NIL}' of sheet '{FORM_REPORT}' does "
                "not say that there is nothing to report",
                f"answer what you can, or choose yes under '{FORM_NIL}', and {_AGAIN}",
            )


def _entry(row: Row) -> tuple[str, ...]:
    """What was entered on a line; empty where nothing was."""
    number, text, tick = (row[name] for name in ENTRIES)
    entry = (number, text, "" if tick.lower() in _NO else tick)
    return entry if any(entry) else ()


def _as_filled_in(row: Row) -> bool:
    """Whether a line holds no more than what the form went out with."""
    *said, tick = _entry(row)
    before = row.get("Last time", "")
    return not tick and all(not s or s == before or _number(s) == _number(before) for s in said)


def _number(text: str) -> object:
    try:
        return float(f"{float(text):.11g}")
    except ValueError:
        return text


def _rows_of(rows: Sequence[Row]) -> str:
    numbers = [r["source_row"] for r in rows]
    more = f" and {len(numbers) - _SHOWN} more" if len(numbers) > _SHOWN else ""
    return f"sheet '{FORM_ANSWERS}', row {', '.join(numbers[:_SHOWN])}{more},"
