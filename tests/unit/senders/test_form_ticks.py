"""The tick 'Unchanged' of an entry form: alone, beside an entry, and where it cannot be."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from reportmetrics.senders.last_known import Due
from reportmetrics.senders.rejected import rejected
from reportmetrics.senders.returned import return_rejects
from reportmetrics.warehouse.store import Store
from tests.unit.senders.desk import TODAY, Desk, answers_of, template


def test_only_changes_need_typing_and_one_tick_confirms(desk: Desk) -> None:
    """WAR: lines 2 to 5 ask for flows, 6 to 9 for states."""
    first, due = desk.form(template("WAR"), "U-01", "2021-03-01")
    desk.send(first, "first", F2=12, F6=40, F7=2)
    second, following = desk.form(template("WAR"), "U-01", "2021-03-08")
    assert (due.end, following.start) == (dt.date(2021, 3, 7), dt.date(2021, 3, 8))
    sheet = openpyxl.load_workbook(second)["Answers"]
    told = {sheet.cell(r, 2).value: (sheet.cell(r, 5).value, sheet.cell(r, 6).value) for r in range(2, 10)}
    assert told["WAR-01"] == ("12", None)  # a flow is shown, but has to be counted anew
    assert told["WAR-05"] == ("40", 40)
    assert told["WAR-07"] == (None, None)
    desk.send(second, "second", F6=41, H7="yes")
    assert desk.ask(
        "SELECT field_id, value_number, confirmed_unchanged FROM core.report_field "
        f"WHERE report_id = '{following.report_id}' ORDER BY ALL"
    ) == [("WAR-05", 41.0, None), ("WAR-06", 2.0, True)]


@pytest.fixture
def asked_again(desk: Desk) -> tuple[Path, Due]:
    """The form of the second week; in the first WAR-05 (line 6) was 147 and WAR-06 (line 7) was 2."""
    first, _ = desk.form(template("WAR"), "U-01", "2021-03-01")
    desk.send(first, "first", F6=147, F7=2)
    return desk.form(template("WAR"), "U-01", "2021-03-08")


def test_a_tick_alone_is_an_answer_and_what_was_answered_before_stays_known(
    desk: Desk, asked_again: tuple[Path, Due]
) -> None:
    second, due = asked_again
    lines = desk.send(second, "second", F6=None, H6="yes", F7=None)
    assert sum(d.accepted for d in lines if d.table_name == "report_field") == 1
    assert answers_of(desk, due) == [("WAR-05", None, None, True)]
    third = openpyxl.load_workbook(desk.form(template("WAR"), "U-01", "2021-03-15")[0])["Answers"]
    assert (third["E6"].value, third["F6"].value) == ("147", 147)


def test_a_tick_beside_a_text_or_alone_for_one_is_taken_in_once(desk: Desk) -> None:
    first, _ = desk.form(template("MAS"), "U-03", "2021-01-15")
    sheet = openpyxl.load_workbook(first)["Answers"]
    texts = [r for r in range(2, sheet.max_row + 1) if sheet.cell(r, 2).value == "MAS-03"][:2]
    desk.send(first, "first", **{f"G{r}": f"risk {r}" for r in texts})
    second, due = desk.form(template("MAS"), "U-03", "2021-02-15")
    sheet = openpyxl.load_workbook(second)["Answers"]
    kept, cleared = (r for r in range(2, sheet.max_row + 1) if str(sheet.cell(r, 7).value).startswith("risk"))
    entries = {f"H{kept}": "yes", f"H{cleared}": "yes", f"G{cleared}": None}
    lines = desk.send(second, "second", **entries)
    assert sum(d.accepted for d in lines if d.table_name == "report_field") == 2
    assert {row[2:] for row in answers_of(desk, due)} == {(sheet.cell(kept, 7).value, True), (None, True)}


def test_a_tick_beside_another_number_is_refused_and_mended_in_the_workbook_that_goes_back(
    desk: Desk, asked_again: tuple[Path, Due]
) -> None:
    second, due = asked_again
    desk.send(second, "second", F6=999, H6="yes", H7="yes")
    assert answers_of(desk, due) == [("WAR-06", 2.0, None, True)]
    (fault,) = desk.ask("SELECT code, column_name, raw, message, remedy FROM reject")
    assert fault == (
        "contradiction",
        "Unchanged",
        "yes",
        "'yes' says that nothing has changed, but 'Number' is '999' and 'Last time' is '147'",
        "clear the tick, or restore what was there before",
    )
    for entries, stored in (({"Unchanged": None}, (999.0, None)), ({"Number": None}, (None, True))):
        with Store(desk.settings.warehouse) as store:
            found = rejected(store, desk.profile)
        (book,) = return_rejects(found, desk.profile, desk.settings.archive, desk.folder / "out", today=TODAY)
        opened = openpyxl.load_workbook(book.path)
        (name,) = (n for n in opened.sheetnames if n != "Read me")
        at = {cell.value: i for i, cell in enumerate(opened[name][1], start=1)}
        for column, value in entries.items():
            opened[name].cell(2, at[column]).value = value
        desk.put(opened, f"returned/{book.path.name}")
        assert sum(d.accepted for d in desk.ingest()) == 1
        told = desk.ask(
            "SELECT value_number, confirmed_unchanged FROM core.report_field WHERE field_id = 'WAR-05' "
            "ORDER BY file_seq DESC LIMIT 1"
        )
        assert told == [stored]


def test_a_changed_text_beside_a_tick_is_refused_and_blanks_and_notation_are_no_change(desk: Desk) -> None:
    ways = (
        ("01", "two\nlines", None, []),
        ("02", "two  lines ", "yes", []),
        ("03", "more", "yes", [("contradiction",)]),
    )
    for month, text, tick, codes in ways:
        form, _ = desk.form(template("MAS"), "U-03", f"2021-{month}-15")
        sheet = openpyxl.load_workbook(form)["Answers"]
        row = next(r for r in range(2, sheet.max_row + 1) if sheet.cell(r, 2).value == "MAS-03")
        desk.send(form, month, **{f"G{row}": text, f"H{row}": tick})
        assert desk.ask("SELECT code FROM reject") == codes


def test_where_nothing_was_answered_before_there_is_no_tick_and_one_is_refused(
    desk: Desk, asked_again: tuple[Path, Due]
) -> None:
    """WAR-07 (line 8) was left empty in the first week; alone or beside an entry, a tick confirms nothing."""
    second, due = asked_again
    sheet = openpyxl.load_workbook(second)["Answers"]
    ticks = {str(rule.sqref) for rule in sheet.data_validations.dataValidation if str(rule.sqref).startswith("H")}
    assert ticks == {"H6", "H7"}
    assert [sheet[f"H{row}"].protection.locked for row in (6, 7, 8, 9)] == [False, False, True, True]
    desk.send(second, "second", H6="yes", H8="yes", F9=3, H9="yes")
    assert answers_of(desk, due) == [("WAR-05", 147.0, None, True), ("WAR-06", 2.0, None, None)]
    assert desk.ask("SELECT DISTINCT code, column_name, raw, message, remedy FROM reject") == [
        (
            "contradiction",
            "Unchanged",
            "yes",
            "'yes' says that nothing has changed, but 'Last time' is blank: nothing was answered before",
            "clear the tick, and enter the answer where there is one",
        )
    ]
    assert desk.ask("SELECT source_row FROM reject ORDER BY 1") == [(8,), (9,)]
