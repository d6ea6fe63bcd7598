"""Truth 8 objective by objective: a generated mission of 160 weeks, through the metric's own SQL and estimator."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.results import Results
from reportmetrics.metrics.run import compute
from reportmetrics.profile.frames import profile_frames
from reportmetrics.profile.load import load_profile
from reportmetrics.sample import truths
from reportmetrics.sample.activities import make_activities, weekly_held
from reportmetrics.sample.people import People
from reportmetrics.sample.plan import Plan
from reportmetrics.sample.readings import make_readings
from reportmetrics.sample.scale import scaled_profile
from reportmetrics.settings import sql_folder
from tests.sql.tiny_snapshot import build

PROFILE = Path(__file__).resolve().parents[2] / "data" / "profiles" / "nmi"
METRIC = "separation.association"
WEEKS = 160


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> Results:
    plan = Plan(scaled_profile(load_profile(PROFILE), weeks=WEEKS, personnel=500), WEEKS, 1, truths.SEED)
    held = make_activities(plan, People(plan))
    frames = profile_frames(plan.profile, through=truths.AS_OF)
    given = {
        "activity": [
            {"activity_id": a.activity_id, "objective_id": a.objective_id, "kind": a.kind, "status": "held"}
            | {"occurred_on": a.held}
            for a in held
            if a.held
        ],
        "observation": [
            {"indicator_id": r.indicator_id, "objective_id": r.objective_id, "level": r.level}
            | {"observed_on": r.day, "value": r.value}
            for r in make_readings(plan, weekly_held(plan, held))
        ],
        "expected_report": [{"template_id": "weekly", "unit_id": "u", "period_start": plan.first_monday}],
        "calendar_day": [{"place": "baghdad", "day": day} for day in plan.mondays],
    }
    given |= {name: frames[name].drop("row_key").to_dicts() for name in ("objective", "indicator")}
    folder = build(tmp_path_factory.mktemp("long") / "snapshot", given, as_of=truths.AS_OF)
    with DuckDBEngine(folder) as engine:
        return compute(load_catalogue(sql_folder()), engine, as_of=truths.AS_OF, select=[METRIC])


def of_objectives(results: Results, statistic: str) -> dict[str, dict[str, object]]:
    rows = results.figures.filter(statistic=statistic, label="").iter_rows(named=True)
    return {row["dims"].split('"')[3]: row for row in rows}


def test_each_driven_objective_is_found_and_no_other(results: Results) -> None:
    found = {name: row["value"] for name, row in of_objectives(results, "q_value").items() if row["value"] is not None}
    assert {name for name, q in found.items() if q < 0.05} == set(truths.DRIVEN)
    assert len(found) == 10, "of 14, one was never read, one never moves, in two activity never varies"


def test_what_cannot_be_tested_says_why(results: Results) -> None:
    rows = of_objectives(results, "p_value")
    for name in (truths.UNREAD, truths.BUSY_STALLED):
        assert (rows[name]["value"], rows[name]["reason"]) == (None, "too few readings, or no variation")
