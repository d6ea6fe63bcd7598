"""The sender of an entry form is the unit that it was made for: refused rows go back to each unit by itself."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.senders.given_back import give_back
from reportmetrics.senders.rejected import UnknownNameError, rejected
from reportmetrics.senders.returned import Returned
from reportmetrics.warehouse.store import Store
from tests.unit.senders.desk import Desk, template

GENERAL = "Whoever filled in the form"


def filled(desk: Desk, unit: str, *, report: dict[str, Any] | None = None, **answers: Any) -> None:
    """Land a form of a unit; ``report``: cells of the sheet Report, else cells of the sheet Answers."""
    path, _ = desk.form(template("WAR"), unit, "2021-03-01")
    book = openpyxl.load_workbook(path)
    for cell, value in {"H2": dt.datetime(2021, 3, 10, 9, 30), **(report or {})}.items():
        book["Report"][cell] = value
    for cell, value in answers.items():
        book["Answers"][cell] = value
    desk.put(book, f"forms/{unit}.xlsx")


def senders(desk: Desk, sender: str | None = None, *, only_open: bool = False) -> set[tuple[str, str, str | None]]:
    """Sender, source and column of each refusal."""
    with Store(desk.settings.warehouse) as store:
        found = rejected(store, desk.profile, sender=sender, only_open=only_open)
    return set(found.select("sender", "source", "column_name").iter_rows())


def back(desk: Desk, day: int = 12) -> dict[str, Returned]:
    with Store(desk.settings.warehouse) as store:
        found = rejected(store, desk.profile, only_open=True)
    made = give_back(desk.settings, desk.profile, found, desk.folder / "out", day=dt.date(2021, 3, day))
    return {r.sender: r for r in made}


def rows(path: Path) -> dict[str, list[Any]]:
    """Of each sheet of refused rows the reports that they name."""
    book = openpyxl.load_workbook(path)
    found: dict[str, list[Any]] = {}
    for sheet in book.worksheets[1:]:
        header, *lines = sheet.iter_rows(values_only=True)
        found[sheet.title] = [line[header.index("Report")] for line in lines]
    return found


def mend(desk: Desk, book: Returned, sheet: str, name: str, value: Any) -> None:
    """Put a returned workbook back, one column of a sheet mended."""
    opened = openpyxl.load_workbook(book.path)
    header = [c.value for c in opened[sheet][1]]
    opened[sheet].cell(2, header.index(name) + 1).value = value
    opened.save(book.path)
    desk.put(opened, f"returned/{book.path.name}")


@pytest.fixture
def two(desk: Desk) -> Desk:
    """Forms of two units: of each the report is at fault, and of the second an answer too."""
    filled(desk, "U-01", report={"J2": "many"}, F2=12)
    filled(desk, "U-02", report={"J2": "few"}, F2=3, F3="lots")
    desk.ingest()
    return desk


def test_refusals_of_a_unit_are_found_by_its_name(two: Desk) -> None:
    assert senders(two) == {
        ("Unit U-01", "forms", "Minutes"),
        ("Unit U-02", "forms", "Minutes"),
        ("Unit U-02", "forms", "Number"),
    }
    assert senders(two, "U-01") == {("Unit U-01", "forms", "Minutes")}
    assert senders(two, "unit u-03") == senders(two, "U-03") == set(), "a unit of which nothing was refused"
    with pytest.raises(UnknownNameError, match="there are:\n  Unit U-01\n  Unit U-02"):
        senders(two, "U-99")


def test_each_unit_gets_a_workbook_of_its_rows_that_comes_back_clean(two: Desk) -> None:
    books = back(two)
    assert {sender: rows(b.path) for sender, b in books.items()} == {
        "Unit U-01": {"forms Report": ["WAR-U-01-20210301"]},
        "Unit U-02": {"forms Report": ["WAR-U-02-20210301"], "forms Answers": ["WAR-U-02-20210301"]},
    }
    mend(two, books["Unit U-01"], "forms Report", "Minutes", 40)
    assert [(d.table_name, d.accepted, d.rejected) for d in two.ingest()] == [("report", 1, 0), ("report_field", 0, 0)]
    assert {s for s, *_ in senders(two, only_open=True)} == {"Unit U-02"}
    mend(two, books["Unit U-02"], "forms Report", "Minutes", 50)
    mend(two, books["Unit U-02"], "forms Answers", "Number", 7)
    lines = {(d.source, d.table_name): (d.accepted, d.rejected) for d in two.ingest()}
    assert lines == {
        ("forms.returned", "report"): (1, 0),
        ("forms.returned", "report_field"): (1, 0),
        ("forms-text.returned", "report_field"): (0, 0),
    }
    assert senders(two, only_open=True) == set()
    assert two.ask("SELECT unit_id, prep_minutes FROM core.report ORDER BY 1") == [("U-01", 40), ("U-02", 50)]


def test_what_is_refused_again_goes_back_to_the_same_unit(two: Desk) -> None:
    """A row of answers does not name the unit; the workbook that it came in went to one."""
    book = back(two)["Unit U-02"]
    mend(two, book, "forms Report", "Minutes", 50)
    mend(two, book, "forms Answers", "Number", "heaps")
    two.ingest()
    assert ("Unit U-02", "forms.returned", "Number") in senders(two, "U-02", only_open=True)
    again = back(two, day=13)["Unit U-02"]
    assert rows(again.path) == {"forms Answers": ["WAR-U-02-20210301"]}
    mend(two, again, "forms Answers", "Number", 7)
    two.ingest()
    assert senders(two, "U-02", only_open=True) == set()


def test_a_form_that_is_refused_as_a_whole_is_its_units_too(desk: Desk) -> None:
    filled(desk, "U-01", report={"M2": "perhaps"}, F2=12)
    desk.ingest()
    assert senders(desk) == {("Unit U-01", "forms", None)}
    assert desk.ask("SELECT unit_id FROM reject") == [("U-01",)]


def test_both_sources_of_a_form_know_its_unit(desk: Desk) -> None:
    path, _ = desk.form(template("MAS"), "U-03")
    book = openpyxl.load_workbook(path)
    book["Report"]["H2"] = dt.datetime(2021, 3, 10, 9, 30)
    words = next(r for r in range(2, 99) if "text" in kind_of(book["Answers"].cell(r, 2).value))
    book["Answers"].cell(words, 7).value = "words"
    book["Answers"].cell(words, 8).value = "perhaps"
    desk.put(book, "forms/mas.xlsx")
    desk.ingest()
    found = senders(desk)
    assert {s for s, *_ in found} == {"Unit U-03"}
    assert "forms-text" in {source for _, source, _ in found}


def kind_of(field_id: str) -> str:
    return next(f.kind for f in template("MAS").fields if f.field_id == field_id)


@pytest.mark.parametrize("unit", ["U-99", None])
def test_where_no_unit_can_be_read_the_sender_is_whoever_filled_in_the_form(desk: Desk, unit: str | None) -> None:
    filled(desk, "U-01", report={"C2": unit}, F2="lots")
    (desk.settings.landing / "forms" / "broken.xlsx").write_bytes(b"no workbook")
    desk.ingest()
    assert {s for s, *_ in senders(desk)} == {GENERAL}
    assert desk.ask("SELECT DISTINCT unit_id FROM reject") == [(None,)]


def test_a_warehouse_made_anew_knows_the_same_senders(two: Desk) -> None:
    book = back(two)["Unit U-02"]
    mend(two, book, "forms Answers", "Number", "heaps")
    two.ingest()
    refusals = "SELECT * FROM reject ORDER BY ALL"
    before, named = two.ask(refusals), senders(two)
    assert rebuild(two.settings, two.profile).changed == []
    assert (two.ask(refusals), senders(two)) == (before, named)
