"""Corrections that would leave standing what the row told: another key, another event, a row that no longer counts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import REQUESTS, SmallMission
from tests.unit.ingest.test_events_in_any_order import REQUESTS as EVENTS
from tests.unit.ingest.test_events_in_any_order import day, state

REQUEST = "SELECT request_id, decided_at::DATE::VARCHAR, outcome FROM core.request ORDER BY ALL"


def correct(mission: SmallMission, **told: Any) -> list[tuple[Any, ...]]:
    """The line of the correction, and why it was refused."""
    [source] = mission.sources
    [(sha256,)] = mission.ask("SELECT DISTINCT source_file FROM ledger WHERE file_seq = 1")
    record = {"file": sha256[:12], "reason": "letter", "author": "data officer", "date": "2021-02-20", **told}
    mission.sources = [{**source, "corrections": [*source.get("corrections", []), record]}]
    [line] = mission.ingest("2021-02-21").deliveries
    return [(line.status, line.accepted), *mission.ask("SELECT code, message, remedy FROM reject ORDER BY file_seq")]


@pytest.fixture
def log(mission: SmallMission) -> SmallMission:
    mission.sources = [EVENTS]
    mission.put("events/a.csv", "request,what,when\nA,raised,2021-02-01\nA,approved,2021-02-15\nA,aproved,2021-02-15\n")
    mission.ingest("2021-02-16")
    return mission


def test_a_register_would_keep_the_record_of_a_wrong_key(mission: SmallMission) -> None:
    mission.put("requests/a.csv", "id,raised,decided,outcome\nAA1,2021-02-01,,\n,2021-02-02,,\n")
    mission.ingest("2021-02-10")
    line, *refused = correct(mission, row=2, column="id", was="AA1", now="A1")
    assert line == ("unreadable", 0)
    [(message, remedy)] = [told for code, *told in refused if code == "partial_correction"]
    assert "row 2 would tell another record of 'request'" in message
    assert "(key: request_id)" in message
    assert "reportmetrics forget " in remedy
    assert mission.ask("SELECT request_id FROM core.request") == [("AA1",)]


def test_a_row_that_was_refused_for_its_key_is_mended(mission: SmallMission) -> None:
    mission.put("requests/a.csv", "id,raised,decided,outcome\nAA1,2021-02-01,,\n,2021-02-02,,\n")
    mission.ingest("2021-02-10")
    assert correct(mission, row=3, column="id", was="", now="A2")[0] == ("stored", 1)


def test_a_row_that_would_no_longer_count_is_not_corrected_so(mission: SmallMission) -> None:
    mission.sources = [{**REQUESTS, "drop": [{"from": "outcome", "is": ["test"]}]}]
    mission.put("requests/a.csv", "id,raised,decided,outcome\nA,2021-02-01,2021-02-05,OK\n")
    mission.ingest("2021-02-10")
    [line, (code, *_)] = correct(mission, row=2, column="outcome", was="OK", now="test")
    assert (line, code) == (("unreadable", 0), "partial_correction")


def test_an_event_of_another_record(log: SmallMission) -> None:
    log.put("events/b.csv", "request,what,when\nB,raised,2021-02-01\n")
    log.ingest("2021-02-17")
    before = log.ask(REQUEST)
    line, *refused = correct(log, row=3, column="request", was="A", now="B")
    assert line == ("unreadable", 0)
    said = "row 3 would tell another record of 'request'"
    assert [said in message for code, message, _ in refused if code == "partial_correction"] == [True]
    assert log.ask(REQUEST) == before


@pytest.mark.parametrize(
    ("row", "was", "now", "expected"),
    [
        (3, "approved", "refused", (None, day(15), "denied")),
        (3, "approved", "seen", (day(15), None, "open")),
        (4, "aproved", "seen", (day(15), day(15), "approved")),
    ],
)
def test_an_event_takes_what_it_told_before_away(
    log: SmallMission, row: int, was: str, now: str, expected: tuple[Any, ...]
) -> None:
    assert correct(log, row=row, column="what", was=was, now=now)[0] == ("stored", 1)
    found = state(log)
    assert tuple(found[n] for n in ("acknowledged_at", "decided_at", "outcome")) == expected
