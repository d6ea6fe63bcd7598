"""``sources try``: what is shown of a file, whose file it is taken for, and that nothing is left behind."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
import xlsxwriter
import yaml
from typer.testing import CliRunner, Result

from reportmetrics.cli import app

ROOT = Path(__file__).parents[3]
PROFILE = ROOT / "data" / "profiles" / "nmi"

TRIED = """
source: tried
title: Register of a desk
sender: The desk
files: "tried/*.csv"
every: 7 days
reader: csv
table: request
drop: [{from: name, is: TEST}]
columns:
  request_id: id
  hq: {value: SHAPE}
  raised_at: {from: raised, format: "%d/%m/%Y", timezone: UTC}
  decided_at: {from: decided, format: "%d/%m/%Y", timezone: UTC}
  outcome: {from: state, map: {done: approved}}
  raised_by: name
  amount: {from: amount, thousands: " ", optional: true}
ignore: [remark]
"""
FILE = """id,raised,decided,state,name,remark,mood
A,01/02/2021,,open,Jane Doe,,
A,01/02/2021,05/02/2021,done,Jane Doe,,
B,31/06/2021,01/02/2021,maybe,Jane Doe,,
C,01/02/2021,,open,TEST,,
D,01/02/2021,,open,=SUM(A1),,
D,01/02/2021,,open,=SUM(A1),x,
"""


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    folder = tmp_path / "profile"
    shutil.copytree(PROFILE, folder)
    (folder / "sources" / "tried.yaml").write_text(TRIED)
    return folder


def tried(profile: Path, file: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["sources", "try", str(file), "--profile", str(profile), *arguments])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "inbox" / "tried" / "desk.csv"
    path.parent.mkdir(parents=True)
    path.write_text(FILE)
    return path


def test_each_row_is_shown_with_its_verdict(profile: Path, file: Path) -> None:
    done = tried(profile, file)
    assert done.exit_code == 1
    lines = done.output.splitlines()
    assert lines[0] == "desk.csv as 'tried' (Register of a desk); nothing is stored, times are UTC"
    assert lines[1] == "request: 6 rows: 2 accepted, 1 rejected, 1 duplicate, 1 superseded, 1 filtered"
    assert "mood" in lines[2]
    assert lines[3].startswith("  row 2 superseded request_id=A, hq=SHAPE, raised_at=2021-02-01 00:00:00, outcome=open")
    assert lines[4] == "      replaced by row 3"
    assert "row 3 accepted" in lines[5]
    assert "decided_at=2021-02-05 00:00:00, outcome=approved" in lines[5]
    assert "row 4 rejected request_id=B, hq=SHAPE, raised_at=31/06/2021" in lines[6]
    assert "outcome=maybe," in lines[6]
    assert "state: 'maybe' is not one of: approved, denied, withdrawn, open; use one of these" in lines[7]
    assert "raised: '31/06/2021' is not a time in the agreed format: like 31/12/2021" in lines[7]
    assert lines[8:10] == ["  row 5 filtered", "      drop: name is TEST"]
    assert lines[12] == "      says the same as row 6"
    assert "Jane" not in done.output


def test_cells_are_named_as_the_file_names_them(profile: Path, tmp_path: Path) -> None:
    path = tmp_path / "reports" / "weekly" / "war_20210801.csv"
    path.parent.mkdir(parents=True)
    head = (ROOT / "data/sample/nmi/reports/weekly/war_20210103.csv").read_text().splitlines()[0]
    said = "WAR-1;WAR;U-06;ADV-1;HQ;26.07.2021;01.08.2021;01.08.2021 22:58;0;60;OF-5;text;8;3;7;2;6;3;8,5;about 4"
    path.write_text(f"{head}\n{said}\n")
    output = tried(profile, path).output
    assert "WAR-07: '8,5' is not a number" in output
    assert "WAR-08: 'about 4' is not a number" in output
    assert "value_number: " not in output


def test_rows_and_verdict_limit_what_is_shown_not_what_is_counted(profile: Path, file: Path) -> None:
    done = tried(profile, file, "--rows", "2")
    assert [line.split()[1] for line in done.output.splitlines() if line.startswith("  row ")] == ["2", "3"]
    assert "  ... 4 more rows; --rows 6 shows all" in done.output
    done = tried(profile, file, "--verdict", "rejected")
    assert [line.split()[1] for line in done.output.splitlines() if line.startswith("  row ")] == ["4"]
    assert "6 rows: 2 accepted" in done.output


def test_csv_has_all_rows_and_no_formulas(profile: Path, file: Path) -> None:
    (profile / "sources" / "tried.yaml").write_text(TRIED.replace("raised_by: name", "funder: name"))
    rows = list(csv.DictReader(io.StringIO(tried(profile, file, "--output", "csv").stdout)))
    assert [(r["source_row"], r["verdict"]) for r in rows] == [
        ("2", "superseded"),
        ("3", "accepted"),
        ("4", "rejected"),
        ("5", "filtered"),
        ("6", "accepted"),
        ("7", "duplicate"),
    ]
    assert rows[4]["funder"] == "'=SUM(A1)"


def test_json_tells_the_same(profile: Path, file: Path) -> None:
    said = json.loads(tried(profile, file, "--output", "json").stdout)
    [table] = said["tables"]
    assert (said["file"], said["source"], table["rows_read"], table["filtered"]) == ("desk.csv", "tried", 6, 1)
    assert table["rows"][1]["values"]["decided_at"] == "2021-02-05 00:00:00"


def test_nothing_is_written(profile: Path, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("REPORTMETRICS_HOME", str(home))
    monkeypatch.delenv("REPORTMETRICS_PSEUDONYM_KEY", raising=False)
    before = sorted(p for p in tmp_path.rglob("*"))
    tried(profile, file)
    assert sorted(p for p in tmp_path.rglob("*")) == before
    assert not home.exists()


def test_a_file_without_fault_exits_with_0(profile: Path, file: Path) -> None:
    file.write_text("id,raised,decided,state,name\nA,01/02/2021,,open,x\n")
    assert tried(profile, file).exit_code == 0


def test_a_file_that_cannot_be_read_says_why(profile: Path, file: Path) -> None:
    file.write_text("id,decided,state,name\nA,,open,x\n")
    done = tried(profile, file)
    assert (done.exit_code, "unreadable column 'raised' is missing" in done.output) == (1, True)
    assert "unreadable" in tried(profile, file, "--output", "csv").stdout


def test_a_file_elsewhere_is_known_by_its_name(profile: Path, tmp_path: Path) -> None:
    sent = sorted((ROOT / "data" / "sample" / "nmi" / "activity").glob("*.csv"))[0]
    shutil.copy(sent, tmp_path)
    done = tried(profile, tmp_path / sent.name, "--rows", "1")
    assert done.exit_code == 0
    assert "as 'activity_log'" in done.output
    assert "to be taken, it must lie where activity/*.csv finds it" in done.output


def test_a_file_that_several_claim_is_shown_for_each_and_as_csv_asks_for_the_source(profile: Path, file: Path) -> None:
    other = yaml.safe_load(TRIED) | {"source": "other", "files": "**/tried/*.csv"}
    (profile / "sources" / "other.yaml").write_text(yaml.safe_dump(other))
    done = tried(profile, file)
    assert done.exit_code == 1
    assert [name in done.output for name in ("as 'other'", "as 'tried'")] == [True, True]
    done = tried(profile, file, "--output", "csv")
    assert done.exit_code == 2
    assert "several sources claim desk.csv" in done.output
    assert "--source other  (**/tried/*.csv)" in done.output
    assert "--source tried  (tried/*.csv)" in done.output
    assert tried(profile, file, "--source", "other").exit_code == 1


def test_a_file_of_nobody_lists_the_sources(profile: Path, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("hello")
    done = tried(profile, letter)
    assert done.exit_code == 2
    assert "no source claims letter.txt" in done.output
    assert "activity/*.csv" in done.output


def test_a_misspelt_source_is_answered_with_the_nearest(profile: Path, file: Path) -> None:
    done = tried(profile, file, "--source", "tryed")
    assert (done.exit_code, "did you mean 'tried'?" in done.output) == (2, True)


def test_what_a_terminal_would_obey_is_shown_by_its_number(profile: Path, tmp_path: Path) -> None:
    path = tmp_path / "tried" / "a.csv"
    path.parent.mkdir()
    path.write_text("id,raised,decided,state,name\nA,\x1b[2J01\u202e/02/2021,,open,Jane\n", encoding="utf-8")
    shown = tried(profile, path).output
    assert "\\x1b[2J01\\x202e/02/2021" in shown
    assert "\x1b[2J" not in shown
    assert "\u202e" not in shown


def test_a_space_that_does_not_break_is_told_from_one_that_does(profile: Path, tmp_path: Path) -> None:
    path = tmp_path / "tried" / "a.csv"
    path.parent.mkdir()
    rows = "A,01/02/2021,,open,Jane,1 200\nB,01/02/2021,,open,Jane,1\u00a0200\nC,01/02/2021,,open,Jane,1x\n"
    path.write_text(f"id,raised,decided,state,name,amount\n{rows}", encoding="utf-8")
    lines = tried(profile, path).output.splitlines()
    assert [line.count("does not break") for line in lines if "is not a number" in line] == [1, 0]


READINGS = """
source: readings
title: Readings
sender: The desk
files: "readings/*.xlsx"
reader: xlsx
options: {sheet: Log}
table: observation
columns:
  indicator_id: indicator
  level: {value: outcome}
  observed_on: {from: day, format: "%Y-%m-%d"}
  value: {from: value, not_applicable: [n/a]}
  verified_by: who
  evidence: {from: where, optional: true}
"""
ANSWERS = """
source: answers
title: Answers
sender: The desk
files: "answers/*.csv"
reader: csv
table: report_field
columns:
  report_id: report
  field_id: field
  value_number: now
  confirmed_unchanged: {from: tick, map: {x: "yes"}, same: [now, before]}
  not_applicable: na
"""


@pytest.fixture
def readings(profile: Path, tmp_path: Path) -> Path:
    """A workbook with a reading that does not apply, a year that cannot be meant, an error, a number too long."""
    (profile / "sources" / "readings.yaml").write_text(READINGS)
    path = tmp_path / "readings" / "log.xlsx"
    path.parent.mkdir()
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("Log")
        sheet.write_row(0, 0, ["indicator", "day", "value", "who", "where"])
        for row, (day, value) in enumerate(
            [("2021-02-01", "n/a"), ("0217-02-01", 5), ("2021-02-03", 6), ("2021-02-04", 7), ("2021-02-05", None)], 1
        ):
            sheet.write_row(row, 0, ["LO-02.1", day, value, "Jo"])
        sheet.write_formula(3, 3, "=NA()", None, "#N/A")
        sheet.write_number(4, 4, 12345678901234568)
    return path


def test_a_cell_is_shown_without_the_marks_that_say_why_it_was_not_understood(profile: Path, readings: Path) -> None:
    [table] = json.loads(tried(profile, readings, "--output", "json").stdout)["tables"]
    values = [row["values"] for row in table["rows"]]
    assert [row["verdict"] for row in table["rows"]] == ["accepted", "rejected", "rejected", "rejected", "accepted"]
    assert values[1]["observed_on"] == "0217-02-01"
    assert values[2]["verified_by"] == "#N/A"
    assert values[3]["evidence"] == "12345678901234570"
    shown = tried(profile, readings).output
    assert "\\x" not in shown
    assert "verified_by=#N/A" in shown


def test_what_does_not_apply_is_told_from_a_blank(profile: Path, readings: Path) -> None:
    lines = tried(profile, readings, "--verdict", "accepted").output.splitlines()
    marked, blank = [line for line in lines if line.startswith("  row ")]
    assert marked.endswith("not_applicable=true")
    assert "not_applicable" not in blank
    assert "value=" not in marked


def test_a_tick_that_is_contradicted_is_shown_as_a_tick(profile: Path, tmp_path: Path) -> None:
    (profile / "sources" / "answers.yaml").write_text(ANSWERS)
    path = tmp_path / "answers" / "a.csv"
    path.parent.mkdir()
    path.write_text("report,field,now,before,tick,na\nR1,F1,5,6,x,\n")
    lines = tried(profile, path).output.splitlines()
    assert "confirmed_unchanged=yes" in lines[2]
    assert "'x' says that nothing has changed, but 'now' is '5' and 'before' is '6'" in lines[3]
