"""Zero, blank, 'n/a' and a nil return: four different things, from the file to the figures."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import polars as pl
import pytest

from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.run import compute
from reportmetrics.profile.source_rules import source_problems
from reportmetrics.profile.sources import Source
from reportmetrics.profile.templates import Template
from reportmetrics.senders.rejected import rejected
from reportmetrics.settings import sql_folder
from reportmetrics.warehouse.store import Store
from tests.conftest import REQUESTS, SmallMission
from tests.golden.reference import Reference

NOTHING = ["n/a", "does not apply"]
READINGS: dict[str, Any] = {
    "source": "readings",
    "title": "Readings",
    "sender": "desk",
    "files": "readings/*.csv",
    "reader": "csv",
    "table": "observation",
    "columns": {
        "indicator_id": {"value": "LO-1.1"},
        "level": {"value": "outcome"},
        "observed_on": {"from": "day", "format": "%Y-%m-%d"},
        "value": {"from": "value", "not_applicable": NOTHING, "blank": ["-"]},
    },
}
RETURNS: dict[str, Any] = {
    "source": "returns",
    "title": "Weekly returns",
    "sender": "desk",
    "files": "returns/*.csv",
    "reader": "csv",
    "facts": r"(?P<unit>U-\d)_(?P<first>\d{8})_(?P<last>\d{8})\.csv",
    "tables": [
        {
            "table": "report",
            "per": "file",
            "columns": {
                "report_id": {"fact": "first"},
                "template_id": {"value": "WAR"},
                "unit_id": {"fact": "unit"},
                "period_start": {"fact": "first", "format": "%Y%m%d"},
                "period_end": {"fact": "last", "format": "%Y%m%d"},
                "submitted_at": {"fact": "last", "format": "%Y%m%d"},
                "revision": {"value": "0"},
            },
        },
        {
            "table": "activity",
            "drop": [{"from": "kind", "is": ["NIL", "Nothing to report"], "ignore_case": True}],
            "columns": {
                "activity_id": "id",
                "report_id": {"fact": "first"},
                "objective_id": "objective",
                "kind": "kind",
                "status": {"value": "held"},
                "occurred_on": {"from": "day", "format": "%Y-%m-%d"},
                "count": "count",
            },
        },
    ],
}

ANSWERS: dict[str, Any] = {
    "source": "answers",
    "title": "Answers of weekly reports",
    "sender": "desk",
    "files": "answers/*.csv",
    "reader": "csv",
    "table": "report_field",
    "columns": {
        "report_id": {"value": "20210104"},
        "field_id": "field",
        "value_number": {"from": "value", "not_applicable": NOTHING, "blank": ["-"]},
        "confirmed_unchanged": {"from": "same", "map": {"x": "yes"}},
    },
}


def test_zero_blank_and_not_applicable_are_three_readings(mission: SmallMission) -> None:
    mission.sources = [READINGS]
    rows = "2021-01-04,0\n2021-01-11,\n2021-01-18, n/a \n2021-01-25,-\n2021-02-01,N/A\n2021-02-08,7\n"
    mission.put("readings/a.csv", "day,value\n" + rows)
    [line] = mission.ingest("2021-02-10").deliveries
    assert (line.rows_read, line.accepted, line.rejected) == (6, 5, 1)
    assert mission.ask("SELECT observed_on::VARCHAR, value, not_applicable FROM core.observation ORDER BY 1") == [
        ("2021-01-04", 0.0, None),
        ("2021-01-11", None, None),
        ("2021-01-18", None, True),
        ("2021-01-25", None, None),
        ("2021-02-08", 7.0, None),
    ]
    # A word that nobody declared is none of them.
    assert mission.ask("SELECT code, raw FROM reject") == [("bad_number", "N/A")]


def test_the_three_stay_apart_in_a_snapshot_and_zero_alone_is_a_reading(mission: SmallMission, rows_of: Any) -> None:
    mission.sources = [READINGS]
    mission.put("readings/a.csv", "day,value\n2021-01-04,0\n2021-01-11,n/a\n2021-01-18,\n")
    mission.ingest("2021-02-10")
    snapshot = mission.snapshot("2021-03-01")
    rows: pl.DataFrame = rows_of(snapshot, "observation").sort("observed_on")
    assert rows.select("value", "not_applicable").rows() == [(0.0, None), (None, True), (None, None)]
    day = dt.date(2021, 3, 1)
    with DuckDBEngine(snapshot.folder) as engine:
        ids = ["outcome.indicator_progress", "outcome.reading_state"]
        found = Reference(compute(load_catalogue(sql_folder()), engine, as_of=day, select=ids))
    dims = {"objective_id": "LO-1", "indicator_id": "LO-1.1"}
    # Neither blank nor n/a displaces the reading of zero: nothing of the way from 0 to 10 is done, which is known.
    assert found.value("outcome.indicator_progress", "progress", **dims) == 0
    assert found.value("outcome.indicator_progress", "latest", **dims) == 0


def test_correcting_a_blank_to_not_applicable_is_a_change(mission: SmallMission) -> None:
    mission.sources = [READINGS]
    for now, value in (("2021-02-01", ""), ("2021-02-02", "n/a"), ("2021-02-03", "0"), ("2021-02-04", "n/a")):
        mission.put(f"readings/{now}.csv", f"day,value\n2021-01-04,{value}\n")
        mission.ingest(now)
    told = mission.ask("SELECT value, not_applicable FROM core.observation ORDER BY file_seq")
    # The fourth file holds the bytes of the second: it is the same delivery.
    assert told == [(None, None), (None, True), (0.0, None)]


@pytest.fixture
def returns(mission: SmallMission, monkeypatch: pytest.MonkeyPatch) -> SmallMission:
    """A mission that is owed a weekly report whose rows are activities."""
    form = {
        "template_id": "WAR",
        "name": "Weekly activity report",
        "every": "week",
        "per": "unit",
        "recipient": "HQ",
        "fields": [],
        "minutes": {"low": 10, "central": 20, "high": 30},
        "due": {"days_after": 3},
    }
    mission.sources = [RETURNS, ANSWERS]
    profile = dataclasses.replace(mission.profile, templates=[Template.model_validate(form)])
    monkeypatch.setattr(SmallMission, "profile", profile)
    return mission


HEADER = "id,objective,kind,day,count\n"


def test_a_nil_return_is_a_report_without_activity(returns: SmallMission) -> None:
    returns.put("returns/U-1_20210104_20210110.csv", HEADER + "A1,LO-1,call,2021-01-05,2\n")
    returns.put("returns/U-1_20210111_20210117.csv", HEADER)
    returns.put("returns/U-1_20210118_20210124.csv", HEADER + ",,NIL,,\n")
    lines = returns.ingest("2021-02-10").deliveries
    numbers = {(d.original_name[-21:-13], d.table_name): (d.rows_read, d.accepted, d.filtered) for d in lines}
    assert numbers == {
        ("20210104", "report"): (1, 1, 0),
        ("20210104", "activity"): (1, 1, 0),
        ("20210111", "report"): (1, 1, 0),
        ("20210111", "activity"): (0, 0, 0),
        ("20210118", "report"): (1, 1, 0),
        ("20210118", "activity"): (1, 0, 1),
    }
    assert returns.ask("SELECT count(*) FROM core.report") == [(3,)]


def test_a_week_with_a_nil_return_counts_zero_and_a_week_without_return_counts_nothing(returns: SmallMission) -> None:
    returns.put("returns/U-1_20210104_20210110.csv", HEADER + "A1,LO-1,call,2021-01-05,2\n")
    returns.put("returns/U-1_20210111_20210117.csv", HEADER)
    returns.ingest("2021-01-30")
    snapshot = returns.snapshot("2021-02-01")
    with DuckDBEngine(snapshot.folder) as engine:
        catalogue = load_catalogue(sql_folder())
        found = Reference(compute(catalogue, engine, as_of=dt.date(2021, 2, 1), select=["activity.held"]))
    said = {
        week: found.row("activity.held", "sum", objective_id="LO-1", week=week)["value"]
        for week in ("2021-01-04", "2021-01-11", "2021-01-18")
    }
    # Held, a true zero, and nothing known.
    assert said == {"2021-01-04": 2, "2021-01-11": 0, "2021-01-18": None}


def test_what_fields_hold_is_counted_apart(returns: SmallMission) -> None:
    returns.put("returns/U-1_20210104_20210110.csv", HEADER)
    rows = ["a,0,", "b,,", "c,-,", "d,n/a,", "e,does not apply,", "f,n/a,", "g,,x", "h,4,x"]
    returns.put("answers/a.csv", "field,value,same\n" + "\n".join(rows) + "\n")
    returns.ingest("2021-01-30")
    snapshot = returns.snapshot("2021-02-01")
    with DuckDBEngine(snapshot.folder) as engine:
        metric = "burden.field_state"
        found = Reference(compute(load_catalogue(sql_folder()), engine, as_of=dt.date(2021, 2, 1), select=[metric]))
    kinds = {"zero": 1, "blank": 2, "not applicable": 3, "confirmed unchanged": 1, "number": 1}
    assert {k: found.value(metric, "count", template_id="WAR", field_state=k) for k in kinds} == kinds


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"columns": {**REQUESTS["columns"], "funder": {"from": "x", "not_applicable": ["n/a"]}}}, "cannot say"),
        ({"per": "file"}, "no column to take 'decided_at' from"),
        ({"per": "file", "drop": [{"from": "x", "blank": True}]}, "has no rows"),
    ],
)
def test_mistakes_in_the_mapping_are_found(more: dict[str, Any], said: str) -> None:
    source = Source.model_validate({**REQUESTS, **more})
    problems = [str(p) for p in source_problems([("sources/log.yaml", source)], {"headquarters": {"HQ"}})]
    assert any(said in p for p in problems), problems


def test_an_empty_list_is_a_nil_return_and_a_file_without_any_bytes_is_not(mission: SmallMission) -> None:
    facts = r"(?P<unit>U-\d)_(?P<first>\d{8})_(?P<last>\d{8})\.json"
    said = {
        "table": "observation",
        "per": "file",
        "columns": {
            "indicator_id": {"value": "LO-1.1"},
            "objective_id": {"value": "LO-1"},
            "level": {"value": "outcome"},
            "observed_on": {"fact": "last", "format": "%Y%m%d"},
            "value": {"value": "0"},
        },
    }
    tables = [said, RETURNS["tables"][1]]
    mission.sources = [{**RETURNS, "reader": "json", "files": "returns/*.json", "facts": facts, "tables": tables}]
    mission.put("returns/U-1_20210104_20210110.json", "[]")
    mission.put("returns/U-1_20210111_20210117.json", "")
    lines = [(d.table_name, d.status, d.accepted) for d in mission.ingest("2021-02-01").deliveries]
    assert lines == [
        ("observation", "stored", 1),
        ("activity", "stored", 0),
        ("observation", "unreadable", 0),
        ("activity", "unreadable", 0),
    ]
    assert mission.ask("SELECT observed_on::VARCHAR FROM core.observation") == [("2021-01-10",)]


def test_a_refused_record_of_a_file_is_not_answered_by_more_rows_of_that_file(mission: SmallMission) -> None:
    """It has no row, and yet it is no file that could not be read."""
    said = {
        "table": "observation",
        "per": "file",
        "columns": {
            "indicator_id": {"fact": "what"},
            "objective_id": {"value": "LO-1"},
            "level": {"value": "outcome"},
            "observed_on": {"value": "2021-01-31"},
            "value": {"value": "0"},
        },
    }
    facts = {"facts": r"(?P<what>[\w.-]+)_(?P<unit>U-\d)_(?P<first>\d{8})_(?P<last>\d{8})\.csv"}
    mission.sources = [{**RETURNS, **facts, "tables": [said, RETURNS["tables"][1]]}]
    name = "returns/XX_U-1_20210104_20210110.csv"
    for number, rows in enumerate(("", "A,LO-1,meeting,2021-01-05,1\n")):
        mission.put(name, f"id,objective,kind,day,count\n{rows}")
        mission.ingest(f"2021-02-0{number + 1}")
    with Store(mission.settings.warehouse) as store:
        found = rejected(store, mission.profile)
    of_record = found.filter(pl.col("table_name") == "observation")
    assert set(of_record["state"]) == {"open"}
