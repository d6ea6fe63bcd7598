"""Rows that were refused, and rows that the mapping left out, beside those of the deliveries before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from reportmetrics.profile.intake import FORMS
from reportmetrics.steps import check_new
from reportmetrics.validation.earlier import comparisons
from reportmetrics.warehouse.store import Store
from tests.conftest import REQUESTS, SmallMission

HERE = {**REQUESTS, "only": [{"from": "country", "is": "IQ"}]}
"""The register, of which rows of another country do not count."""

GOOD, BAD, AWAY = "2021-01-02,IQ", "02.01.2021,IQ", "2021-01-02,IRQ"
"""What follows the id in a row that is accepted, refused, or left out."""


@pytest.fixture
def here(mission: SmallMission) -> SmallMission:
    mission.sources = [HERE]
    return mission


def register(mission: SmallMission, name: str, *rows: tuple[int, str]) -> None:
    """A file of new requests: so many of each kind."""
    kinds = [kind for count, kind in rows for _ in range(count)]
    write(mission, name, [f"{name}-{n},{kind},," for n, kind in enumerate(kinds)])


def write(mission: SmallMission, name: str, lines: Sequence[str]) -> None:
    mission.put(f"requests/{name}.csv", "\n".join(["id,raised,country,decided,outcome", *lines]) + "\n")


def taken(mission: SmallMission, week: int, *, passed: bool = True) -> None:
    mission.ingest(dt.datetime(2021, 1, 1) + dt.timedelta(weeks=week))
    if passed:
        with Store(mission.settings.warehouse) as store:
            store.mark_validated(store.position())


def told(mission: SmallMission) -> list[str]:
    with Store(mission.settings.warehouse) as store:
        found = comparisons(store, mission.profile)
    return found.filter(found["kind"].is_in(["refusals", "left_out"]), holds=False)["row_key"].to_list()


def test_a_file_that_is_refused_whole_and_one_that_is_left_out_whole_are_warned_of(here: SmallMission) -> None:
    for week in range(1, 5):
        register(here, f"w{week}", (40, GOOD))
        taken(here, week)
    register(here, "bad", (40, BAD))
    register(here, "away", (40, AWAY))
    taken(here, 5, passed=False)
    checked = check_new(here.settings, here.profile)
    found = {r.check: r for r in checked.results if not r.success}
    assert not checked.blocked
    assert found["refusals"].observed == "of log, 100% of 40 new rows of requests/bad.csv were refused, before 0%"
    assert "`reportmetrics rejects list`" in found["refusals"].message
    assert found["left_out"].failing_keys == [
        "request: of log, 100% of 40 rows of requests/away.csv were left out, before 0%",
        "request: of log, 50% of 80 rows of 2 files were left out, before 0%",
    ]
    assert "'only', 'drop'" in found["left_out"].message
    kept = "SELECT check_name FROM check_history WHERE NOT success AND severity = 'warning' AND table_name = 'request'"
    assert {name for (name,) in here.ask(kept)} >= {"refusals", "left_out"}


@pytest.mark.parametrize("kind", [BAD, AWAY])
def test_the_first_file_of_a_source_has_nothing_to_be_compared_with(here: SmallMission, kind: str) -> None:
    register(here, "w1", (200, kind))
    taken(here, 1, passed=False)
    assert told(here) == []


@pytest.mark.parametrize("kind", [BAD, AWAY])
@pytest.mark.parametrize(
    ("usual", "rows", "now", "warned"),
    [
        (0, 20, 6, False),
        (0, 20, 7, True),
        (20, 20, 17, True),
        (20, 20, 15, False),
        (30, 20, 20, False),
        (40, 40, 40, False),
        (40, 40, 0, False),
        (0, 10, 10, True),
        (2, 10, 10, True),
        (0, 9, 9, False),
        (0, 10, 9, False),
        (3, 10, 10, False),
    ],
)
def test_from_when_a_share_is_more_than_usual(
    here: SmallMission, kind: str, usual: int, rows: int, now: int, warned: bool
) -> None:
    """Beside three files of 40 rows: by more than 30 points, of 20 rows; or all of 10, where one of 20 was usual."""
    for week in range(1, 4):
        register(here, f"w{week}", (usual, kind), (40 - usual, GOOD))
        taken(here, week)
    register(here, "now", (now, kind), (rows - now, GOOD))
    taken(here, 4, passed=False)
    assert bool(told(here)) == warned


@pytest.mark.parametrize("kind", [BAD, AWAY])
@pytest.mark.parametrize(("times", "warned"), [(0, True), (1, True), (2, False)])
def test_what_single_files_were_like_before_is_no_news(here: SmallMission, kind: str, times: int, warned: bool) -> None:
    """One of ten senders has few rows, and none of them counts. Of one time, nobody knows yet whether it was meant."""
    for week in range(1, 4):
        register(here, f"w{week}-0", (11, kind if week <= times else GOOD))
        for sender in range(1, 10):
            register(here, f"w{week}-{sender}", (20, GOOD))
        taken(here, week)
    register(here, "now-0", (11, kind))
    for sender in range(1, 10):
        register(here, f"now-{sender}", (20, GOOD))
    taken(here, 4, passed=False)
    found = told(here)
    assert bool(found) == warned
    assert all("requests/now-0.csv" in said for said in found)


def test_all_files_that_are_refused_are_told_of_once(here: SmallMission) -> None:
    for week in range(1, 4):
        register(here, f"w{week}", (40, GOOD))
        taken(here, week)
    for name in ("a", "b", "c"):
        register(here, name, (20, BAD))
    taken(here, 4, passed=False)
    assert told(here) == ["request: of log, 100% of 60 new rows of 3 files were refused, before 0%"]


@pytest.mark.parametrize(("kind", "warned"), [(GOOD, False), (BAD, True)])
def test_of_a_register_that_lists_all_again_the_new_rows_are_looked_at(
    here: SmallMission, kind: str, warned: bool
) -> None:
    """Ten lines of it have no id and are refused each time: they are no news the second time."""
    lines = [f"R{n},{GOOD},," for n in range(300)]
    notes = [f",{GOOD},,note {n}" for n in range(10)]
    for week in range(1, 4):
        lines += [f"R{week}-{n},{GOOD},," for n in range(12)]
        write(here, f"w{week}", lines + notes)
        taken(here, week, passed=False)
        assert told(here) == []
        taken(here, week)
    write(here, "w4", [*lines, *notes, *(f"R4-{n},{kind},," for n in range(12))])
    taken(here, 4, passed=False)
    said = "request: of log, 100% of 12 new rows of requests/w4.csv were refused, before 3%"
    assert told(here) == [said] * warned


@pytest.mark.parametrize(("others", "kind"), [("drop", "were left out"), ("reject", "were refused")])
def test_an_event_of_a_log_that_is_named_otherwise_is_warned_of(mission: SmallMission, others: str, kind: str) -> None:
    means = {"raised": "raised_at", "decided": "decided_at"}
    events = {"event": "what", "time": {"from": "at", "format": "%Y-%m-%d"}, "means": means, "others": others}
    columns = {"request_id": "id", "hq": {"value": "HQ"}}
    mission.sources = [{**REQUESTS, "columns": columns, "events": events}]

    def send(name: str, decided: str, week: int, *, passed: bool = True) -> None:
        rows = [f"{name}-{n},{what},2021-01-02" for n in range(30) for what in ("raised", decided)]
        mission.put(f"requests/{name}.csv", "\n".join(["id,what,at", *rows]) + "\n")
        taken(mission, week, passed=passed)

    for week in range(1, 4):
        send(f"w{week}", "decided", week)
    send("now", "Decision", 4, passed=False)
    (said,) = told(mission)
    assert said.startswith("request: of log, 50% of 60 ")
    assert said.endswith(f"rows of requests/now.csv {kind}, before 0%")


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        ("log", {"refusals", "left_out"}),
        ("log.returned", set()),
        ("log.corrected", set()),
        (FORMS, {"refusals"}),
    ],
)
def test_what_comes_back_is_no_delivery_and_what_forms_leave_out_says_which_questions_they_ask(
    mission: SmallMission, source: str, kinds: set[str]
) -> None:
    """By lines of the ledger: three deliveries that were accepted, one refused, one left out."""
    mission.ingest(dt.datetime(2020, 1, 1))
    with Store(mission.settings.warehouse) as store:
        for seq, verdict in enumerate(["accepted"] * 3 + ["rejected", "filtered"], 1):
            counts = {name: 40 * (name == verdict) for name in ("accepted", "rejected", "filtered")}
            store.connection.execute(
                "INSERT INTO ledger BY NAME SELECT $seq AS file_seq, 'request' AS table_name, $source AS source, "
                "'x' AS source_file, 'x' AS original_name, $at AS known_from, $at AS arrived_at, 'stored' AS status, "
                "40 AS rows_read, $accepted AS accepted, $rejected AS rejected, 0 AS duplicate, 0 AS superseded, "
                "$filtered AS filtered",
                {"seq": seq, "source": source, "at": dt.datetime(2020, 1, seq), **counts},
            )
        store.connection.execute("UPDATE state SET position = 5")
        store.mark_validated(3)
        found = comparisons(store, mission.profile)
    assert set(found.filter(found["kind"].is_in(["refusals", "left_out"]), holds=False)["kind"]) == kinds
