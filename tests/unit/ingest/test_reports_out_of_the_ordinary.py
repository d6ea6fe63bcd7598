"""Reports as they come: minutes at and beyond their bounds, narratives of any script and length."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.settings import sql_folder
from reportmetrics.validation.rules import load_rules
from reportmetrics.validation.run import cross_checks
from tests.conftest import MISSION
from tests.unit.reporting import REPORTS, Reporting

HEADER = "report,who,day,sent,minutes,text\n"


@pytest.fixture
def mission(tmp_path: Path) -> Reporting:
    return Reporting(tmp_path / "mission", [REPORTS])


def test_minutes_beyond_their_bounds_are_refused_with_row_column_and_remedy(mission: Reporting) -> None:
    minutes = ("0", "10000", "10001", "-1", "", "90.5")
    rows = "".join(f"R{n},ann,2021-01-31,2021-02-01,{m},\n" for n, m in enumerate(minutes))
    mission.put("weekly/U-1_a.csv", HEADER + rows)
    (delivery,) = mission.ingest("2021-02-02").deliveries
    assert (delivery.accepted, delivery.rejected) == (3, 3)
    assert mission.ask("SELECT report_id, prep_minutes FROM core.report ORDER BY 1") == [
        ("R0", 0),
        ("R1", 10_000),
        ("R4", None),
    ]
    assert mission.ask("SELECT original_name, source_row, column_name, code, raw FROM reject ORDER BY source_row") == [
        ("weekly/U-1_a.csv", 4, "minutes", "out_of_range", "10001"),
        ("weekly/U-1_a.csv", 5, "minutes", "out_of_range", "-1"),
        ("weekly/U-1_a.csv", 7, "minutes", "bad_integer", "90.5"),
    ]
    assert mission.ask("SELECT message, remedy FROM reject WHERE source_row = 4") == [
        ("10001 is out of range: at most 10000", "correct the number")
    ]


def test_narratives_are_kept_as_they_are_in_any_script_and_length(mission: Reporting) -> None:
    texts = {"R1": "التقى المستشار بالمدير العام ٣ مرات", "R2": "", "R3": "word " * 209_715 + "end", "R4": "…"}
    rows = "".join(f"{name},ann,2021-01-31,2021-02-01,1,{text}\n" for name, text in texts.items())
    mission.put("weekly/U-1_a.csv", HEADER + rows)
    (delivery,) = mission.ingest("2021-02-02").deliveries
    assert delivery.accepted == 4
    assert len(texts["R3"].encode()) > 1_000_000
    kept = dict(mission.ask("SELECT report_id, coalesce(narrative, '') FROM core.report"))
    assert kept == texts
    assert mission.snapshot("2021-03-01").rows["text_novelty"] == 2  # what holds no word is no narrative


def test_report_of_a_closed_unit_is_taken_in_and_named(mission: Reporting, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report may be right and the profile wrong: so it counts, and a check says which one, and until when."""
    monkeypatch.setitem(MISSION, "units", [MISSION["units"][0] | {"closed": "2021-02-14"}])
    days = {"R1": "2021-02-14", "R2": "2021-02-15", "R3": "2020-12-31"}
    mission.put("weekly/U-1_a.csv", HEADER + "".join(f"{r},ann,{day},2021-02-20,1,\n" for r, day in days.items()))
    mission.put("weekly/U-9_a.csv", HEADER + "R4,ann,2021-02-01,2021-02-20,1,\n")
    mission.ingest("2021-02-21")
    assert mission.ask("SELECT original_name, column_name, code FROM reject") == [
        ("weekly/U-9_a.csv", "(name of the file: unit)", "unknown_id")
    ]
    with DuckDBEngine(mission.snapshot("2021-03-01").folder) as engine:
        [found] = [r for r in cross_checks(engine, load_rules(sql_folder())) if r.check == "report_outside_unit_dates"]
    assert (found.severity, found.failing_count) == ("warning", 2)
    for report, day in (("R2", "2021-02-15"), ("R3", "2020-12-31")):
        said = f"report {report} of U-1 for {day} to {day}; the unit was open from 2021-01-04 to 2021-02-14"
        assert said in found.observed
