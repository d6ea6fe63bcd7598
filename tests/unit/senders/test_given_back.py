"""What was given back to whom and when is recorded: it lasts, is forgotten with the rows, and is counted by unit."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.ingest.pseudonyms import pseudonym, pseudonym_key
from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.run import compute
from reportmetrics.senders.given_back import give_back
from reportmetrics.senders.rejected import rejected
from reportmetrics.senders.returned import Returned
from reportmetrics.settings import sql_folder
from reportmetrics.upkeep.forget import forget
from reportmetrics.upkeep.fsck import fsck
from reportmetrics.upkeep.plan import plan_file, plan_person
from reportmetrics.warehouse.aside import set_aside
from reportmetrics.warehouse.store import Store
from tests.conftest import SmallMission
from tests.unit.passing import mark_passed
from tests.unit.reporting import REPORTS, SENT, Reporting


@pytest.fixture
def mission(tmp_path: Path) -> SmallMission:
    return Reporting(tmp_path / "mission")


@pytest.fixture
def weekly(mission: SmallMission) -> SmallMission:
    """A mission whose one unit sent four reports, three of them refused."""
    mission.sources = [REPORTS]
    mission.put("weekly/U-1_a.csv", SENT)
    mission.ingest("2021-02-01")
    return mission


def back(mission: SmallMission, day: str, folder: Path | None = None, sender: str | None = None) -> list[Returned]:
    with Store(mission.settings.warehouse) as store:
        found = rejected(store, mission.profile, only_open=True, sender=sender)
    folder = folder or mission.folder / "out"
    return give_back(mission.settings, mission.profile, found, folder, day=dt.date.fromisoformat(day))


def recorded(mission: SmallMission) -> list[tuple[Any, ...]]:
    return mission.ask(
        "SELECT refused_row, sender, workbook, handed_on FROM core.hand_back ORDER BY handed_on, refused_row"
    )


def test_each_row_given_back_is_recorded_with_sender_workbook_and_day(weekly: SmallMission) -> None:
    (book,) = back(weekly, "2021-02-10")
    day = dt.date(2021, 2, 10)
    assert recorded(weekly) == [(n, "Unit U-1", book.path.name, day) for n in (3, 4, 5)]
    [(file, table, sheet)] = weekly.ask(
        "SELECT DISTINCT refused_file, refused_table, refused_sheet FROM core.hand_back"
    )
    assert weekly.ask("SELECT source_file FROM ledger WHERE source = 'weekly'") == [(file,)]
    assert (table, sheet) == ("report", None)
    line = weekly.ask("SELECT rows_read, accepted, rejected, duplicate FROM ledger WHERE source = 'hand-backs'")
    assert line == [(3, 3, 0, 0)]


def test_the_same_workbooks_written_again_on_a_day_are_one_record_and_on_another_day_two(weekly: SmallMission) -> None:
    for day in ("2021-02-10", "2021-02-10", "2021-02-17"):
        back(weekly, day)
    assert [row[3].day for row in recorded(weekly)] == [10, 10, 10, 17, 17, 17]
    assert weekly.ask("SELECT count(*) FROM ledger WHERE source = 'hand-backs'") == [(2,)]
    assert weekly.ingest("2021-02-18").deliveries == []


def test_two_senders_asked_for_one_after_the_other_on_a_day_have_a_workbook_each(weekly: SmallMission) -> None:
    weekly.put("weekly/U-2_a.csv", "report,who,day,sent,minutes\nR9,zoe,2021-01-31,never,60\n")
    weekly.ingest("2021-02-02")
    written = [book for unit in ("U-1", "U-2", "U-1") for book in back(weekly, "2021-02-10", sender=f"Unit {unit}")]
    first, second, again = (book.path for book in written)
    assert first != second
    assert first == again  # the same rows for the same sender: the same workbook
    for path, unit in ((first, "U-1"), (second, "U-2")):
        assert f"for Unit {unit} to mend" in str(openpyxl.load_workbook(path)["Read me"]["A2"].value)
    names = weekly.ask("SELECT sender, workbook FROM core.hand_back GROUP BY ALL ORDER BY ALL")
    assert names == [("Unit U-1", first.name), ("Unit U-2", second.name)]
    # Written to another folder, or while the record waits, a workbook takes no name that went out either.
    third = back(weekly, "2021-02-10", weekly.folder / "elsewhere")
    assert [b.path.name for b in third] == [first.name, second.name]
    weekly.put("weekly/U-2_b.csv", "report,who,day,sent,minutes\nR8,zoe,2021-01-31,never,60\n")
    weekly.ingest("2021-02-03")
    (more,) = back(weekly, "2021-02-10", weekly.folder / "elsewhere", sender="Unit U-2")
    assert more.path.name not in (first.name, second.name)


def test_a_workbook_that_stands_in_the_folder_is_not_overwritten(weekly: SmallMission) -> None:
    standing = weekly.folder / "out" / "returned_20210210_01_+weekly+.xlsx"
    standing.parent.mkdir(parents=True)
    standing.write_bytes(b"someone's")
    (book,) = back(weekly, "2021-02-10")
    assert book.path.name == "returned_20210210_02_+weekly+.xlsx"
    assert standing.read_bytes() == b"someone's"


def test_nothing_given_back_leaves_no_record(mission: SmallMission) -> None:
    mission.put("requests/a.csv", "id,raised,decided,outcome\nR1,2021-01-04,,\n")
    mission.ingest("2021-02-01")
    assert back(mission, "2021-02-10") == []
    assert not mission.settings.hand_backs.exists()
    assert mission.ask("SELECT count(*) FROM ledger WHERE source = 'hand-backs'") == [(0,)]


def test_a_rebuild_from_the_archive_knows_it_without_the_written_record(weekly: SmallMission) -> None:
    back(weekly, "2021-02-10")
    before = recorded(weekly)
    for path in weekly.settings.hand_backs.iterdir():
        path.unlink()
    assert rebuild(weekly.settings, weekly.profile).changed == []
    assert recorded(weekly) == before
    assert fsck(weekly.settings).findings == []


def test_a_record_of_a_batch_that_was_set_aside_is_taken_in_again(weekly: SmallMission) -> None:
    with Store(weekly.settings.warehouse) as store:
        mark_passed(store, 1)
    back(weekly, "2021-02-10")
    with Store(weekly.settings.warehouse) as store:
        set_aside(store, weekly.settings.archive, {}, now=dt.datetime(2021, 2, 11))
    assert recorded(weekly) == []
    assert [d.source for d in weekly.ingest("2021-02-12").deliveries] == ["hand-backs"]
    assert len(recorded(weekly)) == 3


def test_it_is_known_from_the_day_after(weekly: SmallMission) -> None:
    back(weekly, "2021-02-10")
    rows = {day: weekly.snapshot(day, f"s{day}").rows["hand_back"] for day in ("2021-02-10", "2021-02-11")}
    assert rows == {"2021-02-10": 0, "2021-02-11": 3}


def test_refused_rows_say_who_sent_them_as_far_as_row_or_file_tell(mission: SmallMission) -> None:
    key = pseudonym_key(mission.settings)
    activities = {
        "source": "log", "title": "Log", "sender": "desk", "files": "log/*.csv", "reader": "csv", "table": "activity",
        "columns": {"activity_id": "id", "report_id": "report", "objective_id": "objective", "kind": {"value": "m"},
                    "status": {"value": "planned"}, "reporter_id": "who"},
    }  # fmt: skip
    tours = {
        "source": "tours", "title": "Tours", "sender": "desk", "files": "tours/*.csv", "reader": "csv", "table": "tour",
        "columns": {"reporter_id": "who", "post_id": "post", "unit_id": "unit",
                    "started_on": {"from": "from", "format": "%Y-%m-%d"}},
    }  # fmt: skip
    mission.sources = [REPORTS, activities, tours]
    mission.put("weekly/U-1_a.csv", SENT)
    mission.put("weekly/U-1_b.csv", "")
    mission.put("log/a.csv", "id,report,objective,who\nA1,R1,LO-9,ann\nA2,,LO-9,\n")
    mission.put("tours/a.csv", "who,post,unit,from\nann,P,U-9,2021-01-01\nann,P,U-1,soon\n")
    mission.ingest("2021-02-01")
    ann, bob, cem = (pseudonym(key, name) for name in ("ann", "bob", "cem"))
    told = mission.ask(
        "SELECT DISTINCT original_name, source_row, report_id, unit_id, reporter_id FROM reject "
        "ORDER BY ALL NULLS FIRST"
    )
    assert told == [
        ("log/a.csv", 2, "R1", None, ann),
        ("log/a.csv", 3, None, None, None),
        ("tours/a.csv", 2, None, None, ann),
        ("tours/a.csv", 3, None, "U-1", ann),
        ("weekly/U-1_a.csv", 3, "R2", "U-1", bob),
        ("weekly/U-1_a.csv", 4, "R3", "U-1", cem),
        ("weekly/U-1_a.csv", 5, "R4", "U-1", ann),
        ("weekly/U-1_b.csv", None, None, "U-1", None),
    ]


def test_forgetting_the_file_forgets_that_its_rows_were_given_back(weekly: SmallMission) -> None:
    back(weekly, "2021-02-10")
    plan = plan_file(weekly.settings, "weekly/U-1_a.csv")
    assert plan.row_count == 3
    forget(weekly.settings, weekly.profile, plan, reason="asked")
    assert recorded(weekly) == []
    assert list(weekly.settings.hand_backs.glob("*.csv")) == []
    assert weekly.ingest("2021-03-01").deliveries == []  # neither file nor record is taken in again
    assert rebuild(weekly.settings, weekly.profile).changed == []
    assert recorded(weekly) == []


def test_forgetting_a_person_leaves_what_was_given_back_to_others(weekly: SmallMission) -> None:
    (book,) = back(weekly, "2021-02-10")
    forget(weekly.settings, weekly.profile, plan_person(weekly.settings, weekly.profile, "ann"), reason="asked")
    assert [row[0] for row in recorded(weekly)] == [3, 4]
    assert weekly.ask("SELECT source_row FROM reject ORDER BY 1") == [(3,), (4,)]
    assert fsck(weekly.settings).findings == []
    # The file has another hash now; what was given back, and what comes back, still finds its row.
    assert figures(weekly, "2021-03-01")["given back"] == 2
    opened = openpyxl.load_workbook(book.path)
    opened["weekly"].cell(2, [c.value for c in opened["weekly"][1]].index("sent") + 1).value = "2021-02-01"
    opened.save(weekly.folder / "mended.xlsx")
    weekly.put(f"returned/{book.path.name}", (weekly.folder / "mended.xlsx").read_bytes())
    weekly.ingest("2021-03-01")
    assert figures(weekly, "2021-03-02", "late")["mended"] == 1


@pytest.mark.parametrize("forgotten", ["weekly/U-1_a.csv", "ann"])
def test_workbooks_for_senders_go_with_what_they_hold(weekly: SmallMission, forgotten: str) -> None:
    weekly.put("weekly/U-2_a.csv", "report,who,day,sent,minutes\nR9,zoe,2021-01-31,never,60\n")
    weekly.put("weekly/U-3_a & b.csv", b"\xff")
    weekly.ingest("2021-02-02")
    returns = weekly.settings.returns
    written = {b.sender: b.path for b in back(weekly, "2021-02-10", returns)}
    assert sorted(written) == ["Unit U-1", "Unit U-2", "Unit U-3"]
    (returns / "torn.xlsx").write_bytes(b"PK")
    plan = (
        plan_file(weekly.settings, forgotten)
        if "/" in forgotten
        else plan_person(weekly.settings, weekly.profile, forgotten)
    )
    assert plan.workbooks == [written["Unit U-1"]]
    forget(weekly.settings, weekly.profile, plan, reason="asked")
    assert {p.name for p in returns.iterdir()} == {"torn.xlsx", written["Unit U-2"].name, written["Unit U-3"].name}
    # A file of which nothing could be read is told of by its name.
    assert plan_file(weekly.settings, "weekly/U-3_a & b.csv").workbooks == [written["Unit U-3"]]


def figures(mission: SmallMission, as_of: str, target: str = "snapshot") -> dict[str, float]:
    """Steps of the refused rows of all units at ``as_of``."""
    snapshot = mission.snapshot(as_of, target)
    with DuckDBEngine(snapshot.folder) as engine:
        results = compute(load_catalogue(sql_folder(), only="burden.return_rows"), engine, as_of=snapshot.as_of)
    rows = results.figures.select("dims", "value").rows()
    steps = ("refused", "given back", "refused again", "mended", "open")
    return {s: value for s in steps for dims, value in rows if dims == f'{{"step":"{s}"}}'}


def test_from_the_refused_row_to_the_figures_week_by_week(weekly: SmallMission) -> None:
    """Given back on the 10th, one row mended and one refused again on the 20th, the third never answered."""
    (book,) = back(weekly, "2021-02-10")
    opened = openpyxl.load_workbook(book.path)
    sheet = opened["weekly"]
    at = {c.value: i for i, c in enumerate(sheet[1], start=1)}
    sheet.cell(2, at["sent"]).value = "2021-02-01"
    sheet.cell(3, at["minutes"]).value = "a lot"
    sheet.delete_rows(4)
    opened.save(weekly.folder / "mended.xlsx")
    weekly.put(f"returned/{book.path.name}", (weekly.folder / "mended.xlsx").read_bytes())
    weekly.ingest("2021-02-20")
    found = {day: figures(weekly, day, day) for day in ("2021-02-10", "2021-02-11", "2021-03-01")}
    assert [list(f.values()) for f in found.values()] == [[3, 0, 0, 0, 3], [3, 3, 0, 0, 3], [3, 3, 1, 1, 1]]
