"""Refused lines of entry forms that come back: they may say what a form may, and no more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.profile.load import Profile
from reportmetrics.senders.returned import Returned
from tests.unit.senders.desk import PROFILE, Desk, template
from tests.unit.senders.test_form_senders import back, senders

FORMULA = "=1+1"
NUMBER, TEXT = "MAS-02", "MAS-03"
"""Fields that ask for a number and a text: of the first objective in rows 16 and 30, or 3 and 4 where it is alone."""


def send(desk: Desk, name: str = "form", *, report: dict[str, Any] | None = None, **answers: Any) -> None:
    path, _ = desk.form(template("MAS"), "U-03", "2021-02-01")
    book = openpyxl.load_workbook(path)
    for cell, value in (report or {}).items():
        book["Report"][cell] = value
    book.save(path)
    desk.send(path, name, **answers)


def mend(desk: Desk, book: Returned, *lines: dict[str, Any], sheet: str = "forms Answers") -> None:
    """Send a workbook back; ``lines``: what is entered in the columns of each of its lines."""
    opened = openpyxl.load_workbook(book.path)
    header = [c.value for c in opened[sheet][1]]
    for number, line in enumerate(lines, start=2):
        for name, value in line.items():
            opened[sheet].cell(number, header.index(name) + 1).value = value
    desk.put(opened, f"returned/{book.path.name}")
    desk.ingest()


def answers(desk: Desk) -> dict[str, tuple[Any, ...]]:
    """Number, text and tick of each answer that is known."""
    found = desk.snapshot("report_field").select("field_id", "value_number", "value_text", "confirmed_unchanged")
    return {name: tuple(rest) for name, *rest in found.rows()}


def states(desk: Desk) -> set[str]:
    return set(desk.refusals()["state"])


def rebuilt_alike(desk: Desk) -> None:
    asked = "SELECT * EXCLUDE (source_file) FROM core.report_field ORDER BY ALL"
    before = desk.ask(asked)
    assert rebuild(desk.settings, desk.profile).changed == []
    assert desk.ask(asked) == before


def test_a_line_of_two_faults_goes_out_once_and_stays_open_until_both_are_mended(desk: Desk) -> None:
    send(desk, F16="4,5", G16=FORMULA)
    [book] = back(desk).values()
    assert openpyxl.load_workbook(book.path)["forms Answers"].max_row == 2
    mend(desk, book, {"Number": 4})
    assert senders(desk, only_open=True) == {("Unit U-03", "forms-text", "Text")}
    [again] = back(desk, day=13).values()
    mend(desk, again, {"Text": None})
    assert senders(desk, only_open=True) == set()
    assert answers(desk)[NUMBER] == (4.0, None, None)
    rebuilt_alike(desk)


@pytest.mark.parametrize(
    ("cell", "sent", "mended", "stored"),
    [
        (
            "F30",
            "bridge is closed",
            {"Number": None, "Text": "bridge is closed"},
            {TEXT: (None, "bridge is closed", None)},
        ),
        ("G16", FORMULA, {"Number": 4, "Text": None}, {NUMBER: (4.0, None, None)}),
        ("F16", "four", {"Number": None}, {}),
    ],
    ids=["a text to its column", "a number to its column", "no answer after all"],
)
def test_an_answer_may_be_moved_to_the_column_where_it_belongs(
    desk: Desk, cell: str, sent: str, mended: dict[str, Any], stored: dict[str, tuple[Any, ...]]
) -> None:
    send(desk, **{"F2": 1, cell: sent})
    [book] = back(desk).values()
    mend(desk, book, mended)
    assert answers(desk) == {"MAS-01": (1.0, None, None), **stored}
    assert states(desk) == {"mended"}
    rebuilt_alike(desk)


def test_a_tick_alone_confirms_a_text_too(desk: Desk) -> None:
    path, _ = desk.form(template("MAS"), "U-03", "2021-01-01")
    desk.send(path, "january", G30="floods")
    send(desk, "february", G4="drought", H4="yes")
    [book] = back(desk).values()
    mend(desk, book, {"Text": None})
    assert states(desk) == {"mended"}
    [told] = desk.ask("SELECT confirmed_unchanged FROM core.report_field WHERE report_id LIKE '%0201'")
    assert told == (True,)


def test_an_answer_beside_not_applicable_is_refused_as_in_a_form(desk: Desk) -> None:
    send(desk, F16=4, G16=FORMULA, F2=1)
    [book] = back(desk).values()
    mend(desk, book, {"Text": "N/A"})
    assert answers(desk)[NUMBER] == (4.0, None, None)
    said = desk.ask("SELECT DISTINCT code, message, remedy FROM reject WHERE source LIKE '%.returned'")
    assert said == [
        (
            "answered_and_not_applicable",
            "the line holds an answer and 'n/a' for the same question",
            "clear one of the two cells, Number or Text",
        )
    ]
    [again] = back(desk, day=13).values()
    mend(desk, again, {"Text": None})
    assert senders(desk, only_open=True) == set()


def test_a_line_stays_one_of_its_report_and_revision(desk: Desk) -> None:
    """As a spreadsheet counts up a revision that is drawn down."""
    send(desk, F2=1, F3="two", F16="four")
    [book] = back(desk).values()
    mend(desk, book, {"Number": 2}, {"Number": 4, "Revision": "1"})
    assert senders(desk, only_open=True) == {("Unit U-03", "forms.returned", "Revision")}
    [message] = desk.ask("SELECT message FROM reject WHERE source = 'forms.returned'")[0]
    assert message == "the line was sent for another report or revision than MAS-U-03-20210201, revision 1"
    [again] = back(desk, day=13).values()
    mend(desk, again, {"Revision": "0"})
    assert senders(desk, only_open=True) == set()
    assert answers(desk)[NUMBER] == (4.0, None, None)
    rebuilt_alike(desk)


def test_answers_to_a_report_that_is_refused_still_come_back_before_it(desk: Desk) -> None:
    send(desk, report={"J2": "twenty"}, F2=1, F16="four")
    [book] = back(desk).values()
    mend(desk, book, {"Number": 4})
    assert senders(desk, only_open=True) == {("Unit U-03", "forms", "Minutes")}
    assert desk.ask("SELECT value_number FROM core.report_field ORDER BY 1") == [(1.0,), (4.0,)]


def nil_refused(desk: Desk) -> None:
    [(message, remedy)] = desk.ask("SELECT message, remedy FROM reject WHERE code = 'nil_with_answers'")
    assert (
        message
        == "'Nil return' says that there is nothing to report, and answers to report MAS-U-03-20210201 are known"
    )
    assert remedy == "clear 'Nil return'; or take the report back, and fill in a new form"


def test_a_report_that_was_answered_is_no_nil_return_when_it_comes_back(desk: Desk) -> None:
    send(desk, report={"J2": "twenty"}, F2=1)
    [book] = back(desk).values()
    mend(desk, book, {"Minutes": 20, "Nil return": "yes"}, sheet="forms Report")
    nil_refused(desk)
    [again] = back(desk, day=13).values()
    mend(desk, again, {"Nil return": None}, sheet="forms Report")
    assert senders(desk, only_open=True) == set()
    assert desk.ask("SELECT prep_minutes FROM core.report") == [(20,)]


def test_a_nil_return_that_was_refused_comes_back_as_one(desk: Desk) -> None:
    send(desk, report={"J2": "twenty", "M2": "yes"})
    [book] = back(desk).values()
    mend(desk, book, {"Minutes": 20}, sheet="forms Report")
    assert states(desk) == {"mended"}


def test_a_line_is_one_of_its_report_also_where_that_came_back_with_it(desk: Desk) -> None:
    send(desk, report={"E2": "soon"}, F2=1, F16="four")
    [book] = back(desk).values()
    opened = openpyxl.load_workbook(book.path)
    first_day = [c.value for c in opened["forms Report"][1]].index("First day") + 1
    opened["forms Report"].cell(2, first_day).value = "2021-02-01"
    opened.save(book.path)
    mend(desk, book, {"Number": 4, "Report": "MAS-U-03-20210101"})
    assert senders(desk, only_open=True) == {("Unit U-03", "forms.returned", "Revision")}


@pytest.mark.parametrize("together", [False, True], ids=["by and by", "in one batch"])
def test_the_same_form_sent_once_more_as_a_nil_return_is_refused(desk: Desk, together: bool) -> None:
    path, _ = desk.form(template("MAS"), "U-03", "2021-02-01")
    book = openpyxl.load_workbook(path)
    book["Report"]["H2"], book["Answers"]["F2"] = "2021-03-10 09:30", 1
    desk.put(book, "forms/a.xlsx")
    if not together:
        desk.ingest()
    book["Answers"]["F2"], book["Report"]["M2"], book["Report"]["H2"] = None, "yes", "2021-03-10 10:30"
    desk.put(book, "forms/b.xlsx")
    desk.ingest()
    nil_refused(desk)
    assert answers(desk) == {"MAS-01": (1.0, None, None)}
    rebuilt_alike(desk)


def test_the_next_form_shows_what_holds(desk: Desk) -> None:
    """No answer of another kind, none to a revision whose report is not known."""
    path, _ = desk.form(template("MAS"), "U-03", "2021-01-01")
    desk.send(path, "january", F16=4, G30="floods")
    send(desk, "february", G3="about four", F4=5)
    desk.told_otherwise("report,rev,obj,n\nMAS-U-03-20210101,7,LO-01,1\n", NUMBER, **MAPPED)
    last = desk.form(template("MAS"), "U-03", "2021-03-01")[1].last
    assert last[NUMBER, "LO-01"].number == 4
    assert last[TEXT, "LO-01"].text == "floods"


MAPPED: dict[str, Any] = {"revision": "rev", "objective_id": "obj", "value_number": "n"}


def test_a_tick_beside_a_large_number_of_the_form_itself_is_none_beside_a_changed_one(desk: Desk) -> None:
    path, _ = desk.form(template("MAS"), "U-03", "2021-01-01")
    desk.send(path, "january", F2=1, F16=120_000_000_000_000_000)
    send(desk, "february", F2=1, H3="yes")
    assert desk.refusals().is_empty()
    assert ("MAS-02", True) in desk.ask("SELECT field_id, confirmed_unchanged FROM core.report_field")


def test_a_workbook_that_was_mended_where_it_lies_is_not_written_over(desk: Desk) -> None:
    send(desk, F16="four", F2=1)
    [book] = back(desk).values()
    assert not book.kept
    assert not back(desk)["Unit U-03"].kept, "made again as it was"
    opened = openpyxl.load_workbook(book.path)
    sheet = opened["forms Answers"]
    number = [c.value for c in sheet[1]].index("Number") + 1
    sheet.cell(2, number).value = 4
    opened.save(book.path)
    [again] = back(desk).values()
    assert (again.path, again.kept) == (book.path, True)
    assert openpyxl.load_workbook(book.path)["forms Answers"].cell(2, number).value == 4
    assert [p.name for p in book.path.parent.iterdir()] == [book.path.name]


def test_a_workbook_with_notes_of_its_own_is_not_written_over(desk: Desk) -> None:
    send(desk, F16="four", F2=1)
    [book] = back(desk).values()
    opened = openpyxl.load_workbook(book.path)
    opened.create_sheet("my notes")
    opened.save(book.path)
    assert back(desk)["Unit U-03"].kept
    assert "my notes" in openpyxl.load_workbook(book.path).sheetnames


def test_a_unit_may_begin_like_a_formula(tmp_path: Path) -> None:
    units = [u.model_copy(update={"unit_id": "@3"}) if u.unit_id == "U-03" else u for u in PROFILE.mission.units]
    profile: Profile = replace(PROFILE, mission=PROFILE.mission.model_copy(update={"units": units}))
    desk = Desk(tmp_path, profile=profile)
    path, _ = desk.form(template("MAS"), "@3", "2021-02-01")
    desk.send(path, "form", F16="four")
    assert {s for s, *_ in senders(desk)} == {"Unit @3"}
