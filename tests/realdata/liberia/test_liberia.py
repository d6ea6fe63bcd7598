"""A hundred daily reports in eleven layouts: what came of what was due, and what a longer interval would have lost."""

from __future__ import annotations

import csv
import datetime as dt
import re
from pathlib import Path

import pytest

from reportmetrics.ingest.readers.base import Sheet
from reportmetrics.ingest.readers.csv import read_csv
from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.results import Results
from reportmetrics.profile.load import load_profile
from reportmetrics.profile.sources import Options
from reportmetrics.publish import burden_sentences
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.figures import Figures
from reportmetrics.publish.pages.cadence_blocks import cadences
from reportmetrics.settings import sql_folder
from tests.realdata.taken_in import TakenIn, taken_in

pytestmark = pytest.mark.realdata

NAMELESS = 32
"""Cells of one file that stand under no header. The reference counts them too; three of them hold a number, so that
it is not known which column their row's cells belong to: these three rows are rejected."""


def _edition(taken: TakenIn, results: Results) -> Edition:
    """What the page on the burden of reporting would read."""
    profile = load_profile(Path(__file__).parent / "profile")
    return Edition(profile, load_catalogue(sql_folder()), Figures(results), taken.snapshot.as_of, "p", ())


@pytest.fixture(scope="module")
def folder(realdata_folder: Path) -> Path:
    return realdata_folder / "liberia_sitreps"


@pytest.fixture(scope="module")
def taken(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> TakenIn:
    home = tmp_path_factory.mktemp("liberia")
    return taken_in(Path(__file__).parent / "profile", folder, home, as_of=dt.date(2014, 12, 11))


def test_every_file_is_accounted_for(taken: TakenIn) -> None:
    assert len({d.original_name for d in taken.summary.deliveries if d.status == "stored"}) == 100
    refused = {d.original_name for d in taken.summary.deliveries if d.status == "unreadable"}
    assert len(refused) == 8
    assert all(name.startswith("Liberia_case_data - ") for name in refused)
    assert set(taken.all("SELECT DISTINCT code FROM reject")) == {("unknown_name",), ("ragged_row",)}
    ragged = "SELECT DISTINCT source_row FROM reject WHERE code = 'ragged_row' ORDER BY 1"
    assert taken.all(ragged) == [(25,), (26,), (27,)]
    assert taken.summary.unmatched == ["LICENSE", "PROVENANCE.txt"]


def test_files_of_odd_names_repeat_dated_ones_but_for_one(taken: TakenIn) -> None:
    """They are refused for their names; the archive has the bytes of each once."""
    odd = "SELECT original_name, source_file FROM ledger WHERE table_name = 'report' AND status = 'unreadable'"
    dated = "SELECT source_file FROM ledger WHERE table_name = 'report' AND status = 'stored'"
    copies = taken.all(f"SELECT count(*) FROM ({odd}) WHERE source_file IN ({dated})")
    assert copies == [(7,)]
    alone = taken.all(f"SELECT original_name, source_file FROM ({odd}) WHERE source_file NOT IN ({dated})")
    [(name, sha256)] = alone
    assert name == "Liberia_case_data - Copy of Dec 9.csv"
    assert b"12/18/2014" in (taken.settings.archive / sha256).read_bytes()


def test_eleven_layouts_go_through_one_mapping(taken: TakenIn, folder: Path) -> None:
    dated = sorted(folder.glob("2014-*.csv"))
    layouts = {tuple(next(csv.reader(path.open(encoding="utf-8", newline="")))) for path in dated}
    assert (len(dated), len(layouts)) == (100, 11)
    assert taken.ask("SELECT count(DISTINCT source), count(DISTINCT file_seq) FROM ledger WHERE accepted > 0") == (
        1,
        100,
    )


def test_rows_and_blank_cells(taken: TakenIn, folder: Path) -> None:
    lines = "SELECT sum(rows_read) FROM ledger WHERE table_name = 'report'"
    assert taken.ask(lines) == (3_152,)
    cells = "SELECT sum(rows_read) FROM ledger WHERE table_name = 'report_field'"
    assert taken.ask(cells) == (46_620 - NAMELESS,)
    blank = 0
    for path in folder.glob("2014-*.csv"):
        sheet = read_csv(path, Options(), [None])[None]
        assert isinstance(sheet, Sheet)
        rows = sheet.rows
        blank += sum(
            rows[f"c{i}"].null_count() for i, name in enumerate(sheet.header) if name not in ("Date", "Variable")
        )
    assert blank == 16_131 - (NAMELESS - 3)


def test_dates_of_both_kinds_are_the_day_that_the_name_states(taken: TakenIn) -> None:
    assert taken.ask("SELECT count(*), count(DISTINCT period_start) FROM core.report") == (100, 100)
    assert taken.ask("SELECT count(*) FROM core.report WHERE CAST(period_start AS VARCHAR) <> report_id") == (0,)


def test_completeness_is_of_the_days_that_a_report_was_due(taken: TakenIn) -> None:
    found = taken.figures("burden.completeness")
    row = found.row("burden.completeness", "share", template_id="SITREP")
    assert (found.value("burden.completeness", "numerator", template_id="SITREP"), row["n"]) == (100, 177)
    assert round(100 * row["value"], 1) == 56.5


def test_every_second_report_would_have_missed_changes_and_never_gains_by_waiting(taken: TakenIn) -> None:
    found = taken.figures("burden.cadence_replay")
    errors = [found.value("burden.cadence_replay", "error", label=str(k), template_id="SITREP") for k in (2, 4, 8, 13)]
    assert all(e is not None and e > 0 for e in errors)
    assert errors == sorted(errors)
    sentences = [burden_sentences.advice(c) for c in cadences(_edition(taken, found.results))]
    assert len(sentences) == 1
    assert re.match(
        r".*Every 2nd day instead of daily saves at most [\d.]+ hours a year; it would have missed \d+ of \d+ material "
        r"changes and seen the rest [\d.]+ days? later\. In the \d+ days replayed, figures would have been wrong",
        re.sub(r"[\u2009\u202f]", "", sentences[0]),
    ), sentences[0]
    saved = [found.value("burden.cadence_replay", "hours_saved", label=str(k), template_id="SITREP") for k in (2, 4)]
    assert saved[1] == pytest.approx(1.5 * saved[0])
