"""The events of requests, read back as a process-mining tool would."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl

from reportmetrics.publish.request_events import request_events, write_request_events
from tests.sql.tiny_snapshot import build

AS_OF = dt.date(2022, 1, 31)
REQUESTS = [
    {
        "request_id": "R-2",
        "hq": "JFC",
        "request_type": "travel",
        "objective_id": "LO-09",
        "priority": "urgent",
        "raised_at": "2021-03-01T08:00:00",
        "acknowledged_at": "2021-03-04T09:30:00",
        "decided_at": "2021-04-01T08:00:00",
        "outcome": "denied",
        "raised_by": "p-0001",
        "promised_to": "SCH-01",
    },
    {"request_id": "R-1", "hq": "JFC", "raised_at": "2021-05-01T08:00:00", "withdrawn_at": "2021-05-01T08:00:00"},
    {"request_id": "=R", "hq": "SHAPE", "raised_at": "2021-05-02T08:00:00", "decided_at": "2021-05-03T08:00:00"},
    {"request_id": "R-9", "hq": "SHAPE", "raised_at": "2021-06-01T08:00:00", "outcome": "open"},
]


def read_back(tmp_path: Path) -> pl.DataFrame:
    folder = build(tmp_path / "snapshot", {"request": REQUESTS}, as_of=AS_OF)
    write_request_events(tmp_path / "events.csv", request_events(folder), marking="TEST")
    return pl.read_csv(tmp_path / "events.csv", infer_schema=False)


def test_each_date_of_a_request_is_an_event_in_order(tmp_path: Path) -> None:
    events = read_back(tmp_path).select("case:concept:name", "concept:name", "time:timestamp").rows()
    assert events == [
        ("'=R", "raised", "2021-05-02T08:00:00+00:00"),
        ("'=R", "decided", "2021-05-03T08:00:00+00:00"),
        ("R-1", "raised", "2021-05-01T08:00:00+00:00"),
        ("R-1", "withdrawn", "2021-05-01T08:00:00+00:00"),
        ("R-2", "raised", "2021-03-01T08:00:00+00:00"),
        ("R-2", "first reply", "2021-03-04T09:30:00+00:00"),
        ("R-2", "denied", "2021-04-01T08:00:00+00:00"),
        ("R-9", "raised", "2021-06-01T08:00:00+00:00"),
    ]


def test_a_tool_finds_cases_activities_and_instants_with_zone(tmp_path: Path) -> None:
    """What pm4py's ``format_dataframe`` asks for: the three columns, none of them empty, times that parse."""
    events = read_back(tmp_path)
    named = ("case:concept:name", "concept:name", "time:timestamp")
    assert all(events[c].null_count() == 0 for c in named)
    times = events["time:timestamp"].str.to_datetime("%Y-%m-%dT%H:%M:%S%z")
    assert isinstance(times.dtype, pl.Datetime)
    assert times.dtype.time_zone == "UTC"
    first = events.with_columns(times).group_by("case:concept:name", maintain_order=True).first()
    assert set(first["concept:name"]) == {"raised"}
    attributes = events.filter(pl.col("case:concept:name") == "R-2").select(pl.col("^case:.*$")).unique().row(0)
    assert attributes == ("R-2", "JFC", "travel", "urgent", "LO-09")


def test_it_tells_no_person_and_carries_the_marking(tmp_path: Path) -> None:
    text = json.dumps(read_back(tmp_path).rows())
    assert "p-0001" not in text
    assert "SCH-01" not in text
    assert text.count("TEST") == 8


def test_no_request_is_a_file_with_its_heads_only(tmp_path: Path) -> None:
    folder = build(tmp_path / "snapshot", {}, as_of=AS_OF)
    write_request_events(tmp_path / "events.csv", request_events(folder), marking="TEST")
    [head] = (tmp_path / "events.csv").read_text().splitlines()
    assert head.split(",")[:3] == ["case:concept:name", "concept:name", "time:timestamp"]
