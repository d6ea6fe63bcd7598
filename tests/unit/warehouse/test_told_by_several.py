"""Records that several sources tell of: none undoes what it has no column for, in whatever order the files come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.publish.files import digest_of
from reportmetrics.warehouse.snapshot import Snapshot
from tests.conftest import REQUESTS, SmallMission

Rows = Callable[[Snapshot, str], pl.DataFrame]
DAY = {"format": "%Y-%m-%d", "timezone": "UTC"}
NAMED = {"facts": r"(?P<file_date>\d{8}).*\.csv", "known_from": {"file_date": "%Y%m%d"}}
OWN: dict[str, Any] = {
    **REQUESTS,
    "columns": {"request_id": "id", "hq": {"value": "HQ"}, "raised_at": {"from": "raised", **DAY}, "priority": "prio"},
}
"""The mission's own register: it has no column for the answer."""
LOG: dict[str, Any] = {
    **REQUESTS,
    "source": "events",
    "files": "events/*.csv",
    "events": {
        "event": "what",
        "time": {"from": "at", **DAY},
        "means": {
            "raised": "raised_at",
            "seen": "acknowledged_at",
            "decided": {"at": "decided_at", "set": {"outcome": "approved"}},
            "reopened": {"clear": ["decided_at", "outcome"]},
        },
    },
    "columns": {"request_id": "id", "hq": {"value": "HQ"}},
}
STATE = ("request_id", "priority", "acknowledged_at", "decided_at", "outcome")


def day(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def state(mission: SmallMission, as_of: str = "2021-03-01") -> list[tuple[Any, ...]]:
    return mission.known("request", as_of).sort("request_id").select(STATE).rows()


def own(mission: SmallMission, name: str, *rows: str) -> None:
    mission.put(f"requests/{name}.csv", "id,raised,prio\n" + "".join(f"{r}\n" for r in rows))


def log(mission: SmallMission, name: str, *rows: str) -> None:
    mission.put(f"events/{name}.csv", "id,what,at\n" + "".join(f"{r}\n" for r in rows))


def test_a_register_without_the_answer_does_not_undo_it(mission: SmallMission) -> None:
    mission.sources = [OWN, LOG]
    own(mission, "1", "A,2021-02-01,low", "B,2021-02-02,low")
    mission.ingest("2021-02-03")
    log(mission, "1", "A,decided,2021-02-05")
    mission.ingest("2021-02-06")
    own(mission, "2", "A,2021-02-01,high", "B,2021-02-02,")
    mission.ingest("2021-02-10")
    log(mission, "2", "A,seen,2021-02-04")
    mission.ingest("2021-02-12")
    assert state(mission, "2021-02-08")[0] == ("A", "low", None, day("2021-02-05"), "approved")
    assert state(mission) == [
        ("A", "high", day("2021-02-04"), day("2021-02-05"), "approved"),
        ("B", None, None, None, None),  # a blank is told
    ]
    # What has been undone by an event stays undone.
    log(mission, "3", "A,reopened,2021-02-13")
    mission.ingest("2021-02-14")
    own(mission, "3", "A,2021-02-01,none")
    mission.ingest("2021-02-17")
    assert state(mission)[0] == ("A", "none", day("2021-02-04"), None, None)


def test_an_older_event_does_not_undo_a_newer_one_that_a_register_stands_behind(mission: SmallMission) -> None:
    refused = {"at": "decided_at", "set": {"outcome": "denied"}}
    mission.sources = [OWN, {**LOG, "events": {**LOG["events"], "means": {**LOG["events"]["means"], "no": refused}}}]
    own(mission, "1", "A,2021-02-01,low")
    mission.ingest("2021-02-03")
    log(mission, "1", "A,decided,2021-02-08")
    mission.ingest("2021-02-09")
    own(mission, "2", "A,2021-02-01,high")
    mission.ingest("2021-02-10")
    log(mission, "2", "A,seen,2021-02-04")
    mission.ingest("2021-02-11")
    assert state(mission)[0][2:] == (day("2021-02-04"), day("2021-02-08"), "approved")


def test_two_registers_of_the_same_requests(mission: SmallMission) -> None:
    """One has the answers, the other priorities; each is sent again without news of the other."""
    mission.sources = [OWN, {**REQUESTS, "source": "answers", "files": "answers/*.csv"}]
    answers = "id,raised,decided,outcome\nA,2021-02-01,{},{}\n"
    own(mission, "1", "A,2021-02-01,low")
    mission.ingest("2021-02-03")
    mission.put("answers/1.csv", answers.format("2021-02-05", "OK"))
    mission.ingest("2021-02-06")
    own(mission, "2", "A,2021-02-01,high")
    mission.ingest("2021-02-07")
    assert state(mission) == [("A", "high", None, day("2021-02-05"), "approved")]
    mission.put("answers/2.csv", answers.format("", ""))  # the answer was a mistake
    mission.ingest("2021-02-08")
    assert state(mission) == [("A", "high", None, None, None)]


def test_a_file_of_an_old_template_does_not_undo_what_it_has_no_column_for(mission: SmallMission) -> None:
    mission.sources = [{**OWN, "columns": {**OWN["columns"], "priority": {"from": "prio", "optional": True}}}]
    own(mission, "1", "A,2021-02-01,low")
    mission.ingest("2021-02-03")
    mission.put("requests/2.csv", "id,raised\nA,2021-02-02\n")
    mission.ingest("2021-02-10")
    found = mission.known("request", "2021-03-01")
    assert found.select("raised_at", "priority").rows() == [(day("2021-02-02"), "low")]


FILES: list[tuple[Callable[..., None], str, list[str]]] = [
    (own, "20210203", ["A,2021-02-01,low", "B,2021-02-02,low"]),
    (log, "20210206", ["A,seen,2021-02-05"]),
    (log, "20210208", ["A,decided,2021-02-07", "B,seen,2021-02-07"]),
    (own, "20210210", ["A,2021-02-01,high", "B,2021-02-02,low"]),
    (log, "20210212", ["B,decided,2021-02-11"]),
]


@pytest.mark.parametrize("known", ["name", "event"])
@pytest.mark.parametrize("order", [(4, 3, 2, 1), (3, 1, 4, 2)])
def test_dated_files_give_the_same_state_in_any_order(
    mission: SmallMission, known: str, order: tuple[int, ...]
) -> None:
    """The first one, which raises the requests, comes first: an event of an unknown request is refused, and says so."""
    mission.sources = [{**OWN, **NAMED}, {**LOG, **NAMED} if known == "name" else {**LOG, "known_from": "event"}]
    for place, number in enumerate((0, *order)):
        put, name, rows = FILES[number]
        put(mission, name, *rows)
        mission.ingest(dt.datetime(2021, 2, 20) + dt.timedelta(days=place))
    assert mission.ask("SELECT count(*) FROM reject") == [(0,)]
    assert state(mission, "2021-02-09") == [
        ("A", "low", day("2021-02-05"), day("2021-02-07"), "approved"),
        ("B", "low", day("2021-02-07"), None, None),
    ]
    assert state(mission) == [
        ("A", "high", day("2021-02-05"), day("2021-02-07"), "approved"),
        ("B", "low", day("2021-02-07"), day("2021-02-11"), "approved"),
    ]


def test_past_snapshots_come_out_again(mission: SmallMission, rows_of: Rows) -> None:
    mission.sources = [{**OWN, **NAMED}, {**LOG, **NAMED}]
    taken: dict[tuple[str, int], str] = {}
    for place, (put, name, rows) in enumerate([FILES[0], *reversed(FILES[1:])]):
        put(mission, name, *rows)
        mission.ingest(dt.datetime(2021, 2, 20) + dt.timedelta(days=place))
        for as_of in ("2021-02-09", "2021-02-11", "2021-03-01"):
            made = mission.snapshot(as_of)
            taken[as_of, made.position] = digest_of(made.folder)
            assert_frame_equal(rows_of(made, "request"), mission.known("request", as_of))

    def again() -> dict[tuple[str, int], str]:
        return {at: digest_of(mission.snapshot(at[0], position=at[1]).folder) for at in taken}

    assert len(set(taken.values())) == len(taken)
    assert again() == taken
    rebuild(mission.settings, mission.profile)
    assert again() == taken
