"""An entry form, filled in with a spreadsheet program, is taken in by itself; the next one knows what was answered."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import openpyxl
import pytest

from reportmetrics.profile.templates import Joint
from reportmetrics.senders.last_known import NoPeriodError
from reportmetrics.validation.earlier import comparisons
from reportmetrics.warehouse.store import Store
from tests.unit.passing import mark_passed
from tests.unit.senders.desk import PROFILE, Desk, answers_of, template


@pytest.mark.parametrize("template_id", [t.template_id for t in PROFILE.templates])
def test_the_form_of_each_template_is_taken_in_whole(desk: Desk, template_id: str) -> None:
    form = template(template_id)
    unit = (form.units or ["U-01"])[0]
    path, due = desk.form(form, unit)
    sheet = openpyxl.load_workbook(path)["Answers"]
    kinds = {f.field_id: f.kind for f in form.fields}
    asked = {row: kinds[sheet.cell(row, 2).value] for row in range(2, sheet.max_row + 1)}
    entries = {
        f"G{row}" if kind == "text" else f"F{row}": "words" if kind == "text" else 3 for row, kind in asked.items()
    }
    lines = desk.send(path, template_id, **entries)
    assert all(d.status == "stored" and d.rejected == 0 for d in lines)
    assert desk.ask("SELECT report_id, template_id, unit_id, period_start, period_end FROM core.report") == [
        (due.report_id, template_id, unit, due.start, due.end)
    ]
    answered = desk.ask("SELECT count(*), count(value_number), count(value_text) FROM core.report_field")
    texts = sum(cell.startswith("G") for cell in entries)
    assert answered == [(len(entries), len(entries) - texts, texts)]
    assert desk.ask("SELECT count(*) FROM reject") == [(0,)]


def test_the_moment_of_sending_may_be_stored_as_iso_text(desk: Desk) -> None:
    path, _ = desk.form(template("WAR"), "U-01")
    book = openpyxl.load_workbook(path)
    book.iso_dates = True
    book["Report"]["H2"], book["Answers"]["F2"] = dt.datetime(2021, 3, 10, 9, 30), 1
    desk.put(book, "forms/iso.xlsx")
    assert all(line.status == "stored" and line.rejected == 0 for line in desk.ingest())
    [(at,)] = desk.ask("SELECT submitted_at FROM core.report")
    desk.send(path, "again", F2=1)
    assert desk.ask("SELECT DISTINCT submitted_at FROM core.report") == [(at,)]


def test_left_out_the_period_is_the_first_after_the_last_report(desk: Desk) -> None:
    first, due = desk.form(template("WAR"), "U-01")
    assert (due.start, due.end) == (dt.date(2021, 3, 1), dt.date(2021, 3, 7))  # the last that has ended by the 10th
    desk.send(first, "first", F2=1)
    assert desk.form(template("WAR"), "U-01")[1].start == dt.date(2021, 3, 8)


def test_earlier_periods_without_a_report_are_named_where_none_comes_after_the_last(desk: Desk) -> None:
    last, due = desk.form(template("WAR"), "U-01", "2021-03-10")  # the running week
    desk.send(last, "last", F2=1)
    owed = PROFILE.mission.starts_on
    weeks = (due.start - (owed + dt.timedelta(days=-owed.weekday() % 7))).days // 7
    with pytest.raises(NoPeriodError) as told:
        desk.form(template("WAR"), "U-01")
    assert str(told.value) == (
        f"unit U-01 owes no WAR after the last that is known, but no report counts for {weeks} earlier periods: "
        "2021-02-01 to 2021-02-07; 2021-02-08 to 2021-02-14; 2021-02-15 to 2021-02-21; 2021-02-22 to 2021-02-28; "
        f"2021-03-01 to 2021-03-07 and {weeks - 5} periods before; --period 2021-02-01 makes the form"
    )
    desk.profile = replace(PROFILE, mission=PROFILE.mission.model_copy(update={"starts_on": dt.date(2021, 2, 22)}))
    path, _ = desk.form(template("WAR"), "U-01", "2021-02-22")
    desk.send(path, "first", F2=1)
    with pytest.raises(NoPeriodError, match="1 earlier period: 2021-03-01 to 2021-03-07; --period 2021-03-01 makes"):
        desk.form(template("WAR"), "U-01")
    path, _ = desk.form(template("WAR"), "U-01", "2021-03-01")
    desk.send(path, "second", F2=1)
    with pytest.raises(NoPeriodError, match="owes no WAR for a period up to 2021-03-10 that is not known yet"):
        desk.form(template("WAR"), "U-01")


def test_a_period_for_which_another_unit_reports_too_is_not_missing(desk: Desk) -> None:
    joint = [Joint(unit="U-02", serves=["U-01"], valid_from=dt.date(2021, 3, 1), valid_to=dt.date(2021, 3, 7))]
    form = template("WAR").model_copy(update={"joint": joint})
    desk.profile = replace(PROFILE, mission=PROFILE.mission.model_copy(update={"starts_on": dt.date(2021, 3, 1)}))
    path, _ = desk.form(form, "U-01", "2021-03-10")
    desk.send(path, "last", F2=1)
    with pytest.raises(NoPeriodError, match="that is not known yet"):
        desk.form(form, "U-01")


def test_a_unit_that_is_not_open_yet_owes_nothing(desk: Desk) -> None:
    with pytest.raises(NoPeriodError, match="U-11 owes no WAR"):
        desk.form(template("WAR"), "U-11")


def test_drop_downs_and_limits_follow_the_profile(desk: Desk) -> None:
    path, due = desk.form(template("MAS"), "U-03")
    book = openpyxl.load_workbook(path)
    rules = {str(v.sqref): v for v in book["Answers"].data_validations.dataValidation}
    asked = {book["Answers"].cell(r, 2).value: r for r in range(2, book["Answers"].max_row + 1)}
    rating = rules[f"F{asked['MAS-02']}"]
    cell = f"F{asked['MAS-02']}"
    assert rating.type == "custom"
    assert rating.formula1 == f'OR(AND(ISNUMBER({cell}),{cell}>=1,{cell}<=5),TRIM({cell})="n/a")'
    assert rating.error == "Enter a number from 1 to 5, or n/a where this does not apply."
    report = {str(v.sqref): v for v in book["Report"].data_validations.dataValidation}
    assert report["K2"].formula1 == '"OF-5,OF-4,OF-3,OR-9"'
    assert book["Answers"].protection.sheet
    assert book["Answers"][f"F{asked['MAS-02']}"].protection.locked is False
    assert book["Answers"]["A2"].value == due.report_id
    assert book["Answers"]["A2"].protection.locked


def test_a_choice_with_a_comma_is_one_entry_and_a_long_list_has_a_drop_down(desk: Desk) -> None:
    """The lists stand on a hidden sheet of which nothing is said when the form comes back."""
    form = template("MAS")
    asked = next(f for f in form.fields if f.kind == "text")
    ways = (["Yes, partly", "No", "=none"], [f"choice number {i}" for i in range(40)], ["No", "Yes"])
    fields = [asked.model_copy(update={"field_id": f"T-{i}", "choices": c}) for i, c in enumerate(ways)]
    once = form.model_copy(update={"fields": [f.model_copy(update={"per_objective": False}) for f in fields]})
    path, due = desk.form(once, "U-03")
    book = openpyxl.load_workbook(path)
    rules = {str(v.sqref): v for v in book["Answers"].data_validations.dataValidation}
    assert [rules[f"G{row}"].type for row in (2, 3, 4)] == ["list"] * 3
    assert [rules[f"G{row}"].formula1 for row in (2, 3, 4)] == ["Lists!$A$1:$A$4", "Lists!$B$1:$B$41", '"No,Yes,n/a"']
    lists = book["Lists"]
    assert lists.sheet_state == "hidden"
    assert [c.value for c in lists["A"][:4]] == ["Yes, partly", "No", "'=none", "n/a"]
    assert [c.value for c in lists["B"]] == [*ways[1], "n/a"]
    lines = desk.send(path, "long", G2="Yes, partly", G3=ways[1][39], G4="No")
    assert {d.message for d in lines} == {None}
    assert [row[2] for row in answers_of(desk, due)] == ["Yes, partly", ways[1][39], "No"]


def test_a_text_like_a_formula_is_filled_in_guarded_and_read_back_as_it_was(desk: Desk) -> None:
    first, _ = desk.form(template("MAS"), "U-03", "2021-01-15")
    sheet = openpyxl.load_workbook(first)["Answers"]
    row = next(r for r in range(2, sheet.max_row + 1) if sheet.cell(r, 2).value == "MAS-03")
    desk.send(first, "first", **{f"G{row}": "'=risk"})
    second, due = desk.form(template("MAS"), "U-03", "2021-02-15")
    sheet = openpyxl.load_workbook(second)["Answers"]
    row = next(r for r in range(2, sheet.max_row + 1) if sheet.cell(r, 2).value == "MAS-03")
    assert sheet.cell(row, 7).value == "'=risk"
    assert sheet.cell(row, 7).data_type == "s"
    desk.send(second, "second", **{f"H{row}": "yes"})
    assert desk.ask(f"SELECT value_text FROM core.report_field WHERE report_id = '{due.report_id}'") == [("=risk",)]


def test_a_form_that_asks_without_objectives_after_those_that_ask_with_them_stops_no_run(desk: Desk) -> None:
    """Nor one that is ticked throughout: what is blank in a form is what it does not ask, and no renamed column."""
    answers = {f"F{row}": 3 for row in range(2, 58)}
    for name, template_id in (("before", "BOR"), ("now", "LAR")):
        path, _ = desk.form(template(template_id), "U-01")
        desk.send(
            path, name, **{cell: value for cell, value in answers.items() if name == "before" or int(cell[1:]) < 12}
        )
        with Store(desk.settings.warehouse) as store:
            compared = comparisons(store, desk.profile)
            mark_passed(store)
    assert desk.ask("SELECT count(*), count(objective_id) FROM core.report_field GROUP BY file_seq ORDER BY 1") == [
        (10, 0),
        (56, 56),
    ]
    assert compared.filter(kind="went_blank", holds=False).is_empty()
