"""What was known at a date: visibility, events and plans, replays, identical bytes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from reportmetrics.warehouse.shape import PROVENANCE
from reportmetrics.warehouse.snapshot import Snapshot, as_of_instant, make_snapshot
from reportmetrics.warehouse.staged import stage_unvalidated
from reportmetrics.warehouse.store import Store
from reportmetrics.warehouse.tables import SOURCE_TABLES, TABLES
from tests.conftest import REQUESTS, SmallMission

HEADER = "id,raised,decided,outcome\n"
Rows = Callable[[Snapshot, str], pl.DataFrame]


def test_as_of_is_midnight_of_the_mission() -> None:
    assert as_of_instant(dt.date(2022, 1, 31), "Asia/Baghdad") == dt.datetime(2022, 1, 30, 21)
    assert as_of_instant(dt.date(2021, 7, 1), "Europe/Rome") == dt.datetime(2021, 6, 30, 22)


def test_events_at_or_after_as_of_are_not_known_yet(mission: SmallMission, rows_of: Rows) -> None:
    mission.sources = [
        {**REQUESTS, "known_from": {"column": "raised_at"}},
    ]
    mission.put("requests/a.csv", HEADER + "A,2021-02-01,2021-03-10,OK\nB,2021-02-02,2021-02-20,NO\nC,2021-03-02,,\n")
    mission.ingest()
    found = rows_of(mission.snapshot("2021-03-01"), "request").sort("request_id")
    assert found.select("request_id", "decided_at", "outcome").rows() == [
        ("A", None, "open"),
        ("B", dt.datetime(2021, 2, 20), "denied"),
    ]


def test_midnight_itself_is_after(mission: SmallMission, rows_of: Rows) -> None:
    mission.sources = [
        {**REQUESTS, "columns": {**REQUESTS["columns"], "raised_at": {"from": "raised", "format": "%Y-%m-%d"}}}
    ]
    mission.put("requests/a.csv", HEADER + "A,2021-02-01,,\n")
    mission.ingest("2021-01-01")
    assert rows_of(mission.snapshot("2021-02-01"), "request").is_empty()
    assert rows_of(mission.snapshot("2021-02-02"), "request").height == 1


def test_plans_may_lie_ahead_and_cancelled_stays_cancelled(mission: SmallMission, rows_of: Rows) -> None:
    mission.sources = [
        {
            "source": "acts", "title": "t", "sender": "s", "files": "acts/*.csv", "reader": "csv", "table": "activity",
            "columns": {
                "activity_id": "id", "objective_id": {"value": "LO-1"}, "kind": {"value": "meeting"},
                "status": "status",
                "planned_on": {"from": "planned", "format": "%Y-%m-%d"},
                "occurred_on": {"from": "held", "format": "%Y-%m-%d"},
            },
        }
    ]  # fmt: skip
    mission.put(
        "acts/a.csv",
        "id,status,planned,held\nA,held,2021-02-01,2021-02-01\nB,held,2021-02-20,2021-02-20\nC,cancelled,2021-02-21,\n",
    )
    mission.ingest("2021-01-01")
    found = rows_of(mission.snapshot("2021-02-10"), "activity").sort("activity_id")
    assert found.select("status", "planned_on", "occurred_on").rows() == [
        ("held", dt.date(2021, 2, 1), dt.date(2021, 2, 1)),
        ("planned", dt.date(2021, 2, 20), None),
        ("cancelled", dt.date(2021, 2, 21), None),
    ]


def test_past_snapshots_come_out_again(mission: SmallMission, rows_of: Rows) -> None:
    """A register sent weekly; each week's snapshot, made again at the end, is the same to the byte."""
    at_the_time: dict[str, Snapshot] = {}
    for week in range(1, 6):
        day = dt.date(2021, 3, 1) + dt.timedelta(weeks=week)
        lines = [
            f"R{n},2021-03-0{n},{f'2021-03-1{n}' if n < week else ''},{'OK' if n < week else ''}\n" for n in range(1, 6)
        ]
        mission.put(f"requests/{day}.csv", HEADER + "".join(lines))
        mission.ingest(dt.datetime.combine(day, dt.time(8)))
        at_the_time[str(day)] = mission.snapshot(str(day), f"then-{day}")
    for day, then in at_the_time.items():
        now = mission.snapshot(day, f"again-{day}", position=then.position)
        assert now.rows == then.rows
        assert_same_bytes(then.folder, now.folder)


def assert_same_bytes(one: Path, other: Path) -> None:
    names = sorted(p.relative_to(one) for p in one.rglob("*.parquet"))
    assert names == sorted(p.relative_to(other) for p in other.rglob("*.parquet"))
    for name in names:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def test_later_deliveries_do_not_enter_an_earlier_position(mission: SmallMission, rows_of: Rows) -> None:
    mission.put("requests/a.csv", HEADER + "A,2021-02-01,,\n")
    position = mission.ingest("2021-02-02").position
    mission.put("requests/b.csv", HEADER + "A,2021-02-01,2021-02-03,OK\n")
    mission.ingest("2021-02-04")
    assert rows_of(mission.snapshot("2021-03-01", position=position), "request")["outcome"].to_list() == [None]
    assert rows_of(mission.snapshot("2021-03-01"), "request")["outcome"].to_list() == ["approved"]


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_bytes_do_not_depend_on_threads(mission: SmallMission, threads: int) -> None:
    lines = [f"R{n:05},2021-{n % 12 + 1:02}-01,,\n" for n in range(3_000)]
    mission.put("requests/a.csv", HEADER + "".join(lines))
    mission.ingest("2021-01-01")
    first = mission.snapshot("2022-01-01", "first")
    with Store(mission.settings.warehouse, threads=threads) as store:
        again = make_snapshot(store, mission.profile, as_of=first.as_of, target=mission.folder / "again")
    assert_same_bytes(first.folder, again.folder)


def test_layout_columns_and_description(mission: SmallMission) -> None:
    mission.put("requests/a.csv", HEADER + "A,2021-02-01,,\nB,2021-03-02,,\n")
    mission.ingest("2021-01-01")
    made = mission.snapshot("2021-04-01")
    assert sorted(p.name for p in (made.folder / "request").iterdir()) == ["2021-02.parquet", "2021-03.parquet"]
    assert Snapshot.open(made.folder) == made
    for table in SOURCE_TABLES:
        [*paths] = (made.folder / table.name).iterdir()
        assert pl.read_parquet(paths).columns == [c.name for c in (*PROVENANCE, *table.columns)]
        if made.rows[table.name] == 0:
            assert [p.name for p in paths] == ["all.parquet"]
    for name in TABLES:
        assert (made.folder / name).is_dir(), name
    as_of = pl.read_parquet(made.folder / "as_of" / "all.parquet")
    assert as_of.rows() == [(dt.date(2021, 4, 1), dt.datetime(2021, 3, 31, 21), "Asia/Baghdad")]
    assert all(p.stat().st_mode & 0o222 == 0 for p in made.folder.rglob("*.parquet"))


def test_unchanged_months_are_linked(mission: SmallMission) -> None:
    mission.put("requests/a.csv", HEADER + "A,2021-02-01,,\n")
    mission.ingest("2021-02-02")
    before = mission.snapshot("2021-03-01", "before")
    mission.put("requests/b.csv", HEADER + "B,2021-03-02,,\n")
    mission.ingest("2021-03-03")
    after = mission.snapshot("2021-04-01", "after", previous=lambda: before.folder)
    february = "request/2021-02.parquet"
    assert (after.folder / february).samefile(before.folder / february)
    assert (after.folder / "request/2021-03.parquet").exists()


def test_staged_rows_are_those_not_validated_yet(mission: SmallMission, tmp_path: Path) -> None:
    def staged() -> list[Any]:
        with Store(mission.settings.warehouse) as store:
            paths = stage_unvalidated(store, tmp_path / "staged")
            assert set(paths) == {t.name for t in SOURCE_TABLES}
            return pl.read_parquet(paths["request"])["request_id"].to_list()

    mission.put("requests/a.csv", HEADER + "A,2021-02-01,,\n")
    position = mission.ingest().position
    assert staged() == ["A"]
    with Store(mission.settings.warehouse) as store:
        store.mark_validated(position + 100)
        assert store.validated_position() == position
    assert staged() == []
    mission.put("requests/b.csv", HEADER + "B,2021-02-01,,\n")
    mission.ingest()
    assert staged() == ["B"]


def test_ledger_and_refusals_are_those_of_the_date(mission: SmallMission, rows_of: Rows) -> None:
    """A file that came later was not known, refused or mended yet; one of which some rows were known was."""
    mission.put("requests/a.csv", HEADER + "A,2021-02-01,,\nB,soon,,\n")
    mission.ingest("2021-02-10")
    mission.put("requests/b.csv", HEADER + "B,2021-02-02,,\nC,later,,\n")
    mission.ingest("2021-02-20")

    def ledger(as_of: str) -> list[str]:
        made = mission.snapshot(as_of, f"{as_of} names")
        return pl.read_parquet(made.folder / "ledger" / "all.parquet")["original_name"].to_list()

    assert ledger("2021-02-10") == []
    assert ledger("2021-02-15") == ["requests/a.csv"]
    assert ledger("2021-02-21") == ["requests/a.csv", "requests/b.csv"]
    for as_of, refused, answered in (("2021-02-15", 1, 0), ("2021-02-21", 2, 1)):
        made = mission.snapshot(as_of, f"{as_of} counts")
        assert (made.rows["reject"], made.rows["reject_answer"]) == (refused, answered)
    mission.sources = [{**REQUESTS, "known_from": {"column": "raised_at"}}]
    mission.put("requests/c.csv", HEADER + "D,2021-01-05,,\nE,2021-03-05,,\n")
    mission.ingest("2021-03-10")
    assert ledger("2021-01-10") == ["requests/c.csv"]
