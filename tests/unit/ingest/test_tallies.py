"""Reports known only by their number: which rows are refused, what is one tally, and which stand in a snapshot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from reportmetrics.audit.corrected import corrected_snapshot
from reportmetrics.audit.origins import origins
from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.settings import sql_folder
from reportmetrics.upkeep.redaction import Wanted, rows_in
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


JANUARY, MARCH = "A,2021-01-01,2021-01-31,10,8,7\n", "A,2021-03-01,2021-03-31,10,8,7\n"
QUARTER = "A,2021-01-01,2021-03-31,30,25,20\n"


def twice(snapshot: Path) -> list[str]:
    """First and last month of the tallies that do not stand."""
    rows = pl.read_parquet(snapshot / "tally_twice" / "*.parquet")
    return [f"{a:%b}-{b:%b}" for a, b in rows.sort("period_end").select("period_start", "period_end").rows()]


def told(mission: SmallMission, day: str, rows: str) -> None:
    mission.put(f"tallies/{day}.csv", HEADER + rows)
    mission.ingest(day)


def test_a_snapshot_holds_which_tallies_do_not_stand_at_its_day(tallies: SmallMission) -> None:
    told(tallies, "2021-04-02", JANUARY)
    told(tallies, "2021-04-03", QUARTER)
    told(tallies, "2021-04-04", MARCH)
    found = [tallies.snapshot(day, day) for day in ("2021-04-03", "2021-04-04", "2021-04-05")]
    assert [twice(s.folder) for s in found] == [[], ["Jan-Jan"], ["Jan-Mar"]]
    assert [s.rows["tally_twice"] for s in found] == [0, 1, 1]


def test_news_that_displaces_a_tally_is_no_correction_of_one(tallies: SmallMission, tmp_path: Path) -> None:
    told(tallies, "2021-04-02", JANUARY)
    told(tallies, "2021-04-03", QUARTER)
    before = tallies.snapshot("2021-04-04", "before").folder
    told(tallies, "2021-04-04", MARCH)
    assert corrected_snapshot(before, tallies.snapshot("2021-04-05", "news").folder, tmp_path / "a") == {}
    told(tallies, "2021-04-05", MARCH.replace("8", "9") + JANUARY.replace("8", "9"))
    after = tallies.snapshot("2021-04-06", "after").folder
    assert corrected_snapshot(before, after, tmp_path / "b") == {"report_tally": 1}
    assert (twice(before), twice(after), twice(tmp_path / "b")) == (["Jan-Jan"], ["Jan-Mar"], ["Jan-Jan"])


def test_a_tally_that_does_not_stand_came_from_one_row_and_is_forgotten_with_it(tallies: SmallMission) -> None:
    told(tallies, "2021-04-02", JANUARY)
    told(tallies, "2021-04-03", QUARTER)
    snapshot = tallies.snapshot("2021-04-04", "publication/audit/snapshot").folder
    metric = load_catalogue(sql_folder()).metrics["burden.completeness"]
    with DuckDBEngine(snapshot) as engine:
        where = origins(metric, engine, "SELECT row_key FROM tally_twice")
    assert where.select("table", "row", "file_seq").rows() == [("report_tally", 2, 1)]
    for wanted in (Wanted(deliveries=frozenset([1])), Wanted(rows=frozenset([("report_tally", 1, 2)]))):
        found = rows_in(tallies.folder / "publication", wanted)
        assert (found["report_tally"], found["tally_twice"]) == (1, 1)
