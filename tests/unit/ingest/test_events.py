"""Event logs: what each row is counted as, and what is known of a request afterwards."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import polars as pl
import pytest

from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.profile.source_rules import source_problems
from reportmetrics.profile.sources import Source
from reportmetrics.warehouse.store import Store
from reportmetrics.warehouse.tables import TABLES
from reportmetrics.warehouse.visible import asked, mixed_tables, visible_sql
from tests.conftest import REQUESTS, SmallMission

LOG: dict[str, Any] = {
    "source": "events",
    "title": "Events of requests",
    "sender": "desk",
    "files": "events/*.csv",
    "reader": "csv",
    "table": "request",
    "events": {
        "event": "what",
        "time": {"from": "when", "format": "%Y-%m-%d %H:%M", "timezone": "UTC"},
        "means": {
            "raised": {"at": "raised_at", "set": {"outcome": "open"}},
            "seen": "acknowledged_at",
            "approved": {"at": "decided_at", "set": {"outcome": "approved"}},
            "refused": {"at": "decided_at", "set": {"outcome": "denied"}},
            "reopened": {"set": {"outcome": "open"}, "clear": ["decided_at"]},
        },
    },
    "columns": {
        "request_id": "request",
        "hq": {"value": "HQ"},
        "amount": {"from": "amount", "optional": True},
        "raised_by": {"from": "who", "optional": True},
    },
}
HEADER = "request,what,when\n"
RAISED = "A,raised,2021-02-01 08:00\n"
SEEN = "A,seen,2021-02-03 09:00\n"
APPROVED = "A,approved,2021-02-05 10:00\n"
READ = ("rows_read", "accepted", "rejected", "duplicate", "superseded", "filtered")
STATE = "raised_at::DATE::VARCHAR, acknowledged_at::DATE::VARCHAR, decided_at::DATE::VARCHAR, outcome"
WHOLE = ("2021-02-01", "2021-02-03", "2021-02-05", "approved")


def sent(mission: SmallMission, content: str, now: str, name: str = "events") -> tuple[int, ...]:
    mission.put(f"{name}/{now}.csv", content)
    [line] = mission.ingest(now).deliveries
    assert line.status == "stored", line.message
    return tuple(getattr(line, n) for n in READ)


def known(mission: SmallMission, request: str = "A") -> list[tuple[Any, ...]]:
    """What is known of a request from each moment on at which something of it became known."""
    found = []
    told = f"SELECT DISTINCT known_from FROM core.request WHERE request_id = '{request}' ORDER BY ALL"
    with Store(mission.settings.warehouse) as store:
        run = store.connection.execute
        sql = visible_sql(TABLES["request"], mixed=mixed_tables(store.connection).get("request"))
        for (moment,) in run(told).fetchall():
            later = moment + dt.timedelta(microseconds=1)
            given = {"as_of": later.date() + dt.timedelta(days=1), "as_of_at": later, "position": 1_000}
            found += run(f"SELECT {STATE} FROM ({sql}) WHERE request_id = '{request}'", asked(sql, given)).fetchall()
    return found


@pytest.fixture
def log(mission: SmallMission) -> SmallMission:
    mission.sources = [LOG, REQUESTS]
    return mission


def test_events_of_a_delivery_are_one_message(log: SmallMission) -> None:
    assert sent(log, HEADER + RAISED + SEEN + APPROVED, "2021-02-10") == (3, 3, 0, 0, 0, 0)
    assert known(log) == [WHOLE]


def test_order_of_rows_does_not_matter_but_times_do(log: SmallMission) -> None:
    """Approved came after refused, whichever row stands first: of each request in another order."""
    rows = [RAISED, SEEN, "A,refused,2021-02-04 10:00\n", APPROVED]
    orders = {f"R{n}": random.Random(n).sample(rows, len(rows)) for n in range(12)}
    told = "".join(f"{number},{row.removeprefix('A,')}" for number, own in orders.items() for row in own)
    sent(log, HEADER + told, "2021-02-10")
    assert {number: known(log, number) for number in orders} == {number: [WHOLE] for number in orders}


def test_a_later_delivery_changes_only_what_it_tells(log: SmallMission) -> None:
    assert sent(log, HEADER + RAISED, "2021-02-02") == (1, 1, 0, 0, 0, 0)
    assert sent(log, HEADER + SEEN, "2021-02-04") == (1, 1, 0, 0, 0, 0)
    assert sent(log, HEADER + APPROVED, "2021-02-06") == (1, 1, 0, 0, 0, 0)
    assert known(log) == [
        ("2021-02-01", None, None, "open"),
        ("2021-02-01", "2021-02-03", None, "open"),
        WHOLE,
    ]


def test_a_log_that_is_sent_again_repeats_what_is_known(log: SmallMission) -> None:
    head = "request,what,when,amount,who\n"
    rows = "A,raised,2021-02-01 08:00,100,Jane Doe\nA,seen,2021-02-03 09:00,,\n"
    assert sent(log, head + rows, "2021-02-04") == (2, 2, 0, 0, 0, 0)
    assert sent(log, head + rows + "A,approved,2021-02-05 10:00,,\n", "2021-02-06") == (3, 1, 0, 2, 0, 0)
    again = head + rows + "A,approved,2021-02-05 10:00,,\nB,raised,2021-02-06 08:00,,\n"
    assert sent(log, again, "2021-02-07") == (4, 1, 0, 3, 0, 0)
    assert known(log)[-1] == WHOLE
    assert log.ask("SELECT count(DISTINCT raised_by), min(amount) FROM core.request WHERE request_id = 'A'") == [
        (1, 100)
    ]
    assert "Jane" not in str(log.ask("SELECT * FROM core.request"))


def test_an_old_event_told_again_undoes_nothing(log: SmallMission) -> None:
    sent(log, HEADER + RAISED + APPROVED, "2021-02-06")
    # Extracts overlap: the request was raised is told once more, after its decision is known.
    assert sent(log, HEADER + RAISED, "2021-02-07") == (1, 0, 0, 1, 0, 0)
    # A first reply that was logged late fills what was blank.
    assert sent(log, HEADER + SEEN, "2021-02-08") == (1, 1, 0, 0, 0, 0)
    assert known(log)[-1] == WHOLE
    # A time that is told again replaces the one told before.
    sent(log, HEADER + "A,raised,2021-02-02 08:00\n", "2021-02-09")
    assert known(log)[-1] == ("2021-02-02", *WHOLE[1:])


def test_events_of_one_day_that_arrive_apart(log: SmallMission) -> None:
    sent(log, HEADER + RAISED, "2021-02-02")
    sent(log, HEADER + "A,approved,2021-02-01 08:00\n", "2021-02-03")
    assert known(log)[-1] == ("2021-02-01", None, "2021-02-01", "approved")
    assert sent(log, HEADER + RAISED + SEEN, "2021-02-04")[1] == 1
    assert known(log)[-1] == ("2021-02-01", "2021-02-03", "2021-02-01", "approved")


def test_a_register_and_a_log_tell_of_the_same_request(log: SmallMission) -> None:
    register = "id,raised,decided,outcome,objective\nA,2021-02-01,,,LO-1\nB,2021-02-01,,,LO-2\n"
    sent(log, register, "2021-02-02", "requests")
    sent(log, HEADER + APPROVED, "2021-02-06")
    told = "SELECT DISTINCT row_key, objective_id FROM core.request WHERE request_id = 'A'"
    # What only the register knows stays known.
    [(_, objective)] = log.ask(told)
    assert objective == "LO-1"
    assert known(log) == [("2021-02-01", None, None, None), ("2021-02-01", None, "2021-02-05", "approved")]
    # Sent again as it was, the register tells nothing; with something else in the row, it is a whole state.
    sent(log, register + "C,2021-02-07,,,\n", "2021-02-08", "requests")
    assert known(log)[-1] == ("2021-02-01", None, "2021-02-05", "approved")
    sent(log, register.replace("A,2021-02-01,,,LO-1", "A,2021-02-02,,,LO-1"), "2021-02-09", "requests")
    assert known(log)[-1] == ("2021-02-02", None, None, None)


def test_files_of_both_kinds_in_one_run_are_as_one_after_the_other(log: SmallMission) -> None:
    files = {
        "requests/20210202.csv": "id,raised,decided,outcome,objective\nA,2021-02-01,,,LO-1\n",
        "events/20210204.csv": HEADER + SEEN,
        "events/20210206.csv": HEADER + APPROVED,
    }
    together, singly = log.elsewhere("together"), log.elsewhere("singly")
    source = {"facts": r"(?P<file_date>\d+)\.csv", "known_from": {"file_date": "%Y%m%d"}}
    for each in (together, singly):
        each.sources = [{**s, **source} for s in log.sources]
    for name, content in files.items():
        together.put(name, content)
        singly.put(name, content)
        singly.ingest("2021-02-10")
    together.ingest("2021-02-10")
    assert known(together) == known(singly)
    assert known(together)[-1] == WHOLE


def test_an_event_of_an_unknown_request_is_rejected_until_it_is_raised(log: SmallMission) -> None:
    assert sent(log, HEADER + SEEN, "2021-02-04") == (1, 0, 1, 0, 0, 0)
    assert log.ask("SELECT code, column_name, raw FROM reject") == [("missing", "what", "seen")]
    assert sent(log, HEADER + RAISED + SEEN, "2021-02-06")[1] == 2
    assert known(log) == [("2021-02-01", "2021-02-03", None, "open")]


def test_a_bad_event_is_rejected_alone(log: SmallMission) -> None:
    content = HEADER + RAISED + "A,approved,31/06/2021\nA,lost,2021-02-04 08:00\nA,seen\n,,\nA,,2021-02-04 08:00\n"
    assert sent(log, content, "2021-02-10") == (5, 1, 4, 0, 0, 0)
    assert log.ask("SELECT source_row, code, column_name, raw FROM reject ORDER BY 1") == [
        (3, "bad_time", "when", "31/06/2021"),
        (4, "unknown_event", "what", "lost"),
        (5, "ragged_row", None, None),
        (7, "unknown_event", "what", None),
    ]
    assert log.ask("SELECT message FROM reject WHERE code = 'unknown_event' ORDER BY source_row") == [
        ("the event 'lost' is not in the mapping of the source",),
        ("a blank event is not in the mapping of the source",),
    ]
    assert known(log) == [("2021-02-01", None, None, "open")]


@pytest.mark.parametrize(
    ("rows", "column", "cell"),
    [
        # Without a time, what is reopened cannot be told from what is decided after it.
        ("A,reopened,\n", "when", None),
        ("A,reopened,soon\n", "when", "soon"),
        ("A,seen,\n", "when", None),
        ("A,approved,2021-01-05 10:00\n", "when", "2021-01-05 10:00"),
        ("B,seen,2021-02-03 09:00\n", "what", "seen"),
        ("A,raised,2021-02-01 08:00,much\n", "amount", "much"),
    ],
)
def test_what_is_refused_is_named_as_the_file_does(log: SmallMission, rows: str, column: str, cell: str | None) -> None:
    sent(log, HEADER + RAISED + APPROVED, "2021-02-06")
    head = "request,what,when,amount\n" if rows.count(",") == 3 else HEADER
    assert sent(log, head + rows, "2021-02-10")[2] == 1
    assert log.ask("SELECT column_name, raw FROM reject") == [(column, cell)]
    assert known(log)[-1] == ("2021-02-01", None, "2021-02-05", "approved")


@pytest.mark.parametrize(("others", "expected"), [("drop", (2, 1, 0, 0, 0, 1)), ("keep", (2, 2, 0, 0, 0, 0))])
def test_other_events_may_be_left_out_or_tell_nothing(
    log: SmallMission, others: str, expected: tuple[int, ...]
) -> None:
    log.sources = [{**LOG, "events": {**LOG["events"], "others": others}}]
    assert sent(log, HEADER + RAISED + "A,lost,2021-02-04 08:00\n", "2021-02-10") == expected


def test_a_decision_may_be_taken_back(log: SmallMission) -> None:
    reopened = "A,reopened,2021-02-08 08:00\n"
    sent(log, HEADER + RAISED + APPROVED + reopened, "2021-02-10")
    assert known(log) == [("2021-02-01", None, None, "open")]
    sent(log, HEADER + "A,refused,2021-02-12 08:00\n", "2021-02-13")
    assert known(log)[-1] == ("2021-02-01", None, "2021-02-12", "denied")


def test_names_of_events_may_ignore_case(log: SmallMission) -> None:
    log.sources = [{**LOG, "events": {**LOG["events"], "ignore_case": True}}]
    assert sent(log, HEADER + "A, Raised ,2021-02-01 08:00\n", "2021-02-10")[1] == 1


def test_a_backfilled_log_is_known_event_by_event(log: SmallMission, rows_of: Any) -> None:
    log.sources = [{**LOG, "known_from": "event"}]
    assert sent(log, HEADER + APPROVED + SEEN + RAISED, "2021-06-01") == (3, 3, 0, 0, 0, 0)
    assert [k[3] for k in known(log)] == ["open", "open", "approved"]
    seen: list[pl.DataFrame] = [rows_of(log.snapshot(day, day), "request") for day in ("2021-02-02", "2021-02-06")]
    assert [s["outcome"].to_list() for s in seen] == [["open"], ["approved"]]


def test_an_end_before_its_start_may_mean_zero(log: SmallMission) -> None:
    log.sources = [{**LOG, "end_before_start": "zero"}]
    assert sent(log, HEADER + RAISED + "A,approved,2021-01-30 10:00\n", "2021-02-10")[1:3] == (2, 0)
    assert known(log)[-1] == ("2021-02-01", None, "2021-02-01", "approved")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"columns": {**LOG["columns"], "outcome": "state"}}, "told both by events and by 'columns'"),
        (
            {"events": {**LOG["events"], "means": {"raised": "raised_on"}}},
            "unknown column of table 'request' 'raised_on'",
        ),
        ({"events": {**LOG["events"], "means": {"raised": "raised_at", "x": {"set": {"outcome": "yes"}}}}}, "'yes'"),
        ({"events": {**LOG["events"], "means": {"raised": {"at": ["raised_at", "priority"]}}}}, "no date or time"),
        ({"events": {**LOG["events"], "means": {"raised": "raised_at", "x": {}}}}, "tells nothing"),
        ({"columns": {"hq": {"value": "HQ"}}}, "required column 'request_id'"),
        ({"events": {**LOG["events"], "time": "when"}}, "without column or format"),
        ({"known_from": {"column": "raised_at"}}, "when it happens or arrives"),
    ],
)
def test_mistakes_in_the_mapping_are_found(more: dict[str, Any], said: str) -> None:
    if said == "without column or format":
        more = {"events": {**LOG["events"], "time": {"from": "when"}}}
    source = Source.model_validate({**LOG, **more})
    problems = [str(p) for p in source_problems([("sources/log.yaml", source)], {"headquarters": {"HQ"}})]
    assert any(said in p for p in problems), problems


def test_known_from_event_needs_events() -> None:
    source = Source.model_validate({**REQUESTS, "known_from": "event"})
    [problem] = source_problems([("sources/log.yaml", source)], {"headquarters": {"HQ"}})
    assert "no row has a time of its own" in str(problem)


def test_a_rebuild_from_the_archive_folds_the_same(log: SmallMission) -> None:
    log.put("requests/1.csv", "id,raised,decided,outcome,objective\nA,2021-02-01,,,LO-1\nB,2021-02-01,,,LO-2\n")
    log.put("events/2.csv", HEADER + SEEN + "C,raised,2021-02-02 08:00\n")
    log.ingest("2021-02-04")
    log.put("events/3.csv", HEADER + RAISED + APPROVED + "B,refused,2021-02-05 08:00\n")
    log.put("events/4.csv", HEADER + "B,reopened,2021-02-06 08:00\nC,lost,2021-02-06 08:00\n")
    log.ingest("2021-02-08")
    everything = "SELECT * FROM {} ORDER BY ALL"
    tables = ("core.request", "ledger", "reject")
    before = [log.ask(everything.format(t)) for t in tables]
    assert rebuild(log.settings, log.profile).changed == []
    assert [log.ask(everything.format(t)) for t in tables] == before
    assert known(log, "B")[-1] == ("2021-02-01", None, None, "open")


def test_event_of_a_request_that_nobody_raised_says_what_is_missing(log: SmallMission) -> None:
    assert sent(log, HEADER + APPROVED, "2021-02-10") == (1, 0, 1, 0, 0, 0)
    [(message, remedy)] = log.ask("SELECT message, remedy FROM reject")
    assert message == "no event has told yet: when it was raised"
    assert remedy.startswith("send the event once more, with or after what it is about")


def test_an_event_that_cannot_be_is_refused_and_takes_nothing_along(log: SmallMission) -> None:
    """A decision before the request was raised, whichever row stands first."""
    impossible = "A,approved,2021-01-05 10:00\n"
    orders = {"A": impossible + RAISED + SEEN, "B": RAISED + SEEN + impossible}
    for day, (request, rows) in enumerate(orders.items(), start=10):
        text = HEADER + rows.replace("A,", f"{request},")
        assert sent(log, text, f"2021-02-{day}") == (3, 2, 1, 0, 0, 0)
        assert known(log, request)[-1] == ("2021-02-01", "2021-02-03", None, "open")
    refused = log.ask("SELECT source_row, code FROM reject ORDER BY file_seq")
    assert refused == [(2, "decided_before_raised"), (4, "decided_before_raised")]
    # A decision that is told later counts as if the other had never come.
    sent(log, HEADER + APPROVED, "2021-02-20")
    assert known(log)[-1] == WHOLE
