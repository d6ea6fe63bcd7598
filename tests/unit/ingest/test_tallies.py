"""Reports known only by their number: which rows are refused, and what is one tally."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SmallMission

TALLIES: dict[str, Any] = {
    "source": "tallies",
    "title": "Tallies",
    "sender": "Ministry",
    "files": "tallies/*.csv",
    "reader": "csv",
    "table": "report_tally",
    "columns": {
        "unit_id": "unit",
        "template_id": {"value": "T"},
        "period_start": {"from": "first", "format": "%Y-%m-%d"},
        "period_end": {"from": "last", "format": "%Y-%m-%d"},
        "expected": "expected",
        "received": "received",
        "on_time": "on_time",
    },
}
HEADER = "unit,first,last,expected,received,on_time\n"


@pytest.fixture
def tallies(tmp_path: Path) -> SmallMission:
    return SmallMission(tmp_path / "mission", [TALLIES])


def refused(mission: SmallMission) -> list[tuple[Any, ...]]:
    return mission.ask("SELECT source_row, column_name, code, raw FROM reject ORDER BY ALL")


@pytest.mark.parametrize("reversed_means", ["reject", "zero"])
def test_a_tally_that_cannot_be_is_refused(tallies: SmallMission, reversed_means: str) -> None:
    tallies.sources = [{**TALLIES, "end_before_start": reversed_means}]
    tallies.put(
        "tallies/a.csv",
        HEADER
        + "A,2021-02-01,2021-01-01,5,5,5\n"
        + "B,2021-01-01,2021-01-31,10,12,15\n"
        + "C,2021-01-01,2021-01-31,10,12,12\n"  # more than expected: so it may be, and the figures say so
        + "D,2021-01-01,2021-01-31,,3,\n",
    )
    [line] = tallies.ingest().deliveries
    assert (line.accepted, line.rejected) == (2, 2)
    assert refused(tallies) == [
        (2, "last", "period_reversed", "2021-01-01"),
        (3, "on_time", "on_time_over_received", "15"),
    ]
    assert tallies.ask("SELECT unit_id FROM core.report_tally ORDER BY ALL") == [("C",), ("D",)]


def test_a_month_and_a_quarter_that_start_on_one_day_are_two_tallies(tallies: SmallMission) -> None:
    tallies.put("tallies/a.csv", HEADER + "A,2021-01-01,2021-01-31,10,8,7\nA,2021-01-01,2021-03-31,30,25,20\n")
    [line] = tallies.ingest("2021-04-01").deliveries
    assert (line.accepted, line.superseded) == (2, 0)
    tallies.put("tallies/b.csv", HEADER + "A,2021-01-01,2021-01-31,10,9,7\n")
    tallies.ingest("2021-04-02")
    tallies.snapshot("2021-05-01")
    rows = f"read_parquet('{tallies.folder}/snapshot/report_tally/**/*.parquet')"
    assert tallies.ask(f"SELECT period_end::VARCHAR, received FROM {rows} ORDER BY ALL") == [
        ("2021-01-31", 9),
        ("2021-03-31", 25),
    ]
