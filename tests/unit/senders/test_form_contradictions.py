"""Forms whose sheets cannot both be meant are refused as a whole; what a spreadsheet program may do to one is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.settings import sql_folder
from reportmetrics.validation.rules import load_rules
from reportmetrics.validation.run import cross_checks
from tests.unit.senders.desk import Desk, answers_of, template


def test_answers_that_were_copied_with_their_rows_from_another_form_do_not_change_its_report(desk: Desk) -> None:
    old, before = desk.form(template("WAR"), "U-01", "2021-02-22")
    desk.send(old, "first", F2=12)
    pasted = [[c.value for c in row] for row in openpyxl.load_workbook(old)["Answers"].iter_rows()]
    path, due = desk.form(template("WAR"), "U-01", "2021-03-01")
    book = openpyxl.load_workbook(path)
    for row, cells in enumerate(pasted, 1):
        for column, value in enumerate(cells, 1):
            book["Answers"].cell(row, column).value = value
    book.save(path)
    desk.send(path, "second", F2=13)
    assert answers_of(desk, before) == [("WAR-01", 12.0, None, None)]
    assert answers_of(desk, due) == []
    assert desk.ask("SELECT code, table_name, message, remedy FROM reject") == [
        (
            "answers_of_another_report",
            "report",
            "sheet 'Answers', row 2, 3, 4, 5, 6, 7, 8, 9, is of report WAR-U-01-20210222, revision 0, and sheet "
            "'Report' of WAR-U-01-20210301, revision 0",
            "fill in the form of that report itself: copy entries from another form, never whole rows or sheets",
        )
    ]


def test_answers_of_the_revision_before_do_not_change_it(desk: Desk) -> None:
    path, due = desk.form(template("WAR"), "U-01", "2021-03-01")
    desk.send(path, "first", F2=12)
    path, _ = desk.form(template("WAR"), "U-01", "2021-03-01")
    book = openpyxl.load_workbook(path)
    book["Answers"]["I2"] = "0"
    book.save(path)
    desk.send(path, "second", F2=13)
    assert answers_of(desk, due) == [("WAR-01", 12.0, None, None)]
    assert desk.ask("SELECT code FROM reject") == [("answers_of_another_report",)]


def test_a_line_of_the_report_without_its_name_is_told_as_such(desk: Desk) -> None:
    path, _ = desk.form(template("WAR"), "U-01", "2021-03-01")
    book = openpyxl.load_workbook(path)
    book["Report"]["A2"] = None
    book.save(path)
    desk.send(path, "nameless", F2=12)
    [message] = [m for code, m in desk.ask("SELECT code, message FROM reject") if code == "answers_of_another_report"]
    assert message.endswith("is of report WAR-U-01-20210301, revision 0, and sheet 'Report' of (no name), revision 0")


def test_a_question_that_is_answered_on_two_lines_is_refused_unless_they_agree(desk: Desk) -> None:
    path, due = desk.form(template("WAR"), "U-01", "2021-03-01")
    book = openpyxl.load_workbook(path)
    for column in range(1, 10):
        book["Answers"].cell(10, column).value = book["Answers"].cell(2, column).value
    book.save(path)
    desk.send(path, "twice", F2=12, F10=13)
    assert answers_of(desk, due) == []
    assert desk.ask("SELECT code, message, remedy FROM reject") == [
        (
            "answered_twice",
            "sheet 'Answers', row 2, 10, answers one question twice: WAR-01",
            "delete the row that was added, and send the form again",
        )
    ]
    desk.send(path, "agreed", F2=12, F10=12)
    assert answers_of(desk, due) == [("WAR-01", 12.0, None, None)]


@pytest.mark.parametrize(("number", "text"), [(12, "n/a"), ("N/A", "as before")])
def test_an_answer_beside_one_that_says_that_it_does_not_apply_is_refused(
    desk: Desk, number: object, text: str
) -> None:
    """Protection of the sheet may be lifted, and which of the two cells was meant is not guessed."""
    path, due = desk.form(template("WAR"), "U-01", "2021-03-01")
    desk.send(path, "both", F2=number, G2=text)
    assert answers_of(desk, due) == []
    assert desk.ask("SELECT code, message, remedy FROM reject") == [
        (
            "answered_and_not_applicable",
            "sheet 'Answers', row 2, holds an answer and 'n/a' for the same question",
            "clear one of the two cells, Number or Text, and send the form again",
        )
    ]
    desk.send(path, "one", F2="n/a")
    assert answers_of(desk, due) == [("WAR-01", None, None, None)]


def sorted_by_question(book: Any) -> None:
    sheet = book["Answers"]
    rows = [[c.value for c in row] for row in sheet.iter_rows(min_row=2)]
    for place, cells in enumerate(sorted(rows, key=lambda r: str(r[2])), 2):
        for column, value in enumerate(cells, 1):
            sheet.cell(place, column).value = value


def with_columns_in_another_order(book: Any) -> None:
    sheet = book["Answers"]
    rows = [[c.value for c in row] for row in sheet.iter_rows()]
    for place, cells in enumerate(rows, 1):
        for column, value in enumerate(reversed(cells), 1):
            sheet.cell(place, column).value = value


def with_rows_between(book: Any) -> None:
    book["Answers"].insert_rows(3, 2)
    book["Answers"]["C3"] = "counted by hand"


def with_another_sheet(book: Any) -> None:
    book.create_sheet("Notes", 0)["A1"] = "=1+1"


def saved_without_looks(book: Any) -> None:
    """As programs do that keep values only: dates are day numbers, ticks are booleans, ids of digits are numbers."""
    for sheet in book:
        sheet.data_validations.dataValidation = []
        sheet.protection.sheet = False
        for row in sheet.iter_rows():
            for cell in row:
                cell.style = "Normal"
                if cell.value == "yes":
                    cell.value = True
    book["Report"]["G2"] = 0
    book["Report"]["H2"] = 44265.3958333333
    book["Answers"]["H8"] = False


@pytest.mark.parametrize(
    "done",
    [sorted_by_question, with_columns_in_another_order, with_rows_between, with_another_sheet, saved_without_looks],
)
def test_what_a_spreadsheet_program_may_do_to_a_form_changes_nothing(desk: Desk, done: Any) -> None:
    first, _ = desk.form(template("WAR"), "U-01", "2021-03-01")
    desk.send(first, "first", F6=147, F7=2, F8=3)
    path, due = desk.form(template("WAR"), "U-01", "2021-03-08")
    book = openpyxl.load_workbook(path)
    for cell, value in {"F2": 12, "F3": "n/a", "F6": 148, "H7": "yes", "F8": None}.items():
        book["Answers"][cell] = value
    book["Report"]["H2"] = "2021-03-10 09:30"
    done(book)
    desk.put(book, "forms/second.xlsx")
    lines = desk.ingest()
    assert sum(d.rejected for d in lines) == 0
    assert {d.message for d in lines} <= {None}
    assert answers_of(desk, due) == [
        ("WAR-01", 12.0, None, None),
        ("WAR-02", None, None, None),
        ("WAR-05", 148.0, None, None),
        ("WAR-06", 2.0, None, True),
    ]
    assert desk.ask(f"SELECT DISTINCT submitted_at::VARCHAR FROM core.report WHERE report_id = '{due.report_id}'") == [
        ("2021-03-10 06:30:00",)
    ]


def test_a_day_number_of_a_workbook_that_counts_from_1904_is_refused(desk: Desk, tmp_path: Path) -> None:
    path, _ = desk.form(template("WAR"), "U-01", "2021-03-01")
    book = openpyxl.load_workbook(path)
    book.epoch = CALENDAR_MAC_1904
    book["Report"]["H2"] = 42803.4
    book["Report"]["H2"].number_format = "General"
    book["Answers"]["F2"] = 1
    desk.put(book, "forms/first.xlsx")
    desk.ingest()
    [(said,)] = desk.ask("SELECT message FROM reject")
    assert "the workbook counts days from 1904" in said


def test_answers_whose_report_cannot_be_read_are_warned_of(desk: Desk) -> None:
    """They are kept: another source may tell of the report."""
    path, due = desk.form(template("WAR"), "U-01", "2021-03-01")
    book = openpyxl.load_workbook(path)
    book["Report"]["A1"] = "Rapport"
    book.save(path)
    lines = {d.table_name: d for d in desk.send(path, "headless", F2=12)}
    assert lines["report"].status == "unreadable"
    assert "'Report'" in lines["report"].message
    assert answers_of(desk, due) == [("WAR-01", 12.0, None, None)]
    desk.snapshot("report")
    with DuckDBEngine(desk.folder / "report") as engine:
        found = {r.check: r for r in cross_checks(engine, load_rules(sql_folder()))}["report_field_without_report"]
    assert (found.success, found.severity, found.failing_count) == (False, "warning", 1)


def test_a_number_that_was_refused_stays_open_where_the_form_holds_a_text_beside_it(desk: Desk) -> None:
    path, _ = desk.form(template("WAR"), "U-01", "2021-03-01")
    desk.send(path, "both", F2="3-4", G2="between the two")
    assert desk.refusals().select("raw", "state").rows() == [("3-4", "open")]
