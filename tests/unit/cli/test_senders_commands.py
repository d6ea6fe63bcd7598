"""What goes out to senders, from the command line: refusals by sender, workbooks to mend, entry forms, the checks."""

from __future__ import annotations

import os
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from reportmetrics.cli import app
from reportmetrics.senders.rejected import _is_sender
from tests.pipelines.tiny import ARRIVED, make


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny mission whose files have been taken in: row A4 has a day that does not exist."""
    folder = tmp_path_factory.mktemp("senders")
    make(folder)
    assert run(folder, "ingest", "--landing", str(folder / "landing")).exit_code == 0
    return folder


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--profile", str(folder / "profile"), "--home", str(folder / "home")])


def test_refusals_are_listed_by_sender_and_code(home: Path) -> None:
    listed = run(home, "rejects", "list", "--sender", "unit", "--code", "bad_date", "--open")
    assert "activity_20210201.csv, row 5, column held: '31/02/2021'" in listed.output
    nothing = run(home, "rejects", "list", "--sender", "registry")
    assert nothing.exit_code == 0
    assert "nothing was refused of what was asked for" in nothing.output


@pytest.mark.parametrize("command", ["list", "return"])
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--source", "activties"), "there is no source 'activties'; did you mean 'activity'?"),
        (("--code", "bad_dat"), "nothing was refused as 'bad_dat'; there are: bad_date"),
        (("--sender", "Nobody"), "no sender of refused rows is called 'Nobody'; there are: Unit"),
    ],
)
def test_a_name_that_there_is_not_is_wrong_use(home: Path, command: str, words: tuple[str, str], says: str) -> None:
    done = run(home, "rejects", command, *words)
    assert done.exit_code == 2
    assert says in " ".join(done.output.split())


@pytest.mark.parametrize("described", ["Unit {unit}, {day}", "Team Unit U-03, 2021"])
def test_a_sender_of_whom_nothing_was_refused_may_be_asked_for(described: str) -> None:
    assert _is_sender("unit U-03, 2021", described)
    assert not _is_sender("nobody", described)


def test_refused_rows_are_written_for_their_sender(home: Path, tmp_path: Path) -> None:
    done = run(home, "rejects", "return", "-o", str(tmp_path))
    assert done.exit_code == 0
    (book,) = tmp_path.glob("*.xlsx")
    assert "Unit: 1 row\n" in done.output
    assert book.name in done.output
    assert openpyxl.load_workbook(book)["activity"]["B2"].value == "A4"


def test_a_form_is_made_for_the_only_unit_without_asking(home: Path, tmp_path: Path) -> None:
    done = run(home, "template", "WAR", "-o", str(tmp_path / "war.xlsx"), "--period", "2021-02-10")
    assert done.exit_code == 0, done.output
    assert "U1, 2021-02-08 to 2021-02-14 (WAR-U1-20210208), 1 line to answer" in done.output
    assert openpyxl.load_workbook(tmp_path / "war.xlsx")["Report"]["B2"].value == "WAR"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("NONE",), "it has: WAR"),
        (("WAR", "--unit", "U9"), "unit 'U9' does not owe WAR"),
        (("WAR", "--period", "2020-12-01"), "owes no WAR"),
    ],
)
def test_what_cannot_be_made_says_why(home: Path, tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    done = run(home, "template", *words, "-o", str(tmp_path / "x.xlsx"))
    assert done.exit_code == 2
    assert says in " ".join(done.output.split())
    assert not (tmp_path / "x.xlsx").exists()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "is a folder; name a file in it"),
        ("no/such/form.xlsx", "there is no folder"),
        ("form", "the name 'form' does not end in .xlsx, by which a filled-in form is taken in; name it form.xlsx"),
        ("form.XLSX", "does not end in .xlsx"),
        ("filled.xlsx", "is there already"),
        ("locked/form.xlsx", "you may not write into the folder"),
    ],
)
def test_a_form_is_not_written_where_it_would_be_lost(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, says: str
) -> None:
    (tmp_path / "filled.xlsx").write_text("typed in for an hour")
    (tmp_path / "locked").mkdir()
    monkeypatch.setattr("os.access", lambda path, _: Path(path).name != "locked")  # root may write anywhere
    done = run(home, "template", "WAR", "-o", str(tmp_path / name))
    assert done.exit_code == 2, done.output
    assert says in " ".join(done.output.replace("│", " ").split())
    assert (tmp_path / "filled.xlsx").read_text() == "typed in for an hour"
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["filled.xlsx", "locked"]


def test_a_file_that_cannot_be_read_is_listed_once_and_a_cell_keeps_to_its_line(tmp_path: Path) -> None:
    make(tmp_path)
    body = 'id,objective,status,planned,held\nA9,LO-01,held,2021-01-05,"31\n\t02"\n'
    (tmp_path / "landing" / "activity_20210208.csv").write_text(body)
    (tmp_path / "landing" / "requests_20210208.csv").write_bytes(b"PK\x03\x04")
    mapping = tmp_path / "profile" / "sources" / "requests.yaml"
    head, _, columns = mapping.read_text().partition("table: request\n")
    inner = columns.replace("\n", "\n    ").rstrip()
    second = "  - table: activity\n    columns: {activity_id: id, kind: {value: x}, status: {value: held}, "
    second += "objective_id: {value: LO-01}, occurred_on: {from: raised, format: '%Y-%m-%d'}}\n"
    mapping.write_text(f"{head}tables:\n  - table: request\n    {inner}\n{second}")
    for path in (tmp_path / "landing").iterdir():
        os.utime(path, (ARRIVED, ARRIVED))
    assert run(tmp_path, "ingest", "--landing", str(tmp_path / "landing")).exit_code == 0
    lines = run(tmp_path, "rejects", "list").output.splitlines()
    assert len(lines) == 3, lines
    assert [line for line in lines if "requests_20210208.csv" in line] == [
        "  refused requests_20210208.csv: the file is a workbook or a zip archive, whatever its name says; save the "
        "sheet as CSV, or declare 'reader: xlsx'"
    ]
    assert any("row 2, column held: " in line and "'31\\n\\t02'" in line for line in lines)


def test_the_checks_can_be_read_as_a_document(home: Path) -> None:
    done = run(home, "check", "--document")
    assert done.exit_code == 0
    assert done.output.startswith("# What is checked")
    assert "| `went_blank` | critical |" in done.output
