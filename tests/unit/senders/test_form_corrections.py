"""The same report told again: corrections, reports taken back, forms that several people filled in."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl

from reportmetrics.senders.form import write_form
from reportmetrics.validation.earlier import comparisons
from reportmetrics.warehouse.store import Store
from tests.unit.passing import mark_passed
from tests.unit.senders.desk import Desk, template


def test_a_form_for_a_period_that_was_reported_is_a_correction(desk: Desk) -> None:
    first, due = desk.form(template("WAR"), "U-01", "2021-03-01")
    desk.send(first, "first", F2=12, F6=40)
    again, correction = desk.form(template("WAR"), "U-01", "2021-03-01")
    assert (correction.report_id, correction.revision) == (due.report_id, 1)
    assert openpyxl.load_workbook(again)["Answers"]["F2"].value == 12
    desk.send(again, "again", F2=13)
    assert desk.ask("SELECT revision FROM core.report ORDER BY 1") == [(0,), (1,)]
    assert desk.ask("SELECT value_number FROM core.report_field WHERE field_id = 'WAR-01' ORDER BY file_seq") == [
        (12.0,),
        (13.0,),
    ]


def test_a_report_is_taken_back_with_a_correction_and_owed_again(desk: Desk) -> None:
    first, due = desk.form(template("WAR"), "U-01", "2021-02-22")
    desk.send(first, "first", F6=40)
    second, following = desk.form(template("WAR"), "U-01", "2021-03-01")
    assert "Withdrawn" not in [c.value for c in openpyxl.load_workbook(second)["Report"][1]]
    desk.send(second, "second", F6=50)
    path, _ = desk.form(template("WAR"), "U-01", "2021-03-01")
    book = openpyxl.load_workbook(path)
    assert [c.value for c in book["Report"][1]][12] == "Withdrawn"
    book["Report"]["M2"] = "perhaps"
    book.save(path)
    desk.send(path, "unclear")
    [said] = desk.ask("SELECT message FROM reject")
    assert said == ("'perhaps' is not a yes or no as agreed: yes or no",)
    book["Report"]["M2"] = "Yes"
    book.save(path)
    desk.send(path, "withdrawal")
    told = desk.ask(f"SELECT revision, withdrawn FROM core.report WHERE report_id = '{following.report_id}' ORDER BY 1")
    assert told == [(0, None), (1, True)]
    owed_path, owed = desk.form(template("WAR"), "U-01")
    assert (owed.report_id, owed.revision, owed.start) == (following.report_id, 2, dt.date(2021, 3, 1))
    assert openpyxl.load_workbook(owed_path)["Answers"]["F6"].value == 40  # of the report that stands
    assert due.report_id != following.report_id


def test_a_correction_taken_in_with_its_original_keeps_its_answers(desk: Desk) -> None:
    """By name the correction comes first."""
    path, due = desk.form(template("MAS"), "U-03", "2021-01-15")
    later = desk.folder / "later.xlsx"
    write_form(later, desk.profile, template("MAS"), replace(due, revision=1))
    sheet = openpyxl.load_workbook(path)["Answers"]
    row = next(r for r in range(2, sheet.max_row + 1) if sheet.cell(r, 2).value == "MAS-03")
    for source, name, said in ((later, "a_correction", "calm"), (path, "b_original", "tense")):
        book = openpyxl.load_workbook(source)
        book["Report"]["H2"] = dt.datetime(2021, 3, 10, 9, 30)
        book["Answers"][f"G{row}"] = said
        desk.put(book, f"forms/{name}.xlsx")
    desk.ingest()
    told = desk.ask("SELECT revision, value_text FROM core.report_field WHERE field_id = 'MAS-03' ORDER BY 1")
    assert told == [(0, "tense"), (1, "calm")]
    following = openpyxl.load_workbook(desk.form(template("MAS"), "U-03", "2021-02-15")[0])["Answers"]
    texts = [following.cell(r, 7).value for r in range(2, following.max_row + 1)]
    assert [t for t in texts if t] == ["calm"]


def test_a_form_that_two_people_filled_in_is_warned_of(desk: Desk) -> None:
    path, due = desk.form(template("WAR"), "U-01", "2021-03-01")
    for name, who, count in (("ann", "Ann", 12), ("bob", "Bob", 13), ("bob_again", "Bob", 14)):
        book = openpyxl.load_workbook(path)
        book["Report"]["H2"], book["Report"]["I2"] = dt.datetime(2021, 3, 10, 9, 30), who
        book["Answers"]["F2"] = count
        desk.put(book, f"forms/{name}.xlsx")
        desk.ingest()
        with Store(desk.settings.warehouse) as store:
            found = comparisons(store, desk.profile).filter(kind="two_reporters", holds=False)["row_key"].to_list()
            mark_passed(store)
        said = f"report: {due.report_id}, revision 0, of U-01 came in forms/bob.xlsx and from another person in "
        assert found == ([said + "forms/ann.xlsx"] if name == "bob" else [])


def test_answers_of_a_refused_report_do_not_displace_those_of_the_one_that_stands(desk: Desk) -> None:
    """A copy of a form that was taken in, with other answers and a report that cannot be: mended, both count."""
    path, _ = desk.form(template("WAR"), "U-01", "2021-03-01")
    desk.send(path, "good", F2=12)
    book = openpyxl.load_workbook(path)
    book["Report"]["H2"], book["Report"]["J2"] = dt.datetime(2021, 3, 10, 9, 30), "many"
    book["Answers"]["F2"] = 99
    desk.put(book, "forms/copy.xlsx")
    desk.ingest()
    assert desk.ask("SELECT code FROM reject ORDER BY 1") == [("bad_integer",), ("report_refused",)]
    assert desk.ask("SELECT value_number FROM core.report_field WHERE field_id = 'WAR-01'") == [(12.0,)]
    book["Report"]["J2"] = 30
    desk.put(book, "forms/mended.xlsx")
    desk.ingest()
    told = desk.ask("SELECT value_number FROM core.report_field WHERE field_id = 'WAR-01' ORDER BY file_seq")
    assert told == [(12.0,), (99.0,)]


def filled(path: Path) -> dict[str, tuple[Any, ...]]:
    """Columns 'Last time', 'Number' and 'Unchanged' by field."""
    sheet = openpyxl.load_workbook(path)["Answers"]
    return {sheet.cell(r, 2).value: tuple(sheet.cell(r, c).value for c in (5, 6, 8)) for r in range(2, 10)}


def test_a_correction_goes_out_with_the_answers_of_its_report_and_with_no_older_ones(desk: Desk) -> None:
    """In the second week WAR-01 was left empty, WAR-05 confirmed beside its number, WAR-06 by a tick alone."""
    path, _ = desk.form(template("WAR"), "U-01", "2021-02-22")
    desk.send(path, "first", F2=7, F6=147, F7=2, F8=9)
    path, _ = desk.form(template("WAR"), "U-01", "2021-03-01")
    desk.send(path, "second", F3=5, H6="yes", F7=None, H7="yes", F8=None)
    path, _ = desk.form(template("WAR"), "U-01", "2021-03-01")
    asked = filled(path)
    assert asked["WAR-01"] == ("7", None, None)
    assert asked["WAR-02"] == ("5", 5, None)
    assert asked["WAR-05"] == ("147", 147, "yes")
    assert asked["WAR-06"] == ("2", None, "yes")
    assert asked["WAR-07"] == ("9", None, None)
    desk.send(path, "correction", F3=6)
    answers = "SELECT field_id, value_number, confirmed_unchanged FROM core.report_field WHERE revision = 1 ORDER BY 1"
    assert desk.ask(answers) == [("WAR-02", 6.0, None), ("WAR-05", 147.0, True), ("WAR-06", None, True)]


def test_a_form_for_a_report_that_was_taken_back_asks_anew(desk: Desk) -> None:
    path, _ = desk.form(template("WAR"), "U-01", "2021-02-22")
    desk.send(path, "first", F2=7, F6=147)
    path, _ = desk.form(template("WAR"), "U-01", "2021-03-01")
    desk.send(path, "second", F2=8, F6=148)
    path, _ = desk.form(template("WAR"), "U-01", "2021-03-01")
    book = openpyxl.load_workbook(path)
    book["Report"]["M2"] = "yes"
    book.save(path)
    desk.send(path, "withdrawal")
    asked = filled(desk.form(template("WAR"), "U-01", "2021-03-01")[0])
    assert asked["WAR-01"] == ("7", None, None)
    assert asked["WAR-05"] == ("147", 147, None)
