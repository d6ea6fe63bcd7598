"""Zero, blank, 'n/a' and a nil return, said in an entry form: four different things in the warehouse too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reportmetrics.ingest.readers.archived import kept_cells, read_archived
from reportmetrics.ingest.readers.base import Sheet
from reportmetrics.profile.intake import form_sources
from reportmetrics.profile.sources import sheet_of
from tests.unit.senders.desk import Desk, template

NIL = "M2"
"""Cell 'Nil return' of the sheet 'Report'."""


def states(desk: Desk, report_id: str) -> dict[str, tuple[Any, ...]]:
    told = desk.ask(
        "SELECT field_id, value_number, value_text, not_applicable, confirmed_unchanged FROM core.report_field "
        f"WHERE report_id = '{report_id}'"
    )
    return {field: tuple(rest) for field, *rest in told}


def fill(path: Path, **report: Any) -> Path:
    """Fill in cells of the sheet 'Report'."""
    book = openpyxl.load_workbook(path)
    for cell, value in report.items():
        book["Report"][cell] = value
    book.save(path)
    return path


def test_the_four_are_four_states(desk: Desk) -> None:
    """WAR: lines 2 to 5 ask for flows, 6 to 9 for states; line 4 stays empty."""
    path, due = desk.form(template("WAR"), "U-01", "2021-03-01")
    lines = desk.send(path, "first", F2=0, F3="n/a", F5=" N/A ", F6=40)
    assert sum(d.rejected for d in lines) == 0
    assert states(desk, due.report_id) == {
        "WAR-01": (0.0, None, None, None),
        "WAR-02": (None, None, True, None),
        "WAR-04": (None, None, True, None),
        "WAR-05": (40.0, None, None, None),
    }
    path, nil = desk.form(template("WAR"), "U-01", "2021-03-08")
    assert openpyxl.load_workbook(path)["Answers"]["F6"].value == 40
    lines = desk.send(fill(path, **{NIL: "yes"}), "nil")
    assert {(d.table_name, d.status, d.accepted, d.filtered, d.rejected) for d in lines} == {
        ("report", "stored", 1, 0, 0),
        ("report_field", "stored", 0, 8, 0),
    }
    assert states(desk, nil.report_id) == {}
    assert desk.ask("SELECT report_id FROM core.report ORDER BY 1") == [(due.report_id,), (nil.report_id,)]
    assert desk.ask("SELECT count(*) FROM reject") == [(0,)]
    following = openpyxl.load_workbook(desk.form(template("WAR"), "U-01", "2021-03-15")[0])["Answers"]
    assert following["F6"].value == 40  # a nil return says nothing of what was answered before it


@pytest.mark.parametrize("choices", [[], ["calm", "tense"], ["N/A", "calm"]])
def test_a_text_may_not_apply_and_the_next_form_knows(desk: Desk, choices: list[str]) -> None:
    asked = template("MAS").model_copy(
        update={
            "fields": [
                f.model_copy(update={"per_objective": False, "choices": choices if f.kind == "text" else []})
                for f in template("MAS").fields
                if f.field_id in ("MAS-02", "MAS-03")
            ]
        }
    )
    path, due = desk.form(asked, "U-03", "2021-01-15")
    desk.send(path, "first", F2="n/a", G3="n/a")
    assert states(desk, due.report_id) == {
        "MAS-02": (None, None, True, None),
        "MAS-03": (None, None, True, None),
    }
    path, due = desk.form(asked, "U-03", "2021-02-15")
    sheet = openpyxl.load_workbook(path)["Answers"]
    assert [(sheet[f"E{r}"].value, sheet[f"{c}{r}"].value) for r, c in ((2, "F"), (3, "G"))] == [("n/a", "n/a")] * 2
    desk.send(path, "second", H2="yes", G3="calm", H3="yes")
    assert states(desk, due.report_id) == {"MAS-02": (None, None, True, True)}
    assert desk.ask("SELECT code, message FROM reject") == [
        ("contradiction", "'yes' says that nothing has changed, but 'Text' is 'calm' and 'Last time' is 'n/a'")
    ]


def test_a_value_that_another_source_tells_later_applies(desk: Desk) -> None:
    """The other source knows no word for 'does not apply'; what it tells is a value, so it does."""
    path, due = desk.form(template("WAR"), "U-01", "2021-03-01")
    desk.send(path, "first", F2="n/a", F3=1)
    desk.told_otherwise(f"report,WAR-01\n{due.report_id},7\n", "WAR-01", value_number="WAR-01")
    last = desk.form(template("WAR"), "U-01", "2021-03-01")[1].last["WAR-01", None]
    assert (last.number, last.not_applicable) == (7.0, False)


@pytest.mark.parametrize(
    ("report", "answers", "said", "remedy"),
    [
        (
            {},
            {},
            "no question of sheet 'Answers' is answered, and 'Nil return' of sheet 'Report' does not say that there is "
            "nothing to report",
            "answer what you can, or choose yes under 'Nil return', and send the form again",
        ),
        (
            {NIL: "YES"},
            {"F2": 0},
            "'Nil return' of sheet 'Report' says that there is nothing to report, and sheet 'Answers', row 2, holds an "
            "answer",
            "clear 'Nil return', or clear what was answered, and send the form again",
        ),
        (
            {NIL: "perhaps"},
            {"F2": 0},
            "sheet 'Report', row 2: 'perhaps' under 'Nil return' is neither yes nor no",
            "choose yes where there is nothing to report, or clear the cell, and send the form again",
        ),
    ],
)
def test_what_cannot_be_told_from_a_nil_return_is_refused_and_mended_by_the_form_sent_again(
    desk: Desk, report: dict[str, Any], answers: dict[str, Any], said: str, remedy: str
) -> None:
    path, due = desk.form(template("WAR"), "U-01", "2021-03-01")
    desk.send(fill(path, **report), "form", **answers)
    assert desk.ask("SELECT table_name, sheet, message, remedy FROM reject") == [("report", "Report", said, remedy)]
    assert states(desk, due.report_id) == {}
    desk.send(fill(path, **{NIL: "no"}), "form", F2=3)
    assert states(desk, due.report_id) == {"WAR-01": (3.0, None, None, None)}
    assert set(desk.refusals()["state"]) == {"mended"}


def test_a_report_becomes_a_nil_return_by_being_taken_back_first(desk: Desk) -> None:
    path, due = desk.form(template("WAR"), "U-01", "2021-03-01")
    desk.send(path, "first", F2=12, F6=40)
    path, _ = desk.form(template("WAR"), "U-01", "2021-03-01")
    assert [c.value for c in openpyxl.load_workbook(path)["Report"][1]][12] == "Withdrawn"
    desk.send(fill(path, M2="yes"), "withdrawal")
    path, again = desk.form(template("WAR"), "U-01", "2021-03-01")
    assert (again.report_id, again.revision) == (due.report_id, 2)
    assert [c.value for c in openpyxl.load_workbook(path)["Report"][1]][12] == "Nil return"
    desk.send(fill(path, **{NIL: "yes"}), "nil")
    assert desk.ask("SELECT revision, withdrawn FROM core.report ORDER BY 1") == [(0, None), (1, True), (2, None)]
    assert desk.snapshot("report")["revision"].to_list() == [2]
    assert desk.snapshot("report_field").is_empty()


def test_answers_of_a_nil_return_do_not_count_either_once_its_report_was_forgotten(desk: Desk) -> None:
    """What is kept of a file from which rows were taken out is read by the same rule."""
    path, _ = desk.form(template("WAR"), "U-01", "2021-03-01")
    desk.send(path, "first", F6=40)
    path, _ = desk.form(template("WAR"), "U-01", "2021-03-08")
    fill(path, **{NIL: "yes"})
    for source in form_sources():
        wanted = list(dict.fromkeys(sheet_of(source, t) for t in source.tables))
        sheets = read_archived(path, source, wanted)
        without = {n: replace(s, held=s.rows.clear()) if n == "Report" else s for n, s in sheets.items()}  # type: ignore[union-attr, type-var]
        kept = desk.folder / "kept"
        kept.write_bytes(kept_cells(without))
        answers = read_archived(kept, source, wanted)["Answers"]
        assert isinstance(answers, Sheet)
        assert answers.left is not None
        assert answers.rows.select(why=answers.left)["why"].to_list() == ["nil return"] * 8
