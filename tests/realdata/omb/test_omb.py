"""Burden arithmetic of one real record, and workbooks in which a word stands for zero."""

from __future__ import annotations

import csv
import datetime as dt
import os
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import fastexcel
import pytest

from tests.realdata.taken_in import TakenIn, taken_in

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def taken(realdata_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> TakenIn:
    home = tmp_path_factory.mktemp("omb")
    landing = home / "landing"
    landing.mkdir()
    shutil.copy2(realdata_folder / "omb" / "iqa_peer_review_source.xlsx", landing)
    record = ET.parse(realdata_folder / "omb" / "pra_0503-0007.xml")
    with (landing / "responses.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["Title", "Year", "Responses"])
        for collection in record.iter("InformationCollection"):
            responses = collection.findtext("NumberResponses/AnnualQuantity")
            out.writerow([collection.findtext("Title"), "2014", responses])
    old = dt.datetime(2024, 1, 1, tzinfo=dt.UTC).timestamp()
    for path in landing.iterdir():
        os.utime(path, (old, old))
    return taken_in(Path(__file__).parent / "profile", landing, home, as_of=dt.date(2024, 1, 1))


def test_responses_times_hours_per_response_are_the_hours_of_the_record(taken: TakenIn) -> None:
    assert taken.ask("SELECT sum(received) FROM core.report_tally") == (2_400,)
    found = taken.figures("burden.hours")
    assert found.value("burden.hours", "sum", template_id="SURVEY") == pytest.approx(333)
    assert found.value("burden.hours", "sum", template_id="NON-RESPONSE") == pytest.approx(20)
    assert found.value("burden.hours", "sum") == pytest.approx(353)


@pytest.mark.parametrize("year", ["06", "23"])
def test_the_word_none_is_zero_and_a_blank_is_missing(taken: TakenIn, realdata_folder: Path, year: str) -> None:
    """Beside the workbook read in another way."""
    book = fastexcel.read_excel(realdata_folder / "omb" / "iqa_peer_review_source.xlsx")
    sheet = book.load_sheet(f"FY{year}", dtypes="string").to_polars()
    told = sheet.filter(sheet["Agency"].is_not_null())["Total Peer Reviews Completed"].to_list()
    number = sum(int(float(t)) for t in told if t is not None and t != "None")
    rows = f"FROM core.activity WHERE occurred_on = DATE '20{year}-09-30'"
    assert taken.ask(f"SELECT sum(count) {rows}") == (number,)
    assert taken.ask(f"SELECT count(*) FILTER (WHERE count = 0) {rows}") == (sum(t in ("None", "0") for t in told),)
    assert taken.ask(f"SELECT count(*) FILTER (WHERE count IS NULL) {rows}") == (told.count(None),)
