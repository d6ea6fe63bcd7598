"""What follows from other tables, and what is true of a date only, is no correction of what was published."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from reportmetrics.audit.corrected import corrected_snapshot
from tests.conftest import REQUESTS, SmallMission
from tests.unit.reporting import REPORTS, Reporting

COPIED = "the minister promised six schools before the summer"
OTHER = "nothing of note has been said about any of it so far"


def sent(mission: SmallMission, arrived: str, report: str, day: str, text: str) -> None:
    row = f"{report},ann,{day},{day},60,{text}"
    mission.put(f"weekly/U-1_{arrived}.csv", f"report,who,day,sent,minutes,text\n{row}\n")
    mission.ingest(arrived)


def new_words(snapshot: Path) -> dict[str, int | None]:
    rows = pl.read_parquet(snapshot / "text_novelty" / "*.parquet")
    return dict(rows.select("report_id", "new_words").sort("report_id").rows())


def test_a_late_report_makes_another_one_less_new_and_corrects_nothing(tmp_path: Path) -> None:
    mission = Reporting(tmp_path / "mission", [REPORTS])
    sent(mission, "2021-02-01", "R1", "2021-01-04", OTHER)
    sent(mission, "2021-02-02", "R3", "2021-01-18", COPIED)
    before = mission.snapshot("2021-02-03", "before").folder
    sent(mission, "2021-02-04", "R2", "2021-01-11", COPIED)
    late = mission.snapshot("2021-02-05", "late").folder
    assert (new_words(before), new_words(late)) == ({"R1": None, "R3": 8}, {"R1": None, "R2": 8, "R3": 0})
    assert corrected_snapshot(before, late, tmp_path / "a") == {}


def test_novelty_is_made_anew_of_corrected_reports_without_the_news(tmp_path: Path) -> None:
    mission = Reporting(tmp_path / "mission", [REPORTS])
    sent(mission, "2021-02-01", "R1", "2021-01-04", OTHER)
    sent(mission, "2021-02-02", "R3", "2021-01-18", COPIED)
    before = mission.snapshot("2021-02-03", "before").folder
    sent(mission, "2021-02-04", "R2", "2021-01-11", COPIED)
    sent(mission, "2021-02-05", "R1", "2021-01-04", "the minister promised nothing at all")
    after = mission.snapshot("2021-02-06", "after").folder
    assert corrected_snapshot(before, after, tmp_path / "b") == {"report": 1}
    assert new_words(after) == {"R1": None, "R2": 5, "R3": 0}
    assert new_words(tmp_path / "b") == {"R1": None, "R3": 5}


def test_a_request_that_is_listed_again_was_missing_all_the_same(mission: SmallMission, tmp_path: Path) -> None:
    mission.sources = [{**REQUESTS, "complete": "open"}]
    folders = []
    for day, rows in {"01": "R1\nR2\n", "08": "R1\n", "15": "R2\nR1\n"}.items():
        listed = "".join(f"{r},2021-01-04,,\n" for r in rows.split())
        mission.put(f"requests/2021-02-{day}.csv", "id,raised,decided,outcome\n" + listed)
        mission.ingest(f"2021-02-{day}")
        folders.append(mission.snapshot(f"2021-02-{int(day) + 1:02}", day).folder)
    _, missing, back = folders
    assert pl.read_parquet(missing / "vanished_request" / "*.parquet").height == 1
    assert pl.read_parquet(back / "vanished_request" / "*.parquet").height == 0
    assert corrected_snapshot(missing, back, tmp_path / "c") == {}
