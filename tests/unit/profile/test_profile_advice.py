"""Advice about a profile: what is worth a second look, and what is not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from reportmetrics.profile.advice import counts_own_activity, indicator_advice, source_advice
from reportmetrics.profile.load import load_profile
from reportmetrics.profile.objectives import Indicator, Objective
from reportmetrics.profile.sources import Source
from reportmetrics.profile.templates import Template
from tests.conftest import REQUESTS

NMI = Path(__file__).parents[3] / "data" / "profiles" / "nmi"
GOOD: dict[str, Any] = {
    "indicator_id": "a",
    "objective_id": "LO-1",
    "name": "Units with a trained medic",
    "level": "outcome",
    "unit": "percent",
    "direction": "rise",
    "baseline": 1,
    "target": 2,
    "target_on": dt.date(2023, 1, 1),
}
OBJECTIVE = Objective(objective_id="LO-1", name="n", aim="a", owner="o")


def advice(*indicators: dict[str, Any], objective: Objective = OBJECTIVE) -> list[str]:
    given = [Indicator(**(GOOD | i)) for i in indicators]
    return [f"{p.file} {p.key}" for p in indicator_advice([objective], given, [])]


def test_the_reference_profile_needs_no_advice() -> None:
    profile = load_profile(NMI)
    assert indicator_advice(profile.objectives, profile.indicators, profile.templates) == []
    assert source_advice(profile.sources) == []


def test_a_complete_register_in_files_without_a_date_is_worth_a_look() -> None:
    register = Source.model_validate({**REQUESTS, "complete": "all"})
    [advice] = source_advice([register])
    assert "log.facts: a complete register in files without a date" in str(advice)
    in_place, dated = register.model_copy(update={"files": "log.csv"}), register.model_copy(update={"facts": "(.*)"})
    assert source_advice([in_place, dated, Source.model_validate(REQUESTS)]) == []


@pytest.mark.parametrize(
    "name",
    [
        "Number of meetings held",
        "number of key leader engagements",
        "No. of workshops",
        "Total training sessions delivered",
        "Meetings with counterparts",
        "Visits to schools conducted",
        "Workshops on policy organised",
        "Hours of mentoring",
        "Officers trained by the mission",
    ],
)
def test_wording_that_counts_what_the_mission_does(name: str) -> None:
    assert counts_own_activity(name)


@pytest.mark.parametrize(
    "name",
    [
        "Number of depots with a complete stock record",
        "Courses taught by national instructors",
        "Plan reviews led by the ministry itself",
        "Number of meetings chaired by the ministry",
        "Field units with a trained medic",
        "Exercises directed by national staff",
        "Inspections done of those planned",
        "Complaints answered within 60 days",
        "Payments made within 60 days",
        "Essential drugs in stock",
    ],
)
def test_wording_that_tells_of_a_change(name: str) -> None:
    assert not counts_own_activity(name)


@pytest.mark.parametrize("field", ["baseline", "target", "target_on", "direction"])
def test_an_outcome_indicator_that_lacks_something(field: str) -> None:
    assert advice({field: None}) == [f"indicators.yaml indicators[a].{field}"]


def test_a_blank_unit_and_own_activity() -> None:
    assert advice({"unit": " ", "name": "Number of meetings held"}) == [
        "indicators.yaml indicators[a].unit",
        "indicators.yaml indicators[a].name",
    ]


def test_an_indicator_to_be_maintained_needs_neither_baseline_nor_date() -> None:
    assert advice({"direction": "maintain", "baseline": None, "target_on": None, "tolerance": 1}) == []


def test_an_objective_without_outcome_indicator() -> None:
    wanted = "objectives.yaml objectives[LO-1]"
    assert advice() == [wanted]
    assert advice({"level": "output", "baseline": None, "name": "Number of meetings held"}) == [wanted]
    retired = OBJECTIVE.model_copy(update={"valid_to": dt.date(2021, 1, 1)})
    assert advice({"baseline": None}, objective=retired) == []


def test_only_the_latest_version_is_judged() -> None:
    old = {"baseline": None, "valid_to": dt.date(2021, 12, 31)}
    new = {"valid_from": dt.date(2022, 1, 1)}
    assert advice(new, old) == []
    assert advice({**old, "baseline": 1}, {**new, "baseline": None}) == ["indicators.yaml indicators[a].baseline"]


def test_running_totals_that_would_be_summed() -> None:
    assert advice({"name": "Officers posted to date"}) == ["indicators.yaml indicators[a].cumulative"]
    assert advice({"name": "Officers posted to date", "cumulative": True}) == []
    profile = load_profile(NMI)
    template: Template = profile.templates[0]
    flow = template.fields[0].model_copy(update={"kind": "flow", "label": "Meetings held so far"})
    found = indicator_advice([], [], [template.model_copy(update={"fields": [flow]})])
    assert [p.key for p in found] == [f"templates[{template.template_id}].fields[{flow.field_id}].kind"]
