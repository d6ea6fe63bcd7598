"""Reporting at another size and under other plans, against figures reckoned by hand and a published burden estimate."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reportmetrics.cli import app
from reportmetrics.profile.load import Profile, load_profile
from reportmetrics.profile.mission import Tariff
from reportmetrics.profile.templates import Template
from reportmetrics.simulate import YEAR_DAYS, Load, Plan, SimulationError, simulate, tours

NMI = Path(__file__).resolve().parents[2] / "data" / "profiles" / "nmi"
DAY = dt.date(2022, 1, 31)


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile(NMI)


def form(name: str, *, every: str = "month", per: str = "mission", minutes: float = 60, **more: object) -> Template:
    fields = more.pop("fields", [])
    return Template.model_validate(
        {
            "template_id": name,
            "name": name,
            "every": every,
            "per": per,
            "recipient": "HQ",
            "minutes": {"low": minutes / 2, "central": minutes, "high": minutes * 2},
            "due": {"days_after": 1},
            "fields": fields,
            **more,
        }
    )


def asked(concept: str, minutes: float) -> dict[str, object]:
    return {
        "field_id": concept,
        "concept_id": concept,
        "label": concept,
        "level": "process",
        "kind": "state",
        "minutes": minutes,
    }


def of(profile: Profile, *forms: Template, **plan: object) -> Load:
    return simulate(dataclasses.replace(profile, templates=list(forms)), Plan(**plan), as_of=DAY)  # type: ignore[arg-type]


def test_responses_times_hours_of_a_published_burden_estimate(profile: Profile) -> None:
    # A collection of the US government with 2,400 responses a year and 353 burden hours: 8.825 minutes a response.
    monthly = form("A", minutes=353 * 60 / 2400, per="unit", units=["U-01"])
    load = of(profile, monthly)
    assert load.responses == 12
    assert load.hours.central * 200 == pytest.approx(353)


def test_forms_grow_with_what_they_are_per(profile: Profile) -> None:
    forms = [form("M"), form("U", per="unit"), form("A", per="advisor", units=["U-01", "U-02"])]
    now, then = of(profile, *forms), of(profile, *forms, personnel=4000)
    assert [f.responses for f in now.forms] == [12, 12 * 11, 12 * 2]
    assert [f.responses for f in then.forms] == [12, 8 * 12 * 11, 8 * 12 * 2]
    assert (then.advisors, then.units, then.request_factor) == (512, 88, 8)


def test_every_second_report_halves_and_a_dropped_one_is_gone(profile: Profile) -> None:
    forms = [form("A", normal_course=0.25), form("B")]
    load = of(profile, *forms, every={"A": 2}, drop=["B"])
    assert [f.template_id for f in load.forms] == ["A"]
    assert (load.hours.low, load.hours.central, load.hours.high) == (3, 6, 12)
    assert load.hours_net.central == 4.5


def test_a_merged_form_asks_once_what_both_ask(profile: Profile) -> None:
    a = form("A", minutes=60, fields=[asked("x", 10), asked("y", 20)])
    b = form("B", every="quarter", minutes=30, fields=[asked("x", 10)])
    load = of(profile, a, b, merge=[("A", "B")])
    (merged,) = load.forms
    assert merged.template_id == "B"
    assert merged.hours.central == pytest.approx(4 * (30 + 60 - 10) / 60)
    assert merged.hours.low == pytest.approx(4 * (15 + 30 - 10) / 60)


def test_cost_runs_from_the_lowest_to_the_highest_tariff(profile: Profile) -> None:
    mission = profile.mission.model_copy(
        update={"tariffs": [Tariff(grade="A", per_hour=10), Tariff(grade="B", per_hour=30)]}
    )
    load = of(dataclasses.replace(profile, mission=mission), form("M"))
    assert load.cost is not None
    assert (load.cost.low, load.cost.central, load.cost.high) == (6 * 10, 12 * 20, 24 * 30)
    without = dataclasses.replace(profile, mission=mission.model_copy(update={"tariffs": []}))
    assert of(without, form("M")).cost is None


def test_hours_add_up_over_forms_and_the_plan_of_today_changes_nothing(profile: Profile) -> None:
    load = simulate(profile, Plan(), as_of=DAY)
    assert simulate(profile, Plan(personnel=500, every={"WAR": 1}), as_of=DAY) == load
    assert load.hours.central == pytest.approx(sum(f.hours.central for f in load.forms))
    alone = [simulate(profile, Plan(drop=[t.template_id]), as_of=DAY).hours.central for t in profile.templates]
    assert sum(load.hours.central - left for left in alone) == pytest.approx(load.hours.central)


def test_forms_and_units_of_the_day(profile: Profile) -> None:
    before = simulate(profile, Plan(), as_of=dt.date(2021, 1, 10))
    assert "BOR" not in {f.template_id for f in before.forms}
    assert before.units == 10


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (Plan(drop=["XX"]), "no form XX"),
        (Plan(every={"WAR": 0}), "more often"),
        (Plan(drop=["WAR", "WAR"]), "twice"),
        (Plan(merge=[("WAR", "BOR"), ("BOR", "MAS")]), "BOR cannot take in"),
        (Plan(merge=[("WAR", "WAR")]), "WAR cannot take in"),
        (Plan(personnel=0), "at least one"),
    ],
)
def test_plans_that_cannot_be(profile: Profile, plan: Plan, message: str) -> None:
    with pytest.raises(SimulationError, match=message):
        simulate(profile, plan, as_of=DAY)


def test_longer_tours_have_fewer_handovers_and_empty_days() -> None:
    half, whole = tours(64, tour_days=182, gap_days=21), tours(64, tour_days=365, gap_days=21)
    assert half.handovers == pytest.approx(64 * YEAR_DAYS / 203)
    assert half.empty_days == pytest.approx(21 * half.handovers)
    assert whole.empty_days / half.empty_days == pytest.approx(203 / 386)
    with pytest.raises(SimulationError):
        tours(64, tour_days=0, gap_days=21)


def test_the_command_shows_today_beside_the_plan() -> None:
    arguments = ["simulate", "--profile", str(NMI), "--as-of", "2022-01-31", "--personnel", "4000", "--drop", "LAR"]
    result = CliRunner().invoke(app, [*arguments, "--tour-days", "365"])
    assert result.exit_code == 0, result.output
    rows = {line[:38].strip(): line[38:].split() for line in result.output.splitlines()}
    assert rows["personnel"] == ["500", "4,000"]
    assert rows["requests to headquarters"] == ["x", "1.0", "x", "8.0"]
    assert rows["days of a tour"] == ["182", "365"]
    assert [cells[-1] for name, cells in rows.items() if name.startswith("LAR")] == ["gone"]


@pytest.mark.parametrize("wrong", [["--every", "WAR"], ["--merge", "WAR"], ["--drop", "XX"]])
def test_the_command_refuses_what_is_not_written_right(wrong: list[str]) -> None:
    result = CliRunner().invoke(app, ["simulate", "--profile", str(NMI), "--as-of", "2022-01-31", *wrong])
    assert result.exit_code == 2
