"""The page on data quality: its sentences by hand, what it shows of a run, and what where nothing is known."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from reportmetrics.metrics.results import Results
from reportmetrics.profile.corrections import Correction
from reportmetrics.publish import quality_sentences as words
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.figures import Figures
from reportmetrics.publish.page import Page
from reportmetrics.publish.pages import quality
from reportmetrics.publish.pages.quality import sender_words
from reportmetrics.publish.quality import Noted, Past, Quality, SetAside, Vanished, Watched, read_quality
from reportmetrics.validation.run import CheckResult
from tests.conftest import REQUESTS, SmallMission
from tests.unit.publish import stand_ins, synthetic

NO_FILE = "not applied: no such file came"
THIN = "\u202f"
NIGHT = dt.datetime(2022, 1, 30, 22, 30)
"""Half past one on 31 January in Baghdad."""


def written() -> Results:
    """One source that is overdue, with seven refusals of which three are mended."""
    w = synthetic.Writer()
    source = synthetic.profile().sources[0].source
    for verdict, rows in (("accepted", 90), ("rejected", 7), ("duplicate", 3), ("superseded", 0), ("filtered", 0)):
        w.figure("quality.ledger", {"source": source, "verdict": verdict}, "sum", rows, n=1)
    w.figure("quality.ledger", {"source": f"{source}.returned", "verdict": "accepted"}, "sum", 5, n=1)
    w.figure("quality.ledger", {"verdict": "rejected"}, "sum", 7, n=2)
    w.figure("quality.ledger", {}, "sum", 105, n=2)
    w.figure("quality.freshness", {"source": source}, "sum", 400.0, n=1)
    for dims in ({"source": source, "code": "bad_date"}, {}):
        w.figure("quality.rejected", dims, "share", 3 / 7, n=7)
        w.figure("quality.rejected", dims, "numerator", 3, n=7)
    return w.results()


def built(tmp_path: Path, results: Results, known: Quality | None = None, **changes: Any) -> Page:
    edition = Edition(
        synthetic.profile(**changes),
        stand_ins.catalogue(tmp_path / "sql"),
        Figures(results),
        synthetic.AS_OF,
        "2022-01-31-r1",
        quality=known or Quality(),
    )
    return quality.build(edition)


def test_figures_of_a_source_stand_in_its_line_with_the_mended_rows_that_came_back(tmp_path: Path) -> None:
    source = synthetic.profile().sources[0]
    page = built(tmp_path, written(), Quality(remedies={(source.source, "bad_date"): "enter a day"}))
    assert page.heading == "7 of 105 rows were refused, 4 faults still open"
    ledger, refusals, _ = page.blocks
    assert ledger.table is not None
    line = ledger.table.rows[0]
    assert [c.text for c in line[2:]] == [str(source.every_days), "400", "95", "7", "3", "0", "0"]
    assert line[3].strong
    assert "overdue" in ledger.finding
    assert refusals.finding == "3 of 7 faults have been mended"
    assert refusals.table is not None
    assert [c.text for c in refusals.table.rows[0][2:]] == ["bad date", "7", "3", "4", "enter a day"]


def test_nobody_promised_when_an_entry_form_comes(tmp_path: Path) -> None:
    w = synthetic.Writer()
    w.figure("quality.ledger", {}, "sum", 8, n=1)
    for dims in ({"source": "forms"}, {"source": "forms", "verdict": "accepted"}):
        w.figure("quality.ledger", dims, "sum", 8, n=1)
    ledger = built(tmp_path, w.results()).blocks[0]
    assert ledger.table is not None
    assert [c.text for c in ledger.table.rows[-1][1:5]] == ["Unit (as the form says)", "–", "–", "8"]


def test_without_any_file_every_part_says_what_is_awaited(tmp_path: Path) -> None:
    page = built(tmp_path, Results.empty())
    assert page.heading == "Nothing received yet"
    assert all(b.table is None and b.nothing for b in page.blocks)
    assert all(s.table is None and s.nothing for s in page.content["sections"])


def test_failed_checks_come_first_with_how_often_they_failed(tmp_path: Path) -> None:
    checks = [
        CheckResult("tour", "volume", "warning", True, "no comparison where ..."),
        CheckResult("request", "gap", "warning", False, "1 comparison where nothing came", "21 days", 1, ["k"]),
        CheckResult("request", "hq_present", "critical", True, "no row where hq is empty"),
    ]
    past = {
        ("tour", "volume"): Past(5, 2, NIGHT, NIGHT),
        ("request", "gap"): Past(5, 1, NIGHT, NIGHT),
        ("request", "hq_present"): Past(5, 0, None, NIGHT),
    }
    section = built(tmp_path, Results.empty(), Quality(Watched(checks, past))).content["sections"][0]
    assert section.finding == "3 checks gave 1 warning"
    assert [[c.text for c in row] for row in section.table.rows] == [
        ["gap", "request", "warning", "1", "1 comparison where nothing came (21 days)", "1 of 5", "31 Jan 2022"],
        ["volume", "tour", "warning", "0", "passed this time", "2 of 5", "31 Jan 2022"],
    ]


def test_vanished_requests_and_set_aside_files_are_named(tmp_path: Path) -> None:
    known = Quality(
        Watched(aside=[SetAside(NIGHT, "x", "a.csv", "ab" * 32, {"activity.went_blank": 30}, None)]),
        vanished=[Vanished("R2", "x", "HQ", dt.date(2022, 1, 9), dt.date(2022, 1, 16))],
    )
    _, _, vanished, aside, _ = built(tmp_path, Results.empty(), known).content["sections"]
    assert [c.text for c in vanished.table.rows[0]] == ["R2", "HQ", "x", "9 Jan 2022", "16 Jan 2022"]
    assert aside.finding == "1 file was set aside, 1 not taken up again"
    assert [c.text for c in aside.table.rows[0]] == [
        "31 Jan 2022", "a.csv", "x", "activity.went_blank: 30 rows", "ab" * 6, "–",
    ]  # fmt: skip


def test_what_was_noted_of_files_is_listed_with_the_newest_file(tmp_path: Path) -> None:
    source = synthetic.profile().sources[0]
    notes = [
        Noted(source.source, "x" * 400, 12, "b.csv", NIGHT),
        Noted("gone", "sheet 'Old' is hidden", 1, "a.csv", NIGHT),
    ]
    section = built(tmp_path, Results.empty(), Quality(notes=notes)).content["sections"][1]
    assert section.finding == "2 notes were made on files"
    assert [[c.text for c in row] for row in section.table.rows] == [
        [source.title, f"{'x' * 300}…", "12", "b.csv", "31 Jan 2022"],
        ["gone", "sheet 'Old' is hidden", "1", "a.csv", "31 Jan 2022"],
    ]
    many = Quality(notes=[*notes] * 30)
    assert built(tmp_path, Results.empty(), many).content["sections"][1].finding == (
        "60 notes were made on files; the newest 50 are shown"
    )


def test_notes_are_read_off_the_ledger_of_the_date_without_what_corrections_quote(mission: SmallMission) -> None:
    told = {"file": "", "row": 2, "column": "outcome", "was": "OK", "now": "NO", "reason": "a slip", "author": "me"}
    body = "id,raised,decided,outcome,mood\n{},2021-02-01,2021-02-03,OK,good\n"
    for day in (10, 11, 12):
        mission.put(f"requests/{day}.csv", body.format(f"R{day}"))
        mission.ingest(f"2021-02-{day}")
    [(sha,)] = mission.ask("SELECT source_file FROM ledger WHERE file_seq = 1")
    mission.sources = [{**REQUESTS, "corrections": [{**told, "file": sha, "date": "2021-02-13"}]}]
    mission.ingest("2021-02-13")
    assert mission.ask("SELECT count(*) FROM ledger WHERE message IS NOT NULL") == [(4,)]
    message = "columns that the mapping does not know, kept in the archive only"  # a name may be a person's
    found = read_quality(mission.snapshot("2021-02-12").folder, Watched()).notes
    assert found == [Noted("log", message, 2, "requests/11.csv", dt.datetime(2021, 2, 11))]
    later = read_quality(mission.snapshot("2021-03-01", "later").folder, Watched()).notes
    assert [(n.files, n.name) for n in later] == [(3, "requests/12.csv")]


def test_corrections_are_named_with_reason_and_place_but_without_what_the_cells_said(tmp_path: Path) -> None:
    source = synthetic.profile().sources[0]
    record = {"file": "ab" * 32, "row": 7, "column": "STATO", "was": "Secret", "now": "Open", "author": "J. Doe"}
    dated = [
        Correction.model_validate({**record, "reason": f"told on {day}", "date": day})
        for day in ("2022-01-10", "2022-01-20", "2022-01-31")
    ]
    page = built(tmp_path, Results.empty(), sources=[source.model_copy(update={"corrections": dated})])
    section = page.content["sections"][4]
    assert section.finding == "2 corrections are on record, 2 of them not applied"
    assert [[c.text for c in row] for row in section.table.rows] == [
        ["20 Jan 2022", source.title, "ab" * 6, "7", "STATO", "told on 2022-01-20", NO_FILE],
        ["10 Jan 2022", source.title, "ab" * 6, "7", "STATO", "told on 2022-01-10", NO_FILE],
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (words.heading(None, 0, 0), "Nothing received yet"),
        (words.heading(12, 0, 0), "None of 12 rows was refused"),
        (words.heading(1, 0, 0), "None of 1 row was refused"),
        (words.heading(1, 1, 1), "1 of 1 row was refused, 1 fault still open"),
        (words.heading(12, 1, 0), "1 of 12 rows was refused, all since mended"),
        (words.heading(1200, 3, 1), f"3 of 1{THIN}200 rows were refused, 1 fault still open"),
        (words.sources(13, 0, 0), "All 13 sources send as promised"),
        (words.sources(13, 2, 1), "2 of 13 sources are overdue, 1 never sent anything"),
        (words.sources(13, 0, 1), "1 of 13 sources never sent anything"),
        (words.refusals(0, 0), "Nothing was refused"),
        (words.refusals(4, 4), "All 4 faults have been mended"),
        (words.refusals(1, 1), "The one fault has been mended"),
        (words.refusals(1, 0), "The one fault has not been mended"),
        (words.refusals(4, 0), "None of 4 faults has been mended"),
        (words.refusals(4, 1), "1 of 4 faults has been mended"),
        (words.arrival(None, None), "Too few reports to say how long they take to arrive"),
        (words.checks(0, 0, 0), "No check has run yet"),
        (words.checks(9, 1, 2), "9 checks gave 1 critical failure and 2 warnings"),
        (words.vanished(0, 0), "No source promises complete registers, so a request that vanishes cannot be seen"),
        (words.vanished(2, 1), "2 requests vanished from their registers"),
        (words.notes(0, 0), "Nothing out of the ordinary was noted in the files"),
        (words.notes(1, 1), "1 note was made on files"),
        (words.corrections(0, 0), "No correction is on record"),
        (words.corrections(1, 0), "1 correction is on record"),
        (words.corrections(3, 1), "3 corrections are on record, 1 of them not applied"),
        (words.aside(0, 0), "No batch was ever set aside"),
        (words.aside(3, 0), "3 files were set aside, all taken up again"),
        (sender_words("Unit {unit_id}"), "Unit (unit id in the file’s name)"),
    ],
)
def test_the_first_true_sentence_is_taken(said: str, expected: str) -> None:
    assert said == expected
