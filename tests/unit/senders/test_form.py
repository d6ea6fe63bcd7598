"""An entry form, filled in with a spreadsheet program, is taken in by itself; the next one knows what was answered."""

from __future__ import annotations

import datetime as dt
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reportmetrics.ingest.ledger import Delivery
from reportmetrics.ingest.run import ingest
from reportmetrics.profile.load import Profile, load_profile
from reportmetrics.profile.templates import Template
from reportmetrics.senders.form import write_form
from reportmetrics.senders.last_known import Due, NoPeriodError, next_due
from reportmetrics.senders.rejected import rejected
from reportmetrics.senders.returned import return_rejects
from reportmetrics.settings import Settings
from reportmetrics.validation.earlier import comparisons
from reportmetrics.warehouse.store import Store

NMI = Path(__file__).parents[3] / "data" / "profiles" / "nmi"
PROFILE = load_profile(NMI)
TODAY = dt.date(2021, 3, 10)


@dataclass
class Desk:
    """The reference mission with an empty warehouse: make a form, fill it in, take it in."""

    folder: Path
    profile: Profile = PROFILE

    @property
    def settings(self) -> Settings:
        return Settings(profile=NMI, home=self.folder / "home", landing=self.folder / "landing")

    def form(self, template: Template, unit: str, day: str | None = None) -> tuple[Path, Due]:
        path = self.folder / "form.xlsx"
        given = dt.date.fromisoformat(day) if day else None
        with Store(self.settings.warehouse) as store:
            due = next_due(store, self.profile, template, unit, today=TODAY, day=given)
        write_form(path, self.profile, template, due)
        return path, due

    def send(self, path: Path, name: str, **entries: Any) -> list[Delivery]:
        """Fill in when it was sent, and ``entries`` on the sheet Answers: column and row -> value."""
        book = openpyxl.load_workbook(path)
        book["Report"]["H2"] = dt.datetime(2021, 3, 10, 9, 30)
        for cell, value in entries.items():
            book["Answers"][cell] = value
        self.put(book, f"forms/{name}.xlsx")
        return self.ingest()

    def put(self, book: openpyxl.Workbook, name: str) -> None:
        target = self.settings.landing / name
        target.parent.mkdir(parents=True, exist_ok=True)
        book.save(target)
        hour_ago = time.time() - 3_600
        os.utime(target, (hour_ago, hour_ago))

    def ingest(self) -> list[Delivery]:
        return ingest(self.settings, self.profile, now=dt.datetime(2021, 3, 11)).deliveries

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with Store(self.settings.warehouse) as store:
            return store.connection.execute(sql).fetchall()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def template(template_id: str) -> Template:
    return next(t for t in PROFILE.templates if t.template_id == template_id)


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


def test_left_out_the_period_is_the_first_after_the_last_report(desk: Desk) -> None:
    first, due = desk.form(template("WAR"), "U-01")
    assert (due.start, due.end) == (dt.date(2021, 3, 1), dt.date(2021, 3, 7))  # the last that has ended by the 10th
    desk.send(first, "first", F2=1)
    assert desk.form(template("WAR"), "U-01")[1].start == dt.date(2021, 3, 8)


def test_a_unit_that_is_not_open_yet_owes_nothing(desk: Desk) -> None:
    with pytest.raises(NoPeriodError, match="U-11 owes no WAR"):
        desk.form(template("WAR"), "U-11")


def test_drop_downs_and_limits_follow_the_profile(desk: Desk) -> None:
    path, due = desk.form(template("MAS"), "U-03")
    book = openpyxl.load_workbook(path)
    rules = {str(v.sqref): v for v in book["Answers"].data_validations.dataValidation}
    asked = {book["Answers"].cell(r, 2).value: r for r in range(2, book["Answers"].max_row + 1)}
    rating = rules[f"F{asked['MAS-02']}"]
    assert (rating.type, rating.formula1, rating.formula2) == ("decimal", "1.0", "5.0")
    assert rules[f"H{asked['MAS-02']}"].formula1 == '"yes"'
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
    assert [rules[f"G{row}"].formula1 for row in (2, 3, 4)] == ["Lists!$A$1:$A$3", "Lists!$B$1:$B$40", '"No,Yes"']
    lists = book["Lists"]
    assert lists.sheet_state == "hidden"
    assert [c.value for c in lists["A"][:3]] == ["Yes, partly", "No", "'=none"]
    assert [c.value for c in lists["B"]] == ways[1]
    lines = desk.send(path, "long", G2="Yes, partly", G3=ways[1][39], G4="No")
    assert {d.message for d in lines} == {None}
    assert [row[2] for row in of(desk, due)] == ["Yes, partly", ways[1][39], "No"]


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


@pytest.fixture
def asked_again(desk: Desk) -> tuple[Path, Due]:
    """The form of the second week; in the first WAR-05 (line 6) was 147 and WAR-06 (line 7) was 2."""
    first, _ = desk.form(template("WAR"), "U-01", "2021-03-01")
    desk.send(first, "first", F6=147, F7=2)
    return desk.form(template("WAR"), "U-01", "2021-03-08")


def of(desk: Desk, due: Due) -> list[tuple[Any, ...]]:
    return desk.ask(
        "SELECT field_id, value_number, value_text, confirmed_unchanged FROM core.report_field "
        f"WHERE report_id = '{due.report_id}' ORDER BY ALL"
    )


def test_a_tick_alone_is_an_answer_and_what_was_answered_before_stays_known(
    desk: Desk, asked_again: tuple[Path, Due]
) -> None:
    second, due = asked_again
    lines = desk.send(second, "second", F6=None, H6="yes", F7=None)
    assert sum(d.accepted for d in lines if d.table_name == "report_field") == 1
    assert of(desk, due) == [("WAR-05", None, None, True)]
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
    assert {row[2:] for row in of(desk, due)} == {(sheet.cell(kept, 7).value, True), (None, True)}


def test_a_tick_beside_another_number_is_refused_and_mended_in_the_workbook_that_goes_back(
    desk: Desk, asked_again: tuple[Path, Due]
) -> None:
    second, due = asked_again
    desk.send(second, "second", F6=999, H6="yes", H7="yes")
    assert of(desk, due) == [("WAR-06", 2.0, None, True)]
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
            store.mark_validated(store.position())
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
