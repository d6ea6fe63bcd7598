"""Five years of monthly returns that are known by their number only: completeness never above 100 %."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from tests.realdata.taken_in import taken_in

pytestmark = pytest.mark.realdata

AS_OF = dt.date(2024, 1, 1)


def test_completeness_counts_at_most_what_was_expected(realdata: Path, tmp_path: Path) -> None:
    taken = taken_in(Path(__file__).parent / "profile", realdata / "kenya_rhis", tmp_path, as_of=AS_OF)
    [delivery] = taken.summary.deliveries
    assert (delivery.rows_read, delivery.accepted, delivery.rejected) == (2_820, 2_820, 0)
    found = taken.figures("burden.completeness")
    share = found.row("burden.completeness", "share", template_id="ANC")
    assert round(100 * share["value"], 3) == 96.545
    assert any("excess" in c for c in share["caveats"])
    received, expected, above = taken.ask(
        "SELECT sum(received), sum(expected), count(*) FILTER (WHERE received > expected) FROM core.report_tally"
    )
    assert (received, expected, above) == (577_636, 595_654, 498)
    assert round(100 * received / expected, 3) == 96.975
    # The mean of the workbook's own column of rates is the wrong way: small counties weigh as much as large ones.
    book = fastexcel.read_excel(realdata / "kenya_rhis" / "kenya.xlsx")
    sheet = book.load_sheet("Reporting_completeness", header_row=None, skip_rows=3, dtypes="string").to_polars()
    rates = sheet.to_series(5).cast(pl.Float64)
    assert (len(rates), round(float(rates.mean()), 3)) == (2_820, 96.035)


def test_a_month_and_a_year_become_the_days_of_the_month(realdata: Path, tmp_path: Path) -> None:
    taken = taken_in(Path(__file__).parent / "profile", realdata / "kenya_rhis", tmp_path, as_of=AS_OF)
    assert taken.ask("SELECT min(period_start), max(period_end), count(DISTINCT unit_id) FROM core.report_tally") == (
        dt.date(2019, 1, 1),
        dt.date(2023, 12, 31),
        47,
    )
    leap = "SELECT period_end FROM core.report_tally WHERE period_start = DATE '2020-02-01' LIMIT 1"
    assert taken.ask(leap) == (dt.date(2020, 2, 29),)
